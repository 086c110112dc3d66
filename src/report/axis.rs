//! Scales and the labels on their axes.

use crate::terms::{Instant, Span};

/// A linear scale from quantities to pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Scale {
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.from) / (self.to - self.from).max(f64::MIN_POSITIVE);
        self.start + share * (self.end - self.start)
    }

    /// The pixel of a value, kept inside the scale.
    pub(super) fn clamped(&self, value: f64) -> f64 {
        self.at(value.clamp(self.from, self.to))
    }
}

/// Round steps that divide zero to `top` into at most `most` parts.
pub(super) fn round_ticks(top: f64, most: u32) -> Vec<f64> {
    let rough = (top / f64::from(most)).max(1e-9);
    let magnitude = libm::exp10(libm::log10(rough).floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|n| n * magnitude).into_iter().find(|&step| step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * magnitude);
    (0..=most).map(|n| f64::from(n) * step).take_while(|&tick| tick <= top * 1.0001).collect()
}

/// Steps on a clock's face that divide a span into at most `most` parts, as seconds.
fn clock_step(span: Span, most: u64) -> u64 {
    const STEPS: [u64; 18] =
        [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];
    let least = span.as_micros().div_ceil(1_000_000).div_ceil(most).max(1);
    STEPS.into_iter().find(|&step| step >= least).unwrap_or_else(|| least.div_ceil(86_400) * 86_400)
}

/// Instants on round times of day within a window, with their labels: `06:00`, `09:00:30`.
pub(super) fn clock_ticks(from: Instant, to: Instant, most: u64) -> Vec<(Instant, String)> {
    let step = clock_step(to.since(from), most) * 1_000_000;
    let first = from.0.div_ceil(step) * step;
    let ticks = (0..).map(|n| Instant(first + n * step)).take_while(|&tick| tick <= to);
    ticks.map(|tick| (tick, clock(tick, step < 60_000_000))).collect()
}

/// Ticks of a window counted from an onset inside it: `−30 s`, `0`, `+1 min`.
pub(super) fn relative_ticks(from: Instant, onset: Instant, to: Instant, most: u64) -> Vec<(Instant, String)> {
    let step = clock_step(to.since(from), most);
    let before = (1..).map(|n| n * step).take_while(|&secs| onset.since(from) >= Span::secs(secs));
    let mut ticks: Vec<_> = before.map(|secs| (onset.before(Span::secs(secs)), relative(secs, "−"))).collect();
    ticks.reverse();
    let after = (1..).map(|n| n * step).take_while(|&secs| to.since(onset) >= Span::secs(secs));
    ticks.push((onset, "0".to_owned()));
    ticks.extend(after.map(|secs| (onset + Span::secs(secs), relative(secs, "+"))));
    ticks
}

fn relative(secs: u64, sign: &str) -> String {
    match (secs / 60, secs % 60) {
        (0, secs) => format!("{sign}{secs} s"),
        (minutes, 0) => format!("{sign}{minutes} min"),
        (minutes, secs) => format!("{sign}{minutes}:{secs:02}"),
    }
}

/// The time of day of an instant.
pub(super) fn clock(at: Instant, seconds: bool) -> String {
    let of_day = at.0 / 1_000_000 % 86_400;
    let (h, m, s) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    if seconds { format!("{h:02}:{m:02}:{s:02}") } else { format!("{h:02}:{m:02}") }
}

/// A number in few digits: `950`, `1.2k`, `34k`, `5.6M`.
pub(super) fn short(number: f64) -> String {
    let (scaled, unit) = match number {
        n if n < 1_000.0 => (n, ""),
        n if n < 1e6 => (n / 1e3, "k"),
        n if n < 1e9 => (n / 1e6, "M"),
        n => (n / 1e9, "G"),
    };
    let digits = usize::from(scaled < 9.95 && (scaled - scaled.round()).abs() > 0.049);
    format!("{scaled:.digits$}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(round_ticks(1_230.0, 4), [0.0, 500.0, 1_000.0]);
        assert_eq!(round_ticks(0.9, 4), [0.0, 0.25, 0.5, 0.75]);
        let day = clock_ticks(Instant::ZERO, Instant::ZERO + Span::hours(24), 5);
        assert_eq!(
            day.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>(),
            ["00:00", "06:00", "12:00", "18:00", "00:00"]
        );
    }

    #[test]
    fn ticks_around_an_onset_count_from_it() {
        let onset = Instant::ZERO + Span::secs(95);
        let ticks = relative_ticks(onset.before(Span::secs(30)), onset, onset + Span::secs(270), 10);
        let labels: Vec<_> = ticks.iter().map(|tick| tick.1.as_str()).collect();
        assert_eq!(labels[..5], ["−30 s", "0", "+30 s", "+1 min", "+1:30"]);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.0, 0.5, 950.0, 1_240.0, 34_400.0, 5.61e6].map(short), ["0", "0.5", "950", "1.2k", "34k", "5.6M"]);
    }
}
