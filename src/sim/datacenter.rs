//! Datacenters: power, clocks, processes that stand still, and the queue before each one's sites.

use super::clock::Clock;
use super::event::{Event, SiteId, VoterId};
use super::gray::unit_of;
use super::message::{Asked, Local};
use super::plan::{DatacenterPlan, Plan};
use super::reread::Rereading;
use super::service_time::ServiceTime;
use super::world::World;
use crate::facts::{Dropped, Fact, Observer};
use crate::service::{Batch, Decisions, FrontEnd, Operation, Queue, SiteInput, Write};
use crate::terms::{Bytes, CopyClass, Datacenter, Instant, Position, RecordKind, Span, Unit};
use std::collections::VecDeque;

use super::request::Task;

/// What waits for its turn at a datacenter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// A client's attempt, since when.
    Ask(SiteId, Asked, Instant),
    /// Old records of a site's log, to be read again for its peer.
    Reread(SiteId, Batch),
}

/// A datacenter as it stands.
pub(super) struct Place {
    pub(super) clock: Clock,
    /// Outages that hold it dark.
    pub(super) outages: u16,
    /// Whether its processes exist: it has power and has booted.
    pub(super) running: bool,
    /// Faults that make its processes stand still.
    pub(super) pauses: u16,
    /// Faults that make the processes of one unit stand still.
    pub(super) halts: Vec<Unit>,
    /// Inputs that came while they stood still.
    pub(super) held: VecDeque<Local>,
    front: FrontEnd,
    pub(super) queue: VecDeque<Turn>,
    pub(super) rereading: Rereading,
    /// Generation of the turn that is planned.
    turn: u16,
    /// Generation of the boot that is planned.
    boots: u16,
    /// How long each request is served.
    pub(super) service: ServiceTime,
    boot: Span,
    pub(super) flush: Span,
    pub(super) disk_rate: Bytes,
    /// Requests served since the last sample.
    pub(super) served: u32,
}

impl Place {
    /// A datacenter that has been running for ever.
    pub(super) fn new(run: &Plan, plan: &DatacenterPlan) -> Self {
        let (seed, start) = (run.seed, run.start);
        Self {
            clock: Clock::new(start, plan.clock_offset_us, plan.clock_drift_ppm, run.policy.rho_ppm),
            outages: 0,
            running: true,
            pauses: 0,
            halts: Vec::new(),
            held: VecDeque::new(),
            front: FrontEnd::default(),
            queue: VecDeque::new(),
            rereading: Rereading::new(plan.reseed_ppm),
            turn: 0,
            boots: 0,
            service: ServiceTime::new(plan, seed),
            boot: plan.boot,
            flush: plan.flush,
            disk_rate: plan.disk_rate,
            served: 0,
        }
    }

    /// Whether it has power.
    pub(super) const fn powered(&self) -> bool {
        self.outages == 0
    }

    /// Requests that wait for their turn; old records to be read count as those that take as long.
    pub(super) fn waiting(&self) -> u32 {
        self.queue.len() as u32 - self.rereading.turns + self.rereading.requests()
    }

    /// Puts something into the queue behind so many. Whether it was empty.
    pub(super) fn line_up(&mut self, before: usize, turn: Turn) -> bool {
        self.queue.insert(before, turn);
        self.queue.len() == 1
    }

    /// Whether its processes exist and stand still.
    pub(super) const fn paused(&self) -> bool {
        self.pauses > 0
    }

    /// Whether the processes of a unit here stand still.
    pub(super) fn halted(&self, unit: Unit) -> bool {
        self.paused() || self.halts.contains(&unit)
    }

    /// Whether the process that something is meant for stands still.
    pub(super) fn stands_still(&self, local: &Local) -> bool {
        self.paused() || !self.halts.is_empty() && unit_of(local).is_some_and(|unit| self.halts.contains(&unit))
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Takes the power away. Whether it had any.
    pub(super) fn power_off(&mut self, datacenter: Datacenter) -> bool {
        let place = &mut self.places[datacenter.index()];
        place.outages += 1;
        let had_power = place.outages == 1;
        if std::mem::take(&mut place.running) {
            self.state(Fact::Power { datacenter, on: false });
            self.kill(datacenter);
        }
        had_power
    }

    /// Gives back what one [`World::power_off`] took. Processes run once they have booted.
    pub(super) fn power_on(&mut self, datacenter: Datacenter) {
        let place = &mut self.places[datacenter.index()];
        place.outages -= 1;
        if place.outages == 0 {
            place.boots = place.boots.wrapping_add(1);
            let booted = Event::Booted { datacenter: datacenter.0, generation: place.boots };
            self.agenda.push(self.now + place.boot, booted);
        }
    }

    /// The processes are up, unless the power went again meanwhile.
    pub(super) fn booted(&mut self, datacenter: Datacenter, generation: u16) {
        let place = &mut self.places[datacenter.index()];
        if !place.powered() || place.running || place.boots != generation {
            return;
        }
        place.running = true;
        self.state(Fact::Power { datacenter, on: true });
        self.boot_voters(datacenter);
        self.boot_sites(datacenter);
        self.tell_of_remains(datacenter);
        self.fire_late();
    }

    /// Makes the processes stand still. Whether they ran before.
    pub(super) fn pause(&mut self, datacenter: Datacenter) -> bool {
        let place = &mut self.places[datacenter.index()];
        place.pauses += 1;
        if place.pauses > 1 {
            return false;
        }
        place.turn = place.turn.wrapping_add(1);
        let ran = place.running;
        self.state(Fact::Paused { datacenter, paused: true });
        ran
    }

    /// Takes one [`World::pause`] back: what came meanwhile is handled now, in its order.
    pub(super) fn resume(&mut self, datacenter: Datacenter) {
        let place = &mut self.places[datacenter.index()];
        place.pauses -= 1;
        if place.pauses > 0 {
            return;
        }
        self.state(Fact::Paused { datacenter, paused: false });
        self.let_go(datacenter);
        self.plan_turn(datacenter);
        self.rearm(datacenter);
    }

    /// Empties every disk. The processes there start anew. Whether there were any disks.
    pub(super) fn lose_storage(&mut self, datacenter: Datacenter) -> bool {
        self.beneath_processes(datacenter, |world| {
            [world.lose_voters(datacenter), world.lose_stores(datacenter), world.lose_remains(datacenter)]
                .contains(&true)
        })
    }

    /// Does something to the disks of a datacenter. Processes that run there end before, and start anew after.
    pub(super) fn beneath_processes<T>(&mut self, datacenter: Datacenter, act: impl FnOnce(&mut Self) -> T) -> T {
        let running = self.places[datacenter.index()].running;
        if running {
            self.kill(datacenter);
        }
        let done = act(self);
        if running {
            self.boot_voters(datacenter);
            self.boot_sites(datacenter);
        }
        done
    }

    /// Hands something to a process: now, once it moves again, or, without one, never.
    pub(super) fn hand(&mut self, datacenter: Datacenter, local: Local) {
        let place = &mut self.places[datacenter.index()];
        match (place.running, place.stands_still(&local)) {
            (true, false) => self.local.push_back(local),
            (true, true) => place.held.push_back(local),
            (false, _) => self.discard(&local),
        }
    }

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
        let served = Event::Served { datacenter: datacenter.0, generation: place.turn };
        self.agenda.push(self.now + time, served);
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

    /// Ends every process of a datacenter: memory, and what was not flushed, is gone.
    fn kill(&mut self, datacenter: Datacenter) {
        let place = &mut self.places[datacenter.index()];
        place.turn = place.turn.wrapping_add(1);
        place.queue.clear();
        place.rereading.clear();
        place.front = FrontEnd::default();
        for local in std::mem::take(&mut place.held) {
            self.discard(&local);
        }
        self.kill_sites(datacenter);
        self.kill_voters(datacenter);
    }

    /// Asks every machine of a datacenter anew when it wants to be woken.
    pub(super) fn rearm(&mut self, datacenter: Datacenter) {
        for site in SiteId::all(self.units.len()) {
            if self.sites[site.index()].datacenter() == datacenter {
                self.rearm_site(site);
            }
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
