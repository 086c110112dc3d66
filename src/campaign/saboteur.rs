//! Saboteurs: the shipped service with exactly one decision replaced by a plausible mistake.
//!
//! The oracle must catch each of them; a mistake that it lets pass is a hole in the oracle. No mock
//! of a broken service counts, since it proves nothing of the real one.

mod planted;

pub use planted::Planted;

use crate::service::decisions::{CatchUp, Claim, Silence, Standing};
use crate::service::message::{Catalogue, Read, Write};
use crate::service::placement::{self, Candidates, Journey, Placement};
use crate::service::policy::{Policy, Replication, Transit};
use crate::service::relocation::{Copied, Relocation};
use crate::service::replacement::{Filling, Vacancy};
use crate::service::{Decisions, Identity, Probe, ResidencyMap, Shipped};
use crate::sim::Plan;
use crate::terms::{
    Ballot, CopyClass, Datacenter, Epoch, Incarnation, Index, Mode, Monotonic, Position, RecordKind, Refusal, Side,
    Span, Unit, UnitSet, Wall,
};
use std::sync::Arc;

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

    fn stricter(
        &self,
        charter: Result<Placement, Refusal>,
        newest: Result<Placement, Refusal>,
    ) -> Result<Placement, Refusal> {
        match self.planted {
            Planted::NewestMapWins => newest,
            Planted::LooserMapWins => charter.or(newest),
            Planted::DistrustsEveryRow => Err(Refusal::MapsDisagree),
            _ => Shipped.stricter(charter, newest),
        }
    }

    fn stands_at(&self, identity: &Identity, probe: Probe) -> Option<Datacenter> {
        match self.planted {
            Planted::DefaultRegion if probe.says.is_none() => self.nearest.get(identity.unit.index()).copied(),
            Planted::BelievesAnyProbe => probe.says.or(probe.kept),
            Planted::ForgetsAttestation => Shipped.stands_at(identity, Probe { kept: None, ..probe }),
            _ => Shipped.stands_at(identity, probe),
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

    fn backup_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter) -> Candidates {
        let abroad = self.nearest.get(unit.index()).filter(|_| self.planted == Planted::BackupAbroad);
        abroad.map_or_else(|| Shipped.backup_targets(map, unit, beside), |&abroad| Candidates::default().and(abroad))
    }

    fn staging_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter) -> Candidates {
        let abroad = self.nearest.get(unit.index()).filter(|_| self.planted == Planted::StagesAbroad);
        abroad.map_or_else(|| Shipped.staging_targets(map, unit, beside), |&abroad| Candidates::default().and(abroad))
    }

    fn copy_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter, class: CopyClass) -> Candidates {
        let honest = || Shipped.copy_targets(map, unit, beside, class);
        let abroad = self.nearest.get(unit.index()).filter(|_| self.planted == Planted::LeaksInto(class));
        abroad.map_or_else(honest, |&abroad| Candidates::default().and(abroad))
    }

    fn copied_after(&self, class: CopyClass, known: Index) -> Index {
        Shipped.copied_after(class, known) + u64::from(self.planted == Planted::LosesFrom(class))
    }

    fn copied_at_boot(&self, end: Index) -> Index {
        if self.planted == Planted::TrustsOldCopies { end } else { Shipped.copied_at_boot(end) }
    }

    fn staged_through(&self, end: Index) -> Index {
        let lost = self.planted == Planted::LosesFrom(CopyClass::RestoreStaging);
        Shipped.staged_through(end) - if lost { end / 4 } else { 0 }
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

    fn resumes_as(&self, replication: Replication, claim: &Claim) -> Mode {
        if self.planted == Planted::ResumesReplicated { claim.mode } else { Shipped.resumes_as(replication, claim) }
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
            Planted::LosesFrom(CopyClass::Log) => Standing { durable: true, ..*standing },
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

    fn may_commission(&self, vacancy: &Vacancy) -> bool {
        let own = vacancy.own && self.planted != Planted::SwitchesHolderOff;
        Shipped.may_commission(&Vacancy { own, ..*vacancy })
    }

    fn may_retire(&self, filling: &Filling) -> bool {
        match self.planted {
            Planted::EmptiesEarly => filling.lease_valid,
            Planted::EmptiesWithoutBackup => Shipped.may_retire(&Filling { backed_up: true, ..*filling }),
            _ => Shipped.may_retire(filling),
        }
    }

    fn retires(&self, class: CopyClass) -> bool {
        self.planted != Planted::StaysIn(class)
    }

    fn persists_first(&self) -> bool {
        self.planted != Planted::AnswersBeforeDisk
    }
}
