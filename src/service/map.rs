//! The map of residence: which countries belong to which boundary, which scale units serve it, and
//! where their sites are said to be.
//!
//! # A map that lies
//!
//! It is configuration, so it may lie, and a push may reach some sites late and others never. Two things hold
//! nevertheless, whoever has which map:
//!
//! - **Where a site stands no map can change.** A map that says otherwise than a site was commissioned with is
//!   refused, all of it (see [`super::Decisions::admits_map`]).
//! - **Where a country is at home no map can change by itself**, for its records rest where they are; a country
//!   changes its home by a move ([`super::relocation`]). So whoever decides keeps the map with which it was commissioned,
//!   its *charter*, beside the newest that it took, and takes the stricter reading of the two (see
//!   [`super::Decisions::stricter`]): a record is accepted only where both place it alike. A country that the charter
//!   does not serve stays unserved; one that the two place differently, or that the newest serves no longer, is
//!   refused as [`Refusal::MapsDisagree`] until a corrected map has come. The refusal is transient, so what is
//!   written meanwhile waits in outboxes.
//!
//! The charter is the same everywhere. Hence two sites never place a record differently, however far a push has come,
//! and nobody has to know who has which map: no site waits for the slowest, and none that a push never reaches
//! holds the others up. What is refused by one site and accepted by another rests in one place.
//!
//! A device routes and reads by its own charter, the map that it started with, so that no lie sends anything
//! astray; whether a record is accepted the site decides, for the map that a device heard of last may be out of date.
//!
//! [`Refusal::MapsDisagree`]: crate::terms::Refusal::MapsDisagree

use crate::terms::{Boundary, BoundarySet, Country, Datacenter, DatacenterSet, Seat, Side, Tenant, Unit};

/// One scale unit as the map has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnitRow {
    /// The boundary whose tenants it serves.
    pub boundary: Boundary,
    /// The datacenters of sides A and B.
    pub sites: [Datacenter; 2],
    /// The datacenter of the witness.
    pub witness: Datacenter,
}

impl UnitRow {
    /// Where `side` is.
    pub const fn site(&self, side: Side) -> Datacenter {
        self.sites[side.index()]
    }

    /// Puts a seat at another place.
    pub const fn put(&mut self, seat: Seat, at: Datacenter) {
        match seat {
            Seat::A => self.sites[0] = at,
            Seat::B => self.sites[1] = at,
            Seat::Witness => self.witness = at,
        }
    }

    /// Where the voter of `seat` is.
    pub const fn voter(&self, seat: Seat) -> Datacenter {
        match seat {
            Seat::A => self.sites[0],
            Seat::B => self.sites[1],
            Seat::Witness => self.witness,
        }
    }
}

/// Capacity beyond the pairs that an operator offers to a boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Capacity {
    /// The datacenter offered.
    pub datacenter: Datacenter,
    /// The boundary that is to use it.
    pub serves: Boundary,
    /// The boundary in which the operator says it stands. `None`: the label is missing.
    pub label: Option<Boundary>,
}

/// The map that sites and clients place and route by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResidencyMap {
    /// Grows with every push.
    pub version: u32,
    /// The boundary of each country, by [`Country::index`]; `None` is not served.
    pub countries: Vec<Option<Boundary>>,
    /// Boundaries whose tenants are at home there whatever the date (rule R1).
    pub go_local: BoundarySet,
    /// Where each datacenter is said to stand, by [`Datacenter::index`].
    pub datacenters: Vec<Boundary>,
    /// Every scale unit, by [`Unit::index`].
    pub units: Vec<UnitRow>,
    /// Capacity offered beyond the pairs.
    pub capacity: Vec<Capacity>,
}

impl ResidencyMap {
    /// The boundary of a country, if the service serves it.
    pub fn boundary_of(&self, country: Country) -> Option<Boundary> {
        self.countries.get(country.index()).copied().flatten()
    }

    /// The row of a unit.
    ///
    /// # Panics
    ///
    /// If the unit is not of this map: units are handles that the map itself gave out.
    pub fn unit(&self, unit: Unit) -> &UnitRow {
        &self.units[unit.index()]
    }

    /// The scale unit that holds a tenant's data in a boundary: tenants are spread over the
    /// boundary's units in turn. `None` if the boundary has no unit.
    pub fn unit_of(&self, tenant: Tenant, boundary: Boundary) -> Option<Unit> {
        let serves = |row: &UnitRow| row.boundary == boundary;
        let count = self.units.iter().filter(|row| serves(row)).count();
        let turn = tenant.0 as usize % count.max(1);
        let mut units = (0..).map(Unit).zip(&self.units).filter(|(_, row)| serves(row));
        units.nth(turn).map(|(unit, _)| unit)
    }

    /// The datacenters that may get bytes of a unit: its pair, and offered capacity whose label is
    /// the unit's boundary.
    pub fn candidates(&self, unit: Unit) -> DatacenterSet {
        let row = self.unit(unit);
        let labelled = |c: &&Capacity| c.serves == row.boundary && c.label == Some(row.boundary);
        let pair = DatacenterSet::of(row.sites[0]).with(row.sites[1]);
        self.capacity.iter().filter(labelled).fold(pair, |set, c| set.with(c.datacenter))
    }
}
