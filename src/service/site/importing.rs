//! A tenant moves: what its new home does. See [`crate::service::relocation`].

use super::holding::Pending;
use super::switchover::Drain;
use super::{Role, Site, SiteEffect};
use crate::service::Decisions;
use crate::service::message::{Placed, Request, Response};
use crate::service::relocation::{Held, Lot, Stage};
use crate::terms::{LocalTime, Position, Refusal, Span, Tenant};

impl<D: Decisions> Site<D> {
    /// Stores a lot of a tenant that is about to come, or only says what is there of it.
    pub(super) fn import(
        &mut self,
        now: LocalTime,
        request: Request,
        lot: Option<Lot>,
        held: Held,
        turned_away: Option<Span>,
        effects: &mut Vec<SiteEffect>,
    ) {
        let on_both = matches!(&self.role, Role::Holding(holding)
            if holding.in_touch() && holding.peer.durable.min(self.log.durable()) >= held.last);
        let response = match (self.takes_lots(now, turned_away), lot) {
            (Err(response), _) => response,
            (Ok(()), Some(lot)) if self.expects(lot.tenant) && lot.number == held.lots + 1 => {
                return self.store_lot(now, request, effects);
            }
            (Ok(()), _) => Response::Holds { held, on_both },
        };
        effects.push(SiteEffect::Respond { request, response });
    }

    /// Whether a tenant is to come, and may still be sent back.
    fn expects(&self, tenant: Tenant) -> bool {
        let unit = self.identity.unit;
        self.relocations.iter().any(|row| (row.tenant, row.to, row.stage) == (tenant, unit, Stage::Ordered))
    }

    fn takes_lots(&self, now: LocalTime, turned_away: Option<Span>) -> Result<(), Response> {
        let refused = |refusal| Err(Response::Refused { refusal, placed: None });
        match &self.role {
            Role::Standby(_) => Err(self.turn_away(now, None)),
            Role::Holding(holding) if !holding.lease_valid(now.monotonic) => refused(holding.without_lease()),
            Role::Holding(holding) if holding.drain.as_ref().is_some_and(Drain::refuses_writes) => {
                refused(Refusal::SwitchingOver)
            }
            Role::Holding(_) => match turned_away {
                Some(retry_after) => refused(Refusal::Overloaded { retry_after }),
                None => Ok(()),
            },
        }
    }

    fn store_lot(&mut self, now: LocalTime, request: Request, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        let placed = Placed { unit: self.identity.unit, at: now.wall };
        let position: Position = self.log.append(holding.epoch, self.log.end() + 1);
        effects.push(SiteEffect::Append { position, request });
        holding.pending.push_back(Pending { index: position.index, request, placed });
        self.flush(effects);
    }
}
