//! Tenants that moved, for the terminal.

use super::{Page, counted, rounded};
use crate::metrics::Move;
use crate::report::captions;

/// The most moves that are told.
const MOVES: usize = 8;

impl Page<'_> {
    pub(super) fn moves(&mut self) {
        let outcome = self.outcome;
        let (measured, names) = (&outcome.measurements, &outcome.names);
        for (index, one) in measured.moves.iter().take(MOVES).enumerate() {
            let topic = if index == 0 { "moves" } else { "" };
            let (tenant, from, to) = (names.tenant(one.tenant), names.unit(one.from), names.unit(one.to));
            self.line(topic, &format!("{tenant}  {from} → {to}: {}", course(one)));
            for purge in &one.purges {
                let datacenter = names.datacenter(purge.datacenter);
                self.line("", &format!("  {:<16} in {datacenter}: {}", purge.copy.name(), captions::purged(purge)));
            }
        }
        if let Some(more) = measured.moves.len().checked_sub(MOVES).filter(|&more| more > 0) {
            self.line("", &format!("and {more} more"));
        }
    }
}

fn course(one: &Move) -> String {
    let came = format!("{}, {}", counted(one.came.records, "record"), one.came.bytes);
    match (one.cut_over, one.cancelled) {
        (Some(at), _) => {
            let drained = one.drained_for().map_or_else(|| "unknown".to_owned(), rounded);
            let took = rounded(at.since(one.ordered));
            format!(
                "{came}, cut over {took} after the order, drained for {drained}; {} refused, {} told of the move",
                counted(one.refused, "write"),
                one.told
            )
        }
        (None, Some(at)) => format!("{came} copied, cancelled {} after the order", rounded(at.since(one.ordered))),
        (None, None) => "not over".to_owned(),
    }
}
