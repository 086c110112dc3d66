//! The digest of a run depends on scenario, seed and version, and on nothing else. Debug and
//! release builds are compared by `.ci/run`, which has both.

use ringfence::campaign::{Job, Options, check, run};
use ringfence::scenario::{self, Scenario, Size};
use std::path::{Path, PathBuf};
use std::process::Command;

const SCENARIO: &str = "scenarios/dublin-dark.toml";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn dublin_dark() -> Scenario {
    scenario::load(&root().join(SCENARIO), Size::Ci).unwrap_or_else(|found| panic!("{found}"))
}

/// The JSON that a process of its own prints, in a folder and an environment.
fn printed(folder: &Path, scenario: &Path, environment: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.current_dir(folder).arg("run").arg(scenario).args(["--ci", "--seed", "7", "--format", "json"]);
    command.env_clear().envs(environment.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_runs_in_one_process_are_the_same() {
    let scenario = dublin_dark();
    assert_eq!(run(&scenario, 7, Options::default()), run(&scenario, 7, Options::default()));
}

#[test]
fn another_seed_is_another_run() {
    let scenario = dublin_dark();
    assert_ne!(run(&scenario, 7, Options::default()).digest, run(&scenario, 8, Options::default()).digest);
}

#[test]
fn the_oracle_and_a_watch_change_nothing() {
    let scenario = dublin_dark();
    let watched = Options { watch: Some(&|_| {}), ..Options::default() };
    let plain = run(&scenario, 7, Options::default());
    for options in [watched, Options { unaudited: true, ..Options::default() }] {
        let other = run(&scenario, 7, options);
        assert_eq!((other.digest, other.events), (plain.digest, plain.events));
        assert_eq!(other.measurements, plain.measurements);
    }
}

#[test]
fn two_processes_print_the_same_bytes() {
    let here = || printed(root(), Path::new(SCENARIO), &[]);
    assert_eq!(here(), here());
}

#[test]
fn zone_language_and_folder_change_nothing_but_the_path_in_the_reproducing_line() {
    let plain = printed(root(), Path::new(SCENARIO), &[]);
    let environment = [("TZ", "Pacific/Kiritimati"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "ar_EG.UTF-8")];
    assert_eq!(printed(root(), Path::new(SCENARIO), &environment), plain);
    let elsewhere = printed(&root().join("src"), &PathBuf::from("..").join(SCENARIO), &[]);
    assert_eq!(elsewhere.replace("run ../scenarios", "run scenarios"), plain);
}

#[test]
fn one_thread_and_four_check_the_same() {
    let jobs = [Job { scenario: dublin_dark(), seeds: 4 }];
    let on = |threads| check(&jobs, Size::Ci, threads, || {}).unwrap();
    assert_eq!(on(1), on(4));
}
