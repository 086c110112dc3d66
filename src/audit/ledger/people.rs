//! Tenants and conversations. The only tables that grow with the population: 16 bytes a tenant and
//! 32 bytes a conversation.

use super::Ledger;
use crate::terms::{Conversation, ConversationKind, Country, Instant, Opening, Tenancy, Tenant, Unit, UnitSet};

/// A conversation, and the scale units in which acknowledged records of it rest.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Talk {
    units: UnitSet,
    /// Since when any rest in the newest.
    newest_since: Instant,
    /// How much earlier, in microseconds, any came to rest in the one before it; the most is an hour and more.
    earlier_us: u32,
    creator: Option<Country>,
    tenant: Tenant,
    kind: ConversationKind,
    /// The two that came last, the newest first.
    newest: [Unit; 2],
}

impl Talk {
    const UNKNOWN: Self = Self {
        units: UnitSet::EMPTY,
        newest_since: Instant::ZERO,
        earlier_us: 0,
        creator: None,
        tenant: Tenant(u32::MAX),
        kind: ConversationKind::Private,
        newest: [Unit(0); 2],
    };

    /// The group's location: the country code of the creator.
    ///
    /// # Panics
    ///
    /// If the world stated no opening of the conversation.
    pub(in crate::audit) fn location(&self) -> Country {
        self.creator.expect("a record's conversation was opened before")
    }

    /// Whose conversation; nobody's, if it was never opened.
    pub(in crate::audit) const fn tenant(&self) -> Tenant {
        self.tenant
    }

    /// Whether the promise covers the conversation.
    pub(in crate::audit) fn is_organization(&self) -> bool {
        self.kind.is_organization()
    }

    /// The units in which records rest that were acknowledged before `asked`. Only the two newest are dated. Two may
    /// come while a read takes its time, as of a tenant that moves just after the effective instant; a third one
    /// before them is the group's, which every reader asks.
    pub(in crate::audit) fn units_before(&self, asked: Instant) -> UnitSet {
        let before = Instant(self.newest_since.0 - u64::from(self.earlier_us));
        let dated = self.newest.into_iter().zip([self.newest_since, before]);
        let later = dated.filter(|&(_, since)| since >= asked);
        later.fold(self.units, |units, (unit, _)| units.without(unit))
    }

    fn rests_in(&mut self, unit: Unit, at: Instant) {
        if !self.units.contains(unit) {
            self.units = self.units.with(unit);
            let earlier = (at - self.newest_since).0;
            self.earlier_us = u32::try_from(earlier).unwrap_or(u32::MAX);
            (self.newest, self.newest_since) = ([unit, self.newest[0]], at);
        }
    }
}

/// Every tenant and conversation, by handle.
#[derive(Debug, Default)]
pub(in crate::audit) struct People {
    tenants: Vec<Tenancy>,
    talks: Vec<Talk>,
}

impl People {
    /// What a tenant's contract says.
    pub(in crate::audit) fn tenancy(&self, tenant: Tenant) -> &Tenancy {
        &self.tenants[tenant.0 as usize]
    }

    /// A conversation; one never opened has no location and no units.
    pub(in crate::audit) fn talk(&self, conversation: Conversation) -> &Talk {
        self.talks.get(conversation.0 as usize).unwrap_or(&Talk::UNKNOWN)
    }

    pub(super) fn founded(&mut self, tenancy: Tenancy) {
        assert_eq!(tenancy.tenant.0 as usize, self.tenants.len(), "tenants are stated in order");
        self.tenants.push(tenancy);
    }

    pub(super) fn opened(&mut self, opening: &Opening) {
        let talk = self.slot(opening.conversation);
        (talk.creator, talk.tenant, talk.kind) = (Some(opening.creator), opening.tenant, opening.kind);
    }

    pub(super) fn acknowledged(&mut self, conversation: Conversation, unit: Unit, at: Instant) {
        self.slot(conversation).rests_in(unit, at);
    }

    fn slot(&mut self, conversation: Conversation) -> &mut Talk {
        let place = conversation.0 as usize;
        if place >= self.talks.len() {
            self.talks.resize(place + 1, Talk::UNKNOWN);
        }
        &mut self.talks[place]
    }
}

impl Ledger {
    /// Whether what is said in a conversation may travel only inside the boundary where it rests.
    #[inline]
    pub(in crate::audit) fn travels_inside(&self, conversation: Conversation) -> bool {
        self.contract.travels_inside && self.people.talk(conversation).is_organization()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_costs_at_most_32_bytes() {
        assert!(size_of::<Talk>() <= 32, "{}", size_of::<Talk>());
    }

    #[test]
    fn a_read_is_not_asked_for_what_came_after_it() {
        let mut people = People::default();
        people.acknowledged(Conversation(3), Unit(1), Instant(10));
        people.acknowledged(Conversation(3), Unit(2), Instant(20));
        people.acknowledged(Conversation(3), Unit(1), Instant(30));
        let talk = people.talk(Conversation(3));
        assert_eq!(talk.units_before(Instant(20)), UnitSet::of(Unit(1)));
        assert_eq!(talk.units_before(Instant(21)), UnitSet::of(Unit(1)).with(Unit(2)));
    }

    #[test]
    fn nor_is_it_for_two_parts_that_came_while_it_took_its_time() {
        let mut people = People::default();
        for (unit, at) in [(1, 10), (2, 20), (3, 30)] {
            people.acknowledged(Conversation(3), Unit(unit), Instant(at));
        }
        let talk = people.talk(Conversation(3));
        let (one, two) = (UnitSet::of(Unit(1)), UnitSet::of(Unit(1)).with(Unit(2)));
        let before = [15, 20, 21, 30, 31].map(|asked| talk.units_before(Instant(asked)));
        assert_eq!(before, [one, one, two, two, two.with(Unit(3))]);
    }
}
