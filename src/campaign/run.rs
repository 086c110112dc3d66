//! One run: a scenario, a seed, and what came of it.

use super::faults;
use super::saboteur::{Planted, Saboteur};
use crate::audit::Audit;
use crate::facts::{Digest, Fact, Observer};
use crate::metrics::{DatacenterSetup, Metrics, MetricsSetup, UnitSetup, judge};
use crate::outcome::Outcome;
use crate::scenario::{Scenario, Size};
use crate::service::{Decisions, Shipped};
use crate::sim::{Ended, Plan, simulate};
use crate::terms::Instant;
use crate::trace::Setting;
use std::sync::Arc;

/// Told of the simulated time as a run goes on.
pub type Watch<'a> = &'a dyn Fn(Instant);

/// How a run is made. But for a planted mistake, nothing here changes what happens in it.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// The size at which the scenario was loaded: the reproducing line names it.
    pub size: Size,
    /// Without the oracle: no invariant is evaluated, and none is reported.
    pub unaudited: bool,
    /// Who is told how far the run has come.
    pub watch: Option<Watch<'a>>,
    /// The mistake that the service makes: the reproducing line names it.
    pub planted: Option<Planted>,
}

/// Runs a scenario under the service as it is shipped, or with the mistake of the options.
pub fn run(scenario: &Scenario, seed: u64, options: Options<'_>) -> Outcome {
    run_observed(scenario, seed, options, ()).0
}

/// The same with one more observer, which is given back with all that it folded.
pub fn run_observed<O: Observer>(scenario: &Scenario, seed: u64, options: Options<'_>, beside: O) -> (Outcome, O) {
    match options.planted {
        None => run_beside(scenario, seed, Shipped, options, beside),
        Some(planted) => run_beside(scenario, seed, Saboteur::new(planted, &scenario.plan), options, beside),
    }
}

/// Runs a scenario under a service whose decisions are `decisions`.
pub fn run_with<D: Decisions>(scenario: &Scenario, seed: u64, decisions: D, options: Options<'_>) -> Outcome {
    run_beside(scenario, seed, decisions, options, ()).0
}

/// Runs a scenario with one more observer, which is given back with all that it folded.
pub fn run_beside<D: Decisions, O: Observer>(
    scenario: &Scenario,
    seed: u64,
    decisions: D,
    options: Options<'_>,
    beside: O,
) -> (Outcome, O) {
    let plan = plan_of(scenario, seed);
    let ended = simulate(&plan, decisions, observers(scenario, &plan, options, beside));
    gathered(scenario, &plan, options, ended)
}

/// All that fold the facts of a run, and one more.
pub(super) type Observers<'a, O> = ((Digest, Metrics), (Option<Audit>, Option<Progress<'a>>, O));

/// All that fold the facts of a run which is about to start.
pub(super) fn observers<'a, O>(scenario: &Scenario, plan: &Plan, options: Options<'a>, beside: O) -> Observers<'a, O> {
    let audit = (!options.unaudited).then(|| Audit::new(scenario.contract.clone()));
    let watch = options.watch.map(Progress);
    ((Digest::default(), Metrics::new(setup(plan))), (audit, watch, beside))
}

/// What came of a run that has ended.
pub(super) fn gathered<O>(
    scenario: &Scenario,
    plan: &Plan,
    options: Options<'_>,
    ended: Ended<Observers<'_, O>>,
) -> (Outcome, O) {
    let ((digest, metrics), (audit, _, beside)) = ended.observer;
    let measurements = metrics.finish();
    let outcome = Outcome {
        scenario: scenario.name.clone(),
        about: scenario.prose.clone(),
        scenario_hash: scenario.hash.clone(),
        seed: plan.seed,
        digest: digest.value(),
        events: ended.events,
        facts: digest.facts(),
        coverage: audit.as_ref().map(Audit::coverage).unwrap_or_default(),
        findings: audit.map(Audit::finish).unwrap_or_default(),
        covers: scenario.covers.clone(),
        requires: scenario.requires.clone(),
        faults: faults::outcomes(plan, &ended.fired, &scenario.names),
        thresholds: scenario.thresholds.iter().map(|threshold| judge(threshold, &measurements)).collect(),
        measurements,
        names: scenario.names.clone(),
        reproduce: reproduce(&scenario.file, plan.seed, options.size) + &planted(options.planted),
    };
    (outcome, beside)
}

/// The plan of a scenario's run with a seed.
pub(super) fn plan_of(scenario: &Scenario, seed: u64) -> Arc<Plan> {
    Arc::new(Plan { seed, ..scenario.plan.clone() })
}

/// What a trace must know of a scenario's run.
pub fn setting(scenario: &Scenario, seed: u64) -> Setting {
    let plan = plan_of(scenario, seed);
    let fired = vec![0; plan.faults.len()];
    let faults = faults::outcomes(&plan, &fired, &scenario.names);
    let faults = faults.into_iter().map(|fault| format!("{} {}", fault.kind, fault.description)).collect();
    Setting { plan, names: scenario.names.clone(), faults }
}

/// The command line that gives a run again.
pub fn reproduce(file: &str, seed: u64, size: Size) -> String {
    let size = if size == Size::Ci { " --ci" } else { "" };
    format!("ringfence run {} --seed {seed}{size}", quoted(file))
}

/// What a reproducing line says of a planted mistake.
fn planted(planted: Option<Planted>) -> String {
    planted.map(|planted| format!(" --planted {planted}")).unwrap_or_default()
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@\\".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// What the metrics must know of a run, from the world's plan.
pub fn setup(plan: &Plan) -> MetricsSetup {
    let datacenters = plan.datacenters.iter().map(|dc| DatacenterSetup { boundary: dc.boundary, rate: dc.rate });
    let units =
        plan.units.iter().map(|unit| UnitSetup { boundary: unit.boundary, sites: unit.sites, witness: unit.witness });
    MetricsSetup {
        start: plan.start,
        duration: plan.duration,
        settle: plan.settle,
        boundaries: plan.boundaries.len(),
        datacenters: datacenters.collect(),
        units: units.collect(),
        followed: plan.population.tenants.len(),
        faults: plan.faults.len(),
    }
}

/// Passes the time on, as often as a datacenter's load is sampled.
pub(super) struct Progress<'a>(Watch<'a>);

impl Observer for Progress<'_> {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        if let Fact::Load { .. } = fact {
            (self.0)(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reproducing_line_survives_a_shell() {
        assert_eq!(reproduce("a/b-c.toml", 7, Size::Full), "ringfence run a/b-c.toml --seed 7");
        assert_eq!(reproduce("it's me.toml", 7, Size::Ci), r"ringfence run 'it'\''s me.toml' --seed 7 --ci");
    }
}
