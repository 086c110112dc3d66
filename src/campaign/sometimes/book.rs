//! How things stand in a run, as far as a rare situation is told by it.

use crate::facts::{Announcement, Copies, Fact, Fate, Moving};
use crate::sim::Plan;
use crate::sim::plan::UnitPlan;
use crate::terms::{CopyClass, Datacenter, DatacenterSet, Epoch, Mode, Register, Side, Tally, Tenant, Unit, Wall};

/// A lease that went to the other site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Takeover {
    pub(super) unit: Unit,
    /// The mode that the register had before.
    pub(super) mode: Mode,
    /// Whether an operator had ordered it by force.
    pub(super) forced: bool,
    /// Whether the holder handed it over.
    pub(super) planned: bool,
}

/// A scale unit.
#[derive(Clone, Debug)]
pub(super) struct UnitBook {
    pub(super) plan: UnitPlan,
    register: Tally,
    forced: bool,
    handing_over: bool,
    /// Whether old records are read for a site that is not back yet.
    pub(super) reseeding: bool,
    /// Which sites have held the lease.
    pub(super) has_held: [bool; 2],
    /// Whether it was restored from a backup.
    pub(super) restored: bool,
    /// Records set aside and not reconciled yet.
    pub(super) set_aside: u64,
    /// Whether it lost both sites to outages since it last served.
    pub(super) was_dark: bool,
    /// Voters whose memory was replaced by an old copy and that have not voted since.
    pub(super) forgetful: [bool; 3],
}

/// A tenant under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub(super) tenant: Tenant,
    pub(super) from: Unit,
    pub(super) to: Unit,
    pub(super) cut_over: bool,
    /// Whether its old home was restored from a backup after it had left.
    pub(super) brought_back: bool,
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Book {
    pub(super) units: Vec<UnitBook>,
    pub(super) dark: DatacenterSet,
    pub(super) paused: DatacenterSet,
    pub(super) moves: Vec<Move>,
    /// Targets that refuse backups.
    pub(super) refuses_backups: DatacenterSet,
    pub(super) effective: Wall,
    /// Whether the safety phase is over.
    pub(super) settling: bool,
}

impl Book {
    pub(super) fn new(plan: &Plan) -> Self {
        let unit = |plan: &UnitPlan| UnitBook {
            plan: plan.clone(),
            register: Tally::default(),
            forced: false,
            handing_over: false,
            reseeding: false,
            has_held: [false; 2],
            restored: false,
            set_aside: 0,
            was_dark: false,
            forgetful: [false; 3],
        };
        Self {
            units: plan.units.iter().map(unit).collect(),
            dark: DatacenterSet::default(),
            paused: DatacenterSet::default(),
            moves: Vec::new(),
            refuses_backups: DatacenterSet::default(),
            effective: plan.policy.effective,
            settling: false,
        }
    }

    pub(super) fn unit(&self, unit: Unit) -> &UnitBook {
        &self.units[unit.index()]
    }

    /// Whether a tenant is on its way from or to a unit.
    pub(super) fn is_moving(&self, unit: Unit) -> bool {
        self.moves.iter().any(|one| !one.cut_over && (one.from == unit || one.to == unit))
    }

    /// Whether a site of a unit is without power.
    pub(super) fn is_hurt(&self, unit: Unit) -> bool {
        self.unit(unit).plan.sites.iter().any(|&site| self.dark.contains(site))
    }

    /// The move of a tenant.
    pub(super) fn moving(&self, tenant: Tenant) -> Option<&Move> {
        self.moves.iter().find(|one| one.tenant == tenant)
    }

    /// The lease that goes to the other site with a fact.
    pub(super) fn takeover(&self, fact: &Fact) -> Option<Takeover> {
        let Fact::VoterPersisted { unit, seat, record, .. } = *fact else { return None };
        let book = self.unit(unit);
        let before: Register = book.register.value()?;
        let value = book.register.clone().persisted(seat, &record.get())?;
        let (forced, planned) = (book.forced, book.handing_over);
        (before.holder != value.holder).then_some(Takeover { unit, mode: before.mode, forced, planned })
    }

    /// Who holds a unit's lease, and since which epoch.
    pub(super) fn holder(&self, unit: Unit) -> Option<(Side, Epoch)> {
        self.unit(unit).register.value().map(|value| (value.holder, value.epoch))
    }

    pub(super) fn fold(&mut self, fact: &Fact, takeover: Option<Takeover>) {
        match *fact {
            Fact::VoterPersisted { unit, seat, record, .. } => {
                let book = &mut self.units[unit.index()];
                if let Some(value) = book.register.persisted(seat, &record.get()) {
                    book.has_held[value.holder.index()] = true;
                }
                book.forgetful[seat.index()] = false;
                if takeover.is_some() {
                    (book.forced, book.handing_over) = (false, false);
                }
            }
            Fact::MemoryLost { unit, seat, copy, .. } => {
                self.units[unit.index()].register.lost(seat);
                self.units[unit.index()].forgetful[seat.index()] = copy;
            }
            Fact::Ordered { unit, forced } => self.units[unit.index()].forced |= forced,
            Fact::Power { datacenter, on } => self.power(datacenter, on),
            Fact::Paused { datacenter, paused } => set(&mut self.paused, datacenter, paused),
            Fact::Reread(reread) => self.units[reread.unit.index()].reseeding = true,
            Fact::Restored { unit, .. } => self.restored(unit),
            Fact::Landed { unit, copy: CopyClass::QuarantinedTail, .. } => self.units[unit.index()].set_aside += 1,
            Fact::Reconciled(record) => {
                let left = &mut self.units[record.unit.index()].set_aside;
                *left = left.saturating_sub(1);
            }
            Fact::Copies(Copies::Refused { copy: CopyClass::Backup, datacenter, on }) => {
                set(&mut self.refuses_backups, datacenter, on);
            }
            Fact::Announced { unit, announcement, .. } => self.announced(unit, announcement),
            Fact::Moving(moving) => self.moved(moving),
            Fact::LivenessBegan => self.settling = true,
            _ => {}
        }
    }

    fn power(&mut self, datacenter: Datacenter, on: bool) {
        set(&mut self.dark, datacenter, !on);
        for unit in &mut self.units {
            unit.was_dark |= unit.plan.sites.iter().all(|&site| self.dark.contains(site));
        }
    }

    fn restored(&mut self, unit: Unit) {
        self.units[unit.index()].restored = true;
        self.moves.iter_mut().filter(|one| one.cut_over && one.from == unit).for_each(|one| one.brought_back = true);
    }

    fn announced(&mut self, unit: Unit, announcement: Announcement) {
        let book = &mut self.units[unit.index()];
        match announcement {
            Announcement::PeerCaughtUp => book.reseeding = false,
            Announcement::SwitchoverBegan => book.handing_over = true,
            Announcement::SwitchoverCancelled => book.handing_over = false,
            Announcement::Serving { .. } => book.was_dark = false,
            _ => {}
        }
    }

    fn moved(&mut self, moving: Moving) {
        match moving {
            Moving::Ordered { tenant, from, to } => {
                self.moves.push(Move { tenant, from, to, cut_over: false, brought_back: false });
            }
            Moving::Cancelled { tenant } => self.moves.retain(|one| one.tenant != tenant),
            Moving::CutOver { tenant } => {
                self.moves.iter_mut().filter(|one| one.tenant == tenant).for_each(|one| one.cut_over = true);
            }
            Moving::Rests { .. } | Moving::Told { .. } => {}
        }
    }
}

fn set(places: &mut DatacenterSet, datacenter: Datacenter, on: bool) {
    *places = if on { places.with(datacenter) } else { places.without(datacenter) };
}

/// Whether a record that was set aside came to this.
pub(super) fn ended(fact: &Fact, wanted: Fate) -> bool {
    matches!(fact, Fact::Reconciled(record) if record.fate == wanted)
}
