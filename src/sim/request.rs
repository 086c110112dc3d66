//! Requests under way, from the device's first attempt to its last answer.
//!
//! Production knows a request by 32 bits and may mention it after it is over, so a handle holds a
//! generation, and slots are used again in turn: a handle comes up a second time only after four
//! million others.

use crate::service::{Placed, Request};
use crate::terms::{Birth, Conversation, DatacenterSet, Instant, Position, Record, Tenant, Unit, User};
use std::collections::VecDeque;

use super::event::SiteId;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task {
    /// To store a record.
    Write(Birth),
    /// To show a conversation.
    Read {
        /// Which.
        conversation: Conversation,
        /// When the reader asked.
        asked: Instant,
    },
    /// To say what has come of a tenant that moves.
    Inquire(Tenant),
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A person's device.
    Device(User),
    /// A site that brings a quarantined record back.
    Merge(SiteId),
    /// A site that copies a tenant to its new home.
    Move(SiteId),
}

/// A request under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    /// What is asked for.
    pub(super) task: Task,
    /// Who asks.
    pub(super) origin: Origin,
    /// The placement that it was made with: that of the record it follows, or of an earlier life.
    pub(super) placed: Option<Placed>,
    /// The unit and the candidates that were stated last.
    pub(super) listed: Option<(Unit, DatacenterSet)>,
    /// Where attempts were appended, the newest first.
    appended: [Option<(Unit, Position)>; 3],
}

impl Pending {
    /// A request of which nothing has been sent.
    pub(super) const fn new(task: Task, origin: Origin, placed: Option<Placed>) -> Self {
        Self { task, origin, placed, listed: None, appended: [None; 3] }
    }

    /// The record to be stored, if it is a write.
    pub(super) const fn birth(&self) -> Option<&Birth> {
        match &self.task {
            Task::Write(birth) => Some(birth),
            Task::Read { .. } | Task::Inquire(_) => None,
        }
    }

    /// The record's identity, if it is a write.
    pub(super) fn record(&self) -> Option<Record> {
        self.birth().map(|birth| birth.record)
    }

    /// Notes that an attempt was appended.
    pub(super) fn appended_at(&mut self, unit: Unit, position: Position) {
        self.appended.rotate_right(1);
        self.appended[0] = Some((unit, position));
    }

    /// Where attempts were appended in a unit's log, the newest first.
    pub(super) fn positions(&self, unit: Unit) -> impl Iterator<Item = Position> {
        self.appended.iter().flatten().filter(move |&&(of, _)| of == unit).map(|&(_, position)| position)
    }
}

const INDEX_BITS: u32 = 22;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
/// So many slots are free before one is used again.
const REST: usize = 4_096;

/// The requests under way.
pub(super) struct Requests {
    slots: Vec<Slot>,
    free: VecDeque<u32>,
}

struct Slot {
    /// The generation, in the bits above the index.
    generation: u32,
    pending: Option<Pending>,
}

impl Requests {
    /// No requests.
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: VecDeque::new() }
    }

    /// Takes a request in.
    ///
    /// # Panics
    ///
    /// If four million are under way at once.
    pub(super) fn insert(&mut self, pending: Pending) -> Request {
        if self.free.len() > REST
            && let Some(index) = self.free.pop_front()
        {
            let slot = &mut self.slots[index as usize];
            slot.pending = Some(pending);
            return Request(slot.generation | index);
        }
        let index = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        assert!(index <= INDEX_MASK, "at most four million requests are under way");
        self.slots.push(Slot { generation: 0, pending: Some(pending) });
        Request(index)
    }

    /// The request, unless it is over.
    pub(super) fn get(&self, request: Request) -> Option<&Pending> {
        let slot = self.slots.get((request.0 & INDEX_MASK) as usize)?;
        slot.pending.as_ref().filter(|_| slot.generation == request.0 & !INDEX_MASK)
    }

    /// The request, unless it is over, to change it.
    pub(super) fn get_mut(&mut self, request: Request) -> Option<&mut Pending> {
        let slot = self.slots.get_mut((request.0 & INDEX_MASK) as usize)?;
        slot.pending.as_mut().filter(|_| slot.generation == request.0 & !INDEX_MASK)
    }

    /// Ends a request, unless it is over.
    pub(super) fn remove(&mut self, request: Request) -> Option<Pending> {
        self.get(request)?;
        let index = request.0 & INDEX_MASK;
        let slot = &mut self.slots[index as usize];
        slot.generation = slot.generation.wrapping_add(1 << INDEX_BITS);
        self.free.push_back(index);
        slot.pending.take()
    }

    /// Those under way, in the order of their slots.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.slots.iter().filter_map(|slot| slot.pending.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::Epoch;

    fn read() -> Pending {
        let task = Task::Read { conversation: Conversation(0), asked: Instant(0) };
        Pending::new(task, Origin::Device(User(0)), None)
    }

    #[test]
    fn a_request_that_is_over_is_not_mistaken_for_a_later_one() {
        let mut requests = Requests::new();
        let first = requests.insert(read());
        assert!(requests.remove(first).is_some() && requests.remove(first).is_none());
        for _ in 0..100_000 {
            let later = requests.insert(read());
            assert_ne!(later, first);
            assert!(requests.get(first).is_none());
            requests.remove(later);
        }
        assert_eq!(requests.iter().count(), 0);
        assert!(requests.slots.len() <= REST + 2);
    }

    #[test]
    fn the_newest_append_of_a_unit_comes_first() {
        let mut pending = read();
        let at = |index| Position { epoch: Epoch(1), index };
        for (unit, index) in [(0, 1), (0, 2), (1, 3), (0, 4)] {
            pending.appended_at(Unit(unit), at(index));
        }
        assert_eq!(pending.positions(Unit(0)).collect::<Vec<_>>(), [at(4), at(2)]);
    }
}
