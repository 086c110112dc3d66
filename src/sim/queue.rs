//! The queue before a datacenter's sites: who waits there, who gets a turn, and who is turned away.

use super::event::{Event, SiteId, VoterId};
use super::message::{Asked, Local};
use super::request::Task;
use super::world::World;
use crate::facts::{Dropped, Fact, Observer, Unserved};
use crate::service::{Batch, Decisions, FrontEnd, Operation, Queue, SiteInput, Write};
use crate::terms::{CopyClass, Datacenter, Instant, Position, RecordKind, Span};

/// What waits for its turn at a datacenter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// A client's attempt, since when.
    Ask(SiteId, Asked, Instant),
    /// Old records of a site's log, to be read again for its peer.
    Reread(SiteId, Batch),
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// A client's attempt arrives at a datacenter.
    pub(super) fn arrive(&mut self, asked: Asked, datacenter: Datacenter) {
        let place = &self.places[datacenter.index()];
        if !place.running {
            return;
        }
        match (self.site_at(asked.unit, datacenter), self.left_for(asked.unit, datacenter)) {
            (Some(site), _) => self.enqueue(site, asked),
            (None, Some(site)) => self.point_on(asked, datacenter, site),
            (None, None) => self.overflow(asked, datacenter),
        }
    }

    /// Puts an attempt at the end of the queue before a running datacenter's sites. Where the queue is
    /// full the site is asked at the door, so that a refusal costs it no service time.
    pub(super) fn enqueue(&mut self, site: SiteId, asked: Asked) {
        let datacenter = self.sites[site.index()].datacenter();
        let place = &mut self.places[datacenter.index()];
        let queue = Queue { waiting: place.waiting(), each: place.service.mean() };
        if !queue.has_room(asked.patience, &self.policy) {
            // Processes that stand still cannot even refuse.
            if !place.halted(site.unit()) {
                let now = place.clock.local(self.now).monotonic;
                let retry_after = place.front.turn_away(now, queue, &self.policy);
                self.ask(site, asked, Some(retry_after));
            }
            return;
        }
        if place.line_up(place.queue.len(), Turn::Ask(site, asked, self.now)) {
            self.plan_turn(datacenter);
        }
    }

    /// What is at the head of the queue gets its turn.
    pub(super) fn serve(&mut self, datacenter: Datacenter, generation: u16) {
        let place = &mut self.places[datacenter.index()];
        if place.turn != generation {
            return;
        }
        if let Some(&Turn::Reread(site, batch)) = place.queue.front() {
            place.queue.pop_front();
            self.plan_turn(datacenter);
            self.reread(site, batch);
            return;
        }
        let next = self.next_in_turn(datacenter);
        self.plan_turn(datacenter);
        if let Some((site, asked)) = next {
            self.count_served(datacenter, 1);
            self.ask(site, asked, None);
        }
    }

    /// So many requests got their turn, or what takes as long.
    pub(super) fn count_served(&mut self, datacenter: Datacenter, requests: u32) {
        self.places[datacenter.index()].served += requests;
        self.observer.served(self.now, datacenter, requests);
    }

    /// Takes the next request out of the queue, and before it those whose clients have given up. Old
    /// records behind them take another time than this turn took.
    fn next_in_turn(&mut self, datacenter: Datacenter) -> Option<(SiteId, Asked)> {
        loop {
            let queue = &mut self.places[datacenter.index()].queue;
            let Turn::Ask(site, asked, since) = *queue.front()? else { return None };
            queue.pop_front();
            let waited = self.now - since;
            if FrontEnd::is_awaited(waited, asked.patience) {
                if waited >= self.policy.request_timeout {
                    self.state(Fact::Unserved(Unserved::Overdue { datacenter, waited }));
                }
                return Some((site, asked));
            }
            self.state(Fact::Dropped(Dropped { unit: asked.unit, datacenter, waited }));
        }
    }

    /// Lets what is at the head of the queue begin its turn.
    pub(super) fn plan_turn(&mut self, datacenter: Datacenter) {
        let place = &mut self.places[datacenter.index()];
        if !place.running || place.paused() {
            return;
        }
        let Some(head) = place.queue.front() else { return };
        let time = match *head {
            Turn::Ask(..) => place.service.draw(),
            Turn::Reread(_, batch) => place.service.share(place.rereading.cost_ppm(batch)),
        };
        self.end_turn_in(datacenter, time);
    }

    /// Serves at a share of a datacenter's rate from now on, in parts per million. What has its turn goes on at it.
    pub(super) fn serve_at(&mut self, datacenter: Datacenter, share_ppm: u32) {
        let place = &mut self.places[datacenter.index()];
        let left = place.service.throttle(share_ppm, place.turn_ends - self.now);
        if !place.queue.is_empty() && place.running && !place.paused() {
            place.turn = place.turn.wrapping_add(1);
            self.end_turn_in(datacenter, left);
        }
    }

    /// Plans the end of the turn that is under way.
    fn end_turn_in(&mut self, datacenter: Datacenter, left: Span) {
        let place = &mut self.places[datacenter.index()];
        place.turn_ends = self.now + left;
        self.agenda.push(place.turn_ends, Event::Served { datacenter: datacenter.0, generation: place.turn });
    }

    /// Hands an attempt to a site: at its turn, or at the door of a full queue, where it is turned
    /// away. A request that is over, because another attempt of it was answered, asks for nothing.
    fn ask(&mut self, site: SiteId, asked: Asked, turned_away: Option<Span>) {
        let Some(pending) = self.requests.get(asked.request).copied() else { return };
        let slot = &self.sites[site.index()];
        let datacenter = slot.datacenter();
        let operation = match pending.task {
            Task::Read { conversation, .. } => {
                let state = self.population.conversation(conversation);
                let (tenant, conversation) = (state.tenant, state.kind);
                Operation::Read { request: asked.request, tenant, conversation, turned_away }
            }
            Task::Inquire(tenant) => {
                let held = slot.store.shares.held(tenant);
                Operation::Import { request: asked.request, lot: None, held, turned_away }
            }
            Task::Write(birth) if birth.kind == RecordKind::Import => {
                let lot = self.lot_of(&birth);
                let held = slot.store.shares.held(birth.tenant);
                Operation::Import { request: asked.request, lot, held, turned_away }
            }
            Task::Write(birth) => {
                let existing = pending.positions(asked.unit).find(|&at| slot.store.holds(at, birth.record));
                let write = Write { placed: asked.placed, attempt: asked.attempt, ..self.write(asked.request, &birth) };
                let queue = self.places[datacenter.index()].waiting();
                self.state(Fact::WriteReceived { birth, unit: asked.unit, datacenter, queue });
                Operation::Write { write, existing: existing.map(|at| at.index), turned_away }
            }
        };
        self.hand(datacenter, Local::Site(site, SiteInput::Request(operation), None));
    }

    /// Bytes were sent to a datacenter that has no site of their unit: they come to rest on a disk
    /// there all the same. The shipped service never sends any.
    fn overflow(&mut self, asked: Asked, datacenter: Datacenter) {
        let birth = self.requests.get(asked.request).and_then(|pending| pending.birth().copied());
        if let Some(birth) = birth.filter(|birth| birth.kind != RecordKind::CallMedia) {
            let (copy, position) = (CopyClass::Cache, Position::default());
            self.state(Fact::Landed { birth, copy, datacenter, unit: asked.unit, position });
        }
    }

    /// Takes out of the queue, and of what waits for processes that stand still, what is meant for one seat.
    pub(super) fn forget_turns(&mut self, datacenter: Datacenter, voter: VoterId) {
        let place = &mut self.places[datacenter.index()];
        let meant = |turn: &Turn| {
            voter.site().is_some_and(|one| match turn {
                Turn::Ask(site, ..) | Turn::Reread(site, _) => *site == one,
            })
        };
        let at_head = place.queue.front().is_some_and(meant);
        for turn in place.queue.iter().filter(|turn| meant(turn)) {
            if let Turn::Reread(_, batch) = *turn {
                place.rereading.forget(batch);
            }
        }
        place.queue.retain(|turn| !meant(turn));
        let held = std::mem::take(&mut place.held);
        for local in held {
            if is_for(&local, voter) {
                self.discard(&local);
            } else {
                self.places[datacenter.index()].held.push_back(local);
            }
        }
        if at_head {
            let place = &mut self.places[datacenter.index()];
            place.turn = place.turn.wrapping_add(1);
            self.plan_turn(datacenter);
        }
    }
}

/// Whether something is meant for a seat: its voter, or the site beside it.
fn is_for(local: &Local, voter: VoterId) -> bool {
    match *local {
        Local::Site(site, ..) => voter.site() == Some(site),
        Local::Voter(one, _) => one == voter,
        Local::Device(..) => false,
    }
}
