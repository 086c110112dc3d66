//! What a site would tell an operator who asks it how it stands. Nothing is decided by it.

use super::{Role, Site};
use crate::terms::{Epoch, Index, Monotonic, Position, Register};

/// How a site stands, by what it knows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// What it is.
    pub standing: Standing,
    /// The end of its log.
    pub end: Position,
    /// The end of what is durable of it.
    pub durable: Position,
    /// The highest epoch that its store has seen.
    pub fence: Epoch,
    /// Whether its store is certified: it has not lost what it once held.
    pub certified: bool,
}

/// What a site is, and what it knows as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It follows and watches.
    Standby {
        /// The register as seen last.
        seen: Option<Register>,
        /// Since when it has looked like this, by the site's steady clock.
        since: Monotonic,
        /// Whether a majority of voters failed to answer last time.
        no_majority: bool,
    },
    /// It won the lease, though the lease may have run out.
    Holding {
        /// The register as its last successful attempt left it.
        known: Register,
        /// The epoch that it won.
        epoch: Epoch,
        /// When its lease ends, by the site's steady clock.
        lease_until: Monotonic,
        /// The last index that it knows to be durable at its peer.
        peer_durable: Index,
        /// Whether its peer did not answer in time.
        peer_silent: bool,
        /// Whether its last attempt at the register did not reach a majority.
        no_majority: bool,
        /// Writes that wait to be acknowledged.
        pending: usize,
    },
}

impl<D> Site<D> {
    /// How the site stands.
    pub fn status(&self) -> Status {
        let standing = match &self.role {
            Role::Standby(standby) => {
                let (seen, since) = standby.seen();
                Standing::Standby { seen, since, no_majority: standby.no_majority() }
            }
            Role::Holding(holding) => Standing::Holding {
                known: holding.known,
                epoch: holding.epoch,
                lease_until: holding.lease_until,
                peer_durable: holding.peer.durable,
                peer_silent: holding.peer.silent,
                no_majority: holding.no_majority,
                pending: holding.pending.len(),
            },
        };
        Status {
            standing,
            end: self.log.position(self.log.end()),
            durable: self.log.durable_position(),
            fence: self.log.fence,
            certified: !self.log.uncertified,
        }
    }
}
