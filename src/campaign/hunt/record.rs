//! What is kept of one run: small, exact, and the same bytes wherever it was made.

use super::cells::Cells;
use super::histogram::Histogram;
use super::name::Name;
use super::seal::{opened, sealed};
use crate::outcome::Verdict;
use crate::terms::Span;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One run of a campaign, in integers and names only. It is written as one line of JSON whose keys stand in
/// the order of these fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The seed.
    pub seed: u64,
    /// The digest of the facts.
    pub digest: String,
    /// The digest of the scenario that was drawn.
    pub scenario: String,
    /// What the run says, by itself.
    pub verdict: Verdict,
    /// What went against the promise.
    pub failures: Vec<Failure>,
    /// The thresholds that were missed, one sentence each.
    pub missed: Vec<String>,
    /// How many events the world took.
    pub events: u64,
    /// How many facts it stated.
    pub facts: u64,
    /// How long the run was, in simulated microseconds.
    pub simulated_us: u64,
    /// When a write was acknowledged.
    pub replication: Name,
    /// Who started failovers.
    pub failover: Name,
    /// What it came to in figures.
    pub figures: RunFigures,
    /// Every takeover.
    pub takeovers: Vec<Takeover>,
    /// From the birth of a record to its confirmation at the client, in microseconds.
    pub latency: Histogram,
    /// How often each invariant was evaluated.
    pub evaluated: BTreeMap<Name, u64>,
    /// The named choices that were drawn, in order.
    pub choices: Vec<Name>,
    /// The datacenters of its topology, in order.
    pub datacenters: Vec<Name>,
    /// The cells of the coverage matrix that it visited.
    pub cells: Cells,
    /// The rare situations in which it was ([`EVENTS`](crate::campaign::sometimes::EVENTS)), in the order of the table.
    pub sometimes: Vec<Name>,
}

/// Something that went against the promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The identifier of the invariant, or [`TABLE`](Self::TABLE).
    pub promise: String,
    /// What happened, in one sentence.
    pub what: String,
}

impl Failure {
    /// Stands for the survivability table where no invariant does.
    pub const TABLE: &str = "survivability";
}

/// One run in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFigures {
    /// Writes acknowledged.
    pub acknowledged: u64,
    /// Answers that refused a write.
    pub refused: u64,
    /// Writes in outboxes or under way at the end.
    pub unfinished: u64,
    /// Acknowledged records lost where the survivability table says that none is.
    pub lost_against_promise: u64,
    /// Acknowledged records lost where the table allows it.
    pub lost_as_declared: u64,
    /// Faults that took effect.
    pub fired: u64,
    /// The longest interruption of writes that a fault made.
    pub rto_us: Option<u64>,
    /// The longest stretch of acknowledged writes that a new holder lacked.
    pub rpo_us: Option<u64>,
    /// The longest replication lag.
    pub lag_us: Option<u64>,
}

/// Why a lease went to the other site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The lease had lapsed while the register said `replicated`.
    Lapse,
    /// The grace period was over: the register said `alone`.
    Grace,
    /// An operator had ordered it by force.
    Force,
    /// The holder handed it over.
    Plan,
}

/// One takeover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Takeover {
    /// Why.
    pub cause: Cause,
    /// From the true onset of the fault to the new holder's lease, where the onset is known.
    pub held_us: Option<u64>,
    /// From the true onset of the fault to the first acknowledged write, where both are known.
    pub served_us: Option<u64>,
    /// The stretch of acknowledged writes that the new holder lacked.
    pub rpo_us: u64,
}

impl Record {
    /// Whether anything went against the promise, or a threshold was missed.
    pub const fn failed(&self) -> bool {
        !self.failures.is_empty() || !self.missed.is_empty()
    }

    /// What a campaign makes of it: that a fault took no effect, which makes the run alone vacuous, is no failure here.
    pub const fn standing(&self) -> Verdict {
        match (self.failures.is_empty(), self.missed.is_empty()) {
            (false, _) => Verdict::Breach,
            (true, false) => Verdict::Threshold,
            (true, true) => Verdict::Pass,
        }
    }

    /// How long the run was.
    pub const fn simulated(&self) -> Span {
        Span(self.simulated_us)
    }

    /// The record as one line, with its end.
    pub fn line(&self) -> String {
        sealed(self)
    }

    /// Reads a line back. What a disk, a hand or a copy has spoiled is told by the checksum at its end.
    ///
    /// # Errors
    ///
    /// If the line is no record, or not the one that was written.
    pub fn read(line: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(&opened(line)?).map_err(|why| why.to_string())
    }

    /// The first key in which two records of a seed differ, with the value of either; `None` where they are the
    /// same.
    pub fn first_difference(&self, other: &Self) -> Option<(String, [String; 2])> {
        if self == other {
            return None;
        }
        let [one, two] = [self, other].map(|record| serde_json::to_value(record).unwrap_or(Value::Null));
        let shown = |value: &Value, key: &str| value.get(key).map(Value::to_string).unwrap_or_default();
        let key = Self::KEYS.into_iter().find(|&key| one.get(key) != two.get(key))?;
        Some((key.to_owned(), [shown(&one, key), shown(&two, key)]))
    }

    /// The keys in the order in which a difference tells most.
    const KEYS: [&str; 19] = [
        "scenario",
        "digest",
        "verdict",
        "failures",
        "missed",
        "events",
        "facts",
        "simulated_us",
        "replication",
        "failover",
        "figures",
        "takeovers",
        "latency",
        "evaluated",
        "choices",
        "datacenters",
        "cells",
        "sometimes",
        "seed",
    ];
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A record of a run that never was: what is made of records can be seen without making any.
    pub(in crate::campaign) fn record(seed: u64) -> Record {
        Record {
            seed,
            digest: format!("{seed:032x}"),
            scenario: format!("{:032x}", seed / 2),
            verdict: Verdict::Pass,
            failures: Vec::new(),
            missed: Vec::new(),
            events: 100 + seed,
            facts: 50,
            simulated_us: 60_000_000,
            replication: Name::of("sync"),
            failover: Name::of("automatic"),
            figures: RunFigures { acknowledged: seed, ..RunFigures::default() },
            takeovers: vec![Takeover { cause: Cause::Lapse, held_us: Some(seed), served_us: None, rpo_us: 0 }],
            latency: Histogram::default(),
            evaluated: BTreeMap::from([(Name::of("RES-1"), 7)]),
            choices: vec![Name::of("fault:outage")],
            datacenters: vec![Name::of("dublin")],
            cells: Cells::default(),
            sometimes: Vec::new(),
        }
    }

    #[test]
    fn a_record_is_one_line_and_comes_back_as_it_was() {
        let mut record = record(7);
        record.failures.push(Failure { promise: "RES-1".into(), what: "two\nlines, \"quoted\"".into() });
        record.latency.record(1_234);
        let line = record.line();
        assert_eq!(line.matches('\n').count(), 1);
        let again = Record::read(line.as_bytes()).unwrap();
        assert_eq!((&again, again.line()), (&record, line));
    }

    #[test]
    fn a_line_of_which_one_letter_was_spoiled_is_no_record() {
        let line = record(7).line();
        for place in 0..line.len() {
            let mut spoiled = line.clone().into_bytes();
            spoiled[place] = if spoiled[place] == b'1' { b'2' } else { b'1' };
            assert!(Record::read(&spoiled).is_err(), "{}", String::from_utf8_lossy(&spoiled));
        }
    }

    #[test]
    fn every_key_of_a_record_is_looked_at_for_a_difference() {
        let written = serde_json::to_value(record(1)).unwrap();
        let keys: std::collections::BTreeSet<_> = written.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, Record::KEYS.into_iter().collect());
    }

    #[test]
    fn a_difference_is_named_with_both_sides() {
        let (one, mut two) = (record(1), record(1));
        assert_eq!(one.first_difference(&two), None);
        two.events = 5;
        assert_eq!(one.first_difference(&two), Some(("events".into(), ["101".into(), "5".into()])));
    }
}
