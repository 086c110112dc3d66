//! Voters of the leases: their processes, and what is durable on their disks.

use super::chance::{Chance, Purpose};
use super::disk;
use super::event::{Event, SiteId, VoterId};
use super::gray::Slowness;
use super::message::{Local, Message};
use super::plan::Plan;
use super::trace::{Actor, Commanded, Given, Stepping, Trace};
use super::world::World;
use crate::facts::{Fact, Observer};
use crate::service::{Decisions, Machine, SiteInput, Voter, VoterAnswer, VoterEffect, VoterInput};
use crate::terms::{Datacenter, Incarnation, Instant, Opaque, Register, Seat, Side, Unit, VoterRecord};
use std::collections::VecDeque;

/// A voter as it stands.
pub(super) struct VoterSlot<D> {
    /// `None` while nothing runs.
    machine: Option<Voter<D>>,
    datacenter: Datacenter,
    durable: VoterRecord,
    incarnation: Incarnation,
    /// Records on their way to the disk, in order.
    writes: VecDeque<Opaque<VoterRecord>>,
    /// When the last of them arrives there.
    written: Instant,
    generation: u16,
    disk: Chance,
    pub(super) slowness: Slowness,
}

impl<D: Decisions> VoterSlot<D> {
    /// The voters of a plan, each with an empty disk.
    pub(super) fn all(plan: &Plan, decisions: &D) -> Vec<Self> {
        let new = |voter: VoterId| Self {
            machine: Some(Voter::boot(decisions.clone(), voter.seat(), VoterRecord::default(), Incarnation(0))),
            datacenter: plan.units[voter.unit().index()].voter(voter.seat()),
            durable: VoterRecord::default(),
            incarnation: Incarnation(0),
            writes: VecDeque::new(),
            written: plan.start,
            generation: 0,
            disk: Chance::open(plan.seed, Purpose::VoterDisk, voter.index() as u64),
            slowness: Slowness::default(),
        };
        VoterId::all(plan.units.len()).map(new).collect()
    }

    /// How many votes decide the register, as far as this voter knows: fewer once it was founded anew.
    pub(super) fn majority(&self) -> u32 {
        self.durable.members.majority()
    }

    /// Whether its disk is the one that its record was written on.
    fn remembers(&self, seat: Seat) -> bool {
        self.durable.members.incarnation(seat) == self.incarnation
    }
}

/// Their steps.
impl<D: Decisions, O: Trace> World<D, O> {
    /// One step of a voter, and everything that it commands.
    pub(super) fn step_voter(&mut self, voter: VoterId, input: VoterInput) {
        let slot = &mut self.voters[voter.index()];
        let Some(machine) = &mut slot.machine else { return };
        let now = self.places[slot.datacenter.index()].clock.local(self.now);
        let mut effects = std::mem::take(&mut self.voter_effects);
        let who =
            Stepping { actor: Actor::Voter(voter.unit(), voter.seat()), datacenter: Some(slot.datacenter), local: now };
        if O::TRACES {
            self.observer.stepping(self.now, who, Given::Voter(&input));
        }
        machine.step(now, input, &mut effects);
        if O::TRACES {
            self.observer.stepped(self.now, who, Commanded::Voter(&effects));
        }
        for effect in effects.drain(..) {
            self.carry_out_for_voter(voter, effect);
        }
        self.voter_effects = effects;
    }
}

/// Their disks and processes.
impl<D: Decisions, O: Observer> World<D, O> {
    /// The newest register of a unit that is durable at any voter, as an operator would read it.
    pub(super) fn register(&self, unit: Unit) -> Option<Register> {
        let held =
            Seat::ALL.into_iter().filter_map(|seat| self.voters[VoterId::new(unit, seat).index()].durable.accepted);
        held.max_by_key(|register| (register.epoch, register.renewal))
    }

    /// The side whose voter alone remembers the lease of a unit: the disks of the two others were lost.
    pub(super) fn lone_memory(&self, unit: Unit) -> Option<Side> {
        let remembers = |seat: Seat| self.voters[VoterId::new(unit, seat).index()].remembers(seat);
        let lone = |side: &Side| Seat::ALL.into_iter().all(|seat| remembers(seat) == (seat == side.seat()));
        Side::BOTH.into_iter().find(lone)
    }

    /// Whether a voter runs and knows what it promised.
    pub(super) fn can_vote(&self, voter: VoterId) -> bool {
        let slot = &self.voters[voter.index()];
        slot.machine.is_some() && slot.remembers(voter.seat()) && !slot.durable.members.is_vacant(voter.seat())
    }

    /// Where a voter stands.
    pub(super) fn voter_datacenter(&self, voter: VoterId) -> Datacenter {
        self.voters[voter.index()].datacenter
    }

    /// The oldest write under way is durable.
    pub(super) fn voter_flushed(&mut self, voter: VoterId, generation: u16) {
        let slot = &mut self.voters[voter.index()];
        if slot.generation != generation {
            return;
        }
        let record = slot.writes.pop_front().expect("a write is under way");
        slot.durable = record.get();
        let datacenter = slot.datacenter;
        self.state(Fact::VoterPersisted { unit: voter.unit(), seat: voter.seat(), datacenter, record });
        self.hand(datacenter, Local::Voter(voter, VoterInput::Persisted));
    }

    /// Ends the voters of a datacenter, with what was not yet durable.
    pub(super) fn kill_voters(&mut self, datacenter: Datacenter) {
        for slot in self.voters.iter_mut().filter(|slot| slot.datacenter == datacenter) {
            slot.machine = None;
            slot.writes.clear();
            slot.generation = slot.generation.wrapping_add(1);
        }
    }

    /// Puts a voter at another place, with an empty disk.
    pub(super) fn put_voter(&mut self, voter: VoterId, at: Datacenter) {
        let slot = &mut self.voters[voter.index()];
        slot.machine = None;
        slot.writes.clear();
        slot.written = self.now;
        slot.generation = slot.generation.wrapping_add(1);
        (slot.datacenter, slot.slowness) = (at, Slowness::default());
        (slot.durable, slot.incarnation) = (VoterRecord::default(), Incarnation(slot.incarnation.0 + 1));
    }

    /// Starts one voter from what is durable.
    pub(super) fn boot_voter(&mut self, voter: VoterId) {
        let slot = &mut self.voters[voter.index()];
        slot.machine = Some(Voter::boot(self.decisions.clone(), voter.seat(), slot.durable, slot.incarnation));
    }

    /// Starts the voters of a datacenter from what is durable.
    pub(super) fn boot_voters(&mut self, datacenter: Datacenter) {
        for voter in VoterId::all(self.units.len()) {
            if self.voters[voter.index()].datacenter == datacenter {
                self.boot_voter(voter);
            }
        }
    }

    /// What is durable at the voters of a datacenter.
    pub(super) fn copy_voters(&self, datacenter: Datacenter) -> Vec<(VoterId, VoterRecord)> {
        let here = self.voters_at(datacenter).into_iter();
        here.map(|voter| (voter, self.voters[voter.index()].durable)).collect()
    }

    /// Puts new disks in the place of voters', with what was copied from them earlier. Whether there were any.
    pub(super) fn put_voters_back(&mut self, copies: &[(VoterId, VoterRecord)]) -> bool {
        for &(voter, copy) in copies {
            self.replace_memory(voter, Some(copy));
        }
        !copies.is_empty()
    }

    /// Empties the disks of a datacenter's voters. Whether there were any.
    pub(super) fn lose_voters(&mut self, datacenter: Datacenter) -> bool {
        let here = self.voters_at(datacenter);
        for &voter in &here {
            self.replace_memory(voter, None);
        }
        !here.is_empty()
    }

    fn voters_at(&self, datacenter: Datacenter) -> Vec<VoterId> {
        let all = VoterId::all(self.units.len());
        all.filter(|voter| self.voter_datacenter(*voter) == datacenter).collect()
    }

    /// A new disk has an incarnation of its own, whatever was copied onto it.
    fn replace_memory(&mut self, voter: VoterId, copy: Option<VoterRecord>) {
        let slot = &mut self.voters[voter.index()];
        slot.durable = copy.unwrap_or_default();
        slot.incarnation = Incarnation(slot.incarnation.0 + 1);
        let (unit, seat, datacenter) = (voter.unit(), voter.seat(), slot.datacenter);
        self.state(Fact::MemoryLost { unit, seat, datacenter, copy: copy.is_some() });
    }

    fn carry_out_for_voter(&mut self, voter: VoterId, effect: VoterEffect) {
        match effect {
            VoterEffect::Persist(record) => self.write_voter(voter, record),
            VoterEffect::Answer { to, answer } => self.answer_site(voter, to, answer),
            VoterEffect::Notice(register) => {
                if let Some(site) = voter.site() {
                    self.hand(self.voter_datacenter(voter), Local::Site(site, SiteInput::Noticed(register), None));
                }
            }
        }
    }

    /// Writes reach the disk in their order.
    fn write_voter(&mut self, voter: VoterId, record: Opaque<VoterRecord>) {
        let slot = &mut self.voters[voter.index()];
        let median = self.places[slot.datacenter.index()].flush;
        let flush = slot.slowness.flush(disk::flush(&mut slot.disk, median));
        slot.written = slot.written.max(self.now + flush);
        slot.writes.push_back(record);
        self.agenda.push(slot.written, Event::VoterFlushed { voter, generation: slot.generation });
    }

    /// Lets writes under way end as if they had begun now, in their order.
    pub(super) fn hasten_writes(&mut self, voter: VoterId) {
        let slot = &mut self.voters[voter.index()];
        let median = self.places[slot.datacenter.index()].flush;
        slot.generation = slot.generation.wrapping_add(1);
        slot.written = self.now;
        for _ in 0..slot.writes.len() {
            slot.written = slot.written + slot.slowness.flush(disk::flush(&mut slot.disk, median));
            self.agenda.push(slot.written, Event::VoterFlushed { voter, generation: slot.generation });
        }
    }

    fn answer_site(&mut self, voter: VoterId, to: Side, answer: VoterAnswer) {
        let (site, seat) = (SiteId::new(voter.unit(), to), voter.seat());
        let (from, to) = (self.voter_datacenter(voter), self.sites[site.index()].datacenter());
        if from == to {
            self.hand(to, Local::Site(site, SiteInput::Voter { seat, answer }, None));
        } else {
            self.signal(from, to, Message::Answer { to: site, seat, answer });
        }
    }
}
