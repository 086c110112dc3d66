//! Faults that are scheduled, and what each does.

use crate::service::Order;
use crate::terms::{Boundary, CopyClass, Country, Datacenter, Instant, Span, Unit};

/// A fault that is scheduled.
#[derive(Clone, Debug)]
pub struct FaultPlan {
    /// When it strikes.
    pub at: Instant,
    /// How long it lasts; `None`: until the safety phase ends, or once for a fault without length.
    pub lasts: Option<Span>,
    /// What it does.
    pub kind: FaultKind,
}

/// What a fault does. Primitive faults know nothing of boundaries.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// Datacenters lose power together: processes and memory are gone, disks stay.
    Outage(Vec<Datacenter>),
    /// No message passes between the two, in either direction.
    Partition(Datacenter, Datacenter),
    /// No message passes from the first to the second.
    PartitionOneWay(Datacenter, Datacenter),
    /// The datacenter is cut from every other.
    Isolate {
        /// Which.
        datacenter: Datacenter,
        /// Whether clients still reach it.
        clients_reach: bool,
    },
    /// The datacenter's disks are lost: every site's store and voter there.
    StorageLoss {
        /// Which.
        datacenter: Datacenter,
        /// Whether the backup media there are lost with them.
        backups: bool,
    },
    /// The datacenter's disks are replaced by a copy of themselves that is so much older.
    RestoreCopy {
        /// Which.
        datacenter: Datacenter,
        /// How long before the fault the copy was made.
        age: Span,
    },
    /// The datacenter's processes stand still.
    Pause(Datacenter),
    /// One unit's processes at the datacenter stand still; its neighbours run on.
    PauseUnit(Datacenter, Unit),
    /// Flushes and writes take longer by a factor.
    SlowDisk {
        /// Where.
        datacenter: Datacenter,
        /// Only the disks of this unit; `None`: of all that have any there.
        unit: Option<Unit>,
        /// The factor, in thousandths.
        milli: u64,
    },
    /// The datacenter heats up and serves less and less.
    Cooling {
        /// Which.
        datacenter: Datacenter,
        /// The share of its rate that is left in the end, in parts per million.
        to_ppm: u32,
        /// In how many equal steps, the first of them at once.
        steps: u16,
        /// The time between two steps.
        every: Span,
    },
    /// The datacenter's wall clock steps by this many microseconds.
    ClockOffset(Datacenter, i64),
    /// The datacenter's clocks run fast (positive) or slow by this many parts per million.
    ClockDrift(Datacenter, i32),
    /// Traffic of a boundary's users is multiplied, in thousandths; `None`: of all users.
    Surge(Option<Boundary>, u64),
    /// A link loses messages (parts per million) and is slower by a span, in both directions.
    Degrade {
        /// One end.
        a: Datacenter,
        /// The other end.
        b: Datacenter,
        /// Messages lost, in parts per million.
        loss_ppm: u32,
        /// Added one-way time.
        delay: Span,
    },
    /// An operator pushes a map that offers capacity to a boundary.
    ConfigPush {
        /// The datacenter offered.
        datacenter: Datacenter,
        /// The boundary that is to use it.
        serves: Boundary,
        /// The label that the operator gave it.
        label: Option<Boundary>,
    },
    /// A target refuses every copy of a class that is brought to it.
    RefuseCopies {
        /// Where it stands.
        datacenter: Datacenter,
        /// Copies of which class.
        copy: CopyClass,
    },
    /// An operator orders a failover of a scale unit, or a copy of its log.
    Operator(Unit, Order),
    /// An operator orders a scale unit to be restored from the newest backup.
    Restore {
        /// Which unit.
        unit: Unit,
        /// Whose backup is offered: the unit's own, unless the operator errs.
        backup_of: Unit,
    },
    /// Operators roll out a map with one row changed.
    MapRollout(Rollout),
    /// The platform under a datacenter's sites says nothing, or something untrue, when it is asked where they stand.
    RegionProbe {
        /// Where they stand.
        datacenter: Datacenter,
        /// What it says; `None`: nothing.
        says: Option<Datacenter>,
    },
}

/// A map that reaches sites at different times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The country of the row.
    pub country: Country,
    /// Its boundary from now on; `None`: it is not served.
    pub boundary: Option<Boundary>,
    /// How long it takes until all have it.
    pub over: Span,
    /// Datacenters whose sites never get it.
    pub misses: Vec<Datacenter>,
}

impl FaultKind {
    /// The name in scenarios and reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Outage(_) => "outage",
            Self::Partition(..) => "partition",
            Self::PartitionOneWay(..) => "partition-one-way",
            Self::Isolate { .. } => "isolate",
            Self::StorageLoss { .. } => "storage-loss",
            Self::RestoreCopy { .. } => "restore-copy",
            Self::Pause(_) | Self::PauseUnit(..) => "pause",
            Self::SlowDisk { .. } => "slow-disk",
            Self::Cooling { .. } => "cooling",
            Self::ClockOffset(..) => "clock-offset",
            Self::ClockDrift(..) => "clock-drift",
            Self::Surge(..) => "surge",
            Self::Degrade { .. } => "degrade",
            Self::ConfigPush { .. } => "config-push",
            Self::RefuseCopies { .. } => "refuse-copies",
            Self::Operator(..) | Self::Restore { .. } => "operator",
            Self::MapRollout(_) => "map-rollout",
            Self::RegionProbe { .. } => "region-probe",
        }
    }
}
