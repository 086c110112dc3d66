//! The arguments of `campaign` and `merge`.

use super::{MAX_SEED, ReportFiles, ResultArgs, Width, formats, number::whole};
use crate::campaign::hunt::Part;
use crate::scenario::{self, ResultFormat};
use crate::terms::Span;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `campaign`.
#[derive(Debug, Args)]
pub struct CampaignArgs {
    /// A shape: a scenario with ranges, choices and optional parts. Default: the swarm.
    #[arg(value_name = "FILE")]
    pub shape: Option<PathBuf>,
    /// Draw from the swarm: all that is built in.
    #[arg(long, conflicts_with = "shape")]
    pub swarm: bool,
    /// How many seeds. Default: 1000, or as many as the time budget allows.
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=u32::MAX.into()))]
    pub seeds: Option<u32>,
    /// The first seed, below 2^63.
    #[arg(long, value_name = "SEED", default_value_t = 0, value_parser = whole::<u64>(0..=MAX_SEED - u64::from(u32::MAX)))]
    pub first: u64,
    /// Start no run after this time, such as `10m`. The runs made by then are exact.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub time_budget: Option<Span>,
    /// Keep a record of each run in this file. Started again, a campaign goes on from what is there, and its file
    /// is the same, byte for byte, as without an interruption.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Run only one of several parts, as in `1/3`; `merge` puts their ledgers together.
    #[arg(long, value_name = "I/N")]
    pub partition: Option<Part>,
    /// Start no run after one has failed, and none at all if one in the ledger has.
    #[arg(long, conflicts_with = "keep_going")]
    pub fail_fast: bool,
    /// Run every seed, whatever fails: this is the default.
    #[arg(long)]
    pub keep_going: bool,
    /// Run this share of the seeds twice, such as `5%`, and compare the two runs fact by fact.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub verify_determinism: Option<u32>,
    /// Weigh the choices of the draw by what the campaign of this ledger seldom reached.
    #[arg(long, value_name = "LEDGER")]
    pub steer: Option<PathBuf>,
    /// So many campaigns one after the other, each steered by the one before and with the seeds that follow. Their
    /// ledgers end in `.1`, `.2` and so on.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = whole::<u16>(1..=u16::MAX.into()), requires = "ledger")]
    pub generations: u16,
    /// What must have been reached.
    #[command(flatten)]
    pub reach: RequiredReach,
    /// Print the scenario of a seed instead, to be run by `run`. With a ledger it is drawn as that says.
    #[arg(long, value_name = "SEED", value_parser = whole::<u64>(0..=MAX_SEED))]
    pub show: Option<u64>,
    /// How many runs go on at once.
    #[command(flatten)]
    pub width: Width,
    /// If a run fails, write the first of those that failed worst to this file, whole, for `ringfence replay`.
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// What becomes of the results.
    #[command(flatten)]
    pub results: ResultArgs,
}

/// `merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The ledgers of the parts.
    #[arg(value_name = "FILES", required = true)]
    pub ledgers: Vec<PathBuf>,
    /// Write the ledger of the whole campaign to this file. A ledger of it that is there already is one more part.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What must have been reached.
    #[command(flatten)]
    pub reach: RequiredReach,
    /// How the result is written to standard output.
    #[arg(long, default_value = "text", value_parser = formats())]
    pub format: ResultFormat,
    /// Into which files the results are written as well.
    #[command(flatten)]
    pub files: ReportFiles,
}

/// What a campaign must have reached.
#[derive(Debug, Args)]
pub struct RequiredReach {
    /// Fail if a rule, copy class, datacenter, kind of fault, rare situation or invariant was never reached, or only
    /// one of the sorts that are named. It is held against all that is built in: of a shape name the sorts that it can
    /// reach whole.
    #[arg(long, value_name = "SORTS", num_args = 0..=1, require_equals = true, value_delimiter = ',')]
    #[arg(default_missing_value = "rules,copies,datacenters,faults,situations,invariants")]
    pub require_coverage: Vec<Sort>,
}

/// A sort of things that a campaign may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// Rules of residence.
    Rules,
    /// Copy classes.
    Copies,
    /// Datacenters.
    Datacenters,
    /// Kinds of faults.
    Faults,
    /// Rare situations.
    Situations,
    /// Invariants.
    Invariants,
}

fn span(text: &str) -> Result<Span, String> {
    scenario::span(text).ok_or_else(|| "a length of time is written as in `10m` or `1h 30m`".to_owned())
}

/// A share in millionths.
fn share(text: &str) -> Result<u32, String> {
    let wrong = || "a share is written as in `5%`, and is at most 100%".to_owned();
    let percent = text.trim().strip_suffix('%').and_then(|percent| percent.trim().parse::<f64>().ok());
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent)).ok_or_else(wrong)?;
    Ok((percent * 1e4).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(["5%", "0.5 %", "100%"].map(share), [Ok(50_000), Ok(5_000), Ok(1_000_000)]);
        for wrong in ["5", "101%", "-1%", "x%", "nan%"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
