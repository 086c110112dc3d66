//! How each scale unit stands at the end of a run, and what became of its tails.

use crate::facts::{Fate, Pending};
use crate::terms::{Datacenter, Instant, Register, Span, VoterRecord};

/// The account of a scale unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitAccount {
    /// How many epochs were won: every promotion, of whichever site.
    pub epochs: u64,
    /// The latest value of the register that any voter durably accepted.
    pub register: Option<Register>,
    /// Records that were set aside with a tail that lost.
    pub set_aside: u64,
    /// What became of them, in the order of [`Fate::ALL`].
    pub fates: [u64; 4],
    /// What it left unfinished when the run ended, and why.
    pub pending: Option<Pending>,
    /// Of a unit that lost a site for good: its datacenter, and the acknowledged records that it alone held.
    pub gone: Option<(Datacenter, u64)>,
}

impl UnitAccount {
    /// Records that were set aside and whose fate is open.
    pub fn waiting(&self) -> u64 {
        self.set_aside.saturating_sub(self.fates.iter().sum())
    }

    /// How long before an instant the last sync time lies: all that was acknowledged before it is on both
    /// sites. `None` before any sync.
    pub fn behind(&self, at: Instant) -> Option<Span> {
        let synced = self.register?.last_sync;
        (synced.0 > 0).then(|| Span(at.0.saturating_sub(synced.0)))
    }

    pub(super) fn persisted(&mut self, record: &VoterRecord) {
        if record.accepted.map(|value| value.renewal) > self.register.map(|known| known.renewal) {
            self.register = record.accepted;
        }
    }

    pub(super) const fn reconciled(&mut self, fate: Fate) {
        self.fates[fate.index()] += 1;
    }
}
