//! A tenant moves: its billing country changes, and its home with it.
//!
//! # Who
//!
//! The **directory of homes** is configuration: it says which tenant is to move from which scale unit to which,
//! and how far that has come. Whoever drives a site hands it every row of its unit when it boots and when one
//! changes. An operator orders a move, and may cancel it until the cut-over; the cut-over is one change of the
//! row, made by the holder of the old home's lease, and by nobody else.
//!
//! # How
//!
//! - **Copying.** The old home's holder reads its log in lots, and sends what is the tenant's of each to the new
//!   home, one lot after the other, while people go on writing. It sends nothing that is not on both of its sites,
//!   so no takeover has to take anything back. The new home stores a lot as one record of its log, acknowledged as
//!   any other is, so replication, failover and backup carry it as they carry all. A lot out of turn is answered
//!   with what is there. A holder that takes over in the middle asks what is there, and goes on behind it.
//! - **Draining.** Once only a batch is left, writes of the tenant are refused as [`Refusal::Moving`], for
//!   [`Policy::drain_timeout`] at most, or for as long as a few answers of the new home take, up to a client's
//!   [`Policy::request_timeout`]; then the holder serves the tenant again, and tries once more later.
//! - **Verifying.** What the new home holds, on both of its sites, must be what the old home holds: as many
//!   records, and the same, by a hash that does not depend on their order.
//! - **Cut-over.** The holder changes the row of the directory under its valid lease. From then on the old home
//!   answers `moved permanently`, as HTTP does with 308 and `Location`; a device keeps the new place.
//! - **Purging.** Each site of the old home erases what is the tenant's from every copy in its datacenter, and again
//!   each quarter of [`Policy::purge_within`], for a restore may bring an old copy back. When a move is cancelled
//!   the sites of the new home do so.
//!
//! Whatever of the organization would rest in the old home, by whatever rule, rests in the new one. What rests in a
//! third place stays there (rule R3), and so do private conversations, which are not the organization's.
//!
//! A move whose old home was restored from a backup, and has not what it had copied, is cancelled, and is not
//! resumed. What the new home holds would have to be copied anew from the start, beside what it holds already: every
//! site of the new home, and one that is dark until later, would have to tell lots of the first copy, which it must
//! erase, from those of the second, which it must keep, in its log, its replica and every backup. Until it is proved
//! that they do, the sound answer is an empty new home and an operator who orders the move again.
//!
//! [`Refusal::Moving`]: crate::terms::Refusal::Moving
//! [`Policy::drain_timeout`]: super::Policy::drain_timeout
//! [`Policy::request_timeout`]: super::Policy::request_timeout
//! [`Policy::purge_within`]: super::Policy::purge_within

use crate::terms::{Content, Index, Position, Tenant, Unit};

/// How far a move has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The old home is home, and copies.
    Ordered,
    /// The old home stays home. What was copied goes.
    Cancelled,
    /// The new home is home. What the old one has goes.
    CutOver,
}

/// A row of the directory of homes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Relocation {
    /// Who moves.
    pub tenant: Tenant,
    /// The old home.
    pub from: Unit,
    /// The new home.
    pub to: Unit,
    /// How far it has come.
    pub stage: Stage,
}

impl Relocation {
    /// Whether nothing of the tenant's organization may be left in a unit.
    pub(super) fn empties(self, unit: Unit) -> bool {
        match self.stage {
            Stage::Ordered => false,
            Stage::Cancelled => self.to == unit,
            Stage::CutOver => self.from == unit,
        }
    }
}

/// A part of a tenant's records on its way to the new home: those that stand in a run of the old home's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lot {
    /// Whose.
    pub tenant: Tenant,
    /// Its number in the order of sending, from one.
    pub number: u32,
    /// The index before the run.
    pub after: Index,
    /// The last position of the run.
    pub through: Position,
}

/// What a new home has of a tenant that is about to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Held {
    /// How many lots, the first ones.
    pub lots: u32,
    /// Where the run of the last of them ends in the old home's log.
    pub through: Position,
    /// Where that one stands in the new home's log.
    pub last: Index,
    /// Everything that is the tenant's.
    pub content: Content,
}

/// What a holder knows when it asks whether a tenant may be cut over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What the old home holds.
    pub here: Content,
    /// What the new home holds.
    pub there: Content,
    /// Whether the new home has it on both sites.
    pub on_both: bool,
    /// Whether the last lot was sent, and no write was accepted since.
    pub drained: bool,
}
