//! Where records came to rest.

use super::setup::MetricsSetup;
use crate::terms::{Boundary, CopyClass, Datacenter, RecordKind, Side, Tenant, Unit};

const KINDS: usize = RecordKind::ALL.len();
const COPIES: usize = CopyClass::ALL.len();

/// Counts of landings, and of what rests of the tenants that are followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Landings {
    boundaries: usize,
    datacenters: usize,
    units: usize,
    /// Where each datacenter stands.
    stands: Vec<Boundary>,
    /// Which boundary each unit serves.
    serves: Vec<Boundary>,
    /// Landings by kind, copy class, boundary of the unit, and datacenter.
    counts: Vec<u64>,
    /// What rests, by followed tenant, unit, datacenter, kind and copy class.
    resting: Vec<u64>,
    followed: usize,
    /// What a storage loss took, and how much of it has come back.
    losses: Vec<StorageLoss>,
    /// Records that came to rest again in resynchronisation by runs, by datacenter.
    resynchronised: Vec<u64>,
    /// What was written in runs: to backup media, and to copies that are made from a log.
    media: Vec<Media>,
    /// The datacenters of each unit's sites.
    sites: Vec<[Datacenter; 2]>,
    /// Followed tenants that moved, and the homes that they left.
    left: Vec<(Tenant, Unit)>,
}

/// What was written of one unit's log in one datacenter, in runs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Media {
    copy: CopyClass,
    unit: Unit,
    datacenter: Datacenter,
    /// Records written to them.
    records: u64,
    /// Records in the unit's longest log at the last of these.
    of: u64,
    /// Of these, records by followed tenant and kind.
    by_tenant: Vec<[u64; KINDS]>,
    /// What the log held at the last of these, by followed tenant and kind.
    seen: Vec<[u64; KINDS]>,
}

/// The content of one site's storage at the moment when it was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StorageLoss {
    unit: Unit,
    datacenter: Datacenter,
    /// Records in the log, of all tenants.
    total: u64,
    /// How many of them came back in runs.
    returned: u64,
    /// Records in the log, by followed tenant and kind.
    by_tenant: Vec<[u64; KINDS]>,
}

/// What customers call a kind of data, as the residency promise lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// Messages, likes and comments.
    Chats,
    /// Attachments.
    Attachments,
    /// The three parts of action cards.
    ActionCards,
    /// Call logs; call media rests nowhere.
    CallLogs,
    /// What came with a tenant that moved, and what a move has not erased yet: of every kind.
    Moved,
}

impl Workload {
    /// Every workload that records belong to by kind, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Chats, Self::Attachments, Self::ActionCards, Self::CallLogs];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chats => "chats",
            Self::Attachments => "attachments",
            Self::ActionCards => "action cards",
            Self::CallLogs => "call logs",
            Self::Moved => "moved",
        }
    }

    /// The kinds of record that belong to it.
    pub const fn kinds(self) -> &'static [RecordKind] {
        match self {
            Self::Chats => &[RecordKind::Message, RecordKind::Like, RecordKind::Comment],
            Self::Attachments => &[RecordKind::Attachment],
            Self::ActionCards => &[RecordKind::CardMetadata, RecordKind::CardPackage, RecordKind::CardResponse],
            Self::CallLogs => &[RecordKind::CallLog, RecordKind::CallMedia],
            Self::Moved => &[],
        }
    }
}

impl Landings {
    pub(super) fn new(setup: &MetricsSetup) -> Self {
        let (boundaries, datacenters, units) = (setup.boundaries, setup.datacenters.len(), setup.units.len());
        Self {
            boundaries,
            datacenters,
            units,
            stands: setup.datacenters.iter().map(|datacenter| datacenter.boundary).collect(),
            serves: setup.units.iter().map(|unit| unit.boundary).collect(),
            counts: vec![0; KINDS * COPIES * boundaries * datacenters],
            resting: vec![0; setup.followed * units * datacenters * KINDS * COPIES],
            followed: setup.followed,
            losses: Vec::new(),
            resynchronised: vec![0; datacenters],
            media: Vec::new(),
            sites: setup.units.iter().map(|unit| unit.sites).collect(),
            left: Vec::new(),
        }
    }

    /// Landings of a kind at a datacenter, in one copy class, of records that rest in one boundary.
    pub fn count(&self, kind: RecordKind, copy: CopyClass, residence: Boundary, datacenter: Datacenter) -> u64 {
        self.counts[self.count_index(kind, copy, residence, datacenter)]
    }

    /// Landings of a kind at a datacenter.
    pub fn at(&self, kind: RecordKind, datacenter: Datacenter) -> u64 {
        self.sum(|k, _, _, d| k == kind && d == datacenter)
    }

    /// Landings at a datacenter by copy class.
    pub fn of_copy(&self, copy: CopyClass, datacenter: Datacenter) -> u64 {
        self.sum(|_, c, _, d| c == copy && d == datacenter)
    }

    /// Landings of a kind at a datacenter that stands outside the boundary of the unit.
    pub fn outside_at(&self, kind: RecordKind, datacenter: Datacenter) -> u64 {
        self.sum(|k, _, residence, d| k == kind && d == datacenter && self.stands[d.index()] != residence)
    }

    /// Landings outside the boundary of their unit: all, those of one boundary's units, or those at
    /// one datacenter.
    pub fn outside(&self, boundary: Option<Boundary>, datacenter: Option<Datacenter>) -> u64 {
        let outside = |residence: Boundary, d: Datacenter| {
            self.stands[d.index()] != residence
                && boundary.is_none_or(|only| only == residence)
                && datacenter.is_none_or(|only| only == d)
        };
        let media = self.media.iter().filter(|media| outside(self.serves[media.unit.index()], media.datacenter));
        self.sum(|_, _, residence, d| outside(residence, d)) + media.map(|media| media.records).sum::<u64>()
    }

    /// Records written to backup media at a datacenter.
    pub fn backed_up(&self, datacenter: Datacenter) -> u64 {
        let backups = self.media.iter().filter(|media| media.copy == CopyClass::Backup);
        backups.filter(|media| media.datacenter == datacenter).map(|media| media.records).sum()
    }

    /// All landings.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Records that came to rest again at a datacenter in resynchronisation by runs.
    pub fn resynchronised(&self, datacenter: Datacenter) -> u64 {
        self.resynchronised[datacenter.index()]
    }

    /// How many tenants are followed.
    pub const fn followed(&self) -> usize {
        self.followed
    }

    /// What rests of a followed tenant's workload at a datacenter in one copy class; zero for a
    /// tenant that is not followed. What was lost with a disk and came back in runs is taken to be a
    /// like share of every kind until all of it is back, and so is each run that a copy took of what the log
    /// then held. Of a home that the tenant left nothing is told here: see [`super::Move`].
    pub fn resting(&self, tenant: Tenant, workload: Workload, copy: CopyClass, datacenter: Datacenter) -> u64 {
        if tenant.0 as usize >= self.followed {
            return 0;
        }
        workload.kinds().iter().map(|&kind| self.resting_kind(tenant, kind, copy, datacenter)).sum()
    }

    #[inline]
    pub(super) fn landed(&mut self, tenant: Tenant, kind: RecordKind, copy: CopyClass, unit: Unit, at: Datacenter) {
        let index = self.count_index(kind, copy, self.serves[unit.index()], at);
        self.counts[index] += 1;
        if (tenant.0 as usize) < self.followed {
            self.rests(tenant, kind, copy, unit, at);
        }
    }

    pub(super) fn range_landed(&mut self, unit: Unit, datacenter: Datacenter, records: u64) {
        self.resynchronised[datacenter.index()] += records;
        let lost = self.losses.iter_mut().rev().find(|lost| lost.unit == unit && lost.datacenter == datacenter);
        if let Some(lost) = lost {
            lost.returned = (lost.returned + records).min(lost.total);
        }
    }

    /// Records were written to a copy of a unit's log, the longest of which holds `of`.
    pub(super) fn media_written(
        &mut self,
        copy: CopyClass,
        (unit, datacenter): (Unit, Datacenter),
        records: u64,
        of: u64,
    ) {
        let same = |media: &Media| (media.copy, media.unit, media.datacenter) == (copy, unit, datacenter);
        let at = self.media.iter().position(same).unwrap_or_else(|| {
            let none = vec![[0; KINDS]; self.followed];
            let (by_tenant, seen) = (none.clone(), none);
            self.media.push(Media { copy, unit, datacenter, records: 0, of: 0, by_tenant, seen });
            self.media.len() - 1
        });
        let grown = of.saturating_sub(self.media[at].of);
        for tenant in 0..self.followed {
            let owner = Tenant(u32::try_from(tenant).unwrap_or(u32::MAX));
            for kind in RecordKind::ALL {
                let logged = self.logged(owner, unit, kind);
                let media = &mut self.media[at];
                let (held, seen) = (&mut media.by_tenant[tenant][kind.index()], &mut media.seen[tenant][kind.index()]);
                // A run that is longer than what the log gained has older records, too.
                let (part, whole) = if records > grown { (logged, of) } else { (logged.saturating_sub(*seen), grown) };
                *held = (*held + share(part, records, whole)).min(logged);
                *seen = logged;
            }
        }
        let media = &mut self.media[at];
        (media.records, media.of) = (media.records + records, of);
    }

    /// Every copy that stands on media in a datacenter was lost.
    pub(super) fn media_lost(&mut self, datacenter: Datacenter) {
        self.media.retain(|media| media.datacenter != datacenter || is_beside_a_log(media.copy));
    }

    /// A tenant has left a home.
    pub(super) fn left(&mut self, tenant: Tenant, home: Unit) {
        self.left.push((tenant, home));
    }

    /// A copy of a unit's log was deleted.
    pub(super) fn media_deleted(&mut self, copy: CopyClass, unit: Unit, datacenter: Datacenter) {
        self.media.retain(|media| (media.copy, media.unit, media.datacenter) != (copy, unit, datacenter));
    }

    /// Empties a site's storage. `records` is how many its log held.
    pub(super) fn storage_lost(&mut self, unit: Unit, datacenter: Datacenter, records: u64) {
        let gone = |media: &Media| (media.unit, media.datacenter) == (unit, datacenter) && is_beside_a_log(media.copy);
        self.media.retain(|media| !gone(media));
        self.losses.retain(|lost| (lost.unit, lost.datacenter) != (unit, datacenter));
        let mut by_tenant = vec![[0; KINDS]; self.followed];
        for (tenant, kinds) in by_tenant.iter_mut().enumerate() {
            for (kind, lost) in RecordKind::ALL.into_iter().zip(kinds) {
                let tenant = Tenant(u32::try_from(tenant).unwrap_or(u32::MAX));
                let first = self.resting_index(tenant, unit, datacenter, kind, CopyClass::Log);
                let copies = &mut self.resting[first..first + COPIES];
                *lost = copies[CopyClass::Log.index()] + copies[CopyClass::Replica.index()];
                copies.fill(0);
            }
        }
        self.losses.push(StorageLoss { unit, datacenter, total: records, returned: 0, by_tenant });
    }

    /// The site of a side has another place from now on, and nothing there. What it had stays where it was; as much,
    /// of a log of so many `records`, is about to come to the new place in runs.
    pub(super) fn seated(&mut self, unit: Unit, side: Side, (from, to): (Datacenter, Datacenter), records: u64) {
        let mut by_tenant = vec![[0; KINDS]; self.followed];
        for (tenant, kinds) in by_tenant.iter_mut().enumerate() {
            for (kind, due) in RecordKind::ALL.into_iter().zip(kinds) {
                let tenant = Tenant(u32::try_from(tenant).unwrap_or(u32::MAX));
                let logs = [CopyClass::Log, CopyClass::Replica];
                let held = logs.map(|copy| self.resting[self.resting_index(tenant, unit, from, kind, copy)]);
                let back = self.losses.iter().filter(|lost| (lost.unit, lost.datacenter) == (unit, from));
                let back = back.map(|lost| lost.share_returned(lost.by_tenant[tenant.0 as usize][kind.index()]));
                *due = held.iter().sum::<u64>() + back.sum::<u64>();
            }
        }
        self.losses.push(StorageLoss { unit, datacenter: to, total: records, returned: 0, by_tenant });
        self.sites[unit.index()][side.index()] = to;
    }

    /// Nothing is left of a class at a place that a unit has left.
    pub(super) fn emptied(&mut self, copy: CopyClass, unit: Unit, datacenter: Datacenter) {
        self.media_deleted(copy, unit, datacenter);
        if copy == CopyClass::Log {
            self.losses.retain(|lost| (lost.unit, lost.datacenter) != (unit, datacenter));
        }
        for tenant in 0..self.followed {
            let tenant = Tenant(u32::try_from(tenant).unwrap_or(u32::MAX));
            for kind in RecordKind::ALL {
                let place = self.resting_index(tenant, unit, datacenter, kind, copy);
                self.resting[place] = 0;
            }
        }
    }

    /// A record that is set aside leaves the log of the same disk.
    fn rests(&mut self, tenant: Tenant, kind: RecordKind, copy: CopyClass, unit: Unit, datacenter: Datacenter) {
        let first = self.resting_index(tenant, unit, datacenter, kind, CopyClass::Log);
        let copies = &mut self.resting[first..first + COPIES];
        copies[copy.index()] += 1;
        if copy == CopyClass::QuarantinedTail {
            let from = if copies[CopyClass::Log.index()] > 0 { CopyClass::Log } else { CopyClass::Replica };
            copies[from.index()] = copies[from.index()].saturating_sub(1);
        }
    }

    fn resting_kind(&self, tenant: Tenant, kind: RecordKind, copy: CopyClass, datacenter: Datacenter) -> u64 {
        let stays = |unit: Unit| !self.left.contains(&(tenant, unit));
        if is_in_runs(copy) {
            let media = self.media.iter().filter(|media| (media.copy, media.datacenter) == (copy, datacenter));
            let media = media.filter(|media| stays(media.unit));
            return media.map(|media| media.by_tenant[tenant.0 as usize][kind.index()]).sum();
        }
        let units = (0..self.units).map(|unit| Unit(u8::try_from(unit).unwrap_or(u8::MAX))).filter(|&unit| stays(unit));
        let now: u64 = units.map(|unit| self.resting[self.resting_index(tenant, unit, datacenter, kind, copy)]).sum();
        let returned = self.losses.iter().filter(|lost| copy == CopyClass::Replica && lost.datacenter == datacenter);
        let returned = returned.filter(|lost| stays(lost.unit));
        now + returned.map(|lost| lost.share_returned(lost.by_tenant[tenant.0 as usize][kind.index()])).sum::<u64>()
    }

    /// What rests of a followed tenant's kind in the fuller of a unit's logs.
    fn logged(&self, tenant: Tenant, unit: Unit, kind: RecordKind) -> u64 {
        let at = |datacenter| -> u64 {
            let copies = [CopyClass::Log, CopyClass::Replica];
            copies.map(|copy| self.resting[self.resting_index(tenant, unit, datacenter, kind, copy)]).iter().sum()
        };
        self.sites[unit.index()].map(at).into_iter().max().unwrap_or(0)
    }

    fn sum(&self, wanted: impl Fn(RecordKind, CopyClass, Boundary, Datacenter) -> bool) -> u64 {
        let handle = |index: usize| u8::try_from(index).unwrap_or(u8::MAX);
        let places = self.counts.iter().enumerate().filter(|&(index, _)| {
            let (rest, datacenter) = (index / self.datacenters, index % self.datacenters);
            let (rest, boundary) = (rest / self.boundaries, rest % self.boundaries);
            let (kind, copy) = (RecordKind::ALL[rest / COPIES], CopyClass::ALL[rest % COPIES]);
            wanted(kind, copy, Boundary(handle(boundary)), Datacenter(handle(datacenter)))
        });
        places.map(|(_, count)| count).sum()
    }

    const fn count_index(&self, kind: RecordKind, copy: CopyClass, boundary: Boundary, at: Datacenter) -> usize {
        ((kind.index() * COPIES + copy.index()) * self.boundaries + boundary.index()) * self.datacenters + at.index()
    }

    const fn resting_index(
        &self,
        tenant: Tenant,
        unit: Unit,
        datacenter: Datacenter,
        kind: RecordKind,
        copy: CopyClass,
    ) -> usize {
        let place = (tenant.0 as usize * self.units + unit.index()) * self.datacenters + datacenter.index();
        (place * KINDS + kind.index()) * COPIES + copy.index()
    }
}

/// Whether a class stands on the disk of a site's log, and goes with it.
const fn is_beside_a_log(copy: CopyClass) -> bool {
    matches!(copy, CopyClass::SearchIndex | CopyClass::DeadLetter | CopyClass::Snapshot)
}

/// Whether a class comes to rest in runs of a log, and is not the log itself.
const fn is_in_runs(copy: CopyClass) -> bool {
    !matches!(
        copy,
        CopyClass::Log | CopyClass::Replica | CopyClass::Cache | CopyClass::QuarantinedTail | CopyClass::WitnessRecord
    )
}

impl StorageLoss {
    fn share_returned(&self, lost: u64) -> u64 {
        share(lost, self.returned, self.total)
    }
}

/// The share of `whole` that `part` is of `of`, and never more than `whole`.
fn share(whole: u64, part: u64, of: u64) -> u64 {
    let share = u128::from(whole) * u128::from(part.min(of)) / u128::from(of.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}
