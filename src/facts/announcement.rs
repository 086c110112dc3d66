//! Production's own account of itself.

use crate::terms::{Datacenter, Epoch, Mode, Position, Span, Tenant, Wall};

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
    /// It means to hand the lease over, and serves on until its peer has nearly everything.
    SwitchoverPlanned,
    /// It refused an operator's order: the policy forbids it, or the site is not the one to carry it out.
    OrderRefused,
    /// It gave an operator's forced failover up: the holder's lease did not lapse in time, or the holder won it anew.
    OrderExpired,
    /// A flush of its disk has taken too long.
    DiskFailing,
    /// It refused to be restored: from a backup that is not its own, or with its store whole.
    RestoreRefused,
    /// Its store is restored from a backup.
    RestoreBegan {
        /// When the backup was begun, by the wall clock of who wrote it.
        taken: Wall,
    },
    /// It founded the register anew on an operator's attestation.
    Refounded {
        /// The epoch of the founding.
        epoch: Epoch,
    },
    /// It holds the lease, and the witness has not voted for too long: one more loss, and nobody holds it.
    WitnessSilent,
    /// It refuses the writes of a tenant, whose last records it copies to the tenant's new home.
    MoveDrains {
        /// Whose.
        tenant: Tenant,
    },
    /// It serves a tenant again that it refused, and goes on copying.
    MoveDelayed {
        /// Whom.
        tenant: Tenant,
    },
    /// It does not know to stand where it was commissioned, and is not used.
    Unattested {
        /// Where the platform under it says that it stands; `None`: it says nothing, and never did.
        says: Option<Datacenter>,
    },
    /// The platform under it does not say where it stands; it is used, for it was attested before.
    AttestedBefore,
    /// It made no copy that an operator ordered: it has no records, and what was made before is kept.
    NothingToCopy,
}
