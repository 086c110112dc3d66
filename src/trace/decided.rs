//! Decisions on record: a service whose decisions are another's, each noted with its inputs.

use crate::service::decisions::{CatchUp, Claim, Decisions, Silence, Standing};
use crate::service::message::{Catalogue, Read, Write};
use crate::service::placement::{Candidates, Journey, Placement};
use crate::service::policy::{Policy, Replication};
use crate::service::relocation::{Copied, Relocation};
use crate::service::replacement::{Filling, Vacancy};
use crate::service::{Identity, Probe, ResidencyMap, Shipped};
use crate::terms::{
    Ballot, CopyClass, Datacenter, Epoch, Incarnation, Index, Mode, Monotonic, Record, Refusal, Register, Side, Span,
    Unit, UnitSet, Wall,
};
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::mem;
use std::rc::Rc;

/// A decision that was taken: the method of [`Decisions`], what it was given and what it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// `residence_of`, at a clock's time.
    Residence { record: Record, at: Wall, decided: Result<Placement, Refusal> },
    /// `stricter`, of what two maps say.
    Stricter {
        charter: Result<Placement, Refusal>,
        newest: Result<Placement, Refusal>,
        decided: Result<Placement, Refusal>,
    },
    /// `candidates`, of a unit.
    Candidates { unit: Unit, dark: bool, answer: Candidates },
    /// `is_dark`.
    Dark { silence: Silence, bound: Span, answer: bool },
    /// `keeps_media`.
    Media { answer: bool },
    /// `admits_map`, of a version.
    Map { version: u32, answer: bool },
    /// `lease_until`.
    Lease { sent: Monotonic, ttl: Span, until: Monotonic },
    /// `may_take_over`.
    TakeOver { claim: Claim, answer: bool },
    /// `may_acknowledge`.
    Acknowledge { standing: Standing, answer: bool },
    /// `accepts_epoch`.
    Epoch { fence: Epoch, offered: Epoch, answer: bool },
    /// `may_promise`.
    Promise { promised: Ballot, offered: Ballot, answer: bool },
    /// `may_accept`.
    Accept { promised: Ballot, offered: Ballot, answer: bool },
}

/// A decision on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) taken: Taken,
    /// Whether the shipped service would have answered something else.
    pub(super) unlike_shipped: bool,
}

/// Where decisions are noted, shared between the service and the trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes(Rc<RefCell<Vec<Note>>>);

impl Notes {
    fn note<T: Copy + PartialEq>(&self, answer: T, shipped: T, taken: impl FnOnce(T) -> Taken) -> T {
        self.0.borrow_mut().push(Note { taken: taken(answer), unlike_shipped: answer != shipped });
        answer
    }

    /// Forgets what was noted.
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// What was noted since, in order.
    pub(super) fn take(&self) -> Vec<Note> {
        mem::take(&mut self.0.borrow_mut())
    }
}

/// The service of `D`, with every decision noted. It decides as `D` does.
#[derive(Clone, Debug)]
pub(super) struct Noted<D> {
    decisions: D,
    notes: Notes,
}

impl<D> Noted<D> {
    /// The service of `decisions`, noted in `notes`.
    pub(super) const fn new(decisions: D, notes: Notes) -> Self {
        Self { decisions, notes }
    }
}

/// Two services are the same if they decide the same, whatever was noted.
impl<D: PartialEq> PartialEq for Noted<D> {
    fn eq(&self, other: &Self) -> bool {
        self.decisions == other.decisions
    }
}

impl<D: Eq> Eq for Noted<D> {}

impl<D: Hash> Hash for Noted<D> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.decisions.hash(state);
    }
}

impl<D: Decisions> Decisions for Noted<D> {
    fn residence_of(&self, policy: &Policy, map: &ResidencyMap, write: &Write, at: Wall) -> Result<Placement, Refusal> {
        let decided = self.decisions.residence_of(policy, map, write, at);
        let shipped = Shipped.residence_of(policy, map, write, at);
        self.notes.note(decided, shipped, |decided| Taken::Residence { record: write.record, at, decided })
    }

    fn stricter(
        &self,
        charter: Result<Placement, Refusal>,
        newest: Result<Placement, Refusal>,
    ) -> Result<Placement, Refusal> {
        let (decided, shipped) = (self.decisions.stricter(charter, newest), Shipped.stricter(charter, newest));
        self.notes.note(decided, shipped, |decided| Taken::Stricter { charter, newest, decided })
    }

    fn candidates(&self, map: &ResidencyMap, unit: Unit, dark: bool) -> Candidates {
        let (answer, shipped) = (self.decisions.candidates(map, unit, dark), Shipped.candidates(map, unit, dark));
        self.notes.note(answer, shipped, |answer| Taken::Candidates { unit, dark, answer })
    }

    fn is_dark(&self, silence: Silence, longest: Span) -> bool {
        let (answer, shipped) = (self.decisions.is_dark(silence, longest), Shipped.is_dark(silence, longest));
        self.notes.note(answer, shipped, |answer| Taken::Dark { silence, bound: longest, answer })
    }

    fn keeps_media(&self) -> bool {
        self.notes.note(self.decisions.keeps_media(), Shipped.keeps_media(), |answer| Taken::Media { answer })
    }

    fn admits_map(&self, identity: &Identity, map: &ResidencyMap) -> bool {
        let (answer, shipped) = (self.decisions.admits_map(identity, map), Shipped.admits_map(identity, map));
        self.notes.note(answer, shipped, |answer| Taken::Map { version: map.version, answer })
    }

    fn lease_until(&self, policy: &Policy, sent: Monotonic, answered: Monotonic, ttl: Span) -> Monotonic {
        let until = self.decisions.lease_until(policy, sent, answered, ttl);
        let shipped = Shipped.lease_until(policy, sent, answered, ttl);
        self.notes.note(until, shipped, |until| Taken::Lease { sent, ttl, until })
    }

    fn may_take_over(&self, claim: &Claim) -> bool {
        let (answer, shipped) = (self.decisions.may_take_over(claim), Shipped.may_take_over(claim));
        self.notes.note(answer, shipped, |answer| Taken::TakeOver { claim: *claim, answer })
    }

    fn may_acknowledge(&self, standing: &Standing) -> bool {
        let (answer, shipped) = (self.decisions.may_acknowledge(standing), Shipped.may_acknowledge(standing));
        self.notes.note(answer, shipped, |answer| Taken::Acknowledge { standing: *standing, answer })
    }

    fn accepts_epoch(&self, fence: Epoch, offered: Epoch) -> bool {
        let (answer, shipped) = (self.decisions.accepts_epoch(fence, offered), Shipped.accepts_epoch(fence, offered));
        self.notes.note(answer, shipped, |answer| Taken::Epoch { fence, offered, answer })
    }

    fn may_promise(&self, promised: Ballot, offered: Ballot) -> bool {
        let (answer, shipped) = (self.decisions.may_promise(promised, offered), Shipped.may_promise(promised, offered));
        self.notes.note(answer, shipped, |answer| Taken::Promise { promised, offered, answer })
    }

    fn may_accept(&self, promised: Ballot, offered: Ballot) -> bool {
        let (answer, shipped) = (self.decisions.may_accept(promised, offered), Shipped.may_accept(promised, offered));
        self.notes.note(answer, shipped, |answer| Taken::Accept { promised, offered, answer })
    }

    // What follows is asked so often, or says so little by itself, that it is passed on and not noted.

    fn stands_at(&self, identity: &Identity, probe: Probe) -> Option<Datacenter> {
        self.decisions.stands_at(identity, probe)
    }

    fn parts_of(&self, policy: &Policy, map: &ResidencyMap, read: &Read, at: Wall) -> UnitSet {
        self.decisions.parts_of(policy, map, read, at)
    }

    fn may_travel(&self, policy: &Policy, map: &ResidencyMap, journey: Journey, unit: Unit) -> bool {
        self.decisions.may_travel(policy, map, journey, unit)
    }

    fn backup_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter) -> Candidates {
        self.decisions.backup_targets(map, unit, beside)
    }

    fn staging_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter) -> Candidates {
        self.decisions.staging_targets(map, unit, beside)
    }

    fn copy_targets(&self, map: &ResidencyMap, unit: Unit, beside: Datacenter, class: CopyClass) -> Candidates {
        self.decisions.copy_targets(map, unit, beside, class)
    }

    fn copied_after(&self, class: CopyClass, known: Index) -> Index {
        self.decisions.copied_after(class, known)
    }

    fn copied_at_boot(&self, end: Index) -> Index {
        self.decisions.copied_at_boot(end)
    }

    fn staged_through(&self, end: Index) -> Index {
        self.decisions.staged_through(end)
    }

    fn backed_up_through(&self, end: Index) -> Index {
        self.decisions.backed_up_through(end)
    }

    fn deletes(&self, class: CopyClass) -> bool {
        self.decisions.deletes(class)
    }

    fn tells_content(&self, class: CopyClass) -> bool {
        self.decisions.tells_content(class)
    }

    fn admits_backup(&self, identity: &Identity, backup: &Catalogue) -> bool {
        self.decisions.admits_backup(identity, backup)
    }

    fn lapsed_after(&self, policy: &Policy, ttl: Span) -> Span {
        self.decisions.lapsed_after(policy, ttl)
    }

    fn shows_life(&self, seen: &Register, register: &Register) -> bool {
        self.decisions.shows_life(seen, register)
    }

    fn grants_by_reading(&self) -> bool {
        self.decisions.grants_by_reading()
    }

    fn quorum(&self) -> u32 {
        self.decisions.quorum()
    }

    fn grace_is_over(&self, policy: &Policy, waited: Span) -> bool {
        self.decisions.grace_is_over(policy, waited)
    }

    fn may_resume(&self, claim: &Claim) -> bool {
        self.decisions.may_resume(claim)
    }

    fn resumes_as(&self, replication: Replication, claim: &Claim) -> Mode {
        self.decisions.resumes_as(replication, claim)
    }

    fn has_caught_up(&self, peer: &CatchUp) -> bool {
        self.decisions.has_caught_up(peer)
    }

    fn stored_through(&self, durable: Index, end: Index) -> Index {
        self.decisions.stored_through(durable, end)
    }

    fn remembers(&self, named: Incarnation, own: Incarnation) -> bool {
        self.decisions.remembers(named, own)
    }

    fn may_cut_over(&self, copied: &Copied) -> bool {
        self.decisions.may_cut_over(copied)
    }

    fn has_left(&self, relocation: &Relocation, unit: Unit) -> bool {
        self.decisions.has_left(relocation, unit)
    }

    fn purges(&self, side: Side, class: CopyClass) -> bool {
        self.decisions.purges(side, class)
    }

    fn may_commission(&self, vacancy: &Vacancy) -> bool {
        self.decisions.may_commission(vacancy)
    }

    fn may_retire(&self, filling: &Filling) -> bool {
        self.decisions.may_retire(filling)
    }

    fn retires(&self, class: CopyClass) -> bool {
        self.decisions.retires(class)
    }

    fn persists_first(&self) -> bool {
        self.decisions.persists_first()
    }
}
