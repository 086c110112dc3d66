//! The liveness phase: every fault is healed, or one datacenter of each boundary is gone for good; then the
//! service converges, or what is pending is named with its reason.

use super::chance::{Chance, Purpose, named};
use super::event::{SiteId, VoterId};
use super::plan::After;
use super::request::{Origin, Pending as Request, Task};
use super::world::World;
use crate::facts::{Fact, Observer, Obstacle, Pending};
use crate::service::Decisions;
use crate::service::policy::{Initiative, Replication};
use crate::terms::{Boundary, Datacenter, Mode, Seat, Side, Unit};

impl<D: Decisions, O: Observer> World<D, O> {
    /// Heals every fault, and takes from each boundary what the plan says.
    pub(super) fn end_faults(&mut self) {
        self.heal_all();
        self.state(Fact::LivenessBegan);
        if self.plan.after == After::LoseOne {
            for boundary in (0..).map(Boundary).take(self.plan.boundaries.len()) {
                self.lose_one_of(boundary);
            }
        }
    }

    /// Whether every unit is as whole as it can be, and nothing is under way.
    pub(super) fn has_converged(&self) -> bool {
        let places = (0..).map(Datacenter).zip(&self.places);
        let running = |(datacenter, place): (Datacenter, &super::datacenter::Place)| {
            place.running || self.gone.contains(datacenter)
        };
        let over = |request: &Request| self.is_forsaken(request);
        places.into_iter().all(running)
            && self.requests.iter().all(over)
            && self.units().all(|unit| self.is_settled(unit))
    }

    /// Writes that are neither confirmed nor finally refused.
    pub(super) fn unfinished(&self) -> u64 {
        self.requests.iter().filter(|request| self.is_unfinished(request)).count() as u64
    }

    /// Names every unit that has not converged, in order.
    pub(super) fn state_pending(&mut self) {
        for unit in self.units() {
            let of = |request: &&Request| {
                let asked = request.listed.map(|(unit, _)| unit).or(request.placed.map(|placed| placed.unit));
                self.is_unfinished(request) && asked == Some(unit)
            };
            let writes = self.requests.iter().filter(of).count() as u64;
            if writes > 0 || !self.is_whole(unit) {
                let why = self.obstacle(unit);
                self.state(Fact::Pending(Pending { unit, writes, why }));
            }
        }
    }

    /// Whether a write waits to be confirmed or finally refused.
    fn is_unfinished(&self, request: &Request) -> bool {
        matches!(request.task, Task::Write(_)) && !self.is_forsaken(request)
    }

    /// Whether a request would bring back what was set aside at a datacenter that is gone for good. Its client
    /// had its answer long ago; the record waits with its tail.
    fn is_forsaken(&self, request: &Request) -> bool {
        matches!(request.origin, Origin::Merge(site) if self.gone.contains(self.sites[site.index()].datacenter()))
    }

    /// One of the boundary's datacenters that has a site loses its power for good.
    fn lose_one_of(&mut self, boundary: Boundary) {
        let of = |unit: &&super::plan::UnitPlan| unit.boundary == boundary;
        let mut sites: Vec<_> = self.plan.units.iter().filter(of).flat_map(|unit| unit.sites).collect();
        sites.sort_unstable();
        sites.dedup();
        let name = named(&[&self.plan.boundaries[boundary.index()].name]);
        let drawn = Chance::open(self.plan.seed, Purpose::After, name).below(sites.len() as u64);
        let lost = sites[drawn as usize];
        self.gone = self.gone.with(lost);
        self.power_off(lost);
    }

    /// Whether a unit holds on both sites all that it has, or on the only one that is left, which serves.
    fn is_settled(&self, unit: Unit) -> bool {
        let left = |side: Side| !self.gone.contains(self.plan.units[unit.index()].site(side));
        match Side::BOTH.map(left) {
            [true, true] => self.is_whole(unit),
            [false, false] => true,
            [a, _] => {
                let side = if a { Side::A } else { Side::B };
                let holds = self.register(unit).is_some_and(|register| register.holder == side);
                holds && self.sites[SiteId::new(unit, side).index()].merge.is_done()
            }
        }
    }

    /// Whether both sites of a unit durably hold the same, and nothing is left set aside.
    fn is_whole(&self, unit: Unit) -> bool {
        let [a, b] = Side::BOTH.map(|side| &self.sites[SiteId::new(unit, side).index()]);
        let end = a.store.end();
        let agree = b.store.end() == end && a.store.agreement(&b.store) == end;
        agree && a.merge.is_done() && b.merge.is_done()
    }

    /// What is physically in the way of a unit.
    fn obstacle(&self, unit: Unit) -> Obstacle {
        let runs = |side: Side| self.places[self.plan.units[unit.index()].site(side).index()].running;
        let voters = Seat::ALL.into_iter().filter(|&seat| self.can_vote(VoterId::new(unit, seat)));
        let holder = self.register(unit).filter(|register| !runs(register.holder));
        let lacks = |side: Side| self.sites[SiteId::new(unit, side).index()].store.is_uncertified();
        if !Side::BOTH.into_iter().any(runs) {
            Obstacle::Dark
        } else if voters.count() < 2 {
            Obstacle::NoMajority
        } else if Side::BOTH.into_iter().all(|side| !runs(side) || lacks(side)) {
            Obstacle::NoCopy
        } else if holder.is_some_and(|gone| gone.mode == Mode::Alone) {
            Obstacle::HolderGone
        } else if holder.is_some() && self.policy.failover != Initiative::Automatic {
            Obstacle::Operator
        } else if self.is_reseeded(unit) && Side::BOTH.into_iter().all(runs) {
            Obstacle::Reseeding
        } else if Side::BOTH.into_iter().all(runs) || holder.is_some() {
            Obstacle::None
        } else if self.policy.replication == Replication::SyncStrict {
            Obstacle::Unreplicable
        } else {
            Obstacle::PeerGone
        }
    }

    /// Whether the sites of a unit are further apart than a window, and may come closer at a limited rate only.
    fn is_reseeded(&self, unit: Unit) -> bool {
        let [a, b] = Side::BOTH.map(|side| self.sites[SiteId::new(unit, side).index()].store.durable());
        self.policy.reseed_rate.is_some() && a.abs_diff(b) > self.policy.window_records
    }

    fn units(&self) -> impl Iterator<Item = Unit> + use<D, O> {
        (0..).map(Unit).take(self.plan.units.len())
    }
}
