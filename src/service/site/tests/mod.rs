//! Two sites and three voters on a perfect network, driven as any driver would: the canonical loop.
#![expect(clippy::similar_names, reason = "a site has a side")]

mod faults;
mod policies;
mod refounding;
mod region;
mod replacing;
mod reseeding;

use super::*;
use crate::service::map::UnitRow;
use crate::service::message::Request;
use crate::service::message::{Order, PeerMessage, Write};
use crate::service::policy::{Initiative, Replication};
use crate::service::{Probe, Shipped, Voter, VoterEffect, VoterInput};
use crate::terms::{
    AppVersion, Boundary, BoundarySet, ConversationKind, Country, Datacenter, Incarnation, Index, Mode, Record,
    RecordKind, Refusal, Register, Tenant, Unit, VoterRecord, Wall,
};

/// Time on the way between any two places.
const WAY: Span = Span::millis(10);

enum Mail {
    Site(Side, SiteInput),
    Voter(Seat, VoterInput),
}

/// The unit, its network, and what clients were told.
struct Bench {
    now: Monotonic,
    policy: Arc<Policy>,
    sites: [Option<Site<Shipped>>; 2],
    voters: [Voter<Shipped>; 3],
    /// What is under way, in the order of arrival.
    mail: Vec<(Monotonic, Mail)>,
    cut: bool,
    /// Voters that nothing reaches.
    unheard: Vec<Seat>,
    /// Whether certificates, and the answers of voters that accepted, get lost.
    mute: bool,
    /// How many batches were sent.
    batches: u32,
    /// How many batches were read again.
    rereads: u32,
    /// How many backups a site began by itself.
    backups: u32,
    boots: u32,
    requests: u32,
    answers: Vec<(Side, Response)>,
    said: Vec<(Side, Announcement)>,
    quarantined: Vec<Index>,
    /// The seats that a site had commissioned anew, or their old places emptied.
    commissioned: Vec<(Side, Seat)>,
    retired: Vec<(Side, Seat)>,
    /// What the platform says of where each site stands, and what each site's disk keeps of that.
    says: [Option<Datacenter>; 2],
    kept: [Option<Datacenter>; 2],
}

impl Bench {
    fn new(replication: Replication) -> Self {
        Self::under(Policy { replication, failback: Initiative::Manual, ..Policy::default() })
    }

    fn under(policy: Policy) -> Self {
        let policy = Arc::new(policy);
        let voter = |seat| Voter::boot(Shipped, seat, VoterRecord::default(), Incarnation(0));
        let mut bench = Self {
            now: Monotonic(1_000_000_000),
            policy,
            sites: [None, None],
            voters: Seat::ALL.map(voter),
            mail: Vec::new(),
            cut: false,
            unheard: Vec::new(),
            mute: false,
            batches: 0,
            rereads: 0,
            backups: 0,
            boots: 0,
            requests: 0,
            answers: Vec::new(),
            said: Vec::new(),
            quarantined: Vec::new(),
            commissioned: Vec::new(),
            retired: Vec::new(),
            says: [Some(Datacenter(0)), Some(Datacenter(1))],
            kept: [None; 2],
        };
        bench.boot(Side::A, DurableLog::default());
        bench.boot(Side::B, DurableLog::default());
        bench.run(Span::secs(2));
        bench
    }

    fn boot(&mut self, side: Side, disk: DurableLog) {
        self.boots += 1;
        let identity = Identity {
            unit: Unit(0),
            side,
            datacenter: Datacenter(side as u8),
            boundary: Boundary(0),
            roster: vec![Boundary(0), Boundary(0), Boundary(1)].into(),
            charter: map(),
        };
        let disk = DurableLog { boot: self.boots, ..disk };
        let site = Site::boot(Shipped, identity, map(), self.policy.clone(), disk, 7, self.local());
        let probe = Probe { says: self.says[side.index()], kept: self.kept[side.index()] };
        let mut kept = Vec::new();
        self.sites[side.index()] = Some(site.probed(probe, &mut kept));
        for effect in kept {
            self.carry_out(side, effect);
        }
        self.step(side, SiteInput::Wake);
    }

    fn local(&self) -> LocalTime {
        LocalTime { monotonic: self.now, wall: Wall(self.policy.effective.0 + self.now.0) }
    }

    fn post(&mut self, after: Span, mail: Mail) {
        self.mail.push((self.now + after, mail));
    }

    fn step(&mut self, side: Side, input: SiteInput) {
        let now = self.local();
        let Some(site) = &mut self.sites[side.index()] else { return };
        let mut effects = Vec::new();
        site.step(now, input, &mut effects);
        assert!(site.deadline().is_none_or(|(at, _)| at > now.monotonic), "a deadline that is due is acted upon");
        for effect in effects {
            self.carry_out(side, effect);
        }
    }

    fn carry_out(&mut self, side: Side, effect: SiteEffect) {
        match effect {
            SiteEffect::Flush { through, .. } => {
                self.post(Span::millis(1), Mail::Site(side, SiteInput::Persisted { through }));
            }
            SiteEffect::Reread(batch) => {
                self.rereads += 1;
                self.post(Span::millis(1), Mail::Site(side, SiteInput::Reread(batch)));
            }
            SiteEffect::ToPeer(PeerMessage::Certified { .. }) if self.mute => {}
            SiteEffect::ToPeer(message) if !self.cut => {
                self.batches += u32::from(matches!(message, PeerMessage::Batch(_)));
                self.post(WAY, Mail::Site(side.peer(), SiteInput::Peer(message)));
            }
            SiteEffect::ToVoter { seat, question } if !self.unheard.contains(&seat) => {
                self.post(WAY, Mail::Voter(seat, VoterInput::Asked { from: side, question }));
            }
            SiteEffect::Respond { response, .. } => self.answers.push((side, response)),
            SiteEffect::Announce(announcement) => self.said.push((side, announcement)),
            SiteEffect::BackUp { .. } => self.backups += 1,
            SiteEffect::Quarantine { keep, .. } => self.quarantined.push(keep),
            SiteEffect::Probe => self.post(Span::ZERO, Mail::Site(side, SiteInput::Probed(self.says[side.index()]))),
            SiteEffect::KeepRegion(attested) => self.kept[side.index()] = Some(attested),
            SiteEffect::Commission { seat } => self.commissioned.push((side, seat)),
            SiteEffect::Retire { seat, .. } => self.retired.push((side, seat)),
            _ => {}
        }
    }

    fn ask_voter(&mut self, seat: Seat, input: VoterInput) {
        let mut effects = Vec::new();
        self.voters[seat.index()].step(LocalTime::default(), input, &mut effects);
        for effect in effects {
            match effect {
                VoterEffect::Persist(_) => self.post(Span::millis(1), Mail::Voter(seat, VoterInput::Persisted)),
                VoterEffect::Answer { answer: VoterAnswer::Accepted { .. }, .. } if self.mute => {}
                VoterEffect::Answer { to, answer } => {
                    self.post(WAY, Mail::Site(to, SiteInput::Voter { seat, answer }));
                }
                VoterEffect::Notice(register) => {
                    let here = Side::BOTH.into_iter().find(|side| side.seat() == seat);
                    if let Some(side) = here {
                        self.post(Span::ZERO, Mail::Site(side, SiteInput::Noticed(register)));
                    }
                }
            }
        }
    }

    /// Lets time pass: mail and deadlines, whichever comes first.
    fn run(&mut self, span: Span) {
        let end = self.now + span;
        loop {
            let mail = self.mail.iter().map(|(at, _)| *at).min();
            let due = self.sites.iter().flatten().filter_map(Machine::deadline).map(|(at, _)| at).min();
            let Some(next) = [mail, due].into_iter().flatten().min().filter(|&at| at <= end) else { break };
            self.now = self.now.max(next);
            if mail == Some(next) {
                let place = self.mail.iter().position(|(at, _)| *at == next).unwrap();
                match self.mail.remove(place).1 {
                    Mail::Site(side, input) => self.step(side, input),
                    Mail::Voter(seat, input) => self.ask_voter(seat, input),
                }
            } else {
                for side in Side::BOTH {
                    self.step(side, SiteInput::Wake);
                }
            }
        }
        self.now = end;
    }

    /// A client writes at a site; returns what it is told within a second.
    fn write(&mut self, side: Side) -> Option<Response> {
        self.answers.clear();
        self.send_write(side);
        self.run(Span::secs(1));
        self.answers.first().map(|&(_, response)| response)
    }

    /// A client writes at a site, and does not wait.
    fn send_write(&mut self, side: Side) {
        self.requests += 1;
        let germany = Country::parse("DE").unwrap();
        let write = Write {
            request: Request(self.requests),
            record: Record(u64::from(self.requests)),
            kind: RecordKind::Message,
            tenant: Tenant(0),
            billing: germany,
            signed_up: Wall::ZERO,
            conversation: ConversationKind::Flat,
            group_location: germany,
            creator: germany,
            roaming_in: germany,
            app: AppVersion(300),
            placed: None,
            attempt: 1,
        };
        self.step(side, SiteInput::Request(Operation::Write { write, existing: None, turned_away: None }));
    }

    fn register(&self) -> Register {
        self.voters.iter().filter_map(|voter| voter.durable().accepted).max_by_key(|value| value.renewal).unwrap()
    }

    fn serving(&self) -> Vec<Side> {
        let serves = |side: &Side| self.sites[side.index()].as_ref().is_some_and(|site| site.is_serving(self.local()));
        Side::BOTH.into_iter().filter(serves).collect()
    }
}

fn map() -> Arc<ResidencyMap> {
    let row = UnitRow { boundary: Boundary(0), sites: [Datacenter(0), Datacenter(1)], witness: Datacenter(2) };
    Arc::new(ResidencyMap {
        version: 1,
        countries: vec![Some(Boundary(0)); Country::CODES],
        go_local: BoundarySet::EMPTY,
        datacenters: vec![Boundary(0), Boundary(0), Boundary(1)],
        units: vec![row],
        capacity: Vec::new(),
    })
}

fn acknowledged(response: Option<Response>) -> bool {
    matches!(response, Some(Response::Acknowledged { .. }))
}

#[test]
fn the_preferred_primary_serves_first() {
    let mut bench = Bench::new(Replication::Sync);
    assert_eq!(bench.serving(), [Side::A]);
    assert!(acknowledged(bench.write(Side::A)));
    assert!(matches!(bench.write(Side::B), Some(Response::Redirected { side: Side::A, .. })));
}

#[test]
fn the_backup_takes_over_within_the_bound_and_never_before_the_lease_has_lapsed() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.sites[0] = None;
    bench.run(bench.policy.ttl.scale(1, 2));
    assert_eq!(bench.serving(), []);
    bench.run(bench.policy.rto_bound().saturating_sub(bench.policy.ttl.scale(1, 2)));
    assert_eq!(bench.serving(), [Side::B]);
    assert!(acknowledged(bench.write(Side::B)));
}

#[test]
fn in_sync_alone_stands_in_the_register_before_anything_is_acknowledged_without_the_peer() {
    let mut bench = Bench::new(Replication::Sync);
    bench.cut = true;
    assert!(!acknowledged(bench.write(Side::A)), "not before the peer counts as silent");
    bench.run(Span::secs(2));
    assert!(bench.answers.iter().any(|&(_, response)| acknowledged(Some(response))));
    assert_eq!(bench.register().mode, Mode::Alone);
    bench.cut = false;
    bench.run(Span::secs(30));
    assert_eq!(bench.register().mode, Mode::Replicated, "and replicated again once the peer has everything");
}

#[test]
fn sync_strict_refuses_without_the_peer() {
    let mut bench = Bench::new(Replication::SyncStrict);
    bench.cut = true;
    bench.write(Side::A);
    bench.run(Span::secs(5));
    let refused =
        |&(_, answer): &(Side, Response)| matches!(answer, Response::Refused { refusal: Refusal::PeerUnreachable, .. });
    assert!(bench.answers.iter().all(refused) && !bench.answers.is_empty());
    assert_eq!(bench.register().mode, Mode::Replicated);
}

#[test]
fn a_tail_that_lost_is_set_aside_when_its_site_returns() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.cut = true;
    assert!(acknowledged(bench.write(Side::A)));
    let end = 2;
    bench.sites[0] = None;
    bench.cut = false;
    bench.run(bench.policy.rto_bound());
    assert!(acknowledged(bench.write(Side::B)));
    bench.boot(Side::A, DurableLog { history: vec![(Epoch(1), 1)], end, fence: Epoch(1), ..DurableLog::default() });
    bench.run(Span::secs(30));
    assert_eq!(bench.quarantined, [1], "what only the old holder had goes");
    assert_eq!(bench.serving(), [Side::B]);
}

#[test]
fn a_planned_switchover_loses_nothing_and_the_old_holder_acknowledges_nothing_after() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    let before = bench.register().epoch;
    bench.step(Side::A, SiteInput::Order(Order::PlannedSwitchover));
    bench.run(Span::secs(2));
    assert_eq!(bench.serving(), [Side::B]);
    assert!(bench.register().epoch > before);
    assert!(!acknowledged(bench.write(Side::A)));
    assert!(acknowledged(bench.write(Side::B)));
    assert!(bench.quarantined.is_empty());
}

#[test]
fn a_store_refuses_an_epoch_lower_than_it_has_seen() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.step(Side::B, SiteInput::Peer(PeerMessage::Probe { epoch: Epoch(9), run: 0 }));
    bench.step(Side::B, SiteInput::Peer(PeerMessage::Probe { epoch: Epoch(8), run: 0 }));
    let fenced = |(_, mail): &(Monotonic, Mail)| {
        matches!(mail, Mail::Site(Side::A, SiteInput::Peer(PeerMessage::Fenced { epoch: Epoch(9) })))
    };
    assert!(bench.mail.iter().any(fenced));
}

#[test]
fn a_map_that_contradicts_the_commissioned_identity_is_refused() {
    let mut bench = Bench::new(Replication::Async);
    let honest = ResidencyMap { version: 2, ..(*map()).clone() };
    let offer = |label| crate::service::map::Capacity { datacenter: Datacenter(2), serves: Boundary(0), label };
    let unlabelled = ResidencyMap { version: 3, capacity: vec![offer(None)], ..honest.clone() };
    let mislabelled = ResidencyMap { version: 3, capacity: vec![offer(Some(Boundary(0)))], ..honest.clone() };
    let moved = ResidencyMap { version: 3, datacenters: vec![Boundary(1); 3], ..honest.clone() };
    bench.said.clear();
    for map in [honest, unlabelled, mislabelled, moved] {
        bench.step(Side::A, SiteInput::MapPushed(Arc::new(map)));
    }
    let said: Vec<_> = bench.said.iter().map(|&(_, said)| said).collect();
    let refused = Announcement::MapRefused;
    assert_eq!(said, [Announcement::MapAdopted, refused, refused, refused]);
}

#[test]
fn an_idle_unit_sends_a_handful_of_messages_for_each_renewal() {
    let mut bench = Bench::new(Replication::Async);
    bench.run(Span::minutes(1));
    let mut steps = 0;
    for _ in 0..60 {
        bench.run(Span::secs(1));
        steps += bench.mail.len();
    }
    assert!(steps <= 6 * 12, "{steps} messages were seen under way in a minute of six renewals");
}
