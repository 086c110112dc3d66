//! The search: from the document that is to be made small, greedily, to one that no step makes smaller.

use super::document::print;
use crate::scenario::{self, Scenario, Size};
use std::collections::BTreeSet;
use toml::Table;

/// How a search goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many candidates were run.
    pub runs: u32,
    /// The most that are run.
    pub bound: u32,
    /// Lines of the smallest scenario so far.
    pub lines: usize,
}

/// A document that breaks the promise, and what was tried to make it smaller.
pub(super) struct Search<'a> {
    pub(super) document: Table,
    /// The name of the file, by which topologies beside it are found.
    file: &'a str,
    fails: &'a dyn Fn(&Scenario) -> bool,
    told: &'a dyn Fn(Standing),
    tried: BTreeSet<String>,
    pub(super) runs: u32,
    bound: u32,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        document: Table,
        file: &'a str,
        bound: u32,
        fails: &'a dyn Fn(&Scenario) -> bool,
        told: &'a dyn Fn(Standing),
    ) -> Self {
        Self { document, file, fails, told, tried: BTreeSet::new(), runs: 0, bound }
    }

    /// Takes a candidate for the document if it breaks the promise as well. What was tried before, does not
    /// load, or comes when the bound is reached, is none.
    pub(super) fn attempt(&mut self, candidate: Table) -> bool {
        let text = print(&candidate);
        if self.is_over() || self.tried.contains(&text) {
            return false;
        }
        let loaded = scenario::parse(self.file, &text, Size::Full);
        self.tried.insert(text);
        let Ok(scenario) = loaded else { return false };
        self.runs += 1;
        let fails = (self.fails)(&scenario);
        if fails {
            self.document = candidate;
        }
        (self.told)(self.standing());
        fails
    }

    /// Takes out as many of `count` parts as it can, in chunks that become smaller; `without` gives the document
    /// without some parts.
    pub(super) fn thin(&mut self, count: usize, without: impl Fn(&BTreeSet<usize>) -> Table) {
        let mut gone = BTreeSet::new();
        let mut size = count;
        while size > 0 {
            let left: Vec<usize> = (0..count).filter(|part| !gone.contains(part)).collect();
            for chunk in left.rchunks(size) {
                let more: BTreeSet<usize> = gone.iter().chain(chunk).copied().collect();
                if self.attempt(without(&more)) {
                    gone = more;
                }
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }

    /// Whether nothing more is run.
    pub(super) fn is_over(&self) -> bool {
        self.runs >= self.bound
    }

    fn standing(&self) -> Standing {
        Standing { runs: self.runs, bound: self.bound, lines: print(&self.document).lines().count() }
    }
}
