//! The agenda: what happens when. First in, first out among what happens at the same time.

use crate::terms::Instant;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What is going to happen, earliest first.
#[derive(Clone, Debug)]
pub struct Agenda<E: Copy> {
    heap: BinaryHeap<Entry<E>>,
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

impl<E: Copy> Agenda<E> {
    /// An empty agenda.
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty agenda with room for `capacity` entries.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(capacity), next: 0 }
    }

    /// Adds what happens at `at`, after all that was added before it for the same time.
    #[inline]
    pub fn push(&mut self, at: Instant, event: E) {
        if self.next == u32::MAX {
            self.renumber();
        }
        self.heap.push(Entry::new(at, self.next, event));
        self.next += 1;
    }

    /// Takes out what happens next.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        self.heap.pop().map(|entry| (entry.at(), entry.event))
    }

    /// When something happens next.
    #[inline]
    pub fn peek_time(&self) -> Option<Instant> {
        self.heap.peek().map(Entry::at)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is going to happen.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Counts the entries anew from zero, in their order. Needed once in four billion additions.
    fn renumber(&mut self) {
        let mut entries = std::mem::take(&mut self.heap).into_sorted_vec();
        entries.reverse();
        self.next = 0;
        for entry in &mut entries {
            entry.order = self.next;
            self.next += 1;
        }
        self.heap = entries.into();
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

    fn drain(mut agenda: Agenda<u32>) -> Vec<(Instant, u32)> {
        std::iter::from_fn(|| agenda.pop()).collect()
    }

    #[test]
    fn events_come_in_time_and_equal_times_in_the_order_of_their_adding() {
        let (mut agenda, mut chance) = (Agenda::new(), Chance::open(3, Purpose::Device, 0));
        for event in 0..10_000 {
            agenda.push(Instant(chance.below(50) << 30), event);
        }
        assert_eq!(agenda.len(), 10_000);
        let order = drain(agenda);
        assert!(order.is_sorted() && order.len() == 10_000);
    }

    #[test]
    fn order_survives_the_overflow_of_its_counter() {
        let mut agenda = Agenda { heap: BinaryHeap::new(), next: u32::MAX - 3 };
        let at = Instant(1 << 40);
        for event in 0..10 {
            agenda.push(at, event);
            agenda.push(at + Span(1), event + 100);
        }
        let events: Vec<u32> = drain(agenda).into_iter().map(|(_, event)| event).collect();
        assert_eq!(events, (0..10).chain(100..110).collect::<Vec<_>>());
    }

    #[test]
    fn a_look_ahead_takes_nothing_out() {
        let mut agenda = Agenda::with_capacity(2);
        assert!(agenda.is_empty() && agenda.peek_time().is_none());
        agenda.push(Instant(9), 'b');
        agenda.push(Instant(4), 'a');
        assert_eq!(agenda.peek_time(), Some(Instant(4)));
        assert_eq!(agenda.pop(), Some((Instant(4), 'a')));
    }
}
