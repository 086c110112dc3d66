//! Every mistake that the service could make is caught by the oracle: the shipped service with
//! exactly one decision replaced, in a small scenario, breaks the invariant that forbids it; the
//! shipped service itself, in the same scenario, does not. So no invariant can go without a test
//! failing here.

use ringfence::audit::INVARIANTS;
use ringfence::campaign::saboteur::{Planted, Saboteur};
use ringfence::campaign::{Options, run, run_with};
use ringfence::scenario::{self, Scenario, Size};

/// A mistake, the invariant that catches it, and the circumstances in which it shows.
struct Trap {
    planted: Planted,
    caught_by: &'static str,
    circumstances: &'static str,
}

/// A mistake must show within so many seeds.
const SEEDS: u64 = 5;

const TRAPS: &[Trap] = &[
    Trap { planted: Planted::SpillToNearest, caught_by: "RES-1", circumstances: EMEA_DARK },
    Trap { planted: Planted::ForeignCandidate, caught_by: "RES-6", circumstances: "" },
    Trap { planted: Planted::AttachmentByUploader, caught_by: "RES-2", circumstances: ROAMING },
    Trap { planted: Planted::CallMediaCached, caught_by: "RES-3", circumstances: "" },
    Trap { planted: Planted::NeedlessRefusal, caught_by: "RES-7", circumstances: DUBLIN_OUT },
    Trap { planted: Planted::ForgetsR3, caught_by: "RES-1", circumstances: BEFORE },
    Trap { planted: Planted::HalfConversation, caught_by: "RES-8", circumstances: BEFORE },
    Trap { planted: Planted::LyingMapAdmitted, caught_by: "RES-6", circumstances: LYING_MAP },
    Trap { planted: Planted::IgnoresEpoch, caught_by: "FO-2", circumstances: LATE_NEWS },
    Trap { planted: Planted::IgnoresLease, caught_by: "FO-1", circumstances: PAUSED },
    Trap { planted: Planted::AcknowledgesEarly, caught_by: "FO-3", circumstances: SYNC_OUTAGE },
    Trap { planted: Planted::PromotesStale, caught_by: "FO-5", circumstances: ALONE_THEN_OUT },
    Trap { planted: Planted::LeaseFromReply, caught_by: "FO-1", circumstances: SLOW_ANSWERS },
    Trap { planted: Planted::NeverTakesOver, caught_by: "FO-4", circumstances: DUBLIN_OUT },
    Trap { planted: Planted::AcceptsLower, caught_by: "FO-2", circumstances: LATE_ACCEPT },
    Trap { planted: Planted::RefusesNewEpoch, caught_by: "FO-6", circumstances: STRICT },
];

const EMEA_DARK: &str = r#"
[[fault]]
kind = "outage"
boundary = "emea"
at = "10m"
for = "15m"
"#;

const DUBLIN_OUT: &str = r#"
[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m"
for = "10m"
"#;

const ROAMING: &str = r#"
[population]
roaming = "50%"
"#;

const BEFORE: &str = r#"
[[tenant]]
name = "woodgrove"
billing_country = "DE"
group_location = "SG"
signed_up = 2018-03-01
users = 200

[service]
effective = 2019-05-06T09:20:00Z
"#;

const LYING_MAP: &str = r#"
[[fault]]
kind = "config-push"
datacenter = "illinois"
serves = "emea"
label = "emea"
at = "10m"
"#;

/// Dublin's processes stand still with writes on their way to a slow disk, and wake after Amsterdam
/// has taken over.
const PAUSED: &str = r#"
[topology.datacenter_defaults]
flush = "500ms"

[[fault]]
kind = "pause"
datacenter = "dublin"
at = "10m"
for = "2m"
"#;

const SYNC_OUTAGE: &str = r#"
[service]
replication = "sync"

[[fault]]
kind = "degrade"
between = ["dublin", "amsterdam"]
delay = "400ms"
at = "5m"
for = "6m"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m"
for = "10m"
"#;

const ALONE_THEN_OUT: &str = r#"
[[fault]]
kind = "partition"
between = ["dublin", "amsterdam"]
at = "5m"
for = "6m"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m"
for = "5m"
"#;

/// Answers take eight seconds while nothing is broken; then Dublin is cut off.
const SLOW_ANSWERS: &str = r#"
[service]
retry_timeout = "10s"
maximum_lag_on_failover = "30m"

[[fault]]
kind = "degrade"
between = ["dublin", "amsterdam"]
delay = "4s"
at = "5m"
for = "15m"

[[fault]]
kind = "degrade"
between = ["dublin", "illinois"]
delay = "4s"
at = "5m"
for = "15m"

[[fault]]
kind = "isolate"
datacenter = "dublin"
clients_reach = true
at = "10m"
for = "3m"
"#;

/// What Dublin asks of the witness arrives nearly a minute late, after Amsterdam has taken over.
const LATE_ACCEPT: &str = r#"
[[fault]]
kind = "degrade"
between = ["dublin", "illinois"]
delay = "55s"
at = "2m"
for = "15m"

[[fault]]
kind = "pause"
datacenter = "dublin"
at = "10m"
for = "2m"
"#;

/// Amsterdam holds the lease and is cut off with clients still writing to it; Dublin takes over, and
/// tells it a minute late to set its tail aside, when Amsterdam holds the lease once more.
const LATE_NEWS: &str = r#"
[service]
maximum_lag_on_failover = "30m"
failback = "manual"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "3m"
for = "1m"

[[fault]]
kind = "isolate"
datacenter = "amsterdam"
clients_reach = true
at = "10m"
for = "2m"

[[fault]]
kind = "degrade"
between = ["dublin", "amsterdam"]
delay = "60s"
at = "10m 30s"
for = "8m"

[[fault]]
kind = "pause"
datacenter = "dublin"
at = "13m 5s"
for = "3m"
"#;

const STRICT: &str = r#"
[service]
replication = "sync-strict"
"#;

#[test]
fn every_mistake_is_caught() {
    for Trap { planted, caught_by, circumstances } in TRAPS {
        let scenario = set(circumstances);
        let saboteur = Saboteur::new(*planted, &scenario.plan);
        let caught = (0..SEEDS).any(|seed| {
            let outcome = run_with(&scenario, seed, saboteur.clone(), Options::default());
            outcome.findings.iter().any(|finding| finding.id == *caught_by && finding.broken > 0)
        });
        assert!(caught, "{caught_by} lets {planted:?} pass in {SEEDS} seeds");
    }
}

#[test]
fn the_shipped_service_walks_into_no_trap() {
    for Trap { planted, circumstances, .. } in TRAPS {
        let scenario = set(circumstances);
        for seed in 0..SEEDS {
            let honest = run(&scenario, seed, Options::default());
            for finding in honest.findings {
                let (id, breaches) = (finding.id, finding.breaches);
                assert_eq!(finding.broken, 0, "{id}, beside {planted:?}, seed {seed}: {breaches:?}");
            }
        }
    }
}

#[test]
fn every_mistake_has_a_trap_and_every_invariant_catches_one() {
    for planted in Planted::ALL {
        assert!(TRAPS.iter().any(|trap| trap.planted == planted), "{planted:?} has no trap");
    }
    for (id, _) in INVARIANTS {
        assert!(TRAPS.iter().any(|trap| trap.caught_by == *id), "no saboteur shows that {id} catches anything");
    }
}

/// Half an hour of a busy morning in Europe, under the circumstances of a trap.
fn set(circumstances: &str) -> Scenario {
    let population = "tenants = 20\nusers_per_tenant = 40\ncountries = { DE = 60, GB = 20, SG = 10, US = 10 }\n";
    let opening = "schema_version = 1\nname = \"trap\"\nstart = 2019-05-06T09:00:00Z\nduration = \"30m\"\n";
    let traffic = "[traffic]\nrecords_per_user_day = 100.0\nreads_per_user_day = 50.0\n";
    let text = match circumstances.split_once("[population]\n") {
        Some((before, after)) => format!("{opening}{traffic}{before}[population]\n{population}{after}"),
        None => format!("{opening}{traffic}[population]\n{population}{circumstances}"),
    };
    scenario::parse("trap.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"))
}
