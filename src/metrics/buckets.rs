//! A run's time in buckets of equal length.

use crate::terms::{Instant, Span};

/// The most buckets of a run: few enough that each holds a sample of load and lag at the least.
const MOST: u64 = 256;

/// Lengths of a bucket that divide a clock's face, in seconds.
const WIDTHS: [u64; 24] = [
    1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 300, 360, 600, 720, 900, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200,
    86_400,
];

/// Buckets of equal length from the start of a run to the end of its liveness phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// Where the first begins.
    pub start: Instant,
    /// How long each is.
    pub width: Span,
    /// How many there are; at least one.
    pub count: usize,
}

impl Buckets {
    /// At most 256 buckets over `length`, each of a length that reads well on an axis where there
    /// is one.
    pub fn over(start: Instant, length: Span) -> Self {
        let least = length.as_micros().div_ceil(MOST).max(1);
        let round = WIDTHS.into_iter().map(|secs| secs * 1_000_000).find(|&width| width >= least);
        let width = round.unwrap_or(least);
        let count = usize::try_from(length.as_micros().div_ceil(width)).unwrap_or(1).max(1);
        Self { start, width: Span(width), count }
    }

    /// The bucket of an instant; the first or last for one outside.
    #[inline]
    pub fn index(&self, at: Instant) -> usize {
        let bucket = at.since(self.start).as_micros() / self.width.as_micros();
        usize::try_from(bucket).unwrap_or(usize::MAX).min(self.count - 1)
    }

    /// When a bucket begins.
    pub fn begins(&self, bucket: usize) -> Instant {
        self.start + Span(self.width.as_micros().saturating_mul(bucket as u64))
    }

    /// A series of zeros.
    pub(super) fn zeros(&self) -> Vec<u64> {
        vec![0; self.count]
    }
}

/// A quantity that keeps its value until it changes, as the greatest value in each bucket.
#[derive(Clone, Debug)]
pub(super) struct Level {
    buckets: Buckets,
    values: Vec<u64>,
    current: u64,
    bucket: usize,
}

impl Level {
    pub(super) fn new(buckets: Buckets) -> Self {
        Self { buckets, values: buckets.zeros(), current: 0, bucket: 0 }
    }

    /// Sets the value from `at` on. Time does not run backwards.
    pub(super) fn set(&mut self, at: Instant, value: u64) {
        self.advance(at);
        self.current = value;
        let greatest = &mut self.values[self.bucket];
        *greatest = value.max(*greatest);
    }

    pub(super) const fn current(&self) -> u64 {
        self.current
    }

    /// The series through `end`.
    pub(super) fn finish(mut self, end: Instant) -> Vec<u64> {
        self.advance(end);
        self.values
    }

    fn advance(&mut self, at: Instant) {
        let bucket = self.buckets.index(at);
        if bucket > self.bucket {
            self.values[self.bucket + 1..=bucket].fill(self.current);
            self.bucket = bucket;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_with_its_settling_fits_buckets_of_six_minutes() {
        let buckets = Buckets::over(Instant::ZERO, Span::hours(25));
        assert_eq!((buckets.width, buckets.count), (Span::minutes(6), 250));
        assert_eq!(buckets.index(Instant(0) + Span::minutes(6)), 1);
        assert_eq!(buckets.index(Instant::NEVER), 249);
    }

    #[test]
    fn memory_does_not_grow_with_the_length_of_a_run() {
        for days in [1, 30, 3_000, 3_000_000] {
            assert!(Buckets::over(Instant::ZERO, Span::hours(24 * days)).count <= 256);
        }
    }

    #[test]
    fn a_level_holds_until_it_changes() {
        let mut level = Level::new(Buckets { start: Instant::ZERO, width: Span::secs(1), count: 5 });
        level.set(Instant(100), 7);
        level.set(Instant(200), 3);
        level.set(Instant(2_500_000), 1);
        assert_eq!(level.finish(Instant(3_000_000)), [7, 3, 3, 1, 0]);
    }
}
