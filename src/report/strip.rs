//! The failover timeline for the terminal: one row for each site, the witness and what clients saw, a
//! column for each second or more.

use super::lanes::{Lane, Sign, close_lanes, faults};
use super::text::{Paint, Tint};
use crate::metrics::CloseUp;
use crate::outcome::Outcome;
use crate::terms::{Instant, Mode, Seat, Span};

/// Columns of time; with both margins a line is at most 100 letters wide.
const COLUMNS: usize = 68;
/// Columns before the onset.
const BEFORE: u64 = 10;
/// The width of the names.
const NAMES: usize = 14;

const LEGEND: [&str; 2] = [
    "█ serves  ▓ serves, alone  ━ holds the lease  ┄ the lease runs out  ░ in trouble  1, 2 epochs",
    "╳ holder struck  ◆ lapse seen  ▲ promoted, voted  ● first write  → handed over",
];

/// A timeline of each of the first units that had a failover or an interruption, ready to be printed.
pub(super) fn strips(outcome: &Outcome, most: usize, paint: Paint) -> Vec<String> {
    let measured = &outcome.measurements;
    let matters = |close_up: &&CloseUp| {
        let window = close_up.onset..=close_up.starts + Span::secs(close_up.acknowledged.len() as u64);
        let failed_over = |unit, at: Instant| unit == close_up.unit && window.contains(&at);
        measured.failovers.iter().any(|one| !one.planned && failed_over(one.unit, one.promoted))
            || measured.interruptions.iter().any(|one| failed_over(one.unit, one.onset))
    };
    let chosen = measured.close_ups.iter().filter(matters).take(most);
    let mut lines: Vec<_> = chosen.flat_map(|close_up| Strip::new(outcome, close_up, paint).lines()).collect();
    if !lines.is_empty() {
        lines.push(String::new());
        lines.extend(LEGEND.map(|line| paint.with(Tint::Faint, &format!("  {line}"))));
    }
    lines
}

/// One timeline.
struct Strip<'a> {
    outcome: &'a Outcome,
    close_up: &'a CloseUp,
    paint: Paint,
    from: Instant,
    step: Span,
    columns: usize,
}

impl<'a> Strip<'a> {
    /// As fine a timeline as still shows the first write of the new holder, with some time after it.
    fn new(outcome: &'a Outcome, close_up: &'a CloseUp, paint: Paint) -> Self {
        let ends = close_up.starts + Span::secs(close_up.acknowledged.len() as u64);
        let served = outcome.measurements.failovers.iter().filter(|one| one.unit == close_up.unit);
        let served = served.filter_map(|one| one.serving).find(|at| (close_up.onset..ends).contains(at));
        let shown = served.unwrap_or(close_up.onset).since(close_up.onset) + Span::secs(20);
        let room = COLUMNS as u64 - BEFORE;
        let fits = |step: &u64| Span::secs(step * room) >= shown;
        let step = Span::secs([1, 2, 5, 10].into_iter().find(fits).unwrap_or(10));
        let from = close_up.onset.before(Span(step.0 * BEFORE)).max(close_up.starts);
        let columns = usize::try_from(ends.since(from).0.div_ceil(step.0)).unwrap_or(COLUMNS).min(COLUMNS);
        Self { outcome, close_up, paint, from, step, columns }
    }

    fn lines(&self) -> Vec<String> {
        let unit = self.outcome.names.unit(self.close_up.unit);
        let heading = format!("{unit} around {}, {} a column", self.close_up.onset, self.step);
        let mut lines = vec![String::new(), format!("  {}", self.paint.with(Tint::Strong, &heading))];
        lines.push(self.row("", &self.axis(), ""));
        lines.extend(self.faults());
        for lane in close_lanes(&self.outcome.measurements, &self.outcome.names, self.close_up) {
            lines.push(self.lane(&lane));
            lines.extend(self.note(&lane));
        }
        let CloseUp { acknowledged, refused, outbox, lag, .. } = self.close_up;
        lines.push(self.series("acknowledged", acknowledged, "/s"));
        lines.push(self.series("refused", refused, "/s"));
        lines.push(self.series("in outboxes", outbox, ""));
        lines.push(self.series("on one site", lag, ""));
        lines
    }

    /// A name, what stands in the columns, and a remark behind them.
    fn row(&self, name: &str, columns: &str, remark: &str) -> String {
        let name = self.paint.with(Tint::Faint, &format!("{name:<NAMES$}"));
        let line = if remark.is_empty() { columns.trim_end().to_owned() } else { format!("{columns} {remark}") };
        format!("  {name}{line}").trim_end().to_owned()
    }

    /// The column of an instant; `None` beside the picture.
    fn column(&self, at: Instant) -> Option<usize> {
        let column = usize::try_from(at.since(self.from).0 / self.step.0).ok()?;
        (at >= self.from && column < self.columns).then_some(column)
    }

    /// The columns of a stretch of time, at least the one of its beginning.
    fn stretch(&self, from: Instant, until: Instant) -> std::ops::Range<usize> {
        if until <= self.from {
            return 0..0;
        }
        let first = usize::try_from(from.since(self.from).0 / self.step.0).unwrap_or(usize::MAX).min(self.columns);
        let end = usize::try_from(until.since(self.from).0.div_ceil(self.step.0)).unwrap_or(usize::MAX);
        first..end.clamp(first, self.columns)
    }

    fn axis(&self) -> String {
        let mut axis = vec![' '; self.columns + 8];
        let zero = self.column(self.close_up.onset).unwrap_or(0);
        for column in (zero % 10..self.columns).step_by(10) {
            let secs = self.step.0 / 1_000_000 * column.abs_diff(zero) as u64;
            let sign = if column < zero { "-" } else { "+" };
            let label = if column == zero { "0".to_owned() } else { format!("{sign}{secs}s") };
            label.chars().zip(column..).for_each(|(letter, at)| axis[at] = letter);
        }
        axis.into_iter().collect()
    }

    /// A row for each fault, with its name in it.
    fn faults(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for (began, ended, fault) in faults(self.outcome) {
            let range = self.stretch(began, ended.max(began + Span(1)));
            let Some(described) = self.outcome.faults.get(fault).filter(|_| !range.is_empty()) else { continue };
            let mut columns = vec![' '; self.columns];
            columns[range.clone()].fill('▒');
            let text = format!(" {} {} ", described.kind, described.description);
            let room = self.columns.saturating_sub(text.chars().count());
            text.chars().zip((range.start + 1).min(room)..).for_each(|(letter, at)| {
                if let Some(column) = columns.get_mut(at) {
                    *column = letter;
                }
            });
            let columns: String = columns.into_iter().collect();
            rows.push(self.row("fault", &self.paint.with(Tint::Bad, columns.trim_end()), ""));
        }
        rows
    }

    fn lane(&self, lane: &Lane) -> String {
        let mut columns = vec![' '; self.columns];
        for (from, until, _) in &lane.troubles {
            columns[self.stretch(*from, *until)].fill('░');
        }
        for term in &lane.leases {
            columns[self.stretch(term.renewed, term.until)].fill('┄');
            columns[self.stretch(term.from, term.renewed)].fill('━');
        }
        for &(from, until) in &lane.terms {
            columns[self.stretch(from, until)].fill('█');
        }
        for term in lane.leases.iter().filter(|term| term.mode == Mode::Alone) {
            let serves = columns[self.stretch(term.from, term.renewed)].iter_mut().filter(|column| **column == '█');
            serves.for_each(|column| *column = '▓');
        }
        let mut last = None;
        for term in lane.leases.iter().filter(|term| term.until > self.from) {
            if last.replace(term.epoch) == Some(term.epoch) {
                continue;
            }
            let digits = term.epoch.to_string();
            let start = self.stretch(term.from, term.until).start;
            digits.chars().zip(start + 1..self.columns).for_each(|(digit, at)| columns[at] = digit);
        }
        for &(at, sign) in &lane.signs {
            if let Some(column) = self.column(at) {
                columns[column] = letter(sign);
            }
        }
        let what = if lane.seat == Seat::Witness { ", witness" } else { "" };
        let place = self.outcome.names.datacenter(lane.place_at(self.from));
        let name = format!("{place}{what}");
        let columns: String = columns.into_iter().collect();
        if name.chars().count() < NAMES {
            return self.row(&name, &columns, "");
        }
        self.row(place, &columns, if what.is_empty() { "" } else { "witness" })
    }

    /// The times of a takeover in words.
    fn note(&self, lane: &Lane) -> Option<String> {
        let (at, note) = lane.notes.iter().find(|(at, _)| self.column(*at).is_some())?;
        let column = self.column(*at)?.min(self.columns.saturating_sub(note.chars().count()));
        Some(self.row("", &format!("{:column$}{note}", ""), ""))
    }

    /// A quantity as bars, with its greatest value.
    fn series(&self, name: &str, seconds: &[u64], per: &str) -> String {
        const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let each = usize::try_from(self.step.0 / 1_000_000).unwrap_or(1);
        let skipped = usize::try_from(self.from.since(self.close_up.starts).0 / 1_000_000).unwrap_or(0);
        let shown = seconds.get(skipped..).unwrap_or_default();
        let values: Vec<_> =
            shown.chunks(each).take(self.columns).map(|of| of.iter().copied().max().unwrap_or(0)).collect();
        let most = values.iter().copied().max().unwrap_or(0);
        let bar = |value: u64| BARS[usize::try_from((value * 8).div_ceil(most.max(1))).unwrap_or(8)];
        let bars: String = values.into_iter().map(bar).collect();
        self.row(name, &format!("{bars:<width$}", width = self.columns), &format!("max {most}{per}"))
    }
}

const fn letter(sign: Sign) -> char {
    match sign {
        Sign::Onset => '╳',
        Sign::Lapsed => '◆',
        Sign::Promoted | Sign::Voted => '▲',
        Sign::Serving => '●',
        Sign::HandedOver => '→',
    }
}
