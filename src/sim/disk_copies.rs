//! Disks that are replaced by a copy of themselves from an earlier moment: a machine that was put back to a
//! snapshot, a volume restored from one.
//!
//! The copy has what stood on the disk, and not the disk's incarnation: that is physical.

use super::event::{SiteId, VoterId};
use super::plan::FaultKind;
use super::store::Store;
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::Decisions;
use crate::terms::{CopyClass, Datacenter, VoterRecord};

/// The disks of one datacenter as they were.
pub(super) struct DiskCopy {
    datacenter: Datacenter,
    stores: Vec<(SiteId, Store)>,
    voters: Vec<(VoterId, VoterRecord)>,
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Makes the copy that a fault will put back.
    pub(super) fn copy_disks(&mut self, fault: u16) {
        let FaultKind::RestoreCopy { datacenter, .. } = self.plan.faults[usize::from(fault)].kind else { return };
        let sites = SiteId::all(self.units.len()).map(|site| (site, &self.sites[site.index()]));
        let here = sites.filter(|(_, slot)| slot.datacenter() == datacenter);
        let stores = here.map(|(site, slot)| (site, slot.store.copy())).collect();
        let voters = self.copy_voters(datacenter);
        self.disk_copies.insert(fault, DiskCopy { datacenter, stores, voters });
    }

    /// Puts the copy back. The processes there start anew. Whether there was anything to put back.
    pub(super) fn put_copy_back(&mut self, fault: u16) -> bool {
        let Some(DiskCopy { datacenter, mut stores, mut voters }) = self.disk_copies.remove(&fault) else {
            return false;
        };
        // What is put back is the disks that stand there, and no machine that was switched off for good.
        stores.retain(|(site, _)| self.sites[site.index()].datacenter() == datacenter);
        voters.retain(|&(voter, _)| self.voter_datacenter(voter) == datacenter);
        self.beneath_processes(datacenter, |world| {
            let any = world.put_voters_back(&voters);
            for (site, copy) in stores {
                world.sites[site.index()].store.become_copy(copy, world.now);
                world.cut_shelves(site, 0);
                world.abandon_merge(site);
                world.state(Fact::StorageLost { unit: site.unit(), side: site.side(), datacenter });
                world.state_copy(site);
            }
            world.state_all_rests();
            any
        })
    }

    /// States what a store holds that came from a copy.
    fn state_copy(&mut self, site: SiteId) {
        let (unit, datacenter) = (site.unit(), self.sites[site.index()].datacenter());
        let (copy, through) = (CopyClass::Replica, self.sites[site.index()].store.durable());
        let mut first = 1;
        while first <= through {
            let (epoch, last) = self.sites[site.index()].store.run(first);
            let last = last.min(through);
            self.state(Fact::RangeLanded { copy, datacenter, unit, epoch, first, last });
            first = last + 1;
        }
    }
}
