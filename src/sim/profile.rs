//! How busy people are in the hours of their local day.

use super::plan::TrafficPlan;
use crate::terms::{Instant, Span};
use std::sync::Arc;

const HOUR: u64 = Span::hours(1).0;
const DAY: u64 = 24 * HOUR;
/// 1970-01-01 was a Thursday: so many days after a Monday.
const THURSDAY: u64 = 3;

/// Activity over a week. It is given for the middle of each hour, and linear between them.
#[derive(Clone, Debug)]
pub struct Profile {
    weekday: [u64; 24],
    weekend: [u64; 24],
    peak: u64,
}

impl Profile {
    /// The mean of a weekday.
    pub const ONE: u64 = 1 << 24;

    /// The profile of a plan. A plan without any activity has none at any hour.
    pub fn new(plan: &TrafficPlan) -> Self {
        let sum: u64 = plan.hours.iter().map(|&hour| u64::from(hour)).sum();
        let weekday = plan.hours.map(|hour| Span(24 * Self::ONE).scale(hour.into(), sum).0);
        let weekend = weekday.map(|rate| Span(rate).scale(plan.weekend_ppm.into(), 1_000_000).0);
        let peak = weekday.iter().chain(&weekend).copied().max().unwrap_or(0);
        Self { weekday, weekend, peak }
    }

    /// The highest rate of a week.
    pub const fn peak(&self) -> u64 {
        self.peak
    }

    /// The rate at a local time, in microseconds since 1970-01-01T00:00 there.
    #[inline]
    pub fn rate(&self, local_micros: u64) -> u64 {
        let (day, time) = (local_micros / DAY, local_micros % DAY);
        let hours = if (day + THURSDAY) % 7 < 5 { &self.weekday } else { &self.weekend };
        let since_middle = time + DAY - HOUR / 2;
        let (hour, part) = ((since_middle / HOUR % 24) as usize, since_middle % HOUR);
        let (from, to) = (hours[hour], hours[(hour + 1) % 24]);
        let between = |from, to| (to - from) * (part >> 10) / (HOUR >> 10);
        if from <= to { from + between(from, to) } else { from - between(to, from) }
    }
}

/// Local time somewhere, with the offset that was used last at hand.
#[derive(Clone, Debug)]
pub(super) struct LocalDay {
    offsets: Arc<[(Instant, i32)]>,
    /// The offset in microseconds, and where it is in use.
    offset: i64,
    from: Instant,
    until: Instant,
}

impl LocalDay {
    pub(super) fn new(offsets: &Arc<[(Instant, i32)]>) -> Self {
        let mut day = Self { offsets: Arc::clone(offsets), offset: 0, from: Instant::ZERO, until: Instant::ZERO };
        day.find(Instant::ZERO);
        day
    }

    /// Local time in microseconds since 1970-01-01T00:00 there.
    #[inline]
    pub(super) fn local_micros(&mut self, at: Instant) -> u64 {
        if at < self.from || at >= self.until {
            self.find(at);
        }
        at.0.saturating_add_signed(self.offset)
    }

    /// The first offset counts for what is before it, too.
    fn find(&mut self, at: Instant) {
        let after = self.offsets.partition_point(|&(from, _)| from <= at).max(1);
        let (from, seconds) = self.offsets.get(after - 1).copied().unwrap_or_default();
        self.from = if after == 1 { Instant::ZERO } else { from };
        self.until = self.offsets.get(after).map_or(Instant::NEVER, |&(until, _)| until);
        self.offset = i64::from(seconds) * 1_000_000;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::fixture;

    /// 2019-05-06, a Monday.
    const MONDAY: u64 = 18_022 * DAY;

    #[test]
    fn the_mean_of_a_weekday_is_one_and_the_weekend_has_its_share() {
        let plan = fixture::plan().traffic;
        let profile = Profile::new(&plan);
        let mean = |day: u64| {
            (0..1_440).map(|m| profile.rate(MONDAY + day * DAY + m * HOUR / 60) as f64).sum::<f64>() / 1_440.0
        };
        let one = Profile::ONE as f64;
        // The first and last half hours of a weekend lean on its own evening, not on Friday's.
        for day in 0..7 {
            let expected = if day < 5 { one } else { one * f64::from(plan.weekend_ppm) / 1e6 };
            assert!((mean(day) / expected - 1.0).abs() < 1e-4, "day {day}");
        }
    }

    #[test]
    fn no_moment_is_busier_than_the_peak() {
        let mut plan = fixture::plan().traffic;
        plan.weekend_ppm = u32::MAX;
        let profile = Profile::new(&plan);
        let rates = || (0..7 * 288).map(|i| profile.rate(MONDAY + i * HOUR / 12));
        assert!(rates().all(|rate| rate <= profile.peak()));
        assert_eq!(rates().max(), Some(profile.peak()));
    }

    #[test]
    fn summer_time_begins_and_ends_at_its_instants() {
        let offsets: Arc<[_]> = [(Instant(10), 3_600), (Instant(20), 7_200), (Instant(30), 3_600)].into();
        let mut day = LocalDay::new(&offsets);
        let mut hours = |at: u64| (day.local_micros(Instant(at)) - at) / HOUR;
        let expected = [(25, 2), (5, 1), (19, 1), (20, 2), (29, 2), (30, 1), (99, 1)];
        for (at, hour) in expected {
            assert_eq!(hours(at), hour, "at {at}");
        }
    }
}
