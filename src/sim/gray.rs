//! Gray failures: what is neither well nor gone. A disk that is slow, one scale unit whose processes
//! stand still while its neighbours run on, a datacenter that serves less and less as it heats up.

use super::event::{Event, SiteId, VoterId};
use super::message::Local;
use super::plan::FaultKind;
use super::request::Requests;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::message::Operation;
use crate::service::{Decisions, SiteInput};
use crate::terms::{Datacenter, Seat, Side, Span, Unit};

/// All of a datacenter's rate, in parts per million.
const WHOLE: u64 = 1_000_000;

/// How much slower a disk is than it should be: the factors of all faults that make it so, in
/// thousandths.
#[derive(Default)]
pub(super) struct Slowness {
    factors: Vec<u64>,
    /// How many flushes took longer for it.
    slowed: u64,
}

impl Slowness {
    /// The time that a flush begun now takes on this disk which takes `span` on a healthy one.
    pub(super) fn flush(&mut self, span: Span) -> Span {
        self.slowed += u64::from(!self.factors.is_empty());
        self.stretch(span)
    }

    /// How many flushes took longer than on a healthy disk.
    pub(super) const fn slowed(&self) -> u64 {
        self.slowed
    }

    /// The time that something takes on this disk which takes `span` on a healthy one.
    fn stretch(&self, span: Span) -> Span {
        self.factors.iter().fold(span, |span, &factor| span.scale(factor, 1_000))
    }

    fn add(&mut self, factor: u64) {
        self.factors.push(factor);
    }

    fn take_back(&mut self, factor: u64) {
        if let Some(one) = self.factors.iter().position(|&one| one == factor) {
            self.factors.swap_remove(one);
        }
    }
}

/// Slow disks.
impl<D: Decisions, O: Observer> World<D, O> {
    /// Makes the disks of a datacenter slower by a factor in thousandths, or those of one unit there.
    /// Whether there were any.
    pub(super) fn slow_disks(&mut self, datacenter: Datacenter, only: Option<Unit>, milli: u64) -> bool {
        self.change_disks(datacenter, only, |slowness| slowness.add(milli)) && milli != 1_000
    }

    /// Takes one [`World::slow_disks`] back. What is under way is written anew, at the new speed.
    pub(super) fn heal_disks(&mut self, datacenter: Datacenter, only: Option<Unit>, milli: u64) {
        self.change_disks(datacenter, only, |slowness| slowness.take_back(milli));
        for unit in (0..).map(Unit).take(self.units.len()) {
            for site in Side::BOTH.map(|side| SiteId::new(unit, side)) {
                if self.sites[site.index()].datacenter() == datacenter {
                    self.hasten_flush(site);
                }
            }
            for voter in Seat::ALL.map(|seat| VoterId::new(unit, seat)) {
                if self.voter_datacenter(voter) == datacenter {
                    self.hasten_writes(voter);
                }
            }
        }
    }

    fn change_disks(&mut self, datacenter: Datacenter, only: Option<Unit>, change: impl Fn(&mut Slowness)) -> bool {
        let units = (0..).map(Unit).take(self.units.len());
        let struck: Vec<Unit> = units.filter(|&unit| only.is_none_or(|only| only == unit)).collect();
        let mut any = false;
        for unit in struck {
            let Some(flush) = self.change_disks_of(unit, datacenter, &change) else { continue };
            self.state(Fact::Disk { unit, datacenter, flush });
            any = true;
        }
        any
    }

    /// Changes the disks of a unit at a datacenter. The median time of a flush there from now on; `None`
    /// where the unit has none.
    fn change_disks_of(&mut self, unit: Unit, at: Datacenter, change: impl Fn(&mut Slowness)) -> Option<Span> {
        let median = self.places[at.index()].flush;
        let mut flush = None;
        for site in Side::BOTH.map(|side| SiteId::new(unit, side)) {
            let slot = &mut self.sites[site.index()];
            if slot.datacenter() == at {
                change(&mut slot.slowness);
                flush = Some(slot.slowness.stretch(median));
            }
        }
        for voter in Seat::ALL.map(|seat| VoterId::new(unit, seat)) {
            if self.voter_datacenter(voter) == at {
                let slowness = &mut self.voters[voter.index()].slowness;
                change(slowness);
                flush = Some(slowness.stretch(median));
            }
        }
        flush
    }
}

/// A seat at another place.
impl<D: Decisions, O: Observer> World<D, O> {
    /// Makes the disks of a seat as slow as the others are where it stands now.
    pub(super) fn slow_with_others(&mut self, voter: VoterId) {
        let (plan, at) = (self.plan.clone(), self.voter_datacenter(voter));
        let on = self.registry.active();
        let slow = on.into_iter().filter_map(|fault| match plan.faults[usize::from(fault)].kind {
            FaultKind::SlowDisk { datacenter, unit, milli } if datacenter == at => {
                unit.is_none_or(|unit| unit == voter.unit()).then_some(milli)
            }
            _ => None,
        });
        let factors: Vec<_> = slow.collect();
        for &milli in &factors {
            self.voters[voter.index()].slowness.add(milli);
            if let Some(site) = voter.site() {
                self.sites[site.index()].slowness.add(milli);
            }
        }
        let flush = self.voters[voter.index()].slowness.stretch(self.places[at.index()].flush);
        if !factors.is_empty() {
            self.state(Fact::Disk { unit: voter.unit(), datacenter: at, flush });
        }
    }
}

/// One sick unit.
impl<D: Decisions, O: Observer> World<D, O> {
    /// Makes the processes of one unit at a datacenter stand still. Whether any ran before.
    pub(super) fn halt(&mut self, datacenter: Datacenter, unit: Unit) -> bool {
        let place = &mut self.places[datacenter.index()];
        let moved = place.running && !place.paused() && !place.halts.contains(&unit);
        let first = !place.halts.contains(&unit);
        place.halts.push(unit);
        if first {
            self.state(Fact::UnitPaused { unit, datacenter, paused: true });
        }
        moved && Seat::ALL.into_iter().any(|seat| self.units[unit.index()].voter(seat) == datacenter)
    }

    /// Takes one [`World::halt`] back: what came meanwhile is handled now, in its order.
    pub(super) fn unhalt(&mut self, datacenter: Datacenter, unit: Unit) {
        let halts = &mut self.places[datacenter.index()].halts;
        if let Some(one) = halts.iter().position(|&halted| halted == unit) {
            halts.swap_remove(one);
        }
        if !halts.contains(&unit) {
            self.state(Fact::UnitPaused { unit, datacenter, paused: false });
            self.let_go(datacenter);
            self.rearm(datacenter);
        }
    }

    /// Hands on what waits for processes that move again.
    pub(super) fn let_go(&mut self, datacenter: Datacenter) {
        let place = &mut self.places[datacenter.index()];
        for local in std::mem::take(&mut place.held) {
            if place.stands_still(&local) {
                place.held.push_back(local);
            } else if !is_over(&self.requests, &local) {
                self.local.push_back(local);
            }
        }
    }
}

/// Whether it asks for something that another site did while this one stood still: it asks for nothing any more.
fn is_over(requests: &Requests, local: &Local) -> bool {
    let Local::Site(_, SiteInput::Request(operation), _) = local else { return false };
    let request = match operation {
        Operation::Write { write, .. } => write.request,
        Operation::Read { request, .. } | Operation::Import { request, .. } => *request,
    };
    requests.get(request).is_none()
}

/// The unit whose process something is meant for.
pub(super) const fn unit_of(local: &Local) -> Option<Unit> {
    match local {
        Local::Site(site, ..) => Some(site.unit()),
        Local::Voter(voter, _) => Some(voter.unit()),
        Local::Device(..) => None,
    }
}

/// Cooling that fails.
impl<D: Decisions, O: Observer> World<D, O> {
    /// A datacenter whose cooling fails is throttled by one more step, if the fault is still on.
    pub(super) fn heats_up(&mut self, fault: u16) {
        let plan = self.plan.clone();
        let FaultKind::Cooling { datacenter, steps, every, .. } = plan.faults[usize::from(fault)].kind else { return };
        if self.registry.step(fault, steps) {
            self.throttle(datacenter);
            self.agenda.push(self.now + every, Event::HeatsUp { fault });
        }
    }

    /// Serves at the share of the rate that all coolings that have failed leave.
    pub(super) fn throttle(&mut self, datacenter: Datacenter) {
        let plan = self.plan.clone();
        let mut share = WHOLE;
        for (fault, planned) in (0..).zip(&plan.faults) {
            if let FaultKind::Cooling { datacenter: hot, to_ppm, steps, .. } = planned.kind
                && hot == datacenter
            {
                let lost = (WHOLE - u64::from(to_ppm)) * u64::from(self.registry.steps(fault)) / u64::from(steps);
                share = share * (WHOLE - lost) / WHOLE;
            }
        }
        let share_ppm = share.max(1) as u32;
        self.serve_at(datacenter, share_ppm);
        self.state(Fact::Capacity { datacenter, share_ppm });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_faults_make_a_disk_slower_by_the_product_and_leave_it_healthy() {
        let mut disk = Slowness::default();
        let flush = Span::millis(2);
        disk.add(100_000);
        disk.add(2_500);
        assert_eq!(disk.stretch(flush), Span::millis(500));
        disk.take_back(100_000);
        assert_eq!(disk.stretch(flush), Span::millis(5));
        disk.take_back(2_500);
        assert_eq!(disk.stretch(flush), flush);
    }
}
