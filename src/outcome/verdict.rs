//! Verdicts and their exit codes.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a run says of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All promises held.
    Pass,
    /// A threshold was missed.
    Threshold,
    /// Something that was to be tested never happened.
    Vacuous,
    /// An invariant was found broken.
    Breach,
}

impl Verdict {
    /// The exit code of a process that ends with this verdict.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Threshold => 10,
            Self::Vacuous => 11,
            Self::Breach => 20,
        }
    }

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Threshold => "threshold",
            Self::Vacuous => "vacuous",
            Self::Breach => "breach",
        }
    }

    /// The verdict of a name in reports.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pass, Self::Threshold, Self::Vacuous, Self::Breach].into_iter().find(|verdict| verdict.name() == name)
    }

    /// What it means, in a few words.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Pass => "all promises held",
            Self::Threshold => "a threshold was missed",
            Self::Vacuous => "something that was to be tested never happened",
            Self::Breach => "a promise was broken",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Something that was to be tested and never happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vacuity {
    /// A fault took effect less often than scheduled: its place in the scenario.
    Fault(usize),
    /// An invariant that the scenario requires was not evaluated.
    Invariant(String),
    /// No landing visited a part of the coverage matrix that the scenario requires: its place there.
    Cell(usize),
    /// A threshold's metric had nothing to measure: its place in the scenario.
    Threshold(usize),
}
