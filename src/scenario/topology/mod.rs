//! Where things stand: datacenters, boundaries, scale units, links, countries.
//!
//! The built-in topology is data, not code, and a file of the user's may extend it: adding a
//! datacenter, a boundary or a country's rule takes TOML only. What is here is for the world and for
//! people; the oracle's contract resolves the same document by itself.

mod build;
pub(super) mod countries;
pub(super) mod document;
mod files;
mod rules;
mod standing;

pub use countries::CountryRow;
pub(super) use files::resolve;

use super::diagnostic::Diagnostics;
use super::read::Findings;
use super::source::Source;
use crate::sim::plan::{AccessPlan, LinkPlan, UnitPlan};
use crate::terms::{Boundary, Bytes, Country, Datacenter, Instant, Names, Span, Unit};
use document::TopologyDocument;
use std::sync::Arc;

/// The name of the built-in topology.
pub const BUILT_IN: &str = "kaizala-2019";

/// A topology, checked and resolved.
#[derive(Clone, Debug)]
pub struct Topology {
    /// Its name.
    pub name: String,
    /// The datacenters, by [`Datacenter::index`].
    pub datacenters: Vec<DatacenterRow>,
    /// The boundaries, by [`Boundary::index`].
    pub boundaries: Vec<BoundaryRow>,
    /// The scale units, by [`Unit::index`].
    pub units: Vec<UnitPlan>,
    /// The links from each datacenter (outer) to each other (inner).
    pub links: Vec<Vec<LinkPlan>>,
    /// Where the links' delays come from.
    pub measured: Measurement,
    /// The network between devices and datacenters.
    pub access: AccessPlan,
    /// All 249 countries, by code.
    pub countries: Vec<CountryRule>,
    pub(super) document: TopologyDocument,
    /// What it was read from, each before the one that it extends.
    pub(super) sources: Vec<Arc<Source>>,
}

/// A datacenter of a topology.
#[derive(Clone, Debug)]
pub struct DatacenterRow {
    /// Its name.
    pub name: String,
    /// The boundary in which it stands.
    pub boundary: Boundary,
    /// Where that is, for people.
    pub place: String,
    /// The public cloud region that stands for it.
    pub region: String,
    /// The country whose law holds there.
    pub jurisdiction: Option<Country>,
    /// Requests that it can serve a second.
    pub rate: u64,
    /// Squared coefficient of variation of the time that serving one takes.
    pub service_scv: f64,
    /// What reading one old record again takes to bring a peer back, in millionths of the time that
    /// serving a request takes.
    pub reseed_ppm: u32,
    /// Median time of one flush to disk.
    pub flush: Span,
    /// Bytes that one site's disk writes a second.
    pub disk_rate: Bytes,
    /// Time between power and serving processes.
    pub boot: Span,
    /// Offset of the wall clock at the start of a run, in microseconds.
    pub clock_offset_us: i64,
    /// Deviation of the clock's rate, in parts per million.
    pub clock_drift_ppm: i32,
}

impl DatacenterRow {
    /// Old records that it reads a second to bring peers back, were it to serve nobody; `None`: any number.
    pub fn rereads(&self) -> Option<u64> {
        self.rate.saturating_mul(1_000_000).checked_div(self.reseed_ppm.into())
    }
}

/// A boundary of a topology.
#[derive(Clone, Debug)]
pub struct BoundaryRow {
    /// Its name.
    pub name: String,
    /// Whether its tenants are at home there whatever the date (rule R1).
    pub go_local: bool,
    /// The datacenter whose metro stands for the place of its users.
    pub metro: Datacenter,
    /// Local time of countries without a zone of their own.
    pub time_zone: String,
}

/// Where the round trips come from.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// The date of the figures.
    pub date: Option<Instant>,
    /// Who measured, and how.
    pub source: String,
    /// The licence of the figures.
    pub licence: String,
}

/// Where a country belongs in a topology.
#[derive(Clone, Debug)]
pub struct CountryRule {
    /// The built-in row, with the name and the reason for doubt.
    pub row: &'static CountryRow,
    /// The boundary; `None`: the service does not serve the country.
    pub boundary: Option<Boundary>,
    /// The local time of its people.
    pub time_zone: String,
    /// Whether the topology overrules the built-in row.
    pub overruled: bool,
}

impl Topology {
    /// The names of the places, for people.
    pub fn names(&self) -> Names {
        Names {
            datacenters: self.datacenters.iter().map(|row| row.name.clone()).collect(),
            boundaries: self.boundaries.iter().map(|row| row.name.clone()).collect(),
            units: self.units.iter().map(|row| row.name.clone()).collect(),
            tenants: Vec::new(),
        }
    }

    /// The datacenter of a name.
    pub fn datacenter(&self, name: &str) -> Option<Datacenter> {
        (0..).map(Datacenter).zip(&self.datacenters).find(|(_, row)| row.name == name).map(|(handle, _)| handle)
    }

    /// The boundary of a name.
    pub fn boundary(&self, name: &str) -> Option<Boundary> {
        (0..).map(Boundary).zip(&self.boundaries).find(|(_, row)| row.name == name).map(|(handle, _)| handle)
    }

    /// The scale unit of a name.
    pub fn unit(&self, name: &str) -> Option<Unit> {
        (0..).map(Unit).zip(&self.units).find(|(_, row)| row.name == name).map(|(handle, _)| handle)
    }

    /// The rule of a country.
    pub fn country(&self, country: Country) -> Option<&CountryRule> {
        let at = self.countries.binary_search_by_key(&country, |rule| rule.row.code).ok()?;
        self.countries.get(at)
    }

    /// The round trip from one datacenter to another, as its row says.
    pub fn round_trip(&self, from: Datacenter, to: Datacenter) -> Span {
        Span(self.links[from.index()][to.index()].delay.0 * 2)
    }
}

/// Loads a topology: [`BUILT_IN`], or a file.
///
/// # Errors
///
/// Everything that is wrong with the file, each with its place.
pub fn load_topology(name_or_path: &str) -> Result<Topology, Diagnostics> {
    let findings = Findings::default();
    let topology = files::load(name_or_path, &findings);
    match (topology, findings.into_inner()) {
        (Some(topology), found) if found.is_empty() => Ok(topology),
        (_, found) => Err(Diagnostics::new(found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in() -> Topology {
        load_topology(BUILT_IN).unwrap_or_else(|found| panic!("{found}"))
    }

    #[test]
    fn hong_kong_is_only_a_millisecond_nearer_to_singapore_than_chennai() {
        let topology = built_in();
        let [singapore, hong_kong, chennai] =
            ["singapore", "hong-kong", "chennai"].map(|name| topology.datacenter(name).unwrap());
        assert_eq!(topology.round_trip(singapore, hong_kong), Span::millis(36));
        assert_eq!(topology.round_trip(singapore, chennai), Span::millis(37));
        let boundary = |datacenter: Datacenter| topology.datacenters[datacenter.index()].boundary;
        assert_eq!(boundary(singapore), boundary(hong_kong));
        assert_ne!(boundary(singapore), boundary(chennai));
    }

    #[test]
    fn each_boundary_has_two_units_with_opposite_primaries() {
        let topology = built_in();
        assert_eq!((topology.datacenters.len(), topology.boundaries.len(), topology.units.len()), (8, 4, 8));
        for pair in topology.units.chunks(2) {
            assert_eq!(pair[0].boundary, pair[1].boundary);
            assert_eq!(pair[0].sites, [pair[1].sites[1], pair[1].sites[0]]);
        }
    }

    #[test]
    fn every_witness_is_the_nearest_datacenter_beyond_its_boundary() {
        let topology = built_in();
        for unit in &topology.units {
            let far = |to: Datacenter| unit.sites.iter().map(|&site| topology.round_trip(to, site)).sum::<Span>();
            let beyond = (0..8).map(Datacenter).filter(|dc| topology.datacenters[dc.index()].boundary != unit.boundary);
            assert_eq!(beyond.min_by_key(|&dc| far(dc)), Some(unit.witness), "{}", unit.name);
        }
    }

    #[test]
    fn all_249_countries_belong_to_a_boundary_or_are_refused_by_name() {
        let topology = built_in();
        assert_eq!(topology.countries.len(), 249);
        let refused: Vec<_> = topology
            .countries
            .iter()
            .filter(|rule| rule.boundary.is_none())
            .map(|rule| rule.row.code.to_string())
            .collect();
        assert_eq!(refused.join(" "), "AQ BV CN CU GS HM IO IR KP RU SD SY TF UM");
    }
}
