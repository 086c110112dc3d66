//! RES-1: every landing of content rests inside its residence. Where only a clock beyond the declared
//! tolerance explains it, nothing is judged.

use crate::audit::docket::Docket;
use crate::audit::ledger::{Landing, Ledger};
use crate::audit::rules::Residence;
use crate::audit::{Breach, reasons};
use crate::terms::{Birth, CopyClass, Datacenter, Index, Instant, Rule, Unit};

/// Judges each landing by the world's own datacenter. Private conversations are not judged.
#[derive(Debug, Default)]
pub(in crate::audit) struct RestsInside {
    pub docket: Docket,
}

impl RestsInside {
    #[inline]
    pub(in crate::audit) fn landed(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        birth: &Birth,
        residence: Residence,
        landing: &Landing,
    ) {
        if landing.copy == CopyClass::WitnessRecord {
            return;
        }
        if !residence.is_promised() {
            self.docket.suspend(reasons::PRIVATE);
            return;
        }
        let here = ledger.contract.stands_in(landing.datacenter);
        let inside = residence.admits(here);
        let own = birth.with == birth.record;
        if inside && own && ledger.clocks_are_off(at) && !ledger.declared_residence(birth, at).admits(here) {
            self.docket.suspend(reasons::BEYOND_TOLERANCE);
            return;
        }
        self.docket.check(inside, || {
            let limit = if residence.allowed.is_empty() { "but may rest nowhere" } else { "outside {residence}" };
            let what = format!("{{tenant}}'s {} came to rest in {{datacenter}}, {limit}", birth.kind);
            Breach::new(at, what)
                .of(birth)
                .in_unit(landing.unit)
                .at_datacenter(landing.datacenter)
                .resting_as(landing.copy)
                .against(residence.allowed, residence.rule)
        });
    }

    /// A run of a log was copied: every record of it must be allowed to rest there.
    pub(in crate::audit) fn range_landed(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        copy: CopyClass,
        datacenter: Datacenter,
        unit: Unit,
        (first, last): (Index, Index),
    ) {
        let allowed = ledger.logs(unit).residence_of(first, last);
        self.docket.check(allowed.contains(ledger.contract.stands_in(datacenter)), || {
            Breach::new(
                at,
                format!("records {first} to {last} of {{unit}} came to rest in {{datacenter}}, outside {{residence}}"),
            )
            .in_unit(unit)
            .at_datacenter(datacenter)
            .resting_as(copy)
            .against(allowed, Rule::R8)
        });
    }

    /// A record that may rest nowhere may not be acknowledged either.
    #[inline]
    pub(in crate::audit) fn acknowledged(&mut self, ledger: &Ledger, at: Instant, birth: &Birth, unit: Unit) {
        let residence = ledger.residence(birth, at);
        if residence.allowed.is_empty() && residence.is_promised() {
            self.docket.check(false, || {
                Breach::new(
                    at,
                    format!("{{tenant}}'s {} was acknowledged by {{unit}}, but may rest nowhere", birth.kind),
                )
                .of(birth)
                .in_unit(unit)
                .against(residence.allowed, residence.rule)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, CHENNAI, DUBLIN, SINGAPORE, Story};
    use crate::facts::Fact;
    use crate::terms::{CopyClass, RecordKind};

    #[test]
    fn a_record_inside_its_boundary_keeps_the_promise() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.land(birth, CopyClass::Log, DUBLIN, 1).land(birth, CopyClass::Replica, AMSTERDAM, 1);
        story.expect_kept("RES-1", 2);
    }

    #[test]
    fn a_copy_outside_the_boundary_is_a_breach() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.land(birth, CopyClass::Log, DUBLIN, 1).land(birth, CopyClass::Cache, SINGAPORE, 0);
        story.expect_broken("RES-1", "came to rest in {datacenter}, outside {residence}");
    }

    #[test]
    fn a_private_record_promises_nothing() {
        let mut story = Story::after();
        let birth = story.private_birth(RecordKind::Message);
        story.land(birth, CopyClass::Log, DUBLIN, 1);
        let finding = story.finding("RES-1");
        assert_eq!((finding.checked, finding.suspended.len()), (0, 1));
    }

    #[test]
    fn a_stamp_by_a_clock_beyond_the_tolerance_binds_nobody() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.fact(Fact::ClockChanged { datacenter: SINGAPORE, offset_us: -86_400_000_000, drift_ppm: 0 });
        story.land_in_apac(birth, 1).land(birth, CopyClass::Log, DUBLIN, 1);
        story.expect_kept("RES-1", 1);
        assert_eq!(story.finding("RES-1").suspended[0].times, 1);
        story.land(birth, CopyClass::Cache, CHENNAI, 0);
        story.expect_broken("RES-1", "came to rest in {datacenter}, outside {residence}");
    }

    #[test]
    fn a_resynchronised_run_is_judged_by_what_it_holds() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.land(birth, CopyClass::Log, DUBLIN, 1).copy_range(AMSTERDAM, 1, 1);
        story.expect_kept("RES-1", 2);
        story.copy_range(SINGAPORE, 1, 1);
        story.expect_broken("RES-1", "records 1 to 1");
    }

    #[test]
    fn a_follower_may_rest_where_the_first_of_its_family_may() {
        let mut story = Story::before();
        let first = story.family(RecordKind::Message, 1);
        story.land_in_apac(first, 1).pass_the_instant();
        let follower = story.follower(RecordKind::Attachment, &first);
        story.land_in_apac(follower, 2);
        story.expect_kept("RES-1", 2);
        story.land(follower, CopyClass::Replica, DUBLIN, 2);
        story.expect_broken("RES-1", "attachment");
    }
}
