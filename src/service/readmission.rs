//! Bringing a voter back that lost its memory.
//!
//! The returning voter may vote again only when both others durably know its new incarnation, so that
//! no promise from before the loss can be completed by an acceptance after it, and when it holds the
//! highest ballot and value of both. A seat that a founding left vacant is not waited for. Either site may
//! carry this out, and both may at once: every step is idempotent.

use super::command::SiteEffect;
use super::message::{VoterAnswer, VoterQuestion};
use crate::terms::{Incarnation, Seat, VoterRecord};

/// One voter's way back, as one site carries it out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Readmission {
    seat: Seat,
    incarnation: Incarnation,
    /// What the others hold, once they have remembered.
    enrolled: [Option<VoterRecord>; 3],
}

impl Readmission {
    /// Asks both others to remember what the voter of `seat` is now.
    pub(super) fn begin(seat: Seat, incarnation: Incarnation, effects: &mut Vec<SiteEffect>) -> Self {
        let others = Seat::ALL.into_iter().filter(|&other| other != seat);
        let question = VoterQuestion::Enroll { seat, incarnation };
        effects.extend(others.map(|other| SiteEffect::ToVoter { seat: other, question }));
        Self { seat, incarnation, enrolled: [None; 3] }
    }

    /// Whose way back it is.
    pub(super) const fn seat(&self) -> Seat {
        self.seat
    }

    /// Takes an answer; once all others that have a vote have remembered, brings the voter what they hold.
    pub(super) fn answered(&mut self, from: Seat, answer: &VoterAnswer, effects: &mut Vec<SiteEffect>) {
        let &VoterAnswer::Enrolled { seat, record } = answer else { return };
        if seat != self.seat || from == self.seat || record.members.incarnation(seat) != self.incarnation {
            return;
        }
        self.enrolled[from.index()] = Some(record);
        let Some(record) = self.enrolled.iter().flatten().copied().reduce(highest) else { return };
        let has_vote = |other: &Seat| *other != seat && !record.members.is_vacant(*other);
        if Seat::ALL.into_iter().filter(has_vote).all(|other| self.enrolled[other.index()].is_some()) {
            effects.push(SiteEffect::ToVoter { seat, question: VoterQuestion::Adopt { record } });
        }
    }
}

fn highest(one: VoterRecord, other: VoterRecord) -> VoterRecord {
    let accepted = if one.accepted_ballot() > other.accepted_ballot() { one.accepted } else { other.accepted };
    let (members, promised) = (one.members.merge(other.members), one.promised.max(other.promised));
    VoterRecord { members, promised, accepted }
}
