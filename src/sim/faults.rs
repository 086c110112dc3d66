//! Faults: what strikes, what is lifted, and the one registry of those that are on.
//!
//! Every fault that lasts takes back exactly what it did, and what several do to one thing is
//! counted, so they may overlap in any way. A fault *strikes* if it changed anything at once, or
//! keeps something broken by itself later on, which `overlap` tells; whether that was in anybody's way,
//! `effects` does.

use super::effects::Effects;
use super::event::{Event, SiteId};
use super::message::Local;
use super::plan::FaultKind;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::map::Capacity;
use crate::service::{Decisions, Order, SiteInput};
use crate::terms::{Boundary, Datacenter, Instant, Side, Span, Unit};

/// A clock drifts by less than its whole rate, in parts per million.
const MOST_DRIFT: i64 = 999_999;

/// The faults of a plan: which are on, which struck, and which took effect.
pub(super) struct Registry {
    /// Until when each is on, at the longest; `None` where it is not.
    on: Vec<Option<Instant>>,
    struck: Vec<bool>,
    /// Of faults that grow: the steps taken.
    steps: Vec<u16>,
    pub(super) effects: Effects,
}

impl Registry {
    /// Of so many faults, none on.
    pub(super) fn new(faults: usize) -> Self {
        let effects = Effects::new(faults);
        Self { on: vec![None; faults], struck: vec![false; faults], steps: vec![0; faults], effects }
    }

    /// The faults that are on.
    pub(super) fn active(&self) -> Vec<u16> {
        (0..).zip(&self.on).filter(|(_, on)| on.is_some()).map(|(fault, _)| fault).collect()
    }

    /// The faults that stay on beyond an instant and have changed nothing so far.
    pub(super) fn idle(&self, now: Instant) -> Vec<u16> {
        let lasting = (0..).zip(self.on.iter().zip(&self.struck));
        let idle = lasting.filter(|&(_, (on, &struck))| !struck && on.is_some_and(|until| until > now));
        idle.map(|(fault, _)| fault).collect()
    }

    /// Notes that a fault strikes only now. Whether it had not before.
    pub(super) fn strikes(&mut self, fault: u16) -> bool {
        !std::mem::replace(&mut self.struck[usize::from(fault)], true)
    }

    /// Notes a beginning, and until when the fault is on, if it lasts.
    fn begin(&mut self, fault: u16, until: Option<Instant>, struck: bool) {
        self.on[usize::from(fault)] = until;
        self.struck[usize::from(fault)] = struck;
    }

    /// The steps that a fault has taken.
    pub(super) fn steps(&self, fault: u16) -> u16 {
        self.steps[usize::from(fault)]
    }

    /// Takes one step more. Whether the fault is on, and had any left.
    pub(super) fn step(&mut self, fault: u16, most: u16) -> bool {
        let steps = &mut self.steps[usize::from(fault)];
        let grows = self.on[usize::from(fault)].is_some() && *steps < most;
        *steps += u16::from(grows);
        grows
    }

    /// Notes an end. Whether the fault was on.
    fn end(&mut self, fault: u16) -> bool {
        self.steps[usize::from(fault)] = 0;
        self.on[usize::from(fault)].take().is_some()
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Plans every fault that strikes before the safety phase ends.
    pub(super) fn plan_faults(&mut self) {
        let end = self.plan.start + self.plan.duration;
        for (fault, plan) in (0..).zip(&self.plan.faults) {
            if plan.at < end {
                if let FaultKind::RestoreCopy { age, .. } = plan.kind {
                    self.agenda.push(plan.at.before(age).max(self.plan.start), Event::CopyMade { fault });
                }
                self.agenda.push(plan.at, Event::FaultBegins { fault });
            }
        }
    }

    /// A fault strikes.
    pub(super) fn fault_begins(&mut self, fault: u16) {
        let plan = self.plan.clone();
        let plan = &plan.faults[usize::from(fault)];
        let struck = self.strike(fault, &plan.kind);
        let healed = self.plan.start + self.plan.duration;
        let ends = plan.lasts.map_or(healed, |lasts| self.now + lasts);
        let until = Some(ends.min(healed)).filter(|_| can_be_lifted(&plan.kind));
        self.registry.begin(fault, until, struck);
        if struck {
            self.state(Fact::FaultBegan { fault });
            self.follow_effect(fault);
        }
        self.heats_up(fault);
        if until.is_some() && plan.lasts.is_some() {
            self.agenda.push(ends, Event::FaultEnds { fault });
        }
    }

    /// A fault is lifted, unless it was already.
    pub(super) fn fault_ends(&mut self, fault: u16) {
        if self.registry.end(fault) {
            self.settle_effect(fault);
            let plan = self.plan.clone();
            self.lift(fault, &plan.faults[usize::from(fault)].kind);
            if self.registry.struck[usize::from(fault)] {
                self.state(Fact::FaultEnded { fault });
            }
            self.fire_late();
        }
    }

    /// Lifts every fault that is on. What a loss of storage took does not come back.
    pub(super) fn heal_all(&mut self) {
        for fault in self.registry.active() {
            self.fault_ends(fault);
        }
    }

    /// Does what a fault does. Whether it changed anything.
    fn strike(&mut self, fault: u16, kind: &FaultKind) -> bool {
        match *kind {
            FaultKind::Outage(ref datacenters) => any(datacenters.iter().map(|&dark| self.power_off(dark))),
            FaultKind::StorageLoss { datacenter, backups } => {
                any([self.lose_storage(datacenter), backups && self.lose_backups(datacenter)].into_iter())
            }
            FaultKind::RestoreCopy { .. } => self.put_copy_back(fault),
            FaultKind::Pause(datacenter) => self.pause(datacenter),
            FaultKind::PauseUnit(datacenter, unit) => self.halt(datacenter, unit),
            FaultKind::SlowDisk { datacenter, unit, milli } => self.slow_disks(datacenter, unit, milli),
            FaultKind::Cooling { datacenter, to_ppm, .. } => {
                self.places[datacenter.index()].running && to_ppm < 1_000_000
            }
            FaultKind::ClockOffset(datacenter, by) => self.step_clock(datacenter, by),
            FaultKind::ClockDrift(datacenter, ppm) => self.drift(datacenter, i64::from(ppm)),
            FaultKind::Partition(..) | FaultKind::PartitionOneWay(..) => {
                any(cuts(kind).map(|(from, to)| self.cut(from, to)))
            }
            FaultKind::Isolate { datacenter, clients_reach } => {
                let cut = self.isolate(datacenter);
                let closed = !clients_reach && self.close(datacenter);
                cut || closed
            }
            FaultKind::Surge(boundary, milli) => self.surge(boundary, milli, true),
            FaultKind::Degrade { a, b, loss_ppm, delay } => {
                self.degrade(a, b, loss_ppm, delay, true);
                loss_ppm > 0 || delay.0 > 0
            }
            FaultKind::ConfigPush { datacenter, serves, label } => self.offer(Capacity { datacenter, serves, label }),
            FaultKind::Operator(unit, order) => self.order(fault, unit, order),
            FaultKind::RefuseCopies { datacenter, copy } => self.refuse_copies(datacenter, copy, true),
            FaultKind::Restore { unit, backup_of } => self.order_restore(fault, unit, backup_of),
            FaultKind::MapRollout(ref rollout) => self.roll_out(fault, rollout),
            FaultKind::RegionProbe { .. } => true,
        }
    }

    /// Takes back what [`World::strike`] did.
    fn lift(&mut self, fault: u16, kind: &FaultKind) {
        match *kind {
            FaultKind::Outage(ref datacenters) => datacenters.iter().for_each(|&dark| self.power_on(dark)),
            FaultKind::Pause(datacenter) => self.resume(datacenter),
            FaultKind::PauseUnit(datacenter, unit) => self.unhalt(datacenter, unit),
            FaultKind::SlowDisk { datacenter, unit, milli } => self.heal_disks(datacenter, unit, milli),
            FaultKind::Cooling { datacenter, .. } => self.throttle(datacenter),
            FaultKind::ClockOffset(datacenter, by) => drop(self.step_clock(datacenter, by.saturating_neg())),
            FaultKind::ClockDrift(datacenter, ppm) => drop(self.drift(datacenter, -i64::from(ppm))),
            FaultKind::Partition(..) | FaultKind::PartitionOneWay(..) => {
                cuts(kind).for_each(|(from, to)| self.mend(from, to));
            }
            FaultKind::Isolate { datacenter, clients_reach } => {
                self.others(datacenter).for_each(|(from, to)| self.mend(from, to));
                if !clients_reach {
                    self.open(datacenter);
                }
            }
            FaultKind::Surge(boundary, milli) => drop(self.surge(boundary, milli, false)),
            FaultKind::Degrade { a, b, loss_ppm, delay } => self.degrade(a, b, loss_ppm, delay, false),
            FaultKind::RefuseCopies { datacenter, copy } => drop(self.refuse_copies(datacenter, copy, false)),
            FaultKind::MapRollout(ref rollout) => self.withdraw(fault, rollout),
            FaultKind::StorageLoss { .. }
            | FaultKind::RestoreCopy { .. }
            | FaultKind::ConfigPush { .. }
            | FaultKind::RegionProbe { .. }
            | FaultKind::Operator(..)
            | FaultKind::Restore { .. } => {}
        }
    }
}

/// What the primitive faults do.
impl<D: Decisions, O: Observer> World<D, O> {
    fn cut(&mut self, from: Datacenter, to: Datacenter) -> bool {
        let was_up = self.network.is_up(from, to);
        self.network.set_cut(from, to, true);
        if was_up {
            self.state(Fact::Link { from, to, up: false });
        }
        was_up
    }

    fn mend(&mut self, from: Datacenter, to: Datacenter) {
        self.network.set_cut(from, to, false);
        if self.network.is_up(from, to) {
            self.state(Fact::Link { from, to, up: true });
        }
    }

    fn degrade(&mut self, a: Datacenter, b: Datacenter, loss_ppm: u32, delay: Span, on: bool) {
        self.network.degrade(a, b, loss_ppm, delay, on);
        for (from, to) in [(a, b), (b, a)] {
            let (loss_ppm, delay) = self.network.worse(from, to);
            self.state(Fact::LinkQuality { from, to, loss_ppm, delay });
        }
    }

    fn isolate(&mut self, datacenter: Datacenter) -> bool {
        any(self.others(datacenter).map(|(from, to)| self.cut(from, to)))
    }

    /// Both directions of every link of a datacenter.
    pub(super) fn others(&self, datacenter: Datacenter) -> impl Iterator<Item = (Datacenter, Datacenter)> + use<D, O> {
        let others = (0..).map(Datacenter).take(self.plan.datacenters.len()).filter(move |&other| other != datacenter);
        others.flat_map(move |other| [(datacenter, other), (other, datacenter)])
    }

    fn close(&mut self, datacenter: Datacenter) -> bool {
        let was_up = self.network.access_up(datacenter);
        self.network.set_access(datacenter, false);
        if was_up {
            self.state(Fact::Access { datacenter, up: false });
        }
        was_up
    }

    fn open(&mut self, datacenter: Datacenter) {
        self.network.set_access(datacenter, true);
        if self.network.access_up(datacenter) {
            self.state(Fact::Access { datacenter, up: true });
        }
    }

    fn step_clock(&mut self, datacenter: Datacenter, by_us: i64) -> bool {
        self.places[datacenter.index()].clock.step(self.now, by_us);
        self.clock_changed(datacenter);
        by_us != 0
    }

    fn drift(&mut self, datacenter: Datacenter, by_ppm: i64) -> bool {
        let clock = &mut self.places[datacenter.index()].clock;
        let ppm = (i64::from(clock.drift_ppm()) + by_ppm).clamp(-MOST_DRIFT, MOST_DRIFT);
        clock.set_drift(self.now, ppm as i32);
        self.clock_changed(datacenter);
        self.rearm(datacenter);
        by_ppm != 0
    }

    fn clock_changed(&mut self, datacenter: Datacenter) {
        let clock = &self.places[datacenter.index()].clock;
        let (offset_us, drift_ppm) = (clock.offset_us(self.now), clock.drift_ppm());
        self.state(Fact::ClockChanged { datacenter, offset_us, drift_ppm });
    }

    /// An operator pushes one more offer of capacity.
    fn offer(&mut self, capacity: Capacity) -> bool {
        let stands = self.plan.datacenters[capacity.datacenter.index()].boundary;
        let truthful = capacity.label == Some(stands) && capacity.serves == stands;
        self.push_change(truthful, |map| map.capacity.push(capacity))
    }

    /// An operator reads the register and orders the site that the order is for.
    fn order(&mut self, fault: u16, unit: Unit, order: Order) -> bool {
        let holder = self.register(unit).map_or(Side::A, |register| register.holder);
        let site = match order {
            Order::PlannedSwitchover => SiteId::new(unit, holder),
            Order::ForcedFailover => SiteId::new(unit, holder.peer()),
            Order::Export | Order::SupportDump => return self.order_copy(SiteId::new(unit, holder), order),
            // What the operator attests is true, or the order is not given.
            Order::Refound => match self.lone_memory(unit) {
                Some(side) => SiteId::new(unit, side),
                None => return false,
            },
        };
        let datacenter = self.sites[site.index()].datacenter();
        self.state(match order {
            Order::Refound => Fact::RefoundOrdered { unit, side: site.side() },
            _ => Fact::Ordered { unit, forced: order == Order::ForcedFailover },
        });
        self.hand(datacenter, Local::Site(site, SiteInput::Order(order), None));
        self.registry.effects.ordered(fault, site);
        self.places[datacenter.index()].running
    }

    fn surge(&mut self, boundary: Option<Boundary>, milli: u64, on: bool) -> bool {
        self.traffic.set_surge(boundary, milli, on);
        self.plan_traffic();
        milli != 1_000
    }
}

/// Whether a fault lasts until it is lifted.
const fn can_be_lifted(kind: &FaultKind) -> bool {
    !matches!(
        kind,
        FaultKind::StorageLoss { .. }
            | FaultKind::RestoreCopy { .. }
            | FaultKind::ConfigPush { .. }
            | FaultKind::Operator(..)
            | FaultKind::Restore { .. }
    )
}

/// The directions that a partition cuts.
pub(super) fn cuts(kind: &FaultKind) -> impl Iterator<Item = (Datacenter, Datacenter)> + use<> {
    let directions = match *kind {
        FaultKind::Partition(a, b) => [Some((a, b)), Some((b, a))],
        FaultKind::PartitionOneWay(from, to) => [Some((from, to)), None],
        _ => [None, None],
    };
    directions.into_iter().flatten()
}

/// Whether any is true; all are carried out.
fn any(effects: impl Iterator<Item = bool>) -> bool {
    effects.fold(false, |any, one| any | one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_on_between_its_beginning_and_its_end() {
        let mut registry = Registry::new(3);
        registry.begin(0, Some(Instant(9)), true);
        registry.begin(1, None, true);
        registry.begin(2, Some(Instant(9)), false);
        assert_eq!(registry.active(), [0, 2]);
        assert_eq!((registry.idle(Instant(8)), registry.idle(Instant(9))), (vec![2], vec![]));
        assert!(registry.end(2) && !registry.end(2) && !registry.end(1));
        assert_eq!((registry.active(), registry.struck), (vec![0], vec![true, true, false]));
    }
}
