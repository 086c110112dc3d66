//! The hunt: a campaign over many seeds, each a scenario of its own.
//!
//! A campaign is its [`Identity`]: version, source, seeds, weights. Of each seed it keeps a [`Record`], small and
//! exact, which `trial` makes: draw, run, judge. [`hunt()`] does so on all cores; what it gives is kept in a
//! [`Ledger`], from which a campaign that was killed goes on; [`merge()`] puts parts together. So what a campaign
//! came to is a function of its identity: neither threads, parts, nor interruptions change a byte of it.
//!
//! What records say together: [`Figures`] of takeovers and losses, [`Reach`] of what was put to the test and
//! what never was; [`steered`] turns that into the weights of the next generation. `lockstep` is the gate of
//! determinism.

mod cells;
mod figures;
mod histogram;
mod identity;
mod ledger;
mod lockstep;
mod merge;
mod name;
mod reach;
mod record;
mod seal;
mod steer;
mod trial;

pub use cells::Cells;
pub use figures::{Figures, Row};
pub use histogram::Histogram;
pub use identity::{FORM, Identity, Part, shown};
pub use ledger::{Contradiction, Ledger, Read, Unreadable};
pub use lockstep::{Difference, run_twice};
pub use merge::{MergeError, merge};
pub use name::{Name, Place};
pub use reach::{Reach, ReachedCell};
pub use record::{Cause, Failure, Record, RunFigures, Takeover};
pub use steer::steered;
pub use trial::{TrialError, trial};

use super::check::CheckError;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How a hunt is held. Nothing here changes a record.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// How many runs go on at once; zero: one for each core.
    pub threads: usize,
    /// Starts no run after one has failed.
    pub fail_fast: bool,
    /// Whether there is time left: no run is started after it has said no.
    pub time_left: &'a (dyn Fn() -> bool + Sync),
}

/// Why a hunt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every seed was run.
    Complete,
    /// The time was up.
    OutOfTime,
    /// A run failed, and that was to be the last.
    FirstFailure,
}

/// Why a hunt broke off.
#[derive(Debug)]
pub enum HuntError<E> {
    /// Threads could not be started.
    Threads(CheckError),
    /// No record could be made of a seed, or none could be kept.
    Seed(u64, E),
    /// This program broke while it ran a seed.
    Panic(u64),
}

/// Makes a record of each seed, several at once, and hands each to `keep` as it is made. A run that was started
/// is kept, whatever ends the hunt meanwhile.
///
/// # Errors
///
/// If no record can be made of a seed, or none can be kept; the runs that were under way are kept.
pub fn hunt<E: Send>(
    seeds: impl Iterator<Item = u64> + Send,
    terms: Terms<'_>,
    make: impl Fn(u64) -> Result<Record, E> + Sync,
    keep: impl FnMut(Record) -> Result<(), E> + Send,
) -> Result<Ending, HuntError<E>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(terms.threads).build();
    let pool = pool.map_err(|error| HuntError::Threads(error.into()))?;
    let desk = Mutex::new(Desk { seeds, keep, ended: None });
    // A guard that stands in the head of the loop would be held through its body.
    let next = || locked(&desk).next(terms);
    pool.broadcast(|_| {
        while let Some(seed) = next() {
            let run = panic::catch_unwind(AssertUnwindSafe(|| make(seed)));
            locked(&desk).take(seed, run.ok(), terms.fail_fast);
        }
    });
    let ended = desk.into_inner().unwrap_or_else(PoisonError::into_inner).ended;
    ended.unwrap_or(Ok(Ending::Complete))
}

/// Where seeds are given out and records handed in. It is open for as long as one of these takes, never for a
/// run.
struct Desk<S, K, E> {
    seeds: S,
    keep: K,
    ended: Option<Result<Ending, HuntError<E>>>,
}

impl<S: Iterator<Item = u64>, K: FnMut(Record) -> Result<(), E>, E> Desk<S, K, E> {
    fn next(&mut self, terms: Terms<'_>) -> Option<u64> {
        if self.ended.is_some() {
            return None;
        }
        let seed = self.seeds.next()?;
        if !(terms.time_left)() {
            self.ended = Some(Ok(Ending::OutOfTime));
            return None;
        }
        Some(seed)
    }

    /// Takes what came of a seed; `None` of one in which this program broke.
    fn take(&mut self, seed: u64, made: Option<Result<Record, E>>, fail_fast: bool) {
        let failed = matches!(&made, Some(Ok(record)) if record.failed());
        let kept = made.map(|made| made.and_then(|record| (self.keep)(record)));
        match kept {
            None => self.ended = Some(Err(HuntError::Panic(seed))),
            Some(Err(error)) => self.ended = Some(Err(HuntError::Seed(seed, error))),
            Some(Ok(())) if failed && fail_fast && !matches!(self.ended, Some(Err(_))) => {
                self.ended = Some(Ok(Ending::FirstFailure));
            }
            Some(Ok(())) => {}
        }
    }
}

fn locked<T>(desk: &Mutex<T>) -> MutexGuard<'_, T> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
