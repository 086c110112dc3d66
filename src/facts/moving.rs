//! What happens to a tenant that moves.

use crate::terms::{Content, CopyClass, Datacenter, Tenant, Unit};

/// What happened to a tenant that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moving {
    /// An operator ordered it.
    Ordered {
        /// Who moves.
        tenant: Tenant,
        /// The old home.
        from: Unit,
        /// The new home.
        to: Unit,
    },
    /// The directory of homes says that the tenant stays.
    Cancelled {
        /// Who stays.
        tenant: Tenant,
    },
    /// The directory of homes names the new home from now on.
    CutOver {
        /// Who moved.
        tenant: Tenant,
    },
    /// So much of the tenant's organization rests in one place: in its new home what came from the old one.
    /// Stated before a cut-over, whenever something was erased, and at each sample in which it changed.
    Rests {
        /// Whose.
        tenant: Tenant,
        /// On whose storage.
        unit: Unit,
        /// Where, physically.
        datacenter: Datacenter,
        /// In what kind of place; a site's log counts as the log, whoever holds the lease.
        copy: CopyClass,
        /// How much.
        content: Content,
    },
    /// A site told somebody that the tenant has moved permanently, and where.
    Told {
        /// Who moved.
        tenant: Tenant,
        /// Whose site.
        unit: Unit,
        /// Its datacenter.
        datacenter: Datacenter,
    },
}
