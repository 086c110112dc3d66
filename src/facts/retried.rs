//! Requests that are sent again.

use crate::terms::{Datacenter, Unit};

/// A device sent a request again, because an earlier attempt had failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Retried {
    /// The scale unit asked.
    pub unit: Unit,
    /// The datacenter asked.
    pub to: Datacenter,
    /// 2 or more.
    pub attempt: u16,
}
