//! Facts that are handed on in parts: a write was refused, old records were read again, something happened to copies
//! that are made from a log, or to a seat that gets another place.

use super::{Audit, Breach, invariants};
use crate::facts::{Copies, Fact, Reread, Restless, Seating};
use crate::terms::{Birth, Instant, Side};

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

    /// Something happened to copies that are made from a log.
    pub(super) fn copied(&mut self, at: Instant, copies: Copies) {
        match copies {
            Copies::Told { lines, datacenter } => self.told(at, lines.get(), datacenter),
            Copies::Deleted { unit, copy, datacenter } => self.seats.gone(unit, datacenter, copy),
            Copies::Refused { .. } | Copies::Ordered { .. } | Copies::OrderedInVain(_) => {}
        }
        self.ledger.copies(at, copies);
    }

    /// A machine never came to rest: nothing converges that is woken without end.
    #[cold]
    pub(super) fn restless(&mut self, at: Instant, Restless { unit, datacenter, times }: Restless) {
        self.convergence.docket.check(false, || {
            let whose = match (unit, datacenter) {
                (Some(_), Some(_)) => "a machine of {unit} at {datacenter}",
                _ => "somebody's device",
            };
            let what = format!("{whose} was woken {times} times within a second, and the run was ended");
            Breach { unit, datacenter, ..Breach::new(at, what) }
        });
    }

    /// Something happened to a seat that gets another place.
    #[cold]
    pub(super) fn seating(&mut self, at: Instant, what: Seating) {
        self.seats.seating(&mut self.moved.docket, &self.ledger, at, what);
        self.ledger.disturbed(at, &Fact::Seating(what));
        if let Seating::Commissioned { unit, seat, .. } = what {
            let side = Side::BOTH.into_iter().find(|side| side.seat() == seat);
            if let Some(side) = side {
                self.loss.switched_off(unit, side);
            }
            self.recovery.disturbed(&self.ledger, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{DUBLIN, EMEA_1, Story};
    use crate::facts::{Fact, Restless};

    #[test]
    fn a_machine_that_never_comes_to_rest_is_a_breach_whose_ever_it_is() {
        let named = |unit, datacenter| {
            let mut story = Story::after();
            story.fact(Fact::Restless(Restless { unit, datacenter, times: 7 })).fact(Fact::Ended { unfinished: 0 });
            story
        };
        named(Some(EMEA_1), Some(DUBLIN))
            .expect_broken("FO-6", "a machine of {unit} at {datacenter} was woken 7 times");
        named(None, None).expect_broken("FO-6", "somebody's device was woken 7 times");
    }
}
