//! RES-5: a tenant that moves has one home at every moment, takes everything along, and leaves nothing behind.
//!
//! At the cut-over both sites of the new home hold the records that those of the old one hold: as many, and the same
//! by a hash that does not depend on their order. From then on the old home neither acknowledges nor shows anything
//! of the organization's, and `purge_within` later, or as long after its datacenter is back, no copy of any class is
//! left there. Of a move that was cancelled the same holds for the new home. A move whose homes are well ends.

use super::convergence;
use crate::audit::docket::Docket;
use crate::audit::ledger::{Home, Ledger};
use crate::audit::{Breach, reasons, slack};
use crate::facts::Moving;
use crate::terms::{Birth, Content, Conversation, CopyClass, Datacenter, Instant, Rule, Side, Tenant, Unit, UnitSet};
use std::collections::BTreeMap;

/// One kind of place in which something of a tenant rests.
type Place = (Tenant, Unit, Datacenter, CopyClass);

/// What rests there.
#[derive(Clone, Copy, Debug)]
struct Resting {
    content: Content,
    /// Since when there is anything.
    since: Instant,
    /// Whether it was found overdue.
    told: bool,
}

/// Follows what rests of every tenant that moves.
#[derive(Debug, Default)]
pub(in crate::audit) struct LeavesNothing {
    pub docket: Docket,
    resting: BTreeMap<Place, Resting>,
    looked: Instant,
}

impl LeavesNothing {
    /// Something happened to a tenant that moves; the ledger knows of it.
    pub(in crate::audit) fn moving(&mut self, ledger: &Ledger, at: Instant, what: &Moving) {
        match *what {
            Moving::Ordered { tenant, from, to } => self.ordered(ledger, at, tenant, (from, to)),
            Moving::CutOver { tenant } => self.cut_over(ledger, at, tenant),
            Moving::Rests { tenant, unit, datacenter, copy, content } => {
                let place = (tenant, unit, datacenter, copy);
                if content.is_empty() {
                    self.resting.remove(&place);
                } else {
                    let fresh = Resting { content, since: at, told: false };
                    self.resting.entry(place).or_insert(fresh).content = content;
                }
            }
            Moving::Cancelled { .. } | Moving::Told { .. } => {}
        }
    }

    /// Who leaves, when, and for which boundary was agreed upon.
    fn ordered(&mut self, ledger: &Ledger, at: Instant, tenant: Tenant, (from, to): (Unit, Unit)) {
        let billing = ledger.contract.boundary_of(ledger.tenancy(tenant).billing);
        let [left, entered] = [from, to].map(|unit| ledger.terms(unit).boundary);
        let mut terms = ledger.contract.moves.iter().filter(|terms| terms.means(ledger.tenancy(tenant)));
        let agreed = terms.any(|terms| terms.to == entered && terms.at <= at) && billing == Some(left);
        self.docket.check(agreed, || {
            let what = "{tenant} was ordered to move to {unit}, and that was not agreed upon";
            of(tenant, Breach::new(at, what)).in_unit(to).by_rule(Rule::R2)
        });
    }

    fn cut_over(&mut self, ledger: &Ledger, at: Instant, tenant: Tenant) {
        let Some(&Home { from, to, .. }) = ledger.homes.of(tenant) else { return };
        let log = |unit: Unit, side: Side| {
            let place = (tenant, unit, ledger.terms(unit).site(side), CopyClass::Log);
            self.resting.get(&place).map_or(Content::default(), |resting| resting.content)
        };
        let [old, new] = [from, to].map(|unit| Side::BOTH.map(|side| log(unit, side)));
        // A disk that was lost a moment ago, and is not filled again, does not say what the old home holds.
        let counts = Side::BOTH.map(|side| ledger.logs(from).certified_since(side).is_some());
        let old_counts = |place: usize| counts[place] || counts == [false; 2];
        let there = |place: usize| old_counts(place).then_some(old[place]);
        let arrived = |side: Side| {
            Side::BOTH.into_iter().filter_map(|old| there(old.index())).all(|old| new[side.index()] == old)
        };
        let whole = Side::BOTH.into_iter().filter(|&side| !ledger.is_lost_unheard(at, to, side)).all(arrived);
        self.docket.check(whole, || {
            let fewest = new[0].records.min(new[1].records);
            let what = format!(
                "{{tenant}} was cut over to {{unit}}, where {fewest} of its {} records were on both sites, or others",
                old[0].records.max(old[1].records)
            );
            of(tenant, Breach::new(at, what)).in_unit(to).by_rule(Rule::R2)
        });
    }

    /// The old home acknowledges nothing of the organization's from the cut-over on.
    #[inline]
    pub(in crate::audit) fn acknowledged(&mut self, ledger: &Ledger, at: Instant, birth: &Birth, unit: Unit) {
        let Some(home) = ledger.homes.of(birth.tenant).filter(|home| home.cut_over.is_some()) else { return };
        if !birth.kind.is_made_by_people() || !ledger.talk(birth.conversation).is_organization() {
            return;
        }
        self.docket.check(unit != home.from, || {
            let what = format!("{{unit}} acknowledged {{tenant}}'s {} after it had moved away", birth.kind);
            Breach::new(at, what).of(birth).in_unit(unit).by_rule(Rule::R2)
        });
    }

    /// Nor does it show anything.
    pub(in crate::audit) fn read(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        conversation: Conversation,
        asked: Instant,
        shown: UnitSet,
    ) {
        let talk = ledger.talk(conversation);
        let Some(home) = ledger.homes.of(talk.tenant()).filter(|_| talk.is_organization()) else { return };
        if home.cut_over.is_some_and(|since| asked > since) {
            self.docket.check(!shown.contains(home.from), || {
                let what = format!("{{unit}} showed conversation {} of {{tenant}}, which moved away", conversation.0);
                of(home.tenant, Breach::new(at, what)).in_unit(home.from).by_rule(Rule::R2)
            });
        }
    }

    /// Time has passed: what must not be left is gone by its deadline.
    pub(in crate::audit) fn time_passed(&mut self, ledger: &Ledger, at: Instant) {
        if std::mem::replace(&mut self.looked, at) == at {
            return;
        }
        for (&place, resting) in &mut self.resting {
            let Some(since) = due_since(ledger, place, resting.since) else { continue };
            let Some(well) = well_since(ledger, place.1, place.2) else { continue };
            let overdue = at.since(since.max(well)) > ledger.contract.purge_within + slack::SETTLING;
            if !resting.told {
                resting.told = overdue;
                let left = resting.content;
                self.docket.check(!overdue, || left_behind(at, place, left));
            }
        }
    }

    /// The run is over: nothing is left, and no move is left undone. What came only after the tenant had left, under
    /// way until then, goes in the next round, and has its deadline.
    pub(in crate::audit) fn ended(&mut self, ledger: &Ledger, at: Instant) {
        for (&place, resting) in &self.resting {
            if due_since(ledger, place, resting.since).is_none() || resting.told {
                continue;
            }
            let came_later = due_since(ledger, place, Instant::ZERO).is_some_and(|left| left < resting.since);
            match well_since(ledger, place.1, place.2) {
                Some(_) if came_later => self.docket.suspend(reasons::NEXT_ROUND),
                Some(_) => self.docket.check(false, || left_behind(at, place, resting.content)),
                None => self.docket.suspend(reasons::NO_POWER),
            }
        }
        for home in ledger.homes.all() {
            if home.leaves().is_some() {
                self.docket.clear(1);
            } else if let Some(reason) = hindrance(ledger, home, at) {
                self.docket.suspend(reason);
            } else {
                self.docket.check(false, || {
                    let what = "{tenant} was ordered to move to {unit}, and never did though both homes were well";
                    of(home.tenant, Breach::new(home.ordered, what)).in_unit(home.to).by_rule(Rule::R2)
                });
            }
        }
    }
}

/// Since when nothing may be in a place in which there is something since then.
fn due_since(ledger: &Ledger, (tenant, unit, ..): Place, since: Instant) -> Option<Instant> {
    let (left, at) = ledger.homes.of(tenant)?.leaves()?;
    (left == unit).then_some(since.max(at))
}

/// Since when a site has been running.
fn well_since(ledger: &Ledger, unit: Unit, site: Datacenter) -> Option<Instant> {
    Some(ledger.world.running_since(site)?.max(ledger.world.moving_since(unit, site)?))
}

/// Why nobody can have carried a move out: a site of one of the homes has not been running for as long as it takes to
/// find a holder and to drain, or was busy until now, or a home has a reason not to serve.
fn hindrance(ledger: &Ledger, home: &Home, at: Instant) -> Option<&'static str> {
    let long = ledger.contract.able_for() + ledger.contract.longest_wait;
    let runs = |unit: Unit| {
        let since = |site| well_since(ledger, unit, site);
        ledger.terms(unit).sites.iter().all(|&site| since(site).is_some_and(|since| at.since(since) > long))
    };
    let homes = [home.from, home.to];
    if !homes.into_iter().all(runs) {
        return Some(reasons::NO_POWER);
    }
    // Lots wait for their turn with what clients ask, and are turned away as that is.
    if homes.into_iter().any(|unit| ledger.was_busy(unit, at, long)) {
        return Some(reasons::BUSY_HOME);
    }
    homes.into_iter().find_map(|unit| convergence::reason(ledger, at, unit))
}

fn left_behind(at: Instant, (tenant, unit, datacenter, copy): Place, left: Content) -> Breach {
    let what = format!("{} records of {{tenant}} are left in a {copy} of {{unit}} in {{datacenter}}", left.records);
    of(tenant, Breach::new(at, what)).in_unit(unit).at_datacenter(datacenter).resting_as(copy).by_rule(Rule::R2)
}

fn of(tenant: Tenant, breach: Breach) -> Breach {
    Breach { tenant: Some(tenant), ..breach }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, APAC_1, DUBLIN, EMEA_1, HONG_KONG, SINGAPORE, Story};
    use crate::facts::{Fact, Moving};
    use crate::terms::{Bytes, Content, CopyClass, Datacenter, Record, RecordKind, Side, Span, Tenant, Unit, UnitSet};

    const TENANT: Tenant = Tenant(0);

    fn rests(story: &mut Story, unit: Unit, datacenter: Datacenter, copy: CopyClass, records: u64) {
        let content = (0..records).map(|record| Content::of(Record(record), Bytes(1))).sum();
        story.fact(Fact::Moving(Moving::Rests { tenant: TENANT, unit, datacenter, copy, content }));
    }

    fn log(story: &mut Story, unit: Unit, datacenter: Datacenter, records: u64) {
        rests(story, unit, datacenter, CopyClass::Log, records);
    }

    /// Three records are at home in EMEA, so many have come to each site of APAC, and that is home now.
    fn moved(come: [u64; 2]) -> Story {
        let mut story = Story::after();
        story.fact(Fact::Moving(Moving::Ordered { tenant: TENANT, from: EMEA_1, to: APAC_1 }));
        log(&mut story, EMEA_1, DUBLIN, 3);
        log(&mut story, EMEA_1, AMSTERDAM, 3);
        log(&mut story, APAC_1, SINGAPORE, come[0]);
        log(&mut story, APAC_1, HONG_KONG, come[1]);
        story.fact(Fact::Moving(Moving::CutOver { tenant: TENANT }));
        story
    }

    #[test]
    fn who_takes_everything_along_and_leaves_nothing_keeps_the_promise() {
        let mut story = moved([3, 3]);
        log(&mut story, EMEA_1, DUBLIN, 0);
        log(&mut story, EMEA_1, AMSTERDAM, 0);
        story.pass(Span::hours(2)).fact(Fact::Ended { unfinished: 0 });
        story.expect_kept("RES-5", 3);
    }

    #[test]
    fn a_lot_that_is_lost_is_a_breach_though_only_one_site_lacks_it() {
        moved([2, 2]).expect_broken("RES-5", "where 2 of its 3 records");
        moved([3, 2]).expect_broken("RES-5", "where 2 of its 3 records");
    }

    #[test]
    fn a_disk_of_the_old_home_that_was_just_lost_does_not_say_what_is_to_come() {
        for (come, broken) in [(3, 0), (2, 1)] {
            let mut story = Story::after();
            story.fact(Fact::Moving(Moving::Ordered { tenant: TENANT, from: EMEA_1, to: APAC_1 }));
            log(&mut story, EMEA_1, DUBLIN, 3);
            story.disks_lost(Side::B);
            log(&mut story, EMEA_1, AMSTERDAM, 0);
            log(&mut story, APAC_1, SINGAPORE, come);
            log(&mut story, APAC_1, HONG_KONG, come);
            story.fact(Fact::Moving(Moving::CutOver { tenant: TENANT }));
            assert_eq!(story.finding("RES-5").broken, broken, "{come} have come");
        }
    }

    #[test]
    fn a_disk_of_the_new_home_that_was_just_lost_is_one_that_nobody_could_know_of() {
        for (come, long_ago, broken) in [(3, false, 0), (2, false, 1), (3, true, 1)] {
            let mut story = Story::after();
            story.fact(Fact::Moving(Moving::Ordered { tenant: TENANT, from: EMEA_1, to: APAC_1 }));
            log(&mut story, EMEA_1, DUBLIN, 3);
            log(&mut story, EMEA_1, AMSTERDAM, 3);
            log(&mut story, APAC_1, SINGAPORE, come);
            story.fact(Fact::StorageLost { unit: APAC_1, side: Side::B, datacenter: HONG_KONG });
            log(&mut story, APAC_1, HONG_KONG, 0);
            story.pass(if long_ago { Span::minutes(2) } else { Span::ZERO });
            story.fact(Fact::Moving(Moving::CutOver { tenant: TENANT }));
            assert_eq!(story.finding("RES-5").broken, broken, "{come} have come; long ago: {long_ago}");
        }
    }

    #[test]
    fn every_class_is_empty_by_the_deadline() {
        for copy in [CopyClass::Log, CopyClass::Backup, CopyClass::QuarantinedTail] {
            let mut story = moved([3, 3]);
            for datacenter in [DUBLIN, AMSTERDAM] {
                log(&mut story, EMEA_1, datacenter, 0);
            }
            rests(&mut story, EMEA_1, AMSTERDAM, copy, 1);
            let load = Fact::Load { datacenter: DUBLIN, served: 0, window: Span::minutes(5) };
            story.pass(Span::minutes(50)).fact(load);
            story.expect_kept("RES-5", 3);
            story.pass(Span::minutes(20)).fact(load);
            story.expect_broken("RES-5", "1 records of {tenant} are left");
        }
    }

    #[test]
    fn a_disk_without_power_is_purged_after_it_is_back() {
        let mut story = moved([3, 3]);
        log(&mut story, EMEA_1, DUBLIN, 0);
        story.fact(Fact::Power { datacenter: AMSTERDAM, on: false }).pass(Span::hours(3));
        story.fact(Fact::Ended { unfinished: 0 });
        story.expect_suspended("RES-5", "without power");
    }

    #[test]
    fn there_is_one_home_at_every_moment() {
        let mut story = moved([3, 3]);
        let birth = story.birth(RecordKind::Message);
        story.acknowledge(birth, DUBLIN, 1, 4);
        story.expect_broken("RES-5", "acknowledged {tenant}'s message after it had moved");
        let mut story = moved([3, 3]);
        story.pass(Span::secs(1)).read(UnitSet::of(EMEA_1), UnitSet::EMPTY);
        story.expect_broken("RES-5", "which moved away");
    }

    #[test]
    fn a_cancelled_move_leaves_nothing_in_what_was_to_be_the_new_home() {
        let mut story = Story::after();
        story.fact(Fact::Moving(Moving::Ordered { tenant: TENANT, from: EMEA_1, to: APAC_1 }));
        log(&mut story, APAC_1, SINGAPORE, 2);
        story.fact(Fact::Moving(Moving::Cancelled { tenant: TENANT })).pass(Span::minutes(1));
        story.fact(Fact::Ended { unfinished: 0 });
        story.expect_broken("RES-5", "2 records of {tenant} are left");
    }

    #[test]
    fn what_arrives_after_a_move_was_cancelled_goes_in_the_next_round() {
        let mut story = Story::after();
        story.fact(Fact::Moving(Moving::Ordered { tenant: TENANT, from: EMEA_1, to: APAC_1 }));
        story.fact(Fact::Moving(Moving::Cancelled { tenant: TENANT })).pass(Span::secs(1));
        log(&mut story, APAC_1, SINGAPORE, 2);
        story.pass(Span::minutes(1)).fact(Fact::Ended { unfinished: 0 });
        story.expect_suspended("RES-5", "next round");
        story.expect_kept("RES-5", 2);
    }

    #[test]
    fn nobody_is_moved_who_did_not_ask_for_it() {
        let mut story = Story::after_with(|contract| contract.moves.clear());
        story.fact(Fact::Moving(Moving::Ordered { tenant: TENANT, from: EMEA_1, to: APAC_1 }));
        story.expect_broken("RES-5", "not agreed upon");
    }

    #[test]
    fn a_move_that_is_never_carried_out_is_a_breach() {
        let mut story = Story::after();
        story.fact(Fact::Moving(Moving::Ordered { tenant: TENANT, from: EMEA_1, to: APAC_1 }));
        story.pass(Span::hours(1)).fact(Fact::Ended { unfinished: 0 });
        story.expect_broken("RES-5", "never did though both homes were well");
    }

    #[test]
    fn nobody_is_moved_out_of_a_unit_whose_voters_forgot_what_they_promised() {
        let mut story = Story::after();
        story.fact(Fact::Moving(Moving::Ordered { tenant: TENANT, from: EMEA_1, to: APAC_1 }));
        for side in Side::BOTH {
            story.disks_lost(side);
        }
        story.pass(Span::hours(1)).fact(Fact::Ended { unfinished: 0 });
        assert_eq!((story.finding("RES-5").broken, story.finding("RES-5").suspended.len()), (0, 1));
    }
}
