//! A disk that fails by becoming slow. The site stays honest whatever it does, for it acknowledges only
//! what is durable; but it serves nobody, and its lease, which two other voters grant, would keep the
//! healthy peer from serving. So a holder that waits too long for a flush raises an alarm, and hands the
//! lease over to a peer that has kept up. That is a planned switchover, which loses nothing. If even that
//! cannot be drained, for the flush does not end, the site resigns: it renews its lease no more, and is to
//! its peer as one that is gone. It claims no lease before the flush has ended. Where failover is not
//! automatic, the alarm is all.

use super::holding::Holding;
use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::policy::Initiative;
use crate::terms::{LocalTime, Monotonic};

impl<D: Decisions> Site<D> {
    /// Notes when the flush under way began.
    pub(super) fn time_flush(&mut self, now: LocalTime) {
        if self.flushing && self.policy.disk_timeout.is_some() {
            self.flush_since.get_or_insert(now.monotonic);
        } else {
            self.flush_since = None;
        }
    }

    /// Raises the alarm and begins to hand over, once the flush under way has taken too long.
    pub(super) fn check_disk(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &self.role else { return };
        if self.disk_deadline(holding).is_none_or(|at| at > now.monotonic) {
            return;
        }
        let valid = holding.lease_valid(now.monotonic);
        let kept_up = holding.peer.matched && !holding.peer.silent && holding.peer.caught_up_since.is_some();
        if let Role::Holding(holding) = &mut self.role {
            holding.disk_alarm = Some(now.monotonic);
        }
        if !valid {
            // There is no lease to hand over: it is looked at again as late as after an alarm.
            return;
        }
        effects.push(SiteEffect::Announce(Announcement::DiskFailing));
        if kept_up && self.policy.failover == Initiative::Automatic {
            self.begin_switchover(now, effects);
        }
    }

    /// Gives the lease up where a switchover could not be drained because of the disk.
    pub(super) fn resign(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        if self.disk_is_late(now) && self.policy.failover == Initiative::Automatic {
            self.step_down(now, None, effects);
        }
    }

    /// Whether the flush under way has taken too long.
    pub(super) fn disk_is_late(&self, now: LocalTime) -> bool {
        let late = self.flush_since.zip(self.policy.disk_timeout).map(|(since, timeout)| since + timeout);
        late.is_some_and(|late| late <= now.monotonic)
    }

    /// When the flush under way has taken too long, or is looked at next. The alarm is not repeated, nor another
    /// switchover tried, while one could still be under way.
    pub(super) fn disk_deadline(&self, holding: &Holding) -> Option<Monotonic> {
        let late = self.flush_since.filter(|_| holding.drain.is_none())? + self.policy.disk_timeout?;
        Some(holding.disk_alarm.map_or(late, |told| late.max(told + self.policy.switchover_timeout)))
    }
}
