//! The trace file of a run: well-formed, balanced, in order, and the same bytes every time.

use ringfence::campaign::{Options, run, run_beside, setting};
use ringfence::outcome::Outcome;
use ringfence::scenario::{self, Scenario, Size};
use ringfence::service::Shipped;
use ringfence::trace::Events;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

const SEED: u64 = 7;

fn dublin_dark() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/dublin-dark.toml");
    scenario::load(&path, Size::Ci).unwrap_or_else(|found| panic!("{found}"))
}

fn traced(scenario: &Scenario) -> (Outcome, String) {
    let events = Events::new(setting(scenario, SEED), Vec::new());
    let (outcome, events) = run_beside(scenario, SEED, Shipped, Options::default(), events);
    (outcome, String::from_utf8(events.finish().unwrap()).unwrap())
}

fn events(text: &str) -> Vec<Value> {
    let mut whole: Value = serde_json::from_str(text).expect("the file is JSON");
    let Value::Array(events) = whole["traceEvents"].take() else { panic!("`traceEvents` is an array") };
    events
}

fn number(event: &Value, key: &str) -> u64 {
    event[key].as_u64().unwrap_or_else(|| panic!("no {key} in {event}"))
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_else(|| panic!("no {key} in {event}"))
}

#[test]
fn every_event_is_well_formed_and_in_order_on_its_track() {
    let (_, file) = traced(&dublin_dark());
    let mut last: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    let mut open: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    let mut followed: BTreeMap<&str, u64> = BTreeMap::new();
    let events = events(&file);
    for event in &events {
        let (track, ts) = ((number(event, "pid"), number(event, "tid")), number(event, "ts"));
        let before = last.insert(track, ts).unwrap_or(0);
        assert!(before <= ts, "{event} comes after {before}");
        match text(event, "ph") {
            "M" => assert!(event["args"].is_object() && ts == 0, "{event}"),
            "i" => assert_eq!(text(event, "s"), "t"),
            "C" => assert!(event["args"].as_object().is_some_and(|args| args.values().all(Value::is_u64)), "{event}"),
            "B" => assert_eq!(open.insert(track, ts), None, "{event} begins in another span"),
            "E" => assert!(open.remove(&track).is_some(), "{event} ends nothing"),
            "b" => assert_eq!(followed.insert(text(event, "id"), ts), None, "{event} begins twice"),
            "n" => assert!(followed.contains_key(text(event, "id")), "{event} is of nothing"),
            "e" => assert!(followed.remove(text(event, "id")).is_some(), "{event} ends nothing"),
            other => panic!("{other} is no phase that is written"),
        }
        assert!(event["name"].is_string());
    }
    assert!(open.is_empty() && followed.is_empty(), "{open:?} {followed:?} are left open");
    assert!(events.len() > 5_000, "{}", events.len());
}

#[test]
fn a_failover_can_be_seen() {
    let (outcome, file) = traced(&dublin_dark());
    let (start, failover) = (outcome.measurements.setup.start, outcome.measurements.failovers[0]);
    let events = events(&file);
    let named = |pid: &Value| {
        let is_it = |event: &&Value| event["name"] == "process_name" && &event["pid"] == pid;
        events.iter().find(is_it).map(|event| event["args"]["name"].clone())
    };
    let at = |name: &str, phase: &str, unit: &str| {
        let is_it = |event: &&Value| event["name"] == name && event["ph"] == phase;
        let of_unit = |event: &&Value| named(&event["pid"]).is_some_and(|name| name == unit);
        events.iter().filter(is_it).filter(of_unit).map(|event| number(event, "ts")).collect::<Vec<_>>()
    };
    assert_eq!(at("outage dublin", "B", "faults"), [failover.onset.unwrap().since(start).0]);
    assert!(at("promoted", "i", "emea-1").contains(&failover.promoted.since(start).0));
    let granted = at("epoch 2", "B", "emea-1");
    assert!(granted.first().is_some_and(|&at| at <= failover.promoted.since(start).0), "{granted:?}");
    assert!(!at("accepts epoch 2", "i", "emea-1").is_empty());
}

#[test]
fn a_trace_changes_nothing_and_has_the_same_bytes_every_time() {
    let scenario = dublin_dark();
    let (outcome, file) = traced(&scenario);
    assert_eq!(outcome, run(&scenario, SEED, Options::default()));
    assert!(file == traced(&scenario).1, "two traces of one run differ");
}

#[test]
fn what_cannot_be_written_is_said_at_the_end() {
    struct Full(usize);
    impl io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| io::Error::other("the disk is full"))?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let scenario = dublin_dark();
    let events = Events::new(setting(&scenario, SEED), Full(100_000));
    let (_, events) = run_beside(&scenario, SEED, Shipped, Options::default(), events);
    assert_eq!(events.finish().err().map(|error| error.to_string()).as_deref(), Some("the disk is full"));
}
