//! Sites of scale units: their processes, and what they command.

use super::chance::{Chance, Purpose};
use super::copying::Copying;
use super::disk;
use super::event::{Event, SiteId, VoterId};
use super::gray::Slowness;
use super::merge::Merge;
use super::message::{Local, Message, Payload};
use super::plan::Plan;
use super::store::{Entry, Store};
use super::trace::{Actor, Commanded, Given, Stepping, Trace};
use super::world::{SMALL, World};
use crate::facts::{Announcement, Fact, Observer};
use crate::service::{
    Decisions, Identity, Label, Machine, PeerMessage, Probe, Request, ResidencyMap, Site, SiteEffect, SiteInput,
    VoterInput, VoterQuestion,
};
use crate::terms::{Birth, CopyClass, Datacenter, Index, Instant, Position, Seat, Side, Span, Unit};
use std::collections::VecDeque;
use std::sync::Arc;

/// So much may wait to be sent to a peer.
const SEND_BUFFER: Span = Span::secs(5);

/// A site as it stands.
pub(super) struct SiteSlot<D> {
    /// `None` while nothing runs.
    machine: Option<Site<D>>,
    pub(super) identity: Identity,
    pub(super) store: Store,
    /// The map that the site took last, which its disk keeps.
    pub(super) map: Arc<ResidencyMap>,
    /// The maps that it was handed and has not answered yet, in their order.
    pub(super) offered: VecDeque<Arc<ResidencyMap>>,
    /// A map that it could not be handed, or had not taken when it lost its power: it fetches it when it boots.
    pub(super) correction: Option<Arc<ResidencyMap>>,
    /// Where it stands, as its disk keeps it from the last time that the platform said so.
    kept: Option<Datacenter>,
    /// The wake-up that is planned.
    wake: Instant,
    generation: u16,
    /// How often it was started.
    boots: u32,
    pub(super) merge: Merge,
    /// The long copy under way for it, and how many there were.
    pub(super) copying: Option<Copying>,
    pub(super) copies: u16,
    disk: Chance,
    pub(super) slowness: Slowness,
    /// When the flush under way ends; [`Instant::NEVER`] where none is.
    flushed_at: Instant,
    entropy: Chance,
}

impl<D: Decisions> SiteSlot<D> {
    /// The sites of a plan, each with an empty store and not yet booted.
    pub(super) fn all(plan: &Plan) -> Vec<Self> {
        let roster: Arc<[_]> = plan.datacenters.iter().map(|datacenter| datacenter.boundary).collect();
        let new = |site: SiteId| {
            let (unit, side) = (site.unit(), site.side());
            let datacenter = plan.units[unit.index()].site(side);
            let boundary = roster[datacenter.index()];
            Self {
                machine: None,
                identity: Identity {
                    unit,
                    side,
                    datacenter,
                    boundary,
                    roster: roster.clone(),
                    charter: plan.map.clone(),
                },
                store: Store::new(),
                map: plan.map.clone(),
                offered: VecDeque::new(),
                correction: None,
                kept: None,
                wake: Instant::NEVER,
                generation: 0,
                boots: 0,
                merge: Merge::default(),
                copying: None,
                copies: 0,
                disk: Chance::open(plan.seed, Purpose::SiteDisk, site.index() as u64),
                slowness: Slowness::default(),
                flushed_at: Instant::NEVER,
                entropy: Chance::open(plan.seed, Purpose::SiteEntropy, site.index() as u64),
            }
        };
        SiteId::all(plan.units.len()).map(new).collect()
    }

    /// Ends what runs, with what was not yet durable.
    pub(super) fn stop(&mut self) {
        self.machine = None;
        self.store.crash();
        let newest = self.offered.drain(..).next_back();
        self.correction = self.correction.take().or(newest);
        self.copying = None;
        self.wake = Instant::NEVER;
        self.flushed_at = Instant::NEVER;
        self.generation = self.generation.wrapping_add(1);
    }

    /// Stands at another place from now on, with an empty disk. What was durable before.
    pub(super) fn put(&mut self, at: Datacenter, map: Arc<ResidencyMap>, now: Instant) -> Store {
        self.stop();
        let old = self.store.copy();
        self.store.lose(now);
        (self.kept, self.correction) = (None, None);
        (self.identity.datacenter, self.identity.boundary) = (at, self.identity.roster[at.index()]);
        (self.map, self.slowness) = (map, Slowness::default());
        old
    }

    /// Where it stands, physically.
    pub(super) const fn datacenter(&self) -> Datacenter {
        self.identity.datacenter
    }
}

/// Processes come and go.
impl<D: Decisions, O: Observer> World<D, O> {
    /// The site of a unit at a datacenter, if there is one.
    pub(super) fn site_at(&self, unit: Unit, datacenter: Datacenter) -> Option<SiteId> {
        let a = SiteId::new(unit, Side::A);
        [a, a.peer()].into_iter().find(|site| self.sites[site.index()].datacenter() == datacenter)
    }

    /// Starts the sites of a datacenter from what is durable.
    pub(super) fn boot_sites(&mut self, datacenter: Datacenter) {
        for site in SiteId::all(self.units.len()) {
            if self.sites[site.index()].datacenter() == datacenter {
                self.boot_site(site);
            }
        }
    }

    /// Starts a site from what is durable.
    pub(super) fn boot_site(&mut self, site: SiteId) {
        let says = self.probe(site);
        let slot = &mut self.sites[site.index()];
        let now = self.places[slot.identity.datacenter.index()].clock.local(self.now);
        let (decisions, identity, entropy) = (self.decisions.clone(), slot.identity.clone(), slot.entropy.u64());
        let (map, policy, log) = (slot.map.clone(), self.policy.clone(), slot.store.durable_log(slot.boots));
        slot.boots += 1;
        let (booted, mut kept) = (Site::boot(decisions, identity, map, policy, log, entropy, now), Vec::new());
        slot.machine = Some(booted.probed(Probe { says, kept: slot.kept }, &mut kept));
        for effect in kept {
            self.carry_out_for_site(site, effect, None);
        }
        self.fetch_correction(site);
        self.tell_site(site);
        self.tell_seats(site);
        self.rearm_site(site);
    }

    /// Whether a site holds a valid lease, by its own clock.
    pub(super) fn serves(&self, site: SiteId) -> bool {
        let slot = &self.sites[site.index()];
        let now = self.places[slot.datacenter().index()].clock.local(self.now);
        slot.machine.as_ref().is_some_and(|machine| machine.is_serving(now))
    }

    /// Ends the sites of a datacenter, with what was not yet durable.
    pub(super) fn kill_sites(&mut self, datacenter: Datacenter) {
        self.sites.iter_mut().filter(|slot| slot.datacenter() == datacenter).for_each(SiteSlot::stop);
    }

    /// Empties the stores of a datacenter. Whether there were any.
    pub(super) fn lose_stores(&mut self, datacenter: Datacenter) -> bool {
        let mut any = false;
        for site in SiteId::all(self.units.len()) {
            let slot = &mut self.sites[site.index()];
            if slot.datacenter() == datacenter {
                slot.store.lose(self.now);
                slot.kept = None;
                self.cut_shelves(site, 0);
                self.abandon_merge(site);
                self.state(Fact::StorageLost { unit: site.unit(), side: site.side(), datacenter });
                any = true;
            }
        }
        any
    }

    /// Plans the next wake-up. One that is planned already and comes earlier is left to come.
    pub(super) fn rearm_site(&mut self, site: SiteId) {
        let slot = &mut self.sites[site.index()];
        if let Some((deadline, _)) = slot.machine.as_ref().and_then(Machine::deadline) {
            let place = &self.places[slot.identity.datacenter.index()];
            let at = place.clock.when(deadline).max(self.now + Span(1));
            if at < slot.wake {
                slot.wake = at;
                self.agenda.push(at, Event::WakeSite { site });
            }
        }
    }
}

/// Their steps.
impl<D: Decisions, O: Trace> World<D, O> {
    /// One step of a site, and everything that it commands. `payload` came with a batch.
    pub(super) fn step_site(&mut self, site: SiteId, input: SiteInput, payload: Option<Payload>) {
        let slot = &mut self.sites[site.index()];
        if let Some(machine) = &mut slot.machine {
            let now = self.places[slot.identity.datacenter.index()].clock.local(self.now);
            let mut effects = std::mem::take(&mut self.site_effects);
            let who = Stepping {
                actor: Actor::Site(site.unit(), site.side()),
                datacenter: Some(slot.identity.datacenter),
                local: now,
            };
            if O::TRACES {
                let due = machine.deadline().filter(|&(at, _)| at <= now.monotonic);
                let timer = due.map(|(_, timer)| timer);
                self.observer.stepping(self.now, who, Given::Site { input: &input, timer, status: &machine.status() });
            }
            machine.step(now, input, &mut effects);
            if O::TRACES {
                let commanded = Commanded::Site { effects: &effects, status: &machine.status() };
                self.observer.stepped(self.now, who, commanded);
            }
            for effect in effects.drain(..) {
                self.carry_out_for_site(site, effect, payload);
            }
            self.site_effects = effects;
            self.rearm_site(site);
        }
        self.release(payload);
    }

    /// A planned wake-up has come.
    pub(super) fn wake_site(&mut self, site: SiteId) {
        let slot = &mut self.sites[site.index()];
        if slot.wake == self.now {
            slot.wake = Instant::NEVER;
            if !self.places[slot.identity.datacenter.index()].halted(site.unit()) {
                self.step_site(site, SiteInput::Wake, None);
            }
        }
    }
}

/// What sites command.
impl<D: Decisions, O: Observer> World<D, O> {
    fn carry_out_for_site(&mut self, site: SiteId, effect: SiteEffect, payload: Option<Payload>) {
        match effect {
            SiteEffect::Append { position, request } => self.append(site, position, request),
            SiteEffect::Store(batch) => self.store_batch(site, batch, payload),
            SiteEffect::Flush { through, label } => self.flush(site, through, label),
            SiteEffect::Quarantine { keep, after, targets, to } => self.quarantine(site, (keep, after), targets, to),
            SiteEffect::Forget { through } => self.sites[site.index()].store.forget(through),
            SiteEffect::Cache { request } => self.cache(site, request),
            SiteEffect::BackUp { targets, to, through } => self.back_up(site, targets, to, through),
            SiteEffect::Restore { backup, targets, staging } => self.restore(site, backup, targets, staging),
            SiteEffect::Reread(batch) => self.line_up_reread(site, batch),
            SiteEffect::ToPeer(message) => self.send_to_peer(site, message),
            SiteEffect::ToVoter { seat, question } => self.ask_voter(site, seat, question),
            SiteEffect::Respond { request, response } => self.respond(site, request, response),
            SiteEffect::Announce(announcement) => self.announce(site, announcement),
            SiteEffect::Probe => self.answer_probe(site),
            SiteEffect::KeepRegion(attested) => self.sites[site.index()].kept = Some(attested),
            SiteEffect::Copies(command) => self.copy(site, command),
            SiteEffect::Export { tenant, to, side, lot, through } => {
                self.export(site, (tenant, SiteId::new(to, side)), lot, through);
            }
            SiteEffect::Settle(row) => self.settle(row),
            SiteEffect::Erase { tenant, targets, classes } => self.erase(site, tenant, targets, classes),
            SiteEffect::Commission { seat } => self.commission(site, seat),
            SiteEffect::Retire { seat, classes } => self.retire(site, seat, classes),
        }
    }

    fn append(&mut self, site: SiteId, position: Position, request: Request) {
        let pending = self.requests.get_mut(request).expect("a request is appended before it is over");
        pending.appended_at(site.unit(), position);
        let birth = *pending.birth().expect("only writes are appended");
        let entry = Entry { birth, request, appended: self.now, replica: false, erased: false };
        let share = self.share(site.unit(), &entry, position.index);
        let store = &mut self.sites[site.index()].store;
        store.append(position, entry);
        store.shares.extend(share);
    }

    fn flush(&mut self, site: SiteId, through: Index, label: Label) {
        let slot = &mut self.sites[site.index()];
        let place = &self.places[slot.identity.datacenter.index()];
        let bytes = slot.store.begin_flush(through, label);
        let time = disk::flush(&mut slot.disk, place.flush) + disk::transfer(bytes, place.disk_rate);
        slot.flushed_at = self.now + slot.slowness.flush(time);
        self.agenda.push(slot.flushed_at, Event::Flushed { site, generation: slot.generation });
    }

    /// Lets a flush under way end as if it had begun now, where that is sooner.
    pub(super) fn hasten_flush(&mut self, site: SiteId) {
        let slot = &mut self.sites[site.index()];
        let median = self.places[slot.identity.datacenter.index()].flush;
        if slot.flushed_at == Instant::NEVER {
            return;
        }
        let anew = self.now + slot.slowness.flush(disk::flush(&mut slot.disk, median));
        if anew < slot.flushed_at {
            slot.flushed_at = anew;
            self.agenda.push(anew, Event::Flushed { site, generation: slot.generation });
        }
    }

    /// A flush is finished: what it wrote has come to rest.
    pub(super) fn flushed(&mut self, site: SiteId, generation: u16) {
        let slot = &mut self.sites[site.index()];
        if slot.generation != generation || slot.flushed_at != self.now {
            return;
        }
        slot.flushed_at = Instant::NEVER;
        let flushed = slot.store.finish_flush();
        let datacenter = slot.datacenter();
        self.state_runs(site, flushed.from, flushed.through);
        for index in flushed.from.max(self.sites[site.index()].store.base()) + 1..=flushed.through {
            let store = &self.sites[site.index()].store;
            if let Some(&Entry { birth, replica, erased, .. }) = store.entry(index) {
                let copy = if replica { CopyClass::Replica } else { CopyClass::Log };
                let (unit, position) = (site.unit(), store.position(index));
                self.state(if erased {
                    Fact::RangeLanded { copy, datacenter, unit, epoch: position.epoch, first: index, last: index }
                } else {
                    Fact::Landed { birth, copy, datacenter, unit, position }
                });
            }
        }
        if flushed.certified {
            self.state(Fact::StoreCertified { unit: site.unit(), side: site.side(), datacenter });
        }
        let through = flushed.through;
        self.hand(datacenter, Local::Site(site, SiteInput::Persisted { through }, None));
    }

    /// States the part of what landed after `from` whose records nobody holds one by one.
    fn state_runs(&mut self, site: SiteId, from: Index, through: Index) {
        let datacenter = self.sites[site.index()].datacenter();
        let mut first = from + 1;
        let end = through.min(self.sites[site.index()].store.base());
        while first <= end {
            let (epoch, last) = self.sites[site.index()].store.run(first);
            let (copy, unit, last) = (CopyClass::Replica, site.unit(), last.min(end));
            self.state(Fact::RangeLanded { copy, datacenter, unit, epoch, first, last });
            first = last + 1;
        }
    }

    fn cache(&mut self, site: SiteId, request: Request) {
        let datacenter = self.sites[site.index()].datacenter();
        if let Some(birth) = self.birth(request) {
            let (copy, position) = (CopyClass::Cache, Position::default());
            self.state(Fact::Landed { birth, copy, datacenter, unit: site.unit(), position });
        }
    }

    /// A batch that finds the way to the peer full is not sent: the peer will say where its log ends.
    fn send_to_peer(&mut self, site: SiteId, message: PeerMessage) {
        let to = site.peer();
        let [here, there] = [site, to].map(|site| self.sites[site.index()].datacenter());
        let (payload, bytes) = match message {
            PeerMessage::Batch(_) if self.network.backlog(self.now, here, there) > SEND_BUFFER => return,
            PeerMessage::Batch(batch) => self.attach(site, batch),
            _ => (None, SMALL),
        };
        self.send(here, there, bytes, Message::Peer { to, message, payload });
    }

    fn ask_voter(&mut self, site: SiteId, seat: Seat, question: VoterQuestion) {
        let (voter, from) = (VoterId::new(site.unit(), seat), site.side());
        let (here, there) = (self.sites[site.index()].datacenter(), self.voter_datacenter(voter));
        if here == there {
            self.hand(there, Local::Voter(voter, VoterInput::Asked { from, question }));
        } else {
            self.signal(here, there, Message::Question { to: voter, from, question });
        }
    }

    fn announce(&mut self, site: SiteId, announcement: Announcement) {
        let slot = &mut self.sites[site.index()];
        match announcement {
            Announcement::MapAdopted => slot.map = slot.offered.pop_front().unwrap_or_else(|| slot.map.clone()),
            Announcement::MapRefused => drop(slot.offered.pop_front()),
            _ => {}
        }
        self.registry.effects.announced(site, announcement);
        self.state(Fact::Announced { unit: site.unit(), side: site.side(), announcement });
    }

    /// The record of a write that is not over.
    pub(super) fn birth(&self, request: Request) -> Option<Birth> {
        self.requests.get(request).and_then(|pending| pending.birth().copied())
    }
}
