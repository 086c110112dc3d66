//! One state of the model: the machines themselves, their disks, what is under way, and what an
//! onlooker remembers.

use ringfence::facts::Announcement;
use ringfence::service::map::UnitRow;
use ringfence::service::policy::Initiative;
use ringfence::service::{
    Decisions, DurableLog, Identity, Machine, Operation, PeerMessage, Policy, Request, ResidencyMap, Response, Site,
    SiteEffect, SiteInput, Voter, VoterAnswer, VoterEffect, VoterInput, VoterQuestion, Write, policy::Replication,
};
use ringfence::terms::{
    AppVersion, Boundary, BoundarySet, ConversationKind, Country, Datacenter, Epoch, Incarnation, Index, LocalTime,
    Monotonic, Position, Record, RecordKind, Register, Seat, Side, Span, Tenant, Unit, VoterRecord, Wall,
};
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// A voter's or site's place in the world: the two sites, then the witness.
type Place = usize;

/// What is under way, as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Message {
    /// A proposer asks a voter.
    Question { to: Seat, from: Side, question: VoterQuestion },
    /// A voter answers.
    Answer { to: Side, from: Seat, answer: VoterAnswer },
    /// A site speaks to its peer; with a batch come its records.
    Peer { to: Side, message: PeerMessage, records: Vec<Request> },
}

impl Message {
    /// From where to where.
    fn way(&self) -> (Place, Place) {
        match *self {
            Self::Question { to, from, .. } => (from.index(), to.index()),
            Self::Answer { to, from, .. } => (from.index(), to.index()),
            Self::Peer { to, .. } => (to.peer().index(), to.index()),
        }
    }

    fn order(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// A site's store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Store {
    /// The log, from index 1.
    pub(crate) log: Vec<(Epoch, Request)>,
    durable: usize,
    fence: Epoch,
    boots: u32,
    /// What the flush under way makes durable.
    flushing: Option<(usize, Epoch)>,
}

impl Store {
    fn boot(&mut self) -> DurableLog {
        let mut history: Vec<(Epoch, Index)> = Vec::new();
        for (index, &(epoch, _)) in (1..).zip(&self.log[..self.durable]) {
            if history.last().is_none_or(|&(last, _)| last < epoch) {
                history.push((epoch, index));
            }
        }
        self.boots += 1;
        let (end, fence, boot) = (self.durable as Index, self.fence, self.boots);
        DurableLog { history, end, fence, incarnation: Incarnation(0), uncertified: false, boot }
    }

    fn cut(&mut self, keep: Index) {
        self.log.truncate(keep as usize);
        self.durable = self.durable.min(self.log.len());
        if let Some((through, _)) = &mut self.flushing {
            *through = (*through).min(self.log.len());
        }
    }

    fn crash(&mut self) {
        self.flushing = None;
        self.log.truncate(self.durable);
    }

    /// Whether the log has this very record at this very position.
    fn holds(&self, &(position, request): &(Position, Request)) -> bool {
        let place = usize::try_from(position.index).ok().and_then(|index| index.checked_sub(1));
        place.and_then(|place| self.log.get(place)) == Some(&(position.epoch, request))
    }
}

/// A site's process and store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Station<D> {
    /// `None` while it is down.
    pub(crate) site: Option<Site<D>>,
    /// Its process, and its voter's, stand still; messages wait for them.
    pub(crate) frozen: bool,
    /// Seconds that its clock moves when true time moves by four.
    pub(crate) rate: u64,
    pub(crate) store: Store,
}

/// A voter's process and disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ballots<D> {
    /// `None` while its site is down.
    voter: Option<Voter<D>>,
    durable: VoterRecord,
    writing: VecDeque<VoterRecord>,
}

/// Lines that carry nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cut {
    /// Everything to and from one place.
    Around(Seat),
    /// Between the two sites.
    Pair,
}

impl Cut {
    pub(crate) const ALL: [Self; 4] =
        [Self::Around(Seat::A), Self::Around(Seat::B), Self::Around(Seat::Witness), Self::Pair];

    fn stops(self, (from, to): (Place, Place)) -> bool {
        match self {
            Self::Around(seat) => from == seat.index() || to == seat.index(),
            Self::Pair => from != Seat::Witness.index() && to != Seat::Witness.index(),
        }
    }
}

/// What an onlooker remembers who sees every disk and every answer at once. No machine reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Onlooker {
    /// The highest epoch that stood durably at two voters, and its holder.
    pub(crate) granted: Option<(Epoch, Side)>,
    /// Every acknowledged record and its position.
    pub(crate) acknowledged: Vec<(Position, Request)>,
    /// An acknowledgement left under an epoch when a later one had been granted.
    pub(crate) late_acknowledgement: bool,
    /// An epoch was granted after a later one, or to two holders.
    pub(crate) went_back: bool,
    /// The epoch of a holder that crashed.
    pub(crate) bereft: Option<Epoch>,
}

/// The state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World<D> {
    decisions: D,
    /// How often true time moved.
    pub(crate) steps: u64,
    pub(crate) stations: [Station<D>; 2],
    voters: [Ballots<D>; 3],
    /// What is under way, in an arbitrary but fixed order: a multiset.
    pub(crate) wire: Vec<Message>,
    pub(crate) cut: Option<Cut>,
    pub(crate) onlooker: Onlooker,
    /// Whether disks take their time; otherwise a write is durable at once.
    slow_disks: bool,
    pub(crate) faults_left: u8,
    pub(crate) writes_left: u8,
    pub(crate) switchovers_left: u8,
}

enum Input {
    Site(Side, SiteInput, Vec<Request>),
    Voter(Seat, VoterInput),
}

impl<D: Decisions> World<D> {
    /// Two sites and three voters that were never started before, on clocks of these rates.
    pub(crate) fn fresh(decisions: D, rates: [u64; 2], slow_disks: bool) -> Self {
        let station = |rate| Station { site: None, frozen: false, rate, store: Store::default() };
        let ballots = || Ballots { voter: None, durable: VoterRecord::default(), writing: VecDeque::new() };
        let mut world = Self {
            decisions,
            steps: 0,
            stations: rates.map(station),
            voters: [ballots(), ballots(), ballots()],
            wire: Vec::new(),
            cut: None,
            onlooker: Onlooker::default(),
            slow_disks,
            faults_left: 0,
            writes_left: 0,
            switchovers_left: 0,
        };
        for side in Side::BOTH {
            world.boot(side);
        }
        world.boot_voter(Seat::Witness);
        world
    }

    /// What the site's clocks say.
    pub(crate) fn now(&self, side: Side) -> LocalTime {
        let local = self.steps * self.stations[side.index()].rate * 1_000_000;
        LocalTime { monotonic: Monotonic(local), wall: Wall(local) }
    }

    /// Whether the site holds a valid lease by its own clock.
    pub(crate) fn is_serving(&self, side: Side) -> bool {
        self.stations[side.index()].site.as_ref().is_some_and(|site| site.is_serving(self.now(side)))
    }

    /// Whether the site's log has everything that was ever acknowledged.
    pub(crate) fn has_everything(&self, side: Side) -> bool {
        self.onlooker.acknowledged.iter().all(|record| self.stations[side.index()].store.holds(record))
    }

    /// Whether the processes of a place run.
    pub(crate) fn runs(&self, place: Place) -> bool {
        self.stations.get(place).is_none_or(|station| station.site.is_some() && !station.frozen)
    }

    /// Whether a message can arrive now.
    pub(crate) fn arrives(&self, message: &Message) -> bool {
        self.runs(message.way().1)
    }

    /// Whether a site waits for nothing but its processor.
    pub(crate) fn is_due(&self, side: Side) -> bool {
        let site = self.stations[side.index()].site.as_ref().filter(|_| self.runs(side.index()));
        site.and_then(Machine::deadline).is_some_and(|(at, _)| at <= self.now(side).monotonic)
    }

    pub(crate) fn is_flushing(&self, side: Side) -> bool {
        self.runs(side.index()) && self.stations[side.index()].store.flushing.is_some()
    }

    pub(crate) fn is_writing(&self, seat: Seat) -> bool {
        self.runs(seat.index()) && !self.voters[seat.index()].writing.is_empty()
    }

    /// Whether everything that can happen without time has happened.
    pub(crate) fn is_quiet(&self) -> bool {
        let busy = |side| self.is_due(side) || self.is_flushing(side);
        let writing = Seat::ALL.into_iter().any(|seat| self.is_writing(seat));
        !writing && !Side::BOTH.into_iter().any(busy) && !self.wire.iter().any(|message| self.arrives(message))
    }

    pub(crate) fn boot(&mut self, side: Side) {
        let (unit, seat) = (Unit(0), side.seat());
        let (boundary, roster) = (Boundary(0), Arc::from([Boundary(0); 3]));
        let identity = Identity { unit, side, datacenter: Datacenter(seat.index() as u8), boundary, roster };
        let (now, decisions) = (self.now(side), self.decisions.clone());
        let station = &mut self.stations[side.index()];
        let disk = station.store.boot();
        station.site = Some(Site::boot(decisions, identity, map(), policy(), disk, 0, now));
        self.boot_voter(seat);
    }

    fn boot_voter(&mut self, seat: Seat) {
        let ballots = &mut self.voters[seat.index()];
        ballots.voter = Some(Voter::boot(self.decisions.clone(), seat, ballots.durable, Incarnation(0)));
    }

    /// Power is gone at a site and its voter; what was on its way to them is lost.
    pub(crate) fn crash(&mut self, side: Side) {
        if self.is_serving(side) {
            self.onlooker.bereft = self.onlooker.granted.map(|(epoch, _)| epoch);
        }
        let station = &mut self.stations[side.index()];
        station.site = None;
        station.frozen = false;
        station.store.crash();
        let ballots = &mut self.voters[side.index()];
        ballots.voter = None;
        ballots.writing.clear();
        self.wire.retain(|message| message.way().1 != side.index());
    }

    pub(crate) fn wake(&mut self, side: Side) {
        self.settle(Input::Site(side, SiteInput::Wake, Vec::new()));
    }

    pub(crate) fn order(&mut self, side: Side, order: ringfence::service::Order) {
        self.settle(Input::Site(side, SiteInput::Order(order), Vec::new()));
    }

    /// A client writes; each write is a record of its own.
    pub(crate) fn write(&mut self, side: Side) {
        let write = record(Request(u32::from(self.writes_left)));
        let operation = Operation::Write { write, existing: None, turned_away: None };
        self.settle(Input::Site(side, SiteInput::Request(operation), Vec::new()));
    }

    pub(crate) fn deliver(&mut self, index: usize) {
        let input = match self.wire.remove(index) {
            Message::Question { to, from, question } => Input::Voter(to, VoterInput::Asked { from, question }),
            Message::Answer { to, from, answer } => {
                Input::Site(to, SiteInput::Voter { seat: from, answer }, Vec::new())
            }
            Message::Peer { to, message, records } => Input::Site(to, SiteInput::Peer(message), records),
        };
        self.settle(input);
    }

    /// The flush under way at a site is finished.
    pub(crate) fn flushed(&mut self, side: Side) {
        let input = self.finish_flush(side);
        self.settle(input);
    }

    fn finish_flush(&mut self, side: Side) -> Input {
        let store = &mut self.stations[side.index()].store;
        let (through, fence) = store.flushing.take().expect("a flush is under way");
        store.durable = store.durable.max(through);
        store.fence = store.fence.max(fence);
        Input::Site(side, SiteInput::Persisted { through: store.durable as Index }, Vec::new())
    }

    /// The oldest write under way at a voter is durable.
    pub(crate) fn written(&mut self, seat: Seat) {
        let input = self.finish_write(seat);
        self.settle(input);
    }

    fn finish_write(&mut self, seat: Seat) -> Input {
        let ballots = &mut self.voters[seat.index()];
        ballots.durable = ballots.writing.pop_front().expect("a write is under way");
        self.note_grant(seat);
        Input::Voter(seat, VoterInput::Persisted)
    }

    fn note_grant(&mut self, seat: Seat) {
        let [durable, others @ ..] = [seat, Seat::ALL[(seat.index() + 1) % 3], Seat::ALL[(seat.index() + 2) % 3]]
            .map(|seat| self.voters[seat.index()].durable.accepted);
        let Some(Register { epoch, holder, renewal, .. }) = durable else { return };
        if others.iter().flatten().all(|other| other.renewal != renewal) {
            return;
        }
        match self.onlooker.granted {
            Some(known) if known.0 > epoch || known.0 == epoch && known.1 != holder => self.onlooker.went_back = true,
            _ => self.onlooker.granted = Some((epoch, holder)),
        }
    }

    /// Carries an input out, and everything that follows from it at the same place without a network.
    fn settle(&mut self, input: Input) {
        let mut queue = VecDeque::from([input]);
        while let Some(input) = queue.pop_front() {
            match input {
                Input::Site(side, input, records) => self.step_site(side, input, &records, &mut queue),
                Input::Voter(seat, input) => self.step_voter(seat, input, &mut queue),
            }
        }
        self.wire.sort_by_cached_key(Message::order);
    }

    fn step_site(&mut self, side: Side, input: SiteInput, records: &[Request], queue: &mut VecDeque<Input>) {
        let now = self.now(side);
        let Some(site) = &mut self.stations[side.index()].site else { return };
        let mut effects = Vec::new();
        site.step(now, input, &mut effects);
        for effect in effects {
            let store = &mut self.stations[side.index()].store;
            match effect {
                SiteEffect::Append { position, request } => store.log.push((position.epoch, request)),
                SiteEffect::Store(batch) => store.log.extend(records.iter().map(|&request| (batch.of, request))),
                SiteEffect::Flush { through, fence, .. } => {
                    store.flushing = Some((through as usize, fence));
                    if !self.slow_disks {
                        queue.push_back(self.finish_flush(side));
                    }
                }
                SiteEffect::Quarantine { keep } => store.cut(keep),
                SiteEffect::ToPeer(message) => {
                    let records = match message {
                        PeerMessage::Batch(batch) => {
                            let run = batch.first as usize - 1..batch.last as usize;
                            store.log[run].iter().map(|&(_, request)| request).collect()
                        }
                        _ => Vec::new(),
                    };
                    self.send(Message::Peer { to: side.peer(), message, records });
                }
                SiteEffect::ToVoter { seat, question } if seat == side.seat() => {
                    queue.push_back(Input::Voter(seat, VoterInput::Asked { from: side, question }));
                }
                SiteEffect::ToVoter { seat, question } => {
                    self.send(Message::Question { to: seat, from: side, question });
                }
                SiteEffect::Respond { request, response: Response::Acknowledged { position, epoch, .. } } => {
                    self.onlooker.acknowledged.push((position, request));
                    self.onlooker.late_acknowledgement |= self.onlooker.granted.is_some_and(|(last, _)| last > epoch);
                }
                SiteEffect::Announce(Announcement::MapAdopted | Announcement::MapRefused)
                | SiteEffect::Cache { .. }
                | SiteEffect::BackUp { .. } => unreachable!("no map is pushed, nothing is cached or backed up"),
                SiteEffect::Respond { .. } | SiteEffect::Forget { .. } | SiteEffect::Announce(_) => {}
            }
        }
    }

    fn step_voter(&mut self, seat: Seat, input: VoterInput, queue: &mut VecDeque<Input>) {
        let Some(voter) = &mut self.voters[seat.index()].voter else { return };
        let mut effects = Vec::new();
        voter.step(LocalTime::default(), input, &mut effects);
        for effect in effects {
            match effect {
                VoterEffect::Persist(record) => {
                    self.voters[seat.index()].writing.push_back(record.get());
                    if !self.slow_disks {
                        queue.push_back(self.finish_write(seat));
                    }
                }
                VoterEffect::Answer { to, answer } if to.seat() == seat => {
                    queue.push_back(Input::Site(to, SiteInput::Voter { seat, answer }, Vec::new()));
                }
                VoterEffect::Answer { to, answer } => self.send(Message::Answer { to, from: seat, answer }),
                VoterEffect::Notice(register) => {
                    if let Some(&side) = Side::BOTH.get(seat.index()) {
                        queue.push_back(Input::Site(side, SiteInput::Noticed(register), Vec::new()));
                    }
                }
            }
        }
    }

    /// Puts a message on the wire, unless the line is cut or nobody is there.
    fn send(&mut self, message: Message) {
        let (from, to) = message.way();
        let down = self.stations.get(to).is_some_and(|station| station.site.is_none());
        if !down && self.cut.is_none_or(|cut| !cut.stops((from, to))) {
            self.wire.push(message);
        }
    }
}

fn policy() -> Arc<Policy> {
    Arc::new(Policy {
        replication: Replication::Sync,
        ttl: Span::secs(16),
        loop_wait: Span::secs(8),
        retry_timeout: Span::secs(4),
        peer_timeout: Span::secs(4),
        rho_ppm: 250_000,
        failback: Initiative::Manual,
        grace_period_with_data_loss: None,
        effective: Wall::ZERO,
        backup_every: None,
        ..Policy::default()
    })
}

fn map() -> Arc<ResidencyMap> {
    let row = UnitRow { boundary: Boundary(0), sites: [Datacenter(0), Datacenter(1)], witness: Datacenter(2) };
    Arc::new(ResidencyMap {
        version: 1,
        countries: vec![Some(Boundary(0))],
        go_local: BoundarySet::EMPTY,
        datacenters: vec![Boundary(0); 3],
        units: vec![row],
        capacity: Vec::new(),
    })
}

fn record(request: Request) -> Write {
    let country = Country::parse("AA").expect("two letters");
    Write {
        request,
        record: Record(u64::from(request.0)),
        kind: RecordKind::Message,
        tenant: Tenant(0),
        billing: country,
        signed_up: Wall::ZERO,
        conversation: ConversationKind::Flat,
        group_location: country,
        creator: country,
        roaming_in: country,
        app: AppVersion(300),
        placed: None,
        attempt: 1,
    }
}
