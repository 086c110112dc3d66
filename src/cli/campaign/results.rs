//! A campaign as the results that CI reads: a case for each seed, what was never reached as remarks.

use super::cut::Cut;
use super::told::Told;
use crate::audit::INVARIANTS;
use crate::campaign::hunt::{Failure, Record};
use crate::cli::against::Against;
use crate::cli::reports::{self, Target, Written};
use crate::cli::terminal::Terminal;
use crate::outcome::Verdict;
use crate::report::Paint;
use crate::report::ci::{self, Case, Concern, Place, Standing};
use crate::scenario::ResultFormat;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Of so many seeds that break different promises it is told how each came to that; each takes some runs more.
const CHAINS: usize = 3;

impl Told<'_> {
    /// The campaign for CI; `chain` gives how a seed came to its breach.
    ///
    /// Code scanning takes nothing that stands nowhere. So what is wrong stands in the shape, or, where all that is
    /// built in is drawn from, in the file to which the line to paste writes the first scenario that fails.
    pub(in crate::cli) fn results(&self, shape: Option<&Path>, chain: impl Fn(&Record) -> Vec<String>) -> ci::Results {
        let lines: BTreeMap<_, _> = self.failing().iter().map(|(record, line)| (record.seed, line.as_str())).collect();
        let chained = self.chained();
        let case = |record: &Record| Case {
            name: format!("seed {}", record.seed),
            standing: Standing::Judged(record.standing()),
            concerns: concerns(record),
            chain: if chained.contains(&record.seed) { chain(record) } else { Vec::new() },
            reproduce: lines.get(&record.seed).map(|line| (*line).to_owned()),
        };
        let cases: Vec<_> = self.records().map(case).collect();
        let counts = vec![("runs", cases.len() as u64), ("events", self.records().map(|record| record.events).sum())];
        let drawn = || self.first_failing().map(|(record, _)| drawn_file(record.seed));
        let file = shape.map(|shape| shape.display().to_string()).or_else(drawn);
        let place = file.map(|file| Place { file, line: 1, column: 1 });
        let suites = vec![ci::Suite { name: "campaign".into(), place, cases }];
        let verdict = self.verdict();
        let broken = self.cut.as_ref().map(Cut::exit_code).filter(|code| *code > verdict.exit_code());
        let standing = broken.map_or(Standing::Judged(verdict), Standing::BrokenOff);
        ci::Results { command: "campaign", standing, counts, suites, remarks: self.remarks() }
    }

    /// The first of the records that failed worst, with the line that gives it again.
    pub(super) fn first_failing(&self) -> Option<(&Record, &str)> {
        let worst = self.failing().iter().map(|(record, _)| record.standing()).max()?;
        self.failing().iter().map(|(record, line)| (*record, line.as_str())).find(|(one, _)| one.standing() == worst)
    }

    /// The first seeds of which each breaks a promise first that none before it does.
    fn chained(&self) -> BTreeSet<u64> {
        let mut known = BTreeSet::new();
        let failing = self.failing().iter().filter_map(|(record, _)| Some((record.seed, record.failures.first()?)));
        failing.filter(|(_, failure)| known.insert(&failure.promise)).map(|(seed, _)| seed).take(CHAINS).collect()
    }

    /// What is said of the whole: what was never reached and which seeds are lacking, where that fails the
    /// campaign, what cut it short, and what got worse.
    fn remarks(&self) -> Vec<Concern> {
        let promise = "What a campaign requires to be reached is reached.";
        let never = self.never(true).into_iter();
        let never = never.map(|what| concern("never-reached", promise, &format!("never reached: {what}")));
        let lacking = self.lacking().into_iter().map(|seeds| {
            concern(
                "no-record",
                "Every seed of a campaign is in one of its parts.",
                &format!("no record of seed {seeds}"),
            )
        });
        let cut = self.cut().into_iter().map(|(cut, told)| Concern {
            fails: cut.exit_code() > 0,
            ..concern(cut.name(), "Every seed of a campaign is run.", &told)
        });
        never.chain(lacking).chain(cut).chain(self.against.iter().flat_map(Against::remarks)).collect()
    }

    /// Writes what came of the campaign wherever that goes, ends with what fails, and gives the verdict.
    pub(in crate::cli) fn publish(
        &self,
        results: &ci::Results,
        (format, targets): (ResultFormat, &[Target]),
        terminal: &Terminal,
    ) -> Verdict {
        let mut written = Written { text: self.text(Paint::Plain), json: self.json(), results };
        reports::write(targets, &written, terminal);
        written.text = self.text(terminal.paint());
        terminal.print(&written.on_output(format));
        terminal.end_with(results);
        self.verdict()
    }
}

/// The file to which the line to paste writes the scenario of a seed.
pub(super) fn drawn_file(seed: u64) -> String {
    format!("seed-{seed}.toml")
}

fn concerns(record: &Record) -> Vec<Concern> {
    let broken = record.failures.iter().map(|Failure { promise, what }| {
        let says =
            INVARIANTS.iter().find(|(id, _)| id == promise).map_or("The survivability table holds.", |(_, says)| says);
        concern(promise, says, &format!("{promise} {what}"))
    });
    let missed = record.missed.iter().map(|what| concern("threshold", "A threshold that the shape sets is met.", what));
    broken.chain(missed).collect()
}

fn concern(rule: &str, promise: &str, what: &str) -> Concern {
    let (rule, promise, what) = (rule.into(), promise.into(), what.into());
    Concern { rule, promise, what, place: None, related: Vec::new(), fails: true }
}
