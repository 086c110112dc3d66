//! What the oracle has seen: how often each rule met each copy class at each datacenter under each fault,
//! and at whose home what came to rest. A promise that was never tried is not kept, only not broken.

mod matrix;

pub use matrix::{Covered, NO_FAULT, Required};

use super::Contract;
use super::ledger::Landing;
use super::rules::Residence;
use crate::terms::{Birth, Boundary, CopyClass, Datacenter, Instant, RecordKind, Rule, Unit};

const RULES: usize = Rule::ALL.len();
const COPIES: usize = CopyClass::ALL.len();

/// A rule that met a copy class at a datacenter while a fault was active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The rule that says where the record may rest; R8 for runs of a log that were copied.
    pub rule: Rule,
    /// In what kind of place it came to rest.
    pub copy: CopyClass,
    /// Where, physically.
    pub datacenter: Datacenter,
    /// The place of the fault in the plan; `None` while none was active.
    pub fault: Option<u16>,
}

/// Where what belongs to one home came to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rests {
    /// Why it may rest elsewhere than at home; `None` where it may not.
    pub apart: Option<Rule>,
    /// In what kind of place.
    pub copy: CopyClass,
    /// The boundary of the tenant's billing country; of a run of a log, that of its scale unit.
    pub home: Boundary,
    /// Where, physically.
    pub datacenter: Datacenter,
    /// How many records came to rest.
    pub landings: u64,
}

/// What was seen of one tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TenantSeen {
    /// The boundary in which it is at home by rule; `None` as long as nothing of it came to rest.
    pub home: Option<Boundary>,
    /// When a landing of it was last judged.
    pub verified: Option<Instant>,
    /// Records that came to rest in a log outside the boundary of the billing country, by the rule that
    /// says so, in the order of [`Rule::ALL`].
    pub apart: [u64; RULES],
}

/// What was seen in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Every cell that was visited and how many landings it saw, in order.
    pub cells: Vec<(Cell, u64)>,
    /// Where everything came to rest, by class, home and datacenter.
    pub rests: Vec<Rests>,
    /// By [`Tenant`](crate::terms::Tenant); those after the last of which anything landed have no entry.
    pub tenants: Vec<TenantSeen>,
}

/// Folds landings as they are judged.
#[derive(Debug)]
pub(super) struct Seen {
    boundaries: usize,
    datacenters: usize,
    /// Landings by rule, copy class and datacenter: while no fault was active, then under each of the plan.
    slots: Vec<Vec<u64>>,
    /// The slots that count now.
    active: Vec<usize>,
    /// Landings by what sets them apart (last: nothing), copy class, home and datacenter.
    rests: Vec<u64>,
    tenants: Vec<TenantSeen>,
}

impl Seen {
    pub(super) fn new(contract: &Contract) -> Self {
        let homes = contract.datacenters.iter().chain(contract.countries.iter().flatten());
        let boundaries = homes.map(|home| home.index() + 1).max().unwrap_or(0);
        let datacenters = contract.datacenters.len();
        Self {
            boundaries,
            datacenters,
            slots: vec![vec![0; RULES * COPIES * datacenters]],
            active: vec![0],
            rests: vec![0; (RULES + 1) * COPIES * boundaries * datacenters],
            tenants: Vec::new(),
        }
    }

    pub(super) fn fault_began(&mut self, fault: u16) {
        let slot = usize::from(fault) + 1;
        let size = self.slots[0].len();
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, Vec::new());
        }
        self.slots[slot].resize(size, 0);
        self.active.retain(|&active| active != 0 && active != slot);
        self.active.push(slot);
    }

    pub(super) fn fault_ended(&mut self, fault: u16) {
        self.active.retain(|&active| active != usize::from(fault) + 1);
        if self.active.is_empty() {
            self.active.push(0);
        }
    }

    #[inline]
    pub(super) fn landed(
        &mut self,
        contract: &Contract,
        at: Instant,
        birth: &Birth,
        home: Option<Boundary>,
        residence: Residence,
        landing: &Landing,
    ) {
        let Landing { copy, datacenter, unit, .. } = *landing;
        self.visited(residence.rule, copy, datacenter, 1);
        if birth.kind == RecordKind::Import {
            // What a move brings is at home where it is brought, whatever becomes of the move.
            let index = self.rest_index(None, copy, contract.unit(unit).boundary, datacenter);
            self.rests[index] += 1;
            return;
        }
        let (tenant, Some(home)) = (birth.tenant, home) else { return };
        let here = contract.stands_in(datacenter);
        let apart = !residence.is_promised() || (here != home && residence.admits(here));
        let why = apart.then_some(residence.rule);
        let index = self.rest_index(why, copy, home, datacenter);
        self.rests[index] += 1;
        let tenant = tenant.0 as usize;
        if self.tenants.len() <= tenant {
            self.tenants.resize(tenant + 1, TenantSeen::default());
        }
        let seen = &mut self.tenants[tenant];
        (seen.home, seen.verified) = (Some(home), Some(at));
        if let Some(rule) = why.filter(|_| copy == CopyClass::Log && here != home) {
            seen.apart[rule as usize] += 1;
        }
    }

    /// A run of a unit's log came to rest.
    pub(super) fn range_landed(
        &mut self,
        contract: &Contract,
        copy: CopyClass,
        datacenter: Datacenter,
        unit: Unit,
        records: u64,
    ) {
        self.visited(Rule::R8, copy, datacenter, records);
        let index = self.rest_index(None, copy, contract.unit(unit).boundary, datacenter);
        self.rests[index] += records;
    }

    #[inline]
    fn visited(&mut self, rule: Rule, copy: CopyClass, datacenter: Datacenter, records: u64) {
        let index = (rule as usize * COPIES + copy.index()) * self.datacenters + datacenter.index();
        for &slot in &self.active {
            self.slots[slot][index] += records;
        }
    }

    const fn rest_index(&self, apart: Option<Rule>, copy: CopyClass, home: Boundary, at: Datacenter) -> usize {
        let why = match apart {
            Some(rule) => rule as usize,
            None => RULES,
        };
        ((why * COPIES + copy.index()) * self.boundaries + home.index()) * self.datacenters + at.index()
    }

    pub(super) fn finish(&self) -> Coverage {
        Coverage { cells: self.cells(), rests: self.rests(), tenants: self.tenants.clone() }
    }

    fn cells(&self) -> Vec<(Cell, u64)> {
        let of_slot = |(slot, counts): (usize, &Vec<u64>)| {
            let fault = slot.checked_sub(1).and_then(|fault| u16::try_from(fault).ok());
            let cell = move |(index, &count): (usize, &u64)| (self.cell(index, fault), count);
            counts.iter().enumerate().filter(|&(_, &count)| count > 0).map(cell).collect::<Vec<_>>()
        };
        let mut cells: Vec<_> = self.slots.iter().enumerate().flat_map(of_slot).collect();
        cells.sort_unstable();
        cells
    }

    fn cell(&self, index: usize, fault: Option<u16>) -> Cell {
        let (rest, datacenter) = (index / self.datacenters, index % self.datacenters);
        let (rule, copy) = (Rule::ALL[rest / COPIES], CopyClass::ALL[rest % COPIES]);
        Cell { rule, copy, datacenter: Datacenter(handle(datacenter)), fault }
    }

    fn rests(&self) -> Vec<Rests> {
        let one = |(index, &landings): (usize, &u64)| {
            let (rest, datacenter) = (index / self.datacenters, index % self.datacenters);
            let (rest, home) = (rest / self.boundaries, rest % self.boundaries);
            Rests {
                apart: Rule::ALL.get(rest / COPIES).copied(),
                copy: CopyClass::ALL[rest % COPIES],
                home: Boundary(handle(home)),
                datacenter: Datacenter(handle(datacenter)),
                landings,
            }
        };
        self.rests.iter().enumerate().filter(|&(_, &landings)| landings > 0).map(one).collect()
    }
}

fn handle(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::tests::{AMSTERDAM, DUBLIN, Story};
    use crate::facts::Fact;
    use crate::terms::RecordKind;

    fn visited(story: &Story, copy: CopyClass, datacenter: Datacenter, fault: Option<u16>) -> u64 {
        let seen = story.coverage();
        let here = |cell: &Cell| (cell.copy, cell.datacenter, cell.fault) == (copy, datacenter, fault);
        seen.cells.iter().filter(|(cell, _)| here(cell)).map(|(_, count)| count).sum()
    }

    fn landed_under_a_fault() -> Story {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.land(birth, CopyClass::Log, DUBLIN, 1).fact(Fact::FaultBegan { fault: 2 });
        story.land(birth, CopyClass::Replica, AMSTERDAM, 1).fact(Fact::FaultEnded { fault: 2 });
        story
    }

    #[test]
    fn a_landing_visits_the_cell_of_what_was_active() {
        assert_eq!(visited(&landed_under_a_fault(), CopyClass::Log, DUBLIN, None), 1);
        assert_eq!(visited(&landed_under_a_fault(), CopyClass::Log, DUBLIN, Some(2)), 0);
        assert_eq!(visited(&landed_under_a_fault(), CopyClass::Replica, AMSTERDAM, Some(2)), 1);
        assert_eq!(visited(&landed_under_a_fault(), CopyClass::Replica, AMSTERDAM, None), 0);
    }

    #[test]
    fn what_the_rules_let_rest_elsewhere_stands_apart() {
        let mut story = Story::before();
        let birth = story.birth(RecordKind::Message);
        story.land_in_apac(birth, 1);
        let seen = story.coverage();
        assert!(seen.rests.iter().all(|rests| rests.apart == Some(Rule::R3)), "{:?}", seen.rests);
        assert_eq!(seen.tenants[birth.tenant.0 as usize].apart[Rule::R3 as usize], 1);
    }
}
