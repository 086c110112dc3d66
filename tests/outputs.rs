//! What a command says whose results cannot be written where they should be: it says so before anything is run, or
//! else it still tells what the runs came to.
#![cfg(unix)]

mod program;

use program::{command, ringfence};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};

/// A quarter of an hour, whose threshold is missed.
const MISSED: &str = "# A short hour.\nschema_version = 1\nname = \"short\"\nstart = 2019-05-06T09:00:00Z\n\
duration = \"10m\"\n[population]\ntenants = 2\nusers_per_tenant = 20\n[[threshold]]\nmetric = \"acknowledged\"\nmax = 0\n";

/// What is run with it: a scenario, a check, a shape without anything open.
const COMMANDS: [&[&str]; 3] =
    [&["run", "short.toml"], &["check", "short.toml", "--seeds", "1"], &["campaign", "short.toml", "--seeds", "1"]];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("short.toml"), MISSED).unwrap();
    folder
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// What is in a folder, by name.
fn held(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Runs the program where a file can be begun, and no byte of it be written, as on a disk that is full.
fn on_a_full_disk(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut shell = Command::new("sh");
    shell.current_dir(folder).args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""]);
    shell.arg(env!("CARGO_BIN_EXE_ringfence")).args(args);
    told(&shell.output().unwrap())
}

#[test]
fn a_place_that_takes_no_output_is_told_before_anything_is_run() {
    let folder = folder();
    let refused = |args: &[&str]| {
        let (code, printed, said) = told(&ringfence(folder.path(), args));
        assert_eq!((code, printed.as_str()), (2, ""), "{args:?}: {said}");
        assert!(said.contains("cannot write ") && said.contains("; nothing was run"), "{args:?}: {said}");
        assert!(!said.contains(": seed "), "{args:?}: {said}");
        assert_eq!(held(folder.path()), ["short.toml"], "{args:?}");
    };
    for command in COMMANDS {
        refused(&[command, &["--bundle", "missing/x"]].concat());
        if command[0] != "run" {
            refused(&[command, &["--report", "junit=short.toml/x.xml"]].concat());
        }
    }
    refused(&["shrink", "short.toml", "--planted", "spill-to-nearest", "--out", "missing/x"]);
    refused(&["selftest", "--planted", "foreign-candidate", "--seeds", "3", "--out", "missing/x"]);
    refused(&["survivability", "--seeds", "1", "--out", "missing/x"]);
}

#[test]
fn two_outputs_to_one_file_are_refused_however_they_are_spelled() {
    let folder = folder();
    let refused = |args: &[&str]| {
        let (code, printed, said) = told(&ringfence(folder.path(), args));
        assert_eq!((code, printed.as_str()), (2, ""), "{args:?}: {said}");
        assert!(said.contains("new.x and ./new.x are one file"), "{args:?}: {said}");
        assert_eq!(held(folder.path()), ["short.toml"], "{args:?}");
    };
    refused(&["run", "short.toml", "--trace", "./new.x", "--bundle", "new.x"]);
    for command in &COMMANDS[1..] {
        refused(&[command, &["--report", "junit=new.x", "--bundle", "./new.x"][..]].concat());
        refused(&[command, &["--report", "junit=new.x", "--report", "json=./new.x"][..]].concat());
    }
    refused(&["campaign", "short.toml", "--bundle", "new.x", "--ledger", "./new.x"]);
}

#[test]
fn a_write_that_fails_after_the_runs_hides_neither_the_result_nor_the_verdict() {
    let folder = folder();
    for command in COMMANDS {
        let mut outputs = vec!["--bundle", "x.bundle"];
        if command[0] != "run" {
            outputs.extend(["--report", "junit=x.xml", "--report", "json=x.json"]);
        }
        let (code, printed, said) = on_a_full_disk(folder.path(), &[command, &outputs].concat());
        assert_eq!(code, 10, "{command:?}: {said}");
        assert!(printed.contains("verdict: threshold"), "{command:?}: {printed}");
        for output in outputs.iter().filter(|output| output.contains('.')) {
            let path = output.trim_start_matches("junit=").trim_start_matches("json=");
            assert!(said.contains(&format!("error: cannot write {path}: ")), "{command:?}, {path}: {said}");
        }
        assert!(said.trim_end().lines().last().unwrap().contains("ringfence run s"), "{command:?}: {said}");
        assert_eq!(held(folder.path()), ["short.toml"], "{command:?}: nothing half written is left");
    }
    let passes = ["check", "short.toml", "--seeds", "1", "--report", "junit=x.xml"];
    fs::write(folder.path().join("short.toml"), MISSED.replace("max", "min")).unwrap();
    assert_eq!(on_a_full_disk(folder.path(), &passes).0, 1, "what passes ends with the error of the system");
    let args = ["selftest", "--planted", "foreign-candidate", "--seeds", "3", "--out", "x.md"];
    let (code, printed, said) = on_a_full_disk(folder.path(), &args);
    assert_eq!(code, 1, "{said}");
    assert!(printed.contains("| `foreign-candidate` |"), "what took long is printed: {printed}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_standard_output_that_is_full_hides_no_verdict() {
    let folder = folder();
    for args in COMMANDS {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let (code, _, said) = told(&command(folder.path(), args).stdout(full).output().unwrap());
        assert_eq!(code, 10, "{args:?}: {said}");
        assert!(said.contains("standard output cannot be written"), "{args:?}: {said}");
        assert!(said.contains("\nthreshold: "), "{args:?}: {said}");
    }
}
