//! The chart of load: every datacenter against its capacity, on one scale.

use super::axis::{Scale, clock_ticks, round_ticks, short};
use super::canvas::{Anchor, Canvas, Label, Point, draw, ink};
use super::multiples::{Mark, Multiples, Panel, title};
use crate::metrics::{Loads, Measurements};
use crate::outcome::Outcome;
use crate::terms::Datacenter;

/// Draws the chart.
pub(super) fn chart(outcome: &Outcome) -> String {
    let measured = &outcome.measurements;
    let boundaries: Vec<_> = measured.setup.datacenters.iter().map(|datacenter| datacenter.boundary).collect();
    let layout = Multiples::new(&boundaries);
    draw(layout.size(), "Load of each datacenter against its capacity over time", |canvas| {
        let legend = [
            (Mark::Area(ink::BLUE), "load in the busiest minute"),
            (Mark::Line(ink::ORANGE), "the same with its partner gone"),
            (Mark::Diamond(ink::VERMILION), "that load at peak, as a share of capacity"),
            (Mark::Dashes(ink::TEXT), "capacity"),
        ];
        title(canvas, "Load against capacity, requests a second", &legend);
        layout.headings(canvas, &outcome.names);
        let top = top(measured);
        for panel in &layout.panels {
            let datacenter = Datacenter(u8::try_from(panel.index).unwrap_or(u8::MAX));
            Drawing::new(canvas, outcome, *panel, datacenter, top).draw();
        }
    })
}

/// The greatest value of the common scale.
fn top(measured: &Measurements) -> f64 {
    let each = (0_u8..).map(Datacenter).zip(&measured.setup.datacenters);
    let highest = each.map(|(datacenter, setup)| {
        let alone = Loads::per_second(measured.loads.peak_alone(datacenter).served);
        alone.max(setup.rate as f64)
    });
    highest.fold(1.0, f64::max) * 1.24
}

/// A label stands so far above its diamond: at the peak, no line is there.
const ABOVE: f64 = 15.0;

struct Drawing<'a, 'b> {
    canvas: &'a mut Canvas<'b>,
    outcome: &'a Outcome,
    panel: Panel,
    datacenter: Datacenter,
    x: Scale,
    y: Scale,
}

impl<'a, 'b> Drawing<'a, 'b> {
    fn new(canvas: &'a mut Canvas<'b>, outcome: &'a Outcome, panel: Panel, datacenter: Datacenter, top: f64) -> Self {
        let measured = &outcome.measurements;
        let (from, to) = (measured.buckets.start.0 as f64, measured.ended.0 as f64);
        let x = Scale { from, to, start: panel.from.0, end: panel.to.0 };
        let y = Scale { from: 0.0, to: top, start: panel.to.1, end: panel.from.1 };
        Self { canvas, outcome, panel, datacenter, x, y }
    }

    fn draw(&mut self) {
        self.axes();
        self.load();
        self.capacity();
        self.peak_alone();
        self.heading();
    }

    fn axes(&mut self) {
        let Panel { from, to, .. } = self.panel;
        for tick in round_ticks(self.y.to, 4) {
            let y = self.y.at(tick);
            self.canvas.line((from.0, y), (to.0, y), ink::GRID, 1.0);
            if self.panel.leftmost {
                let label = Label::new(13.0, ink::MUTED, Anchor::Right);
                self.canvas.text((from.0 - 7.0, y), &short(tick), label);
            }
        }
        let measured = &self.outcome.measurements;
        let ticks = clock_ticks(measured.buckets.start, measured.ended, self.panel.ticks());
        time_axis(self.canvas, self.panel, self.x, &ticks);
    }

    fn load(&mut self) {
        let loads = &self.outcome.measurements.loads;
        let own = self.steps(|bucket| loads.busiest[self.datacenter.index()][bucket]);
        let alone = self.steps(|bucket| loads.busiest_alone[self.datacenter.index()][bucket]);
        let mut area = own.clone();
        area.push((own.last().map_or(self.panel.to.0, |point| point.0), self.panel.to.1));
        area.push((self.panel.from.0, self.panel.to.1));
        self.canvas.area(&area, ink::BLUE, 0.30);
        self.canvas.path(&alone, ink::ORANGE, 1.5);
        self.canvas.path(&own, ink::BLUE, 1.5);
    }

    fn capacity(&mut self) {
        let rate = self.outcome.measurements.setup.datacenters[self.datacenter.index()].rate;
        let y = self.y.at(rate as f64);
        self.canvas.dashed((self.panel.from.0, y), (self.panel.to.0, y), ink::TEXT, 1.3, 4.0);
    }

    fn peak_alone(&mut self) {
        let measured = &self.outcome.measurements;
        let peak = measured.loads.peak_alone(self.datacenter);
        let middle = peak.at + Loads::WINDOW.scale(1, 2);
        let at = (self.x.clamped(middle.0 as f64), self.y.at(Loads::per_second(peak.served)));
        self.canvas.diamond(at, 5.0, ink::VERMILION);
        let text = percent(peak.share_milli_percent);
        let label = Label::new(14.0, ink::VERMILION, Anchor::Middle).bold();
        let half = label.width(&text) / 2.0;
        let x = at.0.clamp(self.panel.from.0 + half, self.panel.to.0 - half);
        self.canvas.text_over((x, at.1 - ABOVE), &text, label);
    }

    fn heading(&mut self) {
        let measured = &self.outcome.measurements;
        let y = self.panel.from.1 - 12.0;
        let name = self.outcome.names.datacenter(self.datacenter);
        self.canvas.text((self.panel.from.0, y), name, Label::new(15.0, ink::TEXT, Anchor::Left).bold());
        let peak = measured.loads.peak(self.datacenter).share_milli_percent;
        let text = format!("peak {}", percent(peak));
        self.canvas.text((self.panel.to.0, y), &text, Label::new(13.5, ink::BLUE, Anchor::Right));
    }

    /// A staircase of requests a second, through the end of the run.
    fn steps(&self, served: impl Fn(usize) -> u64) -> Vec<Point> {
        let measured = &self.outcome.measurements;
        let begins = |bucket| self.x.clamped(measured.buckets.begins(bucket).0 as f64);
        let steps = (0..measured.whole_buckets()).flat_map(|bucket| {
            let y = self.y.at(Loads::per_second(served(bucket)));
            [(begins(bucket), y), (begins(bucket + 1), y)]
        });
        steps.collect()
    }
}

/// A share of a whole without decimals.
pub(super) fn percent(milli: i64) -> String {
    let rounded = (milli.abs() + 500) / 1_000;
    format!("{}{rounded} %", if milli < 0 && rounded > 0 { "−" } else { "" })
}

/// Draws the axis of time under a panel; the lowest panel of a block has its labels.
pub(super) fn time_axis(canvas: &mut Canvas<'_>, panel: Panel, x: Scale, ticks: &[(crate::terms::Instant, String)]) {
    let y = panel.to.1;
    canvas.line(panel.from, (panel.from.0, y), ink::GRID, 1.0);
    canvas.line((panel.from.0, y), (panel.to.0, y), ink::AXIS, 1.0);
    for (at, text) in ticks {
        let tick = x.at(at.0 as f64);
        canvas.line((tick, y), (tick, y + 4.0), ink::AXIS, 1.0);
        let overhangs = tick > panel.to.0 - 8.0;
        if panel.lowest && !overhangs {
            canvas.text((tick, y + 16.0), text, Label::new(13.0, ink::MUTED, Anchor::Middle));
        }
    }
}
