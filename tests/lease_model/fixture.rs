//! What the machines are given at boot: one unit, one policy, one map, and the records that clients write.

use ringfence::service::map::UnitRow;
use ringfence::service::policy::{Initiative, Replication};
use ringfence::service::{Identity, Policy, Request, ResidencyMap, Write};
use ringfence::terms::{
    AppVersion, Boundary, BoundarySet, ConversationKind, Country, Datacenter, Record, RecordKind, Side, Span, Tenant,
    Unit, Wall,
};
use std::sync::Arc;

/// A lease of four steps of a slow clock, which a fast one counts for five.
pub(crate) fn policy() -> Arc<Policy> {
    Arc::new(Policy {
        replication: Replication::Sync,
        ttl: Span::secs(16),
        loop_wait: Span::secs(8),
        retry_timeout: Span::secs(4),
        peer_timeout: Span::secs(4),
        rho_ppm: 250_000,
        failback: Initiative::Manual,
        grace_period_with_data_loss: None,
        effective: Wall::ZERO,
        backup_every: None,
        index_every: None,
        disk_timeout: None,
        witness_timeout: None,
        ..Policy::default()
    })
}

pub(crate) fn map() -> Arc<ResidencyMap> {
    let row = UnitRow { boundary: Boundary(0), sites: [Datacenter(0), Datacenter(1)], witness: Datacenter(2) };
    Arc::new(ResidencyMap {
        version: 1,
        countries: vec![Some(Boundary(0))],
        go_local: BoundarySet::EMPTY,
        datacenters: vec![Boundary(0); 3],
        units: vec![row],
        capacity: Vec::new(),
    })
}

pub(crate) fn identity(side: Side) -> Identity {
    let (boundary, roster) = (Boundary(0), Arc::from([Boundary(0); 3]));
    Identity { unit: Unit(0), side, datacenter: Datacenter(side.index() as u8), boundary, roster, charter: map() }
}

pub(crate) fn record(request: Request) -> Write {
    let country = Country::parse("AA").expect("two letters");
    Write {
        request,
        record: Record(u64::from(request.0)),
        kind: RecordKind::Message,
        tenant: Tenant(0),
        billing: country,
        signed_up: Wall::ZERO,
        conversation: ConversationKind::Flat,
        group_location: country,
        creator: country,
        roaming_in: country,
        app: AppVersion(300),
        placed: None,
        attempt: 1,
    }
}
