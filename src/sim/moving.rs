//! Tenants that move: the directory of homes, what is copied from one home to the other, and what is erased.
//!
//! The directory is configuration, as maps and policies are: the world keeps it, and hands every site that runs
//! the rows of its unit.

use super::event::{Event, SiteId};
use super::message::{Asked, Local, Message};
use super::plan::{Mover, Plan};
use super::population::Population;
use super::request::{Origin, Pending, Task};
use super::shares::{Share, Shares};
use super::store::Entry;
use super::world::{SMALL, World};
use crate::facts::{Fact, Moving, Observer};
use crate::service::placement::Candidates;
use crate::service::relocation::Stage;
use crate::service::{Decisions, Lot, Placed, Relocation, Request, Response, SiteInput};
use crate::terms::{
    Birth, Bytes, Content, Conversation, CopyClass, CopySet, Datacenter, Index, Instant, Network, Record, RecordKind,
    Side, Tenant, Unit, Wall,
};
use std::collections::BTreeMap;

/// One kind of place in which something of a tenant may rest.
type Place = (Tenant, Unit, Datacenter, CopyClass);

/// Every move of a run.
#[derive(Default)]
pub(super) struct Moves {
    orders: Vec<Order>,
    /// What lots hold, by the record that stands for each.
    lots: BTreeMap<Record, (Lot, Content)>,
    /// What was stated last, where that was not nothing.
    stated: BTreeMap<Place, Content>,
}

/// One tenant's move.
#[derive(Clone, Copy, Debug)]
struct Order {
    tenant: Tenant,
    from: Unit,
    to: Unit,
    at: Instant,
    cancelled_at: Option<Instant>,
    /// `None` until it is ordered.
    stage: Option<Stage>,
    /// What the old home asked last, and how much of its log counts.
    asked: Option<(Request, Index)>,
}

impl Order {
    fn row(&self) -> Option<Relocation> {
        let &Self { tenant, from, to, stage, .. } = self;
        stage.map(|stage| Relocation { tenant, from, to, stage })
    }

    const fn concerns(&self, unit: Unit) -> bool {
        self.from.0 == unit.0 || self.to.0 == unit.0
    }

    /// The home in which nothing may be left.
    fn empties(&self) -> Option<Unit> {
        match self.stage? {
            Stage::Ordered => None,
            Stage::Cancelled => Some(self.to),
            Stage::CutOver => Some(self.from),
        }
    }

    /// What a copy has of the tenant: in the new home, what came.
    fn content(&self, unit: Unit, shares: &Shares) -> Content {
        self.content_through(unit, shares, Index::MAX - 1)
    }

    /// What a log has of it that ends at an index: what comes after is not at rest yet.
    fn content_through(&self, unit: Unit, shares: &Shares, end: Index) -> Content {
        if unit == self.to { shares.came(self.tenant, end) } else { shares.of(self.tenant, 0, end) }
    }
}

impl Moves {
    /// The moves of a plan, tenant by tenant.
    pub(super) fn new(plan: &Plan, population: &Population) -> Self {
        let mut orders: Vec<Order> = Vec::new();
        for planned in &plan.moves {
            let moves = |tenant: &&super::population::TenantState| match planned.who {
                Mover::Tenant(one) => tenant.tenancy.tenant == one,
                Mover::Country(country) => tenant.tenancy.billing == country,
            };
            for state in population.tenants.iter().filter(moves) {
                let tenant = state.tenancy.tenant;
                let home = |boundary| plan.map.unit_of(tenant, boundary);
                let (from, to) = (state.boundary.and_then(home), home(planned.to));
                let once = orders.iter().all(|order| order.tenant != tenant);
                if let (Some(from), Some(to), true) = (from, to, once) {
                    let (at, cancelled_at) = (planned.at, planned.cancelled_at);
                    orders.push(Order { tenant, from, to, at, cancelled_at, stage: None, asked: None });
                }
            }
        }
        Self { orders, ..Self::default() }
    }

    /// What a record is of a tenant's that moves from or to a unit; nothing for every other.
    #[inline]
    fn share(&self, unit: Unit, birth: &Birth, index: Index, population: &Population) -> Option<Share> {
        if self.orders.is_empty() {
            return None;
        }
        let tenant = birth.tenant;
        let own = |order: &&Order| order.tenant == tenant && order.concerns(unit);
        self.orders.iter().find(own)?;
        if let Some(&(lot, content)) = self.lots.get(&birth.record) {
            return Some(Share { index, tenant, content, lot: Some(lot) });
        }
        let organization = population.conversation(birth.conversation).kind.is_organization();
        let content = Content::of(birth.record, birth.size);
        organization.then_some(Share { index, tenant, content, lot: None })
    }
}

/// The directory.
impl<D: Decisions, O: Observer> World<D, O> {
    /// Plans every order and every cancellation.
    pub(super) fn plan_moves(&mut self) {
        let end = self.plan.start + self.plan.duration;
        for (order, planned) in (0..).zip(&self.moves.orders) {
            self.agenda.push(planned.at, Event::MoveOrdered { order });
            if let Some(at) = planned.cancelled_at.filter(|&at| at < end) {
                self.agenda.push(at, Event::MoveCancelled { order });
            }
        }
    }

    /// An operator orders a tenant to move.
    pub(super) fn order_move(&mut self, order: u16) {
        let row = &mut self.moves.orders[usize::from(order)];
        row.stage = Some(Stage::Ordered);
        let Order { tenant, from, to, .. } = *row;
        self.state(Fact::Moving(Moving::Ordered { tenant, from, to }));
        self.tell_homes(usize::from(order));
    }

    /// An operator cancels a move, unless the tenant has moved.
    pub(super) fn cancel_move(&mut self, order: u16) {
        if let Some(row) = self.moves.orders[usize::from(order)].row() {
            self.settle(Relocation { stage: Stage::Cancelled, ..row });
        }
    }

    /// A row of the directory changes, once.
    pub(super) fn settle(&mut self, row: Relocation) {
        let ordered = |order: &Order| order.tenant == row.tenant && order.stage == Some(Stage::Ordered);
        let Some(place) = self.moves.orders.iter().position(ordered) else { return };
        self.state_rests(place);
        self.forget_asked(place);
        self.moves.orders[place].stage = Some(row.stage);
        let tenant = row.tenant;
        self.state(Fact::Moving(match row.stage {
            Stage::CutOver => Moving::CutOver { tenant },
            Stage::Cancelled | Stage::Ordered => Moving::Cancelled { tenant },
        }));
        self.tell_homes(place);
    }

    /// The home that the tenant of a record that rested in a unit has now, as the directory says.
    pub(super) fn home_of(&self, birth: &Birth, unit: Unit) -> Unit {
        let row = |order: &Order| order.row().filter(|row| row.tenant == birth.tenant);
        let left = |row: &Relocation| self.decisions.has_left(row, unit);
        let Some(row) = self.moves.orders.iter().filter_map(row).find(left) else { return unit };
        let organization = self.population.conversation(birth.conversation).kind.is_organization();
        if organization { row.to } else { unit }
    }

    /// Hands a row to every site of both homes that runs.
    fn tell_homes(&mut self, place: usize) {
        let order = self.moves.orders[place];
        let Some(row) = order.row() else { return };
        for site in [order.from, order.to].into_iter().flat_map(|unit| Side::BOTH.map(|side| SiteId::new(unit, side))) {
            let datacenter = self.sites[site.index()].datacenter();
            self.hand(datacenter, Local::Site(site, SiteInput::Relocate(row), None));
        }
    }

    /// Hands a site that boots every row of its unit.
    pub(super) fn tell_site(&mut self, site: SiteId) {
        let datacenter = self.sites[site.index()].datacenter();
        for place in 0..self.moves.orders.len() {
            let order = self.moves.orders[place];
            if let Some(row) = order.row().filter(|_| order.concerns(site.unit())) {
                self.hand(datacenter, Local::Site(site, SiteInput::Relocate(row), None));
            }
        }
    }

    /// Whether every move is over, and nothing is left where nothing may be.
    pub(super) fn moves_are_over(&self) -> bool {
        self.moves.orders.iter().all(|order| match order.stage {
            None => true,
            Some(Stage::Ordered) => false,
            Some(_) => {
                let left = order.empties().map(|unit| self.rests(order, unit));
                let mut left = left.into_iter().flatten();
                left.all(|(place, content)| content.is_empty() || self.gone.contains(place.2))
            }
        })
    }
}

/// What rests where.
impl<D: Decisions, O: Observer> World<D, O> {
    /// What is of a tenant's in a record that comes to stand at an index of a unit's log.
    #[inline]
    pub(super) fn share(&self, unit: Unit, entry: &Entry, index: Index) -> Option<Share> {
        if entry.erased { None } else { self.moves.share(unit, &entry.birth, index, &self.population) }
    }

    /// Everything that rests of a tenant in one of its homes, by place.
    fn rests(&self, order: &Order, unit: Unit) -> Vec<(Place, Content)> {
        let tenant = order.tenant;
        let mut rests = Vec::new();
        for site in Side::BOTH.map(|side| SiteId::new(unit, side)) {
            let slot = &self.sites[site.index()];
            let at = |copy| (tenant, unit, slot.datacenter(), copy);
            rests.push((at(CopyClass::Log), order.content_through(unit, &slot.store.shares, slot.store.durable())));
            if unit == order.from {
                let organization = |birth: &&Birth| {
                    let kind = self.population.conversation(birth.conversation).kind;
                    birth.tenant == tenant && birth.kind.is_made_by_people() && kind.is_organization()
                };
                let set_aside = slot.merge.set_aside(&self.requests).filter(organization);
                let content = set_aside.map(|birth| Content::of(birth.record, birth.size)).sum();
                rests.push((at(CopyClass::QuarantinedTail), content));
            }
        }
        for (datacenter, store) in self.put_away(unit) {
            rests.push(((tenant, unit, datacenter, CopyClass::Log), order.content(unit, &store.shares)));
        }
        for (&(_, datacenter), media) in self.backups.range((unit, Datacenter(0))..=(unit, Datacenter(u8::MAX))) {
            rests.push(((tenant, unit, datacenter, CopyClass::Backup), order.content(unit, &media.log.shares)));
        }
        for (datacenter, class, shares) in self.shelves.shares(unit) {
            rests.push(((tenant, unit, datacenter, class), order.content(unit, shares)));
        }
        rests
    }

    /// States what rests of a tenant that is about to move, or has moved, wherever that has changed.
    fn state_rests(&mut self, place: usize) {
        let order = self.moves.orders[place];
        let rests: Vec<_> = [order.from, order.to].into_iter().flat_map(|unit| self.rests(&order, unit)).collect();
        let gone: Vec<_> = self.moves.stated.keys().filter(|stated| stated.0 == order.tenant).copied().collect();
        let gone = gone.into_iter().filter(|stated| rests.iter().all(|(place, _)| place != stated));
        for (place, content) in gone.map(|place| (place, Content::default())).chain(rests.iter().copied()) {
            if self.moves.stated.get(&place).copied().unwrap_or_default() != content {
                self.moves.stated.insert(place, content);
                let (tenant, unit, datacenter, copy) = place;
                self.state(Fact::Moving(Moving::Rests { tenant, unit, datacenter, copy, content }));
            }
        }
    }

    /// States what rests of every tenant whose move is over.
    pub(super) fn state_all_rests(&mut self) {
        for place in 0..self.moves.orders.len() {
            if self.moves.orders[place].empties().is_some() {
                self.state_rests(place);
            }
        }
    }

    /// A site erases what is a tenant's.
    pub(super) fn erase(&mut self, site: SiteId, tenant: Tenant, media: Candidates, classes: CopySet) {
        let Some(place) = self.moves.orders.iter().position(|order| order.tenant == tenant) else { return };
        let (unit, here) = (site.unit(), self.sites[site.index()].datacenter());
        let only_lots = self.moves.orders[place].to == unit;
        self.shelves.erase((unit, here), classes, (tenant, only_lots));
        self.erase_put_away(site, classes, (tenant, only_lots));
        if classes.contains(CopyClass::Log) {
            self.sites[site.index()].store.erase(tenant, only_lots);
        }
        for &datacenter in media.as_slice().iter().filter(|_| classes.contains(CopyClass::Backup)) {
            let in_reach = self.places[datacenter.index()].powered() && self.network.is_up(here, datacenter);
            if (datacenter == here || in_reach)
                && let Some(media) = self.backups.get_mut(&(unit, datacenter))
            {
                media.log.erase(tenant, only_lots);
            }
        }
        self.state_rests(place);
    }
}

/// What is copied.
impl<D: Decisions, O: Observer> World<D, O> {
    /// The old home sends a lot to a site of the new home, or asks what it has.
    pub(super) fn export(&mut self, site: SiteId, (tenant, to): (Tenant, SiteId), lot: Option<Lot>, through: Index) {
        let Some(place) = self.moves.orders.iter().position(|order| order.tenant == tenant) else { return };
        self.forget_asked(place);
        let shares = &self.sites[site.index()].store.shares;
        let (what, bytes) = match lot {
            None => (Task::Inquire(tenant), SMALL),
            Some(lot) => {
                let content = shares.of(tenant, lot.after, lot.through.index);
                if content.is_empty() {
                    return self.answer_export(site, tenant, through, None);
                }
                (Task::Write(self.birth_of(lot, content)), content.bytes + SMALL)
            }
        };
        let placed = Some(Placed { unit: to.unit(), at: Wall(self.now.0) });
        let request = self.requests.insert(Pending::new(what, Origin::Move(site), placed));
        self.moves.orders[place].asked = Some((request, through));
        let patience = Some(self.policy.request_timeout);
        let asked = Asked { request, unit: to.unit(), placed, attempt: 1, patience };
        let [here, there] = [site, to].map(|site| self.sites[site.index()].datacenter());
        self.send(here, there, bytes, Message::Resubmit { asked, from: site, to });
    }

    /// The new home's answer has come.
    pub(super) fn exported(&mut self, site: SiteId, request: Request, response: Response) {
        let asked = |order: &Order| order.asked.is_some_and(|(asked, _)| asked == request);
        let Some(place) = self.moves.orders.iter().position(asked) else { return };
        let Order { tenant, asked, .. } = self.moves.orders[place];
        self.forget_asked(place);
        if let Some((_, through)) = asked {
            self.answer_export(site, tenant, through, Some(response));
        }
    }

    /// The lot that a record stands for.
    pub(super) fn lot_of(&self, birth: &Birth) -> Option<Lot> {
        self.moves.lots.get(&birth.record).map(|&(lot, _)| lot)
    }

    fn answer_export(&mut self, site: SiteId, tenant: Tenant, through: Index, response: Option<Response>) {
        let slot = &self.sites[site.index()];
        let (datacenter, here) = (slot.datacenter(), slot.store.shares.of(tenant, 0, through));
        self.hand(datacenter, Local::Site(site, SiteInput::Exported { tenant, here, response }, None));
    }

    fn forget_asked(&mut self, place: usize) {
        if let Some((request, _)) = self.moves.orders[place].asked.take() {
            self.requests.remove(request);
        }
    }

    /// A lot as a record of its own: nobody made it, so it is the first of the tenant's users'.
    fn birth_of(&mut self, lot: Lot, content: Content) -> Birth {
        self.records += 1;
        let (record, state) = (Record(self.records), &self.population.tenants[lot.tenant.0 as usize]);
        let author = crate::terms::User(state.users.start);
        let opened = |&talk: &Conversation| {
            let state = self.population.conversation(talk);
            state.opened != Instant::NEVER && state.kind.is_organization()
        };
        let conversation = state.conversations.clone().map(Conversation).find(opened).unwrap_or_default();
        self.moves.lots.insert(record, (lot, content));
        let user = self.population.user(author);
        Birth {
            record,
            tenant: lot.tenant,
            conversation,
            author,
            creator: user.country,
            network: Network(user.place),
            app: user.app,
            kind: RecordKind::Import,
            with: record,
            followers: 0,
            size: Bytes(content.bytes.0),
            born: self.now,
        }
    }
}
