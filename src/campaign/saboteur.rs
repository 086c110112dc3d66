//! Saboteurs: the shipped service with exactly one decision replaced by a plausible mistake.
//!
//! The oracle must catch each of them; a mistake that it lets pass is a hole in the oracle. No mock
//! of a broken service counts, since it proves nothing of the real one.

use crate::service::decisions::{CatchUp, Claim, Silence, Standing};
use crate::service::message::{Catalogue, Read, Write};
use crate::service::placement::{self, Candidates, Journey, Placement};
use crate::service::policy::{Policy, Replication, Transit};
use crate::service::relocation::{Copied, Relocation};
use crate::service::{Decisions, Identity, ResidencyMap, Shipped};
use crate::sim::Plan;
use crate::terms::{
    Ballot, CopyClass, Datacenter, Epoch, Incarnation, Index, Mode, Monotonic, Position, RecordKind, Refusal, Side,
    Span, Unit, UnitSet, Wall,
};
use std::sync::Arc;

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
    /// A copy of this class lacks the first record that is brought to it each time.
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
    /// Content travels to and from devices wherever they are, whatever the contract says.
    TravelsAnywhere,
    /// Where content may travel only inside, none travels.
    TravelsNowhere,
}

impl Planted {
    /// Every mistake.
    pub const ALL: [Self; 63] = [
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
        Self::LosesFrom(CopyClass::SearchIndex),
        Self::LosesFrom(CopyClass::DeadLetter),
        Self::LosesFrom(CopyClass::ComplianceCopy),
        Self::LosesFrom(CopyClass::Export),
        Self::LosesFrom(CopyClass::SupportDump),
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
        Self::TravelsAnywhere,
        Self::TravelsNowhere,
    ];
}

/// The shipped service with one mistake.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Saboteur {
    planted: Planted,
    /// For each scale unit the nearest datacenter beyond its boundary.
    nearest: Arc<[Datacenter]>,
}

impl Saboteur {
    /// A saboteur of the service of a plan.
    pub fn new(planted: Planted, plan: &Plan) -> Self {
        let nearest = plan.units.iter().filter_map(|unit| {
            let beyond = plan.datacenters.iter().zip(0..).filter(|(dc, _)| dc.boundary != unit.boundary);
            let links = &plan.links[unit.sites[0].index()];
            beyond.map(|(_, index)| Datacenter(index)).min_by_key(|dc| links[dc.index()].delay)
        });
        Self { planted, nearest: nearest.collect() }
    }
}

impl Decisions for Saboteur {
    fn residence_of(&self, policy: &Policy, map: &ResidencyMap, write: &Write, at: Wall) -> Result<Placement, Refusal> {
        match self.planted {
            Planted::AttachmentByUploader if write.kind == RecordKind::Attachment => {
                let honest = Shipped.residence_of(policy, map, write, at)?;
                let there = map.boundary_of(write.roaming_in).and_then(|boundary| map.unit_of(write.tenant, boundary));
                Ok(Placement { unit: there.unwrap_or(honest.unit), ..honest })
            }
            Planted::ForgetsR3 => {
                let always = Policy { effective: Wall(0), ..policy.clone() };
                placement::decide(&always, map, write, at)
            }
            _ => Shipped.residence_of(policy, map, write, at),
        }
    }

    fn candidates(&self, map: &ResidencyMap, unit: Unit, dark: bool) -> Candidates {
        let honest = Shipped.candidates(map, unit, dark);
        let spills = match self.planted {
            Planted::SpillToNearest => dark,
            Planted::ForeignCandidate => true,
            _ => false,
        };
        let abroad = self.nearest.get(unit.index()).filter(|_| spills);
        abroad.map_or(honest, |&abroad| honest.and(abroad))
    }

    fn may_travel(&self, policy: &Policy, map: &ResidencyMap, journey: Journey, unit: Unit) -> bool {
        let grounded = self.planted == Planted::TravelsNowhere && policy.transit == Transit::InBoundary;
        self.planted == Planted::TravelsAnywhere || !grounded && Shipped.may_travel(policy, map, journey, unit)
    }

    fn backup_targets(&self, map: &ResidencyMap, unit: Unit, side: Side) -> Candidates {
        let abroad = self.nearest.get(unit.index()).filter(|_| self.planted == Planted::BackupAbroad);
        abroad.map_or_else(|| Shipped.backup_targets(map, unit, side), |&abroad| Candidates::default().and(abroad))
    }

    fn staging_targets(&self, map: &ResidencyMap, unit: Unit, side: Side) -> Candidates {
        let abroad = self.nearest.get(unit.index()).filter(|_| self.planted == Planted::StagesAbroad);
        abroad.map_or_else(|| Shipped.staging_targets(map, unit, side), |&abroad| Candidates::default().and(abroad))
    }

    fn copy_targets(&self, map: &ResidencyMap, unit: Unit, side: Side, class: CopyClass) -> Candidates {
        let honest = || Shipped.copy_targets(map, unit, side, class);
        let abroad = self.nearest.get(unit.index()).filter(|_| self.planted == Planted::LeaksInto(class));
        abroad.map_or_else(honest, |&abroad| Candidates::default().and(abroad))
    }

    fn copied_after(&self, class: CopyClass, known: Index) -> Index {
        Shipped.copied_after(class, known) + u64::from(self.planted == Planted::LosesFrom(class))
    }

    fn copied_at_boot(&self, end: Index) -> Index {
        if self.planted == Planted::TrustsOldCopies { end } else { Shipped.copied_at_boot(end) }
    }

    fn backed_up_through(&self, end: Index) -> Index {
        Shipped.backed_up_through(end) - if self.planted == Planted::BacksUpTooLittle { end / 4 } else { 0 }
    }

    fn deletes(&self, class: CopyClass) -> bool {
        self.planted != Planted::Keeps(class)
    }

    fn tells_content(&self, class: CopyClass) -> bool {
        self.planted == Planted::LeaksInto(class)
    }

    fn admits_backup(&self, identity: &Identity, backup: &Catalogue) -> bool {
        self.planted == Planted::AnyBackupAdmitted || Shipped.admits_backup(identity, backup)
    }

    fn parts_of(&self, policy: &Policy, map: &ResidencyMap, read: &Read, at: Wall) -> UnitSet {
        let honest = Shipped.parts_of(policy, map, read, at);
        let home = map.boundary_of(read.billing).and_then(|boundary| map.unit_of(read.tenant, boundary));
        match home {
            Some(home) if self.planted == Planted::HalfConversation && honest.contains(home) => UnitSet::of(home),
            _ => honest,
        }
    }

    fn is_dark(&self, silence: Silence, longest: Span) -> bool {
        let impatient = self.planted == Planted::NeedlessRefusal && silence.lasts > Span::ZERO;
        impatient || Shipped.is_dark(silence, longest)
    }

    fn keeps_media(&self) -> bool {
        self.planted == Planted::CallMediaCached
    }

    fn admits_map(&self, identity: &Identity, map: &ResidencyMap) -> bool {
        self.planted == Planted::LyingMapAdmitted || Shipped.admits_map(identity, map)
    }

    fn lease_until(&self, policy: &Policy, sent: Monotonic, answered: Monotonic, ttl: Span) -> Monotonic {
        let counted_from = if self.planted == Planted::LeaseFromReply { answered } else { sent };
        Shipped.lease_until(policy, counted_from, answered, ttl)
    }

    fn lapsed_after(&self, policy: &Policy, ttl: Span) -> Span {
        match self.planted {
            Planted::ChallengesEarly => policy.lapsed_after(Span(ttl.0 / 2)),
            Planted::ChallengesLate => policy.lapsed_after(Span(ttl.0 * 3)),
            _ => Shipped.lapsed_after(policy, ttl),
        }
    }

    fn quorum(&self) -> u32 {
        match self.planted {
            Planted::OneVoteDecides => 1,
            Planted::AllMustVote => 3,
            _ => Shipped.quorum(),
        }
    }

    fn grace_is_over(&self, policy: &Policy, waited: Span) -> bool {
        let impatient = self.planted == Planted::NoGrace && waited >= policy.lapsed_after(policy.ttl);
        impatient || Shipped.grace_is_over(policy, waited)
    }

    fn may_resume(&self, claim: &Claim) -> bool {
        self.planted != Planted::NeverResumes && Shipped.may_resume(claim)
    }

    fn may_take_over(&self, claim: &Claim) -> bool {
        match self.planted {
            Planted::PromotesStale => true,
            Planted::TrustsAnyCopy => claim.mode == Mode::Replicated || claim.waived,
            Planted::NeverTakesOver => claim.frontier == Position::default() && Shipped.may_take_over(claim),
            _ => Shipped.may_take_over(claim),
        }
    }

    fn may_acknowledge(&self, standing: &Standing) -> bool {
        let seen = match self.planted {
            Planted::IgnoresLease => Standing { lease_valid: true, ..*standing },
            Planted::AcknowledgesEarly => Standing { mode: Mode::Replicated, on_peer: true, ..*standing },
            Planted::IgnoresRpo => Standing { tail_age: Span::ZERO, ..*standing },
            Planted::InsistsOnPeer => Standing { replication: Replication::SyncStrict, ..*standing },
            _ => *standing,
        };
        Shipped.may_acknowledge(&seen)
    }

    fn has_caught_up(&self, peer: &CatchUp) -> bool {
        self.planted == Planted::ReplicatedTooSoon && peer.in_touch || Shipped.has_caught_up(peer)
    }

    fn stored_through(&self, durable: Index, end: Index) -> Index {
        if self.planted == Planted::ReportsUnflushed { end } else { Shipped.stored_through(durable, end) }
    }

    fn accepts_epoch(&self, fence: Epoch, offered: Epoch) -> bool {
        match self.planted {
            Planted::IgnoresEpoch => true,
            Planted::RefusesNewEpoch => offered == fence,
            _ => Shipped.accepts_epoch(fence, offered),
        }
    }

    fn may_promise(&self, promised: Ballot, offered: Ballot) -> bool {
        match self.planted {
            Planted::PromisesLower => true,
            Planted::PromisesOnce => promised == Ballot::ZERO && Shipped.may_promise(promised, offered),
            _ => Shipped.may_promise(promised, offered),
        }
    }

    fn may_accept(&self, promised: Ballot, offered: Ballot) -> bool {
        self.planted == Planted::AcceptsLower || Shipped.may_accept(promised, offered)
    }

    fn remembers(&self, named: Incarnation, own: Incarnation) -> bool {
        self.planted == Planted::TrustsOldMemory || Shipped.remembers(named, own)
    }

    fn may_cut_over(&self, copied: &Copied) -> bool {
        self.planted == Planted::CutsOverUnverified || Shipped.may_cut_over(copied)
    }

    fn has_left(&self, relocation: &Relocation, unit: Unit) -> bool {
        self.planted != Planted::ServesOnAfterMove && Shipped.has_left(relocation, unit)
    }

    fn purges(&self, side: Side, class: CopyClass) -> bool {
        match self.planted {
            Planted::PurgeSkipsPeer => side == Side::A || class != CopyClass::Log,
            Planted::PurgeSkips(skipped) => class != skipped,
            _ => Shipped.purges(side, class),
        }
    }

    fn persists_first(&self) -> bool {
        self.planted != Planted::AnswersBeforeDisk
    }
}
