//! Small multiples: one panel for each datacenter or unit, boundaries side by side.

use super::canvas::{Anchor, Canvas, Label, Point, ink};
use crate::terms::{Boundary, Names};

pub(super) const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 18.0;
const TOP: f64 = 74.0;
const GAP: (f64, f64) = (24.0, 44.0);
const PANEL_HEIGHT: f64 = 136.0;
const BLOCK_HEADING: f64 = 30.0;
const BLOCK_FOOT: f64 = 40.0;
const PER_ROW: usize = 4;

/// Where a panel stands, and what of the axes is written at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    /// Its place in the list of what is shown.
    pub(super) index: usize,
    pub(super) from: Point,
    pub(super) to: Point,
    pub(super) leftmost: bool,
    pub(super) lowest: bool,
}

impl Panel {
    /// About how many parts its axis of time can be labelled in.
    pub(super) fn ticks(&self) -> u64 {
        if self.to.0 - self.from.0 > 600.0 {
            12
        } else if self.to.0 - self.from.0 > 300.0 {
            6
        } else {
            4
        }
    }
}

/// Panels in blocks, a block for each boundary.
pub(super) struct Multiples {
    pub(super) panels: Vec<Panel>,
    headings: Vec<(Point, f64, Boundary)>,
    pub(super) height: f64,
}

impl Multiples {
    /// Lays out one panel for each entry, given the boundary of each.
    pub(super) fn new(boundaries: &[Boundary]) -> Self {
        let mut blocks: Vec<Boundary> = boundaries.to_vec();
        blocks.sort_unstable();
        blocks.dedup();
        let columns = blocks.len().clamp(1, PER_ROW);
        let width = (WIDTH - LEFT - RIGHT - GAP.0 * (columns - 1) as f64) / columns as f64;
        let (mut panels, mut headings, mut top) = (Vec::new(), Vec::new(), TOP);
        for row in blocks.chunks(PER_ROW) {
            let members = |boundary| (0..boundaries.len()).filter(move |&index| boundaries[index] == boundary);
            let deepest = row.iter().map(|&boundary| members(boundary).count()).max().unwrap_or(1);
            for (column, &boundary) in row.iter().enumerate() {
                let x = LEFT + column as f64 * (width + GAP.0);
                headings.push(((x, top), width, boundary));
                let depth = members(boundary).count();
                for (place, index) in members(boundary).enumerate() {
                    let y = top + BLOCK_HEADING + 18.0 + place as f64 * (PANEL_HEIGHT + GAP.1);
                    let (from, to) = ((x, y), (x + width, y + PANEL_HEIGHT));
                    panels.push(Panel { index, from, to, leftmost: column == 0, lowest: place + 1 == depth });
                }
            }
            top += BLOCK_HEADING + 18.0 + deepest as f64 * (PANEL_HEIGHT + GAP.1) - GAP.1 + BLOCK_FOOT;
        }
        Self { panels, headings, height: top }
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (WIDTH as u32, self.height as u32)
    }

    /// Writes the boundaries over their blocks.
    pub(super) fn headings(&self, canvas: &mut Canvas<'_>, names: &Names) {
        for &((x, y), width, boundary) in &self.headings {
            let label = Label::new(14.5, ink::MUTED, Anchor::Left).bold();
            canvas.text((x, y + 8.0), &names.boundary(boundary).to_uppercase(), label);
            canvas.line((x, y + 20.0), (x + width, y + 20.0), ink::AXIS, 1.0);
        }
    }
}

/// Writes the title of a chart, and its legend below.
pub(super) fn title(canvas: &mut Canvas<'_>, title: &str, legend: &[(Mark, &str)]) {
    canvas.text((18.0, 24.0), title, Label::new(19.0, ink::TEXT, Anchor::Left).bold());
    let mut x = 18.0;
    for (mark, text) in legend {
        let label = Label::new(14.0, ink::MUTED, Anchor::Left);
        mark.draw(canvas, (x + 9.0, 48.0));
        canvas.text((x + 25.0, 48.0), text, label);
        x += 25.0 + label.width(text) + 20.0;
    }
}

/// A sign in a legend.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    Area(plotters::style::RGBColor),
    Line(plotters::style::RGBColor),
    Dashes(plotters::style::RGBColor),
    Bar(plotters::style::RGBColor),
    Dot(plotters::style::RGBColor),
    Diamond(plotters::style::RGBColor),
    Triangle(plotters::style::RGBColor),
    Cross(plotters::style::RGBColor),
}

impl Mark {
    pub(super) fn draw(self, canvas: &mut Canvas<'_>, at: Point) {
        let (x, y) = at;
        match self {
            Self::Area(colour) => {
                canvas.rect((x - 9.0, y - 5.0), (x + 9.0, y + 5.0), colour, 0.35);
                canvas.line((x - 9.0, y - 5.0), (x + 9.0, y - 5.0), colour, 1.6);
            }
            Self::Line(colour) => canvas.line((x - 9.0, y), (x + 9.0, y), colour, 1.8),
            Self::Dashes(colour) => canvas.dashed((x - 9.0, y), (x + 9.0, y), colour, 1.6, 3.6),
            Self::Bar(colour) => canvas.rect((x - 9.0, y - 4.0), (x + 9.0, y + 4.0), colour, 0.85),
            Self::Dot(colour) => canvas.dot(at, 4.2, colour),
            Self::Diamond(colour) => canvas.diamond(at, 5.4, colour),
            Self::Triangle(colour) => canvas.triangle(at, 5.4, colour),
            Self::Cross(colour) => canvas.cross(at, 4.2, colour),
        }
    }
}
