//! Two facts that are handed on in parts: a write was refused, and old records were read again.

use super::{Audit, invariants};
use crate::facts::Reread;
use crate::terms::{Birth, Instant};

impl Audit {
    /// A write was refused.
    pub(super) fn refused(&mut self, at: Instant, birth: &Birth, refused: &invariants::Refused) {
        let &invariants::Refused { unit, site, refusal, queue } = refused;
        if let Some(site) = site {
            self.ledger.queue_seen(at, site, queue);
        }
        self.refusals.refused(&self.ledger, at, birth, refused);
        self.recovery.refused(&self.ledger, at, unit, site, refusal);
        if !refusal.is_transient() {
            self.convergence.is_over(birth);
        }
    }

    /// Old records were read again for a peer; where copies are made at all, they pass through a file.
    pub(super) fn reread(&mut self, at: Instant, reread: &Reread) {
        if self.ledger.contract.index_every.is_some() {
            let missed = self.ledger.missed(reread.unit, reread.datacenter, reread.records);
            self.inventory.reread(at, reread, missed);
        }
    }
}
