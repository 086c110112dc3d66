//! Who held each unit's lease from when to when, as two voters' disks say it.

use super::setup::MetricsSetup;
use crate::terms::{Epoch, Instant, Mode, Register, Seat, Side, Tally, Unit, VoterRecord};

/// The most terms, and the most votes, that are kept.
const MOST: usize = 512;

/// A lease held under one epoch and one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Whose lease.
    pub unit: Unit,
    /// Who held it.
    pub side: Side,
    /// Under which epoch.
    pub epoch: Epoch,
    /// What the register promised.
    pub mode: Mode,
    /// When it was first on two voters' disks.
    pub from: Instant,
    /// When its last renewal was.
    pub renewed: Instant,
    /// When it ran out at the latest, had nobody renewed or taken it.
    pub until: Instant,
}

/// A witness accepted the value of another epoch than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Whose lease.
    pub unit: Unit,
    /// Which epoch.
    pub epoch: Epoch,
    /// When it was on the witness's disk.
    pub at: Instant,
}

/// The leases of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leases {
    /// The first terms, in order of their beginning.
    pub terms: Vec<Term>,
    /// The first votes of witnesses, in order.
    pub votes: Vec<Vote>,
}

/// Folds voters' records.
#[derive(Clone, Debug)]
pub(super) struct LeasesFold {
    leases: Leases,
    units: Vec<Watch>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    register: Tally,
    /// The term that is under way.
    term: Option<usize>,
}

impl LeasesFold {
    pub(super) fn new(setup: &MetricsSetup) -> Self {
        Self { leases: Leases::default(), units: vec![Watch::default(); setup.units.len()] }
    }

    /// A voter's record is durable.
    pub(super) fn persisted(&mut self, at: Instant, unit: Unit, seat: Seat, record: &VoterRecord) {
        let watch = &mut self.units[unit.index()];
        let before = watch.register.accepted(seat);
        let stands = watch.register.persisted(seat, record);
        let Some(value) = record.accepted else { return };
        if seat == Seat::Witness
            && before.is_none_or(|before| before.epoch != value.epoch)
            && self.leases.votes.len() < MOST
        {
            self.leases.votes.push(Vote { unit, epoch: value.epoch, at });
        }
        if let Some(value) = stands {
            self.granted(at, unit, &value);
        }
    }

    pub(super) fn finish(self) -> Leases {
        self.leases
    }

    fn granted(&mut self, at: Instant, unit: Unit, value: &Register) {
        let Register { epoch, holder: side, mode, ttl, .. } = *value;
        let (watch, terms) = (&mut self.units[unit.index()], &mut self.leases.terms);
        let until = at + ttl;
        if let Some(term) = watch.term.map(|place| &mut terms[place])
            && (term.epoch, term.side, term.mode) == (epoch, side, mode)
        {
            (term.renewed, term.until) = (at, until);
            return;
        }
        watch.term = None;
        if terms.len() < MOST {
            watch.term = Some(terms.len());
            terms.push(Term { unit, side, epoch, mode, from: at, renewed: at, until });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::UnitSetup;
    use super::*;
    use crate::terms::{Ballot, Position, Span, Wall};

    fn value(round: u32, epoch: u32, holder: Side) -> VoterRecord {
        let renewal = Ballot { round, site: holder, boot: 0 };
        let (mode, frontier, last_sync) = (Mode::Replicated, Position::default(), Wall::ZERO);
        let accepted =
            Register { epoch: Epoch(epoch), holder, mode, frontier, last_sync, renewal, ttl: Span::secs(30) };
        VoterRecord { accepted: Some(accepted), ..VoterRecord::default() }
    }

    #[test]
    fn a_term_lasts_from_its_grant_and_is_renewed_by_a_majority_only() {
        let setup = MetricsSetup { units: vec![UnitSetup::default()], ..MetricsSetup::default() };
        let mut fold = LeasesFold::new(&setup);
        let mut say = |secs, seat, record| fold.persisted(Instant::ZERO + Span::secs(secs), Unit(0), seat, &record);
        say(1, Seat::A, value(1, 1, Side::A));
        say(2, Seat::Witness, value(1, 1, Side::A));
        say(3, Seat::B, value(1, 1, Side::A));
        say(11, Seat::A, value(2, 1, Side::A));
        say(40, Seat::B, value(3, 2, Side::B));
        say(41, Seat::Witness, value(3, 2, Side::B));
        let Leases { terms, votes } = fold.finish();
        let seen = terms.iter().map(|term| (term.side, term.from.0 / 1_000_000, term.until.0 / 1_000_000));
        assert_eq!(seen.collect::<Vec<_>>(), [(Side::A, 2, 32), (Side::B, 41, 71)]);
        assert_eq!(votes.iter().map(|vote| vote.epoch.0).collect::<Vec<_>>(), [1, 2]);
    }
}
