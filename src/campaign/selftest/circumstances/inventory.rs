//! What makes a copy fall behind while it is looked at.

/// Dublin is cut off with clients still writing to it, and comes back with a tail that lost.
pub(in crate::campaign::selftest) const LONG_TAIL: &str = super::failover::ISOLATED;

/// Every disk takes half a second, and inventories are taken meanwhile.
pub(in crate::campaign::selftest) const SLOW_HOLDER: &str = r#"
[topology.datacenter_defaults]
flush = "500ms"

[[inventory]]
at = "8m"

[[inventory]]
at = "11m"

[[inventory]]
at = "14m"

[[inventory]]
at = "17m"

[[inventory]]
at = "20m"
"#;

/// Amsterdam's disks take most of a minute, and inventories are taken meanwhile.
pub(in crate::campaign::selftest) const SLOW_PEER: &str = r#"
[service]
replication = "sync"

[[fault]]
kind = "slow-disk"
datacenter = "amsterdam"
factor = 10000.0
at = "5m"
for = "10m"

[[inventory]]
at = "8m"

[[inventory]]
at = "11m"

[[inventory]]
at = "14m"
"#;

/// The witness' disk takes most of a minute when Dublin goes dark.
pub(in crate::campaign::selftest) const SLOW_WITNESS: &str = r#"
[[fault]]
kind = "slow-disk"
datacenter = "illinois"
factor = 10000.0
at = "9m"
for = "10m"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m"
for = "10m"

[[inventory]]
at = "11m"

[[inventory]]
at = "11m 15s"

[[inventory]]
at = "11m 30s"

[[inventory]]
at = "12m"
"#;
