//! Tenants and conversations. The only tables that grow with the population: 16 bytes a tenant and
//! 24 bytes a conversation.

use super::Ledger;
use crate::terms::{Conversation, ConversationKind, Country, Instant, Opening, Tenancy, Tenant, Unit, UnitSet};

/// A conversation, and the scale units in which acknowledged records of it rest.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Talk {
    units: UnitSet,
    newest_since: Instant,
    creator: Option<Country>,
    tenant: Tenant,
    kind: ConversationKind,
    newest: Unit,
}

impl Talk {
    const UNKNOWN: Self = Self {
        units: UnitSet::EMPTY,
        newest_since: Instant::ZERO,
        creator: None,
        tenant: Tenant(u32::MAX),
        kind: ConversationKind::Private,
        newest: Unit(0),
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

    /// The units in which records rest that were acknowledged before `asked`. Only the newest unit
    /// is dated: of several that came after `asked`, the older count, which can't happen within the
    /// time that a read takes, for a conversation has at most one unit a rule.
    pub(in crate::audit) fn units_before(&self, asked: Instant) -> UnitSet {
        if self.newest_since < asked { self.units } else { self.units.without(self.newest) }
    }

    fn rests_in(&mut self, unit: Unit, at: Instant) {
        if !self.units.contains(unit) {
            self.units = self.units.with(unit);
            (self.newest, self.newest_since) = (unit, at);
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
}
