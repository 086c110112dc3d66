//! Seats that get another place: the directory of seats, machines that are switched off and commissioned, and what
//! is left of a unit in a place that it has left.
//!
//! The directory is configuration, as maps and homes are: the world keeps it, and hands every site that runs the rows
//! of its unit. A machine that was switched off never runs again; its disk stands where it stood, until it is erased.

use super::event::{Event, SiteId, VoterId};
use super::message::{Asked, Local, Message};
use super::plan::Plan;
use super::request::Origin;
use super::store::Store;
use super::world::World;
use crate::facts::{Fact, Observer, Seating};
use crate::service::replacement::{Replacement, Stage};
use crate::service::{Decisions, ResidencyMap, Response, SiteInput};
use crate::terms::{CopyClass, CopySet, Datacenter, Instant, Seat, Side, Tenant, Unit};
use std::sync::Arc;

/// Every replacement of a run.
#[derive(Default)]
pub(super) struct Replacements {
    orders: Vec<Order>,
    /// The number of the map of the last one.
    map: u32,
}

/// The replacement of one seat.
struct Order {
    unit: Unit,
    seat: Seat,
    from: Datacenter,
    to: Datacenter,
    at: Instant,
    /// `None` until it is ordered.
    stage: Option<Stage>,
    /// The log on the old disk, where it was a site's and is not erased.
    store: Option<Store>,
    /// What may still rest on the old disk.
    holds: CopySet,
}

impl Order {
    fn row(&self) -> Option<Replacement> {
        let &Self { seat, from, to, stage, .. } = self;
        stage.map(|stage| Replacement { seat, from, to, stage })
    }

    const fn voter(&self) -> VoterId {
        VoterId::new(self.unit, self.seat)
    }

    /// Whether the unit is at the new place.
    const fn has_left(&self) -> bool {
        matches!(self.stage, Some(Stage::Commissioned | Stage::Filled | Stage::Retired))
    }
}

impl Replacements {
    /// The replacements of a plan, seat by seat.
    pub(super) fn new(plan: &Plan) -> Self {
        let order = |planned: &super::plan::ReplacementPlan| {
            let &super::plan::ReplacementPlan { unit, seat, to, at } = planned;
            let from = plan.units[unit.index()].voter(seat);
            Order { unit, seat, from, to, at, stage: None, store: None, holds: CopySet::default() }
        };
        Self { orders: plan.replacements.iter().map(order).collect(), map: 0 }
    }

    /// Whether a map has every seat where it is now.
    fn are_in(&self, map: &ResidencyMap) -> bool {
        let mut left = self.orders.iter().filter(|order| order.has_left());
        left.all(|order| map.units[order.unit.index()].voter(order.seat) == order.to)
    }

    /// Puts every seat into a map where it is now.
    fn put_into(&self, map: &mut ResidencyMap) {
        for order in self.orders.iter().filter(|order| order.has_left()) {
            map.units[order.unit.index()].put(order.seat, order.to);
        }
    }
}

/// Whether copies of a class stand on media of their own, beside the disks.
const fn is_on_media(class: CopyClass) -> bool {
    matches!(class, CopyClass::Backup | CopyClass::ComplianceCopy | CopyClass::Export | CopyClass::SupportDump)
}

/// Whether copies of a class leave the datacenter.
const fn leaves(class: CopyClass) -> bool {
    matches!(class, CopyClass::PushPayload | CopyClass::RoutingKey)
}

/// The directory of seats.
impl<D: Decisions, O: Observer> World<D, O> {
    /// Plans every order.
    pub(super) fn plan_replacements(&mut self) {
        for (order, planned) in (0..).zip(&self.replacements.orders) {
            self.agenda.push(planned.at, Event::ReplacementOrdered { order });
        }
    }

    /// An operator orders a seat to another place.
    pub(super) fn order_replacement(&mut self, order: u16) {
        let order = &mut self.replacements.orders[usize::from(order)];
        order.stage = Some(Stage::Ordered);
        let (unit, seat, to) = (order.unit, order.seat, order.to);
        self.state(Fact::Seating(Seating::Ordered { unit, seat, to }));
        self.tell_unit(unit);
    }

    /// Hands every row of a unit to both of its sites.
    fn tell_unit(&mut self, unit: Unit) {
        for site in Side::BOTH.map(|side| SiteId::new(unit, side)) {
            self.tell_rows(site);
        }
    }

    fn tell_rows(&mut self, site: SiteId) {
        let of_unit = self.replacements.orders.iter().filter(|order| order.unit == site.unit());
        let rows: Vec<_> = of_unit.filter_map(Order::row).collect();
        let datacenter = self.sites[site.index()].datacenter();
        for row in rows {
            self.hand(datacenter, Local::Site(site, SiteInput::Replace(row), None));
        }
    }

    /// Hands a site that boots every row of its unit, and a map in which every seat is where it is now.
    pub(super) fn tell_seats(&mut self, site: SiteId) {
        self.tell_rows(site);
        if !self.replacements.are_in(self.sites[site.index()].next_map(&self.decisions)) {
            let map = self.map_with_seats(site);
            self.offer_map(site, map, true);
        }
    }

    /// A datacenter runs again in which something may be left of units that are there no more.
    pub(super) fn tell_of_remains(&mut self, datacenter: Datacenter) {
        let left = |order: &&Order| order.from == datacenter && order.stage == Some(Stage::Filled);
        let units: Vec<_> = self.replacements.orders.iter().filter(left).map(|order| order.unit).collect();
        for unit in units {
            self.tell_unit(unit);
        }
    }

    /// Whether every replacement is over, and nothing is left where nothing may be.
    pub(super) fn replacements_are_over(&self) -> bool {
        self.replacements.orders.iter().all(|order| match order.stage {
            None | Some(Stage::Retired) => true,
            Some(Stage::Filled) => self.gone.contains(order.from),
            Some(Stage::Ordered | Stage::Commissioned) => false,
        })
    }

    /// The site that a unit has now in the place of the one that it had at a datacenter.
    pub(super) fn left_for(&self, unit: Unit, datacenter: Datacenter) -> Option<SiteId> {
        let left = |order: &&Order| (order.unit, order.from) == (unit, datacenter) && order.has_left();
        self.replacements.orders.iter().find(left).and_then(|order| order.voter().site())
    }

    /// The front end of a datacenter that a unit has left tells a device where its site is now.
    pub(super) fn point_on(&mut self, asked: Asked, left: Datacenter, site: SiteId) {
        let Some(Origin::Device(user)) = self.requests.get(asked.request).map(|pending| pending.origin) else { return };
        let place = self.place_of(user);
        let at = self.network.reply_client(self.now, left, place);
        let response = Response::Redirected { unit: asked.unit, side: site.side(), placed: asked.placed };
        self.post(at, Message::Reply { request: asked.request, from: site, response });
    }
}

/// What sites command.
impl<D: Decisions, O: Observer> World<D, O> {
    /// Switches the machine of a seat off, and commissions one at its new place.
    pub(super) fn commission(&mut self, by: SiteId, seat: Seat) {
        let ordered =
            |order: &Order| (order.unit, order.seat) == (by.unit(), seat) && order.stage == Some(Stage::Ordered);
        let Some(place) = self.replacements.orders.iter().position(ordered) else { return };
        let order = &self.replacements.orders[place];
        let (unit, from, to, voter) = (order.unit, order.from, order.to, order.voter());
        if !self.may_be_switched_off(by, voter) {
            return;
        }
        let number = self.next_number();
        self.replacements.map = number;
        self.replacements.orders[place].stage = Some(Stage::Commissioned);
        self.forget_turns(from, voter);
        if let Some(site) = voter.site() {
            self.abandon_merge(site);
        }
        self.units[unit.index()].put(seat, to);
        self.state(Fact::Seating(Seating::Commissioned { unit, seat, from, to }));
        let mut holds = CopySet::default().with(CopyClass::WitnessRecord);
        if let Some(site) = voter.site() {
            // The new machine has every row that the old one has, or was about to get.
            self.fetch_correction(site);
            let map = self.map_with_seats(site);
            let old = self.sites[site.index()].put(to, map, self.now);
            self.replacements.orders[place].store = Some(old);
            let on_disk = |class: &CopyClass| !is_on_media(*class) && !leaves(*class);
            holds = CopyClass::ALL.into_iter().filter(on_disk).fold(CopySet::default(), CopySet::with);
        }
        self.put_voter(voter, to);
        self.slow_with_others(voter);
        self.replacements.orders[place].holds = holds;
        self.state_all_rests();
        self.push_seats();
        if self.places[to.index()].running {
            self.boot_voter(voter);
            if let Some(site) = voter.site() {
                self.boot_site(site);
            }
        }
        self.tell_unit(unit);
    }

    /// Has every site that runs take a map in which every seat is where it is now.
    fn push_seats(&mut self) {
        for site in SiteId::all(self.units.len()) {
            let map = self.map_with_seats(site);
            self.offer_map(site, map, true);
        }
    }

    /// Whether nothing is lost that the machine of a seat knows alone, and it can be told to stop: it runs in reach
    /// and has no tail to bring back, or does not run at all.
    fn may_be_switched_off(&self, by: SiteId, voter: VoterId) -> bool {
        let (here, there) = (self.sites[by.index()].datacenter(), self.voter_datacenter(voter));
        let in_reach = here == there || self.network.is_up(here, there);
        let merged = voter.site().is_none_or(|site| self.sites[site.index()].merge.is_done());
        !self.places[there.index()].running || in_reach && merged
    }

    /// The map that a site has, with every seat where it is now.
    fn map_with_seats(&mut self, site: SiteId) -> Arc<ResidencyMap> {
        let mut map = self.sites[site.index()].next_map(&self.decisions).clone();
        if !self.replacements.are_in(&map) {
            let replacements = std::mem::take(&mut self.replacements);
            map = self.changed(site, replacements.map, |map| replacements.put_into(map));
            self.replacements = replacements;
        }
        map
    }

    /// The new machine of a seat has everything: what the old place has is erased, if it is in reach.
    pub(super) fn retire(&mut self, by: SiteId, seat: Seat, classes: CopySet) {
        let left = |order: &Order| {
            let open = matches!(order.stage, Some(Stage::Commissioned | Stage::Filled));
            (order.unit, order.seat) == (by.unit(), seat) && open
        };
        let Some(place) = self.replacements.orders.iter().position(left) else { return };
        let (unit, from) = (by.unit(), self.replacements.orders[place].from);
        let here = self.sites[by.index()].datacenter();
        let in_reach = here == from || self.network.is_up(here, from);
        if self.places[from.index()].powered() && in_reach {
            self.empty_disk(place, classes, false);
            if seat != Seat::Witness {
                self.empty_media(unit, from, classes);
            }
            self.state_all_rests();
        }
        let over = self.replacements.orders[place].holds.is_empty() && !self.has_media(unit, from);
        let stage = Some(if over { Stage::Retired } else { Stage::Filled });
        if over {
            self.state(Fact::Seating(Seating::Left { unit, seat, from }));
        }
        if std::mem::replace(&mut self.replacements.orders[place].stage, stage) != stage {
            self.tell_unit(unit);
        }
    }
}

/// What is left.
impl<D: Decisions, O: Observer> World<D, O> {
    /// Erases classes from the disk of a machine that was switched off, or loses them with it.
    fn empty_disk(&mut self, place: usize, classes: CopySet, lost: bool) {
        let order = &mut self.replacements.orders[place];
        let (unit, datacenter) = (order.unit, order.from);
        let erased: Vec<_> = order.holds.iter().filter(|&class| classes.contains(class)).collect();
        for copy in erased {
            let order = &mut self.replacements.orders[place];
            order.holds = order.holds.without(copy);
            order.store.take_if(|_| copy == CopyClass::Log);
            self.shelves.clear_away((unit, datacenter, copy));
            self.state(Fact::Seating(Seating::Emptied { unit, datacenter, copy, lost }));
        }
    }

    /// Erases classes from the media of a unit at a datacenter.
    fn empty_media(&mut self, unit: Unit, datacenter: Datacenter, classes: CopySet) {
        for copy in classes.iter().filter(|&class| is_on_media(class)) {
            let backup = copy == CopyClass::Backup && self.backups.remove(&(unit, datacenter)).is_some();
            if self.shelves.clear_away((unit, datacenter, copy)) || backup {
                self.state(Fact::Seating(Seating::Emptied { unit, datacenter, copy, lost: false }));
            }
        }
    }

    fn has_media(&self, unit: Unit, datacenter: Datacenter) -> bool {
        let shelved = self.shelves.shares(unit).any(|(at, class, _)| at == datacenter && is_on_media(class));
        shelved || self.backups.contains_key(&(unit, datacenter))
    }

    /// The disks of machines that were switched off in a datacenter are lost with every other there. Whether there
    /// were any.
    pub(super) fn lose_remains(&mut self, datacenter: Datacenter) -> bool {
        let all = CopyClass::ALL.into_iter().fold(CopySet::default(), CopySet::with);
        let mut any = false;
        for place in 0..self.replacements.orders.len() {
            let order = &self.replacements.orders[place];
            if order.from == datacenter && !order.holds.is_empty() {
                self.empty_disk(place, all, true);
                any = true;
            }
        }
        any
    }

    /// The logs of a unit on disks that were put away, and where they stand.
    pub(super) fn put_away(&self, unit: Unit) -> impl Iterator<Item = (Datacenter, &Store)> {
        let of_unit = self.replacements.orders.iter().filter(move |order| order.unit == unit);
        of_unit.filter_map(|order| Some((order.from, order.store.as_ref()?)))
    }

    /// Erases what is a tenant's from what a unit has left behind, where that is in reach of a site.
    pub(super) fn erase_put_away(&mut self, site: SiteId, classes: CopySet, (tenant, only_lots): (Tenant, bool)) {
        let here = self.sites[site.index()].datacenter();
        let (places, network) = (&self.places, &self.network);
        for order in self.replacements.orders.iter_mut().filter(|order| order.unit == site.unit()) {
            let from = order.from;
            if order.has_left() && places[from.index()].powered() && (here == from || network.is_up(here, from)) {
                self.shelves.erase((order.unit, from), classes, (tenant, only_lots));
                if classes.contains(CopyClass::Log) {
                    order.store.iter_mut().for_each(|store| store.erase(tenant, only_lots));
                }
                if let Some(media) =
                    self.backups.get_mut(&(order.unit, from)).filter(|_| classes.contains(CopyClass::Backup))
                {
                    media.log.erase(tenant, only_lots);
                }
            }
        }
    }
}
