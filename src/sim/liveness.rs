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
        places.into_iter().all(running)
            && self.requests.iter().next().is_none()
            && self.units().all(|unit| self.is_settled(unit))
            && self.moves_are_over()
            && self.replacements_are_over()
    }

    /// Writes that are neither confirmed nor finally refused.
    pub(super) fn unfinished(&self) -> u64 {
        self.requests.iter().filter(|request| is_unfinished(request)).count() as u64
    }

    /// Names every unit that has not converged, in order.
    pub(super) fn state_pending(&mut self) {
        for unit in self.units() {
            let of = |request: &&Request| {
                let asked = request.listed.map(|(unit, _)| unit).or(request.placed.map(|placed| placed.unit));
                is_unfinished(request) && asked == Some(unit)
            };
            let writes = self.requests.iter().filter(of).count() as u64;
            if writes > 0 || !self.is_whole(unit) {
                let why = self.obstacle(unit, writes);
                self.state(Fact::Pending(Pending { unit, writes, why }));
            }
        }
    }

    /// One of the boundary's datacenters that has a site loses its power for good.
    fn lose_one_of(&mut self, boundary: Boundary) {
        let of = |unit: &&super::plan::UnitPlan| unit.boundary == boundary;
        let mut sites: Vec<_> = self.units.iter().filter(of).flat_map(|unit| unit.sites).collect();
        sites.sort_unstable();
        sites.dedup();
        let name = named(&[&self.plan.boundaries[boundary.index()].name]);
        let drawn = Chance::open(self.plan.seed, Purpose::After, name).below(sites.len() as u64);
        let lost = sites[drawn as usize];
        self.gone = self.gone.with(lost);
        self.power_off(lost);
        self.state(Fact::GoneForGood(lost));
        for site in SiteId::all(self.units.len()) {
            if self.sites[site.index()].datacenter() == lost {
                self.abandon_merge(site);
            }
        }
    }

    /// Whether a unit holds on both sites all that it has, or on the only one that is left, which serves.
    fn is_settled(&self, unit: Unit) -> bool {
        let left = |side: Side| !self.gone.contains(self.units[unit.index()].site(side));
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

    /// What is physically in the way of a unit for which so many writes wait.
    fn obstacle(&self, unit: Unit, writes: u64) -> Obstacle {
        let runs = |side: Side| self.places[self.units[unit.index()].site(side).index()].running;
        let voters = || Seat::ALL.into_iter().filter(|&seat| self.can_vote(VoterId::new(unit, seat)));
        let needed = voters().map(|seat| self.voters[VoterId::new(unit, seat).index()].majority()).min().unwrap_or(1);
        if !Side::BOTH.into_iter().any(runs) {
            Obstacle::Dark
        } else if (voters().count() as u32) < needed {
            Obstacle::NoMajority
        } else if !Side::BOTH.into_iter().any(|side| self.serves(SiteId::new(unit, side))) {
            self.why_unheld(unit, runs)
        } else if Side::BOTH.into_iter().all(runs) && !self.is_whole(unit) {
            if self.is_reseeded(unit) { Obstacle::Reseeding } else { Obstacle::CatchingUp }
        } else if self.policy.replication == Replication::SyncStrict && !Side::BOTH.into_iter().all(runs) {
            Obstacle::Unreplicable
        } else if writes > 0 {
            Obstacle::Draining
        } else {
            Obstacle::PeerGone
        }
    }

    /// Why no site of a unit serves, though one runs and a majority of its voters does.
    fn why_unheld(&self, unit: Unit, runs: impl Fn(Side) -> bool) -> Obstacle {
        let lacks = |side: Side| self.sites[SiteId::new(unit, side).index()].store.is_uncertified();
        let able = |side: Side| runs(side) && !lacks(side);
        match self.register(unit).filter(|register| !able(register.holder)) {
            _ if !Side::BOTH.into_iter().any(able) => Obstacle::NoCopy,
            Some(gone) if gone.mode == Mode::Alone => Obstacle::HolderGone,
            Some(_) if self.policy.failover != Initiative::Automatic => Obstacle::Operator,
            _ => Obstacle::NoHolder,
        }
    }

    /// Whether the sites of a unit are further apart than a window, and may come closer at a limited rate only.
    fn is_reseeded(&self, unit: Unit) -> bool {
        let [a, b] = Side::BOTH.map(|side| self.sites[SiteId::new(unit, side).index()].store.durable());
        self.policy.reseed_rate.is_some() && a.abs_diff(b) > self.policy.window_records
    }

    fn units(&self) -> impl Iterator<Item = Unit> + use<D, O> {
        (0..).map(Unit).take(self.units.len())
    }
}

/// Whether a write of somebody's waits to be confirmed or finally refused. A lot of a move is nobody's.
const fn is_unfinished(request: &Request) -> bool {
    matches!(request.task, Task::Write(_)) && !matches!(request.origin, Origin::Move(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::fixture;
    use crate::terms::User;

    #[test]
    fn a_lot_of_a_move_is_nobodys_unfinished_write() {
        let birth = fixture::birth(1);
        let site = SiteId::new(Unit(0), Side::A);
        let origins = [Origin::Device(User(0)), Origin::Merge(site), Origin::Move(site)];
        let unfinished = origins.map(|origin| is_unfinished(&Request::new(Task::Write(birth), origin, None)));
        assert_eq!(unfinished, [true, true, false]);
    }
}
