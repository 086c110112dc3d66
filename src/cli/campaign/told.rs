//! What the records of a campaign say together: a table of takeovers, figures, what was reached and what never
//! was, and the first seeds that failed. Nothing in it depends on when, where, or in how many parts they were made.

use super::cut::Cut;
use crate::audit::INVARIANTS;
use crate::campaign::hunt::{Cause, Figures, Ledger, Part, Reach, Record, Row, shown};
use crate::campaign::sometimes::EVENTS;
use crate::cli::against::Against;
use crate::cli::args::Sort;
use crate::cli::coverage::Coverage;
use crate::cli::terminal::painted;
use crate::metrics::grouped;
use crate::outcome::{SCHEMA_VERSION, VERSION, Verdict};
use crate::report::Paint;
use crate::terms::Span;
use serde_json::{Value, json};

/// So many failing seeds are told one by one, and so many failures of each: what a failing campaign ends with fits
/// a screen.
const TOLD: usize = 5;
const FAILURES: usize = 2;

/// What is told of one campaign, or of the generations of one.
pub(in crate::cli) struct Told<'a> {
    generations: &'a [Ledger],
    figures: Figures,
    reach: Reach,
    /// What was never reached.
    never: Vec<(Sort, String)>,
    /// Of which sorts that fails it.
    binding: &'a [Sort],
    /// Seeds of which there is no record, for people; empty where none is missing.
    missing: String,
    /// The failing records, each with the line that gives it again.
    failing: Vec<(&'a Record, String)>,
    /// Whether a seed without a record fails it, as it does where parts were put together.
    pub(in crate::cli) is_whole: bool,
    /// Why it ended before all its seeds were run, if it did.
    pub(in crate::cli) cut: Option<Cut>,
    /// What came of comparing it with an earlier one.
    pub(in crate::cli) against: Option<Against>,
}

impl<'a> Told<'a> {
    /// `reproducing` gives the line for the seeds of a ledger, in which `{seed}` stands for one.
    pub(in crate::cli) fn of(
        generations: &'a [Ledger],
        part: Part,
        binding: &'a [Sort],
        reproducing: impl Fn(&Ledger) -> String,
    ) -> Self {
        let records = generations.iter().flat_map(|ledger| ledger.records.values());
        let reach = Reach::of(records.clone());
        let failing = |ledger: &'a Ledger| {
            let line = reproducing(ledger);
            let line = move |seed: u64| line.replace("{seed}", &seed.to_string());
            let failing = ledger.records.values().filter(|record| record.failed());
            failing.map(move |record| (record, line(record.seed)))
        };
        let missing: Vec<_> =
            generations.iter().flat_map(|ledger| ledger.identity.missing(part, &ledger.records)).collect();
        Self {
            generations,
            figures: Figures::of(records),
            never: never(&reach),
            reach,
            binding,
            missing: shown(&missing),
            failing: generations.iter().flat_map(failing).collect(),
            is_whole: false,
            cut: None,
            against: None,
        }
    }

    /// The failing records, each with the line that gives it again.
    pub(super) fn failing(&self) -> &[(&'a Record, String)] {
        &self.failing
    }

    /// Every record, generation by generation.
    pub(super) fn records(&self) -> impl Iterator<Item = &Record> {
        self.generations.iter().flat_map(|ledger| ledger.records.values())
    }

    /// The seeds of which there is no record, for people, where that fails it.
    pub(super) fn lacking(&self) -> Option<&str> {
        Some(self.missing.as_str()).filter(|missing| self.is_whole && !missing.is_empty())
    }

    /// The verdict. That a scheduled fault took no effect in a run, which makes that run alone vacuous, is no
    /// failure of a campaign; that nothing was run is one, and so it is where coverage is required and lacking.
    pub(in crate::cli) fn verdict(&self) -> Verdict {
        let untested = self.figures.runs == 0 || !self.never(true).is_empty() || self.lacking().is_some();
        let any = |failed: fn(&Record) -> bool| self.failing.iter().any(|(record, _)| failed(record));
        if any(|record| !record.failures.is_empty()) {
            Verdict::Breach
        } else if untested {
            Verdict::Vacuous
        } else if any(|record| !record.missed.is_empty()) {
            Verdict::Threshold
        } else {
            self.against.as_ref().map_or(Verdict::Pass, Against::verdict)
        }
    }

    /// That it ended before all its seeds were run, and why.
    pub(super) fn cut(&self) -> Option<(&Cut, String)> {
        self.cut.as_ref().and_then(|cut| Some((cut, cut.told(&self.missing)?)))
    }

    pub(super) fn text(&self, paint: Paint) -> String {
        let figures = &self.figures;
        let mut lines = vec![
            "| policy | failover | cause | takeovers | lease p50 | p99 | first write p50 | p99 | RPO p50 | p99 |"
                .to_owned(),
            "|---|---|---|---:|---:|---:|---:|---:|---:|---:|".to_owned(),
        ];
        lines.extend(figures.rows.iter().map(row));
        lines.push(String::new());
        let counts = [figures.runs as u64, figures.faults, figures.acknowledged, figures.events].map(grouped);
        let [runs, faults, acknowledged, events] = counts;
        lines.push(format!(
            "{runs} runs, {events} events, {faults} faults took effect, {acknowledged} writes acknowledged"
        ));
        let idle = self.records().filter(|record| record.verdict == Verdict::Vacuous).count();
        if idle > 0 {
            lines.push(format!(
                "{} of the runs had a fault that took no effect: vacuous by themselves, no failure of a campaign",
                grouped(idle as u64)
            ));
        }
        lines.push(format!(
            "acknowledged records lost: {} where the table says none, {} where it allows it",
            grouped(figures.lost_against_promise),
            grouped(figures.lost_as_declared)
        ));
        let latency = [50, 99].map(|percent| figures.latency.percentile(percent).map(|us| Span(us).to_string()));
        if let [Some(p50), Some(p99)] = latency {
            lines.push(format!("from birth to confirmation: p50 {p50}, p99 {p99}"));
        }
        let situations = self.reach.sometimes.len();
        lines.push(format!("{}, {situations} of {} rare situations met", coverage(&self.reach).counts(), EVENTS.len()));
        for (fails, which) in [(", which fails the campaign", true), ("", false)] {
            let never = self.never(which);
            if !never.is_empty() {
                lines.push(format!("never reached{fails}: {}", never.join(", ")));
            }
        }
        let verified = self.verified();
        if verified > 0 {
            lines.push(format!("{} runs made twice, fact by fact the same", grouped(verified)));
        }
        if let Some((_, told)) = self.cut().filter(|(cut, _)| cut.exit_code() > 0) {
            lines.push(told);
        } else if !self.missing.is_empty() {
            lines.push(format!("no record of seed {}", self.missing));
        }
        for (record, line) in self.failing.iter().take(TOLD) {
            lines.push(format!("  seed {}:", record.seed));
            let broken = record.failures.iter().map(|failure| format!("    {} {}", failure.promise, failure.what));
            lines.extend(broken.chain(record.missed.iter().map(|missed| format!("    {missed}"))).take(FAILURES));
            lines.push(format!("    {line}"));
        }
        lines.extend(self.against.iter().map(|against| against.text().trim_end().to_owned()));
        let verdict = painted(self.verdict(), 0, paint);
        lines.push(format!("verdict: {verdict}, {} of {runs} runs failed\n", grouped(figures.failed as u64)));
        lines.join("\n")
    }

    /// What was never reached of the sorts that fail the campaign, or of the others.
    pub(super) fn never(&self, binding: bool) -> Vec<&str> {
        let never = self.never.iter().filter(|(sort, _)| self.binding.contains(sort) == binding);
        never.map(|(_, name)| name.as_str()).collect()
    }

    /// How many of the runs were made twice.
    fn verified(&self) -> u64 {
        let of = |ledger: &Ledger| ledger.records.keys().filter(|&&seed| ledger.identity.verifies(seed)).count();
        self.generations.iter().map(of).sum::<usize>() as u64
    }

    pub(super) fn json(&self) -> String {
        let pair = |pair: Option<(Span, Span)>| -> Value {
            pair.map_or(Value::Null, |(p50, p99)| json!({ "p50_us": p50.as_micros(), "p99_us": p99.as_micros() }))
        };
        let row = |row: &Row| {
            json!({
                "replication": row.replication,
                "failover": row.failover,
                "cause": cause(row.cause),
                "takeovers": row.takeovers,
                "lease": pair(row.held),
                "first_write": pair(row.served),
                "rpo": pair(row.rpo),
            })
        };
        let failure = |(record, line): &(&Record, String)| json!({ "seed": record.seed, "failures": record.failures, "missed": record.missed, "reproduce": line });
        let (figures, latency) = (&self.figures, &self.figures.latency);
        let whole = json!({
            "schema_version": SCHEMA_VERSION,
            "version": VERSION,
            "command": "campaign",
            "campaigns": self.generations.iter().map(|ledger| &ledger.identity).collect::<Vec<_>>(),
            "verdict": self.verdict().name(),
            "missing": self.missing,
            "cut_short": self.cut().map(|(cut, told)| json!({ "by": cut.name(), "what": told })),
            "runs": figures.runs,
            "failed": figures.failed,
            "verified": self.verified(),
            "events": figures.events,
            "simulated_us": figures.simulated.as_micros(),
            "faults_fired": figures.faults,
            "acknowledged": figures.acknowledged,
            "lost_against_promise": figures.lost_against_promise,
            "lost_as_declared": figures.lost_as_declared,
            "latency_us": { "p50": latency.percentile(50), "p95": latency.percentile(95), "p99": latency.percentile(99) },
            "takeovers": figures.rows.iter().map(row).collect::<Vec<_>>(),
            "evaluated": self.reach.evaluated,
            "choices": self.reach.choices,
            "sometimes": self.reach.sometimes,
            "coverage": coverage(&self.reach).json(),
            "never": self.never.iter().map(|(_, name)| name).collect::<Vec<_>>(),
            "failures": self.failing.iter().map(failure).collect::<Vec<_>>(),
            "baseline": self.against.as_ref().map(Against::json),
        });
        format!("{whole:#}\n")
    }
}

/// What a campaign never reached: rules, copy classes, datacenters, kinds of faults, rare situations, invariants.
fn never(reach: &Reach) -> Vec<(Sort, String)> {
    let situations = EVENTS.iter().filter(|event| !reach.sometimes.contains_key(event.name));
    let situations = situations.map(|event| (Sort::Situations, format!("situation {}", event.name)));
    let evaluated = |id: &str| reach.evaluated.get(id).is_some_and(|&times| times > 0);
    let invariants =
        INVARIANTS.iter().filter(|(id, _)| !evaluated(id)).map(|(id, _)| (Sort::Invariants, format!("invariant {id}")));
    coverage(reach).never().into_iter().chain(situations).chain(invariants).collect()
}

fn coverage(reach: &Reach) -> Coverage<'_> {
    let visited = reach.cells.keys().map(|(rule, copy, datacenter, fault)| (*rule, *copy, &**datacenter, *fault));
    Coverage::over(visited.collect(), reach.datacenters.iter().map(|name| &**name).collect())
}

fn row(row: &Row) -> String {
    let pair = |pair: Option<(Span, Span)>| {
        pair.map_or_else(|| "– | –".to_owned(), |(p50, p99)| format!("{} | {}", tenths(p50), tenths(p99)))
    };
    let Row { replication, failover, takeovers, .. } = row;
    let (held, served, rpo) = (pair(row.held), pair(row.served), pair(row.rpo));
    format!("| `{replication}` | {failover} | {} | {takeovers} | {held} | {served} | {rpo} |", cause(row.cause))
}

/// Seconds, to a tenth.
fn tenths(span: Span) -> String {
    let tenths = (span.as_micros() + 50_000) / 100_000;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Lapse => "the lease lapsed",
        Cause::Grace => "the grace period ended",
        Cause::Force => "forced by an operator",
        Cause::Plan => "planned",
    }
}
