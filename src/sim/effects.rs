//! Whether a fault had an effect. A link that is cut, or worse than it was, harms nobody who sends nothing over it,
//! a slow disk nobody who writes nothing, a target that refuses nobody who brings nothing, a probe that lies nobody who
//! does not ask, and an order that is refused moves nothing. Such faults took effect once
//! a message was lost or late, a flush slower, an order obeyed; any other did when it struck.

use super::event::{SiteId, VoterId};
use super::faults::cuts;
use super::gray::Slowness;
use super::plan::FaultKind;
use super::world::World;
use crate::facts::{Announcement, Observer};
use crate::service::Decisions;
use crate::terms::{Datacenter, Unit};

/// The effects of a plan's faults.
pub(super) struct Effects {
    took: Vec<bool>,
    /// Of those that are on and measured: how much had been harmed when they struck.
    since: Vec<Option<u64>>,
    /// Orders that a site has neither obeyed nor refused.
    open: Vec<(u16, SiteId)>,
}

impl Effects {
    /// Of so many faults, none of which has struck.
    pub(super) fn new(faults: usize) -> Self {
        Self { took: vec![false; faults], since: vec![None; faults], open: Vec::new() }
    }

    /// An order is on its way to a site.
    pub(super) fn ordered(&mut self, fault: u16, site: SiteId) {
        self.open.push((fault, site));
    }

    /// A site says what it does.
    pub(super) fn announced(&mut self, site: SiteId, announcement: Announcement) {
        let obeyed = match announcement {
            Announcement::SwitchoverPlanned
            | Announcement::Promoted { .. }
            | Announcement::Refounded { .. }
            | Announcement::RestoreBegan { .. } => true,
            Announcement::OrderRefused | Announcement::OrderExpired | Announcement::RestoreRefused => false,
            _ => return,
        };
        let took = &mut self.took;
        self.open.retain(|&(fault, to)| {
            took[usize::from(fault)] |= obeyed && to == site;
            to != site
        });
    }

    /// How often each took effect.
    pub(super) fn into_fired(self) -> Vec<u32> {
        self.took.into_iter().map(u32::from).collect()
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// A fault struck: it broke something, or alone keeps it broken from now on.
    pub(super) fn follow_effect(&mut self, fault: u16) {
        let plan = self.plan.clone();
        let kind = &plan.faults[usize::from(fault)].kind;
        let harmed = self.harmed(kind);
        let effects = &mut self.registry.effects;
        effects.since[usize::from(fault)] = harmed;
        // A backup that is not the unit's own is offered to be refused.
        let is_answered = match kind {
            FaultKind::Operator(_, order) => !order.is_for_a_copy(),
            FaultKind::Restore { unit, backup_of } => unit == backup_of,
            _ => false,
        };
        effects.took[usize::from(fault)] |= harmed.is_none() && !is_answered;
    }

    /// A fault is about to be lifted.
    pub(super) fn settle_effect(&mut self, fault: u16) {
        let Some(since) = self.registry.effects.since[usize::from(fault)].take() else { return };
        let plan = self.plan.clone();
        let harmed = self.harmed(&plan.faults[usize::from(fault)].kind);
        self.registry.effects.took[usize::from(fault)] |= harmed > Some(since);
    }

    /// How much has been harmed so far by what a fault breaks; `None` where that is not measured.
    fn harmed(&self, kind: &FaultKind) -> Option<u64> {
        let lost = |(from, to)| self.network.lost_by_cuts(from, to);
        match *kind {
            FaultKind::Partition(..) | FaultKind::PartitionOneWay(..) => Some(cuts(kind).map(lost).sum()),
            FaultKind::Isolate { datacenter, clients_reach } => {
                let shut_out = if clients_reach { 0 } else { self.network.shut_out(datacenter) };
                Some(self.others(datacenter).map(lost).sum::<u64>() + shut_out)
            }
            FaultKind::Degrade { a, b, .. } => Some(self.network.worsened(a, b) + self.network.worsened(b, a)),
            FaultKind::SlowDisk { datacenter, unit, .. } => Some(self.slowed(datacenter, unit)),
            FaultKind::RefuseCopies { datacenter, copy } => Some(self.times_refused(datacenter, copy)),
            FaultKind::RegionProbe { datacenter, .. } => Some(self.misinformed(datacenter)),
            _ => None,
        }
    }

    /// How many flushes of a datacenter, or of one unit there, slow disks have made longer.
    fn slowed(&self, datacenter: Datacenter, only: Option<Unit>) -> u64 {
        let units = self.units.len();
        let is_meant = |unit: Unit, at: Datacenter| at == datacenter && only.is_none_or(|only| only == unit);
        let sites = SiteId::all(units).filter(|site| is_meant(site.unit(), self.sites[site.index()].datacenter()));
        let voters = VoterId::all(units).filter(|&voter| is_meant(voter.unit(), self.voter_datacenter(voter)));
        let sites = sites.map(|site| &self.sites[site.index()].slowness);
        sites.chain(voters.map(|voter| &self.voters[voter.index()].slowness)).map(Slowness::slowed).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Epoch, Side};

    #[test]
    fn an_order_takes_effect_when_its_site_obeys_and_not_when_it_refuses() {
        let [a, b] = Side::BOTH.map(|side| SiteId::new(Unit(0), side));
        let promoted = Announcement::Promoted { epoch: Epoch(2), end: crate::terms::Position::default() };
        let mut effects = Effects::new(3);
        effects.ordered(0, a);
        effects.ordered(1, b);
        effects.announced(b, Announcement::OrderExpired);
        effects.announced(b, promoted);
        effects.announced(a, Announcement::PeerCaughtUp);
        effects.ordered(2, b);
        effects.announced(a, promoted);
        assert_eq!(effects.into_fired(), [1, 0, 0]);
    }
}
