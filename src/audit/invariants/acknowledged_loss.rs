//! FO-3: acknowledged records are lost only as the survivability table promises.
//!
//! A record is lost when a new epoch's holder has it not on its disk, unless it returns later, for
//! an old holder's tail is reconciled. The table: `sync-strict` loses nothing; `sync` nothing while
//! the register says `replicated`; `async` at most the records of the declared span, and at most the
//! declared number of them, while `replicated`. While `alone`, a loss is declared, not bounded. With
//! both disks gone `backup_loss` judges.
//!
//! Beyond ρ the sync modes still lose nothing. Otherwise a holder may acknowledge beside its successor
//! for a while; that overlap is never silent: when the two hear each other again, each record of it has
//! been set aside or is in the log.

use crate::audit::docket::Docket;
use crate::audit::ledger::{Acknowledgement, Landing, Ledger, Succession};
use crate::audit::{Breach, LossTerms, reasons, slack};
use crate::terms::{Birth, CopyClass, Datacenter, Epoch, Instant, Mode, Position, Record, Side, Span, Unit};
use std::collections::BTreeMap;

/// A takeover that left acknowledged records behind.
#[derive(Debug)]
struct Takeover {
    at: Instant,
    unit: Unit,
    mode: Mode,
    /// Whether a clock was beyond ρ: then nobody could bound the tail.
    beyond_rho: bool,
}

/// A record that a site acknowledged beside its successor.
#[derive(Clone, Copy, Debug)]
struct Overlapping {
    at: Instant,
    unit: Unit,
    side: Side,
}

/// Follows what takeovers left behind until it returns or the run ends.
#[derive(Debug, Default)]
pub(in crate::audit) struct AcknowledgedLoss {
    pub(super) docket: Docket,
    takeovers: Vec<Takeover>,
    /// What is missing: when it was acknowledged, and by which takeover it was left behind.
    missing: BTreeMap<Record, (Instant, usize)>,
    /// What was acknowledged under a superseded epoch, and neither set aside nor stored again.
    overlap: BTreeMap<Record, Overlapping>,
    /// When each unit was last found without a backup: several datacenters report at one instant.
    pub(super) overdue: BTreeMap<Unit, Instant>,
}

impl AcknowledgedLoss {
    /// In the sync modes, what is acknowledged while the register says `replicated` is on the peer. A
    /// peer that loses its disk while its answer is under way told the truth: the record is lost only
    /// with the holder's disk, which is another row of the table.
    #[inline]
    pub(in crate::audit) fn acknowledged(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        birth: &Birth,
        unit: Unit,
        datacenter: Datacenter,
        (epoch, position): (Epoch, Position),
    ) {
        let lease = ledger.lease(unit);
        let Some(side) = ledger.terms(unit).side_at(datacenter).filter(|_| !lease.memory_lost()) else { return };
        let peer = side.peer();
        if epoch < ledger.registers.epoch(unit) && !ledger.logs(unit).store(peer).holds(position) {
            self.overlap.insert(birth.record, Overlapping { at, unit, side });
        }
        if matches!(ledger.contract.loss, LossTerms::AtMost(_)) {
            return;
        }
        if lease.under(epoch).is_none_or(|register| register.mode != Mode::Replicated) {
            return;
        }
        self.docket.check(ledger.logs(unit).ever_held(peer, position), || {
            Breach::new(at, "{datacenter} acknowledged a record of {tenant} in {unit} before its peer had it")
                .of(birth)
                .in_unit(unit)
                .at_datacenter(datacenter)
        });
    }

    #[inline]
    pub(in crate::audit) fn landed(&mut self, birth: &Birth, landing: &Landing) {
        let stored = matches!(landing.copy, CopyClass::Log | CopyClass::Replica);
        if stored && !self.missing.is_empty() {
            self.missing.remove(&birth.record);
        }
        if (stored || landing.copy == CopyClass::QuarantinedTail)
            && !self.overlap.is_empty()
            && self.overlap.remove(&birth.record).is_some()
        {
            self.docket.clear(1);
        }
    }

    pub(in crate::audit) fn succeeded(&mut self, ledger: &Ledger, at: Instant, unit: Unit, succession: Succession) {
        let lease = ledger.lease(unit);
        if lease.memory_lost() {
            self.docket.suspend(reasons::MEMORY_LOST);
            return;
        }
        if succession.restored.is_some() {
            return;
        }
        self.docket.clear(1);
        if succession.lost.is_empty() {
            return;
        }
        let takeover = self.takeovers.len();
        let (mode, beyond_rho) = (succession.before.register.mode, lease.clock_beyond_rho());
        self.takeovers.push(Takeover { at, unit, mode, beyond_rho });
        let entry = |lost: Acknowledgement| (lost.record, (lost.at, takeover));
        self.missing.extend(succession.lost.into_iter().map(entry));
    }

    /// A site is switched off for good: what it acknowledged beside its successor cannot be looked for.
    pub(in crate::audit) fn switched_off(&mut self, unit: Unit, side: Side) {
        let before = self.overlap.len();
        self.overlap.retain(|_, one| (one.unit, one.side) != (unit, side));
        (self.overlap.len()..before).for_each(|_| self.docket.suspend(reasons::NOT_BACK));
    }

    /// Judges, at the end, what was acknowledged beside a successor by a site that is back.
    pub(in crate::audit) fn ended(&mut self, ledger: &Ledger, at: Instant) {
        for (record, one) in std::mem::take(&mut self.overlap) {
            if !is_reconciled(ledger, at, &one) {
                self.docket.suspend(reasons::NOT_BACK);
                continue;
            }
            let datacenter = ledger.terms(one.unit).site(one.side);
            self.docket.check(false, || {
                let what =
                    "{datacenter} acknowledged a record in {unit} beside its successor, and it vanished silently";
                let breach = Breach::new(one.at, what).in_unit(one.unit).at_datacenter(datacenter);
                Breach { record: Some(record), ..breach }
            });
        }
    }

    /// Judges what is still missing at the end of the run.
    pub(in crate::audit) fn finish(mut self, ledger: &Ledger) -> Docket {
        for (index, takeover) in self.takeovers.iter().enumerate() {
            let of_takeover = |(_, &(at, by)): (&Record, &(Instant, usize))| (by == index).then_some(at);
            let lost: Vec<Instant> = self.missing.iter().filter_map(of_takeover).collect();
            let (Some(&earliest), Some(&latest)) = (lost.iter().min(), lost.iter().max()) else { continue };
            if takeover.beyond_rho && takeover.mode == Mode::Replicated && ledger.contract.loss.is_bounded() {
                self.docket.suspend(reasons::BEYOND_RHO);
                continue;
            }
            self.docket.check(is_allowed(ledger, takeover.mode, latest - earliest, lost.len() as u64), || {
                let what = format!(
                    "a takeover of {{unit}} lost {} acknowledged records, acknowledged over {}",
                    lost.len(),
                    latest - earliest
                );
                Breach::new(takeover.at, what).in_unit(takeover.unit)
            });
        }
        self.docket
    }
}

/// Whether a site that kept its disk has heard its successor for long enough to set its tail aside.
fn is_reconciled(ledger: &Ledger, now: Instant, one: &Overlapping) -> bool {
    let [a, b] = ledger.terms(one.unit).sites;
    let settled = ledger.contract.able_for();
    let near = ledger.linked_since(one.unit, a, b).is_some_and(|since| now - since > settled);
    let kept = ledger.logs(one.unit).certified_since(one.side).is_some_and(|since| since <= one.at);
    let followed = ledger.registers.holder(one.unit) != Some(one.side);
    near && kept && followed
}

fn is_allowed(ledger: &Ledger, mode: Mode, stretch: Span, records: u64) -> bool {
    match (ledger.contract.loss, mode) {
        (LossTerms::Never, _) | (LossTerms::NoneWhileReplicated, Mode::Replicated) => false,
        (LossTerms::NoneWhileReplicated | LossTerms::AtMost(_), Mode::Alone) => true,
        (LossTerms::AtMost(bound), Mode::Replicated) => {
            stretch <= bound.scale(1_000_000 + u64::from(ledger.contract.rho_ppm), 1_000_000) + slack::LOSS
                && ledger.contract.loss_records.is_none_or(|most| records <= most)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::LossTerms;
    use crate::audit::tests::{AMSTERDAM, DUBLIN, Story};
    use crate::facts::Fact;
    use crate::terms::{CopyClass, Mode, RecordKind, Side, Span};

    /// A acknowledges two records `apart`, B has neither and takes over.
    fn two_lost(loss: LossTerms, mode: Mode, apart: Span) -> Story {
        two_of(None, loss, mode, apart)
    }

    /// The same where no more than `most` may be lost, if any number is set.
    fn two_of(most: Option<u64>, loss: LossTerms, mode: Mode, apart: Span) -> Story {
        let mut story = Story::after_with(|contract| (contract.loss, contract.loss_records) = (loss, most));
        let (one, two) = (story.birth(RecordKind::Message), story.birth(RecordKind::Message));
        story.renew(1, Side::A, mode, 0);
        story.land(one, CopyClass::Log, DUBLIN, 1).acknowledge(one, DUBLIN, 1, 1).pass(apart);
        story.land(two, CopyClass::Log, DUBLIN, 2).acknowledge(two, DUBLIN, 1, 2);
        story.renew(2, Side::B, mode, 0);
        story
    }

    #[test]
    fn a_takeover_that_lost_nothing_keeps_the_promise() {
        let mut story = Story::after_with(|contract| contract.loss = LossTerms::Never);
        let birth = story.birth(RecordKind::Message);
        story.grant(1, Side::A).land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1).grant(2, Side::B);
        story.expect_kept("FO-3", 2);
    }

    #[test]
    fn async_may_lose_the_declared_span_and_no_more() {
        let within = two_lost(LossTerms::AtMost(Span::secs(5)), Mode::Replicated, Span::secs(4));
        within.expect_kept("FO-3", 2);
        let beyond = two_lost(LossTerms::AtMost(Span::secs(5)), Mode::Replicated, Span::secs(8));
        beyond.expect_broken("FO-3", "lost 2 acknowledged records");
    }

    #[test]
    fn async_may_lose_the_declared_number_and_no_more() {
        let losing = |most| two_of(Some(most), LossTerms::AtMost(Span::secs(5)), Mode::Replicated, Span::secs(1));
        losing(2).expect_kept("FO-3", 2);
        losing(1).expect_broken("FO-3", "lost 2 acknowledged records");
    }

    #[test]
    fn alone_the_loss_is_declared_and_not_bounded() {
        let story = two_lost(LossTerms::AtMost(Span::secs(5)), Mode::Alone, Span::hours(1));
        story.expect_kept("FO-3", 2);
    }

    #[test]
    fn sync_acknowledges_only_what_the_peer_has() {
        let story = two_lost(LossTerms::NoneWhileReplicated, Mode::Replicated, Span::secs(1));
        story.expect_broken("FO-3", "before its peer had it");
    }

    #[test]
    fn a_peer_that_loses_its_disk_while_its_answer_is_under_way_told_the_truth() {
        let mut story = Story::after_with(|contract| contract.loss = LossTerms::Never);
        let (one, two) = (story.birth(RecordKind::Message), story.birth(RecordKind::Message));
        story.grant(1, Side::A).land_everywhere(one, 1).land(two, CopyClass::Log, DUBLIN, 2);
        story.disks_lost(Side::B);
        story.acknowledge(one, DUBLIN, 1, 1);
        story.expect_kept("FO-3", 1);
        story.acknowledge(two, DUBLIN, 1, 2);
        story.expect_broken("FO-3", "before its peer had it");
    }

    /// Beyond ρ, A acknowledges under epoch 1 a record that B, which holds epoch 2, has not.
    fn overlapping(loss: LossTerms, mode: Mode) -> Story {
        let mut story = Story::after_with(|contract| contract.loss = loss);
        story.fact(Fact::ClockChanged { datacenter: DUBLIN, offset_us: 0, drift_ppm: -50_000 });
        let birth = story.birth(RecordKind::Message);
        story.renew(1, Side::A, mode, 0).renew(2, Side::B, mode, 0);
        story.land(birth, CopyClass::Log, DUBLIN, 1).acknowledge(birth, DUBLIN, 1, 1).pass(Span::minutes(5));
        story
    }

    #[test]
    fn beyond_rho_an_overlap_is_set_aside_or_stored_never_silent() {
        for mode in [Mode::Alone, Mode::Replicated] {
            let mut silent = overlapping(LossTerms::AtMost(Span::secs(5)), mode);
            silent.fact(Fact::Ended { unfinished: 0 });
            silent.expect_broken("FO-3", "vanished silently");
            for (copy, datacenter) in [(CopyClass::QuarantinedTail, DUBLIN), (CopyClass::Log, AMSTERDAM)] {
                let mut told = overlapping(LossTerms::AtMost(Span::secs(5)), mode);
                let birth = told.last_birth();
                told.land(birth, copy, datacenter, 1).fact(Fact::Ended { unfinished: 0 });
                assert_eq!(told.finding("FO-3").broken, 0, "{copy}");
            }
        }
    }

    #[test]
    fn beyond_rho_the_sync_modes_still_lose_nothing() {
        for loss in [LossTerms::Never, LossTerms::NoneWhileReplicated] {
            let story = overlapping(loss, Mode::Replicated);
            story.expect_broken("FO-3", "before its peer had it");
        }
    }

    #[test]
    fn a_tail_that_returns_is_not_lost() {
        let mut story = two_lost(LossTerms::AtMost(Span::secs(5)), Mode::Replicated, Span::secs(8));
        let second = story.last_birth();
        story.land(second, CopyClass::Log, AMSTERDAM, 3);
        assert_eq!(story.finding("FO-3").broken, 0);
    }
}
