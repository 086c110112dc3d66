//! A check as one JSON object, which a later check can take as its baseline.

use super::{Decided, Summary};
use crate::campaign::baseline::COMPARED;
use crate::campaign::{Checked, Job, Suite};
use crate::cli::against::Against;
use crate::cli::coverage::Coverage;
use crate::outcome::{Reason, SCHEMA_VERSION, VERSION};
use crate::report::ci;
use crate::scenario::Size;
use serde_json::{Map, Value, json};

/// The whole check.
pub(super) fn json(
    papers: &[Decided],
    jobs: &[Job],
    suite: &Suite,
    coverage: &Coverage<'_>,
    summary: &Summary,
    against: Option<&Against>,
    size: Size,
) -> String {
    let scenario = |(job, (name, runs)): (&Job, &(String, Vec<Checked>))| -> Value {
        json!({
            "scenario": name,
            "file": job.scenario.file,
            "scenario_hash": job.scenario.hash,
            "runs": runs.iter().map(run).collect::<Vec<_>>(),
        })
    };
    let whole = json!({
        "schema_version": SCHEMA_VERSION,
        "version": VERSION,
        "command": "check",
        "size": size.name(),
        "verdict": summary.verdict.name(),
        "coverage": coverage.json(),
        "never_evaluated": summary.never_evaluated,
        "on_paper": papers.iter().map(on_paper).collect::<Vec<_>>(),
        "scenarios": jobs.iter().zip(&suite.scenarios).map(scenario).collect::<Vec<_>>(),
        "baseline": against.map(Against::json),
    });
    format!("{whole:#}\n")
}

fn on_paper(decided: &Decided) -> Value {
    json!({
        "name": decided.name,
        "verdict": decided.verdict().name(),
        "cases": decided.paper.cases,
        "placed": decided.paper.placed,
        "reasons": sentences(&decided.reasons),
    })
}

fn run(run: &Checked) -> Value {
    let metrics: Map<_, _> =
        COMPARED.iter().zip(run.figures).map(|(metric, value)| (metric.name().to_owned(), value.into())).collect();
    json!({
        "seed": run.seed,
        "verdict": run.verdict.name(),
        "digest": run.digest.to_string(),
        "events": run.events,
        "metrics": metrics,
        "reasons": sentences(&run.reasons),
        "reproduce": run.reproduce,
    })
}

fn sentences(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(|reason| reason.what.as_str()).collect()
}

/// Files that are wrong: each thing with its place.
pub(super) fn of_bad_files(results: &ci::Results) -> String {
    let concern = |concern: &ci::Concern| {
        let place = concern.place.as_ref();
        json!({
            "file": place.map(|place| &place.file),
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
            "code": concern.rule,
            "what": concern.what,
        })
    };
    let concerns = results.suites.iter().flat_map(|suite| &suite.cases).flat_map(|case| &case.concerns);
    let whole = json!({
        "schema_version": SCHEMA_VERSION,
        "version": VERSION,
        "command": results.command,
        "verdict": results.standing.name(),
        "errors": concerns.map(concern).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}
