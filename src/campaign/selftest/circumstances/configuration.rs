//! Maps and probes that lie.

/// By a map that reaches half of the sites Great Britain is at home in America.
pub(in crate::campaign::selftest) const HALF_A_MAP: &str = r#"
[[fault]]
kind = "map-rollout"
country = "GB"
boundary = "amer"
misses = ["dublin", "texas"]
over = "5m"
at = "5m"
for = "20m"
"#;

/// By a map a country is served that is not.
pub(in crate::campaign::selftest) const ONE_ROW_TOO_MANY: &str = r#"
[[tenant]]
name = "relecloud"
billing_country = "RU"
expect = "refused"
users = 500

[[fault]]
kind = "map-rollout"
country = "RU"
boundary = "emea"
at = "5m"
"#;

/// Nothing says where Amsterdam's sites stand when they restart, and have to take over.
pub(in crate::campaign::selftest) const SILENT_PROBE: &str = r#"
[[fault]]
kind = "region-probe"
datacenter = "amsterdam"
at = "1m"
for = "24m"

[[fault]]
kind = "outage"
datacenter = "amsterdam"
at = "2m"
for = "1m"

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "12m"
for = "8m"
"#;

/// Amsterdam's sites are told that they stand in Texas when they restart.
pub(in crate::campaign::selftest) const WRONG_PROBE: &str = r#"
[[fault]]
kind = "region-probe"
datacenter = "amsterdam"
says = "texas"
at = "1m"
for = "24m"

[[fault]]
kind = "outage"
datacenter = "amsterdam"
at = "2m"
for = "1m"
"#;
