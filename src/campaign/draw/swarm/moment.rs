//! When a run starts, how long it is, and when things happen in it.

use super::super::pen::Pen;
use crate::terms::{Instant, Span};

/// Length of the safety phase.
pub(super) const SAFETY: Span = Span::minutes(8);

/// Nothing strikes before the service has settled.
pub(super) const FIRST: Span = Span::secs(30);

/// 2019-04-01T00:00:00Z.
const EFFECTIVE: Instant = Instant(1_554_076_800_000_000);

/// The start of a run, and the instant from which on the billing country decides.
#[derive(Clone, Debug)]
pub(super) struct Start {
    pub(super) at: Instant,
    /// The effective instant: an hour, a day or a moment away from the start, or within the run.
    pub(super) effective: Instant,
    /// Whether it is the scenario's own.
    pub(super) moved: bool,
}

impl Start {
    pub(super) fn draw(pen: &mut Pen<'_>) -> Self {
        let within = Span::millis(pen.chance(&["effective"]).between(0, SAFETY.as_micros() / 1_000));
        let later = Instant(1_557_133_200_000_000);
        let (at, effective) = match pen.choose("start", &["after", "around", "before", "years-before", "moved"]) {
            Some("around") => (EFFECTIVE.before(within), EFFECTIVE),
            Some("before") => (EFFECTIVE.before(Span::hours(1)), EFFECTIVE),
            Some("years-before") => (Instant(1_536_051_600_000_000), EFFECTIVE),
            Some("moved") => (later, later + within),
            _ => (later, EFFECTIVE),
        };
        Self { at, effective, moved: effective != EFFECTIVE }
    }

    /// Whether the effective instant is before the end of the traffic: nobody who signs up then writes otherwise.
    pub(super) fn comes(&self) -> bool {
        self.effective < self.at + SAFETY
    }

    /// Whether it is a Sunday, on which people may be idle.
    pub(super) const fn is_sunday(&self) -> bool {
        // The first of January 1970 was a Thursday.
        (self.at.0 / Span::hours(24).as_micros() + 4).is_multiple_of(7)
    }

    /// From when on a tenant may be ordered to move; `None` where that is not in the run.
    pub(super) fn may_move_from(&self) -> Option<Span> {
        // The bound on clocks that is declared is drawn too: the greatest of them is clear of each.
        let decided = self.effective + Span::secs(6);
        let since = if decided > self.at { decided - self.at } else { Span::ZERO };
        Some(since.max(FIRST)).filter(|since| *since + Span::secs(20) < SAFETY)
    }
}
