//! Where a tenant's data rests, from the ledger of facts.

use super::Outcome;
use crate::metrics::Workload;
use crate::terms::{Boundary, CopyClass, Datacenter, Tenant};

/// What rests of one workload at one datacenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtRest {
    /// Which workload.
    pub workload: Workload,
    /// Where, physically.
    pub datacenter: Datacenter,
    /// The boundary in which the datacenter stands.
    pub boundary: Boundary,
    /// Records in each copy class that has any, in the order of [`CopyClass::ALL`].
    pub copies: Vec<(CopyClass, u64)>,
}

impl AtRest {
    /// Records in every copy class.
    pub fn records(&self) -> u64 {
        self.copies.iter().map(|&(_, records)| records).sum()
    }
}

/// Where each workload of a tenant rests at the end of a run; a workload of which nothing rests
/// anywhere has no entry. `None` where no followed tenant has that name.
pub fn located(outcome: &Outcome, tenant: &str) -> Option<Vec<AtRest>> {
    let index = outcome.names.tenants.iter().position(|name| name == tenant)?;
    let tenant = u32::try_from(index).ok().map(Tenant)?;
    let landings = &outcome.measurements.landings;
    let places = || (0_u8..).map(Datacenter).zip(&outcome.measurements.setup.datacenters);
    let each = Workload::ALL.into_iter().flat_map(|workload| {
        places().map(move |(datacenter, setup)| {
            let copies = CopyClass::ALL.map(|copy| (copy, landings.resting(tenant, workload, copy, datacenter)));
            let copies = copies.into_iter().filter(|&(_, records)| records > 0).collect();
            AtRest { workload, datacenter, boundary: setup.boundary, copies }
        })
    });
    let mut located: Vec<_> = each.filter(|at_rest| !at_rest.copies.is_empty()).collect();
    located.extend(places().filter_map(|(datacenter, setup)| moved(outcome, tenant, datacenter, setup.boundary)));
    (index < landings.followed()).then_some(located)
}

/// What rests at a datacenter of what came with a tenant that moved, or was left behind by it.
fn moved(outcome: &Outcome, tenant: Tenant, datacenter: Datacenter, boundary: Boundary) -> Option<AtRest> {
    let of = outcome.measurements.moves.iter().filter(|one| one.tenant == tenant && one.cut_over.is_some());
    let places = of.flat_map(|one| one.purges.iter().chain(&one.brought));
    let here = places.filter(|place| place.datacenter == datacenter && place.left.records > 0);
    let copies: Vec<_> = here.map(|place| (place.copy, place.left.records)).collect();
    (!copies.is_empty()).then_some(AtRest { workload: Workload::Moved, datacenter, boundary, copies })
}
