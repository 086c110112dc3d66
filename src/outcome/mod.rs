//! The result of a run as data. Nothing in it depends on a machine or a clock.

pub(crate) mod breach;
mod coverage;
mod json;
mod locate;
mod reasons;
mod verdict;

pub(crate) use breach::{one_of, sentence};
pub use locate::{AtRest, located};
pub use reasons::{About, Reason};
pub use verdict::{Vacuity, Verdict};

use crate::audit::{Breach, Coverage, Finding, Required};
use crate::facts::DigestValue;
use crate::metrics::{Judgement, Measurements, ThresholdResult};
use crate::terms::{Instant, Names, Span};

/// The version of the JSON form.
pub const SCHEMA_VERSION: u32 = 1;

/// The version of this program, which is part of a run's identity.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The scenario's name.
    pub scenario: String,
    /// What the scenario expects, in prose; may be empty.
    pub about: String,
    /// The digest of the scenario's text and sizing, in hexadecimal digits.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// The digest of the facts.
    pub digest: DigestValue,
    /// How many events the world took.
    pub events: u64,
    /// How many facts it stated.
    pub facts: u64,
    /// What the oracle found, one for each invariant.
    pub findings: Vec<Finding>,
    /// The identifiers of invariants that the scenario requires to have been evaluated.
    pub requires: Vec<String>,
    /// What the oracle has seen come to rest.
    pub coverage: Coverage,
    /// The cells of the matrix of what was seen that the scenario requires to have been visited.
    pub covers: Vec<Required>,
    /// What became of each scheduled fault, in the order of the scenario.
    pub faults: Vec<FaultOutcome>,
    /// What became of each threshold, in the order of the scenario.
    pub thresholds: Vec<ThresholdResult>,
    /// What was measured.
    pub measurements: Measurements,
    /// The names of places and tenants.
    pub names: Names,
    /// The command line that gives this outcome again.
    pub reproduce: String,
}

/// What became of a scheduled fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultOutcome {
    /// Its kind, by the name that scenarios use.
    pub kind: &'static str,
    /// What it does, in a few words such as `dublin` or `dublin ↔ amsterdam`.
    pub description: String,
    /// When it was to strike.
    pub at: Instant,
    /// How long it was to last; `None` for one without length.
    pub lasts: Option<Span>,
    /// How often it was to take effect.
    pub scheduled: u64,
    /// How often it took effect.
    pub fired: u64,
}

impl Outcome {
    /// The verdict: of a breach, something that never happened, and a missed threshold, the worst.
    pub fn verdict(&self) -> Verdict {
        if self.findings.iter().any(|finding| finding.broken > 0) {
            Verdict::Breach
        } else if !self.vacuities().is_empty() {
            Verdict::Vacuous
        } else if self.thresholds.iter().any(|result| result.judgement() == Judgement::Missed) {
            Verdict::Threshold
        } else {
            Verdict::Pass
        }
    }

    /// What was to be tested and never happened.
    pub fn vacuities(&self) -> Vec<Vacuity> {
        let quiet = self.faults.iter().enumerate().filter(|(_, fault)| fault.fired < fault.scheduled);
        let quiet = quiet.map(|(index, _)| Vacuity::Fault(index));
        let unasked = self.requires.iter().filter(|id| !self.was_checked(id)).cloned().map(Vacuity::Invariant);
        let unmeasured = self.thresholds.iter().enumerate();
        let unmeasured = unmeasured.filter(|(_, result)| result.judgement() == Judgement::Vacuous);
        let covered = self.covered();
        let unvisited = self.covers.iter().enumerate();
        let unvisited = unvisited.filter(|(_, part)| !covered.keys().any(|cell| part.admits(cell)));
        let unmeasured = unmeasured.map(|(index, _)| Vacuity::Threshold(index));
        quiet.chain(unasked).chain(unvisited.map(|(index, _)| Vacuity::Cell(index))).chain(unmeasured).collect()
    }

    /// Every breach that is kept, with the identifier of its invariant, in the order of reports.
    pub fn breaches(&self) -> Vec<(&'static str, &Breach)> {
        self.findings.iter().flat_map(|finding| finding.breaches.iter().map(|breach| (finding.id, breach))).collect()
    }

    /// A breach in one sentence, with its places and its tenant by name.
    pub fn sentence(&self, breach: &Breach) -> String {
        sentence(breach, &self.names)
    }

    fn was_checked(&self, id: &str) -> bool {
        self.findings.iter().any(|finding| finding.id == id && finding.checked > 0)
    }
}
