//! Copy classes: the kinds of place where bytes can rest.

use std::fmt;

/// The kind of place in which a landing rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CopyClass {
    /// The log of the scale unit's holder.
    Log,
    /// The copy of the log at the peer.
    Replica,
    /// A cache on a datacenter's disks.
    Cache,
    /// A tail that lost a failover, set aside until it is reconciled.
    QuarantinedTail,
    /// A voter's register.
    WitnessRecord,
    /// A backup of a scale unit's log, on media of its own.
    Backup,
    /// The place through which a backup comes back.
    RestoreStaging,
}

impl CopyClass {
    /// Every class, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Log,
        Self::Replica,
        Self::Cache,
        Self::QuarantinedTail,
        Self::WitnessRecord,
        Self::Backup,
        Self::RestoreStaging,
    ];

    /// The place of this class in [`CopyClass::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in reports and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Replica => "replica",
            Self::Cache => "cache",
            Self::QuarantinedTail => "quarantined tail",
            Self::WitnessRecord => "witness record",
            Self::Backup => "backup",
            Self::RestoreStaging => "restore staging",
        }
    }
}

impl fmt::Display for CopyClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
