//! What becomes of a tail that lost.

use crate::terms::{Birth, Datacenter, Unit};
use std::fmt;

/// A record that had been set aside, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reconciled {
    /// The record.
    pub birth: Birth,
    /// Whose log it stood in.
    pub unit: Unit,
    /// Where it was set aside.
    pub datacenter: Datacenter,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a record that was set aside with a tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It was merged: the holder acknowledged it, under a new position.
    Merged,
    /// It is a duplicate: the holder's log had it already, brought by its client.
    Duplicate,
    /// Nobody was ever told that it is stored; its client still has it and brings it again.
    WithClient,
    /// It went with the disk, or with the datacenter, before it was brought back.
    Lost,
}

impl Fate {
    /// Every fate, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Merged, Self::Duplicate, Self::WithClient, Self::Lost];

    /// The place of this fate in [`Fate::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merged => "merged",
            Self::Duplicate => "duplicate",
            Self::WithClient => "with its client",
            Self::Lost => "lost",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
