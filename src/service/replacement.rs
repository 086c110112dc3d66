//! A seat of a scale unit gets another place: what both sites know of it, and what is decided on the way.
//!
//! A datacenter is added, drained and retired, or lost for good, seat by seat. An operator orders a **replacement**;
//! whoever holds the lease carries it out, in an order in which the unit is at no moment worse off than with one
//! disk lost:
//!
//! 1. A holder that stands where the unit is to leave hands the lease over first, as in any planned switchover, and
//!    nobody hands it back there. Where it is dark already, its peer takes over by the usual rules.
//! 2. Only who holds the lease, and heard both other voters just now, has the old machine **switched off** and a new
//!    one commissioned at the other place. That is a loss of its disk and no other thing: the new one has an empty
//!    store that is not certified, and a voter of another incarnation, which the two others readmit. The old one is a
//!    member no more; should it run again, nobody would count its votes.
//! 3. The new one is brought back as after a loss. Until it has everything, and votes, and what stood on media of
//!    the old place stands elsewhere, the old disk is kept: the last copy but one.
//! 4. Then everything of the unit in the old place is **emptied**, in every kind of copy, as soon as it is in reach.
//!
//! The directory of seats is configuration, as maps and homes are. Nothing of this is stored at a site: each is told
//! the rows of its unit when it boots, and again when one changes.

use crate::terms::{Datacenter, Seat};

/// How far the replacement of a seat has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The seat is where it was.
    Ordered,
    /// A new machine stands at the new place. The old disk is kept.
    Commissioned,
    /// The new one has everything. What the old place has goes.
    Filled,
    /// Nothing of the unit is left in the old place.
    Retired,
}

/// A row of the directory of seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Replacement {
    /// Which seat of the unit.
    pub seat: Seat,
    /// The old place.
    pub from: Datacenter,
    /// The new place.
    pub to: Datacenter,
    /// How far it has come.
    pub stage: Stage,
}

/// What a holder knows when it asks whether a seat may be switched off, to be commissioned at another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vacancy {
    /// Whether its lease is valid.
    pub lease_valid: bool,
    /// Whether the seat is its own.
    pub own: bool,
    /// Whether both other voters answered just now, and remember: they readmit the new one.
    pub others_vote: bool,
}

/// What a holder knows of a seat at its new place when it asks whether the old place may be emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filling {
    /// Whether its lease is valid.
    pub lease_valid: bool,
    /// Whether the new voter answered, and remembers.
    pub votes: bool,
    /// Whether both sites have everything and are certified, and the register says so; of a witness nothing is asked.
    pub replicated: bool,
    /// Whether a backup was finished since, where any are made.
    pub backed_up: bool,
    /// Whether a journal of the holder's own has what an earlier holder acknowledged, where any is kept.
    pub journaled: bool,
}
