//! Seats that got another place, for the terminal.

use super::Page;
use crate::report::captions;

/// The most seats that are told.
const SEATS: usize = 8;

impl Page<'_> {
    pub(super) fn seats(&mut self) {
        let outcome = self.outcome;
        let (replaced, names) = (&outcome.measurements.replaced, &outcome.names);
        for (index, one) in replaced.iter().take(SEATS).enumerate() {
            let topic = if index == 0 { "seats" } else { "" };
            let (unit, from, to) = (names.unit(one.unit), names.datacenter(one.from), names.datacenter(one.to));
            let what = captions::seat(one.seat);
            self.line(topic, &format!("{unit:<8} {what}, {from} → {to}: {}", captions::replaced(one)));
        }
        if let Some(more) = replaced.len().checked_sub(SEATS).filter(|&more| more > 0) {
            self.line("", &format!("and {more} more"));
        }
    }
}
