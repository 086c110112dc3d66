//! Events: what the agenda holds. Plain data; whatever is larger lies in a slab under a handle.

use crate::terms::{Instant, Seat, Side, Unit};

/// Something that will happen. Where one carries a `generation`, it happens only if that of its
/// subject is still the same: whatever was planned before a loss of power is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A user of a tenant acts.
    TenantActs { tenant: u32, generation: u16 },
    /// A record that was yet to come is made.
    Later { later: u32 },
    /// A message arrives, or would.
    Deliver { message: u32 },
    /// The request at the head of a datacenter's queue has been served.
    Served { datacenter: u8, generation: u16 },
    /// A site's store finished a flush.
    Flushed { site: SiteId, generation: u16 },
    /// A voter's disk finished a write.
    VoterFlushed { voter: VoterId, generation: u16 },
    /// A site asked to be woken.
    WakeSite { site: SiteId },
    /// A client asked to be woken.
    WakeClient { user: u32 },
    /// A site submits what is left of a quarantined tail.
    Merge { site: SiteId },
    /// A piece of a copy is sent again.
    SendPiece { site: SiteId, turn: u16 },
    /// A piece of a copy is written.
    PieceWritten { site: SiteId, turn: u16 },
    /// A datacenter's processes are up again.
    Booted { datacenter: u8, generation: u16 },
    /// The copy is made of which a fault will speak.
    CopyMade { fault: u16 },
    /// A fault strikes.
    FaultBegins { fault: u16 },
    /// A fault is lifted.
    FaultEnds { fault: u16 },
    /// A datacenter whose cooling fails is throttled by one more step.
    HeatsUp { fault: u16 },
    /// A map that is rolled out reaches a site.
    MapArrives { fault: u16, site: SiteId },
    /// An operator orders a tenant to move.
    MoveOrdered { order: u16 },
    /// An operator cancels a move.
    MoveCancelled { order: u16 },
    /// An operator orders a seat to another place.
    ReplacementOrdered { order: u16 },
    /// Apps are upgraded.
    Upgrade { upgrade: u16 },
    /// Load and lag are measured.
    Sample,
    /// The safety phase ends.
    Liveness,
    /// Whether everything has converged is looked at.
    Settled,
}

const _: () = assert!(size_of::<(Instant, u64, Event)>() <= 24, "an entry of the agenda is small");

/// A site of a scale unit: a dense handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SiteId(u8);

impl SiteId {
    pub(super) const fn new(unit: Unit, side: Side) -> Self {
        Self(unit.0 * 2 + side as u8)
    }

    /// Every site of `units` scale units, in order.
    pub(super) fn all(units: usize) -> impl Iterator<Item = Self> {
        (0..units as u8 * 2).map(Self)
    }

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) const fn unit(self) -> Unit {
        Unit(self.0 / 2)
    }

    pub(super) const fn side(self) -> Side {
        Side::BOTH[(self.0 % 2) as usize]
    }

    /// The other site of the unit.
    pub(super) const fn peer(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// A voter of a scale unit's lease: a dense handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VoterId(u8);

impl VoterId {
    pub(super) const fn new(unit: Unit, seat: Seat) -> Self {
        Self(unit.0 * 3 + seat as u8)
    }

    /// Every voter of `units` scale units, in order.
    pub(super) fn all(units: usize) -> impl Iterator<Item = Self> {
        (0..units as u8 * 3).map(Self)
    }

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) const fn unit(self) -> Unit {
        Unit(self.0 / 3)
    }

    pub(super) const fn seat(self) -> Seat {
        Seat::ALL[(self.0 % 3) as usize]
    }

    /// The site that stands beside this voter, if it has one.
    pub(super) const fn site(self) -> Option<SiteId> {
        match self.seat() {
            Seat::A => Some(SiteId::new(self.unit(), Side::A)),
            Seat::B => Some(SiteId::new(self.unit(), Side::B)),
            Seat::Witness => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_of_the_largest_topology_name_their_own() {
        for unit in (0..64).map(Unit) {
            for side in Side::BOTH {
                let site = SiteId::new(unit, side);
                assert_eq!((site.unit(), site.side(), site.peer().side()), (unit, side, side.peer()));
            }
            for seat in Seat::ALL {
                let voter = VoterId::new(unit, seat);
                assert_eq!((voter.unit(), voter.seat()), (unit, seat));
            }
        }
        assert_eq!((SiteId::all(64).count(), VoterId::all(64).count()), (128, 192));
    }
}
