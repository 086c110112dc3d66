//! Requests that nobody served.

use crate::terms::{Datacenter, Span, Unit};

/// A request was taken out of a datacenter's queue unserved: its client had given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dropped {
    /// The scale unit asked.
    pub unit: Unit,
    /// The datacenter.
    pub datacenter: Datacenter,
    /// How long it had waited there.
    pub waited: Span,
}

/// Somebody who brings nothing, a reader, found a queue full and was turned away. Of a write that is said as a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TurnedAway {
    /// The scale unit asked.
    pub unit: Unit,
    /// The datacenter.
    pub datacenter: Datacenter,
    /// How many waited there.
    pub queue: u32,
}
