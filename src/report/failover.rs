//! The failover timeline: who served, what struck, and what clients saw, on one axis of time.

use super::axis::{Scale, clock_ticks, relative_ticks, round_ticks, short};
use super::canvas::{Anchor, Canvas, Label, Point, draw, ink};
use super::lanes::{Lane, Sign, lanes};
use super::load::time_axis;
use super::multiples::{Mark, Panel, title};
use crate::metrics::{CloseUp, Measurements, Moment};
use crate::outcome::Outcome;
use crate::terms::{Instant, Span, Unit};
use plotters::style::RGBColor;

const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 172.0;
const RIGHT: f64 = 18.0;
const LANE: f64 = 38.0;
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
    units: Vec<Unit>,
    series: [Series; 3],
}

/// A quantity over a window.
struct Series {
    name: &'static str,
    colour: RGBColor,
    starts: Instant,
    width: Span,
    values: Vec<f64>,
}

/// Draws a close-up of the seconds around a fault.
pub(super) fn close_up(outcome: &Outcome, close_up: &CloseUp) -> String {
    let measured = &outcome.measurements;
    let seconds = close_up.acknowledged.len() as u64;
    let (from, to) = (close_up.starts, close_up.starts + Span::secs(seconds));
    let struck = |unit: Unit| changed_in(measured, unit, from, to);
    let of_boundary = |unit: &Unit| measured.setup.boundary_of(*unit) == close_up.boundary;
    let units: Vec<_> = units(measured).filter(of_boundary).filter(|unit| struck(*unit)).take(MOST_UNITS).collect();
    let series = |name, colour, values: &[u64]| Series {
        name,
        colour,
        starts: close_up.starts,
        width: Span::secs(1),
        values: values.iter().map(|&value| value as f64).collect(),
    };
    let boundary = outcome.names.boundary(close_up.boundary);
    let promoted = |unit: &Unit| {
        let within = |at: Instant| (close_up.onset..=to).contains(&at);
        measured.failovers.iter().any(|failover| failover.unit == *unit && within(failover.promoted))
    };
    let what = if units.iter().any(promoted) { "Failover" } else { "Fault" };
    let window = Window {
        title: format!("{what} in {boundary}, close up: time since {} UTC", utc(close_up.onset)),
        from,
        to,
        ticks: relative_ticks(from, close_up.onset, to, 10),
        units,
        series: [
            series("acknowledged /s", ink::BLUE, &close_up.acknowledged),
            series("refused /s", ink::VERMILION, &close_up.refused),
            series("in outboxes", ink::ORANGE, &close_up.outbox),
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
    let window = Window {
        title: "The whole run: who served, and what clients saw".to_owned(),
        from,
        to,
        ticks: clock_ticks(from, to, 12),
        units: units(measured).filter(|unit| changed_in(measured, *unit, from, to)).take(MOST_UNITS).collect(),
        series: [
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
    let lanes: Vec<_> = window.units.iter().flat_map(|&unit| lanes(&outcome.measurements, unit)).collect();
    let x = Scale { from: window.from.0 as f64, to: window.to.0 as f64, start: LEFT, end: WIDTH - RIGHT };
    let bands = bands(outcome, window, x);
    let rows = bands.iter().map(|band| band.row + 1).max().unwrap_or(0);
    let top = 76.0 + rows as f64 * FAULT_ROW;
    let lanes_end = top + lanes.len() as f64 * LANE + window.units.len() as f64 * UNIT_GAP;
    let bottom = lanes_end + 3.0 * (SERIES + SERIES_GAP) - SERIES_GAP + 12.0;
    draw((WIDTH as u32, (bottom + 44.0) as u32), &window.title, |canvas| {
        let legend = [
            (Mark::Bar(ink::BLUE), "serves writes"),
            (Mark::Cross(ink::VERMILION), "fault strikes the holder"),
            (Mark::Diamond(ink::ORANGE), "detected: lease lapsed"),
            (Mark::Triangle(ink::GREEN), "promoted"),
            (Mark::Dot(ink::TEXT), "first write"),
        ];
        title(canvas, &window.title, if lanes.is_empty() { &[] } else { &legend });
        for band in &bands {
            band.draw(canvas, bottom);
        }
        let mut y = top + UNIT_GAP / 2.0;
        for pair in lanes.chunks(2) {
            for lane in pair {
                draw_lane(canvas, outcome, lane, x, y);
                y += LANE;
            }
            canvas.line((18.0, y + UNIT_GAP / 2.0), (WIDTH - RIGHT, y + UNIT_GAP / 2.0), ink::GRID, 1.0);
            y += UNIT_GAP;
        }
        for (place, series) in window.series.iter().enumerate() {
            let from = lanes_end + 12.0 + place as f64 * (SERIES + SERIES_GAP);
            let to = (WIDTH - RIGHT, from + SERIES);
            let panel = Panel { index: place, from: (LEFT, from), to, leftmost: true, lowest: place == 2 };
            draw_series(canvas, series, panel, x, &window.ticks);
        }
    })
}

fn draw_lane(canvas: &mut Canvas<'_>, outcome: &Outcome, lane: &Lane, x: Scale, y: f64) {
    let (from, to) = (x.from, x.to);
    let visible = |at: Instant| (from..=to).contains(&(at.0 as f64));
    let bar = y + LANE - 10.0;
    let name = outcome.names.datacenter(lane.datacenter);
    canvas.text((LEFT - 12.0, bar), name, Label::new(14.5, ink::TEXT, Anchor::Right));
    let first = outcome.measurements.setup.units[lane.unit.index()].sites[0] == lane.datacenter;
    if first {
        let label = Label::new(14.0, ink::MUTED, Anchor::Left).bold();
        canvas.text((18.0, bar), outcome.names.unit(lane.unit), label);
    }
    canvas.line((LEFT, bar), (WIDTH - RIGHT, bar), ink::GRID, 1.0);
    for &(since, until) in &lane.terms {
        let (since, until) = (x.clamped(since.0 as f64), x.clamped(until.0 as f64));
        if until > since {
            canvas.rect((since, bar - 4.0), (until.max(since + 1.0), bar + 4.0), ink::BLUE, 0.8);
        }
    }
    for &(at, sign) in lane.signs.iter().filter(|(at, _)| visible(*at)) {
        draw_sign(canvas, (x.at(at.0 as f64), bar), sign);
    }
    let label = Label::new(13.0, ink::TEXT, Anchor::Left);
    let mut free = LEFT;
    for (at, note) in lane.notes.iter().filter(|(at, _)| visible(*at)) {
        let start = (x.at(at.0 as f64) - 4.0).min(WIDTH - RIGHT - label.width(note)).max(LEFT);
        if start >= free {
            canvas.text_over((start, bar - 15.0), note, label);
            free = start + label.width(note) + 10.0;
        }
    }
}

fn draw_sign(canvas: &mut Canvas<'_>, at: Point, sign: Sign) {
    match sign {
        Sign::Onset => canvas.cross(at, 5.0, ink::VERMILION),
        Sign::Lapsed => canvas.diamond(at, 6.0, ink::ORANGE),
        Sign::Promoted => canvas.triangle(at, 6.5, ink::GREEN),
        Sign::Serving => canvas.dot(at, 3.6, ink::TEXT),
        Sign::HandedOver => canvas.line((at.0, at.1 - 8.0), (at.0, at.1 + 8.0), ink::TEXT, 1.6),
    }
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

/// Each time that a fault took effect, until when, and its place in the scenario.
fn faults(outcome: &Outcome) -> Vec<(Instant, Instant, usize)> {
    let measured = &outcome.measurements;
    let mut faults: Vec<(Instant, Instant, usize)> = Vec::new();
    for &(at, moment) in &measured.timeline.moments {
        match moment {
            Moment::FaultBegan(fault) => {
                let lasts = outcome.faults.get(usize::from(fault)).and_then(|fault| fault.lasts);
                let until = if lasts.is_some() { measured.ended } else { at };
                faults.push((at, until, usize::from(fault)));
            }
            Moment::FaultEnded(fault) => {
                if let Some(open) = faults.iter_mut().rev().find(|open| open.2 == usize::from(fault)) {
                    open.1 = at;
                }
            }
            _ => {}
        }
    }
    faults
}
