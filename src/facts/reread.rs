//! What it takes to bring a site back.

use crate::terms::{Datacenter, Unit};

/// Old records of a log that a datacenter read again for the other site, in turn with what clients asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reread {
    /// Whose log.
    pub unit: Unit,
    /// Where it was read.
    pub datacenter: Datacenter,
    /// How many.
    pub records: u64,
    /// How many requests it could have served meanwhile; what is left of one counts with the next records.
    pub requests: u32,
}
