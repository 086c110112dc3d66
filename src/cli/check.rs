//! `check`: every topology and scenario on paper, then every scenario with several seeds, one line each.

mod json;
mod text;

use super::against::{self, Against};
use super::args::CheckArgs;
use super::coverage::Coverage;
use super::failure::Failure;
use super::files::{self, Files};
use super::interrupt;
use super::replay::put_bundle;
use super::reports::{self, Written};
use super::results;
use super::settings::Settings;
use super::terminal::{Progress, Terminal};
use super::write::replaceable;
use crate::campaign::paper::{self, Paper};
use crate::campaign::{self, Bundle, Checked, Job, Options, Suite, run};
use crate::outcome::{Reason, Verdict};
use crate::report::{Paint, ci};
use crate::scenario::{self, Diagnostics, Scenario, Size, Topology};
use crate::service::Shipped;
use crate::terms::Names;
use std::path::{Path, PathBuf};

/// Of so many scenarios that break a promise it is told how it came to that; each takes three more runs.
const CHAINS: usize = 3;

pub(super) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    interrupt::ends_with(interrupt::nothing_kept);
    let settings = Settings::of(args)?;
    let files = files::found(&args.paths)?;
    reports::check_writable(&settings.reports, &args.bundle)?;
    if let Some(bundle) = &args.bundle {
        replaceable(bundle, &[Bundle::OPENING], "bundle of a run")?;
    }
    let (topologies, jobs) = match loaded(&files, &settings) {
        Ok(loaded) => loaded,
        Err(bad) => return Err(refused("check", bad, &settings, terminal)),
    };
    let baseline = settings.baseline.as_deref().map(|path| against::read(path, &jobs, settings.size)).transpose()?;
    let papers = papers(&topologies, &jobs);
    let (bar, done) = Progress::of_runs(jobs.iter().map(|job| u64::from(job.seeds)).sum());
    let suite = campaign::check(&jobs, settings.size, settings.threads, done)?;
    drop(bar);
    let against = baseline
        .map(|baseline| Against { found: baseline.compare(&jobs, &suite), fails_if_worse: settings.fails_if_worse });
    let coverage = Coverage::of(&suite, jobs.iter().map(|job| &job.scenario.names));
    let is_folder = args.paths.iter().any(|path| path.is_dir());
    let summary = Summary::of(&papers, &jobs, &suite, is_folder, against.as_ref());
    let results = results(&papers, &jobs, &suite, &summary, against.as_ref(), settings.size);
    let text = |paint| text::text(&papers, &suite, &coverage, &summary, against.as_ref(), paint);
    let json = json::json(&papers, &jobs, &suite, &coverage, &summary, against.as_ref(), settings.size);
    let mut written = Written { text: text(Paint::Plain), json, results: &results };
    reports::write(&settings.reports, &written, terminal);
    written.text = text(terminal.paint());
    terminal.print(&written.on_output(settings.format));
    if let (Some(path), Some((job, run))) = (&args.bundle, worst(&jobs, &suite)) {
        put_bundle(path, &Bundle::made(&job.scenario, run.seed, settings.size), terminal);
    }
    terminal.end_with(&results);
    Ok(summary.verdict)
}

/// The first run with the worst verdict, where one did not pass.
fn worst<'a>(jobs: &'a [Job], suite: &'a Suite) -> Option<(&'a Job, &'a Checked)> {
    let mut runs =
        jobs.iter().zip(&suite.scenarios).flat_map(|(job, (_, runs))| runs.iter().map(move |run| (job, run)));
    runs.find(|(_, run)| run.verdict == suite.worst() && run.verdict != Verdict::Pass)
}

/// Topologies with their files, and scenarios.
type Loaded = (Vec<(String, Topology)>, Vec<Job>);

/// Loads every topology and scenario; what is wrong with any of them is told in one pass.
fn loaded(files: &Files, settings: &Settings) -> Result<Loaded, Vec<(String, Diagnostics)>> {
    let mut bad = Vec::new();
    let mut keep = |path: &Path, found: Diagnostics| bad.push((path.display().to_string(), found));
    let topology = |path: &PathBuf| {
        let file = path.to_string_lossy().into_owned();
        scenario::load_topology(&file).map(|topology| (file, topology))
    };
    let topologies: Vec<_> =
        files.topologies.iter().filter_map(|path| topology(path).map_err(|found| keep(path, found)).ok()).collect();
    let scenarios: Vec<_> = files
        .scenarios
        .iter()
        .filter_map(|path| scenario::load(path, settings.size).map_err(|found| keep(path, found)).ok())
        .collect();
    if !bad.is_empty() {
        return Err(bad);
    }
    let job = |scenario: Scenario| Job { seeds: settings.seeds.unwrap_or(scenario.check.seeds), scenario };
    Ok((topologies, scenarios.into_iter().map(job).collect()))
}

/// Writes what is wrong with files wherever results go, and gives the failure back; as text it is for standard
/// error, not for standard output.
pub(super) fn refused(
    command: &'static str,
    bad: Vec<(String, Diagnostics)>,
    settings: &Settings,
    terminal: &Terminal,
) -> Failure {
    let results = results::of_bad_files(command, &bad);
    let failure = Failure::Scenario(bad.into_iter().map(|(_, found)| found).collect());
    let (told, standing) = (failure.render(false), results.standing);
    let text = format!("{told}\n\nverdict: {}, {}\n", standing.name(), standing.meaning());
    let mut written = Written { text, json: json::of_bad_files(&results), results: &results };
    reports::write(&settings.reports, &written, terminal);
    written.text = String::new();
    terminal.print(&written.on_output(settings.format));
    failure
}

/// What was decided on paper.
pub(super) struct Decided {
    pub(super) name: String,
    /// The file, as the user named it.
    pub(super) file: String,
    pub(super) is_topology: bool,
    pub(super) paper: Paper,
    pub(super) reasons: Vec<Reason>,
}

/// Decides every topology and every scenario on paper.
fn papers(topologies: &[(String, Topology)], jobs: &[Job]) -> Vec<Decided> {
    let decided = |name: &str, file: &str, is_topology, paper: Paper, names: &Names| {
        let reasons = paper.reasons(names);
        Decided { name: name.into(), file: file.into(), is_topology, paper, reasons }
    };
    let alone = topologies.iter().map(|(file, topology)| {
        decided(&topology.name, file, true, paper::of_topology(&Shipped, topology), &topology.names())
    });
    let under = jobs.iter().map(|Job { scenario, .. }| {
        decided(&scenario.name, &scenario.file, false, paper::on_paper(&Shipped, scenario), &scenario.names)
    });
    alone.chain(under).collect()
}

impl Decided {
    pub(super) fn verdict(&self) -> Verdict {
        if self.paper.holds() { Verdict::Pass } else { Verdict::Breach }
    }
}

/// What a whole check says.
struct Summary {
    verdict: Verdict,
    never_evaluated: Vec<&'static str>,
    /// Those of them that fail the check.
    untested: Vec<&'static str>,
}

impl Summary {
    /// A folder is a suite, which must put every invariant to the test that its scenarios have anything to do with.
    /// Of single scenarios their own `requires` says what they must test.
    fn of(papers: &[Decided], jobs: &[Job], suite: &Suite, is_folder: bool, against: Option<&Against>) -> Self {
        let ran = !suite.scenarios.is_empty();
        let never_evaluated = if ran { suite.never_evaluated() } else { Vec::new() };
        let untested = if is_folder { suite.left_untested(jobs) } else { Vec::new() };
        let silence = if untested.is_empty() { Verdict::Pass } else { Verdict::Vacuous };
        let runs = if ran { suite.worst() } else { Verdict::Pass };
        let beside = against.map_or(Verdict::Pass, Against::verdict);
        let verdict = papers.iter().map(Decided::verdict).fold(runs.max(silence).max(beside), Verdict::max);
        Self { verdict, never_evaluated, untested }
    }

    /// What is said of the whole, for CI.
    fn remarks(&self) -> Vec<ci::Concern> {
        let remark = |id: &&str| ci::Concern {
            rule: "never-evaluated".into(),
            promise: "A folder of scenarios puts to the test every invariant that they have to do with.".into(),
            what: format!("no run evaluated {id}"),
            place: None,
            related: Vec::new(),
            fails: true,
        };
        self.untested.iter().map(remark).collect()
    }
}

/// The whole for CI: topologies by themselves, scenarios with what was decided on paper first.
fn results(
    papers: &[Decided],
    jobs: &[Job],
    suite: &Suite,
    summary: &Summary,
    against: Option<&Against>,
    size: Size,
) -> ci::Results {
    let (alone, under): (Vec<_>, Vec<_>) = papers.iter().partition(|decided| decided.is_topology);
    let mut suites: Vec<_> = alone.into_iter().map(results::of_topology).collect();
    let mut chains = 0;
    for ((mut runs, job), decided) in results::of_runs(jobs, suite).into_iter().zip(jobs).zip(under) {
        let mut cases = runs.cases.iter_mut().zip(job.seeds());
        if let Some((case, seed)) = cases.find(|(case, _)| chains < CHAINS && case.is_breach()) {
            let again = run(&job.scenario, seed, Options { size, ..Options::default() });
            case.chain = results::chain(&job.scenario, &again, Shipped);
            chains += 1;
        }
        runs.cases.extend(results::broken_on_paper(decided, &job.scenario));
        suites.push(runs);
    }
    let (runs, events) = (suite.runs().count() as u64, suite.runs().map(|run| run.events).sum());
    let counts = vec![
        ("scenarios", suite.scenarios.len() as u64),
        ("runs", runs),
        ("events", events),
        ("evaluations of invariants", suite.runs().flat_map(|run| &run.evaluated).sum()),
        ("records on paper", papers.iter().map(|decided| decided.paper.cases).sum()),
    ];
    let remarks = summary.remarks().into_iter().chain(against.into_iter().flat_map(Against::remarks)).collect();
    ci::Results { command: "check", standing: ci::Standing::Judged(summary.verdict), counts, suites, remarks }
}
