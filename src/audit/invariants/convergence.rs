//! FO-6: after the faults the service converges: nothing is left in an outbox, unless its unit has
//! no majority or its boundary is dark.

use crate::audit::Breach;
use crate::audit::docket::Docket;
use crate::audit::ledger::{Granted, Ledger};
use crate::terms::{Instant, Mode, Side, Unit};

/// When a unit last queued and last acknowledged a write.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    queued: Option<Instant>,
    acknowledged: Option<Instant>,
}

impl Progress {
    /// Whether writes wait and none was acknowledged since.
    fn is_stuck(self) -> bool {
        self.queued.is_some() && self.acknowledged < self.queued
    }
}

/// Judges the end of the liveness phase.
#[derive(Debug)]
pub(in crate::audit) struct Convergence {
    pub docket: Docket,
    liveness: Option<Instant>,
    units: Vec<Progress>,
}

impl Convergence {
    pub(in crate::audit) fn new(units: usize) -> Self {
        Self { docket: Docket::default(), liveness: None, units: vec![Progress::default(); units] }
    }

    pub(in crate::audit) fn liveness_began(&mut self, at: Instant) {
        self.liveness = Some(at);
    }

    #[inline]
    pub(in crate::audit) fn acknowledged(&mut self, at: Instant, unit: Unit) {
        self.units[unit.index()].acknowledged = Some(at);
    }

    #[inline]
    pub(in crate::audit) fn queued(&mut self, at: Instant, unit: Unit) {
        self.units[unit.index()].queued = Some(at);
    }

    pub(in crate::audit) fn ended(&mut self, ledger: &Ledger, at: Instant, unfinished: u64) {
        if self.liveness.is_none() {
            return;
        }
        let stuck = ledger.units().find(|&unit| self.units[unit.index()].is_stuck() && !is_excused(ledger, at, unit));
        let excused = ledger.units().any(|unit| is_excused(ledger, at, unit));
        let kept = unfinished == 0 || stuck.is_none() && excused;
        self.docket.check(kept, || {
            let breach = |whose| {
                Breach::new(
                    at,
                    format!(
                        "{unfinished} writes were still waiting{whose} when the faults had been over for {}",
                        ledger.contract.settle
                    ),
                )
            };
            match stuck {
                Some(unit) => breach(" for {unit} and others").in_unit(unit),
                None => breach(""),
            }
        });
    }
}

/// Whether a unit has a physical reason not to serve: no site in reach of clients that has a
/// majority and all that is known to be replicated, nor had one for as long as a failover may take;
/// more broken than the register is built for; the only holder of an `alone` tail gone; or a holder
/// gone whose place nobody may take without an operator.
fn is_excused(ledger: &Ledger, now: Instant, unit: Unit) -> bool {
    let long = ledger.contract.able_for();
    let able = |side| ledger.was_able_for(unit, side, long, now);
    let lease = ledger.lease(unit);
    let waits = |granted: &Granted| granted.register.mode == Mode::Alone || ledger.contract.manual_failover;
    // A disk that is filled again from an older log lacks what only it had.
    let gone = |holder: Side| !able(holder) || lease.was_wiped(holder.seat());
    let waits_for_holder = lease.granted().is_some_and(|granted| waits(granted) && gone(granted.register.holder));
    lease.is_beyond_promise() || waits_for_holder || !Side::BOTH.into_iter().any(able)
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA_1, Story};
    use crate::facts::Fact;
    use crate::terms::{Mode, RecordKind, Side, Span};

    /// A write waits in an outbox when the faults end.
    fn waiting() -> Story {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
        story.fact(Fact::Queued { birth, unit: EMEA_1 });
        story
    }

    #[test]
    fn a_service_that_drains_its_outboxes_has_converged() {
        let mut story = waiting();
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 0 });
        story.expect_kept("FO-6", 1);
    }

    #[test]
    fn a_write_that_still_waits_without_reason_is_a_breach() {
        let mut story = waiting();
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
        story.expect_broken("FO-6", "1 writes were still waiting for {unit}");
    }

    #[test]
    fn a_failover_that_waits_for_an_operator_is_a_reason_and_an_automatic_one_is_none() {
        for manual in [true, false] {
            let mut story = Story::after_with(|contract| contract.manual_failover = manual);
            let birth = story.birth(RecordKind::Message);
            story.renew_for(Side::A, Span::minutes(5)).land_everywhere(birth, 1).renew(1, Side::A, Mode::Replicated, 1);
            story.disks_lost(Side::A);
            story.fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: EMEA_1 });
            story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
            if manual {
                story.expect_kept("FO-6", 1);
            } else {
                story.expect_broken("FO-6", "1 writes were still waiting for {unit}");
            }
        }
    }

    #[test]
    fn a_dark_boundary_is_a_reason() {
        let mut story = waiting();
        for datacenter in [DUBLIN, AMSTERDAM] {
            story.fact(Fact::Power { datacenter, on: false });
        }
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
        story.expect_kept("FO-6", 1);
    }
}
