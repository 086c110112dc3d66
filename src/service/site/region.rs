//! Where the site stands. It asks the platform under it when it boots and each time before it may take the lease.
//!
//! A site is used only where it was commissioned, and that the platform says so. Of a platform that says nothing it is
//! not known that the site has moved, so its last answer holds, which the disk keeps: a probe that is silent just when
//! a failover needs the site is no reason to refuse. Where it never answered, or says that the site stands elsewhere,
//! the site is not used: it refuses what clients ask, but points whoever writes to the holder that it has heard of;
//! it stores nothing, makes no copies, obeys no order, neither reaches for the lease nor keeps what it reached for
//! before, and asks again. **There is no region that it takes by default.**
//!
//! A holder does not ask: it asked before it took the lease, and no machine moves while it runs. An answer that comes
//! late counts all the same.

use super::{Role, Site, SiteEffect, SiteInput};
use crate::facts::Announcement;
use crate::service::message::Placed;
use crate::service::{Decisions, Operation, Probe, Response};
use crate::terms::{Datacenter, LocalTime, Monotonic, Refusal};

/// What a site knows of where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Region {
    probe: Probe,
    /// Where it may take itself to stand.
    stands: Option<Datacenter>,
    /// When to ask again, of a site that is not used.
    ask_at: Monotonic,
    /// What it said last of where it stands.
    said: Option<Announcement>,
}

impl Region {
    pub(super) const fn is_attested(&self) -> bool {
        self.stands.is_some()
    }

    pub(super) const fn ask_at(&self) -> Monotonic {
        self.ask_at
    }
}

impl<D: Decisions> Site<D> {
    /// The same site, told what the platform says of where it stands. Before that it is not used.
    #[must_use]
    pub fn probed(mut self, probe: Probe, effects: &mut Vec<SiteEffect>) -> Self {
        self.take_word(probe, effects);
        self
    }

    /// Goes by what the platform says, and keeps on disk what attests the site.
    fn take_word(&mut self, probe: Probe, effects: &mut Vec<SiteEffect>) {
        let Probe { says, kept } = probe;
        let stands = self.decisions.stands_at(&self.identity, probe);
        self.region.probe = probe;
        self.region.stands = stands;
        if let Some(attested) = says.filter(|_| stands == says && kept != says) {
            self.region.probe.kept = says;
            effects.push(SiteEffect::KeepRegion(attested));
        }
    }

    /// The platform answered, or did not.
    pub(super) fn probe_answered(&mut self, now: LocalTime, says: Option<Datacenter>, effects: &mut Vec<SiteEffect>) {
        self.take_word(Probe { says, ..self.region.probe }, effects);
        let stands = self.region.stands;
        match &mut self.role {
            _ if stands.is_some() => {}
            // What voters answer to a question from before is no reason to take the lease.
            Role::Standby(standby) => standby.give_up_look(),
            Role::Holding(_) => self.step_down(now, None, effects),
        }
        let said = match (stands, says) {
            (None, says) => Some(Announcement::Unattested { says }),
            (Some(_), None) => Some(Announcement::AttestedBefore),
            (Some(_), Some(_)) => None,
        };
        if said != self.region.said {
            effects.extend(said.map(SiteEffect::Announce));
            self.region.said = said;
        }
    }

    /// A site that is not used asks again where it stands, when it is time to. Whether it is used.
    pub(super) fn is_used(&mut self, now: Monotonic, effects: &mut Vec<SiteEffect>) -> bool {
        let used = self.region.is_attested();
        if !used && self.region.ask_at <= now {
            self.region.ask_at = now + self.policy.loop_wait;
            effects.push(SiteEffect::Probe);
        }
        used
    }

    /// A site that is not used takes nothing in and lets nothing out. Whether the input is over with that.
    pub(super) fn keeps_out(&self, now: LocalTime, input: &SiteInput, effects: &mut Vec<SiteEffect>) -> bool {
        if self.region.is_attested() {
            return false;
        }
        match *input {
            SiteInput::Request(ref operation) => {
                let (request, placed) = match *operation {
                    Operation::Write { ref write, .. } => (write.request, write.placed),
                    Operation::Read { request, .. } | Operation::Import { request, .. } => (request, None),
                };
                let refused = Response::Refused { refusal: Refusal::Unattested, placed };
                let writes = matches!(operation, Operation::Write { .. });
                let response = writes.then(|| self.points_on(now, placed)).flatten().unwrap_or(refused);
                effects.push(SiteEffect::Respond { request, response });
            }
            SiteInput::Order(_) => effects.push(SiteEffect::Announce(Announcement::OrderRefused)),
            SiteInput::Offered(_) => effects.push(SiteEffect::Announce(Announcement::RestoreRefused)),
            SiteInput::Peer(_) | SiteInput::Reread(_) => {}
            _ => return false,
        }
        true
    }

    /// Where a write is taken that is not taken here, if the site has heard of a holder.
    fn points_on(&self, now: LocalTime, placed: Option<Placed>) -> Option<Response> {
        Some(self.turn_away(now, placed)).filter(|response| matches!(response, Response::Redirected { .. }))
    }

    /// Beside which media the site stands.
    pub(super) fn beside(&self) -> Datacenter {
        self.region.stands.unwrap_or(self.identity.datacenter)
    }
}
