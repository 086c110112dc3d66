//! Faults that overlap. One that comes where something is broken already changes nothing then. It strikes later, if
//! it does at all: when whatever else broke the same thing is over, and it alone keeps it broken.

use super::datacenter::Place;
use super::faults::cuts;
use super::plan::FaultKind;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::Decisions;
use crate::terms::{Datacenter, Seat, Unit};

impl<D: Decisions, O: Observer> World<D, O> {
    /// Notes which faults strike only now, for something was mended but for them.
    pub(super) fn fire_late(&mut self) {
        for fault in self.registry.idle(self.now) {
            if self.breaks_alone(fault) {
                self.registry.strikes(fault);
                self.state(Fact::FaultBegan { fault });
                self.follow_effect(fault);
            }
        }
    }

    /// Whether something is broken that would be well without a fault that is on. Of what several faults do
    /// to one thing, only that they break it is shared: whatever makes it worse has struck already.
    fn breaks_alone(&self, fault: u16) -> bool {
        let place = |datacenter: Datacenter| &self.places[datacenter.index()];
        let is_cut = |(from, to)| self.network.cuts(from, to) == 1;
        match self.plan.faults[usize::from(fault)].kind {
            FaultKind::Outage(ref datacenters) => datacenters.iter().any(|&dark| place(dark).outages == 1),
            FaultKind::Pause(datacenter) => place(datacenter).running && place(datacenter).pauses == 1,
            FaultKind::PauseUnit(datacenter, unit) => self.halts_alone(place(datacenter), datacenter, unit),
            FaultKind::Cooling { datacenter, to_ppm, .. } => place(datacenter).running && to_ppm < 1_000_000,
            ref kind @ (FaultKind::Partition(..) | FaultKind::PartitionOneWay(..)) => cuts(kind).any(is_cut),
            FaultKind::Isolate { datacenter, clients_reach } => {
                self.others(datacenter).any(is_cut) || !clients_reach && self.network.closings(datacenter) == 1
            }
            FaultKind::RefuseCopies { datacenter, copy } => self.refuses_by_one(datacenter, copy),
            // These add up with others of their kind, or are over as soon as they have struck.
            FaultKind::SlowDisk { .. }
            | FaultKind::ClockOffset(..)
            | FaultKind::ClockDrift(..)
            | FaultKind::Surge(..)
            | FaultKind::Degrade { .. }
            | FaultKind::StorageLoss { .. }
            | FaultKind::RestoreCopy { .. }
            | FaultKind::ConfigPush { .. }
            | FaultKind::MapRollout(_)
            | FaultKind::RegionProbe { .. }
            | FaultKind::Operator(..)
            | FaultKind::Restore { .. } => false,
        }
    }

    /// Whether the processes of a unit at a datacenter would run but for one halt.
    fn halts_alone(&self, place: &Place, datacenter: Datacenter, unit: Unit) -> bool {
        let halts = place.halts.iter().filter(|&&halted| halted == unit).count();
        let any = Seat::ALL.into_iter().any(|seat| self.units[unit.index()].voter(seat) == datacenter);
        any && halts == 1 && place.running && !place.paused()
    }
}
