//! Requests that nobody served.

use crate::terms::{Datacenter, Span, Unit, User};

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

/// A request that came to nothing, or of which nobody heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unserved {
    /// Somebody who brings nothing, a reader, found a queue full and was turned away. Of a write that is said as a
    /// refusal.
    TurnedAway {
        /// The scale unit asked.
        unit: Unit,
        /// The datacenter.
        datacenter: Datacenter,
        /// How many waited there.
        queue: u32,
    },
    /// A request, or its answer, was lost in the access network on the way between a device and a datacenter in reach.
    Unheard {
        /// Whose device.
        user: User,
        /// The datacenter.
        datacenter: Datacenter,
    },
    /// A request got its turn when its client, who never says so, had given up.
    Overdue {
        /// The datacenter.
        datacenter: Datacenter,
        /// How long it had waited there.
        waited: Span,
    },
}
