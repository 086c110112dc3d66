//! A client: finds the site, retries, and keeps the outbox.
//!
//! A client knows the map, so it knows the scale units and their two sites; which of the two holds the
//! lease it learns from answers, and caches for [`Policy::route_ttl`]. A request is tried at one
//! candidate after the other; when all have failed it waits in the outbox, longer each time, and not
//! for less than an overloaded site asks for. What is tried again is paid for from a `budget`, so that
//! clients never add more load to a service in trouble than it can bear. **It tries no datacenter that
//! is not a candidate of the record's unit**, however long the boundary is dark.

mod attempts;
mod budget;
mod moved;
mod open;
mod reading;
#[cfg(test)]
mod tests;

use super::message::{Placed, Read, Request, Response, Write};
use super::placement::{Journey, Placement};
use super::policy::Policy;
use super::{Decisions, Machine, ResidencyMap};
use crate::terms::{Datacenter, DatacenterSet, LocalTime, Monotonic, Refusal, Span, Unit, UnitSet, Wall};
use budget::Budgets;
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
        /// How long the client waits for the answer; `None` where it does not say.
        patience: Option<Span>,
        /// Whether an earlier attempt failed. One that a site sent on is none.
        retry: bool,
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
    /// The map that it started with, by which it routes and reads.
    charter: Arc<ResidencyMap>,
    /// The newest map that it heard of.
    map: Arc<ResidencyMap>,
    policy: Arc<Policy>,
    entropy: u64,
    budgets: Budgets,
    /// Where the holders of the units used last were found.
    routes: [Option<Route>; 2],
    /// Rarely more than one, so the first needs no memory of its own.
    open: SmallVec<[Open; 1]>,
    /// The home that the user's tenant left, and its new one.
    moved: Option<(Unit, Unit)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Route {
    unit: Unit,
    to: Datacenter,
    until: Monotonic,
}

/// More redirections in a row than this mean that the sites disagree: wait.
const MOST_HOPS: u8 = 3;

impl<D: Decisions> Client<D> {
    /// A client that starts with this map and policy (shared by many clients), and entropy for its
    /// back-off.
    pub fn start(decisions: D, map: Arc<ResidencyMap>, policy: Arc<Policy>, entropy: u64) -> Self {
        let budgets = Budgets::default();
        let (charter, open) = (map.clone(), SmallVec::new());
        Self { decisions, charter, map, policy, entropy, budgets, routes: [None; 2], open, moved: None }
    }

    fn compose(&mut self, now: LocalTime, write: &Write, effects: &mut Vec<ClientEffect>) {
        match self.resides(write, now.wall) {
            Err(refusal) => effects.push(ClientEffect::Refused { request: write.request, unit: None, refusal }),
            Ok(placement) => {
                let organization = write.conversation.is_organization();
                let unit = self.home(placement.unit, organization);
                let placed = write.placed.map(|at| Placed { unit: self.home(at.unit, organization), ..at });
                let journey = Journey { conversation: write.conversation, network: write.roaming_in };
                let open = Open { placed, ..Open::new(write.request, Wants::Store, journey, unit) };
                if !self.keeps_back(&open, effects) {
                    self.start_request(now, open, effects);
                }
            }
        }
    }

    /// Where to send a record. Where its maps disagree the site is asked that the charter names: it may have a newer one.
    fn resides(&self, write: &Write, at: Wall) -> Result<Placement, Refusal> {
        let by = |map| self.decisions.residence_of(&self.policy, map, write, at);
        let charter = by(&self.charter);
        if Arc::ptr_eq(&self.charter, &self.map) {
            return charter;
        }
        match self.decisions.stricter(charter, by(&self.map)) {
            Err(Refusal::MapsDisagree) => charter,
            decided => decided,
        }
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
        // What an attempt that was given up came to matters no more, unless it succeeded.
        let late = !open.asked;
        let keep = match response {
            Response::Acknowledged { placed, .. } => {
                self.succeeded(now, &open);
                effects.push(ClientEffect::Confirmed { request, placed });
                false
            }
            Response::Relayed => {
                self.succeeded(now, &open);
                effects.push(ClientEffect::Relayed { request });
                false
            }
            Response::Shown if from != open.unit => true,
            Response::Shown => {
                self.succeeded(now, &open);
                self.part_done(now, &mut open, true, effects)
            }
            Response::Redirected { unit, side, placed } => {
                open.placed = placed.or(open.placed);
                late || self.redirected(now, &mut open, unit, self.map.unit(unit).site(side), effects)
            }
            Response::Moved { to, placed } => {
                open.placed = placed.or(open.placed);
                self.follow(now, &mut open, (from, to), late, effects)
            }
            // Nobody asks on behalf of a user what a new home has.
            Response::Holds { .. } => true,
            Response::Refused { refusal, placed } => {
                open.placed = placed.or(open.placed);
                late && refusal.is_transient() || self.refused(now, &mut open, refusal, effects)
            }
        };
        if keep {
            self.open.push(open);
        } else {
            self.is_over(now, &open);
        }
    }

    /// Refuses a write whose content may not travel to its unit. Returns whether it did.
    fn keeps_back(&self, open: &Open, effects: &mut Vec<ClientEffect>) -> bool {
        let travels = self.decisions.may_travel(&self.policy, &self.charter, open.journey, open.unit);
        if !travels {
            let (request, unit, refusal) = (open.request, Some(open.unit), Refusal::DeviceOutside);
            effects.push(ClientEffect::Refused { request, unit, refusal });
        }
        !travels
    }

    /// Returns whether the request goes on.
    fn redirected(
        &mut self,
        now: LocalTime,
        open: &mut Open,
        unit: Unit,
        to: Datacenter,
        effects: &mut Vec<ClientEffect>,
    ) -> bool {
        if open.unit != unit {
            self.gives_back(now, open);
        }
        open.unit = unit;
        open.hops += 1;
        if open.wants == Wants::Store && self.keeps_back(open, effects) {
            return false;
        }
        let candidates = self.decisions.candidates(&self.map, unit, false);
        let place = candidates.as_slice().iter().position(|&dc| dc == to);
        open.turn = place.unwrap_or(0) as u8;
        if open.hops > MOST_HOPS {
            self.wait(now, open, Span::ZERO, effects);
        } else {
            self.send(now, open, false, effects);
        }
        true
    }

    /// Returns whether the request goes on.
    fn refused(&mut self, now: LocalTime, open: &mut Open, refusal: Refusal, effects: &mut Vec<ClientEffect>) -> bool {
        if !refusal.is_transient() {
            effects.push(ClientEffect::Refused { request: open.request, unit: Some(open.unit), refusal });
            return false;
        }
        if let Refusal::Overloaded { retry_after } = refusal {
            return self.turned_away(now, open, retry_after, effects);
        }
        self.routes.iter_mut().for_each(|route| *route = route.filter(|route| route.unit != open.unit));
        match refusal {
            Refusal::SwitchingOver | Refusal::MapsDisagree => {
                self.wait(now, open, Span::ZERO, effects);
                true
            }
            Refusal::Moving { retry_after } => {
                self.wait(now, open, retry_after, effects);
                true
            }
            _ => self.next_candidate(now, open, effects),
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
