//! Production's own account of itself.

use crate::terms::{Epoch, Mode, Position, Span};

/// What a site says of itself, for timelines and explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Announcement {
    /// It has seen no renewal for a whole lease and means to take over.
    LeaseLapsed,
    /// It won the lease.
    Promoted {
        /// The epoch it won.
        epoch: Epoch,
        /// The end of its log.
        end: Position,
    },
    /// It acknowledged its first write of the epoch.
    Serving {
        /// The epoch.
        epoch: Epoch,
    },
    /// It holds the lease no longer.
    SteppedDown {
        /// The epoch it had.
        epoch: Epoch,
    },
    /// It changed what the register promises.
    ModeChanged {
        /// What is promised now.
        mode: Mode,
    },
    /// It took over where records may be missing.
    LossDeclared {
        /// The most that may be missing, as time before the old holder's last renewal.
        at_most: Span,
    },
    /// It set a diverging tail aside.
    TailQuarantined {
        /// How many records.
        records: u64,
    },
    /// Its peer has everything again.
    PeerCaughtUp,
    /// It stopped accepting writes to hand the lease over.
    SwitchoverBegan,
    /// It gave a switchover up and serves on.
    SwitchoverCancelled,
    /// It named its peer the holder.
    HandedOver,
    /// It refused a pushed map that contradicts its commissioned identity.
    MapRefused,
    /// It took a pushed map.
    MapAdopted,
}
