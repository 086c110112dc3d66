//! Load of datacenters, and what each would carry without its partner.

use super::buckets::Buckets;
use super::setup::MetricsSetup;
use crate::terms::{Datacenter, Instant, Span};

/// Requests served by each datacenter over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loads {
    /// Requests in each bucket, by [`Datacenter::index`].
    pub served: Vec<Vec<u64>>,
    /// Requests in the busiest minute of each bucket, by [`Datacenter::index`].
    pub busiest: Vec<Vec<u64>>,
    /// The same of the minutes in which each would be busiest with its busiest partner gone, for which
    /// nothing is read then.
    pub busiest_alone: Vec<Vec<u64>>,
    peaks: Vec<Peak>,
    peaks_alone: Vec<Peak>,
}

/// A datacenter's busiest minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Peak {
    /// When it began.
    pub at: Instant,
    /// Requests in it.
    pub served: u64,
    /// Share of what fits a minute at the datacenter's rate, in thousandths of a percent.
    pub share_milli_percent: i64,
}

impl Loads {
    /// Peaks are those of whole minutes from the start of the run, however long it is: long enough that
    /// chance makes no peak, short enough that clients would not sit it out.
    pub const WINDOW: Span = Span::minutes(1);

    /// The busiest minute, the first of equals.
    pub fn peak(&self, datacenter: Datacenter) -> Peak {
        self.peaks[datacenter.index()]
    }

    /// The minute in which the datacenter would be busiest with its busiest partner gone.
    pub fn peak_alone(&self, datacenter: Datacenter) -> Peak {
        self.peaks_alone[datacenter.index()]
    }

    /// The share of its rate that a datacenter would have left at peak with its busiest partner
    /// gone, in thousandths of a percent; negative where it would be overloaded.
    pub fn headroom(&self, datacenter: Datacenter) -> i64 {
        100_000 - self.peak_alone(datacenter).share_milli_percent
    }

    /// Requests a second in a minute, for display and charts only.
    pub fn per_second(requests: u64) -> f64 {
        requests as f64 / Self::WINDOW.as_secs_f64()
    }
}

/// Folds load.
#[derive(Clone, Debug)]
pub(super) struct LoadsFold {
    loads: Loads,
    buckets: Buckets,
    /// The datacenters with which each shares a scale unit.
    partners: Vec<Vec<Datacenter>>,
    rates: Vec<u64>,
    /// When the minute that is under way began, and what each datacenter served in it.
    began: Instant,
    minute: Vec<u64>,
    /// Of these, what was read to bring its partners back.
    read: Vec<u64>,
}

impl LoadsFold {
    pub(super) fn new(setup: &MetricsSetup, buckets: Buckets) -> Self {
        let count = setup.datacenters.len();
        let series = vec![buckets.zeros(); count];
        let peaks = vec![Peak { at: setup.start, ..Peak::default() }; count];
        let partners = |i| setup.partners(Datacenter(u8::try_from(i).unwrap_or(u8::MAX)));
        Self {
            loads: Loads {
                served: series.clone(),
                busiest: series.clone(),
                busiest_alone: series,
                peaks: peaks.clone(),
                peaks_alone: peaks,
            },
            buckets,
            partners: (0..count).map(partners).collect(),
            rates: setup.datacenters.iter().map(|datacenter| datacenter.rate).collect(),
            began: setup.start,
            minute: vec![0; count],
            read: vec![0; count],
        }
    }

    /// So many requests got their turn. Time does not run backwards.
    #[inline]
    pub(super) fn served(&mut self, at: Instant, datacenter: Datacenter, requests: u32) {
        if at >= self.began + Loads::WINDOW {
            self.close();
            let whole = at.since(self.buckets.start).as_micros() / Loads::WINDOW.as_micros();
            self.began = self.buckets.start + Span(whole * Loads::WINDOW.as_micros());
        }
        self.minute[datacenter.index()] += u64::from(requests);
    }

    /// So many of the requests that just got their turn were old records for a partner.
    pub(super) fn reread(&mut self, datacenter: Datacenter, requests: u32) {
        self.read[datacenter.index()] += u64::from(requests);
    }

    /// Spreads what was served in the window that ends at `at` over the buckets that it touches.
    pub(super) fn add(&mut self, at: Instant, datacenter: Datacenter, served: u32, window: Span) {
        let buckets = self.buckets;
        let series = &mut self.loads.served[datacenter.index()];
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

    pub(super) fn finish(mut self) -> Loads {
        self.close();
        self.loads
    }

    /// The minute that is under way is over.
    fn close(&mut self) {
        let last = self.buckets.index(self.began + Loads::WINDOW.saturating_sub(Span::micros(1)));
        let touched = self.buckets.index(self.began)..=last;
        for place in 0..self.minute.len() {
            let own = self.minute[place];
            let asked = |place: usize| self.minute[place] - self.read[place];
            let inherited = self.partners[place].iter().map(|partner| asked(partner.index())).max();
            let alone = asked(place) + inherited.unwrap_or(0);
            let loads = &mut self.loads;
            for (series, peaks, served) in
                [(&mut loads.busiest, &mut loads.peaks, own), (&mut loads.busiest_alone, &mut loads.peaks_alone, alone)]
            {
                series[place][touched.clone()].iter_mut().for_each(|most| *most = served.max(*most));
                if served > peaks[place].served {
                    let share_milli_percent = share(served, self.rates[place]);
                    peaks[place] = Peak { at: self.began, served, share_milli_percent };
                }
            }
        }
        self.minute.fill(0);
        self.read.fill(0);
    }
}

/// The share that so many requests are of what fits a minute, in thousandths of a percent.
fn share(served: u64, rate: u64) -> i64 {
    let capacity = i128::from(rate) * i128::from(Loads::WINDOW.as_micros());
    let share = i128::from(served) * 100_000 * 1_000_000 / capacity.max(1);
    i64::try_from(share).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::{DatacenterSetup, UnitSetup};
    use super::*;
    use crate::terms::Boundary;

    /// Two datacenters of 100 requests a second.
    fn pair(width: Span) -> LoadsFold {
        let unit = UnitSetup { sites: [Datacenter(0), Datacenter(1)], ..UnitSetup::default() };
        let setup = MetricsSetup {
            boundaries: 1,
            datacenters: vec![DatacenterSetup { boundary: Boundary(0), rate: 100 }; 2],
            units: vec![unit],
            ..MetricsSetup::default()
        };
        LoadsFold::new(&setup, Buckets { start: Instant::ZERO, width, count: 6 })
    }

    fn secs(secs: u64) -> Instant {
        Instant::ZERO + Span::secs(secs)
    }

    #[test]
    fn a_window_is_spread_over_its_buckets_without_loss() {
        let mut fold = pair(Span::secs(10));
        fold.add(secs(25), Datacenter(0), 101, Span::secs(20));
        assert_eq!(fold.finish().served[0], [25, 50, 26, 0, 0, 0]);
    }

    #[test]
    fn a_datacenter_without_its_partner_carries_both_loads_of_the_same_minute() {
        let mut fold = pair(Span::minutes(1));
        fold.served(secs(10), Datacenter(0), 3_600);
        fold.served(secs(59), Datacenter(1), 3_000);
        fold.served(secs(60), Datacenter(1), 4_200);
        let loads = fold.finish();
        assert_eq!(loads.peak(Datacenter(0)).share_milli_percent, 60_000);
        let alone = Peak { at: secs(0), served: 6_600, share_milli_percent: 110_000 };
        assert_eq!(loads.peak_alone(Datacenter(0)), alone);
        assert_eq!(loads.headroom(Datacenter(0)), -10_000);
        assert_eq!(loads.busiest_alone[0], [6_600, 4_200, 0, 0, 0, 0]);
    }

    #[test]
    fn nothing_is_read_for_a_partner_that_is_gone() {
        let mut fold = pair(Span::minutes(1));
        fold.served(secs(10), Datacenter(0), 3_600);
        fold.served(secs(11), Datacenter(0), 2_400);
        fold.reread(Datacenter(0), 2_400);
        fold.served(secs(12), Datacenter(1), 600);
        fold.served(secs(60), Datacenter(1), 1);
        let loads = fold.finish();
        assert_eq!([0, 1].map(|place| loads.peak(Datacenter(place)).share_milli_percent), [100_000, 10_000]);
        assert_eq!([0, 1].map(|place| loads.peak_alone(Datacenter(place)).served), [4_200; 2]);
    }

    #[test]
    fn a_busy_minute_is_as_high_however_long_a_bucket_is() {
        for width in [Span::secs(15), Span::minutes(1), Span::hours(30)] {
            let mut fold = pair(width);
            (0..600).for_each(|second| fold.served(secs(second), Datacenter(0), if second / 60 == 1 { 90 } else { 5 }));
            let peak = Peak { at: secs(60), served: 5_400, share_milli_percent: 90_000 };
            let loads = fold.finish();
            assert_eq!(loads.peak(Datacenter(0)), peak);
            assert_eq!(loads.busiest[0].iter().max(), Some(&5_400));
        }
    }
}
