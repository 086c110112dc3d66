//! The disk of one site: its log, physically, and whatever was set aside from it.
//!
//! Records that are on both sites are *forgotten*: held as a run of indexes by epoch, no longer one
//! by one, so memory does not grow with the number of messages. What a crash takes is everything
//! after the last finished flush.

use super::shares::Shares;
use crate::service::{DurableLog, Label, Request};
use crate::terms::{Birth, Bytes, Epoch, Incarnation, Index, Instant, Position, Record, Tenant, Wall};
use std::collections::VecDeque;

/// A record that is held one by one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The record and its bytes' identity.
    pub(super) birth: Birth,
    /// The request that brought it to its first log.
    pub(super) request: Request,
    /// When it was appended to its first log.
    pub(super) appended: Instant,
    /// Whether it came from the other site.
    pub(super) replica: bool,
    /// Whether its bytes were erased, so that only its place is left.
    pub(super) erased: bool,
}

/// The disk of one site.
#[derive(Clone)]
pub(super) struct Store {
    /// The first index of each epoch, of everything appended.
    history: Vec<(Epoch, Index)>,
    /// The last index that is no longer held one by one.
    base: Index,
    forgotten: Bytes,
    retained: VecDeque<Entry>,
    durable: Index,
    fence: Epoch,
    certified: bool,
    /// When the backup was begun from which it was restored, until it is certified.
    restored: Option<Wall>,
    incarnation: Incarnation,
    /// Bytes appended since the last flush began.
    dirty: Bytes,
    flush: Option<Flush>,
    /// When the store was last lost with everything in it.
    lost: Option<Instant>,
    /// What it holds of tenants that move.
    pub(super) shares: Shares,
}

#[derive(Clone, Copy, Debug)]
struct Flush {
    through: Index,
    label: Label,
}

/// What a finished flush made durable: the indexes after `from`, through `through`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flushed {
    pub(super) from: Index,
    pub(super) through: Index,
    /// Whether this certified a store that was not.
    pub(super) certified: bool,
}

impl Store {
    /// A new store, certified because it never held anything.
    pub(super) const fn new() -> Self {
        Self {
            history: Vec::new(),
            base: 0,
            forgotten: Bytes(0),
            retained: VecDeque::new(),
            durable: 0,
            fence: Epoch(0),
            certified: true,
            restored: None,
            incarnation: Incarnation(0),
            dirty: Bytes(0),
            flush: None,
            lost: None,
            shares: Shares::new(),
        }
    }

    /// The last index appended.
    pub(super) fn end(&self) -> Index {
        self.base + self.retained.len() as u64
    }

    /// The last durable index.
    pub(super) const fn durable(&self) -> Index {
        self.durable
    }

    /// The last index that is no longer held one by one.
    pub(super) const fn base(&self) -> Index {
        self.base
    }

    /// When the store was last lost.
    pub(super) const fn lost(&self) -> Option<Instant> {
        self.lost
    }

    /// The position of an index; zero for index 0.
    pub(super) fn position(&self, index: Index) -> Position {
        Position { epoch: self.epoch_of(index), index }
    }

    /// The entry at an index, where it is held one by one.
    pub(super) fn entry(&self, index: Index) -> Option<&Entry> {
        let offset = index.checked_sub(self.base + 1)?;
        self.retained.get(usize::try_from(offset).ok()?)
    }

    /// The entries that are held one by one, oldest first.
    pub(super) fn retained(&self) -> impl Iterator<Item = &Entry> {
        self.retained.iter()
    }

    /// Whether the record stands at this position of this log.
    pub(super) fn holds(&self, position: Position, record: Record) -> bool {
        match self.entry(position.index) {
            Some(entry) => entry.birth.record == record,
            None => (1..=self.base).contains(&position.index) && self.epoch_of(position.index) == position.epoch,
        }
    }

    /// Appends one record.
    ///
    /// # Panics
    ///
    /// If `position` is not the next: the service is told where its log ends.
    pub(super) fn append(&mut self, position: Position, entry: Entry) {
        assert_eq!(position.index, self.end() + 1, "records are appended in order");
        self.open(position.epoch, position.index);
        self.dirty += entry.birth.size;
        self.retained.push_back(entry);
    }

    /// Appends a run of records that nobody holds one by one any more. What stood before it joins
    /// it.
    ///
    /// # Panics
    ///
    /// If the run does not begin at the next index.
    pub(super) fn append_run(&mut self, epoch: Epoch, first: Index, last: Index, size: Bytes) {
        assert_eq!(first, self.end() + 1, "runs are appended in order");
        self.open(epoch, first);
        self.dirty += size;
        self.forgotten += size;
        let held = std::mem::take(&mut self.retained);
        self.forgotten += sum(held.iter());
        self.base = last;
    }

    /// Appends a run as [`Store::append_run`] does, durable at once.
    pub(super) fn write_run(&mut self, epoch: Epoch, first: Index, last: Index, size: Bytes) {
        self.append_run(epoch, first, last, size);
        (self.durable, self.dirty) = (last, Bytes(0));
    }

    /// The size of the records from `first` through `last`; forgotten ones count with their mean.
    pub(super) fn size(&self, first: Index, last: Index) -> Bytes {
        let forgotten = (self.base + 1).min(last + 1).saturating_sub(first);
        let mean = self.forgotten.0 / self.base.max(1);
        let held = (first.max(self.base + 1)..=last).filter_map(|index| self.entry(index));
        Bytes(forgotten * mean) + sum(held)
    }

    /// Begins a flush and returns how many bytes it writes.
    ///
    /// # Panics
    ///
    /// If one is under way.
    pub(super) fn begin_flush(&mut self, through: Index, label: Label) -> Bytes {
        assert!(self.flush.is_none(), "one flush at a time");
        self.flush = Some(Flush { through: through.min(self.end()), label });
        std::mem::take(&mut self.dirty)
    }

    /// Finishes the flush under way.
    ///
    /// # Panics
    ///
    /// If none is.
    pub(super) fn finish_flush(&mut self) -> Flushed {
        let Flush { through, label: Label { fence, certified, attested } } =
            self.flush.take().expect("a flush is under way");
        let (from, through) = (self.durable, through.max(self.durable));
        let flushed = Flushed { from, through, certified: certified && !self.certified };
        self.durable = flushed.through;
        self.fence = self.fence.max(fence);
        self.certified |= certified;
        self.restored = self.restored.filter(|_| attested && !certified);
        flushed
    }

    /// Holds records through `through` one by one no longer.
    pub(super) fn forget(&mut self, through: Index) {
        let count = through.min(self.durable).saturating_sub(self.base);
        for entry in self.retained.drain(..usize::try_from(count).unwrap_or(usize::MAX)) {
            self.forgotten += entry.birth.size;
        }
        self.base += count;
    }

    /// Takes everything after `keep` out and appends what was held one by one to `tail`, with its
    /// position.
    pub(super) fn cut(&mut self, keep: Index, tail: &mut Vec<(Position, Entry)>) {
        for index in keep.max(self.base) + 1..=self.end() {
            tail.extend(self.entry(index).map(|entry| (self.position(index), *entry)));
        }
        self.truncate(keep);
        if let Some(flush) = &mut self.flush {
            flush.through = flush.through.min(keep);
        }
    }

    /// Erases the bytes of a tenant that moves, or only what came from its old home. The places stay.
    pub(super) fn erase(&mut self, tenant: Tenant, only_lots: bool) {
        for index in self.shares.erase(tenant, only_lots) {
            let offset = index.checked_sub(self.base + 1).and_then(|offset| usize::try_from(offset).ok());
            if let Some(entry) = offset.and_then(|offset| self.retained.get_mut(offset)) {
                entry.erased = true;
            }
        }
    }

    /// Loses what was not durable, with the power.
    pub(super) fn crash(&mut self) {
        self.flush = None;
        self.dirty = Bytes(0);
        self.truncate(self.durable);
    }

    /// Loses everything: the store is a new one from now on.
    pub(super) fn lose(&mut self, now: Instant) {
        let incarnation = Incarnation(self.incarnation.0 + 1);
        *self = Self { incarnation, certified: false, lost: Some(now), ..Self::new() };
    }

    /// What is durable at this moment, as a copy of the disk has it.
    pub(super) fn copy(&self) -> Self {
        let mut copy = self.clone();
        copy.crash();
        copy
    }

    /// Becomes a copy that was made earlier, on a disk that is new. The copy does not know what it lacks, nor
    /// that an operator's word for a backup was given long ago.
    pub(super) fn become_copy(&mut self, copy: Self, now: Instant) {
        let incarnation = Incarnation(self.incarnation.0 + 1);
        *self = Self { incarnation, certified: false, restored: None, lost: Some(now), ..copy };
    }

    /// Notes that everything here came from a backup that was begun at `taken`.
    pub(super) const fn restored_to(&mut self, taken: Wall) {
        self.restored = Some(taken);
    }

    /// Whether it may have lost what it once held.
    pub(super) const fn is_uncertified(&self) -> bool {
        !self.certified
    }

    /// What a site finds here that boots for the `boot`-th time.
    pub(super) fn durable_log(&self, boot: u32) -> DurableLog {
        DurableLog {
            history: self.history.iter().copied().filter(|&(_, first)| first <= self.durable).collect(),
            end: self.durable,
            fence: self.fence,
            incarnation: self.incarnation,
            uncertified: !self.certified,
            restored: self.restored,
            boot,
        }
    }

    /// The last index through which both stores durably hold the same. Two logs that have one
    /// position in common agree up to it.
    pub(super) fn agreement(&self, other: &Self) -> Index {
        let mut index = self.durable.min(other.durable);
        while index > 0 {
            let (ours, theirs) = (self.run_of(index), other.run_of(index));
            if ours.0 == theirs.0 {
                break;
            }
            index = ours.max(theirs).1 - 1;
        }
        index
    }

    /// The epoch of an index and the last index of that epoch.
    pub(super) fn run(&self, index: Index) -> (Epoch, Index) {
        let next = self.history.iter().find(|&&(_, first)| first > index);
        (self.epoch_of(index), next.map_or_else(|| self.end(), |&(_, first)| first - 1))
    }

    fn epoch_of(&self, index: Index) -> Epoch {
        if index == 0 { Epoch(0) } else { self.run_of(index).0 }
    }

    /// The epoch of an index and the first index of that epoch.
    fn run_of(&self, index: Index) -> (Epoch, Index) {
        self.history.iter().rev().find(|&&(_, first)| first <= index).copied().unwrap_or_default()
    }

    fn open(&mut self, epoch: Epoch, first: Index) {
        if self.history.last().is_none_or(|&(last, _)| last != epoch) {
            self.history.push((epoch, first));
        }
    }

    fn truncate(&mut self, keep: Index) {
        if keep < self.base {
            self.retained.clear();
            self.base = keep;
        }
        self.retained.truncate(usize::try_from(keep - self.base).unwrap_or(usize::MAX));
        self.history.retain(|&(_, first)| first <= keep);
        self.durable = self.durable.min(keep);
        self.shares.cut(keep);
    }
}

fn sum<'a>(entries: impl Iterator<Item = &'a Entry>) -> Bytes {
    entries.fold(Bytes(0), |sum, entry| sum + entry.birth.size)
}

#[cfg(test)]
mod tests;
