//! What the metrics must know of a run before it starts.

use crate::terms::{Boundary, Datacenter, Instant, Seat, Side, Span, Unit};

/// Places and times of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricsSetup {
    /// When the run starts.
    pub start: Instant,
    /// Length of the safety phase.
    pub duration: Span,
    /// The longest liveness phase that follows.
    pub settle: Span,
    /// How many boundaries there are.
    pub boundaries: usize,
    /// The datacenters, by [`Datacenter::index`].
    pub datacenters: Vec<DatacenterSetup>,
    /// The scale units, by [`Unit::index`].
    pub units: Vec<UnitSetup>,
    /// How many tenants, counted from the first, are followed one by one for `locate`.
    pub followed: usize,
    /// How many faults are scheduled.
    pub faults: usize,
}

/// A datacenter as it physically stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatacenterSetup {
    /// Where it stands.
    pub boundary: Boundary,
    /// Requests that it can serve a second.
    pub rate: u64,
}

/// A scale unit as it physically stands, at the start where a run is told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitSetup {
    /// The boundary it serves.
    pub boundary: Boundary,
    /// The datacenters of sides A and B.
    pub sites: [Datacenter; 2],
    /// The datacenter of the witness.
    pub witness: Datacenter,
}

impl UnitSetup {
    /// The side whose site stands at a datacenter.
    pub fn side_at(&self, datacenter: Datacenter) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.sites[side.index()] == datacenter)
    }

    /// The datacenter of a seat.
    pub const fn place(&self, seat: Seat) -> Datacenter {
        match seat {
            Seat::A => self.sites[0],
            Seat::B => self.sites[1],
            Seat::Witness => self.witness,
        }
    }

    /// Puts a seat at another place.
    pub(super) const fn put(&mut self, seat: Seat, at: Datacenter) {
        match seat {
            Seat::A => self.sites[0] = at,
            Seat::B => self.sites[1] = at,
            Seat::Witness => self.witness = at,
        }
    }

    /// The datacenter of a side.
    pub const fn site(&self, side: Side) -> Datacenter {
        self.sites[side.index()]
    }
}

impl MetricsSetup {
    /// The boundary of a unit.
    pub fn boundary_of(&self, unit: Unit) -> Boundary {
        self.units[unit.index()].boundary
    }

    /// The datacenters that share a scale unit with this one, lowest handle first.
    pub fn partners(&self, datacenter: Datacenter) -> Vec<Datacenter> {
        let shared = self.units.iter().filter_map(|unit| unit.side_at(datacenter).map(|side| unit.site(side.peer())));
        let mut partners: Vec<_> = shared.filter(|&partner| partner != datacenter).collect();
        partners.sort_unstable();
        partners.dedup();
        partners
    }

    /// The datacenters of a boundary, lowest handle first.
    pub fn datacenters_of(&self, boundary: Boundary) -> impl Iterator<Item = Datacenter> {
        let standing = move |(index, setup): (usize, &DatacenterSetup)| {
            (setup.boundary == boundary).then(|| Datacenter(u8::try_from(index).unwrap_or(u8::MAX)))
        };
        self.datacenters.iter().enumerate().filter_map(standing)
    }
}
