//! What clients ask of a site.

use super::holding::Pending;
use super::switchover::Drain;
use super::{Role, Site, SiteEffect};
use crate::service::Decisions;
use crate::service::message::{Placed, Response, Write};
use crate::service::placement::Placement;
use crate::service::policy::Replication;
use crate::terms::{Index, LocalTime, RecordKind, Refusal, Span, Wall};
use std::sync::Arc;

impl<D: Decisions> Site<D> {
    /// Stores a record, or says why not.
    pub(super) fn write(
        &mut self,
        now: LocalTime,
        write: &Write,
        existing: Option<Index>,
        turned_away: Option<Span>,
        effects: &mut Vec<SiteEffect>,
    ) {
        let response = match self.admit(now, write, existing, turned_away) {
            Ok(placement) if write.kind == RecordKind::CallMedia => {
                let _ = placement;
                if self.decisions.keeps_media() {
                    effects.push(SiteEffect::Cache { request: write.request });
                }
                Response::Relayed
            }
            Ok(placement) => return self.accept(write, placement.placed(), existing, effects),
            Err(response) => response,
        };
        effects.push(SiteEffect::Respond { request: write.request, response });
    }

    /// Where the record rests, if it is this site that stores it.
    fn admit(
        &self,
        now: LocalTime,
        write: &Write,
        existing: Option<Index>,
        turned_away: Option<Span>,
    ) -> Result<Placement, Response> {
        let refused = |refusal| Response::Refused { refusal, placed: write.placed };
        let holding = match &self.role {
            Role::Standby(_) => return Err(self.turn_away(now, write.placed)),
            Role::Holding(holding) => holding,
        };
        let draining = holding.drain.as_ref().is_some_and(Drain::refuses_writes);
        if !holding.lease_valid(now.monotonic) && !draining {
            return Err(refused(holding.without_lease()));
        }
        let placement = self.at_home(write, self.resides(write, now.wall).map_err(refused)?);
        if placement.unit != self.identity.unit {
            return Err(self.elsewhere(write, placement.placed()));
        }
        let placed = Some(placement.placed());
        let later = |refusal| Response::Refused { refusal, placed };
        if draining {
            Err(later(Refusal::SwitchingOver))
        } else if let Some(retry_after) = turned_away {
            Err(later(Refusal::Overloaded { retry_after }))
        } else if self.policy.replication == Replication::SyncStrict && holding.peer.silent {
            Err(later(Refusal::PeerUnreachable))
        } else if let Some(moving) = self.drains(write).filter(|_| existing.is_none()) {
            Err(later(moving))
        } else {
            Ok(placement)
        }
    }

    /// Where a record rests by the charter and by the newest map.
    fn resides(&self, write: &Write, at: Wall) -> Result<Placement, Refusal> {
        let by = |map| self.decisions.residence_of(&self.policy, map, write, at);
        let charter = by(&self.identity.charter);
        if Arc::ptr_eq(&self.identity.charter, &self.map) {
            return charter;
        }
        self.decisions.stricter(charter, by(&self.map))
    }

    /// A standby points to the holder while it believes in one.
    pub(super) fn turn_away(&self, now: LocalTime, placed: Option<Placed>) -> Response {
        let Role::Standby(standby) = &self.role else { unreachable!("only a standby turns writes away") };
        let peer = self.peer();
        if standby.no_majority() {
            Response::Refused { refusal: Refusal::NoMajority, placed }
        } else if standby.believed_holder() == Some(peer)
            && !standby.has_lapsed(now.monotonic, &self.decisions, &self.policy)
        {
            Response::Redirected { unit: self.identity.unit, side: peer, placed }
        } else {
            Response::Refused { refusal: Refusal::NoLease, placed }
        }
    }

    fn accept(&mut self, write: &Write, placed: Placed, existing: Option<Index>, effects: &mut Vec<SiteEffect>) {
        let Role::Holding(holding) = &mut self.role else { return };
        let request = write.request;
        if let Some(index) = existing {
            let after = holding.pending.partition_point(|pending| pending.index <= index);
            holding.pending.insert(after, Pending { index, request, placed });
            return;
        }
        let position = self.log.append(holding.epoch, self.log.end() + 1);
        effects.push(SiteEffect::Append { position, request });
        holding.pending.push_back(Pending { index: position.index, request, placed });
        self.flush(effects);
    }
}
