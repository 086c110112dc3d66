//! Quantities as people write them: durations, shares, sizes, numbers.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::read::{Input, Value, wrong_type};
use super::section::described;
use super::source::Place;
use super::spelling::meant;
use crate::terms::{Bytes, Span};
use toml::de::{DeInteger, DeValue};

/// A century: nothing here lasts longer, and no sum of a few overflows.
const LONGEST: Span = Span::hours(24 * 36_525);

/// A length of time: `"90s"`, `"1h 30m"`, `"2.5ms"`. It may carry a sign where that has a meaning.
const TIME_UNITS: [(&str, u64); 7] = [
    ("us", 1),
    ("µs", 1),
    ("ms", 1_000),
    ("s", 1_000_000),
    ("m", 60_000_000),
    ("h", 3_600_000_000),
    ("d", 86_400_000_000),
];

const SIZE_UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// Why a text is no quantity.
enum Malformed {
    /// A number without a unit after it.
    NoUnit(String),
    /// A unit that there is not.
    Unit(String),
    /// A unit that is no smaller than the one before it.
    Order(String),
    /// No number where one must be.
    Number,
    /// Too much to be counted.
    Overflow,
}

/// Adds up `1h 30m`: numbers, each with a smaller unit.
fn sum_of(text: &str, units: &[(&str, u64)]) -> Result<u64, Malformed> {
    let mut rest = text.trim();
    let (mut total, mut least) = (0_u64, u64::MAX);
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = (&rest[..digits], rest[digits..].trim_start());
        let letters = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (name, after) = after.split_at(letters);
        let unit = match units.iter().find(|(unit, _)| *unit == name) {
            _ if !number.starts_with(|c: char| c.is_ascii_digit()) => return Err(Malformed::Number),
            Some((_, unit)) => *unit,
            None if name.is_empty() => return Err(Malformed::NoUnit(number.into())),
            None => return Err(Malformed::Unit(name.into())),
        };
        if std::mem::replace(&mut least, unit) <= unit {
            return Err(Malformed::Order(name.into()));
        }
        total = scaled(number, unit)?.checked_add(total).ok_or(Malformed::Overflow)?;
        rest = after.trim_start();
        if rest.is_empty() {
            return Ok(total);
        }
    }
}

/// A decimal number times a unit, exactly; what is finer than one is cut off.
fn scaled(number: &str, unit: u64) -> Result<u64, Malformed> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.contains('.') || fraction.len() > 15 {
        return Err(Malformed::Number);
    }
    let whole: u64 = whole.parse().map_err(|_| Malformed::Overflow)?;
    let fraction = format!("{fraction:0<15}").parse::<u128>().map_err(|_| Malformed::Number)?;
    let part = u64::try_from(fraction * u128::from(unit) / 1_000_000_000_000_000).map_err(|_| Malformed::Overflow)?;
    whole.checked_mul(unit).and_then(|product| product.checked_add(part)).ok_or(Malformed::Overflow)
}

/// The length of time that a user names on a command line, such as `90s` or `1h 30m`.
pub fn span(text: &str) -> Option<Span> {
    sum_of(text, &TIME_UNITS).ok().map(Span).filter(|&span| span <= LONGEST)
}

/// Reports why `text` is no `what`.
fn malformed<T>(input: Input<'_>, place: &Place, what: &str, example: &str, why: &Malformed) -> Option<T> {
    let as_in = format!("write it as in `\"{example}\"`");
    let (code, message, help) = match why {
        Malformed::NoUnit(number) => (
            Code::WrongUnit,
            format!("this {what} has no unit"),
            format!("write a unit after `{number}`, as in `\"{example}\"`"),
        ),
        Malformed::Unit(unit) => {
            let help = meant(unit).map_or(as_in, |meant| format!("did you mean `{meant}`, as in `\"{example}\"`?"));
            (Code::WrongUnit, format!("`{unit}` is no unit of a {what}"), help)
        }
        Malformed::Order(unit) => {
            (Code::WrongUnit, format!("in this {what} `{unit}` comes after a unit that is no larger"), as_in)
        }
        Malformed::Number => (Code::WrongUnit, format!("this is no {what}"), as_in),
        Malformed::Overflow => {
            let help = "a century is the longest time there is here".into();
            (Code::Overflow, format!("this {what} is too large to be counted"), help)
        }
    };
    let help = Some(help).filter(|_| what == "duration" || code == Code::WrongUnit);
    input.findings.add(Diagnostic::at(code, place, message).maybe_help(help));
    None
}

impl Value for Span {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Signed { negative, span } = Signed::read(input, place, value)?;
        if negative && span > Self::ZERO {
            input.findings.report(Code::Negative, place, "a duration cannot be negative");
            return None;
        }
        Some(span)
    }
}

/// A length of time that may be negative, as the offset of a clock is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed {
    negative: bool,
    span: Span,
}

impl Signed {
    /// In microseconds.
    pub(super) fn micros(self) -> i64 {
        let size = i64::try_from(self.span.0).unwrap_or(i64::MAX);
        if self.negative { -size } else { size }
    }
}

impl Value for Signed {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let text: &str = match value {
            DeValue::String(text) => text,
            DeValue::Integer(number) if number.as_str() == "0" => "0s",
            DeValue::Integer(number) => {
                return malformed(
                    input,
                    place,
                    "duration",
                    &format!("{}s", number.as_str()),
                    &Malformed::NoUnit(number.to_string()),
                );
            }
            _ => return wrong_type(input, place, "a duration such as `\"30s\"`", value),
        };
        let (negative, size) = match text.trim().strip_prefix('-') {
            Some(size) => (true, size),
            None => (false, text),
        };
        let total = sum_of(size, &TIME_UNITS)
            .and_then(|micros| Some(Span(micros)).filter(|&span| span <= LONGEST).ok_or(Malformed::Overflow));
        match total {
            Ok(span) => Some(Self { negative, span }),
            Err(why) => malformed(input, place, "duration", "1h 30m", &why),
        }
    }
}

impl Value for Bytes {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let DeValue::String(text) = value else {
            return wrong_type(input, place, "a size such as `\"64 KiB\"`", value);
        };
        sum_of(text, &SIZE_UNITS)
            .map(Self)
            .or_else(|why| malformed(input, place, "size", "64 KiB", &why).ok_or(()))
            .ok()
    }
}

/// Bytes a second.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByteRate(pub(super) Bytes);

impl Value for ByteRate {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let DeValue::String(text) = value else {
            return wrong_type(input, place, "a rate such as `\"100 MB/s\"`", value);
        };
        let Some(size) = text.trim().strip_suffix("/s") else {
            return malformed(input, place, "rate", "100 MB/s", &Malformed::Number);
        };
        match sum_of(size, &SIZE_UNITS) {
            Ok(0) => out_of_range(input, place, "a rate must be above zero"),
            Ok(bytes) => Some(Self(Bytes(bytes))),
            Err(why) => malformed(input, place, "rate", "100 MB/s", &why),
        }
    }
}

/// A length of time, or `"never"`.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrNever(pub(super) Option<Span>);

impl Value for OrNever {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        match value.as_str() {
            Some("never") => Some(Self(None)),
            _ => Span::read(input, place, value).map(|span| Self(Some(span))),
        }
    }
}

/// A share of a whole, from 0 to 1: `0.25` or `"25%"`. In parts per million.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share(pub(super) u32);

impl Value for Share {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let share = match value.as_str() {
            Some(text) => text
                .trim()
                .strip_suffix('%')
                .and_then(|percent| percent.trim().parse::<f64>().ok())
                .map(|percent| percent / 100.0),
            None => number(value),
        };
        match share {
            Some(share) if (0.0..=1.0).contains(&share) => u32::try_from(rounded(share * 1e6)).ok().map(Self),
            Some(_) => out_of_range(input, place, "a share lies between 0 and 1, or between \"0%\" and \"100%\""),
            None if value.is_str() => malformed(input, place, "share", "25%", &Malformed::Number),
            None => no_number(input, place, "a share such as `0.25` or `\"25%\"`", value),
        }
    }
}

fn out_of_range<T>(input: Input<'_>, place: &Place, message: &str) -> Option<T> {
    input.findings.report(Code::OutOfRange, place, message);
    None
}

/// Reports a value that is no number, or none that can be counted with.
fn no_number<T>(input: Input<'_>, place: &Place, wanted: &str, value: &DeValue<'_>) -> Option<T> {
    match value {
        DeValue::Float(float) => out_of_range(input, place, &format!("`{}` is not finite", float.as_str())),
        _ => wrong_type(input, place, wanted, value),
    }
}

/// The value as a finite number, if it is one.
fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(integer) => integer_value(integer).map(|n| n as f64),
        DeValue::Float(float) => float.as_str().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what does not fit saturates")]
pub(super) fn rounded(number: f64) -> u64 {
    libm::round(number) as u64
}

fn integer_value(integer: &DeInteger<'_>) -> Option<i128> {
    i128::from_str_radix(integer.as_str(), integer.radix()).ok()
}

impl Value for f64 {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        match number(value) {
            Some(number) if (0.0..=1e12).contains(&number) => Some(number),
            Some(_) => out_of_range(input, place, "this number must lie between 0 and a million million"),
            None => no_number(input, place, "a number", value),
        }
    }
}

impl Value for bool {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        value.as_bool().or_else(|| wrong_type(input, place, "`true` or `false`", value))
    }
}

macro_rules! whole_numbers {
    ($($type:ident),*) => { $(
        impl Value for $type {
            fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
                let DeValue::Integer(integer) = value else {
                    return wrong_type(input, place, "a whole number", value);
                };
                let fitting = integer_value(integer).and_then(|number| Self::try_from(number).ok());
                fitting.or_else(|| out_of_range(input, place, &format!("this number must lie between {} and {}", Self::MIN, Self::MAX)))
            }
        }
    )* };
}
whole_numbers!(u16, u32, u64, i32);

/// The seed of a run: 63 bits, for that is what TOML and JSON can carry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seed(pub(super) u64);

impl Value for Seed {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let DeValue::Integer(integer) = value else {
            return wrong_type(input, place, "a whole number", value);
        };
        let fitting =
            integer_value(integer).and_then(|seed| i64::try_from(seed).ok()).and_then(|seed| u64::try_from(seed).ok());
        if fitting.is_none() {
            let found = Diagnostic::at(Code::SeedTooLarge, place, "a seed has 63 bits".into());
            input.findings.add(found.help(format!("it lies between 0 and {}", i64::MAX)));
        }
        fitting.map(Self)
    }
}

/// A limit of a threshold, read when its metric is known.
#[derive(Clone, Debug)]
pub(super) enum Amount {
    /// A count, or a percentage without its sign.
    Number(f64),
    /// A duration in microseconds.
    Time(Span),
    /// A percentage.
    Percent(f64),
    /// Something else, which was reported.
    Reported,
}

impl Value for Amount {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        Some(Self::readable(input, place, value).unwrap_or(Self::Reported))
    }
}

impl Amount {
    fn readable(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        if let Some(percent) = value.as_str().and_then(|text| text.trim().strip_suffix('%')) {
            let percent = percent.trim().parse().ok().filter(|percent: &f64| percent.abs() <= 1e6);
            return percent
                .map(Self::Percent)
                .or_else(|| malformed(input, place, "percentage", "80%", &Malformed::Number));
        }
        match number(value) {
            Some(number) if number.abs() <= 1e15 => Some(Self::Number(number)),
            Some(_) => out_of_range(input, place, "this number is too large to be a limit"),
            None if value.is_str() => Span::read(input, place, value).map(Self::Time),
            None => no_number(input, place, "a limit such as `\"60s\"`, `\"80%\"` or `0`", value),
        }
    }
}

described! {
    Span => { "type": "string", "pattern": DURATION },
    Signed => { "type": "string", "pattern": SIGNED_DURATION },
    OrNever => { "anyOf": [{ "type": "string", "pattern": DURATION }, { "const": "never" }] },
    Bytes => { "type": "string", "pattern": "^[0-9.]+ ?(B|kB|MB|GB|KiB|MiB|GiB)$" },
    ByteRate => { "type": "string", "pattern": "^[0-9.]+ ?(B|kB|MB|GB|KiB|MiB|GiB)/s$" },
    Share => { "anyOf": [{ "type": "number", "minimum": 0, "maximum": 1 }, { "type": "string", "pattern": "^[0-9.]+ ?%$" }] },
    Seed => { "type": "integer", "minimum": 0, "maximum": 9_223_372_036_854_775_807_u64 },
    Amount => { "anyOf": [{ "type": "number" }, { "type": "string" }] },
}

pub(super) const DURATION: &str = "^([0-9.]+ ?(us|µs|ms|s|m|h|d) ?)+$";
const SIGNED_DURATION: &str = "^-?([0-9.]+ ?(us|µs|ms|s|m|h|d) ?)+$";

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Option<u64> {
        sum_of(text, &TIME_UNITS).ok()
    }

    #[test]
    fn durations_add_up() {
        assert_eq!(micros("1h 30m"), Some(5_400_000_000));
        assert_eq!(micros("2.5ms"), Some(2_500));
        assert_eq!(micros("1m30s"), Some(90_000_000));
        for bad in ["", "s", "5", "1.2.3s", "5 parsecs", "99999999999999999999d", "600000000d", "1h 1h", "1m 1h"] {
            assert_eq!(micros(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_spans_display_can_be_read_back() {
        for span in [Span::micros(7), Span::micros(18_500), Span::secs(90), Span::hours(49)] {
            assert_eq!(micros(&span.to_string()), Some(span.0));
        }
    }
}
