//! Watching the register, and taking the lease over.
//!
//! A standby sees the holder's renewals at the voter of its own site, without a message of its own.
//! Only when it has seen the same renewal for `ttl·(1+ρ)` does it read a majority, and only if the
//! majority shows nothing newer may it propose the next epoch.

use super::{Holding, Role, Site, SiteEffect, SiteTimer};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::decisions::Claim;
use crate::service::message::VoterQuestion;
use crate::service::policy::{Initiative, Policy};
use crate::service::proposer::Concluded;
use crate::terms::{Epoch, LocalTime, Mode, Monotonic, Position, Register, Seat, Side, Span, VoterRecord, Wall};

/// What a standby knows of the lease.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Standby {
    /// The register as seen last.
    seen: Option<Register>,
    /// Since when it has looked like this.
    since: Monotonic,
    /// Since when the epoch has been seen, where an automatic failback asks for it.
    epoch_since: Monotonic,
    /// Whether the claim under way, or one of unknown outcome before, is for the lease of a holder that had
    /// held it for a short time only, and not for the first time.
    flapping: bool,
    /// When to read a majority next.
    look_at: Monotonic,
    look: Option<Look>,
    /// Whether a majority of voters failed to answer last time.
    no_majority: bool,
    /// An operator's order to take over.
    force: Option<Force>,
    /// Whether the test of the mode was waived for the claim under way, or for one of unknown outcome before. A site
    /// that boots cannot know: it may have been granted the lease, or have founded it, and lost its power at that.
    waived: bool,
    announced_lapse: bool,
}

/// An order to take over, whatever may be lost. What was meant for one outage must not strike in the next: it
/// outlasts neither the lease by much, nor the epoch that it was given under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Force {
    until: Monotonic,
    /// The epoch that this site knew of; zero: of none.
    under: Epoch,
}

/// A reading of the voters under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Look {
    token: u32,
    holds: [Option<VoterRecord>; 3],
    until: Monotonic,
}

impl Standby {
    /// A standby that boots, and knows nothing.
    pub(super) const fn booting(now: Monotonic) -> Self {
        Self { waived: true, ..Self::watching(None, now, now) }
    }

    /// Gives up a reading that is under way.
    pub(super) const fn give_up_look(&mut self) {
        self.look = None;
    }

    /// A standby that knows this much of the register since `since`.
    pub(super) const fn watching(seen: Option<Register>, since: Monotonic, look_at: Monotonic) -> Self {
        Self {
            seen,
            since,
            epoch_since: since,
            flapping: false,
            look_at,
            look: None,
            no_majority: false,
            force: None,
            waived: false,
            announced_lapse: false,
        }
    }

    /// The site that the register names, if it was ever seen.
    pub(super) fn believed_holder(&self) -> Option<Side> {
        self.seen.map(|register| register.holder)
    }

    /// The register as seen last, and since when it has looked like this.
    pub(super) const fn seen(&self) -> (Option<Register>, Monotonic) {
        (self.seen, self.since)
    }

    /// Whether the last attempt to reach a majority of voters failed.
    pub(super) const fn no_majority(&self) -> bool {
        self.no_majority
    }

    /// Whether the lease that was seen last has lapsed.
    pub(super) fn has_lapsed<D: Decisions>(&self, now: Monotonic, decisions: &D, policy: &Policy) -> bool {
        let ttl = self.seen.map_or(policy.ttl, |register| register.ttl);
        now.since(self.since) >= decisions.lapsed_after(policy, ttl)
    }

    /// The peer holds the lease under an epoch: whether that ends an order that was given under an earlier one.
    fn outlives_force(&mut self, epoch: Epoch) -> bool {
        self.force.take_if(|force| force.under < epoch).is_some()
    }

    /// The register was founded anew on this site: the next reading shows it as the holder. `uncertain`:
    /// what others acknowledged meanwhile may be lost.
    pub(super) fn founded(&mut self, now: Monotonic, uncertain: bool) {
        self.waived |= uncertain;
        self.look_by(now);
    }

    /// Reads a majority no later than `at`.
    pub(super) fn look_by(&mut self, at: Monotonic) {
        self.look_at = self.look_at.min(at);
    }

    pub(super) fn look_deadline(&self) -> Option<(Monotonic, SiteTimer)> {
        self.look.as_ref().map(|look| (look.until, SiteTimer::AttemptOver))
    }

    pub(super) fn deadline(&self) -> (Monotonic, SiteTimer) {
        self.look_deadline().unwrap_or((self.look_at, SiteTimer::Look))
    }

    /// Takes note of the register. A renewal that was not seen before starts the clock anew, and the next
    /// is due one `loop_wait` and one attempt later: when nobody tells of it, it is looked for.
    fn observe<D: Decisions>(&mut self, now: Monotonic, register: Register, decisions: &D, policy: &Policy) {
        if self.seen.is_some_and(|seen| !decisions.shows_life(&seen, &register)) {
            return;
        }
        let old_epoch = self.seen.is_some_and(|seen| seen.epoch == register.epoch);
        if !old_epoch && policy.failback == Initiative::Automatic {
            self.epoch_since = now;
        }
        self.seen = Some(register);
        self.no_majority = false;
        self.since = now;
        let due = policy.loop_wait + policy.retry_timeout;
        self.look_at = now + due.min(decisions.lapsed_after(policy, register.ttl));
        self.announced_lapse = false;
    }

    /// Plans the next reading after one. What a reading had to show, the voter beside this site did not
    /// tell: until it does, renewals are looked for every `loop_wait`, or a challenger that is cut off from
    /// the holder would count a lease from up to a whole lease after it began.
    fn look_again<D: Decisions>(&mut self, now: Monotonic, decisions: &D, policy: &Policy) {
        let ttl = self.seen.map_or(policy.ttl, |register| register.ttl);
        let lapse = self.since + decisions.lapsed_after(policy, ttl);
        if now < lapse {
            self.look_at = lapse.min(now + policy.loop_wait);
        }
    }
}

impl<D: Decisions> Site<D> {
    /// The voter of this site accepted a value.
    pub(super) fn noticed(&mut self, now: LocalTime, register: Register, effects: &mut Vec<SiteEffect>) {
        let Role::Standby(standby) = &mut self.role else { return };
        standby.observe(now.monotonic, register, &self.decisions, &self.policy);
        // A value of its own, from an attempt that failed, is no reason to forgo the back-off.
        let side = self.identity.side;
        if register.holder == side && register.renewal.site != side {
            standby.look_by(now.monotonic);
        }
        if self.log.has(register.frontier) {
            effects.push(SiteEffect::Forget { through: register.frontier.index });
        }
    }

    /// An operator forces the takeover.
    pub(super) fn force(&mut self, now: LocalTime) {
        if let Role::Standby(standby) = &mut self.role {
            let under = standby.seen.map_or(Epoch(0), |register| register.epoch);
            standby.force = Some(Force { until: now.monotonic + self.policy.rto_bound(), under });
            standby.look_by(now.monotonic);
        }
    }

    /// Looks at the register when it is time to. Before it may take the lease it must know where it stands.
    pub(super) fn watch(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Standby(standby) = &mut self.role else { return };
        let at = now.monotonic;
        if standby.look.take_if(|look| look.until <= at).is_some() {
            standby.no_majority = true;
        }
        if standby.force.take_if(|force| force.until <= at).is_some() {
            effects.push(SiteEffect::Announce(Announcement::OrderExpired));
        }
        if self.proposer.is_busy() || standby.look.is_some() || at < standby.look_at {
            return;
        }
        self.looks = self.looks.wrapping_add(1);
        let token = self.looks;
        standby.look = Some(Look { token, holds: [None; 3], until: at + self.policy.retry_timeout });
        standby.look_at = at + self.policy.loop_wait;
        let question = VoterQuestion::Read { token };
        effects.push(SiteEffect::Probe);
        effects.extend(Seat::ALL.map(|seat| SiteEffect::ToVoter { seat, question }));
    }

    /// A voter answered a reading.
    pub(super) fn looked(
        &mut self,
        now: LocalTime,
        seat: Seat,
        token: u32,
        record: VoterRecord,
        effects: &mut Vec<SiteEffect>,
    ) {
        let Role::Standby(standby) = &mut self.role else { return };
        let Some(look) = standby.look.as_mut().filter(|look| look.token == token) else { return };
        look.holds[seat.index()] = Some(record);
        self.proposer.learn(record.promised, record.members);
        let members = *self.proposer.members();
        let has_vote = |seat: &Seat| look.holds[seat.index()].is_some() && !members.is_vacant(*seat);
        if (Seat::ALL.iter().filter(|seat| has_vote(seat)).count() as u32) < self.proposer.quorum_of(&members) {
            return;
        }
        let latest = look.holds.iter().flatten().max_by_key(|record| record.accepted_ballot());
        let current = latest.and_then(|record| record.accepted);
        standby.look = None;
        standby.no_majority = false;
        if !self.proposer.is_busy() {
            self.assess(now, current, effects);
        }
    }

    /// Decides, with what a majority shows, whether to take the lease.
    fn assess(&mut self, now: LocalTime, current: Option<Register>, effects: &mut Vec<SiteEffect>) {
        let (side, fit) = (self.identity.side, !self.disk_is_late(now));
        let Role::Standby(standby) = &mut self.role else { return };
        if let Some(register) = current {
            standby.observe(now.monotonic, register, &self.decisions, &self.policy);
            standby.look_again(now.monotonic, &self.decisions, &self.policy);
            if register.holder != side && standby.outlives_force(register.epoch) {
                effects.push(SiteEffect::Announce(Announcement::OrderExpired));
            }
        }
        let lapsed = standby.has_lapsed(now.monotonic, &self.decisions, &self.policy);
        let named = current.is_some_and(|register| register.holder == side);
        if lapsed && current.is_some() && !named && !standby.announced_lapse {
            standby.announced_lapse = true;
            effects.push(SiteEffect::Announce(Announcement::LeaseLapsed));
        }
        let forced = standby.force.is_some_and(|force| now.monotonic < force.until);
        let free = match current {
            None => side == Side::A || lapsed,
            Some(_) if named => true,
            Some(_) => lapsed && (forced || self.policy.failover == Initiative::Automatic),
        };
        if let Some(register) = current.filter(|_| named && self.decisions.grants_by_reading()) {
            return self.promoted(now, register, now.monotonic, effects);
        }
        let waited = now.monotonic.since(standby.since);
        let grace_over = self.decisions.grace_is_over(&self.policy, waited);
        let claim = Claim {
            mode: current.map_or(Mode::Replicated, |register| register.mode),
            frontier: current.map_or(Position::default(), |register| register.frontier),
            end: self.log.durable_position(),
            certified: !self.log.uncertified,
            waived: !named && (forced || grace_over),
        };
        let own = named && self.decisions.may_resume(&claim);
        if fit && free && (own || self.decisions.may_take_over(&claim)) {
            // What was waived for a lease that this site has served under was declared then.
            let unserved = current.is_some_and(|register| self.log.fence < register.epoch);
            let carried = named && unserved && standby.waived;
            standby.waived = claim.mode == Mode::Alone && (claim.waived || carried);
            let returned = current.is_some_and(|register| !named && register.epoch > Epoch(1));
            let briefly = now.monotonic.since(standby.epoch_since) < self.policy.failback_block;
            standby.flapping |= returned && briefly;
            let mode = if own { self.decisions.resumes_as(self.policy.replication, &claim) } else { claim.mode };
            self.claim(now, current, mode, effects);
        }
    }

    fn claim(&mut self, now: LocalTime, current: Option<Register>, mode: Mode, effects: &mut Vec<SiteEffect>) {
        let blank = Register {
            epoch: Epoch(0),
            holder: self.identity.side,
            mode,
            frontier: Position::default(),
            last_sync: Wall::ZERO,
            renewal: crate::terms::Ballot::ZERO,
            ttl: self.policy.ttl,
        };
        let before = current.unwrap_or(blank);
        let (epoch, holder) = (before.epoch.next(), self.identity.side);
        let value = Register { epoch, holder, mode, ttl: self.policy.ttl, ..before };
        self.proposer.propose(now.monotonic, self.policy.retry_timeout, current, value, effects);
    }

    /// An attempt to take the lease ended.
    pub(super) fn claim_concluded(&mut self, now: LocalTime, concluded: Concluded, effects: &mut Vec<SiteEffect>) {
        let wait = self.claim_backoff();
        let Role::Standby(standby) = &mut self.role else { return };
        standby.no_majority = matches!(concluded, Concluded::Unheard | Concluded::Unknown);
        standby.look_at = standby.look_at.min(now.monotonic + wait);
        match concluded {
            // It learned meanwhile that it may not be used: the lease lapses as if it had lost its power.
            Concluded::Won { value, .. } if !self.region.is_attested() => self.raise_fence(value.epoch, effects),
            Concluded::Won { value, sent } => self.promoted(now, value, sent, effects),
            Concluded::Lost { current: Some(register) } => {
                standby.observe(now.monotonic, register, &self.decisions, &self.policy);
            }
            Concluded::Lost { current: None } | Concluded::Unheard | Concluded::Unknown | Concluded::Refused => {}
        }
    }

    /// Two proposers back off by site order and entropy, so that they do not duel.
    fn claim_backoff(&mut self) -> Span {
        let quarter = self.policy.loop_wait.scale(1, 4);
        let by_order = if self.identity.side == Side::A { Span::ZERO } else { quarter };
        by_order + self.jitter(quarter) + Span::millis(1)
    }

    fn promoted(&mut self, now: LocalTime, value: Register, sent: Monotonic, effects: &mut Vec<SiteEffect>) {
        let Role::Standby(standby) = &self.role else { return };
        let (waived, flapping) = (standby.waived, standby.flapping);
        let until = self.decisions.lease_until(&self.policy, sent, now.monotonic, value.ttl);
        self.raise_fence(value.epoch, effects);
        self.following = None;
        let end = self.log.durable_position();
        effects.push(SiteEffect::Announce(Announcement::Promoted { epoch: value.epoch, end }));
        if waived {
            let at_most = now.wall.since(value.last_sync) + self.policy.clock_tolerance;
            effects.push(SiteEffect::Announce(Announcement::LossDeclared { at_most }));
        }
        let renew_at = sent + self.policy.loop_wait;
        let mut holding = Holding::new(value, until, renew_at, self.log.end());
        if flapping {
            holding.no_failback_before = now.monotonic + self.policy.failback_block;
        }
        self.role = Role::Holding(holding);
        self.resume_moves(now.monotonic);
        self.replacing.look_now(now.monotonic);
    }
}
