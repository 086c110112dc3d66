//! RES-9 for what a failover rests on: the holder's log, its replica, the tails that were cut out of logs, backups,
//! and the register itself.
//!
//! Each has what it ought to by what was acknowledged, but for what a takeover left behind, which FO-3 judges.

use super::{Inventory, ran_since};
use crate::audit::invariants::backup_loss;
use crate::audit::ledger::Ledger;
use crate::audit::{Breach, LossTerms, reasons, slack};
use crate::terms::{CopyClass, Instant, Mode, Seat, Side, Unit};

impl Inventory {
    pub(super) fn of_failover(&mut self, ledger: &Ledger, at: Instant, unit: Unit) {
        let lease = ledger.lease(unit);
        if lease.memory_lost() || lease.clock_beyond_rho() {
            self.docket.suspend(if lease.memory_lost() { reasons::MEMORY_LOST } else { reasons::BEYOND_RHO });
            return;
        }
        self.log(ledger, at, unit);
        self.replica(ledger, at, unit);
        self.register(ledger, at, unit);
        self.backup(ledger, at, unit);
        for side in Side::BOTH {
            self.tail(ledger, at, unit, side);
        }
    }

    /// The disk of the holder has all that it acknowledged, and all that it took over.
    fn log(&mut self, ledger: &Ledger, at: Instant, unit: Unit) {
        let (Some(granted), logs) = (ledger.lease(unit).granted(), ledger.logs(unit)) else { return };
        let holder = granted.register.holder;
        if logs.certified_since(holder).is_some() {
            let lacks = logs.promised().find(|position| !logs.store(holder).holds(*position));
            self.complete(lacks, at, unit, CopyClass::Log, ledger.terms(unit).site(holder));
        }
    }

    /// While a holder renews its lease as `replicated`, its peer has all but the tail that this allows, and but for what
    /// it had on a disk that it has lost: until it has that again, it takes nothing over.
    fn replica(&mut self, ledger: &Ledger, at: Instant, unit: Unit) {
        let Some(granted) = ledger.lease(unit).granted().filter(|granted| granted.register.mode == Mode::Replicated)
        else {
            return;
        };
        let allowed = match ledger.contract.loss {
            LossTerms::AtMost(bound) => bound + slack::LOSS + slack::IN_FLIGHT,
            LossTerms::Never | LossTerms::NoneWhileReplicated => slack::IN_FLIGHT,
        };
        let (holder, logs) = (granted.register.holder, ledger.logs(unit));
        let own = ledger.terms(unit).site(holder);
        let quick = |since| ledger.world.quick_since(unit, own).is_some_and(|quick| quick <= since);
        let oldest = logs.pending().find(|pending| !logs.is_refilled_with(holder.peer(), pending.position));
        let oldest = oldest.filter(|oldest| {
            oldest.at + allowed < granted.made && ran_since(ledger, unit, own, oldest.at) && quick(oldest.at)
        });
        let peer = ledger.terms(unit).site(holder.peer());
        self.complete(oldest.map(|oldest| oldest.position), at, unit, CopyClass::Replica, peer);
    }

    /// The registers of a majority have the epoch under which was acknowledged.
    fn register(&mut self, ledger: &Ledger, at: Instant, unit: Unit) {
        let (serves, granted) = (ledger.shelves(unit).serves_under(), ledger.registers.epoch(unit));
        let witness = ledger.terms(unit).voter(Seat::Witness);
        self.docket.check(serves <= granted, || {
            let what =
                format!("{{unit}} acknowledged under epoch {serves}, and no two witness records have it on their disk");
            Breach::new(at, what).in_unit(unit).at_datacenter(witness).resting_as(CopyClass::WitnessRecord)
        });
    }

    /// What was acknowledged an interval ago, and as long as a backup takes, is in a backup.
    fn backup(&mut self, ledger: &Ledger, at: Instant, unit: Unit) {
        let Some(every) = ledger.contract.backup_every else { return };
        let Some((since, overdue)) = backup_loss::awaited(ledger, at, unit, every) else { return };
        self.docket.check(!overdue, || {
            let what = format!("no backup of {{unit}} has what was acknowledged {} ago", at - since);
            Breach::new(at, what).in_unit(unit).resting_as(CopyClass::Backup)
        });
    }

    /// What was cut out of a log, and the other site never had, rests beside it.
    fn tail(&mut self, ledger: &Ledger, at: Instant, unit: Unit, side: Side) {
        let datacenter = ledger.terms(unit).site(side);
        self.complete(ledger.tails(unit).lacking(side), at, unit, CopyClass::QuarantinedTail, datacenter);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::LossTerms;
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA_1, Story};
    use crate::facts::Fact;
    use crate::terms::{Birth, CopyClass, Epoch, Index, Mode, Position, RecordKind, Side, Span};

    /// A record that Dublin has, acknowledges, and does not ship.
    fn acknowledged(loss: LossTerms, index: Index) -> (Story, Birth) {
        let mut story = Story::after_with(|contract| (contract.loss, contract.index_every) = (loss, None));
        let birth = story.birth(RecordKind::Message);
        story.grant(1, Side::A).land(birth, CopyClass::Log, DUBLIN, 1).acknowledge(birth, DUBLIN, 1, index);
        (story, birth)
    }

    fn ended(mut story: Story) -> Story {
        story.fact(Fact::Ended { unfinished: 0 });
        story
    }

    #[test]
    fn the_log_of_the_holder_has_what_it_acknowledged() {
        let loss = LossTerms::AtMost(Span::secs(5));
        ended(acknowledged(loss, 1).0).expect_kept("RES-9", 14);
        ended(acknowledged(loss, 2).0)
            .expect_broken("RES-9", "the log of {unit} in {datacenter} lacks the record at 1:2");
    }

    #[test]
    fn what_a_takeover_left_behind_is_its_loss_and_no_logs() {
        let (mut story, _) = acknowledged(LossTerms::AtMost(Span::secs(5)), 1);
        story.pass(Span::secs(40)).renew(2, Side::B, Mode::Alone, 0);
        assert_eq!(ended(story).finding("RES-9").breaches, []);
    }

    #[test]
    fn a_replica_has_all_but_the_tail_that_replicated_allows() {
        for (loss, mode, waits, kept) in [
            (LossTerms::AtMost(Span::secs(5)), Mode::Replicated, 10, true),
            (LossTerms::AtMost(Span::secs(5)), Mode::Replicated, 20, false),
            (LossTerms::AtMost(Span::secs(5)), Mode::Alone, 20, true),
            (LossTerms::NoneWhileReplicated, Mode::Replicated, 10, false),
        ] {
            let (mut story, _) = acknowledged(loss, 1);
            story.pass(Span::secs(waits)).renew(1, Side::A, mode, 0);
            let story = ended(story);
            if kept {
                assert_eq!(story.finding("RES-9").breaches, [], "{loss:?} {mode:?}");
            } else {
                story.expect_broken("RES-9", "the replica of {unit} in {datacenter} lacks the record at 1:1");
            }
        }
    }

    #[test]
    fn a_replica_lacks_what_went_with_its_disk_until_it_is_certified_and_nothing_else() {
        for (certified, acknowledges, lacks) in [(false, false, None), (true, false, Some(1)), (false, true, Some(2))] {
            let (mut story, first) = acknowledged(LossTerms::AtMost(Span::secs(5)), 1);
            let second = story.birth(RecordKind::Message);
            story.disks_lost(Side::A).land(first, CopyClass::Replica, AMSTERDAM, 1);
            story.renew(2, Side::B, Mode::Replicated, 0);
            if certified {
                story.fact(Fact::StoreCertified { unit: EMEA_1, side: Side::A, datacenter: DUBLIN });
            }
            if acknowledges {
                story.land(second, CopyClass::Log, AMSTERDAM, 2).acknowledge(second, AMSTERDAM, 2, 2);
            }
            story.pass(Span::secs(20)).renew(2, Side::B, Mode::Replicated, 0);
            let story = ended(story);
            match lacks {
                Some(index) => story.expect_broken("RES-9", &format!("lacks the record at 1:{index}")),
                None => assert_eq!(story.finding("RES-9").breaches, []),
            }
        }
    }

    #[test]
    fn what_was_erased_before_it_was_durable_has_its_place_in_the_log() {
        for (placed, kept) in [(true, true), (false, false)] {
            let loss = LossTerms::NoneWhileReplicated;
            let mut story = Story::after_with(|contract| (contract.loss, contract.index_every) = (loss, None));
            let birth = story.birth(RecordKind::Message);
            story.grant(1, Side::A).land(birth, CopyClass::Replica, AMSTERDAM, 1);
            if placed {
                let (copy, unit, epoch) = (CopyClass::Log, EMEA_1, Epoch(1));
                story.fact(Fact::RangeLanded { copy, datacenter: DUBLIN, unit, epoch, first: 1, last: 1 });
            }
            story.acknowledge(birth, DUBLIN, 1, 1).pass(Span::secs(40)).renew(1, Side::A, Mode::Replicated, 0);
            assert_eq!(ended(story).finding("RES-9").broken == 0, kept, "its place is there: {placed}");
        }
    }

    #[test]
    fn an_epoch_that_acknowledges_is_on_the_disks_of_two_voters() {
        let (mut story, birth) = acknowledged(LossTerms::AtMost(Span::secs(5)), 1);
        story.acknowledge(birth, AMSTERDAM, 2, 1);
        ended(story).expect_broken("RES-9", "no two witness records have it");
    }

    #[test]
    fn a_tail_rests_beside_the_log_that_it_was_cut_out_of() {
        for set_aside in [1..=3, 2..=3] {
            let mut story = Story::after();
            let births: Vec<_> = (1..=3).map(|_| story.birth(RecordKind::Message)).collect();
            let each = || births.iter().zip(1..);
            for (&birth, index) in each() {
                story.land(birth, CopyClass::Log, DUBLIN, index);
            }
            story.fact(Fact::TailCut { datacenter: DUBLIN, unit: EMEA_1, keeps: Position::default() });
            for (&birth, index) in each().filter(|(_, index)| set_aside.contains(index)) {
                story.land(birth, CopyClass::QuarantinedTail, DUBLIN, index);
            }
            let story = ended(story);
            if set_aside.contains(&1) {
                assert_eq!(story.finding("RES-9").breaches, []);
            } else {
                story.expect_broken("RES-9", "the quarantined tail of {unit} in {datacenter} lacks the record at 1:1");
            }
        }
    }

    #[test]
    fn a_backup_has_what_was_acknowledged_an_interval_ago() {
        for (through, kept) in [(Some(1), true), (None, false)] {
            let every = Span::hours(1);
            let mut story = Story::after_with(|contract| contract.backup_every = Some(every));
            let birth = story.birth(RecordKind::Message);
            story.grant(1, Side::A).land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1);
            if let Some(index) = through {
                let (taken, end) = (story.now(), Position { epoch: Epoch(1), index });
                story.fact(Fact::BackedUp { unit: EMEA_1, datacenter: AMSTERDAM, taken, end });
            }
            story.renew_for(Side::A, Span::hours(2));
            let story = ended(story);
            if kept {
                assert_eq!(story.finding("RES-9").breaches, []);
            } else {
                story.expect_broken("RES-9", "no backup of {unit} has what was acknowledged 2h ago");
            }
        }
    }
}
