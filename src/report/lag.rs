//! The chart of replication lag: every unit on one logarithmic scale.

use super::axis::{Scale, clock_ticks};
use super::canvas::{Anchor, Canvas, Label, draw, ink};
use super::load::time_axis;
use super::multiples::{Mark, Multiples, Panel, title};
use crate::metrics::Measurements;
use crate::outcome::Outcome;
use crate::terms::{Seat, Span, Unit};

/// Decades and other round times on the axis.
const TICKS: [(Span, &str); 9] = [
    (Span::millis(1), "1 ms"),
    (Span::millis(10), "10 ms"),
    (Span::millis(100), "100 ms"),
    (Span::secs(1), "1 s"),
    (Span::secs(10), "10 s"),
    (Span::minutes(1), "1 min"),
    (Span::minutes(10), "10 min"),
    (Span::hours(1), "1 h"),
    (Span::hours(10), "10 h"),
];

/// Draws the chart.
pub(super) fn chart(outcome: &Outcome) -> String {
    let measured = &outcome.measurements;
    let boundaries: Vec<_> = measured.setup.units.iter().map(|unit| unit.boundary).collect();
    let layout = Multiples::new(&boundaries);
    draw(layout.size(), "Replication lag of each scale unit over time", |canvas| {
        let legend = [
            (Mark::Area(ink::PURPLE), "greatest age of an acknowledged record on one site only"),
            (Mark::Dot(ink::PURPLE), "longest"),
        ];
        title(canvas, "Replication lag, logarithmic", &legend);
        layout.headings(canvas, &outcome.names);
        for panel in &layout.panels {
            let unit = Unit(u8::try_from(panel.index).unwrap_or(u8::MAX));
            unit_panel(canvas, outcome, *panel, unit);
        }
    })
}

fn unit_panel(canvas: &mut Canvas<'_>, outcome: &Outcome, panel: Panel, unit: Unit) {
    let measured = &outcome.measurements;
    let (from, to) = (measured.buckets.start.0 as f64, measured.ended.0 as f64);
    let x = Scale { from, to, start: panel.from.0, end: panel.to.0 };
    let y = Scale { from: 0.0, to: logarithm(top(measured)), start: panel.to.1, end: panel.from.1 };
    let right = Label::new(13.0, ink::MUTED, Anchor::Right);
    for (index, (tick, text)) in TICKS.into_iter().filter(|&(tick, _)| logarithm(tick) <= y.to).enumerate() {
        let height = y.at(logarithm(tick));
        canvas.line((panel.from.0, height), (panel.to.0, height), ink::GRID, 1.0);
        if panel.leftmost && index % 2 == 0 {
            canvas.text((panel.from.0 - 7.0, height), text, right);
        }
    }
    time_axis(canvas, panel, x, &clock_ticks(measured.buckets.start, measured.ended, panel.ticks()));
    series(canvas, measured, unit, x, y);
    let lag = &measured.lags[unit.index()];
    let height = panel.from.1 - 12.0;
    let places = measured.places(unit, Seat::A).into_iter().map(|(_, at)| outcome.names.datacenter(at));
    let primary: Vec<_> = places.collect();
    let name = outcome.names.unit(unit);
    let bold = Label::new(15.0, ink::TEXT, Anchor::Left).bold();
    canvas.text((panel.from.0, height), name, bold);
    let (longest, plum) = (super::captions::rounded(lag.longest()), Label::new(13.5, ink::PLUM, Anchor::Right).bold());
    canvas.text((panel.to.0, height), &longest, plum);
    let (after, muted) = (panel.from.0 + bold.width(name) + 9.0, Label::new(13.0, ink::MUTED, Anchor::Left));
    let room = panel.to.0 - plum.width(&longest) - 6.0 - after;
    let sites =
        [format!("at {}", primary.join(", then ")), primary.join(" → "), primary.last().unwrap_or(&"").to_string()];
    if let Some(sites) = sites.iter().find(|sites| muted.width(sites) <= room) {
        canvas.text((after, height), sites, muted);
    }
}

fn series(canvas: &mut Canvas<'_>, measured: &Measurements, unit: Unit, x: Scale, y: Scale) {
    let age = &measured.lags[unit.index()].age[..measured.whole_buckets()];
    let begins = |bucket| x.clamped(measured.buckets.begins(bucket).0 as f64);
    let mut points = Vec::with_capacity(2 * age.len() + 2);
    for (bucket, &age) in age.iter().enumerate() {
        let height = y.at(logarithm(Span(age)));
        points.extend([(begins(bucket), height), (begins(bucket + 1), height)]);
    }
    canvas.path(&points, ink::PURPLE, 1.5);
    points.extend([(begins(age.len()), y.start), (x.start, y.start)]);
    canvas.area(&points, ink::PURPLE, 0.28);
    let longest = age.iter().enumerate().rev().max_by_key(|&(_, age)| age).filter(|&(_, &age)| age > 0);
    if let Some((bucket, &age)) = longest {
        let middle = f64::midpoint(begins(bucket), begins(bucket + 1));
        canvas.dot((middle, y.at(logarithm(Span(age)))), 3.6, ink::PURPLE);
    }
}

/// The top of the common scale: the tick at or over the longest lag.
fn top(measured: &Measurements) -> Span {
    let longest = measured.lags.iter().map(crate::metrics::Lag::longest).max().unwrap_or_default();
    let top = TICKS.into_iter().map(|(tick, _)| tick).find(|&tick| tick > longest && tick >= Span::secs(1));
    top.unwrap_or(longest)
}

/// The height of a lag: zero and everything below a millisecond lie on the axis.
fn logarithm(span: Span) -> f64 {
    libm::log10(span.as_micros().max(1_000) as f64 / 1_000.0)
}
