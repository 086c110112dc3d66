//! Mistakes planted in the register: the shipped service with exactly one decision replaced.

use super::model::{Fault, Start};
use ringfence::service::decisions::{Claim, Standing};
use ringfence::service::{Decisions, Policy, Shipped};
use ringfence::terms::{Ballot, Incarnation, Monotonic, Position, Register, Span};

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mistake {
    /// A voter answers before its disk has what it says.
    SkipsPersist,
    /// A voter accepts a value of the very round of the one that it accepted last, from another proposer.
    AcceptsEqual,
    /// The lease is counted from the answer, not from the question.
    LeaseFromReply,
    /// To read in the register that one is the holder counts as a grant.
    ReadsAsGrant,
    /// A log that does not reach the frontier, on a store that nobody certified, takes over.
    IgnoresFrontier,
    /// A renewal has no identity of its own: an attempt and its retry look the same to the challenger.
    ReusesRenewal,
    /// A voter that lost its memory votes as if it had not.
    IgnoresIncarnation,
    /// An acknowledgement leaves though the lease has run out.
    IgnoresLease,
    /// An acknowledgement leaves before the record is at the peer.
    AcknowledgesEarly,
}

impl Mistake {
    pub(crate) const ALL: [Self; 9] = [
        Self::SkipsPersist,
        Self::AcceptsEqual,
        Self::LeaseFromReply,
        Self::ReadsAsGrant,
        Self::IgnoresFrontier,
        Self::ReusesRenewal,
        Self::IgnoresIncarnation,
        Self::IgnoresLease,
        Self::AcknowledgesEarly,
    ];

    /// Circumstances in which it does harm: how the world stands, how often time moves, what breaks.
    pub(crate) const fn circumstances(self) -> (Start, u64, &'static [Fault]) {
        match self {
            Self::SkipsPersist => (Start::Contested, 0, &[Fault::Crash]),
            Self::AcceptsEqual => (Start::Contested, 0, &[]),
            Self::LeaseFromReply => (Start::Fresh, 5, &[Fault::Freeze]),
            Self::ReadsAsGrant => (Start::Settled, 5, &[Fault::Crash]),
            Self::IgnoresFrontier => (Start::Settled, 6, &[Fault::Wipe]),
            Self::ReusesRenewal => (Start::Settled, 6, &[]),
            Self::IgnoresIncarnation => (Start::Contested, 0, &[Fault::Wipe]),
            Self::IgnoresLease => (Start::Settled, 6, &[Fault::Freeze]),
            Self::AcknowledgesEarly => (Start::Settled, 6, &[Fault::Cut]),
        }
    }
}

impl Decisions for Mistake {
    fn shows_life(&self, seen: &Register, register: &Register) -> bool {
        match self {
            Self::ReusesRenewal => register.epoch > seen.epoch,
            _ => Shipped.shows_life(seen, register),
        }
    }

    fn grants_by_reading(&self) -> bool {
        *self == Self::ReadsAsGrant
    }

    fn lease_until(&self, policy: &Policy, sent: Monotonic, answered: Monotonic, ttl: Span) -> Monotonic {
        let counted_from = if *self == Self::LeaseFromReply { answered } else { sent };
        Shipped.lease_until(policy, counted_from, answered, ttl)
    }

    fn may_take_over(&self, claim: &Claim) -> bool {
        let seen = match self {
            Self::IgnoresFrontier => Claim { frontier: Position::default(), certified: true, ..*claim },
            _ => *claim,
        };
        Shipped.may_take_over(&seen)
    }

    fn may_acknowledge(&self, standing: &Standing) -> bool {
        let seen = match self {
            Self::IgnoresLease => Standing { lease_valid: true, ..*standing },
            Self::AcknowledgesEarly => Standing { on_peer: true, ..*standing },
            _ => *standing,
        };
        Shipped.may_acknowledge(&seen)
    }

    fn may_accept(&self, promised: Ballot, offered: Ballot) -> bool {
        match self {
            Self::AcceptsEqual => offered.round + 1 >= promised.round,
            _ => Shipped.may_accept(promised, offered),
        }
    }

    fn remembers(&self, named: Incarnation, own: Incarnation) -> bool {
        *self == Self::IgnoresIncarnation || Shipped.remembers(named, own)
    }

    fn persists_first(&self) -> bool {
        *self != Self::SkipsPersist
    }
}
