//! `check`: every topology and scenario on paper, then every scenario with several seeds, one line each.

use super::args::{CheckArgs, Format};
use super::coverage::Coverage;
use super::failure::Failure;
use super::files::{self, Files};
use super::terminal::{Progress, Terminal, put};
use crate::campaign::paper::{self, Paper};
use crate::campaign::{self, Checked, Job, Suite};
use crate::metrics::grouped;
use crate::outcome::{SCHEMA_VERSION, VERSION, Verdict};
use crate::report::Paint;
use crate::scenario::{self, Diagnostics, Scenario, Size, Topology};
use crate::service::Shipped;
use crate::terms::Names;
use serde_json::{Value, json};
use std::path::PathBuf;

/// So many failing runs of a scenario are told one by one.
const TOLD: usize = 3;

pub(super) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    let size = if args.full { Size::Full } else { Size::Ci };
    let files = files::found(&args.paths)?;
    let (topologies, jobs) = loaded(args, &files, size)?;
    let papers = papers(&topologies, &jobs);
    let runs = jobs.iter().map(|job| u64::from(job.seeds)).sum();
    let (bar, done) = Progress::of_runs(runs);
    let suite = campaign::check(&jobs, size, args.jobs.map_or(0, usize::from), done)?;
    drop(bar);
    let coverage = Coverage::of(&suite, jobs.iter().map(|job| &job.scenario.names));
    let summary = Summary::of(&papers, &suite, args.paths.iter().any(|path| path.is_dir()));
    terminal.print(&match args.format {
        Format::Text => text(&papers, &suite, &coverage, &summary, terminal.paint()),
        Format::Json => json(&papers, &suite, &coverage, &summary),
    })?;
    Ok(summary.verdict)
}

/// Loads every topology and scenario; what is wrong with any of them is told in one pass.
fn loaded(args: &CheckArgs, files: &Files, size: Size) -> Result<(Vec<Topology>, Vec<Job>), Failure> {
    let mut bad = Vec::new();
    let mut keep = |found: Diagnostics| bad.push(found);
    let topology = |path: &PathBuf| scenario::load_topology(&path.to_string_lossy());
    let topologies: Vec<_> =
        files.topologies.iter().filter_map(|path| topology(path).map_err(&mut keep).ok()).collect();
    let scenarios: Vec<_> =
        files.scenarios.iter().filter_map(|path| scenario::load(path, size).map_err(&mut keep).ok()).collect();
    if !bad.is_empty() {
        return Err(Failure::Scenario(bad));
    }
    let job = |scenario: Scenario| Job { seeds: args.seeds.unwrap_or(scenario.check.seeds), scenario };
    Ok((topologies, scenarios.into_iter().map(job).collect()))
}

/// What was decided on paper.
struct Decided {
    name: String,
    is_topology: bool,
    paper: Paper,
    reasons: Vec<String>,
}

/// Decides every topology and every scenario on paper.
fn papers(topologies: &[Topology], jobs: &[Job]) -> Vec<Decided> {
    let decided = |name: &str, is_topology, paper: Paper, names: &Names| {
        let reasons = paper.reasons(names);
        Decided { name: name.into(), is_topology, paper, reasons }
    };
    let alone = topologies
        .iter()
        .map(|topology| decided(&topology.name, true, paper::of_topology(&Shipped, topology), &topology.names()));
    let under = jobs.iter().map(|Job { scenario, .. }| {
        decided(&scenario.name, false, paper::on_paper(&Shipped, scenario), &scenario.names)
    });
    alone.chain(under).collect()
}

impl Decided {
    fn verdict(&self) -> Verdict {
        if self.paper.holds() { Verdict::Pass } else { Verdict::Breach }
    }
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
    fn of(papers: &[Decided], suite: &Suite, is_folder: bool) -> Self {
        let ran = !suite.scenarios.is_empty();
        let never_evaluated = if ran { suite.never_evaluated() } else { Vec::new() };
        let untested = if is_folder && !never_evaluated.is_empty() { Verdict::Vacuous } else { Verdict::Pass };
        let runs = if ran { suite.worst() } else { Verdict::Pass };
        let verdict = papers.iter().map(Decided::verdict).fold(runs.max(untested), Verdict::max);
        Self { verdict, never_evaluated, binding: is_folder }
    }
}

fn text(papers: &[Decided], suite: &Suite, coverage: &Coverage<'_>, summary: &Summary, paint: Paint) -> String {
    let width = papers.iter().map(|decided| decided.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for decided in papers.iter().filter(|decided| decided.is_topology || !decided.paper.holds()) {
        text += &line_on_paper(decided, width, paint);
    }
    for (name, runs) in &suite.scenarios {
        text += &line(name, width, runs, paint);
    }
    let cases = papers.iter().map(|decided| decided.paper.cases).sum();
    put(&mut text, &format!("\n{} records placed or refused on paper", grouped(cases)));
    if suite.scenarios.is_empty() {
        put(&mut text, &format!("verdict: {}, {}", painted(summary.verdict, 0, paint), summary.verdict.meaning()));
        return text;
    }
    let (runs, events) = (counted(suite.runs().count(), "run"), suite.runs().map(|run| run.events).sum());
    let evaluations = suite.runs().flat_map(|run| &run.evaluated).sum();
    let (scenarios, verdict) = (counted(suite.scenarios.len(), "scenario"), painted(summary.verdict, 0, paint));
    put(
        &mut text,
        &format!(
            "{scenarios}, {runs}, {} events, invariants evaluated {} times",
            grouped(events),
            grouped(evaluations),
        ),
    );
    put(&mut text, &coverage.text());
    if summary.binding && !summary.never_evaluated.is_empty() {
        put(&mut text, &format!("never evaluated, which fails the check: {}", summary.never_evaluated.join(", ")));
    }
    put(&mut text, &format!("verdict: {verdict}, {}", summary.verdict.meaning()));
    text
}

/// One line for what was decided on paper, and beneath it what is broken.
fn line_on_paper(decided: &Decided, width: usize, paint: Paint) -> String {
    let Decided { name, paper: Paper { cases, placed, .. }, reasons, .. } = decided;
    let verdict = painted(decided.verdict(), 9, paint);
    let (placed, refused) = (grouped(*placed), grouped(cases - placed));
    let mut text = format!("{verdict}  {name:width$}  on paper: {placed} records placed, {refused} refused\n");
    for reason in reasons {
        put(&mut text, &format!("    {reason}"));
    }
    text
}

/// One line for a scenario, and beneath it its first few failing runs.
fn line(name: &str, width: usize, runs: &[Checked], paint: Paint) -> String {
    let worst = runs.iter().map(|run| run.verdict).max().unwrap_or(Verdict::Vacuous);
    let failing: Vec<_> = runs.iter().filter(|run| run.verdict != Verdict::Pass).collect();
    let events: u64 = runs.iter().map(|run| run.events).sum();
    let passed = runs.len() - failing.len();
    let mut text = format!("{}  {name:width$}  {passed} of {} seeds pass", painted(worst, 9, paint), runs.len());
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

fn json(papers: &[Decided], suite: &Suite, coverage: &Coverage<'_>, summary: &Summary) -> String {
    let on_paper = |decided: &Decided| -> Value {
        json!({
            "name": decided.name,
            "verdict": decided.verdict().name(),
            "cases": decided.paper.cases,
            "placed": decided.paper.placed,
            "reasons": decided.reasons,
        })
    };
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
        "coverage": coverage.json(),
        "never_evaluated": summary.never_evaluated,
        "on_paper": papers.iter().map(on_paper).collect::<Vec<_>>(),
        "scenarios": suite.scenarios.iter().map(scenario).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}
