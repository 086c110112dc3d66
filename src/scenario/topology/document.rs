//! The format of a topology file.

use crate::scenario::quantity::{ByteRate, Share, Signed};
use crate::scenario::read::{At, Given, Input, Value, wrong_type};
use crate::scenario::section::{Section, section};
use crate::scenario::source::Place;
use crate::scenario::words::{Entries, Zone};
use crate::terms::{Country, Instant, Span};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use toml::de::DeValue;

section! {
    /// Datacenters, boundaries, scale units, links and countries. What is not given comes from the
    /// topology that this one extends.
    TopologyDocument {
        required {}
        optional {
            /// The name.
            name: String,
            /// The topology that this one changes: `kaizala-2019`, or the path of a file.
            extends: String,
            /// The boundaries, by name.
            boundaries: Entries<BoundaryDocument>,
            /// What every datacenter has that does not say otherwise.
            datacenter_defaults: DatacenterDocument,
            /// The datacenters, by name.
            datacenters: Entries<DatacenterDocument>,
            /// The scale units, by name.
            units: Entries<UnitDocument>,
            /// Round trips between datacenters.
            rtt: RttDocument,
            /// What every link between datacenters has.
            links: LinksDocument,
            /// The network between devices and datacenters.
            access: AccessDocument,
            /// Countries that do not belong where the built-in table puts them: a boundary, or `refuse`.
            countries: Entries<CountryDocument>,
        }
    }
}

section! {
    /// A region or country that tenant data may not leave at rest.
    BoundaryDocument {
        required {}
        optional {
            /// Whether its tenants are at home there whatever the date.
            go_local: bool,
            /// The datacenter whose metro stands for the place of its users.
            metro: String,
            /// Local time of countries that have no zone of their own.
            time_zone: Zone,
        }
    }
}

section! {
    /// A datacenter.
    DatacenterDocument {
        required {}
        optional {
            /// The boundary in which it stands.
            boundary: String,
            /// Where that is.
            place: String,
            /// The public cloud region that stands for it.
            region: String,
            /// The country whose law holds there.
            jurisdiction: Country,
            /// Requests that it can serve a second.
            rate: u64,
            /// Squared coefficient of variation of the time that serving one takes: 0 is constant (the
            /// default), 1 exponential.
            service_scv: f64,
            /// What reading one old record again takes to bring a peer back, as a share of the time that
            /// serving a request takes: 0 % is nothing (the default).
            reseed_cost: Share,
            /// Median time of one flush to disk.
            flush: Span,
            /// What one site's disk writes.
            disk_rate: ByteRate,
            /// Time between power and serving processes.
            boot: Span,
            /// Offset of its wall clock from true time at the start of a run, within `clock_tolerance`.
            clock_offset: Signed,
            /// Deviation of its clock's rate, in parts per million, within `rho_ppm`.
            clock_drift_ppm: i32,
        }
    }
}

section! {
    /// A shard of a boundary's tenants.
    UnitDocument {
        required {}
        optional {
            /// The boundary that it serves.
            boundary: String,
            /// The datacenter that holds the lease by preference.
            primary: String,
            /// The datacenter that takes over.
            backup: String,
            /// The datacenter of the lease's third voter, outside the pair.
            witness: String,
        }
    }
}

section! {
    /// Round trips between datacenters.
    RttDocument {
        required {}
        optional {
            /// When they were measured.
            date: Instant,
            /// By whom, and how.
            source: String,
            /// Under which licence the figures stand.
            licence: String,
            /// Median milliseconds, from row to column: at most 120000. Where one direction is missing, the other counts.
            ms: Entries<Entries<f64>>,
        }
    }
}

section! {
    /// What every link between datacenters has.
    LinksDocument {
        required {}
        optional {
            /// Mean of the added jitter, each way: at most 10 s.
            jitter: Span,
            /// Messages always lost: at most 10 %. A `degrade` fault may take more.
            loss: Share,
            /// Bytes a second: at least 100 kB/s.
            bandwidth: ByteRate,
        }
    }
}

section! {
    /// The network between a device and its metro.
    AccessDocument {
        required {}
        optional {
            /// Time each way: at most a minute.
            delay: Span,
            /// Mean of the added jitter, each way: at most 10 s.
            jitter: Span,
            /// Messages always lost: at most 10 %.
            loss: Share,
        }
    }
}

/// Where a country belongs: `"apac"`, `"refuse"`, or both boundary and time zone.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct CountryDocument {
    pub(in crate::scenario) boundary: Given<String>,
    pub(in crate::scenario) time_zone: Given<Zone>,
}

section! {
    /// Where a country belongs, and its local time.
    CountryTable {
        required {}
        optional {
            /// The boundary, or `refuse`.
            boundary: String,
            /// The local time of its people.
            time_zone: Zone,
        }
    }
}

impl Value for CountryDocument {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::String(boundary) => {
                let boundary = At { value: boundary.to_string(), place: place.clone() };
                Some(Self { boundary: Some(boundary), time_zone: None })
            }
            DeValue::Table(_) => {
                let CountryTable { boundary, time_zone } = CountryTable::read(input, place, value)?;
                Some(Self { boundary, time_zone })
            }
            _ => wrong_type(input, place, "a boundary or `\"refuse\"`", value),
        }
    }

    fn overlaid(self, over: Self) -> Self {
        Self { boundary: over.boundary.or(self.boundary), time_zone: over.time_zone.or(self.time_zone) }
    }
}

impl JsonSchema for CountryDocument {
    fn schema_name() -> Cow<'static, str> {
        "CountryDocument".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, generator.subschema_for::<CountryTable>()] })
    }
}

/// The topology of a run: a name or path, or changes that the scenario itself makes.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum TopologyChoice {
    /// Built in, or a path.
    Named(String),
    /// Written in the scenario.
    Inline(Box<TopologyDocument>),
}

impl Value for TopologyChoice {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::String(name) => Some(Self::Named(name.to_string())),
            DeValue::Table(_) => {
                TopologyDocument::read(input, place, value).map(|inline| Self::Inline(Box::new(inline)))
            }
            _ => wrong_type(input, place, "the name of a topology, its path, or a table", value),
        }
    }
}

impl JsonSchema for TopologyChoice {
    fn schema_name() -> Cow<'static, str> {
        "Topology".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string" }, generator.subschema_for::<TopologyDocument>()] })
    }
}

impl TopologyDocument {
    /// This topology with the changes of another laid over it.
    pub(in crate::scenario) fn changed_by(self, over: Self) -> Self {
        self.over(over)
    }
}
