//! Where a record may rest: the rules of residence as a table.
//!
//! Written from the promise, not from production's placement: the two must be able to disagree.
//!
//! | rule | what | may rest in |
//! |---|---|---|
//! | R6 | call media | nowhere |
//! | R7 | private conversation | the creator's boundary, but nothing is promised |
//! | R1 | tenant billed in a go-local boundary | that boundary, whatever the date |
//! | R4 | older app's card, from the instant on, terms say refuse | nowhere |
//! | R4 | older app's card, from the instant on, otherwise | the group's location |
//! | R3 | stamped before the effective instant | the group's location |
//! | R2 | stamped from the effective instant on | the boundary of the billing country |
//! | R9 | the country that decides is not served | nowhere |
//!
//! R5, data that travels together, hands the residence of the record that came first to those that
//! follow it; see [`super::ledger`]. R8 is what all of this holds for: failover included.

use super::Contract;
use crate::terms::{AppVersion, Boundary, BoundarySet, Country, Instant, RecordKind, Rule, Span, Tenancy};

/// What the rules need to know of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    /// Whose it is.
    pub tenancy: &'a Tenancy,
    /// Whether its conversation is an organization's.
    pub organization: bool,
    /// The group's location: the country code of the conversation's creator.
    pub location: Country,
    /// What it is.
    pub kind: RecordKind,
    /// The version of the app that made it.
    pub app: AppVersion,
}

/// On which sides of the effective instant a record may have been stamped. Its stamp is the
/// accepting primary's wall clock, somewhere between birth and first landing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// It may have been stamped before.
    pub before: bool,
    /// It may have been stamped at the instant or after.
    pub after: bool,
}

impl Stamp {
    /// A stamp by a clock that is off by `error` at most, at some true time in `[born, seen]`.
    pub(super) fn between(contract: &Contract, born: Instant, seen: Instant, error: Span) -> Self {
        Self { before: born < contract.effective + error, after: seen + error >= contract.effective }
    }
}

/// Where a record may rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Residence {
    /// The boundaries, any of which is right; empty: nowhere.
    pub allowed: BoundarySet,
    /// The rule that says so.
    pub rule: Rule,
}

impl Residence {
    const fn nowhere(rule: Rule) -> Self {
        Self { allowed: BoundarySet::EMPTY, rule }
    }

    /// Whether anything is promised: not for private conversations.
    pub(super) fn is_promised(self) -> bool {
        self.rule != Rule::R7
    }

    /// Whether it may rest in `boundary`.
    pub(super) fn admits(self, boundary: Boundary) -> bool {
        self.allowed.contains(boundary)
    }
}

/// Where a record may rest.
pub(super) fn residence(contract: &Contract, case: &Case<'_>, stamp: Stamp) -> Residence {
    match case.kind {
        RecordKind::CallMedia => Residence::nowhere(Rule::R6),
        _ => passage(contract, case, stamp),
    }
}

/// Through which boundaries a record may pass on its way: its residence, and for call media, which
/// rests nowhere, that of the call's log.
pub(super) fn passage(contract: &Contract, case: &Case<'_>, stamp: Stamp) -> Residence {
    let billing = contract.boundary_of(case.tenancy.billing);
    let location = contract.boundary_of(case.location);
    if !case.organization {
        return served(location, Rule::R7);
    }
    if billing.is_some_and(|home| contract.go_local.contains(home)) {
        return served(billing, Rule::R1);
    }
    let after = match (is_old_card(contract, case), refuses(contract, case)) {
        (false, _) => served(billing, Rule::R2),
        (true, false) => served(location, Rule::R4),
        (true, true) => Residence::nowhere(Rule::R4),
    };
    let before = served(location, Rule::R3);
    match stamp {
        Stamp { before: true, after: false } => before,
        Stamp { before: false, .. } => after,
        Stamp { before: true, after: true } => {
            Residence { allowed: union(before.allowed, after.allowed), rule: after.rule }
        }
    }
}

/// Where any record of the conversation may rest whatever its stamp: for a record that follows one
/// of which nothing is known any more.
pub(super) fn either(contract: &Contract, case: &Case<'_>) -> Residence {
    let case = Case { app: AppVersion(u16::MAX), ..*case };
    match residence(contract, &case, Stamp { before: true, after: true }) {
        promised if promised.is_promised() => Residence { rule: Rule::R5, ..promised },
        private => private,
    }
}

/// Whether R4 refuses the record under the tenant's terms, if it was stamped from the instant on.
pub(super) fn refuses_card(contract: &Contract, case: &Case<'_>) -> bool {
    is_old_card(contract, case) && refuses(contract, case)
}

fn is_old_card(contract: &Contract, case: &Case<'_>) -> bool {
    case.kind.is_card() && case.app < contract.card_version
}

fn refuses(contract: &Contract, case: &Case<'_>) -> bool {
    if case.tenancy.signed_up >= contract.effective {
        contract.refuses_old_cards.new_tenant
    } else {
        contract.refuses_old_cards.old_tenant
    }
}

fn served(boundary: Option<Boundary>, rule: Rule) -> Residence {
    boundary.map_or(Residence::nowhere(Rule::R9), |home| Residence { allowed: BoundarySet::of(home), rule })
}

/// The members of both.
pub(super) fn union(a: BoundarySet, b: BoundarySet) -> BoundarySet {
    b.iter().fold(a, BoundarySet::with)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::tests::{APAC, EFFECTIVE, EMEA, INDIA, contract, country};
    use crate::terms::Tenant;

    const BEFORE: Stamp = Stamp { before: true, after: false };
    const AFTER: Stamp = Stamp { before: false, after: true };

    fn tenancy(billing: &str, signed_up: Instant) -> Tenancy {
        Tenancy { tenant: Tenant(0), billing: country(billing), signed_up }
    }

    fn case<'a>(tenancy: &'a Tenancy, location: &str, kind: RecordKind, app: u16) -> Case<'a> {
        Case { tenancy, organization: true, location: country(location), kind, app: AppVersion(app) }
    }

    fn old() -> Instant {
        EFFECTIVE.before(Span::hours(100))
    }

    #[test]
    fn the_billing_country_decides_from_the_instant_on_and_the_group_before() {
        let (contract, tenancy) = (contract(), tenancy("DE", old()));
        let case = case(&tenancy, "SG", RecordKind::Message, 300);
        let at = |stamp| residence(&contract, &case, stamp);
        assert_eq!(at(AFTER), Residence { allowed: BoundarySet::of(EMEA), rule: Rule::R2 });
        assert_eq!(at(BEFORE), Residence { allowed: BoundarySet::of(APAC), rule: Rule::R3 });
        assert_eq!(at(Stamp { before: true, after: true }).allowed, BoundarySet::of(EMEA).with(APAC));
    }

    #[test]
    fn a_go_local_tenant_is_at_home_whatever_the_date() {
        let (contract, tenancy) = (contract(), tenancy("IN", old()));
        let case = case(&tenancy, "SG", RecordKind::Message, 300);
        for stamp in [BEFORE, AFTER] {
            let home = Residence { allowed: BoundarySet::of(INDIA), rule: Rule::R1 };
            assert_eq!(residence(&contract, &case, stamp), home);
        }
    }

    #[test]
    fn an_old_apps_card_is_refused_to_new_tenants_and_follows_the_group_for_old_ones() {
        let contract = contract();
        let (new, old) = (tenancy("DE", EFFECTIVE), tenancy("DE", old()));
        let card = |tenancy| residence(&contract, &case(tenancy, "SG", RecordKind::CardMetadata, 299), AFTER);
        assert_eq!(card(&new), Residence { allowed: BoundarySet::EMPTY, rule: Rule::R4 });
        assert_eq!(card(&old), Residence { allowed: BoundarySet::of(APAC), rule: Rule::R4 });
    }

    #[test]
    fn call_media_rests_nowhere_and_neither_does_a_country_that_is_not_served() {
        let contract = contract();
        let (german, nowhere) = (tenancy("DE", old()), tenancy("KP", old()));
        let media = residence(&contract, &case(&german, "SG", RecordKind::CallMedia, 300), AFTER);
        let unserved = residence(&contract, &case(&nowhere, "SG", RecordKind::Message, 300), AFTER);
        assert_eq!(media, Residence::nowhere(Rule::R6));
        assert_eq!(unserved, Residence::nowhere(Rule::R9));
    }
}
