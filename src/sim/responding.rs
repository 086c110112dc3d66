//! What sites answer.

use super::event::SiteId;
use super::message::Message;
use super::request::{Origin, Task};
use super::world::World;
use crate::facts::{Fact, Moving, Observer, Unserved};
use crate::service::{Decisions, Request, Response};
use crate::terms::{Refusal, Tenant};

impl<D: Decisions, O: Observer> World<D, O> {
    /// The answer leaves the site.
    pub(super) fn respond(&mut self, site: SiteId, request: Request, response: Response) {
        self.state_response(site, request, response);
        let from = self.sites[site.index()].datacenter();
        match self.requests.get(request).map(|pending| pending.origin) {
            None => {}
            Some(Origin::Device(user)) => {
                let place = self.place_of(user);
                let at = self.network.reply_client(self.now, from, place);
                self.post(at, Message::Reply { request, from: site, response });
            }
            Some(Origin::Merge(to) | Origin::Move(to)) => self.answer_merge(site, to, request, response),
        }
    }

    fn state_response(&mut self, site: SiteId, request: Request, response: Response) {
        let (unit, slot) = (site.unit(), &self.sites[site.index()]);
        let datacenter = slot.datacenter();
        let queue = self.places[datacenter.index()].waiting();
        match response {
            Response::Acknowledged { position, epoch, .. } => {
                let held = slot.store.entry(position.index).map(|entry| entry.birth);
                if let Some(birth) = self.birth(request).or(held) {
                    self.state(Fact::Acknowledged { birth, unit, datacenter, epoch, position });
                }
            }
            Response::Refused { refusal, .. } => {
                if let Some(birth) = self.birth(request) {
                    self.state(Fact::WriteRefused { birth, unit: Some(unit), site: Some(datacenter), refusal, queue });
                } else if matches!(refusal, Refusal::Overloaded { .. }) {
                    self.state(Fact::Unserved(Unserved::TurnedAway { unit, datacenter, queue }));
                }
            }
            Response::Moved { .. } => {
                if let Some(tenant) = self.asker(request) {
                    self.state(Fact::Moving(Moving::Told { tenant, unit, datacenter }));
                }
            }
            Response::Relayed | Response::Redirected { .. } | Response::Shown | Response::Holds { .. } => {}
        }
    }

    /// Whose request it is.
    fn asker(&self, request: Request) -> Option<Tenant> {
        Some(match self.requests.get(request)?.task {
            Task::Write(birth) => birth.tenant,
            Task::Read { conversation, .. } => self.population.conversation(conversation).tenant,
            Task::Inquire(tenant) => tenant,
        })
    }
}
