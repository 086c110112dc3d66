//! Outcomes, checks and bad files as the results that CI reads: each reason with its line of the scenario.

use super::check::Decided;
use crate::audit::INVARIANTS;
use crate::campaign::{self, Asked, Checked, Job, Suite};
use crate::metrics::Metric;
use crate::outcome::{About, Outcome, Reason, Verdict};
use crate::report::ci::{self, Case, Concern, Place, Standing};
use crate::report::{Paint, chain_text};
use crate::scenario::{Diagnostics, Mark, Scenario};
use crate::service::Decisions;
use crate::terms::Span;

/// The one run of `run`.
pub fn of_run(scenario: &Scenario, outcome: &Outcome, chain: Vec<String>) -> ci::Results {
    let standing = Standing::Judged(outcome.verdict());
    let case = Case {
        name: seed_name(outcome.seed),
        standing,
        concerns: concerns(scenario, &outcome.reasons()),
        chain,
        reproduce: Some(outcome.reproduce.clone()),
    };
    let suite = ci::Suite { name: scenario.name.clone(), place: Some(opening(scenario)), cases: vec![case] };
    let counts = vec![("events", outcome.events), ("facts", outcome.facts)];
    ci::Results { command: "run", standing, counts, suites: vec![suite], remarks: Vec::new() }
}

/// Every scenario of a check with its seeds, without what is said of the whole.
pub fn of_runs(jobs: &[Job], suite: &Suite) -> Vec<ci::Suite> {
    let all = jobs.iter().zip(&suite.scenarios);
    all.map(|(job, (name, runs))| ci::Suite {
        name: name.clone(),
        place: Some(opening(&job.scenario)),
        cases: runs.iter().map(|run| case(&job.scenario, run)).collect(),
    })
    .collect()
}

fn case(scenario: &Scenario, run: &Checked) -> Case {
    let passes = run.verdict == Verdict::Pass;
    Case {
        name: seed_name(run.seed),
        standing: Standing::Judged(run.verdict),
        concerns: concerns(scenario, &run.reasons),
        chain: Vec::new(),
        reproduce: (!passes).then(|| run.reproduce.clone()),
    }
}

fn seed_name(seed: u64) -> String {
    format!("seed {seed}")
}

/// What was decided on paper of a scenario, where that is wrong: what holds needs no case beside the seeds.
pub(super) fn broken_on_paper(decided: &Decided, scenario: &Scenario) -> Option<Case> {
    (!decided.paper.holds()).then(|| on_paper(decided, Some(scenario)))
}

/// What was decided on paper of a scenario, or of the topology of a file.
fn on_paper(decided: &Decided, scenario: Option<&Scenario>) -> Case {
    let reasons = &decided.reasons;
    let alone = |reason: &Reason| concern(reason, rule_of(&reason.about, None), None, Vec::new());
    Case {
        name: "on paper".into(),
        standing: Standing::Judged(decided.verdict()),
        concerns: match scenario {
            Some(scenario) => concerns(scenario, reasons),
            None => reasons.iter().map(alone).collect(),
        },
        chain: Vec::new(),
        reproduce: (!decided.paper.holds()).then(|| format!("ringfence check {}", decided.file)),
    }
}

/// A topology alone, which is decided on paper and runs nothing.
pub(super) fn of_topology(decided: &Decided) -> ci::Suite {
    ci::Suite { name: decided.name.clone(), place: Some(head_of(&decided.file)), cases: vec![on_paper(decided, None)] }
}

fn head_of(file: &str) -> Place {
    Place { file: file.into(), line: 1, column: 1 }
}

/// Files that are wrong: a suite for each, a concern for each thing that is wrong with it.
pub(super) fn of_bad_files(command: &'static str, bad: &[(String, Diagnostics)]) -> ci::Results {
    let suite = |(file, found): &(String, Diagnostics)| ci::Suite {
        name: file.clone(),
        place: Some(head_of(file)),
        cases: vec![Case {
            name: "is well formed".into(),
            standing: Standing::BadFile,
            concerns: wrong(found),
            chain: Vec::new(),
            reproduce: Some(format!("ringfence {command} {file}")),
        }],
    };
    ci::Results {
        command,
        standing: Standing::BadFile,
        counts: vec![("bad files", bad.len() as u64)],
        suites: bad.iter().map(suite).collect(),
        remarks: Vec::new(),
    }
}

/// Each thing that is wrong with a file, at its place.
fn wrong(found: &Diagnostics) -> Vec<Concern> {
    let one = |one: &crate::scenario::Diagnostic| {
        let help = one.suggestion().map(|help| format!("; {help}")).unwrap_or_default();
        let (line, column) = one.position().unwrap_or((1, 1));
        Concern {
            rule: one.code().as_str().into(),
            promise: one.code().meaning().into(),
            what: format!("{}{help}", one.message()),
            place: Some(Place { file: one.file().into(), line, column }),
            related: Vec::new(),
            fails: true,
        }
    };
    found.iter().map(one).collect()
}

fn concerns(scenario: &Scenario, reasons: &[Reason]) -> Vec<Concern> {
    let one = |reason: &Reason| {
        let (place, related) = place_of(scenario, &reason.about);
        concern(reason, rule_of(&reason.about, Some(scenario)), Some(place), related)
    };
    reasons.iter().map(one).collect()
}

fn concern(
    reason: &Reason,
    (rule, promise): (String, String),
    place: Option<Place>,
    related: Vec<(Place, String)>,
) -> Concern {
    Concern { rule, promise, what: reason.what.clone(), place, related, fails: true }
}

/// What a reason goes against, and what that says.
fn rule_of(about: &About, scenario: Option<&Scenario>) -> (String, String) {
    let metric = |place: usize| scenario.and_then(|scenario| scenario.thresholds.get(place)).map(|one| one.metric);
    match about {
        About::Invariant { id, .. } => {
            let promise = INVARIANTS.iter().find(|(known, _)| known == id).map_or("", |(_, promise)| promise);
            ((*id).into(), promise.into())
        }
        About::Fault(_) => ("vacuous/fault".into(), "Every fault that is scheduled takes effect.".into()),
        About::Requirement(_) => {
            ("vacuous/invariant".into(), "Every invariant that a scenario requires is evaluated.".into())
        }
        About::Cell(_) => ("vacuous/cell".into(), "Every cell that a scenario requires is visited.".into()),
        About::Threshold(place) => {
            let metric = metric(*place);
            let name = metric.map_or("", Metric::name);
            (format!("threshold/{name}"), metric.map_or("", Metric::meaning).into())
        }
    }
}

/// The line that a reason is about, and others that have to do with it.
fn place_of(scenario: &Scenario, about: &About) -> (Place, Vec<(Place, String)>) {
    let marks = &scenario.marks;
    let at = |marks: &[Mark], place: usize| at(scenario, marks.get(place).copied().unwrap_or(scenario.marks.name));
    match about {
        About::Fault(place) => (at(&marks.faults, *place), Vec::new()),
        About::Requirement(place) => (at(&marks.requires, *place), Vec::new()),
        About::Cell(place) => (at(&marks.covers, *place), Vec::new()),
        About::Threshold(place) => (at(&marks.thresholds, *place), Vec::new()),
        About::Invariant { tenant, fault, .. } => {
            let fault = fault.and_then(|place| marks.faults.get(place)).copied();
            let tenant = tenant.and_then(|place| marks.tenants.get(place)).copied();
            let whose = tenant.map(|mark| (self::at(scenario, mark), "whose data it is".to_owned()));
            let place = fault.or(tenant).unwrap_or(marks.name);
            (self::at(scenario, place), whose.into_iter().collect())
        }
    }
}

fn opening(scenario: &Scenario) -> Place {
    at(scenario, scenario.marks.name)
}

fn at(scenario: &Scenario, Mark { line, column }: Mark) -> Place {
    Place { file: scenario.file.clone(), line, column }
}

/// How it came to the first breach of an outcome, in brief, the line that tells it in full, and the one that makes
/// the scenario small; the run is made once more for it. Empty where no breach is told.
pub fn chain<D: Decisions>(scenario: &Scenario, outcome: &Outcome, decisions: D) -> Vec<String> {
    let Some((_, breach)) = outcome.breaches().first().copied() else { return Vec::new() };
    let asked = Asked::Breach { number: 1, within: Span::minutes(1) };
    let Ok(story) = campaign::explain_outcome(scenario, outcome, decisions, asked) else { return Vec::new() };
    let with = |command: &str| outcome.reproduce.replacen("ringfence run", &format!("ringfence {command}"), 1);
    let mut lines: Vec<_> = chain_text(&story, breach.at, Paint::Plain).lines().map(str::to_owned).collect();
    lines.push(format!("in full: {} --breach 1", with("explain")));
    lines.push(format!("made small: {}", with("shrink")));
    lines
}
