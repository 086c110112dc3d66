//! Each mistake with an invariant that must catch it, and circumstances in which it does.

use super::circumstances::configuration::{HALF_A_MAP, ONE_ROW_TOO_MANY, SILENT_PROBE, WRONG_PROBE};
use super::circumstances::failover::{
    ALONE_AND_BACK, ALONE_THEN_OUT, BACKLOG_LOST, DUBLIN_OUT, ISOLATED, ISOLATED_AND_LOST, LATE_ACCEPT, LATE_NEWS,
    LATE_PREPARE, OLD_WITNESS, PAUSED, RESEEDING, RESTARTED_AND_LOST, SLOW_ANSWERS, SLOW_DISKS, STRICT, SYNC_OUTAGE,
};
use super::circumstances::inventory::{LONG_TAIL, SLOW_HOLDER, SLOW_PEER, SLOW_WITNESS};
use super::circumstances::replacement::{PEER_OUT_WHILE_IT_FILLS, SEAT_MOVED, SEAT_MOVED_ALONE, SEAT_MOVED_UNBACKED};
use super::circumstances::residence::{
    BEFORE, COPIED_OUT, EMEA_DARK, IN_BOUNDARY, INDEX_FULL, LYING_MAP, MOVED, MOVED_WITH_COPIES, OFTEN_BACKED_UP,
    PUT_BACK, RESEEDED, RESTORED, ROAMING, WRONG_BACKUP,
};
use crate::campaign::saboteur::Planted;
use crate::scenario::{self, Diagnostics, Scenario, Size};
use crate::terms::CopyClass;

/// A mistake, the invariant that catches it, and the circumstances in which it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The mistake.
    pub planted: Planted,
    /// The identifier of the invariant.
    pub caught_by: &'static str,
    /// What a quiet morning must have besides, as part of a scenario.
    pub circumstances: &'static str,
}

impl Trap {
    /// Half an hour of a busy morning in Europe, under the circumstances of the trap, as a scenario.
    pub fn text(&self) -> String {
        let population = "tenants = 20\nusers_per_tenant = 40\ncountries = { DE = 60, GB = 20, SG = 10, US = 10 }\n";
        let opening = "schema_version = 1\nname = \"trap\"\nstart = 2019-05-06T09:00:00Z\nduration = \"30m\"\n";
        let traffic = "[traffic]\nrecords_per_user_day = 100.0\nreads_per_user_day = 50.0\n";
        match self.circumstances.split_once("[population]\n") {
            Some((before, after)) => format!("{opening}{traffic}{before}[population]\n{population}{after}"),
            None => format!("{opening}{traffic}[population]\n{population}{}", self.circumstances),
        }
    }

    /// The same, loaded.
    ///
    /// # Errors
    ///
    /// If the circumstances make no scenario: a defect of this program.
    pub fn scenario(&self) -> Result<Scenario, Diagnostics> {
        scenario::parse("trap.toml", &self.text(), Size::Full)
    }
}

/// For each copy class a mistake by which content comes to rest in it where it must not.
pub const LEAKS: &[(CopyClass, Planted, &str)] = &[
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
pub const SEALED: &[(CopyClass, &str)] =
    &[(CopyClass::WitnessRecord, "`Opaque<VoterRecord>` is a type that no content fits in")];

/// For each copy class a mistake by which it lacks what it ought to hold.
pub const LOSSES: &[(CopyClass, Planted, &str)] = &[
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
pub const EMPTY: &[(CopyClass, &str)] = &[(CopyClass::Cache, "the shipped service keeps nothing in a cache")];

/// Every mistake, in the order of what catches it. One that two invariants must catch has two rows.
pub const TRAPS: &[Trap] = &[
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
    Trap { planted: Planted::ResumesReplicated, caught_by: "FO-3", circumstances: RESTARTED_AND_LOST },
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
