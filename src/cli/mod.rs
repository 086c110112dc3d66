//! The command line: commands, exit codes, the terminal.
//!
//! Results go to standard output and everything else to standard error. The exit code is the
//! [`Verdict`]'s: 0 all promises held, 10 a threshold was missed, 11 something that was to be tested
//! never happened, 20 a promise was broken, or `selftest` planted a mistake that nothing caught; 2 for bad usage or a
//! bad scenario, 1 for an error of this program, as a replayed run with another digest is, 130 for an interrupt.

mod against;
mod args;
mod campaign;
mod check;
mod clock;
mod coverage;
mod explain;
mod failure;
mod files;
mod guard;
mod interrupt;
mod locate;
mod merge;
mod nearest;
mod read;
mod reference;
mod replay;
mod reports;
mod results;
mod run;
mod selftest;
mod settings;
mod shrink;
mod survivability;
mod terminal;
mod topology;
mod whole;
mod write;

pub use args::{
    CampaignArgs, CheckArgs, Cli, Color, Command, ExplainArgs, Format, InitArgs, LocateArgs, MergeArgs, QuestionArgs,
    ReplayArgs, RunArgs, SchemaOf, SelftestArgs, ShrinkArgs, Sort, Subject, SurvivabilityArgs, TopologyArgs,
};
pub use failure::Failure;
pub use guard::guarded;
pub use reports::Target;
pub use results::{chain, of_run, of_runs};
pub use terminal::Terminal;

use crate::outcome::Verdict;

/// Carries out a command.
///
/// # Errors
///
/// Bad usage, a bad scenario, or a place that takes no output. What a run found is a verdict, even where it could not be
/// written: the [`Terminal`] has told of that.
pub fn execute(command: &Command, terminal: &Terminal) -> Result<Verdict, Failure> {
    match command {
        Command::Run(args) => run::run(args, terminal),
        Command::Check(args) => check::check(args, terminal),
        Command::Campaign(args) => campaign::campaign(args, terminal),
        Command::Merge(args) => merge::merge(args, terminal),
        Command::Survivability(args) => survivability::survivability(args, terminal),
        Command::Topology(args) => topology::topology(args, terminal),
        Command::Locate(args) => locate::locate(args, terminal),
        Command::Explain(args) => explain::explain(args, terminal),
        Command::Shrink(args) => shrink::shrink(args, terminal),
        Command::Replay(args) => replay::replay(args, terminal),
        Command::Selftest(args) => selftest::selftest(args, terminal),
        Command::Init(args) => write::init(args, terminal),
        Command::Schema { of } => Ok(write::schema(*of, terminal)),
        Command::Reference => reference::reference(terminal),
        Command::Completions { shell } => Ok(write::completions(*shell, terminal)),
    }
}
