//! Planned switchover, and failback, which is one that the holder plans itself.
//!
//! It has three stages: serve on until the peer has nearly everything; stop accepting, and drain; name
//! the peer in the register. Writes are refused in the last two only, and no longer than
//! [`Policy::switchover_bound`]. An automatic failback waits until the preferred primary has had
//! everything for a while, and is not repeated while the primary comes and goes.

use super::holding::Holding;
use super::standby::Standby;
use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::message::{Order, PeerMessage};
use crate::service::policy::{Initiative, Policy};
use crate::terms::{CopyClass, LocalTime, Mode, Monotonic, Register, Side};

/// A switchover under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Drain {
    /// When its stage began.
    since: Monotonic,
    stage: Stage,
}

/// How far a switchover has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// The holder serves on, and waits for the peer to have nearly everything.
    CatchingUp,
    /// It accepts no writes, and waits for the peer to have the rest.
    Draining,
    /// The register may name the peer by now: the lease counts as given away.
    Handing,
}

impl Drain {
    pub(super) fn is_handing(&self) -> bool {
        self.stage == Stage::Handing
    }

    /// Whether writes are refused for its sake.
    pub(super) fn refuses_writes(&self) -> bool {
        self.stage != Stage::CatchingUp
    }

    pub(super) fn deadline(&self, policy: &Policy) -> Monotonic {
        let patience = if self.stage == Stage::CatchingUp { policy.switchover_timeout } else { policy.drain_timeout };
        self.since + patience
    }
}

impl<D: Decisions> Site<D> {
    /// An operator orders. Leaving the preferred primary is a failover, returning to it a failback.
    pub(super) fn ordered(&mut self, now: LocalTime, order: Order, effects: &mut Vec<SiteEffect>) {
        let holds = matches!(self.role, Role::Holding(_));
        let leaves = if holds { self.identity.side } else { self.identity.side.peer() };
        let allowed = if leaves == Side::A { self.policy.failover } else { self.policy.failback };
        match order {
            Order::Export => self.copy_out(now.monotonic, CopyClass::Export, effects),
            Order::SupportDump => self.copy_out(now.monotonic, CopyClass::SupportDump, effects),
            _ if allowed == Initiative::Disabled => effects.push(SiteEffect::Announce(Announcement::OrderRefused)),
            Order::PlannedSwitchover if holds => self.begin_switchover(now, effects),
            Order::ForcedFailover if !holds => self.force(now),
            Order::Refound => self.refound_ordered(now, effects),
            Order::PlannedSwitchover | Order::ForcedFailover => {
                effects.push(SiteEffect::Announce(Announcement::OrderRefused));
            }
        }
    }

    /// Asks the peer for a sign of life, and how far it is.
    pub(super) fn begin_switchover(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        if holding.drain.is_some() {
            return;
        }
        holding.drain = Some(Drain { since: now.monotonic, stage: Stage::CatchingUp });
        holding.peer.ask_again(now.monotonic);
        holding.peer.heard_at = None;
        effects.push(SiteEffect::Announce(Announcement::SwitchoverPlanned));
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
            self.resign(now, effects);
            return;
        }
        // A peer that is not certified could not take what it is handed.
        let peer = &holding.peer;
        let ready = peer.matched && peer.heard_at.is_some() && peer.is_certified();
        let behind = self.log.end().saturating_sub(peer.durable);
        if drain.stage == Stage::CatchingUp && ready && behind <= self.policy.batch_records {
            *drain = Drain { since: now.monotonic, stage: Stage::Draining };
            effects.push(SiteEffect::Announce(Announcement::SwitchoverBegan));
        }
        let drained = drain.stage == Stage::Draining && ready && behind == 0 && holding.pending.is_empty();
        let backs_off = now.monotonic < holding.back_off_until;
        if backs_off || self.proposer.is_busy() || !(drained || drain.is_handing()) {
            return;
        }
        drain.stage = Stage::Handing;
        holding.give_away();
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
        self.raise_fence(value.epoch, effects);
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

    /// Starts an automatic failback when the preferred primary has been caught up for long enough, and
    /// has not fallen behind since.
    pub(super) fn check_failback(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &self.role else { return };
        if self.failback_at(holding).is_none_or(|at| at > now.monotonic) {
            return;
        }
        if holding.lease_valid(now.monotonic) && holding.is_in_step(now, &self.policy) {
            self.begin_switchover(now, effects);
        } else if let Role::Holding(holding) = &mut self.role {
            holding.peer.caught_up_since = None;
        }
    }

    pub(super) fn failback_at(&self, holding: &Holding) -> Option<Monotonic> {
        let wanted = self.identity.side == Side::B
            && self.policy.failback == Initiative::Automatic
            && holding.known.mode == Mode::Replicated
            && holding.drain.is_none()
            && !self.replacing.is_leaving(Side::A);
        let ready = holding.peer.caught_up_since.filter(|_| wanted)? + self.policy.failback_after;
        Some(ready.max(holding.no_failback_before))
    }
}
