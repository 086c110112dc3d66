//! What sites are told that they cannot see for themselves: maps that operators roll out, and what the platform
//! under them says of where they stand.
//!
//! A roll-out reaches one site after the other, and some never; a site that is down when its turn comes is missed. What
//! it brings is a row: nobody has the rest of another site's map by it. It ends with a corrected map for each site that
//! holds the row, at once or when it boots.

use super::chance::{Chance, Purpose};
use super::event::{Event, SiteId};
use super::message::Local;
use super::plan::{FaultKind, Rollout};
use super::sites::SiteSlot;
use super::world::World;
use crate::facts::{Configured, Fact, Observer};
use crate::service::{Decisions, ResidencyMap, SiteInput};
use crate::terms::{Boundary, Country, Datacenter, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is told, beside what stands at each site.
#[derive(Default)]
pub(super) struct Telling {
    /// Maps that operators pushed.
    pushes: u32,
    /// The numbers of maps on their way, by the fault that rolls them out.
    under_way: BTreeMap<u16, u32>,
    /// How often each datacenter's platform said nothing, or something untrue.
    misinformed: BTreeMap<Datacenter, u64>,
}

impl<D: Decisions> SiteSlot<D> {
    /// The maps that it took last or is about to be handed, the newest first.
    fn maps(&self) -> impl Iterator<Item = &Arc<ResidencyMap>> {
        self.correction.iter().chain(self.offered.iter().rev()).chain([&self.map])
    }

    fn newest_map(&self) -> &Arc<ResidencyMap> {
        self.maps().next().unwrap_or(&self.map)
    }

    /// The map that it will have: it refuses some that it is handed.
    pub(super) fn next_map(&self, decisions: &D) -> &Arc<ResidencyMap> {
        self.maps().find(|map| decisions.admits_map(&self.identity, map)).unwrap_or(&self.map)
    }
}

/// Maps.
impl<D: Decisions, O: Observer> World<D, O> {
    fn numbered(&mut self, map: ResidencyMap) -> ResidencyMap {
        ResidencyMap { version: self.next_number(), ..map }
    }

    /// The number of another map.
    pub(super) fn next_number(&mut self) -> u32 {
        self.telling.pushes += 1;
        self.plan.map.version + self.telling.pushes
    }

    /// The map that a site has, or is about to be handed, with a change that is pushed as `number`: with nothing in
    /// it that is on its way to other sites, and as news to this one.
    pub(super) fn changed(
        &mut self,
        site: SiteId,
        number: u32,
        change: impl FnOnce(&mut ResidencyMap),
    ) -> Arc<ResidencyMap> {
        let held = ResidencyMap::clone(self.sites[site.index()].next_map(&self.decisions));
        let mut map =
            if number > held.version { ResidencyMap { version: number, ..held } } else { self.numbered(held) };
        change(&mut map);
        Arc::new(map)
    }

    /// Offers every site that runs its map with a change. Whether there was any.
    pub(super) fn push_change(&mut self, truthful: bool, change: impl Fn(&mut ResidencyMap)) -> bool {
        let (number, mut any) = (self.next_number(), false);
        for site in SiteId::all(self.units.len()) {
            let map = self.changed(site, number, &change);
            any |= self.offer_map(site, map, truthful);
        }
        any
    }

    /// Offers a map to a site. Whether that runs.
    pub(super) fn offer_map(&mut self, site: SiteId, map: Arc<ResidencyMap>, truthful: bool) -> bool {
        let datacenter = self.sites[site.index()].datacenter();
        let runs = self.places[datacenter.index()].running;
        if runs {
            self.state(Fact::MapPushed { datacenter, truthful });
            self.hand_rows(site, map);
        }
        runs
    }

    /// Sends a map with one row changed on its way to every site. It strikes when the first of them has it.
    pub(super) fn roll_out(&mut self, fault: u16, rollout: &Rollout) -> bool {
        let number = self.next_number();
        self.telling.under_way.insert(fault, number);
        let mut chance = Chance::open(self.plan.seed, Purpose::Rollout, fault.into());
        for site in SiteId::all(self.plan.units.len()) {
            let late = Span(chance.below(rollout.over.0 + 1));
            if !rollout.misses.contains(&self.sites[site.index()].datacenter()) {
                self.agenda.push(self.now + late, Event::MapArrives { fault, site });
            }
        }
        false
    }

    /// A map that is rolled out reaches a site, if that runs and nobody has withdrawn it meanwhile.
    pub(super) fn map_arrives(&mut self, fault: u16, site: SiteId) {
        let runs = self.places[self.sites[site.index()].datacenter().index()].running;
        let Some(number) = self.telling.under_way.get(&fault).filter(|_| runs).copied() else { return };
        let FaultKind::MapRollout(Rollout { country, boundary, .. }) = self.plan.faults[usize::from(fault)].kind else {
            return;
        };
        let map = self.changed(site, number, |map| map.countries[country.index()] = boundary);
        if self.registry.strikes(fault) {
            self.state(Fact::FaultBegan { fault });
            self.follow_effect(fault);
        }
        self.hand_rows(site, map);
    }

    /// Hands a map to a site, and states every row that is not as it was in the map before.
    fn hand_rows(&mut self, site: SiteId, map: Arc<ResidencyMap>) {
        let held = self.sites[site.index()].newest_map().clone();
        // A map that comes after a newer one says nothing any more.
        let changed = Country::codes().filter(|_| map.version > held.version);
        for country in changed.filter(|&country| map.boundary_of(country) != held.boundary_of(country)) {
            let boundary = map.boundary_of(country);
            self.state(Fact::Configured(Configured::Row { unit: site.unit(), side: site.side(), country, boundary }));
        }
        self.hand_map(site, map);
    }

    /// Offers a map to a site.
    fn hand_map(&mut self, site: SiteId, map: Arc<ResidencyMap>) {
        let slot = &mut self.sites[site.index()];
        slot.offered.push_back(map.clone());
        let datacenter = slot.datacenter();
        self.hand(datacenter, Local::Site(site, SiteInput::MapPushed(map), None));
    }

    /// Ends a roll-out: every site that holds its row, or is about to, gets a map in which it is as it would be
    /// without.
    pub(super) fn withdraw(&mut self, fault: u16, rollout: &Rollout) {
        self.telling.under_way.remove(&fault);
        for site in SiteId::all(self.plan.units.len()) {
            let (right, slot) = (self.row_without(site, rollout.country), &self.sites[site.index()]);
            // What it will refuse is no map to correct.
            let held = slot.next_map(&self.decisions);
            if held.boundary_of(rollout.country) == right {
                continue;
            }
            let mut corrected = ResidencyMap::clone(held);
            corrected.countries[rollout.country.index()] = right;
            let corrected = Arc::new(self.numbered(corrected));
            let slot = &mut self.sites[site.index()];
            if self.places[slot.datacenter().index()].running {
                self.hand_rows(site, corrected);
            } else {
                slot.correction = Some(corrected);
            }
        }
    }

    /// A site that boots fetches the correction that it missed.
    pub(super) fn fetch_correction(&mut self, site: SiteId) {
        if let Some(map) = self.sites[site.index()].correction.take() {
            self.hand_rows(site, map);
        }
    }

    /// What the roll-outs that are on tell a site of a country, or else what holds.
    fn row_without(&self, site: SiteId, country: Country) -> Option<Boundary> {
        let datacenter = self.sites[site.index()].datacenter();
        let on = self.registry.active().into_iter().rev();
        let mut told = on.filter_map(|fault| match &self.plan.faults[usize::from(fault)].kind {
            FaultKind::MapRollout(one) if one.country == country && !one.misses.contains(&datacenter) => {
                Some(one.boundary)
            }
            _ => None,
        });
        told.next().unwrap_or_else(|| self.plan.map.boundary_of(country))
    }
}

/// Places.
impl<D: Decisions, O: Observer> World<D, O> {
    /// What the platform under a site answers when it is asked where it is.
    pub(super) fn probe(&mut self, site: SiteId) -> Option<Datacenter> {
        let stands = self.sites[site.index()].datacenter();
        let says = self.region_of(stands);
        if says != Some(stands) {
            *self.telling.misinformed.entry(stands).or_default() += 1;
        }
        if self.plan.faults.iter().any(|fault| matches!(fault.kind, FaultKind::RegionProbe { .. })) {
            self.state(Fact::Configured(Configured::Probed { unit: site.unit(), side: site.side(), says }));
        }
        says
    }

    /// A site asks where it stands.
    pub(super) fn answer_probe(&mut self, site: SiteId) {
        let says = self.probe(site);
        let datacenter = self.sites[site.index()].datacenter();
        self.hand(datacenter, Local::Site(site, SiteInput::Probed(says), None));
    }

    pub(super) fn region_of(&self, stands: Datacenter) -> Option<Datacenter> {
        let on = self.registry.active().into_iter().rev();
        let mut lies = on.filter_map(|fault| match self.plan.faults[usize::from(fault)].kind {
            FaultKind::RegionProbe { datacenter, says } if datacenter == stands => Some(says),
            _ => None,
        });
        lies.next().unwrap_or(Some(stands))
    }

    /// How often a datacenter's platform said nothing, or something untrue.
    pub(super) fn misinformed(&self, datacenter: Datacenter) -> u64 {
        self.telling.misinformed.get(&datacenter).copied().unwrap_or(0)
    }
}
