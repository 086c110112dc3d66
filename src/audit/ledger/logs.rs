//! What each site's log durably holds, and what was acknowledged but is not on both sites.

use crate::audit::slack;
use crate::terms::{BoundarySet, Epoch, Index, Instant, Position, Record, Side, Span};
use std::collections::VecDeque;

/// An acknowledged record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Acknowledgement {
    /// Where it stands in the log.
    pub position: Position,
    /// When it was acknowledged.
    pub at: Instant,
    /// Which record.
    pub record: Record,
}

/// A run of a log under one epoch.
#[derive(Clone, Copy, Debug)]
struct Segment {
    epoch: Epoch,
    first: Index,
    last: Index,
}

/// The durable log of one site.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct Store {
    /// Ascending by epoch.
    segments: Vec<Segment>,
}

impl Store {
    /// Whether the record at `position` is in the log. Nothing stands at index zero, so it is held.
    pub(in crate::audit) fn holds(&self, position: Position) -> bool {
        position.index == 0
            || self.segments.iter().rev().any(|segment| {
                segment.epoch == position.epoch && (segment.first..=segment.last).contains(&position.index)
            })
    }

    /// How many records the log has.
    pub(in crate::audit) fn len(&self) -> u64 {
        self.segments.iter().map(|segment| segment.last + 1 - segment.first).sum()
    }

    /// The runs of the log, in order: the epoch of each, its first index and its last.
    pub(in crate::audit) fn runs(&self) -> impl Iterator<Item = (Epoch, Index, Index)> {
        self.segments.iter().map(|&Segment { epoch, first, last }| (epoch, first, last))
    }

    /// The last position of the log; zero where nothing is.
    pub(in crate::audit) fn end(&self) -> Position {
        self.segments.last().map_or(Position::default(), |&Segment { epoch, last, .. }| Position { epoch, index: last })
    }

    /// The last index of an epoch; zero where nothing of it is here.
    fn last_of(&self, epoch: Epoch) -> Index {
        self.segments.iter().find(|segment| segment.epoch == epoch).map_or(0, |segment| segment.last)
    }

    fn extend(&mut self, epoch: Epoch, first: Index, last: Index) {
        match self.segments.iter().rposition(|segment| segment.epoch <= epoch) {
            Some(place) if self.segments[place].epoch == epoch => {
                let segment = &mut self.segments[place];
                segment.first = segment.first.min(first);
                segment.last = segment.last.max(last);
            }
            place => self.segments.insert(place.map_or(0, |place| place + 1), Segment { epoch, first, last }),
        }
    }

    fn cut(&mut self, keeps: Position) {
        self.segments.retain_mut(|segment| {
            segment.last = segment.last.min(keeps.index);
            segment.epoch <= keeps.epoch && segment.first <= segment.last
        });
    }
}

/// The least time between two positions whose replication is timed.
const MILESTONE: Span = Span::millis(100);

/// Records per entry of the ledger of residences.
const CHUNK: Index = 256;

/// The logs of one scale unit.
#[derive(Clone, Debug)]
pub(in crate::audit) struct UnitLogs {
    stores: [Store; 2],
    /// What each site had on disks that it has lost.
    lost: [Store; 2],
    /// Since when each site's store may take over; `None` from the loss of a disk to its certificate.
    certified: [Option<Instant>; 2],
    /// When each site's store last gained anything, or lost everything.
    changed: [Instant; 2],
    /// When each site's store last lost everything.
    emptied: [Instant; 2],
    /// What was acknowledged and is not on both sites, by position.
    pending: VecDeque<Acknowledgement>,
    /// The last position of each epoch that was acknowledged and that no takeover left behind.
    promised: Vec<Position>,
    /// The intersection of the residences of each [`CHUNK`] of indices. An index that was used twice
    /// has the intersection of both: every set holds the unit's own boundary unless RES-1 is broken
    /// already, so this is never wrong about the unit's own sites.
    residences: Vec<BoundarySet>,
    /// Positions that one site has had since an instant and the other has not, [`MILESTONE`] apart.
    milestones: VecDeque<(Position, Instant)>,
    lagged: Option<Instant>,
}

impl Default for UnitLogs {
    fn default() -> Self {
        Self {
            stores: [Store::default(), Store::default()],
            lost: [Store::default(), Store::default()],
            certified: [Some(Instant::ZERO); 2],
            changed: [Instant::ZERO; 2],
            emptied: [Instant::ZERO; 2],
            pending: VecDeque::new(),
            promised: Vec::new(),
            residences: Vec::new(),
            milestones: VecDeque::new(),
            lagged: None,
        }
    }
}

impl UnitLogs {
    /// Since when a site's store may take over: one that was lost, from its certificate on.
    pub(in crate::audit) fn certified_since(&self, side: Side) -> Option<Instant> {
        self.certified[side.index()]
    }

    /// Since when a site's store has been neither whole nor growing.
    pub(in crate::audit) fn forsaken_since(&self, side: Side) -> Option<Instant> {
        self.certified[side.index()].is_none().then_some(self.changed[side.index()])
    }

    /// When a site's store last gained anything, and since when it has lost nothing.
    pub(in crate::audit) fn growing(&self, side: Side) -> (Instant, Instant) {
        (self.changed[side.index()], self.emptied[side.index()])
    }

    /// The log of one site.
    pub(in crate::audit) fn store(&self, side: Side) -> &Store {
        &self.stores[side.index()]
    }

    /// Whether a site has, or had on a disk that it has lost since, the record at `position`: what it
    /// said of it was true.
    pub(in crate::audit) fn ever_held(&self, side: Side, position: Position) -> bool {
        [&self.stores, &self.lost].into_iter().any(|stores| stores[side.index()].holds(position))
    }

    /// Whether replication lagged within `span` before `now`.
    pub(in crate::audit) fn lagged_within(&self, span: Span, now: Instant) -> bool {
        let waits = self.milestones.front().is_some_and(|&(_, since)| now - since >= slack::LAGGING);
        waits || self.lagged.is_some_and(|at| now - at <= span)
    }

    /// All that was acknowledged and has not been on both sites at once, from the oldest on.
    pub(in crate::audit) fn pending(&self) -> impl Iterator<Item = &Acknowledgement> {
        self.pending.iter()
    }

    /// Whether what a site lacks at `position` went with its disk, and it takes nothing over before it has all again.
    pub(in crate::audit) fn is_refilled_with(&self, side: Side, position: Position) -> bool {
        self.certified_since(side).is_none() && self.lost[side.index()].holds(position)
    }

    /// The last position of each epoch that was acknowledged, and that no takeover has left behind.
    pub(in crate::audit) fn promised(&self) -> impl Iterator<Item = Position> {
        self.promised.iter().copied()
    }

    /// Where everything that was ever logged in a run of indices may rest.
    pub(in crate::audit) fn residence_of(&self, first: Index, last: Index) -> BoundarySet {
        let chunks = (first / CHUNK) as usize..=(last / CHUNK) as usize;
        let known = self.residences.get(chunks).unwrap_or(&self.residences[..]);
        known.iter().fold(BoundarySet::ALL, |all, &chunk| all.and(chunk))
    }

    pub(super) fn resides(&mut self, index: Index, allowed: BoundarySet) {
        let chunk = (index / CHUNK) as usize;
        if chunk >= self.residences.len() {
            self.residences.resize(chunk + 1, BoundarySet::ALL);
        }
        self.residences[chunk] = self.residences[chunk].and(allowed);
    }

    pub(super) fn landed(&mut self, side: Side, epoch: Epoch, (first, last): (Index, Index), at: Instant) {
        self.stores[side.index()].extend(epoch, first, last);
        self.changed[side.index()] = at;
        while let Some(&(_, since)) = self.milestones.front().filter(|(position, _)| self.is_on_both(*position)) {
            self.milestones.pop_front();
            if at - since >= slack::LAGGING {
                self.lagged = Some(at);
            }
        }
        let position = Position { epoch, index: last };
        if self.milestones.back().is_none_or(|&(_, since)| at - since >= MILESTONE) && !self.is_on_both(position) {
            self.milestones.push_back((position, at));
        }
        while self.pending.front().is_some_and(|front| self.is_on_both(front.position)) {
            self.pending.pop_front();
        }
    }

    pub(super) fn acknowledged(&mut self, acknowledgement: Acknowledgement) {
        let Position { epoch, index } = acknowledgement.position;
        match self.promised.iter_mut().rev().find(|known| known.epoch == epoch) {
            Some(known) => known.index = known.index.max(index),
            None => self.promised.push(acknowledgement.position),
        }
        if self.is_on_both(acknowledgement.position) {
            return;
        }
        let key = |other: &Acknowledgement| other.position;
        if self.pending.back().map(key) < Some(acknowledgement.position) {
            self.pending.push_back(acknowledgement);
        } else if let Err(place) = self.pending.binary_search_by_key(&acknowledgement.position, key) {
            self.pending.insert(place, acknowledgement);
        }
    }

    pub(super) fn tail_cut(&mut self, side: Side, keeps: Position) {
        self.stores[side.index()].cut(keeps);
        let stores = &self.stores;
        self.milestones.retain(|(position, _)| stores.iter().any(|store| store.holds(*position)));
    }

    pub(super) fn certified(&mut self, side: Side, at: Instant) {
        self.certified[side.index()].get_or_insert(at);
    }

    pub(super) fn storage_lost(&mut self, side: Side, at: Instant) {
        self.certified[side.index()] = None;
        self.changed[side.index()] = at;
        self.emptied[side.index()] = at;
        for Segment { epoch, first, last } in std::mem::take(&mut self.stores[side.index()]).segments {
            self.lost[side.index()].extend(epoch, first, last);
        }
        let survivor = &self.stores[side.peer().index()];
        self.milestones.retain(|(position, _)| survivor.holds(*position));
    }

    /// Takes out what was acknowledged and the new holder has not: it is lost unless it returns.
    pub(super) fn abandon(&mut self, holder: Side, mut lost: impl FnMut(Acknowledgement)) {
        let store = &self.stores[holder.index()];
        self.promised.retain_mut(|known| {
            known.index = known.index.min(store.last_of(known.epoch));
            known.index > 0
        });
        self.pending.retain(|acknowledgement| {
            let kept = store.holds(acknowledgement.position);
            if !kept {
                lost(*acknowledgement);
            }
            kept
        });
    }

    fn is_on_both(&self, position: Position) -> bool {
        self.stores.iter().all(|store| store.holds(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Boundary;

    fn at(epoch: u32, index: Index) -> Position {
        Position { epoch: Epoch(epoch), index }
    }

    #[test]
    fn a_later_epochs_end_does_not_stand_for_an_earlier_epochs_tail() {
        let mut store = Store::default();
        store.extend(Epoch(1), 1, 100);
        store.extend(Epoch(2), 101, 120);
        assert!(store.holds(at(1, 100)) && store.holds(at(2, 120)));
        assert!(!store.holds(at(1, 103)) && !store.holds(at(2, 100)));
    }

    #[test]
    fn a_cut_takes_out_what_stands_after_it() {
        let mut store = Store::default();
        store.extend(Epoch(1), 1, 100);
        store.extend(Epoch(2), 101, 120);
        store.cut(at(1, 90));
        assert!(store.holds(at(1, 90)) && !store.holds(at(1, 91)) && !store.holds(at(2, 101)));
        store.cut(Position::default());
        assert!(!store.holds(at(1, 1)));
    }

    #[test]
    fn what_is_on_both_sites_is_no_longer_pending() {
        let mut logs = UnitLogs::default();
        logs.landed(Side::A, Epoch(1), (1, 2), Instant(7));
        for index in [2, 1, 2] {
            let acknowledgement = Acknowledgement { position: at(1, index), at: Instant(9), record: Record(index) };
            logs.acknowledged(acknowledgement);
        }
        assert_eq!(logs.pending.iter().map(|a| a.position.index).collect::<Vec<_>>(), [1, 2]);
        logs.landed(Side::B, Epoch(1), (1, 1), Instant(9));
        assert_eq!(logs.pending.len(), 1);
        let mut lost = Vec::new();
        logs.abandon(Side::B, |acknowledgement| lost.push(acknowledgement.record));
        assert_eq!((lost, logs.pending.len()), (vec![Record(2)], 0));
    }

    #[test]
    fn what_one_site_has_long_had_and_the_other_not_is_lag() {
        let mut logs = UnitLogs::default();
        logs.landed(Side::A, Epoch(1), (1, 1), Instant(0));
        let late = Instant(0) + slack::LAGGING;
        assert!(logs.lagged_within(Span::ZERO, late) && !logs.lagged_within(Span::ZERO, Instant(1)));
        logs.landed(Side::B, Epoch(1), (1, 1), late);
        assert!(logs.lagged_within(Span::secs(1), late + Span::secs(1)));
        assert!(!logs.lagged_within(Span::secs(1), late + Span::secs(2)));
    }

    #[test]
    fn a_run_may_rest_only_where_all_its_records_may() {
        let mut logs = UnitLogs::default();
        logs.resides(1, BoundarySet::of(Boundary(0)).with(Boundary(1)));
        logs.resides(300, BoundarySet::of(Boundary(1)));
        assert!(logs.residence_of(1, 255).contains(Boundary(0)));
        assert!(!logs.residence_of(1, 300).contains(Boundary(0)));
    }
}
