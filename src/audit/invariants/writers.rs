//! FO-1: nothing is acknowledged under an epoch once a later one is granted, and one site writes in
//! each epoch: its holder acknowledges, and takes no copies from an earlier one.
//!
//! Beyond ρ a lease may outlive its end: its holder may acknowledge beside its successor. Still each
//! writes under an epoch that it was granted, and nobody else does; FO-3 judges what becomes of it.

use crate::audit::docket::Docket;
use crate::audit::ledger::Ledger;
use crate::audit::{Breach, reasons, slack};
use crate::terms::{Birth, Datacenter, Epoch, Instant, Unit};
use std::cmp::Ordering;

/// Holds every acknowledgement against the value granted at that moment.
#[derive(Debug)]
pub(in crate::audit) struct OneWriter {
    pub docket: Docket,
    /// The epochs in which each unit acknowledged, and the site that did first.
    writers: Vec<Vec<(Epoch, Datacenter)>>,
}

impl OneWriter {
    pub(in crate::audit) fn new(units: usize) -> Self {
        Self { docket: Docket::default(), writers: vec![Vec::new(); units] }
    }

    /// The site that acknowledged first under an epoch: this one, if none did.
    fn writer(&mut self, unit: Unit, epoch: Epoch, datacenter: Datacenter) -> Datacenter {
        let writers = &mut self.writers[unit.index()];
        if let Some(&(_, writer)) = writers.iter().rev().find(|(of, _)| *of == epoch) {
            return writer;
        }
        writers.push((epoch, datacenter));
        datacenter
    }

    #[inline]
    pub(in crate::audit) fn acknowledged(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        birth: &Birth,
        unit: Unit,
        datacenter: Datacenter,
        epoch: Epoch,
    ) {
        let lease = ledger.lease(unit);
        if lease.memory_lost() {
            self.docket.suspend(reasons::MEMORY_LOST);
            return;
        }
        let granted = ledger.registers.epoch(unit);
        let holder = lease.under(epoch).map(|register| ledger.terms(unit).site(register.holder));
        let in_time = epoch == granted || epoch < granted && lease.clock_beyond_rho();
        let kept = self.writer(unit, epoch, datacenter) == datacenter && in_time && holder == Some(datacenter);
        self.docket.check(kept, || {
            let fault = match epoch.cmp(&granted) {
                Ordering::Less => format!("after epoch {granted} was granted"),
                Ordering::Equal => "which another site holds".to_owned(),
                Ordering::Greater => "which no majority granted".to_owned(),
            };
            let what = format!("{{datacenter}} acknowledged under epoch {epoch} of {{unit}}, {fault}");
            Breach::new(at, what).of(birth).in_unit(unit).at_datacenter(datacenter)
        });
    }

    /// A copy came to rest from the other site. The holder of the epoch gets none, but for what was
    /// on its way to the disk when the epoch was granted, or what fills a disk that was lost. Who hears no majority
    /// well may not know that it was granted the epoch, and acknowledges nothing under it; and a slow disk may have
    /// what was on its way still before it.
    #[inline]
    pub(in crate::audit) fn replicated(&mut self, ledger: &Ledger, at: Instant, unit: Unit, datacenter: Datacenter) {
        let lease = ledger.lease(unit);
        let Some(holder) = ledger.registers.holder(unit) else { return };
        if ledger.terms(unit).site(holder) != datacenter
            || at - lease.epoch_since() <= slack::IN_FLIGHT
            || lease.memory_lost()
            || ledger.logs(unit).certified_since(holder).is_none()
            || ledger.majority_since(unit, holder).is_none_or(|since| at - since <= slack::IN_FLIGHT)
            || ledger.world.quick_since(unit, datacenter).is_none_or(|since| at - since <= slack::IN_FLIGHT)
        {
            return;
        }
        self.docket.check(false, || {
            let epoch = ledger.registers.epoch(unit);
            let what = format!("{{datacenter}} holds epoch {epoch} of {{unit}} and took copies from an earlier holder");
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter)
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA_1, Story};
    use crate::facts::Fact;
    use crate::terms::{Birth, CopyClass, RecordKind, Side, Span};

    #[test]
    fn the_holder_of_the_epoch_may_acknowledge() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.grant(1, Side::A).land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1);
        story.expect_kept("FO-1", 1);
    }

    #[test]
    fn an_acknowledgement_under_a_superseded_epoch_is_a_breach() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.grant(1, Side::A).land_everywhere(birth, 1).grant(2, Side::B).acknowledge(birth, DUBLIN, 1, 1);
        story.expect_broken("FO-1", "after epoch 2 was granted");
    }

    #[test]
    fn a_second_writer_in_one_epoch_is_a_breach() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.grant(1, Side::A).land_everywhere(birth, 1).acknowledge(birth, AMSTERDAM, 1, 1);
        story.expect_broken("FO-1", "which another site holds");
    }

    #[test]
    fn a_holder_that_takes_copies_from_an_earlier_one_is_a_breach() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.grant(2, Side::B).land(birth, CopyClass::Replica, AMSTERDAM, 1);
        assert_eq!(story.finding("FO-1").broken, 0);
        story.pass(Span::minutes(1)).land(birth, CopyClass::Replica, AMSTERDAM, 2);
        story.expect_broken("FO-1", "took copies from an earlier holder");
        story.fact(Fact::Disk { unit: EMEA_1, datacenter: AMSTERDAM, flush: Span::secs(8) });
        story.land(birth, CopyClass::Replica, AMSTERDAM, 3);
        assert_eq!(story.finding("FO-1").broken, 1, "what a slow disk still had before it");
    }

    #[test]
    fn one_vote_grants_nothing() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.vote_in(EMEA_1, 1, Side::A, 1).land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1);
        story.expect_broken("FO-1", "which no majority granted");
    }

    /// A's clock runs slow, and B was granted epoch 2.
    fn beyond_rho() -> (Story, Birth) {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.grant(1, Side::A).land_everywhere(birth, 1).grant(2, Side::B);
        story.fact(Fact::ClockChanged { datacenter: DUBLIN, offset_us: 0, drift_ppm: -50_000 });
        (story, birth)
    }

    #[test]
    fn beyond_rho_a_holder_may_outlive_its_lease() {
        let (mut story, birth) = beyond_rho();
        story.acknowledge(birth, AMSTERDAM, 2, 1).acknowledge(birth, DUBLIN, 1, 1).acknowledge(birth, AMSTERDAM, 2, 1);
        story.expect_kept("FO-1", 3);
    }

    #[test]
    fn beyond_rho_an_epoch_still_has_one_writer_and_must_be_granted() {
        let (mut story, birth) = beyond_rho();
        story.acknowledge(birth, DUBLIN, 2, 1);
        story.expect_broken("FO-1", "which another site holds");
        let (mut story, birth) = beyond_rho();
        story.acknowledge(birth, DUBLIN, 3, 1);
        story.expect_broken("FO-1", "which no majority granted");
    }
}
