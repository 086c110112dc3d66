//! RES-5, of a seat that gets another place: nothing of its unit is left in the old one.
//!
//! That it leaves, when, and for where was agreed upon. The machine that held the lease is not switched off, nor is
//! one whose loss leaves no majority; from then on it neither stores nor acknowledges nor votes. The old place is
//! emptied when the new one has everything, and not before; `purge_within` later, or as long after its datacenter
//! and both sites of the unit are well, nothing of the unit is left there in any kind of copy. A replacement for
//! which all is well is carried out.

use crate::audit::docket::Docket;
use crate::audit::ledger::Ledger;
use crate::audit::{Breach, SeatTerms, reasons, slack};
use crate::facts::Seating;
use crate::terms::{CopyClass, CopySet, Datacenter, Instant, Seat, Side, Unit};

/// What is known of a seat that is to leave its place.
#[derive(Debug)]
struct Leaving {
    terms: SeatTerms,
    ordered: Option<Instant>,
    commissioned: Option<Instant>,
    /// In what kinds of copy something of the unit rests in the old place.
    holds: CopySet,
    /// Since when there is anything.
    since: Instant,
    /// Whether it was found overdue.
    told: bool,
}

/// Follows every seat that is to leave its place.
#[derive(Debug, Default)]
pub(in crate::audit) struct LeavesPlaces {
    leaving: Vec<Leaving>,
    looked: Instant,
}

impl LeavesPlaces {
    /// Of the seats that were agreed upon.
    pub(in crate::audit) fn new(terms: &[SeatTerms]) -> Self {
        let leaving = |&terms: &SeatTerms| Leaving {
            terms,
            ordered: None,
            commissioned: None,
            holds: CopySet::default(),
            since: Instant::ZERO,
            told: false,
        };
        Self { leaving: terms.iter().map(leaving).collect(), looked: Instant::ZERO }
    }

    /// Something of a unit came to rest, or was done where only its own machines do it.
    #[inline]
    pub(in crate::audit) fn acted(
        &mut self,
        docket: &mut Docket,
        at: Instant,
        (unit, datacenter): (Unit, Datacenter),
        copy: Option<CopyClass>,
    ) {
        for leaving in &mut self.leaving {
            if (leaving.terms.unit, leaving.terms.from) != (unit, datacenter) {
                continue;
            }
            if let Some(copy) = copy {
                if leaving.holds.is_empty() {
                    leaving.since = at;
                }
                leaving.holds = leaving.holds.with(copy);
            }
            if leaving.commissioned.is_some() && copy.is_none_or(only_by_itself) {
                docket.check(false, || {
                    let what = "a machine of {unit} acts in {datacenter}, where it was switched off for good";
                    Breach::new(at, what).in_unit(unit).at_datacenter(datacenter)
                });
            }
        }
    }

    /// Something happened to a seat. The ledger does not know of it yet.
    pub(in crate::audit) fn seating(&mut self, docket: &mut Docket, ledger: &Ledger, at: Instant, what: Seating) {
        match what {
            Seating::Ordered { unit, seat, to } => {
                let agreed = self.of(unit, seat).filter(|leaving| leaving.terms.to == to && leaving.terms.at <= at);
                let is_agreed = agreed.is_some();
                if let Some(leaving) = agreed {
                    leaving.ordered = Some(at);
                }
                docket.check(is_agreed, || {
                    let what = "a seat of {unit} was ordered to {datacenter}, and that was not agreed upon";
                    Breach::new(at, what).in_unit(unit).at_datacenter(to)
                });
            }
            Seating::Commissioned { unit, seat, from, to } => {
                let agreed = self.of(unit, seat).filter(|leaving| (leaving.terms.from, leaving.terms.to) == (from, to));
                let was_ordered = agreed.as_ref().is_some_and(|leaving| leaving.ordered.is_some());
                if let Some(leaving) = agreed {
                    leaving.commissioned = Some(at);
                }
                docket.check(was_ordered, || {
                    let what = "a machine of {unit} was commissioned in {datacenter}, and nobody had ordered that";
                    Breach::new(at, what).in_unit(unit).at_datacenter(to)
                });
                let held = ledger.lease(unit).granted().is_some_and(|granted| granted.register.holder.seat() == seat);
                docket.check(!held, || {
                    let what = "the machine of {unit} in {datacenter} was switched off while it held the lease";
                    Breach::new(at, what).in_unit(unit).at_datacenter(from)
                });
                let mut others = Seat::ALL.into_iter().filter(|&other| other != seat);
                let vote = others.all(|other| ledger.lease(unit).votes_since(other).is_some());
                // Of a disk that was lost just now the holder cannot know: it goes by answers younger than a lease.
                let news = ledger.contract.ttl.max(slack::SETTLING);
                let just_now = ledger.lease(unit).last_wiped().is_some_and(|wiped| at - wiped <= news);
                docket.check(vote || just_now, || {
                    let what = "a voter of {unit} in {datacenter} was switched off, and the others are no majority";
                    Breach::new(at, what).in_unit(unit).at_datacenter(from)
                });
            }
            Seating::Emptied { unit, datacenter, copy, lost } => {
                if lost {
                    self.gone(unit, datacenter, copy);
                } else {
                    self.emptied(docket, ledger, at, (unit, datacenter, copy));
                }
            }
            Seating::Left { unit, seat, from } => {
                let left = self.of(unit, seat).and_then(|leaving| leaving.holds.iter().next());
                docket.check(left.is_none(), || {
                    let what = "{unit} is said to have left {datacenter}, and did not in every kind of copy";
                    Breach::new(at, what).in_unit(unit).at_datacenter(from)
                });
            }
        }
    }

    /// The old place is emptied: what stood there stands elsewhere.
    fn emptied(
        &mut self,
        docket: &mut Docket,
        ledger: &Ledger,
        at: Instant,
        (unit, datacenter, copy): (Unit, Datacenter, CopyClass),
    ) {
        let backups = ledger.backups(unit).backups();
        for leaving in &mut self.leaving {
            if (leaving.terms.unit, leaving.terms.from) != (unit, datacenter) {
                continue;
            }
            let held = leaving.holds.contains(copy);
            leaving.holds = leaving.holds.without(copy);
            let elsewhere = match copy {
                CopyClass::Log | CopyClass::Replica => {
                    side_of(leaving.terms.seat).is_none_or(|side| ledger.logs(unit).certified_since(side).is_some())
                }
                CopyClass::Backup => {
                    let here = |at: &Datacenter| *at == datacenter;
                    let mut places = backups.iter().map(|backup| backup.datacenter);
                    !places.clone().any(|at| here(&at)) || places.any(|at| !here(&at))
                }
                _ => true,
            };
            docket.check(elsewhere || !held, || {
                let what = format!("the {copy} of {{unit}} in {{datacenter}} was erased before the new place had it");
                Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(copy)
            });
        }
    }

    /// A copy was deleted, or lost.
    pub(in crate::audit) fn gone(&mut self, unit: Unit, datacenter: Datacenter, copy: CopyClass) {
        let here = |leaving: &&mut Leaving| (leaving.terms.unit, leaving.terms.from) == (unit, datacenter);
        for leaving in self.leaving.iter_mut().filter(here) {
            leaving.holds = leaving.holds.without(copy);
        }
    }

    /// What stood on media of its own in a datacenter was lost.
    pub(in crate::audit) fn media_lost(&mut self, datacenter: Datacenter) {
        for leaving in self.leaving.iter_mut().filter(|leaving| leaving.terms.from == datacenter) {
            let media = [CopyClass::Backup, CopyClass::ComplianceCopy, CopyClass::Export, CopyClass::SupportDump];
            leaving.holds = media.into_iter().fold(leaving.holds, CopySet::without);
        }
    }

    /// Time has passed: what must not be left is gone by its deadline.
    pub(in crate::audit) fn time_passed(&mut self, docket: &mut Docket, ledger: &Ledger, at: Instant) {
        if self.leaving.is_empty() || std::mem::replace(&mut self.looked, at) == at {
            return;
        }
        for leaving in &mut self.leaving {
            let Some(since) = due_since(ledger, leaving).filter(|_| !leaving.told) else { continue };
            let left = leaving.holds.iter().next();
            leaving.told = left.is_some() && at.since(since) > ledger.contract.purge_within + slack::SETTLING;
            docket.check(!leaving.told, || left_behind(at, leaving));
        }
    }

    /// The run is over: nothing is left, and no replacement is left undone.
    pub(in crate::audit) fn ended(&mut self, docket: &mut Docket, ledger: &Ledger, at: Instant) {
        let long = ledger.contract.able_for() + ledger.contract.longest_wait;
        for leaving in self.leaving.iter().filter(|leaving| leaving.ordered.is_some() && !leaving.told) {
            let well = well_since(ledger, leaving).is_some_and(|since| at.since(since) > long);
            match (leaving.commissioned, well) {
                (Some(_), _) if leaving.holds.is_empty() => docket.clear(1),
                (_, false) => docket.suspend(reasons::NO_POWER_OF_SEAT),
                (Some(_), true) => docket.check(false, || left_behind(at, leaving)),
                (None, true) => docket.check(false, || {
                    let what = "a seat of {unit} was ordered to {datacenter}, and never came though all was well";
                    Breach::new(at, what).in_unit(leaving.terms.unit).at_datacenter(leaving.terms.to)
                }),
            }
        }
    }

    fn of(&mut self, unit: Unit, seat: Seat) -> Option<&mut Leaving> {
        self.leaving.iter_mut().find(|leaving| (leaving.terms.unit, leaving.terms.seat) == (unit, seat))
    }
}

/// Whether only a machine that runs brings something to rest in copies of a class: media are written by others, too.
const fn only_by_itself(copy: CopyClass) -> bool {
    matches!(copy, CopyClass::Log | CopyClass::Replica | CopyClass::WitnessRecord | CopyClass::SearchIndex)
}

fn side_of(seat: Seat) -> Option<Side> {
    Side::BOTH.into_iter().find(|side| side.seat() == seat)
}

/// Since when everything has been well that it takes to leave a place.
fn well_since(ledger: &Ledger, leaving: &Leaving) -> Option<Instant> {
    let SeatTerms { unit, from, to, .. } = leaving.terms;
    let [a, b] = Side::BOTH.map(|side| ledger.able_since(unit, side));
    let links = ledger.linked_since(unit, ledger.terms(unit).sites[0], ledger.terms(unit).sites[1])?;
    let witness = ledger.both_since(unit, Side::A)?.max(ledger.both_since(unit, Side::B)?);
    let both = a?.max(b?).max(links).max(witness);
    let places = [from, to].map(|place| ledger.world.running_since(place));
    let reached = ledger.terms(unit).sites.map(|site| ledger.world.linked_since(site, from));
    Some([places[0]?, places[1]?, reached[0]?, reached[1]?, leaving.terms.at].into_iter().fold(both, Instant::max))
}

/// Since when nothing may be in the old place.
fn due_since(ledger: &Ledger, leaving: &Leaving) -> Option<Instant> {
    let filled = side_of(leaving.terms.seat).map(|side| ledger.logs(leaving.terms.unit).certified_since(side));
    let filled = filled.unwrap_or(leaving.commissioned)?;
    Some(well_since(ledger, leaving)?.max(leaving.commissioned?).max(filled).max(leaving.since))
}

fn left_behind(at: Instant, leaving: &Leaving) -> Breach {
    let copy = leaving.holds.iter().next().unwrap_or(CopyClass::Log);
    let what = format!("a {copy} of {{unit}} is left in {{datacenter}}, where a seat of it was");
    let breach = Breach::new(at, what).in_unit(leaving.terms.unit).at_datacenter(leaving.terms.from);
    breach.resting_as(copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA, EMEA_1, Story};
    use crate::facts::Fact;
    use crate::terms::{Epoch, Position, RecordKind, Span, VoterRecord};

    const FRANKFURT: Datacenter = Datacenter(6);

    /// Site B of a unit is to go from Amsterdam to Frankfurt; site A in Dublin serves.
    fn story() -> Story {
        let mut story = Story::after_with(|contract| {
            contract.datacenters.push(EMEA);
            let (seat, from, to, at) = (Seat::B, AMSTERDAM, FRANKFURT, contract.effective);
            contract.seats.push(SeatTerms { unit: EMEA_1, seat, from, to, at });
        });
        let birth = story.birth(RecordKind::Message);
        story.grant(1, Side::A).land_everywhere(birth, 1);
        story
    }

    fn ordered(story: &mut Story) -> &mut Story {
        story.fact(Fact::Seating(Seating::Ordered { unit: EMEA_1, seat: Seat::B, to: FRANKFURT }))
    }

    fn commissioned(story: &mut Story) -> &mut Story {
        let (from, to) = (AMSTERDAM, FRANKFURT);
        ordered(story).fact(Fact::Seating(Seating::Commissioned { unit: EMEA_1, seat: Seat::B, from, to }))
    }

    fn filled(story: &mut Story) -> &mut Story {
        let (unit, seat, datacenter) = (EMEA_1, Seat::B, FRANKFURT);
        let record = VoterRecord::default().into();
        commissioned(story).copy_range(FRANKFURT, 1, 1);
        story.fact(Fact::VoterPersisted { unit, seat, datacenter, record });
        story.fact(Fact::StoreCertified { unit: EMEA_1, side: Side::B, datacenter: FRANKFURT })
    }

    fn emptied(story: &mut Story, copy: CopyClass) -> &mut Story {
        story.fact(Fact::Seating(Seating::Emptied { unit: EMEA_1, datacenter: AMSTERDAM, copy, lost: false }))
    }

    fn load(story: &mut Story) -> &mut Story {
        story.fact(Fact::Load { datacenter: DUBLIN, served: 0, window: Span::minutes(5) })
    }

    #[test]
    fn who_leaves_when_all_is_there_and_leaves_nothing_keeps_the_promise() {
        let mut story = story();
        emptied(filled(&mut story), CopyClass::Replica);
        let left = Fact::Seating(Seating::Left { unit: EMEA_1, seat: Seat::B, from: AMSTERDAM });
        load(story.fact(left).pass(Span::hours(2))).fact(Fact::Ended { unfinished: 0 });
        assert_eq!(story.finding("RES-5").broken, 0);
    }

    #[test]
    fn nobody_leaves_who_was_not_asked_to() {
        let mut story = story();
        story.fact(Fact::Seating(Seating::Ordered { unit: EMEA_1, seat: Seat::A, to: FRANKFURT }));
        story.expect_broken("RES-5", "not agreed upon");
    }

    #[test]
    fn nobody_is_switched_off_who_holds_the_lease() {
        let mut story = story();
        story.grant(2, Side::B);
        commissioned(&mut story);
        story.expect_broken("RES-5", "while it held the lease");
    }

    #[test]
    fn nobody_is_switched_off_while_another_voter_has_lost_its_memory() {
        let mut story = story();
        story.fact(Fact::MemoryLost { unit: EMEA_1, seat: Seat::A, datacenter: DUBLIN, copy: false });
        commissioned(story.pass(Span::minutes(1)));
        story.expect_broken("RES-5", "the others are no majority");
    }

    #[test]
    fn who_was_switched_off_neither_acknowledges_nor_stores_nor_votes() {
        let mut serves = story();
        let birth = serves.birth(RecordKind::Message);
        commissioned(&mut serves).acknowledge(birth, AMSTERDAM, 1, 2);
        serves.expect_broken("RES-5", "switched off for good");
        let mut stores = story();
        let birth = stores.birth(RecordKind::Message);
        commissioned(&mut stores).land(birth, CopyClass::Replica, AMSTERDAM, 2);
        stores.expect_broken("RES-5", "switched off for good");
    }

    #[test]
    fn the_old_place_is_not_emptied_before_the_new_one_has_everything() {
        let mut story = story();
        emptied(commissioned(&mut story), CopyClass::Replica);
        story.expect_broken("RES-5", "before the new place had it");
    }

    #[test]
    fn the_last_backup_is_not_erased_with_the_old_place() {
        let mut story = story();
        let (end, taken) = (Position { epoch: Epoch(1), index: 1 }, story.now());
        story.fact(Fact::RangeLanded {
            copy: CopyClass::Backup,
            datacenter: AMSTERDAM,
            unit: EMEA_1,
            epoch: Epoch(1),
            first: 1,
            last: 1,
        });
        story.fact(Fact::BackedUp { unit: EMEA_1, datacenter: AMSTERDAM, taken, end });
        emptied(filled(&mut story), CopyClass::Backup);
        story.expect_broken("RES-5", "the backup of {unit} in {datacenter} was erased");
    }

    #[test]
    fn what_is_left_past_the_deadline_is_a_breach_in_any_kind_of_copy() {
        let mut story = story();
        filled(&mut story);
        load(story.pass(Span::minutes(50)));
        assert_eq!(story.finding("RES-5").broken, 0);
        story.renew_for(Side::A, Span::minutes(1));
        load(story.pass(Span::minutes(20)));
        story.expect_broken("RES-5", "is left in {datacenter}");
    }

    #[test]
    fn a_place_that_is_said_to_be_empty_is() {
        let mut story = story();
        filled(&mut story).fact(Fact::Seating(Seating::Left { unit: EMEA_1, seat: Seat::B, from: AMSTERDAM }));
        story.expect_broken("RES-5", "did not in every kind of copy");
    }

    #[test]
    fn a_replacement_that_is_never_carried_out_is_a_breach_where_all_was_well() {
        let mut story = story();
        ordered(&mut story).pass(Span::hours(1)).fact(Fact::Ended { unfinished: 0 });
        story.expect_broken("RES-5", "never came though all was well");
    }

    #[test]
    fn nobody_is_blamed_for_what_stays_in_a_datacenter_without_power() {
        let mut story = story();
        filled(&mut story).fact(Fact::Power { datacenter: AMSTERDAM, on: false });
        load(story.pass(Span::hours(3))).fact(Fact::Ended { unfinished: 0 });
        story.expect_suspended("RES-5", "not well for long enough");
    }
}
