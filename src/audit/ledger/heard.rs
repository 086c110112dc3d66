//! Where a site of a unit was before it got another place, and who was seen to know of the new one: a device hears of it
//! from whoever answers, so who can ask nobody in the places that it knows has not heard. And who lost messages on their
//! way.

use super::Ledger;
use crate::audit::slack;
use crate::facts::Unserved;
use crate::terms::{Datacenter, DatacenterSet, Instant, Side, Span, Unit, User};
use std::collections::BTreeMap;

/// Every site that got another place.
#[derive(Debug, Default)]
pub(in crate::audit) struct Heard {
    moved: Vec<Moved>,
    /// Since when.
    knowing: BTreeMap<(Unit, User), Instant>,
    /// When a message between a device and a datacenter was lost on its way, the last times, the newest first.
    lost: BTreeMap<(User, Datacenter), [Option<Instant>; slack::ROUNDS]>,
}

#[derive(Debug)]
struct Moved {
    unit: Unit,
    side: Side,
    from: Datacenter,
    to: Datacenter,
}

impl Heard {
    /// A site gets another place.
    pub(super) fn moved(&mut self, (unit, side): (Unit, Side), from: Datacenter, to: Datacenter) {
        self.moved.push(Moved { unit, side, from, to });
    }

    /// A device lists where it may send a record of its user's.
    pub(in crate::audit) fn listed(&mut self, at: Instant, user: User, unit: Unit, candidates: DatacenterSet) {
        if self.moved.iter().any(|one| one.unit == unit && candidates.contains(one.to)) {
            self.knowing.entry((unit, user)).or_insert(at);
        }
    }

    /// Where a site was before it got another place.
    fn before(&self, unit: Unit, side: Side) -> Option<Datacenter> {
        self.moved.iter().find(|one| (one.unit, one.side) == (unit, side)).map(|one| one.from)
    }
}

impl Ledger {
    /// A request came to nothing, or nobody heard of it.
    pub(in crate::audit) fn unserved(&mut self, at: Instant, unserved: Unserved) {
        match unserved {
            Unserved::TurnedAway { datacenter, queue, .. } => self.queue_seen(at, datacenter, queue),
            Unserved::Overdue { datacenter, waited } => self.waited(at, datacenter, waited),
            Unserved::Unheard { user, datacenter } => {
                let lost = self.heard.lost.entry((user, datacenter)).or_default();
                lost.rotate_right(1);
                lost[0] = Some(at);
            }
        }
    }

    /// Whether so many messages between a device and a site were lost within `span` before `at` that the device may have
    /// heard nothing from it: as many as it surely asked it in that time, and [`slack::ROUNDS`] at most.
    pub(in crate::audit) fn was_cut_off(&self, site: (Unit, Side), user: User, span: Span, at: Instant) -> bool {
        self.lost(site, user, span, at) >= self.contract.rounds_within(span).min(slack::ROUNDS)
    }

    /// How many messages between a device and a site were lost within `span` before `at`, of the last three. Of a site
    /// that got another place a device hears from whoever answers, so there every message counts.
    pub(in crate::audit) fn lost(&self, (unit, side): (Unit, Side), user: User, span: Span, at: Instant) -> usize {
        let stayed = self.heard.before(unit, side).is_none();
        let own = self.terms(unit).site(side);
        let of_user = self.heard.lost.iter().filter(|((who, at), _)| *who == user && !(stayed && *at != own));
        let recent = of_user.flat_map(|(_, lost)| lost.iter().flatten()).filter(|&&lost| at - lost <= span);
        recent.count()
    }

    /// Whether the disk of a site was lost so short a time ago that whoever asked it before cannot know: a holder goes
    /// by answers younger than a lease.
    pub(in crate::audit) fn is_lost_unheard(&self, at: Instant, unit: Unit, side: Side) -> bool {
        let logs = self.logs(unit);
        let (_, emptied) = logs.growing(side);
        logs.certified_since(side).is_none() && at - emptied <= self.contract.ttl.max(slack::SETTLING)
    }

    /// Whether a device can know where a site is: it always was there, or for long enough the device has known of the
    /// new place, or one of the places that it knows was within reach to say so.
    pub(in crate::audit) fn is_known(
        &self,
        (unit, side): (Unit, Side),
        user: User,
        long: impl Fn(Instant) -> bool,
    ) -> bool {
        let known = |side| self.heard.before(unit, side).unwrap_or(self.terms(unit).site(side));
        let tells = |side| self.reachable_since(unit, known(side)).is_some_and(&long);
        self.heard.before(unit, side).is_none()
            || self.heard.knowing.get(&(unit, user)).is_some_and(|&since| long(since))
            || Side::BOTH.into_iter().any(tells)
    }
}
