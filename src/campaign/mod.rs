//! Runs: one scenario with one seed, many of each on several threads, or a hunt over scenarios that are drawn.
//!
//! [`run()`] composes the observers over the world and gathers what they folded into an
//! [`Outcome`](crate::outcome::Outcome); [`check()`] does so for every scenario and seed and keeps what a line needs. **This is
//! the only module with threads**, and it collects in order: on one thread and on eight the result is
//! the same. [`paper`] decides what can be decided before anything runs. [`baseline`] holds a check
//! against an earlier one. [`hunt`] draws a scenario for each seed ([`draw`]) and keeps an exact record of every run.
//! [`explain()`] runs a scenario twice, without a trace and with one, and tells a part of it. [`mod@shrink`] makes
//! one that breaks a promise small, a [`Bundle`] holds a run in one file, and [`mod@selftest`] plants mistakes and says
//! what catches them.

pub mod baseline;
mod bundle;
mod check;
pub mod draw;
mod error;
mod explain;
mod faults;
pub mod hunt;
mod leases;
mod paired;
pub mod paper;
mod run;
pub mod saboteur;
pub mod selftest;
pub mod shrink;
pub mod sometimes;
pub mod survival;

pub use bundle::{Bundle, BundleError, Replay};
pub use check::{CheckError, Checked, Job, Suite, VisitedCell, check, check_with};
pub use error::CampaignError;
pub use explain::{Asked, Unexplained, explain, explain_again, explain_outcome, explain_with};
pub use paired::Interval;
pub use run::{Options, Watch, quoted, reproduce, run, run_beside, run_observed, run_with, setting, setup};
