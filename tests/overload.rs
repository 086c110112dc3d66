//! Overload: the same trigger, the same datacenters, and two kinds of clients.

use ringfence::campaign::{Options, run};
use ringfence::metrics::{Measured, Metric, Scope};
use ringfence::outcome::Outcome;
use ringfence::scenario::{self, Size};
use std::path::Path;

fn outcome(name: &str, seed: u64) -> Outcome {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/cases/{name}.toml"));
    let scenario = scenario::load(&file, Size::Ci).unwrap_or_else(|found| panic!("{found}"));
    run(&scenario, seed, Options::default())
}

fn measured(outcome: &Outcome, metric: Metric) -> Measured {
    outcome.measurements.value(metric, Scope::Everything).expect("there is something to measure")
}

/// The text of a scenario without its prose, its name, what it expects, and whose clients they are.
fn setting(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/cases/{name}.toml"));
    let text = std::fs::read_to_string(file).unwrap();
    let (setting, rest) = text.split_once("[[threshold]]").unwrap();
    let check = &rest[rest.find("[check]").unwrap()..];
    let kept = |line: &&str| !["#", "name = \"retry", "client = "].iter().any(|start| line.starts_with(start));
    setting.lines().chain(check.lines()).filter(kept).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_storm_of_naive_clients_outlives_its_trigger_and_ours_does_not_begin() {
    assert_eq!(setting("retry-storm-naive"), setting("retry-storm-averted"), "only the clients differ");
    for seed in 1..=3 {
        let [naive, ours] = ["retry-storm-naive", "retry-storm-averted"].map(|name| outcome(name, seed));
        for outcome in [&naive, &ours] {
            assert_eq!(outcome.verdict().name(), "pass", "{}", outcome.reproduce);
        }
        let goodput = |outcome| measured(outcome, Metric::GoodputAfterFaults);
        assert!(goodput(&naive) <= Measured::MilliPercent(20_000), "{}", naive.reproduce);
        assert!(goodput(&ours) >= Measured::MilliPercent(50_000), "{}", ours.reproduce);
        let attempts = |outcome: &Outcome| outcome.measurements.overload.retries;
        assert!(attempts(&naive) > 20 * attempts(&ours), "{}", naive.reproduce);
    }
}
