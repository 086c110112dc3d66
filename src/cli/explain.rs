//! `explain`: why something happened, as a chain of decisions.

use super::args::{ExplainArgs, Format};
use super::failure::Failure;
use super::interrupt;
use super::nearest::nearest;
use super::run::{load, size};
use super::terminal::{Progress, Terminal};
use crate::campaign::{self, Asked, Options, Unexplained};
use crate::outcome::Verdict;
use crate::report;
use crate::scenario::{self, Scenario};
use crate::terms::{Record, Span, Unit};

pub(super) fn explain(args: &ExplainArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    interrupt::ends_with(interrupt::nothing_kept);
    let scenario = load(&args.subject)?;
    let asked = asked(args, &scenario)?;
    let seed = args.subject.seed.unwrap_or(scenario.default_seed);
    let size = size(&args.subject);
    let plan = &scenario.plan;
    terminal.note(&format!("{}: seed {seed}, run twice, once with a trace", scenario.name));
    let (bar, watch) = Progress::of_run(plan.start, plan.duration + plan.settle);
    let planted = args.subject.planted;
    let options = Options { size, watch: Some(&watch), planted, ..Options::default() };
    let story = campaign::explain(&scenario, seed, asked, options)?;
    drop(bar);
    terminal.print(&match args.format {
        Format::Text => report::story_text(&format!("{}, seed {seed}:", scenario.name), &story, terminal.paint()),
        Format::Json => story.to_json(),
    });
    Ok(Verdict::Pass)
}

/// What the command line asks, with everything in it understood.
fn asked(args: &ExplainArgs, scenario: &Scenario) -> Result<Asked, Failure> {
    let within = span(&args.within)?;
    if let Some(record) = args.question.record {
        return Ok(Asked::Of(Record(record)));
    }
    if let Some(number) = args.question.breach {
        return Ok(Asked::Breach { number, within });
    }
    let text = args.question.at.as_deref().unwrap_or_default();
    let at = scenario::point(text, scenario.plan.start).ok_or_else(|| {
        Failure::Usage(format!(
            "`{text}` is no moment of a run: write `--at {}`, or `--at 90s` for 90 seconds after the start",
            scenario.plan.start
        ))
    })?;
    let (from, to) = (scenario.plan.start, scenario.plan.start + scenario.plan.duration + scenario.plan.settle);
    if !(from..=to).contains(&at) {
        return Err(Unexplained::OutsideTheRun { at, from, to }.into());
    }
    let unit = args.unit.as_deref().map(|name| unit(name, scenario)).transpose()?;
    Ok(Asked::Around { at, within, unit })
}

fn span(text: &str) -> Result<Span, Failure> {
    let wrong = || Failure::Usage(format!("`{text}` is no length of time: write it as in `--within 90s`"));
    scenario::span(text).ok_or_else(wrong)
}

fn unit(name: &str, scenario: &Scenario) -> Result<Unit, Failure> {
    let names = &scenario.names.units;
    let units = (0..).map(Unit).zip(names);
    let found = units.into_iter().find(|(_, known)| *known == name).map(|(unit, _)| unit);
    found.ok_or_else(|| Failure::Usage(format!("there is no scale unit `{name}`{}", nearest(name, names, "there are"))))
}

impl From<Unexplained> for Failure {
    fn from(why: Unexplained) -> Self {
        match why {
            Unexplained::Diverged { .. } => Self::Internal(why.to_string()),
            _ => Self::Usage(why.to_string()),
        }
    }
}
