//! The life of one record: from the device that made it to every disk on which it came to rest, and
//! to whatever took it from there.

use super::decided::Taken;
use super::inputs::{clock_of, contract, route};
use super::known::Known;
use super::lease::Leases;
use super::pen::Pen;
use super::reasons;
use super::step::{ClientStep, SiteStep, decided};
use super::story::{Input, Link};
use super::words::{a, refusal, site_input};
use crate::facts::Fact;
use crate::service::{
    ClientEffect, ClientInput, Operation, PeerMessage, Request, Response, SiteEffect, SiteInput, Write,
};
use crate::sim::trace::Actor;
use crate::terms::{Birth, CopyClass, Datacenter, Instant, Position, Record, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Tells the life of a record.
#[derive(Debug)]
pub(super) struct Life {
    record: Record,
    birth: Option<Birth>,
    /// Requests that carry it, and the last link about each.
    requests: BTreeMap<Request, Option<usize>>,
    /// Where it stands in which log, by datacenter, and the link that put it there.
    logged: BTreeMap<Datacenter, (Unit, Position, usize)>,
    /// Where it was appended, and by which link.
    appended: BTreeMap<Unit, (Position, usize)>,
    /// Sites that sent it to their peer.
    shipped: BTreeSet<Actor>,
    /// Whether its device waits for an answer, and not for the next attempt.
    asked: bool,
    /// The units that it was sent to.
    pub(super) units: BTreeSet<Unit>,
    /// The last time that anything happened to it.
    pub(super) until: Instant,
}

impl Life {
    pub(super) const fn of(record: Record) -> Self {
        Self {
            record,
            birth: None,
            requests: BTreeMap::new(),
            logged: BTreeMap::new(),
            appended: BTreeMap::new(),
            shipped: BTreeSet::new(),
            asked: false,
            units: BTreeSet::new(),
            until: Instant::ZERO,
        }
    }

    /// What the record is, once it was made.
    pub(super) const fn birth(&self) -> Option<&Birth> {
        self.birth.as_ref()
    }

    /// Takes what physically happened to the record.
    pub(super) fn observe(&mut self, at: Instant, fact: &Fact, pen: &mut Pen<'_>) {
        match *fact {
            Fact::RecordBorn(birth) if birth.record == self.record => {
                self.birth = Some(birth);
                self.until = at;
            }
            Fact::Landed { birth, copy, datacenter, unit, position } if birth.record == self.record => {
                self.landed(at, copy, datacenter, (unit, position), pen);
            }
            Fact::RangeLanded { copy, datacenter, unit, epoch, first, last } => {
                let here = |position: Position| position.epoch == epoch && (first..=last).contains(&position.index);
                let Some(&(position, by)) = self.appended.get(&unit).filter(|(position, _)| here(*position)) else {
                    return;
                };
                let name = pen.known.name(datacenter);
                let happened = match copy {
                    CopyClass::Replica => format!("It is copied to {name} again, with the run of records around it."),
                    _ => format!("It is copied to {name} as a {copy}, with the run of records around it."),
                };
                let number = self.tell(Link::new(at, happened).of(unit).because([by]), pen);
                if copy == CopyClass::Replica {
                    self.logged.insert(datacenter, (unit, position, number));
                }
            }
            Fact::StorageLost { unit, datacenter, .. } => {
                let lost = self.logged.remove(&datacenter).filter(|&(of, ..)| of == unit);
                if let Some((.., by)) = lost {
                    let happened = format!("It is lost with the disk of {}.", pen.known.name(datacenter));
                    let about = pen.faults.about([datacenter]);
                    self.tell(Link::new(at, happened).of(unit).because([by]).because(about), pen);
                }
            }
            _ => {}
        }
    }

    /// Takes a step of a client.
    pub(super) fn client(&mut self, step: &ClientStep<'_>, pen: &mut Pen<'_>) {
        if let ClientInput::Write(write) = step.input
            && write.record == self.record
        {
            self.requests.entry(write.request).or_default();
        }
        let own = |effect: &&ClientEffect| self.requests.contains_key(&request_of(effect));
        let effects: Vec<_> = step.effects.iter().filter(own).copied().collect();
        let Some(first) = effects.first() else { return };
        let request = request_of(first);
        let kind = effects.iter().map(kind_of).collect::<Vec<_>>().join(", ");
        let heard = self.heard(step, pen.known);
        let commanded = effects.iter().map(|effect| self.commanded(*effect, pen.known));
        let happened = std::iter::once(heard).chain(commanded).filter(|sentence| !sentence.is_empty());
        let happened = happened.collect::<Vec<_>>().join(" ");
        let mut link = Link::new(step.at, happened).by(step.who()).because(self.requests[&request]);
        for effect in &effects {
            if let ClientEffect::Send { unit, to, candidates, attempt, .. } = *effect {
                self.units.insert(unit);
                link = link.of(unit).on(route(unit, to, candidates, attempt, pen.known));
            }
        }
        if let ClientInput::Write(write) = step.input {
            link = link.on([contract(write)]);
        }
        let strange = || reasons::strange_candidates(step, pen.known);
        link.decision = strange()
            .or_else(|| reasons::residence(step.notes, self.record, pen.known))
            .or_else(|| reasons::darkness(step));
        self.asked = effects.iter().any(|effect| matches!(effect, ClientEffect::Send { .. }));
        self.tell_or_count(Actor::Client(step.user), kind, request, link, pen);
    }

    /// Takes a step of a site.
    pub(super) fn site(&mut self, step: &SiteStep<'_>, leases: &Leases, pen: &mut Pen<'_>) {
        match step.input {
            SiteInput::Request(Operation::Write { write, .. }) if write.record == self.record => {
                self.requests.entry(write.request).or_default();
                self.received(step, write, pen);
            }
            _ => self.answered(step, leases, pen),
        }
        self.shipped(step, pen);
    }

    /// A site gets the write.
    fn received(&mut self, step: &SiteStep<'_>, write: &Write, pen: &mut Pen<'_>) {
        let (known, request) = (pen.known, write.request);
        let done = step.effects.iter().filter_map(|effect| match *effect {
            SiteEffect::Append { position, request: of } if of == request => {
                Some(format!("Appends it to its log at {position}, and has the disk flush it."))
            }
            SiteEffect::Respond { request: of, response } if of == request => Some(self.response(response, known)),
            SiteEffect::Cache { request: of } if of == request => Some("Puts it into its cache.".to_owned()),
            _ => None,
        });
        let mut sentences: Vec<_> = std::iter::once("Gets the write.".to_owned()).chain(done).collect();
        if sentences.len() == 1 {
            sentences.push("It has it already, and will answer when it may.".to_owned());
        }
        let appended = step.effects.iter().find_map(|effect| match *effect {
            SiteEffect::Append { position, request: of } if of == request => Some(position),
            _ => None,
        });
        let mut link =
            Link::new(step.at, sentences.join(" ")).by(step.who(known)).of(step.unit).because(self.requests[&request]);
        link = link.on([Input::fresh(format!("that this is attempt {}", write.attempt)), clock_of(step)]);
        link.decision = reasons::residence(step.notes, self.record, known);
        let number = self.tell_or_count(step.actor(), "receives".to_owned(), request, link, pen);
        self.appended.extend(appended.map(|position| (step.unit, (position, number))));
    }

    /// A site answers a write that waited.
    fn answered(&mut self, step: &SiteStep<'_>, leases: &Leases, pen: &mut Pen<'_>) {
        let mut granted =
            step.notes.iter().filter(|note| matches!(note.taken, Taken::Acknowledge { answer: true, .. }));
        for effect in step.effects {
            let SiteEffect::Respond { request, response } = *effect else { continue };
            let note = matches!(response, Response::Acknowledged { .. }).then(|| granted.next()).flatten();
            let Some(&last) = self.requests.get(&request) else { continue };
            let happened =
                format!("{} Input: {}.", self.response(response, pen.known), site_input(step.input, step.timer));
            let mut link = Link::new(step.at, happened).by(step.who(pen.known)).of(step.unit).because(last);
            link = link.because(self.logged.values().filter(|(unit, ..)| *unit == step.unit).map(|&(.., by)| by));
            if let Response::Acknowledged { epoch, .. } = response {
                link = link.because(leases.promotion(step.unit, epoch));
            }
            link.decision = match note.map(|note| (note.taken, note.unlike_shipped)) {
                Some((Taken::Acknowledge { standing, .. }, unlike)) => {
                    Some(decided("may_acknowledge", format!("yes: {}", reasons::acknowledge(&standing)), unlike))
                }
                _ => reasons::refusal(step.notes),
            };
            let number = self.tell(link, pen);
            self.requests.insert(request, Some(number));
        }
    }

    /// A site sends the record to its peer, for the first time.
    fn shipped(&mut self, step: &SiteStep<'_>, pen: &mut Pen<'_>) {
        let Some(&(position, by)) = self.appended.get(&step.unit) else { return };
        let covering = step.effects.iter().find_map(|effect| match *effect {
            SiteEffect::ToPeer(PeerMessage::Batch(batch))
                if batch.of == position.epoch && (batch.first..=batch.last).contains(&position.index) =>
            {
                Some(batch)
            }
            _ => None,
        });
        let Some(batch) = covering.filter(|_| !self.shipped.contains(&step.actor())) else { return };
        self.shipped.insert(step.actor());
        let peer = pen.known.name(step.peer_place(pen.known)).to_owned();
        let lot = format!("with records {} to {} of its log", batch.first, batch.last);
        let lot = if batch.first == batch.last { "by itself".to_owned() } else { lot };
        let happened = format!("Sends it to {peer}, {lot}.");
        let here = self.logged.get(&step.here(pen.known)).map(|&(.., by)| by);
        let link = Link::new(step.at, happened).by(step.who(pen.known)).of(step.unit).because([here.unwrap_or(by)]);
        let number = self.tell(link, pen);
        self.appended.insert(step.unit, (position, number));
    }

    fn landed(
        &mut self,
        at: Instant,
        copy: CopyClass,
        datacenter: Datacenter,
        (unit, position): (Unit, Position),
        pen: &mut Pen<'_>,
    ) {
        let name = pen.known.name(datacenter);
        let boundary = pen.known.setting.plan.datacenters[datacenter.index()].boundary;
        let inside = pen.known.setting.names.boundary(boundary);
        let happened = match copy {
            CopyClass::Log => format!("It rests in {name}, in {inside}: durable in the log at {position}."),
            CopyClass::Replica => {
                format!("It rests in {name}, in {inside}: durable in the copy of the log at {position}.")
            }
            CopyClass::QuarantinedTail => {
                format!(
                    "It is taken out of the log in {name}, where it stood at {position}, and set aside on the same disk."
                )
            }
            _ => format!("It rests in {name}, in {inside}: as a {copy}."),
        };
        let before = self.logged.get(&datacenter).map(|&(.., by)| by);
        let by = self.appended.get(&unit).map(|&(_, by)| by).or(before);
        let by = by.or_else(|| self.requests.values().flatten().last().copied());
        let number = self.tell(Link::new(at, happened).of(unit).because(by), pen);
        match copy {
            CopyClass::QuarantinedTail => drop(self.logged.remove(&datacenter)),
            _ => drop(self.logged.insert(datacenter, (unit, position, number))),
        }
    }

    fn tell(&mut self, link: Link, pen: &mut Pen<'_>) -> usize {
        self.until = link.at;
        pen.chain.push(Link { of_record: true, ..link })
    }

    /// Tells a link about a request, or counts it where it repeats another.
    fn tell_or_count(&mut self, by: Actor, kind: String, request: Request, link: Link, pen: &mut Pen<'_>) -> usize {
        self.until = link.at;
        let number = pen.chain.push_or_count(by, kind, pen.window, Link { of_record: true, ..link });
        self.requests.insert(request, Some(number));
        number
    }

    /// What a client heard, or that it heard nothing.
    fn heard(&self, step: &ClientStep<'_>, known: &Known) -> String {
        match step.input {
            ClientInput::Write(write) => {
                let birth = self.birth.as_ref();
                let of = known.setting.names.tenant(write.tenant);
                let with = birth.filter(|birth| birth.with != self.record);
                let with = with.map(|birth| format!(", which belongs to record {}", birth.with.0)).unwrap_or_default();
                let conversation = birth.map(|birth| birth.conversation.0).unwrap_or_default();
                let what = a(write.kind);
                format!(
                    "Somebody of {of} makes record {}, {what}, in conversation {conversation}{with}.",
                    self.record.0
                )
            }
            ClientInput::Answered { unit, response, .. } => {
                format!("Hears from {}: {}", known.unit(*unit), self.response(*response, known))
            }
            ClientInput::Wake if self.asked => "No answer came in time.".to_owned(),
            ClientInput::Wake => "The wait is over.".to_owned(),
            ClientInput::Read(_) | ClientInput::MapLearned(_) => String::new(),
        }
    }

    fn response(&self, response: Response, known: &Known) -> String {
        match response {
            Response::Acknowledged { position, epoch, .. } => {
                format!("Record {} is acknowledged at {position}, under epoch {epoch}.", self.record.0)
            }
            Response::Relayed => "The media is passed on, and rests nowhere.".to_owned(),
            Response::Redirected { unit, side, .. } => {
                format!("The one to ask is {} in {}.", known.unit(unit), known.at(unit, side))
            }
            Response::Shown | Response::Holds { .. } => "It is shown.".to_owned(),
            Response::Moved { to, .. } => format!("The tenant has moved permanently, to {}.", known.unit(to)),
            Response::Refused { refusal: why, .. } => format!("Refused: {}.", refusal(why)),
        }
    }

    fn commanded(&self, effect: ClientEffect, known: &Known) -> String {
        match effect {
            ClientEffect::Send { unit, to, .. } => format!("It asks {}, of {}.", known.name(to), known.unit(unit)),
            ClientEffect::Queued { .. } => "The write waits in the outbox.".to_owned(),
            ClientEffect::Refused { refusal: why, .. } => format!("The user is told: {}.", refusal(why)),
            ClientEffect::Confirmed { .. } => format!("The user sees that record {} is stored.", self.record.0),
            ClientEffect::Relayed { .. } => "The call went through.".to_owned(),
            ClientEffect::Shown { .. } => String::new(),
        }
    }
}

const fn request_of(effect: &ClientEffect) -> Request {
    match *effect {
        ClientEffect::Send { request, .. }
        | ClientEffect::Queued { request, .. }
        | ClientEffect::Refused { request, .. }
        | ClientEffect::Confirmed { request, .. }
        | ClientEffect::Relayed { request }
        | ClientEffect::Shown { request, .. } => request,
    }
}

fn kind_of(effect: &ClientEffect) -> String {
    match *effect {
        ClientEffect::Send { to, .. } => format!("asks {}", to.0),
        ClientEffect::Queued { .. } => "waits".to_owned(),
        _ => "ends".to_owned(),
    }
}
