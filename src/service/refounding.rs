//! Founding the register anew, on an operator's attestation that the stores of both sites are gone.
//!
//! A site that was restored from a backup finds voters that lost their memory and wait for both others.
//! **Nobody is waited for here but the lease**: once no renewal was seen for its whole length, the site
//! reads the voters in reach and gives a majority of them one record, which names the incarnations that
//! they have now, an epoch beyond any that may have been, and the site as holder. The others come
//! back by [`readmission`](super::readmission). The site takes the lease only when its disk
//! says that all this is done, so that it is never done twice.

use super::command::SiteEffect;
use super::message::{VoterAnswer, VoterQuestion};
use crate::terms::{Epoch, Incarnation, Monotonic, Register, Seat, Span, VoterRecord, Wall};

const MAJORITY: usize = 2;

/// The epochs that a founding leaves out, for two voters whose memory is gone may have decided some that
/// the third never saw.
const JUMP: u32 = 1_000;

/// A founding under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Refounding {
    /// When the backup was begun.
    pub(super) taken: Wall,
    stage: Stage,
    until: Monotonic,
    token: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// The voters are read.
    Reading([Option<(VoterRecord, Incarnation)>; 3]),
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
    /// A value of the register, beyond this epoch.
    Value { after: Epoch },
    /// To make the certificate of its store durable: the register is founded.
    Founded { epoch: Epoch },
}

impl Refounding {
    /// A founding by a site whose store was restored from a backup that was begun at `taken`.
    pub(super) const fn new(taken: Wall, now: Monotonic) -> Self {
        Self { taken, stage: Stage::Reading([None; 3]), until: now, token: 0 }
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
            Stage::Reading(heard) if heard.iter().flatten().count() >= MAJORITY => {
                let values = heard.iter().flatten().filter_map(|(record, _)| record.accepted);
                let epochs = values.map(|value| value.epoch);
                Progress::Value { after: epochs.max().unwrap_or_default() }
            }
            _ => {
                *looks = looks.wrapping_add(1);
                self.read(*looks, effects);
                Progress::Wait
            }
        }
    }

    /// Whether nothing was given to any voter yet.
    pub(super) const fn is_reading(&self) -> bool {
        matches!(self.stage, Stage::Reading(_))
    }

    /// Waits before it reads the voters again: the holder lives.
    pub(super) fn hold_off(&mut self, until: Monotonic) {
        (self.stage, self.until) = (Stage::Reading([None; 3]), until);
    }

    /// Gives the voters that were heard the value of the founding.
    pub(super) fn found(&mut self, value: Register, effects: &mut Vec<SiteEffect>) {
        let Stage::Reading(heard) = &self.stage else { return };
        let mut members = [Incarnation(0); 3];
        for (record, _) in heard.iter().flatten() {
            for (member, told) in members.iter_mut().zip(record.members) {
                *member = told.max(*member);
            }
        }
        for (member, (_, incarnation)) in members.iter_mut().zip(heard).filter_map(|(m, h)| h.map(|h| (m, h))) {
            *member = incarnation;
        }
        let record = VoterRecord { members, promised: value.renewal, accepted: Some(value) };
        let asked = Seat::ALL.into_iter().filter(|seat| heard[seat.index()].is_some());
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
                if adopted.iter().filter(|&&adopted| adopted).count() < MAJORITY {
                    return Progress::Wait;
                }
                let epoch = record.accepted.map(|value| value.epoch).unwrap_or_default();
                self.stage = Stage::Certifying { flushed: false };
                Progress::Founded { epoch }
            }
            _ => Progress::Wait,
        }
    }

    /// Whether a flush that begins now certifies the store.
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

    fn read(&mut self, token: u32, effects: &mut Vec<SiteEffect>) {
        self.token = token;
        self.stage = Stage::Reading([None; 3]);
        let question = VoterQuestion::Read { token };
        effects.extend(Seat::ALL.map(|seat| SiteEffect::ToVoter { seat, question }));
    }
}

/// The epoch of a founding after `epoch`.
pub(super) const fn beyond(epoch: Epoch) -> Epoch {
    Epoch(epoch.0 + JUMP)
}
