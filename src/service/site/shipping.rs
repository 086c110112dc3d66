//! Replication, seen from the holder: sending the log to the peer, and bringing a peer back.
//!
//! What is within a window of the log's end is at hand and is sent as it comes. A peer further behind is
//! **reseeded**: older records must be read again, which costs the datacenter the time of serving clients,
//! so they wait for their turn with what clients ask, and for [`Policy::reseed_rate`] where one is set. One
//! turn is waited for at a time, and nothing overtakes it; those read before are still under way meanwhile.
//! What a long queue held up beyond the rate is made up for: a rate is a promise under load, too.

use super::holding::Holding;
use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::message::{Batch, PeerMessage};
use crate::service::policy::Policy;
use crate::terms::{Epoch, Incarnation, Index, LocalTime, Monotonic, Position, Span};

/// What the holder knows of its peer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Peer {
    /// Whether the peer's log agrees with this one up to its end.
    pub(super) matched: bool,
    /// The last index durable at the peer and in agreement.
    pub(super) durable: Index,
    /// The last index sent.
    sent: Index,
    /// The run of sending under way. Sending starts anew once for each run, however many probes and
    /// batches of it the peer answers with the end of its log.
    run: u32,
    /// When the oldest unanswered message left.
    asked_at: Option<Monotonic>,
    /// When to ask a peer again that is not matched or was not heard for long, or to certify it again.
    probe_at: Monotonic,
    /// Whether it did not answer in time.
    pub(super) silent: bool,
    /// Whether it said that its store is certified.
    certified: bool,
    /// The generation of its store, once it was heard.
    incarnation: Option<Incarnation>,
    /// Since when it has had everything but what is under way.
    pub(super) caught_up_since: Option<Monotonic>,
    /// When it was last heard.
    pub(super) heard_at: Option<Monotonic>,
    /// The old records that are being read for it.
    reading: Option<Batch>,
    /// When the next may be, by the rate of reseeding.
    read_at: Monotonic,
    /// By how much the last turn came later than the next was due.
    late: Span,
    /// Through which index old records were read for it.
    old_through: Index,
}

impl Peer {
    pub(super) const fn unknown() -> Self {
        Self {
            matched: false,
            durable: 0,
            sent: 0,
            run: 0,
            asked_at: None,
            probe_at: Monotonic::ZERO,
            silent: false,
            certified: false,
            incarnation: None,
            caught_up_since: None,
            heard_at: None,
            reading: None,
            read_at: Monotonic::ZERO,
            late: Span::ZERO,
            old_through: 0,
        }
    }

    /// Asks the peer where its log ends, at the next opportunity.
    pub(super) const fn ask_again(&mut self, now: Monotonic) {
        self.matched = false;
        self.sent = self.durable;
        self.late = Span::ZERO;
        self.run += 1;
        self.probe_at = now;
    }

    /// Another machine with an empty store stands in its place from now on: what the one before said is gone with it.
    pub(super) fn was_replaced(&mut self, now: Monotonic) {
        let incarnation = self.incarnation.map(|known| Incarnation(known.0 + 1));
        *self = Self { run: self.run + 1, incarnation, silent: true, probe_at: now, ..Self::unknown() };
    }

    pub(super) fn deadline(&self, policy: &Policy) -> Monotonic {
        let probe = if self.matched && self.certified { Monotonic::NEVER } else { self.probe_at };
        let silence = self.asked_at.filter(|_| !self.silent).map_or(Monotonic::NEVER, |at| at + policy.peer_timeout);
        probe.min(silence)
    }

    /// Notes the generation of the peer's store that speaks. Whether it is the one heard before, or a
    /// later one: then nothing is known of it. An earlier one is gone with whatever it said.
    fn speaks_as(&mut self, incarnation: Incarnation) -> bool {
        if self.incarnation.is_some_and(|known| known < incarnation) {
            let Self { run, probe_at, heard_at, reading, read_at, .. } = *self;
            *self = Self { run, probe_at, heard_at, reading, read_at, ..Self::unknown() };
        }
        *self.incarnation.get_or_insert(incarnation) == incarnation
    }

    /// Whether it said that its store has lost nothing that it once held.
    pub(super) const fn is_certified(&self) -> bool {
        self.certified
    }

    /// Whether nothing that waits for it can be acknowledged soon: it does not answer, or lacks more of a log
    /// that ends at `end` than what is at hand.
    pub(super) const fn is_away(&self, end: Index, policy: &Policy) -> bool {
        self.silent || self.matched && end.saturating_sub(self.durable) > policy.window_records
    }

    /// Whether the next record to send must be read again.
    const fn next_is_old(&self, end: Index, policy: &Policy) -> bool {
        end.saturating_sub(self.sent) > policy.window_records
    }

    /// Whether something is to be sent and the window has room for it.
    const fn has_room(&self, end: Index, policy: &Policy) -> bool {
        let waits = self.matched && self.reading.is_none() && self.sent < end;
        waits && self.sent - self.durable < policy.window_records
    }

    /// Whether it lacks any of the old records that were read for it.
    pub(super) const fn lacks_old(&self) -> bool {
        self.durable < self.old_through
    }

    /// When to read on, if the next record must be read again.
    pub(super) fn read_due(&self, end: Index, policy: &Policy) -> Option<Monotonic> {
        (self.has_room(end, policy) && self.next_is_old(end, policy)).then_some(self.read_at)
    }

    /// How many old records to read besides a usual turn's where the last turn came so late: what whole turns
    /// would have read meanwhile, as far as the window has room for it.
    fn owed(&self, late: Span, policy: &Policy) -> u64 {
        let room = policy.window_records.saturating_sub(self.sent - self.durable);
        let missed = policy.reseed_owed(late).min(room.saturating_sub(policy.reseed_batch()));
        missed - missed % policy.reseed_batch()
    }

    fn send(&mut self, now: Monotonic, batch: Batch, effects: &mut Vec<SiteEffect>) {
        effects.push(SiteEffect::ToPeer(PeerMessage::Batch(batch)));
        self.asked_at.get_or_insert(now);
        self.sent = batch.last;
    }

    fn heard(&mut self, now: Monotonic) {
        self.heard_at = Some(now);
        self.silent = false;
        self.asked_at = None;
    }
}

impl<D: Decisions> Site<D> {
    /// Counts a peer as silent that did not answer in time.
    pub(super) fn check_peer(&mut self, now: Monotonic) {
        let Role::Holding(holding) = &mut self.role else { return };
        let peer = &mut holding.peer;
        if !peer.silent && peer.asked_at.is_some_and(|at| now.since(at) >= self.policy.peer_timeout) {
            peer.silent = true;
            peer.caught_up_since = None;
            peer.ask_again(now);
        }
    }

    /// Sends what the peer lacks, as far as the window allows; probes a peer that is not matched. One
    /// that has everything is looked after when the lease is renewed, so it costs no wake-up.
    pub(super) fn ship(&mut self, now: Monotonic, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        let (epoch, peer) = (holding.epoch, &mut holding.peer);
        if !peer.matched {
            if now >= peer.probe_at {
                let waits = self.log.durable() > peer.durable || peer.heard_at.is_none();
                peer.probe_at = now + if waits { self.policy.peer_timeout } else { self.policy.loop_wait };
                peer.asked_at.get_or_insert(now);
                effects.push(SiteEffect::ToPeer(PeerMessage::Probe { epoch, run: peer.run }));
            }
            return;
        }
        if now >= peer.probe_at {
            peer.probe_at = now + self.policy.loop_wait;
            if !peer.certified {
                certify(now, holding, effects);
            } else if peer.heard_at.is_none_or(|at| now.since(at) >= self.policy.ttl) {
                // A store that was replaced says nothing by itself, and an idle log has nothing to send it.
                effects.push(SiteEffect::ToPeer(PeerMessage::Probe { epoch, run: peer.run }));
            }
        }
        let (peer, end) = (&mut holding.peer, self.log.durable());
        let mut read = None;
        while peer.has_room(end, &self.policy) {
            let old = peer.next_is_old(end, &self.policy);
            if old && now < peer.read_at {
                break;
            }
            let late = if old { std::mem::take(&mut peer.late) } else { Span::ZERO };
            let owed = peer.owed(late, &self.policy);
            let records = if old { self.policy.reseed_batch() + owed } else { self.policy.batch_records };
            let first = peer.sent + 1;
            let last = (peer.sent + records).min(end).min(self.log.end_of_epoch_at(first));
            let (previous, of) = (self.log.position(peer.sent), self.log.position(first).epoch);
            let batch = Batch { epoch, run: peer.run, previous, of, first, last };
            if old {
                let was_due = now.before(late.min(self.policy.reseed_pause(owed + self.policy.reseed_batch())));
                peer.read_at = was_due + self.policy.reseed_pause(last - peer.sent);
                peer.reading = Some(batch);
                peer.caught_up_since = None;
                peer.old_through = last;
                read = Some(batch);
            } else {
                peer.send(now, batch, effects);
            }
        }
        if let Some(batch) = read {
            self.take_snapshot(batch.first, batch.last, effects);
            effects.push(SiteEffect::Reread(batch));
        }
    }

    /// Old records are at hand. They are sent unless they are not the next any more. That the peer was asked
    /// meanwhile whether it is there changes nothing: behind a long queue it is asked during every turn.
    pub(super) fn reread(&mut self, now: Monotonic, batch: Batch, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        let peer = &mut holding.peer;
        let asked = peer.reading.take_if(|reading| *reading == batch).is_some();
        if !asked || !peer.matched || peer.sent != batch.previous.index {
            return;
        }
        peer.late = now.since(peer.read_at);
        let mut part = Batch { run: peer.run, last: batch.previous.index, ..batch };
        while part.last < batch.last {
            let (first, last) = (part.last + 1, (part.last + self.policy.batch_records).min(batch.last));
            let previous =
                if first == batch.first { batch.previous } else { Position { epoch: batch.of, index: part.last } };
            part = Batch { previous, first, last, ..part };
            peer.send(now, part, effects);
        }
    }

    /// The peer has stored through an index.
    pub(super) fn peer_stored(
        &mut self,
        now: LocalTime,
        (epoch, incarnation): (Epoch, Incarnation),
        (through, certified): (Index, bool),
        effects: &mut Vec<SiteEffect>,
    ) {
        let Role::Holding(holding) = &mut self.role else { return };
        if epoch != holding.epoch || !holding.peer.speaks_as(incarnation) || !holding.peer.matched {
            return;
        }
        let peer = &mut holding.peer;
        peer.heard(now.monotonic);
        peer.certified = certified;
        peer.durable = peer.durable.max(through);
        peer.sent = peer.sent.max(through);
        if peer.sent > peer.durable {
            peer.asked_at = Some(now.monotonic);
        }
        let through = peer.durable.min(self.log.durable());
        holding.replicated(through);
        effects.push(SiteEffect::Forget { through });
        certify(now.monotonic, holding, effects);
        self.check_caught_up(now, effects);
    }

    /// The peer's durable log ends at `end`: find where the two agree.
    pub(super) fn peer_ends(
        &mut self,
        now: LocalTime,
        (epoch, incarnation): (Epoch, Incarnation),
        (run, end, certified): (u32, Position, bool),
        effects: &mut Vec<SiteEffect>,
    ) {
        let Role::Holding(holding) = &mut self.role else { return };
        if epoch != holding.epoch || !holding.peer.speaks_as(incarnation) {
            return;
        }
        let peer = &mut holding.peer;
        if run != peer.run {
            return;
        }
        peer.heard(now.monotonic);
        peer.run += 1;
        peer.certified = certified;
        if self.log.has(end) {
            peer.matched = true;
            peer.durable = end.index;
            peer.sent = end.index;
            holding.replicated(end.index.min(self.log.durable()));
            certify(now.monotonic, holding, effects);
            self.check_caught_up(now, effects);
        } else {
            let keep = self.log.last_not_after(end);
            peer.asked_at = Some(now.monotonic);
            effects.push(SiteEffect::ToPeer(PeerMessage::Diverged { epoch, run: peer.run, keep }));
        }
    }

    fn check_caught_up(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        let peer = &mut holding.peer;
        let behind = self.log.durable().saturating_sub(peer.durable);
        if behind > self.policy.window_records {
            peer.caught_up_since = None;
        } else if peer.caught_up_since.is_none() && behind <= self.policy.batch_records {
            peer.caught_up_since = Some(now.monotonic);
            effects.push(SiteEffect::Announce(Announcement::PeerCaughtUp));
        }
    }
}

/// Certifies a store that has everything, as often as it says that it is not: the word may be lost. Only
/// under a valid lease: a holder that was superseded does not know what a later one acknowledged.
fn certify(now: Monotonic, holding: &Holding, effects: &mut Vec<SiteEffect>) {
    let Holding { epoch, ref peer, .. } = *holding;
    let complete = peer.durable >= holding.acknowledged.max(holding.known.frontier.index);
    let knows = holding.lease_valid(now) && complete;
    if let Some(incarnation) = peer.incarnation.filter(|_| knows && !peer.certified) {
        effects.push(SiteEffect::ToPeer(PeerMessage::Certified { epoch, incarnation }));
    }
}
