//! Lanes as they are drawn.

use super::axis::Scale;
use super::canvas::{Anchor, Canvas, Label, Point, ink};
use super::lanes::{Lane, Sign};
use super::multiples::Mark;
use crate::metrics::Term;
use crate::outcome::Outcome;
use crate::terms::{Instant, Mode, Seat};

pub(super) const WIDTH: f64 = 1_000.0;
/// Where time begins and ends: the margins of every lane.
pub(super) const LEFT: f64 = 172.0;
pub(super) const RIGHT: f64 = 18.0;

/// How lanes are drawn.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// Time.
    pub(super) x: Scale,
    /// Whether each site's lease is drawn under what it served.
    pub(super) with_lease: bool,
}

const LEGEND: [(Mark, &str); 5] = [
    (Mark::Bar(ink::BLUE), "serves writes"),
    (Mark::Cross(ink::VERMILION), "fault strikes the holder"),
    (Mark::Diamond(ink::ORANGE), "detected: lease lapsed"),
    (Mark::Triangle(ink::GREEN), "promoted"),
    (Mark::Dot(ink::TEXT), "first write"),
];
const LEGEND_WITH_LEASE: [(Mark, &str); 7] = [
    (Mark::Bar(ink::BLUE), "serves writes"),
    (Mark::Bar(ink::PURPLE), "lease"),
    (Mark::Dashes(ink::PURPLE), "runs out"),
    (Mark::Cross(ink::VERMILION), "holder struck"),
    (Mark::Diamond(ink::ORANGE), "lapse seen"),
    (Mark::Triangle(ink::GREEN), "promoted, or voted"),
    (Mark::Dot(ink::TEXT), "first write"),
];

impl Style {
    /// The height of a lane.
    pub(super) const fn height(self) -> f64 {
        if self.with_lease { 52.0 } else { 38.0 }
    }

    /// What the signs mean.
    pub(super) const fn legend(self) -> &'static [(Mark, &'static str)] {
        if self.with_lease { &LEGEND_WITH_LEASE } else { &LEGEND }
    }

    /// Draws a lane whose upper edge is at `y`.
    pub(super) fn draw(self, canvas: &mut Canvas<'_>, outcome: &Outcome, lane: &Lane, y: f64) {
        let bar = y + 28.0;
        let (name, place) = (&lane.place(&outcome.names), Label::new(14.5, ink::TEXT, Anchor::Right));
        let label = Label::new(14.0, ink::MUTED, Anchor::Left);
        let what = match lane.seat {
            Seat::A => Some((outcome.names.unit(lane.unit), label.bold())),
            Seat::B => None,
            Seat::Witness => Some(("witness", label)),
        };
        // What does not fit beside the place stands over it.
        let crowded = |&(what, label): &(&str, Label)| label.width(what) + place.width(name) + 38.0 > LEFT;
        let apart = if what.as_ref().is_some_and(crowded) { 9.0 } else { 0.0 };
        if let Some((what, label)) = what {
            canvas.text((18.0, bar - apart), what, label);
        }
        canvas.text((LEFT - 12.0, bar + apart), name, place);
        canvas.line((LEFT, bar), (WIDTH - RIGHT, bar), ink::GRID, 1.0);
        if self.with_lease {
            self.troubles(canvas, lane, bar);
            lane.leases.iter().for_each(|term| self.lease(canvas, term, bar + 12.0));
        }
        for &(since, until) in &lane.terms {
            let (since, until) = (self.clamped(since), self.clamped(until));
            if until > since {
                canvas.rect((since, bar - 4.0), (until.max(since + 1.0), bar + 4.0), ink::BLUE, 0.8);
            }
        }
        for &(at, sign) in lane.signs.iter().filter(|(at, _)| self.shows(*at)) {
            draw_sign(canvas, (self.x.at(at.0 as f64), bar), sign);
        }
        self.notes(canvas, lane, bar);
    }

    /// A lease: as long as it was renewed, and then until it ran out. A frame says `alone`.
    fn lease(self, canvas: &mut Canvas<'_>, term: &Term, y: f64) {
        let [from, renewed, until] = [term.from, term.renewed, term.until].map(|at| self.clamped(at));
        if until <= from {
            return;
        }
        match term.mode {
            Mode::Replicated => canvas.rect((from, y - 2.5), (renewed.max(from + 1.0), y + 2.5), ink::PURPLE, 0.9),
            Mode::Alone => canvas.frame((from, y - 2.5), (renewed.max(from + 1.0), y + 2.5), ink::PURPLE, 1.2),
        }
        if renewed < until {
            canvas.dashed((renewed, y), (until, y), ink::PURPLE, 1.6, 4.0);
        }
        let mode = if term.mode == Mode::Alone { ", alone" } else { "" };
        let (text, label) = (format!("epoch {}{mode}", term.epoch), Label::new(12.0, ink::PLUM, Anchor::Left));
        if until - from > label.width(&text) * 0.6 {
            canvas.text((from.min(WIDTH - RIGHT - label.width(&text)), y + 11.0), &text, label);
        }
    }

    fn troubles(self, canvas: &mut Canvas<'_>, lane: &Lane, bar: f64) {
        for (from, until, _) in &lane.troubles {
            let (from, until) = (self.clamped(*from), self.clamped(*until));
            if until > from {
                canvas.rect((from, bar - 8.0), (until, bar + 8.0), ink::VERMILION, 0.22);
            }
        }
    }

    /// What is written over a lane: times of a takeover, and what was wrong where there is room.
    fn notes(self, canvas: &mut Canvas<'_>, lane: &Lane, bar: f64) {
        let label = Label::new(13.0, ink::TEXT, Anchor::Left);
        let ends = WIDTH - RIGHT;
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for (at, note) in lane.notes.iter().filter(|(at, _)| self.shows(*at)) {
            let start = (self.x.at(at.0 as f64) - 4.0).min(ends - label.width(note)).max(LEFT);
            write_over(canvas, (start, bar - 15.0), note, label, &mut taken);
        }
        let label = Label::new(12.5, ink::VERMILION, Anchor::Left);
        for (from, until, what) in lane.troubles.iter().filter(|_| self.with_lease) {
            let (from, until) = (self.clamped(*from), self.clamped(*until));
            if until > from && from + label.width(what) < ends {
                write_over(canvas, (from + 2.0, bar - 15.0), what, label, &mut taken);
            }
        }
    }

    fn clamped(self, at: Instant) -> f64 {
        self.x.clamped(at.0 as f64)
    }

    fn shows(self, at: Instant) -> bool {
        (self.x.from..=self.x.to).contains(&(at.0 as f64))
    }
}

fn draw_sign(canvas: &mut Canvas<'_>, at: Point, sign: Sign) {
    match sign {
        Sign::Onset => canvas.cross(at, 5.0, ink::VERMILION),
        Sign::Lapsed => canvas.diamond(at, 6.0, ink::ORANGE),
        Sign::Promoted | Sign::Voted => canvas.triangle(at, 6.5, ink::GREEN),
        Sign::Serving => canvas.dot(at, 3.6, ink::TEXT),
        Sign::HandedOver => canvas.line((at.0, at.1 - 8.0), (at.0, at.1 + 8.0), ink::TEXT, 1.6),
    }
}

/// Writes a text unless another stands there.
fn write_over(canvas: &mut Canvas<'_>, at: Point, text: &str, label: Label, taken: &mut Vec<(f64, f64)>) {
    let (from, to) = (at.0, at.0 + label.width(text) + 10.0);
    if taken.iter().all(|&(start, end)| to <= start || from >= end) {
        canvas.text_over(at, text, label);
        taken.push((from, to));
    }
}
