//! What was cut out of a log and is to rest beside it: every record that the other site never had.

use super::logs::UnitLogs;
use super::shelves::Run;
use crate::terms::{Index, Position, Side};

/// What is still to be set aside of the tails of one unit.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct Tails {
    owed: [Vec<Run>; 2],
}

impl Tails {
    /// The first position that was cut out of a side's log and is nowhere since.
    pub(in crate::audit) fn lacking(&self, side: Side) -> Option<Position> {
        self.owed[side.index()].first().map(|&(epoch, index, _)| Position { epoch, index })
    }

    /// The log of a side is about to end at `keeps`.
    pub(super) fn cut(&mut self, logs: &UnitLogs, side: Side, keeps: Position) {
        for (epoch, first, last) in logs.store(side).runs() {
            let first = if epoch > keeps.epoch { first } else { first.max(keeps.index + 1) };
            let never_there = |index: &Index| !logs.ever_held(side.peer(), Position { epoch, index: *index });
            for index in (first..=last).filter(never_there) {
                match self.owed[side.index()].last_mut().filter(|run| run.0 == epoch && run.2 + 1 == index) {
                    Some(run) => run.2 = index,
                    None => self.owed[side.index()].push((epoch, index, index)),
                }
            }
        }
    }

    /// A record was set aside.
    pub(super) fn set_aside(&mut self, side: Side, Position { epoch, index }: Position) {
        let owed = &mut self.owed[side.index()];
        let holds = |run: &Run| run.0 == epoch && (run.1..=run.2).contains(&index);
        if let Some((_, first, last)) = owed.iter().position(holds).map(|place| owed.remove(place)) {
            let parts = [(epoch, first, index - 1), (epoch, index + 1, last)];
            owed.extend(parts.into_iter().filter(|(_, first, last)| first <= last));
            owed.sort_unstable();
        }
    }

    /// The disk was lost, or what was on it is to be given up.
    pub(super) fn forget(&mut self, side: Side) {
        self.owed[side.index()].clear();
    }
}
