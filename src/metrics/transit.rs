//! Content that travelled between a scale unit and a device in another boundary's network.

use super::setup::MetricsSetup;
use crate::terms::{Boundary, Network, Unit};

/// What travelled between units of a boundary and devices in another's network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crossing {
    /// Where the content rests or, for calls, where it is passed on.
    pub home: Boundary,
    /// In whose network the devices were.
    pub network: Boundary,
    /// Records that left a device for a unit, counted again where another unit or list of datacenters was found.
    pub sent: u64,
    /// Parts of conversations that were shown on a device.
    pub shown: u64,
}

/// Content in transit across boundaries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transit {
    boundaries: usize,
    /// Whichever pairs of home (row) and network there are.
    crossings: Vec<Crossing>,
}

impl Transit {
    pub(super) fn new(setup: &MetricsSetup) -> Self {
        let boundaries = || (0..setup.boundaries).map(|index| Boundary(u8::try_from(index).unwrap_or(u8::MAX)));
        let row = |home| boundaries().map(move |network| Crossing { home, network, sent: 0, shown: 0 });
        Self { boundaries: setup.boundaries, crossings: boundaries().flat_map(row).collect() }
    }

    /// Each pair of home and network between which anything travelled, in order.
    pub fn crossings(&self) -> impl Iterator<Item = &Crossing> {
        let across = |one: &&Crossing| one.home != one.network && one.sent + one.shown > 0;
        self.crossings.iter().filter(across)
    }

    /// Everything that travelled across a boundary: of one home, or of all.
    pub fn total(&self, home: Option<Boundary>) -> u64 {
        let of = |one: &&Crossing| home.is_none_or(|home| home == one.home);
        self.crossings().filter(of).map(|one| one.sent + one.shown).sum()
    }

    #[inline]
    pub(super) fn sent(&mut self, setup: &MetricsSetup, unit: Unit, network: Network) {
        self.between(setup.boundary_of(unit), network).sent += 1;
    }

    #[inline]
    pub(super) fn shown(&mut self, setup: &MetricsSetup, unit: Unit, network: Network) {
        self.between(setup.boundary_of(unit), network).shown += 1;
    }

    fn between(&mut self, home: Boundary, Network(network): Network) -> &mut Crossing {
        &mut self.crossings[home.index() * self.boundaries + network.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::UnitSetup;

    #[test]
    fn what_stays_in_its_boundarys_network_is_not_in_transit_across_one() {
        let (home, abroad) = (Boundary(0), Boundary(1));
        let units = vec![UnitSetup { boundary: home, ..UnitSetup::default() }];
        let setup = MetricsSetup { boundaries: 2, units, ..MetricsSetup::default() };
        let mut transit = Transit::new(&setup);
        transit.sent(&setup, Unit(0), Network(home));
        assert_eq!((transit.crossings().count(), transit.total(None)), (0, 0));
        transit.sent(&setup, Unit(0), Network(abroad));
        transit.shown(&setup, Unit(0), Network(abroad));
        let crossing = Crossing { home, network: abroad, sent: 1, shown: 1 };
        assert_eq!(transit.crossings().collect::<Vec<_>>(), [&crossing]);
        assert_eq!([None, Some(home), Some(abroad)].map(|of| transit.total(of)), [2, 2, 0]);
    }
}
