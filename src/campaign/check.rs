//! Many runs: every scenario with every seed, on several threads, collected in order.

use super::baseline::COMPARED;
use super::run::{Options, run_with};
use crate::audit::{Covered, INVARIANTS};
use crate::facts::DigestValue;
use crate::metrics::{Measured, Scope};
use crate::outcome::{Outcome, Reason, Verdict};
use crate::scenario::{Scenario, Size};
use crate::service::{Decisions, Shipped};
use crate::terms::{CopyClass, Names, Rule};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fmt;

/// A cell of the coverage matrix with its places by name: rule, copy class, datacenter, kind of fault.
pub type VisitedCell<'a> = (Rule, CopyClass, &'a str, &'static str);

/// A scenario and how often it is run.
pub struct Job {
    /// The scenario, loaded at the size of the check.
    pub scenario: Scenario,
    /// How many seeds it is run with, counted from its own.
    pub seeds: u32,
}

/// What is kept of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The seed.
    pub seed: u64,
    /// What the run says.
    pub verdict: Verdict,
    /// The digest of its facts.
    pub digest: DigestValue,
    /// How many events it took.
    pub events: u64,
    /// How often each invariant was evaluated, in the order of [`INVARIANTS`].
    pub evaluated: Vec<u64>,
    /// The cells of the coverage matrix that it visited.
    pub covered: Vec<Covered>,
    /// The metrics that a later check may be compared in, in the order of [`COMPARED`]; `None` where there was
    /// nothing to measure.
    pub figures: [Option<u64>; COMPARED.len()],
    /// Why it did not pass.
    pub reasons: Vec<Reason>,
    /// The command line that gives the run again.
    pub reproduce: String,
}

/// What a whole check came to: for each scenario, in the order given, its runs in the order of seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// A scenario's name and its runs.
    pub scenarios: Vec<(String, Vec<Checked>)>,
}

/// Threads could not be started.
#[derive(Debug)]
pub struct CheckError(rayon::ThreadPoolBuildError);

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no threads to run on: {}", self.0)
    }
}

impl std::error::Error for CheckError {}

impl From<rayon::ThreadPoolBuildError> for CheckError {
    fn from(error: rayon::ThreadPoolBuildError) -> Self {
        Self(error)
    }
}

/// Runs every job with each of its seeds, `threads` at once (zero: one for each core), and calls
/// `done` after each run, on any thread.
///
/// # Errors
///
/// If the threads cannot be started.
pub fn check(jobs: &[Job], size: Size, threads: usize, done: impl Fn() + Sync) -> Result<Suite, CheckError> {
    check_with(jobs, size, threads, |_| Shipped, done)
}

/// Runs every job under a service whose decisions `decide` gives for its scenario.
///
/// # Errors
///
/// If the threads cannot be started.
pub fn check_with<D: Decisions>(
    jobs: &[Job],
    size: Size,
    threads: usize,
    decide: impl Fn(&Scenario) -> D + Sync,
    done: impl Fn() + Sync,
) -> Result<Suite, CheckError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let runs: Vec<_> = jobs.iter().flat_map(|job| job.seeds().map(move |seed| (job, seed))).collect();
    let one = |&(job, seed): &(&Job, u64)| {
        let checked =
            Checked::of(&run_with(&job.scenario, seed, decide(&job.scenario), Options { size, ..Options::default() }));
        done();
        checked
    };
    let checked: Vec<_> = pool.install(|| runs.par_iter().with_max_len(1).map(one).collect());
    let mut checked = checked.into_iter();
    let of_job = |job: &Job| (job.scenario.name.clone(), checked.by_ref().take(job.seeds as usize).collect());
    Ok(Suite { scenarios: jobs.iter().map(of_job).collect() })
}

impl Job {
    /// Its seeds: consecutive, from the scenario's own, within 63 bits.
    pub fn seeds(&self) -> impl Iterator<Item = u64> {
        let first = self.scenario.default_seed;
        (0..u64::from(self.seeds)).map(move |n| first.wrapping_add(n) & (u64::MAX >> 1))
    }
}

impl Checked {
    fn of(outcome: &Outcome) -> Self {
        let count =
            |id: &str| outcome.findings.iter().find(|finding| finding.id == id).map_or(0, |found| found.checked);
        Self {
            seed: outcome.seed,
            verdict: outcome.verdict(),
            digest: outcome.digest,
            events: outcome.events,
            evaluated: INVARIANTS.iter().map(|(id, _)| count(id)).collect(),
            covered: outcome.covered().into_keys().collect(),
            figures: COMPARED.map(|metric| match outcome.measurements.value(metric, Scope::Everything)? {
                Measured::Count(value) | Measured::Micros(value) => Some(value),
                Measured::MilliPercent(_) => None,
            }),
            reasons: outcome.reasons(),
            reproduce: outcome.reproduce.clone(),
        }
    }
}

impl Suite {
    /// Every run.
    pub fn runs(&self) -> impl Iterator<Item = &Checked> {
        self.scenarios.iter().flat_map(|(_, runs)| runs)
    }

    /// Every cell of the coverage matrix that any run visited: rule, copy class, datacenter and kind of fault.
    /// `names` are those of the scenarios, in their order.
    pub fn covered<'a>(&self, names: impl Iterator<Item = &'a Names>) -> BTreeSet<VisitedCell<'a>> {
        let of_scenario = |((_, runs), names): (&(String, Vec<Checked>), &'a Names)| {
            let cells: BTreeSet<Covered> = runs.iter().flat_map(|run| run.covered.iter().copied()).collect();
            let visited = |cell: Covered| (cell.rule, cell.copy, names.datacenter(cell.datacenter), cell.fault);
            cells.into_iter().map(visited).collect::<Vec<_>>()
        };
        self.scenarios.iter().zip(names).flat_map(of_scenario).collect()
    }

    /// The worst verdict of all runs.
    pub fn worst(&self) -> Verdict {
        self.runs().map(|run| run.verdict).max().unwrap_or(Verdict::Vacuous)
    }

    /// Invariants that no run evaluated: of them the check says nothing.
    pub fn never_evaluated(&self) -> Vec<&'static str> {
        let untested = |index: usize| self.runs().all(|run| run.evaluated[index] == 0);
        INVARIANTS.iter().enumerate().filter(|&(index, _)| untested(index)).map(|(_, (id, _))| *id).collect()
    }

    /// Invariants that no run evaluated although one of the scenarios has what they are about.
    pub fn left_untested(&self, jobs: &[Job]) -> Vec<&'static str> {
        let has_subject = |id: &&str| jobs.iter().any(|job| is_about(id, &job.scenario));
        self.never_evaluated().into_iter().filter(has_subject).collect()
    }
}

/// Whether a scenario has what an invariant is about. Nothing can be left behind where nothing moves; without a fault
/// nobody takes over, and nobody need be refused.
fn is_about(id: &str, scenario: &Scenario) -> bool {
    let plan = &scenario.plan;
    match id {
        "RES-5" => !plan.moves.is_empty() || !plan.replacements.is_empty(),
        "RES-7" | "FO-4" | "FO-5" => !plan.faults.is_empty(),
        _ => true,
    }
}
