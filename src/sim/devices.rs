//! Devices: one client machine for each user, started when the user first does something.
//!
//! A device's clock is taken to be right: production rests nothing on it.

use super::chance::{Chance, Purpose};
use super::event::{Event, SiteId};
use super::message::{Asked, Local, Message};
use super::plan::Plan;
use super::population::UserState;
use super::request::{Origin, Task};
use super::trace::{Actor, Commanded, Given, Stepping, Trace};
use super::world::World;
use crate::facts::{Fact, Observer, Retried};
use crate::service::{Client, ClientEffect, ClientInput, Decisions, Machine, Placed, Read, Request, Response, Write};
use crate::terms::{
    Birth, Boundary, Conversation, Country, Datacenter, DatacenterSet, Instant, LocalTime, Monotonic, Network, Refusal,
    Span, Unit, UnitSet, User, Wall,
};

/// Every device.
pub(super) struct Devices<D> {
    devices: Vec<Device<D>>,
    entropy: Chance,
}

struct Device<D> {
    /// `None` until the user does something.
    client: Option<Client<D>>,
    /// The wake-up that is planned.
    wake: Instant,
    /// The version of the map that the client has.
    map: u32,
}

impl<D: Decisions> Devices<D> {
    /// So many devices, none of them started.
    pub(super) fn new(plan: &Plan, users: usize) -> Self {
        let device = || Device { client: None, wake: Instant::NEVER, map: plan.map.version };
        let devices = std::iter::repeat_with(device).take(users).collect();
        Self { devices, entropy: Chance::open(plan.seed, Purpose::ClientEntropy, 0) }
    }

    fn of(&mut self, user: User) -> &mut Device<D> {
        &mut self.devices[user.0 as usize]
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// In whose network a user's device is.
    pub(super) fn place_of(&self, user: User) -> Boundary {
        self.population.user(user).place
    }

    /// A record as its token and headers describe it to production.
    pub(super) fn write(&self, request: Request, birth: &Birth) -> Write {
        let tenancy = &self.population.tenants[birth.tenant.0 as usize].tenancy;
        let conversation = self.population.conversation(birth.conversation);
        Write {
            request,
            record: birth.record,
            kind: birth.kind,
            tenant: birth.tenant,
            billing: tenancy.billing,
            signed_up: Wall(tenancy.signed_up.0),
            conversation: conversation.kind,
            group_location: conversation.creator,
            creator: birth.creator,
            roaming_in: self.network_country(birth.author),
            app: birth.app,
            placed: None,
            attempt: 1,
        }
    }

    /// The country in whose network a user's device is: the user's own at home.
    fn network_country(&self, user: User) -> Country {
        let UserState { country, place, .. } = *self.population.user(user);
        let at_home = self.plan.map.boundary_of(country) == Some(place);
        self.roaming[place.index()].filter(|_| !at_home).unwrap_or(country)
    }

    /// A conversation as production is asked to show it.
    pub(super) fn read(&self, request: Request, reader: User, conversation: Conversation) -> Read {
        let state = self.population.conversation(conversation);
        let tenancy = &self.population.tenants[state.tenant.0 as usize].tenancy;
        Read {
            request,
            tenant: state.tenant,
            billing: tenancy.billing,
            signed_up: Wall(tenancy.signed_up.0),
            conversation: state.kind,
            group_location: state.creator,
            opened: Wall(state.opened.0),
            roaming_in: self.network_country(reader),
        }
    }

    /// An answer reaches the device, unless its request is over. With it the device learns of the
    /// map that the site has, if that is newer than its own.
    pub(super) fn answered(&mut self, request: Request, from: SiteId, response: Response) {
        let Some(Origin::Device(user)) = self.requests.get(request).map(|pending| pending.origin) else { return };
        let map = &self.sites[from.index()].map;
        let device = self.devices.of(user);
        if device.map < map.version {
            device.map = map.version;
            self.local.push_back(Local::Device(user, ClientInput::MapLearned(map.clone())));
        }
        let unit = from.unit();
        self.local.push_back(Local::Device(user, ClientInput::Answered { request, unit, response }));
    }

    fn rearm_client(&mut self, user: User) {
        let device = self.devices.of(user);
        if let Some((Monotonic(deadline), _)) = device.client.as_ref().and_then(Machine::deadline) {
            let at = Instant(deadline).max(self.now + Span(1));
            if at < device.wake {
                device.wake = at;
                self.agenda.push(at, Event::WakeClient { user: user.0 });
            }
        }
    }

    fn carry_out_for_client(&mut self, user: User, effect: ClientEffect, relayed: Option<(Request, Refusal)>) {
        match effect {
            ClientEffect::Send { request, unit, to, candidates, placed, attempt, patience, retry } => {
                assert!(candidates.contains(to), "a client sends only to a candidate that it named");
                self.list(request, unit, candidates);
                if retry {
                    self.state(Fact::Retried(Retried { unit, to, attempt }));
                }
                let at = self.network.send_client(self.now, self.place_of(user), to);
                self.post(at, Message::Ask(Asked { request, unit, placed, attempt, patience }, to));
            }
            ClientEffect::Queued { request, unit } => {
                if let Some(birth) = self.birth(request) {
                    self.state(Fact::Queued { birth, unit });
                }
            }
            ClientEffect::Refused { request, unit, refusal } => {
                self.refused(request, unit, refusal, relayed == Some((request, refusal)));
            }
            ClientEffect::Confirmed { request, placed } => self.confirmed(request, placed),
            ClientEffect::Relayed { request } => drop(self.requests.remove(request)),
            ClientEffect::Shown { request, shown, withheld } => self.shown(user, request, shown, withheld),
        }
    }

    /// States the candidates of a write, the first time and whenever they change.
    fn list(&mut self, request: Request, unit: Unit, candidates: DatacenterSet) {
        let Some(pending) = self.requests.get_mut(request) else { return };
        if let Task::Write(birth) = pending.task
            && pending.listed.replace((unit, candidates)) != Some((unit, candidates))
        {
            self.state(Fact::CandidatesListed { birth, unit, candidates });
        }
    }

    /// The user is told of a refusal. One that only passes a site's on was stated when it left there.
    fn refused(&mut self, request: Request, unit: Option<Unit>, refusal: Refusal, relayed: bool) {
        if let Some(birth) = self.birth(request).filter(|_| !relayed) {
            self.state(Fact::WriteRefused { birth, unit, site: None::<Datacenter>, refusal, queue: 0 });
        }
        if !refusal.is_transient() {
            self.requests.remove(request);
        }
    }

    fn confirmed(&mut self, request: Request, placed: Placed) {
        if let Some(Task::Write(birth)) = self.requests.remove(request).map(|pending| pending.task) {
            self.state(Fact::Confirmed { birth, unit: placed.unit });
            self.follow_up(&birth, placed);
        }
    }

    fn shown(&mut self, reader: User, request: Request, shown: UnitSet, withheld: UnitSet) {
        if let Some(Task::Read { conversation, asked }) = self.requests.remove(request).map(|pending| pending.task) {
            let network = Network(self.place_of(reader));
            self.state(Fact::Read { conversation, reader, network, asked, shown, withheld });
        }
    }
}

/// Their steps.
impl<D: Decisions, O: Trace> World<D, O> {
    /// One step of a client, and everything that it commands.
    pub(super) fn step_client(&mut self, user: User, input: ClientInput) {
        let relayed = refusal_in(&input);
        let Devices { devices, entropy } = &mut self.devices;
        let client = devices[user.0 as usize].client.get_or_insert_with(|| {
            Client::start(self.decisions.clone(), self.plan.map.clone(), self.policy.clone(), entropy.u64())
        });
        let mut effects = std::mem::take(&mut self.client_effects);
        let who = Stepping { actor: Actor::Client(user), datacenter: None, local: device_time(self.now) };
        if O::TRACES {
            self.observer.stepping(self.now, who, Given::Client(&input));
        }
        client.step(who.local, input, &mut effects);
        if O::TRACES {
            self.observer.stepped(self.now, who, Commanded::Client(&effects));
        }
        for effect in effects.drain(..) {
            self.carry_out_for_client(user, effect, relayed);
        }
        self.client_effects = effects;
        self.rearm_client(user);
    }

    /// A planned wake-up has come.
    pub(super) fn wake_client(&mut self, user: User) {
        let device = self.devices.of(user);
        if device.wake != self.now {
            return;
        }
        device.wake = Instant::NEVER;
        let due = device.client.as_ref().and_then(Machine::deadline);
        match due {
            Some((Monotonic(due), _)) if due <= self.now.0 => self.step_client(user, ClientInput::Wake),
            Some(_) => self.rearm_client(user),
            None => {}
        }
    }
}

/// A site's refusal that a client is about to learn of.
fn refusal_in(input: &ClientInput) -> Option<(Request, Refusal)> {
    match *input {
        ClientInput::Answered { request, response: Response::Refused { refusal, .. }, .. } => Some((request, refusal)),
        _ => None,
    }
}

fn device_time(now: Instant) -> LocalTime {
    LocalTime { monotonic: Monotonic(now.0), wall: Wall(now.0) }
}
