//! What becomes of copies that are made from a log.

use crate::terms::{CopyClass, Datacenter, Lines, Opaque, Unit};

/// Something happened to copies besides that runs of records came to rest in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Copies {
    /// Everything of one class that was made of a unit's log was deleted at a datacenter.
    Deleted {
        /// Whose log.
        unit: Unit,
        /// In what kind of place.
        copy: CopyClass,
        /// Where, physically.
        datacenter: Datacenter,
    },
    /// Lines that say nothing of anybody came to rest.
    Told {
        /// What of, and how many.
        lines: Opaque<Lines>,
        /// Where, physically; `None`: at a provider or in the front end, outside of every boundary.
        datacenter: Option<Datacenter>,
    },
    /// A target of copies began to refuse what is brought to it, or takes it again.
    Refused {
        /// In what kind of place.
        copy: CopyClass,
        /// Where, physically.
        datacenter: Datacenter,
        /// Whether it refuses.
        on: bool,
    },
    /// An operator ordered a copy of a unit's log.
    Ordered {
        /// Whose.
        unit: Unit,
        /// What kind of copy.
        copy: CopyClass,
        /// The site that is to make it.
        datacenter: Datacenter,
    },
    /// An operator ordered a copy of a unit's log, or a restore from one, and nothing was there to carry it out.
    OrderedInVain(Unit),
}
