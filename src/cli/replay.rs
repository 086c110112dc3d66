//! `replay`: a run made again from its bundle.

use super::args::{Format, ReplayArgs};
use super::failure::Failure;
use super::interrupt;
use super::read;
use super::run::told;
use super::terminal::{Progress, Terminal};
use super::whole::Whole;
use crate::campaign::{self, Bundle, BundleError, Options, Replay};
use crate::outcome::{Outcome, VERSION, Verdict};
use crate::report;
use std::path::Path;

pub(super) fn replay(args: &ReplayArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    interrupt::ends_with(interrupt::nothing_kept);
    let shown = args.bundle.display();
    let unreadable = |error| Failure::Usage(format!("{shown} cannot be read: {error}"));
    let bundle = Bundle::read(&read::text(&args.bundle).map_err(unreadable)?)?;
    if let Some(other) = bundle.other_version().filter(|_| !args.anyway) {
        return Err(Failure::Usage(format!(
            "{shown} was made by ringfence {other}, and this is ringfence {VERSION}: the same scenario and seed may \
             give another run.\n  With ringfence {other} it is the same; to run it with this one all the same:\n  \
             ringfence replay {shown} --anyway"
        )));
    }
    let replay = bundle.unpacked()?;
    let mut outcome = outcome(&replay, terminal);
    bundle.reproduce().clone_into(&mut outcome.reproduce);
    terminal.print(&match args.format {
        Format::Text => report::text(&outcome, terminal.paint()),
        Format::Json => outcome.to_json(),
    });
    let (was, is) = (bundle.digest(), outcome.digest.to_string());
    if was != is {
        return Err(Failure::Internal(format!(
            "the run is not the one in {shown}: that one's digest is {was}, and this one's {is}"
        )));
    }
    terminal.note(&format!("digest {is}, as in the bundle"));
    Ok(told(&replay.scenario, &outcome, replay.options.planted, terminal))
}

/// Runs it, with its seed said first and a bar meanwhile.
fn outcome(replay: &Replay, terminal: &Terminal) -> Outcome {
    let Replay { scenario, seed, options } = replay;
    let plan = &scenario.plan;
    terminal.note(&format!("{}: seed {seed}, {} from {}", scenario.name, plan.duration, plan.start));
    let (bar, watch) = Progress::of_run(plan.start, plan.duration + plan.settle);
    let outcome = campaign::run(scenario, *seed, Options { watch: Some(&watch), ..*options });
    drop(bar);
    outcome
}

/// Writes a bundle, and says how to make its run again.
pub(super) fn put_bundle(path: &Path, bundle: &Bundle, terminal: &Terminal) {
    if terminal.has_written(Whole::put(path, &bundle.to_json())) {
        let shown = path.display();
        terminal.note(&format!("written: {shown}\n  ringfence replay {shown}"));
    }
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Scenario(found) => Self::Scenario(vec![found]),
            _ => Self::Usage(error.to_string()),
        }
    }
}
