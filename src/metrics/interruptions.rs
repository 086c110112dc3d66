//! Interruptions of scale units and failovers: how long, and with what missing.

use super::setup::MetricsSetup;
use super::tails::Missing;
use crate::facts::{Announcement, Fact};
use crate::terms::{Datacenter, Epoch, Instant, Seat, Side, Span, Unit};

/// The most interruptions, and the most failovers, that are kept one by one.
const MOST: usize = 512;

/// A fault took a unit's holder away, until the unit could serve again.
///
/// Where a client waited, that is the unit's first acknowledged write. Where nobody had to wait, silence
/// tells nothing: it is the moment at which a site won the lease, or the holder came back with its lease
/// still its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// Which unit.
    pub unit: Unit,
    /// The holder's datacenter at the onset.
    pub datacenter: Datacenter,
    /// The true onset of the fault.
    pub onset: Instant,
    /// When the unit could serve again; `None` where it could not until the end.
    pub ended: Option<Instant>,
}

/// The other site than the holder won a unit's lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failover {
    /// Which unit.
    pub unit: Unit,
    /// The datacenter of the holder before.
    pub from: Datacenter,
    /// The datacenter of the holder since.
    pub to: Datacenter,
    /// The epoch that was won.
    pub epoch: Epoch,
    /// Whether the holder before handed the lease over.
    pub planned: bool,
    /// The onset of the fault, or the beginning of the switchover; `None` where neither is known.
    pub onset: Option<Instant>,
    /// When a whole lease without renewal had passed at the site that took over.
    pub lapsed: Option<Instant>,
    /// When the lease was won.
    pub promoted: Instant,
    /// The first acknowledged write of the epoch or a later one.
    pub serving: Option<Instant>,
    /// Acknowledged records that the new holder lacked.
    pub missing: u64,
    /// From the first acknowledgement of such a record to the onset, or to the last such
    /// acknowledgement where that is later. The actual recovery point, not the declared one.
    pub rpo: Span,
    /// The loss that the new holder declared.
    pub declared: Option<Span>,
}

/// What is known of a datacenter's troubles.
#[derive(Clone, Copy, Debug, Default)]
struct Trouble {
    dark: bool,
    paused: bool,
    unreachable: bool,
}

impl Trouble {
    const fn any(self) -> bool {
        self.dark || self.paused || self.unreachable
    }
}

/// A fault struck a unit's holder, and no write was acknowledged since that would end its effect.
#[derive(Clone, Copy, Debug)]
struct Pending {
    at: Instant,
    epoch: Epoch,
    datacenter: Datacenter,
    /// Whether the fault stops the holder for certain; a cut link need not.
    stops: bool,
    /// Whether the holder acknowledged on in spite of it.
    served_on: bool,
    /// Since when a site could serve again, as far as its lease and the world are concerned.
    able: Option<Instant>,
    /// Whether a client waited since.
    awaited: bool,
}

impl Pending {
    /// When a write that nobody waited for could have been served.
    fn unawaited(self) -> Option<Instant> {
        self.able.filter(|_| !self.awaited)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    holder: Option<Side>,
    epoch: Epoch,
    pending: Option<Pending>,
    switchover: Option<Instant>,
    handed_over: bool,
    lapsed: [Option<Instant>; 2],
    /// The failover that waits for its first acknowledged write.
    failover: Option<usize>,
    /// The register was founded anew, and its founder has not taken the lease yet.
    founded: bool,
    /// The loss that the founder declared.
    declared: Option<Span>,
}

/// Folds interruptions and failovers.
#[derive(Clone, Debug)]
pub(super) struct Interruptions {
    setup: MetricsSetup,
    watches: Vec<Watch>,
    troubles: Vec<Trouble>,
    /// Units whose processes at a datacenter stand still.
    halted: Vec<(Unit, Datacenter)>,
    /// Which links are cut: from (outer) to (inner).
    cut: Vec<Vec<bool>>,
    ended: Vec<Interruption>,
    failovers: Vec<Failover>,
}

impl Interruptions {
    pub(super) fn new(setup: &MetricsSetup) -> Self {
        let datacenters = setup.datacenters.len();
        Self {
            setup: setup.clone(),
            watches: vec![Watch::default(); setup.units.len()],
            troubles: vec![Trouble::default(); datacenters],
            halted: Vec::new(),
            cut: vec![vec![false; datacenters]; datacenters],
            ended: Vec::new(),
            failovers: Vec::new(),
        }
    }

    /// A seat of a unit has another place from now on.
    pub(super) fn seated(&mut self, unit: Unit, seat: Seat, at: Datacenter) {
        self.setup.units[unit.index()].put(seat, at);
    }

    /// Takes a fact about power, links, storage or processes, and appends the units whose holder it
    /// took away, as far as is known yet.
    pub(super) fn trouble(&mut self, at: Instant, fact: &Fact, struck: &mut Vec<Unit>) {
        match *fact {
            Fact::Power { datacenter, on } => {
                self.troubles[datacenter.index()].dark = !on;
                self.strike_datacenter(at, datacenter, !on, struck);
            }
            Fact::Paused { datacenter, paused } => {
                self.troubles[datacenter.index()].paused = paused;
                self.strike_datacenter(at, datacenter, paused, struck);
                self.mended(at, datacenter);
            }
            Fact::UnitPaused { unit, datacenter, paused: true } => {
                self.halted.push((unit, datacenter));
                if self.holding(unit) == datacenter {
                    self.strike(at, unit, datacenter, true, struck);
                }
            }
            Fact::UnitPaused { unit, datacenter, paused: false } => {
                self.halted.retain(|&halted| halted != (unit, datacenter));
                self.mended(at, datacenter);
            }
            Fact::Access { datacenter, up } => {
                self.troubles[datacenter.index()].unreachable = !up;
                self.strike_datacenter(at, datacenter, !up, struck);
                self.mended(at, datacenter);
            }
            Fact::StorageLost { unit, side, datacenter } if self.holder(unit) == side => {
                self.strike(at, unit, datacenter, true, struck);
            }
            Fact::Link { from, to, up } => {
                self.cut[from.index()][to.index()] = !up;
                for unit in self.units() {
                    if !up && self.depends_on_link(unit, from, to) {
                        self.strike(at, unit, self.holding(unit), false, struck);
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes what a site said; a takeover by the other side is for the caller to complete with
    /// [`Interruptions::taken_over`].
    pub(super) fn announced(&mut self, at: Instant, unit: Unit, side: Side, said: Announcement) -> bool {
        let watch = &mut self.watches[unit.index()];
        match said {
            Announcement::LeaseLapsed => {
                watch.lapsed[side.index()].get_or_insert(at);
            }
            Announcement::SwitchoverBegan => watch.switchover = Some(at),
            Announcement::SwitchoverCancelled => watch.switchover = None,
            Announcement::HandedOver => watch.handed_over = true,
            Announcement::Refounded { .. } => watch.founded = true,
            Announcement::LossDeclared { at_most } if watch.founded => watch.declared = Some(at_most),
            Announcement::LossDeclared { at_most } => self.declare(unit, at_most),
            Announcement::SteppedDown { .. } if watch.holder == Some(side) => {
                watch.pending = watch.pending.map(|pending| Pending { able: None, ..pending });
            }
            Announcement::Promoted { epoch, .. } => {
                let well = !self.troubles[self.setup.units[unit.index()].site(side).index()].any();
                // A cut that another lease followed did take the holder away, unless it gave the lease itself.
                let stops = |pending: Pending| pending.stops || !watch.handed_over;
                let able = |pending: Pending| well.then(|| pending.able.unwrap_or(at));
                watch.pending =
                    watch.pending.map(|pending| Pending { able: able(pending), stops: stops(pending), ..pending });
                watch.epoch = watch.epoch.max(epoch);
                if !std::mem::take(&mut watch.founded) {
                    watch.declared = None;
                }
                return watch.holder.replace(side).is_some_and(|before| before != side);
            }
            _ => {}
        }
        false
    }

    /// The other side than before won the lease.
    pub(super) fn taken_over(&mut self, at: Instant, unit: Unit, side: Side, missing: Missing) {
        let setup = self.setup.units[unit.index()];
        let watch = &mut self.watches[unit.index()];
        let planned = std::mem::take(&mut watch.handed_over);
        let began = if planned { watch.switchover } else { watch.pending.map(|pending| pending.at) };
        let failover = Failover {
            unit,
            from: setup.site(side.peer()),
            to: setup.site(side),
            epoch: watch.epoch,
            planned,
            onset: began,
            lapsed: watch.lapsed[side.index()].filter(|_| !planned),
            promoted: at,
            serving: None,
            missing: missing.records,
            rpo: stretch(missing, began.filter(|_| !planned)),
            declared: watch.declared.take(),
        };
        (watch.switchover, watch.lapsed) = (None, [None; 2]);
        watch.failover = None;
        if self.failovers.len() < MOST {
            watch.failover = Some(self.failovers.len());
            self.failovers.push(failover);
        }
    }

    /// A write for a unit waits in an outbox.
    pub(super) fn awaited(&mut self, unit: Unit) {
        if let Some(pending) = &mut self.watches[unit.index()].pending {
            pending.awaited = true;
        }
    }

    /// A unit acknowledged a write that was made at `born`.
    #[inline]
    pub(super) fn acknowledged(&mut self, at: Instant, unit: Unit, epoch: Epoch, born: Instant) {
        let watch = &mut self.watches[unit.index()];
        if watch.pending.is_none() && watch.failover.is_none() {
            return;
        }
        if let Some(failover) = watch.failover
            && epoch >= self.failovers[failover].epoch
        {
            self.failovers[failover].serving = Some(at);
            watch.failover = None;
        }
        self.resume(at, unit, epoch, born);
    }

    pub(super) fn finish(mut self) -> (Vec<Interruption>, Vec<Failover>) {
        for unit in self.units() {
            if let Some(pending) = self.watches[unit.index()].pending.filter(|pending| pending.stops) {
                self.keep(unit, pending, pending.unawaited());
            }
        }
        (self.ended, self.failovers)
    }

    /// Ends a pending interruption where this acknowledgement shows that it is over.
    fn resume(&mut self, at: Instant, unit: Unit, epoch: Epoch, born: Instant) {
        let Some(pending) = self.watches[unit.index()].pending else { return };
        let over = pending.unawaited().filter(|&able| able < born).unwrap_or(at);
        if epoch > pending.epoch {
            let planned = self.failovers.last().is_some_and(|failover| failover.unit == unit && failover.planned);
            if pending.stops || !planned {
                self.keep(unit, pending, Some(over));
            }
        } else if self.in_trouble(unit, pending.datacenter) {
            self.watches[unit.index()].pending = Some(Pending { served_on: true, ..pending });
            return;
        } else if pending.stops {
            self.keep(unit, pending, Some(over));
        }
        self.watches[unit.index()].pending = None;
    }

    fn keep(&mut self, unit: Unit, pending: Pending, ended: Option<Instant>) {
        if self.ended.len() < MOST {
            let Pending { datacenter, at: onset, .. } = pending;
            self.ended.push(Interruption { unit, datacenter, onset, ended });
        }
    }

    fn declare(&mut self, unit: Unit, at_most: Span) {
        if let Some(failover) = self.failovers.iter_mut().rev().find(|failover| failover.unit == unit) {
            failover.declared = Some(at_most);
        }
    }

    fn strike_datacenter(&mut self, at: Instant, datacenter: Datacenter, strikes: bool, struck: &mut Vec<Unit>) {
        for unit in self.units() {
            if strikes && self.holding(unit) == datacenter {
                self.strike(at, unit, datacenter, true, struck);
            }
        }
    }

    /// A fault strikes the holder of a unit. The onset of an earlier one stands, unless the holder
    /// acknowledged on in spite of it.
    fn strike(&mut self, at: Instant, unit: Unit, datacenter: Datacenter, stops: bool, struck: &mut Vec<Unit>) {
        self.rest(unit);
        let watch = &mut self.watches[unit.index()];
        let epoch = watch.epoch;
        let fresh = Pending { at, epoch, datacenter, stops, served_on: false, able: None, awaited: false };
        watch.pending = Some(match watch.pending {
            Some(earlier) if earlier.datacenter == datacenter && (!stops || earlier.stops) => earlier,
            Some(earlier) if earlier.stops || !earlier.served_on => Pending { stops: true, ..earlier },
            _ => fresh,
        });
        struck.push(unit);
    }

    /// A datacenter may be well again: a holder there goes on, unless it says that its lease ran out.
    fn mended(&mut self, at: Instant, datacenter: Datacenter) {
        for unit in self.units() {
            if self.holding(unit) == datacenter
                && !self.in_trouble(unit, datacenter)
                && let Some(pending) = &mut self.watches[unit.index()].pending
            {
                pending.able.get_or_insert(at);
            }
        }
    }

    /// Ends an interruption after which a unit could serve, and nobody asked it to.
    fn rest(&mut self, unit: Unit) {
        let Some(pending) = self.watches[unit.index()].pending else { return };
        if let Some(able) = pending.unawaited() {
            if pending.stops {
                self.keep(unit, pending, Some(able));
            }
            self.watches[unit.index()].pending = None;
        }
    }

    fn units(&self) -> impl Iterator<Item = Unit> + use<> {
        (0..self.setup.units.len()).map(|unit| Unit(u8::try_from(unit).unwrap_or(u8::MAX)))
    }

    /// The side that holds a unit's lease; the preferred primary before anybody won it.
    fn holder(&self, unit: Unit) -> Side {
        self.watches[unit.index()].holder.unwrap_or_default()
    }

    fn holding(&self, unit: Unit) -> Datacenter {
        self.setup.units[unit.index()].site(self.holder(unit))
    }

    /// Whether a link joins the holder with its peer or with the witness.
    fn depends_on_link(&self, unit: Unit, from: Datacenter, to: Datacenter) -> bool {
        let setup = self.setup.units[unit.index()];
        let holder = self.holding(unit);
        let others = [setup.site(self.holder(unit).peer()), setup.witness];
        (from == holder && others.contains(&to)) || (to == holder && others.contains(&from))
    }

    fn in_trouble(&self, unit: Unit, datacenter: Datacenter) -> bool {
        let cut = |&(from, to): &(usize, usize)| self.cut[from][to];
        let setup = self.setup.units[unit.index()];
        let others = [setup.sites[0], setup.sites[1], setup.witness];
        let links = others
            .iter()
            .flat_map(|other| [(datacenter.index(), other.index()), (other.index(), datacenter.index())].into_iter());
        let halted = self.halted.contains(&(unit, datacenter));
        halted || self.troubles[datacenter.index()].any() || links.into_iter().any(|link| cut(&link))
    }
}

/// The actual recovery point of a takeover.
fn stretch(missing: Missing, onset: Option<Instant>) -> Span {
    let Some((first, last)) = missing.acknowledged else { return Span::ZERO };
    onset.map_or(last, |onset| onset.max(last)).since(first)
}
