//! The proposing side of the lease register: one compare-and-set at a time over a majority of the
//! three voters (CASPaxos).
//!
//! Each attempt has a ballot of its own, which becomes the `renewal` of the value it writes. A won
//! attempt has the voters promise the proposer's next ballot in advance, so that the next renewal
//! needs one round trip; anything but a win forgets that and prepares anew.

use super::command::SiteEffect;
use super::message::{VoterAnswer, VoterQuestion};
use crate::terms::{Ballot, Members, Monotonic, Register, Seat, Side, Span, VoterRecord};

/// The rounds that a founding leaves out, more than a lease that is renewed every second uses in three years:
/// a voter that is dark may remember some that no other ever saw.
const LEAP: u32 = 100_000_000;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concluded {
    /// The value is decided. `sent` is when the first accept message left.
    Won {
        /// What the register holds.
        value: Register,
        /// By the proposer's steady clock.
        sent: Monotonic,
    },
    /// Nothing was proposed: the register held something else than expected.
    Lost {
        /// What a majority showed.
        current: Option<Register>,
    },
    /// Nothing was proposed: a majority did not answer in time.
    Unheard,
    /// The value was proposed, a majority did not answer in time, and it may or may not be decided now or
    /// later.
    Unknown,
    /// So many voters refused, having promised somebody else or knowing other incarnations, that no
    /// majority is left. What was proposed may stand at one of them.
    Refused,
}

/// Proposes changes of the register for one site.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Proposer {
    side: Side,
    boot: u32,
    /// How many of three voters decide.
    quorum: u32,
    /// The highest round seen anywhere.
    round: u32,
    /// Who votes, as far as this site knows.
    members: Members,
    /// A ballot that a majority promised in advance.
    ahead: Option<Ballot>,
    attempt: Option<Attempt>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Attempt {
    expected: Option<Register>,
    value: Register,
    /// Votes and answers under another set do not count.
    members: Members,
    stage: Stage,
    until: Monotonic,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stage {
    Reading { token: u32, heard: Seats, best: Option<Register> },
    Preparing { promised: Seats, refused: Seats, best: Option<Register> },
    Accepting { sent: Monotonic, accepted: Seats, refused: Seats },
}

/// A set of voters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Seats(u8);

impl Seats {
    const fn add(&mut self, seat: Seat) {
        self.0 |= 1 << seat.index();
    }

    const fn count(self) -> u32 {
        self.0.count_ones()
    }
}

impl Proposer {
    /// A proposer that knows nothing yet, whose attempts are decided by `quorum` voters.
    pub(super) fn new(side: Side, boot: u32, quorum: u32) -> Self {
        Self { side, boot, quorum, round: 0, members: Members::default(), ahead: None, attempt: None }
    }

    /// Who votes, as far as this site knows.
    pub(super) const fn members(&self) -> &Members {
        &self.members
    }

    /// How many of these voters decide: where seats are vacant, a majority of the others.
    pub(super) fn quorum_of(&self, members: &Members) -> u32 {
        if members.electors() < Seat::ALL.len() as u32 { members.majority() } else { self.quorum }
    }

    /// Whether an attempt is under way.
    pub(super) const fn is_busy(&self) -> bool {
        self.attempt.is_some()
    }

    /// When the attempt under way is given up.
    pub(super) fn deadline(&self) -> Option<Monotonic> {
        self.attempt.as_ref().map(|attempt| attempt.until)
    }

    /// Starts an attempt to change the register from `expected` to `value`, whose `renewal` is
    /// overwritten by the attempt's ballot. Gives up after `timeout`.
    pub(super) fn propose(
        &mut self,
        now: Monotonic,
        timeout: Span,
        expected: Option<Register>,
        value: Register,
        effects: &mut Vec<SiteEffect>,
    ) {
        let until = now + timeout;
        let Some(ballot) = self.ahead.take() else { return self.prepare(until, expected, value, effects) };
        let value = Register { renewal: ballot, ..value };
        self.round = self.round.max(after(ballot).round);
        ask_all(accept(value, self.members), effects);
        let stage = Stage::Accepting { sent: now, accepted: Seats::default(), refused: Seats::default() };
        self.attempt = Some(Attempt { expected, value, members: self.members, stage, until });
    }

    fn prepare(
        &mut self,
        until: Monotonic,
        expected: Option<Register>,
        value: Register,
        effects: &mut Vec<SiteEffect>,
    ) {
        let (ballot, members) = (self.fresh_ballot(), self.members);
        ask_all(VoterQuestion::Prepare { ballot, members }, effects);
        let stage = Stage::Preparing { promised: Seats::default(), refused: Seats::default(), best: None };
        let value = Register { renewal: ballot, ..value };
        self.attempt = Some(Attempt { expected, value, members, stage, until });
    }

    /// The same for a site that may be heard by voters whom it does not hear: it asks for their promise only
    /// once a majority has answered a reading with this token.
    pub(super) fn propose_if_heard(
        &mut self,
        (now, timeout): (Monotonic, Span),
        token: u32,
        expected: Option<Register>,
        value: Register,
        effects: &mut Vec<SiteEffect>,
    ) {
        self.ahead = None;
        ask_all(VoterQuestion::Read { token }, effects);
        let stage = Stage::Reading { token, heard: Seats::default(), best: None };
        self.attempt = Some(Attempt { expected, value, members: self.members, stage, until: now + timeout });
    }

    /// A voter that remembers answered a reading; returns how the attempt ended, if this ended it.
    pub(super) fn read(
        &mut self,
        seat: Seat,
        asked: u32,
        record: &VoterRecord,
        effects: &mut Vec<SiteEffect>,
    ) -> Option<Concluded> {
        let Stage::Reading { token, .. } = self.attempt.as_ref()?.stage else { return None };
        if token != asked {
            return None;
        }
        self.learn(record.promised, record.members);
        let (members, needed) = (self.members, self.quorum_of(&self.members));
        let attempt = self.attempt.as_mut()?;
        let Stage::Reading { heard, best, .. } = &mut attempt.stage else { return None };
        if !members.is_vacant(seat) {
            heard.add(seat);
        }
        if record.accepted_ballot() > best.map_or(Ballot::ZERO, |value| value.renewal) {
            *best = record.accepted;
        }
        if heard.count() < needed {
            return None;
        }
        let current = *best;
        let Attempt { expected, value, until, .. } = self.attempt.take()?;
        if current != expected {
            return Some(Concluded::Lost { current });
        }
        self.prepare(until, expected, value, effects);
        None
    }

    /// Takes a voter's answer; returns how the attempt ended, if this ended it. An answer to an attempt
    /// that is over counts for nothing, and teaches nothing.
    pub(super) fn answered(
        &mut self,
        now: Monotonic,
        seat: Seat,
        answer: &VoterAnswer,
        effects: &mut Vec<SiteEffect>,
    ) -> Option<Concluded> {
        match *answer {
            VoterAnswer::Promised { ballot, accepted } => self.promised(now, seat, ballot, accepted, effects),
            VoterAnswer::Accepted { ballot } => self.accepted(seat, ballot),
            VoterAnswer::Rejected { ballot, promised, members } => {
                self.rejected(seat, ballot, (promised, members), effects)
            }
            VoterAnswer::Holds { .. }
            | VoterAnswer::Abstains { .. }
            | VoterAnswer::Enrolled { .. }
            | VoterAnswer::Refounded { .. } => None,
        }
    }

    /// Gives the attempt up if its time is over.
    pub(super) fn timed_out(&mut self, now: Monotonic) -> Option<Concluded> {
        let attempt = self.attempt.take_if(|attempt| attempt.until <= now)?;
        Some(match attempt.stage {
            Stage::Reading { .. } | Stage::Preparing { .. } => Concluded::Unheard,
            Stage::Accepting { .. } => Concluded::Unknown,
        })
    }

    /// Forgets the attempt under way, whose answers no longer matter.
    pub(super) fn abandon(&mut self) {
        self.attempt = None;
        self.ahead = None;
    }

    /// Takes note of the highest ballot and of who votes, as a voter knows it. What was promised in advance
    /// is worth nothing where a voter has promised more since.
    pub(super) fn learn(&mut self, promised: Ballot, members: Members) {
        self.round = self.round.max(promised.round);
        let merged = self.members.merge(members);
        if merged != self.members || self.ahead.is_some_and(|ahead| ahead < promised) {
            self.members = merged;
            self.ahead = None;
        }
    }

    /// A ballot above all that were seen.
    pub(super) fn fresh_ballot(&mut self) -> Ballot {
        self.round += 1;
        Ballot { round: self.round, site: self.side, boot: self.boot }
    }

    /// A ballot of a founding: above all that a voter may remember which nobody hears, for it is dark.
    pub(super) fn founding_ballot(&mut self) -> Ballot {
        self.round = self.round.saturating_add(LEAP);
        self.fresh_ballot()
    }

    fn promised(
        &mut self,
        now: Monotonic,
        seat: Seat,
        ballot: Ballot,
        accepted: Option<Register>,
        effects: &mut Vec<SiteEffect>,
    ) -> Option<Concluded> {
        let attempt = self.attempt.as_ref().filter(|attempt| attempt.value.renewal == ballot)?;
        let needed = self.quorum_of(&attempt.members);
        let attempt = self.attempt.as_mut()?;
        let has_vote = !attempt.members.is_vacant(seat);
        let Stage::Preparing { promised, best, .. } = &mut attempt.stage else { return None };
        if has_vote {
            promised.add(seat);
        }
        if accepted.map(|value| value.renewal) > best.map(|value| value.renewal) {
            *best = accepted;
        }
        if promised.count() < needed {
            return None;
        }
        let current = *best;
        if current != attempt.expected {
            self.attempt = None;
            return Some(Concluded::Lost { current });
        }
        let value = attempt.value;
        self.round = self.round.max(after(value.renewal).round);
        attempt.stage = Stage::Accepting { sent: now, accepted: Seats::default(), refused: Seats::default() };
        ask_all(accept(value, attempt.members), effects);
        None
    }

    fn accepted(&mut self, seat: Seat, ballot: Ballot) -> Option<Concluded> {
        let attempt = self.attempt.as_ref().filter(|attempt| attempt.value.renewal == ballot)?;
        let needed = self.quorum_of(&attempt.members);
        let attempt = self.attempt.as_mut()?;
        let has_vote = !attempt.members.is_vacant(seat);
        let Stage::Accepting { sent, accepted, .. } = &mut attempt.stage else { return None };
        if has_vote {
            accepted.add(seat);
        }
        if accepted.count() < needed {
            return None;
        }
        let concluded = Concluded::Won { value: attempt.value, sent: *sent };
        self.attempt = None;
        self.ahead = Some(after(ballot));
        Some(concluded)
    }

    fn rejected(
        &mut self,
        seat: Seat,
        ballot: Ballot,
        (promised, members): (Ballot, Members),
        effects: &mut Vec<SiteEffect>,
    ) -> Option<Concluded> {
        let attempt = self.attempt.as_ref().filter(|attempt| attempt.value.renewal == ballot)?;
        let (electors, needed) = (attempt.members.electors(), self.quorum_of(&attempt.members));
        let has_vote = !attempt.members.is_vacant(seat);
        self.learn(promised, members);
        self.remind(seat, members, effects);
        let attempt = self.attempt.as_mut()?;
        let (Stage::Preparing { refused, .. } | Stage::Accepting { refused, .. }) = &mut attempt.stage else {
            return None;
        };
        if has_vote {
            refused.add(seat);
        }
        if refused.count() + needed <= electors {
            return None;
        }
        self.attempt = None;
        Some(Concluded::Refused)
    }

    /// Has a voter remember the incarnations that it missed, for it votes with nobody before: whoever
    /// began to bring a voter back may not have reached this one, and the one that returned may be gone.
    fn remind(&self, voter: Seat, members: Members, effects: &mut Vec<SiteEffect>) {
        for seat in Seat::ALL.into_iter().filter(|&seat| seat != voter && !self.members.is_vacant(seat)) {
            let incarnation = self.members.incarnation(seat);
            if incarnation > members.incarnation(seat) {
                effects
                    .push(SiteEffect::ToVoter { seat: voter, question: VoterQuestion::Enroll { seat, incarnation } });
            }
        }
    }
}

const fn accept(value: Register, members: Members) -> VoterQuestion {
    let ballot = value.renewal;
    VoterQuestion::Accept { ballot, value, next: after(ballot), members }
}

/// The ballot that a voter which accepts `ballot` promises in advance: none may be fresh that is not above it.
const fn after(ballot: Ballot) -> Ballot {
    Ballot { round: ballot.round + 1, ..ballot }
}

fn ask_all(question: VoterQuestion, effects: &mut Vec<SiteEffect>) {
    effects.extend(Seat::ALL.map(|seat| SiteEffect::ToVoter { seat, question }));
}

#[cfg(test)]
mod tests;
