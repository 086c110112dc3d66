//! Both stores gone: bringing one back from a backup.
//!
//! Nothing here happens by itself. An operator names the backup and attests that the stores of both
//! sites are gone; what was acknowledged since the backup began is lost, and declared. The register is
//! founded anew when the site boots with the restored store.

use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::message::Catalogue;
use crate::terms::Position;

impl<D: Decisions> Site<D> {
    /// Restores the store from a backup, if it was lost and the backup is its own.
    pub(super) fn restore(&self, backup: Catalogue, effects: &mut Vec<SiteEffect>) {
        let lost = matches!(self.role, Role::Standby(_)) && self.log.uncertified && self.refounding.is_none();
        let targets = self.decisions.staging_targets(&self.map, self.identity.unit, self.beside());
        match targets.as_slice().first() {
            Some(&staging) if lost && self.decisions.admits_backup(&self.identity, &backup) => {
                effects.push(SiteEffect::Announce(Announcement::RestoreBegan { taken: backup.taken }));
                let end = Position { index: self.decisions.staged_through(backup.end.index), ..backup.end };
                let backup = Catalogue { end, ..backup };
                effects.push(SiteEffect::Restore { backup, targets, staging });
            }
            _ => effects.push(SiteEffect::Announce(Announcement::RestoreRefused)),
        }
    }
}
