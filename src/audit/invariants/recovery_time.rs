//! FO-4: an automatic failover ends within its bound, counted from the true onset of the fault.
//!
//! A measurement begins when the holder of a living lease loses its power, its storage or its way to
//! both other voters, while the register says `replicated` and everything else that a takeover needs
//! is well. It is given up when any of that changes, for then another row of the survivability table
//! holds. It ends well with the first acknowledgement of the other site, and badly when the other
//! site, asked after the bound, refuses for want of the lease or does not answer.

use crate::audit::docket::Docket;
use crate::audit::ledger::{Home, Ledger};
use crate::audit::{Breach, LossTerms, reasons, slack};
use crate::terms::{Birth, Datacenter, Instant, Mode, RecordKind, Refusal, Register, Seat, Side, Unit};

/// A failover under way.
#[derive(Clone, Copy, Debug)]
struct Measurement {
    onset: Instant,
    gone: Side,
    successor: Datacenter,
    /// Writes that the successor received after the bound, and when the first came.
    asked: u32,
    first_asked: Instant,
}

/// What is kept of one unit.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    was_gone: bool,
    measurement: Option<Measurement>,
}

/// Measures failovers.
#[derive(Debug)]
pub(in crate::audit) struct RecoveryTime {
    pub docket: Docket,
    watches: Vec<Watch>,
}

impl RecoveryTime {
    pub(in crate::audit) fn new(units: usize) -> Self {
        Self { docket: Docket::default(), watches: vec![Watch::default(); units] }
    }

    /// Something physical changed: a measurement may begin, or be given up.
    pub(in crate::audit) fn disturbed(&mut self, ledger: &Ledger, at: Instant) {
        for unit in ledger.units() {
            let watch = &mut self.watches[unit.index()];
            let side = watch.measurement.map(|m| m.gone).or(ledger.registers.holder(unit));
            let Some(side) = side else { continue };
            let gone = is_gone(ledger, unit, side);
            let onset = gone && !watch.was_gone;
            watch.was_gone = gone;
            if watch.measurement.is_some() && !(gone && can_take_over(ledger, unit, side.peer())) {
                watch.measurement = None;
                self.docket.suspend(reasons::ANOTHER_CASE);
            } else if onset && begins(ledger, at, unit, side) {
                let successor = ledger.terms(unit).site(side.peer());
                watch.measurement = Some(Measurement { onset: at, gone: side, successor, asked: 0, first_asked: at });
            }
        }
    }

    /// A value was granted: a holder that was thought gone may live, or have gone `alone`.
    pub(in crate::audit) fn granted(&mut self, ledger: &Ledger, at: Instant, unit: Unit, register: &Register) {
        let watch = &mut self.watches[unit.index()];
        match watch.measurement {
            Some(m)
                if register.holder == m.gone && (register.mode == Mode::Alone || at - m.onset > slack::IN_FLIGHT) =>
            {
                watch.measurement = None;
            }
            Some(_) => {}
            None => watch.was_gone = is_gone(ledger, unit, register.holder),
        }
    }

    #[inline]
    pub(in crate::audit) fn acknowledged(&mut self, unit: Unit, datacenter: Datacenter) {
        if self.watches[unit.index()].measurement.is_some_and(|m| m.successor == datacenter) {
            self.succeeded(unit);
        }
    }

    fn succeeded(&mut self, unit: Unit) {
        self.watches[unit.index()].measurement = None;
        self.docket.clear(1);
    }

    #[inline]
    pub(in crate::audit) fn received(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        birth: &Birth,
        (unit, datacenter): (Unit, Datacenter),
    ) {
        let Some(measurement) = &mut self.watches[unit.index()].measurement else { return };
        if measurement.successor != datacenter || at <= deadline(ledger, measurement) || !rests(ledger, birth, unit) {
            return;
        }
        if measurement.asked == 0 {
            measurement.first_asked = at;
        }
        measurement.asked += 1;
        self.time_passed_in(ledger, at, unit);
    }

    pub(in crate::audit) fn refused(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        unit: Option<Unit>,
        site: Option<Datacenter>,
        refusal: Refusal,
    ) {
        let Some(unit) = unit else { return };
        let Some(measurement) = self.watches[unit.index()].measurement else { return };
        if site != Some(measurement.successor) {
            return;
        }
        match refusal {
            Refusal::NoLease | Refusal::NoMajority if at > deadline(ledger, &measurement) => {
                self.overdue(ledger, at, unit, &measurement);
            }
            // Under `sync-strict` a successor that holds the lease may not acknowledge alone.
            Refusal::PeerUnreachable if ledger.contract.loss == LossTerms::Never => self.succeeded(unit),
            // It holds the lease, and an operator has it hand the lease over again, or has given it a map that it may
            // not follow.
            Refusal::SwitchingOver | Refusal::MapsDisagree => self.succeeded(unit),
            _ => {}
        }
    }

    /// Looks whether a successor owes answers for too long.
    pub(in crate::audit) fn time_passed(&mut self, ledger: &Ledger, at: Instant) {
        for unit in ledger.units() {
            self.time_passed_in(ledger, at, unit);
        }
    }

    fn time_passed_in(&mut self, ledger: &Ledger, at: Instant, unit: Unit) {
        let Some(measurement) = self.watches[unit.index()].measurement else { return };
        let silent = measurement.asked >= slack::UNANSWERED && at - measurement.first_asked > slack::IN_FLIGHT;
        if silent && !ledger.was_busy(unit, at, slack::SETTLING) {
            self.overdue(ledger, at, unit, &measurement);
        }
    }

    fn overdue(&mut self, ledger: &Ledger, at: Instant, unit: Unit, measurement: &Measurement) {
        self.watches[unit.index()].measurement = None;
        let bound = ledger.contract.rto_bound;
        self.docket.check(false, || {
            let what = format!(
                "{{datacenter}} had not taken over {{unit}} {} after its holder was gone; the bound is {bound}",
                at - measurement.onset
            );
            Breach::new(at, what).in_unit(unit).at_datacenter(measurement.successor)
        });
    }
}

fn deadline(ledger: &Ledger, measurement: &Measurement) -> Instant {
    measurement.onset + ledger.contract.rto_bound + slack::RTO
}

/// Whether a unit owes an answer that says whether a record is stored: of call media it relays what it is sent, and who
/// has moved is told where.
fn rests(ledger: &Ledger, birth: &Birth, unit: Unit) -> bool {
    let left = ledger.homes.of(birth.tenant).and_then(Home::leaves).is_some_and(|(left, _)| left == unit);
    birth.kind != RecordKind::CallMedia && !(left && ledger.talk(birth.conversation).is_organization())
}

/// Whether a site can no longer renew: without power, without its disk, or unheard by both others.
fn is_gone(ledger: &Ledger, unit: Unit, side: Side) -> bool {
    let terms = ledger.terms(unit);
    let own = terms.site(side);
    let unheard = |other| ledger.world.is_mute(own, other);
    ledger.world.is_dark(own)
        || !ledger.is_sound(unit, side)
        || unheard(terms.site(side.peer())) && unheard(terms.witness)
}

/// Whether the fault struck a living lease whose successor had been well for a while.
fn begins(ledger: &Ledger, at: Instant, unit: Unit, holder: Side) -> bool {
    let lease = ledger.lease(unit);
    let settled = ledger.contract.ttl + slack::SETTLING;
    let granted = lease.granted();
    let living = granted
        .is_some_and(|granted| at - granted.at < ledger.contract.ttl && granted.register.mode == Mode::Replicated);
    let ready = ready_since(ledger, unit, holder.peer());
    living
        && at - lease.epoch_since() > settled
        && ready.is_some_and(|since| at - since > settled)
        && can_take_over(ledger, unit, holder.peer())
}

/// Whether the survivability table promises that a side takes over by itself.
fn can_take_over(ledger: &Ledger, unit: Unit, successor: Side) -> bool {
    let lease = ledger.lease(unit);
    !ledger.contract.manual_failover
        && !lease.clock_beyond_rho()
        && !lease.memory_lost()
        && ready_since(ledger, unit, successor).is_some()
        && ledger.is_sound(unit, successor)
}

/// Since when clients and a witness that may vote have reached a side whose store may take over, and whose own voter may
/// vote: with the holder gone, none of the others can be done without, nor where a founding has left a seat vacant.
fn ready_since(ledger: &Ledger, unit: Unit, side: Side) -> Option<Instant> {
    let own = ledger.terms(unit).site(side);
    let reachable = ledger.reachable_since(unit, own)?.max(ledger.world.quick_since(unit, own)?);
    let certified = ledger.logs(unit).certified_since(side)?;
    let attested = ledger.told.attested_since(unit, side)?;
    let votes = ledger.vote_since(unit, side, Seat::Witness)?.max(ledger.vote_since(unit, side, side.seat())?);
    Some(reachable.max(certified).max(attested).max(votes))
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, APAC_1, DUBLIN, EMEA_1, SINGAPORE, Story};
    use crate::facts::{Fact, Moving};
    use crate::terms::{Members, RecordKind, Refusal, Seat, Side, Span, Tenant, VoterRecord};

    /// A has held the lease for a while; then it loses power, and the bound passes.
    fn dark_for(span: Span) -> Story {
        let mut story = Story::after();
        story.renew_for(Side::A, Span::minutes(5));
        story.fact(Fact::Power { datacenter: DUBLIN, on: false }).pass(span);
        story
    }

    #[test]
    fn a_successor_that_acknowledges_in_time_keeps_the_promise() {
        let mut story = dark_for(Span::secs(40));
        let birth = story.birth(RecordKind::Message);
        story.grant(2, Side::B).land_everywhere(birth, 1).acknowledge(birth, AMSTERDAM, 2, 1);
        story.expect_kept("FO-4", 1);
    }

    #[test]
    fn a_successor_that_has_no_lease_after_the_bound_is_a_breach() {
        let mut story = dark_for(Span::minutes(2));
        let birth = story.birth(RecordKind::Message);
        story.receive(birth, AMSTERDAM).refuse(birth, Some(AMSTERDAM), Refusal::NoLease);
        story.expect_broken("FO-4", "had not taken over {unit}");
    }

    #[test]
    fn a_successor_that_answers_nobody_is_a_breach() {
        let mut story = dark_for(Span::minutes(2));
        for _ in 0..10 {
            let birth = story.birth(RecordKind::Message);
            story.receive(birth, AMSTERDAM).pass(Span::secs(1));
        }
        story.expect_broken("FO-4", "the bound is");
    }

    #[test]
    fn who_has_moved_is_told_where_and_is_owed_no_more() {
        let (tenant, from, to) = (Tenant(0), EMEA_1, APAC_1);
        for (left, broken) in [(false, 1), (true, 0)] {
            let mut story = Story::after();
            story.fact(Fact::Moving(Moving::Ordered { tenant, from, to })).renew_for(Side::A, Span::minutes(5));
            if left {
                story.fact(Fact::Moving(Moving::CutOver { tenant }));
            }
            story.fact(Fact::Power { datacenter: DUBLIN, on: false }).pass(Span::minutes(2));
            for _ in 0..10 {
                let birth = story.birth(RecordKind::Message);
                story.receive(birth, AMSTERDAM).pass(Span::secs(1));
            }
            assert_eq!(story.finding("FO-4").broken, broken, "left: {left}");
        }
    }

    #[test]
    fn a_holder_that_returns_or_a_witness_that_goes_ends_the_measurement() {
        for change in [
            Fact::Power { datacenter: DUBLIN, on: true },
            Fact::Power { datacenter: SINGAPORE, on: false },
            Fact::Access { datacenter: AMSTERDAM, up: false },
        ] {
            let mut story = dark_for(Span::minutes(2));
            let birth = story.birth(RecordKind::Message);
            story.fact(change).refuse(birth, Some(AMSTERDAM), Refusal::NoLease);
            assert_eq!(story.finding("FO-4").broken, 0, "{change:?}");
        }
    }

    #[test]
    fn a_successor_whose_own_seat_a_founding_left_vacant_has_no_majority_once_the_founder_is_gone() {
        for (vacant, broken) in [(true, 0), (false, 1)] {
            let (mut story, mut members) = (Story::after(), Members::default());
            if vacant {
                members.vacate(Seat::B);
            }
            story.fact(Fact::RefoundOrdered { unit: EMEA_1, side: Side::A });
            story.persist(EMEA_1, Seat::Witness, VoterRecord { members, ..VoterRecord::default() });
            story.renew_for(Side::A, Span::minutes(5)).fact(Fact::Power { datacenter: DUBLIN, on: false });
            let birth = story.birth(RecordKind::Message);
            story.pass(Span::minutes(2)).refuse(birth, Some(AMSTERDAM), Refusal::NoMajority);
            assert_eq!(story.finding("FO-4").broken, broken, "vacant: {vacant}");
        }
    }

    #[test]
    fn an_isolated_holder_is_gone_too() {
        let mut story = Story::after();
        story.renew_for(Side::A, Span::minutes(5)).cut(DUBLIN, AMSTERDAM).cut(DUBLIN, SINGAPORE);
        let birth = story.birth(RecordKind::Message);
        story.pass(Span::minutes(2)).refuse(birth, Some(AMSTERDAM), Refusal::NoLease);
        story.expect_broken("FO-4", "had not taken over");
    }
}
