//! What is under way between places, and what keeps it from arriving.

use ringfence::service::{PeerMessage, Request, VoterAnswer, VoterQuestion};
use ringfence::terms::{Seat, Side};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What is under way, as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Message {
    /// A proposer asks a voter.
    Question { to: Seat, from: Side, question: VoterQuestion },
    /// A voter answers.
    Answer { to: Side, from: Seat, answer: VoterAnswer },
    /// A site speaks to its peer; with a batch come its records.
    Peer { to: Side, message: PeerMessage, records: Vec<Request> },
}

impl Message {
    /// From where to where.
    pub(crate) const fn way(&self) -> (Seat, Seat) {
        match *self {
            Self::Question { to, from, .. } => (from.seat(), to),
            Self::Answer { to, from, .. } => (from, to.seat()),
            Self::Peer { to, .. } => (to.peer().seat(), to.seat()),
        }
    }
}

/// Messages in an arbitrary but fixed order: a multiset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Wire(Vec<Message>);

impl Wire {
    pub(crate) fn put(&mut self, message: Message) {
        let rank = rank_of(&message);
        let place = self.0.partition_point(|other| rank_of(other) < rank);
        self.0.insert(place, message);
    }

    pub(crate) fn take(&mut self, index: usize) -> Message {
        self.0.remove(index)
    }

    pub(crate) fn get(&self, index: usize) -> &Message {
        &self.0[index]
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&Message) -> bool) {
        self.0.retain(keep);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every message once, with its place, however many equal ones there are.
    pub(crate) fn distinct(&self) -> impl Iterator<Item = (usize, &Message)> {
        let repeats = |index: usize| index > 0 && self.0[index - 1] == self.0[index];
        self.0.iter().enumerate().filter(move |&(index, _)| !repeats(index))
    }
}

fn rank_of(message: &Message) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.hash(&mut hasher);
    hasher.finish()
}

/// Lines that carry nothing of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cut {
    /// Everything to and from one place.
    Around(Seat),
    /// Between the two sites, in both directions.
    Pair,
    /// In one direction.
    OneWay(Seat, Seat),
}

impl Cut {
    pub(crate) const ALL: [Self; 10] = [
        Self::Around(Seat::A),
        Self::Around(Seat::B),
        Self::Around(Seat::Witness),
        Self::Pair,
        Self::OneWay(Seat::A, Seat::B),
        Self::OneWay(Seat::B, Seat::A),
        Self::OneWay(Seat::A, Seat::Witness),
        Self::OneWay(Seat::Witness, Seat::A),
        Self::OneWay(Seat::B, Seat::Witness),
        Self::OneWay(Seat::Witness, Seat::B),
    ];

    pub(crate) fn stops(self, (from, to): (Seat, Seat)) -> bool {
        match self {
            Self::Around(seat) => from == seat || to == seat,
            Self::Pair => from != Seat::Witness && to != Seat::Witness,
            Self::OneWay(sender, receiver) => (sender, receiver) == (from, to),
        }
    }
}
