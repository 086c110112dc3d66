//! What the service is told: every key of `[service]`.
//!
//! A run of minutes needs what has to happen within minutes, so [`CORE`] is always drawn; of the rest, each run
//! touches about half.

use super::super::pen::{Pen, Setting};

/// What every run has.
const CORE: [Setting; 10] = [
    (
        "replication",
        &[
            ("async", "replication = \"async\""),
            ("sync", "replication = \"sync\""),
            ("sync-strict", "replication = \"sync-strict\""),
        ],
    ),
    (
        "failover",
        &[
            ("automatic", "failover = \"automatic\""),
            ("manual", "failover = \"manual\""),
            ("disabled", "failover = \"disabled\""),
        ],
    ),
    (
        "failback",
        &[
            ("automatic", "failback = \"automatic\"\nfailback_after = \"20s\""),
            ("manual", "failback = \"manual\""),
            ("disabled", "failback = \"disabled\""),
        ],
    ),
    (
        "timing",
        &[
            ("usual", "ttl = \"30s\"\nloop_wait = \"10s\"\nretry_timeout = \"3s\""),
            ("short", "ttl = \"15s\"\nloop_wait = \"5s\"\nretry_timeout = \"2s\""),
            ("shortest", "ttl = \"10s\"\nloop_wait = \"3s\"\nretry_timeout = \"1s\""),
            ("tight", "ttl = \"17s\"\nloop_wait = \"10s\"\nretry_timeout = \"3s\""),
        ],
    ),
    (
        "lag",
        &[
            ("1s", "maximum_lag_on_failover = \"1s\""),
            ("5s", "maximum_lag_on_failover = \"5s\""),
            ("15s", "maximum_lag_on_failover = \"15s\""),
        ],
    ),
    (
        "grace",
        &[
            ("20s", "grace_period_with_data_loss = \"20s\""),
            ("2m", "grace_period_with_data_loss = \"2m\""),
            ("never", "grace_period_with_data_loss = \"never\""),
        ],
    ),
    ("batches", &[("usual", ""), ("small", "batch_records = 4\nwindow_records = 8")]),
    (
        "backups",
        &[
            ("1m", "backup_every = \"1m\""),
            ("3m", "backup_every = \"3m\""),
            ("6h", "backup_every = \"6h\""),
            ("never", "backup_every = \"never\""),
        ],
    ),
    (
        "copies",
        &[("often", "index_every = \"5s\""), ("usual", "index_every = \"1m\""), ("never", "index_every = \"never\"")],
    ),
    ("purge", &[("2m", "purge_within = \"2m\""), ("5m", "purge_within = \"5m\""), ("24h", "purge_within = \"24h\"")]),
];

/// What a run may have besides.
const MORE: [Setting; 19] = [
    ("lag-records", &[("100", "maximum_lag_records = 100"), ("3", "maximum_lag_records = 3")]),
    ("reseed-rate", &[("3", "reseed_rate = 3"), ("20", "reseed_rate = 20")]),
    ("failback-block", &[("5s", "failback_block = \"5s\""), ("2m", "failback_block = \"2m\"")]),
    (
        "switchover",
        &[
            ("hasty", "switchover_timeout = \"3s\"\ndrain_timeout = \"500ms\""),
            ("patient", "switchover_timeout = \"2m\"\ndrain_timeout = \"20s\""),
        ],
    ),
    ("peer-timeout", &[("500ms", "peer_timeout = \"500ms\""), ("3s", "peer_timeout = \"3s\"")]),
    ("disk-timeout", &[("500ms", "disk_timeout = \"500ms\""), ("10s", "disk_timeout = \"10s\"")]),
    ("witness-timeout", &[("20s", "witness_timeout = \"20s\""), ("never", "witness_timeout = \"never\"")]),
    (
        "lifetimes",
        &[
            ("minutes", "export_lifetime = \"2m\"\ndump_lifetime = \"1m\""),
            ("seconds", "export_lifetime = \"10s\"\ndump_lifetime = \"5s\""),
        ],
    ),
    ("queue", &[("5", "queue_limit = 5"), ("1000", "queue_limit = 1000")]),
    ("route", &[("2s", "route_ttl = \"2s\""), ("10m", "route_ttl = \"10m\"")]),
    ("request-timeout", &[("3s", "request_timeout = \"3s\""), ("10s", "request_timeout = \"10s\"")]),
    (
        "backoff",
        &[
            ("short", "backoff_min = \"200ms\"\nbackoff_max = \"2s\""),
            ("long", "backoff_min = \"5s\"\nbackoff_max = \"2m\""),
        ],
    ),
    ("client", &[("naive", "client = \"naive\""), ("careful", "client = \"careful\"")]),
    (
        "retries",
        &[("few", "retry_budget = \"1%\"\nretry_burst = 1"), ("many", "retry_budget = \"100%\"\nretry_burst = 100")],
    ),
    ("rho", &[("1000", "rho_ppm = 1000"), ("20000", "rho_ppm = 20000")]),
    ("tolerance", &[("100ms", "clock_tolerance = \"100ms\""), ("5s", "clock_tolerance = \"5s\"")]),
    ("card-version", &[("2.9", "card_version = \"2.9\""), ("4.0", "card_version = \"4.0\"")]),
    (
        "old-cards",
        &[
            ("refused", "old_card_new_tenant = \"refuse\"\nold_card_old_tenant = \"refuse\""),
            ("by-group", "old_card_new_tenant = \"group-location\"\nold_card_old_tenant = \"group-location\""),
            ("turned", "old_card_new_tenant = \"group-location\"\nold_card_old_tenant = \"refuse\""),
        ],
    ),
    ("transit", &[("in-boundary", "transit = \"in-boundary\""), ("anywhere", "transit = \"anywhere\"")]),
];

/// What the rest of a draw has to know of the policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    /// Whether failover waits for an operator.
    pub(super) by_operator: bool,
    /// Whether a write is acknowledged only once both sites have it, come what may.
    pub(super) strict: bool,
}

/// Writes `[service]`.
pub(super) fn policies(pen: &mut Pen<'_>) -> Drawn {
    pen.line("\n[service]");
    let core: Vec<_> = CORE.iter().map(|setting| pen.set(setting)).collect();
    pen.set_some(&MORE);
    let by_operator = core[1].is_some_and(|word| word != "automatic");
    Drawn { by_operator, strict: core[0] == Some("sync-strict") }
}
