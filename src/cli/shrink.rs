//! `shrink`: a small scenario that breaks the same promise.

use super::args::{ShrinkArgs, Subject as Asked};
use super::failure::Failure;
use super::interrupt;
use super::nearest::nearest;
use super::run::{load, simulate, size};
use super::terminal::{Progress, Terminal};
use super::whole::Whole;
use super::write::put_new;
use crate::audit::INVARIANTS;
use crate::campaign::shrink::{Shrunk, Subject, Unshrinkable, headed, shrink as run};
use crate::campaign::{self, Options};
use crate::outcome::{Outcome, Verdict};
use crate::scenario::{self, Scenario, Size};
use crate::terms::Span;
use std::path::Path;

pub(super) fn shrink(args: &ShrinkArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    interrupt::ends_with(interrupt::nothing_kept);
    if let Some(path) = &args.out {
        if path.exists() {
            return Err(Failure::Usage(format!("{} is there already, and is left as it is", path.display())));
        }
        Whole::check(path)?;
    }
    let asked = args.invariant.as_deref().map(known).transpose()?;
    let scenario = load(&args.subject)?;
    let outcome = simulate(&scenario, &args.subject, terminal);
    let id = broken(&outcome, asked)?;
    let shrunk = shrunk(args, &scenario, outcome.seed, id)?;
    let text = told(args, &scenario, &shrunk, &outcome, id)?;
    let written = args.out.as_ref().is_some_and(|path| terminal.has_written(put_new(path, &text)));
    if !written {
        terminal.print(&text);
    }
    terminal.note(&summary(args, &scenario, &shrunk, id));
    Ok(Verdict::Pass)
}

/// The invariant of an identifier.
fn known(id: &str) -> Result<&'static str, Failure> {
    let found = INVARIANTS.iter().map(|(known, _)| *known).find(|known| known.eq_ignore_ascii_case(id));
    let names = || INVARIANTS.iter().map(|(known, _)| (*known).to_owned()).collect::<Vec<_>>();
    found.ok_or_else(|| Failure::Usage(format!("there is no invariant `{id}`{}", nearest(id, &names(), "there are"))))
}

/// The invariant that is asked for, if the run breaks it; else the first that it breaks.
fn broken(outcome: &Outcome, asked: Option<&'static str>) -> Result<&'static str, Failure> {
    let broken: Vec<_> = outcome.findings.iter().filter(|found| found.broken > 0).map(|found| found.id).collect();
    match asked {
        None if broken.is_empty() => Err(Failure::Usage(
            "no promise was broken in this run: there is nothing to make small. Name a seed that breaks one, by --seed"
                .into(),
        )),
        None => Ok(broken[0]),
        Some(id) if broken.contains(&id) => Ok(id),
        Some(id) if broken.is_empty() => {
            Err(Failure::Usage(format!("{id} is not broken in this run, nor is any other")))
        }
        Some(id) => Err(Failure::Usage(format!("{id} is not broken in this run; {} is", broken.join(", ")))),
    }
}

fn shrunk(args: &ShrinkArgs, scenario: &Scenario, seed: u64, id: &str) -> Result<Shrunk, Failure> {
    let subject = Subject { scenario, seed, size: size(&args.subject), bound: args.runs };
    let fails = |candidate: &Scenario| {
        let outcome = campaign::run(candidate, candidate.default_seed, options(&args.subject));
        outcome.findings.iter().any(|found| found.id == id && found.broken > 0)
    };
    let (bar, told) = Progress::of_search(args.runs);
    let shrunk = run(subject, &fails, &told);
    drop(bar);
    shrunk.map_err(|error| match error {
        Unshrinkable::Scenario(found) => Failure::Internal(format!("what was printed does not load: {found}")),
        _ => Failure::Usage(error.to_string()),
    })
}

fn options(subject: &Asked) -> Options<'static> {
    Options { planted: subject.planted, ..Options::default() }
}

/// What is left with what happens in it in front, once that is seen to happen under the name that it gets.
fn told(
    args: &ShrinkArgs,
    scenario: &Scenario,
    shrunk: &Shrunk,
    before: &Outcome,
    id: &'static str,
) -> Result<String, Failure> {
    let name = args.out.as_ref().map_or(scenario.file.as_str().into(), |path| path.to_string_lossy());
    let again = |text: &str| {
        scenario::parse(&name, text, Size::Full).map_err(|_| {
            Failure::Usage(format!(
                "{name} would not find the topology that {} names: write it into the same folder",
                scenario.file
            ))
        })
    };
    let small = again(&shrunk.text)?;
    let outcome = campaign::run(&small, small.default_seed, options(&args.subject));
    let breaches = outcome.breaches();
    let number = breaches.iter().position(|(broken, _)| *broken == id);
    let number = number.ok_or_else(|| Failure::Internal(format!("what is left breaks {id} no more")))?;
    let asked = campaign::Asked::Breach { number: number + 1, within: Span::minutes(1) };
    let story = campaign::explain_again(&small, &outcome, args.subject.planted, asked).ok();
    let planted = args.subject.planted.map(|planted| format!(" --planted {planted}")).unwrap_or_default();
    let whence = format!(
        "Made small by `ringfence shrink` out of {} with seed {}: {} of {} faults and {} of {} tenants are left. \
         `ringfence run {}{planted}` gives the breach again.",
        file_name(&scenario.file),
        before.seed,
        shrunk.faults(),
        scenario.plan.faults.len(),
        shrunk.tenants(),
        scenario.plan.population.tenants.len() + scenario.plan.population.drawn as usize,
        args.out.as_ref().map_or("FILE".into(), |path| file_name(&path.to_string_lossy())),
    );
    let text = headed(&shrunk.text, &outcome, breaches[number], story.as_ref(), &whence);
    let headed = again(&text)?;
    let same = campaign::run(&headed, headed.default_seed, options(&args.subject)).digest == outcome.digest;
    if same { Ok(text) } else { Err(Failure::Internal("a comment in front changed the run".into())) }
}

/// A file without the folders above it, which are the user's own.
fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn summary(args: &ShrinkArgs, scenario: &Scenario, shrunk: &Shrunk, id: &str) -> String {
    let lines = scenario.text().lines().filter(|line| !line.trim().is_empty()).count();
    let bounded = if shrunk.is_bounded { ", where --runs ended it" } else { "" };
    let planted = args.subject.planted.map(|planted| format!(" --planted {planted}")).unwrap_or_default();
    let again =
        args.out.as_ref().map(|path| format!("\n  ringfence run {}{planted}", path.display())).unwrap_or_default();
    format!("{id}: {} lines of {lines} are left after {} runs{bounded}{again}", shrunk.lines(), shrunk.runs)
}
