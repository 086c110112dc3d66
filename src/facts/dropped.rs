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
