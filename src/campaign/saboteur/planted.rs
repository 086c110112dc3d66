//! The mistakes that saboteurs make.

use crate::terms::CopyClass;

/// The mistake that a saboteur makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Planted {
    /// With the boundary dark, the nearest datacenter beyond it is used.
    SpillToNearest,
    /// Every candidate list names one datacenter beyond the boundary, as a last resort.
    ForeignCandidate,
    /// An attachment is placed by where its uploader's device is.
    AttachmentByUploader,
    /// Call media is cached on a disk.
    CallMediaCached,
    /// The boundary is given up for dark at the first silence.
    NeedlessRefusal,
    /// The billing country decides whatever the date, so that rule R3 is forgotten.
    ForgetsR3,
    /// A reader is shown only what rests at the tenant's home.
    HalfConversation,
    /// A site takes any map that it is pushed.
    LyingMapAdmitted,
    /// A store takes records of an epoch that was superseded.
    IgnoresEpoch,
    /// An acknowledgement leaves though the lease has run out.
    IgnoresLease,
    /// An acknowledgement leaves before the record is at the peer.
    AcknowledgesEarly,
    /// A copy that lacks acknowledged records takes over without declaring anything.
    PromotesStale,
    /// The lease is counted from the answer, not from the question.
    LeaseFromReply,
    /// A lapsed lease is never taken over.
    NeverTakesOver,
    /// A voter accepts a value under a lower ballot than it promised.
    AcceptsLower,
    /// A store takes only records of the very epoch that it has seen.
    RefusesNewEpoch,
    /// A lease counts as lapsed when half of it has passed without a renewal.
    ChallengesEarly,
    /// A lease counts as lapsed only when three times its length has passed.
    ChallengesLate,
    /// One voter decides the register.
    OneVoteDecides,
    /// The register changes only when all three voters agree.
    AllMustVote,
    /// A voter answers before its disk has what it promised or accepted.
    AnswersBeforeDisk,
    /// A voter promises any ballot, whatever it promised before.
    PromisesLower,
    /// A voter promises the first that asks, and nobody after.
    PromisesOnce,
    /// Under `async` the age of the unreplicated tail is not looked at.
    IgnoresRpo,
    /// An acknowledgement waits for the peer whatever the register says.
    InsistsOnPeer,
    /// `replicated` is promised again as soon as the peer answers.
    ReplicatedTooSoon,
    /// A standby reports as stored what its disk has not taken yet.
    ReportsUnflushed,
    /// The grace period is over as soon as the lease is.
    NoGrace,
    /// The mode alone decides a takeover, whatever the log holds.
    TrustsAnyCopy,
    /// A site that restarts does not take its own lease again.
    NeverResumes,
    /// Backups are written to the nearest datacenter beyond the boundary.
    BackupAbroad,
    /// A backup is staged in the nearest datacenter beyond the boundary.
    StagesAbroad,
    /// A site is restored from whatever backup it is offered.
    AnyBackupAdmitted,
    /// A voter votes on with whatever its disk says, though it is not the disk that it wrote on.
    TrustsOldMemory,
    /// A copy of this class is made in the nearest datacenter beyond the boundary, or, where it must be opaque,
    /// of what users wrote.
    LeaksInto(CopyClass),
    /// A copy of this class lacks the first record that is brought to it each time; a log, what is acknowledged
    /// before the disk has it; restore staging, the youngest quarter of the backup.
    LosesFrom(CopyClass),
    /// A copy of this class is never deleted.
    Keeps(CopyClass),
    /// A site that boots takes its copies for whole, and goes on from the end of its log.
    TrustsOldCopies,
    /// A backup lacks the youngest quarter of what it is to hold.
    BacksUpTooLittle,
    /// A tenant is cut over to its new home before it was looked what that has.
    CutsOverUnverified,
    /// The old home of a tenant serves on after the cut-over.
    ServesOnAfterMove,
    /// After a move only one site of the old home erases its log.
    PurgeSkipsPeer,
    /// After a move the old home keeps its copies of this class.
    PurgeSkips(CopyClass),
    /// The machine that holds the lease is switched off, to be commissioned at another place.
    SwitchesHolderOff,
    /// A place that a unit has left is emptied before the new one has everything.
    EmptiesEarly,
    /// A place that a unit has left is emptied whatever backups stand elsewhere.
    EmptiesWithoutBackup,
    /// A place that a unit has left keeps its copies of this class.
    StaysIn(CopyClass),
    /// Content travels to and from devices wherever they are, whatever the contract says.
    TravelsAnywhere,
    /// Where content may travel only inside, none travels.
    TravelsNowhere,
    /// Whoever has a newer map than its charter places by that.
    NewestMapWins,
    /// Of two maps that disagree the one counts by which the record is accepted.
    LooserMapWins,
    /// Whoever has a newer map than its charter accepts nothing, whichever row is another.
    DistrustsEveryRow,
    /// A site whose platform does not say where it stands takes a region by default.
    DefaultRegion,
    /// A site stands wherever its platform says.
    BelievesAnyProbe,
    /// A site whose platform says nothing is not used, though that had said where it stands.
    ForgetsAttestation,
}

impl Planted {
    /// Every mistake.
    pub const ALL: [Self; 92] = [
        Self::SpillToNearest,
        Self::ForeignCandidate,
        Self::AttachmentByUploader,
        Self::CallMediaCached,
        Self::NeedlessRefusal,
        Self::ForgetsR3,
        Self::HalfConversation,
        Self::LyingMapAdmitted,
        Self::IgnoresEpoch,
        Self::IgnoresLease,
        Self::AcknowledgesEarly,
        Self::PromotesStale,
        Self::LeaseFromReply,
        Self::NeverTakesOver,
        Self::AcceptsLower,
        Self::RefusesNewEpoch,
        Self::ChallengesEarly,
        Self::ChallengesLate,
        Self::OneVoteDecides,
        Self::AllMustVote,
        Self::AnswersBeforeDisk,
        Self::PromisesLower,
        Self::PromisesOnce,
        Self::IgnoresRpo,
        Self::InsistsOnPeer,
        Self::ReplicatedTooSoon,
        Self::ReportsUnflushed,
        Self::NoGrace,
        Self::TrustsAnyCopy,
        Self::NeverResumes,
        Self::BackupAbroad,
        Self::StagesAbroad,
        Self::AnyBackupAdmitted,
        Self::TrustsOldMemory,
        Self::LeaksInto(CopyClass::Snapshot),
        Self::LeaksInto(CopyClass::SearchIndex),
        Self::LeaksInto(CopyClass::DeadLetter),
        Self::LeaksInto(CopyClass::Export),
        Self::LeaksInto(CopyClass::ComplianceCopy),
        Self::LeaksInto(CopyClass::ApplicationLog),
        Self::LeaksInto(CopyClass::MetricLabels),
        Self::LeaksInto(CopyClass::SupportDump),
        Self::LeaksInto(CopyClass::PushPayload),
        Self::LeaksInto(CopyClass::RoutingKey),
        Self::LeaksInto(CopyClass::QuarantinedTail),
        Self::LosesFrom(CopyClass::SearchIndex),
        Self::LosesFrom(CopyClass::DeadLetter),
        Self::LosesFrom(CopyClass::ComplianceCopy),
        Self::LosesFrom(CopyClass::Export),
        Self::LosesFrom(CopyClass::SupportDump),
        Self::LosesFrom(CopyClass::Log),
        Self::LosesFrom(CopyClass::QuarantinedTail),
        Self::LosesFrom(CopyClass::RestoreStaging),
        Self::LosesFrom(CopyClass::Snapshot),
        Self::LosesFrom(CopyClass::ApplicationLog),
        Self::LosesFrom(CopyClass::MetricLabels),
        Self::LosesFrom(CopyClass::PushPayload),
        Self::LosesFrom(CopyClass::RoutingKey),
        Self::Keeps(CopyClass::Snapshot),
        Self::Keeps(CopyClass::DeadLetter),
        Self::Keeps(CopyClass::Export),
        Self::Keeps(CopyClass::SupportDump),
        Self::TrustsOldCopies,
        Self::BacksUpTooLittle,
        Self::CutsOverUnverified,
        Self::ServesOnAfterMove,
        Self::PurgeSkipsPeer,
        Self::PurgeSkips(CopyClass::Backup),
        Self::PurgeSkips(CopyClass::SearchIndex),
        Self::PurgeSkips(CopyClass::ComplianceCopy),
        Self::SwitchesHolderOff,
        Self::EmptiesEarly,
        Self::EmptiesWithoutBackup,
        Self::StaysIn(CopyClass::Log),
        Self::StaysIn(CopyClass::Replica),
        Self::StaysIn(CopyClass::WitnessRecord),
        Self::StaysIn(CopyClass::SearchIndex),
        Self::StaysIn(CopyClass::ComplianceCopy),
        Self::StaysIn(CopyClass::Backup),
        Self::StaysIn(CopyClass::ApplicationLog),
        Self::StaysIn(CopyClass::MetricLabels),
        Self::PurgeSkips(CopyClass::DeadLetter),
        Self::PurgeSkips(CopyClass::Export),
        Self::PurgeSkips(CopyClass::SupportDump),
        Self::TravelsAnywhere,
        Self::TravelsNowhere,
        Self::NewestMapWins,
        Self::LooserMapWins,
        Self::DistrustsEveryRow,
        Self::DefaultRegion,
        Self::BelievesAnyProbe,
        Self::ForgetsAttestation,
    ];
}
