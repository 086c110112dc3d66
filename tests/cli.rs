//! What a user of the command line can rely on: streams, exit codes, and what is said when.

mod program;

use program::{command, ringfence};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Output, Stdio};

/// A scenario of a few seconds of simulated traffic, with what a test adds to it.
fn scenario(more: &str) -> String {
    format!(
        "# A short hour.\nschema_version = 1\nname = \"short\"\nstart = 2019-05-06T09:00:00Z\nduration = \"10m\"\n\
         [population]\ntenants = 2\nusers_per_tenant = 20\n\
         [[tenant]]\nname = \"contoso\"\nbilling_country = \"DE\"\nsigned_up = 2019-04-15\nusers = 50\n{more}"
    )
}

/// A folder of its own with such a scenario in it, called `short.toml`.
fn folder(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("short.toml"), scenario(more)).unwrap();
    folder
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn a_run_that_passes_says_so_and_names_its_seed() {
    let folder = folder("");
    let output = ringfence(folder.path(), &["run", "short.toml", "--seed", "7"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("verdict: pass"));
    assert!(stderr(&output).starts_with("short: seed 7, "));
}

#[test]
fn json_is_one_object_and_nothing_else_is_on_standard_output() {
    let folder = folder("");
    let output = ringfence(folder.path(), &["run", "short.toml", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in [
        "schema_version",
        "scenario",
        "scenario_hash",
        "seed",
        "version",
        "digest",
        "verdict",
        "events",
        "invariants",
        "faults",
        "thresholds",
        "metrics",
    ] {
        assert!(json.get(key).is_some(), "no {key}");
    }
    assert_eq!(json["verdict"], "pass");
}

#[test]
fn a_missed_threshold_is_10_and_ends_with_the_reproducing_line() {
    let folder = folder("[[threshold]]\nmetric = \"acknowledged\"\nmax = 0\n");
    let output = ringfence(folder.path(), &["run", "short.toml", "--seed", "3"]);
    assert_eq!(code(&output), 10);
    assert!(stderr(&output).trim_end().ends_with("ringfence run short.toml --seed 3"));
}

#[test]
fn what_never_happened_is_11() {
    let folder = folder("");
    let text = scenario("").replace("name = \"short\"", "name = \"short\"\nrequires = [\"FO-5\"]");
    fs::write(folder.path().join("short.toml"), text).unwrap();
    let output = ringfence(folder.path(), &["run", "short.toml"]);
    assert_eq!(code(&output), 11, "{}", stderr(&output));
    assert!(stdout(&output).contains("invariant FO-5 is required and was never evaluated"));
}

#[test]
fn a_bad_scenario_is_2_with_its_place_and_nothing_on_standard_output() {
    let folder = folder("colour = \"red\"\n");
    let output = ringfence(folder.path(), &["run", "short.toml"]);
    assert_eq!((code(&output), stdout(&output)), (2, String::new()));
    assert!(stderr(&output).contains("short.toml:14:1"), "{}", stderr(&output));
    assert_eq!(code(&ringfence(folder.path(), &["run", "missing.toml"])), 2);
    assert_eq!(code(&ringfence(folder.path(), &["run"])), 2);
    assert_eq!(code(&ringfence(folder.path(), &["fly"])), 2);
}

#[test]
fn check_tells_what_is_wrong_with_every_file_in_one_pass() {
    let folder = folder("colour = \"red\"\n");
    fs::write(folder.path().join("other.toml"), scenario("size = 3\n")).unwrap();
    let output = ringfence(folder.path(), &["check", "."]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("colour") && stderr(&output).contains("size"));
}

#[test]
fn check_prints_a_line_for_each_scenario_and_a_summary() {
    let folder = folder("");
    let output = ringfence(folder.path(), &["check", "short.toml", "--seeds", "2"]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(stdout(&output).starts_with("pass       short  2 of 2 seeds"), "{}", stdout(&output));
    assert!(stdout(&output).trim_end().ends_with("verdict: pass, all promises held"));
}

#[test]
fn check_of_a_folder_fails_if_an_invariant_was_never_evaluated_and_runs_no_topology() {
    let fault = "[[fault]]\nkind = \"slow-disk\"\ndatacenter = \"dublin\"\nfactor = 2.0\nat = \"1m\"\nfor = \"1m\"\n";
    let folder = folder(fault);
    fs::write(folder.path().join("near.toml"), "extends = \"kaizala-2019\"\n").unwrap();
    let output = ringfence(folder.path(), &["check", ".", "--seeds", "1"]);
    assert_eq!(code(&output), 11, "{}", stderr(&output));
    assert!(stdout(&output).contains("never evaluated, which fails the check: "));
    assert!(stdout(&output).contains("1 scenario, 1 run"));
}

#[test]
fn check_of_a_folder_asks_for_no_invariant_that_its_scenarios_have_nothing_to_do_with() {
    let folder = folder("");
    let output = ringfence(folder.path(), &["check", ".", "--seeds", "1"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("\nnever evaluated: RES-5, "), "{}", stdout(&output));
}

#[test]
fn check_of_a_topology_decides_every_case_on_paper_and_runs_nothing() {
    let folder = folder("");
    let topology = "name = \"near\"\nextends = \"kaizala-2019\"\n";
    fs::write(folder.path().join("near.toml"), topology).unwrap();
    let output = ringfence(folder.path(), &["check", "near.toml"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("pass       near  on paper: "), "{}", stdout(&output));
    assert!(!stdout(&output).contains("seeds"), "{}", stdout(&output));
    fs::write(folder.path().join("near.toml"), format!("{topology}[boundaries.apac]\nmetro = \"chennai\"\n")).unwrap();
    let output = ringfence(folder.path(), &["check", "near.toml", "short.toml"]);
    assert_eq!((code(&output), stdout(&output)), (2, String::new()));
    assert!(stderr(&output).contains("near.toml:4:9"), "{}", stderr(&output));
}

#[test]
fn check_of_a_folder_takes_the_folders_in_it_too() {
    let folder = folder("");
    fs::create_dir(folder.path().join("cases")).unwrap();
    fs::write(folder.path().join("cases/other.toml"), scenario("")).unwrap();
    let output = ringfence(folder.path(), &["check", ".", "--seeds", "1"]);
    assert!(stdout(&output).contains("2 scenarios, 2 runs"), "{}", stdout(&output));
}

#[test]
fn a_failing_check_names_the_run_to_repeat() {
    let folder = folder("[[threshold]]\nmetric = \"acknowledged\"\nmax = 0\n");
    let output = ringfence(folder.path(), &["check", "short.toml", "--seeds", "2"]);
    assert_eq!(code(&output), 10);
    assert!(stdout(&output).contains("ringfence run short.toml --seed 2 --ci"), "{}", stdout(&output));
}

#[test]
fn a_tenant_is_located_from_the_facts() {
    let folder = folder("");
    let output = ringfence(folder.path(), &["locate", "short.toml", "--tenant", "contoso"]);
    assert_eq!(code(&output), 0);
    let text = stdout(&output);
    assert!(text.contains("dublin") && text.contains("amsterdam"), "{text}");
    let json = ringfence(folder.path(), &["locate", "short.toml", "--tenant", "contoso", "--format", "json"]);
    assert!(serde_json::from_slice::<serde_json::Value>(&json.stdout).unwrap()["at_rest"].is_array());
}

#[test]
fn an_unknown_tenant_gets_the_nearest_name() {
    let folder = folder("");
    let output = ringfence(folder.path(), &["locate", "short.toml", "--tenant", "contso"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean `contoso`?"));
}

#[test]
fn a_report_is_written_and_a_folder_that_cannot_be_is_said_before_the_run() {
    let folder = folder("");
    let written = ringfence(folder.path(), &["run", "short.toml", "--out", "report"]);
    assert_eq!(code(&written), 0, "{}", stderr(&written));
    assert!(folder.path().join("report/index.html").is_file());
    fs::write(folder.path().join("file"), "").unwrap();
    let refused = ringfence(folder.path(), &["run", "short.toml", "--out", "file/report"]);
    assert_eq!((code(&refused), stdout(&refused)), (2, String::new()));
    assert!(!stderr(&refused).contains("seed"), "{}", stderr(&refused));
}

#[test]
fn init_writes_a_scenario_that_passes_check_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&ringfence(folder.path(), &["init", "mine.toml"])), 0);
    let check = ringfence(folder.path(), &["check", "mine.toml", "--seeds", "2"]);
    assert_eq!(code(&check), 0, "{}", stdout(&check));
    let again = ringfence(folder.path(), &["init", "mine.toml"]);
    assert_eq!(code(&again), 2);
    assert!(stderr(&again).contains("is there already"));
    let printed = ringfence(folder.path(), &["init", "-"]);
    assert_eq!(printed.stdout, fs::read(folder.path().join("mine.toml")).unwrap());
}

#[test]
fn the_schema_is_the_one_that_is_committed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let printed = stdout(&ringfence(root, &["schema"]));
    assert_eq!(printed, fs::read_to_string(root.join("scenarios/schema.json")).unwrap());
}

#[test]
fn the_reference_is_the_one_that_is_committed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let printed = stdout(&ringfence(root, &["reference"]));
    let committed = fs::read_to_string(root.join("scenarios/REFERENCE.md")).unwrap();
    assert!(printed == committed, "`ringfence reference > scenarios/REFERENCE.md` makes it so");
    for told in ["| `rto` | time |", "### `storage-loss`", "| RF0416 |", "| **`billing_country`** |"] {
        assert!(printed.contains(told), "{told} is not in it");
    }
}

#[test]
fn the_topology_has_the_trap_of_the_nearest_datacenter() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&ringfence(folder.path(), &["topology"]));
    let row = text.lines().rfind(|line| line.starts_with("singapore")).unwrap();
    assert_eq!(row.split_whitespace().collect::<Vec<_>>()[1..9], ["–", "36", "176", "169", "200", "210", "37", "53"]);
    let json: serde_json::Value =
        serde_json::from_slice(&ringfence(folder.path(), &["topology", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["round_trips_us"]["singapore"]["chennai"], 37_000);
    let countries = stdout(&ringfence(folder.path(), &["topology", "--countries"]));
    assert!(countries.lines().any(|line| line.starts_with("RU") && line.contains("refused")), "{countries}");
    assert!(countries.contains("249 countries"));
}

#[test]
fn colour_is_only_where_it_is_asked_for() {
    let folder = folder("");
    let run = |more: &[&str], no_color: &str| {
        let args = [&["run", "short.toml"], more].concat();
        stdout(&command(folder.path(), &args).env("NO_COLOR", no_color).output().unwrap())
    };
    assert!(!run(&[], "").contains('\x1b'));
    assert!(run(&["--color", "always"], "").contains('\x1b'));
    assert!(!run(&["--color", "never"], "").contains('\x1b'));
    assert!(!run(&["--color", "auto"], "1").contains('\x1b'));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path(), &["topology", "--countries"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn completions_are_printed_for_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    assert!(stdout(&ringfence(folder.path(), &["completions", "bash"])).contains("ringfence"));
}

#[test]
fn explain_tells_the_chain_as_text_and_as_json() {
    let folder = folder("");
    let ask = |more: &[&str]| ringfence(folder.path(), &[&["explain", "short.toml", "--seed", "3"], more].concat());
    let text = ask(&["--record", "1"]);
    assert_eq!(code(&text), 0, "{}", stderr(&text));
    assert!(stdout(&text).contains("that of the plain run") && stdout(&text).contains("residence_of"));
    let json = ask(&["--at", "5s", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["digest"], json["plain_digest"]);
    assert!(json["links"].as_array().is_some_and(|links| links.len() > 8));
}

#[test]
fn explain_asked_for_what_is_not_there_is_2_and_says_what_is() {
    let folder = folder("");
    let ask = |more: &[&str]| ringfence(folder.path(), &[&["explain", "short.toml"], more].concat());
    for (asked, said) in [
        (&["--record", "0"][..], "its records are numbered from 1 to "),
        (&["--at", "11m"], "is not in the run, which lasts from 2019-05-06T09:00:00.000Z"),
        (&["--at", "noon"], "write `--at 2019-05-06T09:00:00.000Z`"),
        (&["--at", "5m", "--unit", "emea1"], "did you mean `emea-1`?"),
        (&["--at", "5m", "--within", "long"], "write it as in `--within 90s`"),
        (&["--breach", "1"], "no promise was broken in this run"),
        (&["--at", "5m", "--record", "1"], "cannot be used with"),
        (&[], "required arguments were not provided"),
    ] {
        let output = ask(asked);
        assert_eq!((code(&output), stdout(&output)), (2, String::new()), "{asked:?}");
        assert!(stderr(&output).contains(said), "{asked:?}: {}", stderr(&output));
    }
}

#[test]
fn a_trace_file_is_written_whole_or_not_at_all() {
    let folder = folder("");
    let output = ringfence(folder.path(), &["run", "short.toml", "--trace", "run.json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = fs::read_to_string(folder.path().join("run.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(json["traceEvents"].as_array().is_some_and(|events| !events.is_empty()));
    for unwritable in ["missing/run.json", "."] {
        let output = ringfence(folder.path(), &["run", "short.toml", "--trace", unwritable]);
        assert_eq!((code(&output), stdout(&output)), (2, String::new()), "{}", stderr(&output));
    }
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["run.json", "short.toml"]);
}

#[test]
fn a_trace_takes_no_place_but_a_traces() {
    let folder = folder("");
    let at = |name: &str| folder.path().join(name);
    let run = |args: &[&str]| ringfence(folder.path(), &[&["run", "short.toml"], args].concat());
    let scenario = fs::read_to_string(at("short.toml")).unwrap();
    for args in [["--trace", "short.toml"].as_slice(), &["--out", "d", "--trace", "d/lag.svg"]] {
        let refused = run(args);
        assert_eq!((code(&refused), stdout(&refused)), (2, String::new()), "{args:?}");
        assert!(!stderr(&refused).contains("seed"), "it is said before the run: {}", stderr(&refused));
    }
    assert_eq!(fs::read_to_string(at("short.toml")).unwrap(), scenario);
    for _ in 0..2 {
        let both = run(&["--out", "d", "--trace", "./d/run.json"]);
        assert_eq!(code(&both), 0, "{}", stderr(&both));
        assert!(at("d/run.json").is_file() && at("d/index.html").is_file());
    }
    assert_eq!(code(&run(&["--out", "d"])), 0, "a report is replaced");
    assert!(at("d/run.json").is_file(), "and the trace stays");
}

#[test]
fn a_survivability_table_replaces_only_another() {
    let folder = folder("");
    let path = folder.path().join("short.toml");
    let scenario = fs::read_to_string(&path).unwrap();
    let refused = ringfence(folder.path(), &["survivability", "--seeds", "1", "--out", "short.toml"]);
    assert_eq!((code(&refused), stdout(&refused)), (2, String::new()), "{}", stderr(&refused));
    assert_eq!(fs::read_to_string(&path).unwrap(), scenario);
}
