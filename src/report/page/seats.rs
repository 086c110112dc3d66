//! Seats of scale units that got another place, and the proof that they left nothing behind, as a table of the page.

use crate::metrics::Replaced;
use crate::outcome::Outcome;
use crate::report::captions::{replaced, seat};
use maud::{Markup, html};

/// Seats that got another place.
pub(super) fn seats(outcome: &Outcome) -> Markup {
    let (all, names) = (&outcome.measurements.replaced, &outcome.names);
    let row = |one: &Replaced| {
        html! {
            tr {
                td.name { (names.unit(one.unit)) }
                td { (seat(one.seat)) }
                td { (names.datacenter(one.from)) " → " (names.datacenter(one.to)) }
                td.number { (one.ordered) }
                td.bad[one.left.is_none()] { (replaced(one)) }
            }
        }
    };
    html! {
        @if !all.is_empty() {
            h2 { "Seats that got another place" }
            table {
                thead { tr { th { "unit" } th { "seat" } th { "from → to" } th.number { "ordered" } th { "" } } }
                tbody { @for one in all { (row(one)) } }
            }
        }
    }
}
