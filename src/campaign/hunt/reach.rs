//! What a campaign has put to the test, and what it never reached.

use super::name::{Name, Place};
use super::record::Record;
use crate::audit::NO_FAULT;
use crate::scenario::FAULT_KINDS;
use crate::terms::{CopyClass, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// A cell of the coverage matrix by name: rule, copy class, datacenter, kind of fault.
pub type ReachedCell = (Rule, CopyClass, Name, &'static str);

/// What records say together of what was reached: of each thing, by how many runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Cells of the matrix.
    pub cells: BTreeMap<ReachedCell, u64>,
    /// The datacenters of all topologies.
    pub datacenters: BTreeSet<Name>,
    /// Named choices of the draw.
    pub choices: BTreeMap<Name, u64>,
    /// Rare situations.
    pub sometimes: BTreeMap<Name, u64>,
    /// Invariants that were evaluated, and how often in all.
    pub evaluated: BTreeMap<Name, u64>,
}

impl Reach {
    /// What records reached.
    pub fn of<'a>(records: impl Iterator<Item = &'a Record>) -> Self {
        let mut reach = Self::default();
        for record in records {
            for cell in cells(record) {
                *reach.cells.entry(cell).or_default() += 1;
            }
            reach.datacenters.extend(record.datacenters.iter().copied());
            record.choices.iter().for_each(|choice| *reach.choices.entry(*choice).or_default() += 1);
            record.sometimes.iter().for_each(|name| *reach.sometimes.entry(*name).or_default() += 1);
            for (id, times) in &record.evaluated {
                *reach.evaluated.entry(*id).or_default() += times;
            }
        }
        reach
    }
}

/// The cells of a record. What this version has no name for is left out: a ledger of another version is refused
/// before anything is made of it.
pub(super) fn cells(record: &Record) -> Vec<ReachedCell> {
    let mut cells = Vec::new();
    for (&Place { datacenter, fault, rule }, copies) in record.cells.iter() {
        let fault = [NO_FAULT].into_iter().chain(FAULT_KINDS.iter().copied()).find(|kind| fault == **kind);
        let rule = Rule::ALL.into_iter().find(|known| rule == *known.to_string());
        let (Some(fault), Some(rule)) = (fault, rule) else { continue };
        let visited = CopyClass::ALL.into_iter().filter(|copy| copies & (1 << copy.index()) != 0);
        cells.extend(visited.map(|copy| (rule, copy, datacenter, fault)));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;

    #[test]
    fn what_two_runs_reach_is_counted_once_for_each() {
        let visited = |copies: &[CopyClass]| {
            let bits = copies.iter().fold(0, |bits, copy| bits | 1 << copy.index());
            let [datacenter, fault, rule] = ["dublin", "outage", "R2"].map(Name::of);
            [(Place { datacenter, fault, rule }, bits)].into_iter().collect()
        };
        let [mut one, mut two] = [record(1), record(2)];
        one.cells = visited(&[CopyClass::Log, CopyClass::Backup]);
        two.cells = visited(&[CopyClass::Log]);
        two.sometimes = vec![Name::of("fenced-write")];
        let reach = Reach::of([&one, &two].into_iter());
        let cell = |copy| (Rule::R2, copy, Name::of("dublin"), "outage");
        assert_eq!(reach.cells, BTreeMap::from([(cell(CopyClass::Log), 2), (cell(CopyClass::Backup), 1)]));
        assert_eq!((reach.sometimes["fenced-write"], reach.evaluated["RES-1"]), (1, 14));
    }
}
