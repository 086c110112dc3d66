//! Reading a conversation: one part after the other, each from the unit in which it rests.

use super::open::{Open, Wants};
use super::{Client, ClientEffect};
use crate::service::Decisions;
use crate::service::message::Read;
use crate::service::placement::Journey;
use crate::terms::{LocalTime, Unit, UnitSet};

impl<D: Decisions> Client<D> {
    pub(super) fn open_conversation(&mut self, now: LocalTime, read: &Read, effects: &mut Vec<ClientEffect>) {
        let parts = self.decisions.parts_of(&self.policy, &self.charter, read, now.wall);
        let wanted = self.homes(parts, read.conversation.is_organization());
        let journey = Journey { conversation: read.conversation, network: read.roaming_in };
        let travels = |unit: &Unit| self.decisions.may_travel(&self.policy, &self.charter, journey, *unit);
        let withheld = wanted.iter().filter(|unit| !travels(unit)).fold(UnitSet::EMPTY, UnitSet::with);
        let (shown, wanted) = (UnitSet::EMPTY, wanted.minus(withheld));
        match wanted.iter().next() {
            None => effects.push(ClientEffect::Shown { request: read.request, shown, withheld }),
            Some(unit) => {
                let wants = Wants::Show { wanted, shown, withheld };
                self.start_request(now, Open::new(read.request, wants, journey, unit), effects);
            }
        }
    }

    /// A part of a conversation is shown or withheld; asks for the next. Returns whether one is left.
    pub(super) fn part_done(
        &mut self,
        now: LocalTime,
        open: &mut Open,
        seen: bool,
        effects: &mut Vec<ClientEffect>,
    ) -> bool {
        let Wants::Show { wanted, shown, withheld } = open.wants else { return true };
        let wanted = wanted.without(open.unit);
        let (shown, withheld) =
            if seen { (shown.with(open.unit), withheld) } else { (shown, withheld.with(open.unit)) };
        open.wants = Wants::Show { wanted, shown, withheld };
        let Some(next) = wanted.iter().next() else {
            effects.push(ClientEffect::Shown { request: open.request, shown, withheld });
            return false;
        };
        open.unit = next;
        open.failed = 0;
        open.heard();
        self.aim(now, open);
        self.send(now, open, false, effects);
        true
    }
}
