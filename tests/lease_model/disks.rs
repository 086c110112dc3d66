//! The disks: a site's store and a voter's record, with what is on its way to them.

use ringfence::service::{DurableLog, Label, Request};
use ringfence::terms::{Epoch, Incarnation, Index, Position, VoterRecord};
use std::collections::VecDeque;

/// A site's store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Store {
    /// The log, from index 1.
    log: Vec<(Epoch, Request)>,
    durable: usize,
    fence: Epoch,
    incarnation: Incarnation,
    uncertified: bool,
    boots: u32,
    /// What the flush under way makes durable.
    flushing: Option<Flush>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Flush {
    through: usize,
    label: Label,
}

impl Store {
    /// What a site finds that boots now.
    pub(crate) fn boot(&mut self) -> DurableLog {
        let mut history: Vec<(Epoch, Index)> = Vec::new();
        for (index, &(epoch, _)) in (1..).zip(&self.log[..self.durable]) {
            if history.last().is_none_or(|&(last, _)| last < epoch) {
                history.push((epoch, index));
            }
        }
        self.boots += 1;
        let Self { fence, incarnation, uncertified, boots, .. } = *self;
        DurableLog { history, end: self.durable as Index, fence, incarnation, uncertified, restored: None, boot: boots }
    }

    pub(crate) fn append(&mut self, epoch: Epoch, request: Request) {
        self.log.push((epoch, request));
    }

    pub(crate) fn records(&self, first: Index, last: Index) -> Vec<Request> {
        self.log[first as usize - 1..last as usize].iter().map(|&(_, request)| request).collect()
    }

    pub(crate) fn cut(&mut self, keep: Index) {
        self.log.truncate(keep as usize);
        self.durable = self.durable.min(self.log.len());
        if let Some(flush) = &mut self.flushing {
            flush.through = flush.through.min(self.log.len());
        }
    }

    pub(crate) fn begin_flush(&mut self, through: Index, label: Label) {
        self.flushing = Some(Flush { through: through as usize, label });
    }

    pub(crate) const fn is_flushing(&self) -> bool {
        self.flushing.is_some()
    }

    /// Ends the flush under way; returns through which index the log is durable now.
    pub(crate) fn finish_flush(&mut self) -> Index {
        let flush = self.flushing.take().expect("a flush is under way");
        self.durable = self.durable.max(flush.through);
        self.fence = self.fence.max(flush.label.fence);
        self.uncertified = !flush.label.certified;
        self.durable as Index
    }

    pub(crate) fn crash(&mut self) {
        self.flushing = None;
        self.log.truncate(self.durable);
    }

    pub(crate) fn lose(&mut self) {
        let incarnation = Incarnation(self.incarnation.0 + 1);
        *self = Self { incarnation, uncertified: true, boots: self.boots, ..Self::default() };
    }

    /// Whether the log has this very record at this very position.
    pub(crate) fn holds(&self, &(position, request): &(Position, Request)) -> bool {
        let place = usize::try_from(position.index).ok().and_then(|index| index.checked_sub(1));
        place.and_then(|place| self.log.get(place)) == Some(&(position.epoch, request))
    }
}

/// A voter's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Ballots {
    pub(crate) durable: VoterRecord,
    pub(crate) incarnation: Incarnation,
    writing: VecDeque<VoterRecord>,
}

impl Ballots {
    pub(crate) fn write(&mut self, record: VoterRecord) {
        self.writing.push_back(record);
    }

    pub(crate) fn is_writing(&self) -> bool {
        !self.writing.is_empty()
    }

    /// The oldest write under way is durable.
    pub(crate) fn written(&mut self) {
        self.durable = self.writing.pop_front().expect("a write is under way");
    }

    pub(crate) fn crash(&mut self) {
        self.writing.clear();
    }

    pub(crate) fn lose(&mut self) {
        *self = Self { incarnation: Incarnation(self.incarnation.0 + 1), ..Self::default() };
    }
}
