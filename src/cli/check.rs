//! `check`: every scenario, several seeds each, one line a scenario.

use super::args::{CheckArgs, Format};
use super::failure::Failure;
use super::terminal::{Progress, Terminal};
use crate::campaign::{self, Checked, Job, Suite};
use crate::metrics::grouped;
use crate::outcome::{SCHEMA_VERSION, VERSION, Verdict};
use crate::report::Paint;
use crate::scenario::{self, Diagnostics, Scenario, Size};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// So many failing runs of a scenario are told one by one.
const TOLD: usize = 3;

pub(super) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    let size = if args.full { Size::Full } else { Size::Ci };
    let jobs = jobs(args, size)?;
    let runs = jobs.iter().map(|job| u64::from(job.seeds)).sum();
    let (bar, done) = Progress::of_runs(runs);
    let suite = campaign::check(&jobs, size, args.jobs.map_or(0, usize::from), done)?;
    drop(bar);
    let summary = Summary::of(&suite, args.paths.iter().any(|path| path.is_dir()));
    terminal.print(&match args.format {
        Format::Text => text(&suite, &summary, terminal.paint()),
        Format::Json => json(&suite, &summary),
    })?;
    Ok(summary.verdict)
}

/// Loads every scenario; what is wrong with any of them is told in one pass.
fn jobs(args: &CheckArgs, size: Size) -> Result<Vec<Job>, Failure> {
    let loaded = scenarios(&args.paths)?.into_iter().map(|path| scenario::load(&path, size));
    let (good, bad): (Vec<_>, Vec<_>) = loaded.partition(Result::is_ok);
    let bad: Vec<Diagnostics> = bad.into_iter().filter_map(Result::err).collect();
    if !bad.is_empty() {
        return Err(Failure::Scenario(bad));
    }
    let job = |scenario: Scenario| Job { seeds: args.seeds.unwrap_or(scenario.check.seeds), scenario };
    Ok(good.into_iter().filter_map(Result::ok).map(job).collect())
}

/// The scenarios of files and folders. A folder's, and its sub-folders', are in the order of their paths.
fn scenarios(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(in_folder(path)?);
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// Every scenario of a folder and of the folders in it.
fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(Failure::Usage(format!(
            "{} holds no scenario: they are files that end in `.toml`",
            folder.display()
        )));
    }
    Ok(files)
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |error| Failure::Usage(format!("{} cannot be read: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        // A link to a folder is left alone: it may lead back up.
        if entry.file_type().map_err(unreadable)?.is_dir() {
            gather(&path, files)?;
        } else if is_scenario(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether a file of a folder is meant as a scenario: TOML that is no topology. One that is not even
/// TOML is taken for a scenario, so that it is told what is wrong with it.
fn is_scenario(path: &Path) -> bool {
    let is_topology = |text: String| {
        let table: toml::Table = text.parse().unwrap_or_default();
        let has = |key: &str| table.contains_key(key);
        !has("schema_version") && ["extends", "boundaries", "datacenters", "units", "countries"].into_iter().any(has)
    };
    let is_toml = path.is_file() && path.extension().is_some_and(|extension| extension == "toml");
    is_toml && !fs::read_to_string(path).is_ok_and(is_topology)
}

/// What a whole check says.
struct Summary {
    verdict: Verdict,
    never_evaluated: Vec<&'static str>,
    /// Whether an invariant that no run evaluated fails the check.
    binding: bool,
}

impl Summary {
    /// A folder is a suite, which must put every invariant to the test. Of single scenarios their
    /// own `requires` says what they must test.
    fn of(suite: &Suite, is_suite: bool) -> Self {
        let never_evaluated = suite.never_evaluated();
        let untested = if is_suite && !never_evaluated.is_empty() { Verdict::Vacuous } else { Verdict::Pass };
        Self { verdict: suite.worst().max(untested), never_evaluated, binding: is_suite }
    }
}

fn text(suite: &Suite, summary: &Summary, paint: Paint) -> String {
    let width = suite.scenarios.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, runs) in &suite.scenarios {
        text += &line(name, width, runs, paint);
    }
    let (runs, events) = (counted(suite.runs().count(), "run"), suite.runs().map(|run| run.events).sum());
    let evaluations = suite.runs().flat_map(|run| &run.evaluated).sum();
    let (scenarios, verdict) = (counted(suite.scenarios.len(), "scenario"), painted(summary.verdict, 0, paint));
    put(
        &mut text,
        &format!(
            "\n{scenarios}, {runs}, {} events, invariants evaluated {} times",
            grouped(events),
            grouped(evaluations),
        ),
    );
    if summary.binding && !summary.never_evaluated.is_empty() {
        put(&mut text, &format!("never evaluated, which fails the check: {}", summary.never_evaluated.join(", ")));
    }
    put(&mut text, &format!("verdict: {verdict}, {}", summary.verdict.meaning()));
    text
}

/// One line for a scenario, and beneath it its first few failing runs.
fn line(name: &str, width: usize, runs: &[Checked], paint: Paint) -> String {
    let worst = runs.iter().map(|run| run.verdict).max().unwrap_or(Verdict::Vacuous);
    let failing: Vec<_> = runs.iter().filter(|run| run.verdict != Verdict::Pass).collect();
    let events: u64 = runs.iter().map(|run| run.events).sum();
    let passed = runs.len() - failing.len();
    let mut text = format!("{}  {name:width$}  {passed} of {} seeds", painted(worst, 9, paint), runs.len());
    put(&mut text, &format!(", {} events", grouped(events)));
    for run in failing.iter().take(TOLD) {
        put(&mut text, &format!("  seed {}: {}", run.seed, run.verdict));
        run.reasons.iter().for_each(|reason| put(&mut text, &format!("    {reason}")));
        put(&mut text, &format!("    {}", run.reproduce));
    }
    if failing.len() > TOLD {
        put(&mut text, &format!("  and {} more", failing.len() - TOLD));
    }
    text
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn put(text: &mut String, line: &str) {
    let written = writeln!(text, "{line}");
    debug_assert!(written.is_ok(), "a string takes what is written to it");
}

/// A verdict at a least width, in its colour.
fn painted(verdict: Verdict, width: usize, paint: Paint) -> String {
    let code = match verdict {
        Verdict::Pass => 32,
        Verdict::Threshold | Verdict::Vacuous => 33,
        Verdict::Breach => 31,
    };
    match paint {
        Paint::Colour => format!("\x1b[{code}m{verdict:<width$}\x1b[0m"),
        Paint::Plain => format!("{verdict:<width$}"),
    }
}

fn json(suite: &Suite, summary: &Summary) -> String {
    let run = |run: &Checked| -> Value {
        json!({
            "seed": run.seed,
            "verdict": run.verdict.name(),
            "digest": run.digest.to_string(),
            "events": run.events,
            "reasons": run.reasons,
            "reproduce": run.reproduce,
        })
    };
    let scenario = |(name, runs): &(String, Vec<Checked>)| -> Value {
        json!({ "scenario": name, "runs": runs.iter().map(run).collect::<Vec<_>>() })
    };
    let whole = json!({
        "schema_version": SCHEMA_VERSION,
        "version": VERSION,
        "verdict": summary.verdict.name(),
        "never_evaluated": summary.never_evaluated,
        "scenarios": suite.scenarios.iter().map(scenario).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}
