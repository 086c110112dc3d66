//! One step of a machine, with everything that explains it.

use super::decided::{Note, Taken};
use super::known::{Known, wall_of};
use super::story::{Decided, Who};
use crate::service::site::{SiteTimer, Standing, Status};
use crate::service::{ClientEffect, ClientInput, SiteEffect, SiteInput, VoterEffect, VoterInput};
use crate::sim::trace::{Actor, Stepping};
use crate::terms::{Datacenter, Instant, LocalTime, Monotonic, Seat, Side, Unit, User, Wall};

/// What a machine was given, kept until it is known what it made of it.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Site { input: SiteInput, timer: Option<SiteTimer>, before: Status },
    Voter(VoterInput),
    Client(ClientInput),
}

/// A step of a site.
pub(super) struct SiteStep<'a> {
    pub(super) at: Instant,
    pub(super) unit: Unit,
    pub(super) side: Side,
    pub(super) local: LocalTime,
    pub(super) input: &'a SiteInput,
    pub(super) timer: Option<SiteTimer>,
    pub(super) before: &'a Status,
    pub(super) notes: &'a [Note],
    pub(super) effects: &'a [SiteEffect],
    pub(super) after: &'a Status,
}

/// A step of a voter.
pub(super) struct VoterStep<'a> {
    pub(super) at: Instant,
    pub(super) unit: Unit,
    pub(super) seat: Seat,
    pub(super) local: LocalTime,
    pub(super) input: &'a VoterInput,
    pub(super) notes: &'a [Note],
    pub(super) effects: &'a [VoterEffect],
}

/// A step of a device's client.
pub(super) struct ClientStep<'a> {
    pub(super) at: Instant,
    pub(super) user: User,
    pub(super) input: &'a ClientInput,
    pub(super) notes: &'a [Note],
    pub(super) effects: &'a [ClientEffect],
}

impl SiteStep<'_> {
    pub(super) const fn actor(&self) -> Actor {
        Actor::Site(self.unit, self.side)
    }

    /// The site, as it stood before the step.
    pub(super) fn who(&self, known: &Known) -> Who {
        let epoch = match self.before.standing {
            Standing::Holding { epoch, .. } => Some(epoch),
            Standing::Standby { seen, .. } => seen.map(|register| register.epoch),
        };
        Who {
            name: known.site(self.unit, self.side),
            local: Some(self.local.wall),
            epoch,
            lease: Some(known.standing(self.unit, self.before, self.local)),
        }
    }

    pub(super) fn here(&self, known: &Known) -> Datacenter {
        known.place_of(self.unit, self.side)
    }

    pub(super) fn peer_place(&self, known: &Known) -> Datacenter {
        known.place_of(self.unit, self.side.peer())
    }

    /// A reading of the site's steady clock as its wall clock would say it.
    pub(super) fn wall(&self, reading: Monotonic) -> Wall {
        wall_of(reading, self.local)
    }

    /// The first decision that `pick` recognizes.
    pub(super) fn decision<T>(&self, pick: impl Fn(&Taken) -> Option<T>) -> Option<(T, bool)> {
        first(self.notes, pick)
    }
}

impl VoterStep<'_> {
    pub(super) const fn actor(&self) -> Actor {
        Actor::Voter(self.unit, self.seat)
    }

    pub(super) fn who(&self, known: &Known) -> Who {
        Who { name: known.voter(self.unit, self.seat), local: Some(self.local.wall), epoch: None, lease: None }
    }
}

impl ClientStep<'_> {
    pub(super) fn who(&self) -> Who {
        let name = format!("the device of user {}", self.user.0);
        Who { name, local: None, epoch: None, lease: None }
    }
}

/// The first decision that `pick` recognizes, and whether the shipped service would answer otherwise.
pub(super) fn first<T>(notes: &[Note], pick: impl Fn(&Taken) -> Option<T>) -> Option<(T, bool)> {
    notes.iter().find_map(|note| pick(&note.taken).map(|found| (found, note.unlike_shipped)))
}

/// A decision in words.
pub(super) const fn decided(method: &'static str, answer: String, unlike_shipped: bool) -> Decided {
    Decided { method, answer, unlike_shipped }
}

impl Kept {
    /// Whose time it is, for the assertion that steps are told in pairs.
    pub(super) const fn is_of(&self, who: &Stepping) -> bool {
        matches!(
            (self, who.actor),
            (Self::Site { .. }, Actor::Site(..))
                | (Self::Voter(_), Actor::Voter(..))
                | (Self::Client(_), Actor::Client(_))
        )
    }
}
