//! Random faults against the survivability table: a small campaign must end without a failure, and must
//! have put to the test what it claims to.

use ringfence::campaign::draw::{Source, Weights};
use ringfence::campaign::hunt::{Cause, Ending, Figures, Identity, Ledger, Record, Terms, hunt, trial};
use ringfence::facts::{Fact, Observer};
use ringfence::scenario::{self, Size};
use ringfence::service::Shipped;
use ringfence::sim::simulate;
use ringfence::terms::{Datacenter, Instant, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Seeds of a quick campaign; `ringfence campaign --seeds 10000` is a long one.
const SEEDS: u64 = 150;

/// The records of the first seeds of the swarm.
fn records(seeds: u64) -> Vec<Record> {
    let source = Source::swarm().unwrap_or_else(|error| panic!("{error}"));
    let mut ledger = Ledger::new(Identity::new(source.identity(), 0, Some(seeds)));
    let terms = Terms { threads: 0, fail_fast: false, time_left: &|| true };
    let make = |seed| trial(&source.draw(seed, &Weights::even()), seed, false).map_err(|error| error.to_string());
    let keep = |record| ledger.add(record).map_err(|found| found.to_string());
    let ending = hunt(0..seeds, terms, make, keep);
    assert!(matches!(ending, Ok(Ending::Complete)), "{ending:?}");
    ledger.records.into_values().collect()
}

#[test]
fn random_faults_break_no_promise_of_the_survivability_table() {
    let records = records(SEEDS);
    for Record { seed, failures, .. } in &records {
        let line = format!("ringfence campaign --swarm --show {seed} > x.toml && ringfence run x.toml");
        assert_eq!(failures.len(), 0, "{failures:?}: {line}");
    }
    let figures = Figures::of(records.iter());
    assert_eq!((figures.lost_against_promise, figures.failed), (0, 0));
    for cause in [Cause::Lapse, Cause::Force, Cause::Plan] {
        assert!(figures.rows.iter().any(|row| row.cause == cause), "{SEEDS} seeds never saw {cause:?}");
    }
}

/// Drawn scenarios that showed an error once, as they were drawn then: of production (235: a superseded holder
/// certified a blank disk; 833: a voter that missed an incarnation was never told; 4399: a claim that was
/// outbid was called a want of voters) or of the oracle (3449: a backup was to hold what a takeover had lost).
#[test]
fn what_once_failed_holds_now() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/once_failed");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        let seed = scenario::load(&file, Size::Full).unwrap_or_else(|found| panic!("{found}")).default_seed;
        let source = Source::shape(&file).unwrap_or_else(|found| panic!("{found}"));
        let record = trial(&source.draw(seed, &Weights::even()), seed, false).unwrap_or_else(|found| panic!("{found}"));
        let found = (&record.failures, &record.missed);
        assert!(record.failures.is_empty() && record.missed.is_empty(), "ringfence run {}: {found:?}", file.display());
    }
}

#[test]
fn a_seeds_scenario_names_the_seed_that_runs_it() {
    let swarm = Source::swarm().unwrap_or_else(|error| panic!("{error}"));
    assert!(swarm.draw(17, &Weights::even()).text.contains("\nseed = 17\n"));
}

/// What is broken, and what was when the safety phase ended.
#[derive(Default)]
struct Broken {
    now: BTreeSet<(&'static str, Datacenter, Datacenter)>,
    ever: usize,
    at_the_end: Option<Vec<(&'static str, Datacenter, Datacenter)>>,
}

impl Broken {
    fn set(&mut self, what: &'static str, from: Datacenter, to: Datacenter, well: bool) {
        if well {
            self.now.remove(&(what, from, to));
        } else {
            self.ever += usize::from(self.now.insert((what, from, to)));
        }
    }
}

impl Observer for Broken {
    fn observe(&mut self, _: Instant, fact: &Fact) {
        match *fact {
            Fact::Link { from, to, up } => self.set("link", from, to, up),
            Fact::LinkQuality { from, to, loss_ppm, delay } => {
                self.set("quality", from, to, loss_ppm == 0 && delay == Span::ZERO);
            }
            Fact::Access { datacenter, up } => self.set("access", datacenter, datacenter, up),
            Fact::Paused { datacenter, paused } => self.set("pause", datacenter, datacenter, !paused),
            Fact::LivenessBegan => self.at_the_end = Some(self.now.iter().copied().collect()),
            _ => {}
        }
    }
}

/// Power that is back needs a while to boot; everything else is well at once.
#[test]
fn no_fault_is_on_once_everything_is_healed() {
    let swarm = Source::swarm().unwrap_or_else(|error| panic!("{error}"));
    let mut ever = 0;
    for seed in 0..60 {
        let drawn = swarm.draw(seed, &Weights::even());
        let scenario = drawn.scenario().unwrap_or_else(|found| panic!("{found}"));
        let broken = simulate(&Arc::new(scenario.plan), Shipped, Broken::default()).observer;
        assert_eq!(broken.at_the_end, Some(Vec::new()), "ringfence campaign --swarm --show {seed}");
        ever += broken.ever;
    }
    assert!(ever > 100, "only {ever} things were ever broken");
}
