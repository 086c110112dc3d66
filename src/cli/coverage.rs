//! How much of rule × copy class × datacenter × fault a check or a campaign has visited.

use super::args::Sort;
use crate::audit::NO_FAULT;
use crate::campaign::{Suite, VisitedCell};
use crate::metrics::grouped;
use crate::scenario::FAULT_KINDS;
use crate::terms::{CopyClass, Holds, Names, Rule};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Rules by which anything comes to rest: of R6 and R9 a landing would be a breach.
const RESTING: [Rule; 7] = [Rule::R1, Rule::R2, Rule::R3, Rule::R4, Rule::R5, Rule::R7, Rule::R8];

/// The cells that many runs visited.
pub(super) struct Coverage<'a> {
    visited: BTreeSet<VisitedCell<'a>>,
    /// Every datacenter of the topologies.
    datacenters: BTreeSet<&'a str>,
}

impl<'a> Coverage<'a> {
    /// What a suite visited of the places of its scenarios, whose names come in its order.
    pub(super) fn of(suite: &Suite, names: impl Iterator<Item = &'a Names> + Clone) -> Self {
        let datacenters = names.clone().flat_map(|names| names.datacenters.iter().map(String::as_str)).collect();
        Self::over(suite.covered(names), datacenters)
    }

    /// Of visited cells, at datacenters of which these are all.
    pub(super) const fn over(visited: BTreeSet<VisitedCell<'a>>, datacenters: BTreeSet<&'a str>) -> Self {
        Self { visited, datacenters }
    }

    /// How many cells were visited of how many, and what never was.
    pub(super) fn text(&self) -> String {
        let never: Vec<_> = self.never().into_iter().map(|(_, name)| name).collect();
        let never = if never.is_empty() { String::new() } else { format!("; never: {}", never.join(", ")) };
        self.counts() + &never
    }

    /// How many cells were visited of how many.
    pub(super) fn counts(&self) -> String {
        let all = RESTING.len() * holding_content().count() * self.datacenters.len() * (FAULT_KINDS.len() + 1);
        let [visited, all] = [self.visited.len(), all].map(|count| grouped(count as u64));
        format!("coverage: {visited} of {all} cells of rule × copy class × datacenter × fault visited")
    }

    /// The rules, copy classes, datacenters and kinds of faults of which no cell was visited.
    pub(super) fn never(&self) -> Vec<(Sort, String)> {
        let copies = holding_content().filter(|copy| !self.visited.iter().any(|(_, met, ..)| met == copy));
        let rules = RESTING.into_iter().filter(|rule| !self.visited.iter().any(|(met, ..)| met == rule));
        let places = self.datacenters.iter().filter(|name| !self.visited.iter().any(|(_, _, at, _)| at == *name));
        let faults = kinds().filter(|kind| !self.visited.iter().any(|(.., met)| met == kind));
        rules
            .map(|rule| (Sort::Rules, rule.to_string()))
            .chain(copies.map(|copy| (Sort::Copies, copy.name().to_owned())))
            .chain(places.map(|name| (Sort::Datacenters, (*name).to_owned())))
            .chain(faults.map(|kind| (Sort::Faults, format!("fault {kind}"))))
            .collect()
    }

    /// Of each rule and copy class, at which datacenter under which faults.
    pub(super) fn json(&self) -> Value {
        let mut cells: BTreeMap<(String, &str, &str), Vec<&str>> = BTreeMap::new();
        for &(rule, copy, datacenter, fault) in &self.visited {
            cells.entry((rule.to_string(), copy.name(), datacenter)).or_default().push(fault);
        }
        let cell = |((rule, copy, datacenter), faults): ((String, &str, &str), Vec<&str>)| json!({ "rule": rule, "copy": copy, "datacenter": datacenter, "faults": faults });
        cells.into_iter().map(cell).collect()
    }
}

/// The classes in which content comes to rest: of a cache that the service does not keep it would be a mistake.
fn holding_content() -> impl Iterator<Item = CopyClass> {
    CopyClass::ALL.into_iter().filter(|&copy| copy.row().holds != Holds::Opaque && copy != CopyClass::Cache)
}

fn kinds() -> impl Iterator<Item = &'static str> {
    [NO_FAULT].into_iter().chain(FAULT_KINDS.iter().copied())
}
