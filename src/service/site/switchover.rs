//! Planned switchover, and failback, which is one that the holder plans itself: stop accepting, drain,
//! make sure that the peer has everything, then name the peer in the register.

use super::holding::Holding;
use super::standby::Standby;
use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::message::PeerMessage;
use crate::service::policy::{Initiative, Policy};
use crate::terms::{LocalTime, Mode, Monotonic, Register, Side};

/// A switchover under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Drain {
    since: Monotonic,
    /// Whether the register may name the peer by now. From then on the lease counts as given away.
    handing: bool,
}

impl Drain {
    pub(super) const fn is_handing(&self) -> bool {
        self.handing
    }

    pub(super) fn deadline(&self, policy: &Policy) -> Monotonic {
        self.since + policy.switchover_timeout
    }
}

impl<D: Decisions> Site<D> {
    /// Stops accepting writes, and asks the peer for a sign of life.
    pub(super) fn begin_switchover(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        if holding.drain.is_some() {
            return;
        }
        holding.drain = Some(Drain { since: now.monotonic, handing: false });
        holding.peer.ask_again(now.monotonic);
        holding.peer.heard_at = None;
        effects.push(SiteEffect::Announce(Announcement::SwitchoverBegan));
    }

    /// Hands the lease over once everything is on the peer; gives up when that takes too long.
    pub(super) fn drain(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        let Some(drain) = &mut holding.drain else { return };
        if now.monotonic >= drain.deadline(&self.policy) {
            // Where the peer may already be named, nothing is acknowledged before the next success of
            // one's own: the lease was given away when the attempt was sent.
            holding.drain = None;
            holding.renew_at = now.monotonic;
            holding.peer.caught_up_since = None;
            effects.push(SiteEffect::Announce(Announcement::SwitchoverCancelled));
            return;
        }
        let peer = &holding.peer;
        let drained =
            holding.pending.is_empty() && peer.matched && peer.heard_at.is_some() && peer.durable == self.log.end();
        if self.proposer.is_busy() || !(drained || drain.handing) {
            return;
        }
        drain.handing = true;
        holding.lease_until = Monotonic::ZERO;
        let value = Register {
            epoch: holding.epoch.next(),
            holder: self.identity.side.peer(),
            mode: Mode::Replicated,
            frontier: self.log.durable_position(),
            last_sync: now.wall,
            ..holding.known
        };
        let expected = Some(holding.known);
        self.proposer.propose(now.monotonic, self.policy.retry_timeout, expected, value, effects);
    }

    /// The register names the peer.
    pub(super) fn handed_over(&mut self, now: LocalTime, value: Register, effects: &mut Vec<SiteEffect>) {
        self.log.fence = self.log.fence.max(value.epoch);
        effects.push(SiteEffect::Announce(Announcement::HandedOver));
        effects.push(SiteEffect::ToPeer(PeerMessage::HandedOver { epoch: value.epoch }));
        let look_at = now.monotonic + self.policy.lapsed_after(value.ttl);
        self.role = Role::Standby(Standby::watching(Some(value), now.monotonic, look_at));
    }

    /// The old holder says that the register names this site.
    pub(super) fn look_now(&mut self, now: LocalTime) {
        if let Role::Standby(standby) = &mut self.role {
            standby.look_by(now.monotonic);
        }
    }

    /// Starts an automatic failback when the preferred primary has been caught up for long enough.
    pub(super) fn check_failback(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &self.role else { return };
        if self.failback_at(holding).is_none_or(|at| at > now.monotonic) {
            return;
        }
        if holding.lease_valid(now.monotonic) {
            self.begin_switchover(now, effects);
        } else if let Role::Holding(holding) = &mut self.role {
            holding.peer.caught_up_since = None;
        }
    }

    pub(super) fn failback_at(&self, holding: &Holding) -> Option<Monotonic> {
        let wanted = self.identity.side == Side::B
            && self.policy.failback == Initiative::Automatic
            && holding.known.mode == Mode::Replicated
            && holding.drain.is_none();
        holding.peer.caught_up_since.filter(|_| wanted).map(|since| since + self.policy.failback_after)
    }
}
