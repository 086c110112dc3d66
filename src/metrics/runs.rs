//! Sets of log positions, kept as runs.

use crate::terms::{Epoch, Index, Position};

/// Consecutive positions of one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    epoch: Epoch,
    first: Index,
    last: Index,
}

/// A set of log positions. Logs fill from the front, so it is a few runs, not many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Runs(Vec<Run>);

impl Runs {
    /// Whether a position is in the set. The latest run is asked first.
    #[inline]
    pub(super) fn contains(&self, at: Position) -> bool {
        self.0.iter().rev().any(|run| run.epoch == at.epoch && (run.first..=run.last).contains(&at.index))
    }

    /// Adds a position; `false` where it was in the set already.
    #[inline]
    pub(super) fn insert(&mut self, at: Position) -> bool {
        match self.0.last_mut() {
            Some(run) if run.epoch == at.epoch && run.last + 1 == at.index => {
                run.last = at.index;
                true
            }
            _ => {
                let new = !self.contains(at);
                if new {
                    self.insert_run(at.epoch, at.index, at.index);
                }
                new
            }
        }
    }

    /// Adds the positions `first..=last` of an epoch.
    pub(super) fn insert_run(&mut self, epoch: Epoch, first: Index, last: Index) {
        let mut merged = Run { epoch, first, last };
        self.0.retain(|run| {
            let touches = run.epoch == epoch && run.first <= merged.last + 1 && merged.first <= run.last + 1;
            if touches {
                merged = Run { epoch, first: run.first.min(merged.first), last: run.last.max(merged.last) };
            }
            !touches
        });
        let place = self.0.partition_point(|run| (run.epoch, run.first) < (epoch, merged.first));
        self.0.insert(place, merged);
    }

    /// Removes every position after the index of `keeps`.
    pub(super) fn truncate(&mut self, keeps: Position) {
        self.0.retain_mut(|run| {
            run.last = run.last.min(keeps.index);
            run.first <= run.last
        });
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// How many positions the set has.
    pub(super) fn len(&self) -> u64 {
        self.0.iter().map(|run| run.last + 1 - run.first).sum()
    }

    /// How many positions of this set are in neither of two others.
    pub(super) fn outside(&self, others: [&Self; 2]) -> u64 {
        self.0.iter().map(|run| run.uncovered(others)).sum()
    }
}

impl Run {
    fn uncovered(self, others: [&Runs; 2]) -> u64 {
        let mut covers: Vec<Self> =
            others.into_iter().flat_map(|runs| &runs.0).filter(|run| run.epoch == self.epoch).copied().collect();
        covers.sort_unstable_by_key(|run| run.first);
        let (mut next, mut uncovered) = (self.first, 0);
        for cover in covers {
            uncovered += cover.first.min(self.last + 1).saturating_sub(next);
            next = next.max((cover.last + 1).min(self.last + 1));
        }
        uncovered + (self.last + 1 - next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn at(epoch: u32, index: Index) -> Position {
        Position { epoch: Epoch(epoch), index }
    }

    #[test]
    fn a_run_that_grows_stays_one() {
        let mut runs = Runs::default();
        assert!((1..=1_000).all(|index| runs.insert(at(1, index))));
        assert_eq!(runs.0.len(), 1);
        assert!(!runs.insert(at(1, 500)));
        assert!(runs.insert(at(2, 500)), "the same index of another epoch is another position");
    }

    proptest! {
        #[test]
        fn runs_are_a_set(steps in prop::collection::vec((0_u8..4, 1_u32..3, 1_u64..20, 0_u64..6), 0..40)) {
            let (mut runs, mut set) = (Runs::default(), BTreeSet::new());
            for (what, epoch, index, more) in steps {
                match what {
                    0 | 1 => prop_assert_eq!(runs.insert(at(epoch, index)), set.insert(at(epoch, index))),
                    2 => {
                        runs.insert_run(Epoch(epoch), index, index + more);
                        set.extend((index..=index + more).map(|index| at(epoch, index)));
                    }
                    _ => {
                        runs.truncate(at(epoch, index));
                        set.retain(|position| position.index <= index);
                    }
                }
            }
            let empty = Runs::default();
            prop_assert_eq!(runs.len(), set.len() as u64);
            prop_assert_eq!(runs.outside([&empty, &empty]), set.len() as u64);
            for epoch in 1..3 {
                for index in 1..30 {
                    prop_assert_eq!(runs.contains(at(epoch, index)), set.contains(&at(epoch, index)));
                }
            }
        }

        #[test]
        fn what_is_outside_two_sets_is_counted(
            runs in prop::collection::vec((0_usize..3, 1_u64..40, 0_u64..9), 0..20),
        ) {
            let (mut all, mut sets) = ([(); 3].map(|()| Runs::default()), [(); 3].map(|()| BTreeSet::new()));
            for (which, first, more) in runs {
                all[which].insert_run(Epoch(1), first, first + more);
                sets[which].extend(first..=first + more);
            }
            let outside = sets[0].iter().filter(|i| !sets[1].contains(i) && !sets[2].contains(i)).count() as u64;
            prop_assert_eq!(all[0].outside([&all[1], &all[2]]), outside);
        }
    }
}
