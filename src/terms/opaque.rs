//! What may leave a boundary: a value without content.
//!
//! [`Opaque`] has no public constructor from bytes or text. It is built only here, from types that
//! are identifiers and counters by construction, so code that wants to send anything else out of a
//! boundary does not compile.

use super::{Ballot, CopyClass, Members, Register, Unit};

/// A value that says nothing about anybody: it may rest or travel outside a boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opaque<T>(T);

impl<T: Copy> Opaque<T> {
    /// The value inside.
    pub const fn get(self) -> T {
        self.0
    }
}

/// What a voter of the lease keeps on its disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct VoterRecord {
    /// Who votes, as this voter knows it.
    pub members: Members,
    /// The highest ballot promised.
    pub promised: Ballot,
    /// The value accepted last and its ballot.
    pub accepted: Option<Register>,
}

impl VoterRecord {
    /// The ballot of the accepted value.
    pub fn accepted_ballot(&self) -> Ballot {
        self.accepted.map_or(Ballot::ZERO, |value| value.renewal)
    }
}

/// Lines that a site writes of itself, or sends out to wake devices and to be found: how many of what kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lines {
    /// What kind of line.
    pub class: CopyClass,
    /// The scale unit that they name.
    pub unit: Unit,
    /// How many, since the last time.
    pub count: u64,
}

impl From<Lines> for Opaque<Lines> {
    fn from(lines: Lines) -> Self {
        Self(lines)
    }
}

impl From<VoterRecord> for Opaque<VoterRecord> {
    fn from(record: VoterRecord) -> Self {
        Self(record)
    }
}

impl From<Register> for Opaque<Register> {
    fn from(register: Register) -> Self {
        Self(register)
    }
}
