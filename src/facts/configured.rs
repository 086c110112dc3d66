//! What sites are told that they cannot see for themselves.

use crate::terms::{Boundary, Country, Datacenter, Side, Unit};

/// A site was told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Configured {
    /// A map reached it, one row of which is not as it was.
    Row {
        /// Whose site.
        unit: Unit,
        /// Which site.
        side: Side,
        /// The country of the row.
        country: Country,
        /// Its boundary by the map; `None`: it is not served.
        boundary: Option<Boundary>,
    },
    /// The platform under it was asked where it stands. Stated where any answer of the run may be untrue.
    Probed {
        /// Whose site.
        unit: Unit,
        /// Which site.
        side: Side,
        /// The answer; `None`: there was none.
        says: Option<Datacenter>,
    },
}
