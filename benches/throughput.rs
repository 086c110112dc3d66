//! How fast the world runs, and what it costs to watch it: `cargo bench`, or `cargo bench -- --full`
//! for the scenario as written.
//!
//! The same plan is run with different observers in turn, round after round, so that whatever else
//! the machine does weighs on all of them alike. What is printed are medians of ratios within one
//! round, which travel between machines, and events per second, which do not.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a bench reads the clock")]

use ringfence::audit::Audit;
use ringfence::campaign::setup;
use ringfence::facts::{Digest, Observer};
use ringfence::metrics::Metrics;
use ringfence::scenario::{self, Scenario, Size};
use ringfence::service::Shipped;
use ringfence::sim::{Plan, simulate};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Rounds, of which the medians are taken: at the CI size, and in full.
const ROUNDS: (usize, usize) = (21, 3);

fn main() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/dublin-dark.toml");
    let full = std::env::args().any(|argument| argument == "--full");
    let (size, count, name) =
        if full { (Size::Full, ROUNDS.1, "as written") } else { (Size::Ci, ROUNDS.0, "at its CI size") };
    let scenario = scenario::load(&path, size).unwrap_or_else(|found| panic!("{found}"));
    let plan = Arc::new(scenario.plan.clone());
    let events = simulate(&plan, Shipped, ()).events;
    let rounds: Vec<Round> = (0..count).map(|_| Round::of(&scenario, &plan)).collect();

    println!("dublin-dark {name}: {events} events, {count} rounds, medians");
    for (name, seconds) in [
        ("no observer", median(&rounds, |round| round.none)),
        ("digest", median(&rounds, |round| round.digest)),
        ("digest and metrics", median(&rounds, |round| round.unaudited)),
        ("digest, metrics and every invariant", median(&rounds, |round| round.all)),
    ] {
        println!("  {name:<36} {:>6.2} million events a second", 2.0 * events as f64 / seconds / 1e6);
    }
    println!("shares of the time of a run with everything on, and the middle half of the rounds");
    for (name, share) in [
        ("the world and the service", quartiles(&rounds, |round| round.none / round.all)),
        ("digest", quartiles(&rounds, |round| (round.digest - round.none) / round.all)),
        ("metrics", quartiles(&rounds, |round| (round.unaudited - round.digest) / round.all)),
        ("audit", quartiles(&rounds, |round| (round.all - round.unaudited) / round.all)),
    ] {
        let [low, middle, high] = share.map(|share| share * 100.0);
        println!("  {name:<36} {middle:>6.1} %   {low:.1} to {high:.1} %");
    }
}

/// Seconds that two runs took with each set of observers.
struct Round {
    none: f64,
    digest: f64,
    unaudited: f64,
    all: f64,
}

impl Round {
    fn of(scenario: &Scenario, plan: &Arc<Plan>) -> Self {
        let metrics = || Metrics::new(setup(plan));
        let none = || seconds(plan, || ());
        let digest = || seconds(plan, Digest::default);
        let unaudited = || seconds(plan, || (Digest::default(), metrics()));
        let all = || seconds(plan, || (Digest::default(), metrics(), Audit::new(scenario.contract.clone())));
        // There and back again, so that a machine that grows slower or faster favours none.
        let there = [none(), digest(), unaudited(), all()];
        let mut back = [all(), unaudited(), digest(), none()];
        back.reverse();
        let [none, digest, unaudited, all] = std::array::from_fn(|which| there[which] + back[which]);
        Self { none, digest, unaudited, all }
    }
}

fn seconds<O: Observer>(plan: &Arc<Plan>, observer: impl FnOnce() -> O) -> f64 {
    let start = Instant::now();
    black_box(simulate(plan, Shipped, observer()));
    start.elapsed().as_secs_f64()
}

fn median(rounds: &[Round], of: impl Fn(&Round) -> f64) -> f64 {
    quartiles(rounds, of)[1]
}

fn quartiles(rounds: &[Round], of: impl Fn(&Round) -> f64) -> [f64; 3] {
    let mut values: Vec<f64> = rounds.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[values.len() * quarter / 4])
}
