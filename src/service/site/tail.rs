//! The tail that only the holder has: how old it is, and when it is too much.

use crate::service::policy::Policy;
use crate::terms::{Index, Monotonic, Span};
use std::collections::VecDeque;

/// The ages of acknowledged records that the peer lacks, in a bounded number of marks: each stands for
/// the run of records from its index to the next mark's, and is as old as the oldest of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tail {
    marks: VecDeque<(Index, Monotonic)>,
    last: Index,
}

/// Marks are at least this share of the RPO apart, so that few are kept.
const MARKS_PER_RPO: u64 = 64;

impl Tail {
    pub(super) fn acknowledged(&mut self, index: Index, now: Monotonic, maximum_lag: Span) {
        // A retry of a record that stands before the last mark is younger than the mark before it.
        if index < self.last {
            return;
        }
        self.last = index;
        let apart = maximum_lag.scale(1, MARKS_PER_RPO);
        if self.marks.back().is_none_or(|&(_, at)| now.since(at) > apart) {
            self.marks.push_back((index, now));
        }
    }

    pub(super) fn replicated(&mut self, through: Index) {
        while self.marks.get(1).is_some_and(|&(next, _)| next <= through + 1) {
            self.marks.pop_front();
        }
        if self.last <= through {
            self.marks.clear();
        }
    }

    /// The first index that stands in the tail.
    pub(super) fn begins(&self) -> Option<Index> {
        self.marks.front().map(|&(index, _)| index)
    }

    pub(super) fn oldest(&self) -> Option<Monotonic> {
        self.marks.front().map(|&(_, at)| at)
    }

    pub(super) fn age(&self, now: Monotonic) -> Span {
        self.oldest().map_or(Span::ZERO, |at| now.since(at))
    }
}

/// When the holder stops waiting for the peer and writes `alone`: half of the RPO is left for the
/// attempt.
pub(super) const fn tail_limit(policy: &Policy) -> Span {
    Span(policy.maximum_lag_on_failover.0 / 2)
}

/// The same in records.
pub(super) fn records_limit(policy: &Policy) -> u64 {
    policy.maximum_lag_records.map_or(u64::MAX, |most| most.div_ceil(2))
}
