//! The survivability table, put to the test: every row in every mode of replication, over many seeds.
//!
//! `rows` is the table as data, [`survivability`] runs it, [`Cell`] is what came of one cell, and
//! [`page`] writes both side by side. What is compared with the promise is seen in the facts, never read
//! off a configuration.

mod cell;
mod page;
mod rows;

pub use page::{TITLE, page};

use super::CampaignError;
use super::check::CheckError;
use crate::service::policy::Replication;
use crate::terms::Span;
use cell::Seen;
use rayon::prelude::*;
use rows::{Promise, ROWS, Row};

/// The modes of replication, in the order of the table's columns.
const MODES: [Replication; 3] = [Replication::SyncStrict, Replication::Sync, Replication::Async];

/// What came of one cell over all its seeds.
#[derive(Debug)]
pub struct Cell {
    row: &'static Row,
    replication: Replication,
    promise: Promise,
    seen: Vec<Seen>,
}

impl Cell {
    /// What is gone, and in which mode: `B, sync`.
    pub fn title(&self) -> String {
        format!("{}, {}", self.row.gone, self.replication.name())
    }

    /// What went against the promise, each with its seed.
    pub fn failures(&self) -> Vec<String> {
        let of = |(seed, seen): (usize, &Seen)| {
            seen.failures.iter().map(move |failure| format!("seed {seed}: {failure}")).collect::<Vec<_>>()
        };
        self.seen.iter().enumerate().flat_map(of).collect()
    }

    /// Whether there was something to promise for: writes came in every run.
    pub fn was_exercised(&self) -> bool {
        let asked = |seen: &Seen| seen.acknowledged.iter().chain(&seen.refused).sum::<u64>() > 0;
        !self.seen.is_empty() && self.seen.iter().all(asked)
    }

    fn spans(&self, of: impl Fn(&Seen) -> Option<Span>) -> Option<(Span, Span)> {
        let spans: Vec<Span> = self.seen.iter().filter_map(of).collect();
        Some((*spans.iter().min()?, *spans.iter().max()?))
    }
}

/// Runs every cell with seeds from 0 on, `threads` at once (zero: one for each core), and calls `done`
/// after each run, on any thread. The cells are in the order of the table.
///
/// # Errors
///
/// If the scenario of a cell is refused, a defect of this program, or the threads cannot be started.
pub fn survivability(seeds: u32, threads: usize, done: impl Fn() + Sync) -> Result<Vec<Cell>, CampaignError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| CampaignError::Threads(CheckError::from(error)))?;
    let cells: Vec<_> =
        ROWS.iter().flat_map(|row| MODES.into_iter().zip(row.promises).map(move |cell| (row, cell))).collect();
    let of_cell = |&(row, (replication, promise)): &(&'static Row, (Replication, Promise))| {
        let of_seed = |seed: u32| {
            let seen = cell::seen(row, replication, &promise, seed.into()).map_err(CampaignError::Scenario);
            done();
            seen
        };
        let seen = (0..seeds).into_par_iter().with_max_len(1).map(of_seed).collect::<Result<_, _>>()?;
        Ok(Cell { row, replication, promise, seen })
    };
    pool.install(|| cells.par_iter().with_max_len(1).map(of_cell).collect())
}

/// How many runs a table of so many seeds takes.
pub fn runs(seeds: u32) -> u64 {
    ROWS.len() as u64 * MODES.len() as u64 * u64::from(seeds)
}
