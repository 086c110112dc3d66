//! The machine's clock. It says how fast runs go and when a budget is spent; it decides nothing in a run.

#![expect(clippy::disallowed_types, reason = "the rate of runs and a budget of time are the machine's")]

use crate::terms::Span;
use std::time::{Duration, Instant};

/// Measures the time from its start.
#[derive(Clone, Copy)]
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "as above")]
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn elapsed(&self) -> Span {
        Span(u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// Lets another process go on for a while.
pub(super) fn pause(span: Span) {
    std::thread::sleep(Duration::from_micros(span.as_micros()));
}
