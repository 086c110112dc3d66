//! What can be decided wrongly, by name.
//!
//! Every decision on which a promise rests is a method here, with the shipped body as its default.
//! The machines take a `D: Decisions` by static dispatch, so [`Shipped`] costs nothing. A saboteur is
//! the shipped service with exactly one of these replaced; no mock of a broken service counts.

use super::identity::{Identity, Probe};
use super::map::ResidencyMap;
use super::message::{Catalogue, Read, Write};
use super::placement::{self, Candidates, Journey, Placement};
use super::policy::{Policy, Replication};
use super::relocation::{Copied, Relocation, Stage};
use super::replacement::{Filling, Vacancy};
use crate::terms::{
    Ballot, CopyClass, Datacenter, Epoch, Incarnation, Index, Mode, Monotonic, Position, Refusal, Register, Side, Span,
    Unit, UnitSet, Wall,
};
use std::hash::Hash;

/// How long and how often no site of a unit has answered a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Since the first attempt that stayed without an answer.
    pub lasts: Span,
    /// Rounds over all candidates in which none answered.
    pub rounds: u8,
}

/// A lost answer or two are not a dark boundary.
const ROUNDS_TO_BE_DARK: u8 = 3;

/// What a site knows when it asks whether it may take the lease over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What the register promises.
    pub mode: Mode,
    /// The position that the register says is on both sites.
    pub frontier: Position,
    /// The end of the site's own durable log.
    pub end: Position,
    /// Whether the store is certified: it has not lost what it once held.
    pub certified: bool,
    /// Whether an operator's force, or the end of the grace period, waives the test of the mode.
    pub waived: bool,
}

/// What a holder knows when it asks whether an acknowledgement may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether the lease is valid by the clock read just now.
    pub lease_valid: bool,
    /// When the configuration says to acknowledge.
    pub replication: Replication,
    /// The mode that the holder must obey.
    pub mode: Mode,
    /// Whether the record is durable here.
    pub durable: bool,
    /// Whether the record is durable at the peer.
    pub on_peer: bool,
    /// Age of the oldest acknowledged record that is not on the peer.
    pub tail_age: Span,
    /// The declared RPO.
    pub maximum_lag: Span,
    /// The most acknowledged records that are on no other site once this one is acknowledged.
    pub tail_records: u64,
    /// The declared RPO in records.
    pub maximum_records: Option<u64>,
}

impl Standing {
    /// Whether what would be at risk is within the declared RPO, in time and in records.
    pub fn is_within_lag(&self) -> bool {
        self.tail_age <= self.maximum_lag && self.maximum_records.is_none_or(|most| self.tail_records <= most)
    }
}

/// What a holder that is `alone` knows of its peer when it asks whether to promise `replicated` again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatchUp {
    /// When the configuration says to acknowledge.
    pub replication: Replication,
    /// Whether the peer answers, and its log agrees with the holder's.
    pub in_touch: bool,
    /// The last index durable at the peer.
    pub on_peer: Index,
    /// The last index that may have been acknowledged.
    pub acknowledged: Index,
    /// The end of the log that the holder had when it took over.
    pub inherited: Index,
    /// Age of the oldest acknowledged record that is not on the peer.
    pub tail_age: Span,
    /// The declared RPO.
    pub maximum_lag: Span,
    /// The most acknowledged records that the peer lacks.
    pub tail_records: u64,
    /// The declared RPO in records.
    pub maximum_records: Option<u64>,
}

/// The decisions of the service.
pub trait Decisions: Clone + Eq + Hash {
    /// Where a record rests, by rules R1 to R9; `at` is the deciding clock's time.
    ///
    /// # Errors
    ///
    /// The refusal that the rules demand.
    fn residence_of(&self, policy: &Policy, map: &ResidencyMap, write: &Write, at: Wall) -> Result<Placement, Refusal> {
        placement::decide(policy, map, write, at)
    }

    /// Where a record rests that two maps place: the one with which a machine was commissioned, and the newest.
    ///
    /// # Errors
    ///
    /// A refusal of the first, or [`Refusal::MapsDisagree`].
    fn stricter(
        &self,
        charter: Result<Placement, Refusal>,
        newest: Result<Placement, Refusal>,
    ) -> Result<Placement, Refusal> {
        placement::stricter(charter, newest)
    }

    /// Which datacenters may get the bytes of a record of `unit`. `dark`: no site of the unit has
    /// answered for longer than a failover takes (rule R8).
    fn candidates(&self, map: &ResidencyMap, unit: Unit, dark: bool) -> Candidates {
        let _ = dark;
        placement::candidates(map, unit)
    }

    /// Whether content of `unit` may travel to or from a device (rule R8).
    fn may_travel(&self, policy: &Policy, map: &ResidencyMap, journey: Journey, unit: Unit) -> bool {
        placement::may_travel(policy, map, journey, unit)
    }

    /// Which datacenters' media may get the backup that the site that stands `beside` some writes, in the order of
    /// preference.
    fn backup_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter) -> Candidates {
        placement::backup_targets(map, unit, beside)
    }

    /// Which datacenters may stage a backup that is restored to the site `beside` it.
    fn staging_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter) -> Candidates {
        let _ = (map, unit);
        Candidates::default().and(beside)
    }

    /// Which datacenters may hold a copy of a class that the site `beside` it makes of its log.
    fn copy_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter, class: CopyClass) -> Candidates {
        let _ = (map, unit, class);
        Candidates::default().and(beside)
    }

    /// After which index a copy is brought what it lacks that has everything through `known`.
    fn copied_after(&self, class: CopyClass, known: Index) -> Index {
        let _ = class;
        known
    }

    /// Through which index everything is in the copies when a site boots whose log ends at `end`. It knows of
    /// nothing: what it finds on the disk may have come there from elsewhere.
    fn copied_at_boot(&self, end: Index) -> Index {
        let _ = end;
        0
    }

    /// Through which index a backup is staged that ends at `end`.
    fn staged_through(&self, end: Index) -> Index {
        end
    }

    /// Through which index a backup is written that is to hold everything through `end`.
    fn backed_up_through(&self, end: Index) -> Index {
        end
    }

    /// Whether copies of a class are deleted when they have served or outlived their time.
    fn deletes(&self, class: CopyClass) -> bool {
        let _ = class;
        true
    }

    /// Whether what a site tells of itself carries what users wrote.
    fn tells_content(&self, class: CopyClass) -> bool {
        let _ = class;
        false
    }

    /// Whether a backup may be restored to a site: it is of the site's own unit and boundary.
    fn admits_backup(&self, identity: &Identity, backup: &Catalogue) -> bool {
        (backup.unit, backup.boundary) == (identity.unit, identity.boundary)
    }

    /// The scale units that may hold a part of a conversation.
    fn parts_of(&self, policy: &Policy, map: &ResidencyMap, read: &Read, at: Wall) -> UnitSet {
        placement::parts(policy, map, read, at)
    }

    /// Whether a client gives the boundary up for dark, of which a unit that can serve is silent for
    /// `longest` at most.
    fn is_dark(&self, silence: Silence, longest: Span) -> bool {
        silence.lasts > longest && silence.rounds >= ROUNDS_TO_BE_DARK
    }

    /// Whether call media is put on a disk (rule R6).
    fn keeps_media(&self) -> bool {
        false
    }

    /// Whether a pushed map agrees with what the site was commissioned with.
    fn admits_map(&self, identity: &Identity, map: &ResidencyMap) -> bool {
        identity.agrees_with(map)
    }

    /// Where a site may take itself to stand by what the platform under it says; `None`: nowhere, and it is not used.
    fn stands_at(&self, identity: &Identity, probe: Probe) -> Option<Datacenter> {
        identity.attests(probe)
    }

    /// Until when a renewal holds whose first accept message left at `sent` and whose last answer
    /// came at `answered`.
    fn lease_until(&self, policy: &Policy, sent: Monotonic, answered: Monotonic, ttl: Span) -> Monotonic {
        let _ = answered;
        sent + policy.held_for(ttl)
    }

    /// How long a challenger must have seen one renewal before the lease counts as lapsed.
    fn lapsed_after(&self, policy: &Policy, ttl: Span) -> Span {
        policy.lapsed_after(ttl)
    }

    /// Whether a register shows that its holder lives: whether it differs from what was `seen` before.
    /// Each attempt has a renewal of its own, so a retry shows it too.
    fn shows_life(&self, seen: &Register, register: &Register) -> bool {
        register.renewal > seen.renewal
    }

    /// Whether to read in the register that one is the holder gives the lease. It never does: who has
    /// booted since no longer knows when the renewal was sent.
    fn grants_by_reading(&self) -> bool {
        false
    }

    /// How many of the three voters decide.
    fn quorum(&self) -> u32 {
        2
    }

    /// Whether the grace period is over for a challenger that has seen one renewal for `waited`.
    fn grace_is_over(&self, policy: &Policy, waited: Span) -> bool {
        let grace = policy.grace_period_with_data_loss;
        grace.is_some_and(|grace| waited >= policy.lapsed_after(policy.ttl) + grace)
    }

    /// Whether a site that the register names, and that restarted or was handed the lease, may take it. It has
    /// its own log whole whatever the mode, for nobody else wrote since.
    fn may_resume(&self, claim: &Claim) -> bool {
        claim.certified && claim.end >= claim.frontier
    }

    /// What the register promises of a site that resumes. Under `async` the peer may lack what was acknowledged before,
    /// and nobody knows any more how old that is: with what follows it may be more than a takeover may lose.
    fn resumes_as(&self, replication: Replication, claim: &Claim) -> Mode {
        if replication == Replication::Async && claim.end > claim.frontier { Mode::Alone } else { claim.mode }
    }

    /// Whether the lease may be taken over once it has lapsed.
    fn may_take_over(&self, claim: &Claim) -> bool {
        let complete = claim.mode == Mode::Replicated && claim.end >= claim.frontier;
        claim.certified && (complete || claim.waived)
    }

    /// Whether an acknowledgement may leave.
    fn may_acknowledge(&self, standing: &Standing) -> bool {
        let replicated = match (standing.replication, standing.mode) {
            (Replication::SyncStrict, _) | (Replication::Sync, Mode::Replicated) => standing.on_peer,
            (Replication::Async, Mode::Replicated) => standing.on_peer || standing.is_within_lag(),
            (Replication::Sync | Replication::Async, Mode::Alone) => true,
        };
        standing.lease_valid && standing.durable && replicated
    }

    /// Whether a holder that is `alone` may promise `replicated` again: the peer has all that may have been
    /// acknowledged; under `async`, all but the youngest tail.
    fn has_caught_up(&self, peer: &CatchUp) -> bool {
        let enough = match peer.replication {
            Replication::Sync | Replication::SyncStrict => peer.on_peer >= peer.acknowledged,
            Replication::Async => {
                let few = peer.maximum_records.is_none_or(|most| peer.tail_records <= most / 4);
                peer.on_peer >= peer.inherited && peer.tail_age < Span(peer.maximum_lag.0 / 4) && few
            }
        };
        peer.in_touch && enough
    }

    /// Which index a standby reports as stored whose log ends at `end` and is durable through `durable`.
    fn stored_through(&self, durable: Index, end: Index) -> Index {
        let _ = end;
        durable
    }

    /// Whether a store that has seen `fence` takes records sent under `offered`.
    fn accepts_epoch(&self, fence: Epoch, offered: Epoch) -> bool {
        offered >= fence
    }

    /// Whether a voter that promised `promised` promises `offered`.
    fn may_promise(&self, promised: Ballot, offered: Ballot) -> bool {
        offered > promised
    }

    /// Whether a voter that promised `promised` accepts a value under `offered`.
    fn may_accept(&self, promised: Ballot, offered: Ballot) -> bool {
        offered >= promised
    }

    /// Whether a voter may vote whose record was written on the storage that it calls `named`, and which
    /// has `own` now: whether it remembers all that it promised.
    fn remembers(&self, named: Incarnation, own: Incarnation) -> bool {
        named == own
    }

    /// Whether everything of a tenant is in its new home, so that this may become its home.
    fn may_cut_over(&self, copied: &Copied) -> bool {
        copied.drained && copied.on_both && copied.here == copied.there
    }

    /// Whether a site of a unit answers for a tenant no longer that moves.
    fn has_left(&self, relocation: &Relocation, unit: Unit) -> bool {
        relocation.stage == Stage::CutOver && relocation.from == unit
    }

    /// Whether the site of a side erases what must not be left from copies of a class.
    fn purges(&self, side: Side, class: CopyClass) -> bool {
        let _ = (side, class);
        true
    }

    /// Whether the machine of a seat may be switched off, to be commissioned at another place: by a holder that goes
    /// on without it, while both others readmit the new one.
    fn may_commission(&self, vacancy: &Vacancy) -> bool {
        vacancy.lease_valid && !vacancy.own && vacancy.others_vote
    }

    /// Whether the old place of a seat may be emptied: nothing rests there any more that does not rest elsewhere.
    fn may_retire(&self, filling: &Filling) -> bool {
        let Filling { lease_valid, votes, replicated, backed_up, journaled } = *filling;
        lease_valid && votes && replicated && backed_up && journaled
    }

    /// Whether copies of a class are erased from a place that a unit has left.
    fn retires(&self, class: CopyClass) -> bool {
        let _ = class;
        true
    }

    /// Whether a voter waits for its disk before it answers.
    fn persists_first(&self) -> bool {
        true
    }
}

/// The service as it is shipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shipped;

impl Decisions for Shipped {}
