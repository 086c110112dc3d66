//! The user's tenant has moved: the answer *moved permanently* names the new home, and the client keeps it.

use super::open::{Open, Wants};
use super::{Client, ClientEffect};
use crate::service::Decisions;
use crate::terms::{LocalTime, Span, Unit, UnitSet};

impl<D: Decisions> Client<D> {
    /// Where to ask for what rests in a unit: where the tenant went, if it left there.
    pub(super) fn home(&self, unit: Unit, organization: bool) -> Unit {
        match self.moved {
            Some((from, to)) if from == unit && organization => to,
            _ => unit,
        }
    }

    /// The units to ask for the parts of a conversation.
    pub(super) fn homes(&self, parts: UnitSet, organization: bool) -> UnitSet {
        parts.iter().fold(UnitSet::EMPTY, |homes, unit| homes.with(self.home(unit, organization)))
    }

    /// Turns what rests in the outbox for the old home to the new one, each at its time: it would learn no more there,
    /// and what waits for a token would wait for one of a unit that has nothing to do with it.
    fn take_along(&mut self, now: LocalTime, (from, to): (Unit, Unit), effects: &mut Vec<ClientEffect>) {
        let mut outbox = std::mem::take(&mut self.open);
        outbox.retain_mut(|open| !open.rests_for(from) || self.turn(now, open, to, effects));
        self.open = outbox;
    }

    /// Turns what rests in the outbox to another unit. Returns whether it goes on.
    fn turn(&self, now: LocalTime, open: &mut Open, to: Unit, effects: &mut Vec<ClientEffect>) -> bool {
        open.unit = to;
        if std::mem::take(&mut open.held) {
            open.due = now.monotonic;
        }
        if self.keeps_back(open, effects) {
            return false;
        }
        effects.push(ClientEffect::Queued { request: open.request, unit: to });
        true
    }

    /// Goes where the tenant went. Returns whether the request goes on.
    pub(super) fn follow(
        &mut self,
        now: LocalTime,
        open: &mut Open,
        (from, to): (Unit, Unit),
        late: bool,
        effects: &mut Vec<ClientEffect>,
    ) -> bool {
        if self.moved.replace((from, to)) != Some((from, to)) {
            self.take_along(now, (from, to), effects);
        }
        if open.rests_for(from) {
            return self.turn(now, open, to, effects);
        }
        if late || open.unit != from {
            return true;
        }
        self.gives_back(now, open);
        open.unit = to;
        open.failed = 0;
        open.hops += 1;
        if let Wants::Show { wanted, shown, withheld } = open.wants {
            let known = shown.contains(to) || withheld.contains(to);
            let wanted = wanted.without(from);
            if !known {
                open.wants = Wants::Show { wanted: wanted.with(to), shown, withheld };
            } else if let Some(next) = wanted.iter().next() {
                open.wants = Wants::Show { wanted, shown, withheld };
                open.unit = next;
            } else {
                effects.push(ClientEffect::Shown { request: open.request, shown, withheld });
                return false;
            }
        }
        if !self.decisions.may_travel(&self.policy, &self.charter, open.journey, open.unit) {
            return match open.wants {
                Wants::Store => !self.keeps_back(open, effects),
                Wants::Show { .. } => self.part_done(now, open, false, effects),
            };
        }
        self.aim(now, open);
        if open.hops > super::MOST_HOPS && open.wants == Wants::Store {
            self.wait(now, open, Span::ZERO, effects);
        } else {
            self.send(now, open, false, effects);
        }
        true
    }
}
