//! Attempts: where a request is sent, when it is tried again, and what that costs.

use super::open::{Open, Wants};
use super::{Client, ClientEffect, Route};
use crate::service::decisions::Silence;
use crate::service::policy::Manners;
use crate::service::{Decisions, entropy};
use crate::terms::{LocalTime, Monotonic, Refusal, Span};

/// A reader is not kept waiting: a part is withheld after this many rounds over the candidates.
const ROUNDS_OF_A_READ: u8 = 3;

impl<D: Decisions> Client<D> {
    pub(super) fn start_request(&mut self, now: LocalTime, mut open: Open, effects: &mut Vec<ClientEffect>) {
        self.aim(now, &mut open);
        self.budgets.of(open.unit).first_attempt(&self.policy);
        self.send(now, &mut open, false, effects);
        self.open.push(open);
    }

    /// Turns to the cached holder of the request's unit, or to the preferred primary.
    pub(super) fn aim(&self, now: LocalTime, open: &mut Open) {
        let cached = self.routes.iter().flatten().find(|route| route.unit == open.unit && now.monotonic < route.until);
        let candidates = self.decisions.candidates(&self.map, open.unit, false);
        let place = cached.and_then(|route| candidates.as_slice().iter().position(|&dc| dc == route.to));
        open.turn = place.unwrap_or(0) as u8;
    }

    pub(super) fn send(&self, now: LocalTime, open: &mut Open, retry: bool, effects: &mut Vec<ClientEffect>) {
        let dark = open.told_dark;
        let candidates = self.decisions.candidates(&self.map, open.unit, dark);
        let list = candidates.as_slice();
        let to = list[usize::from(open.turn) % list.len()];
        open.attempt = open.attempt.saturating_add(1);
        open.asked = true;
        open.due = now.monotonic + self.policy.request_timeout;
        let (request, unit, placed, attempt) = (open.request, open.unit, open.placed, open.attempt);
        let (candidates, patience) = (candidates.set(), self.policy.patience());
        effects.push(ClientEffect::Send { request, unit, to, candidates, placed, attempt, patience, retry });
    }

    /// Gets back what the last attempt cost: a site that answers for good, were it by a refusal, is in no trouble.
    pub(super) fn is_over(&mut self, now: LocalTime, open: &Open) {
        let Some(unit) = open.paid else { return };
        self.budgets.of(unit).answered(&self.policy);
        let held = self.open.iter_mut().filter(|open| open.held && open.unit == unit);
        if let Some(held) = held.min_by_key(|open| open.due) {
            held.due = now.monotonic;
        }
    }

    /// Gets it back as well where the request goes on to another unit: the one that sent it there is in no trouble.
    pub(super) fn gives_back(&mut self, now: LocalTime, open: &mut Open) {
        self.is_over(now, open);
        open.paid = None;
    }

    /// Remembers where the holder was found.
    pub(super) fn succeeded(&mut self, now: LocalTime, open: &Open) {
        let list = self.decisions.candidates(&self.map, open.unit, open.told_dark);
        let list = list.as_slice();
        let to = list[usize::from(open.turn) % list.len()];
        let route = Route { unit: open.unit, to, until: now.monotonic + self.policy.route_ttl };
        if self.routes[0].is_some_and(|first| first.unit != route.unit) {
            self.routes[1] = self.routes[0];
        }
        self.routes[0] = Some(route);
    }

    /// Tries the next candidate, or waits once all have failed. Returns whether the request goes on.
    pub(super) fn next_candidate(&mut self, now: LocalTime, open: &mut Open, effects: &mut Vec<ClientEffect>) -> bool {
        open.turn = open.turn.wrapping_add(1);
        open.failed += 1;
        let count = self.decisions.candidates(&self.map, open.unit, open.told_dark).as_slice().len();
        match open.wants {
            _ if usize::from(open.failed) % count != 0 => self.send(now, open, true, effects),
            Wants::Store => {
                open.round_over();
                let silence = Silence { lasts: open.silent_for(now.monotonic), rounds: open.silent_rounds };
                if !open.told_dark && self.decisions.is_dark(silence, self.policy.longest_silence()) {
                    open.told_dark = true;
                    let (request, unit) = (open.request, Some(open.unit));
                    effects.push(ClientEffect::Refused { request, unit, refusal: Refusal::BoundaryDark });
                }
                self.wait(now, open, Span::ZERO, effects);
            }
            Wants::Show { .. } if usize::from(open.failed) < usize::from(ROUNDS_OF_A_READ) * count => {
                self.send(now, open, true, effects);
            }
            Wants::Show { .. } => return self.part_done(now, open, false, effects),
        }
        true
    }

    /// Begins another round over the candidates, if the budget allows it; otherwise the request is held.
    /// Who asks nobody hears no silence, so what was heard of it before counts no more. A reader's rounds
    /// are few enough without a budget.
    fn try_again(&mut self, now: LocalTime, open: &mut Open, effects: &mut Vec<ClientEffect>) {
        open.held = false;
        let budgeted = self.policy.client == Manners::Careful && open.wants == Wants::Store;
        let budget = self.budgets.of(open.unit);
        let taken = if budgeted { budget.take(now.monotonic, &self.policy) } else { Ok(()) };
        match taken {
            Ok(()) => {
                open.paid = budgeted.then_some(open.unit);
                open.answered = false;
                self.send(now, open, true, effects);
            }
            Err(until) => {
                open.held = true;
                open.heard();
                let until = until + self.jitter(self.policy.backoff_min);
                rest(open, until, effects);
            }
        }
    }

    /// A site's queue is full: a write comes back when it was told to; a reader is shown the other site's
    /// copy, or told. Returns whether the request goes on.
    pub(super) fn turned_away(
        &mut self,
        now: LocalTime,
        open: &mut Open,
        retry_after: Span,
        effects: &mut Vec<ClientEffect>,
    ) -> bool {
        let candidates = self.decisions.candidates(&self.map, open.unit, open.told_dark).as_slice().len();
        match open.wants {
            Wants::Store => self.wait(now, open, retry_after, effects),
            Wants::Show { .. } if usize::from(open.failed) + 1 < candidates => {
                return self.next_candidate(now, open, effects);
            }
            Wants::Show { .. } => return self.part_done(now, open, false, effects),
        }
        true
    }

    /// Puts a request into the outbox for a while: exponential back-off with jitter, and not less than
    /// a site asked for, after which not all that it turned away come back at once.
    pub(super) fn wait(&mut self, now: LocalTime, open: &mut Open, at_least: Span, effects: &mut Vec<ClientEffect>) {
        let span = match self.policy.client {
            Manners::Naive => self.policy.backoff_min,
            Manners::Careful => {
                let half = Span(open.backoff(&self.policy).0 / 2);
                (half + self.jitter(half)).max(at_least + self.jitter(self.policy.backoff_min))
            }
        };
        open.waits = open.waits.saturating_add(1);
        open.failed = 0;
        open.hops = 0;
        rest(open, now.monotonic + span, effects);
    }

    /// A time up to `most`, from the client's entropy.
    fn jitter(&mut self, most: Span) -> Span {
        self.entropy = entropy::next(self.entropy);
        Span(self.entropy % most.0.max(1))
    }

    /// Acts on every request whose time has come.
    pub(super) fn due(&mut self, now: LocalTime, effects: &mut Vec<ClientEffect>) {
        let mut place = 0;
        while place < self.open.len() {
            if self.open[place].due > now.monotonic {
                place += 1;
                continue;
            }
            let mut open = self.open.swap_remove(place);
            let goes_on = if open.asked {
                let asked_at = open.due.before(self.policy.request_timeout);
                open.silent_since.get_or_insert(asked_at);
                self.next_candidate(now, &mut open, effects)
            } else {
                self.try_again(now, &mut open, effects);
                true
            };
            if goes_on {
                self.open.push(open);
                let last = self.open.len() - 1;
                self.open.swap(place, last);
                place += 1;
            }
        }
    }
}

/// Leaves a request in the outbox.
fn rest(open: &mut Open, until: Monotonic, effects: &mut Vec<ClientEffect>) {
    open.asked = false;
    open.due = until;
    if open.wants == Wants::Store {
        effects.push(ClientEffect::Queued { request: open.request, unit: open.unit });
    }
}
