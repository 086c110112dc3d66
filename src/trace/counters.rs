//! The counters of a scale unit in a trace file.

use crate::terms::{Index, Instant, Record, Side, Span};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What clients of a unit see, and how far its peer lags.
#[derive(Debug, Default)]
pub(super) struct Counters {
    acknowledged: u64,
    refused: u64,
    outbox: BTreeSet<Record>,
    /// The last index acknowledged, and the last durable at each side.
    last: Index,
    ends: [Index; 2],
    told: Option<[u64; 4]>,
}

impl Counters {
    pub(super) fn acknowledged(&mut self, index: Index) {
        self.acknowledged += 1;
        self.last = self.last.max(index);
    }

    pub(super) const fn refused(&mut self) {
        self.refused += 1;
    }

    pub(super) fn waits(&mut self, record: Record) {
        self.outbox.insert(record);
    }

    pub(super) fn leaves(&mut self, record: Record) {
        if !self.outbox.is_empty() {
            self.outbox.remove(&record);
        }
    }

    /// A side's log is durable through an index, or was cut there.
    pub(super) fn ends(&mut self, side: Side, index: Index, cut: bool) {
        let end = &mut self.ends[side.index()];
        *end = if cut { index } else { index.max(*end) };
    }

    /// The values of the slot that is over, if they are not those that were told last.
    pub(super) fn changed(&mut self) -> Option<Value> {
        let lag = self.last.saturating_sub(self.ends[0].min(self.ends[1]));
        let values = [self.acknowledged, self.refused, self.outbox.len() as u64, lag];
        (self.acknowledged, self.refused) = (0, 0);
        let [acknowledged, refused, outbox, lag] = values;
        (self.told.replace(values) != Some(values)).then(
            || json!({ "acknowledged": acknowledged, "refused": refused, "in outboxes": outbox, "on one site": lag }),
        )
    }
}

/// Slots of equal length, one after the other.
#[derive(Debug)]
pub(super) struct Slot {
    begins: Instant,
    width: Span,
}

impl Slot {
    pub(super) const fn of(begins: Instant, width: Span) -> Self {
        Self { begins, width }
    }

    /// When the slot began that is over at `at`; the next one is then that of `at`.
    pub(super) fn over(&mut self, at: Instant) -> Option<Instant> {
        if at < self.begins + self.width {
            return None;
        }
        let begun = self.begins;
        self.begins = begun + Span(at.since(begun).0 / self.width.0 * self.width.0);
        Some(begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_slot_is_told_once() {
        let mut counters = Counters::default();
        counters.acknowledged(3);
        counters.ends(Side::A, 3, false);
        let values = counters.changed().expect("something happened");
        assert_eq!((&values["acknowledged"], &values["on one site"]), (&json!(1), &json!(3)));
        assert_eq!(counters.changed().expect("it is over")["acknowledged"], 0);
        assert_eq!(counters.changed(), None);
    }

    #[test]
    fn slots_follow_the_time_over_gaps() {
        let mut slot = Slot::of(Instant(10), Span(5));
        assert_eq!(slot.over(Instant(14)), None);
        assert_eq!(slot.over(Instant(28)), Some(Instant(10)));
        assert_eq!(slot.over(Instant(29)), None);
        assert_eq!(slot.over(Instant(30)), Some(Instant(25)));
    }
}
