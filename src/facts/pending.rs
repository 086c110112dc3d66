//! What a run leaves unfinished, and why.

use crate::terms::Unit;
use std::fmt;

/// A scale unit that has not converged when the run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pending {
    /// Which.
    pub unit: Unit,
    /// Its writes that were neither confirmed nor finally refused.
    pub writes: u64,
    /// What is physically in the way.
    pub why: Obstacle,
}

/// What is in the way of a scale unit. Where there are several, the first of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// Neither site runs.
    Dark,
    /// Fewer than two voters run and know what they promised.
    NoMajority,
    /// Every site that runs lost its disk, and nobody is left who could say what it lacks: it may neither take
    /// the lease over nor renew it.
    NoCopy,
    /// The holder is gone, and what it served alone nobody else has: the others wait for it, for the end of
    /// the grace period, or for an operator's order.
    HolderGone,
    /// The holder is gone, and only an operator may start a failover.
    Operator,
    /// Its other site is gone, and what `sync-strict` cannot replicate it refuses.
    Unreplicable,
    /// It serves, and its other site is gone: there is nobody to replicate to.
    PeerGone,
    /// One site is brought back, no faster than the service is told to.
    Reseeding,
    /// Nothing: it should have converged, or is about to.
    None,
}

impl Obstacle {
    /// The reason in reports.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Dark => "boundary dark",
            Self::NoMajority => "no majority",
            Self::NoCopy => "no certified copy",
            Self::HolderGone => "holder gone while alone",
            Self::Operator => "failover waits for an operator",
            Self::Unreplicable => "nothing to replicate to under sync-strict",
            Self::PeerGone => "other site gone",
            Self::Reseeding => "one site is brought back, at a limited rate",
            Self::None => "no reason known",
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.reason())
    }
}
