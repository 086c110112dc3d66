//! What the backup media of a scale unit hold, and what was acknowledged since.

use crate::terms::{Datacenter, Instant, Position, Span};
use std::collections::VecDeque;

/// So many marks are kept between two backups at the most.
const MARKS: usize = 512;

/// The last finished backup on the media of one datacenter.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Backup {
    /// Where the media stand.
    pub datacenter: Datacenter,
    /// The end of the log on them.
    pub end: Position,
}

/// The backups of one scale unit.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct BackupBook {
    backups: Vec<Backup>,
    /// Acknowledgements that no backup holds: the first after each `apart`, oldest first.
    marks: VecDeque<(Position, Instant)>,
    apart: Span,
    ordered: bool,
}

impl BackupBook {
    /// The last finished backup of each datacenter that has any.
    pub(in crate::audit) fn backups(&self) -> &[Backup] {
        &self.backups
    }

    /// When the first of all records after `end` that are remembered was acknowledged.
    pub(in crate::audit) fn first_after(&self, end: Position) -> Option<Instant> {
        self.marks.iter().find(|&&(position, _)| position > end).map(|&(_, at)| at)
    }

    /// When the first record was acknowledged that no backup holds, as far as it is remembered.
    pub(in crate::audit) fn oldest_without(&self) -> Option<Instant> {
        self.marks.front().map(|&(_, at)| at)
    }

    /// Few marks are kept, however long a backup is awaited: then they lie further apart. A holder's own
    /// backup may hold what it could not acknowledge before.
    #[inline]
    pub(super) fn acknowledged(&mut self, position: Position, at: Instant) {
        let is_marked = self.marks.back().is_some_and(|&(last, since)| at - since < self.apart || position <= last);
        if is_marked || self.backups.iter().any(|backup| position <= backup.end) {
            return;
        }
        self.marks.push_back((position, at));
        if self.marks.len() > MARKS {
            self.apart = (self.apart + self.apart).max(Span::secs(1));
            let mut stays = false;
            self.marks.retain(|_| {
                stays = !stays;
                stays
            });
        }
    }

    pub(super) fn backed_up(&mut self, datacenter: Datacenter, end: Position) {
        self.backups.retain(|backup| backup.datacenter != datacenter);
        self.backups.push(Backup { datacenter, end });
        while self.marks.front().is_some_and(|&(position, _)| position <= end) {
            self.marks.pop_front();
        }
        self.apart = Span::ZERO;
    }

    /// A takeover left records behind: what of them is not `kept` is its loss, and no backup's.
    pub(super) fn left_behind(&mut self, kept: impl Fn(Position) -> bool) {
        self.marks.retain(|&(position, _)| kept(position));
    }

    pub(super) fn lost(&mut self, datacenter: Datacenter) {
        self.backups.retain(|backup| backup.datacenter != datacenter);
    }

    /// An operator ordered to restore the unit.
    pub(super) const fn ordered(&mut self) {
        self.ordered = true;
    }

    /// Whether an operator's order to restore the unit is being carried out.
    pub(in crate::audit) const fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// Whether an operator ordered to restore the unit since it was last restored. What was acknowledged
    /// after the backup is lost, and awaits no other.
    pub(super) fn restored(&mut self) -> bool {
        self.marks.clear();
        std::mem::take(&mut self.ordered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Epoch;

    fn at(index: u64) -> Position {
        Position { epoch: Epoch(1), index }
    }

    #[test]
    fn few_marks_stand_for_many_acknowledgements_and_the_first_stays() {
        let mut book = BackupBook::default();
        (1..=100_000).for_each(|index| book.acknowledged(at(index), Instant(index * 1_000_000)));
        assert!(book.marks.len() <= MARKS);
        assert_eq!(book.oldest_without(), Some(Instant(1_000_000)));
        book.backed_up(Datacenter(3), at(50_000));
        let first = book.first_after(at(50_000)).expect("half of them are newer");
        assert!(first > Instant(50_000_000_000) && first < Instant(51_000_000_000), "{first:?}");
    }

    #[test]
    fn what_a_backup_held_before_it_was_acknowledged_awaits_no_other() {
        let mut book = BackupBook::default();
        book.backed_up(Datacenter(3), at(5));
        book.acknowledged(at(5), Instant(1));
        assert_eq!(book.oldest_without(), None);
        book.acknowledged(at(6), Instant(2));
        assert_eq!(book.oldest_without(), Some(Instant(2)));
    }

    #[test]
    fn a_backup_on_lost_media_is_none() {
        let mut book = BackupBook::default();
        book.backed_up(Datacenter(2), at(7));
        book.backed_up(Datacenter(3), at(9));
        book.lost(Datacenter(3));
        assert_eq!(book.backups().iter().map(|backup| backup.end).collect::<Vec<_>>(), [at(7)]);
    }
}
