//! What each copy class may hold, and how it ends: a table of the oracle's own.
//!
//! | class | holds | ends |
//! |---|---|---|
//! | log, replica | what was acknowledged; in a replica, but for the tail that `replicated` allows | with the disk |
//! | search index, dead letters, snapshot | content of the log beside it | with the tail, and with the disk |
//! | quarantined tail | what was cut out of the log beside it, and the other site never had | with the disk |
//! | compliance copy | what was acknowledged | with the media |
//! | backup | what was acknowledged an interval ago | by the next, and with the media |
//! | restore staging | all of a backup | with the restore |
//! | export, support dump | content | by its lifetime, and with the media |
//! | cache | content; the service keeps none | – |
//! | witness record | the epoch under which is acknowledged, and nothing of anybody's | – |
//! | application log, metric labels, push payload, routing key | a line for each record, and nothing of anybody's | – |

use super::Contract;
use crate::terms::{CopyClass, Span};

/// Whether what users wrote may rest in a class at all.
pub(super) const fn may_hold_content(class: CopyClass) -> bool {
    !matches!(
        class,
        CopyClass::WitnessRecord
            | CopyClass::ApplicationLog
            | CopyClass::MetricLabels
            | CopyClass::PushPayload
            | CopyClass::RoutingKey
    )
}

/// Whether the inventory counts a class, which comes to rest in runs of a log.
pub(super) const fn is_counted(class: CopyClass) -> bool {
    is_beside_the_log(class)
        || matches!(
            class,
            CopyClass::ComplianceCopy | CopyClass::Export | CopyClass::SupportDump | CopyClass::RestoreStaging
        )
}

/// Whether a class stands on the disk of the log that it is made of, and may hold nothing that the log does not.
pub(super) const fn is_beside_the_log(class: CopyClass) -> bool {
    matches!(class, CopyClass::SearchIndex | CopyClass::DeadLetter | CopyClass::Snapshot)
}

/// How long a class is kept, where its lifetime is promised.
pub(super) const fn lifetime(contract: &Contract, class: CopyClass) -> Option<Span> {
    match class {
        CopyClass::Export => Some(contract.export_lifetime),
        CopyClass::SupportDump => Some(contract.dump_lifetime),
        _ => None,
    }
}

/// How long a class may rest after it came to rest, where its lifetime is promised: a quarter more.
pub(super) fn longest(contract: &Contract, class: CopyClass) -> Option<Span> {
    lifetime(contract, class).map(|promised| promised + promised.scale(1, 4))
}

/// So many of the youngest records are in a support dump, or all if there are fewer.
pub(super) const DUMPED: u64 = 1_000;
