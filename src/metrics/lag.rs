//! Replication lag over time: exact, however long a bucket is.

use super::buckets::Buckets;
use crate::terms::{Instant, Span};

/// The replication lag of a scale unit: for how long acknowledged records were on one site only.
///
/// A record counts from its acknowledgement, or from when its copy at the other site was lost, until it
/// is at both sites, or until a new holder that lacks it takes over, or to the end of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// The greatest age that the oldest such record reached in each bucket, in microseconds.
    pub age: Vec<u64>,
    /// The most such records at one moment of each bucket.
    pub records: Vec<u64>,
}

impl Lag {
    /// The longest lag.
    pub fn longest(&self) -> Span {
        Span(self.age.iter().copied().max().unwrap_or(0))
    }
}

/// Folds the lag of a unit.
#[derive(Clone, Debug)]
pub(super) struct LagFold {
    buckets: Buckets,
    lag: Lag,
    /// The bucket that is under way, and when it is over.
    bucket: usize,
    ends: Instant,
    /// Since when the oldest record is on one site only, and how many are.
    oldest: Option<Instant>,
    records: u64,
}

impl LagFold {
    pub(super) fn new(buckets: Buckets) -> Self {
        let lag = Lag { age: buckets.zeros(), records: buckets.zeros() };
        Self { buckets, lag, bucket: 0, ends: buckets.begins(1), oldest: None, records: 0 }
    }

    /// Since when the oldest record is on one site only, and how many are, from `at` on. Time does not
    /// run backwards.
    #[inline]
    pub(super) fn set(&mut self, at: Instant, oldest: Option<Instant>, records: u64) {
        if (oldest, records) != (self.oldest, self.records) {
            self.advance(at);
            (self.oldest, self.records) = (oldest, records);
            let most = &mut self.lag.records[self.bucket];
            *most = records.max(*most);
        }
    }

    /// The lag through `end`.
    pub(super) fn finish(mut self, end: Instant) -> Lag {
        self.advance(end);
        self.lag
    }

    fn advance(&mut self, at: Instant) {
        while at >= self.ends && self.bucket + 1 < self.buckets.count {
            self.reach(self.ends);
            self.bucket += 1;
            self.ends = self.buckets.begins(self.bucket + 1);
            self.lag.records[self.bucket] = self.records;
        }
        self.reach(at);
    }

    /// The oldest record is as old as it is at an instant of the bucket that is under way.
    fn reach(&mut self, at: Instant) {
        if let Some(oldest) = self.oldest {
            let greatest = &mut self.lag.age[self.bucket];
            *greatest = at.since(oldest).as_micros().max(*greatest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_between_two_samples_is_seen_at_its_greatest() {
        let mut lag = LagFold::new(Buckets { start: Instant::ZERO, width: Span(100), count: 5 });
        lag.set(Instant(110), Some(Instant(110)), 1);
        lag.set(Instant(120), Some(Instant(110)), 7);
        lag.set(Instant(180), Some(Instant(170)), 2);
        lag.set(Instant(320), None, 0);
        assert_eq!(lag.finish(Instant(450)), Lag { age: vec![0, 70, 130, 150, 0], records: vec![0, 7, 2, 2, 0] });
    }

    #[test]
    fn a_lag_that_never_ends_counts_to_the_end() {
        let mut lag = LagFold::new(Buckets { start: Instant::ZERO, width: Span(100), count: 2 });
        lag.set(Instant(50), Some(Instant(40)), 1);
        assert_eq!(lag.finish(Instant(450)).age, [60, 410]);
    }
}
