//! What happens while a unit leaves a place for another.

/// A third datacenter in Europe.
macro_rules! frankfurt {
    () => {
        r#"
[topology.datacenters.frankfurt]
boundary = "emea"
place = "Frankfurt"
jurisdiction = "DE"
rate = 60

[topology.rtt.ms.frankfurt]
singapore = 160
hong-kong = 190
dublin = 27
amsterdam = 11
texas = 122
illinois = 105
chennai = 135
pune = 125
"#
    };
}

/// Dublin is left for Frankfurt in the middle of the morning, with a backup of it on the shelf.
pub(in crate::campaign::selftest) const SEAT_MOVED: &str = concat!(
    r#"
[service]
purge_within = "3m"
backup_every = "6m"

[[replace]]
datacenter = "dublin"
by = "frankfurt"
at = "10m"
"#,
    frankfurt!()
);

/// The same, while Amsterdam has lost its disks and is brought back slowly: nobody could take the lease.
pub(in crate::campaign::selftest) const SEAT_MOVED_ALONE: &str = concat!(
    r#"
[service]
reseed_rate = 2
window_records = 16
batch_records = 8

[[fault]]
kind = "storage-loss"
datacenter = "amsterdam"
at = "9m"

[[replace]]
datacenter = "dublin"
unit = "emea-1"
by = "frankfurt"
at = "10m"
"#,
    frankfurt!()
);

/// The same, while Amsterdam's media refuse a backup.
pub(in crate::campaign::selftest) const SEAT_MOVED_UNBACKED: &str = concat!(
    r#"
[service]
purge_within = "10m"
backup_every = "6m"

[[fault]]
kind = "refuse-copies"
datacenter = "amsterdam"
copy = "backup"
at = "9m"
for = "10m"

[[replace]]
datacenter = "dublin"
by = "frankfurt"
at = "10m"
"#,
    frankfurt!()
);

/// The same; Frankfurt is filled slowly, and the only one that has everything loses its power meanwhile.
pub(in crate::campaign::selftest) const PEER_OUT_WHILE_IT_FILLS: &str = concat!(
    r#"
[service]
reseed_rate = 2
window_records = 16
batch_records = 8
grace_period_with_data_loss = "1m"

[[fault]]
kind = "outage"
datacenter = "amsterdam"
at = "12m"
for = "8m"

[[replace]]
datacenter = "dublin"
by = "frankfurt"
at = "10m"
"#,
    frankfurt!()
);
