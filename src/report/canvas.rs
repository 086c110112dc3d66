//! A drawing surface over plotters' SVG backend: logical pixels, few primitives, own labels.
//!
//! No font is measured, for none need be there: widths of labels are estimated.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Write;

/// SVG units for one logical pixel: coordinates are whole numbers, and a tenth is fine enough.
const SCALE: f64 = 10.0;

/// The colours of Okabe and Ito, which colour-blind people tell apart, and shades of grey.
pub(super) mod ink {
    use plotters::style::RGBColor;

    pub(crate) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
    pub(crate) const ORANGE: RGBColor = RGBColor(0xE6, 0x9F, 0x00);
    pub(crate) const VERMILION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
    pub(crate) const GREEN: RGBColor = RGBColor(0x00, 0x9E, 0x73);
    pub(crate) const PURPLE: RGBColor = RGBColor(0xCC, 0x79, 0xA7);
    /// A darker shade of purple, for words.
    pub(crate) const PLUM: RGBColor = RGBColor(0x9A, 0x4A, 0x77);
    pub(crate) const TEXT: RGBColor = RGBColor(0x1F, 0x29, 0x33);
    pub(crate) const MUTED: RGBColor = RGBColor(0x61, 0x6E, 0x7C);
    pub(crate) const AXIS: RGBColor = RGBColor(0x9A, 0xA5, 0xB1);
    pub(crate) const GRID: RGBColor = RGBColor(0xE4, 0xE7, 0xEB);
    pub(crate) const PALE: RGBColor = RGBColor(0xF5, 0xF7, 0xFA);
    pub(crate) const WHITE: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
}

/// A point in logical pixels, from the upper left corner.
pub(super) type Point = (f64, f64);

/// Where a label stands from its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// How a label is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) size: f64,
    pub(super) colour: RGBColor,
    pub(super) bold: bool,
    pub(super) anchor: Anchor,
}

impl Label {
    pub(super) const fn new(size: f64, colour: RGBColor, anchor: Anchor) -> Self {
        Self { size, colour, bold: false, anchor }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// About how wide a text is.
    pub(super) fn width(self, text: &str) -> f64 {
        let ems: f64 = text.chars().map(em).sum();
        ems * self.size * if self.bold { 1.06 } else { 1.0 }
    }
}

/// The width of a letter in a common sans-serif face, as a share of its size.
const fn em(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' => 0.24,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '/' | '-' => 0.32,
        'm' | 'w' | 'M' | 'W' | '%' | '→' => 0.88,
        'A'..='Z' => 0.69,
        _ => 0.55,
    }
}

/// A picture under way.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

/// Draws a picture of a size in logical pixels. `title` is what it says to who cannot see it.
pub(super) fn draw(size: (u32, u32), title: &str, paint: impl FnOnce(&mut Canvas<'_>)) -> String {
    let mut svg = String::new();
    let units = (size.0 * SCALE as u32, size.1 * SCALE as u32);
    let mut canvas = Canvas { backend: SVGBackend::with_string(&mut svg, units) };
    canvas.rect((0.0, 0.0), (f64::from(size.0), f64::from(size.1)), ink::WHITE, 1.0);
    paint(&mut canvas);
    drop(canvas);
    let body = svg.split_once('\n').map_or("", |(_, body)| body);
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let mut whole = String::with_capacity(svg.len() + 256);
    let ((width, height), (w, h)) = (size, units);
    let opened = write!(
        whole,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {w} {h}\" role=\"img\">\n<title>{title}</title>\n{body}",
    );
    debug_assert!(opened.is_ok(), "a string takes what is written to it");
    whole
}

impl Canvas<'_> {
    pub(super) fn line(&mut self, from: Point, to: Point, colour: RGBColor, width: f64) {
        done(&self.backend.draw_line(units(from), units(to), &stroke(colour, width)));
    }

    pub(super) fn path(&mut self, points: &[Point], colour: RGBColor, width: f64) {
        if points.len() > 1 {
            done(&self.backend.draw_path(bends(points), &stroke(colour, width)));
        }
    }

    /// A straight line of dashes and gaps of one length.
    pub(super) fn dashed(&mut self, from: Point, to: Point, colour: RGBColor, width: f64, dash: f64) {
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let along = |way: f64| {
            let share = (way / length).min(1.0);
            (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
        };
        let mut way = 0.0;
        while way < length {
            self.line(along(way), along(way + dash), colour, width);
            way += 2.0 * dash;
        }
    }

    pub(super) fn area(&mut self, points: &[Point], colour: RGBColor, opacity: f64) {
        done(&self.backend.fill_polygon(bends(points), &colour.mix(opacity).filled()));
    }

    pub(super) fn rect(&mut self, from: Point, to: Point, colour: RGBColor, opacity: f64) {
        done(&self.backend.draw_rect(units(from), units(to), &colour.mix(opacity).filled(), true));
    }

    pub(super) fn frame(&mut self, from: Point, to: Point, colour: RGBColor, width: f64) {
        let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
        self.path(&corners, colour, width);
    }

    pub(super) fn dot(&mut self, at: Point, radius: f64, colour: RGBColor) {
        done(&self.backend.draw_circle(units(at), (radius * SCALE) as u32, &colour.filled(), true));
    }

    pub(super) fn diamond(&mut self, at: Point, radius: f64, colour: RGBColor) {
        let (x, y) = at;
        self.area(&[(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)], colour, 1.0);
    }

    pub(super) fn triangle(&mut self, at: Point, radius: f64, colour: RGBColor) {
        let (x, y) = at;
        self.area(&[(x, y - radius), (x + radius, y + radius * 0.8), (x - radius, y + radius * 0.8)], colour, 1.0);
    }

    pub(super) fn cross(&mut self, at: Point, radius: f64, colour: RGBColor) {
        let ((x, y), r) = (at, radius);
        self.line((x - r, y - r), (x + r, y + r), colour, 2.4);
        self.line((x - r, y + r), (x + r, y - r), colour, 2.4);
    }

    /// Writes a text on a pale ground, to be read over lines.
    pub(super) fn text_over(&mut self, at: Point, text: &str, label: Label) {
        let width = label.width(text);
        let left = match label.anchor {
            Anchor::Left => at.0,
            Anchor::Middle => at.0 - width / 2.0,
            Anchor::Right => at.0 - width,
        };
        let half = label.size * 0.62;
        self.rect((left - 2.0, at.1 - half), (left + width + 2.0, at.1 + half), ink::WHITE, 0.82);
        self.text(at, text, label);
    }

    /// Writes a text whose middle line is at `at`.
    pub(super) fn text(&mut self, at: Point, text: &str, label: Label) {
        let anchor = match label.anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        // The backend divides the size by 1.24.
        let font = FontDesc::new(
            FontFamily::Name("Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"),
            label.size * SCALE * 1.24,
            if label.bold { FontStyle::Bold } else { FontStyle::Normal },
        );
        let style = TextStyle::from(font).color(&label.colour).pos(Pos::new(anchor, VPos::Center));
        // The backend lowers the text by half an x-height.
        done(&self.backend.draw_text(text, &style, units((at.0, at.1 + label.size * 0.08))));
    }
}

fn stroke(colour: RGBColor, width: f64) -> ShapeStyle {
    colour.stroke_width((width * SCALE) as u32)
}

/// The points of a line in SVG units, without those between two others on one level or one upright.
fn bends(points: &[Point]) -> Vec<(i32, i32)> {
    let mut bends: Vec<(i32, i32)> = Vec::with_capacity(points.len());
    for point in points.iter().copied().map(units) {
        if let [.., before, last] = bends[..] {
            let level = before.1 == last.1 && last.1 == point.1;
            let upright = before.0 == last.0 && last.0 == point.0;
            if level || upright {
                bends.pop();
            }
        }
        bends.push(point);
    }
    bends
}

fn units((x, y): Point) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

/// Nothing is written to but a string, which takes everything.
fn done<E>(drawn: &Result<(), E>) {
    debug_assert!(drawn.is_ok(), "a string takes whatever is drawn into it");
}
