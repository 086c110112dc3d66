//! Why a run did not pass, and of what part of its scenario each reason is.

use super::{Outcome, Vacuity, breach};
use crate::audit::{Breach, Finding};
use crate::metrics::{Judgement, ThresholdResult};
use std::fmt;

/// Why a run did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// In one sentence.
    pub what: String,
    /// Of what it is.
    pub about: About,
}

/// The part of a scenario, or the promise, that a reason is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// An invariant that was found broken.
    Invariant {
        /// Its identifier.
        id: &'static str,
        /// The tenant whose data it was, by its place among all.
        tenant: Option<usize>,
        /// The fault that had struck last when it was first broken, by its place in the run.
        fault: Option<usize>,
    },
    /// A fault that took effect less often than it was to, by its place in the run.
    Fault(usize),
    /// An invariant that the scenario requires, by its place there.
    Requirement(usize),
    /// A cell that the scenario requires, by its place there.
    Cell(usize),
    /// A threshold, by its place in the scenario.
    Threshold(usize),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.what)
    }
}

impl Outcome {
    /// Why the verdict is what it is: broken promises first, then what never happened, then missed
    /// thresholds. Empty if everything was tested and held.
    pub fn reasons(&self) -> Vec<Reason> {
        let broken = self.findings.iter().filter(|finding| finding.broken > 0).map(|finding| self.breach(finding));
        let vacuous = self.vacuities();
        let vacuous = vacuous.iter().map(|vacuity| self.vacuous(vacuity));
        let missed = self.thresholds.iter().enumerate().filter(|(_, result)| result.judgement() == Judgement::Missed);
        let missed = missed.map(|(index, result)| Reason { what: self.miss(result), about: About::Threshold(index) });
        broken.chain(vacuous).chain(missed).collect()
    }

    /// The thresholds that were missed, one sentence each.
    pub fn missed(&self) -> Vec<String> {
        let missed = self.thresholds.iter().filter(|result| result.judgement() == Judgement::Missed);
        missed.map(|result| self.miss(result)).collect()
    }

    fn breach(&self, finding: &Finding) -> Reason {
        let first = finding.breaches.first();
        let told = first.map(|one| format!(", first at {}: {}", one.at, breach::sentence(one, &self.names)));
        let what = format!(
            "{} broken {} of {} times{}",
            finding.id,
            finding.broken,
            finding.checked,
            told.unwrap_or_default()
        );
        let about = About::Invariant {
            id: finding.id,
            tenant: first.and_then(|one| one.tenant).map(|tenant| tenant.0 as usize),
            fault: first.and_then(|one| self.last_struck(one)),
        };
        Reason { what, about }
    }

    /// The fault that had struck last when a promise was broken.
    fn last_struck(&self, breach: &Breach) -> Option<usize> {
        let struck = self.faults.iter().enumerate().filter(|(_, fault)| fault.fired > 0 && fault.at <= breach.at);
        struck.max_by_key(|(_, fault)| fault.at).map(|(index, _)| index)
    }

    fn vacuous(&self, vacuity: &Vacuity) -> Reason {
        let about = match vacuity {
            Vacuity::Fault(index) => About::Fault(*index),
            Vacuity::Invariant(id) => {
                About::Requirement(self.requires.iter().position(|required| required == id).unwrap_or_default())
            }
            Vacuity::Cell(index) => About::Cell(*index),
            Vacuity::Threshold(index) => About::Threshold(*index),
        };
        Reason { what: self.sentence_of(vacuity), about }
    }

    fn miss(&self, result: &ThresholdResult) -> String {
        let measured = result.measured.map(|measured| measured.to_string()).unwrap_or_default();
        let threshold = &result.threshold;
        format!("threshold {} {}: {measured}", threshold.title(&self.names), threshold.limits())
    }
}
