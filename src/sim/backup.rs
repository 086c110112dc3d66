//! Backup media: what they hold, and what sites and operators do with them.
//!
//! Media stand in a datacenter beside the disks that serve, and are not lost with them. They hold runs
//! of indices, as a log does whose records nobody holds one by one, so their size in memory does not
//! grow with the number of messages.

use super::copying::Route;
use super::event::SiteId;
use super::message::Local;
use super::store::Store;
use super::world::World;
use crate::facts::{Copies, Fact, Observer};
use crate::service::placement::Candidates;
use crate::service::{Catalogue, Decisions, SiteInput};
use crate::terms::{CopyClass, Datacenter, Index, Instant, Position, Side, Unit, Wall};
use std::collections::BTreeMap;

/// The media of every datacenter, by the unit whose log they hold.
pub(super) type Backups = BTreeMap<(Unit, Datacenter), Media>;

/// The backup media of one unit in one datacenter.
pub(super) struct Media {
    pub(super) log: Store,
    /// When the last finished backup was begun.
    pub(super) taken: Instant,
}

impl Media {
    const fn new() -> Self {
        Self { log: Store::new(), taken: Instant::ZERO }
    }
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Begins to bring media up to `through` of a site's log.
    pub(super) fn back_up(&mut self, site: SiteId, targets: Candidates, to: Datacenter, through: Index) {
        let (unit, copy) = (site.unit(), CopyClass::Backup);
        self.state(Fact::TargetsListed { unit, copy, candidates: targets.set() });
        if self.refuses(to, copy) {
            return;
        }
        let media = self.backups.entry((unit, to)).or_insert_with(Media::new);
        let common = self.sites[site.index()].store.agreement(&media.log);
        media.log.cut(common, &mut Vec::new());
        self.begin_copy(site, Route::Backup { to, begun: self.now }, common, through);
    }

    /// A backup is finished.
    pub(super) fn backed_up(&mut self, site: SiteId, to: Datacenter, begun: Instant, through: Index) {
        let (unit, slot) = (site.unit(), &self.sites[site.index()]);
        let (here, end) = (slot.datacenter(), slot.store.position(through));
        if let Some(media) = self.backups.get_mut(&(unit, to)) {
            media.taken = begun;
        }
        self.state(Fact::BackedUp { unit, datacenter: to, taken: begun, end });
        self.hand(here, Local::Site(site, SiteInput::BackedUp { through }, None));
    }

    /// Loses every backup that stands in a datacenter.
    pub(super) fn lose_backups(&mut self, datacenter: Datacenter) -> bool {
        let before = self.backups.len();
        self.backups.retain(|&(_, at), _| at != datacenter);
        self.lose_media_shelves(datacenter);
        self.state(Fact::BackupsLost(datacenter));
        self.backups.len() < before
    }

    /// An operator offers the newest backup of `of` that is in reach to a site of `unit` that lost its
    /// store: to one of which the platform says where it stands, if there is any. Whether there was both.
    pub(super) fn order_restore(&mut self, fault: u16, unit: Unit, of: Unit) -> bool {
        self.state(Fact::RestoreOrdered(unit));
        let is_bereft = |site: &SiteId| {
            let slot = &self.sites[site.index()];
            slot.store.is_uncertified() && self.places[slot.datacenter().index()].running
        };
        let says_nothing = |site: &SiteId| {
            let stands = self.sites[site.index()].datacenter();
            self.region_of(stands) != Some(stands)
        };
        let sites = Side::BOTH.map(|side| SiteId::new(unit, side));
        let bereft = sites.into_iter().filter(is_bereft).min_by_key(says_nothing);
        let (Some(site), Some(backup)) = (bereft, self.newest_backup(of)) else {
            self.state(Fact::Copies(Copies::OrderedInVain(unit)));
            return false;
        };
        let here = self.sites[site.index()].datacenter();
        self.registry.effects.ordered(fault, site);
        self.hand(here, Local::Site(site, SiteInput::Offered(backup), None));
        true
    }

    fn newest_backup(&self, of: Unit) -> Option<Catalogue> {
        let boundary = self.units[of.index()].boundary;
        let own = self.backups.iter().filter(|&(&(unit, at), media)| {
            unit == of && self.places[at.index()].powered() && media.taken > Instant::ZERO
        });
        let catalogues = own.map(|(&(unit, datacenter), Media { log, taken })| {
            let end = log.position(log.durable());
            Catalogue { unit, boundary, datacenter, end, taken: Wall(taken.0) }
        });
        catalogues.max_by_key(|backup| backup.end)
    }

    /// Begins to bring a backup to its staging place.
    pub(super) fn restore(&mut self, site: SiteId, backup: Catalogue, targets: Candidates, staging: Datacenter) {
        let (unit, copy) = (site.unit(), CopyClass::RestoreStaging);
        self.state(Fact::TargetsListed { unit, copy, candidates: targets.set() });
        self.begin_copy(site, Route::Stage { backup, staging }, 0, backup.end.index);
    }

    /// The backup is staged: the site is stopped, and its store loaded.
    pub(super) fn staged(&mut self, site: SiteId, backup: Catalogue, staging: Datacenter) {
        let slot = &mut self.sites[site.index()];
        slot.stop();
        let datacenter = slot.datacenter();
        if slot.store.end() > 0 {
            slot.store.cut(0, &mut Vec::new());
            self.cut_shelves(site, 0);
            self.state(Fact::TailCut { datacenter, unit: site.unit(), keeps: Position::default() });
        }
        self.begin_copy(site, Route::Load { backup, staging }, 0, backup.end.index);
    }

    /// The store has everything that the backup held; the site starts anew.
    pub(super) fn restored(&mut self, site: SiteId, backup: Catalogue) {
        let slot = &mut self.sites[site.index()];
        slot.store.restored_to(backup.taken);
        let datacenter = slot.datacenter();
        self.state(Fact::Restored {
            unit: site.unit(),
            side: site.side(),
            datacenter,
            taken: Instant(backup.taken.0),
            end: backup.end,
        });
        self.state_all_rests();
        self.boot_site(site);
    }
}
