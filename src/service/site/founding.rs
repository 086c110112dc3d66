//! Founding the register anew, on an operator's attestation: see [`refounding`](crate::service::refounding).

use super::{Role, Site, SiteEffect};
use crate::facts::Announcement;
use crate::service::Decisions;
use crate::service::policy::Replication;
use crate::service::refounding::{Ground, Progress, Refounding, beyond};
use crate::terms::{LocalTime, Mode, Register, Wall};

impl<D: Decisions> Site<D> {
    /// An operator attests that what the peer and the witness stored is destroyed.
    pub(super) fn refound_ordered(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        if matches!(&self.role, Role::Holding(holding) if !holding.lease_valid(now.monotonic)) {
            self.step_down(now, None, effects);
        }
        let is_whole = !self.log.uncertified && self.refounding.is_none();
        if !is_whole || matches!(self.role, Role::Holding(_)) {
            effects.push(SiteEffect::Announce(Announcement::OrderRefused));
            return;
        }
        let expires = now.monotonic + self.policy.rto_bound();
        let ground = Ground::Survived { own: self.identity.side.seat(), expires };
        self.refounding = Some(Refounding::new(ground, now.monotonic));
    }

    /// Founds the register anew once the lease has run out, whoever held it.
    pub(super) fn refound(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        if self.refounding.take_if(|refounding| refounding.has_expired(now.monotonic)).is_some() {
            effects.push(SiteEffect::Announce(Announcement::OrderExpired));
        }
        let (Role::Standby(standby), Some(refounding)) = (&self.role, &mut self.refounding) else { return };
        if refounding.is_reading() && !standby.has_lapsed(now.monotonic, &self.decisions, &self.policy) {
            refounding.hold_off(now.monotonic + self.policy.retry_timeout);
            return;
        }
        match refounding.advance(now.monotonic, self.policy.retry_timeout, &mut self.looks, effects) {
            Progress::Value { latest } => {
                let value = self.founding(latest);
                if let Some(refounding) = &mut self.refounding {
                    refounding.found(value, effects);
                }
            }
            Progress::Contradicted => self.contradicted(effects),
            Progress::Wait | Progress::Heard(_) | Progress::Founded(_) => {}
        }
    }

    /// A disk that an operator called gone is there, and may hold what no other does: the order is given back.
    /// A restored store then waits for its peer to bring it back, as any store that was lost, and says so
    /// durably, or it would found the register after its next boot.
    fn contradicted(&mut self, effects: &mut Vec<SiteEffect>) {
        let attested = self.refounding.take().is_some_and(|refounding| refounding.is_attested());
        let refused = if attested { Announcement::RestoreRefused } else { Announcement::OrderRefused };
        effects.push(SiteEffect::Announce(refused));
        self.label_due |= attested;
        self.flush(effects);
    }

    /// The value of a founding that takes the place of `latest`.
    fn founding(&mut self, latest: Option<Register>) -> Register {
        let end = self.log.durable_position();
        let known = latest.map_or(Wall::ZERO, |latest| latest.last_sync);
        let restored = match self.refounding.as_ref().map(|refounding| refounding.ground) {
            Some(Ground::Restored { taken, .. }) => Some(taken),
            _ => None,
        };
        let strict = self.policy.replication == Replication::SyncStrict && restored.is_none();
        // What a survivor acknowledged `alone` is on no other site, however much of it there is.
        let on_both = latest.map(|latest| latest.frontier).filter(|_| !strict && restored.is_none());
        Register {
            epoch: beyond(latest.map(|latest| latest.epoch).unwrap_or_default().max(end.epoch).max(self.log.fence)),
            holder: self.identity.side,
            mode: if strict { Mode::Replicated } else { Mode::Alone },
            frontier: on_both.unwrap_or(end),
            last_sync: restored.unwrap_or(known),
            renewal: self.proposer.founding_ballot(),
            ttl: self.policy.ttl,
        }
    }

    /// A voter's answer moved the founding on.
    pub(super) fn founding_went_on(&mut self, progress: Progress, effects: &mut Vec<SiteEffect>) {
        match progress {
            Progress::Heard(record) => self.proposer.learn(record.promised, record.members),
            Progress::Founded(record) => {
                self.proposer.learn(record.promised, record.members);
                let epoch = record.accepted.map(|value| value.epoch).unwrap_or_default();
                effects.push(SiteEffect::Announce(Announcement::Refounded { epoch }));
                self.label_due = true;
                self.flush(effects);
            }
            Progress::Wait | Progress::Value { .. } | Progress::Contradicted => {}
        }
    }

    /// The disk says that the register was founded: from now on this is a site like any other. A restored
    /// site declares what it lost. A survivor cannot know whether the others went `alone` without it: but for
    /// `sync-strict`, it declares a loss as it takes the lease, as after a force.
    pub(super) fn founding_persisted(&mut self, now: LocalTime, effects: &mut Vec<SiteEffect>) {
        let Some(founded) = self.refounding.take_if(|refounding| refounding.is_done()) else { return };
        self.log.uncertified = false;
        if let Ground::Restored { taken, .. } = founded.ground {
            let at_most = now.wall.since(taken);
            effects.push(SiteEffect::Announce(Announcement::LossDeclared { at_most }));
        }
        let survived = matches!(founded.ground, Ground::Survived { .. });
        if let Role::Standby(standby) = &mut self.role {
            standby.founded(now.monotonic, survived && self.policy.replication != Replication::SyncStrict);
        }
    }
}
