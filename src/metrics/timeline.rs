//! What happened when: a bounded list of moments, and the seconds around a fault.

use super::setup::MetricsSetup;
use crate::facts::Announcement;
use crate::terms::{Instant, Side, Span, Unit};

/// The most moments that are kept.
const MOST: usize = 2_048;

/// The most close-ups that are kept.
const MOST_CLOSE_UPS: usize = 8;

/// Seconds of a close-up before the onset, and in all.
const BEFORE: usize = 30;
const SECONDS: usize = 300;

/// Something that belongs on a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A scheduled fault took effect: its place in the plan.
    FaultBegan(u16),
    /// A fault was lifted.
    FaultEnded(u16),
    /// The safety phase was over.
    LivenessBegan,
    /// A site said something of itself.
    Said {
        /// Which scale unit.
        unit: Unit,
        /// Which site.
        side: Side,
        /// What.
        what: Announcement,
    },
}

/// The moments of a run in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The first of them.
    pub moments: Vec<(Instant, Moment)>,
    /// How many more there were.
    pub omitted: u64,
}

impl Timeline {
    pub(super) fn push(&mut self, at: Instant, moment: Moment) {
        if self.moments.len() < MOST {
            self.moments.push((at, moment));
        } else {
            self.omitted += 1;
        }
    }
}

/// What became of a unit in each second from shortly before something happened to its lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseUp {
    /// Which unit.
    pub unit: Unit,
    /// When it happened: the onset of a fault, a lapse, a switchover, a change of mode.
    pub onset: Instant,
    /// When the first second begins.
    pub starts: Instant,
    /// Writes acknowledged in each second.
    pub acknowledged: Vec<u64>,
    /// Refusals in each second.
    pub refused: Vec<u64>,
    /// The most writes waiting in outboxes in each second.
    pub outbox: Vec<u64>,
    /// The most acknowledged records that were on one site only in each second.
    pub lag: Vec<u64>,
}

/// One second of a unit.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    acknowledged: u64,
    refused: u64,
    outbox: u64,
    lag: u64,
}

/// The last seconds of a unit, and the close-up that is being taken of it.
#[derive(Clone, Debug)]
struct Camera {
    /// The second that is under way, counted from the start of the run.
    now: u64,
    ring: [Second; BEFORE + 1],
    /// Writes that wait in outboxes.
    outbox: u64,
    /// Acknowledged records that are on one site only.
    lag: u64,
    running: Option<usize>,
}

/// Takes close-ups.
#[derive(Clone, Debug)]
pub(super) struct CloseUps {
    start: Instant,
    cameras: Vec<Camera>,
    taken: Vec<CloseUp>,
}

impl CloseUps {
    pub(super) fn new(setup: &MetricsSetup) -> Self {
        let idle = Camera { now: 0, ring: [Second::default(); BEFORE + 1], outbox: 0, lag: 0, running: None };
        Self { start: setup.start, cameras: vec![idle; setup.units.len()], taken: Vec::new() }
    }

    #[inline]
    pub(super) fn acknowledged(&mut self, at: Instant, unit: Unit) {
        self.second(at, unit).acknowledged += 1;
    }

    #[inline]
    pub(super) fn lag(&mut self, at: Instant, unit: Unit, lag: u64) {
        if self.cameras[unit.index()].lag != lag {
            self.second(at, unit);
            self.cameras[unit.index()].lag = lag;
            let second = self.second(at, unit);
            second.lag = second.lag.max(lag);
        }
    }

    pub(super) fn refused(&mut self, at: Instant, unit: Unit) {
        self.second(at, unit).refused += 1;
    }

    #[inline]
    pub(super) fn outbox(&mut self, at: Instant, unit: Unit, waiting: u64) {
        if self.cameras[unit.index()].outbox != waiting {
            self.second(at, unit);
            self.cameras[unit.index()].outbox = waiting;
            let second = self.second(at, unit);
            second.outbox = second.outbox.max(waiting);
        }
    }

    /// Something happened to the lease of a unit: the close-up starts, unless one is running.
    pub(super) fn struck(&mut self, at: Instant, unit: Unit) {
        self.second(at, unit);
        let camera = &mut self.cameras[unit.index()];
        if camera.running.is_some() || self.taken.len() == MOST_CLOSE_UPS {
            return;
        }
        let before = usize::try_from(camera.now).unwrap_or(BEFORE).min(BEFORE);
        let first = camera.now - before as u64;
        let seconds: Vec<_> = (first..=camera.now).map(|second| camera.ring[ring_place(second)]).collect();
        camera.running = Some(self.taken.len());
        self.taken.push(CloseUp {
            unit,
            onset: at,
            starts: self.start + Span::secs(first),
            acknowledged: seconds.iter().map(|second| second.acknowledged).collect(),
            refused: seconds.iter().map(|second| second.refused).collect(),
            outbox: seconds.iter().map(|second| second.outbox).collect(),
            lag: seconds.iter().map(|second| second.lag).collect(),
        });
    }

    /// Every close-up, ended by `end`.
    pub(super) fn finish(mut self, end: Instant) -> Vec<CloseUp> {
        for unit in 0..self.cameras.len() {
            if self.cameras[unit].running.is_some() {
                self.second(end, Unit(u8::try_from(unit).unwrap_or(u8::MAX)));
                self.store(unit);
            }
        }
        self.taken
    }

    /// The second of `at`, with every earlier one complete.
    #[inline]
    fn second(&mut self, at: Instant, unit: Unit) -> &mut Second {
        let second = at.since(self.start).as_micros() / 1_000_000;
        if second > self.cameras[unit.index()].now {
            self.advance(unit.index(), second);
        }
        let camera = &mut self.cameras[unit.index()];
        &mut camera.ring[ring_place(camera.now)]
    }

    fn advance(&mut self, unit: usize, second: u64) {
        self.store(unit);
        while self.cameras[unit].now < second {
            let camera = &mut self.cameras[unit];
            let idle = camera.running.is_none() && second - camera.now > BEFORE as u64 + 1;
            camera.now = if idle { second - BEFORE as u64 } else { camera.now + 1 };
            camera.ring[ring_place(camera.now)] =
                Second { outbox: camera.outbox, lag: camera.lag, ..Second::default() };
            self.store(unit);
        }
    }

    /// Puts the second that is under way into the running close-up, as it stands.
    fn store(&mut self, unit: usize) {
        let camera = &mut self.cameras[unit];
        let Some(running) = camera.running else { return };
        let taken = &mut self.taken[running];
        let place = usize::try_from(camera.now - taken.starts.since(self.start).as_micros() / 1_000_000);
        let place = place.unwrap_or(SECONDS);
        if place >= SECONDS {
            camera.running = None;
            return;
        }
        let second = camera.ring[ring_place(camera.now)];
        let series = [
            (&mut taken.acknowledged, second.acknowledged),
            (&mut taken.refused, second.refused),
            (&mut taken.outbox, second.outbox),
            (&mut taken.lag, second.lag),
        ];
        for (series, value) in series {
            series.resize(place + 1, 0);
            series[place] = value;
        }
    }
}

fn ring_place(second: u64) -> usize {
    usize::try_from(second % (BEFORE as u64 + 1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::UnitSetup;
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Span::millis(millis)
    }

    #[test]
    fn a_close_up_shows_the_seconds_before_the_fault_too() {
        let mut close_ups =
            CloseUps::new(&MetricsSetup { units: vec![UnitSetup::default()], ..MetricsSetup::default() });
        for millis in (0..100_000).step_by(100) {
            close_ups.acknowledged(at(millis), Unit(0));
            close_ups.lag(at(millis), Unit(0), millis / 10_000);
        }
        close_ups.struck(at(99_950), Unit(0));
        close_ups.refused(at(101_200), Unit(0));
        close_ups.outbox(at(101_300), Unit(0), 5);
        close_ups.outbox(at(103_100), Unit(0), 2);
        close_ups.lag(at(103_200), Unit(0), 0);
        let taken = close_ups.finish(at(105_000)).remove(0);
        assert_eq!(taken.starts, at(69_000));
        assert_eq!(taken.acknowledged[..31], [10; 31]);
        assert_eq!(taken.refused[30..], [0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(taken.outbox[30..], [0, 0, 5, 5, 5, 2, 2]);
        assert_eq!(taken.lag[20..], [8, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0]);
    }

    #[test]
    fn a_close_up_ends_after_five_minutes() {
        let mut close_ups =
            CloseUps::new(&MetricsSetup { units: vec![UnitSetup::default()], ..MetricsSetup::default() });
        close_ups.struck(at(0), Unit(0));
        (0..900_000).step_by(500).for_each(|millis| close_ups.acknowledged(at(millis), Unit(0)));
        assert_eq!(close_ups.finish(at(900_000))[0].acknowledged, vec![2; SECONDS]);
    }
}
