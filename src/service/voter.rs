//! A voter of the lease register: the acceptor of CASPaxos.
//!
//! It promises, accepts and remembers; it never proposes. **It answers only what is durable.** A
//! voter whose disk does not carry the incarnation that its record names has lost its memory, or was
//! restored from a copy: it abstains until a site has had both others remember its new incarnation
//! and has brought it what they hold (`readmission`).

use super::message::{VoterAnswer, VoterQuestion};
use super::{Decisions, Machine};
use crate::terms::{Incarnation, LocalTime, Monotonic, Opaque, Register, Seat, Side, VoterRecord};
use std::collections::VecDeque;
use std::convert::Infallible;

/// What happens to a voter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoterInput {
    /// A proposer asks.
    Asked {
        /// Who asks.
        from: Side,
        /// What.
        question: VoterQuestion,
    },
    /// The oldest [`VoterEffect::Persist`] that was not yet durable is durable.
    Persisted,
}

/// What a voter commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VoterEffect {
    /// Make this record durable, after those commanded before, and say [`VoterInput::Persisted`].
    Persist(Opaque<VoterRecord>),
    /// Answer a proposer.
    Answer {
        /// Whom.
        to: Side,
        /// What.
        answer: VoterAnswer,
    },
    /// Tell the site of the same datacenter, if there is one, that this value was durably accepted.
    /// It needs no network.
    Notice(Register),
}

/// A voter: the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Voter<D> {
    decisions: D,
    seat: Seat,
    incarnation: Incarnation,
    /// What was commanded last; the disk may lag behind it.
    record: VoterRecord,
    /// What the disk has.
    durable: VoterRecord,
    /// What becomes durable next, in order, and what is to be answered then.
    persisting: VecDeque<(VoterRecord, Side, VoterAnswer)>,
}

impl<D: Decisions> Voter<D> {
    /// A voter that boots with what is on its disk. `incarnation` is that of the disk itself, which
    /// no copy of the record contains.
    pub fn boot(decisions: D, seat: Seat, record: VoterRecord, incarnation: Incarnation) -> Self {
        Self { decisions, seat, incarnation, record, durable: record, persisting: VecDeque::new() }
    }

    /// What is on this voter's disk.
    pub const fn durable(&self) -> &VoterRecord {
        &self.durable
    }

    /// Whether the disk is not the one that the record was written on.
    fn abstains(&self) -> bool {
        !self.decisions.remembers(self.record.members.incarnation(self.seat), self.incarnation)
    }

    fn answer(&mut self, from: Side, question: VoterQuestion, effects: &mut Vec<VoterEffect>) {
        let mut next = self.record;
        let answer = match question {
            VoterQuestion::Read { token } => {
                VoterAnswer::Holds { token, record: self.durable, incarnation: self.incarnation }
            }
            VoterQuestion::Refound { record } => {
                let ballot = record.promised;
                let names_me = record.members.incarnation(self.seat) == self.incarnation;
                if !names_me || record.members.is_vacant(self.seat) || ballot <= self.record.promised {
                    self.reject(ballot)
                } else {
                    next = record;
                    VoterAnswer::Refounded { ballot }
                }
            }
            VoterQuestion::Adopt { record } => {
                if !self.abstains() || record.members.incarnation(self.seat) != self.incarnation {
                    return;
                }
                next = record;
                VoterAnswer::Enrolled { seat: self.seat, record }
            }
            // Silence: an answer would have the site bring this voter back instead, and so in a circle.
            VoterQuestion::Enroll { .. } if self.abstains() => return,
            _ if self.abstains() => VoterAnswer::Abstains { incarnation: self.incarnation },
            VoterQuestion::Enroll { seat, incarnation } => {
                next.members.admit(seat, incarnation);
                VoterAnswer::Enrolled { seat, record: next }
            }
            VoterQuestion::Prepare { ballot, members } => {
                if members != self.record.members || !self.decisions.may_promise(self.record.promised, ballot) {
                    self.reject(ballot)
                } else {
                    next.promised = ballot;
                    VoterAnswer::Promised { ballot, accepted: self.record.accepted }
                }
            }
            VoterQuestion::Accept { ballot, value, next: ahead, members } => {
                if members != self.record.members || !self.decisions.may_accept(self.record.promised, ballot) {
                    self.reject(ballot)
                } else {
                    next.promised = ahead.max(ballot);
                    next.accepted = Some(value);
                    VoterAnswer::Accepted { ballot }
                }
            }
        };
        let settled = next == self.record && self.record == self.durable;
        if settled || !answer.needs_durability() {
            effects.push(VoterEffect::Answer { to: from, answer });
            return;
        }
        self.record = next;
        self.persisting.push_back((next, from, answer));
        effects.push(VoterEffect::Persist(next.into()));
        if !self.decisions.persists_first() {
            effects.push(VoterEffect::Answer { to: from, answer });
        }
    }

    const fn reject(&self, ballot: crate::terms::Ballot) -> VoterAnswer {
        VoterAnswer::Rejected { ballot, promised: self.record.promised, members: self.record.members }
    }

    fn settle(&mut self, effects: &mut Vec<VoterEffect>) {
        let Some((record, to, answer)) = self.persisting.pop_front() else { return };
        let accepted = record.accepted.filter(|_| record.accepted != self.durable.accepted);
        self.durable = record;
        if self.decisions.persists_first() {
            effects.push(VoterEffect::Answer { to, answer });
        }
        effects.extend(accepted.map(VoterEffect::Notice));
    }
}

impl<D: Decisions> Machine for Voter<D> {
    type Input = VoterInput;
    type Effect = VoterEffect;
    type Timer = Infallible;

    fn step(&mut self, _: LocalTime, input: VoterInput, effects: &mut Vec<VoterEffect>) {
        match input {
            VoterInput::Asked { from, question } => self.answer(from, question, effects),
            VoterInput::Persisted => self.settle(effects),
        }
    }

    fn deadline(&self) -> Option<(Monotonic, Infallible)> {
        None
    }
}
