//! Shelves: where copies that are made from a log rest, as runs of indices by epoch, so that their size in
//! memory does not grow with the number of messages.
//!
//! A search index, dead letters and old records on their way stand on the disk of the site that made them: they
//! are cut with its log and lost with its disk. Journals and files stand on media of their own, beside the
//! backups.

use super::event::SiteId;
use super::message::Local;
use super::shares::{Share, Shares};
use super::world::World;
use crate::facts::{Copies, Fact, Observer};
use crate::service::placement::Candidates;
use crate::service::{CopyCommand, Decisions, Order, SiteInput};
use crate::terms::{CopyClass, CopySet, Datacenter, Epoch, Index, Instant, Lines, Opaque, Span, Tenant, Unit};
use std::collections::BTreeMap;

/// Every shelf, and who refuses what is brought.
#[derive(Default)]
pub(super) struct Shelves {
    held: BTreeMap<(Unit, Datacenter, CopyClass), Shelf>,
    /// Once for each fault that makes it so.
    refusing: Vec<(Datacenter, CopyClass)>,
    /// How often each target has refused anything.
    refused: BTreeMap<(Datacenter, CopyClass), u64>,
}

/// What rests in one copy class of one unit's log at one datacenter.
#[derive(Default)]
struct Shelf {
    /// Runs that do not touch, in order.
    runs: Vec<Run>,
    /// When anything last came to rest here.
    made: Instant,
    /// What it holds of tenants that move.
    shares: Shares,
}

/// Records of one epoch: the first and the last index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    epoch: Epoch,
    first: Index,
    last: Index,
}

impl Shelf {
    /// Takes a run, and returns the parts of it that were not here.
    fn take(&mut self, wanted: Run) -> Vec<Run> {
        let mut lacking = Vec::new();
        let mut first = wanted.first;
        let touching =
            |run: &Run| run.epoch == wanted.epoch && run.first <= wanted.last + 1 && wanted.first <= run.last + 1;
        let mut whole = wanted;
        for run in self.runs.iter().copied().filter(touching) {
            if first < run.first {
                lacking.push(Run { first, last: run.first - 1, ..wanted });
            }
            first = first.max(run.last + 1);
            whole = Run { first: whole.first.min(run.first), last: whole.last.max(run.last), ..whole };
        }
        if first <= wanted.last {
            lacking.push(Run { first, ..wanted });
        }
        self.runs.retain(|run| !touching(run));
        let place = self.runs.partition_point(|run| *run < whole);
        self.runs.insert(place, whole);
        lacking
    }

    /// Loses everything after an index.
    fn cut(&mut self, keep: Index) {
        self.runs.retain_mut(|run| {
            run.last = run.last.min(keep);
            run.first <= run.last
        });
        self.shares.cut(keep);
    }
}

impl Shelves {
    /// Notes what a shelf has come to hold of tenants that move.
    fn fill(&mut self, place: (Unit, Datacenter, CopyClass), more: &[Share]) {
        if let Some(shelf) = self.held.get_mut(&place).filter(|_| !more.is_empty()) {
            shelf.shares.fill_in(more);
        }
    }

    /// Every shelf of a unit: where it is, of which class, and what it holds of tenants that move.
    pub(super) fn shares(&self, unit: Unit) -> impl Iterator<Item = (Datacenter, CopyClass, &Shares)> {
        let of_unit = self.held.iter().filter(move |((of, ..), _)| *of == unit);
        of_unit.map(|(&(_, datacenter, class), shelf)| (datacenter, class, &shelf.shares))
    }

    /// Takes a shelf away. Whether it was there.
    pub(super) fn clear_away(&mut self, place: (Unit, Datacenter, CopyClass)) -> bool {
        self.held.remove(&place).is_some()
    }

    /// Erases what is a tenant's from the shelves of a unit at a datacenter.
    pub(super) fn erase(
        &mut self,
        (unit, at): (Unit, Datacenter),
        classes: CopySet,
        (tenant, only_lots): (Tenant, bool),
    ) {
        for (&(of, datacenter, class), shelf) in &mut self.held {
            if (of, datacenter) == (unit, at) && classes.contains(class) {
                shelf.shares.erase(tenant, only_lots);
            }
        }
    }
}

/// Whether copies of a class stand on the disk of the site that made them.
const fn is_on_disk(class: CopyClass) -> bool {
    matches!(class, CopyClass::SearchIndex | CopyClass::DeadLetter | CopyClass::Snapshot)
}

/// Whether lines of a class leave the datacenters: to a provider of pushes, and to the global front end.
const fn leaves(class: CopyClass) -> bool {
    matches!(class, CopyClass::PushPayload | CopyClass::RoutingKey)
}

impl<D: Decisions, O: Observer> World<D, O> {
    /// Carries out what a site commands of its copies.
    pub(super) fn copy(&mut self, site: SiteId, command: CopyCommand) {
        let here = self.sites[site.index()].datacenter();
        match command {
            CopyCommand::Make { class, targets, to, after, through } => {
                self.make(site, (class, targets, to), (after, through));
            }
            CopyCommand::Tell(lines) => self.tell(lines, here),
            CopyCommand::Delete(class) => self.delete((site.unit(), here, class), Span::ZERO),
            CopyCommand::Sweep { class, lifetime } => self.delete((site.unit(), here, class), lifetime),
        }
    }

    fn make(
        &mut self,
        site: SiteId,
        (class, targets, to): (CopyClass, Candidates, Datacenter),
        (after, through): (Index, Index),
    ) {
        let (unit, here) = (site.unit(), self.sites[site.index()].datacenter());
        self.state(Fact::TargetsListed { unit, copy: class, candidates: targets.set() });
        let taken = !self.refuses(to, class);
        if taken {
            self.shelve(site, (unit, to, class), (after, through));
        }
        self.hand(here, Local::Site(site, SiteInput::Copied { class, run: (after, through), taken }, None));
    }

    /// Copies from a site's log what a shelf lacks of a run.
    fn shelve(&mut self, site: SiteId, place: (Unit, Datacenter, CopyClass), (after, through): (Index, Index)) {
        let (unit, datacenter, copy) = place;
        let through = through.min(self.sites[site.index()].store.durable());
        let mut first = after + 1;
        while first <= through {
            let (epoch, last) = self.sites[site.index()].store.run(first);
            let run = Run { epoch, first, last: last.min(through) };
            let target = self.shelves.held.entry(place).or_default();
            target.made = self.now;
            for Run { epoch, first, last } in target.take(run) {
                let shares = self.sites[site.index()].store.shares.within(first, last);
                self.shelves.fill((unit, datacenter, copy), shares);
                self.state(Fact::RangeLanded { copy, datacenter, unit, epoch, first, last });
            }
            first = run.last + 1;
        }
    }

    fn tell(&mut self, lines: Opaque<Lines>, here: Datacenter) {
        let datacenter = Some(here).filter(|_| !leaves(lines.get().class));
        self.state(Fact::Copies(Copies::Told { lines, datacenter }));
    }

    /// Deletes what was made at least so long ago.
    fn delete(&mut self, place: (Unit, Datacenter, CopyClass), older: Span) {
        let (unit, datacenter, copy) = place;
        let now = self.now;
        let is_old = |shelf: &Shelf| !shelf.runs.is_empty() && now - shelf.made >= older;
        if self.shelves.held.get(&place).is_some_and(is_old) {
            self.shelves.held.remove(&place);
            self.state(Fact::Copies(Copies::Deleted { unit, copy, datacenter }));
        }
    }

    /// A site's log ends at `keep` from now on, and so does what stands beside it.
    pub(super) fn cut_shelves(&mut self, site: SiteId, keep: Index) {
        let at = (site.unit(), self.sites[site.index()].datacenter());
        for (&(unit, datacenter, class), shelf) in &mut self.shelves.held {
            if (unit, datacenter) == at && is_on_disk(class) {
                shelf.cut(keep);
            }
        }
    }

    /// Loses what stands on media of their own in a datacenter.
    pub(super) fn lose_media_shelves(&mut self, lost: Datacenter) {
        self.shelves.held.retain(|&(_, at, class), _| at != lost || is_on_disk(class));
    }

    /// A target begins to refuse, or one fault less makes it so. Whether that changed anything.
    pub(super) fn refuse_copies(&mut self, datacenter: Datacenter, copy: CopyClass, on: bool) -> bool {
        let refusing = &mut self.shelves.refusing;
        let was = refusing.contains(&(datacenter, copy));
        if on {
            refusing.push((datacenter, copy));
        } else if let Some(place) = refusing.iter().position(|&one| one == (datacenter, copy)) {
            refusing.swap_remove(place);
        }
        let is = refusing.contains(&(datacenter, copy));
        if was != is {
            self.state(Fact::Copies(Copies::Refused { copy, datacenter, on: is }));
        }
        was != is
    }

    /// Whether a target refuses what is brought to it now.
    pub(super) fn refuses(&mut self, datacenter: Datacenter, copy: CopyClass) -> bool {
        let refuses = self.shelves.refusing.contains(&(datacenter, copy));
        if refuses {
            *self.shelves.refused.entry((datacenter, copy)).or_default() += 1;
        }
        refuses
    }

    /// How often a target has refused anything.
    pub(super) fn times_refused(&self, datacenter: Datacenter, copy: CopyClass) -> u64 {
        self.shelves.refused.get(&(datacenter, copy)).copied().unwrap_or_default()
    }

    /// Whether exactly one fault makes a target refuse.
    pub(super) fn refuses_by_one(&self, datacenter: Datacenter, copy: CopyClass) -> bool {
        self.shelves.refusing.iter().filter(|&&one| one == (datacenter, copy)).count() == 1
    }

    /// An operator orders a copy of a unit's log from its holder, or from the other site while that is dark.
    pub(super) fn order_copy(&mut self, holder: SiteId, order: Order) -> bool {
        let copy = if order == Order::Export { CopyClass::Export } else { CopyClass::SupportDump };
        let runs = |site: SiteId| self.places[self.sites[site.index()].datacenter().index()].running;
        let Some(site) = [holder, holder.peer()].into_iter().find(|&site| runs(site)) else {
            self.state(Fact::Copies(Copies::OrderedInVain(holder.unit())));
            return false;
        };
        let datacenter = self.sites[site.index()].datacenter();
        self.state(Fact::Copies(Copies::Ordered { unit: site.unit(), copy, datacenter }));
        self.hand(datacenter, Local::Site(site, SiteInput::Order(order), None));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(epoch: u32, first: Index, last: Index) -> Run {
        Run { epoch: Epoch(epoch), first, last }
    }

    #[test]
    fn a_shelf_takes_what_it_lacks_and_nothing_twice() {
        let mut shelf = Shelf::default();
        assert_eq!(shelf.take(run(1, 1, 10)), [run(1, 1, 10)]);
        assert_eq!(shelf.take(run(1, 21, 30)), [run(1, 21, 30)]);
        assert_eq!(shelf.take(run(2, 5, 6)), [run(2, 5, 6)], "another epoch's records are others");
        assert_eq!(shelf.take(run(1, 5, 40)), [run(1, 11, 20), run(1, 31, 40)]);
        assert_eq!(shelf.runs, [run(1, 1, 40), run(2, 5, 6)]);
        assert_eq!(shelf.take(run(1, 2, 39)), []);
        shelf.cut(5);
        assert_eq!(shelf.runs, [run(1, 1, 5), run(2, 5, 5)]);
    }
}
