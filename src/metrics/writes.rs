//! Writes: acknowledged, refused, waiting in outboxes.

use super::buckets::{Buckets, Level};
use super::setup::MetricsSetup;
use crate::terms::{Boundary, Datacenter, Instant, Record, Refusal, Unit};
use std::collections::BTreeMap;

/// How many classes of refusal there are.
const CLASSES: usize = Refusal::CLASSES.len();

/// The writes of a boundary, or of the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Writes acknowledged; a repeated acknowledgement counts once.
    pub acknowledged: u64,
    /// Writes of which the client learned that they were acknowledged.
    pub confirmed: u64,
    /// Refusals by class, in the order of [`Refusal::CLASSES`].
    pub refused: [u64; CLASSES],
    /// Writes that went into an outbox, each counted once; calls are not among them.
    pub queued: u64,
    /// The most writes that waited in outboxes at one moment.
    pub outbox_peak: u64,
    /// Acknowledged records that are on no disk of their unit at the end, but for one that is gone for good.
    pub lost: u64,
    /// Writes acknowledged in each bucket.
    pub acknowledged_series: Vec<u64>,
    /// Refusals in each bucket.
    pub refused_series: Vec<u64>,
    /// The most writes waiting in outboxes in each bucket.
    pub outbox_series: Vec<u64>,
}

impl Flow {
    /// Refusals of every class.
    pub fn refusals(&self) -> u64 {
        self.refused.iter().sum()
    }

    /// Refusals for residence: of the classes that have a rule behind them.
    pub fn refusals_for_residence(&self) -> u64 {
        Refusal::OF_RESIDENCE.into_iter().map(|refusal| self.refused[refusal.class()]).sum()
    }
}

/// The writes of a datacenter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteFlow {
    /// Writes that its sites acknowledged.
    pub acknowledged: u64,
    /// Refusals that its sites gave.
    pub refused: u64,
    /// The longest queue of writes at one of its sites.
    pub queue_peak: u32,
}

/// The writes of a scale unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitFlow {
    /// Writes acknowledged; a repeated acknowledgement counts once.
    pub acknowledged: u64,
    /// Refusals by class, in the order of [`Refusal::CLASSES`].
    pub refused: [u64; CLASSES],
    /// Acknowledged records that are on no disk of the unit at the end.
    pub lost: u64,
}

impl UnitFlow {
    /// Refusals of every class.
    pub fn refusals(&self) -> u64 {
        self.refused.iter().sum()
    }
}

/// All writes of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    /// Records born on devices.
    pub born: u64,
    /// Of the whole run. Refusals before a unit was chosen count only here.
    pub whole: Flow,
    /// By [`Boundary::index`] of the unit's boundary.
    pub boundaries: Vec<Flow>,
    /// By [`Datacenter::index`].
    pub datacenters: Vec<SiteFlow>,
    /// By [`Unit::index`]. Refusals before a unit was chosen count in none.
    pub units: Vec<UnitFlow>,
}

/// Folds writes.
#[derive(Clone, Debug)]
pub(super) struct WritesFold {
    writes: Writes,
    buckets: Buckets,
    /// What waits in outboxes, and for which unit and boundary.
    waiting: BTreeMap<Record, (Unit, Boundary)>,
    outbox: Level,
    outboxes: Vec<Level>,
    /// How many wait for each unit.
    waiting_for: Vec<u64>,
}

impl WritesFold {
    pub(super) fn new(setup: &MetricsSetup, buckets: Buckets) -> Self {
        let zeros = || buckets.zeros();
        let flow = Flow { acknowledged_series: zeros(), refused_series: zeros(), ..Flow::default() };
        let writes = Writes {
            born: 0,
            whole: flow.clone(),
            boundaries: vec![flow; setup.boundaries],
            datacenters: vec![SiteFlow::default(); setup.datacenters.len()],
            units: vec![UnitFlow::default(); setup.units.len()],
        };
        let outboxes = vec![Level::new(buckets); setup.boundaries];
        let waiting_for = vec![0; setup.units.len()];
        Self { writes, buckets, waiting: BTreeMap::new(), outbox: Level::new(buckets), outboxes, waiting_for }
    }

    #[inline]
    pub(super) const fn born(&mut self) {
        self.writes.born += 1;
    }

    #[inline]
    pub(super) fn received(&mut self, datacenter: Datacenter, queue: u32) {
        let peak = &mut self.writes.datacenters[datacenter.index()].queue_peak;
        *peak = queue.max(*peak);
    }

    #[inline]
    pub(super) fn acknowledged(&mut self, at: Instant, (unit, boundary): (Unit, Boundary), datacenter: Datacenter) {
        let bucket = self.buckets.index(at);
        for flow in [&mut self.writes.whole, &mut self.writes.boundaries[boundary.index()]] {
            flow.acknowledged += 1;
            flow.acknowledged_series[bucket] += 1;
        }
        self.writes.datacenters[datacenter.index()].acknowledged += 1;
        self.writes.units[unit.index()].acknowledged += 1;
    }

    #[inline]
    pub(super) fn confirmed(&mut self, at: Instant, boundary: Boundary, record: Record) {
        self.writes.whole.confirmed += 1;
        self.writes.boundaries[boundary.index()].confirmed += 1;
        self.leaves_outbox(at, record);
    }

    pub(super) fn refused(
        &mut self,
        at: Instant,
        record: Record,
        of: Option<(Unit, Boundary)>,
        site: Option<Datacenter>,
        refusal: Refusal,
    ) {
        let bucket = self.buckets.index(at);
        if let Some((unit, _)) = of {
            self.writes.units[unit.index()].refused[refusal.class()] += 1;
        }
        let of_boundary = of.map(|(_, boundary)| &mut self.writes.boundaries[boundary.index()]);
        for flow in [Some(&mut self.writes.whole), of_boundary].into_iter().flatten() {
            flow.refused[refusal.class()] += 1;
            flow.refused_series[bucket] += 1;
        }
        if let Some(site) = site {
            self.writes.datacenters[site.index()].refused += 1;
        }
        if !refusal.is_transient() {
            self.leaves_outbox(at, record);
        }
    }

    pub(super) fn queued(&mut self, at: Instant, (unit, boundary): (Unit, Boundary), record: Record) {
        let before = self.waiting.insert(record, (unit, boundary));
        self.waiting_for[unit.index()] += 1;
        if let Some((before, _)) = before {
            self.waiting_for[before.index()] -= 1;
        } else {
            self.writes.whole.queued += 1;
            self.writes.boundaries[boundary.index()].queued += 1;
            self.outbox_changes(at, boundary, 1);
        }
    }

    /// Writes that wait in outboxes for a unit.
    pub(super) fn outbox(&self, unit: Unit) -> u64 {
        self.waiting_for[unit.index()]
    }

    pub(super) fn finish(self, end: Instant, lost: impl IntoIterator<Item = (Unit, Boundary, u64)>) -> Writes {
        let mut writes = self.writes;
        writes.whole.outbox_series = self.outbox.finish(end);
        for (flow, level) in writes.boundaries.iter_mut().zip(self.outboxes) {
            flow.outbox_series = level.finish(end);
        }
        for flow in std::iter::once(&mut writes.whole).chain(&mut writes.boundaries) {
            flow.outbox_peak = flow.outbox_series.iter().copied().max().unwrap_or(0);
        }
        for (unit, boundary, lost) in lost {
            writes.units[unit.index()].lost += lost;
            writes.whole.lost += lost;
            writes.boundaries[boundary.index()].lost += lost;
        }
        writes
    }

    fn leaves_outbox(&mut self, at: Instant, record: Record) {
        if !self.waiting.is_empty()
            && let Some((unit, boundary)) = self.waiting.remove(&record)
        {
            self.waiting_for[unit.index()] -= 1;
            self.outbox_changes(at, boundary, -1);
        }
    }

    fn outbox_changes(&mut self, at: Instant, boundary: Boundary, by: i64) {
        for level in [&mut self.outbox, &mut self.outboxes[boundary.index()]] {
            level.set(at, level.current().saturating_add_signed(by));
        }
    }
}
