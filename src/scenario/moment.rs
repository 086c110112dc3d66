//! Points in time.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::quantity::{DURATION, span};
use super::read::{Input, Value, wrong_type};
use super::section::{described, section};
use super::source::Place;
use crate::terms::{Instant, Span};
use toml::de::DeValue;

impl Value for Instant {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        let Some(written) = value.as_datetime() else {
            let quoted = value.as_str().filter(|text| text.trim().parse::<toml::value::Datetime>().is_ok());
            if let Some(text) = quoted {
                let found = Diagnostic::at(Code::WrongType, place, "a point in time stands without quotes".into());
                input.findings.add(found.help(format!("write {}", text.trim())));
                return None;
            }
            return wrong_type(input, place, "a date or a time such as `2019-05-06T00:00:00Z`", value);
        };
        let parsed = utc(written);
        if parsed.is_none() {
            let what = match (written.date, written.time, written.offset) {
                (Some(_), Some(_), None) => "this time says nothing of its offset from UTC",
                (None, _, _) => "this is a time without a date",
                (Some(date), _, _) if date.year < 1970 => "this lies before 1970",
                (Some(date), _, _) if date.year == 9999 => "this lies beyond 9999-12-30, where the calendar ends",
                _ => "this is no point in time",
            };
            let found = Diagnostic::at(Code::NotAnInstant, place, what.into());
            input
                .findings
                .add(found.help("write it as in `2019-05-06T00:00:00Z`; a date alone means its midnight in UTC"));
        }
        parsed
    }
}

/// The instant of a date, or of a date and time with an offset from UTC.
fn utc(written: &toml::value::Datetime) -> Option<Instant> {
    let text = match (written.date, written.time, written.offset) {
        (Some(date), None, None) => format!("{date}T00:00:00Z"),
        (Some(_), Some(_), Some(_)) => written.to_string(),
        _ => return None,
    };
    let stamp: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(stamp.as_microsecond()).ok().map(Instant)
}

/// The point in time that a user names on a command line: `2019-05-06T09:00:40Z`, or `9h 40s` after
/// `start`. `None` where it is neither.
pub fn point(text: &str, start: Instant) -> Option<Instant> {
    let by_calendar = || text.trim().parse().ok().and_then(|written| utc(&written));
    span(text).map(|after| start + after).or_else(by_calendar)
}

section! {
    /// An inventory: each copy has all that it ought to have, and nothing else.
    Inventory {
        required {
            /// When it is taken: since the start, or a point in time.
            at: Moment,
        }
        optional {}
    }
}

/// A moment of a run: a time since its start, or a point in time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Moment {
    /// Since the start.
    After(Span),
    /// By the calendar.
    At(Instant),
}

impl Moment {
    /// The point in time in a run that starts at `start`.
    pub(super) fn in_run(self, start: Instant) -> Instant {
        match self {
            Self::After(span) => start + span,
            Self::At(instant) => instant,
        }
    }
}

impl Value for Moment {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::Datetime(_) => Instant::read(input, place, value).map(Self::At),
            _ => Span::read(input, place, value).map(Self::After),
        }
    }
}

described! {
    Instant => { "type": "string", "pattern": DATE },
    Moment => { "type": "string", "pattern": format!("{DURATION}|{DATE}") },
}

const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}";
