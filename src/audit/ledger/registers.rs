//! The lease registers as voters durably hold them.
//!
//! A value is **granted** at the moment when a second of the three voters has durably accepted it:
//! from then on no other value can be. Nobody's word counts for this, only the voters' disks.

use crate::audit::Contract;
use crate::terms::{Ballot, Datacenter, Epoch, Instant, Members, Register, Seat, Side, Unit, VoterRecord};

/// A value of the register and the moment when it was granted.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Granted {
    /// The value.
    pub register: Register,
    /// When.
    pub at: Instant,
    /// When a voter first held it: its holder made it no later.
    pub made: Instant,
}

/// What became true when a voter's record became durable.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Persisted {
    /// What the voter held before; `None` where its storage is new.
    pub before: Option<VoterRecord>,
    /// What it holds now.
    pub after: VoterRecord,
    /// The value that this made granted.
    pub grant: Option<Grant>,
}

/// A value that was granted, and the one that it replaced.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Grant {
    /// The value granted last before.
    pub before: Option<Granted>,
    /// The value.
    pub register: Register,
}

impl Grant {
    /// The value granted before, where this one is of a later epoch.
    pub(in crate::audit) fn supersedes(&self) -> Option<Granted> {
        self.before.filter(|before| before.register.epoch < self.register.epoch)
    }
}

/// The lease register of one scale unit.
#[derive(Clone, Debug, Default)]
pub(in crate::audit) struct LeaseBook {
    votes: [Option<VoterRecord>; 3],
    wiped: [Option<Instant>; 3],
    /// When each voter that lost its memory wrote again: it then has what the others hold.
    readmitted: [Option<Instant>; 3],
    memory_lost: bool,
    /// The site whose store was restored last, and whether by an operator's order.
    restored: Option<(Side, bool)>,
    granted: Option<Granted>,
    /// The latest renewal that a voter ever held, and since when.
    latest: Option<(Ballot, Instant)>,
    /// The last value granted under each epoch before.
    earlier: Vec<Register>,
    epoch_since: Instant,
    forced: bool,
    clock_beyond_rho: bool,
    /// Whether an operator had the register founded anew on the one site that was left. From then on voters'
    /// disks say which seats have a vote.
    refounded: bool,
    members: Members,
}

impl LeaseBook {
    /// The value granted last.
    pub(in crate::audit) fn granted(&self) -> Option<&Granted> {
        self.granted.as_ref()
    }

    /// Since when the current epoch has been granted; the start of the run where none has been.
    pub(in crate::audit) fn epoch_since(&self) -> Instant {
        self.epoch_since
    }

    /// Whether an operator ordered a forced failover since the last succession.
    pub(super) fn take_forced(&mut self) -> bool {
        std::mem::take(&mut self.forced)
    }

    /// Whether a succession to `holder` founded the register anew on a restored store, and whether that was
    /// ordered. From then on it is whole again.
    pub(super) fn take_restored(&mut self, holder: Side) -> Option<bool> {
        let (_, ordered) = self.restored.take().filter(|&(side, _)| side == holder)?;
        self.memory_lost = false;
        Some(ordered)
    }

    pub(super) const fn restored(&mut self, side: Side, ordered: bool) {
        self.restored = Some((side, ordered));
    }

    /// The last value granted under an epoch.
    pub(in crate::audit) fn under(&self, epoch: Epoch) -> Option<&Register> {
        let current = self.granted.as_ref().map(|granted| &granted.register);
        current.into_iter().chain(self.earlier.iter().rev()).find(|register| register.epoch == epoch)
    }

    /// Whether a clock of the unit ever ran beyond ρ: then a lease may outlive its successor's.
    pub(in crate::audit) const fn clock_beyond_rho(&self) -> bool {
        self.clock_beyond_rho
    }

    /// Whether two voters had lost their memory at once, which is more than the register is built for.
    pub(in crate::audit) const fn memory_lost(&self) -> bool {
        self.memory_lost
    }

    /// Since when a voter may vote. One that lost its memory abstains until it has adopted what both
    /// others hold; that is the first that it writes. One whose disk a founding declared gone never does, though it
    /// has adopted it: only another disk in its place has a vote.
    pub(in crate::audit) fn votes_since(&self, seat: Seat) -> Option<Instant> {
        match self.wiped[seat.index()] {
            _ if self.refounded && self.members.is_vacant(seat) => None,
            Some(_) => self.readmitted[seat.index()],
            None => Some(Instant::ZERO),
        }
    }

    /// When any voter's storage was last lost.
    pub(in crate::audit) fn last_wiped(&self) -> Option<Instant> {
        self.wiped.iter().flatten().max().copied()
    }

    pub(super) fn persisted(&mut self, seat: Seat, after: VoterRecord, at: Instant) -> Persisted {
        let own = |record: &VoterRecord| record.members.incarnation(seat);
        let before = self.votes[seat.index()].filter(|before| own(before) == own(&after));
        self.votes[seat.index()] = Some(after);
        self.members = self.members.merge(after.members);
        self.readmitted[seat.index()].get_or_insert(at);
        if let Some(value) = after.accepted.filter(|value| self.latest.is_none_or(|(latest, _)| latest < value.renewal))
        {
            self.latest = Some((value.renewal, at));
        }
        Persisted { before, after, grant: after.accepted.and_then(|value| self.tally(value, at)) }
    }

    /// How many voters decide.
    pub(in crate::audit) fn majority(&self) -> usize {
        if self.refounded { self.members.majority() as usize } else { 2 }
    }

    /// An operator answers for what two of the voters knew.
    pub(super) const fn refound(&mut self) {
        (self.refounded, self.memory_lost, self.forced) = (true, false, true);
    }

    fn tally(&mut self, value: Register, at: Instant) -> Option<Grant> {
        let has_vote = |seat: Seat| !(self.refounded && self.members.is_vacant(seat));
        let accepted = |vote: VoterRecord| vote.accepted_ballot() == value.renewal;
        let accepted = |seat: &Seat| self.votes[seat.index()].is_some_and(accepted) && has_vote(*seat);
        let votes = Seat::ALL.iter().filter(|seat| accepted(seat)).count();
        let before = self.granted;
        if votes < self.majority() || before.is_some_and(|before| before.register.renewal == value.renewal) {
            return None;
        }
        if before.is_none_or(|before| before.register.epoch != value.epoch) {
            self.epoch_since = at;
            self.earlier.extend(before.map(|before| before.register));
        }
        let made = self.latest.filter(|(latest, _)| *latest == value.renewal).map_or(at, |(_, since)| since);
        self.granted = Some(Granted { register: value, at, made });
        Some(Grant { before, register: value })
    }

    /// The memory of a voter was lost, or is an older one again: either way it is to abstain.
    pub(super) fn wipe(&mut self, seat: Seat, at: Instant) {
        self.votes[seat.index()] = None;
        self.wiped[seat.index()] = Some(at);
        self.readmitted[seat.index()] = None;
        self.memory_lost |= Seat::ALL.into_iter().filter(|&seat| self.votes_since(seat).is_none()).count() > 1;
    }
}

/// The lease registers of every scale unit.
#[derive(Debug)]
pub(in crate::audit) struct Registers(Vec<LeaseBook>);

impl Registers {
    pub(super) fn new(units: usize, start: Instant) -> Self {
        Self(vec![LeaseBook { epoch_since: start, ..LeaseBook::default() }; units])
    }

    /// The register of a unit.
    pub(in crate::audit) fn of(&self, unit: Unit) -> &LeaseBook {
        &self.0[unit.index()]
    }

    /// The epoch granted last.
    pub(in crate::audit) fn epoch(&self, unit: Unit) -> Epoch {
        self.of(unit).granted.map_or(Epoch(0), |granted| granted.register.epoch)
    }

    /// The side that the value granted last names.
    pub(in crate::audit) fn holder(&self, unit: Unit) -> Option<Side> {
        self.of(unit).granted.map(|granted| granted.register.holder)
    }

    pub(super) fn of_mut(&mut self, unit: Unit) -> &mut LeaseBook {
        &mut self.0[unit.index()]
    }

    /// An operator ordered the register to be founded anew on the one site that is left.
    pub(in crate::audit) fn refound_ordered(&mut self, unit: Unit) {
        self.0[unit.index()].refound();
    }

    pub(super) fn forced(&mut self, unit: Unit) {
        self.0[unit.index()].forced = true;
    }

    pub(super) fn clock_beyond_rho(&mut self, contract: &Contract, datacenter: Datacenter) {
        self.each_seat_at(contract, datacenter, |book, _| book.clock_beyond_rho = true);
    }

    fn each_seat_at(&mut self, contract: &Contract, datacenter: Datacenter, mut act: impl FnMut(&mut LeaseBook, Seat)) {
        for (book, terms) in self.0.iter_mut().zip(&contract.units) {
            for seat in Seat::ALL {
                if terms.voter(seat) == datacenter {
                    act(book, seat);
                }
            }
        }
    }
}
