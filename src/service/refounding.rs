//! Founding the register anew, on an operator's attestation of what is gone for good.
//!
//! There are two grounds. The stores of both sites are gone, and one was restored from a backup: it finds
//! voters that lost their memory and wait for both others. Or one site is left with its store and its
//! voter, and what its peer and the witness stored is destroyed: two votes are missing for ever.
//!
//! **Nobody is waited for here but the lease**: once no renewal was seen for its whole length, the site
//! reads the voters in reach and gives them one record, which names the incarnations that they have now, an
//! epoch beyond any that may have been, and the site as holder. A lone survivor declares the **seats** of
//! those that it does not reach **vacant**, and bars what they stored; elsewhere they keep their votes, and
//! the witness, whose memory nobody called gone, must be heard and take the record: its ballots may be later
//! than any that the others remember. So a majority of the voters that the record names is always among
//! those that take it. The others come back
//! by [`readmission`](super::readmission). The site takes the lease only when its disk says that all this
//! is done, so that it is never done twice.

use super::command::SiteEffect;
use super::message::{VoterAnswer, VoterQuestion};
use crate::terms::{Epoch, Incarnation, Members, Monotonic, Register, Seat, Span, VoterRecord, Wall};

/// The epochs that a founding leaves out, for voters whose memory is gone may have decided some that no
/// other ever saw.
const JUMP: u32 = 1_000;

/// What an operator attests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ground {
    /// The stores of both sites are gone. This one was restored from a backup.
    Restored {
        /// The voter beside the restored store.
        own: Seat,
        /// When the backup was begun.
        taken: Wall,
    },
    /// What the peer and the witness stored is destroyed.
    Survived {
        /// The voter that is left.
        own: Seat,
        /// Until when the order stands, should the holder live.
        expires: Monotonic,
    },
}

/// A founding under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Refounding {
    pub(super) ground: Ground,
    stage: Stage,
    until: Monotonic,
    token: u32,
}

/// What a voter was heard to hold, and the incarnation of its disk.
type Heard = [Option<(VoterRecord, Incarnation)>; 3];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// The voters are read.
    Reading(Heard),
    /// They are given the founding.
    Founding { record: VoterRecord, adopted: [bool; 3] },
    /// The disk is to say that it is done.
    Certifying { flushed: bool },
}

/// What a founding asks of its site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing.
    Wait,
    /// To take note of what a voter holds.
    Heard(VoterRecord),
    /// A value of the register, in place of the latest that a voter holds.
    Value { latest: Option<Register> },
    /// To give the order back: a voter in reach has the memory that was said to be destroyed.
    Contradicted,
    /// To make it durable that the register is founded.
    Founded(VoterRecord),
}

impl Refounding {
    /// A founding on this ground.
    pub(super) const fn new(ground: Ground, now: Monotonic) -> Self {
        Self { ground, stage: Stage::Reading([None; 3]), until: now, token: 0 }
    }

    pub(super) fn deadline(&self) -> Option<Monotonic> {
        (!matches!(self.stage, Stage::Certifying { .. })).then_some(self.until)
    }

    /// Reads the voters, or finds out what became of the last attempt, when it is time to.
    pub(super) fn advance(
        &mut self,
        now: Monotonic,
        patience: Span,
        looks: &mut u32,
        effects: &mut Vec<SiteEffect>,
    ) -> Progress {
        if now < self.until {
            return Progress::Wait;
        }
        self.until = now + patience;
        match &self.stage {
            Stage::Certifying { .. } => Progress::Wait,
            Stage::Reading(heard) if self.is_contradicted(heard) => Progress::Contradicted,
            Stage::Reading(heard) if self.decide(heard) => {
                let values = heard.iter().flatten().filter_map(|(record, _)| record.accepted);
                Progress::Value { latest: values.max_by_key(|value| value.epoch) }
            }
            _ => {
                *looks = looks.wrapping_add(1);
                self.read(*looks, effects);
                Progress::Wait
            }
        }
    }

    /// Whether it rests on an operator's word that the stores of both sites are gone.
    pub(super) const fn is_attested(&self) -> bool {
        matches!(self.ground, Ground::Restored { .. })
    }

    /// Whether nothing was given to any voter yet.
    pub(super) const fn is_reading(&self) -> bool {
        matches!(self.stage, Stage::Reading(_))
    }

    /// Whether the order no longer stands: its holder lived too long.
    pub(super) fn has_expired(&self, now: Monotonic) -> bool {
        self.is_reading() && matches!(self.ground, Ground::Survived { expires, .. } if expires <= now)
    }

    /// Waits before it reads the voters again: the holder lives.
    pub(super) fn hold_off(&mut self, until: Monotonic) {
        (self.stage, self.until) = (Stage::Reading([None; 3]), until);
    }

    /// Gives the voters that were heard the value of the founding.
    pub(super) fn found(&mut self, value: Register, effects: &mut Vec<SiteEffect>) {
        let Stage::Reading(heard) = &self.stage else { return };
        let members = self.members(heard);
        let record = VoterRecord { members, promised: value.renewal, accepted: Some(value) };
        let asked = voters(heard, &members);
        let question = VoterQuestion::Refound { record };
        effects.extend(asked.map(|seat| SiteEffect::ToVoter { seat, question }));
        self.stage = Stage::Founding { record, adopted: [false; 3] };
    }

    /// Takes a voter's answer.
    pub(super) fn answered(&mut self, seat: Seat, answer: &VoterAnswer) -> Progress {
        match (&mut self.stage, answer) {
            (Stage::Reading(heard), &VoterAnswer::Holds { token, record, incarnation }) if token == self.token => {
                heard[seat.index()] = Some((record, incarnation));
                Progress::Heard(record)
            }
            (Stage::Founding { record, adopted }, VoterAnswer::Refounded { ballot }) if *ballot == record.promised => {
                adopted[seat.index()] = true;
                let (founded, adopted) = (*record, *adopted);
                let count = adopted.iter().filter(|&&adopted| adopted).count() as u32;
                if count < founded.members.majority() || !self.must_take_it(adopted) {
                    return Progress::Wait;
                }
                self.stage = Stage::Certifying { flushed: false };
                Progress::Founded(founded)
            }
            _ => Progress::Wait,
        }
    }

    /// Whether a flush that begins now makes the founding durable.
    pub(super) const fn flushes(&mut self) -> bool {
        if let Stage::Certifying { flushed } = &mut self.stage {
            *flushed = true;
            return true;
        }
        false
    }

    /// Whether the disk says that it is done.
    pub(super) const fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Certifying { flushed: true })
    }

    /// Who votes from the founding on.
    fn members(&self, heard: &Heard) -> Members {
        let told = heard.iter().flatten().map(|(record, _)| record.members);
        let mut members = told.reduce(Members::merge).unwrap_or_default();
        for (seat, heard) in Seat::ALL.into_iter().zip(heard) {
            match heard {
                Some((_, incarnation)) => members.admit(seat, *incarnation),
                None if matches!(self.ground, Ground::Survived { .. }) => members.vacate(seat),
                None => {}
            }
        }
        members
    }

    /// Whether those that were heard are a majority of all that would vote, and all that must be heard.
    fn decide(&self, heard: &Heard) -> bool {
        let members = self.members(heard);
        voters(heard, &members).count() as u32 >= members.majority()
            && self.must_take_it(heard.map(|heard| heard.is_some()))
    }

    /// Whether the voters that nobody attested to be gone are among these: one that keeps its vote and its
    /// memory, and does not hear of the founding, would later set a value from before it against it.
    fn must_take_it(&self, those: [bool; 3]) -> bool {
        matches!(self.ground, Ground::Survived { .. }) || those[Seat::Witness.index()]
    }

    /// Whether a disk that was said to be gone is there, with its voter's memory: a survivor's peer or witness,
    /// or the peer of a restored site. Likewise a survivor that does not remember.
    fn is_contradicted(&self, heard: &Heard) -> bool {
        let mut told = Seat::ALL.into_iter().zip(heard).filter_map(|(seat, heard)| {
            let (record, disk) = (*heard)?;
            Some((seat, record.members.incarnation(seat) == disk))
        });
        match self.ground {
            Ground::Survived { own, .. } => told.any(|(seat, remembers)| remembers != (seat == own)),
            Ground::Restored { own, .. } => {
                told.any(|(seat, remembers)| remembers && seat != own && seat != Seat::Witness)
            }
        }
    }

    fn read(&mut self, token: u32, effects: &mut Vec<SiteEffect>) {
        self.token = token;
        self.stage = Stage::Reading([None; 3]);
        let question = VoterQuestion::Read { token };
        effects.extend(Seat::ALL.map(|seat| SiteEffect::ToVoter { seat, question }));
    }
}

/// Those that were heard and have a vote.
fn voters(heard: &Heard, members: &Members) -> impl Iterator<Item = Seat> {
    let (heard, members) = (heard.map(|heard| heard.is_some()), *members);
    Seat::ALL.into_iter().filter(move |&seat| heard[seat.index()] && !members.is_vacant(seat))
}

/// The epoch of a founding after `epoch`.
pub(super) const fn beyond(epoch: Epoch) -> Epoch {
    Epoch(epoch.0.saturating_add(JUMP))
}
