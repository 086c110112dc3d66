//! The matrix of landings: record kind by datacenter, the boundaries drawn as blocks.

use super::axis::short;
use super::canvas::{Anchor, Canvas, Label, draw, ink};
use super::multiples::title;
use crate::outcome::Outcome;
use crate::terms::{Boundary, Datacenter, RecordKind};

const LEFT: f64 = 136.0;
const TOP: f64 = 122.0;
const ROW: f64 = 30.0;
const BLOCK_GAP: f64 = 14.0;
const WIDTH: f64 = 1_000.0;

/// A column of the matrix.
struct Column {
    datacenter: Datacenter,
    boundary: Boundary,
    x: f64,
}

/// Draws the chart.
pub(super) fn chart(outcome: &Outcome) -> String {
    let (columns, width) = columns(outcome);
    let height = TOP + ROW * RecordKind::ALL.len() as f64 + 30.0;
    draw((WIDTH as u32, height as u32), "Landings by record kind and datacenter", |canvas| {
        title(canvas, "Landings by record kind and datacenter", &[]);
        let note = "every copy counted, darker is more; what rests outside its boundary is framed and marked ✕";
        canvas.text((18.0, 48.0), note, Label::new(14.0, ink::MUTED, Anchor::Left));
        headings(canvas, outcome, &columns, width);
        let most = RecordKind::ALL.into_iter().flat_map(|kind| {
            let landings = &outcome.measurements.landings;
            columns.iter().map(move |column| landings.at(kind, column.datacenter))
        });
        let most = most.max().unwrap_or(0);
        for (row, kind) in RecordKind::ALL.into_iter().enumerate() {
            let y = TOP + row as f64 * ROW;
            canvas.text((LEFT - 12.0, y + ROW / 2.0), kind.name(), Label::new(14.0, ink::TEXT, Anchor::Right));
            for column in &columns {
                cell(canvas, outcome, column, kind, (y, width), most);
            }
        }
        blocks(canvas, &columns, width);
    })
}

/// The columns by boundary, and how wide each is.
fn columns(outcome: &Outcome) -> (Vec<Column>, f64) {
    let setup = &outcome.measurements.setup.datacenters;
    let mut order: Vec<_> = (0_u8..).map(Datacenter).zip(setup).map(|(dc, setup)| (setup.boundary, dc)).collect();
    order.sort_unstable();
    let gaps = order.windows(2).filter(|pair| pair[0].0 != pair[1].0).count() as f64;
    let width = (WIDTH - LEFT - 20.0 - gaps * BLOCK_GAP) / order.len().max(1) as f64;
    let mut x = LEFT;
    let mut columns: Vec<Column> = Vec::with_capacity(order.len());
    for (boundary, datacenter) in order {
        if columns.last().is_some_and(|last| last.boundary != boundary) {
            x += BLOCK_GAP;
        }
        columns.push(Column { datacenter, boundary, x });
        x += width;
    }
    (columns, width)
}

fn headings(canvas: &mut Canvas<'_>, outcome: &Outcome, columns: &[Column], width: f64) {
    for block in columns.chunk_by(|a, b| a.boundary == b.boundary) {
        let label = Label::new(14.5, ink::MUTED, Anchor::Left).bold();
        canvas.text((block[0].x + 2.0, 82.0), &outcome.names.boundary(block[0].boundary).to_uppercase(), label);
    }
    for column in columns {
        let label = Label::new(14.0, ink::TEXT, Anchor::Middle);
        canvas.text((column.x + width / 2.0, 104.0), outcome.names.datacenter(column.datacenter), label);
    }
}

fn cell(
    canvas: &mut Canvas<'_>,
    outcome: &Outcome,
    column: &Column,
    kind: RecordKind,
    (y, width): (f64, f64),
    most: u64,
) {
    let landings = &outcome.measurements.landings;
    let (count, outside) = (landings.at(kind, column.datacenter), landings.outside_at(kind, column.datacenter));
    let (from, to) = ((column.x + 1.0, y + 1.0), (column.x + width - 1.0, y + ROW - 1.0));
    let shade = libm::log10(count as f64 + 1.0) / libm::log10(most as f64 + 1.0).max(1.0);
    let depth = 0.06 + 0.88 * shade * shade;
    canvas.rect(from, to, ink::PALE, 1.0);
    if count > 0 {
        canvas.rect(from, to, ink::BLUE, depth);
    }
    let middle = (column.x + width / 2.0, y + ROW / 2.0);
    if outside > 0 {
        canvas.rect(from, to, ink::WHITE, 1.0);
        canvas.frame((from.0 + 1.0, from.1 + 1.0), (to.0 - 1.0, to.1 - 1.0), ink::VERMILION, 2.4);
        let text = format!("✕ {}", short(outside as f64));
        canvas.text(middle, &text, Label::new(14.0, ink::VERMILION, Anchor::Middle).bold());
    } else if count > 0 {
        let colour = if depth > 0.8 { ink::WHITE } else { ink::TEXT };
        canvas.text(middle, &short(count as f64), Label::new(14.0, colour, Anchor::Middle));
    } else {
        canvas.text(middle, "0", Label::new(13.5, ink::AXIS, Anchor::Middle));
    }
}

fn blocks(canvas: &mut Canvas<'_>, columns: &[Column], width: f64) {
    let bottom = TOP + ROW * RecordKind::ALL.len() as f64;
    for block in columns.chunk_by(|a, b| a.boundary == b.boundary) {
        let (first, last) = (block[0].x, block[block.len() - 1].x + width);
        canvas.frame((first - 2.0, TOP - 2.0), (last + 2.0, bottom + 2.0), ink::TEXT, 1.4);
    }
}
