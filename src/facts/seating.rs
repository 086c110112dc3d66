//! What happens to a seat of a scale unit that gets another place.

use crate::terms::{CopyClass, Datacenter, Seat, Unit};

/// What happened to a seat of a scale unit: site A, site B, or the witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seating {
    /// An operator ordered it to another place.
    Ordered {
        /// Whose seat.
        unit: Unit,
        /// Which.
        seat: Seat,
        /// The new place.
        to: Datacenter,
    },
    /// A new machine stands there, with an empty disk and an identity of its own. The one before is switched off for
    /// good, and its disk put away.
    Commissioned {
        /// Whose seat.
        unit: Unit,
        /// Which.
        seat: Seat,
        /// The old place.
        from: Datacenter,
        /// The new place.
        to: Datacenter,
    },
    /// Nothing of a scale unit rests any more at a place where one of its seats was.
    Left {
        /// Whose seat.
        unit: Unit,
        /// Which.
        seat: Seat,
        /// The old place.
        from: Datacenter,
    },
    /// Nothing of a scale unit rests any more in one kind of copy at a place that it has left.
    Emptied {
        /// Of which unit.
        unit: Unit,
        /// Where, physically.
        datacenter: Datacenter,
        /// In what kind of place.
        copy: CopyClass,
        /// Whether it was lost there, and not erased.
        lost: bool,
    },
}
