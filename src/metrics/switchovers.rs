//! Planned switchovers: for how long each kept a unit from taking writes.

use super::setup::MetricsSetup;
use crate::facts::Announcement;
use crate::terms::{Datacenter, Instant, Seat, Side, Span, Unit};

/// The most switchovers that are kept one by one.
const MOST: usize = 512;

/// A holder stopped taking writes to hand its lease over, until the unit took them again, whether the lease was
/// handed over or the switchover given up.
///
/// Where a client waited, that is the unit's first acknowledged write. Where nobody had to wait, silence tells
/// nothing: it is the moment at which a site won the lease, or the holder served on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switchover {
    /// Which unit.
    pub unit: Unit,
    /// The holder's datacenter at the beginning.
    pub from: Datacenter,
    /// When the holder stopped taking writes.
    pub began: Instant,
    /// When the unit took them again; `None` where it did not until the end.
    pub ended: Option<Instant>,
}

impl Switchover {
    /// How long no write was taken; to the end of the run where none was ever again.
    pub fn pause(&self, ended: Instant) -> Span {
        self.ended.unwrap_or(ended).since(self.began)
    }
}

/// A switchover after which no write was acknowledged yet.
#[derive(Clone, Copy, Debug)]
struct Open {
    from: Datacenter,
    began: Instant,
    /// Since when a site takes writes again, and which.
    able: Option<(Instant, Side)>,
    /// Whether a client waits.
    awaited: bool,
    handed_over: bool,
}

impl Open {
    /// When a write that nobody waited for could have been taken.
    fn unawaited(self) -> Option<Instant> {
        self.able.filter(|_| !self.awaited).map(|(able, _)| able)
    }
}

/// Folds switchovers.
#[derive(Clone, Debug)]
pub(super) struct SwitchoversFold {
    setup: MetricsSetup,
    open: Vec<Option<Open>>,
    over: Vec<Switchover>,
}

impl SwitchoversFold {
    pub(super) fn new(setup: &MetricsSetup) -> Self {
        Self { setup: setup.clone(), open: vec![None; setup.units.len()], over: Vec::new() }
    }

    /// A seat of a unit has another place from now on.
    pub(super) fn seated(&mut self, unit: Unit, seat: Seat, at: Datacenter) {
        self.setup.units[unit.index()].put(seat, at);
    }

    /// A site of a unit said something.
    pub(super) fn announced(&mut self, at: Instant, unit: Unit, side: Side, said: Announcement) {
        if said == Announcement::SwitchoverBegan {
            self.end_where_nobody_waits(unit);
            let from = self.setup.units[unit.index()].site(side);
            let new = Open { from, began: at, able: None, awaited: false, handed_over: false };
            // Where a client has waited since the one before, it waits on.
            let open = self.open[unit.index()].map_or(new, |open| Open { able: None, handed_over: false, ..open });
            self.open[unit.index()] = Some(open);
        }
        let Some(open) = &mut self.open[unit.index()] else { return };
        match said {
            Announcement::HandedOver => open.handed_over = true,
            Announcement::SwitchoverCancelled | Announcement::Promoted { .. } => open.able = Some((at, side)),
            Announcement::SteppedDown { .. } => open.able = open.able.filter(|&(_, able)| able != side),
            _ => {}
        }
    }

    /// A fault took the holder of a unit away. From then on it is the fault that keeps writes waiting, unless
    /// the lease is on its way to the peer.
    pub(super) fn struck(&mut self, at: Instant, unit: Unit) {
        self.end_where_nobody_waits(unit);
        if let Some(open) = self.open[unit.index()].filter(|open| !open.handed_over || open.able.is_some()) {
            self.end(unit, open, Some(at));
        }
    }

    /// A write for a unit waits in an outbox.
    pub(super) fn awaited(&mut self, unit: Unit) {
        if let Some(open) = &mut self.open[unit.index()] {
            open.awaited = true;
        }
    }

    /// A unit acknowledged a write that was made at `born`.
    #[inline]
    pub(super) fn acknowledged(&mut self, at: Instant, unit: Unit, born: Instant) {
        // While the holder drains, it acknowledges what it had taken before.
        if let Some(open) = self.open[unit.index()]
            && let Some((able, _)) = open.able
        {
            let waited = open.awaited || born <= able;
            self.end(unit, open, Some(if waited { at } else { able }));
        }
    }

    pub(super) fn finish(mut self) -> Vec<Switchover> {
        for unit in (0..).map(Unit).take(self.open.len()) {
            if let Some(open) = self.open[unit.index()] {
                self.end(unit, open, open.unawaited());
            }
        }
        self.over
    }

    fn end_where_nobody_waits(&mut self, unit: Unit) {
        if let Some(open) = self.open[unit.index()]
            && let Some(able) = open.unawaited()
        {
            self.end(unit, open, Some(able));
        }
    }

    fn end(&mut self, unit: Unit, open: Open, ended: Option<Instant>) {
        self.open[unit.index()] = None;
        if self.over.len() < MOST {
            self.over.push(Switchover { unit, from: open.from, began: open.began, ended });
        }
    }
}
