//! A check beside an earlier one: what got worse is found, with an interval, and what cannot be paired is refused.

mod dark;
mod program;
mod sealed;

use dark::DARK;
use program::ringfence;
use sealed::sealed;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;

/// Dublin goes dark, with so many seeds that a difference shows.
fn dark() -> String {
    format!("{DARK}\n[check]\nseeds = 12\n")
}

fn check(folder: &Path, more: &[&str]) -> Output {
    let args = [&["check", "dark.toml", "--format", "json"], more].concat();
    ringfence(folder, &args)
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// A folder with the scenario and its result, to which a test does something.
fn folder(change: impl Fn(&mut Value)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("dark.toml"), dark()).unwrap();
    let mut before = json(&check(folder.path(), &[]));
    change(&mut before);
    fs::write(folder.path().join("before.json"), before.to_string()).unwrap();
    folder
}

/// Each of the runs of the first scenario of a result.
fn runs(result: &mut Value) -> &mut Vec<Value> {
    result["scenarios"][0]["runs"].as_array_mut().unwrap()
}

const BESIDE: [&str; 2] = ["--baseline", "before.json"];
const FAILING: [&str; 3] = ["--baseline", "before.json", "--fail-if-worse"];

#[test]
fn beside_itself_nothing_is_worse() {
    let folder = folder(|_| ());
    let output = check(folder.path(), &FAILING);
    let found = &json(&output)["baseline"];
    assert_eq!((code(&output), &found["pairs"], &found["same"]), (0, &json!(12), &json!(12)));
    assert_eq!((&found["got_worse"], &found["metrics"], &found["verdicts"]), (&json!(false), &json!([]), &json!([])));
}

#[test]
fn a_metric_that_got_worse_is_told_with_its_interval_and_fails_where_asked() {
    let folder = folder(|before| {
        for (place, run) in runs(before).iter_mut().enumerate() {
            let rto = run["metrics"]["rto"].as_u64().unwrap();
            run["metrics"]["rto"] = (rto - 1_000_000 - place as u64).into();
            run["digest"] = "another".into();
        }
    });
    assert_eq!(code(&check(folder.path(), &BESIDE)), 0, "it is told, and fails only where asked");
    let output = check(folder.path(), &FAILING);
    let found = json(&output)["baseline"].clone();
    assert_eq!((code(&output), &found["same"]), (10, &json!(0)));
    let [shift] = found["metrics"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(
        (&shift["metric"], &shift["judgement"], &shift["changed"]),
        (&json!("rto"), &json!("worse"), &json!(12))
    );
    // Of twelve, the third from either end: fewer than three coins of twelve fall on one side in 3.9 %.
    assert_eq!((&shift["low"], &shift["high"]), (&json!(1_000_002), &json!(1_000_009)), "{shift}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("threshold: ") && said.contains("baseline/rto: worse"), "{said}");
}

#[test]
fn a_metric_that_went_both_ways_or_in_few_pairs_is_not_said_to_be_worse() {
    let both_ways = folder(|before| {
        for (place, run) in runs(before).iter_mut().enumerate() {
            let rto = run["metrics"]["rto"].as_u64().unwrap();
            run["metrics"]["rto"] = if place % 2 == 0 { rto - 5 } else { rto + 5 }.into();
        }
    });
    let few = folder(|before| {
        for run in runs(before).iter_mut().take(3) {
            run["metrics"]["rto"] = 1.into();
        }
    });
    for (folder, judgement) in [(both_ways, "either way"), (few, "too few")] {
        let output = check(folder.path(), &FAILING);
        assert_eq!(code(&output), 0);
        assert_eq!(json(&output)["baseline"]["metrics"][0]["judgement"], judgement);
    }
}

#[test]
fn a_verdict_that_got_worse_fails_and_one_that_got_better_does_not() {
    let better = folder(|before| runs(before)[0]["verdict"] = "breach".into());
    let output = check(better.path(), &FAILING);
    assert_eq!((code(&output), &json(&output)["baseline"]["verdicts"][0]["after"]), (0, &json!("pass")));
    let missed = dark().replace("[check]", "[[threshold]]\nmetric = \"acknowledged\"\nmax = 0\n\n[check]");
    let worse = folder(|_| ());
    fs::write(worse.path().join("dark.toml"), missed).unwrap();
    let mut before = json(&check(worse.path(), &[]));
    runs(&mut before)[3]["verdict"] = "pass".into();
    fs::write(worse.path().join("before.json"), before.to_string()).unwrap();
    let output = check(worse.path(), &FAILING);
    let found = &json(&output)["baseline"];
    assert_eq!((code(&output), &found["got_worse"], &found["verdicts"][0]["seed"]), (10, &json!(true), &json!(4)));
}

#[test]
fn what_cannot_be_paired_is_refused_before_anything_is_run() {
    let refused = |folder: &tempfile::TempDir, more: &[&str], why: &str| {
        let output = check(folder.path(), more);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((code(&output), output.stdout.len()), (2, 0), "{said}");
        assert!(said.contains("before.json cannot be the baseline of these runs: ") && said.contains(why), "{said}");
    };
    refused(&folder(|before| before["command"] = "campaign".into()), &BESIDE, "it is of `campaign`");
    refused(&folder(|before| runs(before)[0]["verdict"] = "fine".into()), &BESIDE, "there is no verdict `fine`");
    refused(&folder(|before| *before = json!({ "verdict": "pass" })), &BESIDE, "it is no result of `ringfence check");
    refused(&folder(|_| ()), &["--baseline", "before.json", "--full"], "made at the size `ci`");
    refused(&folder(|before| before["scenarios"][0]["scenario_hash"] = "0".into()), &BESIDE, "as it is written now");
    refused(&folder(|before| runs(before).clear()), &BESIDE, "none of these seeds");
    let output = check(folder(|_| ()).path(), &["--baseline", "none.json"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("the baseline none.json cannot be read"));
}

#[test]
fn a_scenario_that_has_changed_or_is_new_is_named_and_left_out() {
    let folder = folder(|_| ());
    fs::write(folder.path().join("other.toml"), dark().replace("\"dark\"", "\"other\"")).unwrap();
    let output = check(folder.path(), &["other.toml", "--baseline", "before.json"]);
    assert_eq!(json(&output)["baseline"]["unpaired"], json!([{ "scenario": "other", "why": "is new" }]));
}

fn campaign(folder: &Path, more: &[&str]) -> Output {
    let args = [&["campaign", "--swarm", "--seeds", "12", "--format", "json"], more].concat();
    ringfence(folder, &args)
}

/// A folder with the ledger of a campaign, of which a test changes each record.
fn hunted(change: impl Fn(&mut Value)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    campaign(folder.path(), &["--ledger", "before"]);
    let ledger = fs::read_to_string(folder.path().join("before")).unwrap();
    let (head, records) = ledger.split_once('\n').unwrap();
    let changed = records.lines().map(|line| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        record.as_object_mut().unwrap().remove("sum");
        change(&mut record);
        format!("{}\n", sealed(&record.to_string()))
    });
    fs::write(folder.path().join("before"), format!("{head}\n{}", changed.collect::<String>())).unwrap();
    folder
}

#[test]
fn a_campaign_is_compared_with_the_ledger_of_an_earlier_one() {
    let same = hunted(|_| ());
    let output = campaign(same.path(), &["--baseline", "before", "--fail-if-worse"]);
    let found = json(&output)["baseline"].clone();
    assert_eq!((code(&output), &found["pairs"], &found["same"]), (0, &json!(12), &json!(12)), "{found}");
    // There it took every record a microsecond.
    let better = hunted(|record| record["latency"] = json!([[1, 1]]));
    assert_eq!(code(&campaign(better.path(), &["--baseline", "before"])), 0, "it is told, and fails only where asked");
    let output = campaign(better.path(), &["--baseline", "before", "--fail-if-worse"]);
    let found = json(&output)["baseline"].clone();
    let [shift] = found["metrics"].as_array().unwrap().as_slice() else { panic!("{found}") };
    assert_eq!(json!([shift["metric"], shift["judgement"]]), json!(["latency_p99", "worse"]), "{shift}");
    assert!(shift["low"].as_i64().unwrap() > 0, "{shift}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(code(&output) == 10 && said.contains("baseline/latency_p99: worse"), "{said}");
}

#[test]
fn seeds_that_draw_something_else_are_not_compared_and_if_all_do_that_is_refused() {
    let one = hunted(|record| {
        if record["seed"] == 3 {
            record["scenario"] = "0".into();
        }
    });
    let found = json(&campaign(one.path(), &["--baseline", "before"]))["baseline"].clone();
    assert_eq!(found["pairs"], 11);
    assert_eq!(found["unpaired"], json!([{ "scenario": "the draw of 1 of the seeds", "why": "has changed since" }]));
    let all = hunted(|record| record["scenario"] = "0".into());
    for (folder, more, why) in [
        (&all, &[][..], "its seeds draw other scenarios"),
        (&one, &["--first", "100"], "it has none of these seeds"),
        (&one, &["--generations", "2", "--ledger", "hunt"], "each generation is a campaign of its own"),
    ] {
        let output = campaign(folder.path(), &[&["--baseline", "before"], more].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(code(&output) == 2 && said.contains(why), "{said}");
    }
}
