//! A check or a campaign beside its baseline, in words and as data.

use super::failure::Failure;
use super::terminal::put;
use crate::campaign::Job;
use crate::campaign::baseline::{Baseline, CONFIDENCE_PERCENT, Comparison, Shift, Turned};
use crate::metrics::{Dimension, grouped};
use crate::outcome::Verdict;
use crate::report::ci::Concern;
use crate::scenario::Size;
use crate::terms::Span;
use serde_json::{Value, json};
use std::path::Path;

/// So many verdicts that changed are told one by one.
const TOLD: usize = 10;

/// Reads a baseline, and says before anything is run that it is none for these runs.
pub(super) fn read(path: &Path, jobs: &[Job], size: Size) -> Result<Baseline, Failure> {
    let shown = path.display();
    let text = super::read::text(path)
        .map_err(|error| Failure::Usage(format!("the baseline {shown} cannot be read: {error}")))?;
    let unpaired = |why| Failure::Usage(format!("{shown} cannot be the baseline of these runs: {why}"));
    let baseline = Baseline::read(&text).map_err(unpaired)?;
    baseline.check_pairs(jobs, size).map_err(unpaired)?;
    Ok(baseline)
}

/// What a comparison found, and what is to follow from it.
pub(super) struct Against {
    pub(super) found: Comparison,
    /// Whether what got worse is a failure.
    pub(super) fails_if_worse: bool,
}

impl Against {
    /// What it makes of the whole.
    pub(super) fn verdict(&self) -> Verdict {
        if self.fails() { Verdict::Threshold } else { Verdict::Pass }
    }

    fn fails(&self) -> bool {
        self.fails_if_worse && self.found.got_worse()
    }

    pub(super) fn text(&self) -> String {
        let Comparison { version, pairs, same, unpaired, turned, shifts } = &self.found;
        let [paired, same] = [*pairs, *same].map(|count| grouped(count as u64));
        let mut text = String::new();
        put(
            &mut text,
            &format!("against the baseline ({version}): {paired} runs paired, {same} the same to the last fact"),
        );
        for (scenario, why) in unpaired {
            put(&mut text, &format!("  {scenario} {why}, and is not compared"));
        }
        for turned in turned.iter().take(TOLD) {
            put(&mut text, &format!("  {}", of_verdict(turned)));
        }
        if turned.len() > TOLD {
            put(&mut text, &format!("  and {} verdicts more", turned.len() - TOLD));
        }
        for shift in shifts {
            put(&mut text, &format!("  {}", of_metric(shift)));
        }
        if !shifts.is_empty() {
            put(&mut text, &format!("  all these intervals hold together with {CONFIDENCE_PERCENT} %"));
        }
        let worse = if self.fails() { "something got worse, which is a failure" } else { "something got worse" };
        put(
            &mut text,
            &format!("  {}", if self.found.got_worse() { worse } else { "nothing got worse beyond chance" }),
        );
        text
    }

    /// What got worse, for CI.
    pub(super) fn remarks(&self) -> Vec<Concern> {
        let remark = |rule: String, what: String| Concern {
            rule,
            promise: "Nothing gets worse than it was in an earlier result.".into(),
            what,
            place: None,
            related: Vec::new(),
            fails: self.fails(),
        };
        let turned = self.found.turned.iter().filter(|turned| turned.after > turned.before);
        let turned = turned.map(|turned| remark("baseline/verdict".into(), of_verdict(turned)));
        let worse = self.found.shifts.iter().filter(|shift| shift.is_worse());
        let worse = worse.map(|shift| remark(format!("baseline/{}", shift.metric.name()), of_metric(shift)));
        turned.chain(worse).collect()
    }

    pub(super) fn json(&self) -> Value {
        let Comparison { version, pairs, same, unpaired, turned, shifts } = &self.found;
        let turned = turned.iter().map(|Turned { scenario, seed, before, after }| {
            json!({ "scenario": scenario, "seed": seed, "before": before.name(), "after": after.name() })
        });
        let shifts = shifts.iter().map(|shift| {
            json!({
                "scenario": shift.scenario,
                "metric": shift.metric.name(),
                "unit": shift.metric.unit(),
                "pairs": shift.pairs,
                "changed": shift.changed,
                "median": shift.median,
                "low": shift.interval.map(|interval| interval.low),
                "high": shift.interval.map(|interval| interval.high),
                "judgement": judgement(shift),
            })
        });
        let unpaired = unpaired.iter().map(|(scenario, why)| json!({ "scenario": scenario, "why": why }));
        json!({
            "version": version,
            "pairs": pairs,
            "same": same,
            "unpaired": unpaired.collect::<Vec<_>>(),
            "verdicts": turned.collect::<Vec<_>>(),
            "metrics": shifts.collect::<Vec<_>>(),
            "confidence_percent": CONFIDENCE_PERCENT,
            "got_worse": self.found.got_worse(),
        })
    }
}

fn of_verdict(turned: &Turned) -> String {
    let Turned { scenario, seed, before, after } = turned;
    let way = if after > before { "worse" } else { "better" };
    format!("{way:<9} verdict of {scenario}, seed {seed}: {before}, now {after}")
}

fn judgement(shift: &Shift) -> &'static str {
    match shift.interval {
        None => "too few",
        Some(_) if shift.is_worse() => "worse",
        Some(_) if shift.is_better() => "better",
        Some(_) => "either way",
    }
}

fn of_metric(shift: &Shift) -> String {
    let Shift { scenario, metric, pairs, changed, median, interval } = shift;
    let whose = scenario.as_deref().unwrap_or("all scenarios together");
    let amount = |amount: i64| {
        let size = match metric.dimension() {
            Dimension::Time => Span(amount.unsigned_abs()).to_string(),
            Dimension::Count | Dimension::Percent => grouped(amount.unsigned_abs()),
        };
        format!("{}{size}", if amount < 0 { "−" } else { "+" })
    };
    let between = interval.map_or_else(
        || "too few to say".to_owned(),
        |interval| format!("between {} and {}", amount(interval.low), amount(interval.high)),
    );
    let (way, name, median) = (judgement(shift), metric.name(), amount(*median));
    format!("{way:<9} {name} of {whose}: changed in {changed} of {pairs}, there {median} in the median, {between}")
}
