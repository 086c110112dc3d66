//! The file of a ledger: what is in it is lost to no command, and what spoils it, or is none, is refused.

mod program;

use program::{command, ringfence};
use std::fs;
use std::path::Path;
use std::process::Output;

fn run(folder: &Path, line: &str) -> Output {
    ringfence(folder, &line.split_whitespace().collect::<Vec<_>>())
}

/// Runs a command that must come to its end, whatever it finds.
fn ended(folder: &Path, line: &str) -> Output {
    let output = run(folder, line);
    assert!(matches!(output.status.code(), Some(0 | 10 | 11 | 20)), "{line}: {}", stderr(&output));
    output
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A command that is refused with a reason, and leaves a file as it is.
fn refused(folder: &Path, line: &str, file: &str, why: &str) {
    let before = fs::read(folder.join(file)).unwrap();
    let output = run(folder, line);
    assert_eq!(output.status.code(), Some(2), "{line}: {}", stderr(&output));
    assert!(stderr(&output).contains(why), "{line}: {}", stderr(&output));
    assert!(fs::read(folder.join(file)).unwrap() == before, "{line}");
}

#[test]
fn a_ledger_in_the_place_of_the_whole_is_one_more_part_if_it_is_of_the_same_campaign() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = |name: &str| fs::read(folder.path().join(name)).unwrap();
    ended(folder.path(), "campaign --swarm --seeds 6 --ledger whole");
    for part in 1..=3 {
        ended(folder.path(), &format!("campaign --swarm --seeds 6 --partition {part}/3 --ledger part-{part}"));
    }
    ended(folder.path(), "merge part-1 part-2 --out some");
    let output = ended(folder.path(), "merge part-3 --out some");
    assert!(stderr(&output).contains("4 runs are in some already: it counts as one more part"), "{}", stderr(&output));
    assert_eq!((output.status.code(), bytes("some") == bytes("whole")), (Some(0), true), "{}", stderr(&output));
    ended(folder.path(), "merge part-1 --out whole");
    assert!(bytes("some") == bytes("whole"), "a fuller one keeps what it has");
    ended(folder.path(), "campaign --swarm --seeds 2 --ledger other");
    refused(folder.path(), "merge part-1 --out other", "other", "other is the ledger of another campaign");
}

#[test]
fn a_ledger_that_a_campaign_is_writing_is_not_merged_into() {
    let folder = tempfile::tempdir().unwrap();
    ended(folder.path(), "campaign --swarm --seeds 2 --ledger part");
    fs::copy(folder.path().join("part"), folder.path().join("held")).unwrap();
    let held = fs::File::open(folder.path().join("held")).unwrap();
    held.lock().unwrap();
    refused(folder.path(), "merge part --out held", "held", "another process is writing the ledger held");
}

#[test]
fn what_is_put_in_the_place_of_a_ledger_meanwhile_is_what_a_campaign_goes_on_from() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    ended(folder.path(), "campaign --swarm --seeds 2 --ledger whole");
    let whole = fs::read_to_string(path("whole")).unwrap();
    fs::write(path("held"), whole.lines().next().unwrap().to_owned() + "\n").unwrap();
    let held = fs::File::open(path("held")).unwrap();
    held.lock().unwrap();
    let args = ["campaign", "--swarm", "--seeds", "2", "--ledger", "held"];
    let (quiet, piped) = (std::process::Stdio::null(), std::process::Stdio::piped());
    let child = command(folder.path(), &args).stdout(quiet).stderr(piped).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    fs::copy(path("whole"), path("new")).unwrap();
    fs::rename(path("new"), path("held")).unwrap();
    held.unlock().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(stderr(&output).contains("2 runs are in held already"), "{}", stderr(&output));
}

#[test]
fn what_a_hand_changed_in_the_first_line_or_added_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    ended(folder.path(), "campaign --swarm --seeds 2 --ledger two");
    let two = fs::read_to_string(folder.path().join("two")).unwrap();
    let put = |text: &str| fs::write(folder.path().join("other"), text).unwrap();
    put(&two.replacen("\"verified_ppm\":0", "\"verified_ppm\":1000000", 1));
    refused(folder.path(), "merge other", "other", "its line 1 is damaged: it is not what its checksum says");
    put(&two.replacen("\"campaign\":2", "\"campaign\":1", 1));
    refused(folder.path(), "campaign --swarm --seeds 2 --ledger other", "other", "it is of form 1, and ringfence");
    ended(folder.path(), "campaign --swarm --seeds 3 --ledger three");
    let three = fs::read_to_string(folder.path().join("three")).unwrap();
    put(&(two + three.lines().nth(3).unwrap() + "\n"));
    refused(folder.path(), "merge other", "other", "its line 4 is damaged: seed 2 is none of this campaign's");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    ended(folder.path(), "campaign --swarm --seeds 1 --ledger one");
    let plain = shape("short").replace("{ between = [\"9m\", \"10m\"] }", "\"10m\"");
    fs::write(folder.path().join("plain.toml"), plain).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap().success());
    for what in ["pipe", "/dev/zero"] {
        for line in [
            "campaign --swarm --seeds 1 --ledger",
            "campaign --swarm --seeds 1 --steer",
            "campaign --swarm --seeds 1 --baseline",
            "merge",
            "merge one --out",
            "check plain.toml --baseline",
            "replay",
        ] {
            refused(folder.path(), &format!("{line} {what}"), "one", "it is no regular file");
        }
        for line in ["campaign --swarm --seeds 1 --bundle", "run plain.toml --trace"] {
            refused(folder.path(), &format!("{line} {what}"), "one", "is there already and is no ");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_ledger_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("elsewhere")).unwrap();
    for (line, link) in
        [("campaign --swarm --seeds 9 --jobs 2 --ledger link", "link"), ("merge link --out whole", "whole")]
    {
        let target = Path::new("elsewhere").join(format!("of-{link}"));
        std::os::unix::fs::symlink(&target, path(link)).unwrap();
        ended(folder.path(), line);
        assert_eq!(fs::read_link(path(link)).unwrap(), target);
        let text = fs::read_to_string(folder.path().join(target)).unwrap();
        assert_eq!(text.lines().count(), 10, "{line}");
    }
    assert_eq!(fs::read(path("link")).unwrap(), fs::read(path("whole")).unwrap());
    assert_eq!(fs::read_dir(path("elsewhere")).unwrap().count(), 2, "nothing else is left there");
}

/// A shape whose threshold no draw meets, and which can have more than one name.
fn shape(name: &str) -> String {
    format!(
        r#"schema_version = 1
name = "{name}"
start = 2019-05-06T09:00:00Z
duration = {{ between = ["9m", "10m"] }}

[population]
tenants = 2
users_per_tenant = 20

[[threshold]]
metric = "retries"
min = 1000000
"#
    )
}

#[test]
fn fail_fast_starts_no_run_where_one_in_the_ledger_has_failed() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = || fs::read(folder.path().join("hunt")).unwrap();
    fs::write(folder.path().join("shape.toml"), shape("short")).unwrap();
    let line = "campaign shape.toml --seeds 9 --jobs 1 --fail-fast --ledger hunt";
    let first = ended(folder.path(), line);
    let before = bytes();
    let again = ended(folder.path(), line);
    assert!(stderr(&again).contains("a run in the ledger failed"), "{}", stderr(&again));
    assert_eq!([&first, &again].map(|output| output.status.code()), [Some(10), Some(10)]);
    assert!(first.stdout == again.stdout && bytes() == before);
    let output = ended(folder.path(), &line.replace("--fail-fast", "--keep-going"));
    assert!(stderr(&output).contains("8 runs in "), "{}", stderr(&output));
}

#[test]
fn a_campaign_is_steered_by_none_that_draws_from_another_source() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["short", "other"] {
        fs::write(folder.path().join(name).with_extension("toml"), shape(name)).unwrap();
        ended(folder.path(), &format!("campaign {name}.toml --seeds 1 --ledger {name}"));
    }
    ended(folder.path(), "campaign --swarm --seeds 1 --ledger swarm");
    for (source, ledger) in [("--swarm", "short"), ("short.toml", "swarm"), ("short.toml", "other")] {
        for end in ["--seeds 1", "--show 0"] {
            let line = format!("campaign {source} --steer {ledger} {end}");
            refused(folder.path(), &line, ledger, "is the ledger of a campaign that draws otherwise: source: ");
        }
    }
    ended(folder.path(), "campaign short.toml --seeds 1 --steer short");
}
