//! A run as the world needs it: everything resolved, nothing looked up by name any more.

mod changes;
mod fault;

pub use super::upgrade::UpgradePlan;
pub use changes::{MovePlan, Mover, ReplacementPlan};
pub use fault::{FaultKind, FaultPlan, Rollout};

use crate::service::{Policy, ResidencyMap};
use crate::terms::{AppVersion, Boundary, Bytes, Country, Datacenter, Instant, RecordKind, Seat, Side, Span};
use std::sync::Arc;

/// Everything that decides a run, with the seed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed; 63 bits.
    pub seed: u64,
    /// When the run starts.
    pub start: Instant,
    /// Length of the safety phase, in which faults strike.
    pub duration: Span,
    /// What becomes of the world when the safety phase is over.
    pub after: After,
    /// The longest liveness phase that follows.
    pub settle: Span,
    /// The datacenters, by [`Datacenter::index`].
    pub datacenters: Vec<DatacenterPlan>,
    /// The boundaries, by [`Boundary::index`].
    pub boundaries: Vec<BoundaryPlan>,
    /// The links from each datacenter (outer) to each other (inner); that to itself is unused.
    pub links: Vec<Vec<LinkPlan>>,
    /// The network between clients and datacenters.
    pub access: AccessPlan,
    /// The scale units as they physically stand at the start, by [`Unit::index`](crate::terms::Unit::index).
    pub units: Vec<UnitPlan>,
    /// The map that production is given.
    pub map: Arc<ResidencyMap>,
    /// The configuration that production is given.
    pub policy: Policy,
    /// Who uses the service.
    pub population: PopulationPlan,
    /// What they do.
    pub traffic: TrafficPlan,
    /// What goes wrong, in the order of the scenario.
    pub faults: Vec<FaultPlan>,
    /// Who moves, in the order of the scenario. A tenant moves once at the most.
    pub moves: Vec<MovePlan>,
    /// Which seats get another place, in the order of the scenario, each once at the most.
    pub replacements: Vec<ReplacementPlan>,
}

/// What becomes of the world when the safety phase is over. Lost storage is never healed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum After {
    /// Every fault is healed.
    #[default]
    HealAll,
    /// Every fault is healed, and one datacenter of each boundary, drawn by the seed, is gone for good.
    LoseOne,
}

/// A datacenter.
#[derive(Clone, Debug)]
pub struct DatacenterPlan {
    /// Its name.
    pub name: String,
    /// Where it truly stands.
    pub boundary: Boundary,
    /// Requests that it can serve a second, over all its sites.
    pub rate: u64,
    /// Squared coefficient of variation of the time that serving one takes: 0 is constant, 1 exponential.
    pub service_scv: f64,
    /// What reading one old record again takes to bring a peer back, in millionths of the time that
    /// serving a request takes.
    pub reseed_ppm: u32,
    /// Median time of one flush of a site's store.
    pub flush: Span,
    /// Bytes that one site's disk writes a second.
    pub disk_rate: Bytes,
    /// Time between power and serving processes.
    pub boot: Span,
    /// Offset of the wall clock at the start, in microseconds.
    pub clock_offset_us: i64,
    /// Deviation of the clock's rate, in parts per million.
    pub clock_drift_ppm: i32,
}

/// A boundary as its users see it.
#[derive(Clone, Debug)]
pub struct BoundaryPlan {
    /// Its name.
    pub name: String,
    /// The datacenter whose metro stands for the place of users who are in the boundary.
    pub metro: Datacenter,
}

/// One direction of a link between two datacenters.
#[derive(Clone, Copy, Debug)]
pub struct LinkPlan {
    /// Time on the way: half the measured median round trip.
    pub delay: Span,
    /// Mean of the added, exponentially distributed jitter.
    pub jitter: Span,
    /// Messages lost, in parts per million.
    pub loss_ppm: u32,
    /// Bytes a second.
    pub bandwidth: Bytes,
}

/// The network between clients and datacenters: assumptions, labelled so in the topology.
#[derive(Clone, Copy, Debug)]
pub struct AccessPlan {
    /// One-way time between a device and its metro.
    pub delay: Span,
    /// Mean of the added, exponentially distributed jitter.
    pub jitter: Span,
    /// Messages lost, in parts per million.
    pub loss_ppm: u32,
}

/// A scale unit as it physically stands.
#[derive(Clone, Debug)]
pub struct UnitPlan {
    /// Its name.
    pub name: String,
    /// The boundary it serves.
    pub boundary: Boundary,
    /// The datacenters of sides A and B.
    pub sites: [Datacenter; 2],
    /// The datacenter of the witness.
    pub witness: Datacenter,
}

impl UnitPlan {
    /// Where the voter of `seat` stands.
    pub const fn voter(&self, seat: Seat) -> Datacenter {
        match seat {
            Seat::A => self.sites[0],
            Seat::B => self.sites[1],
            Seat::Witness => self.witness,
        }
    }

    /// Where the site of `side` stands.
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
}

/// A drawn size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(f64),
    /// Log-normal, by its median and the standard deviation of its logarithm.
    Lognormal {
        /// The median.
        median: f64,
        /// The standard deviation of the natural logarithm.
        sigma: f64,
    },
}

/// Who uses the service. Explicit tenants come first, then the drawn ones.
#[derive(Clone, Debug)]
pub struct PopulationPlan {
    /// Tenants that the scenario names.
    pub tenants: Vec<TenantPlan>,
    /// How many more are drawn.
    pub drawn: u32,
    /// Users of a drawn tenant.
    pub users_per_tenant: Distribution,
    /// Billing countries of drawn tenants, with weights.
    pub countries: Vec<CountryPlan>,
    /// Drawn tenants signed up evenly between these two.
    pub signed_up: (Instant, Instant),
    /// Share of users whose country is not their tenant's billing country, in parts per million.
    pub abroad_ppm: u32,
    /// Share of users whose device is in another boundary's network, in parts per million.
    pub roaming_ppm: u32,
    /// Users for each conversation of a tenant, in thousandths.
    pub users_per_conversation_milli: u64,
    /// Share of conversations that are older than the run, in parts per million.
    pub older_ppm: u32,
    /// Share of conversations that are private, in parts per million.
    pub private_ppm: u32,
    /// Exponent of the Zipf law by which conversations are drawn.
    pub zipf: f64,
    /// App versions, with weights.
    pub apps: Vec<(AppVersion, u32)>,
    /// Upgrades of apps, in the order of the scenario.
    pub upgrades: Vec<UpgradePlan>,
}

/// A country of drawn tenants or users.
#[derive(Clone, Debug)]
pub struct CountryPlan {
    /// Which.
    pub country: Country,
    /// Its share among the weights.
    pub weight: u32,
    /// The offset of its local time from UTC, over the run: from each instant on, in seconds.
    /// Ascending, and the first is not after the run's start.
    pub offsets: Arc<[(Instant, i32)]>,
}

/// A tenant that the scenario names.
#[derive(Clone, Debug)]
pub struct TenantPlan {
    /// Its name.
    pub name: String,
    /// Its billing country, with the local time of its users.
    pub billing: CountryPlan,
    /// When it signed up.
    pub signed_up: Instant,
    /// How many users it has.
    pub users: u32,
    /// The country code of the creators of its conversations; `None`: drawn as for other tenants.
    pub group_location: Option<Country>,
}

/// What users do.
#[derive(Clone, Debug)]
pub struct TrafficPlan {
    /// Records that a user makes a day, in thousandths, calls and cards included.
    pub records_per_user_day_milli: u64,
    /// Conversations that a user opens a day, in thousandths.
    pub reads_per_user_day_milli: u64,
    /// What a drawn record is: kind (never one that follows another) and weight.
    pub mix: Vec<(RecordKind, u32)>,
    /// Share of messages with an attachment, in parts per million.
    pub attachment_ppm: u32,
    /// Mean number of responses to an action card.
    pub responses_per_card: u16,
    /// Mean length of a call.
    pub call: Span,
    /// Median size of a record of each kind, by [`RecordKind::index`].
    pub sizes: [Bytes; 9],
    /// Relative activity in each hour of a local day; the mean over a day is what counts as 1.
    pub hours: [u32; 24],
    /// Activity on Saturday and Sunday, in parts per million of a weekday's.
    pub weekend_ppm: u32,
}
