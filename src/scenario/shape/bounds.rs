//! The two ends of a range, and what lies between them, written as its ends are.

use crate::scenario::code::Code;
use crate::scenario::quantity::{ByteRate, Signed};
use crate::scenario::read::{Findings, Input, Value};
use crate::scenario::source::{Place, Source};
use crate::terms::{Bytes, Instant, Span};
use std::sync::Arc;
use toml::de::DeValue;

/// What is drawn evenly from, both ends included, in steps that are fine enough for what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    unit: Unit,
    low: i64,
    high: i64,
}

/// In what a value is counted, and so how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Whole,
    /// Thousandths of a number.
    Milli,
    Micros,
    Millis,
    /// Hundredths of a percent.
    Share,
    Bytes,
    Rate,
    /// Milliseconds since 1970.
    Moment,
}

/// What may be the end of a range.
const WANTED: &str =
    "a range has two ends of one kind: numbers, durations, percentages, sizes, rates or points in time";

impl Bounds {
    /// The range between the values of a list; `None` after reporting why there is none.
    pub(super) fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let ends: Vec<_> = value.as_array().into_iter().flatten().map(|end| counted(end.get_ref())).collect();
        let [Some((unit, low)), Some((other, high))] = ends[..] else {
            input.findings.report(Code::WrongType, place, WANTED);
            return None;
        };
        let (unit, low, high) = same(unit, low, other, high).or_else(|| {
            input.findings.report(Code::WrongType, place, WANTED);
            None
        })?;
        if low > high {
            input.findings.report(Code::Conflict, place, "the first end of a range is the lower one");
            return None;
        }
        Some(Self { unit, low, high })
    }

    /// One whole number.
    pub(super) const fn exactly(number: i64) -> Self {
        Self { unit: Unit::Whole, low: number, high: number }
    }

    /// Both ends, where it is a range of whole numbers.
    pub(super) fn whole(&self) -> Option<(i64, i64)> {
        (self.unit == Unit::Whole).then_some((self.low, self.high))
    }

    /// How many steps it has.
    pub(super) const fn steps(&self) -> u64 {
        self.high.abs_diff(self.low)
    }

    /// The value after so many steps, as a scenario has it.
    pub(super) fn at(&self, step: u64) -> String {
        let value = self.low.saturating_add_unsigned(step);
        let (sign, size) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
        match self.unit {
            Unit::Whole => value.to_string(),
            Unit::Milli => format!("{sign}{}.{:03}", size / 1_000, size % 1_000),
            Unit::Micros => format!("\"{value}us\""),
            Unit::Millis => format!("\"{value}ms\""),
            Unit::Share => format!("\"{sign}{}.{:02}%\"", size / 100, size % 100),
            Unit::Bytes => format!("\"{value} B\""),
            Unit::Rate => format!("\"{value} B/s\""),
            Unit::Moment => Instant(size * 1_000).to_string(),
        }
    }
}

/// Two ends in one unit: the finer one, where there are two of a kind.
const fn same(unit: Unit, low: i64, other: Unit, high: i64) -> Option<(Unit, i64, i64)> {
    match (unit, other) {
        (Unit::Micros, Unit::Micros) if low % 1_000 == 0 && high % 1_000 == 0 => {
            Some((Unit::Millis, low / 1_000, high / 1_000))
        }
        (Unit::Whole, Unit::Milli) => Some((Unit::Milli, low.saturating_mul(1_000), high)),
        (Unit::Milli, Unit::Whole) => Some((Unit::Milli, low, high.saturating_mul(1_000))),
        _ if unit as u8 == other as u8 => Some((unit, low, high)),
        _ => None,
    }
}

/// A value as a number of its units.
fn counted(value: &DeValue<'_>) -> Option<(Unit, i64)> {
    match value {
        DeValue::Integer(number) => Some((Unit::Whole, i64::from_str_radix(number.as_str(), number.radix()).ok()?)),
        DeValue::Float(number) => {
            let number: f64 = number.as_str().parse().ok()?;
            (number.abs() < 1e12).then(|| (Unit::Milli, libm::round(number * 1e3) as i64))
        }
        DeValue::Datetime(_) => Some((Unit::Moment, i64::try_from(quietly::<Instant>(value)?.0 / 1_000).ok()?)),
        DeValue::String(text) => match text.trim().strip_suffix('%') {
            Some(share) => {
                let share: f64 = share.trim().parse().ok()?;
                (share.abs() <= 1e6).then(|| (Unit::Share, libm::round(share * 1e2) as i64))
            }
            None => quantity(value),
        },
        _ => None,
    }
}

fn quantity(value: &DeValue<'_>) -> Option<(Unit, i64)> {
    let time = || Some((Unit::Micros, quietly::<Signed>(value)?.micros()));
    let size = || Some((Unit::Bytes, i64::try_from(quietly::<Bytes>(value)?.0).ok()?));
    let rate = || Some((Unit::Rate, i64::try_from(quietly::<ByteRate>(value)?.0.0).ok()?));
    time().or_else(size).or_else(rate)
}

/// Reads a value that may be of another type.
fn quietly<T: Value>(value: &DeValue<'_>) -> Option<T> {
    let (source, findings): (Arc<Source>, _) = (Source::new("", ""), Findings::default());
    let place = Place { source: source.clone(), span: 0..0 };
    T::read(Input { source: &source, findings: &findings }, &place, value)
}

/// The longest time there is, so that a duration is never cut off.
const _: () = assert!(Span::hours(24 * 36_525).as_micros() < i64::MAX as u64);

#[cfg(test)]
mod tests {
    use super::*;

    /// The lowest, the second and the highest value of a range.
    fn ends(text: &str) -> Option<[String; 3]> {
        let (source, findings) = (Source::new("", ""), Findings::default());
        let place = Place { source: source.clone(), span: 0..0 };
        let value = DeValue::parse(text).expect("TOML");
        let bounds = Bounds::read(Input { source: &source, findings: &findings }, &place, value.get_ref())?;
        Some([bounds.at(0), bounds.at(1), bounds.at(bounds.steps())])
    }

    #[test]
    fn what_is_drawn_is_written_as_the_ends_are_and_reaches_both() {
        let cases = [
            ("[1, 3]", ["1", "2", "3"]),
            ("[-1, 0x10]", ["-1", "0", "16"]),
            ("[0.5, 2]", ["0.500", "0.501", "2.000"]),
            (r#"["10s", "1m 30s"]"#, [r#""10000ms""#, r#""10001ms""#, r#""90000ms""#]),
            (r#"["-1us", "2us"]"#, [r#""-1us""#, r#""0us""#, r#""2us""#]),
            (r#"["5%", "7.5 %"]"#, [r#""5.00%""#, r#""5.01%""#, r#""7.50%""#]),
            (r#"["1 kB", "1 KiB"]"#, [r#""1000 B""#, r#""1001 B""#, r#""1024 B""#]),
            (r#"["1 kB/s", "2 kB/s"]"#, [r#""1000 B/s""#, r#""1001 B/s""#, r#""2000 B/s""#]),
            (
                "[2019-04-01, 2019-04-02]",
                ["2019-04-01T00:00:00.000Z", "2019-04-01T00:00:00.001Z", "2019-04-02T00:00:00.000Z"],
            ),
        ];
        for (text, wanted) in cases {
            assert_eq!(ends(text), Some(wanted.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn ends_of_two_kinds_or_in_the_wrong_order_are_no_range() {
        for text in ["[3, 1]", "[1]", "[1, 2, 3]", r#"["1s", "5%"]"#, r#"["1s", 5]"#, r#"["a", "b"]"#, "7"] {
            assert_eq!(ends(text), None, "{text}");
        }
    }
}
