//! What a campaign says that ended before all its seeds were run: what it has, what it lacks, and why, in every format.

mod program;
mod published;

use program::ringfence;
use published::{against_junit, against_sarif};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// A shape of a few minutes, of which a lease that is drawn now and then is too short.
fn shape(more: &str) -> String {
    format!(
        "# A shape.\nschema_version = 1\nname = \"small\"\nstart = 2019-05-06T09:00:00Z\nduration = \"5m\"\n\n\
         [population]\ntenants = 1\nusers_per_tenant = 2\n\n{more}"
    )
}

const NOW_AND_THEN: &str = "[service]\nttl = { between = [\"15500ms\", \"60s\"] }\n";

fn folder(shape: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sh.toml"), shape).unwrap();
    folder
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

const REPORTS: [&str; 5] = ["markdown", "github", "json", "junit", "sarif"];

/// Runs a campaign with a report in every format, and gives what it came to and each of them.
fn hunted(folder: &Path, args: &[&str]) -> ((i32, String, String), [String; 5]) {
    let reports = REPORTS.map(|format| format!("{format}={format}.out"));
    let reports = reports.iter().flat_map(|report| ["--report", report]);
    let args: Vec<_> = ["campaign"].into_iter().chain(args.iter().copied()).chain(reports).collect();
    let said = told(&ringfence(folder, &args));
    let read = |format: &str| fs::read_to_string(folder.join(format!("{format}.out")));
    (said.clone(), REPORTS.map(|format| read(format).unwrap_or_else(|_| panic!("no {format}: {}", said.2))))
}

/// Each format has it, and those that have a published schema hold to it.
fn in_every_format(reports: &[String; 5], name: &str, what: &str) {
    let [markdown, github, json, junit, sarif] = reports;
    assert!(markdown.contains(&format!("- **{name}**: {what}")), "{markdown}");
    assert!(github.contains(&format!("title={name}::{what}")), "{github}");
    let json: Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["cut_short"]["by"], name, "{json:#}");
    assert!(json["cut_short"]["what"].as_str().unwrap().starts_with(what), "{json:#}");
    assert!(junit.contains(&format!("<system-out>{what}")), "{junit}");
    assert_eq!((against_junit(junit), against_sarif(sarif)), (vec![], vec![]), "{junit}\n{sarif}");
    let log: Value = serde_json::from_str(sarif).unwrap();
    let notice = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert!(notice["message"]["text"].as_str().unwrap().starts_with(what), "{sarif}");
}

#[test]
fn a_time_that_was_up_is_in_every_format_and_fails_none() {
    let folder = folder("");
    let ((code, _, said), reports) =
        hunted(folder.path(), &["--swarm", "--seeds", "100000", "--time-budget", "300ms", "--ledger", "kept"]);
    assert_eq!(code, 0, "{said}");
    in_every_format(&reports, "time-budget", "the time was up; no record of seed ");
    assert!(reports[1].starts_with("::warning "), "{}", reports[1]);
    let ((code, _, said), [markdown, ..]) = hunted(folder.path(), &["--swarm", "--seeds", "2", "--time-budget", "10m"]);
    assert!(code == 0 && !markdown.contains("time-budget"), "a budget that cut nothing short is not told: {said}");
}

#[test]
fn a_seed_that_draws_no_scenario_is_named_and_what_was_found_before_is_told() {
    let folder = folder(&shape(NOW_AND_THEN));
    let args = ["sh.toml", "--seeds", "1000", "--jobs", "1", "--ledger", "kept", "--bundle", "bundle"];
    let ((code, printed, said), reports) = hunted(folder.path(), &args);
    assert_eq!(code, 2, "{said}");
    let runs = fs::read_to_string(folder.path().join("kept")).unwrap().lines().count() - 1;
    assert!(runs >= 8, "the shape was refused at once: {said}");
    assert!(said.contains(&format!("\n  ringfence campaign sh.toml --show {runs}\n")), "{said}");
    assert!(said.contains("sh.toml:12:7"), "{said}");
    assert!(printed.contains(&format!("\nbroken off at seed {runs}: RF")), "{printed}");
    assert!(printed.contains(&format!(", 0 of {runs} runs failed")), "{printed}");
    in_every_format(&reports, "broken-off", &format!("broken off at seed {runs}: RF"));
    assert!(reports[0].starts_with("## Ringfence campaign: broken off\n"), "{}", reports[0]);
    let shown = ringfence(folder.path(), &["campaign", "sh.toml", "--show", &runs.to_string()]);
    assert!(told(&shown).1.contains("service.ttl: \"15"), "{shown:?}");
    let again = told(&ringfence(folder.path(), &[&["campaign"], &args[..7]].concat()));
    assert!(again.0 == 2 && again.2.contains(&format!("{runs} runs are in kept already")), "{}", again.2);
}

#[test]
fn what_broke_off_after_a_threshold_was_missed_ends_with_that_verdict() {
    let missed = format!("{NOW_AND_THEN}[[threshold]]\nmetric = \"acknowledged\"\nmax = 0\n");
    let folder = folder(&shape(&missed));
    let ((code, printed, said), _) =
        hunted(folder.path(), &["sh.toml", "--seeds", "1000", "--jobs", "1", "--bundle", "bundle"]);
    assert_eq!(code, 10, "{said}");
    assert!(printed.contains("\nverdict: threshold, ") && said.contains("draws no scenario"), "{said}");
    let (code, _, said) = told(&ringfence(folder.path(), &["replay", "bundle"]));
    assert_eq!(code, 10);
    let bundle: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("bundle")).unwrap()).unwrap();
    let line = "ringfence campaign sh.toml --show N > seed-N.toml && ringfence run seed-N.toml\n";
    assert!(
        said.ends_with(&line.replace('N', &bundle["seed"].to_string())),
        "what a shape drew is run from what it drew: {said}"
    );
}

#[test]
fn an_alternative_that_is_seldom_drawn_is_looked_at_before_any_run() {
    let open = "[service]\nreplication = { one_of = [\"sync\", \"async\", \"synch\"], weights = [1000000, 1, 1] }\n";
    let rare = "[[fault]]\nchance = \"0.001%\"\nkind = \"surge\"\nfactor = { one_of = [2, 3] }\nat = \"9h\"\n";
    for (open, place) in [(open, "sh.toml:12:44"), (rare, "sh.toml:15:6")] {
        let folder = folder(&shape(open));
        let (code, printed, said) = told(&ringfence(folder.path(), &["campaign", "sh.toml", "--seeds", "1"]));
        assert_eq!((code, printed.as_str()), (2, ""), "{said}");
        assert!(said.contains(place), "{said}");
    }
    let never = open.replace("1, 1]", "1, 0]");
    let never = folder(&shape(&never));
    let (code, _, said) = told(&ringfence(never.path(), &["campaign", "sh.toml", "--seeds", "1"]));
    assert_eq!(code, 0, "what is never drawn is not held against it: {said}");
}
