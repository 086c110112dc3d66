//! The failover timeline: who served, what struck, and what clients saw, on one axis of time.

use super::axis::{Scale, clock_ticks, relative_ticks, round_ticks, short};
use super::canvas::{Anchor, Canvas, Label, draw, ink};
use super::lane_chart::{LEFT, RIGHT, Style, WIDTH};
use super::lanes::{Lane, close_lanes, faults, lanes};
use super::load::time_axis;
use super::multiples::{Panel, title};
use crate::metrics::{CloseUp, Measurements};
use crate::outcome::Outcome;
use crate::terms::{Instant, Span, Unit};
use plotters::style::RGBColor;

const UNIT_GAP: f64 = 12.0;
const SERIES: f64 = 66.0;
const SERIES_GAP: f64 = 34.0;
const FAULT_ROW: f64 = 17.0;
const MOST_UNITS: usize = 8;

/// A part of a run, and what clients saw in it.
struct Window {
    title: String,
    from: Instant,
    to: Instant,
    ticks: Vec<(Instant, String)>,
    /// Sites of units, one unit after the other.
    lanes: Vec<Lane>,
    /// Whether leases and the witness are shown.
    with_lease: bool,
    series: Vec<Series>,
}

/// A quantity over a window.
struct Series {
    name: &'static str,
    colour: RGBColor,
    starts: Instant,
    width: Span,
    values: Vec<f64>,
}

/// Draws a close-up of the seconds around an event of a unit.
pub(super) fn close_up(outcome: &Outcome, close_up: &CloseUp) -> String {
    let (measured, unit) = (&outcome.measurements, close_up.unit);
    let seconds = close_up.acknowledged.len() as u64;
    let (from, to) = (close_up.starts, close_up.starts + Span::secs(seconds));
    let series = |name, colour, values: &[u64]| Series {
        name,
        colour,
        starts: close_up.starts,
        width: Span::secs(1),
        values: values.iter().map(|&value| value as f64).collect(),
    };
    let promoted = |at: Instant| (close_up.onset..=to).contains(&at);
    let failover = measured.failovers.iter().find(|failover| failover.unit == unit && promoted(failover.promoted));
    let what = match failover {
        Some(failover) if failover.planned => "Planned switchover",
        Some(_) => "Failover",
        None => "Event",
    };
    let window = Window {
        title: format!("{what} of {}, close up: time since {} UTC", outcome.names.unit(unit), utc(close_up.onset)),
        from,
        to,
        ticks: relative_ticks(from, close_up.onset, to, 10),
        lanes: close_lanes(measured, &outcome.names, close_up).into(),
        with_lease: true,
        series: vec![
            series("acknowledged /s", ink::BLUE, &close_up.acknowledged),
            series("refused /s", ink::VERMILION, &close_up.refused),
            series("in outboxes", ink::ORANGE, &close_up.outbox),
            series("on one site only", ink::PURPLE, &close_up.lag),
        ],
    };
    chart(outcome, &window)
}

/// Draws the whole run.
pub(super) fn whole_run(outcome: &Outcome) -> String {
    let measured = &outcome.measurements;
    let (from, to) = (measured.buckets.start, measured.ended);
    let flow = &measured.writes.whole;
    let used = measured.whole_buckets();
    let width = measured.buckets.width;
    let series = |name, colour, values: &[u64], per: f64| Series {
        name,
        colour,
        starts: from,
        width,
        values: values[..used].iter().map(|&value| value as f64 / per).collect(),
    };
    let per_second = width.as_secs_f64();
    let changed = units(measured).filter(|unit| changed_in(measured, *unit, from, to)).take(MOST_UNITS);
    let window = Window {
        title: "The whole run: who served, and what clients saw".to_owned(),
        from,
        to,
        ticks: clock_ticks(from, to, 12),
        lanes: changed.flat_map(|unit| lanes(measured, &outcome.names, unit).into_iter().take(2)).collect(),
        with_lease: false,
        series: vec![
            series("acknowledged /s", ink::BLUE, &flow.acknowledged_series, per_second),
            series("refused /s", ink::VERMILION, &flow.refused_series, per_second),
            series("in outboxes", ink::ORANGE, &flow.outbox_series, 1.0),
        ],
    };
    chart(outcome, &window)
}

/// Whether a unit's holder was struck or changed within a window; other units have no lane.
fn changed_in(measured: &Measurements, unit: Unit, from: Instant, to: Instant) -> bool {
    let interrupted = measured
        .interruptions
        .iter()
        .any(|one| one.unit == unit && one.onset <= to && one.ended.is_none_or(|ended| ended >= from));
    let within = |at: Instant| (from..=to).contains(&at);
    interrupted || measured.failovers.iter().any(|failover| failover.unit == unit && within(failover.promoted))
}

fn units(measured: &Measurements) -> impl Iterator<Item = Unit> {
    (0_u8..).map(Unit).take(measured.setup.units.len())
}

fn utc(at: Instant) -> String {
    let text = at.to_string();
    text.get(..19).map_or(text.clone(), |text| text.replace('T', " "))
}

fn chart(outcome: &Outcome, window: &Window) -> String {
    let x = Scale { from: window.from.0 as f64, to: window.to.0 as f64, start: LEFT, end: WIDTH - RIGHT };
    let shown = if window.with_lease { 3 } else { 2 };
    let lanes = &window.lanes;
    let style = Style { x, with_lease: window.with_lease };
    let bands = bands(outcome, window, x);
    let rows = bands.iter().map(|band| band.row + 1).max().unwrap_or(0);
    let top = 76.0 + rows as f64 * FAULT_ROW;
    let lanes_end = top + lanes.len() as f64 * style.height() + (lanes.len() / shown) as f64 * UNIT_GAP;
    let bottom = lanes_end + window.series.len() as f64 * (SERIES + SERIES_GAP) - SERIES_GAP + 12.0;
    draw((WIDTH as u32, (bottom + 44.0) as u32), &window.title, |canvas| {
        title(canvas, &window.title, if lanes.is_empty() { &[] } else { style.legend() });
        for band in &bands {
            band.draw(canvas, bottom);
        }
        let mut y = top + UNIT_GAP / 2.0;
        for of_unit in lanes.chunks(shown) {
            for lane in of_unit {
                style.draw(canvas, outcome, lane, y);
                y += style.height();
            }
            canvas.line((18.0, y + UNIT_GAP / 2.0), (WIDTH - RIGHT, y + UNIT_GAP / 2.0), ink::GRID, 1.0);
            y += UNIT_GAP;
        }
        for (place, series) in window.series.iter().enumerate() {
            let from = lanes_end + 12.0 + place as f64 * (SERIES + SERIES_GAP);
            let (to, lowest) = ((WIDTH - RIGHT, from + SERIES), place + 1 == window.series.len());
            let panel = Panel { index: place, from: (LEFT, from), to, leftmost: true, lowest };
            draw_series(canvas, series, panel, x, &window.ticks);
        }
    })
}

fn draw_series(canvas: &mut Canvas<'_>, series: &Series, panel: Panel, x: Scale, ticks: &[(Instant, String)]) {
    let most = series.values.iter().copied().fold(0.0, f64::max);
    let y = Scale { from: 0.0, to: (most * 1.08).max(1.0), start: panel.to.1, end: panel.from.1 };
    for tick in round_ticks(y.to, 2) {
        let height = y.at(tick);
        canvas.line((LEFT, height), (WIDTH - RIGHT, height), ink::GRID, 1.0);
        canvas.text((LEFT - 7.0, height), &short(tick), Label::new(13.0, ink::MUTED, Anchor::Right));
    }
    let left = Label::new(14.0, ink::TEXT, Anchor::Left);
    canvas.text((18.0, f64::midpoint(panel.from.1, panel.to.1)), series.name, left);
    let begins = |bucket: usize| {
        let at = series.starts + Span(series.width.as_micros() * bucket as u64);
        x.clamped(at.0 as f64)
    };
    let mut points = Vec::with_capacity(2 * series.values.len() + 2);
    for (bucket, &value) in series.values.iter().enumerate() {
        points.extend([(begins(bucket), y.at(value)), (begins(bucket + 1), y.at(value))]);
    }
    canvas.path(&points, series.colour, 1.4);
    if let Some(&(end, _)) = points.last() {
        points.extend([(end, panel.to.1), (panel.from.0, panel.to.1)]);
        canvas.area(&points, series.colour, 0.28);
    }
    time_axis(canvas, panel, x, ticks);
}

/// A fault over time, and the row of its label.
struct Band {
    from: f64,
    to: f64,
    label_at: f64,
    text: String,
    row: usize,
}

const BAND_LABEL: Label = Label::new(13.0, ink::VERMILION, Anchor::Left).bold();

impl Band {
    fn draw(&self, canvas: &mut Canvas<'_>, bottom: f64) {
        let y = 76.0 + self.row as f64 * FAULT_ROW;
        canvas.rect((self.from, y - 8.0), (self.to.max(self.from + 1.5), bottom), ink::VERMILION, 0.09);
        canvas.line((self.from, y - 8.0), (self.from, bottom), ink::VERMILION, 1.0);
        canvas.text((self.label_at, y), &self.text, BAND_LABEL);
    }
}

/// The faults of a window, their labels in rows without overlap.
fn bands(outcome: &Outcome, window: &Window, x: Scale) -> Vec<Band> {
    let mut ends: Vec<f64> = Vec::new();
    let mut bands = Vec::new();
    for (began, ended, fault) in faults(outcome) {
        let Some(described) = outcome.faults.get(fault) else { continue };
        if began > window.to || ended < window.from {
            continue;
        }
        let text = format!("{} {}", described.kind, described.description);
        let (from, to) = (x.clamped(began.0 as f64), x.clamped(ended.0 as f64));
        let label_at = (from + 6.0).min(WIDTH - RIGHT - BAND_LABEL.width(&text)).max(LEFT);
        let row = ends.iter().position(|&end| end <= label_at).unwrap_or(ends.len());
        let end = label_at + BAND_LABEL.width(&text) + 14.0;
        if row == ends.len() {
            ends.push(end);
        } else {
            ends[row] = end;
        }
        bands.push(Band { from, to, label_at, text, row });
    }
    bands
}
