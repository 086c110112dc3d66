//! The chain under way: links by number, in memory that does not grow with the run.

use super::story::Link;
use crate::sim::trace::Actor;
use crate::terms::{Instant, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// The most links that are kept, the newest; those of a record's life are kept beside them.
const MOST: usize = 8_192;

/// Part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Instant,
    pub(super) to: Instant,
}

impl Window {
    pub(super) fn contains(&self, at: Instant) -> bool {
        (self.from..=self.to).contains(&at)
    }
}

/// Links by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    next: usize,
    links: BTreeMap<usize, Link>,
    /// The last link of each kind that an actor made.
    kinds: BTreeMap<(Actor, String), usize>,
    dropped: u64,
}

impl Chain {
    /// Adds a link, and gives its number.
    pub(super) fn push(&mut self, link: Link) -> usize {
        let number = self.next;
        self.next += 1;
        self.links.insert(number, link);
        while self.links.len() > MOST
            && let Some(oldest) = self.links.iter().find(|(_, link)| !link.of_record).map(|(&number, _)| number)
        {
            self.links.remove(&oldest);
            self.dropped += 1;
        }
        number
    }

    /// Adds a link of a kind; one that only says again what the actor's last of that kind said is
    /// counted there, as long as both are inside the window or both are not.
    pub(super) fn push_or_count(&mut self, by: Actor, kind: impl Into<String>, window: Window, link: Link) -> usize {
        let kind = kind.into();
        let last = self.kinds.get(&(by, kind.clone())).copied();
        if let Some((number, same)) = last.and_then(|number| Some((number, self.links.get_mut(&number)?)))
            && same.happened == link.happened
            && same.decision == link.decision
            && window.contains(same.at) == window.contains(link.at)
        {
            let (times, _) = same.again.unwrap_or_default();
            same.again = Some((times + 1, link.at));
            return number;
        }
        let number = self.push(link);
        self.kinds.insert((by, kind), number);
        number
    }

    /// When a link was made, if it is still kept.
    pub(super) fn at(&self, number: usize) -> Option<Instant> {
        self.links.get(&number).map(|link| link.at)
    }

    /// The chosen links and what led to them, renumbered from zero; `most` at most, and how many more
    /// there were. Of what was not chosen, what led to it in turn is not told.
    pub(super) fn told(mut self, chosen: impl Fn(&Link) -> bool, most: usize) -> (Vec<Link>, u64) {
        let picked: Vec<_> = self.links.iter().filter(|(_, link)| chosen(link)).map(|(&number, _)| number).collect();
        let omitted = picked.len().saturating_sub(most) as u64;
        let picked: BTreeSet<_> = picked.into_iter().take(most).collect();
        let causes = picked.iter().flat_map(|number| &self.links[number].because);
        let causes: Vec<_> = causes.copied().filter(|number| self.links.contains_key(number)).collect();
        let told: BTreeSet<_> = picked.into_iter().chain(causes).collect();
        let places: BTreeMap<_, _> = told.iter().copied().zip(0..).collect();
        let links = told.iter().filter_map(|number| self.links.remove(number)).map(|mut link| {
            link.because = link.because.iter().filter_map(|number| places.get(number).copied()).collect();
            link.because.sort_unstable();
            link
        });
        (links.collect(), omitted)
    }

    /// The units that links of a window concern.
    pub(super) fn units(&self, window: Window) -> BTreeSet<Unit> {
        self.links.values().filter(|link| window.contains(link.at)).filter_map(|link| link.unit).collect()
    }
}
