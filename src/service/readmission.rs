//! Bringing a voter back that lost its memory.
//!
//! The returning voter may vote again only when both others durably know its new incarnation, so that
//! no promise from before the loss can be completed by an acceptance after it, and when it holds the
//! highest ballot and value of both. Either site may carry this out, and both may at once: every step
//! is idempotent.

use super::command::SiteEffect;
use super::message::{VoterAnswer, VoterQuestion};
use crate::terms::{Incarnation, Seat, VoterRecord};

/// One voter's way back, as one site carries it out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Readmission {
    seat: Seat,
    incarnation: Incarnation,
    /// What the two others hold, once they have remembered.
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

    /// Takes an answer; once both others have remembered, brings the voter what they hold.
    pub(super) fn answered(&mut self, from: Seat, answer: &VoterAnswer, effects: &mut Vec<SiteEffect>) {
        let &VoterAnswer::Enrolled { seat, record } = answer else { return };
        if seat != self.seat || from == self.seat || record.members[seat.index()] != self.incarnation {
            return;
        }
        self.enrolled[from.index()] = Some(record);
        let mut others = self.enrolled.iter().flatten();
        if let (Some(one), Some(other)) = (others.next(), others.next()) {
            let record = highest(one, other);
            effects.push(SiteEffect::ToVoter { seat: self.seat, question: VoterQuestion::Adopt { record } });
        }
    }
}

fn highest(one: &VoterRecord, other: &VoterRecord) -> VoterRecord {
    let accepted = if one.accepted_ballot() > other.accepted_ballot() { one.accepted } else { other.accepted };
    let mut members = one.members;
    for (member, told) in members.iter_mut().zip(other.members) {
        *member = told.max(*member);
    }
    VoterRecord { members, promised: one.promised.max(other.promised), accepted }
}
