//! Tenants that moved, and the proof that they left nothing behind, as tables of the page.

use crate::metrics::{Move, grouped};
use crate::outcome::Outcome;
use crate::report::captions::{purged, rounded};
use maud::{Markup, html};

/// The most rows that a table has.
const MOST_ROWS: usize = 24;

/// Tenants that moved, and what became of what they had where they were.
pub(super) fn moves(outcome: &Outcome) -> Markup {
    let (moves, names) = (&outcome.measurements.moves, &outcome.names);
    let row = |one: &Move| {
        html! {
            tr {
                td.name { (names.tenant(one.tenant)) }
                td.name { (names.unit(one.from)) " → " (names.unit(one.to)) }
                td.number { (one.ordered) }
                td.number { (grouped(one.came.records)) }
                td.number { (one.came.bytes) }
                td.number { @if let Some(span) = one.drained_for() { (rounded(span)) } @else { "–" } }
                td.number { (grouped(one.refused)) }
                @match (one.cut_over, one.cancelled) {
                    (Some(at), _) => { td.number { (at) } }
                    (None, Some(_)) => { td { "cancelled" } }
                    (None, None) => { td.doubtful { "not over" } }
                }
                td.number { (grouped(one.told)) }
            }
        }
    };
    html! {
        @if !moves.is_empty() {
            h2 { "Tenants that moved" }
            table {
                thead { tr {
                    th { "tenant" } th { "from → to" } th.number { "ordered" } th.number { "records" }
                    th.number { "size" } th.number { "drained for" } th.number { "writes refused" }
                    th.number { "cut over" } th.number { "told so" }
                } }
                tbody { @for one in moves.iter().take(MOST_ROWS) { (row(one)) } }
            }
            (super::events::more(moves.len()))
            (purges(outcome))
        }
    }
}

/// What was where nothing may be left.
fn purges(outcome: &Outcome) -> Markup {
    let (moves, names) = (&outcome.measurements.moves, &outcome.names);
    let rows: Vec<_> = moves.iter().flat_map(|one| one.purges.iter().map(move |purge| (one, purge))).collect();
    html! {
        @if !rows.is_empty() {
            h2 { "What they left behind" }
            table {
                thead { tr { th { "tenant" } th { "unit" } th { "copy" } th { "in" } th { "" } } }
                tbody {
                    @for (one, purge) in rows.iter().take(MOST_ROWS) {
                        tr {
                            td.name { (names.tenant(one.tenant)) }
                            td.name { @if let Some(unit) = one.emptied() { (names.unit(unit)) } }
                            td { (purge.copy) }
                            td.name { (names.datacenter(purge.datacenter)) }
                            td.bad[!purge.left.is_empty()] { (purged(purge)) }
                        }
                    }
                }
            }
            (super::events::more(rows.len()))
        }
    }
}
