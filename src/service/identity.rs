//! What a site is told when it is commissioned, and how it judges what it is told later.

use super::ResidencyMap;
use crate::terms::{Boundary, Datacenter, Side, Unit};
use std::sync::Arc;

/// What a site was commissioned with. No configuration changes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The scale unit.
    pub unit: Unit,
    /// Which of its two sites.
    pub side: Side,
    /// The datacenter in which the site stands.
    pub datacenter: Datacenter,
    /// The boundary in which that datacenter stands.
    pub boundary: Boundary,
    /// The boundary in which each datacenter was commissioned, by [`Datacenter::index`].
    pub roster: Arc<[Boundary]>,
    /// The map with which the site was commissioned.
    pub charter: Arc<ResidencyMap>,
}

/// What a site knows of where the platform under it says that it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Probe {
    /// What it says now; `None`: nothing.
    pub says: Option<Datacenter>,
    /// What it said when the site was attested last, as the disk keeps it; `None`: it never was.
    pub kept: Option<Datacenter>,
}

impl Identity {
    /// Where a site may take itself to stand: where it was commissioned, if the platform says so, or, while it says
    /// nothing, said so before. Nowhere else, and by no default.
    pub fn attests(&self, probe: Probe) -> Option<Datacenter> {
        probe.says.or(probe.kept).filter(|&says| says == self.datacenter)
    }

    /// Whether a map says the same as this site was commissioned with: that it stands where it
    /// stands, that no unit's site stands in another boundary than the unit's, and that every
    /// datacenter offered as capacity is labelled with the boundary in which it was commissioned, which
    /// is the one that it is to serve.
    pub fn agrees_with(&self, map: &ResidencyMap) -> bool {
        let stands = |datacenter: Datacenter| self.roster.get(datacenter.index()).copied();
        let labels = map.datacenters.iter().enumerate().all(|(dc, label)| self.roster.get(dc) == Some(label));
        let pairs = map.units.iter().all(|row| row.sites.iter().all(|&site| stands(site) == Some(row.boundary)));
        let capacity = map.capacity.iter().all(|offer| {
            offer.label.is_some() && offer.label == stands(offer.datacenter) && offer.label == Some(offer.serves)
        });
        let own = map.units.get(self.unit.index()).is_some_and(|row| row.site(self.side) == self.datacenter);
        labels && pairs && capacity && own
    }
}
