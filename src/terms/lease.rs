//! The value of a scale unit's lease register, and positions in its log.
//!
//! Nothing here is content: identifiers, counters and times only, which is why the witness may hold
//! it outside the boundary (see [`super::opaque`]).

use super::{Seat, Side, Span, Wall};
use std::fmt;

/// The fencing token of a scale unit's lease: grows by one with every change of holder. Zero is
/// the empty register, before any holder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The epoch after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in a scale unit's log, counted from 1; 0 is before the first record.
pub type Index = u64;

/// A position in a log: the epoch under which the record was appended, and its index. Ordered by
/// epoch first, for an index alone would count a stale record as the new one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The epoch of the append.
    pub epoch: Epoch,
    /// The place in the log.
    pub index: Index,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.index)
    }
}

/// What the register promises of acknowledged records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// What is acknowledged is on the peer, but for at most the declared RPO (zero in the sync
    /// modes).
    #[default]
    Replicated,
    /// No such promise.
    Alone,
}

/// A generation of one voter's or store's durable storage. No copy of the storage contains it, so
/// a restored copy shows a mismatch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Incarnation(pub u32);

/// Who votes on a register: the generation of each voter's storage, and which seats are vacant. Votes
/// under different sets are never counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Members([Member; 3]);

/// Twice the generation, and one more where the seat is vacant: so ordered by what supersedes what, a later
/// generation, and within one its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Member(u32);

impl Member {
    const fn of(incarnation: Incarnation) -> Self {
        Self(incarnation.0 << 1)
    }

    const fn is_vacant(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Members {
    /// The generation of a voter's storage: the last one, where the seat is vacant.
    pub const fn incarnation(&self, seat: Seat) -> Incarnation {
        Incarnation(self.0[seat.index()].0 >> 1)
    }

    /// Whether the seat has no vote.
    pub const fn is_vacant(&self, seat: Seat) -> bool {
        self.0[seat.index()].is_vacant()
    }

    /// How many seats have a vote.
    pub fn electors(&self) -> u32 {
        self.0.iter().map(|member| u32::from(!member.is_vacant())).sum()
    }

    /// How many of those decide.
    pub fn majority(&self) -> u32 {
        self.electors() / 2 + 1
    }

    /// Gives a later generation its vote. A generation whose seat was declared vacant never has one again.
    pub fn admit(&mut self, seat: Seat, incarnation: Incarnation) {
        let member = &mut self.0[seat.index()];
        *member = (*member).max(Member::of(incarnation));
    }

    /// Takes the vote of a seat away, and bars what it has stored so far.
    pub const fn vacate(&mut self, seat: Seat) {
        self.0[seat.index()].0 |= 1;
    }

    /// The latest that either knows of each seat.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self(Seat::ALL.map(|seat| self.0[seat.index()].max(other.0[seat.index()])))
    }
}

/// The identity of one attempt to change the register: ordered by round, then site, and never used
/// twice. A site forgets its rounds when it restarts, so the ballot names the boot as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot {
    /// Zero only in [`Ballot::ZERO`].
    pub round: u32,
    /// The proposer.
    pub site: Side,
    /// Which boot of the proposer.
    pub boot: u32,
}

impl Ballot {
    /// Below every ballot that a proposer uses.
    pub const ZERO: Self = Self { round: 0, site: Side::A, boot: 0 };
}

/// The value of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    /// The fencing token.
    pub epoch: Epoch,
    /// The site that holds the lease, or that a planned switchover named.
    pub holder: Side,
    /// What is promised of acknowledged records.
    pub mode: Mode,
    /// A log position known to be on both sites.
    pub frontier: Position,
    /// Last sync time, by the holder's wall clock: all that was acknowledged before is on both sites.
    pub last_sync: Wall,
    /// The attempt that wrote this value: renewed by every change, reused by none.
    pub renewal: Ballot,
    /// Length of the lease, counted from the sending of the renewal.
    pub ttl: Span,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barred_generation_never_votes_again_and_the_next_one_does() {
        let (mut members, old) = (Members::default(), Members::default());
        members.vacate(Seat::A);
        members.vacate(Seat::Witness);
        assert_eq!((members.electors(), members.majority()), (1, 1));
        members.admit(Seat::A, Incarnation(0));
        assert!(members.merge(old).is_vacant(Seat::A), "whoever does not know of it is told");
        members.admit(Seat::A, Incarnation(1));
        assert_eq!((members.incarnation(Seat::A), members.electors(), members.majority()), (Incarnation(1), 2, 2));
    }
}
