//! RES-9 for what is only passed through, and for lines without content: what came through was whole.

use super::{Inventory, through};
use crate::audit::Breach;
use crate::audit::ledger::{Ledger, Shelf, lacking};
use crate::facts::Reread;
use crate::terms::{CopyClass, Datacenter, Instant, Position, Side, Unit};

impl Inventory {
    /// Old records were read for a peer, and so many are not in the file that they pass through.
    pub(in crate::audit) fn reread(&mut self, at: Instant, reread: &Reread, missed: u64) {
        let &Reread { unit, datacenter, records, .. } = reread;
        self.docket.check(missed == 0, || {
            let what = format!("the snapshot of {{unit}} in {{datacenter}} lacks {missed} of {records} records");
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(CopyClass::Snapshot)
        });
    }

    /// A store was restored through `end`: all of the best backup in reach came through its staging place.
    pub(in crate::audit) fn restored(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        unit: Unit,
        (side, end): (Side, Position),
    ) {
        let (class, datacenter) = (CopyClass::RestoreStaging, ledger.terms(unit).site(side));
        let shelves = ledger.shelves(unit);
        let wanted = through(ledger.logs(unit).store(side).runs(), end);
        self.complete(lacking(wanted, &shelves.of(class)), at, unit, class, datacenter);
        let reached = ledger.backups(unit).backups().iter().filter(|backup| !ledger.world.is_dark(backup.datacenter));
        let best = reached.map(|backup| backup.end).max().unwrap_or_default();
        self.docket.check(best <= end, || {
            let what = format!("the restore staging of {{unit}} ended at {end}; a backup in reach ends at {best}");
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(class)
        });
    }

    /// There is a line for every record of which lines tell: those that a site indexed, or that the unit's journals
    /// hold.
    pub(super) fn lines(&mut self, ledger: &Ledger, at: Instant, unit: Unit) {
        let shelves = ledger.shelves(unit);
        for datacenter in ledger.terms(unit).sites {
            let indexed = shelves.at(CopyClass::SearchIndex, datacenter).map_or(0, Shelf::len);
            for class in [CopyClass::ApplicationLog, CopyClass::MetricLabels] {
                self.told(ledger, (at, unit), (class, Some(datacenter)), indexed);
            }
        }
        let journaled = shelves.of(CopyClass::ComplianceCopy).into_iter().map(Shelf::len).sum();
        for class in [CopyClass::PushPayload, CopyClass::RoutingKey] {
            self.told(ledger, (at, unit), (class, None), journaled);
        }
    }

    fn told(
        &mut self,
        ledger: &Ledger,
        (at, unit): (Instant, Unit),
        (class, place): (CopyClass, Option<Datacenter>),
        records: u64,
    ) {
        let told = ledger.shelves(unit).told(class, place);
        self.docket.check(told >= records, || {
            let what = format!("the {class} of {{unit}} has {told} lines for {records} records");
            let breach = Breach::new(at, what).in_unit(unit).resting_as(class);
            place.into_iter().fold(breach, Breach::at_datacenter)
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA_1, Story};
    use crate::facts::{Copies, Fact, Reread};
    use crate::terms::{CopyClass, Datacenter, Epoch, Index, Lines, Position, Side};

    fn shelve(story: &mut Story, copy: CopyClass, datacenter: Datacenter, runs: &[(Index, Index)]) {
        for &(first, last) in runs {
            story.fact(Fact::RangeLanded { copy, datacenter, unit: EMEA_1, epoch: Epoch(1), first, last });
        }
    }

    #[test]
    fn a_snapshot_has_what_was_read_for_it() {
        let fresh = ((1, 10), 10, true);
        let (lost, again) = (((2, 10), 10, false), ((11, 12), 10, true));
        for turns in
            [vec![fresh, again], vec![lost], vec![fresh, ((22, 30), 10, false)], vec![fresh, ((31, 40), 10, true)]]
        {
            let mut story = Story::after();
            for &(run, records, _) in &turns {
                shelve(&mut story, CopyClass::Snapshot, DUBLIN, &[run]);
                story.fact(Fact::Reread(Reread { unit: EMEA_1, datacenter: DUBLIN, records, requests: 0 }));
            }
            if turns.iter().all(|(.., kept)| *kept) {
                story.expect_kept("RES-9", turns.len() as u64);
            } else {
                story.expect_broken("RES-9", "the snapshot of {unit} in {datacenter} lacks 1 of 10 records");
            }
        }
    }

    #[test]
    fn a_restore_comes_whole_through_its_staging_place() {
        for (staged, end, kept) in [((1, 9), 9, true), ((2, 9), 9, false), ((1, 8), 8, false)] {
            let mut story = Story::after();
            let at = |index| Position { epoch: Epoch(1), index };
            let taken = story.now();
            story.fact(Fact::BackedUp { unit: EMEA_1, datacenter: AMSTERDAM, taken, end: at(9) });
            shelve(&mut story, CopyClass::RestoreStaging, DUBLIN, &[staged]);
            shelve(&mut story, CopyClass::Replica, DUBLIN, &[(1, end)]);
            story.fact(Fact::Restored { unit: EMEA_1, side: Side::A, datacenter: DUBLIN, taken, end: at(end) });
            if kept {
                story.expect_kept("RES-9", 2);
            } else {
                story.expect_broken("RES-9", "the restore staging of {unit}");
            }
        }
    }

    #[test]
    fn there_is_a_line_for_every_record() {
        for (count, kept) in [(10, true), (9, false)] {
            for class in
                [CopyClass::ApplicationLog, CopyClass::MetricLabels, CopyClass::PushPayload, CopyClass::RoutingKey]
            {
                let leaves = matches!(class, CopyClass::PushPayload | CopyClass::RoutingKey);
                let mut story = Story::after();
                let made = if leaves { CopyClass::ComplianceCopy } else { CopyClass::SearchIndex };
                story.copy_range(DUBLIN, 1, 10);
                shelve(&mut story, made, DUBLIN, &[(1, 10)]);
                let others = CopyClass::ALL.into_iter().filter(|&other| other != class).map(|other| (other, 10));
                for (class, count) in others.chain([(class, count)]) {
                    let lines = Lines { class, unit: EMEA_1, count }.into();
                    for datacenter in [None, Some(DUBLIN)] {
                        story.fact(Fact::Copies(Copies::Told { lines, datacenter }));
                    }
                }
                story.fact(Fact::Ended { unfinished: 0 });
                if kept {
                    assert_eq!(story.finding("RES-9").breaches, []);
                } else {
                    story.expect_broken("RES-9", &format!("the {class} of {{unit}} has 9 lines for 10 records"));
                }
            }
        }
    }
}
