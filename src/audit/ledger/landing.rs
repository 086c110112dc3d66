//! Where content came to rest.

use crate::terms::{CopyClass, Datacenter, Position, Unit};

/// Where content came to rest.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Landing {
    /// In what kind of place.
    pub copy: CopyClass,
    /// Where, physically.
    pub datacenter: Datacenter,
    /// On whose storage.
    pub unit: Unit,
    /// At which position of the log.
    pub position: Position,
}
