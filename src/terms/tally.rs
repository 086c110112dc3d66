//! What the disks of the voters say of one register.

use super::{Register, Seat, VoterRecord};

/// Which value of a register stands: the newest that a majority of its voters durably had at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    accepted: [Option<Register>; 3],
    value: Option<Register>,
}

impl Tally {
    /// A voter's record is durable. The value that stands now, where it is a newer one than before. The record
    /// says whose votes count: of a register that was founded anew on one site, fewer than three. Such a one
    /// has a later epoch, and may count its ballots from the beginning.
    pub fn persisted(&mut self, seat: Seat, record: &VoterRecord) -> Option<Register> {
        self.accepted[seat.index()] = record.accepted;
        let value = record.accepted?;
        let on = self.accepted.iter().flatten().filter(|accepted| accepted.renewal == value.renewal).count();
        let age = |value: Register| (value.epoch, value.renewal);
        let newer = self.value.is_none_or(|known| age(known) < age(value));
        if (on as u32) < record.members.majority() || !newer {
            return None;
        }
        self.value = Some(value);
        self.value
    }

    /// A voter's disk was lost. What stood had stood.
    pub const fn lost(&mut self, seat: Seat) {
        self.accepted[seat.index()] = None;
    }

    /// What a voter durably accepted last.
    pub const fn accepted(&self, seat: Seat) -> Option<Register> {
        self.accepted[seat.index()]
    }

    /// The value that stands.
    pub const fn value(&self) -> Option<Register> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::{Ballot, Epoch, Mode, Position, Side, Span, Wall};

    fn accepted(round: u32) -> VoterRecord {
        let renewal = Ballot { round, site: Side::A, boot: 0 };
        let (mode, frontier, last_sync) = (Mode::Replicated, Position::default(), Wall::ZERO);
        let (epoch, holder, ttl) = (Epoch(1), Side::A, Span::secs(30));
        let accepted = Register { epoch, holder, mode, frontier, last_sync, renewal, ttl };
        VoterRecord { accepted: Some(accepted), ..VoterRecord::default() }
    }

    #[test]
    fn a_value_stands_once_and_on_two_disks_only() {
        let mut tally = Tally::default();
        assert_eq!(tally.persisted(Seat::A, &accepted(1)), None);
        assert_eq!(tally.persisted(Seat::B, &accepted(2)), None);
        assert_eq!(tally.persisted(Seat::Witness, &accepted(2)), accepted(2).accepted);
        assert_eq!(tally.persisted(Seat::A, &accepted(2)), None, "it stood already");
        assert_eq!(tally.persisted(Seat::A, &accepted(1)), None);
        assert_eq!(tally.persisted(Seat::B, &accepted(1)), None, "it is older than what stands");
        assert_eq!(tally.value(), accepted(2).accepted);
    }

    #[test]
    fn a_register_founded_anew_counts_its_own_ballots_and_voters() {
        let mut tally = Tally::default();
        tally.persisted(Seat::A, &accepted(9));
        tally.persisted(Seat::Witness, &accepted(9));
        let mut anew = accepted(1);
        anew.members.vacate(Seat::A);
        anew.members.vacate(Seat::Witness);
        anew.accepted = anew.accepted.map(|value| Register { epoch: Epoch(2), ..value });
        assert_eq!(tally.persisted(Seat::B, &anew), anew.accepted);
    }

    #[test]
    fn a_lost_disk_no_longer_counts() {
        let mut tally = Tally::default();
        tally.persisted(Seat::A, &accepted(1));
        tally.lost(Seat::A);
        assert_eq!(tally.persisted(Seat::B, &accepted(1)), None);
        assert_eq!(tally.persisted(Seat::Witness, &accepted(1)), accepted(1).accepted);
    }
}
