//! Holding the lease: renewing it, keeping the register's promise, acknowledging.

use super::backup::Schedule;
use super::moving::Move;
use super::shipping::Peer;
use super::standby::Standby;
use super::switchover::Drain;
use super::tail::{Tail, records_limit, tail_limit};
use super::witness::WitnessWatch;
use super::{Role, Site, SiteEffect, SiteTimer};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::decisions::{CatchUp, Standing};
use crate::service::message::{Placed, Request, Response};
use crate::service::policy::{Policy, Replication};
use crate::service::proposer::Concluded;
use crate::terms::{Epoch, Index, LocalTime, Mode, Monotonic, Refusal, Register, Span, Wall};
use std::collections::VecDeque;

/// What a holder knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Holding {
    /// The epoch it won.
    pub(super) epoch: Epoch,
    /// The register as its last successful attempt left it.
    pub(super) known: Register,
    /// Whether the register may say `replicated` though it was last known to say `alone`: an attempt
    /// was sent, and its outcome is unknown.
    replicated_may_stand: bool,
    /// When the lease ends on this site's clock.
    pub(super) lease_until: Monotonic,
    pub(super) renew_at: Monotonic,
    /// Until when it backs off after an attempt that failed, whatever it wants to write.
    pub(super) back_off_until: Monotonic,
    /// Whether the last attempt did not reach a majority.
    pub(super) no_majority: bool,
    /// Whether an attempt that offered the lease to the peer may still be under way: a switchover that was given
    /// up goes on until then.
    offering: bool,
    /// Writes that wait to be acknowledged, by index.
    pub(super) pending: VecDeque<Pending>,
    /// The end of the log at the promotion: any of it may have been acknowledged before.
    inherited: Index,
    /// The last index that may have been acknowledged.
    pub(super) acknowledged: Index,
    tail: Tail,
    pub(super) peer: Peer,
    pub(super) drain: Option<Drain>,
    pub(super) backup: Schedule,
    /// No automatic failback before this: the holder before had come and gone.
    pub(super) no_failback_before: Monotonic,
    /// When it last said that its disk fails.
    pub(super) disk_alarm: Option<Monotonic>,
    pub(super) witness: WitnessWatch,
    /// Tenants that leave the unit.
    pub(super) moves: Vec<Move>,
    /// Whether they wait for the lease to be renewed: what is due of them meanwhile wakes nobody.
    pub(super) moves_rest: bool,
    serving: bool,
}

/// A write that waits to be acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pending {
    pub(super) index: Index,
    pub(super) request: Request,
    pub(super) placed: Placed,
}

impl Holding {
    /// A lease just won by a site whose log ends at `inherited`.
    pub(super) fn new(value: Register, lease_until: Monotonic, renew_at: Monotonic, inherited: Index) -> Self {
        Self {
            epoch: value.epoch,
            known: value,
            replicated_may_stand: false,
            lease_until,
            renew_at,
            back_off_until: Monotonic::ZERO,
            no_majority: false,
            offering: false,
            pending: VecDeque::new(),
            inherited,
            acknowledged: inherited,
            tail: Tail::default(),
            peer: Peer::unknown(),
            drain: None,
            backup: Schedule::beginning(renew_at),
            no_failback_before: Monotonic::ZERO,
            disk_alarm: None,
            witness: WitnessWatch::default(),
            moves: Vec::new(),
            moves_rest: false,
            serving: false,
        }
    }

    pub(super) fn lease_valid(&self, now: Monotonic) -> bool {
        now < self.lease_until
    }

    /// Why this holder cannot serve once its lease has run out.
    pub(super) fn without_lease(&self) -> Refusal {
        match (self.no_majority, self.offering) {
            (true, _) => Refusal::NoMajority,
            (false, true) => Refusal::SwitchingOver,
            (false, false) => Refusal::NoLease,
        }
    }

    /// Offers the lease to the peer.
    pub(super) fn give_away(&mut self) {
        (self.lease_until, self.offering) = (Monotonic::ZERO, true);
    }

    pub(super) fn refuse_pending(&mut self, refusal: Refusal, effects: &mut Vec<SiteEffect>) {
        effects.extend(self.pending.drain(..).map(|Pending { request, placed, .. }| {
            let response = Response::Refused { refusal, placed: Some(placed) };
            SiteEffect::Respond { request, response }
        }));
    }

    /// The end of the log at the promotion.
    pub(super) const fn inherited(&self) -> Index {
        self.inherited
    }

    /// The peer has everything through an index.
    pub(super) fn replicated(&mut self, through: Index) {
        self.tail.replicated(through);
    }

    /// The most acknowledged records that the peer may lack once `through` is acknowledged.
    fn at_risk(&self, through: Index) -> u64 {
        through.saturating_sub(self.peer.durable.max(self.known.frontier.index))
    }

    /// Whether the peer has all that was acknowledged before the tail: another disk in its place does not at once,
    /// and what was inherited stands in no tail.
    pub(super) fn peer_has_all_but_the_tail(&self) -> bool {
        self.peer.durable >= self.tail.begins().map_or(self.acknowledged, |first| first - 1)
    }

    /// Everything that was acknowledged before this is on the peer.
    fn last_sync(&self, now: LocalTime) -> Wall {
        if !self.peer_has_all_but_the_tail() {
            return self.known.last_sync;
        }
        let age = self.tail.age(now.monotonic);
        Wall(now.wall.0.saturating_sub(age.0)).max(self.known.last_sync)
    }

    /// Whether the last sync time has caught up with the clock.
    pub(super) fn is_in_step(&self, now: LocalTime, policy: &Policy) -> bool {
        now.wall.since(self.last_sync(now)) <= tail_limit(policy)
    }

    /// Whether so much is on no other site that the register must say so before more is.
    pub(super) fn tail_is_long(&self, policy: &Policy, now: Monotonic) -> bool {
        self.tail.age(now) >= tail_limit(policy) || self.at_risk(self.acknowledged) >= records_limit(policy)
    }

    /// Whether the next that could be acknowledged would leave more records on no other site than may be. What stands
    /// before it in the log was acknowledged to nobody, so it is in no tail.
    fn waits_for_room(&self, policy: &Policy) -> bool {
        let risk = self.pending.front().map(|first| self.at_risk(first.index));
        risk.zip(policy.maximum_lag_records).is_some_and(|(risk, most)| risk > most)
    }

    pub(super) fn in_touch(&self) -> bool {
        self.peer.matched && !self.peer.silent
    }

    /// The stricter of all modes that the register may have, or is about to have: in `sync`, a holder
    /// that is `alone` waits for a peer that has nearly caught up, so that the two can meet at all while
    /// traffic goes on.
    fn obeyed(&self, policy: &Policy) -> Mode {
        let closing = policy.replication == Replication::Sync && self.in_touch() && self.peer.caught_up_since.is_some();
        if self.known.mode == Mode::Replicated || self.replicated_may_stand || closing {
            Mode::Replicated
        } else {
            Mode::Alone
        }
    }

    /// What the register should promise now.
    fn wanted_mode<D: Decisions>(&self, decisions: &D, policy: &Policy, now: Monotonic, end: Index) -> Mode {
        let waiting = self.pending.front().is_some_and(|first| first.index > self.peer.durable);
        let is_away = self.peer.is_away(end, policy);
        match (policy.replication, self.known.mode) {
            (Replication::SyncStrict, _) => Mode::Replicated,
            (Replication::Sync, _) if is_away && waiting => Mode::Alone,
            (Replication::Async, Mode::Replicated) if self.tail_is_long(policy, now) => Mode::Alone,
            (Replication::Async, Mode::Replicated) if is_away && self.waits_for_room(policy) => Mode::Alone,
            (_, Mode::Alone) if decisions.has_caught_up(&self.catch_up(policy, now)) => Mode::Replicated,
            (_, mode) => mode,
        }
    }

    fn catch_up(&self, policy: &Policy, now: Monotonic) -> CatchUp {
        CatchUp {
            replication: policy.replication,
            in_touch: self.in_touch(),
            on_peer: self.peer.durable,
            acknowledged: self.acknowledged,
            inherited: self.inherited,
            tail_age: self.tail.age(now),
            maximum_lag: policy.maximum_lag_on_failover,
            tail_records: self.at_risk(self.acknowledged),
            maximum_records: policy.maximum_lag_records,
        }
    }
}

impl<D: Decisions> Site<D> {
    /// Everything that time alone moves at a holder.
    pub(super) fn hold(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        self.check_peer(now.monotonic);
        self.check_disk(now, effects);
        self.check_failback(now, effects);
        self.carry_replacements_on(now, effects);
        self.drain(now, effects);
        self.renew(now, effects);
        self.ship(now.monotonic, effects);
        self.back_up(now.monotonic, effects);
        self.acknowledge(now, effects);
        self.carry_moves_on(now, effects);
    }

    /// Renews the lease, or changes the mode, when it is time to.
    fn renew(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        let backs_off = now.monotonic < holding.back_off_until;
        if backs_off || self.proposer.is_busy() || holding.drain.as_ref().is_some_and(Drain::is_handing) {
            return;
        }
        let mode = holding.wanted_mode(&self.decisions, &self.policy, now.monotonic, self.log.durable());
        if mode == holding.known.mode && now.monotonic < holding.renew_at {
            return;
        }
        self.check_witness(now.monotonic, effects);
        let Role::Holding(holding) = &mut self.role else { return };
        holding.replicated_may_stand |= mode == Mode::Replicated;
        let both = self.log.position(holding.peer.durable.min(self.log.durable()));
        let value = Register {
            mode,
            frontier: both.max(holding.known.frontier),
            last_sync: holding.last_sync(now),
            ttl: self.policy.ttl,
            ..holding.known
        };
        holding.renew_at = now.monotonic + self.policy.loop_wait;
        let (expected, timeout) = (Some(holding.known), self.policy.retry_timeout);
        if holding.lease_valid(now.monotonic) {
            self.proposer.propose(now.monotonic, timeout, expected, value, effects);
        } else {
            // Voters that hear this site, and are not heard by it, would serve the other one no more.
            self.looks = self.looks.wrapping_add(1);
            self.proposer.propose_if_heard((now.monotonic, timeout), self.looks, expected, value, effects);
        }
    }

    /// An attempt to change the register ended.
    pub(super) fn renewal_concluded(&mut self, now: LocalTime, concluded: Concluded, effects: &mut Vec<SiteEffect>) {
        let side = self.identity.side;
        let soon = now.monotonic + Span::millis(50) + self.jitter(self.policy.retry_timeout.scale(1, 4));
        let Role::Holding(holding) = &mut self.role else { return };
        holding.no_majority = matches!(concluded, Concluded::Unheard | Concluded::Unknown);
        holding.offering &= holding.drain.is_some();
        holding.replicated_may_stand &= !matches!(concluded, Concluded::Won { .. });
        match concluded {
            Concluded::Won { value, .. } if value.holder != side => self.handed_over(now, value, effects),
            Concluded::Won { value, sent } => {
                if value.mode != holding.known.mode {
                    effects.push(SiteEffect::Announce(Announcement::ModeChanged { mode: value.mode }));
                }
                holding.known = value;
                let until = self.decisions.lease_until(&self.policy, sent, now.monotonic, value.ttl);
                holding.lease_until = holding.lease_until.max(until);
            }
            // An earlier attempt of this holder, whose outcome was unknown, was seen: at one voter perhaps, so
            // what stood before may still stand. Two majorities may differ in it for ever: only news is
            // acted upon at once.
            Concluded::Lost { current: Some(current) } if current.epoch == holding.epoch && current.holder == side => {
                holding.replicated_may_stand |= holding.known.mode == Mode::Replicated;
                let news = current.renewal > holding.known.renewal;
                holding.back_off_until = if news { now.monotonic } else { soon };
                holding.renew_at = holding.back_off_until;
                holding.known = current;
            }
            Concluded::Lost { current } => self.step_down(now, current, effects),
            Concluded::Unheard | Concluded::Unknown | Concluded::Refused => {
                holding.back_off_until = soon;
                holding.renew_at = holding.renew_at.min(soon);
            }
        }
    }

    /// Leaves the lease to whoever has it now.
    pub(super) fn step_down(&mut self, now: LocalTime, current: Option<Register>, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        holding.refuse_pending(Refusal::NoLease, effects);
        effects.push(SiteEffect::Announce(Announcement::SteppedDown { epoch: holding.epoch }));
        let seen = current.or(Some(holding.known));
        let look_at = now.monotonic + self.policy.loop_wait;
        self.proposer.abandon();
        self.role = Role::Standby(Standby::watching(seen, now.monotonic, look_at));
    }

    /// Lets every acknowledgement leave that may, and refuses what can no longer be acknowledged.
    pub(super) fn acknowledge(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let end = self.log.durable();
        let Role::Holding(holding) = &mut self.role else { return };
        while let Some(&Pending { index, request, placed }) = holding.pending.front() {
            let standing = Standing {
                lease_valid: holding.lease_valid(now.monotonic),
                replication: self.policy.replication,
                mode: holding.obeyed(&self.policy),
                durable: index <= self.log.durable(),
                on_peer: index <= holding.peer.durable,
                tail_age: holding.tail.age(now.monotonic),
                maximum_lag: self.policy.maximum_lag_on_failover,
                tail_records: holding.at_risk(index.max(holding.acknowledged)),
                maximum_records: self.policy.maximum_lag_records,
            };
            if !self.decisions.may_acknowledge(&standing) {
                break;
            }
            holding.pending.pop_front();
            holding.acknowledged = holding.acknowledged.max(index);
            if !standing.on_peer {
                holding.tail.acknowledged(index, now.monotonic, self.policy.maximum_lag_on_failover);
            }
            let (position, epoch) = (self.log.position(index), holding.epoch);
            let response = Response::Acknowledged { placed, position, epoch };
            effects.push(SiteEffect::Respond { request, response });
            if !std::mem::replace(&mut holding.serving, true) {
                effects.push(SiteEffect::Announce(Announcement::Serving { epoch }));
            }
        }
        if !holding.lease_valid(now.monotonic) {
            holding.serving = false;
            holding.refuse_pending(holding.without_lease(), effects);
        } else if self.policy.replication == Replication::SyncStrict && holding.peer.is_away(end, &self.policy) {
            holding.refuse_pending(Refusal::PeerUnreachable, effects);
        }
    }

    /// When a holder next has to act by itself.
    pub(super) fn holding_deadline(&self, holding: &Holding) -> (Monotonic, SiteTimer) {
        let handing = holding.drain.as_ref().is_some_and(Drain::is_handing);
        let idle = !self.proposer.is_busy();
        // Asked after every step: plain comparisons, rather than a list of what is due.
        let mut next = (holding.peer.deadline(&self.policy), SiteTimer::PeerSilent);
        let mut or_at = |at: Monotonic, timer| {
            if at < next.0 {
                next = (at, timer);
            }
        };
        if idle {
            let renew_at = if handing { Monotonic::ZERO } else { holding.renew_at };
            or_at(renew_at.max(holding.back_off_until), SiteTimer::Renew);
        }
        if !holding.pending.is_empty() {
            or_at(holding.lease_until, SiteTimer::LeaseEnds);
        }
        if idle && let Some(at) = self.tail_deadline(holding) {
            or_at(at.max(holding.back_off_until), SiteTimer::TailGrows);
        }
        if let Some(drain) = &holding.drain {
            or_at(drain.deadline(&self.policy), SiteTimer::DrainOver);
        }
        if let Some(at) = self.failback_at(holding) {
            or_at(at, SiteTimer::Failback);
        }
        if let Some(at) = holding.backup.deadline(&self.policy) {
            or_at(at, SiteTimer::BackUp);
        }
        if let Some(at) = self.disk_deadline(holding) {
            or_at(at, SiteTimer::DiskLate);
        }
        if let Some(at) = holding.peer.read_due(self.log.durable(), &self.policy) {
            or_at(at, SiteTimer::Reseed);
        }
        for under_way in holding.moves.iter().filter(|_| !holding.moves_rest) {
            or_at(under_way.deadline(), SiteTimer::Move);
        }
        or_at(self.replacing.deadline(), SiteTimer::Replace);
        next
    }

    fn tail_deadline(&self, holding: &Holding) -> Option<Monotonic> {
        let watched = self.policy.replication == Replication::Async && holding.known.mode == Mode::Replicated;
        holding.tail.oldest().filter(|_| watched).map(|at| at + tail_limit(&self.policy))
    }
}
