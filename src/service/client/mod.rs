//! A client: finds the site, retries, and keeps the outbox.
//!
//! A client knows the map, so it knows the scale units and their two sites; which of the two holds the
//! lease it learns from answers, and caches for [`Policy::route_ttl`]. A request is tried at one
//! candidate after the other; when all have failed it waits in the outbox, longer each time. **It tries
//! no datacenter that is not a candidate of the record's unit**, however long the boundary is dark.

mod open;

use super::decisions::Silence;
use super::message::{Placed, Read, Request, Response, Write};
use super::policy::Policy;
use super::{Decisions, Machine, ResidencyMap, entropy};
use crate::terms::{Datacenter, DatacenterSet, LocalTime, Monotonic, Refusal, Span, Unit, UnitSet};
use open::{Open, Wants};
use smallvec::SmallVec;
use std::sync::Arc;

/// What happens to a client.
#[derive(Clone, Debug)]
pub enum ClientInput {
    /// A deadline may have passed.
    Wake,
    /// The user made a record.
    Write(Write),
    /// The user opened a conversation.
    Read(Read),
    /// A site answered. `unit` is the site's.
    Answered {
        /// Which request.
        request: Request,
        /// The unit that answered.
        unit: Unit,
        /// What.
        response: Response,
    },
    /// The client learned of a newer map.
    MapLearned(Arc<ResidencyMap>),
}

/// What a client commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientEffect {
    /// Send the request to the site of `unit` at `to`.
    Send {
        /// Which request.
        request: Request,
        /// The scale unit asked.
        unit: Unit,
        /// Its site's datacenter: one of `candidates`.
        to: Datacenter,
        /// Every datacenter that may get this request's bytes, now or in a later attempt.
        candidates: DatacenterSet,
        /// The placement known so far, to be sent along.
        placed: Option<Placed>,
        /// 1 for the first attempt.
        attempt: u16,
    },
    /// Keep the write in the outbox; another attempt follows.
    Queued {
        /// Which request.
        request: Request,
        /// The unit that it waits for.
        unit: Unit,
    },
    /// Tell the user. The write stays in the outbox where [`Refusal::is_transient`]; else it is over.
    Refused {
        /// Which request.
        request: Request,
        /// The unit, where one was chosen.
        unit: Option<Unit>,
        /// Why.
        refusal: Refusal,
    },
    /// The write is acknowledged: the request is over.
    Confirmed {
        /// Which request.
        request: Request,
        /// Where it was placed: records that follow it keep this.
        placed: Placed,
    },
    /// The call media went through: the request is over.
    Relayed {
        /// Which request.
        request: Request,
    },
    /// Show the conversation: the request is over.
    Shown {
        /// Which request.
        request: Request,
        /// The units whose part is shown.
        shown: UnitSet,
        /// The units whose part is withheld, with the reason shown in its place.
        withheld: UnitSet,
    },
}

/// Why a client asks to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientTimer {
    /// No answer came in time, or the back-off of a request in the outbox is over.
    RequestDue,
}

/// A client on one device: the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client<D> {
    decisions: D,
    map: Arc<ResidencyMap>,
    policy: Arc<Policy>,
    entropy: u64,
    /// Where the holders of the units used last were found.
    routes: [Option<Route>; 2],
    /// Rarely more than one, so the first needs no memory of its own.
    open: SmallVec<[Open; 1]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Route {
    unit: Unit,
    to: Datacenter,
    until: Monotonic,
}

/// A reader is not kept waiting: a part is withheld after this many rounds over the candidates.
const ROUNDS_OF_A_READ: u8 = 3;
/// More redirections in a row than this mean that the sites disagree: wait.
const MOST_HOPS: u8 = 3;

impl<D: Decisions> Client<D> {
    /// A client that starts with this map and policy (shared by many clients), and entropy for its
    /// back-off.
    pub fn start(decisions: D, map: Arc<ResidencyMap>, policy: Arc<Policy>, entropy: u64) -> Self {
        Self { decisions, map, policy, entropy, routes: [None; 2], open: SmallVec::new() }
    }

    fn compose(&mut self, now: LocalTime, write: &Write, effects: &mut Vec<ClientEffect>) {
        match self.decisions.residence_of(&self.policy, &self.map, write, now.wall) {
            Err(refusal) => effects.push(ClientEffect::Refused { request: write.request, unit: None, refusal }),
            Ok(placement) => {
                let open = Open::new(write.request, Wants::Store, placement.unit, write.placed);
                self.start_request(now, open, effects);
            }
        }
    }

    fn open_conversation(&mut self, now: LocalTime, read: &Read, effects: &mut Vec<ClientEffect>) {
        let wanted = self.decisions.parts_of(&self.policy, &self.map, read, now.wall);
        let (shown, withheld) = (UnitSet::EMPTY, UnitSet::EMPTY);
        match wanted.iter().next() {
            None => effects.push(ClientEffect::Shown { request: read.request, shown, withheld }),
            Some(unit) => {
                let wants = Wants::Show { wanted, shown, withheld };
                self.start_request(now, Open::new(read.request, wants, unit, None), effects);
            }
        }
    }

    fn start_request(&mut self, now: LocalTime, mut open: Open, effects: &mut Vec<ClientEffect>) {
        self.aim(now, &mut open);
        self.send(now, &mut open, effects);
        self.open.push(open);
    }

    /// Turns to the cached holder of the request's unit, or to the preferred primary.
    fn aim(&self, now: LocalTime, open: &mut Open) {
        let cached = self.routes.iter().flatten().find(|route| route.unit == open.unit && now.monotonic < route.until);
        let candidates = self.decisions.candidates(&self.map, open.unit, false);
        let place = cached.and_then(|route| candidates.as_slice().iter().position(|&dc| dc == route.to));
        open.turn = place.unwrap_or(0) as u8;
    }

    fn send(&self, now: LocalTime, open: &mut Open, effects: &mut Vec<ClientEffect>) {
        let dark = open.told_dark;
        let candidates = self.decisions.candidates(&self.map, open.unit, dark);
        let list = candidates.as_slice();
        let to = list[usize::from(open.turn) % list.len()];
        open.attempt = open.attempt.saturating_add(1);
        open.asked = true;
        open.due = now.monotonic + self.policy.request_timeout;
        let (request, unit, placed, attempt) = (open.request, open.unit, open.placed, open.attempt);
        let candidates = candidates.set();
        effects.push(ClientEffect::Send { request, unit, to, candidates, placed, attempt });
    }

    fn answered(
        &mut self,
        now: LocalTime,
        request: Request,
        from: Unit,
        response: Response,
        effects: &mut Vec<ClientEffect>,
    ) {
        let Some(place) = self.open.iter().position(|open| open.request == request) else { return };
        let mut open = self.open.swap_remove(place);
        open.heard();
        let keep = match response {
            Response::Acknowledged { placed, .. } => {
                self.learn(now, &open);
                effects.push(ClientEffect::Confirmed { request, placed });
                false
            }
            Response::Relayed => {
                self.learn(now, &open);
                effects.push(ClientEffect::Relayed { request });
                false
            }
            Response::Shown => from != open.unit || self.part_done(now, &mut open, true, effects),
            Response::Redirected { unit, side, placed } => {
                open.placed = placed.or(open.placed);
                self.redirected(now, &mut open, unit, self.map.unit(unit).site(side), effects);
                true
            }
            Response::Refused { refusal, placed } => {
                open.placed = placed.or(open.placed);
                self.refused(now, &mut open, refusal, effects)
            }
        };
        if keep {
            self.open.push(open);
        }
    }

    /// Remembers where the holder was found.
    fn learn(&mut self, now: LocalTime, open: &Open) {
        let list = self.decisions.candidates(&self.map, open.unit, open.told_dark);
        let list = list.as_slice();
        let to = list[usize::from(open.turn) % list.len()];
        let route = Route { unit: open.unit, to, until: now.monotonic + self.policy.route_ttl };
        if self.routes[0].is_some_and(|first| first.unit != route.unit) {
            self.routes[1] = self.routes[0];
        }
        self.routes[0] = Some(route);
    }

    fn redirected(
        &mut self,
        now: LocalTime,
        open: &mut Open,
        unit: Unit,
        to: Datacenter,
        effects: &mut Vec<ClientEffect>,
    ) {
        open.unit = unit;
        open.hops += 1;
        let candidates = self.decisions.candidates(&self.map, unit, false);
        let place = candidates.as_slice().iter().position(|&dc| dc == to);
        open.turn = place.unwrap_or(0) as u8;
        if open.hops > MOST_HOPS {
            self.wait(now, open, Span::ZERO, effects);
        } else {
            self.send(now, open, effects);
        }
    }

    /// Returns whether the request goes on.
    fn refused(&mut self, now: LocalTime, open: &mut Open, refusal: Refusal, effects: &mut Vec<ClientEffect>) -> bool {
        if !refusal.is_transient() {
            effects.push(ClientEffect::Refused { request: open.request, unit: Some(open.unit), refusal });
            return false;
        }
        self.routes.iter_mut().for_each(|route| *route = route.filter(|route| route.unit != open.unit));
        match refusal {
            Refusal::Overloaded { retry_after } => {
                self.wait(now, open, retry_after, effects);
                true
            }
            Refusal::SwitchingOver => {
                self.wait(now, open, Span::ZERO, effects);
                true
            }
            _ => self.next_candidate(now, open, effects),
        }
    }

    /// Tries the next candidate, or waits once all have failed. Returns whether the request goes on.
    fn next_candidate(&mut self, now: LocalTime, open: &mut Open, effects: &mut Vec<ClientEffect>) -> bool {
        open.turn = open.turn.wrapping_add(1);
        open.failed += 1;
        let count = self.decisions.candidates(&self.map, open.unit, open.told_dark).as_slice().len();
        match open.wants {
            _ if usize::from(open.failed) % count != 0 => self.send(now, open, effects),
            Wants::Store => {
                open.silent_rounds = open.silent_rounds.saturating_add(u8::from(open.silent_since.is_some()));
                let silence = Silence { lasts: open.silent_for(now.monotonic), rounds: open.silent_rounds };
                if !open.told_dark && self.decisions.is_dark(silence, self.policy.rto_bound()) {
                    open.told_dark = true;
                    let (request, unit) = (open.request, Some(open.unit));
                    effects.push(ClientEffect::Refused { request, unit, refusal: Refusal::BoundaryDark });
                }
                self.wait(now, open, Span::ZERO, effects);
            }
            Wants::Show { .. } if usize::from(open.failed) < usize::from(ROUNDS_OF_A_READ) * count => {
                self.send(now, open, effects);
            }
            Wants::Show { .. } => return self.part_done(now, open, false, effects),
        }
        true
    }

    /// Puts a request into the outbox for a while: exponential back-off with jitter.
    fn wait(&mut self, now: LocalTime, open: &mut Open, at_least: Span, effects: &mut Vec<ClientEffect>) {
        let full = open.backoff(&self.policy).0;
        self.entropy = entropy::next(self.entropy);
        let jittered = Span(full / 2 + self.entropy % (full / 2).max(1));
        open.waits = open.waits.saturating_add(1);
        open.failed = 0;
        open.hops = 0;
        open.asked = false;
        open.due = now.monotonic + jittered.max(at_least);
        if open.wants == Wants::Store {
            effects.push(ClientEffect::Queued { request: open.request, unit: open.unit });
        }
    }

    /// A part of a conversation is shown or withheld; asks for the next. Returns whether one is left.
    fn part_done(&mut self, now: LocalTime, open: &mut Open, seen: bool, effects: &mut Vec<ClientEffect>) -> bool {
        let Wants::Show { wanted, shown, withheld } = open.wants else { return true };
        let wanted = wanted.without(open.unit);
        let (shown, withheld) =
            if seen { (shown.with(open.unit), withheld) } else { (shown, withheld.with(open.unit)) };
        open.wants = Wants::Show { wanted, shown, withheld };
        let Some(next) = wanted.iter().next() else {
            effects.push(ClientEffect::Shown { request: open.request, shown, withheld });
            return false;
        };
        open.unit = next;
        open.failed = 0;
        open.heard();
        self.aim(now, open);
        self.send(now, open, effects);
        true
    }

    /// Acts on every request whose time has come.
    fn due(&mut self, now: LocalTime, effects: &mut Vec<ClientEffect>) {
        let mut place = 0;
        while place < self.open.len() {
            if self.open[place].due > now.monotonic {
                place += 1;
                continue;
            }
            let mut open = self.open.swap_remove(place);
            let goes_on = if open.asked {
                let asked_at = open.due.before(self.policy.request_timeout);
                open.silent_since.get_or_insert(asked_at);
                self.next_candidate(now, &mut open, effects)
            } else {
                self.send(now, &mut open, effects);
                true
            };
            if goes_on {
                self.open.push(open);
                let last = self.open.len() - 1;
                self.open.swap(place, last);
                place += 1;
            }
        }
    }
}

impl<D: Decisions> Machine for Client<D> {
    type Input = ClientInput;
    type Effect = ClientEffect;
    type Timer = ClientTimer;

    fn step(&mut self, now: LocalTime, input: ClientInput, effects: &mut Vec<ClientEffect>) {
        match input {
            ClientInput::Wake => {}
            ClientInput::Write(write) => self.compose(now, &write, effects),
            ClientInput::Read(read) => self.open_conversation(now, &read, effects),
            ClientInput::Answered { request, unit, response } => self.answered(now, request, unit, response, effects),
            ClientInput::MapLearned(map) => self.map = map,
        }
        self.due(now, effects);
    }

    fn deadline(&self) -> Option<(Monotonic, ClientTimer)> {
        let due = self.open.iter().map(|open| open.due).min()?;
        Some((due, ClientTimer::RequestDue))
    }
}
