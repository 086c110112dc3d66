//! Standard output and standard error.

use super::args::Color;
use super::clock::Stopwatch;
use super::failure::Failure;
use crate::campaign::hunt::Record;
use crate::campaign::shrink::Standing;
use crate::metrics::grouped;
use crate::outcome::Verdict;
use crate::report::{Paint, ci};
use crate::terms::{Instant, Span};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::Cell;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where results and messages go, and whether they are coloured.
pub struct Terminal {
    coloured_output: bool,
    coloured_errors: bool,
    /// The least exit code: what was said of a result that could not be written, or of a campaign that broke off.
    least: Cell<u8>,
}

impl Terminal {
    /// Standard output and error of this process.
    #[expect(clippy::disallowed_methods, reason = "NO_COLOR is of the terminal, not of a run")]
    pub fn new(color: Color) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let coloured = |is_terminal: bool| match color {
            Color::Auto => is_terminal && !plain,
            Color::Always => true,
            Color::Never => false,
        };
        Self {
            coloured_output: coloured(io::stdout().is_terminal()),
            coloured_errors: coloured(io::stderr().is_terminal()),
            least: Cell::new(0),
        }
    }

    /// How results are painted.
    pub const fn paint(&self) -> Paint {
        if self.coloured_output { Paint::Colour } else { Paint::Plain }
    }

    /// Writes a result to standard output. A reader that has gone away, as `head` does, has seen
    /// enough: that is no error.
    pub fn print(&self, text: &str) {
        let mut output = io::stdout().lock();
        match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            other => drop(self.has_written(other.map_err(Failure::from))),
        }
    }

    /// Whether a result was written. Where it could not be, that is said, and the command goes on: what the runs came
    /// to is told wherever it can be. It ends with 1 at least.
    pub(super) fn has_written(&self, written: Result<(), Failure>) -> bool {
        match written {
            Ok(()) => true,
            Err(failure) => {
                self.least.set(self.least.get().max(1));
                self.tell(&failure);
                false
            }
        }
    }

    /// Says what a command fails with that still has results to tell.
    pub(super) fn fails_with(&self, failure: &Failure) {
        self.least.set(self.least.get().max(failure.exit_code()));
        self.tell(failure);
    }

    fn tell(&self, failure: &Failure) {
        // Where standard error is gone there is nobody left to tell.
        let _ = writeln!(io::stderr(), "{}", failure.render(self.coloured_errors));
    }

    /// Says something beside the results, on standard error.
    pub fn note(&self, text: &str) {
        let (dim, end) = if self.coloured_errors { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
        // Where standard error is gone there is nobody left to tell.
        let _ = writeln!(io::stderr(), "{dim}{text}{end}");
    }

    /// Says, of what did not pass, the verdict, the breach and the line to paste once more, after the results.
    pub fn end_with(&self, results: &ci::Results) {
        let ending = ci::ending(results);
        if !ending.is_empty() {
            self.note(&ending);
        }
    }

    /// Says how a command ended, and gives the exit code.
    pub fn conclude(&self, result: Result<Verdict, Failure>) -> ExitCode {
        match result {
            Ok(verdict) => ExitCode::from(verdict.exit_code().max(self.least.get())),
            Err(failure) => {
                self.tell(&failure);
                ExitCode::from(failure.exit_code())
            }
        }
    }
}

/// A bar on standard error, drawn only on a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for the simulated time of a run.
    pub(super) fn of_run(start: Instant, duration: Span) -> (Self, impl Fn(Instant)) {
        let bar = Self::bar(duration.as_micros(), "{bar:40} {percent}% of the simulated time, {elapsed} gone");
        let moved = bar.clone();
        (Self { bar }, move |now: Instant| moved.set_position(now.since(start).as_micros()))
    }

    /// A bar for so many runs.
    pub(super) fn of_runs(runs: u64) -> (Self, impl Fn() + Sync) {
        let bar = Self::bar(runs, "{bar:40} {pos} of {len} runs, {elapsed} gone");
        let moved = bar.clone();
        (Self { bar }, move || moved.inc(1))
    }

    /// A bar for so many mistakes.
    pub(super) fn of_mistakes(mistakes: u64) -> (Self, impl Fn() + Sync) {
        let bar = Self::bar(mistakes, "{bar:40} {pos} of {len} mistakes hunted, {elapsed} gone");
        let moved = bar.clone();
        (Self { bar }, move || moved.inc(1))
    }

    /// A bar for a search that runs at most so many candidates.
    pub(super) fn of_search(bound: u32) -> (Self, impl Fn(Standing)) {
        let template = "{bar:40} {pos} of at most {len} candidates, {msg} lines left, {elapsed} gone";
        let bar = Self::bar(bound.into(), template);
        let moved = bar.clone();
        let told = move |standing: Standing| {
            moved.set_position(standing.runs.into());
            moved.set_message(standing.lines.to_string());
        };
        (Self { bar }, told)
    }

    fn bar(length: u64, template: &str) -> ProgressBar {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr()).with_style(style)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How far a hunt has come, on standard error: a bar on a terminal, elsewhere a line every so often.
pub(super) struct HuntProgress {
    bar: ProgressBar,
    lines: bool,
    clock: Stopwatch,
    /// Runs in all; `None`: as many as there is time for.
    runs: Option<u64>,
    /// Runs that were made before.
    before: u64,
    made: AtomicU64,
    failed: AtomicU64,
    /// When the last line was written.
    told: AtomicU64,
}

impl HuntProgress {
    /// Between two lines.
    const EVERY: Span = Span::secs(10);

    /// A hunt for so many runs, of which some were made before.
    pub(super) fn new(runs: Option<u64>, before: u64) -> Self {
        let template = match runs {
            Some(_) => "{bar:40} {pos} of {len} runs, {per_sec}, {eta} left{msg}",
            None => "{spinner} {pos} runs, {per_sec}, {elapsed} gone{msg}",
        };
        let bar = Progress::bar(runs.unwrap_or(0), template).with_position(before);
        if runs.is_none() {
            bar.unset_length();
        }
        bar.reset_eta();
        let (lines, clock) = (!io::stderr().is_terminal(), Stopwatch::start());
        let [made, failed, told] = [0; 3].map(AtomicU64::new);
        Self { bar, lines, clock, runs, before, made, failed, told }
    }

    /// A run was made.
    pub(super) fn made(&self, record: &Record) {
        let made = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        if record.failed() {
            let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
            self.bar.set_message(format!(", {failed} failed"));
        }
        self.bar.inc(1);
        let now = self.clock.elapsed();
        if self.lines && now >= Span(self.told.load(Ordering::Relaxed)) + Self::EVERY {
            self.told.store(now.as_micros(), Ordering::Relaxed);
            // Where standard error is gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "{}", self.line(made, now));
        }
    }

    fn line(&self, made: u64, now: Span) -> String {
        let rate = grouped(Span(made).scale(1_000_000, now.as_micros()).as_micros());
        let (done, failed) = (grouped(self.before + made), grouped(self.failed.load(Ordering::Relaxed)));
        let Some(runs) = self.runs else { return format!("{done} runs, {rate} a second, {now} gone, {failed} failed") };
        let left = now.scale(runs.saturating_sub(self.before + made), made);
        format!("{done} of {} runs, {rate} a second, {left} left, {failed} failed", grouped(runs))
    }
}

impl Drop for HuntProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Appends a line to a text.
pub(super) fn put(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// A verdict at a least width, in its colour.
pub(super) fn painted(verdict: Verdict, width: usize, paint: Paint) -> String {
    let code = match verdict {
        Verdict::Pass => 32,
        Verdict::Threshold | Verdict::Vacuous => 33,
        Verdict::Breach => 31,
    };
    match paint {
        Paint::Colour => format!("\x1b[{code}m{verdict:<width$}\x1b[0m"),
        Paint::Plain => format!("{verdict:<width$}"),
    }
}
