//! The mistakes and the circumstances in which each shows: scenarios in which the shipped service keeps
//! every promise.

use ringfence::campaign::saboteur::Planted;
use ringfence::scenario::{self, Scenario, Size};
use ringfence::terms::CopyClass;

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

/// A mistake, the invariant that catches it, and the circumstances in which it shows.
pub(crate) struct Trap {
    pub(crate) planted: Planted,
    pub(crate) caught_by: &'static str,
    pub(crate) circumstances: &'static str,
}

impl Trap {
    /// Half an hour of a busy morning in Europe, under the circumstances of the trap.
    pub(crate) fn scenario(&self) -> Scenario {
        let population = "tenants = 20\nusers_per_tenant = 40\ncountries = { DE = 60, GB = 20, SG = 10, US = 10 }\n";
        let opening = "schema_version = 1\nname = \"trap\"\nstart = 2019-05-06T09:00:00Z\nduration = \"30m\"\n";
        let traffic = "[traffic]\nrecords_per_user_day = 100.0\nreads_per_user_day = 50.0\n";
        let text = match self.circumstances.split_once("[population]\n") {
            Some((before, after)) => format!("{opening}{traffic}{before}[population]\n{population}{after}"),
            None => format!("{opening}{traffic}[population]\n{population}{}", self.circumstances),
        };
        scenario::parse("trap.toml", &text, Size::Full).unwrap_or_else(|found| panic!("{found}"))
    }
}

/// For each copy class a mistake by which content comes to rest in it where it must not.
pub(crate) const LEAKS: &[(CopyClass, Planted, &str)] = &[
    (CopyClass::Log, Planted::ForgetsR3, BEFORE),
    (CopyClass::Replica, Planted::ForgetsR3, BEFORE),
    (CopyClass::Cache, Planted::SpillToNearest, EMEA_DARK),
    (CopyClass::Backup, Planted::BackupAbroad, OFTEN_BACKED_UP),
    (CopyClass::RestoreStaging, Planted::StagesAbroad, RESTORED),
    (CopyClass::Snapshot, Planted::LeaksInto(CopyClass::Snapshot), RESEEDED),
    (CopyClass::SearchIndex, Planted::LeaksInto(CopyClass::SearchIndex), ""),
    (CopyClass::DeadLetter, Planted::LeaksInto(CopyClass::DeadLetter), INDEX_FULL),
    (CopyClass::Export, Planted::LeaksInto(CopyClass::Export), COPIED_OUT),
    (CopyClass::ComplianceCopy, Planted::LeaksInto(CopyClass::ComplianceCopy), ""),
    (CopyClass::ApplicationLog, Planted::LeaksInto(CopyClass::ApplicationLog), ""),
    (CopyClass::MetricLabels, Planted::LeaksInto(CopyClass::MetricLabels), ""),
    (CopyClass::SupportDump, Planted::LeaksInto(CopyClass::SupportDump), COPIED_OUT),
    (CopyClass::PushPayload, Planted::LeaksInto(CopyClass::PushPayload), ""),
    (CopyClass::RoutingKey, Planted::LeaksInto(CopyClass::RoutingKey), ""),
    (CopyClass::QuarantinedTail, Planted::LeaksInto(CopyClass::QuarantinedTail), LONG_TAIL),
];

/// Into what nothing can leak, and why.
pub(crate) const SEALED: &[(CopyClass, &str)] =
    &[(CopyClass::WitnessRecord, "`Opaque<VoterRecord>` is a type that no content fits in")];

/// For each copy class a mistake by which it lacks what it ought to hold.
pub(crate) const LOSSES: &[(CopyClass, Planted, &str)] = &[
    (CopyClass::Log, Planted::LosesFrom(CopyClass::Log), SLOW_HOLDER),
    (CopyClass::Replica, Planted::ReportsUnflushed, SLOW_PEER),
    (CopyClass::QuarantinedTail, Planted::LosesFrom(CopyClass::QuarantinedTail), LONG_TAIL),
    (CopyClass::WitnessRecord, Planted::AnswersBeforeDisk, SLOW_WITNESS),
    (CopyClass::Backup, Planted::BacksUpTooLittle, OFTEN_BACKED_UP),
    (CopyClass::RestoreStaging, Planted::LosesFrom(CopyClass::RestoreStaging), RESTORED),
    (CopyClass::Snapshot, Planted::LosesFrom(CopyClass::Snapshot), RESEEDED),
    (CopyClass::SearchIndex, Planted::LosesFrom(CopyClass::SearchIndex), ""),
    (CopyClass::DeadLetter, Planted::LosesFrom(CopyClass::DeadLetter), INDEX_FULL),
    (CopyClass::Export, Planted::LosesFrom(CopyClass::Export), COPIED_OUT),
    (CopyClass::ComplianceCopy, Planted::LosesFrom(CopyClass::ComplianceCopy), ""),
    (CopyClass::ApplicationLog, Planted::LosesFrom(CopyClass::ApplicationLog), ""),
    (CopyClass::MetricLabels, Planted::LosesFrom(CopyClass::MetricLabels), ""),
    (CopyClass::SupportDump, Planted::LosesFrom(CopyClass::SupportDump), COPIED_OUT),
    (CopyClass::PushPayload, Planted::LosesFrom(CopyClass::PushPayload), ""),
    (CopyClass::RoutingKey, Planted::LosesFrom(CopyClass::RoutingKey), ""),
];

/// What can lose nothing, and why.
pub(crate) const EMPTY: &[(CopyClass, &str)] = &[(CopyClass::Cache, "the shipped service keeps nothing in a cache")];

pub(crate) const TRAPS: &[Trap] = &[
    Trap { planted: Planted::SpillToNearest, caught_by: "RES-1", circumstances: EMEA_DARK },
    Trap { planted: Planted::ForgetsR3, caught_by: "RES-1", circumstances: BEFORE },
    Trap { planted: Planted::BackupAbroad, caught_by: "RES-1", circumstances: OFTEN_BACKED_UP },
    Trap { planted: Planted::BackupAbroad, caught_by: "RES-6", circumstances: OFTEN_BACKED_UP },
    Trap { planted: Planted::StagesAbroad, caught_by: "RES-1", circumstances: RESTORED },
    Trap { planted: Planted::AnyBackupAdmitted, caught_by: "RES-1", circumstances: WRONG_BACKUP },
    Trap { planted: Planted::AttachmentByUploader, caught_by: "RES-2", circumstances: ROAMING },
    Trap { planted: Planted::CallMediaCached, caught_by: "RES-3", circumstances: "" },
    Trap { planted: Planted::CutsOverUnverified, caught_by: "RES-5", circumstances: MOVED },
    Trap { planted: Planted::ServesOnAfterMove, caught_by: "RES-5", circumstances: MOVED },
    Trap { planted: Planted::PurgeSkipsPeer, caught_by: "RES-5", circumstances: MOVED },
    Trap { planted: Planted::PurgeSkips(CopyClass::Backup), caught_by: "RES-5", circumstances: MOVED },
    Trap { planted: Planted::PurgeSkips(CopyClass::SearchIndex), caught_by: "RES-5", circumstances: MOVED },
    Trap { planted: Planted::PurgeSkips(CopyClass::ComplianceCopy), caught_by: "RES-5", circumstances: MOVED },
    Trap { planted: Planted::StaysIn(CopyClass::Log), caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::StaysIn(CopyClass::Replica), caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::StaysIn(CopyClass::WitnessRecord), caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::StaysIn(CopyClass::SearchIndex), caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::StaysIn(CopyClass::ComplianceCopy), caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::StaysIn(CopyClass::Backup), caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::StaysIn(CopyClass::ApplicationLog), caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::StaysIn(CopyClass::MetricLabels), caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::SwitchesHolderOff, caught_by: "RES-5", circumstances: SEAT_MOVED_ALONE },
    Trap { planted: Planted::EmptiesEarly, caught_by: "RES-5", circumstances: SEAT_MOVED },
    Trap { planted: Planted::EmptiesWithoutBackup, caught_by: "RES-5", circumstances: SEAT_MOVED_UNBACKED },
    Trap { planted: Planted::PurgeSkips(CopyClass::DeadLetter), caught_by: "RES-5", circumstances: MOVED_WITH_COPIES },
    Trap { planted: Planted::PurgeSkips(CopyClass::Export), caught_by: "RES-5", circumstances: MOVED_WITH_COPIES },
    Trap { planted: Planted::PurgeSkips(CopyClass::SupportDump), caught_by: "RES-5", circumstances: MOVED_WITH_COPIES },
    Trap { planted: Planted::ForeignCandidate, caught_by: "RES-6", circumstances: "" },
    Trap { planted: Planted::LyingMapAdmitted, caught_by: "RES-6", circumstances: LYING_MAP },
    Trap { planted: Planted::NeedlessRefusal, caught_by: "RES-7", circumstances: DUBLIN_OUT },
    Trap { planted: Planted::NewestMapWins, caught_by: "RES-1", circumstances: HALF_A_MAP },
    Trap { planted: Planted::NewestMapWins, caught_by: "RES-6", circumstances: HALF_A_MAP },
    Trap { planted: Planted::LooserMapWins, caught_by: "RES-1", circumstances: ONE_ROW_TOO_MANY },
    Trap { planted: Planted::DistrustsEveryRow, caught_by: "RES-7", circumstances: HALF_A_MAP },
    Trap { planted: Planted::DefaultRegion, caught_by: "RES-1", circumstances: SILENT_PROBE },
    Trap { planted: Planted::DefaultRegion, caught_by: "RES-6", circumstances: SILENT_PROBE },
    Trap { planted: Planted::BelievesAnyProbe, caught_by: "RES-1", circumstances: WRONG_PROBE },
    Trap { planted: Planted::BelievesAnyProbe, caught_by: "RES-6", circumstances: WRONG_PROBE },
    Trap { planted: Planted::ForgetsAttestation, caught_by: "RES-7", circumstances: SILENT_PROBE },
    Trap { planted: Planted::HalfConversation, caught_by: "RES-8", circumstances: BEFORE },
    Trap { planted: Planted::TravelsAnywhere, caught_by: "RES-4", circumstances: IN_BOUNDARY },
    Trap { planted: Planted::TravelsNowhere, caught_by: "RES-7", circumstances: IN_BOUNDARY },
    Trap { planted: Planted::IgnoresLease, caught_by: "FO-1", circumstances: PAUSED },
    Trap { planted: Planted::LeaseFromReply, caught_by: "FO-1", circumstances: SLOW_ANSWERS },
    Trap { planted: Planted::ChallengesEarly, caught_by: "FO-1", circumstances: ISOLATED },
    Trap { planted: Planted::OneVoteDecides, caught_by: "FO-1", circumstances: ISOLATED },
    Trap { planted: Planted::AnswersBeforeDisk, caught_by: "FO-1", circumstances: PAUSED },
    Trap { planted: Planted::TrustsOldMemory, caught_by: "FO-1", circumstances: OLD_WITNESS },
    Trap { planted: Planted::IgnoresEpoch, caught_by: "FO-2", circumstances: LATE_NEWS },
    Trap { planted: Planted::AcceptsLower, caught_by: "FO-2", circumstances: LATE_ACCEPT },
    Trap { planted: Planted::PromisesLower, caught_by: "FO-2", circumstances: LATE_PREPARE },
    Trap { planted: Planted::AcknowledgesEarly, caught_by: "FO-3", circumstances: SYNC_OUTAGE },
    Trap { planted: Planted::IgnoresRpo, caught_by: "FO-3", circumstances: ISOLATED_AND_LOST },
    Trap { planted: Planted::ReportsUnflushed, caught_by: "FO-3", circumstances: SLOW_DISKS },
    Trap { planted: Planted::ReplicatedTooSoon, caught_by: "FO-3", circumstances: BACKLOG_LOST },
    Trap { planted: Planted::NeverTakesOver, caught_by: "FO-4", circumstances: DUBLIN_OUT },
    Trap { planted: Planted::ChallengesLate, caught_by: "FO-4", circumstances: DUBLIN_OUT },
    Trap { planted: Planted::AllMustVote, caught_by: "FO-4", circumstances: DUBLIN_OUT },
    Trap { planted: Planted::InsistsOnPeer, caught_by: "FO-4", circumstances: DUBLIN_OUT },
    Trap { planted: Planted::PromotesStale, caught_by: "FO-5", circumstances: ALONE_THEN_OUT },
    Trap { planted: Planted::PromotesStale, caught_by: "FO-5", circumstances: PEER_OUT_WHILE_IT_FILLS },
    Trap { planted: Planted::NoGrace, caught_by: "FO-5", circumstances: ALONE_AND_BACK },
    Trap { planted: Planted::TrustsAnyCopy, caught_by: "FO-5", circumstances: RESEEDING },
    Trap { planted: Planted::RefusesNewEpoch, caught_by: "FO-6", circumstances: STRICT },
    Trap { planted: Planted::PromisesOnce, caught_by: "FO-6", circumstances: DUBLIN_OUT },
    Trap { planted: Planted::NeverResumes, caught_by: "FO-6", circumstances: ALONE_AND_BACK },
    Trap { planted: Planted::LeaksInto(CopyClass::SearchIndex), caught_by: "RES-1", circumstances: "" },
    Trap { planted: Planted::LeaksInto(CopyClass::SearchIndex), caught_by: "RES-6", circumstances: "" },
    Trap { planted: Planted::LeaksInto(CopyClass::ComplianceCopy), caught_by: "RES-1", circumstances: "" },
    Trap { planted: Planted::LeaksInto(CopyClass::Snapshot), caught_by: "RES-1", circumstances: RESEEDED },
    Trap { planted: Planted::LeaksInto(CopyClass::DeadLetter), caught_by: "RES-1", circumstances: INDEX_FULL },
    Trap { planted: Planted::LeaksInto(CopyClass::Export), caught_by: "RES-1", circumstances: COPIED_OUT },
    Trap { planted: Planted::LeaksInto(CopyClass::SupportDump), caught_by: "RES-6", circumstances: COPIED_OUT },
    Trap { planted: Planted::LeaksInto(CopyClass::ApplicationLog), caught_by: "RES-4", circumstances: "" },
    Trap { planted: Planted::LeaksInto(CopyClass::MetricLabels), caught_by: "RES-4", circumstances: "" },
    Trap { planted: Planted::LeaksInto(CopyClass::PushPayload), caught_by: "RES-4", circumstances: "" },
    Trap { planted: Planted::LeaksInto(CopyClass::RoutingKey), caught_by: "RES-4", circumstances: "" },
    Trap { planted: Planted::LosesFrom(CopyClass::SearchIndex), caught_by: "RES-9", circumstances: "" },
    Trap { planted: Planted::LosesFrom(CopyClass::ComplianceCopy), caught_by: "RES-9", circumstances: "" },
    Trap { planted: Planted::LosesFrom(CopyClass::DeadLetter), caught_by: "RES-9", circumstances: INDEX_FULL },
    Trap { planted: Planted::LosesFrom(CopyClass::Export), caught_by: "RES-9", circumstances: COPIED_OUT },
    Trap { planted: Planted::LosesFrom(CopyClass::SupportDump), caught_by: "RES-9", circumstances: COPIED_OUT },
    Trap { planted: Planted::TrustsOldCopies, caught_by: "RES-9", circumstances: PUT_BACK },
    Trap { planted: Planted::BacksUpTooLittle, caught_by: "FO-3", circumstances: OFTEN_BACKED_UP },
    Trap { planted: Planted::Keeps(CopyClass::Snapshot), caught_by: "RES-9", circumstances: RESEEDED },
    Trap { planted: Planted::LosesFrom(CopyClass::Log), caught_by: "RES-9", circumstances: SLOW_HOLDER },
    Trap { planted: Planted::LosesFrom(CopyClass::QuarantinedTail), caught_by: "RES-9", circumstances: LONG_TAIL },
    Trap { planted: Planted::LosesFrom(CopyClass::RestoreStaging), caught_by: "RES-9", circumstances: RESTORED },
    Trap { planted: Planted::LosesFrom(CopyClass::Snapshot), caught_by: "RES-9", circumstances: RESEEDED },
    Trap { planted: Planted::LosesFrom(CopyClass::ApplicationLog), caught_by: "RES-9", circumstances: "" },
    Trap { planted: Planted::LosesFrom(CopyClass::MetricLabels), caught_by: "RES-9", circumstances: "" },
    Trap { planted: Planted::LosesFrom(CopyClass::PushPayload), caught_by: "RES-9", circumstances: "" },
    Trap { planted: Planted::LosesFrom(CopyClass::RoutingKey), caught_by: "RES-9", circumstances: "" },
    Trap { planted: Planted::LeaksInto(CopyClass::QuarantinedTail), caught_by: "RES-1", circumstances: LONG_TAIL },
    Trap { planted: Planted::LeaksInto(CopyClass::QuarantinedTail), caught_by: "RES-6", circumstances: LONG_TAIL },
    Trap { planted: Planted::Keeps(CopyClass::DeadLetter), caught_by: "RES-9", circumstances: INDEX_FULL },
    Trap { planted: Planted::Keeps(CopyClass::Export), caught_by: "RES-9", circumstances: COPIED_OUT },
    Trap { planted: Planted::Keeps(CopyClass::SupportDump), caught_by: "RES-9", circumstances: COPIED_OUT },
];

const EMEA_DARK: &str = r#"
[[fault]]
kind = "outage"
boundary = "emea"
at = "10m"
for = "15m"
"#;

/// By a map that reaches half of the sites Great Britain is at home in America.
const HALF_A_MAP: &str = r#"
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
const ONE_ROW_TOO_MANY: &str = r#"
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
const SILENT_PROBE: &str = r#"
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
const WRONG_PROBE: &str = r#"
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

const DUBLIN_OUT: &str = r#"
[[fault]]
kind = "outage"
datacenter = "dublin"
at = "10m"
for = "10m"
"#;

/// A tenant leaves Europe in the middle of its morning, with a backup of it on the shelf.
const MOVED: &str = r#"
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

/// Dublin is left for Frankfurt in the middle of the morning, with a backup of it on the shelf.
const SEAT_MOVED: &str = concat!(
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
const SEAT_MOVED_ALONE: &str = concat!(
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
const SEAT_MOVED_UNBACKED: &str = concat!(
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
const PEER_OUT_WHILE_IT_FILLS: &str = concat!(
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

/// A tenant leaves Europe while a part of what it wrote waits as dead letters in both of its datacenters, and files
/// with its records lie in them.
const MOVED_WITH_COPIES: &str = r#"
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

const ROAMING: &str = r#"
[population]
roaming = "50%"
"#;

const IN_BOUNDARY: &str = r#"
[service]
transit = "in-boundary"

[population]
roaming = "30%"
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

/// Dublin asks the witness for promises that travel for nearly a minute, and then, by a line that is quick
/// again, for higher ones.
const LATE_PREPARE: &str = r#"
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

/// Dublin is cut off with clients still writing to it, and may acknowledge until its lease ends.
const ISOLATED: &str = r#"
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
const ISOLATED_AND_LOST: &str = r#"
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

/// A long backlog has to go through a narrow pipe when Dublin is lost with its disks.
const BACKLOG_LOST: &str = r#"
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
const RESEEDING: &str = r#"
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
const ALONE_AND_BACK: &str = r#"
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
const OLD_WITNESS: &str = r#"
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

const SLOW_DISKS: &str = r#"
[service]
replication = "sync"

[topology.datacenter_defaults]
flush = "500ms"
"#;

const OFTEN_BACKED_UP: &str = r#"
[service]
backup_every = "5m"
"#;

const RESTORED: &str = r#"
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
const WRONG_BACKUP: &str = r#"
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
const RESEEDED: &str = r#"
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
const INDEX_FULL: &str = r#"
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
const COPIED_OUT: &str = r#"
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
const PUT_BACK: &str = r#"
[[fault]]
kind = "restore-copy"
datacenter = "dublin"
age = "5m"
at = "12m"
"#;

/// Dublin is cut off with clients still writing to it, and comes back with a tail that lost.
const LONG_TAIL: &str = ISOLATED;

/// Every disk takes half a second, and inventories are taken meanwhile.
const SLOW_HOLDER: &str = r#"
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
const SLOW_PEER: &str = r#"
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
const SLOW_WITNESS: &str = r#"
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
