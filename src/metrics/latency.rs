//! Latency as clients see it.

use crate::terms::{Boundary, Span};
use hdrhistogram::Histogram;

/// Quantiles of a time, in microseconds, to three significant digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantiles {
    /// How many values there were. Without any, every other field is zero.
    pub count: u64,
    /// The median.
    pub p50: u64,
    /// The 95th percentile.
    pub p95: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The greatest.
    pub max: u64,
}

impl Quantiles {
    fn of(histogram: &Histogram<u64>) -> Self {
        let quantile = |share| if histogram.is_empty() { 0 } else { histogram.value_at_quantile(share) };
        Self {
            count: histogram.len(),
            p50: quantile(0.50),
            p95: quantile(0.95),
            p99: quantile(0.99),
            max: histogram.max(),
        }
    }
}

/// Folds times into a histogram for each boundary.
#[derive(Clone, Debug)]
pub(super) struct Latencies(Vec<Histogram<u64>>);

impl Latencies {
    /// Values above the longest are counted as it: no client waits for thirty days.
    const LONGEST: Span = Span::hours(24 * 30);

    pub(super) fn new(boundaries: usize) -> Self {
        let empty = Histogram::new_with_bounds(1, Self::LONGEST.as_micros(), 3);
        Self(vec![empty.expect("the bounds are in order and three digits are supported"); boundaries])
    }

    #[inline]
    pub(super) fn record(&mut self, boundary: Boundary, time: Span) {
        self.0[boundary.index()].saturating_record(time.as_micros());
    }

    /// Of the whole run, and of each boundary.
    pub(super) fn finish(self) -> (Quantiles, Vec<Quantiles>) {
        let mut whole = Self::new(1).0.remove(0);
        for histogram in &self.0 {
            whole.add(histogram).expect("all histograms have the same bounds");
        }
        (Quantiles::of(&whole), self.0.iter().map(Quantiles::of).collect())
    }
}
