//! The oracle's contract, from a scenario document and its topology document.
//!
//! It is made **without** production's map, policy or defaults, and without the resolved topology: the
//! same text reaches production and oracle by two separate ways, so one wrong lookup cannot satisfy
//! both. What both read are the 249 built-in rows of countries, which a golden test holds. The
//! defaults below are what a scenario promises by saying nothing; a test compares the two ways.

use super::document::{Document, Service};
use super::quantity::OrNever;
use super::read::{At, Given};
use super::replacements::Replace;
use super::topology::countries;
use super::topology::document::TopologyDocument;
use super::words::{Entries, Rho, value};
use crate::audit::{CardTerms, Contract, Leaver, LossTerms, MoveTerms, SeatTerms, UnitTerms};
use crate::service::policy::{Initiative, Manners, OldCard, Replication, Transit};
use crate::terms::{AppVersion, Boundary, BoundarySet, Bytes, Country, Datacenter, Instant, Seat, Span, Tenant, Unit};
use std::collections::BTreeMap;

/// What was promised. Only for a document in which nothing was found wrong.
pub(super) fn of(document: &Document, topology: &TopologyDocument) -> Contract {
    let places = Places::of(topology);
    let service = value(&document.service).cloned().unwrap_or_default();
    let lease = Lease::of(&service);
    Contract {
        datacenters: places.stands_in(topology),
        countries: places.countries(topology),
        go_local: places.go_local(topology),
        units: places.units(topology),
        effective: or(&service.effective, Instant(1_554_076_800_000_000)),
        clock_tolerance: or(&service.clock_tolerance, Span::millis(500)),
        card_version: or(&service.card_version, AppVersion(300)),
        refuses_old_cards: CardTerms {
            new_tenant: or(&service.old_card_new_tenant, OldCard::Refuse) == OldCard::Refuse,
            old_tenant: or(&service.old_card_old_tenant, OldCard::GroupLocation) == OldCard::Refuse,
        },
        loss: loss(&service),
        loss_records: value(&service.maximum_lag_records).copied(),
        reseed_rate: value(&service.reseed_rate).copied(),
        backup_every: or(&service.backup_every, OrNever(Some(Span::hours(6)))).0,
        index_every: or(&service.index_every, OrNever(Some(Span::minutes(1)))).0,
        export_lifetime: or(&service.export_lifetime, Span::hours(24)),
        dump_lifetime: or(&service.dump_lifetime, Span::hours(6)),
        inventories: inventories(document),
        travels_inside: or(&service.transit, Transit::Anywhere) == Transit::InBoundary,
        ttl: lease.ttl,
        rho_ppm: lease.rho_ppm,
        attempt: lease.retry_timeout,
        rto_bound: lease.longest_takeover(),
        grace: or(&service.grace_period_with_data_loss, OrNever(Some(Span::hours(1)))).0,
        manual_failover: or(&service.failover, Initiative::Automatic) != Initiative::Automatic,
        switchover_bound: lease.longest_switchover(or(&service.drain_timeout, Span::secs(5))),
        longest_wait: longest_wait(&service),
        queue_limit: or(&service.queue_limit, 60),
        request_timeout: or(&service.request_timeout, Span::secs(4)),
        clients_are_naive: or(&service.client, Manners::Careful) == Manners::Naive,
        rates: rates(topology),
        bandwidth: bandwidth(topology),
        settle: or(&document.settle, Span::minutes(30)),
        start: or(&document.start, Instant::ZERO),
        purge_within: or(&service.purge_within, Span::hours(24)),
        moves: places.moves(document, topology),
        seats: places.seats(document, topology),
    }
}

fn or<T: Copy>(given: &Given<T>, promised: T) -> T {
    given.as_ref().map_or(promised, |at| at.value)
}

/// When every copy is looked at, in order.
fn inventories(document: &Document) -> Vec<Instant> {
    let start = or(&document.start, Instant::ZERO);
    let given = document.inventory.iter().flat_map(|list| &list.value);
    let mut moments: Vec<_> = given.filter_map(|one| value(&one.value.at)).map(|moment| moment.in_run(start)).collect();
    moments.sort_unstable();
    moments
}

/// The longest back-off, and an answer that did not come from each site that a client may try.
fn longest_wait(service: &Service) -> Span {
    let unanswered = or(&service.request_timeout, Span::secs(4));
    or(&service.backoff_max, Span::minutes(1)) + Span(unanswered.0.saturating_mul(4))
}

fn loss(service: &Service) -> LossTerms {
    match or(&service.replication, Replication::Async) {
        Replication::SyncStrict => LossTerms::Never,
        Replication::Sync => LossTerms::NoneWhileReplicated,
        Replication::Async => LossTerms::AtMost(or(&service.maximum_lag_on_failover, Span::secs(5))),
    }
}

/// The times of the lease, and what follows from them.
struct Lease {
    ttl: Span,
    loop_wait: Span,
    retry_timeout: Span,
    rho_ppm: u32,
}

impl Lease {
    fn of(service: &Service) -> Self {
        Self {
            ttl: or(&service.ttl, Span::secs(30)),
            loop_wait: or(&service.loop_wait, Span::secs(10)),
            retry_timeout: or(&service.retry_timeout, Span::secs(3)),
            rho_ppm: or(&service.rho_ppm, Rho(200)).0,
        }
    }

    /// True time that passes while the slowest clock counts `span`.
    fn on_the_slowest_clock(&self, span: Span) -> Span {
        span.scale(1_000_000, 1_000_000 - u64::from(self.rho_ppm)) + Span::micros(1)
    }

    /// From the onset of a fault: `ttl·(1+ρ)` on the challenger's clock, a renewal under way, one
    /// look at the register, reading it, winning it, and the change to `alone`.
    fn longest_takeover(&self) -> Span {
        let counted = self.ttl.scale(1_000_000 + u64::from(self.rho_ppm), 1_000_000) + Span::micros(1);
        self.on_the_slowest_clock(counted) + self.on_the_slowest_clock(self.loop_wait) + self.attempts(4)
    }

    /// Draining, naming the peer, the peer's next look at the register, and its own change of it.
    fn longest_switchover(&self, drain: Span) -> Span {
        self.on_the_slowest_clock(drain) + self.on_the_slowest_clock(self.loop_wait) + self.attempts(4)
    }

    fn attempts(&self, count: u64) -> Span {
        self.on_the_slowest_clock(Span(self.retry_timeout.0.saturating_mul(count)))
    }
}

/// Names of the topology's text, in its order.
struct Places<'a> {
    boundaries: BTreeMap<&'a str, Boundary>,
    datacenters: BTreeMap<&'a str, Datacenter>,
}

impl<'a> Places<'a> {
    fn of(topology: &'a TopologyDocument) -> Self {
        Self {
            boundaries: rows(&topology.boundaries).map(|(name, _)| name).zip((0..).map(Boundary)).collect(),
            datacenters: rows(&topology.datacenters).map(|(name, _)| name).zip((0..).map(Datacenter)).collect(),
        }
    }

    fn boundary(&self, name: &Given<String>) -> Boundary {
        value(name).and_then(|name| self.boundaries.get(name.as_str())).copied().unwrap_or_default()
    }

    fn datacenter(&self, name: &Given<String>) -> Datacenter {
        value(name).and_then(|name| self.datacenters.get(name.as_str())).copied().unwrap_or_default()
    }

    fn stands_in(&self, topology: &TopologyDocument) -> Vec<Boundary> {
        let usual = value(&topology.datacenter_defaults).and_then(|defaults| defaults.boundary.clone());
        rows(&topology.datacenters).map(|(_, row)| self.boundary(&row.boundary.clone().or(usual.clone()))).collect()
    }

    fn go_local(&self, topology: &TopologyDocument) -> BoundarySet {
        let local = rows(&topology.boundaries).filter(|(_, row)| value(&row.go_local) == Some(&true));
        local
            .filter_map(|(name, _)| self.boundaries.get(name))
            .fold(BoundarySet::EMPTY, |set, &boundary| set.with(boundary))
    }

    fn units(&self, topology: &TopologyDocument) -> Vec<UnitTerms> {
        let terms = |(_, row): (&str, &super::topology::document::UnitDocument)| UnitTerms {
            boundary: self.boundary(&row.boundary),
            sites: [self.datacenter(&row.primary), self.datacenter(&row.backup)],
            witness: self.datacenter(&row.witness),
        };
        rows(&topology.units).map(terms).collect()
    }

    /// Who is to leave for which boundary. A moment since the start is one for every reader of it.
    fn moves(&self, document: &Document, topology: &TopologyDocument) -> Vec<MoveTerms> {
        let countries = self.countries(topology);
        let start = or(&document.start, Instant::ZERO);
        let named = |name: &Given<String>| {
            let mut tenants = (0..).zip(document.tenant.iter().flat_map(|list| &list.value));
            tenants.find(|(_, tenant)| value(&tenant.value.name) == value(name)).map(|(tenant, _)| Tenant(tenant))
        };
        let moves = document.r#move.iter().flat_map(|list| &list.value).filter_map(|one| {
            let to = countries[value(&one.value.to)?.index()]?;
            let at = value(&one.value.at)?.in_run(start);
            Some(MoveTerms { who: Leaver::Tenant(named(&one.value.tenant)?), to, at })
        });
        let local = document.go_local.iter().flat_map(|list| &list.value).filter_map(|all| {
            let (to, at) = (self.boundary(&all.value.boundary), value(&all.value.at)?.in_run(start));
            Some(MoveTerms { who: Leaver::Country(*value(&all.value.country)?), to, at })
        });
        moves.chain(local).collect()
    }

    /// Which seats are to leave the place where the topology has them.
    fn seats(&self, document: &Document, topology: &TopologyDocument) -> Vec<SeatTerms> {
        let start = or(&document.start, Instant::ZERO);
        let standing: Vec<_> = rows(&topology.units).zip(self.units(topology)).zip((0..).map(Unit)).collect();
        let one = |row: &At<Replace>| {
            let Replace { datacenter, by, at, unit } = &row.value;
            let (from, to) = (self.datacenter(datacenter), self.datacenter(by));
            let at = value(at).map_or(start, |at| at.in_run(start));
            let meant = move |name: &str| value(unit).is_none_or(|only| only == name);
            let there = standing.iter().filter(move |(((name, _), _), _)| meant(name));
            let seats = there.flat_map(move |&((_, terms), unit)| {
                let here = Seat::ALL.into_iter().filter(move |&seat| terms.voter(seat) == from);
                here.map(move |seat| SeatTerms { unit, seat, from, to, at })
            });
            seats.collect::<Vec<_>>()
        };
        document.replace.iter().flat_map(|list| &list.value).flat_map(one).collect()
    }

    /// Each country's boundary: the built-in row's, unless the topology overrules it.
    fn countries(&self, topology: &TopologyDocument) -> Vec<Option<Boundary>> {
        let mut table = vec![None; Country::CODES];
        for row in countries::all() {
            table[row.code.index()] = self.boundaries.get(row.boundary).copied();
        }
        for (code, rule) in rows(&topology.countries) {
            if let (Some(country), Some(to)) = (Country::parse(code), value(&rule.boundary)) {
                table[country.index()] = self.boundaries.get(to.as_str()).copied();
            }
        }
        table
    }
}

/// Requests a second of each datacenter, of which every topology must speak.
fn rates(topology: &TopologyDocument) -> Vec<u64> {
    let usual = value(&topology.datacenter_defaults).and_then(|defaults| defaults.rate.clone());
    rows(&topology.datacenters).map(|(_, row)| or(&row.rate.clone().or(usual.clone()), 1)).collect()
}

fn bandwidth(topology: &TopologyDocument) -> Bytes {
    let given = value(&topology.links).and_then(|links| value(&links.bandwidth));
    given.map_or(Bytes(1_000_000_000), |rate| rate.0)
}

fn rows<T>(given: &Given<Entries<T>>) -> impl Iterator<Item = (&str, &T)> {
    let entries = given.iter().flat_map(|entries| &entries.value.0);
    entries.map(|(name, row): &(At<String>, At<T>)| (name.value.as_str(), &row.value))
}
