//! Claims about one client alone: what it sends when nobody answers, or is told to stay away.

use super::{Client, ClientEffect, ClientInput};
use crate::service::map::UnitRow;
use crate::service::message::{Placed, Read, Request, Response, Write};
use crate::service::policy::{Manners, Policy, Transit};
use crate::service::{Machine, ResidencyMap, Shipped};
use crate::terms::{
    AppVersion, Boundary, BoundarySet, ConversationKind, Country, Datacenter, Epoch, LocalTime, Monotonic, Position,
    Record, RecordKind, Refusal, Span, Tenant, Unit, UnitSet, Wall,
};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Longer ago than any budget looks back.
const START: Monotonic = Monotonic(1_000_000_000_000);
const UNIT: Unit = Unit(0);
/// Of another boundary.
const OTHER: Unit = Unit(1);

/// A device, and what became of it.
struct Device {
    client: Client<Shipped>,
    now: Monotonic,
    /// What was sent, when, and whether it was a retry.
    sent: Vec<(Monotonic, Request, bool)>,
    confirmed: usize,
    /// How often the user was told that the boundary is dark.
    told_dark: usize,
    /// How often the user was told to come home.
    told_outside: usize,
    /// The units whose part was withheld from the reader.
    withheld: UnitSet,
    /// What went into the outbox, and for which unit.
    queued: Vec<(Request, Unit)>,
}

/// How the sites answer an attempt.
#[derive(Clone, Copy)]
enum Sites {
    Silent,
    Acknowledge,
    Full,
    Disagree,
    /// They refuse for good.
    Refuse,
}

impl Sites {
    fn answer(self) -> Option<Response> {
        let placed = Placed { unit: UNIT, at: Wall(0) };
        match self {
            Self::Silent => None,
            Self::Acknowledge => {
                Some(Response::Acknowledged { placed, position: Position::default(), epoch: Epoch(1) })
            }
            Self::Disagree => Some(Response::Refused { refusal: Refusal::MapsDisagree, placed: None }),
            Self::Refuse => Some(Response::Refused { refusal: Refusal::UpdateApp, placed: None }),
            Self::Full => {
                let refusal = Refusal::Overloaded { retry_after: Span::secs(20) };
                Some(Response::Refused { refusal, placed: Some(placed) })
            }
        }
    }
}

impl Device {
    fn started(policy: Policy) -> Self {
        let client = Client::start(Shipped, Arc::new(map()), Arc::new(policy), 7);
        Self {
            client,
            now: START,
            sent: Vec::new(),
            confirmed: 0,
            told_dark: 0,
            told_outside: 0,
            withheld: UnitSet::EMPTY,
            queued: Vec::new(),
        }
    }

    fn local(&self) -> LocalTime {
        LocalTime { monotonic: self.now, wall: Wall(self.now.0) }
    }

    /// Hands something in, and then every answer that the sites have to what it led to.
    fn step(&mut self, input: ClientInput, sites: Sites) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let mut effects = Vec::new();
            self.client.step(self.local(), input, &mut effects);
            for effect in effects {
                match effect {
                    ClientEffect::Send { request, retry, .. } => {
                        self.sent.push((self.now, request, retry));
                        let answer = sites.answer();
                        inputs.extend(answer.map(|response| ClientInput::Answered { request, unit: UNIT, response }));
                    }
                    ClientEffect::Confirmed { .. } => self.confirmed += 1,
                    ClientEffect::Refused { refusal: Refusal::BoundaryDark, .. } => self.told_dark += 1,
                    ClientEffect::Refused { refusal: Refusal::DeviceOutside, .. } => self.told_outside += 1,
                    ClientEffect::Shown { withheld, .. } => self.withheld = withheld,
                    ClientEffect::Queued { request, unit } => self.queued.push((request, unit)),
                    _ => {}
                }
            }
        }
    }

    fn write(&mut self, request: u32, sites: Sites) {
        self.step(ClientInput::Write(write(request)), sites);
    }

    /// Lets time pass: the client is woken whenever it asks to be.
    fn pass(&mut self, span: Span, sites: Sites) {
        let end = self.now + span;
        while let Some((due, _)) = self.client.deadline().filter(|&(due, _)| due <= end) {
            self.now = self.now.max(due);
            self.step(ClientInput::Wake, sites);
        }
        self.now = end;
    }

    fn retries(&self) -> usize {
        self.sent.iter().filter(|&&(.., retry)| retry).count()
    }
}

fn map() -> ResidencyMap {
    let mut countries = vec![None; Country::CODES];
    countries[germany().index()] = Some(Boundary(0));
    let unit = UnitRow { boundary: Boundary(0), sites: [Datacenter(0), Datacenter(1)], witness: Datacenter(2) };
    let other = UnitRow { boundary: Boundary(1), sites: [Datacenter(3), Datacenter(4)], witness: Datacenter(0) };
    ResidencyMap {
        version: 1,
        countries,
        go_local: BoundarySet::EMPTY,
        datacenters: [0, 0, 0, 1, 1].map(Boundary).to_vec(),
        units: vec![unit, other],
        capacity: Vec::new(),
    }
}

fn germany() -> Country {
    Country::parse("DE").expect("a code")
}

fn write(request: u32) -> Write {
    Write {
        request: Request(request),
        record: Record(request.into()),
        kind: RecordKind::Message,
        tenant: Tenant(0),
        billing: germany(),
        signed_up: Wall(0),
        conversation: ConversationKind::Flat,
        group_location: germany(),
        creator: germany(),
        roaming_in: germany(),
        app: AppVersion(300),
        placed: None,
        attempt: 1,
    }
}

fn naive() -> Policy {
    Policy { client: Manners::Naive, ..Policy::default() }
}

#[test]
fn with_nobody_answering_a_device_spends_its_budget_and_then_a_token_a_minute() {
    let sent_by = |policy: Policy| {
        let mut device = Device::started(policy);
        (0..20).for_each(|request| device.write(request, Sites::Silent));
        device.pass(Span::hours(1), Sites::Silent);
        device.retries()
    };
    let [careful, naive] = [Policy::default(), naive()].map(sent_by);
    let rounds = 10 + 2 + 60;
    assert!((120..=20 + 2 * rounds).contains(&careful), "{careful}");
    assert!(naive > 15_000, "{naive}");
}

#[test]
fn an_outbox_drains_as_fast_as_it_is_answered_be_it_by_refusals_for_good() {
    for (sites, confirmed) in [(Sites::Acknowledge, 20), (Sites::Refuse, 0)] {
        let mut device = Device::started(Policy::default());
        (0..20).for_each(|request| device.write(request, Sites::Silent));
        device.pass(Span::minutes(30), Sites::Silent);
        device.pass(Span::minutes(2), sites);
        assert_eq!((device.confirmed, device.client.deadline()), (confirmed, None));
    }
}

#[test]
fn a_full_site_is_not_asked_again_before_the_time_that_it_named() {
    for (policy, least, most) in [(Policy::default(), 20, 60), (naive(), 1, 1)] {
        let mut device = Device::started(policy);
        device.write(1, Sites::Full);
        device.pass(Span::minutes(1), Sites::Silent);
        let again = device.sent[1].0.since(device.sent[0].0);
        assert!((Span::secs(least)..=Span::secs(most)).contains(&again), "{again}");
    }
}

#[test]
fn two_devices_that_were_turned_away_together_do_not_come_back_together() {
    let again = |entropy| {
        let mut device = Device::started(Policy::default());
        device.client.entropy = entropy;
        device.write(1, Sites::Full);
        device.pass(Span::minutes(1), Sites::Silent);
        device.sent[1].0
    };
    assert_ne!(again(1), again(2));
}

#[test]
fn a_refusal_that_comes_too_late_leads_to_no_further_attempt() {
    let mut device = Device::started(Policy::default());
    device.write(1, Sites::Silent);
    device.pass(Span::millis(8_100), Sites::Silent);
    let sent = device.sent.len();
    assert_eq!(sent, 2, "both candidates were asked in vain, and the write waits");
    let response = Response::Refused { refusal: Refusal::NoLease, placed: None };
    device.step(ClientInput::Answered { request: Request(1), unit: UNIT, response }, Sites::Silent);
    assert_eq!(device.sent.len(), sent);
    let late = Sites::Acknowledge.answer().expect("an answer");
    device.step(ClientInput::Answered { request: Request(1), unit: UNIT, response: late }, Sites::Silent);
    assert_eq!(device.confirmed, 1, "what was stored is stored, however late the answer");
}

#[test]
fn who_asks_nobody_does_not_call_the_boundary_dark() {
    let told = |retry_burst| {
        let mut device = Device::started(Policy { retry_burst, ..Policy::default() });
        device.write(1, Sites::Silent);
        device.pass(Span::hours(1), Sites::Silent);
        device.told_dark
    };
    assert_eq!(told(Policy::default().retry_burst), 1, "asked in vain again and again");
    assert_eq!(told(1), 0, "a minute without asking lies between any two rounds");
}

#[test]
fn a_device_outside_sends_nothing_and_asks_for_nothing_where_content_travels_only_inside() {
    let singapore = Country::parse("SG").expect("a code");
    let read = Read {
        request: Request(2),
        tenant: Tenant(0),
        billing: germany(),
        signed_up: Wall(0),
        conversation: ConversationKind::Flat,
        group_location: germany(),
        opened: Wall(0),
        roaming_in: singapore,
    };
    for (transit, sent) in [(Transit::Anywhere, 2), (Transit::InBoundary, 0)] {
        let mut device = Device::started(Policy { transit, ..Policy::default() });
        device.step(ClientInput::Write(Write { roaming_in: singapore, ..write(1) }), Sites::Acknowledge);
        device.step(ClientInput::Read(read), Sites::Acknowledge);
        device.pass(Span::secs(1), Sites::Acknowledge);
        assert_eq!(device.sent.len(), sent, "{transit:?}");
        assert_eq!(device.told_outside, usize::from(sent == 0));
        assert_eq!(device.withheld, if sent == 0 { UnitSet::of(UNIT) } else { UnitSet::EMPTY });
        assert!(sent > 0 || device.client.deadline().is_none(), "what is refused does not wait");
    }
}

#[test]
fn a_holder_that_waits_for_its_peer_is_no_dark_boundary() {
    let told = |peer_timeout| {
        let policy = Policy { peer_timeout, ..Policy::default() };
        let mut device = Device::started(policy.clone());
        device.write(1, Sites::Silent);
        device.pass(policy.rto_bound() + Span::secs(30), Sites::Silent);
        device.told_dark
    };
    assert_eq!((told(Span::secs(1)), told(Span::minutes(1))), (1, 0));
}

#[test]
fn a_round_in_which_a_site_answered_is_no_silent_one() {
    let told = |answers: bool| {
        let (request_timeout, backoff_min) = (Span::secs(10), Span::secs(30));
        let mut device = Device::started(Policy { request_timeout, backoff_min, ..Policy::default() });
        device.write(1, Sites::Silent);
        if answers {
            let response = Response::Refused { refusal: Refusal::NoLease, placed: None };
            device.step(ClientInput::Answered { request: Request(1), unit: UNIT, response }, Sites::Silent);
        }
        while device.sent.len() < 6 {
            device.pass(Span::secs(1), Sites::Silent);
        }
        device.pass(request_timeout, Sites::Silent);
        device.told_dark
    };
    assert_eq!([told(false), told(true)], [1, 0], "after three rounds");
}

#[test]
fn a_device_goes_by_its_charter_and_leaves_it_to_the_site_whether_maps_disagree() {
    let mut device = Device::started(Policy::default());
    let mut lying = map();
    lying.version = 2;
    lying.countries[germany().index()] = None;
    device.step(ClientInput::MapLearned(Arc::new(lying)), Sites::Silent);
    device.write(1, Sites::Disagree);
    assert_eq!(device.sent.len(), 1, "the user is not told that Germany is not served, and one site is enough to ask");
    device.pass(Span::minutes(10), Sites::Acknowledge);
    assert_eq!(device.confirmed, 1, "it asks again, though nobody corrected its own map");
}

#[test]
fn what_waits_for_the_old_home_turns_to_the_new_one_once_one_request_is_told() {
    for (transit, outside) in [(Transit::Anywhere, 0), (Transit::InBoundary, 20)] {
        let mut device = Device::started(Policy { transit, ..Policy::default() });
        (0..20).for_each(|request| device.write(request, Sites::Silent));
        device.pass(Span::minutes(10), Sites::Silent);
        while device.client.open.iter().any(|open| open.asked) {
            device.pass(Span::secs(1), Sites::Silent);
        }
        device.queued.clear();
        let moved = Response::Moved { to: OTHER, placed: None };
        device.step(ClientInput::Answered { request: Request(0), unit: UNIT, response: moved }, Sites::Silent);
        let turned: BTreeSet<_> = device.queued.iter().filter(|(_, unit)| *unit == OTHER).collect();
        assert_eq!((turned.len() + device.told_outside, device.told_outside), (20, outside), "{transit:?}");
        device.pass(Span::minutes(30), Sites::Acknowledge);
        assert_eq!((device.confirmed + device.told_outside, device.client.deadline()), (20, None), "{transit:?}");
    }
}
