//! The physical state: power, processes, access, links and clocks, and since when.

use crate::audit::slack;
use crate::terms::{Bytes, Datacenter, Instant, Span, Unit};

/// Something that is either well or not, and since when.
#[derive(Clone, Copy, Debug)]
struct Switch {
    well: bool,
    since: Instant,
}

impl Switch {
    const fn new(start: Instant) -> Self {
        Self { well: true, since: start }
    }

    fn set(&mut self, well: bool, at: Instant) {
        if self.well != well {
            *self = Self { well, since: at };
        }
    }

    /// Since when it has been well without a break.
    fn well_since(self) -> Option<Instant> {
        self.well.then_some(self.since)
    }
}

/// What is known of a unit at a datacenter.
#[derive(Clone, Copy, Debug)]
struct Corner {
    /// Whether its processes move.
    running: Switch,
    /// Whether its disks are quick enough to count on.
    disk: Switch,
}

/// What is known of a datacenter.
#[derive(Clone, Copy, Debug)]
struct Place {
    power: Switch,
    running: Switch,
    access: Switch,
    /// Power is back and nothing was seen to run yet.
    booting: bool,
    busy: Option<Instant>,
    share_ppm: u32,
}

impl Place {
    const fn new(start: Instant) -> Self {
        let well = Switch::new(start);
        Self { power: well, running: well, access: well, booting: false, busy: None, share_ppm: 1_000_000 }
    }

    fn powered_since(&self) -> Option<Instant> {
        let since = self.power.well_since()?;
        Some(if self.booting { since + slack::BOOT } else { since })
    }
}

/// What a link has to carry of what came to rest at one end for the other.
#[derive(Clone, Copy, Debug, Default)]
struct Wire {
    /// When it will have carried all.
    free: Instant,
    /// The same, at the last time when that took longer than a peer may be silent.
    jammed: Instant,
}

/// The physical state of every datacenter and link. All is well until a fact says otherwise.
#[derive(Debug)]
pub(in crate::audit) struct World {
    places: Vec<Place>,
    links: Vec<Switch>,
    /// Whether each link loses and delays no more than a promise can bear.
    clear: Vec<Switch>,
    wires: Vec<Wire>,
    /// By unit (outer) and datacenter (inner).
    corners: Vec<Corner>,
    /// The clocks that were changed, as they are since.
    clocks: Vec<Clock>,
    /// The greatest error of any wall clock before it was changed again.
    worst_error: Span,
}

/// A clock that was changed.
#[derive(Clone, Copy, Debug)]
struct Clock {
    datacenter: Datacenter,
    since: Instant,
    offset: Span,
    drift_ppm: u64,
}

impl Clock {
    fn error(&self, now: Instant) -> Span {
        self.offset + Span((now - self.since).0.saturating_mul(self.drift_ppm) / 1_000_000)
    }
}

impl World {
    pub(super) fn new(datacenters: usize, units: usize, start: Instant) -> Self {
        let corner = Corner { running: Switch::new(start), disk: Switch::new(start) };
        Self {
            corners: vec![corner; datacenters * units],
            places: vec![Place::new(start); datacenters],
            links: vec![Switch::new(start); datacenters * datacenters],
            clear: vec![Switch::new(start); datacenters * datacenters],
            wires: vec![Wire::default(); datacenters * datacenters],
            clocks: Vec::new(),
            worst_error: Span::ZERO,
        }
    }

    /// Since when a datacenter has had power and moving processes, without a break.
    pub(in crate::audit) fn running_since(&self, datacenter: Datacenter) -> Option<Instant> {
        let place = &self.places[datacenter.index()];
        Some(place.powered_since()?.max(place.running.well_since()?))
    }

    /// Since when a datacenter has been running where clients reach it.
    pub(in crate::audit) fn reachable_since(&self, datacenter: Datacenter) -> Option<Instant> {
        Some(self.running_since(datacenter)?.max(self.places[datacenter.index()].access.well_since()?))
    }

    /// Since when both datacenters have been running and hearing each other well.
    pub(in crate::audit) fn linked_since(&self, a: Datacenter, b: Datacenter) -> Option<Instant> {
        let both = self.running_since(a)?.max(self.running_since(b)?);
        if a == b {
            return Some(both);
        }
        let ways = [self.slot(a, b), self.slot(b, a)];
        let well = ways.map(|slot| Some(self.links[slot].well_since()?.max(self.clear[slot].well_since()?)));
        Some(both.max(well[0]?).max(well[1]?))
    }

    /// Since when the processes of a unit at a datacenter have not been standing still by themselves.
    pub(in crate::audit) fn moving_since(&self, unit: Unit, datacenter: Datacenter) -> Option<Instant> {
        self.corners[self.corner(unit, datacenter)].running.well_since()
    }

    /// Since when the disks of a unit at a datacenter have been quick enough to count on.
    pub(in crate::audit) fn quick_since(&self, unit: Unit, datacenter: Datacenter) -> Option<Instant> {
        self.corners[self.corner(unit, datacenter)].disk.well_since()
    }

    /// The share of its rate that a datacenter has, in parts per million.
    pub(in crate::audit) fn share_ppm(&self, datacenter: Datacenter) -> u32 {
        self.places[datacenter.index()].share_ppm
    }

    /// Whether a datacenter is without power.
    pub(in crate::audit) fn is_dark(&self, datacenter: Datacenter) -> bool {
        !self.places[datacenter.index()].power.well
    }

    /// Whether nothing that `from` sends arrives at `to`.
    pub(in crate::audit) fn is_mute(&self, from: Datacenter, to: Datacenter) -> bool {
        from != to && !self.link(from, to).well
    }

    /// A bound on the error of any wall clock, now or before.
    #[inline]
    pub(in crate::audit) fn clock_error(&self, now: Instant) -> Span {
        self.clocks.iter().fold(self.worst_error, |worst, clock| worst.max(clock.error(now)))
    }

    /// Whether the datacenter had a long queue within `span` before `now`.
    pub(in crate::audit) fn was_busy(&self, datacenter: Datacenter, now: Instant, span: Span) -> bool {
        self.places[datacenter.index()].busy.is_some_and(|at| now - at <= span)
    }

    pub(super) fn power(&mut self, datacenter: Datacenter, on: bool, at: Instant) {
        let place = &mut self.places[datacenter.index()];
        place.power.set(on, at);
        place.booting = on;
    }

    /// Something that runs in a datacenter was seen: its boot, if there was one, is over.
    #[inline]
    pub(super) fn acted(&mut self, datacenter: Datacenter, at: Instant) {
        let place = &mut self.places[datacenter.index()];
        if place.booting {
            place.booting = false;
            place.power.since = at;
        }
    }

    pub(super) fn paused(&mut self, datacenter: Datacenter, paused: bool, at: Instant) {
        self.places[datacenter.index()].running.set(!paused, at);
    }

    pub(super) fn unit_paused(&mut self, unit: Unit, datacenter: Datacenter, paused: bool, at: Instant) {
        let corner = self.corner(unit, datacenter);
        self.corners[corner].running.set(!paused, at);
    }

    /// A unit has a machine in a datacenter from now on.
    pub(super) fn seated(&mut self, unit: Unit, datacenter: Datacenter, at: Instant) {
        let corner = self.corner(unit, datacenter);
        self.corners[corner].running.since = at;
    }

    /// Whether the clock of a datacenter runs at a rate that no time service corrects.
    pub(super) fn runs_beyond_rho(&self, datacenter: Datacenter) -> bool {
        self.clocks.iter().any(|clock| clock.datacenter == datacenter && clock.drift_ppm > 0)
    }

    pub(super) fn disk(&mut self, unit: Unit, datacenter: Datacenter, flush: Span, at: Instant) {
        let corner = self.corner(unit, datacenter);
        self.corners[corner].disk.set(flush < slack::FLUSH, at);
    }

    pub(in crate::audit) fn throttled(&mut self, datacenter: Datacenter, share_ppm: u32) {
        self.places[datacenter.index()].share_ppm = share_ppm;
    }

    pub(super) fn access(&mut self, datacenter: Datacenter, up: bool, at: Instant) {
        self.places[datacenter.index()].access.set(up, at);
    }

    pub(super) fn cut_or_mended(&mut self, from: Datacenter, to: Datacenter, up: bool, at: Instant) {
        let slot = self.slot(from, to);
        self.links[slot].set(up, at);
    }

    /// A link loses and delays what it carries from now on. Whether that is little enough to count on it.
    pub(super) fn quality(&mut self, (from, to): (Datacenter, Datacenter), is_clear: bool, at: Instant) {
        let slot = self.slot(from, to);
        self.clear[slot].set(is_clear, at);
    }

    /// A clock was stepped, or runs with another drift that no time service corrects.
    pub(super) fn clock(&mut self, datacenter: Datacenter, offset_us: i64, drift_ppm: u32, at: Instant) {
        let offset = Span(offset_us.unsigned_abs());
        if let Some(before) = self.clocks.iter().position(|clock| clock.datacenter == datacenter) {
            self.worst_error = self.worst_error.max(self.clocks.swap_remove(before).error(at));
        }
        self.clocks.push(Clock { datacenter, since: at, offset, drift_ppm: u64::from(drift_ppm) });
    }

    /// Something came to rest at `from` that `to` must have as well.
    #[inline]
    pub(super) fn sends(&mut self, (from, to): (Datacenter, Datacenter), size: Bytes, a_second: Bytes, at: Instant) {
        let slot = self.slot(from, to);
        let wire = &mut self.wires[slot];
        wire.free = wire.free.max(at) + Span::secs(1).scale(size.0, a_second.0);
        if wire.free - at > slack::JAMMED {
            wire.jammed = wire.free;
        }
    }

    /// Whether `to` had to wait a moment ago for what came to rest at `from`, because the link carries no more.
    pub(in crate::audit) fn was_jammed(&self, from: Datacenter, to: Datacenter, now: Instant) -> bool {
        now <= self.wires[self.slot(from, to)].jammed + slack::IN_FLIGHT
    }

    pub(super) fn busy(&mut self, datacenter: Datacenter, at: Instant) {
        self.places[datacenter.index()].busy = Some(at);
    }

    fn corner(&self, unit: Unit, datacenter: Datacenter) -> usize {
        unit.index() * self.places.len() + datacenter.index()
    }

    fn link(&self, from: Datacenter, to: Datacenter) -> Switch {
        self.links[self.slot(from, to)]
    }

    fn slot(&self, from: Datacenter, to: Datacenter) -> usize {
        from.index() * self.places.len() + to.index()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_recovers_counts_from_its_recovery() {
        let mut world = World::new(2, 1, Instant::ZERO);
        let (a, b) = (Datacenter(0), Datacenter(1));
        world.power(a, false, Instant(5));
        assert_eq!(world.reachable_since(a), None);
        world.power(a, true, Instant(7));
        assert_eq!(world.running_since(a), Some(Instant(7) + slack::BOOT));
        world.acted(a, Instant(9));
        world.access(a, false, Instant(9));
        world.access(a, true, Instant(11));
        assert_eq!(world.running_since(a), Some(Instant(9)));
        assert_eq!(world.reachable_since(a), Some(Instant(11)));
        assert_eq!(world.linked_since(a, b), Some(Instant(9)));
    }

    #[test]
    fn one_direction_down_is_no_link() {
        let mut world = World::new(2, 1, Instant::ZERO);
        world.cut_or_mended(Datacenter(0), Datacenter(1), false, Instant(3));
        assert_eq!(world.linked_since(Datacenter(1), Datacenter(0)), None);
        assert!(world.is_mute(Datacenter(0), Datacenter(1)) && !world.is_mute(Datacenter(1), Datacenter(0)));
    }

    #[test]
    fn a_link_that_loses_much_or_is_slow_is_no_link_for_as_long() {
        let mut world = World::new(2, 1, Instant::ZERO);
        let (a, b) = (Datacenter(0), Datacenter(1));
        world.quality((a, b), false, Instant(3));
        assert_eq!((world.linked_since(b, a), world.is_mute(a, b)), (None, false));
        world.quality((a, b), true, Instant(8));
        assert_eq!(world.linked_since(b, a), Some(Instant(8)));
        world.quality((b, a), false, Instant(9));
        assert_eq!(world.linked_since(a, b), None);
    }

    #[test]
    fn a_link_is_jammed_while_it_carries_what_takes_it_long() {
        let mut world = World::new(2, 1, Instant::ZERO);
        let (a, b, start) = (Datacenter(0), Datacenter(1), Instant(1_000_000_000));
        for _ in 0..2 {
            world.sends((a, b), Bytes(200), Bytes(1_000), start);
        }
        let carried = start + Span::millis(400);
        let jammed = |now| [world.was_jammed(a, b, now), world.was_jammed(b, a, now)];
        assert_eq!(jammed(carried + slack::IN_FLIGHT), [true, false], "each alone would have been quick enough");
        assert_eq!(jammed(carried + slack::IN_FLIGHT + Span(1)), [false; 2]);
    }

    #[test]
    fn a_drifting_clock_errs_more_with_time_until_it_is_mended() {
        let mut world = World::new(1, 1, Instant::ZERO);
        world.clock(Datacenter(0), -3, 100, Instant(0));
        assert_eq!(world.clock_error(Instant(1_000_000)), Span(103));
        world.clock(Datacenter(0), 2, 0, Instant(2_000_000));
        assert_eq!(world.clock_error(Instant(9_000_000)), Span(203));
    }
}
