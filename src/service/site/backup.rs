//! Backups: the holder keeps the schedule; the peer writes them, so that they cost the primary copy
//! nothing, and the holder itself only while the peer is not in step.
//!
//! A backup is incremental and stands on media of its own inside the boundary, so that it outlives the
//! disks of both sites.

use super::{Role, Site, SiteEffect};
use crate::service::Decisions;
use crate::service::message::PeerMessage;
use crate::service::policy::Policy;
use crate::terms::{Epoch, Index, LocalTime, Mode, Monotonic, Span};

/// A backup that has not been finished within this share of the interval is tried at other media.
const PATIENCE: u64 = 4;

/// After so many attempts somebody who waits for a backup gives the next one no more time.
const MOST_PATIENT: u8 = 7;

/// When a holder has the next backup written. A new holder knows of none and begins with one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Schedule {
    due: Monotonic,
    /// When the backup under way was begun; `None` where none is.
    begun: Option<Monotonic>,
    /// Attempts since the last finished backup.
    turn: u8,
    /// The last index of the last finished backup.
    finished: Index,
}

impl Schedule {
    /// A schedule whose first backup is due at an instant.
    pub(super) const fn beginning(due: Monotonic) -> Self {
        Self { due, begun: None, turn: 0, finished: 0 }
    }

    /// Whether a backup was finished since the schedule began.
    pub(super) const fn has_any(&self) -> bool {
        self.finished > 0
    }

    /// Has the first backup written now, if it is not under way: when it was due there was nothing to write. One that
    /// is not finished within `patience`, and more each time, is tried at other media: those that refuse do not say so.
    pub(super) fn hasten(&mut self, now: Monotonic, patience: Span) {
        if !self.has_any() {
            let patience = patience.scale(u64::from(self.turn.min(MOST_PATIENT)) + 1, 1);
            self.due = self.due.min(self.begun.map_or(now, |begun| begun + patience));
        }
    }

    pub(super) fn deadline(&self, policy: &Policy) -> Option<Monotonic> {
        policy.backup_every.map(|_| self.due)
    }
}

impl<D: Decisions> Site<D> {
    /// Has a backup written when one is due and there is anything new. Without a valid lease its log may have
    /// lost already, and would stand on the media in the place of the one that won.
    pub(super) fn back_up(&mut self, now: Monotonic, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        let Some(every) = self.policy.backup_every else { return };
        if now < holding.backup.due {
            return;
        }
        if !holding.lease_valid(now) {
            holding.backup.due = now + self.policy.loop_wait;
            return;
        }
        if holding.backup.begun.replace(now).is_some() {
            holding.backup.turn = holding.backup.turn.wrapping_add(1);
        }
        // What a peer may lack while `replicated` stands is little, yet old where no majority is left to say
        // `alone`: then nothing more is acknowledged, and the tail ages.
        let tail_is_short = holding.known.mode == Mode::Replicated && !holding.tail_is_long(&self.policy, now);
        let in_step = tail_is_short && holding.peer_has_all_but_the_tail();
        // An idle holder does not know whether its peer is gone, so the peer is asked once.
        let first = holding.backup.turn == 0;
        let by_peer = first && holding.in_touch() && holding.peer.caught_up_since.is_some() && in_step;
        let through = if by_peer { holding.peer.durable.min(self.log.durable()) } else { self.log.durable() };
        let schedule = &mut holding.backup;
        if through <= schedule.finished {
            (schedule.begun, schedule.due) = (None, now + every);
            return;
        }
        schedule.due = now + Span(every.0 / PATIENCE);
        let (epoch, turn) = (holding.epoch, schedule.turn);
        if by_peer {
            let through = self.log.position(through);
            effects.push(SiteEffect::ToPeer(PeerMessage::BackUp { epoch, through, turn }));
        } else {
            self.write_backup(through, turn, effects);
        }
    }

    /// Writes a backup of the own log through an index.
    pub(super) fn write_backup(&self, through: Index, turn: u8, effects: &mut Vec<SiteEffect>) {
        let targets = self.decisions.backup_targets(&self.map, self.identity.unit, self.beside());
        let count = targets.as_slice().len().max(1);
        if let Some(&to) = targets.as_slice().get(usize::from(turn) % count) {
            let through = self.decisions.backed_up_through(through);
            effects.push(SiteEffect::BackUp { targets, to, through });
        }
    }

    /// The own media have everything through an index.
    pub(super) fn backup_written(&mut self, now: LocalTime, through: Index, effects: &mut Vec<SiteEffect>) {
        let epoch = self.log.fence;
        match self.role {
            Role::Standby(_) => effects.push(SiteEffect::ToPeer(PeerMessage::BackedUp { epoch, through })),
            Role::Holding(_) => self.backed_up(now, epoch, through),
        }
    }

    /// A backup of this holder's log is finished.
    pub(super) fn backed_up(&mut self, now: LocalTime, epoch: Epoch, through: Index) {
        let Role::Holding(holding) = &mut self.role else { return };
        let (schedule, every) = (&mut holding.backup, self.policy.backup_every);
        if let (Some(begun), Some(every)) = (schedule.begun, every.filter(|_| epoch == holding.epoch)) {
            let due = (begun + every).max(now.monotonic);
            *schedule = Schedule { due, begun: None, turn: 0, finished: schedule.finished.max(through) };
        }
    }
}
