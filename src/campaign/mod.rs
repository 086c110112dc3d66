//! Runs: one scenario with one seed, or many of each on several threads.
//!
//! [`run()`] composes the observers over the world and gathers what they folded into an
//! [`Outcome`](crate::outcome::Outcome); [`check()`] does so for every scenario and seed and keeps what a line needs. **This is
//! the only module with threads**, and it collects in order: on one thread and on eight the result is
//! the same.

mod check;
mod faults;
mod run;
pub mod saboteur;

pub use check::{CheckError, Checked, Job, Suite, check};
pub use run::{Options, Watch, reproduce, run, run_with, setup};
