//! What a proposer asks of the voters, and what it makes of their answers.

use super::*;
use crate::terms::{Epoch, Incarnation, Mode, Position, Wall};

fn value() -> Register {
    Register {
        epoch: Epoch(1),
        holder: Side::A,
        mode: Mode::Replicated,
        frontier: Position::default(),
        last_sync: Wall::ZERO,
        renewal: Ballot::ZERO,
        ttl: Span::secs(30),
    }
}

#[test]
fn a_voter_that_missed_an_incarnation_is_told_of_it() {
    let (now, timeout, boot) = (Monotonic(1), Span::secs(3), Incarnation(1));
    let mut proposer = Proposer::new(Side::A, 0, 2);
    let mut effects = Vec::new();
    let ballot = Ballot { round: 1, site: Side::A, boot: 0 };
    let knows = |members| VoterAnswer::Rejected { ballot, promised: Ballot::ZERO, members };
    let (old, mut new) = (Members::default(), Members::default());
    new.admit(Seat::B, boot);
    proposer.propose(now, timeout, None, value(), &mut effects);
    proposer.answered(now, Seat::A, &knows(new), &mut effects);
    effects.clear();
    proposer.answered(now, Seat::Witness, &knows(old), &mut effects);
    let question = VoterQuestion::Enroll { seat: Seat::B, incarnation: boot };
    assert_eq!(effects, [SiteEffect::ToVoter { seat: Seat::Witness, question }]);
}

#[test]
fn what_was_promised_in_advance_is_not_used_once_a_voter_has_promised_more() {
    let (now, timeout) = (Monotonic(1), Span::secs(3));
    let ballot = Ballot { round: 1, site: Side::A, boot: 0 };
    let later = Ballot { round: 9, site: Side::B, boot: 0 };
    for (seen, prepares) in [(after(ballot), false), (later, true)] {
        let mut proposer = Proposer::new(Side::A, 0, 2);
        let mut effects = Vec::new();
        proposer.propose(now, timeout, None, value(), &mut effects);
        for answer in [VoterAnswer::Promised { ballot, accepted: None }, VoterAnswer::Accepted { ballot }] {
            proposer.answered(now, Seat::A, &answer, &mut effects);
            proposer.answered(now, Seat::B, &answer, &mut effects);
        }
        proposer.learn(seen, Members::default());
        effects.clear();
        proposer.propose(now, timeout, None, value(), &mut effects);
        let prepared = |effect: &SiteEffect| matches!(effect, SiteEffect::ToVoter { question: VoterQuestion::Prepare { ballot, .. }, .. } if *ballot > seen);
        assert_eq!(effects.iter().all(prepared), prepares, "{effects:?}");
    }
}

/// Voters that accepted an attempt of unknown outcome have promised its successor in advance.
#[test]
fn the_attempt_after_one_of_unknown_outcome_is_above_what_was_promised_in_advance() {
    let (now, timeout) = (Monotonic(1), Span::secs(3));
    let mut proposer = Proposer::new(Side::A, 0, 2);
    let mut effects = Vec::new();
    proposer.propose(now, timeout, None, value(), &mut effects);
    let first = Ballot { round: 1, site: Side::A, boot: 0 };
    for seat in [Seat::A, Seat::B] {
        let promised = VoterAnswer::Promised { ballot: first, accepted: None };
        assert_eq!(proposer.answered(now, seat, &promised, &mut effects), None);
    }
    let Some(&SiteEffect::ToVoter { question: VoterQuestion::Accept { next, .. }, .. }) = effects.last() else {
        panic!("a majority promised")
    };
    assert_eq!(proposer.timed_out(now + timeout), Some(Concluded::Unknown));
    effects.clear();
    proposer.propose(now + timeout, timeout, None, value(), &mut effects);
    let above = |effect: &SiteEffect| matches!(effect, SiteEffect::ToVoter { question: VoterQuestion::Prepare { ballot, .. }, .. } if *ballot > next);
    assert!(effects.iter().all(above), "{effects:?}");
}

/// Whoever is heard and hears nobody must not raise the ballots of those that hear each other.
#[test]
fn a_proposer_without_a_lease_asks_for_promises_only_once_a_majority_has_answered() {
    let (now, timeout, token) = (Monotonic(1), Span::secs(3), 7);
    let begin = |effects: &mut Vec<SiteEffect>| {
        let mut proposer = Proposer::new(Side::A, 0, 2);
        proposer.propose_if_heard((now, timeout), token, None, value(), effects);
        proposer
    };
    let asks = |effects: &[SiteEffect], above: Ballot| {
        let asked = |effect: &SiteEffect| matches!(effect, SiteEffect::ToVoter { question: VoterQuestion::Prepare { ballot, .. }, .. } if *ballot > above);
        effects.iter().any(asked)
    };
    let promised = Ballot { round: 9, site: Side::B, boot: 0 };
    let record = VoterRecord { promised, ..VoterRecord::default() };
    let mut effects = Vec::new();
    let mut deaf = begin(&mut effects);
    assert_eq!(deaf.read(Seat::A, token, &record, &mut effects), None);
    assert_eq!(deaf.read(Seat::A, token, &record, &mut effects), None, "one voter that answers twice is one");
    assert_eq!(deaf.read(Seat::B, token - 1, &record, &mut effects), None, "an answer to another reading");
    assert_eq!(deaf.timed_out(now + timeout), Some(Concluded::Unheard));
    assert!(!asks(&effects, Ballot::ZERO), "{effects:?}");
    let mut heard = begin(&mut effects);
    for seat in [Seat::A, Seat::Witness] {
        assert_eq!(heard.read(seat, token, &record, &mut effects), None);
    }
    assert!(asks(&effects, promised), "{effects:?}");
    let mut superseded = begin(&mut effects);
    let newer = VoterRecord { accepted: Some(Register { renewal: promised, ..value() }), ..record };
    assert_eq!(superseded.read(Seat::A, token, &record, &mut effects), None);
    let lost = Some(Concluded::Lost { current: newer.accepted });
    assert_eq!(superseded.read(Seat::Witness, token, &newer, &mut effects), lost);
}

/// A site whose own disk a founding declared gone has a voter that answers, and no vote.
#[test]
fn nothing_is_decided_by_the_voter_of_a_vacant_seat() {
    let (now, timeout) = (Monotonic(1), Span::secs(3));
    let mut founded = Members::default();
    for vacant in [Seat::A, Seat::Witness] {
        founded.vacate(vacant);
    }
    let mut proposer = Proposer::new(Side::A, 0, 2);
    proposer.learn(Ballot::ZERO, founded);
    let mut effects = Vec::new();
    proposer.propose(now, timeout, None, value(), &mut effects);
    let ballot = Ballot { round: 1, site: Side::A, boot: 0 };
    let promised = VoterAnswer::Promised { ballot, accepted: None };
    for (seat, proposes) in [(Seat::A, false), (Seat::B, true)] {
        effects.clear();
        assert_eq!(proposer.answered(now, seat, &promised, &mut effects), None);
        assert_eq!(!effects.is_empty(), proposes, "{seat:?}");
    }
    for (seat, wins) in [(Seat::Witness, false), (Seat::B, true)] {
        let concluded = proposer.answered(now, seat, &VoterAnswer::Accepted { ballot }, &mut effects);
        assert_eq!(matches!(concluded, Some(Concluded::Won { .. })), wins, "{seat:?}");
    }
}
