//! `campaign`: many seeds of random faults, held against the survivability table.

use super::args::{CampaignArgs, Format};
use super::failure::Failure;
use super::terminal::{Progress, Terminal};
use crate::campaign::draw::{Source, Weights};
use crate::campaign::random::{self, Cause, Figures, Row, Trial};
use crate::metrics::grouped;
use crate::outcome::{SCHEMA_VERSION, VERSION, Verdict};
use crate::service::policy::Initiative;
use crate::terms::Span;
use serde_json::{Value, json};

/// So many failing seeds are told one by one.
const TOLD: usize = 10;

pub(super) fn campaign(args: &CampaignArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    if let Some(seed) = args.show {
        terminal.print(&Source::swarm()?.draw(seed, &Weights::even()).text)?;
        return Ok(Verdict::Pass);
    }
    let last = args.first.saturating_add(u64::from(args.seeds));
    let (bar, done) = Progress::of_runs(u64::from(args.seeds));
    let trials = random::campaign(args.first..last, args.jobs.map_or(0, usize::from), done)?;
    drop(bar);
    let figures = Figures::of(&trials);
    let verdict = if figures.failed > 0 { Verdict::Breach } else { Verdict::Pass };
    terminal.print(&match args.format {
        Format::Text => text(&figures, &trials, verdict),
        Format::Json => json(&figures, &trials, verdict),
    })?;
    Ok(verdict)
}

/// The line that gives a seed again.
fn reproduce(seed: u64) -> String {
    format!("ringfence campaign --show {seed} > swarm-{seed}.toml && ringfence run swarm-{seed}.toml")
}

fn text(figures: &Figures, trials: &[Trial], verdict: Verdict) -> String {
    let Figures { runs, failed, faults, acknowledged, lost_against_promise, lost_as_declared, rows } = figures;
    let mut lines = vec![
        "| policy | failover | cause | takeovers | lease p50 | p99 | first write p50 | p99 | RPO p50 | p99 |"
            .to_owned(),
        "|---|---|---|---:|---:|---:|---:|---:|---:|---:|".to_owned(),
    ];
    lines.extend(rows.iter().map(row));
    lines.push(String::new());
    lines.push(format!(
        "{runs} runs, {} faults took effect, {} writes acknowledged",
        grouped(*faults),
        grouped(*acknowledged)
    ));
    lines.push(format!(
        "acknowledged records lost: {} where the table says none, {} where it allows it",
        grouped(*lost_against_promise),
        grouped(*lost_as_declared)
    ));
    for trial in trials.iter().filter(|trial| !trial.failures.is_empty()).take(TOLD) {
        lines.push(format!("  seed {}:", trial.seed));
        lines.extend(trial.failures.iter().map(|failure| format!("    {failure}")));
        lines.push(format!("    {}", reproduce(trial.seed)));
    }
    lines.push(format!("verdict: {verdict}, {failed} of {runs} runs failed\n"));
    lines.join("\n")
}

fn row(row: &Row) -> String {
    let pair = |pair: Option<(Span, Span)>| {
        pair.map_or_else(|| "– | –".to_owned(), |(p50, p99)| format!("{} | {}", tenths(p50), tenths(p99)))
    };
    let (replication, failover, cause) = (row.replication.name(), initiative(row.failover), cause(row.cause));
    let (held, served, rpo) = (pair(row.held), pair(row.served), pair(row.rpo));
    format!("| `{replication}` | {failover} | {cause} | {} | {held} | {served} | {rpo} |", row.takeovers)
}

/// Seconds, to a tenth.
fn tenths(span: Span) -> String {
    let tenths = (span.as_micros() + 50_000) / 100_000;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

const fn initiative(initiative: Initiative) -> &'static str {
    match initiative {
        Initiative::Automatic => "automatic",
        Initiative::Manual => "manual",
        Initiative::Disabled => "disabled",
    }
}

const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Lapse => "the lease lapsed",
        Cause::Grace => "the grace period ended",
        Cause::Force => "forced by an operator",
        Cause::Plan => "planned",
    }
}

fn json(figures: &Figures, trials: &[Trial], verdict: Verdict) -> String {
    let pair = |pair: Option<(Span, Span)>| -> Value {
        pair.map_or(Value::Null, |(p50, p99)| json!({ "p50_us": p50.as_micros(), "p99_us": p99.as_micros() }))
    };
    let row = |row: &Row| {
        json!({
            "replication": row.replication.name(),
            "failover": initiative(row.failover),
            "cause": cause(row.cause),
            "takeovers": row.takeovers,
            "lease": pair(row.held),
            "first_write": pair(row.served),
            "rpo": pair(row.rpo),
        })
    };
    let failure =
        |trial: &Trial| json!({ "seed": trial.seed, "failures": trial.failures, "reproduce": reproduce(trial.seed) });
    let failing = trials.iter().filter(|trial| !trial.failures.is_empty());
    let whole = json!({
        "schema_version": SCHEMA_VERSION,
        "version": VERSION,
        "verdict": verdict.name(),
        "runs": figures.runs,
        "failed": figures.failed,
        "faults_fired": figures.faults,
        "acknowledged": figures.acknowledged,
        "lost_against_promise": figures.lost_against_promise,
        "lost_as_declared": figures.lost_as_declared,
        "takeovers": figures.rows.iter().map(row).collect::<Vec<_>>(),
        "failures": failing.map(failure).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}
