//! Names of handles, for people. Nothing is looked up by them during a run.

use super::{Boundary, Datacenter, Tenant, Unit};

/// The names of a run's places and tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Datacenters, by [`Datacenter::index`].
    pub datacenters: Vec<String>,
    /// Boundaries, by [`Boundary::index`].
    pub boundaries: Vec<String>,
    /// Scale units, by [`Unit::index`].
    pub units: Vec<String>,
    /// The tenants that the scenario names; drawn tenants follow them without a name.
    pub tenants: Vec<String>,
}

impl Names {
    /// The name of a datacenter.
    pub fn datacenter(&self, datacenter: Datacenter) -> &str {
        self.datacenters.get(datacenter.index()).map_or("?", String::as_str)
    }

    /// The name of a boundary.
    pub fn boundary(&self, boundary: Boundary) -> &str {
        self.boundaries.get(boundary.index()).map_or("?", String::as_str)
    }

    /// The name of a scale unit.
    pub fn unit(&self, unit: Unit) -> &str {
        self.units.get(unit.index()).map_or("?", String::as_str)
    }

    /// The name of a tenant: the scenario's, or `tenant-17`.
    pub fn tenant(&self, tenant: Tenant) -> String {
        self.tenants.get(tenant.0 as usize).cloned().unwrap_or_else(|| format!("tenant-{}", tenant.0))
    }
}
