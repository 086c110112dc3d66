//! What happens to leases and logs.

pub(in crate::campaign::selftest) const DUBLIN_OUT: &str = r#"
[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m"
for = "10m"
"#;

/// Dublin's processes stand still with writes on their way to a slow disk, and wake after Amsterdam
/// has taken over.
pub(in crate::campaign::selftest) const PAUSED: &str = r#"
[topology.datacenter_defaults]
flush = "500ms"

[[fault]]
kind = "pause"
datacenter = "dublin"
at = "10m"
for = "2m"
"#;

pub(in crate::campaign::selftest) const SYNC_OUTAGE: &str = r#"
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

pub(in crate::campaign::selftest) const ALONE_THEN_OUT: &str = r#"
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
pub(in crate::campaign::selftest) const SLOW_ANSWERS: &str = r#"
[service]
retry_timeout = "9990ms"
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
pub(in crate::campaign::selftest) const LATE_ACCEPT: &str = r#"
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

/// Dublin asks the witness for promises that travel for nearly a minute, and then, by a line that is quick
/// again, for higher ones.
pub(in crate::campaign::selftest) const LATE_PREPARE: &str = r#"
[[fault]]
kind = "degrade"
between = ["dublin", "illinois"]
delay = "55s"
at = "2m"
for = "8m 25s"

[[fault]]
kind = "partition"
between = ["dublin", "amsterdam"]
at = "10m"
for = "2m"
"#;

/// Amsterdam holds the lease and is cut off with clients still writing to it; Dublin takes over, and
/// tells it a minute late to set its tail aside, when Amsterdam holds the lease once more.
pub(in crate::campaign::selftest) const LATE_NEWS: &str = r#"
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

pub(in crate::campaign::selftest) const STRICT: &str = r#"
[service]
replication = "sync-strict"
"#;

/// Dublin is cut off with clients still writing to it, and may acknowledge until its lease ends.
pub(in crate::campaign::selftest) const ISOLATED: &str = r#"
[service]
maximum_lag_on_failover = "30m"

[[fault]]
kind = "isolate"
datacenter = "dublin"
clients_reach = true
at = "10m"
for = "3m"
"#;

/// Dublin is cut off with clients still writing to it, and its disks never come back.
pub(in crate::campaign::selftest) const ISOLATED_AND_LOST: &str = r#"
[[fault]]
kind = "isolate"
datacenter = "dublin"
clients_reach = true
at = "10m"
for = "3m"

[[fault]]
kind = "storage-loss"
datacenter = "dublin"
at = "10m 50s"
"#;

/// Dublin restarts with records that never got to Amsterdam, and is lost with its disks soon after.
pub(in crate::campaign::selftest) const RESTARTED_AND_LOST: &str = r#"
[service]
maximum_lag_on_failover = "5s"

[topology.datacenter_defaults]
boot = "5s"

[[fault]]
kind = "partition"
between = ["dublin", "amsterdam"]
at = "10m"
for = "30s"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m 900ms"
for = "1s"

[[fault]]
kind = "storage-loss"
datacenter = "dublin"
at = "10m 9s"
"#;

/// A long backlog has to go through a narrow pipe when Dublin is lost with its disks.
pub(in crate::campaign::selftest) const BACKLOG_LOST: &str = r#"
[service]
replication = "sync"
batch_records = 1
window_records = 1

[[fault]]
kind = "partition"
between = ["dublin", "amsterdam"]
at = "5m"
for = "4m"

[[fault]]
kind = "degrade"
between = ["dublin", "amsterdam"]
delay = "300ms"
at = "5m"
for = "10m"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "9m 30s"
for = "5m"

[[fault]]
kind = "storage-loss"
datacenter = "dublin"
at = "9m 30s"
"#;

/// Amsterdam lost its disks and has a part of them back when Dublin goes dark.
pub(in crate::campaign::selftest) const RESEEDING: &str = r#"
[service]
maximum_lag_on_failover = "30m"
batch_records = 1
window_records = 1

[[fault]]
kind = "degrade"
between = ["dublin", "amsterdam"]
delay = "300ms"
at = "5m"
for = "20m"

[[fault]]
kind = "storage-loss"
datacenter = "amsterdam"
at = "10m"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "14m"
for = "10m"
"#;

/// Dublin is `alone` and loses its power for a minute.
pub(in crate::campaign::selftest) const ALONE_AND_BACK: &str = r#"
[[fault]]
kind = "partition"
between = ["dublin", "amsterdam"]
at = "5m"
for = "15m"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m"
for = "1m"
"#;

/// Amsterdam has taken over and goes dark as Dublin comes back, beside a witness that was put back to a copy
/// from before the takeover.
pub(in crate::campaign::selftest) const OLD_WITNESS: &str = r#"
[[fault]]
kind = "outage"
datacenter = "dublin"
at = "6m"
for = "8m"

[[fault]]
kind = "restore-copy"
datacenter = "illinois"
age = "10m"
at = "14m"

[[fault]]
kind = "outage"
datacenter = "amsterdam"
at = "14m"
for = "6m"
"#;

pub(in crate::campaign::selftest) const SLOW_DISKS: &str = r#"
[service]
replication = "sync"

[topology.datacenter_defaults]
flush = "500ms"
"#;
