//! What a site has its disk write: its log, and beside it a label, with the fence and whether the store is certified.
//! One flush is under way at a time; what is not on the disk is not said to anybody.

use super::{Role, Site, SiteEffect};
use crate::service::Decisions;
use crate::service::log::Label;
use crate::service::refounding::Refounding;
use crate::terms::{Epoch, Index, LocalTime};

/// The word of a holder that a store has all of its log, on its way to the disk of that store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Certificate {
    /// There is none that the disk lacks.
    None,
    /// To be written with the next flush.
    Given,
    /// In the flush under way.
    Flushing,
}

impl<D: Decisions> Site<D> {
    /// The flush under way has ended.
    pub(super) fn persisted(&mut self, now: LocalTime, through: Index, effects: &mut Vec<SiteEffect>) {
        self.flushing = false;
        self.flush_since = None;
        self.log.persisted(through);
        self.founding_persisted(now, effects);
        if self.certificate == Certificate::Flushing {
            (self.certificate, self.log.uncertified) = (Certificate::None, false);
        }
        self.flush(effects);
        if let (Role::Standby(_), Some(epoch)) = (&self.role, self.following) {
            self.report_stored(epoch, effects);
        }
    }

    /// From now on the store refuses what is of an earlier epoch, and does so after a restart too: else a
    /// site that took the lease and lost its power before it wrote anything would take copies from the
    /// holder that it superseded.
    pub(super) fn raise_fence(&mut self, epoch: Epoch, effects: &mut Vec<SiteEffect>) {
        if epoch > self.log.fence {
            self.log.fence = epoch;
            self.label_due = true;
            self.flush(effects);
        }
    }

    /// Starts a flush of what is not durable, unless one is under way.
    pub(super) fn flush(&mut self, effects: &mut Vec<SiteEffect>) {
        if !self.flushing && (self.log.durable() < self.log.end() || self.label_due) {
            self.flush_now(effects);
        }
    }

    fn flush_now(&mut self, effects: &mut Vec<SiteEffect>) {
        self.flushing = true;
        self.label_due = false;
        let attested = self.refounding.as_ref().is_some_and(Refounding::is_attested);
        let founded = self.refounding.as_mut().is_some_and(Refounding::flushes);
        let certified = !self.log.uncertified || founded || self.certificate != Certificate::None;
        if self.certificate == Certificate::Given {
            self.certificate = Certificate::Flushing;
        }
        let label = Label { fence: self.log.fence, certified, attested };
        effects.push(SiteEffect::Flush { through: self.log.end(), label });
    }
}
