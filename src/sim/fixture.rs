//! A small plan for tests of the world's parts: three datacenters, two boundaries, one large tenant
//! and forty drawn ones.

use super::plan::{
    AccessPlan, After, BoundaryPlan, CountryPlan, DatacenterPlan, Distribution, LinkPlan, Plan, PopulationPlan,
    TenantPlan, TrafficPlan, UnitPlan,
};
use crate::service::map::UnitRow;
use crate::service::{Policy, ResidencyMap};
use crate::terms::{
    AppVersion, Birth, Boundary, BoundarySet, Bytes, Conversation, Country, Datacenter, Instant, Network, Record,
    RecordKind, Span, Tenant, User,
};
use std::sync::Arc;

/// 2019-05-06T00:00:00Z, a Monday.
const START: Instant = Instant(1_557_100_800_000_000);
const BOUNDARIES: [Boundary; 3] = [Boundary(0), Boundary(0), Boundary(1)];
const UNIT: UnitRow = UnitRow { boundary: Boundary(0), sites: [Datacenter(0), Datacenter(1)], witness: Datacenter(2) };

/// The plan.
pub(super) fn plan() -> Plan {
    let link = LinkPlan { delay: Span::millis(10), jitter: Span::millis(1), loss_ppm: 0, bandwidth: Bytes(1 << 20) };
    let unit = UnitPlan { name: "emea-1".into(), boundary: UNIT.boundary, sites: UNIT.sites, witness: UNIT.witness };
    Plan {
        seed: 42,
        start: START,
        duration: Span::hours(24),
        settle: Span::hours(1),
        after: After::HealAll,
        datacenters: ["dublin", "amsterdam", "texas"].into_iter().zip(BOUNDARIES).map(datacenter).collect(),
        boundaries: [("emea", 0), ("amer", 2)].map(boundary).into(),
        links: vec![vec![link; 3]; 3],
        access: AccessPlan { delay: Span::millis(15), jitter: Span::millis(10), loss_ppm: 0 },
        units: vec![unit],
        map: Arc::new(map()),
        policy: Policy::default(),
        population: population(),
        traffic: traffic(),
        faults: Vec::new(),
        moves: Vec::new(),
        replacements: Vec::new(),
    }
}

fn datacenter((name, boundary): (&str, Boundary)) -> DatacenterPlan {
    DatacenterPlan {
        name: name.into(),
        boundary,
        rate: 1_000,
        service_scv: 0.0,
        reseed_ppm: 0,
        flush: Span::millis(1),
        disk_rate: Bytes(100 << 20),
        boot: Span::secs(60),
        clock_offset_us: 0,
        clock_drift_ppm: 0,
    }
}

fn boundary((name, metro): (&str, u8)) -> BoundaryPlan {
    BoundaryPlan { name: name.into(), metro: Datacenter(metro) }
}

/// A message of its first tenant, in its first conversation.
pub(super) fn birth(record: u64) -> Birth {
    Birth {
        record: Record(record),
        tenant: Tenant(0),
        conversation: Conversation(0),
        author: User(0),
        creator: code_of("DE"),
        network: Network::default(),
        app: AppVersion(300),
        kind: RecordKind::Message,
        with: Record(record),
        followers: 0,
        size: Bytes(100),
        born: Instant(record),
    }
}

fn map() -> ResidencyMap {
    let mut countries = vec![None; Country::CODES];
    for (code, boundary) in [("DE", 0), ("FR", 0), ("US", 1)] {
        countries[code_of(code).index()] = Some(Boundary(boundary));
    }
    ResidencyMap {
        version: 1,
        countries,
        go_local: BoundarySet::EMPTY,
        datacenters: BOUNDARIES.into(),
        units: vec![UNIT],
        capacity: Vec::new(),
    }
}

fn population() -> PopulationPlan {
    let contoso = TenantPlan {
        name: "contoso".into(),
        billing: country(("DE", 2, 7_200)),
        signed_up: START.before(Span::hours(21 * 24)),
        users: 12_000,
        group_location: None,
    };
    PopulationPlan {
        tenants: vec![contoso],
        drawn: 40,
        users_per_tenant: Distribution::Constant(25.0),
        countries: [("DE", 2, 7_200), ("FR", 1, 7_200), ("US", 3, -18_000)].map(country).into(),
        signed_up: (START.before(Span::hours(500 * 24)), START),
        abroad_ppm: 100_000,
        roaming_ppm: 50_000,
        users_per_conversation_milli: 3_000,
        older_ppm: 800_000,
        private_ppm: 100_000,
        zipf: 1.0,
        apps: vec![(AppVersion(201), 1), (AppVersion(300), 4)],
        upgrades: Vec::new(),
    }
}

fn country((code, weight, offset): (&str, u32, i32)) -> CountryPlan {
    CountryPlan { country: code_of(code), weight, offsets: [(START, offset)].into() }
}

fn code_of(code: &str) -> Country {
    Country::parse(code).expect("a code")
}

fn traffic() -> TrafficPlan {
    TrafficPlan {
        records_per_user_day_milli: 10_000,
        reads_per_user_day_milli: 5_000,
        mix: vec![
            (RecordKind::Message, 70),
            (RecordKind::Like, 10),
            (RecordKind::Comment, 10),
            (RecordKind::CardMetadata, 5),
            (RecordKind::CallMedia, 5),
        ],
        attachment_ppm: 150_000,
        responses_per_card: 8,
        call: Span::minutes(4),
        sizes: [400, 60, 200, 200_000, 500, 20_000, 100, 1_000_000, 200].map(Bytes),
        hours: [3, 2, 1, 1, 1, 2, 8, 20, 45, 70, 75, 70, 55, 60, 65, 65, 60, 50, 40, 35, 30, 22, 14, 7],
        weekend_ppm: 250_000,
    }
}
