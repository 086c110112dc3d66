//! What the oracle remembers: the facts folded once, for every invariant to read.
//!
//! [`world`] is the physical state, [`registers`] the leases as voters hold them, [`logs`] what each
//! site's log holds, [`tails`] what was cut out of it, [`shelves`] what copies of it hold, [`people`] tenants and
//! conversations, [`families`] records that travel together, [`homes`] tenants that move, [`seats`] seats that do,
//! [`heard`] who knows of that, [`told`] what sites were told untruly, [`residences`] where a record may rest. Memory grows with the population and
//! with what is not yet replicated, never with the number of messages but for four bytes in every 256.

mod backups;
mod families;
mod heard;
mod homes;
mod landing;
mod logs;
mod people;
mod registers;
mod residences;
mod seats;
mod shelves;
mod tails;
mod told;
mod world;

pub(super) use homes::{Home, Homes};
pub(super) use landing::Landing;
pub(super) use logs::Acknowledgement;
pub(super) use people::Talk;
pub(super) use registers::{Granted, LeaseBook, Persisted};
pub(super) use shelves::{Run, Shelf, lacking};

use super::rules::Residence;
use super::{Contract, UnitTerms, slack};
use crate::facts::Fact;
use crate::terms::{
    Birth, BoundarySet, Conversation, CopyClass, Datacenter, Epoch, Index, Instant, Opening, Position, Register, Seat,
    Side, Span, Tenancy, Tenant, Unit, VoterRecord,
};
use backups::BackupBook;
use families::Families;
use heard::Heard;
use logs::UnitLogs;
use people::People;
use registers::Registers;
use shelves::{Refusing, UnitShelves};
use tails::Tails;
use told::Told;
use world::World;

/// A new epoch was granted.
#[derive(Debug)]
pub(super) struct Succession {
    /// The value granted last under the epoch before.
    pub before: Granted,
    /// The value granted now.
    pub register: Register,
    /// What was acknowledged and is not on the new holder's disk.
    pub lost: Vec<Acknowledgement>,
    /// Whether an operator had ordered it.
    pub forced: bool,
    /// Where the register was founded anew on a restored store: whether an operator had ordered that.
    pub restored: Option<bool>,
}

/// Everything remembered.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) contract: Contract,
    pub(super) world: World,
    pub(super) registers: Registers,
    logs: Vec<UnitLogs>,
    backups: Vec<BackupBook>,
    shelves: Vec<UnitShelves>,
    refusing: Refusing,
    tails: Vec<Tails>,
    people: People,
    families: Families,
    pub(super) homes: Homes,
    pub(super) told: Told,
    pub(super) heard: Heard,
}

impl Ledger {
    pub(super) fn new(contract: Contract) -> Self {
        Self {
            world: World::new(contract.datacenters.len(), contract.units.len(), contract.start),
            registers: Registers::new(contract.units.len(), contract.start),
            logs: vec![UnitLogs::default(); contract.units.len()],
            backups: vec![BackupBook::default(); contract.units.len()],
            shelves: vec![UnitShelves::default(); contract.units.len()],
            refusing: Refusing::default(),
            tails: vec![Tails::default(); contract.units.len()],
            people: People::default(),
            families: Families::default(),
            homes: Homes::default(),
            told: Told::default(),
            heard: Heard::default(),
            contract,
        }
    }

    /// Every scale unit.
    pub(super) fn units(&self) -> impl Iterator<Item = Unit> + use<> {
        (0..self.contract.units.len()).map(|unit| Unit(u8::try_from(unit).expect("at most 64 units")))
    }

    /// The terms of a unit.
    pub(super) fn terms(&self, unit: Unit) -> &UnitTerms {
        self.contract.unit(unit)
    }

    /// The lease register of a unit.
    pub(super) fn lease(&self, unit: Unit) -> &LeaseBook {
        self.registers.of(unit)
    }

    /// The logs of a unit.
    pub(super) fn logs(&self, unit: Unit) -> &UnitLogs {
        &self.logs[unit.index()]
    }

    /// The backups of a unit.
    pub(super) fn backups(&self, unit: Unit) -> &BackupBook {
        &self.backups[unit.index()]
    }

    /// What was cut out of a unit's logs and is to be set aside.
    pub(super) fn tails(&self, unit: Unit) -> &Tails {
        &self.tails[unit.index()]
    }

    /// What a tenant's contract says.
    pub(super) fn tenancy(&self, tenant: Tenant) -> &Tenancy {
        self.people.tenancy(tenant)
    }

    /// The conversation of a handle.
    pub(super) fn talk(&self, conversation: Conversation) -> &Talk {
        self.people.talk(conversation)
    }

    /// Since when the processes of a unit at two datacenters have been running and hearing each other.
    pub(super) fn linked_since(&self, unit: Unit, a: Datacenter, b: Datacenter) -> Option<Instant> {
        let moving = self.world.moving_since(unit, a)?.max(self.world.moving_since(unit, b)?);
        Some(self.world.linked_since(a, b)?.max(moving))
    }

    /// Since when both sites of a unit have been running, used, and hearing each other.
    pub(super) fn paired_since(&self, unit: Unit) -> Option<Instant> {
        let [a, b] = self.terms(unit).sites;
        let [here, there] = Side::BOTH.map(|side| self.told.attested_since(unit, side));
        Some(self.linked_since(unit, a, b)?.max(here?).max(there?))
    }

    /// Since when clients have reached the processes of a unit at a datacenter.
    pub(super) fn reachable_since(&self, unit: Unit, at: Datacenter) -> Option<Instant> {
        Some(self.world.reachable_since(at)?.max(self.world.moving_since(unit, at)?))
    }

    /// How many requests may wait at a datacenter before it refuses as overloaded.
    pub(super) fn fills_at(&self, datacenter: Datacenter) -> u32 {
        self.contract.fills_at(datacenter, self.world.share_ppm(datacenter))
    }

    /// Since when a site has reached a voter that may vote, and that can write it down.
    pub(super) fn vote_since(&self, unit: Unit, side: Side, seat: Seat) -> Option<Instant> {
        let terms = self.terms(unit);
        let linked = self.linked_since(unit, terms.site(side), terms.voter(seat))?;
        let quick = self.world.quick_since(unit, terms.voter(seat))?;
        Some(linked.max(quick).max(self.lease(unit).votes_since(seat)?))
    }

    /// Since when a site has reached a majority of voters that may vote, its own among them.
    pub(super) fn majority_since(&self, unit: Unit, side: Side) -> Option<Instant> {
        let mut since = Seat::ALL.map(|seat| self.vote_since(unit, side, seat).unwrap_or(Instant::NEVER));
        since.sort_unstable();
        Some(since[self.lease(unit).majority() - 1]).filter(|&last| last < Instant::NEVER)
    }

    /// Since when a site has reached both other voters of its unit, of which a majority may vote: a
    /// third that lost its memory is brought back within a few attempts.
    pub(super) fn both_since(&self, unit: Unit, side: Side) -> Option<Instant> {
        let terms = self.terms(unit);
        let own = terms.site(side);
        let [peer, witness] = [side.peer().seat(), Seat::Witness].map(|seat| {
            Some(self.linked_since(unit, own, terms.voter(seat))?.max(self.world.quick_since(unit, terms.voter(seat))?))
        });
        Some(peer?.max(witness?).max(self.majority_since(unit, side)?))
    }

    /// Whether a site's log has all that is known to be on both sites.
    pub(super) fn is_sound(&self, unit: Unit, side: Side) -> bool {
        let known = self.lease(unit).granted().map(|granted| granted.register.frontier).unwrap_or_default();
        self.logs(unit).store(side).holds(known)
    }

    /// Since when a site has had all that it takes to serve, except the lease itself.
    pub(super) fn able_since(&self, unit: Unit, side: Side) -> Option<Instant> {
        let own = self.terms(unit).site(side);
        let well = self.reachable_since(unit, own)?.max(self.world.quick_since(unit, own)?);
        let certified = self.logs(unit).certified_since(side)?;
        let majority = self.majority_since(unit, side)?;
        let attested = self.told.attested_since(unit, side)?;
        self.is_sound(unit, side).then_some(well.max(majority).max(certified).max(attested))
    }

    /// Whether a site has been able to serve for at least `span`.
    pub(super) fn was_able_for(&self, unit: Unit, side: Side, span: Span, now: Instant) -> bool {
        self.able_since(unit, side).is_some_and(|since| now - since >= span)
    }

    /// Whether a site certainly holds the lease and knows it. With one other voter only, answers that
    /// a link loses, of which there is no fact, may have taken the lease away.
    pub(super) fn surely_holds(&self, unit: Unit, side: Side, now: Instant) -> bool {
        let lease = self.lease(unit);
        let Some(granted) = lease.granted().filter(|granted| granted.register.holder == side) else { return false };
        let rho = u64::from(self.contract.rho_ppm);
        let valid = granted.register.ttl.scale(1_000_000 - rho, 1_000_000 + rho).saturating_sub(slack::IN_FLIGHT);
        let settled = self.contract.ttl + slack::SETTLING;
        now - granted.at < valid
            && now - lease.epoch_since() > settled
            && lease.last_wiped().is_none_or(|at| now - at > settled)
            && self.both_since(unit, side).is_some_and(|since| now - since > settled)
            && self.was_able_for(unit, side, settled, now)
    }

    /// Whether the queues of a unit's sites were long within `span` before `now`.
    pub(super) fn was_busy(&self, unit: Unit, now: Instant, span: Span) -> bool {
        self.terms(unit).sites.into_iter().any(|site| self.world.was_busy(site, now, span))
    }
}

/// The folding, one method a fact.
impl Ledger {
    pub(super) fn founded(&mut self, tenancy: Tenancy) {
        self.people.founded(tenancy);
    }

    pub(super) fn opened(&mut self, opening: &Opening) {
        self.people.opened(opening);
    }

    /// Content came to rest; its residence was judged before.
    pub(super) fn landed(&mut self, at: Instant, birth: &Birth, residence: Residence, landing: &Landing) {
        let Some(side) = self.contract.unit(landing.unit).side_at(landing.datacenter) else { return };
        let logs = &mut self.logs[landing.unit.index()];
        let Position { epoch, index } = landing.position;
        match landing.copy {
            CopyClass::Log => {
                let limits = if residence.is_promised() { residence.allowed } else { BoundarySet::ALL };
                logs.resides(index, limits);
                logs.landed(side, epoch, (index, index), at);
                let peer = self.contract.unit(landing.unit).site(side.peer());
                self.world.sends((landing.datacenter, peer), birth.size, self.contract.bandwidth, at);
                self.families.landed(birth, landing.unit, residence);
            }
            CopyClass::Replica => logs.landed(side, epoch, (index, index), at),
            CopyClass::QuarantinedTail => self.tails[landing.unit.index()].set_aside(side, landing.position),
            _ => {}
        }
    }

    pub(super) fn range_landed(
        &mut self,
        at: Instant,
        unit: Unit,
        datacenter: Datacenter,
        epoch: Epoch,
        run: (Index, Index),
    ) {
        if let Some(side) = self.contract.unit(unit).side_at(datacenter) {
            self.logs[unit.index()].landed(side, epoch, run, at);
        }
    }

    pub(super) fn tail_cut(&mut self, unit: Unit, datacenter: Datacenter, keeps: Position) {
        self.shelves[unit.index()].cut(datacenter, keeps);
        if let Some(side) = self.contract.unit(unit).side_at(datacenter) {
            // What stood in the way of a restore, or is erased after a move, is not kept.
            let left = self.homes.all().iter().any(|home| home.leaves().is_some_and(|(left, _)| left == unit));
            if !left && !self.backups[unit.index()].is_ordered() {
                self.tails[unit.index()].cut(&self.logs[unit.index()], side, keeps);
            }
            self.logs[unit.index()].tail_cut(side, keeps);
        }
    }

    /// What is acknowledged under a superseded epoch is not the unit's to keep: see FO-3.
    pub(super) fn acknowledged(&mut self, at: Instant, birth: &Birth, unit: Unit, epoch: Epoch, position: Position) {
        let moved = self.families.is_elsewhere(birth, unit).then(|| self.residence(birth, at));
        self.families.acknowledged(birth, unit, moved);
        if birth.kind.is_made_by_people() {
            self.people.acknowledged(birth.conversation, unit, at);
        }
        if epoch >= self.registers.epoch(unit) {
            self.logs[unit.index()].acknowledged(Acknowledgement { position, at, record: birth.record });
            self.backups[unit.index()].acknowledged(position, at);
            self.shelves[unit.index()].acknowledged(position, epoch);
        }
    }

    /// Something happened to backups.
    pub(super) fn backup(&mut self, fact: &Fact) {
        match *fact {
            Fact::BackedUp { unit, datacenter, end, .. } => self.backups[unit.index()].backed_up(datacenter, end),
            Fact::BackupsLost(datacenter) => {
                self.backups.iter_mut().for_each(|book| book.lost(datacenter));
                self.shelves.iter_mut().for_each(|shelves| shelves.media_lost(datacenter));
            }
            Fact::RestoreOrdered(unit) => self.backups[unit.index()].ordered(),
            Fact::Restored { unit, side, .. } => {
                let ordered = self.backups[unit.index()].restored();
                self.shelves[unit.index()].staged();
                self.registers.of_mut(unit).restored(side, ordered);
            }
            _ => {}
        }
    }

    pub(super) fn certified(&mut self, at: Instant, unit: Unit, side: Side) {
        self.logs[unit.index()].certified(side, at);
    }

    /// A voter's record became durable: what that changed, and the succession that it completed.
    pub(super) fn persisted(
        &mut self,
        at: Instant,
        unit: Unit,
        seat: Seat,
        record: VoterRecord,
    ) -> (Persisted, Option<Succession>) {
        self.world.acted(self.contract.unit(unit).voter(seat), at);
        let persisted = self.registers.of_mut(unit).persisted(seat, record, at);
        let succession = persisted.grant.and_then(|grant| {
            let before = grant.supersedes()?;
            let book = self.registers.of_mut(unit);
            let holder = grant.register.holder;
            let (forced, restored) = (book.take_forced(), book.take_restored(holder));
            let (mut lost, logs) = (Vec::new(), &mut self.logs[unit.index()]);
            logs.abandon(holder, |acknowledgement| lost.push(acknowledgement));
            self.backups[unit.index()].left_behind(|position| logs.store(holder).holds(position));
            Some(Succession { before, register: grant.register, lost, forced, restored })
        });
        (persisted, succession)
    }

    /// Something physical broke or was mended, or a site was told something.
    pub(super) fn disturbed(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::Power { datacenter, on } => self.world.power(datacenter, on, at),
            Fact::Link { from, to, up } => self.world.cut_or_mended(from, to, up, at),
            Fact::LinkQuality { from, to, loss_ppm, delay } => {
                self.world.quality((from, to), slack::is_clear(self.contract.attempt, loss_ppm, delay), at);
            }
            Fact::Access { datacenter, up } => self.world.access(datacenter, up, at),
            Fact::Paused { datacenter, paused } => self.world.paused(datacenter, paused, at),
            Fact::UnitPaused { unit, datacenter, paused } => self.world.unit_paused(unit, datacenter, paused, at),
            Fact::Disk { unit, datacenter, flush } => self.world.disk(unit, datacenter, flush, at),
            Fact::StorageLost { unit, side, datacenter } => {
                self.logs[unit.index()].storage_lost(side, at);
                self.shelves[unit.index()].disk_lost(side, datacenter);
                self.tails[unit.index()].forget(side);
                self.told.forgotten((unit, side));
            }
            Fact::MemoryLost { unit, seat, .. } => self.registers.of_mut(unit).wipe(seat, at),
            Fact::Seating(what) => self.seating(at, what),
            Fact::Configured(what) => self.configured(at, what),
            _ => {}
        }
    }

    pub(super) fn clock(&mut self, at: Instant, datacenter: Datacenter, offset_us: i64, drift_ppm: i32) {
        let uncorrected = Some(drift_ppm.unsigned_abs()).filter(|&drift| drift > self.contract.rho_ppm);
        self.world.clock(datacenter, offset_us, uncorrected.unwrap_or(0), at);
        if uncorrected.is_some() {
            self.registers.clock_beyond_rho(&self.contract, datacenter);
        }
    }

    pub(super) fn ordered(&mut self, unit: Unit, forced: bool) {
        if forced {
            self.registers.forced(unit);
        }
    }

    /// A site took its turn at a queue: from half its limit on, a site is busy enough to miss a client's patience.
    #[inline]
    pub(super) fn queue_seen(&mut self, at: Instant, datacenter: Datacenter, queue: u32) {
        self.world.acted(datacenter, at);
        if queue > self.fills_at(datacenter) / 2 {
            self.world.busy(datacenter, at);
        }
    }

    /// A request left a datacenter's queue. It is busy if a client would have given up meanwhile.
    pub(super) fn waited(&mut self, at: Instant, datacenter: Datacenter, waited: Span) {
        if waited >= self.contract.request_timeout {
            self.world.busy(datacenter, at);
        }
    }
}
