//! Times and durations, in integer microseconds.
//!
//! Four types keep four things apart: an [`Instant`] is true simulated time, which no production
//! code ever sees; a [`Wall`] is what some clock claims the UTC time to be; a [`Monotonic`] is a
//! reading of a steady local clock with an arbitrary zero; a [`Span`] is a length of time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// A length of time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// Longer than any run.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of whole microseconds.
    pub const fn micros(n: u64) -> Self {
        Self(n)
    }

    /// A span of whole milliseconds.
    pub const fn millis(n: u64) -> Self {
        Self(n * 1_000)
    }

    /// A span of whole seconds.
    pub const fn secs(n: u64) -> Self {
        Self(n * 1_000_000)
    }

    /// A span of whole minutes.
    pub const fn minutes(n: u64) -> Self {
        Self::secs(n * 60)
    }

    /// A span of whole hours.
    pub const fn hours(n: u64) -> Self {
        Self::secs(n * 3_600)
    }

    /// Length in microseconds.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Length in seconds, for display and charts only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// `self · parts / whole`, rounded down, without overflow on the way; saturates at [`Span::MAX`].
    ///
    /// A `whole` of zero counts as one.
    #[must_use]
    pub fn scale(self, parts: u64, whole: u64) -> Self {
        let product = u128::from(self.0) * u128::from(parts) / u128::from(whole.max(1));
        Self(u64::try_from(product).unwrap_or(u64::MAX))
    }

    /// The difference, or zero where `other` is longer.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Span {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        spans.fold(Self::ZERO, Add::add)
    }
}

/// Writes the largest two units that matter: `1h 30m`, `43s`, `1.5s`, `20ms`, `7µs`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let us = self.0;
        let secs = if us < 60_000_000 { us / 1_000_000 } else { (us + 500_000) / 1_000_000 };
        match secs {
            0 if us == 0 => f.pad("0s"),
            0 if us < 1_000 => f.pad(&format!("{us}µs")),
            0 => f.pad(&decimal(us, 1_000, "ms")),
            1..60 => f.pad(&decimal(us, 1_000_000, "s")),
            60..3_600 => f.pad(&pair(secs / 60, "m", secs % 60, "s")),
            3_600..86_400 => f.pad(&pair(secs / 3_600, "h", secs % 3_600 / 60, "m")),
            _ => f.pad(&pair(secs / 86_400, "d", secs % 86_400 / 3_600, "h")),
        }
    }
}

fn decimal(value: u64, unit: u64, name: &str) -> String {
    let (whole, milli) = (value / unit, value % unit * 1_000 / unit);
    let fraction = format!("{milli:03}");
    match fraction.trim_end_matches('0') {
        "" => format!("{whole}{name}"),
        fraction => format!("{whole}.{fraction}{name}"),
    }
}

fn pair(major: u64, major_name: &str, minor: u64, minor_name: &str) -> String {
    match minor {
        0 => format!("{major}{major_name}"),
        minor => format!("{major}{major_name} {minor}{minor_name}"),
    }
}

macro_rules! point_in_time {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl $name {
            /// The earliest point.
            pub const ZERO: Self = Self(0);
            /// A point that is never reached.
            pub const NEVER: Self = Self(u64::MAX);

            /// Time since `earlier`, or zero where `earlier` is later.
            pub const fn since(self, earlier: Self) -> Span {
                Span(self.0.saturating_sub(earlier.0))
            }

            /// The point `span` before this one, or the earliest.
            #[must_use]
            pub const fn before(self, span: Span) -> Self {
                Self(self.0.saturating_sub(span.0))
            }
        }

        impl Add<Span> for $name {
            type Output = Self;
            fn add(self, span: Span) -> Self {
                Self(self.0.saturating_add(span.0))
            }
        }

        impl Sub for $name {
            type Output = Span;
            fn sub(self, earlier: Self) -> Span {
                self.since(earlier)
            }
        }
    };
}

point_in_time! {
    /// True simulated time: microseconds since 1970-01-01T00:00:00Z.
    Instant
}
point_in_time! {
    /// What a clock claims the UTC time to be: microseconds since 1970-01-01T00:00:00Z.
    Wall
}
point_in_time! {
    /// A reading of a local steady clock: microseconds since an arbitrary zero. Readings of two
    /// sites, or of one site before and after a restart, cannot be compared.
    Monotonic
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        utc(self.0, f)
    }
}

impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        utc(self.0, f)
    }
}

/// Writes `2019-05-06T09:00:00.000Z`, to the millisecond.
fn utc(micros: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let stamp = i64::try_from(micros).ok().and_then(|us| jiff::Timestamp::from_microsecond(us).ok());
    match stamp {
        Some(stamp) => write!(f, "{stamp:.3}"),
        None => f.write_str("never"),
    }
}

/// What a site's own clocks say at one moment. Both drift; neither is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// For leases and timers.
    pub monotonic: Monotonic,
    /// For the instant of a record (rule R2).
    pub wall: Wall,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_write_them() {
        let written = |span: Span| span.to_string();
        assert_eq!(written(Span::ZERO), "0s");
        assert_eq!(written(Span::micros(7)), "7µs");
        assert_eq!(written(Span::micros(18_500)), "18.5ms");
        assert_eq!(written(Span::secs(43)), "43s");
        assert_eq!(written(Span::secs(90)), "1m 30s");
        assert_eq!(written(Span::millis(119_600)), "2m");
        assert_eq!(written(Span::millis(59_999)), "59.999s");
        assert_eq!(written(Span::hours(2)), "2h");
        assert_eq!(written(Span::hours(49)), "2d 1h");
    }

    #[test]
    fn scaling_a_long_span_does_not_overflow() {
        assert_eq!(Span::MAX.scale(1, 2), Span(u64::MAX / 2));
        assert_eq!(Span::MAX.scale(3, 2), Span::MAX);
    }

    #[test]
    fn instants_are_written_in_utc() {
        assert_eq!(Instant(1_557_133_200_000_000).to_string(), "2019-05-06T09:00:00.000Z");
        assert_eq!(Instant::NEVER.to_string(), "never");
    }
}
