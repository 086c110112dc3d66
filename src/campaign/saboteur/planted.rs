//! The mistakes that saboteurs make: one list, of which each has its name and what it is, in a sentence.

use crate::terms::CopyClass;
use std::fmt;

/// Declares the mistakes: those of one kind, and those that are made with a copy of one class or another.
macro_rules! mistakes {
    (
        plain { $($(#[doc = $doc:literal])+ $name:ident,)+ }
        of_a_copy { $($(#[doc = $copy_doc:literal])+ $copy_name:ident($($class:ident)|+),)+ }
    ) => {
        /// The mistake that a saboteur makes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Planted {
            $($(#[doc = $doc])+ $name,)+
            $($(#[doc = $copy_doc])+ $copy_name(CopyClass),)+
        }

        impl Planted {
            /// Every mistake.
            pub const ALL: &[Self] = &[
                $(Self::$name,)+
                $($(Self::$copy_name(CopyClass::$class),)+)+
            ];

            /// What it is, in a sentence.
            pub fn meaning(self) -> String {
                match self {
                    $(Self::$name => concat!($($doc),+).trim().to_owned(),)+
                    $(Self::$copy_name(class) => {
                        concat!($($copy_doc),+).trim().replace("of this class", &format!("of class `{class}`"))
                    })+
                }
            }

            const fn words(self) -> (&'static str, Option<CopyClass>) {
                match self {
                    $(Self::$name => (stringify!($name), None),)+
                    $(Self::$copy_name(class) => (stringify!($copy_name), Some(class)),)+
                }
            }
        }
    };
}

mistakes! {
    plain {
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
        /// The machine that holds the lease is switched off, to be commissioned at another place.
        SwitchesHolderOff,
        /// A place that a unit has left is emptied before the new one has everything.
        EmptiesEarly,
        /// A place that a unit has left is emptied whatever backups stand elsewhere.
        EmptiesWithoutBackup,
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
        /// A site that restarts promises what it did before, whatever its peer may lack.
        ResumesReplicated,
    }
    of_a_copy {
        /// A copy of this class is made in the nearest datacenter beyond the boundary, or, where it must be opaque,
        /// of what users wrote.
        LeaksInto(
            Snapshot | SearchIndex | DeadLetter | Export | ComplianceCopy | ApplicationLog | MetricLabels
                | SupportDump | PushPayload | RoutingKey | QuarantinedTail
        ),
        /// A copy of this class lacks the first record that is brought to it each time; a log, what is acknowledged
        /// before the disk has it; restore staging, the youngest quarter of the backup.
        LosesFrom(
            SearchIndex | DeadLetter | ComplianceCopy | Export | SupportDump | Log | QuarantinedTail | RestoreStaging
                | Snapshot | ApplicationLog | MetricLabels | PushPayload | RoutingKey
        ),
        /// A copy of this class is never deleted.
        Keeps(Snapshot | DeadLetter | Export | SupportDump),
        /// After a move the old home keeps its copies of this class.
        PurgeSkips(Backup | SearchIndex | ComplianceCopy | DeadLetter | Export | SupportDump),
        /// A place that a unit has left keeps its copies of this class.
        StaysIn(
            Log | Replica | WitnessRecord | SearchIndex | ComplianceCopy | Backup | ApplicationLog | MetricLabels
        ),
    }
}

impl Planted {
    /// The mistake of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|planted| planted.to_string() == name)
    }
}

/// The name on a command line and in tables: `leaks-into-search-index`.
impl fmt::Display for Planted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, class) = self.words();
        let mut name = String::new();
        for letter in words.chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        if let Some(class) = class {
            name.extend(["-", &class.name().replace(' ', "-")]);
        }
        f.pad(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_mistake_has_a_name_of_its_own_and_is_found_by_it() {
        let names: BTreeSet<_> = Planted::ALL.iter().map(Planted::to_string).collect();
        assert_eq!(names.len(), Planted::ALL.len());
        for &planted in Planted::ALL {
            assert_eq!(Planted::of_name(&planted.to_string()), Some(planted));
        }
        assert_eq!(Planted::LeaksInto(CopyClass::SearchIndex).to_string(), "leaks-into-search-index");
    }

    #[test]
    fn what_a_mistake_is_names_the_class() {
        let meaning = Planted::Keeps(CopyClass::Export).meaning();
        assert_eq!(meaning, "A copy of class `export` is never deleted.");
    }
}
