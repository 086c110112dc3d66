//! What a run leaves unfinished, and why.

use crate::terms::{Datacenter, Unit};
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

/// A machine that is woken, or handed something, without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Restless {
    /// Whose site or voter it is; of neither on somebody's device.
    pub unit: Option<Unit>,
    /// Where it stands.
    pub datacenter: Option<Datacenter>,
    /// How often, within a second.
    pub times: u64,
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
    /// The holder is gone, or its disk, and what it served alone nobody else has: the others wait for it, for
    /// the end of the grace period, or for an operator's order.
    HolderGone,
    /// The holder is gone, or its disk, and only an operator may start a failover.
    Operator,
    /// Nothing but time: a site may win the lease, and none has won it yet.
    NoHolder,
    /// Its other site is gone, and what `sync-strict` cannot replicate it refuses.
    Unreplicable,
    /// A site holds the lease and brings the other back, no faster than the service is told to.
    Reseeding,
    /// Nothing but time: a site holds the lease, and the other has not caught up yet.
    CatchingUp,
    /// Nothing but time: a site serves, and its clients have not brought all that they hold yet.
    Draining,
    /// It serves, and its other site is gone: there is nobody to replicate to.
    PeerGone,
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
            Self::NoHolder => "nobody has won the lease yet",
            Self::Unreplicable => "nothing to replicate to under sync-strict",
            Self::Reseeding => "one site is brought back, at a limited rate",
            Self::CatchingUp => "one site has not caught up yet",
            Self::Draining => "clients have not brought all that they hold yet",
            Self::PeerGone => "other site gone",
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.reason())
    }
}
