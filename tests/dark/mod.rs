//! A scenario that several tests run.

/// Twenty minutes of a few people in Europe, in which Dublin goes dark for five.
pub(crate) const DARK: &str = r#"# Dublin goes dark.
schema_version = 1
name = "dark"
start = 2019-05-06T09:00:00Z
duration = "20m"

[population]
tenants = 4
users_per_tenant = 40
countries = { DE = 60, GB = 20, FR = 20 }

[traffic]
records_per_user_day = 100.0

[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m"
for = "5m"
"#;
