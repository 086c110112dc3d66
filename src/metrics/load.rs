//! Load of datacenters, and what each would carry without its partner.

use super::buckets::Buckets;
use super::setup::MetricsSetup;
use crate::terms::{Datacenter, Instant, Span};

/// Requests served by each datacenter over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loads {
    /// Requests in each bucket, by [`Datacenter::index`].
    pub served: Vec<Vec<u64>>,
    /// The datacenters with which each shares a scale unit.
    partners: Vec<Vec<Datacenter>>,
    rates: Vec<u64>,
    width: Span,
}

/// A datacenter's busiest bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peak {
    /// Which bucket.
    pub bucket: usize,
    /// Requests in it.
    pub served: u64,
    /// Share of the datacenter's rate, in thousandths of a percent.
    pub share_milli_percent: i64,
}

impl Loads {
    pub(super) fn new(setup: &MetricsSetup, buckets: Buckets) -> Self {
        let each = |f: &dyn Fn(Datacenter) -> Vec<Datacenter>| {
            (0..setup.datacenters.len()).map(|i| f(Datacenter(u8::try_from(i).unwrap_or(u8::MAX)))).collect()
        };
        Self {
            served: vec![buckets.zeros(); setup.datacenters.len()],
            partners: each(&|datacenter| setup.partners(datacenter)),
            rates: setup.datacenters.iter().map(|datacenter| datacenter.rate).collect(),
            width: buckets.width,
        }
    }

    /// Spreads what was served in the window that ends at `at` over the buckets that it touches.
    pub(super) fn add(&mut self, buckets: Buckets, at: Instant, datacenter: Datacenter, served: u32, window: Span) {
        let series = &mut self.served[datacenter.index()];
        let (from, last) = (at.before(window), buckets.index(at.before(Span::micros(1))));
        let mut rest = u64::from(served);
        for (bucket, load) in series.iter_mut().enumerate().take(last).skip(buckets.index(from)) {
            let inside = buckets.begins(bucket + 1).since(from.max(buckets.begins(bucket)));
            let part = Span(u64::from(served)).scale(inside.as_micros(), window.as_micros()).0.min(rest);
            *load += part;
            rest -= part;
        }
        series[last] += rest;
    }

    /// The busiest bucket, the first of equals.
    pub fn peak(&self, datacenter: Datacenter) -> Peak {
        self.highest(datacenter, |bucket| self.served[datacenter.index()][bucket])
    }

    /// The bucket in which the datacenter would be busiest with its busiest partner gone.
    pub fn peak_alone(&self, datacenter: Datacenter) -> Peak {
        self.highest(datacenter, |bucket| self.carried_alone(datacenter, bucket))
    }

    /// Requests that the datacenter would have served in a bucket with its busiest partner gone.
    pub fn carried_alone(&self, datacenter: Datacenter, bucket: usize) -> u64 {
        let partners = self.partners[datacenter.index()].iter();
        let inherited = partners.map(|partner| self.served[partner.index()][bucket]).max().unwrap_or(0);
        self.served[datacenter.index()][bucket] + inherited
    }

    /// The share of its rate that a datacenter would have left at peak with its busiest partner
    /// gone, in thousandths of a percent; negative where it would be overloaded.
    pub fn headroom(&self, datacenter: Datacenter) -> i64 {
        100_000 - self.peak_alone(datacenter).share_milli_percent
    }

    /// Requests a second in a bucket, for display and charts only.
    pub fn per_second(&self, requests: u64) -> f64 {
        requests as f64 / self.width.as_secs_f64()
    }

    fn highest(&self, datacenter: Datacenter, load: impl Fn(usize) -> u64) -> Peak {
        let buckets = 0..self.served[datacenter.index()].len();
        let bucket = buckets.rev().max_by_key(|&bucket| load(bucket)).unwrap_or(0);
        let (served, capacity) = (load(bucket), self.capacity(datacenter));
        let share = i128::from(served) * 100_000 * 1_000_000 / capacity.max(1);
        Peak { bucket, served, share_milli_percent: i64::try_from(share).unwrap_or(i64::MAX) }
    }

    /// Requests that fit a bucket, in millionths.
    fn capacity(&self, datacenter: Datacenter) -> i128 {
        i128::from(self.rates[datacenter.index()]) * i128::from(self.width.as_micros())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DatacenterSetup, UnitSetup};
    use super::*;
    use crate::terms::Boundary;

    fn pair() -> (Loads, Buckets) {
        let unit = UnitSetup { sites: [Datacenter(0), Datacenter(1)], ..UnitSetup::default() };
        let setup = MetricsSetup {
            boundaries: 1,
            datacenters: vec![DatacenterSetup { boundary: Boundary(0), rate: 100 }; 2],
            units: vec![unit],
            ..MetricsSetup::default()
        };
        let buckets = Buckets { start: Instant::ZERO, width: Span::secs(10), count: 6 };
        (Loads::new(&setup, buckets), buckets)
    }

    #[test]
    fn a_window_is_spread_over_its_buckets_without_loss() {
        let (mut loads, buckets) = pair();
        loads.add(buckets, Instant(25_000_000), Datacenter(0), 101, Span::secs(20));
        assert_eq!(loads.served[0], [25, 50, 26, 0, 0, 0]);
    }

    #[test]
    fn a_datacenter_without_its_partner_carries_both_loads_of_the_same_time() {
        let (mut loads, buckets) = pair();
        loads.add(buckets, Instant(10_000_000), Datacenter(0), 600, Span::secs(10));
        loads.add(buckets, Instant(10_000_000), Datacenter(1), 500, Span::secs(10));
        loads.add(buckets, Instant(20_000_000), Datacenter(1), 700, Span::secs(10));
        assert_eq!(loads.peak(Datacenter(0)).share_milli_percent, 60_000);
        assert_eq!(loads.peak_alone(Datacenter(0)), Peak { bucket: 0, served: 1_100, share_milli_percent: 110_000 });
        assert_eq!(loads.headroom(Datacenter(0)), -10_000);
    }
}
