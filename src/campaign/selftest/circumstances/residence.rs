//! What happens to where data rests and to its copies.

pub(in crate::campaign::selftest) const EMEA_DARK: &str = r#"
[[fault]]
kind = "outage"
boundary = "emea"
at = "10m"
for = "15m"
"#;

/// A tenant leaves Europe in the middle of its morning, with a backup of it on the shelf.
pub(in crate::campaign::selftest) const MOVED: &str = r#"
[service]
purge_within = "5m"
backup_every = "6m"

[[tenant]]
name = "woodgrove"
billing_country = "DE"
users = 200

[[move]]
tenant = "woodgrove"
to = "SG"
at = "10m"
"#;

pub(in crate::campaign::selftest) const ROAMING: &str = r#"
[population]
roaming = "50%"
"#;

pub(in crate::campaign::selftest) const IN_BOUNDARY: &str = r#"
[service]
transit = "in-boundary"

[population]
roaming = "30%"
"#;

pub(in crate::campaign::selftest) const BEFORE: &str = r#"
[[tenant]]
name = "woodgrove"
billing_country = "DE"
group_location = "SG"
signed_up = 2018-03-01
users = 200

[service]
effective = 2019-05-06T09:20:00Z
"#;

pub(in crate::campaign::selftest) const LYING_MAP: &str = r#"
[[fault]]
kind = "config-push"
datacenter = "illinois"
serves = "emea"
label = "emea"
at = "10m"
"#;

pub(in crate::campaign::selftest) const OFTEN_BACKED_UP: &str = r#"
[service]
backup_every = "5m"
"#;

pub(in crate::campaign::selftest) const RESTORED: &str = r#"
[service]
backup_every = "5m"

[[fault]]
kind = "storage-loss"
datacenter = "dublin"
at = "12m"

[[fault]]
kind = "storage-loss"
datacenter = "amsterdam"
at = "12m"

[[fault]]
kind = "operator"
unit = "emea-1"
order = "restore"
at = "15m"
"#;

/// An operator offers the backup of another boundary.
pub(in crate::campaign::selftest) const WRONG_BACKUP: &str = r#"
[service]
backup_every = "5m"

[[fault]]
kind = "storage-loss"
datacenter = "dublin"
at = "12m"

[[fault]]
kind = "storage-loss"
datacenter = "amsterdam"
at = "12m"

[[fault]]
kind = "operator"
unit = "emea-1"
order = "restore"
backup_of = "amer-1"
at = "15m"
"#;

/// Amsterdam is dark for so long that it has to be brought back by what must be read again.
pub(in crate::campaign::selftest) const RESEEDED: &str = r#"
[service]
window_records = 16
batch_records = 8

[[fault]]
kind = "outage"
datacenter = "amsterdam"
at = "5m"
for = "8m"
"#;

/// Dublin's index refuses for a while, in which an inventory is taken.
pub(in crate::campaign::selftest) const INDEX_FULL: &str = r#"
[[fault]]
kind = "refuse-copies"
datacenter = "dublin"
copy = "search-index"
at = "5m"
for = "10m"

[[inventory]]
at = "14m"
"#;

/// An export and a dump that are to be gone before the end, and an inventory while they rest.
pub(in crate::campaign::selftest) const COPIED_OUT: &str = r#"
[service]
export_lifetime = "8m"
dump_lifetime = "8m"

[[fault]]
kind = "operator"
unit = "emea-1"
order = "export"
at = "10m"

[[fault]]
kind = "operator"
unit = "emea-1"
order = "support-dump"
at = "10m"

[[inventory]]
at = "15m"
"#;

/// Dublin's disks are replaced by a copy of its log, without what was made of it.
pub(in crate::campaign::selftest) const PUT_BACK: &str = r#"
[[fault]]
kind = "restore-copy"
datacenter = "dublin"
age = "5m"
at = "12m"
"#;

/// A tenant leaves Europe while a part of what it wrote waits as dead letters in both of its datacenters, and files
/// with its records lie in them.
pub(in crate::campaign::selftest) const MOVED_WITH_COPIES: &str = r#"
[service]
purge_within = "5m"

[[tenant]]
name = "woodgrove"
billing_country = "DE"
users = 200

[[fault]]
kind = "refuse-copies"
datacenter = "dublin"
copy = "search-index"
at = "5m"
for = "20m"

[[fault]]
kind = "refuse-copies"
datacenter = "amsterdam"
copy = "search-index"
at = "5m"
for = "20m"

[[fault]]
kind = "operator"
unit = "emea-1"
order = "export"
at = "9m"

[[fault]]
kind = "operator"
unit = "emea-2"
order = "export"
at = "9m"

[[fault]]
kind = "operator"
unit = "emea-1"
order = "support-dump"
at = "9m"

[[fault]]
kind = "operator"
unit = "emea-2"
order = "support-dump"
at = "9m"

[[move]]
tenant = "woodgrove"
to = "SG"
at = "10m"
"#;
