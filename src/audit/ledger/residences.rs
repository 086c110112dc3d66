//! Where a record may rest, by all that is remembered.

use super::Ledger;
use crate::audit::rules::{self, Case, Residence, Stamp};
use crate::terms::{Birth, Boundary, BoundarySet, Instant, Rule, Tenant, UnitSet};

impl Ledger {
    /// The record that `birth` follows, if its family is still known.
    pub(in crate::audit) fn family(&self, birth: &Birth) -> Option<(UnitSet, Residence)> {
        let (units, residence) = self.families.of(birth).map(|family| (family.units, family.residence))?;
        // Who follows a record whose tenant has moved goes where that went.
        let home = self.homes.of(birth.tenant).filter(|home| home.cut_over.is_some() && units.contains(home.from));
        Some((home.map_or(units, |home| units.with(home.to)), residence))
    }

    /// What the rules need to know of a record.
    pub(in crate::audit) fn case(&self, birth: &Birth) -> Case<'_> {
        let talk = self.people.talk(birth.conversation);
        Case {
            tenancy: self.people.tenancy(birth.tenant),
            organization: talk.is_organization(),
            location: talk.location(),
            kind: birth.kind,
            app: birth.app,
        }
    }

    /// The boundary in which a tenant is at home: that of its billing country, or of the unit to which it moved.
    #[inline]
    pub(in crate::audit) fn home_of(&self, tenant: Tenant) -> Option<Boundary> {
        match self.homes.of(tenant) {
            Some(home) => Some(self.contract.unit(home.now()).boundary),
            None => self.contract.boundary_of(self.people.tenancy(tenant).billing),
        }
    }

    /// On which sides of the effective instant a record may have been stamped by now.
    pub(in crate::audit) fn stamp(&self, birth: &Birth, now: Instant) -> Stamp {
        let error = self.contract.clock_tolerance.max(self.world.clock_error(now));
        Stamp::between(&self.contract, birth.born, now, error)
    }

    /// Whether a wall clock was ever off by more than is declared: what a site stamped by it binds nobody.
    #[inline]
    pub(in crate::audit) fn clocks_are_off(&self, now: Instant) -> bool {
        self.world.clock_error(now) > self.contract.clock_tolerance
    }

    /// Where a record of its own instant may rest if every wall clock kept within what is declared.
    pub(in crate::audit) fn declared_residence(&self, birth: &Birth, now: Instant) -> Residence {
        let stamp = Stamp::between(&self.contract, birth.born, now, self.contract.clock_tolerance);
        self.relocated(birth, now, rules::residence(&self.contract, &self.case(birth), stamp))
    }

    /// Where a record may rest that was stamped between its birth and now.
    pub(in crate::audit) fn residence(&self, birth: &Birth, now: Instant) -> Residence {
        self.relocated(birth, now, self.residence_at_home(birth, now))
    }

    /// The same after the moves that there were. From the cut-over on, whatever of the tenant's organization was to
    /// rest in its old home is to rest in its new one; what was born before may still come to rest on old disks,
    /// until they are purged. What is copied may rest in the new home only.
    pub(in crate::audit) fn relocated(&self, birth: &Birth, now: Instant, residence: Residence) -> Residence {
        let Some(home) = self.homes.of(birth.tenant) else { return residence };
        let [from, to] = [home.from, home.to].map(|unit| self.contract.unit(unit).boundary);
        if !birth.kind.is_made_by_people() {
            return Residence { allowed: BoundarySet::of(to), rule: Rule::R2 };
        }
        match home.cut_over {
            Some(at) if at <= now && residence.is_promised() && residence.admits(from) => {
                let stays = birth.born < at;
                let others = residence.allowed.iter().filter(|&boundary| stays || boundary != from);
                Residence { allowed: others.fold(BoundarySet::of(to), BoundarySet::with), ..residence }
            }
            _ => residence,
        }
    }

    /// Through which boundaries a record may pass: a device may not have learned of a move yet, and asks the old home.
    pub(in crate::audit) fn passing(&self, birth: &Birth, now: Instant, residence: Residence) -> Residence {
        let moved = self.relocated(birth, now, residence);
        Residence { allowed: rules::union(moved.allowed, residence.allowed), ..moved }
    }

    /// Where a record may rest whose tenant does not move.
    pub(in crate::audit) fn residence_at_home(&self, birth: &Birth, now: Instant) -> Residence {
        if birth.with == birth.record {
            return rules::residence(&self.contract, &self.case(birth), self.stamp(birth, now));
        }
        match self.families.of(birth) {
            Some(family) if family.residence.is_promised() => Residence { rule: Rule::R5, ..family.residence },
            Some(family) => family.residence,
            None => rules::either(&self.contract, &self.case(birth)),
        }
    }
}
