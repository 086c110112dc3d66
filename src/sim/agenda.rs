//! The agenda: what happens when. First in, first out among what happens at the same time.
//!
//! Most of what is put on the agenda is due within seconds, and much of that is a deadline which
//! will have been met by then. So only what is due within the current slot of some milliseconds
//! lies in a heap, small enough for the first level of a processor's cache. What is due later waits
//! unsorted in a wheel of slots, and what lies beyond the wheel in a heap of its own.

use crate::terms::Instant;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What is going to happen, earliest first.
#[derive(Clone, Debug)]
pub struct Agenda<E: Copy> {
    /// The current slot, counted from the beginning of time.
    current: u64,
    /// What is due in the current slot or before it.
    near: BinaryHeap<Entry<E>>,
    /// What is due in one of the slots after the current one, fewer than [`SLOTS`] ahead.
    wheel: Box<[Vec<Entry<E>>]>,
    /// The slots of the wheel that hold anything, a bit each.
    occupied: [u64; SLOTS as usize / 64],
    /// What is due beyond the wheel.
    far: BinaryHeap<Entry<E>>,
    /// The order of the next entry among those of its time.
    next: u32,
}

/// One happening: 24 bytes where the event has 12.
#[derive(Clone, Copy, Debug)]
pub struct Entry<E: Copy> {
    /// The two halves of the instant, the higher first: so the entry needs no padding.
    at: [u32; 2],
    order: u32,
    event: E,
}

const _: () = assert!(size_of::<Entry<[u32; 3]>>() == 24);

/// A slot is 2¹⁴ µs long: a busy service has some tens of entries in it.
const SLOT_BITS: u32 = 14;

/// The wheel reaches 16.8 s ahead, beyond the time that a client waits for an answer.
const SLOTS: u64 = 1024;

impl<E: Copy> Agenda<E> {
    /// An empty agenda.
    pub fn new() -> Self {
        Self {
            current: 0,
            near: BinaryHeap::new(),
            wheel: (0..SLOTS).map(|_| Vec::new()).collect(),
            occupied: [0; _],
            far: BinaryHeap::new(),
            next: 0,
        }
    }

    /// Adds what happens at `at`, after all that was added before it for the same time.
    #[inline]
    pub fn push(&mut self, at: Instant, event: E) {
        if self.next == u32::MAX {
            self.renumber();
        }
        self.place(Entry::new(at, self.next, event));
        self.next += 1;
    }

    /// Takes out what happens next.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        if self.near.is_empty() {
            self.advance();
        }
        self.near.pop().map(|entry| (entry.at(), entry.event))
    }

    #[inline]
    fn place(&mut self, entry: Entry<E>) {
        let slot = entry.slot();
        if slot <= self.current {
            self.near.push(entry);
        } else if slot - self.current < SLOTS {
            let index = slot % SLOTS;
            self.wheel[index as usize].push(entry);
            self.occupied[index as usize / 64] |= 1 << (index % 64);
        } else {
            self.far.push(entry);
        }
    }

    /// Goes on to the next slot that holds anything. Only when nothing is near.
    fn advance(&mut self) {
        let Some(slot) = self.next_of_wheel().or_else(|| self.far.peek().map(Entry::slot)) else { return };
        self.current = slot;
        let index = slot % SLOTS;
        self.occupied[index as usize / 64] &= !(1 << (index % 64));
        // The vectors change places, so that neither gives its room back.
        let spare = std::mem::take(&mut self.near).into_vec();
        self.near = std::mem::replace(&mut self.wheel[index as usize], spare).into();
        while self.far.peek().is_some_and(|entry| entry.slot() - slot < SLOTS) {
            self.far.pop().into_iter().for_each(|entry| self.place(entry));
        }
    }

    /// The next slot of the wheel that holds anything.
    fn next_of_wheel(&self) -> Option<u64> {
        let from = (self.current + 1) % SLOTS;
        let (word, bit) = (from / 64, from % 64);
        let words = self.occupied.len() as u64;
        // The word that the search begins in comes last again: its lower bits are the last slots.
        (0..=words).find_map(|step| {
            let index = (word + step) % words;
            let mask = if step == 0 { u64::MAX << bit } else { u64::MAX };
            let set = self.occupied[index as usize] & mask;
            let ahead = (index * 64 + u64::from(set.trailing_zeros()) + SLOTS - from) % SLOTS;
            (set != 0).then_some(self.current + 1 + ahead)
        })
    }

    /// Counts the entries anew from zero, in their order. Needed once in four billion additions.
    fn renumber(&mut self) {
        let waiting = self.wheel.iter_mut().flat_map(|slot| slot.drain(..));
        let mut entries: Vec<_> = self.near.drain().chain(waiting).chain(self.far.drain()).collect();
        self.occupied = [0; _];
        entries.sort_unstable_by_key(Entry::key);
        self.next = 0;
        for entry in entries {
            self.place(Entry { order: self.next, ..entry });
            self.next += 1;
        }
    }
}

impl<E: Copy> Default for Agenda<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Copy> Entry<E> {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of an instant")]
    fn new(at: Instant, order: u32, event: E) -> Self {
        Self { at: [(at.0 >> 32) as u32, at.0 as u32], order, event }
    }

    fn at(&self) -> Instant {
        Instant(u64::from(self.at[0]) << 32 | u64::from(self.at[1]))
    }

    #[inline]
    fn slot(&self) -> u64 {
        self.at().0 >> SLOT_BITS
    }

    fn key(&self) -> (Instant, u32) {
        (self.at(), self.order)
    }
}

/// The greatest entry is the one that comes first: the standard library's heap gives the greatest.
impl<E: Copy> Ord for Entry<E> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl<E: Copy> PartialOrd for Entry<E> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E: Copy> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<E: Copy> Eq for Entry<E> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::chance::{Chance, Purpose};
    use crate::terms::Span;
    use std::cmp::Reverse;

    fn drain(mut agenda: Agenda<u32>) -> Vec<(Instant, u32)> {
        std::iter::from_fn(|| agenda.pop()).collect()
    }

    #[test]
    fn events_come_in_time_and_equal_times_in_the_order_of_their_adding() {
        let (mut agenda, mut chance) = (Agenda::new(), Chance::open(3, Purpose::Device, 0));
        for event in 0..10_000 {
            agenda.push(Instant(chance.below(50) << 30), event);
        }
        let order = drain(agenda);
        assert!(order.is_sorted() && order.len() == 10_000);
    }

    /// Steps of every length: within a slot, within the wheel, to its very end, and far beyond.
    #[test]
    fn what_is_added_on_the_way_comes_as_from_one_sorted_list() {
        let (mut agenda, mut sorted) = (Agenda::new(), BinaryHeap::new());
        let (mut chance, mut now) = (Chance::open(4, Purpose::Device, 0), Instant(1 << 50));
        for event in 0..200_000_u32 {
            let bits = chance.below(40);
            let at = now + Span(chance.below(1 << bits));
            agenda.push(at, event);
            sorted.push(Reverse((at, event)));
            // As often as not more is taken than was added, so that the agenda runs empty now and then.
            for _ in 0..chance.below(3) {
                let taken = agenda.pop();
                assert_eq!(taken, sorted.pop().map(|Reverse(first)| first), "event {event}");
                now = taken.map_or(now, |(at, _)| at);
            }
        }
        assert_eq!(drain(agenda), std::iter::from_fn(|| sorted.pop().map(|Reverse(first)| first)).collect::<Vec<_>>());
    }

    #[test]
    fn order_survives_the_overflow_of_its_counter() {
        let mut agenda = Agenda { next: u32::MAX - 30, ..Agenda::new() };
        let far = Span(SLOTS << SLOT_BITS);
        let dues = [Instant(5), Instant(5) + far, Instant(5) + far + far];
        for event in 0..100 {
            for (group, &at) in dues.iter().enumerate() {
                agenda.push(at, event + 100 * group as u32);
            }
        }
        let events: Vec<u32> = drain(agenda).into_iter().map(|(_, event)| event).collect();
        assert_eq!(events, (0..300).collect::<Vec<_>>());
    }

    #[test]
    fn an_agenda_that_ran_empty_goes_on() {
        let mut agenda = Agenda::new();
        assert_eq!(agenda.pop(), None);
        agenda.push(Instant(1 << 60), 'b');
        agenda.push(Instant(4), 'a');
        assert_eq!(agenda.pop(), Some((Instant(4), 'a')));
        assert_eq!(agenda.pop(), Some((Instant(1 << 60), 'b')));
        agenda.push(Instant(5), 'c');
        assert_eq!((agenda.pop(), agenda.pop()), (Some((Instant(5), 'c')), None));
    }
}
