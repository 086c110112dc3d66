//! Copies that had to be made anew, for the terminal.

use super::{Page, counted, rounded};
use crate::report::captions::per_second;

/// The most reseeds that are told.
const RESEEDS: usize = 6;

impl Page<'_> {
    pub(super) fn restores(&mut self) {
        let (measured, names) = (&self.outcome.measurements, &self.outcome.names);
        for (index, restore) in measured.restores.iter().enumerate() {
            let (unit, datacenter) = (names.unit(restore.unit), names.datacenter(restore.datacenter));
            let lost = counted(restore.lost, "acknowledged write");
            let topic = if index == 0 { "restores" } else { "" };
            self.line(
                topic,
                &format!("{unit:<8} in {datacenter} at {}, to {}: {lost} lost", restore.at, restore.taken),
            );
        }
    }

    /// Sites that were far behind and were brought back.
    pub(super) fn reseeds(&mut self) {
        let (measured, names) = (&self.outcome.measurements, &self.outcome.names);
        for (index, reseed) in measured.reseeds.iter().take(RESEEDS).enumerate() {
            let (unit, from, to) =
                (names.unit(reseed.unit), names.datacenter(reseed.from), names.datacenter(reseed.to));
            let (records, lasted) = (counted(reseed.records, "old record"), reseed.lasted(measured.ended));
            let (rate, lasted) = (per_second(reseed.records, lasted), rounded(lasted));
            let over = if reseed.ended.is_some() { "" } else { ", not over" };
            let topic = if index == 0 { "reseeds" } else { "" };
            self.line(topic, &format!("{unit:<8} {from} → {to}: {records} in {lasted}, {rate}{over}"));
        }
        if let Some(more) = measured.reseeds.len().checked_sub(RESEEDS).filter(|&more| more > 0) {
            self.line("", &format!("and {more} more"));
        }
    }
}
