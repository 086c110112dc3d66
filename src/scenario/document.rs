//! The format of a scenario file.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::faults::Fault;
use super::moment::Inventory;
use super::moves::{GoLocal, Move};
use super::quantity::{Amount, OrNever, Seed, Share};
use super::read::{At, Input, Value, wrong_type};
use super::replacements::Replace;
use super::section::section;
use super::source::Place;
use super::topology::document::TopologyChoice;
use super::upgrades::Upgrade;
use super::words::{Entries, Expect, Family, Rho, Zone};
use crate::service::policy::{Initiative, Manners, OldCard, Replication, Transit};
use crate::sim::plan::After;
use crate::terms::{AppVersion, Bytes, Country, Instant, Span};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use toml::de::DeValue;

section! {
    /// A scenario: a service, its users, what goes wrong, and what must hold.
    Document {
        required {
            /// The version of this format: 1.
            schema_version: SchemaVersion,
            /// The name of the scenario, as its file's.
            name: String,
            /// When the run starts.
            start: Instant,
            /// How long faults strike and users are watched.
            duration: Span,
        }
        optional {
            /// How long the service may take to settle afterwards, with every fault healed: at least the time
            /// to boot, to fail over and to drain the outboxes. Default: `"30m"`.
            settle: Span,
            /// What follows the faults: `heal-all` (the default) heals every one of them; `lose-one` does, and takes
            /// one datacenter of each boundary, drawn by the seed, for good.
            after: After,
            /// The seed of a run that names no other. Default: 1.
            seed: Seed,
            /// Built in (`kaizala-2019`, the default), the path of a file beside this one, or changes to the built-in one.
            topology: TopologyChoice,
            /// Configuration of the service.
            service: Service,
            /// Who uses it.
            population: Population,
            /// What they do.
            traffic: Traffic,
            /// Tenants by name, besides those that are drawn.
            tenant: Vec<At<Tenant>>,
            /// What goes wrong.
            fault: Vec<At<Fault>>,
            /// Upgrades of apps.
            upgrade: Vec<At<Upgrade>>,
            /// Tenants whose billing country changes, and their home with it.
            r#move: Vec<At<Move>>,
            /// Countries that get a boundary of their own.
            go_local: Vec<At<GoLocal>>,
            /// Datacenters that scale units leave, and those that take their place.
            replace: Vec<At<Replace>>,
            /// Limits that the run must keep.
            threshold: Vec<At<Threshold>>,
            /// Invariants that the run must have put to the test.
            requires: Vec<At<String>>,
            /// Cells of the matrix rule × copy class × datacenter × active fault that the run must have visited.
            covers: Vec<At<Covers>>,
            /// When the oracle takes an inventory of every copy, besides the end.
            inventory: Vec<At<Inventory>>,
            /// How `check` runs this scenario: smaller, with many seeds.
            check: Check,
        }
    }
}

section! {
    /// Configuration of the service, under the names that operators know from Patroni and from
    /// Azure SQL failover groups.
    Service {
        required {}
        optional {
            /// When a write is acknowledged. Default: `async`.
            replication: Replication,
            /// Length of the lease. Default: `"30s"`.
            ttl: Span,
            /// How often the lease is renewed, and looked at by a challenger. Default: `"10s"`.
            loop_wait: Span,
            /// How long one attempt to change the register may take; `loop_wait` and two of these
            /// fit into `ttl`, and two round trips to any voter into one. Default: `"3s"`.
            retry_timeout: Span,
            /// The bound on every clock's rate, in parts per million: at most 250000. Default: 200.
            rho_ppm: Rho,
            /// The bound on the offset of a wall clock. Default: `"500ms"`.
            clock_tolerance: Span,
            /// The most that asynchronous replication may lose. Default: `"5s"`.
            maximum_lag_on_failover: Span,
            /// The same in records: neither limit may be passed. Default: none.
            maximum_lag_records: u64,
            /// How long to wait before a failover that declares a loss, or `"never"`. Default: `"1h"`.
            grace_period_with_data_loss: OrNever,
            /// Who starts a failover: the service, an operator, or nobody. Default: `automatic`.
            failover: Initiative,
            /// Who starts a failback: the service, an operator, or nobody. Default: `automatic`.
            failback: Initiative,
            /// How long the preferred primary must have been caught up before a failback. Default: `"10m"`.
            failback_after: Span,
            /// How long no automatic failback follows a takeover from a primary that had come back and
            /// held the lease for less than this. Default: `"1h"`.
            failback_block: Span,
            /// How long the peer may take to catch up before a switchover is given up. Default: `"30s"`.
            switchover_timeout: Span,
            /// How long a switchover may refuse writes to drain before it is given up. For the drain of a move it is
            /// the least: that lasts as long as the new home takes to answer, `request_timeout` at most. Default: `"5s"`.
            drain_timeout: Span,
            /// How long a holder waits for its peer's answer: at least their round trip. Default: `"1s"`.
            peer_timeout: Span,
            /// How long a flush may take before the holder hands over for a failing disk, or `"never"`. Default: `"2s"`.
            disk_timeout: OrNever,
            /// How long the witness may be silent before the holder raises an alarm, or `"never"`. Default: `"5m"`.
            witness_timeout: OrNever,
            /// The most records of one replication batch. Default: 128.
            batch_records: u64,
            /// The most records under way to the peer. Default: 512.
            window_records: u64,
            /// Records a second that a scale unit reads for a peer that is brought back, while that is more
            /// than `window_records` behind: more than users write, or it never comes near. They go before
            /// clients that wait. Default: as fast as datacenter and link let them, in their turn; in
            /// `sync-strict`, where clients wait for that peer, no more of them go first than take as long.
            reseed_rate: u64,
            /// How often a backup is written, inside the boundary and on media of its own, or `"never"`.
            /// Default: `"6h"`.
            backup_every: OrNever,
            /// How often a site brings its search index and the journal of what was acknowledged up to date, or
            /// `"never"`: then nothing is made of its log. Default: `"1m"`.
            index_every: OrNever,
            /// How long an administrator's export is kept; within a quarter more it is deleted. Default: `"24h"`.
            export_lifetime: Span,
            /// How long a support dump is kept; within a quarter more it is deleted. Default: `"6h"`.
            dump_lifetime: Span,
            /// How long after a tenant's move its old home may have anything left of it, in any kind of copy.
            /// Default: `"24h"`.
            purge_within: Span,
            /// The most requests that may wait at a datacenter; more are refused as overload. Default: 60.
            queue_limit: u32,
            /// How long a client caches where a scale unit's holder is. Default: `"30s"`.
            route_ttl: Span,
            /// How long a client waits for an answer: at least the longest round trip from a device. Default: `"4s"`.
            request_timeout: Span,
            /// A client's first back-off. Default: `"1s"`.
            backoff_min: Span,
            /// A client's longest back-off. Default: `"1m"`.
            backoff_max: Span,
            /// How clients try again: `careful`, or `naive` (after a fixed `backoff_min`, whatever a site says,
            /// without budget), to show what that leads to. Default: `careful`.
            client: Manners,
            /// Retries that each request adds to a client's budget for the unit asked. Default: 10 %.
            retry_budget: Share,
            /// The most retries that a client's budget for a unit holds. Default: 10.
            retry_burst: u16,
            /// From when on new records follow the billing country. Default: 2019-04-01T00:00:00Z.
            effective: Instant,
            /// The first app version whose action cards do so. Default: `"3.0"`.
            card_version: AppVersion,
            /// Cards of older apps, for tenants that signed up later. Default: `refuse`.
            old_card_new_tenant: OldCard,
            /// Cards of older apps, for tenants that signed up before. Default: `group-location`.
            old_card_old_tenant: OldCard,
            /// Through whose networks content may travel to and from devices: `anywhere`, or only `in-boundary`.
            /// Private conversations carry no promise. Default: `anywhere`.
            transit: Transit,
        }
    }
}

section! {
    /// Who uses the service.
    Population {
        required {}
        optional {
            /// How many tenants are drawn. Default: 0.
            tenants: u32,
            /// Users of each: a number or a distribution. Default: log-normal, median 40, sigma 1.6.
            users_per_tenant: UsersPerTenant,
            /// Billing countries of drawn tenants, with weights.
            countries: Entries<u32>,
            /// Drawn tenants signed up from then on. Default: 2017-08-01.
            signed_up_from: Instant,
            /// Drawn tenants signed up until then. Default: the start of the run.
            signed_up_to: Instant,
            /// Users whose country is not their tenant's. Default: 5 %.
            abroad: Share,
            /// Users whose device is in another boundary's network. Default: 2 %.
            roaming: Share,
            /// Users for each conversation of a tenant. Default: 2.5.
            users_per_conversation: f64,
            /// Conversations older than the run. Default: 90 %.
            older: Share,
            /// Private conversations, which carry no promise. Default: 5 %.
            private: Share,
            /// Exponent of the Zipf law by which conversations are drawn. Default: 1.05.
            zipf: f64,
            /// App versions, with weights. Default: nine in ten have 3.0, the others 2.9.
            apps: Entries<u32>,
        }
    }
}

section! {
    /// What users do. Figures that the public record does not give are assumptions.
    Traffic {
        required {}
        optional {
            /// Records that a user makes a day. Default: 12.
            records_per_user_day: f64,
            /// Conversations that a user opens a day. Default: 6.
            reads_per_user_day: f64,
            /// What a record is, with weights: `message`, `like`, `comment`, `card-metadata`, `call-media`, `call-log`.
            mix: Entries<u32>,
            /// Messages with an attachment. Default: 20 %.
            attachments: Share,
            /// Mean number of responses to an action card. Default: 6.
            responses_per_card: u16,
            /// Mean length of a call. Default: `"4m"`.
            call: Span,
            /// Median size of each kind of record.
            sizes: Entries<Bytes>,
            /// Relative activity in each of the 24 hours of a local day.
            hours: Vec<At<u32>>,
            /// Activity on Saturday and Sunday, as a share of a weekday's. Default: 40 %.
            weekend: Share,
        }
    }
}

section! {
    /// A tenant by name.
    Tenant {
        required {
            /// The name.
            name: String,
            /// The country of the billing address.
            billing_country: Country,
            /// How many users it has.
            users: u32,
        }
        optional {
            /// When it signed up. Default: 2019-04-15.
            signed_up: Instant,
            /// The country of the creators of its conversations. Default: drawn.
            group_location: Country,
            /// Local time of its users. Default: the billing country's.
            time_zone: Zone,
            /// Whether the service serves it. Default: `served`.
            expect: Expect,
        }
    }
}

section! {
    /// A limit on a metric.
    Threshold {
        required {
            /// The metric.
            metric: String,
        }
        optional {
            /// Only what belongs to this boundary.
            boundary: String,
            /// Only what happened at this datacenter.
            datacenter: String,
            /// Only what belongs to this scale unit.
            unit: String,
            /// Of `refused`, only this class of refusal, such as `no lease`.
            class: String,
            /// The least value that is met.
            min: Amount,
            /// The greatest value that is met.
            max: Amount,
            /// The only value that is met.
            exactly: Amount,
        }
    }
}

section! {
    /// A part of the matrix rule × copy class × datacenter × active fault: some landing must visit it.
    Covers {
        required {}
        optional {
            /// The rule by which a record rests, `R1` to `R8`; `R8` for runs of a log that were copied.
            rule: String,
            /// The copy class, such as `backup`.
            copy: String,
            /// Where it comes to rest.
            datacenter: String,
            /// The kind of a fault that is active or has struck at once, or `none`.
            fault: String,
        }
    }
}

section! {
    /// How `check` runs a scenario in CI.
    Check {
        required {}
        optional {
            /// The share of the population. Default: 100 %.
            scale: Share,
            /// How many seeds. Default: 20.
            seeds: u32,
            /// A shorter run, without the faults that would strike after its end.
            duration: Span,
        }
    }
}

section! {
    /// A drawn number of users.
    Drawn {
        required {
            /// `constant` or `lognormal`.
            distribution: Family,
        }
        optional {
            /// The number, where it is constant.
            value: f64,
            /// The median of a log-normal law.
            median: f64,
            /// The standard deviation of its logarithm.
            sigma: f64,
        }
    }
}

/// Users of a drawn tenant: a number, or a distribution.
#[derive(Clone, Debug)]
pub(super) enum UsersPerTenant {
    Number(f64),
    Drawn(Drawn),
}

impl Value for UsersPerTenant {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        match value {
            DeValue::Table(_) => Drawn::read(input, place, value).map(Self::Drawn),
            DeValue::Integer(_) | DeValue::Float(_) => f64::read(input, place, value).map(Self::Number),
            _ => wrong_type(
                input,
                place,
                "a number, or a table such as `{ distribution = \"lognormal\", median = 40, sigma = 1.6 }`",
                value,
            ),
        }
    }
}

impl JsonSchema for UsersPerTenant {
    fn schema_name() -> Cow<'static, str> {
        "UsersPerTenant".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "number" }, generator.subschema_for::<Drawn>()] })
    }
}

/// The version of the format: only 1 so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct SchemaVersion;

impl Value for SchemaVersion {
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self> {
        match u32::read(input, place, value)? {
            1 => Some(Self),
            other => {
                let found =
                    Diagnostic::at(Code::UnknownWord, place, format!("there is no version {other} of this format"));
                input.findings.add(found.help("this version of ringfence reads version 1"));
                None
            }
        }
    }
}

impl JsonSchema for SchemaVersion {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SchemaVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}
