//! Replication, seen from the standby: storing what the holder sends, and setting aside what lost.

use super::flushing::Certificate;
use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::message::{Batch, PeerMessage};
use crate::terms::{CopyClass, Epoch, Index, LocalTime, Position};

impl<D: Decisions> Site<D> {
    pub(super) fn peer_said(&mut self, now: LocalTime, message: PeerMessage, effects: &mut Vec<SiteEffect>) {
        match message {
            PeerMessage::Batch(batch) => self.store(now, batch, effects),
            PeerMessage::Probe { epoch, run } => {
                if self.yields_to(now, epoch, effects) {
                    self.report_end(run, effects);
                }
            }
            PeerMessage::Diverged { epoch, run, keep } => self.set_aside(now, (epoch, run), keep, effects),
            PeerMessage::Certified { epoch, incarnation } => {
                if (epoch, incarnation) == (self.log.fence, self.log.incarnation) {
                    self.certified(epoch, effects);
                } else if self.yields_to(now, epoch, effects) {
                    // The holder does not know of this disk yet, or this site not of its epoch since it booted.
                    self.report_stored(epoch, effects);
                }
            }
            PeerMessage::Stored { epoch, through, incarnation, certified } => {
                self.peer_stored(now, (epoch, incarnation), (through, certified), effects);
            }
            PeerMessage::Ends { epoch, run, end, incarnation, certified } => {
                self.peer_ends(now, (epoch, incarnation), (run, end, certified), effects);
            }
            PeerMessage::Fenced { epoch } => {
                if matches!(&self.role, Role::Holding(holding) if holding.epoch < epoch) {
                    self.step_down(now, None, effects);
                }
            }
            PeerMessage::HandedOver { .. } => self.look_now(now),
            PeerMessage::BackUp { epoch, through, turn } => {
                if self.yields_to(now, epoch, effects) && self.log.has(through) {
                    self.write_backup(through.index.min(self.log.durable()), turn, effects);
                }
            }
            PeerMessage::BackedUp { epoch, through } => self.backed_up(now, epoch, through),
        }
    }

    /// Whether the sender's epoch is not behind what this store has seen; if it is, it is told so.
    fn yields_to(&mut self, now: LocalTime, epoch: Epoch, effects: &mut Vec<SiteEffect>) -> bool {
        if !self.decisions.accepts_epoch(self.log.fence, epoch) {
            effects.push(SiteEffect::ToPeer(PeerMessage::Fenced { epoch: self.log.fence }));
            return false;
        }
        if matches!(&self.role, Role::Holding(holding) if holding.epoch < epoch) {
            self.step_down(now, None, effects);
        }
        if epoch > self.log.fence {
            self.following = None;
        }
        self.raise_fence(epoch, effects);
        true
    }

    fn store(&mut self, now: LocalTime, batch: Batch, effects: &mut Vec<SiteEffect>) {
        if !self.yields_to(now, batch.epoch, effects) {
            return;
        }
        let known = Position { epoch: batch.of, index: batch.last };
        let agrees = self.following == Some(batch.epoch) || batch.last == self.log.end();
        if self.log.has(known) && agrees {
            self.following = Some(batch.epoch);
            self.report_stored(batch.epoch, effects);
        } else if self.log.has(batch.previous) && batch.previous.index == self.log.end() {
            self.following = Some(batch.epoch);
            self.log.append(batch.of, batch.last);
            effects.push(SiteEffect::Store(batch));
            self.flush(effects);
        } else {
            self.report_end(batch.run, effects);
        }
    }

    /// Takes the tail that lost out of the log, on this very disk, before reporting a position.
    /// A log that was seen to agree has grown from there only: an order from before that came late.
    fn set_aside(&mut self, now: LocalTime, (epoch, run): (Epoch, u32), keep: Position, effects: &mut Vec<SiteEffect>) {
        if !self.yields_to(now, epoch, effects) || self.following == Some(epoch) {
            return;
        }
        let keep = self.log.last_not_after(keep).index;
        let records = self.log.end() - keep;
        if records > 0 {
            self.log.cut(keep);
            self.derived.cut(keep);
            self.quarantine(keep, effects);
            effects.push(SiteEffect::Announce(Announcement::TailQuarantined { records }));
        }
        self.report_end(run, effects);
    }

    fn quarantine(&self, keep: Index, effects: &mut Vec<SiteEffect>) {
        let class = CopyClass::QuarantinedTail;
        let targets = self.decisions.copy_targets(&self.map, self.identity.unit, self.beside(), class);
        let to = targets.as_slice().first().copied().unwrap_or(self.identity.datacenter);
        let after = self.decisions.copied_after(class, keep);
        effects.push(SiteEffect::Quarantine { keep, after, targets, to });
    }

    /// The holder has seen that this log agrees with its own, and has all of it. It is told so once the disk says so:
    /// what it does for good on the strength of that, as to empty an old place, must outlast a loss of power here.
    fn certified(&mut self, epoch: Epoch, effects: &mut Vec<SiteEffect>) {
        self.following = Some(epoch);
        if self.log.uncertified && self.certificate == Certificate::None {
            self.certificate = Certificate::Given;
            self.label_due = true;
            self.flush(effects);
        }
        self.report_stored(epoch, effects);
    }

    fn report_end(&self, run: u32, effects: &mut Vec<SiteEffect>) {
        let (epoch, incarnation) = (self.log.fence, self.log.incarnation);
        let (end, certified) = (self.log.durable_position(), !self.log.uncertified);
        effects.push(SiteEffect::ToPeer(PeerMessage::Ends { epoch, run, end, incarnation, certified }));
    }

    pub(super) fn report_stored(&self, epoch: Epoch, effects: &mut Vec<SiteEffect>) {
        let through = self.decisions.stored_through(self.log.durable(), self.log.end());
        let (incarnation, certified) = (self.log.incarnation, !self.log.uncertified);
        effects.push(SiteEffect::ToPeer(PeerMessage::Stored { epoch, through, incarnation, certified }));
    }
}
