//! A datacenter's clock: a steady reading that drifts, and a wall reading that is off.
//!
//! A time service keeps the wall reading at its offset, or no declared tolerance would hold for long:
//! twenty parts per million are half a second in seven hours. It corrects rates within ρ; beyond, the
//! wall reading goes astray, until the rate is back.

use crate::terms::{Instant, LocalTime, Monotonic, Span, Wall};

const MILLION: i128 = 1_000_000;
/// What a clock has counted when a run starts, so that production may look back from there.
const UPTIME: Span = Span::hours(1_000);

/// A clock whose rate is one plus its drift. Every reading is exact: rounded down, with no error
/// that adds up.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Since when the rate has been what it is.
    since: Instant,
    /// The steady reading then, in millionths of a microsecond.
    counted: i128,
    drift_ppm: i32,
    /// ρ: the greatest drift that the time service corrects in the wall reading.
    rho_ppm: u32,
    /// How far the wall reading is off, in microseconds.
    offset_us: i128,
    /// How far it had gone astray when the rate changed last, in millionths of a microsecond.
    astray: i128,
}

impl Clock {
    /// A clock whose wall reading is `offset_us` microseconds ahead of true time, and whose rate
    /// deviates by `drift_ppm` from `at` on. A time service corrects what is within `rho_ppm`.
    ///
    /// # Panics
    ///
    /// If the clock would not run forwards: a drift of −1,000,000 ppm or less.
    pub fn new(at: Instant, offset_us: i64, drift_ppm: i32, rho_ppm: u32) -> Self {
        assert!(drift_ppm > -1_000_000, "a clock that does not run forwards");
        Self {
            since: at,
            counted: i128::from(UPTIME.0) * MILLION,
            drift_ppm,
            rho_ppm,
            offset_us: i128::from(offset_us),
            astray: 0,
        }
    }

    /// What both readings say at a true instant, which must not be before the last change.
    pub fn local(&self, at: Instant) -> LocalTime {
        let wall = i128::from(at.0) + self.off_at(at);
        LocalTime { monotonic: Monotonic(clamp(millionths_down(self.counted_at(at)))), wall: Wall(clamp(wall)) }
    }

    /// The first true instant, not before the last change, at which the steady reading is at least
    /// `reading`; [`Instant::NEVER`] where that is out of reach.
    pub fn when(&self, reading: Monotonic) -> Instant {
        if reading == Monotonic::NEVER {
            return Instant::NEVER;
        }
        let missing = (i128::from(reading.0) * MILLION - self.counted).max(0);
        self.since + Span(div_up(missing, self.rate()))
    }

    /// Changes the rate from `at` on. The steady reading goes on without a step, and so does the wall
    /// reading, but for a return to what the time service corrects: it then sets the wall right.
    ///
    /// # Panics
    ///
    /// If the clock would not run forwards: a drift of −1,000,000 ppm or less.
    pub fn set_drift(&mut self, at: Instant, ppm: i32) {
        assert!(ppm > -1_000_000, "a clock that does not run forwards");
        self.astray = if ppm.unsigned_abs() <= self.rho_ppm { 0 } else { self.astray_at(at) };
        self.counted = self.counted_at(at);
        self.since = at;
        self.drift_ppm = ppm;
    }

    /// Steps the wall reading, forwards or backwards. The steady reading is not touched.
    ///
    /// The step is the same at whatever instant it is made; `at` is there for the reader.
    pub fn step(&mut self, at: Instant, by_us: i64) {
        debug_assert!(at >= self.since, "a step in the past");
        self.offset_us += i128::from(by_us);
    }

    /// How far the wall reading is ahead of true time at `at`, in microseconds.
    pub fn offset_us(&self, at: Instant) -> i64 {
        let off = self.off_at(at);
        i64::try_from(off).unwrap_or(if off < 0 { i64::MIN } else { i64::MAX })
    }

    /// The deviation of the rate, in parts per million.
    pub const fn drift_ppm(&self) -> i32 {
        self.drift_ppm
    }

    fn counted_at(&self, at: Instant) -> i128 {
        debug_assert!(at >= self.since, "a reading before the last change of the clock");
        self.counted + i128::from(at.since(self.since).0) * self.rate()
    }

    fn off_at(&self, at: Instant) -> i128 {
        self.offset_us + millionths_down(self.astray_at(at))
    }

    fn astray_at(&self, at: Instant) -> i128 {
        let beyond = self.drift_ppm.unsigned_abs() > self.rho_ppm;
        if beyond { self.astray + i128::from(at.since(self.since).0) * i128::from(self.drift_ppm) } else { 0 }
    }

    fn rate(&self) -> i128 {
        MILLION + i128::from(self.drift_ppm)
    }
}

/// Whole microseconds, rounded down. The short division is many times faster and nearly always does.
fn millionths_down(counted: i128) -> i128 {
    match u64::try_from(counted) {
        Ok(short) => i128::from(short / 1_000_000),
        Err(_) => counted.div_euclid(MILLION),
    }
}

/// The quotient of two positive numbers, rounded up; the short division nearly always does.
fn div_up(dividend: i128, divisor: i128) -> u64 {
    match (u64::try_from(dividend), u64::try_from(divisor)) {
        (Ok(dividend), Ok(divisor)) => dividend.div_ceil(divisor),
        _ => clamp((dividend + divisor - 1) / divisor),
    }
}

/// A count of microseconds, or the nearest that can be written.
fn clamp(micros: i128) -> u64 {
    u64::try_from(micros.max(0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RHO_PPM: u32 = 200;
    const START: Instant = Instant(1_557_100_800_000_000);

    #[test]
    fn a_perfect_clock_tells_the_true_time() {
        let clock = Clock::new(START, 0, 0, RHO_PPM);
        let later = START + Span::hours(30);
        assert_eq!(clock.local(later).wall, Wall(later.0));
        assert_eq!(clock.local(later).monotonic.since(clock.local(START).monotonic), Span::hours(30));
    }

    #[test]
    fn drift_and_offset_are_what_they_say() {
        let clock = Clock::new(START, -250_000, 200, RHO_PPM);
        let (start, later) = (clock.local(START), clock.local(START + Span::secs(10_000)));
        assert_eq!(later.monotonic.since(start.monotonic), Span::secs(10_002));
        assert_eq!((clock.offset_us(START), later.wall - start.wall), (-250_000, Span::secs(10_000)));
    }

    #[test]
    fn a_fault_leads_the_wall_astray_and_its_end_sets_it_right() {
        let mut clock = Clock::new(START, 3_000, 20, RHO_PPM);
        let after = |seconds| START + Span::secs(seconds);
        clock.set_drift(START, 1_000);
        assert_eq!(clock.offset_us(after(10)), 3_000 + 10_000);
        clock.set_drift(after(10), -1_000);
        assert_eq!(clock.offset_us(after(15)), 3_000 + 5_000);
        clock.set_drift(after(15), 150);
        assert_eq!((clock.offset_us(after(15)), clock.offset_us(after(90))), (3_000, 3_000));
    }

    #[test]
    fn a_step_moves_the_wall_and_never_the_steady_reading() {
        let mut clock = Clock::new(START, 0, 100, RHO_PPM);
        let at = START + Span::minutes(7);
        let before = clock.local(at);
        clock.step(at, -3_000_000);
        let after = clock.local(at);
        assert_eq!(after.monotonic, before.monotonic);
        assert_eq!(before.wall - after.wall, Span::secs(3));
    }

    #[test]
    fn many_changes_of_rate_lose_no_time() {
        let mut clock = Clock::new(START, 0, 1, RHO_PPM);
        for i in 0..1_000_000 {
            clock.set_drift(START + Span(i), if i % 2 == 0 { 1 } else { -1 });
        }
        let [start, end] =
            [START, START + Span::secs(1)].map(|at| Clock::new(START, 0, 0, RHO_PPM).local(at).monotonic);
        assert_eq!(clock.local(START + Span::secs(1)).monotonic.since(start), end.since(start));
    }

    proptest! {
        #[test]
        fn when_is_the_first_instant_of_a_reading(drift in -900_000..2_000_000i32, change in 0..10_000_000u64,
                                                  second in -900..900i32, ahead in 0..100_000_000_000u64) {
            let mut clock = Clock::new(START, 0, drift, RHO_PPM);
            let changed = START + Span(change);
            clock.set_drift(changed, second);
            let reading = clock.local(changed).monotonic + Span(ahead);
            let first = clock.when(reading);
            prop_assert!(clock.local(first).monotonic >= reading);
            prop_assert!(first == changed || clock.local(Instant(first.0 - 1)).monotonic < reading);
        }

        #[test]
        fn the_steady_reading_never_goes_back(changes in prop::collection::vec((1..50u64, -900_000..900_000i32), 1..40)) {
            let (mut clock, mut at, mut last) = (Clock::new(START, 0, 0, RHO_PPM), START, Monotonic::ZERO);
            for (span, drift) in changes {
                at = at + Span(span);
                prop_assert!(clock.local(at).monotonic >= last);
                last = clock.local(at).monotonic;
                clock.set_drift(at, drift);
                prop_assert_eq!(clock.local(at).monotonic, last);
            }
        }
    }

    #[test]
    fn a_reading_out_of_reach_never_comes() {
        assert_eq!(Clock::new(START, 0, 50, RHO_PPM).when(Monotonic::NEVER), Instant::NEVER);
        assert_eq!(Clock::new(START, 0, -500_000, RHO_PPM).when(Monotonic(u64::MAX - 1)), Instant::NEVER);
    }
}
