//! Random-fault campaigns: many seeds, each a scenario of its own, held against the survivability table.
//!
//! Each is drawn from the swarm ([`crate::campaign::draw`]); `trial` runs it and judges it; [`Figures`] gathers how
//! long takeovers took and what they lost. A run fails if an invariant is broken, if an acknowledged
//! record is lost where the table says none is, or if a loss is not declared.

mod figures;
mod trial;

pub use figures::{Figures, Row};
pub use trial::{Cause, Sample, Trial};

use super::check::CheckError;
use crate::campaign::draw::Source;
use crate::scenario::Diagnostics;
use rayon::prelude::*;
use std::fmt;
use std::ops::Range;

/// A campaign could not be held.
#[derive(Debug)]
pub enum CampaignError {
    /// A topology or a drawn scenario was refused: a defect of this program.
    Scenario(Diagnostics),
    /// Threads could not be started.
    Threads(CheckError),
}

impl fmt::Display for CampaignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(found) => found.fmt(f),
            Self::Threads(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CampaignError {}

/// Runs every seed, `threads` at once (zero: one for each core), and calls `done` after each run, on any
/// thread. The trials are in the order of seeds.
///
/// # Errors
///
/// If a scenario is refused, or the threads cannot be started.
pub fn campaign(seeds: Range<u64>, threads: usize, done: impl Fn() + Sync) -> Result<Vec<Trial>, CampaignError> {
    let swarm = Source::swarm()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| CampaignError::Threads(CheckError::from(error)))?;
    let one = |seed| {
        let trial = trial::trial(&swarm, seed).map_err(CampaignError::Scenario);
        done();
        trial
    };
    let seeds: Vec<u64> = seeds.collect();
    pool.install(|| seeds.into_par_iter().with_max_len(1).map(one).collect())
}
