//! RES-6: no candidate list names a datacenter outside the boundary, even one that is not chosen.

use crate::audit::docket::Docket;
use crate::audit::ledger::Ledger;
use crate::audit::rules::{self, Residence};
use crate::audit::{Breach, reasons};
use crate::terms::{Birth, BoundarySet, CopyClass, DatacenterSet, Instant, Rule, Unit};

/// Judges every list that production made for a record of an organization.
#[derive(Debug, Default)]
pub(in crate::audit) struct CandidatesInside {
    pub docket: Docket,
}

impl CandidatesInside {
    #[inline]
    pub(in crate::audit) fn listed(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        birth: &Birth,
        unit: Unit,
        candidates: DatacenterSet,
    ) {
        let passage = passage(ledger, birth, at);
        if !passage.is_promised() {
            self.docket.suspend(reasons::PRIVATE);
            return;
        }
        let home = ledger.terms(unit).boundary;
        self.docket.check(passage.admits(home), || {
            Breach::new(at, format!("{{tenant}}'s {} was to go to {{unit}}, outside {{residence}}", birth.kind))
                .of(birth)
                .in_unit(unit)
                .against(passage.allowed, passage.rule)
        });
        let foreign = candidates.iter().find(|&candidate| ledger.contract.stands_in(candidate) != home);
        if let Some(foreign) = foreign {
            self.docket.check(false, || {
                let what = format!(
                    "the candidates for {{tenant}}'s {} in {{unit}} name {{datacenter}}, outside {{residence}}",
                    birth.kind
                );
                Breach::new(at, what)
                    .of(birth)
                    .in_unit(unit)
                    .at_datacenter(foreign)
                    .against(passage.allowed, passage.rule)
            });
        }
    }

    /// A copy of the whole log holds every tenant's records, so it stands in the unit's own boundary.
    pub(in crate::audit) fn for_copies(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        unit: Unit,
        copy: CopyClass,
        candidates: DatacenterSet,
    ) {
        let home = ledger.terms(unit).boundary;
        for candidate in candidates.iter() {
            self.docket.check(ledger.contract.stands_in(candidate) == home, || {
                let what = format!("the places for a {copy} of {{unit}} name {{datacenter}}, outside {{residence}}");
                Breach::new(at, what)
                    .in_unit(unit)
                    .resting_as(copy)
                    .at_datacenter(candidate)
                    .against(BoundarySet::of(home), Rule::R8)
            });
        }
    }
}

/// Through which boundaries the record may pass. A card that is to be refused must reach somebody
/// who refuses it, so it may pass where another record of its conversation may rest.
fn passage(ledger: &Ledger, birth: &Birth, at: Instant) -> Residence {
    if birth.with != birth.record {
        return ledger.passing(birth, at, ledger.residence_at_home(birth, at));
    }
    let case = ledger.case(birth);
    let passage = if rules::refuses_card(&ledger.contract, &case) {
        rules::either(&ledger.contract, &case)
    } else {
        rules::passage(&ledger.contract, &case, ledger.stamp(birth, at))
    };
    ledger.passing(birth, at, passage)
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, APAC_1, DUBLIN, EMEA_1, HONG_KONG, SINGAPORE, Story};
    use crate::facts::Fact;
    use crate::terms::{CopyClass, DatacenterSet, RecordKind};

    #[test]
    fn a_list_of_the_pair_keeps_the_promise() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.list(birth, EMEA_1, &[DUBLIN, AMSTERDAM]);
        story.expect_kept("RES-6", 1);
    }

    #[test]
    fn a_foreign_candidate_is_a_breach_though_nothing_landed_there() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.list(birth, EMEA_1, &[DUBLIN, AMSTERDAM, SINGAPORE]);
        story.expect_broken("RES-6", "name {datacenter}, outside {residence}");
    }

    #[test]
    fn media_outside_the_boundary_are_a_breach() {
        let mut story = Story::after();
        let listed = |datacenters: &[_]| {
            let candidates = datacenters.iter().fold(DatacenterSet::EMPTY, |set, &one| set.with(one));
            Fact::TargetsListed { unit: EMEA_1, copy: CopyClass::Backup, candidates }
        };
        story.fact(listed(&[AMSTERDAM, DUBLIN]));
        story.expect_kept("RES-6", 2);
        story.fact(listed(&[SINGAPORE]));
        story.expect_broken("RES-6", "the places for a backup of {unit} name {datacenter}");
    }

    #[test]
    fn a_unit_of_another_boundary_is_a_breach() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::CallMedia);
        story.list(birth, APAC_1, &[SINGAPORE, HONG_KONG]);
        story.expect_broken("RES-6", "was to go to {unit}");
    }
}
