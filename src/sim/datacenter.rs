//! Datacenters: power, clocks, and processes that stand still.

use super::clock::Clock;
use super::event::{Event, SiteId};
use super::gray::unit_of;
use super::message::Local;
use super::plan::{DatacenterPlan, Plan};
use super::queue::Turn;
use super::reread::Rereading;
use super::service_time::ServiceTime;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::{Decisions, FrontEnd};
use crate::terms::{Bytes, Datacenter, Instant, Span, Unit};
use std::collections::VecDeque;

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
    pub(super) front: FrontEnd,
    pub(super) queue: VecDeque<Turn>,
    pub(super) rereading: Rereading,
    /// Generation of the turn that is planned.
    pub(super) turn: u16,
    /// When it ends.
    pub(super) turn_ends: Instant,
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
            turn_ends: start,
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
