//! A witness that no longer votes. Writes go on and nobody notices, until a second voter is gone: then there
//! is no majority, and no failover. So the holder raises an alarm.
//!
//! It looks only when it renews the lease, which costs no wake-up of its own: the alarm comes when the
//! witness has been silent for `witness_timeout`, and at most a `loop_wait` later.

use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::terms::{Monotonic, Seat};

/// When the witness voted last, as a holder knows it. All empty where nobody asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct WitnessWatch {
    heard: Option<Monotonic>,
    alarmed: bool,
}

impl<D: Decisions> Site<D> {
    /// A voter that remembers answered.
    pub(super) fn heard_voter(&mut self, now: Monotonic, seat: Seat) {
        if let Role::Holding(holding) = &mut self.role
            && seat == Seat::Witness
            && self.policy.witness_timeout.is_some()
        {
            holding.witness = WitnessWatch { heard: Some(now), alarmed: false };
        }
    }

    /// Raises the alarm, once for each silence.
    pub(super) fn check_witness(&mut self, now: Monotonic, effects: &mut Vec<SiteEffect>) {
        let (Role::Holding(holding), Some(timeout)) = (&mut self.role, self.policy.witness_timeout) else { return };
        let watch = &mut holding.witness;
        let heard = *watch.heard.get_or_insert(now);
        if !watch.alarmed && now.since(heard) >= timeout {
            watch.alarmed = true;
            effects.push(SiteEffect::Announce(Announcement::WitnessSilent));
        }
    }
}
