//! Both stores gone: bringing one back from a backup, and the register with it.
//!
//! Nothing here happens by itself. An operator names the backup and attests that the stores of both
//! sites are gone; what was acknowledged since the backup began is lost, and declared.

use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::message::Catalogue;
use crate::service::refounding::{Progress, beyond};
use crate::terms::{LocalTime, Mode, Register};

impl<D: Decisions> Site<D> {
    /// Restores the store from a backup, if it was lost and the backup is its own.
    pub(super) fn restore(&self, backup: Catalogue, effects: &mut Vec<SiteEffect>) {
        let lost = matches!(self.role, Role::Standby(_)) && self.log.uncertified && self.refounding.is_none();
        let targets = self.decisions.staging_targets(&self.map, self.identity.unit, self.identity.side);
        match targets.as_slice().first() {
            Some(&staging) if lost && self.decisions.admits_backup(&self.identity, &backup) => {
                effects.push(SiteEffect::Announce(Announcement::RestoreBegan { taken: backup.taken }));
                effects.push(SiteEffect::Restore { backup, targets, staging });
            }
            _ => effects.push(SiteEffect::Announce(Announcement::RestoreRefused)),
        }
    }

    /// Founds the register anew once the lease has run out, whoever held it.
    pub(super) fn refound(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let (Role::Standby(standby), Some(refounding)) = (&self.role, &mut self.refounding) else { return };
        if refounding.is_reading() && !standby.has_lapsed(now.monotonic, &self.decisions, &self.policy) {
            refounding.hold_off(now.monotonic + self.policy.loop_wait);
            return;
        }
        let progress = refounding.advance(now.monotonic, self.policy.retry_timeout, &mut self.looks, effects);
        if let Progress::Value { after } = progress {
            let end = self.log.durable_position();
            let value = Register {
                epoch: beyond(after.max(end.epoch)),
                holder: self.identity.side,
                mode: Mode::Alone,
                frontier: end,
                last_sync: refounding.taken,
                renewal: self.proposer.fresh_ballot(),
                ttl: self.policy.ttl,
            };
            refounding.found(value, effects);
        }
    }

    /// A voter's answer moved the founding on.
    pub(super) fn founding_went_on(&mut self, progress: Progress, effects: &mut Vec<SiteEffect>) {
        match progress {
            Progress::Heard(record) => self.proposer.learn(record.promised, record.members),
            Progress::Founded { epoch } => {
                effects.push(SiteEffect::Announce(Announcement::Refounded { epoch }));
                self.certificate_due = true;
                self.flush(effects);
            }
            Progress::Wait | Progress::Value { .. } => {}
        }
    }

    /// The disk says that the register was founded: from now on this is a site like any other.
    pub(super) fn founding_persisted(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Some(founded) = self.refounding.take_if(|refounding| refounding.is_done()) else { return };
        let at_most = now.wall.since(founded.taken);
        effects.push(SiteEffect::Announce(Announcement::LossDeclared { at_most }));
        self.log.uncertified = false;
        if let Role::Standby(standby) = &mut self.role {
            standby.look_by(now.monotonic);
        }
    }
}
