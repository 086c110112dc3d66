//! What happened when: a bounded list of moments, and the seconds around a fault.

use super::setup::MetricsSetup;
use crate::facts::Announcement;
use crate::terms::{Boundary, Instant, Side, Span, Unit};

/// The most moments that are kept.
const MOST: usize = 2_048;

/// The most close-ups that are kept.
const MOST_CLOSE_UPS: usize = 4;

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

/// What a boundary's clients saw in each second from shortly before a fault struck a holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseUp {
    /// Which boundary.
    pub boundary: Boundary,
    /// The onset of the fault.
    pub onset: Instant,
    /// When the first second begins.
    pub starts: Instant,
    /// Writes acknowledged in each second.
    pub acknowledged: Vec<u64>,
    /// Refusals in each second.
    pub refused: Vec<u64>,
    /// The most writes waiting in outboxes in each second.
    pub outbox: Vec<u64>,
}

/// One second of a boundary.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    acknowledged: u64,
    refused: u64,
    outbox: u64,
}

/// The last seconds of a boundary, and the close-up that is being taken of it.
#[derive(Clone, Debug)]
struct Camera {
    /// The second that is under way, counted from the start of the run.
    now: u64,
    ring: [Second; BEFORE + 1],
    /// Writes that wait in outboxes.
    outbox: u64,
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
        let idle = Camera { now: 0, ring: [Second::default(); BEFORE + 1], outbox: 0, running: None };
        Self { start: setup.start, cameras: vec![idle; setup.boundaries], taken: Vec::new() }
    }

    #[inline]
    pub(super) fn acknowledged(&mut self, at: Instant, boundary: Boundary) {
        self.second(at, boundary).acknowledged += 1;
    }

    pub(super) fn refused(&mut self, at: Instant, boundary: Boundary) {
        self.second(at, boundary).refused += 1;
    }

    #[inline]
    pub(super) fn outbox(&mut self, at: Instant, boundary: Boundary, waiting: u64) {
        if self.cameras[boundary.index()].outbox != waiting {
            self.second(at, boundary);
            self.cameras[boundary.index()].outbox = waiting;
            let second = self.second(at, boundary);
            second.outbox = second.outbox.max(waiting);
        }
    }

    /// A fault struck a holder of the boundary: the close-up starts, unless one is running.
    pub(super) fn struck(&mut self, at: Instant, boundary: Boundary) {
        self.second(at, boundary);
        let camera = &mut self.cameras[boundary.index()];
        if camera.running.is_some() || self.taken.len() == MOST_CLOSE_UPS {
            return;
        }
        let before = usize::try_from(camera.now).unwrap_or(BEFORE).min(BEFORE);
        let first = camera.now - before as u64;
        let seconds: Vec<_> = (first..=camera.now).map(|second| camera.ring[ring_place(second)]).collect();
        camera.running = Some(self.taken.len());
        self.taken.push(CloseUp {
            boundary,
            onset: at,
            starts: self.start + Span::secs(first),
            acknowledged: seconds.iter().map(|second| second.acknowledged).collect(),
            refused: seconds.iter().map(|second| second.refused).collect(),
            outbox: seconds.iter().map(|second| second.outbox).collect(),
        });
    }

    /// Every close-up, ended by `end`.
    pub(super) fn finish(mut self, end: Instant) -> Vec<CloseUp> {
        for boundary in 0..self.cameras.len() {
            if self.cameras[boundary].running.is_some() {
                self.second(end, Boundary(u8::try_from(boundary).unwrap_or(u8::MAX)));
                self.store(boundary);
            }
        }
        self.taken
    }

    /// The second of `at`, with every earlier one complete.
    #[inline]
    fn second(&mut self, at: Instant, boundary: Boundary) -> &mut Second {
        let second = at.since(self.start).as_micros() / 1_000_000;
        if second > self.cameras[boundary.index()].now {
            self.advance(boundary.index(), second);
        }
        let camera = &mut self.cameras[boundary.index()];
        &mut camera.ring[ring_place(camera.now)]
    }

    fn advance(&mut self, boundary: usize, second: u64) {
        self.store(boundary);
        while self.cameras[boundary].now < second {
            let camera = &mut self.cameras[boundary];
            let idle = camera.running.is_none() && second - camera.now > BEFORE as u64 + 1;
            camera.now = if idle { second - BEFORE as u64 } else { camera.now + 1 };
            camera.ring[ring_place(camera.now)] = Second { outbox: camera.outbox, ..Second::default() };
            self.store(boundary);
        }
    }

    /// Puts the second that is under way into the running close-up, as it stands.
    fn store(&mut self, boundary: usize) {
        let camera = &mut self.cameras[boundary];
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
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Span::millis(millis)
    }

    #[test]
    fn a_close_up_shows_the_seconds_before_the_fault_too() {
        let mut close_ups = CloseUps::new(&MetricsSetup { boundaries: 1, ..MetricsSetup::default() });
        (0..100_000).step_by(100).for_each(|millis| close_ups.acknowledged(at(millis), Boundary(0)));
        close_ups.struck(at(99_950), Boundary(0));
        close_ups.refused(at(101_200), Boundary(0));
        close_ups.outbox(at(101_300), Boundary(0), 5);
        close_ups.outbox(at(103_100), Boundary(0), 2);
        let taken = close_ups.finish(at(105_000)).remove(0);
        assert_eq!(taken.starts, at(69_000));
        assert_eq!(taken.acknowledged[..31], [10; 31]);
        assert_eq!(taken.refused[30..], [0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(taken.outbox[30..], [0, 0, 5, 5, 5, 2, 2]);
    }

    #[test]
    fn a_close_up_ends_after_five_minutes() {
        let mut close_ups = CloseUps::new(&MetricsSetup { boundaries: 1, ..MetricsSetup::default() });
        close_ups.struck(at(0), Boundary(0));
        (0..900_000).step_by(500).for_each(|millis| close_ups.acknowledged(at(millis), Boundary(0)));
        assert_eq!(close_ups.finish(at(900_000))[0].acknowledged, vec![2; SECONDS]);
    }
}
