//! Acknowledged records whose survival hangs on one site, and what became of them.

use super::MetricsSetup;
use super::runs::Runs;
use crate::terms::{CopyClass, Epoch, Index, Instant, Position, Record, Side, Tenant, Unit};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An acknowledged record.
#[derive(Clone, Copy, Debug)]
struct Acked {
    record: Record,
    position: Position,
    at: Instant,
    /// Since when it stands at this position.
    since: Instant,
}

/// What a new holder lacks of what its predecessors acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Missing {
    /// How many records.
    pub(super) records: u64,
    /// When the first of them was acknowledged, and the last.
    pub(super) acknowledged: Option<(Instant, Instant)>,
}

impl Missing {
    fn and(self, other: Self) -> Self {
        let both = self.acknowledged.into_iter().chain(other.acknowledged);
        let acknowledged = both.reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)));
        Self { records: self.records + other.records, acknowledged }
    }
}

/// The logs of one unit's sites, as far as loss depends on them.
#[derive(Clone, Debug, Default)]
struct Tail {
    /// The positions that each side's log holds.
    logs: [Runs; 2],
    /// The records that each side has set aside, and no log holds again.
    set_aside: [BTreeSet<Record>; 2],
    /// Every position that was acknowledged.
    acknowledged: Runs,
    /// Positions that were acknowledged and on both sides.
    settled: Runs,
    /// How many of them are on one side only since the other lost its copy, and since when at the earliest.
    bared: Option<(Instant, u64)>,
    /// Acknowledged and not on both sides yet, in the order of acknowledgement.
    open: VecDeque<Acked>,
    /// Acknowledged, and not in the log of the holder that took over, or on no disk any more.
    missing: BTreeMap<Record, Acked>,
    /// Of these, how many went with a disk since the last takeover: the next one will lack them.
    gone: Missing,
    /// Lots of tenants that are not at home here yet. Until then the old home has what is in them.
    lots: Vec<(Tenant, Acked)>,
}

/// The tails of every unit. Memory grows with what is on one site only, as the service's own does.
#[derive(Clone, Debug)]
pub(super) struct Tails(Vec<Tail>);

impl Tails {
    pub(super) fn new(setup: &MetricsSetup) -> Self {
        Self(vec![Tail::default(); setup.units.len()])
    }

    /// A record came to rest at a site of its unit.
    #[inline]
    pub(super) fn landed(
        &mut self,
        at: Instant,
        unit: Unit,
        side: Side,
        copy: CopyClass,
        record: Record,
        position: Position,
    ) {
        let tail = &mut self.0[unit.index()];
        match copy {
            CopyClass::Log | CopyClass::Replica => tail.stored(at, side, record, position),
            CopyClass::QuarantinedTail => {
                tail.set_aside[side.index()].insert(record);
            }
            _ => {}
        }
    }

    pub(super) fn range_landed(&mut self, unit: Unit, side: Side, epoch: Epoch, first: Index, last: Index) {
        let tail = &mut self.0[unit.index()];
        tail.logs[side.index()].insert_run(epoch, first, last);
        tail.recount();
        tail.settle();
    }

    /// An acknowledgement left a site, of a lot of a tenant that may still be sent back where one is named; `false`
    /// where one for the same position had left before.
    #[inline]
    pub(super) fn acknowledged(
        &mut self,
        unit: Unit,
        (record, lot_of): (Record, Option<Tenant>),
        position: Position,
        at: Instant,
    ) -> bool {
        let tail = &mut self.0[unit.index()];
        let new = tail.acknowledged.insert(position);
        let acked = Acked { record, position, at, since: at };
        match lot_of {
            _ if !new => {}
            Some(tenant) => tail.lots.push((tenant, acked)),
            None => {
                tail.open.push_back(acked);
                tail.settle();
            }
        }
        new
    }

    /// A tenant is at home in the unit that its lots came to: from now on they can be lost.
    pub(super) fn came_home(&mut self, tenant: Tenant) {
        for tail in &mut self.0 {
            let came = tail.lots.extract_if(.., |(one, _)| *one == tenant).map(|(_, acked)| acked);
            let holds = |acked: &Acked| tail.logs.iter().any(|log| log.contains(acked.position));
            tail.open.extend(came.filter(holds));
            tail.settle();
        }
    }

    pub(super) fn cut(&mut self, unit: Unit, side: Side, keeps: Position) {
        let tail = &mut self.0[unit.index()];
        tail.logs[side.index()].truncate(keeps);
        tail.recount();
        tail.sort_out(|tail, acked| !tail.logs.iter().any(|log| log.contains(acked.position)));
    }

    pub(super) fn storage_lost(&mut self, at: Instant, unit: Unit, side: Side) {
        let tail = &mut self.0[unit.index()];
        tail.logs[side.index()].clear();
        tail.set_aside[side.index()].clear();
        tail.bared.get_or_insert((at, 0));
        tail.recount();
        let gone = tail.sort_out(|tail, acked| !tail.logs.iter().any(|log| log.contains(acked.position)));
        tail.gone = tail.gone.and(gone);
    }

    /// A side took the unit over: what its log lacks is missing from now on.
    pub(super) fn taken_over(&mut self, unit: Unit, side: Side) -> Missing {
        let tail = &mut self.0[unit.index()];
        let missing = tail.sort_out(|tail, acked| !tail.logs[side.index()].contains(acked.position));
        std::mem::take(&mut tail.gone).and(missing)
    }

    /// How many acknowledged records of a unit are not known to be on both sites.
    #[inline]
    pub(super) fn unreplicated(&self, unit: Unit) -> u64 {
        let tail = &self.0[unit.index()];
        tail.open.len() as u64 + tail.bared.map_or(0, |(_, records)| records)
    }

    /// Since when the oldest of them is on one site only.
    #[inline]
    pub(super) fn oldest(&self, unit: Unit) -> Option<Instant> {
        let tail = &self.0[unit.index()];
        let bared = tail.bared.map(|(since, _)| since);
        tail.open.front().map(|acked| acked.since).into_iter().chain(bared).min()
    }

    /// How many acknowledged records a side's store lacks that was restored.
    pub(super) fn lost_by_restore(&self, unit: Unit, side: Side) -> u64 {
        let tail = &self.0[unit.index()];
        let log = &tail.logs[side.index()];
        let open = tail.open.iter().filter(|acked| !log.contains(acked.position)).count() as u64;
        open + tail.settled.outside([log, log])
    }

    /// How many records a side's log holds.
    pub(super) fn held(&self, unit: Unit, side: Side) -> u64 {
        self.0[unit.index()].logs[side.index()].len()
    }

    /// The acknowledged records of a unit that are on none of its disks, but for those of a side that is `gone`.
    pub(super) fn lost(&self, unit: Unit, gone: Option<Side>) -> u64 {
        self.0[unit.index()].lost(gone)
    }
}

impl Tail {
    fn stored(&mut self, at: Instant, side: Side, record: Record, position: Position) {
        self.logs[side.index()].insert(position);
        if self.bared.is_some() && self.settled.contains(position) {
            self.recount();
        }
        for set_aside in &mut self.set_aside {
            if !set_aside.is_empty() {
                set_aside.remove(&record);
            }
        }
        if !self.missing.is_empty()
            && let Some(acked) = self.missing.remove(&record)
        {
            // Its acknowledgement under the new position, if one follows, repeats the first.
            self.acknowledged.insert(position);
            self.open.push_back(Acked { position, since: at, ..acked });
        }
        self.settle();
    }

    fn settle(&mut self) {
        while let Some(&first) = self.open.front()
            && self.logs.iter().all(|log| log.contains(first.position))
        {
            self.settled.insert(first.position);
            self.open.pop_front();
        }
    }

    /// Counts anew what lost its copy at one side and has none there yet.
    fn recount(&mut self) {
        let Some((since, _)) = self.bared else { return };
        let [a, b] = &self.logs;
        let lacked = self.settled.outside([a, a]) + self.settled.outside([b, b]);
        let records = lacked - 2 * self.settled.outside([a, b]);
        self.bared = (records > 0).then_some((since, records));
    }

    /// Takes what is missing out of the open records.
    fn sort_out(&mut self, is_missing: impl Fn(&Self, &Acked) -> bool) -> Missing {
        let mut missing = Missing::default();
        for acked in std::mem::take(&mut self.open) {
            if is_missing(self, &acked) {
                let (first, last) = missing.acknowledged.unwrap_or((acked.at, acked.at));
                missing.acknowledged = Some((first.min(acked.at), last.max(acked.at)));
                missing.records += 1;
                self.missing.insert(acked.record, acked);
            } else {
                self.open.push_back(acked);
            }
        }
        self.settle();
        missing
    }

    fn lost(&self, gone: Option<Side>) -> u64 {
        let left = || Side::BOTH.into_iter().filter(|&side| Some(side) != gone);
        let is_lost = |acked: &&Acked| {
            let holds = |side: Side| {
                self.logs[side.index()].contains(acked.position) || self.set_aside[side.index()].contains(&acked.record)
            };
            !left().any(holds)
        };
        let open = self.open.iter().chain(self.missing.values()).filter(is_lost).count() as u64;
        let nothing = Runs::default();
        let kept = Side::BOTH.map(|side| if Some(side) == gone { &nothing } else { &self.logs[side.index()] });
        open + self.settled.outside(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::super::UnitSetup;
    use super::*;

    const UNIT: Unit = Unit(0);

    fn tails() -> Tails {
        Tails::new(&MetricsSetup { units: vec![UnitSetup::default()], ..MetricsSetup::default() })
    }

    fn at(epoch: u32, index: Index) -> Position {
        Position { epoch: Epoch(epoch), index }
    }

    /// A holds `1..=held`, all acknowledged; B has `1..=copied` of them.
    fn replicated(held: u64, copied: u64) -> Tails {
        let mut tails = tails();
        for index in 1..=held {
            tails.landed(Instant::ZERO, UNIT, Side::A, CopyClass::Log, Record(index), at(1, index));
            assert!(tails.acknowledged(UNIT, (Record(index), None), at(1, index), Instant(index * 100)));
            if index <= copied {
                tails.landed(Instant::ZERO, UNIT, Side::B, CopyClass::Replica, Record(index), at(1, index));
            }
        }
        tails
    }

    #[test]
    fn what_both_sites_hold_is_kept_as_one_run() {
        let tails = replicated(1_000, 1_000);
        assert!(tails.0[0].open.is_empty());
        assert_eq!(tails.lost(UNIT, None), 0);
    }

    #[test]
    fn the_oldest_record_on_one_site_is_known_until_it_is_on_both_or_missing() {
        let mut tails = replicated(10, 7);
        assert_eq!((tails.unreplicated(UNIT), tails.oldest(UNIT)), (3, Some(Instant(800))));
        tails.landed(Instant(1_500), UNIT, Side::B, CopyClass::Replica, Record(8), at(1, 8));
        assert_eq!((tails.unreplicated(UNIT), tails.oldest(UNIT)), (2, Some(Instant(900))));
        tails.taken_over(UNIT, Side::B);
        assert_eq!((tails.unreplicated(UNIT), tails.oldest(UNIT)), (0, None));
    }

    #[test]
    fn what_lost_its_copy_is_on_one_site_only_until_it_is_filled_again() {
        let mut tails = replicated(10, 10);
        tails.storage_lost(Instant(2_000), UNIT, Side::B);
        assert_eq!((tails.unreplicated(UNIT), tails.oldest(UNIT)), (10, Some(Instant(2_000))));
        tails.range_landed(UNIT, Side::B, Epoch(1), 1, 6);
        assert_eq!((tails.unreplicated(UNIT), tails.oldest(UNIT)), (4, Some(Instant(2_000))));
        tails.range_landed(UNIT, Side::B, Epoch(1), 7, 10);
        assert_eq!((tails.unreplicated(UNIT), tails.oldest(UNIT)), (0, None));
    }

    #[test]
    fn a_repeated_acknowledgement_counts_once() {
        let mut tails = replicated(3, 3);
        assert!(!tails.acknowledged(UNIT, (Record(2), None), at(1, 2), Instant(900)));
    }

    #[test]
    fn a_lot_is_lost_only_where_its_tenant_has_come_home() {
        for (comes, lost) in [(false, 0), (true, 1)] {
            let mut tails = tails();
            for index in 1..=2 {
                tails.landed(Instant::ZERO, UNIT, Side::A, CopyClass::Log, Record(index), at(1, index));
                tails.acknowledged(UNIT, (Record(index), Some(Tenant(7))), at(1, index), Instant(index * 100));
            }
            tails.cut(UNIT, Side::A, at(1, 1));
            if comes {
                tails.came_home(Tenant(7));
            }
            tails.storage_lost(Instant(2_000), UNIT, Side::A);
            assert_eq!(tails.lost(UNIT, None), lost, "one was sent again as another record before it came");
        }
    }

    #[test]
    fn the_unreplicated_tail_is_missing_at_a_takeover_and_lost_with_the_disk() {
        let mut tails = replicated(10, 7);
        let missing = tails.taken_over(UNIT, Side::B);
        assert_eq!(missing, Missing { records: 3, acknowledged: Some((Instant(800), Instant(1_000))) });
        assert_eq!(tails.lost(UNIT, None), 0, "the old holder's disk still has it");
        tails.storage_lost(Instant(2_000), UNIT, Side::A);
        assert_eq!(tails.lost(UNIT, None), 3);
    }

    #[test]
    fn a_tail_that_went_with_its_disk_is_missing_at_the_takeover_that_follows() {
        let mut tails = replicated(10, 7);
        tails.storage_lost(Instant(2_000), UNIT, Side::A);
        assert_eq!(tails.taken_over(UNIT, Side::B).records, 3);
        assert_eq!(tails.taken_over(UNIT, Side::B).records, 0, "what was counted once is not counted again");
    }

    #[test]
    fn a_tail_that_is_set_aside_and_reconciled_is_not_lost() {
        let mut tails = replicated(10, 7);
        tails.taken_over(UNIT, Side::B);
        tails.cut(UNIT, Side::A, at(1, 7));
        (8..=10).for_each(|r| {
            tails.landed(Instant::ZERO, UNIT, Side::A, CopyClass::QuarantinedTail, Record(r), Position::default());
        });
        assert_eq!(tails.lost(UNIT, None), 0);
        tails.landed(Instant::ZERO, UNIT, Side::B, CopyClass::Log, Record(8), at(2, 8));
        assert!(!tails.acknowledged(UNIT, (Record(8), None), at(2, 8), Instant(5_000)), "it was acknowledged before");
        tails.storage_lost(Instant(2_000), UNIT, Side::A);
        assert_eq!(tails.lost(UNIT, None), 2, "one was reconciled before the disk was lost, two were not");
    }

    #[test]
    fn a_disk_that_is_filled_again_may_lose_its_peer() {
        let mut tails = replicated(10, 10);
        tails.storage_lost(Instant(2_000), UNIT, Side::B);
        tails.range_landed(UNIT, Side::B, Epoch(1), 1, 6);
        tails.storage_lost(Instant(2_000), UNIT, Side::A);
        assert_eq!(tails.lost(UNIT, None), 4);
    }

    #[test]
    fn what_only_a_site_that_is_gone_for_good_holds_is_lost() {
        let mut tails = replicated(10, 7);
        let lost = |tails: &Tails| [None, Some(Side::A), Some(Side::B)].map(|gone| tails.lost(UNIT, gone));
        assert_eq!(lost(&tails), [0, 3, 0], "its peer has not taken over");
        tails.taken_over(UNIT, Side::B);
        assert_eq!(lost(&tails), [0, 3, 0], "its peer has");
        tails.cut(UNIT, Side::A, at(1, 7));
        (8..=10).for_each(|r| {
            tails.landed(Instant::ZERO, UNIT, Side::A, CopyClass::QuarantinedTail, Record(r), Position::default());
        });
        assert_eq!(lost(&tails), [0, 3, 0], "what was set aside there is lost as well");
        tails.storage_lost(Instant(2_000), UNIT, Side::B);
        assert_eq!(lost(&tails), [0, 10, 0], "and so is what the other disk has lost");
    }
}
