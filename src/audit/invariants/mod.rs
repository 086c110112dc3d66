//! The invariants, one file each. Each owns its docket, reads the ledger, and keeps no more than it
//! alone needs.

pub(super) mod acknowledged_loss;
pub(super) mod backup_loss;
pub(super) mod call_media;
pub(super) mod candidates;
pub(super) mod colocation;
pub(super) mod convergence;
pub(super) mod epochs;
pub(super) mod inventory;
pub(super) mod moves;
pub(super) mod opaque;
pub(super) mod recovery_time;
pub(super) mod refusals;
pub(super) mod residence;
pub(super) mod seats;
pub(super) mod stale;
pub(super) mod whole_reads;
pub(super) mod writers;

use crate::terms::{Conversation, Datacenter, Instant, Network, Refusal, Unit, UnitSet, User};

/// A refusal of a write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused {
    /// The scale unit, where one was chosen.
    pub unit: Option<Unit>,
    /// The refusing site's datacenter; `None` where the client library refused by itself.
    pub site: Option<Datacenter>,
    /// Why.
    pub refusal: Refusal,
    /// Writes that wait at the site.
    pub queue: u32,
}

/// A conversation that was opened to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Which.
    pub conversation: Conversation,
    /// Who reads.
    pub reader: User,
    /// Where the reader's device is.
    pub network: Network,
    /// When the reader asked.
    pub asked: Instant,
    /// The scale units whose part was shown.
    pub shown: UnitSet,
    /// Those whose part was refused.
    pub withheld: UnitSet,
}
