//! One state of the model: the machines themselves, their disks, what is under way, and what an
//! onlooker remembers.

use super::disks::{Ballots, Store};
use super::fixture;
use super::wire::{Cut, Message, Wire};
use ringfence::service::{
    Decisions, Machine, Operation, Order, PeerMessage, Probe, Request, Response, Site, SiteEffect, SiteInput, Voter,
    VoterAnswer, VoterEffect, VoterInput,
};
use ringfence::terms::{Epoch, LocalTime, Monotonic, Position, Register, Seat, Side, Wall};
use std::collections::VecDeque;

/// A site's process and store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Station<D> {
    /// `None` while it is down.
    pub(crate) site: Option<Site<D>>,
    /// Its process, and its voter's, stand still; messages wait for them.
    pub(crate) frozen: bool,
    /// Seconds that its clock moves when true time moves by four.
    rate: u64,
    store: Store,
}

/// A voter's process and disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Booth<D> {
    /// `None` while it is down.
    voter: Option<Voter<D>>,
    disk: Ballots,
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
    /// How often it may move in all.
    pub(crate) horizon: u64,
    pub(crate) stations: [Station<D>; 2],
    booths: [Booth<D>; 3],
    /// What arrives before time moves on.
    pub(crate) wire: Wire,
    /// What arrives at any time, or never.
    pub(crate) strays: Wire,
    pub(crate) cut: Option<Cut>,
    pub(crate) onlooker: Onlooker,
    /// Whether disks take their time; otherwise a write is durable at once.
    slow_disks: bool,
    pub(crate) faults_left: u8,
    pub(crate) writes_left: u8,
    pub(crate) switchovers_left: u8,
}

/// What one place does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It takes the message at this place of the wire.
    Take(usize),
    /// It takes a stray message.
    TakeStray(usize),
    Wake(Side),
    Flushed(Side),
    Written(Seat),
    Write(Side),
    Order(Side, Order),
}

enum Input {
    Site(Side, SiteInput, Vec<Request>),
    Voter(Seat, VoterInput),
    /// The flush under way at a site ends.
    Flushed(Side),
    /// The oldest write under way at a voter ends.
    Written(Seat),
}

/// Power for so many more writes to a disk and messages to others.
struct Power {
    left: u32,
    used: u32,
}

impl Power {
    const fn lasting(left: u32) -> Self {
        Self { left, used: 0 }
    }

    const fn is_out(&self) -> bool {
        self.used > self.left
    }

    /// Whether there is power for one more.
    const fn draw(&mut self) -> bool {
        if !self.is_out() {
            self.used += 1;
        }
        !self.is_out()
    }
}

impl<D: Decisions> World<D> {
    /// Two sites and three voters that were never started before, on clocks of these rates.
    pub(crate) fn fresh(decisions: D, rates: [u64; 2], slow_disks: bool) -> Self {
        let station = |rate| Station { site: None, frozen: false, rate, store: Store::default() };
        let booth = || Booth { voter: None, disk: Ballots::default() };
        let mut world = Self {
            decisions,
            steps: 0,
            horizon: 0,
            stations: rates.map(station),
            booths: [booth(), booth(), booth()],
            wire: Wire::default(),
            strays: Wire::default(),
            cut: None,
            onlooker: Onlooker::default(),
            slow_disks,
            faults_left: 0,
            writes_left: 0,
            switchovers_left: 0,
        };
        for seat in Seat::ALL {
            world.boot(seat);
        }
        world
    }

    /// What the site's steady clock says. No promise of the lease rests on the wall clock, which stands still.
    pub(crate) fn now(&self, side: Side) -> LocalTime {
        let local = self.steps * self.stations[side.index()].rate * 1_000_000;
        LocalTime { monotonic: Monotonic(local), wall: Wall::ZERO }
    }

    /// Whether the site holds a valid lease by its own clock.
    pub(crate) fn is_serving(&self, side: Side) -> bool {
        self.stations[side.index()].site.as_ref().is_some_and(|site| site.is_serving(self.now(side)))
    }

    /// Whether the site's log has everything that was ever acknowledged.
    pub(crate) fn has_everything(&self, side: Side) -> bool {
        self.onlooker.acknowledged.iter().all(|record| self.stations[side.index()].store.holds(record))
    }

    /// Whether a place has power.
    pub(crate) const fn is_up(&self, seat: Seat) -> bool {
        self.booths[seat.index()].voter.is_some()
    }

    /// Whether the processes of a place run.
    pub(crate) fn runs(&self, seat: Seat) -> bool {
        self.is_up(seat) && self.stations.get(seat.index()).is_none_or(|station| !station.frozen)
    }

    /// Whether a site waits for nothing but its processor.
    pub(crate) fn is_due(&self, side: Side) -> bool {
        let site = self.stations[side.index()].site.as_ref().filter(|_| self.runs(side.seat()));
        site.and_then(Machine::deadline).is_some_and(|(at, _)| at <= self.now(side).monotonic)
    }

    pub(crate) fn is_flushing(&self, side: Side) -> bool {
        self.runs(side.seat()) && self.stations[side.index()].store.is_flushing()
    }

    pub(crate) fn is_writing(&self, seat: Seat) -> bool {
        self.runs(seat) && self.booths[seat.index()].disk.is_writing()
    }

    /// Whether everything that can happen without time has happened.
    pub(crate) fn is_quiet(&self) -> bool {
        let busy = |side| self.is_due(side) || self.is_flushing(side);
        let writing = Seat::ALL.into_iter().any(|seat| self.is_writing(seat));
        let arriving = self.wire.distinct().any(|(_, message)| self.runs(message.way().1));
        !writing && !arriving && !Side::BOTH.into_iter().any(busy)
    }
}

/// What happens to places.
impl<D: Decisions> World<D> {
    pub(crate) fn boot(&mut self, seat: Seat) {
        let decisions = self.decisions.clone();
        let booth = &mut self.booths[seat.index()];
        booth.voter = Some(Voter::boot(decisions.clone(), seat, booth.disk.durable, booth.disk.incarnation));
        if let Some(&side) = Side::BOTH.get(seat.index()) {
            let now = self.now(side);
            let station = &mut self.stations[side.index()];
            let (identity, disk) = (fixture::identity(side), station.store.boot());
            let probe = Probe { says: Some(identity.datacenter), kept: None };
            let site = Site::boot(decisions, identity, fixture::map(), fixture::policy(), disk, 0, now);
            station.site = Some(site.probed(probe, &mut Vec::new()));
        }
    }

    /// Power is gone at a place; what was on its way there is lost.
    pub(crate) fn crash(&mut self, seat: Seat) {
        self.booths[seat.index()].voter = None;
        self.booths[seat.index()].disk.crash();
        self.wire.retain(|message| message.way().1 != seat);
        let Some(&side) = Side::BOTH.get(seat.index()) else { return };
        if self.is_serving(side) {
            self.onlooker.bereft = self.onlooker.granted.map(|(epoch, _)| epoch);
        }
        let station = &mut self.stations[side.index()];
        station.site = None;
        station.frozen = false;
        station.store.crash();
    }

    /// A place loses power, and what its disks held.
    pub(crate) fn wipe(&mut self, seat: Seat) {
        self.crash(seat);
        self.booths[seat.index()].disk.lose();
        if let Some(station) = self.stations.get_mut(seat.index()) {
            station.store.lose();
        }
    }

    pub(crate) fn perform(&mut self, deed: Deed) {
        self.perform_with(deed, &mut Power::lasting(u32::MAX));
    }

    /// How many writes to disks and messages to others a deed makes.
    pub(crate) fn extent(&self, deed: Deed) -> u32 {
        let mut power = Power::lasting(u32::MAX);
        self.clone().perform_with(deed, &mut power);
        power.used
    }

    /// Power is gone in the midst of a deed: after so many writes to disks and messages to others.
    pub(crate) fn fail_during(&mut self, deed: Deed, after: u32) {
        let seat = self.place_of(deed);
        self.perform_with(deed, &mut Power::lasting(after));
        self.crash(seat);
    }

    /// Where a deed is done.
    pub(crate) fn place_of(&self, deed: Deed) -> Seat {
        match deed {
            Deed::Take(index) => self.wire.get(index).way().1,
            Deed::TakeStray(index) => self.strays.get(index).way().1,
            Deed::Wake(side) | Deed::Flushed(side) | Deed::Write(side) | Deed::Order(side, _) => side.seat(),
            Deed::Written(seat) => seat,
        }
    }

    fn perform_with(&mut self, deed: Deed, power: &mut Power) {
        let input = match deed {
            Deed::Take(index) => arrival(self.wire.take(index)),
            Deed::TakeStray(index) => arrival(self.strays.take(index)),
            Deed::Wake(side) => Input::Site(side, SiteInput::Wake, Vec::new()),
            Deed::Flushed(side) => Input::Flushed(side),
            Deed::Written(seat) => Input::Written(seat),
            Deed::Write(side) => {
                // Each write is a record of its own.
                let write = fixture::record(Request(u32::from(self.writes_left)));
                self.writes_left -= 1;
                let operation = Operation::Write { write, existing: None, turned_away: None };
                Input::Site(side, SiteInput::Request(operation), Vec::new())
            }
            Deed::Order(side, order) => {
                self.switchovers_left -= 1;
                Input::Site(side, SiteInput::Order(order), Vec::new())
            }
        };
        self.settle(input, power);
        self.clear_wires();
    }

    /// Takes messages away that change nothing now, and never will.
    fn clear_wires(&mut self) {
        let mut wire = std::mem::take(&mut self.wire);
        wire.retain(|message| !self.is_idle(message));
        self.wire = wire;
        let mut strays = std::mem::take(&mut self.strays);
        strays.retain(
            |message| !matches!(*message, Message::Answer { to, from, answer } if self.ignores(to, from, answer)),
        );
        self.strays = strays;
    }

    /// An answer to an attempt or a look that is over counts for nothing ever after. So does a question
    /// whose answer would be such, if the voter would not change for it: it only reads, or it is
    /// under a ballot below the promise, which goes back in a crash at most, and that ends the question.
    fn is_idle(&self, message: &Message) -> bool {
        match *message {
            Message::Answer { to, from, answer } => self.ignores(to, from, answer),
            Message::Question { to, from, question } => {
                let Some(voter) = &self.booths[to.index()].voter else { return false };
                let (mut after, mut effects) = (voter.clone(), Vec::new());
                after.step(LocalTime::default(), VoterInput::Asked { from, question }, &mut effects);
                after == *voter
                    && effects.iter().all(|effect| match *effect {
                        VoterEffect::Answer { to: site, answer } => self.ignores(site, to, answer),
                        _ => false,
                    })
            }
            Message::Peer { .. } => false,
        }
    }

    /// Whether an answer changes nothing at a site, and has it do nothing.
    fn ignores(&self, to: Side, seat: Seat, answer: VoterAnswer) -> bool {
        // The next boot asks under other ballots and tokens.
        let of_a_boot = !matches!(answer, VoterAnswer::Abstains { .. } | VoterAnswer::Enrolled { .. });
        let Some(site) = &self.stations[to.index()].site else { return of_a_boot };
        let (mut after, mut effects) = (site.clone(), Vec::new());
        after.step(self.now(to), SiteInput::Voter { seat, answer }, &mut effects);
        effects.is_empty() && after == *site
    }

    fn note_grant(&mut self, seat: Seat) {
        let accepted = |seat: Seat| self.booths[seat.index()].disk.durable.accepted;
        let Some(Register { epoch, holder, renewal, .. }) = accepted(seat) else { return };
        let agrees = |other: &Seat| accepted(*other).is_some_and(|value| value.renewal == renewal);
        if Seat::ALL.iter().filter(|&other| agrees(other)).count() < 2 {
            return;
        }
        match self.onlooker.granted {
            Some(known) if known.0 > epoch || known.0 == epoch && known.1 != holder => self.onlooker.went_back = true,
            _ => self.onlooker.granted = Some((epoch, holder)),
        }
    }
}

fn arrival(message: Message) -> Input {
    match message {
        Message::Question { to, from, question } => Input::Voter(to, VoterInput::Asked { from, question }),
        Message::Answer { to, from, answer } => Input::Site(to, SiteInput::Voter { seat: from, answer }, Vec::new()),
        Message::Peer { to, message, records } => Input::Site(to, SiteInput::Peer(message), records),
    }
}

/// What places command.
impl<D: Decisions> World<D> {
    /// Carries an input out, and everything that follows from it at the same place without a network,
    /// as far as the power lasts.
    fn settle(&mut self, input: Input, power: &mut Power) {
        let mut queue = VecDeque::from([input]);
        while let Some(input) = queue.pop_front().filter(|_| !power.is_out()) {
            match input {
                Input::Site(side, input, records) => self.step_site(side, input, &records, &mut queue, power),
                Input::Voter(seat, input) => self.step_voter(seat, input, &mut queue, power),
                Input::Flushed(side) if power.draw() => {
                    let through = self.stations[side.index()].store.finish_flush();
                    queue.push_back(Input::Site(side, SiteInput::Persisted { through }, Vec::new()));
                }
                Input::Written(seat) if power.draw() => {
                    self.booths[seat.index()].disk.written();
                    self.note_grant(seat);
                    queue.push_back(Input::Voter(seat, VoterInput::Persisted));
                }
                Input::Flushed(_) | Input::Written(_) => {}
            }
        }
    }

    fn step_site(
        &mut self,
        side: Side,
        input: SiteInput,
        records: &[Request],
        queue: &mut VecDeque<Input>,
        power: &mut Power,
    ) {
        let now = self.now(side);
        let Some(site) = &mut self.stations[side.index()].site else { return };
        let mut effects = Vec::new();
        site.step(now, input, &mut effects);
        for effect in effects {
            let store = &mut self.stations[side.index()].store;
            match effect {
                SiteEffect::Append { position, request } => store.append(position.epoch, request),
                SiteEffect::Store(batch) => records.iter().for_each(|&request| store.append(batch.of, request)),
                SiteEffect::Flush { through, label } => {
                    store.begin_flush(through, label);
                    queue.extend((!self.slow_disks).then_some(Input::Flushed(side)));
                }
                SiteEffect::Quarantine { keep, .. } => store.cut(keep),
                SiteEffect::Reread(batch) => {
                    queue.push_back(Input::Site(side, SiteInput::Reread(batch), Vec::new()));
                }
                SiteEffect::ToPeer(message) => {
                    let records = match message {
                        PeerMessage::Batch(batch) => store.records(batch.first, batch.last),
                        _ => Vec::new(),
                    };
                    self.send(Message::Peer { to: side.peer(), message, records }, power);
                }
                SiteEffect::ToVoter { seat, question } if seat == side.seat() => {
                    queue.push_back(Input::Voter(seat, VoterInput::Asked { from: side, question }));
                }
                SiteEffect::ToVoter { seat, question } => {
                    self.send(Message::Question { to: seat, from: side, question }, power);
                }
                SiteEffect::Respond { request, response: Response::Acknowledged { position, epoch, .. } } => {
                    if power.draw() {
                        self.note_acknowledgement(position, request, epoch);
                    }
                }
                SiteEffect::Respond { .. }
                | SiteEffect::Forget { .. }
                | SiteEffect::Cache { .. }
                | SiteEffect::Probe
                | SiteEffect::KeepRegion(_)
                | SiteEffect::Restore { .. }
                | SiteEffect::BackUp { .. }
                | SiteEffect::Copies(_)
                | SiteEffect::Export { .. }
                | SiteEffect::Settle(_)
                | SiteEffect::Erase { .. }
                | SiteEffect::Commission { .. }
                | SiteEffect::Retire { .. }
                | SiteEffect::Announce(_) => {}
            }
        }
    }

    fn note_acknowledgement(&mut self, position: Position, request: Request, epoch: Epoch) {
        self.onlooker.acknowledged.push((position, request));
        self.onlooker.late_acknowledgement |= self.onlooker.granted.is_some_and(|(last, _)| last > epoch);
    }

    fn step_voter(&mut self, seat: Seat, input: VoterInput, queue: &mut VecDeque<Input>, power: &mut Power) {
        let Some(voter) = &mut self.booths[seat.index()].voter else { return };
        let mut effects = Vec::new();
        voter.step(LocalTime::default(), input, &mut effects);
        for effect in effects {
            match effect {
                VoterEffect::Persist(record) => {
                    self.booths[seat.index()].disk.write(record.get());
                    queue.extend((!self.slow_disks).then_some(Input::Written(seat)));
                }
                VoterEffect::Answer { to, answer } if to.seat() == seat => {
                    queue.push_back(Input::Site(to, SiteInput::Voter { seat, answer }, Vec::new()));
                }
                VoterEffect::Answer { to, answer } => self.send(Message::Answer { to, from: seat, answer }, power),
                VoterEffect::Notice(register) => {
                    if let Some(&side) = Side::BOTH.get(seat.index()) {
                        queue.push_back(Input::Site(side, SiteInput::Noticed(register), Vec::new()));
                    }
                }
            }
        }
    }

    /// Puts a message on the wire, unless the line is cut or nobody is there.
    fn send(&mut self, message: Message, power: &mut Power) {
        let way = message.way();
        if power.draw() && self.is_up(way.1) && self.cut.is_none_or(|cut| !cut.stops(way)) {
            self.wire.put(message);
        }
    }
}
