//! `run`: one scenario, one seed.

use super::args::{Format, RunArgs, Subject};
use super::failure::Failure;
use super::interrupt;
use super::replay::put_bundle;
use super::results;
use super::terminal::{Progress, Terminal};
use super::whole::{Whole, apart};
use super::write::replaceable;
use crate::campaign::saboteur::{Planted, Saboteur};
use crate::campaign::{self, Bundle, Options};
use crate::facts::Observer;
use crate::outcome::{Outcome, Verdict};
use crate::report;
use crate::scenario::{self, Scenario, Size};
use crate::service::Shipped;
use crate::trace::Events;
use std::fs;
use std::path::{self, Path};

pub(super) fn run(args: &RunArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    let partial = args.trace.as_deref().map(Whole::partial).transpose()?;
    interrupt::ends_with(move || {
        // Before the trace is begun and once it is complete there is none.
        if let Some(partial) = &partial {
            drop(fs::remove_file(partial));
        }
        interrupt::nothing_kept()
    });
    apart(args.bundle.iter().chain(&args.trace))?;
    let loaded = load(&args.subject)?;
    if let Some(folder) = &args.out {
        report::check_writable(folder)?;
        if let Some(trace) = &args.trace {
            beside_the_report(trace, folder)?;
        }
    }
    if let Some(bundle) = &args.bundle {
        replaceable(bundle, &[Bundle::OPENING], "bundle of a run")?;
    }
    let outcome = match &args.trace {
        None => simulate(&loaded, &args.subject, terminal),
        Some(path) => traced(&loaded, &args.subject, path, terminal)?,
    };
    terminal.print(&match args.format {
        Format::Text => report::text(&outcome, terminal.paint()),
        Format::Json => outcome.to_json(),
    });
    if let Some(folder) = &args.out {
        let written = report::write(folder, &outcome).map(|written| {
            terminal.note(&format!("written: {}", written.page.display()));
        });
        terminal.has_written(written.map_err(Failure::from));
    }
    if let Some(path) = &args.bundle {
        let bundle = Bundle::of(&loaded, &outcome, size(&args.subject), args.subject.planted);
        put_bundle(path, &bundle, terminal);
    }
    Ok(told(&loaded, &outcome, args.subject.planted, terminal))
}

/// Ends with what a run came to and, where it broke a promise, how; in it this mistake was made.
pub(super) fn told(scenario: &Scenario, outcome: &Outcome, planted: Option<Planted>, terminal: &Terminal) -> Verdict {
    let chain = match planted {
        None => results::chain(scenario, outcome, Shipped),
        Some(planted) => results::chain(scenario, outcome, Saboteur::new(planted, &scenario.plan)),
    };
    terminal.end_with(&results::of_run(scenario, outcome, chain));
    outcome.verdict()
}

/// Makes the folder of a report for a trace that goes there, where it must not take the place of a part
/// of the report nor hide in a folder that no report has.
fn beside_the_report(trace: &Path, folder: &Path) -> Result<(), Failure> {
    let shown = trace.display();
    let absolute = |path: &Path| {
        path::absolute(path).map_err(|error| Failure::Usage(format!("{} is no path: {error}", path.display())))
    };
    let (file, report) = (absolute(trace)?, absolute(folder)?);
    if !file.starts_with(&report) {
        return Ok(());
    }
    if file.parent() != Some(&report) || file.file_name().is_some_and(report::is_own_name) {
        let message = format!("the trace {shown} would be in the way of the report: give it another name");
        return Err(Failure::Usage(message));
    }
    fs::create_dir_all(folder).map_err(|error| Failure::Usage(format!("cannot write {shown}: {error}")))
}

/// Loads the scenario that a command names, at its size.
pub(super) fn load(subject: &Subject) -> Result<Scenario, Failure> {
    Ok(scenario::load(&subject.scenario, size(subject))?)
}

/// Runs it, and writes its trace meanwhile.
fn traced(scenario: &Scenario, subject: &Subject, path: &Path, terminal: &Terminal) -> Result<Outcome, Failure> {
    let (whole, writer) = Whole::trace(path)?;
    let seed = subject.seed.unwrap_or(scenario.default_seed);
    let events = Events::new(campaign::setting(scenario, seed), writer);
    let (outcome, events) = observed(scenario, subject, terminal, events);
    if terminal.has_written(whole.complete(events.finish())) {
        terminal.note(&format!("written: {}", path.display()));
    }
    Ok(outcome)
}

/// Runs it, with its seed and size said first and a bar meanwhile.
pub(super) fn simulate(scenario: &Scenario, subject: &Subject, terminal: &Terminal) -> Outcome {
    observed(scenario, subject, terminal, ()).0
}

fn observed<O: Observer>(scenario: &Scenario, subject: &Subject, terminal: &Terminal, more: O) -> (Outcome, O) {
    let seed = subject.seed.unwrap_or(scenario.default_seed);
    let size = size(subject);
    let users = if size == Size::Ci { "at its CI size" } else { "as written" };
    let plan = &scenario.plan;
    terminal.note(&format!("{}: seed {seed}, {} from {}, {users}", scenario.name, plan.duration, plan.start));
    let (bar, watch) = Progress::of_run(plan.start, plan.duration + plan.settle);
    let options = Options { size, watch: Some(&watch), planted: subject.planted, ..Options::default() };
    let observed = campaign::run_observed(scenario, seed, options, more);
    drop(bar);
    observed
}

/// The verdict; one that is no pass ends with the line that reproduces it.
pub(super) fn conclude(outcome: &Outcome, terminal: &Terminal) -> Verdict {
    let verdict = outcome.verdict();
    if verdict != Verdict::Pass {
        terminal.note(&format!("{verdict}: {}\n  {}", verdict.meaning(), outcome.reproduce));
    }
    verdict
}

pub(super) const fn size(subject: &Subject) -> Size {
    if subject.ci { Size::Ci } else { Size::Full }
}
