//! FO-2: ballots never go back at a voter, nor epochs in what a majority granted or in whom a store
//! obeys, whatever clocks do. A voter whose storage was lost starts anew.

use crate::audit::docket::Docket;
use crate::audit::ledger::{Ledger, Persisted};
use crate::audit::{Breach, reasons};
use crate::terms::{Datacenter, Instant, Position, Unit, VoterRecord};

/// Compares each durable voter record with the one before, and cut logs with what was acknowledged.
#[derive(Debug)]
pub(in crate::audit) struct EpochsGrow {
    pub docket: Docket,
    /// The last position that each unit acknowledged, and where.
    acknowledged: Vec<(Position, Datacenter)>,
}

impl EpochsGrow {
    pub(in crate::audit) fn new(units: usize) -> Self {
        Self { docket: Docket::default(), acknowledged: vec![Default::default(); units] }
    }

    #[inline]
    pub(in crate::audit) fn acknowledged(&mut self, unit: Unit, datacenter: Datacenter, position: Position) {
        let (last, by) = &mut self.acknowledged[unit.index()];
        if position >= *last {
            (*last, *by) = (position, datacenter);
        }
    }

    /// Who takes acknowledged records of the latest epoch out of its log obeys an earlier one, or else an
    /// operator who has it restored from a backup: then it is emptied first.
    pub(in crate::audit) fn tail_cut(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        unit: Unit,
        datacenter: Datacenter,
        keeps: Position,
    ) {
        let (last, by) = self.acknowledged[unit.index()];
        let current = last.epoch == ledger.registers.epoch(unit) && by == datacenter;
        let emptied = keeps == Position::default() && ledger.backups(unit).is_ordered();
        if !current || emptied || ledger.lease(unit).memory_lost() {
            return;
        }
        self.docket.check(keeps >= last, || {
            let what = format!("{{datacenter}} cut its log of {{unit}} back to {keeps} by an earlier epoch's order");
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter)
        });
    }

    pub(in crate::audit) fn persisted(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        unit: Unit,
        datacenter: Datacenter,
        persisted: &Persisted,
    ) {
        if let Some(before) = persisted.before {
            let superseded = accepts_superseded(ledger, unit, &persisted.after);
            self.docket.check(!goes_back(&before, &persisted.after) && !superseded, || {
                let what = "the voter of {unit} in {datacenter} went back to a lower ballot or epoch";
                Breach::new(at, what).in_unit(unit).at_datacenter(datacenter)
            });
        }
        let Some((grant, before)) = persisted.grant.and_then(|grant| Some((grant, grant.before?))) else { return };
        if ledger.lease(unit).memory_lost() {
            self.docket.suspend(reasons::MEMORY_LOST);
            return;
        }
        let (was, is) = (before.register.epoch, grant.register.epoch);
        self.docket.check(was <= is, || {
            Breach::new(at, format!("epoch {is} of {{unit}} was granted after epoch {was}")).in_unit(unit)
        });
    }
}

fn goes_back(before: &VoterRecord, after: &VoterRecord) -> bool {
    after.promised < before.promised || after.accepted_ballot() < before.accepted_ballot()
}

/// Whether a voter accepted, by a later ballot, an epoch before the one that was granted. What it had accepted
/// itself and no majority had may be superseded by any.
fn accepts_superseded(ledger: &Ledger, unit: Unit, after: &VoterRecord) -> bool {
    let lease = ledger.lease(unit);
    let Some((value, granted)) = after.accepted.zip(lease.granted()).filter(|_| !lease.memory_lost()) else {
        return false;
    };
    value.renewal > granted.register.renewal && value.epoch < granted.register.epoch
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{DUBLIN, EMEA_1, Story};
    use crate::facts::Fact;
    use crate::terms::{Position, RecordKind, Side};

    #[test]
    fn growing_epochs_keep_the_promise() {
        let mut story = Story::after();
        story.grant(1, Side::A).grant(1, Side::A).grant(2, Side::B);
        story.expect_kept("FO-2", 5);
    }

    #[test]
    fn a_lower_epoch_is_a_breach() {
        let mut story = Story::after();
        story.grant(2, Side::B).grant(1, Side::A);
        story.expect_broken("FO-2", "was granted after epoch 2");
    }

    #[test]
    fn what_one_voter_alone_accepted_may_be_superseded_by_what_a_majority_had() {
        let mut story = Story::after();
        story.grant(1, Side::A).vote_in(EMEA_1, 2, Side::B, 0).grant(1, Side::A);
        assert_eq!(story.finding("FO-2").broken, 0);
        story.grant(2, Side::B).vote_in(EMEA_1, 1, Side::A, 0);
        story.expect_broken("FO-2", "went back");
    }

    #[test]
    fn a_voter_that_lost_its_disk_starts_anew() {
        let mut story = Story::after();
        story.grant(2, Side::B);
        story.disks_lost(Side::A);
        story.vote_again(EMEA_1, Side::A);
        assert_eq!(story.finding("FO-2").broken, 0);
    }

    /// Whether a lower epoch is told of after two voters lost their disks, the second when the first
    /// was back or before.
    fn tells_after_two_losses(readmitted: bool) -> bool {
        let mut story = Story::after();
        story.grant(2, Side::B);
        story.disks_lost(Side::A);
        if readmitted {
            story.vote_again(EMEA_1, Side::A);
        }
        story.disks_lost(Side::B);
        story.vote_again(EMEA_1, Side::A).vote_again(EMEA_1, Side::B).grant(1, Side::A);
        story.finding("FO-2").breaches.iter().any(|breach| breach.what.contains("granted after epoch 2"))
    }

    #[test]
    fn only_two_memories_lost_at_once_are_more_than_the_register_is_built_for() {
        assert!(tells_after_two_losses(true) && !tells_after_two_losses(false));
    }

    #[test]
    fn a_holder_that_cuts_what_it_acknowledged_under_the_latest_epoch_is_a_breach() {
        let acknowledged = || {
            let mut story = Story::after();
            let birth = story.birth(RecordKind::Message);
            story.grant(1, Side::A).land_everywhere(birth, 1).acknowledge(birth, DUBLIN, 1, 1);
            story
        };
        let cut = |keeps| Fact::TailCut { datacenter: DUBLIN, unit: EMEA_1, keeps };
        let mut behind = acknowledged();
        behind.fact(cut(Position::default()));
        behind.expect_broken("FO-2", "by an earlier epoch's order");
        let mut superseded = acknowledged();
        superseded.grant(2, Side::B).fact(cut(Position::default()));
        assert_eq!(superseded.finding("FO-2").broken, 0);
        let mut restored = acknowledged();
        restored.fact(Fact::RestoreOrdered(EMEA_1)).fact(cut(Position::default()));
        assert_eq!(restored.finding("FO-2").broken, 0);
    }
}
