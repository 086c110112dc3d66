//! Reseeds: bringing a site back that is far behind.

use super::setup::{MetricsSetup, UnitSetup};
use crate::facts::{Announcement, Reread};
use crate::terms::{Datacenter, Instant, Side, Span, Unit};

/// A site that was brought back by reading old records of its peer's log again. What it got besides, from
/// the end of the log and at hand, is ordinary replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reseed {
    /// Whose log.
    pub unit: Unit,
    /// Where it was read.
    pub from: Datacenter,
    /// For which site.
    pub to: Datacenter,
    /// When the first records were read.
    pub began: Instant,
    /// When the site had caught up, or took the lease over as it was; `None`: not before the run ended.
    pub ended: Option<Instant>,
    /// Old records that were read; those that had to be sent again count again.
    pub records: u64,
}

impl Reseed {
    /// How long it took; to the end of the run where it was not over.
    pub fn lasted(&self, run_ended: Instant) -> Span {
        self.ended.unwrap_or(run_ended).since(self.began)
    }
}

/// Folds reseeds.
#[derive(Clone, Debug)]
pub(super) struct ReseedsFold {
    reseeds: Vec<Reseed>,
    /// The one under way of each unit.
    open: Vec<Option<usize>>,
}

impl ReseedsFold {
    pub(super) fn new(setup: &MetricsSetup) -> Self {
        Self { reseeds: Vec::new(), open: vec![None; setup.units.len()] }
    }

    pub(super) fn reread(&mut self, at: Instant, reread: Reread, stands: &[UnitSetup]) {
        let Reread { unit, datacenter: from, records, .. } = reread;
        let sites = stands[unit.index()].sites;
        let to = sites[usize::from(sites[0] == from)];
        let under_way = self.open[unit.index()].filter(|&open| self.reseeds[open].from == from);
        let open = under_way.unwrap_or_else(|| {
            self.over(at, unit);
            self.reseeds.push(Reseed { unit, from, to, began: at, ended: None, records: 0 });
            self.reseeds.len() - 1
        });
        self.open[unit.index()] = Some(open);
        self.reseeds[open].records += records;
    }

    pub(super) fn announced(&mut self, at: Instant, unit: Unit, side: Side, what: Announcement, stands: &[UnitSetup]) {
        let Some(open) = self.open[unit.index()] else { return };
        let holder = stands[unit.index()].site(side) == self.reseeds[open].from;
        match what {
            Announcement::PeerCaughtUp if holder => self.over(at, unit),
            Announcement::Promoted { .. } if !holder => self.over(at, unit),
            _ => {}
        }
    }

    pub(super) fn finish(self) -> Vec<Reseed> {
        self.reseeds
    }

    fn over(&mut self, at: Instant, unit: Unit) {
        if let Some(open) = self.open[unit.index()].take() {
            self.reseeds[open].ended = Some(at);
        }
    }
}
