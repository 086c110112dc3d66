//! A check as text: a line for each scenario, and a summary.

use super::{Decided, Summary};
use crate::campaign::paper::Paper;
use crate::campaign::{Checked, Suite};
use crate::cli::against::Against;
use crate::cli::coverage::Coverage;
use crate::cli::terminal::{painted, put};
use crate::metrics::grouped;
use crate::outcome::Verdict;
use crate::report::Paint;

/// So many failing runs of a scenario are told one by one.
const TOLD: usize = 3;

/// The whole check.
pub(super) fn text(
    papers: &[Decided],
    suite: &Suite,
    coverage: &Coverage<'_>,
    summary: &Summary,
    against: Option<&Against>,
    paint: Paint,
) -> String {
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
    let (failing, without_subject): (Vec<&str>, Vec<&str>) =
        summary.never_evaluated.iter().copied().partition(|id| summary.untested.contains(id));
    if !failing.is_empty() {
        put(&mut text, &format!("never evaluated, which fails the check: {}", failing.join(", ")));
    }
    if !without_subject.is_empty() {
        put(&mut text, &format!("never evaluated: {}", without_subject.join(", ")));
    }
    if let Some(against) = against {
        text += &against.text();
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
