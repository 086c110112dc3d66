//! The command line as types.

mod hunting;
mod number;

pub use hunting::{CampaignArgs, MergeArgs, Sort};

use super::nearest::nearest;
use super::reports::{self, Target};
use crate::campaign::saboteur::Planted;
use crate::scenario::ResultFormat;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use number::whole;
use std::path::PathBuf;

/// Seeds fit 63 bits: integers in TOML are signed.
const MAX_SEED: u64 = (1 << 63) - 1;

/// Runs outages through the datacenters of a chat service, and proves where its data rests.
#[derive(Debug, Parser)]
#[command(name = "ringfence", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to colour text; `auto` also obeys the variable `NO_COLOR`.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all promises held, 1 internal error or a replayed run that is another, 2 bad usage or bad \
scenario, 10 a threshold was missed, 11 something that was to be tested never happened, 20 a promise was broken or \
a planted mistake not caught, 130 interrupted (a campaign with a ledger goes on from there).";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a scenario and say whether every promise held.
    Run(RunArgs),
    /// Run scenarios over several seeds each: one line a scenario, and a summary.
    Check(CheckArgs),
    /// Hunt: draw a scenario for each of many seeds, run them on all cores, and hold them against every promise.
    Campaign(CampaignArgs),
    /// Put parts of a campaign together, from any number of machines, in any order.
    Merge(MergeArgs),
    /// Put every cell of the survivability table to the test, and write it with what was observed.
    Survivability(SurvivabilityArgs),
    /// Show datacenters, pairs, witnesses and latencies, or the countries' boundaries.
    Topology(TopologyArgs),
    /// Run a scenario, then show where each workload of a tenant rests: from the facts, not from policy.
    Locate(LocateArgs),
    /// Run a scenario, then tell why something happened: the chain of decisions, each with its input.
    Explain(ExplainArgs),
    /// Make a scenario that breaks a promise small: what is left breaks the same promise.
    Shrink(ShrinkArgs),
    /// Make a run again from its bundle, and say whether it is the same.
    Replay(ReplayArgs),
    /// Plant each mistake in the service, and say what catches it, and how soon.
    Selftest(SelftestArgs),
    /// Write a commented scenario to start from.
    Init(InitArgs),
    /// Print a JSON Schema: of a scenario, or of a file of profiles.
    Schema {
        /// Of what.
        #[arg(default_value = "scenario")]
        of: SchemaOf,
    },
    /// Print every key, fault, metric, refusal, invariant, rare situation and error code, as Markdown.
    Reference,
    /// Print a script of completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// What is to be run.
#[derive(Debug, Args)]
pub struct Subject {
    /// The scenario.
    #[arg(value_name = "FILE")]
    pub scenario: PathBuf,
    /// The seed, below 2^63. Default: the scenario's.
    #[arg(long, value_parser = whole::<u64>(0..=MAX_SEED))]
    pub seed: Option<u64>,
    /// As small as the scenario's `[check]` says, as `check` runs it.
    #[arg(long)]
    pub ci: bool,
    /// Run the service with this mistake in it, to see what catches it; `ringfence selftest` has them all.
    #[arg(long, value_name = "MISTAKE", value_parser = planted)]
    pub planted: Option<Planted>,
}

/// The mistake of a name.
fn planted(name: &str) -> Result<Planted, String> {
    let names = || Planted::ALL.iter().map(Planted::to_string).collect::<Vec<_>>();
    Planted::of_name(name)
        .ok_or_else(|| format!("there is no mistake called `{name}`{}", nearest(name, &names(), "there are")))
}

/// `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// What is to be run.
    #[command(flatten)]
    pub subject: Subject,
    /// How the result is written to standard output.
    #[arg(long, default_value = "text")]
    pub format: Format,
    /// Write summary, charts and page to this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write the run to this file, whole: scenario, topology, seed, version, options and digest. `ringfence replay`
    /// makes it again.
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// Write leases, faults, refusals, and a sample of the writes to this file, to be opened in
    /// <https://ui.perfetto.dev>.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Scenarios, topologies, and folders of them. Over a folder, an invariant that no run evaluated is
    /// a failure, if its scenarios have what it is about: moves for RES-5, faults for RES-7, FO-4 and FO-5.
    #[arg(value_name = "PATHS", required = true)]
    pub paths: Vec<PathBuf>,
    /// How many seeds each scenario is run with. Default: what its `[check]` says.
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=u32::MAX.into()))]
    pub seeds: Option<u32>,
    /// As large as each scenario says, not as small as its `[check]` says.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub full: Option<bool>,
    /// How many runs go on at once.
    #[command(flatten)]
    pub width: Width,
    /// If a run does not pass, write the worst of them to this file, whole, for `ringfence replay`.
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// What becomes of the results.
    #[command(flatten)]
    pub results: ResultArgs,
}

/// How many runs go on at once.
#[derive(Clone, Copy, Debug, Args)]
pub struct Width {
    /// How many runs go on at once. Default: one for each core.
    #[arg(long, short, value_name = "N", value_parser = whole::<u16>(1..=u16::MAX.into()))]
    pub jobs: Option<u16>,
}

/// Files into which results are written.
#[derive(Debug, Args)]
pub struct ReportFiles {
    /// Write the results to a file as well, such as `junit=target/junit.xml`; may be given once for each format.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = reports::target)]
    pub report: Vec<Target>,
}

/// What becomes of the results of many runs.
#[derive(Debug, Args)]
pub struct ResultArgs {
    /// How the results are written to standard output. Default: `text`.
    #[arg(long, value_parser = formats())]
    pub format: Option<ResultFormat>,
    /// Into which files they are written as well.
    #[command(flatten)]
    pub files: ReportFiles,
    /// Compare with an earlier result, seed by seed: of `check` what `--report json=FILE` wrote, of `campaign` its
    /// ledger.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Fail, with 10, if a verdict or a metric is worse than in the baseline.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub fail_if_worse: Option<bool>,
    /// The profile of `ringfence.toml` over which these flags are laid. Default: `default`.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// The file of profiles. Default: the nearest `ringfence.toml`, here or in a folder above.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The formats of results, by name.
fn formats() -> impl TypedValueParser<Value = ResultFormat> {
    PossibleValuesParser::new(reports::names()).try_map(|name| reports::format(&name))
}

/// `survivability`.
#[derive(Debug, Args)]
pub struct SurvivabilityArgs {
    /// How many seeds each cell is run with.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = whole::<u32>(1..=u32::MAX.into()))]
    pub seeds: u32,
    /// Write the table to this file. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How many runs go on at once.
    #[command(flatten)]
    pub width: Width,
}

/// `topology`.
#[derive(Debug, Args)]
pub struct TopologyArgs {
    /// A topology file. Default: the built-in topology.
    #[arg(value_name = "FILE")]
    pub topology: Option<PathBuf>,
    /// Show the boundary of every country instead, with the doubtful rows marked and explained.
    #[arg(long)]
    pub countries: bool,
    /// How the tables are written to standard output.
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// `locate`.
#[derive(Debug, Args)]
pub struct LocateArgs {
    /// What is to be run.
    #[command(flatten)]
    pub subject: Subject,
    /// The tenant, by the name that the scenario gives it.
    #[arg(long, value_name = "NAME")]
    pub tenant: String,
    /// How the result is written to standard output.
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// What is to be run.
    #[command(flatten)]
    pub subject: Subject,
    /// What is asked.
    #[command(flatten)]
    pub question: QuestionArgs,
    /// How long before and after a moment or a breach to tell.
    #[arg(long, value_name = "SPAN", default_value = "1m")]
    pub within: String,
    /// Tell of this scale unit only.
    #[arg(long, value_name = "NAME", requires = "at")]
    pub unit: Option<String>,
    /// How the chain is written to standard output.
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// What `explain` is asked: exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct QuestionArgs {
    /// What went on around a moment: `2019-05-06T09:00:40Z`, or `9h` for nine hours after the start.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// What became of a record, by the number that reports give it.
    #[arg(long, value_name = "ID")]
    pub record: Option<u64>,
    /// How it came to a breach, by its number in the report.
    #[arg(long, value_name = "N")]
    pub breach: Option<usize>,
}

/// `shrink`.
#[derive(Debug, Args)]
pub struct ShrinkArgs {
    /// What is to be made small.
    #[command(flatten)]
    pub subject: Subject,
    /// The invariant that what is left must break, such as `RES-1`. Default: the first that the run breaks.
    #[arg(long, value_name = "ID")]
    pub invariant: Option<String>,
    /// Write what is left to this file, which must not be there yet. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The most candidates that are run.
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = whole::<u32>(1..=u32::MAX.into()))]
    pub runs: u32,
}

/// `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The bundle, as `run --bundle` and `check --bundle` write it.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Run it with this version although another made it: its digest may differ.
    #[arg(long)]
    pub anyway: bool,
    /// How the result is written to standard output.
    #[arg(long, default_value = "text")]
    pub format: Format,
}

/// `selftest`.
#[derive(Debug, Args)]
pub struct SelftestArgs {
    /// The most seeds from each start until a mistake must be caught.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = whole::<u32>(1..=100_000))]
    pub seeds: u32,
    /// Plant only this mistake; may be given several times. Default: all.
    #[arg(long, value_name = "MISTAKE", value_parser = planted)]
    pub planted: Vec<Planted>,
    /// Write the table to this file. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How many mistakes are hunted at once. Default: one for each core.
    #[arg(long, short, value_name = "N", value_parser = whole::<u16>(1..=u16::MAX.into()))]
    pub jobs: Option<u16>,
}

/// `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to write it; `-` is standard output. A file that exists is left alone.
    #[arg(value_name = "PATH", default_value = "scenario.toml")]
    pub path: PathBuf,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one JSON object.
    Json,
}

/// What a JSON Schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// A scenario.
    Scenario,
    /// A file of profiles, `ringfence.toml`.
    Profiles,
}

/// When text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_seed_above_63_bits_is_refused() {
        let parse = |seed: &str| Cli::try_parse_from(["ringfence", "run", "x.toml", "--seed", seed]);
        assert!(parse("9223372036854775807").is_ok());
        assert!(parse("9223372036854775808").is_err());
        assert!(parse("-1").is_err());
    }
}
