//! What a run has put to the test: rule × copy class × datacenter × active fault.

use super::Outcome;
use crate::audit::{Cell, Covered, NO_FAULT, TenantSeen};
use std::collections::BTreeMap;

impl Outcome {
    /// What the oracle has seen of a tenant by name.
    pub fn seen_of(&self, tenant: &str) -> TenantSeen {
        let index = self.names.tenants.iter().position(|name| name == tenant);
        index.and_then(|index| self.coverage.tenants.get(index)).copied().unwrap_or_default()
    }

    /// Every cell that was visited and how many landings it saw, in order.
    pub fn covered(&self) -> BTreeMap<Covered, u64> {
        let mut covered = BTreeMap::new();
        for &(Cell { rule, copy, datacenter, fault }, landings) in &self.coverage.cells {
            let kind = |fault: u16| self.faults.get(usize::from(fault)).map_or(NO_FAULT, |fault| fault.kind);
            let fault = fault.map_or(NO_FAULT, kind);
            *covered.entry(Covered { rule, copy, datacenter, fault }).or_default() += landings;
        }
        covered
    }
}
