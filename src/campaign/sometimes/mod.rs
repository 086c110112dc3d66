//! "Sometimes" events: situations that no promise forbids and no test asks for, and that a campaign ought to reach.
//!
//! A campaign that never saw a tail merged says nothing of how tails are merged. [`EVENTS`] is the table: the name of
//! a situation, what it is in one sentence, and how it is told from facts. [`Sometimes`] watches a run for them, and
//! [`Seen`] is what it saw, a bit for each. One more is a row at the end of the table.

mod book;
mod events;
#[cfg(test)]
mod tests;

pub use events::EVENTS;

use crate::facts::{Copies, Fact, Observer};
use crate::sim::Plan;
use crate::terms::Instant;
use book::{Book, Takeover};

/// A situation that a campaign ought to reach.
pub struct Event {
    /// Its name, of words with hyphens.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub sentence: &'static str,
    happens: fn(&Moment<'_>) -> bool,
}

/// A fact, and how things stood just before it.
struct Moment<'a> {
    at: Instant,
    fact: &'a Fact,
    /// The lease that went to the other site with this fact, if one did.
    takeover: Option<Takeover>,
    book: &'a Book,
}

/// The events of one run, or of several: a bit for each, by its place in [`EVENTS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seen(pub u64);

const _: () = assert!(EVENTS.len() <= u64::BITS as usize);

impl Seen {
    /// What was seen in either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the event at a place was seen.
    pub const fn contains(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }

    /// The names of those that were seen, in the order of the table.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        EVENTS.iter().enumerate().filter(move |(place, _)| self.contains(*place)).map(|(_, event)| event.name)
    }

    /// The names of those that were not.
    pub fn missed(self) -> impl Iterator<Item = &'static str> {
        Self(!self.0).names()
    }

    /// What has the names, as far as there are such events.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let place = |name: &str| EVENTS.iter().position(|event| event.name == name);
        names.into_iter().filter_map(place).fold(Self::default(), |seen, place| seen.and(Self(1 << place)))
    }
}

/// Watches a run.
#[derive(Clone, Debug)]
pub struct Sometimes {
    book: Book,
    seen: Seen,
}

impl Sometimes {
    /// Before the first fact of a run.
    pub fn new(plan: &Plan) -> Self {
        Self { book: Book::new(plan), seen: Seen::default() }
    }

    /// What was seen so far.
    pub const fn seen(&self) -> Seen {
        self.seen
    }
}

impl Observer for Sometimes {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        if is_everyday(fact) {
            return;
        }
        let takeover = self.book.takeover(fact);
        let moment = Moment { at, fact, takeover, book: &self.book };
        let happens = |(place, event): (usize, &Event)| {
            (!self.seen.contains(place) && (event.happens)(&moment)).then_some(Seen(1 << place))
        };
        self.seen = EVENTS.iter().enumerate().filter_map(happens).fold(self.seen, Seen::and);
        self.book.fold(fact, takeover);
    }
}

/// Most facts by far, and none of them is rare.
const fn is_everyday(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::TenantFounded(_)
            | Fact::ConversationOpened(_)
            | Fact::RecordBorn(_)
            | Fact::CandidatesListed { .. }
            | Fact::TargetsListed { .. }
            | Fact::WriteReceived { .. }
            | Fact::Confirmed { .. }
            | Fact::Queued { .. }
            | Fact::Retried { .. }
            | Fact::Load { .. }
            | Fact::Lag { .. }
            | Fact::Copies(Copies::Told { .. })
    )
}
