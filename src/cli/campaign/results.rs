//! A campaign as the results that CI reads: a case for each seed, what was never reached as remarks.

use super::told::Told;
use crate::audit::INVARIANTS;
use crate::campaign::hunt::{Failure, Record};
use crate::outcome::Verdict;
use crate::report::ci::{self, Case, Concern, Standing};
use std::collections::BTreeMap;

impl Told<'_> {
    /// The campaign for CI. Its runs stand in no file, and so has nothing that is wrong a line.
    pub(in crate::cli) fn results(&self) -> ci::Results {
        let lines: BTreeMap<_, _> = self.failing().iter().map(|(record, line)| (record.seed, line.as_str())).collect();
        let case = |record: &Record| Case {
            name: format!("seed {}", record.seed),
            standing: Standing::Judged(verdict(record)),
            concerns: concerns(record),
            chain: Vec::new(),
            reproduce: lines.get(&record.seed).map(|line| (*line).to_owned()),
        };
        let cases: Vec<_> = self.records().map(case).collect();
        let counts = vec![("runs", cases.len() as u64), ("events", self.records().map(|record| record.events).sum())];
        let suites = vec![ci::Suite { name: "campaign".into(), place: None, cases }];
        let standing = Standing::Judged(self.verdict());
        ci::Results { command: "campaign", standing, counts, suites, remarks: self.unreached() }
    }

    /// What was never reached where that fails the campaign.
    fn unreached(&self) -> Vec<Concern> {
        let promise = "What a campaign requires to be reached is reached.";
        self.never(true)
            .into_iter()
            .map(|what| concern("never-reached", promise, &format!("never reached: {what}")))
            .collect()
    }
}

/// A fault that took no effect is no failure of a campaign.
fn verdict(record: &Record) -> Verdict {
    match (record.failures.is_empty(), record.missed.is_empty()) {
        (false, _) => Verdict::Breach,
        (true, false) => Verdict::Threshold,
        (true, true) => Verdict::Pass,
    }
}

fn concerns(record: &Record) -> Vec<Concern> {
    let broken = record.failures.iter().map(|Failure { promise, what }| {
        let says =
            INVARIANTS.iter().find(|(id, _)| id == promise).map_or("The survivability table holds.", |(_, says)| says);
        concern(promise, says, what)
    });
    let missed = record.missed.iter().map(|what| concern("threshold", "A threshold that the shape sets is met.", what));
    broken.chain(missed).collect()
}

fn concern(rule: &str, promise: &str, what: &str) -> Concern {
    let (rule, promise, what) = (rule.into(), promise.into(), what.into());
    Concern { rule, promise, what, place: None, related: Vec::new(), fails: true }
}
