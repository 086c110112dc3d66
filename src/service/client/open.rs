//! A request that is not over, as the client keeps it.

use crate::service::message::{Placed, Request};
use crate::service::placement::Journey;
use crate::service::policy::Policy;
use crate::terms::{Monotonic, Span, Unit, UnitSet};

/// A request that is not over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Open {
    pub(super) request: Request,
    pub(super) wants: Wants,
    pub(super) journey: Journey,
    pub(super) unit: Unit,
    pub(super) placed: Option<Placed>,
    /// The place in the list of candidates to try next.
    pub(super) turn: u8,
    /// Candidates that failed since the last wait.
    pub(super) failed: u8,
    /// Redirections since the last wait.
    pub(super) hops: u8,
    /// Waits so far.
    pub(super) waits: u8,
    pub(super) attempt: u16,
    /// Whether an answer is awaited; otherwise the request rests in the outbox.
    pub(super) asked: bool,
    /// From whose budget the round took a token.
    pub(super) paid: Option<Unit>,
    /// Whether it rests for want of a token.
    pub(super) held: bool,
    /// When the answer, or the next attempt, is due.
    pub(super) due: Monotonic,
    /// Since when no site has answered at all.
    pub(super) silent_since: Option<Monotonic>,
    /// Rounds over all candidates in which none answered, in a row.
    pub(super) silent_rounds: u8,
    /// Whether one has answered in the round under way.
    pub(super) answered: bool,
    pub(super) told_dark: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Wants {
    Store,
    /// The parts of a conversation still to be asked for, shown, and withheld.
    Show {
        wanted: UnitSet,
        shown: UnitSet,
        withheld: UnitSet,
    },
}

impl Open {
    pub(super) const fn new(request: Request, wants: Wants, journey: Journey, unit: Unit) -> Self {
        Self {
            request,
            wants,
            journey,
            unit,
            placed: None,
            turn: 0,
            failed: 0,
            hops: 0,
            waits: 0,
            attempt: 0,
            asked: false,
            paid: None,
            held: false,
            due: Monotonic::ZERO,
            silent_since: None,
            silent_rounds: 0,
            answered: false,
            told_dark: false,
        }
    }

    /// Whether it is an organization's write that rests in the outbox for a unit.
    pub(super) fn rests_for(&self, unit: Unit) -> bool {
        self.unit == unit && !self.asked && self.wants == Wants::Store && self.journey.conversation.is_organization()
    }

    /// A site answered, whatever it said.
    pub(super) const fn heard(&mut self) {
        self.silent_since = None;
        self.silent_rounds = 0;
        self.answered = true;
    }

    /// All candidates have been asked in vain, and one may have answered.
    pub(super) const fn round_over(&mut self) {
        let silent = self.silent_since.is_some() && !self.answered;
        self.silent_rounds = self.silent_rounds.saturating_add(silent as u8);
    }

    /// How long no site has answered.
    pub(super) fn silent_for(&self, now: Monotonic) -> Span {
        self.silent_since.map_or(Span::ZERO, |since| now.since(since))
    }

    /// The wait before the next round, before jitter: it doubles each time. While it is not yet known
    /// whether the boundary is dark the waits stay short enough to find out.
    pub(super) fn backoff(&self, policy: &Policy) -> Span {
        let doubled = policy.backoff_min.0.saturating_mul(1 << self.waits.min(20));
        let searching = self.silent_since.is_some() && !self.told_dark;
        let most = if searching { policy.backoff_max.min(policy.rto_bound().scale(1, 4)) } else { policy.backoff_max };
        Span(doubled).min(most)
    }
}
