//! Where the site stands. It asks the platform under it when it boots and each time before it may take the lease.
//!
//! A site is used only where it was commissioned, and that the platform says so. Of a platform that says nothing it is
//! not known that the site has moved, so its last answer holds, which the disk keeps: a probe that is silent just when
//! a failover needs the site is no reason to refuse. Where it never answered, or says that the site stands elsewhere,
//! the site is not used: it refuses what clients ask, stores nothing, makes no copies, obeys no order and does not
//! reach for the lease, and asks again. **There is no region that it takes by default.**
//!
//! A holder does not ask: it asked before it took the lease, and no machine moves while it runs.

use super::{Role, Site, SiteEffect, SiteInput};
use crate::facts::Announcement;
use crate::service::{Decisions, Operation, Probe, Response};
use crate::terms::{Datacenter, Monotonic, Refusal};

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
    pub fn probed(mut self, probe: Probe) -> Self {
        self.region.probe = probe;
        self.region.stands = self.decisions.stands_at(&self.identity, probe);
        self
    }

    /// The platform answered, or did not.
    pub(super) fn probe_answered(&mut self, says: Option<Datacenter>, effects: &mut Vec<SiteEffect>) {
        let probe = Probe { says, ..self.region.probe };
        let stands = self.decisions.stands_at(&self.identity, probe);
        self.region.probe = probe;
        self.region.stands = stands;
        if let (Role::Standby(standby), None) = (&mut self.role, stands) {
            // What voters answer to a question from before is no reason to take the lease.
            standby.give_up_look();
        }
        if let Some(attested) = says.filter(|_| stands == says && probe.kept != says) {
            self.region.probe.kept = says;
            effects.push(SiteEffect::KeepRegion(attested));
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
        let used = self.region.is_attested() || matches!(self.role, Role::Holding(_));
        if !used && self.region.ask_at <= now {
            self.region.ask_at = now + self.policy.loop_wait;
            effects.push(SiteEffect::Probe);
        }
        used
    }

    /// A site that is not used takes nothing in and lets nothing out. Whether the input is over with that.
    pub(super) fn keeps_out(&self, input: &SiteInput, effects: &mut Vec<SiteEffect>) -> bool {
        if self.region.is_attested() {
            return false;
        }
        match *input {
            SiteInput::Request(ref operation) => {
                let (request, placed) = match *operation {
                    Operation::Write { ref write, .. } => (write.request, write.placed),
                    Operation::Read { request, .. } | Operation::Import { request, .. } => (request, None),
                };
                let response = Response::Refused { refusal: Refusal::Unattested, placed };
                effects.push(SiteEffect::Respond { request, response });
            }
            SiteInput::Order(_) => effects.push(SiteEffect::Announce(Announcement::OrderRefused)),
            SiteInput::Offered(_) => effects.push(SiteEffect::Announce(Announcement::RestoreRefused)),
            SiteInput::Peer(_) | SiteInput::Reread(_) => {}
            _ => return false,
        }
        true
    }

    /// Beside which media the site stands.
    pub(super) fn beside(&self) -> Datacenter {
        self.region.stands.unwrap_or(self.identity.datacenter)
    }
}
