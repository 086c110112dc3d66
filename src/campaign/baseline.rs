//! A check or a campaign beside an earlier one: the same scenarios with the same seeds, run by run, and what got
//! worse.

use super::check::{Checked, Job, Suite};
use super::hunt::{Ledger, Record};
use super::paired::{Interval, interval};
use crate::metrics::Metric;
use crate::outcome::Verdict;
use crate::scenario::{Scenario, Size};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// The metrics that are compared. Of each, less is better.
pub const COMPARED: [Metric; 6] =
    [Metric::Rto, Metric::Rpo, Metric::Refused(None), Metric::ReplicationLag, Metric::Lost, Metric::LatencyP99];

/// All intervals of a comparison hold together in so many of a hundred such comparisons.
pub const CONFIDENCE_PERCENT: u32 = 95;

/// An earlier result of `check`, as its JSON has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Baseline {
    command: String,
    version: String,
    size: String,
    scenarios: Vec<Earlier>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Earlier {
    scenario: String,
    scenario_hash: String,
    runs: Vec<EarlierRun>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct EarlierRun {
    seed: u64,
    verdict: String,
    digest: String,
    metrics: BTreeMap<String, Option<u64>>,
}

/// Why a text is no baseline for a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unpaired {
    /// It is no result of `check`.
    NoResult(String),
    /// It was made at the other size.
    OtherSize(String),
    /// Its scenarios are others, or have changed since.
    OtherScenarios,
    /// Its seeds are others.
    OtherSeeds,
}

impl fmt::Display for Unpaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoResult(why) => {
                write!(f, "it is no result of `ringfence check --format json` of this version ({why})")
            }
            Self::OtherSize(size) => write!(f, "its runs were made at the size `{size}`, and these are not"),
            Self::OtherScenarios => {
                write!(f, "none of its scenarios is one of these as it is written now: no run can be paired")
            }
            Self::OtherSeeds => write!(f, "it has none of these seeds: no run can be paired"),
        }
    }
}

/// A verdict that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// The scenario.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The verdict that it had.
    pub before: Verdict,
    /// The verdict that it has.
    pub after: Verdict,
}

/// How a metric has moved over paired runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The scenario; `None`: all of them together.
    pub scenario: Option<String>,
    /// The metric.
    pub metric: Metric,
    /// How many pairs there are.
    pub pairs: usize,
    /// In how many of them it changed.
    pub changed: usize,
    /// The median of the differences where it changed.
    pub median: i64,
    /// The interval of that median; `None` where too few pairs changed to say.
    pub interval: Option<Interval>,
}

impl Shift {
    /// Whether it got worse beyond chance.
    pub fn is_worse(&self) -> bool {
        self.interval.is_some_and(|interval| interval.low > 0)
    }

    /// Whether it got better beyond chance.
    pub fn is_better(&self) -> bool {
        self.interval.is_some_and(|interval| interval.high < 0)
    }
}

/// Runs beside their baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The version that made the baseline.
    pub version: String,
    /// How many runs are paired.
    pub pairs: usize,
    /// How many of these are the same to the last fact.
    pub same: usize,
    /// Scenarios that have no pair: each with why.
    pub unpaired: Vec<(String, &'static str)>,
    /// Verdicts that changed.
    pub turned: Vec<Turned>,
    /// Metrics that changed, by scenario, and of all together.
    pub shifts: Vec<Shift>,
}

impl Comparison {
    /// Whether a verdict or a metric got worse.
    pub fn got_worse(&self) -> bool {
        self.turned.iter().any(|turned| turned.after > turned.before) || self.shifts.iter().any(Shift::is_worse)
    }
}

/// The value of each of [`COMPARED`], in its order; what was not measured is 0, but for a latency.
type Values = [Option<u64>; COMPARED.len()];

impl Baseline {
    /// Reads the JSON of an earlier check.
    ///
    /// # Errors
    ///
    /// If the text is no such thing.
    pub fn read(text: &str) -> Result<Self, Unpaired> {
        let read: Self = serde_json::from_str(text).map_err(|error| Unpaired::NoResult(error.to_string()))?;
        if read.command != "check" {
            return Err(Unpaired::NoResult(format!("it is of `{}`", read.command)));
        }
        let mut verdicts = read.scenarios.iter().flat_map(|one| &one.runs).map(|run| &run.verdict);
        match verdicts.find(|name| Verdict::parse(name).is_none()) {
            Some(name) => Err(Unpaired::NoResult(format!("there is no verdict `{name}`"))),
            None => Ok(read),
        }
    }

    /// Says before anything is run whether some of it can be paired.
    ///
    /// # Errors
    ///
    /// If nothing can be.
    pub fn check_pairs(&self, jobs: &[Job], size: Size) -> Result<(), Unpaired> {
        if self.size != size.name() {
            return Err(Unpaired::OtherSize(self.size.clone()));
        }
        let known: Vec<_> = jobs.iter().filter_map(|job| Some((job, self.of(&job.scenario)?))).collect();
        if known.is_empty() {
            return Err(Unpaired::OtherScenarios);
        }
        let mut seeds = known.iter().flat_map(|(job, earlier)| job.seeds().map(move |seed| (earlier, seed)));
        if seeds.any(|(earlier, seed)| earlier.runs.iter().any(|run| run.seed == seed)) {
            Ok(())
        } else {
            Err(Unpaired::OtherSeeds)
        }
    }

    /// The earlier runs of the very same scenario.
    fn of(&self, scenario: &Scenario) -> Option<&Earlier> {
        self.scenarios.iter().find(|one| one.scenario_hash == scenario.hash && one.scenario == scenario.name)
    }

    /// Compares what the jobs came to, run by run.
    pub fn compare(&self, jobs: &[Job], suite: &Suite) -> Comparison {
        let mut comparison = Comparison::with(&self.version);
        let mut differences = Vec::new();
        for (job, (name, runs)) in jobs.iter().zip(&suite.scenarios) {
            let Some(earlier) = self.of(&job.scenario) else {
                let known = self.scenarios.iter().any(|one| one.scenario == *name);
                comparison.unpaired.push((name.clone(), if known { "has changed since" } else { "is new" }));
                continue;
            };
            let by_seed: BTreeMap<u64, &EarlierRun> = earlier.runs.iter().map(|run| (run.seed, run)).collect();
            let pairs: Vec<_> = runs.iter().filter_map(|run| Some((*by_seed.get(&run.seed)?, run))).collect();
            if pairs.is_empty() {
                comparison.unpaired.push((name.clone(), "has other seeds there"));
            }
            for (before, after) in &pairs {
                let digests = [before.digest.clone(), after.digest.to_string()];
                let verdicts = Verdict::parse(&before.verdict).map(|verdict| [verdict, after.verdict]);
                comparison.pair(name, after.seed, &digests, verdicts);
            }
            let of_pair = |(before, after): &(&EarlierRun, &Checked)| {
                let earlier = |place: usize| amount(place, *before.metrics.get(COMPARED[place].name())?);
                difference(std::array::from_fn(earlier), amounts(after.figures))
            };
            differences.push((name.clone(), pairs.iter().map(of_pair).collect()));
        }
        comparison.shifts = shifts(each_and_all(&differences));
        comparison
    }
}

/// Compares the runs of a campaign with those of an earlier one, seed by seed; a seed that draws another scenario now
/// is left out.
pub fn compare_records<'a>(before: &Ledger, after: impl Iterator<Item = &'a Record>) -> Comparison {
    let mut comparison = Comparison::with(&before.identity.version);
    let (mut differences, mut changed) = (Vec::new(), 0);
    for (before, after) in after.filter_map(|after| Some((before.records.get(&after.seed)?, after))) {
        if before.scenario != after.scenario {
            changed += 1;
            continue;
        }
        let digests = [before, after].map(|record| record.digest.clone());
        comparison.pair("the campaign", after.seed, &digests, Some([before, after].map(Record::standing)));
        differences.push(difference(amounts(values(before)), amounts(values(after))));
    }
    if changed > 0 {
        comparison.unpaired.push((format!("the draw of {changed} of the seeds"), "has changed since"));
    }
    comparison.shifts = shifts(vec![(None, differences.iter().collect())]);
    comparison
}

/// What a record has of what is compared.
fn values(record: &Record) -> Values {
    let figures = &record.figures;
    COMPARED.map(|metric| match metric {
        Metric::Rto => figures.rto_us,
        Metric::Rpo => figures.rpo_us,
        Metric::Refused(_) => Some(figures.refused),
        Metric::ReplicationLag => figures.lag_us,
        Metric::Lost => Some(figures.lost_against_promise + figures.lost_as_declared),
        _ => record.latency.percentile(99),
    })
}

impl Comparison {
    /// Nothing, beside what a version made.
    fn with(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            pairs: 0,
            same: 0,
            unpaired: Vec::new(),
            turned: Vec::new(),
            shifts: Vec::new(),
        }
    }

    /// Counts a pair; digests and verdicts are those before and after.
    fn pair(&mut self, scenario: &str, seed: u64, digests: &[String; 2], verdicts: Option<[Verdict; 2]>) {
        self.pairs += 1;
        self.same += usize::from(digests[0] == digests[1]);
        if let Some([before, after]) = verdicts.filter(|[before, after]| before != after) {
            self.turned.push(Turned { scenario: scenario.to_owned(), seed, before, after });
        }
    }
}

/// How much of each metric there is; `None` where it cannot be said.
type Amounts = [Option<i64>; COMPARED.len()];

/// How much more each metric is than it was; `None` where it cannot be said.
type Difference = [Option<i64>; COMPARED.len()];

fn amounts(values: Values) -> Amounts {
    std::array::from_fn(|place| amount(place, values[place]))
}

/// What was not measured is nothing, but for a latency.
fn amount(place: usize, measured: Option<u64>) -> Option<i64> {
    let value = match COMPARED[place] {
        Metric::LatencyP99 => measured?,
        _ => measured.unwrap_or(0),
    };
    Some(i64::try_from(value).unwrap_or(i64::MAX))
}

fn difference(before: Amounts, after: Amounts) -> Difference {
    std::array::from_fn(|place| Some(after[place]?.saturating_sub(before[place]?)))
}

/// The pairs of a scenario; `None`: of all together.
type Pairs<'a> = (Option<String>, Vec<&'a Difference>);

/// Each scenario, then all together where there are several.
fn each_and_all(differences: &[(String, Vec<Difference>)]) -> Vec<Pairs<'_>> {
    let mut parts: Vec<Pairs<'_>> =
        differences.iter().map(|(name, all)| (Some(name.clone()), all.iter().collect())).collect();
    if differences.len() > 1 {
        parts.push((None, differences.iter().flat_map(|(_, all)| all).collect()));
    }
    parts
}

/// The metrics that changed in each part. Each interval is as wide as it takes for all of them to hold together.
fn shifts(parts: Vec<Pairs<'_>>) -> Vec<Shift> {
    let mut found = Vec::new();
    for (scenario, part) in parts {
        for (place, metric) in COMPARED.into_iter().enumerate() {
            let all: Vec<i64> = part.iter().filter_map(|one| one[place]).collect();
            let mut changed: Vec<i64> = all.iter().copied().filter(|&difference| difference != 0).collect();
            changed.sort_unstable();
            if !changed.is_empty() {
                found.push((scenario.clone(), metric, all.len(), changed));
            }
        }
    }
    let miss = f64::from(100 - CONFIDENCE_PERCENT) / 100.0 / found.len().max(1) as f64;
    let shift = |(scenario, metric, pairs, sorted): (Option<String>, Metric, usize, Vec<i64>)| Shift {
        scenario,
        metric,
        pairs,
        changed: sorted.len(),
        median: sorted[sorted.len() / 2],
        interval: interval(&sorted, miss),
    };
    found.into_iter().map(shift).collect()
}
