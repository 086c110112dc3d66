//! From a scenario that breaks a promise to a small one that breaks the same promise.
//!
//! The text is taken as a document of TOML: parts of it are taken out and values made simpler, and what still
//! breaks the promise takes its place, until no step makes it smaller. Every candidate is a scenario that loads
//! and is run; which one breaks the promise is asked of the caller, so that a saboteur's can be shrunk as well.
//! There is no chance and no clock in it: the same scenario is always made small in the same way.

mod document;
mod header;
mod passes;
mod search;
mod simpler;
mod start;

pub use header::headed;
pub use search::Standing;

use crate::scenario::{self, Diagnostics, Scenario, Size};
use document::print;
use search::Search;
use std::fmt;

/// What is made small.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The scenario, loaded at its size.
    pub scenario: &'a Scenario,
    /// The seed with which it breaks the promise.
    pub seed: u64,
    /// The size at which it does.
    pub size: Size,
    /// The most candidates that are run.
    pub bound: u32,
}

/// What it was made.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The text, without a word on what happens: [`headed`] adds that.
    pub text: String,
    /// The same, loaded.
    pub scenario: Scenario,
    /// How many candidates were run.
    pub runs: u32,
    /// Whether the bound was reached, so that more might be left to take out.
    pub is_bounded: bool,
}

/// Why nothing was made small.
#[derive(Debug)]
pub enum Unshrinkable {
    /// The promise is not broken.
    Holds,
    /// The scenario breaks it at the size of the check, and not with what that size is written out.
    OnlyAtItsSize,
    /// What was printed is no scenario any more: a defect of this program.
    Scenario(Diagnostics),
}

impl fmt::Display for Unshrinkable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Holds => f.write_str("the promise is not broken in this run"),
            Self::OnlyAtItsSize => f.write_str("the promise is broken at the size of `[check]` only"),
            Self::Scenario(found) => found.fmt(f),
        }
    }
}

impl std::error::Error for Unshrinkable {}

/// Makes a scenario small that breaks a promise: `fails` says whether one does, run with its own seed. `told` is
/// called after each run.
///
/// # Errors
///
/// If the scenario does not break the promise.
pub fn shrink(
    subject: Subject<'_>,
    fails: &dyn Fn(&Scenario) -> bool,
    told: &dyn Fn(Standing),
) -> Result<Shrunk, Unshrinkable> {
    let Subject { scenario, seed, size, bound } = subject;
    let written = start::document(scenario, seed, size).map_err(Unshrinkable::Scenario)?;
    let as_written = scenario::parse(&scenario.file, &print(&written), Size::Full).map_err(Unshrinkable::Scenario)?;
    if !fails(&as_written) {
        return Err(if size == Size::Ci { Unshrinkable::OnlyAtItsSize } else { Unshrinkable::Holds });
    }
    let mut search = Search::new(written, &scenario.file, bound, fails, told);
    if let Some(alone) = start::with_topology_inside(&search.document, scenario) {
        search.attempt(alone);
    }
    loop {
        let before = search.document.clone();
        for pass in passes::PASSES {
            pass(&mut search);
        }
        if search.document == before || search.is_over() {
            break;
        }
    }
    let text = print(&search.document);
    let scenario = scenario::parse(&scenario.file, &text, Size::Full).map_err(Unshrinkable::Scenario)?;
    Ok(Shrunk { text, scenario, runs: search.runs, is_bounded: search.is_over() })
}

impl Shrunk {
    /// How many faults are left.
    pub fn faults(&self) -> usize {
        self.scenario.plan.faults.len()
    }

    /// How many tenants are left.
    pub fn tenants(&self) -> usize {
        let population = &self.scenario.plan.population;
        population.tenants.len() + population.drawn as usize
    }

    /// How many lines are left that say something.
    pub fn lines(&self) -> usize {
        self.text.lines().filter(|line| !line.is_empty()).count()
    }
}
