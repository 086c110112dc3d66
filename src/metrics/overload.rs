//! Overload: what was tried again, what was turned away, and how much of what users wanted they got in
//! time.

use super::{Measured, Metric};
use crate::facts::Fact;
use crate::terms::{Birth, Instant, RecordKind, Refusal, Span};

/// A user takes a message that is not through after this for failed. An assumption.
const IN_TIME: Span = Span::secs(10);

/// What too much load did to a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overload {
    /// Requests of users: records to be written and conversations opened.
    pub requests: u64,
    /// Attempts that were made because an earlier one had failed.
    pub retries: u64,
    /// Writes that a site refused because its queue was full.
    pub turned_away: u64,
    /// Requests that left a queue unserved because their client had given up.
    pub dropped: u64,
    /// The longest time that a client was told to stay away.
    pub longest_retry_after: Span,
    /// Writes made between the end of the last fault, or the moment of one without length, and the end
    /// of the safety phase.
    pub offered_after_faults: u64,
    /// Writes settled in the same time, and soon enough: confirmed or refused for good within
    /// ten seconds of their making.
    pub settled_after_faults: u64,
}

impl Overload {
    /// The value of a metric of overload; `None` where there is nothing to measure.
    pub(super) fn value(&self, metric: Metric) -> Option<Measured> {
        match metric {
            Metric::Retries => Some(Measured::Count(self.retries)),
            Metric::RetryShare => self.retry_share().map(Measured::MilliPercent),
            Metric::Shed => Some(Measured::Count(self.turned_away + self.dropped)),
            Metric::RetryAfter => self.was_shed().then_some(Measured::Micros(self.longest_retry_after.0)),
            Metric::GoodputAfterFaults => self.goodput_after_faults().map(Measured::MilliPercent),
            _ => None,
        }
    }

    /// Retries for a hundred requests, in thousandths of a percent. `None` without any request.
    pub fn retry_share(&self) -> Option<i64> {
        share(self.retries, self.requests)
    }

    /// The share of the writes made after the faults that were settled soon enough, in thousandths of
    /// a percent. `None` where no time was left after a fault.
    pub fn goodput_after_faults(&self) -> Option<i64> {
        share(self.settled_after_faults, self.offered_after_faults)
    }

    /// Whether anything was refused or given up for want of capacity.
    pub const fn was_shed(&self) -> bool {
        self.turned_away + self.dropped > 0
    }
}

fn share(part: u64, whole: u64) -> Option<i64> {
    let milli = u128::from(part) * 100_000 / u128::from((whole > 0).then_some(whole)?);
    Some(i64::try_from(milli).unwrap_or(i64::MAX))
}

/// Folds overload.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OverloadFold {
    overload: Overload,
    after_faults: bool,
}

impl OverloadFold {
    #[inline]
    pub(super) fn observe(&mut self, at: Instant, fact: &Fact) {
        let overload = &mut self.overload;
        let settled = |birth: &Birth| u64::from(self.after_faults && at - birth.born <= IN_TIME);
        match *fact {
            Fact::RecordBorn(ref birth) => {
                overload.requests += 1;
                let is_stored = birth.kind != RecordKind::CallMedia;
                overload.offered_after_faults += u64::from(self.after_faults && is_stored);
            }
            Fact::Confirmed { ref birth, .. } => overload.settled_after_faults += settled(birth),
            Fact::Read { .. } => overload.requests += 1,
            Fact::Retried(_) => overload.retries += 1,
            Fact::Dropped(_) => overload.dropped += 1,
            Fact::WriteRefused { refusal: Refusal::Overloaded { retry_after }, .. } => {
                overload.turned_away += 1;
                overload.longest_retry_after = overload.longest_retry_after.max(retry_after);
            }
            Fact::WriteRefused { ref birth, refusal, .. } if !refusal.is_transient() => {
                overload.settled_after_faults += settled(birth);
            }
            Fact::FaultBegan { .. } | Fact::FaultEnded { .. } => {
                (overload.offered_after_faults, overload.settled_after_faults) = (0, 0);
                self.after_faults = true;
            }
            Fact::LivenessBegan => self.after_faults = false,
            _ => {}
        }
    }

    pub(super) const fn finish(self) -> Overload {
        self.overload
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Dropped;
    use crate::facts::Retried;
    use crate::terms::{Datacenter, Unit};

    fn birth() -> Birth {
        crate::metrics::tests::birth(1, Instant::ZERO)
    }

    fn folded(facts: &[Fact]) -> Overload {
        let mut fold = OverloadFold::default();
        (0..).zip(facts).for_each(|(second, fact)| fold.observe(Instant::ZERO + Span::secs(second), fact));
        fold.finish()
    }

    #[test]
    fn goodput_counts_from_the_end_of_the_last_fault_to_the_end_of_traffic() {
        let (birth, unit) = (birth(), Unit(0));
        let (born, confirmed) = (Fact::RecordBorn(birth), Fact::Confirmed { birth, unit });
        let (began, ended) = (Fact::FaultBegan { fault: 0 }, Fact::FaultEnded { fault: 0 });
        assert_eq!(folded(&[born, confirmed]).goodput_after_faults(), None);
        let run = [born, began, born, confirmed, ended, born, born, confirmed, Fact::LivenessBegan, confirmed];
        assert_eq!(folded(&run).goodput_after_faults(), Some(50_000));
        let mut late = vec![began, ended, born, born, confirmed];
        late.splice(2..2, [Fact::Ended { unfinished: 0 }; 9]);
        assert_eq!(folded(&late).goodput_after_faults(), Some(0), "the write was made at the start");
        let to_the_end = [began, born, ended, Fact::LivenessBegan, confirmed];
        assert_eq!(folded(&to_the_end).goodput_after_faults(), None);
    }

    #[test]
    fn retries_are_a_share_of_what_users_asked_for() {
        let (birth, unit) = (birth(), Unit(0));
        let retried = Fact::Retried(Retried { unit, to: Datacenter(0), attempt: 2 });
        let dropped = Fact::Dropped(Dropped { unit, datacenter: Datacenter(0), waited: Span::secs(4) });
        let overload = folded(&[Fact::RecordBorn(birth), Fact::RecordBorn(birth), retried, dropped]);
        assert_eq!((overload.retry_share(), overload.was_shed()), (Some(50_000), true));
        assert_eq!(folded(&[retried]).retry_share(), None);
    }
}
