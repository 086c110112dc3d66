//! The oracle: says from facts alone whether every promise held. **Imports neither `service` nor
//! `sim` nor `scenario`.**
//!
//! [`Audit`] hands each fact to the ledger, which folds it once, and to the invariants that read it.
//! It takes no word of production's: [`Fact::Announced`] is ignored, a grant is what two voters hold
//! on disk, and where a record may rest is computed from its birth and the [`Contract`]. What is
//! promised of residence is the table of `rules`; how long news may take is in `slack`; why a case is
//! not judged is in `reasons`.
//!
//! To add an invariant: one file in `invariants`, one row in [`INVARIANTS`], and the lines below that
//! say which facts it reads.

mod contract;
mod copies;
mod coverage;
mod docket;
mod invariants;
mod ledger;
mod partly;
mod reasons;
mod rules;
mod slack;
#[cfg(test)]
mod tests;

pub use contract::{CardTerms, Contract, Leaver, LossTerms, MoveTerms, SeatTerms, UnitTerms};
pub use coverage::{Cell, Coverage, Covered, NO_FAULT, Required, Rests, TenantSeen};
pub use docket::{Breach, Finding, Suspension};

use crate::facts::{Dropped, Fact, Observer};
use crate::terms::{Birth, CopyClass, Datacenter, Epoch, Instant, Lines, Position, Seat, Unit, VoterRecord};
use coverage::Seen;
use invariants::{
    acknowledged_loss::AcknowledgedLoss, call_media::CallMediaNeverRests, candidates::CandidatesInside,
    colocation::Colocation, convergence::Convergence, epochs::EpochsGrow, inventory::Inventory, moves::LeavesNothing,
    opaque::OutsideIsOpaque, recovery_time::RecoveryTime, refusals::RefusalsNecessary, residence::RestsInside,
    seats::LeavesPlaces, stale::StaleNeverPromoted, whole_reads::WholeReads, writers::OneWriter,
};
use ledger::{Landing, Ledger};

/// Every invariant: its identifier and its promise, in the order of reports.
pub const INVARIANTS: &[(&str, &str)] = &[
    ("RES-1", "every landing of content rests inside its residence"),
    ("RES-2", "records that belong together rest in one scale unit"),
    ("RES-3", "call media never rests"),
    ("RES-4", "what rests or travels outside is opaque"),
    ("RES-5", "a tenant or seat that moves has one home, takes everything along, and leaves nothing behind"),
    ("RES-6", "no candidate list names a datacenter outside the boundary"),
    ("RES-7", "every refusal was necessary"),
    ("RES-8", "a conversation is read whole"),
    ("RES-9", "every copy holds what it ought to, and nothing else"),
    ("FO-1", "nothing is acknowledged under a superseded epoch, and one site writes in each"),
    ("FO-2", "epochs and ballots never go back"),
    ("FO-3", "acknowledged records are lost only as the survivability table promises"),
    ("FO-4", "an automatic failover ends within its bound"),
    ("FO-5", "a stale copy is never promoted silently"),
    ("FO-6", "after the faults the service converges"),
];

/// The oracle of one run.
#[derive(Debug)]
pub struct Audit {
    ledger: Ledger,
    seen: Seen,
    residence: RestsInside,
    colocation: Colocation,
    call_media: CallMediaNeverRests,
    opaque: OutsideIsOpaque,
    moved: LeavesNothing,
    seats: LeavesPlaces,
    candidates: CandidatesInside,
    refusals: RefusalsNecessary,
    reads: WholeReads,
    inventory: Inventory,
    writers: OneWriter,
    epochs: EpochsGrow,
    loss: AcknowledgedLoss,
    recovery: RecoveryTime,
    stale: StaleNeverPromoted,
    convergence: Convergence,
    /// When the next inventory is taken that the contract asks for.
    next_inventory: Instant,
}

impl Audit {
    /// An oracle that holds a run to a contract.
    pub fn new(contract: Contract) -> Self {
        let units = contract.units.len();
        let next_inventory = contract.inventories.first().copied().unwrap_or(Instant::NEVER);
        Self {
            seen: Seen::new(&contract),
            seats: LeavesPlaces::new(&contract.seats),
            ledger: Ledger::new(contract),
            residence: RestsInside::default(),
            colocation: Colocation::default(),
            call_media: CallMediaNeverRests::default(),
            opaque: OutsideIsOpaque::default(),
            moved: LeavesNothing::default(),
            candidates: CandidatesInside::default(),
            refusals: RefusalsNecessary::new(units),
            reads: WholeReads::default(),
            inventory: Inventory::default(),
            writers: OneWriter::new(units),
            epochs: EpochsGrow::new(units),
            loss: AcknowledgedLoss::default(),
            recovery: RecoveryTime::new(units),
            stale: StaleNeverPromoted::default(),
            convergence: Convergence::new(units),
            next_inventory,
        }
    }

    /// What was seen so far.
    pub fn coverage(&self) -> Coverage {
        self.seen.finish()
    }

    /// What was found, one finding for each row of [`INVARIANTS`].
    ///
    /// # Panics
    ///
    /// If a row has no docket: a defect of this file.
    pub fn finish(self) -> Vec<Finding> {
        let dockets = [
            self.residence.docket,
            self.colocation.docket,
            self.call_media.docket,
            self.opaque.docket,
            self.moved.docket,
            self.candidates.docket,
            self.refusals.docket,
            self.reads.docket,
            self.inventory.docket,
            self.writers.docket,
            self.epochs.docket,
            self.loss.finish(&self.ledger),
            self.recovery.docket,
            self.stale.docket,
            self.convergence.docket,
        ];
        assert_eq!(dockets.len(), INVARIANTS.len(), "one docket for each invariant");
        dockets.into_iter().zip(INVARIANTS).map(|(docket, row)| docket.finding(*row)).collect()
    }

    fn landed(&mut self, at: Instant, birth: &Birth, landing: &Landing) {
        let ledger = &mut self.ledger;
        let residence = ledger.residence(birth, at);
        self.seen.landed(&ledger.contract, at, birth, ledger.home_of(birth.tenant), residence, landing);
        self.residence.landed(ledger, at, birth, residence, landing);
        self.opaque.landed(at, landing.unit, landing.copy, landing.datacenter);
        self.seats.acted(&mut self.moved.docket, at, (landing.unit, landing.datacenter), Some(landing.copy));
        self.colocation.landed(ledger, at, birth, landing);
        self.call_media.landed(at, birth, landing);
        ledger.landed(at, birth, residence, landing);
        self.loss.landed(birth, landing);
        if landing.copy == CopyClass::Replica {
            self.writers.replicated(ledger, at, landing.unit, landing.datacenter);
        }
    }

    /// A run of a unit's log came to rest.
    fn range_landed(&mut self, at: Instant, copy: CopyClass, (unit, datacenter): (Unit, Datacenter), run: ledger::Run) {
        let (ledger, (epoch, first, last)) = (&mut self.ledger, run);
        self.residence.range_landed(ledger, at, copy, datacenter, unit, (first, last));
        self.seen.range_landed(&ledger.contract, copy, datacenter, unit, last + 1 - first);
        self.opaque.landed(at, unit, copy, datacenter);
        self.seats.acted(&mut self.moved.docket, at, (unit, datacenter), Some(copy));
        ledger.shelved(at, copy, (unit, datacenter), run);
        if copy == CopyClass::Replica {
            self.writers.replicated(ledger, at, unit, datacenter);
        }
        if matches!(copy, CopyClass::Log | CopyClass::Replica) {
            ledger.range_landed(at, unit, datacenter, epoch, (first, last));
        }
    }

    /// Lines without content came to rest.
    fn told(&mut self, at: Instant, lines: Lines, datacenter: Option<Datacenter>) {
        self.opaque.told(&self.ledger, at, lines, datacenter);
        if let Some(here) = datacenter {
            self.seats.acted(&mut self.moved.docket, at, (lines.unit, here), Some(lines.class));
            self.seen.range_landed(&self.ledger.contract, lines.class, here, lines.unit, lines.count);
        }
    }

    fn acknowledged(
        &mut self,
        at: Instant,
        birth: &Birth,
        unit: Unit,
        datacenter: Datacenter,
        (epoch, position): (Epoch, Position),
    ) {
        let ledger = &mut self.ledger;
        ledger.acknowledged(at, birth, unit, epoch, position);
        self.residence.acknowledged(ledger, at, birth, unit);
        self.writers.acknowledged(ledger, at, birth, unit, datacenter, epoch);
        self.epochs.acknowledged(unit, datacenter, position);
        self.loss.acknowledged(ledger, at, birth, unit, datacenter, (epoch, position));
        self.moved.acknowledged(ledger, at, birth, unit);
        self.seats.acted(&mut self.moved.docket, at, (unit, datacenter), None);
        self.refusals.acknowledged(birth, unit);
        self.recovery.acknowledged(unit, datacenter);
        self.convergence.acknowledged(at, birth, unit);
    }

    fn persisted(&mut self, at: Instant, unit: Unit, seat: Seat, datacenter: Datacenter, record: VoterRecord) {
        self.seats.acted(&mut self.moved.docket, at, (unit, datacenter), Some(CopyClass::WitnessRecord));
        let (persisted, succession) = self.ledger.persisted(at, unit, seat, record);
        self.epochs.persisted(&self.ledger, at, unit, datacenter, &persisted);
        if let Some(grant) = persisted.grant {
            self.recovery.granted(&self.ledger, at, unit, &grant.register);
        }
        if let Some(succession) = succession {
            self.stale.succeeded(&self.ledger, at, unit, &succession);
            self.loss.succeeded(&self.ledger, at, unit, succession);
        }
    }

    /// A moment has come that the contract names: every copy is looked at, as it was just before.
    #[cold]
    fn take_inventory(&mut self, at: Instant) {
        self.inventory.taken(&self.ledger, self.next_inventory);
        let later = self.ledger.contract.inventories.iter().find(|&&moment| moment > at);
        self.next_inventory = later.copied().unwrap_or(Instant::NEVER);
    }

    fn ended(&mut self, at: Instant, unfinished: u64) {
        self.inventory.taken(&self.ledger, at);
        self.convergence.ended(&self.ledger, at, unfinished);
        self.loss.ended(&self.ledger, at);
        self.moved.ended(&self.ledger, at);
        self.seats.ended(&mut self.moved.docket, &self.ledger, at);
    }

    /// An operator ordered something, or something happened to backups, a lost store, or a tenant that moves.
    fn operated(&mut self, at: Instant, fact: &Fact) {
        let ledger = &mut self.ledger;
        match *fact {
            Fact::Ordered { unit, forced } => {
                ledger.ordered(unit, forced);
                self.refusals.ordered(unit);
            }
            Fact::RefoundOrdered { unit, .. } => {
                ledger.registers.refound_ordered(unit);
                self.refusals.ordered(unit);
            }
            Fact::TargetsListed { unit, copy, candidates } => {
                self.candidates.for_copies(ledger, at, unit, copy, candidates);
            }
            Fact::BackedUp { unit, datacenter, taken, end } => {
                self.loss.backed_up(ledger, at, unit, datacenter, (taken, end));
                ledger.backup(fact);
            }
            Fact::Restored { unit, side, end, .. } => {
                self.loss.restored(ledger, at, unit, end);
                self.inventory.restored(ledger, at, unit, (side, end));
                ledger.backup(fact);
            }
            Fact::Moving(ref what) => {
                ledger.homes.moving(at, what);
                self.moved.moving(ledger, at, what);
            }
            Fact::Seating(what) => self.seating(at, what),
            Fact::BackupsLost(datacenter) => {
                self.seats.media_lost(datacenter);
                ledger.backup(fact);
            }
            Fact::RestoreOrdered(_) => ledger.backup(fact),
            Fact::StoreCertified { unit, side, datacenter } => {
                self.stale.certified(ledger, at, unit, side, datacenter);
                ledger.certified(at, unit, side);
            }
            _ => {}
        }
    }
}

impl Observer for Audit {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        if at >= self.next_inventory {
            self.take_inventory(at);
        }
        let ledger = &mut self.ledger;
        match *fact {
            Fact::TenantFounded(tenancy) => ledger.founded(tenancy),
            Fact::ConversationOpened(ref opening) => ledger.opened(opening),
            Fact::RecordBorn(ref birth) => self.call_media.born(birth),
            Fact::CandidatesListed { ref birth, unit, candidates } => {
                self.candidates.listed(ledger, at, birth, unit, candidates);
                self.opaque.sent(ledger, at, birth, unit);
                self.convergence.placed(birth, unit);
                ledger.heard.listed(at, birth.author, unit, candidates);
            }
            Fact::WriteReceived { ref birth, unit, datacenter, queue } => {
                ledger.queue_seen(at, datacenter, queue);
                self.recovery.received(ledger, at, birth, (unit, datacenter));
            }
            Fact::Landed { ref birth, copy, datacenter, unit, position } => {
                self.landed(at, birth, &Landing { copy, datacenter, unit, position });
            }
            Fact::RangeLanded { copy, datacenter, unit, epoch, first, last } => {
                self.range_landed(at, copy, (unit, datacenter), (epoch, first, last));
            }
            Fact::TailCut { datacenter, unit, keeps } => {
                self.epochs.tail_cut(ledger, at, unit, datacenter, keeps);
                ledger.tail_cut(unit, datacenter, keeps);
            }
            Fact::VoterPersisted { unit, seat, datacenter, record } => {
                self.persisted(at, unit, seat, datacenter, record.get());
            }
            Fact::Acknowledged { ref birth, unit, datacenter, epoch, position } => {
                self.acknowledged(at, birth, unit, datacenter, (epoch, position));
            }
            Fact::WriteRefused { ref birth, unit, site, refusal, queue } => {
                self.refused(at, birth, &invariants::Refused { unit, site, refusal, queue });
            }
            Fact::Unserved(unserved) => ledger.unserved(at, unserved),
            Fact::Dropped(Dropped { datacenter, waited, .. }) => ledger.waited(at, datacenter, waited),
            Fact::Queued { ref birth, unit } => self.convergence.queued(at, birth, unit),
            Fact::Read { conversation, reader, network, asked, shown, withheld } => {
                self.opaque.shown(ledger, at, conversation, network, shown);
                let reading = invariants::Reading { conversation, reader, network, asked, shown, withheld };
                self.reads.read(ledger, at, &reading);
                self.moved.read(ledger, at, conversation, asked, shown);
            }
            Fact::Power { .. }
            | Fact::Link { .. }
            | Fact::LinkQuality { .. }
            | Fact::Access { .. }
            | Fact::Paused { .. }
            | Fact::UnitPaused { .. }
            | Fact::Disk { .. }
            | Fact::MemoryLost { .. }
            | Fact::StorageLost { .. }
            | Fact::Configured(_) => {
                ledger.disturbed(at, fact);
                self.recovery.disturbed(ledger, at);
            }
            Fact::ClockChanged { datacenter, offset_us, drift_ppm } => {
                ledger.clock(at, datacenter, offset_us, drift_ppm);
            }
            Fact::Capacity { datacenter, share_ppm } => ledger.world.throttled(datacenter, share_ppm),
            Fact::Ordered { .. }
            | Fact::RefoundOrdered { .. }
            | Fact::RestoreOrdered(_)
            | Fact::TargetsListed { .. }
            | Fact::BackedUp { .. }
            | Fact::Restored { .. }
            | Fact::Moving(_)
            | Fact::Seating(_)
            | Fact::BackupsLost { .. }
            | Fact::StoreCertified { .. } => self.operated(at, fact),
            Fact::LivenessBegan => self.convergence.liveness_began(at),
            Fact::Ended { unfinished } => self.ended(at, unfinished),
            Fact::Restless(restless) => self.restless(at, restless),
            Fact::Load { .. } => {
                ledger.time_passed(at);
                self.recovery.time_passed(ledger, at);
                self.loss.schedule_seen(ledger, at);
                self.moved.time_passed(ledger, at);
                self.seats.time_passed(&mut self.moved.docket, ledger, at);
            }
            Fact::FaultBegan { fault } => self.seen.fault_began(fault),
            Fact::FaultEnded { fault } => self.seen.fault_ended(fault),
            Fact::Copies(copies) => self.copied(at, copies),
            Fact::Reread(ref reread) => self.reread(at, reread),
            Fact::Confirmed { ref birth, .. } => self.convergence.is_over(birth),
            Fact::Lag { .. }
            | Fact::Retried(_)
            | Fact::MapPushed { .. }
            | Fact::Reconciled(_)
            | Fact::Pending(_)
            | Fact::GoneForGood(_)
            | Fact::Announced { .. } => {}
        }
    }
}
