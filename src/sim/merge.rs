//! Reconciliation of a quarantined tail: **records merge by identifier**.
//!
//! A site whose tail was set aside hands each record of it that the holder lacks to the holder, as
//! an ordinary write of the same record over the link of the pair, and keeps the copy until the
//! write is acknowledged. Two kinds of record are left out: those that stand in the holder's log,
//! and those whose client was never answered, for it will bring them itself. The work goes on in
//! small lots, survives a restart (the tail is on the disk), and ends with the storage. What is a
//! tenant's that has moved goes to its new home, in lots of its own: an old home that is overloaded
//! holds up nobody who has left it.

use super::event::{Event, SiteId};
use super::message::{Asked, Message};
use super::request::{Origin, Pending, Requests, Task};
use super::store::Entry;
use super::world::{SMALL, World};
use crate::facts::{Fact, Fate, Observer, Reconciled};
use crate::service::{Decisions, Placed, Request, Response};
use crate::terms::{Birth, Position, Span, Unit, Wall};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// So many records are brought back to one home at once.
const LOT: usize = 64;

/// What a site has yet to bring back.
#[derive(Default)]
pub(super) struct Merge {
    waiting: VecDeque<Entry>,
    under_way: Vec<Request>,
    attempt: u16,
    planned: bool,
}

impl Merge {
    /// Every record that is still set aside.
    pub(super) fn set_aside<'a>(&'a self, requests: &'a Requests) -> impl Iterator<Item = &'a Birth> {
        let under_way = self.under_way.iter().filter_map(|&request| requests.get(request)?.birth());
        self.waiting.iter().map(|entry| &entry.birth).chain(under_way)
    }

    /// Whether everything was brought back.
    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_empty()
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Notes what the holder lacks of a tail that was just set aside.
    pub(super) fn begin_merge(&mut self, site: SiteId, tail: &[(Position, Entry)]) {
        let held: BTreeSet<_> =
            self.sites[site.peer().index()].store.retained().map(|entry| entry.birth.record).collect();
        for (_, entry) in tail {
            // Who copies a tenant brings again what its new home lacks.
            let waits = self.requests.get(entry.request).and_then(Pending::record) == Some(entry.birth.record)
                || !entry.birth.kind.is_made_by_people();
            match (waits, held.contains(&entry.birth.record)) {
                (true, _) => self.reconciled(site, entry.birth, Fate::WithClient),
                (_, true) => self.reconciled(site, entry.birth, Fate::Duplicate),
                _ => self.sites[site.index()].merge.waiting.push_back(*entry),
            }
        }
        self.plan_merge(site, Span::ZERO);
    }

    /// Sends the next lot, or what is left of the last one again.
    pub(super) fn merge(&mut self, site: SiteId) {
        self.sites[site.index()].merge.planned = false;
        if self.sites[site.index()].merge.is_done() {
            return;
        }
        let here = self.sites[site.index()].datacenter();
        let place = &self.places[here.index()];
        if place.running && !place.halted(site.unit()) {
            self.send_lots(site);
        }
        self.plan_merge(site, self.policy.request_timeout);
    }

    /// The holder's answer leaves for the site that brings a record back.
    pub(super) fn answer_merge(&mut self, from: SiteId, to: SiteId, request: Request, response: Response) {
        let [here, there] = [from, to].map(|site| self.sites[site.index()].datacenter());
        if here == there {
            self.merged(to, request, response);
        } else {
            self.send(here, there, SMALL, Message::Resubmitted { request, from, to, response });
        }
    }

    /// The holder answered: an acknowledged record is back, any other is sent again later, to its new home if its
    /// tenant moved.
    pub(super) fn merged(&mut self, site: SiteId, request: Request, response: Response) {
        if self.requests.get(request).is_some_and(|pending| matches!(pending.origin, Origin::Move(_))) {
            return self.exported(site, request, response);
        }
        if let (Response::Moved { placed, .. }, Some(pending)) = (response, self.requests.get_mut(request)) {
            pending.placed = placed.or(pending.placed);
        }
        let merge = &mut self.sites[site.index()].merge;
        let Some(turn) = merge.under_way.iter().position(|&one| one == request) else { return };
        if matches!(response, Response::Acknowledged { .. }) {
            merge.under_way.swap_remove(turn);
            let Some(birth) = self.birth(request) else { return };
            self.requests.remove(request);
            self.reconciled(site, birth, Fate::Merged);
            let home = self.home_of(&birth, site.unit());
            if self.homes_under_way(site).all(|other| other != home) {
                for next in self.next_lots(site) {
                    self.resubmit(site, next);
                }
            }
        }
    }

    /// The tail is gone with the disk, or with the datacenter.
    pub(super) fn abandon_merge(&mut self, site: SiteId) {
        let Merge { waiting, under_way, .. } = std::mem::take(&mut self.sites[site.index()].merge);
        let births: Vec<_> = under_way.iter().filter_map(|&request| self.birth(request)).collect();
        for birth in births.into_iter().chain(waiting.into_iter().map(|entry| entry.birth)) {
            self.reconciled(site, birth, Fate::Lost);
        }
        for request in under_way {
            self.requests.remove(request);
        }
    }

    fn reconciled(&mut self, site: SiteId, birth: Birth, fate: Fate) {
        let (unit, datacenter) = (site.unit(), self.sites[site.index()].datacenter());
        self.state(Fact::Reconciled(Reconciled { birth, unit, datacenter, fate }));
    }

    fn plan_merge(&mut self, site: SiteId, after: Span) {
        let merge = &mut self.sites[site.index()].merge;
        if !merge.is_done() && !std::mem::replace(&mut merge.planned, true) {
            self.agenda.push(self.now + after, Event::Merge { site });
        }
    }

    fn send_lots(&mut self, site: SiteId) {
        let merge = &mut self.sites[site.index()].merge;
        merge.attempt = merge.attempt.saturating_add(1);
        self.next_lots(site);
        for turn in 0..self.sites[site.index()].merge.under_way.len() {
            self.resubmit(site, self.sites[site.index()].merge.under_way[turn]);
        }
    }

    /// Where what is under way from a site is to rest.
    fn homes_under_way(&self, site: SiteId) -> impl Iterator<Item = Unit> {
        let births = self.sites[site.index()].merge.under_way.iter().filter_map(|&request| self.birth(request));
        births.map(move |birth| self.home_of(&birth, site.unit()))
    }

    /// Takes up the next lot of every home to which nothing is under way.
    fn next_lots(&mut self, site: SiteId) -> Vec<Request> {
        let mut lots: BTreeMap<Unit, usize> = self.homes_under_way(site).map(|home| (home, LOT)).collect();
        let merge = &mut self.sites[site.index()].merge;
        if merge.under_way.is_empty() {
            merge.attempt = 1;
        }
        let (mut waiting, mut next) = (std::mem::take(&mut merge.waiting), Vec::new());
        waiting.retain(|entry| {
            let home = self.home_of(&entry.birth, site.unit());
            let lot = lots.entry(home).or_default();
            let goes = *lot < LOT;
            if goes {
                *lot += 1;
                let placed = Some(Placed { unit: home, at: Wall(entry.appended.0) });
                next.push(Pending::new(Task::Write(entry.birth), Origin::Merge(site), placed));
            }
            !goes
        });
        let next: Vec<_> = next.into_iter().map(|pending| self.requests.insert(pending)).collect();
        let merge = &mut self.sites[site.index()].merge;
        merge.waiting = waiting;
        merge.under_way.extend(&next);
        next
    }

    fn resubmit(&mut self, site: SiteId, request: Request) {
        let Some(Pending { placed, .. }) = self.requests.get(request).copied() else { return };
        let birth = self.birth(request);
        let home = |unit| birth.map_or(unit, |birth| self.home_of(&birth, unit));
        let placed = placed.map(|placed| Placed { unit: home(placed.unit), ..placed });
        let bytes = birth.map_or(SMALL, |birth| birth.size);
        let (attempt, patience) = (self.sites[site.index()].merge.attempt, Some(self.policy.request_timeout));
        let unit = placed.map_or(site.unit(), |placed| placed.unit);
        let asked = Asked { request, unit, placed, attempt, patience };
        let Some(register) = self.register(unit) else { return };
        let holder = SiteId::new(unit, register.holder);
        let [here, there] = [site, holder].map(|site| self.sites[site.index()].datacenter());
        if here == there {
            self.enqueue(holder, asked);
        } else {
            self.send(here, there, bytes, Message::Resubmit { asked, from: site, to: holder });
        }
    }
}
