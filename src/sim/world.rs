//! The world itself: what there is, the loop, and who takes which event.

use super::Plan;
use super::agenda::Agenda;
use super::backup::Backups;
use super::chance::{Chance, Purpose};
use super::configured::Telling;
use super::datacenter::Place;
use super::devices::Devices;
use super::disk_copies::DiskCopy;
use super::event::{Event, SiteId, VoterId};
use super::faults::Registry;
use super::follow::Later;
use super::message::{Local, Message, Records};
use super::moving::Moves;
use super::network::Network;
use super::plan::UnitPlan;
use super::population::Population;
use super::replacing::Replacements;
use super::request::{Origin, Requests};
use super::shelves::Shelves;
use super::sites::SiteSlot;
use super::slab::Slab;
use super::store::Entry;
use super::trace::{Trace, Untraced};
use super::traffic::Traffic;
use super::voters::VoterSlot;
use super::watchdog::{MOST_HANDED, Watchdog};
use crate::facts::{Fact, Observer, Unserved};
use crate::service::{ClientEffect, Decisions, Policy, Request, SiteEffect, SiteInput, VoterEffect, VoterInput};
use crate::terms::{Boundary, Bytes, Country, Datacenter, DatacenterSet, Instant, Position, User};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The size of a message without records.
pub(super) const SMALL: Bytes = Bytes(256);

/// A run under way. Everything that decides its course is the plan, and the service that `D` makes
/// of the shipped one; `O` folds the facts and decides nothing.
pub struct World<D, O> {
    pub(super) plan: Arc<Plan>,
    pub(super) policy: Arc<Policy>,
    pub(super) decisions: D,
    pub(super) observer: O,
    pub(super) now: Instant,
    pub(super) agenda: Agenda<Event>,
    events: u64,
    /// Datacenters that are gone for good.
    pub(super) gone: DatacenterSet,
    /// Traffic has ended.
    pub(super) quiet: bool,
    /// The run has ended.
    pub(super) over: bool,
    pub(super) watchdog: Watchdog,

    pub(super) network: Network,
    pub(super) places: Vec<Place>,
    pub(super) sites: Vec<SiteSlot<D>>,
    pub(super) voters: Vec<VoterSlot<D>>,
    pub(super) backups: Backups,
    pub(super) shelves: Shelves,
    /// Disks as they were, by the fault that will put them back.
    pub(super) disk_copies: BTreeMap<u16, DiskCopy>,
    pub(super) devices: Devices<D>,
    pub(super) population: Population,
    pub(super) traffic: Traffic,
    pub(super) registry: Registry,
    pub(super) moves: Moves,
    pub(super) replacements: Replacements,
    /// The scale units as they physically stand now.
    pub(super) units: Vec<UnitPlan>,
    pub(super) telling: Telling,
    /// A country of each boundary, in whose network the devices there are.
    pub(super) roaming: Vec<Option<Country>>,
    /// The leisure of people who respond.
    pub(super) leisure: Chance,
    /// Records born.
    pub(super) records: u64,

    pub(super) requests: Requests,
    pub(super) messages: Slab<Message>,
    pub(super) payloads: Slab<Records>,
    pub(super) laters: Slab<Later>,
    /// What machines are to be handed within this instant.
    pub(super) local: VecDeque<Local>,

    /// Room that is used again.
    pub(super) spare: Vec<Vec<Entry>>,
    pub(super) tail: Vec<(Position, Entry)>,
    pub(super) site_effects: Vec<SiteEffect>,
    pub(super) voter_effects: Vec<VoterEffect>,
    pub(super) client_effects: Vec<ClientEffect>,
}

/// What is left of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended<O> {
    /// The observer, with everything that it folded.
    pub observer: O,
    /// How many events there were.
    pub events: u64,
    /// How often each fault of the plan took effect.
    pub fired: Vec<u32>,
    /// When the run ended.
    pub at: Instant,
    /// Writes that were neither confirmed nor finally refused.
    pub unfinished: u64,
}

/// Runs a plan from its start to its end.
pub fn simulate<D: Decisions, O: Observer>(plan: &Arc<Plan>, decisions: D, observer: O) -> Ended<O> {
    simulate_traced(plan, decisions, Untraced(observer)).untraced()
}

impl<O> Ended<Untraced<O>> {
    /// The same with the observer itself.
    pub fn untraced(self) -> Ended<O> {
        let Self { observer: Untraced(observer), events, fired, at, unfinished } = self;
        Ended { observer, events, fired, at, unfinished }
    }
}

/// Runs a plan from its start to its end, and shows every step as well.
pub fn simulate_traced<D: Decisions, T: Trace>(plan: &Arc<Plan>, decisions: D, trace: T) -> Ended<T> {
    World::new(plan, decisions, trace).run()
}

/// The loop.
impl<D: Decisions, O: Trace> World<D, O> {
    /// The world of a plan, before its first event.
    pub fn new(plan: &Arc<Plan>, decisions: D, observer: O) -> Self {
        let population = Population::draw(plan);
        Self {
            policy: Arc::new(plan.policy.clone()),
            observer,
            now: plan.start,
            agenda: Agenda::new(),
            events: 0,
            gone: DatacenterSet::EMPTY,
            quiet: false,
            over: false,
            watchdog: Watchdog::new(plan.units.len()),
            network: Network::new(plan),
            places: plan.datacenters.iter().map(|datacenter| Place::new(plan, datacenter)).collect(),
            sites: SiteSlot::all(plan),
            voters: VoterSlot::all(plan, &decisions),
            backups: Backups::new(),
            shelves: Shelves::default(),
            disk_copies: BTreeMap::new(),
            devices: Devices::new(plan, population.users.len()),
            traffic: Traffic::new(plan, &population),
            moves: Moves::new(plan, &population),
            replacements: Replacements::new(plan),
            units: plan.units.clone(),
            population,
            registry: Registry::new(plan.faults.len()),
            telling: Telling::default(),
            roaming: networks(plan),
            leisure: Chance::open(plan.seed, Purpose::Device, 0),
            records: 0,
            requests: Requests::new(),
            messages: Slab::new(),
            payloads: Slab::new(),
            laters: Slab::new(),
            local: VecDeque::new(),
            spare: Vec::new(),
            tail: Vec::new(),
            site_effects: Vec::new(),
            voter_effects: Vec::new(),
            client_effects: Vec::new(),
            plan: plan.clone(),
            decisions,
        }
    }

    /// Runs to the end: until the service has converged after the safety phase, or the time for
    /// that is up.
    pub fn run(mut self) -> Ended<O> {
        self.start();
        while self.advance() {}
        self.end()
    }

    /// Does what comes before the first event.
    pub fn start(&mut self) {
        self.begin();
        self.drain();
    }

    /// Lets the next event happen, if there is one and the run is not over.
    #[inline]
    pub fn advance(&mut self) -> bool {
        if self.over {
            return false;
        }
        let Some((at, event)) = self.agenda.pop() else { return false };
        self.now = at;
        self.events += 1;
        self.happen(event);
        self.drain();
        true
    }

    /// Who folds the facts.
    pub const fn observer_mut(&mut self) -> &mut O {
        &mut self.observer
    }

    /// What is left of a run that is over.
    pub fn end(self) -> Ended<O> {
        let unfinished = self.unfinished();
        Ended {
            observer: self.observer,
            events: self.events,
            fired: self.registry.effects.into_fired(),
            at: self.now,
            unfinished,
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::TenantActs { tenant, generation } => self.tenant_acts(tenant, generation),
            Event::Later { later } => self.later(later),
            Event::Deliver { message } => self.deliver(message),
            Event::Served { datacenter, generation } => self.serve(Datacenter(datacenter), generation),
            Event::Flushed { site, generation } => self.flushed(site, generation),
            Event::VoterFlushed { voter, generation } => self.voter_flushed(voter, generation),
            Event::WakeSite { site } => self.watch_over(site),
            Event::WakeClient { user } => self.wake_client(User(user)),
            Event::Merge { site } => self.merge(site),
            Event::SendPiece { site, turn } => self.send_piece(site, turn),
            Event::PieceWritten { site, turn } => self.piece_written(site, turn),
            Event::Booted { datacenter, generation } => self.booted(Datacenter(datacenter), generation),
            Event::CopyMade { fault } => self.copy_disks(fault),
            Event::FaultBegins { fault } => self.fault_begins(fault),
            Event::FaultEnds { fault } => self.fault_ends(fault),
            Event::HeatsUp { fault } => self.heats_up(fault),
            Event::MapArrives { fault, site } => self.map_arrives(fault, site),
            Event::MoveOrdered { order } => self.order_move(order),
            Event::MoveCancelled { order } => self.cancel_move(order),
            Event::ReplacementOrdered { order } => self.order_replacement(order),
            Event::Upgrade { upgrade } => self.upgrade(upgrade),
            Event::Sample => self.sample(),
            Event::Liveness => self.begin_liveness(),
            Event::Settled => self.look_whether_settled(),
        }
    }

    /// Hands every machine what is meant for it, until nothing is left to do at this instant.
    fn drain(&mut self) {
        let mut handed = 0;
        while let Some(local) = self.local.pop_front() {
            handed += 1;
            if handed > MOST_HANDED {
                return self.give_up(&local, handed);
            }
            match local {
                Local::Site(site, input, payload) => self.step_site(site, input, payload),
                Local::Voter(voter, input) => self.step_voter(voter, input),
                Local::Device(user, input) => self.step_client(user, input),
            }
        }
    }
}

/// Facts and messages.
impl<D: Decisions, O: Observer> World<D, O> {
    /// States a fact of this instant.
    #[inline]
    pub(super) fn state(&mut self, fact: Fact) {
        self.observer.observe(self.now, &fact);
    }

    /// Sends a message from one datacenter to another.
    pub(super) fn send(&mut self, from: Datacenter, to: Datacenter, size: Bytes, message: Message) {
        let at = self.network.send(self.now, from, to, size);
        self.post(at, message);
    }

    /// Sends a message of the lease from one datacenter to another.
    pub(super) fn signal(&mut self, from: Datacenter, to: Datacenter, message: Message) {
        let at = self.network.signal(self.now, from, to);
        self.post(at, message);
    }

    /// Lets a message arrive at an instant.
    pub(super) fn post(&mut self, at: Instant, message: Message) {
        let message = self.messages.insert(message);
        self.agenda.push(at, Event::Deliver { message });
    }

    /// A message arrives, if the network and the receiver let it.
    fn deliver(&mut self, message: u32) {
        let message = self.messages.take(message);
        if !self.comes_through(&message) {
            return self.lose(message);
        }
        match message {
            Message::Ask(asked, to) => self.arrive(asked, to),
            Message::Resubmit { asked, to, .. } => self.arrive(asked, self.sites[to.index()].datacenter()),
            Message::Reply { request, from, response } => self.answered(request, from, response),
            Message::Resubmitted { request, to, response, .. } => self.merged(to, request, response),
            Message::Peer { to, message, payload } => {
                let input = SiteInput::Peer(message);
                self.hand(self.sites[to.index()].datacenter(), Local::Site(to, input, payload));
            }
            Message::Piece { site, turn, .. } => self.write_piece(site, turn),
            Message::Question { to, from, question } => {
                let input = VoterInput::Asked { from, question };
                self.hand(self.voter_datacenter(to), Local::Voter(to, input));
            }
            Message::Answer { to, seat, answer } => {
                let input = SiteInput::Voter { seat, answer };
                self.hand(self.sites[to.index()].datacenter(), Local::Site(to, input, None));
            }
        }
    }

    /// Whether a message between a client and a datacenter comes through the access network.
    fn is_heard(&mut self, request: Request, datacenter: Datacenter) -> bool {
        let heard = self.network.delivers_client(datacenter);
        if !heard && self.network.access_up(datacenter) {
            let origin = self.requests.get(request).map(|pending| pending.origin);
            if let Some(Origin::Device(user)) = origin {
                self.state(Fact::Unserved(Unserved::Unheard { user, datacenter }));
            }
        }
        heard
    }

    fn comes_through(&mut self, message: &Message) -> bool {
        let at = |site: SiteId| self.sites[site.index()].datacenter();
        let (from, to) = match *message {
            Message::Ask(ref asked, to) => return self.is_heard(asked.request, to),
            Message::Reply { request, from, .. } => {
                let from = at(from);
                return self.is_heard(request, from);
            }
            Message::Peer { to, .. } => (at(to.peer()), at(to)),
            Message::Resubmit { from, to, .. } | Message::Resubmitted { from, to, .. } => (at(from), at(to)),
            Message::Piece { from, to, .. } => (from, to),
            Message::Question { to, from, .. } => (at(SiteId::new(to.unit(), from)), self.voter_datacenter(to)),
            Message::Answer { to, seat, .. } => (self.voter_datacenter(VoterId::new(to.unit(), seat)), at(to)),
        };
        self.network.delivers(from, to)
    }
}

/// For each boundary, the first country of the population that is at home there, or else of all.
fn networks(plan: &Plan) -> Vec<Option<Country>> {
    let named = plan.population.tenants.iter().map(|tenant| tenant.billing.country);
    let countries: Vec<_> = named.chain(plan.population.countries.iter().map(|drawn| drawn.country)).collect();
    let all = || countries.iter().copied().chain(Country::codes());
    let of = |boundary| all().find(|&country| plan.map.boundary_of(country) == Some(boundary));
    (0..).map(Boundary).take(plan.boundaries.len()).map(of).collect()
}
