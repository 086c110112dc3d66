//! The checker put to the test: each mistake is planted, and must be caught.
//!
//! [`TRAPS`] is the list. A mistake is looked for in the swarm, seed by seed, from several starts that have
//! no seed in common; where the swarm does not show it from every start within the budget, in circumstances of
//! its own (*directed*). What caught it is then made small.

mod circumstances;
mod page;
mod traps;

pub use page::{TITLES, line, page};
pub use traps::{EMPTY, LEAKS, LOSSES, SEALED, TRAPS, Trap};

use super::check::CheckError;
use super::draw::{self, Weights};
use super::error::CampaignError;
use super::run::{Options, run_with};
use super::saboteur::Saboteur;
use super::shrink::{self, Subject};
use crate::scenario::{Diagnostics, Scenario, Size};
use rayon::prelude::*;

/// From so many starts a mistake is looked for.
pub const STARTS: u64 = 5;

/// So far apart are they.
const APART: u64 = 1_000_000;

/// The most candidates of one shrinking.
const SHRINKING: u32 = 600;

/// Where a mistake is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Scenarios that are drawn, as a campaign draws them.
    Swarm,
    /// The circumstances of its trap.
    Directed,
}

impl Source {
    /// The name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Swarm => "swarm",
            Self::Directed => "directed",
        }
    }
}

/// What came of a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The mistake and what must catch it.
    pub trap: &'static Trap,
    /// How it was caught; `None`: it was not, neither in the swarm nor in the circumstances of its trap.
    pub caught: Option<Caught>,
}

/// How a mistake was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// Where.
    pub source: Source,
    /// How many seeds it took from each start, the fewest first.
    pub seeds: Vec<u64>,
    /// What the scenario that caught it first was made.
    pub small: Small,
}

/// The size of a scenario that was made small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Small {
    /// Faults.
    pub faults: usize,
    /// Tenants.
    pub tenants: usize,
    /// Lines that say something.
    pub lines: usize,
}

/// Plants every mistake of `traps`, with at most `seeds` seeds from each start, `threads` at once (zero: one for
/// each core), and calls `done` after each. The rows are in the order of the traps.
///
/// # Errors
///
/// If a scenario is refused, a defect of this program, or the threads cannot be started.
pub fn selftest(
    traps: &[&'static Trap],
    seeds: u64,
    threads: usize,
    done: impl Fn() + Sync,
) -> Result<Vec<Row>, CampaignError> {
    let swarm = draw::Source::swarm()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| CampaignError::Threads(CheckError::from(error)))?;
    let row = |&trap: &&'static Trap| {
        let caught = caught(&swarm, trap, seeds).map_err(CampaignError::Scenario);
        done();
        Ok(Row { trap, caught: caught? })
    };
    pool.install(|| traps.par_iter().with_max_len(1).map(row).collect())
}

fn caught(swarm: &draw::Source, trap: &Trap, seeds: u64) -> Result<Option<Caught>, Diagnostics> {
    for source in [Source::Swarm, Source::Directed] {
        if let Some((mut taken, scenario, seed)) = hunted(swarm, trap, source, seeds)? {
            taken.sort_unstable();
            return Ok(Some(Caught { source, seeds: taken, small: small(trap, &scenario, seed)? }));
        }
    }
    Ok(None)
}

/// How many seeds it took from each start, and the first scenario with its seed; `None` if it takes more than
/// `seeds` from any of them.
fn hunted(
    swarm: &draw::Source,
    trap: &Trap,
    source: Source,
    seeds: u64,
) -> Result<Option<(Vec<u64>, Scenario, u64)>, Diagnostics> {
    let (mut taken, mut first) = (Vec::new(), None);
    for start in (0..STARTS).map(|start| start * APART) {
        let mut found = false;
        for (count, seed) in (1..).zip(start..start + seeds) {
            let scenario = match source {
                Source::Swarm => swarm.draw(seed, &Weights::even()).scenario()?,
                Source::Directed => trap.scenario()?,
            };
            found = trap.is_caught(&scenario, seed);
            if found {
                taken.push(count);
                first.get_or_insert((scenario, seed));
                break;
            }
        }
        if !found {
            return Ok(None);
        }
    }
    Ok(first.map(|(scenario, seed)| (taken, scenario, seed)))
}

fn small(trap: &Trap, scenario: &Scenario, seed: u64) -> Result<Small, Diagnostics> {
    let subject = Subject { scenario, seed, size: Size::Full, bound: SHRINKING };
    let fails = |candidate: &Scenario| trap.is_caught(candidate, candidate.default_seed);
    match shrink::shrink(subject, &fails, &|_| ()) {
        Ok(shrunk) => Ok(Small { faults: shrunk.faults(), tenants: shrunk.tenants(), lines: shrunk.lines() }),
        Err(shrink::Unshrinkable::Scenario(found)) => Err(found),
        Err(error) => unreachable!("{} was just caught with seed {seed}: {error}", trap.planted),
    }
}

impl Trap {
    /// Whether the mistake, made in a scenario, is caught as it must be.
    pub fn is_caught(&self, scenario: &Scenario, seed: u64) -> bool {
        let saboteur = Saboteur::new(self.planted, &scenario.plan);
        let outcome = run_with(scenario, seed, saboteur, Options::default());
        outcome.findings.iter().any(|finding| finding.id == self.caught_by && finding.broken > 0)
    }
}

impl Caught {
    /// How many seeds it took from the middle one of the starts.
    pub fn median(&self) -> u64 {
        self.seeds.get(self.seeds.len() / 2).copied().unwrap_or(0)
    }

    /// How many it took from the start with the most.
    pub fn maximum(&self) -> u64 {
        self.seeds.last().copied().unwrap_or(0)
    }
}
