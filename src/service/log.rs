//! What a site knows of its log: where each epoch begins, and how far it is durable.
//!
//! The records themselves stay in the store; production handles positions only. Two logs agree up to
//! any position that both have, because an epoch has one writer.

use crate::terms::{Epoch, Incarnation, Index, Position, Wall};

/// What a site's store has on disk when the site boots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DurableLog {
    /// The first index of each epoch, ascending in both.
    pub history: Vec<(Epoch, Index)>,
    /// The last durable index.
    pub end: Index,
    /// The highest epoch the store has seen; it refuses lower ones.
    pub fence: Epoch,
    /// The generation of the store.
    pub incarnation: Incarnation,
    /// Whether the store may have lost what it once held: it was lost or restored from a copy, and
    /// its peer has not certified it since.
    pub uncertified: bool,
    /// When the backup was begun from which the store was restored, until the register is founded anew.
    pub restored: Option<Wall>,
    /// Which boot of the site this is: no two boots of a site have the same number, not even when the
    /// store was lost between them.
    pub boot: u32,
}

/// What a store says of itself, beside the records: it becomes durable with each flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The highest epoch the store has seen.
    pub fence: Epoch,
    /// Whether the store has everything that it ever had: it was never lost, or was certified since.
    pub certified: bool,
    /// Whether an operator's word stands that the stores of both sites are gone. It ends when the register
    /// is founded, and when the peer's memory contradicts it.
    pub attested: bool,
}

/// A site's view of its own log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Log {
    /// The first index of each epoch, ascending in both.
    history: Vec<(Epoch, Index)>,
    /// The last index appended.
    end: Index,
    /// The last index that is durable.
    durable: Index,
    /// The highest epoch seen; lower ones are refused.
    pub(super) fence: Epoch,
    /// The generation of the store.
    pub(super) incarnation: Incarnation,
    /// Whether the store may have lost what it once held.
    pub(super) uncertified: bool,
}

impl Log {
    /// The log as the disk has it.
    pub(super) fn boot(disk: DurableLog) -> Self {
        let DurableLog { history, end, fence, incarnation, uncertified, restored: _, boot: _ } = disk;
        Self { history, end, durable: end, fence, incarnation, uncertified }
    }

    /// The last index appended.
    pub(super) const fn end(&self) -> Index {
        self.end
    }

    /// The last durable index.
    pub(super) const fn durable(&self) -> Index {
        self.durable
    }

    /// The position of an index; zero for 0 and beyond the end.
    pub(super) fn position(&self, index: Index) -> Position {
        if index == 0 || index > self.end {
            return Position::default();
        }
        let after = self.history.partition_point(|&(_, first)| first <= index);
        Position { epoch: self.history[after - 1].0, index }
    }

    /// The last durable position.
    pub(super) fn durable_position(&self) -> Position {
        self.position(self.durable)
    }

    /// The last index of the epoch that `index` belongs to.
    pub(super) fn end_of_epoch_at(&self, index: Index) -> Index {
        let after = self.history.partition_point(|&(_, first)| first <= index);
        self.history.get(after).map_or(self.end, |&(_, first)| first - 1)
    }

    /// Whether this log has the record at `position`; the beginning is in every log.
    pub(super) fn has(&self, position: Position) -> bool {
        position.index == 0 || self.position(position.index) == position
    }

    /// The last position of this log that may agree with a log that ends at, or was cut to, `other`:
    /// the last index not after it whose epoch is not after it.
    pub(super) fn last_not_after(&self, other: Position) -> Position {
        let after = self.history.partition_point(|&(epoch, _)| epoch <= other.epoch);
        let end = self.history.get(after).map_or(self.end, |&(_, first)| first - 1);
        self.position(end.min(other.index))
    }

    /// Appends through `last` under `epoch`, and returns the position of `last`.
    pub(super) fn append(&mut self, epoch: Epoch, last: Index) -> Position {
        if self.history.last().is_none_or(|&(known, _)| known < epoch) {
            self.history.push((epoch, self.end + 1));
        }
        self.end = last;
        Position { epoch, index: last }
    }

    /// The disk has everything through an index. A late word about a tail that was cut since counts
    /// for what is left.
    pub(super) fn persisted(&mut self, through: Index) {
        self.durable = self.durable.max(through.min(self.end));
    }

    /// Cuts everything after an index.
    pub(super) fn cut(&mut self, keep: Index) {
        self.end = keep;
        self.durable = self.durable.min(keep);
        self.history.retain(|&(_, first)| first <= keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(runs: &[(u32, Index)]) -> Log {
        let mut log = Log::boot(DurableLog::default());
        for &(epoch, last) in runs {
            log.append(Epoch(epoch), last);
        }
        log.persisted(Index::MAX);
        log
    }

    fn at(epoch: u32, index: Index) -> Position {
        Position { epoch: Epoch(epoch), index }
    }

    #[test]
    fn a_stale_record_is_not_taken_for_the_new_one_at_its_index() {
        let log = log(&[(1, 10), (3, 20)]);
        assert!(log.has(at(1, 10)) && log.has(at(3, 11)) && log.has(Position::default()));
        assert!(!log.has(at(1, 11)) && !log.has(at(2, 11)) && !log.has(at(3, 21)));
    }

    #[test]
    fn diverged_logs_find_the_last_position_that_may_agree() {
        let holder = log(&[(1, 10), (3, 20)]);
        assert_eq!(holder.last_not_after(at(1, 15)), at(1, 10), "a lost tail of an older epoch");
        assert_eq!(holder.last_not_after(at(2, 12)), at(1, 10), "an epoch that left no trace");
        assert_eq!(holder.last_not_after(at(3, 14)), at(3, 14), "only behind");
        assert_eq!(log(&[(2, 5)]).last_not_after(at(1, 9)), Position::default(), "nothing in common");
    }

    #[test]
    fn a_cut_forgets_epochs_that_are_gone() {
        let mut log = log(&[(1, 10), (3, 20)]);
        log.cut(10);
        assert_eq!((log.end(), log.durable_position()), (10, at(1, 10)));
        assert_eq!(log.append(Epoch(4), 11), at(4, 11));
        assert_eq!(log.end_of_epoch_at(3), 10);
    }
}
