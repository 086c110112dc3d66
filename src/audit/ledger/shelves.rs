//! What copies that are made from a log hold: runs of indices by epoch, each class at each datacenter. Memory
//! does not grow with the number of messages.

use super::Ledger;
use crate::audit::{copies, slack};
use crate::facts::Copies;
use crate::terms::{CopyClass, Datacenter, Epoch, Index, Instant, Position, Side, Span, Unit};
use std::collections::{BTreeMap, VecDeque};

/// Records of one epoch: the first index and the last.
pub(in crate::audit) type Run = (Epoch, Index, Index);

/// What came to a shelf in one turn: how many records, and whether any stand beside what was there before.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    records: u64,
    joined: bool,
}

/// What rests in one class of one unit's log at one datacenter.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct Shelf {
    /// Runs that do not touch, in order.
    runs: Vec<Run>,
    /// When anything last came to rest.
    pub(in crate::audit) filled: Instant,
    /// What came in this turn.
    turn: Turn,
}

impl Shelf {
    /// The runs, in order.
    pub(in crate::audit) fn runs(&self) -> impl Iterator<Item = Run> {
        self.runs.iter().copied()
    }

    /// How many records.
    pub(in crate::audit) fn len(&self) -> u64 {
        self.runs().map(|(_, first, last)| last + 1 - first).sum()
    }

    fn landed(&mut self, epoch: Epoch, first: Index, last: Index, at: Instant) {
        self.filled = at;
        let apart = |&(e, f, l): &Run| e != epoch || f > last + 1 || first > l + 1;
        let touching = self.runs.iter().filter(|run| !apart(run));
        self.turn.records += last + 1 - first;
        self.turn.joined |= touching.clone().next().is_some();
        let whole = touching.fold((epoch, first, last), |(_, f, l), run| (epoch, f.min(run.1), l.max(run.2)));
        self.runs.retain(apart);
        let place = self.runs.partition_point(|run| *run < whole);
        self.runs.insert(place, whole);
    }

    fn cut(&mut self, keeps: Position) {
        self.runs.retain_mut(|(_, first, last)| {
            *last = (*last).min(keeps.index);
            first <= last
        });
    }
}

/// The first position of some runs that none of several shelves holds.
pub(in crate::audit) fn lacking(wanted: impl Iterator<Item = Run>, shelves: &[&Shelf]) -> Option<Position> {
    wanted.into_iter().find_map(|(epoch, mut first, last)| {
        while first <= last {
            let holds = |&(e, f, l): &Run| e == epoch && (f..=l).contains(&first);
            let run = shelves.iter().find_map(|shelf| shelf.runs.iter().find(|run| holds(run)));
            match run {
                Some(&(_, _, end)) => first = end + 1,
                None => return Some(Position { epoch, index: first }),
            }
        }
        None
    })
}

/// How far the logs of a unit were at an instant.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    at: Instant,
    ends: [Position; 2],
    acknowledged: Position,
}

/// The shelves of one scale unit.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct UnitShelves {
    shelves: BTreeMap<(CopyClass, Datacenter), Shelf>,
    /// Oldest first.
    marks: VecDeque<Mark>,
    acknowledged: Position,
    /// The epoch under which something was last acknowledged.
    epoch: Epoch,
    /// How many lines without content were written of each class, and where.
    told: BTreeMap<(CopyClass, Option<Datacenter>), u64>,
    /// What operators ordered last of each class, and when.
    ordered: BTreeMap<(CopyClass, Datacenter), Instant>,
}

impl UnitShelves {
    /// Every shelf that holds anything.
    pub(in crate::audit) fn all(&self) -> impl Iterator<Item = (CopyClass, Datacenter, &Shelf)> {
        let filled = self.shelves.iter().filter(|(_, shelf)| !shelf.runs.is_empty());
        filled.map(|(&(class, datacenter), shelf)| (class, datacenter, shelf))
    }

    /// The shelves of a class.
    pub(in crate::audit) fn of(&self, class: CopyClass) -> Vec<&Shelf> {
        self.all().filter(|&(one, ..)| one == class).map(|(.., shelf)| shelf).collect()
    }

    /// The shelf of a class at a datacenter.
    pub(in crate::audit) fn at(&self, class: CopyClass, datacenter: Datacenter) -> Option<&Shelf> {
        self.shelves.get(&(class, datacenter))
    }

    /// Every copy that an operator ordered of media that stand, and when.
    pub(in crate::audit) fn ordered(&self) -> impl Iterator<Item = (CopyClass, Datacenter, Instant)> {
        self.ordered.iter().map(|(&(class, datacenter), &at)| (class, datacenter, at))
    }

    /// How far a side's log was at least so long ago, and has been since.
    pub(in crate::audit) fn end_before(&self, side: Side, then: Instant) -> Position {
        self.mark(then).ends[side.index()]
    }

    /// How far acknowledgements were at least so long ago.
    pub(in crate::audit) fn acknowledged_before(&self, then: Instant) -> Position {
        self.mark(then).acknowledged
    }

    /// The epoch under which something was acknowledged last.
    pub(in crate::audit) fn serves_under(&self) -> Epoch {
        self.epoch
    }

    /// How many lines of a class were written at a datacenter, or left all of them.
    pub(in crate::audit) fn told(&self, class: CopyClass, at: Option<Datacenter>) -> u64 {
        self.told.get(&(class, at)).copied().unwrap_or_default()
    }

    fn mark(&self, then: Instant) -> Mark {
        self.marks.iter().rev().find(|mark| mark.at <= then).copied().unwrap_or_default()
    }

    /// Notes how far the logs are, and forgets what was noted more than `span` before the last but one.
    fn passed(&mut self, at: Instant, ends: [Position; 2], span: Span) {
        while self.marks.get(1).is_some_and(|second| at - second.at > span) {
            self.marks.pop_front();
        }
        self.marks.push_back(Mark { at, ends, acknowledged: self.acknowledged });
    }

    fn last_mark(&self) -> Option<Instant> {
        self.marks.back().map(|mark| mark.at)
    }

    #[inline]
    pub(super) fn acknowledged(&mut self, position: Position, epoch: Epoch) {
        self.acknowledged = self.acknowledged.max(position);
        self.epoch = epoch;
    }

    pub(super) fn landed(&mut self, class: CopyClass, datacenter: Datacenter, run: Run, at: Instant) {
        if copies::is_counted(class) {
            let (epoch, first, last) = run;
            self.shelves.entry((class, datacenter)).or_default().landed(epoch, first, last, at);
        }
    }

    pub(super) fn deleted(&mut self, class: CopyClass, datacenter: Datacenter) {
        self.shelves.remove(&(class, datacenter));
    }

    /// Nothing is left of a class at a place that the unit has left, not even what was ordered there.
    pub(super) fn emptied(&mut self, class: CopyClass, datacenter: Datacenter) {
        self.deleted(class, datacenter);
        self.ordered.remove(&(class, datacenter));
    }

    /// A restore is over, and what it was staged through is empty.
    pub(super) fn staged(&mut self) {
        self.shelves.retain(|(class, _), _| *class != CopyClass::RestoreStaging);
    }

    /// The log of a side at a datacenter ends earlier from now on.
    pub(super) fn cut(&mut self, datacenter: Datacenter, keeps: Position) {
        for (_, shelf) in self.shelves.iter_mut().filter(|((class, at), _)| beside(*class, *at, datacenter)) {
            shelf.cut(keeps);
        }
    }

    /// The disk of a side at a datacenter was lost.
    pub(super) fn disk_lost(&mut self, side: Side, datacenter: Datacenter) {
        self.shelves.retain(|(class, at), _| !beside(*class, *at, datacenter));
        self.marks.iter_mut().for_each(|mark| mark.ends[side.index()] = Position::default());
    }

    /// The media at a datacenter were lost.
    pub(super) fn media_lost(&mut self, datacenter: Datacenter) {
        self.shelves.retain(|(class, at), _| *at != datacenter || copies::is_beside_the_log(*class));
        self.ordered.retain(|(_, at), _| *at != datacenter);
    }
}

/// Who refuses what is brought to copies, and when each was last mended.
#[derive(Debug, Default)]
pub(super) struct Refusing(BTreeMap<(Datacenter, CopyClass), Option<Instant>>);

impl Ledger {
    /// What the copies of a unit's log hold.
    pub(in crate::audit) fn shelves(&self, unit: Unit) -> &UnitShelves {
        &self.shelves[unit.index()]
    }

    /// Since when everything at a datacenter has taken what is brought to it; `None`: something refuses.
    pub(in crate::audit) fn delivers_since(&self, datacenter: Datacenter) -> Option<Instant> {
        let here = self.refusing.0.iter().filter(|((at, _), _)| *at == datacenter);
        here.map(|(_, since)| *since).try_fold(Instant::ZERO, |last, since| Some(last.max(since?)))
    }

    /// Whether the site at the other end of a link that has been well since `then` had all of a shelf by then.
    pub(in crate::audit) fn peer_had(&self, unit: Unit, datacenter: Datacenter, rests: &Shelf, then: Instant) -> bool {
        let Some(side) = self.terms(unit).side_at(datacenter) else { return false };
        let linked = self.linked_since(unit, datacenter, self.terms(unit).site(side.peer()));
        let had = self.shelves(unit).end_before(side.peer(), then);
        let (epoch, _, index) = rests.runs().last().unwrap_or_default();
        linked.is_some_and(|since| since <= then) && Position { epoch, index } <= had
    }

    /// A turn is over in which so many old records were brought to a snapshot: how many of them are certainly not
    /// there. Where fewer came, some may have been there before, and then they stand beside each other.
    pub(in crate::audit) fn missed(&mut self, unit: Unit, datacenter: Datacenter, records: u64) -> u64 {
        let snapshot = self.shelves[unit.index()].shelves.get_mut(&(CopyClass::Snapshot, datacenter));
        let turn = snapshot.map_or(Turn::default(), |shelf| std::mem::take(&mut shelf.turn));
        if turn.records == 0 || turn.joined { 0 } else { records.saturating_sub(turn.records) }
    }

    /// A run of a log came to rest in a copy.
    pub(in crate::audit) fn shelved(
        &mut self,
        at: Instant,
        copy: CopyClass,
        (unit, datacenter): (Unit, Datacenter),
        run: Run,
    ) {
        self.shelves[unit.index()].landed(copy, datacenter, run, at);
    }

    /// Copies were deleted, or are refused from now on, or no longer.
    pub(in crate::audit) fn copies(&mut self, at: Instant, copies: Copies) {
        match copies {
            Copies::Deleted { unit, copy, datacenter } => self.shelves[unit.index()].deleted(copy, datacenter),
            Copies::Refused { copy, datacenter, on } => {
                self.refusing.0.insert((datacenter, copy), (!on).then_some(at));
            }
            Copies::Ordered { unit, copy, datacenter } => {
                // A site whose disk was lost has nothing yet that it could copy.
                let side = self.terms(unit).side_at(datacenter);
                if side.is_some_and(|side| self.logs(unit).store(side).end().index > 0) {
                    self.shelves[unit.index()].ordered.insert((copy, datacenter), at);
                }
            }
            Copies::OrderedInVain(_) => {}
            Copies::Told { lines, datacenter } => {
                let lines = lines.get();
                *self.shelves[lines.unit.index()].told.entry((lines.class, datacenter)).or_default() += lines.count;
            }
        }
    }

    /// Time has passed: how far each log is, is noted.
    pub(in crate::audit) fn time_passed(&mut self, at: Instant) {
        let Some(every) = self.contract.index_every else { return };
        for (shelves, logs) in self.shelves.iter_mut().zip(&self.logs) {
            if shelves.last_mark() < Some(at) {
                let ends = Side::BOTH.map(|side| logs.store(side).end());
                shelves.passed(at, ends, slack::behind(every));
            }
        }
    }
}

fn beside(class: CopyClass, at: Datacenter, datacenter: Datacenter) -> bool {
    at == datacenter && copies::is_beside_the_log(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_found_where_no_shelf_has_it() {
        let mut shelves = [Shelf::default(), Shelf::default()];
        shelves[0].landed(Epoch(1), 1, 10, Instant(1));
        shelves[0].landed(Epoch(1), 12, 20, Instant(2));
        let all = |shelves: &[Shelf; 2]| lacking([(Epoch(1), 1, 20)].into_iter(), &[&shelves[0], &shelves[1]]);
        assert_eq!(all(&shelves), Some(Position { epoch: Epoch(1), index: 11 }));
        shelves[1].landed(Epoch(2), 11, 11, Instant(3));
        assert_eq!(all(&shelves), Some(Position { epoch: Epoch(1), index: 11 }), "another epoch's is another record");
        shelves[1].landed(Epoch(1), 11, 15, Instant(4));
        assert_eq!(all(&shelves), None);
        shelves[0].landed(Epoch(1), 11, 11, Instant(5));
        assert_eq!((shelves[0].runs.len(), shelves[0].len()), (1, 20));
    }
}
