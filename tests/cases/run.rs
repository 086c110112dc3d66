//! One run of a case, fact by fact.

use ringfence::campaign::{self, Options};
use ringfence::facts::{Announcement, Fact};
use ringfence::outcome::{Outcome, Verdict};
use ringfence::report::{self, Paint};
use ringfence::scenario::{self, Scenario, Size};
use ringfence::service::Shipped;
use ringfence::sim::{Plan, simulate};
use ringfence::terms::{Datacenter, Instant, Mode, Refusal, Register, Side, Span, Unit};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A run of a case, and everything that happened in it.
pub(crate) struct Run {
    pub(crate) scenario: Scenario,
    pub(crate) outcome: Outcome,
    facts: Vec<(Instant, Fact)>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/cases")
}

/// The names of all cases.
pub(crate) fn case_files() -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let cases = files.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut names: Vec<_> = cases.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// A case with the first seeds of its own.
pub(crate) fn runs(name: &str, seeds: u64) -> impl Iterator<Item = Run> {
    varied(name, &[], seeds)
}

/// A case in which parts of the text are replaced.
pub(crate) fn varied(name: &str, changes: &[(&str, &str)], seeds: u64) -> impl Iterator<Item = Run> {
    let file = folder().join(format!("{name}.toml"));
    let mut text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    for (part, by) in changes {
        assert!(text.contains(part), "{name} does not say {part}");
        text = text.replace(part, by);
    }
    let loaded = scenario::parse(file.to_str().unwrap(), &text, Size::Ci);
    let scenario = loaded.unwrap_or_else(|found| panic!("{found}"));
    (0..seeds).map(move |n| Run::of(scenario.clone(), n))
}

impl Run {
    fn of(scenario: Scenario, n: u64) -> Self {
        let seed = scenario.default_seed + n;
        let outcome = campaign::run(&scenario, seed, Options { size: Size::Ci, ..Options::default() });
        let plan = Arc::new(Plan { seed, ..scenario.plan.clone() });
        let facts = simulate(&plan, Shipped, Vec::new()).observer;
        Self { scenario, outcome, facts }
    }

    /// Fails with the whole outcome unless the run passes.
    pub(crate) fn must_pass(&self) {
        assert_eq!(self.outcome.verdict(), Verdict::Pass, "\n{}", self.told());
    }

    /// Fails with the whole outcome unless every promise was kept, whatever the thresholds say.
    pub(crate) fn must_keep_promises(&self) {
        assert_ne!(self.outcome.verdict(), Verdict::Breach, "\n{}", self.told());
    }

    /// The outcome as text, ending in the line that reproduces it.
    pub(crate) fn told(&self) -> String {
        format!("{}\n{}", report::text(&self.outcome, Paint::Plain), self.outcome.reproduce)
    }

    pub(crate) fn unit(&self, name: &str) -> Unit {
        self.scenario.topology.unit(name).unwrap()
    }

    pub(crate) fn datacenter(&self, name: &str) -> Datacenter {
        self.scenario.topology.datacenter(name).unwrap()
    }

    /// Every fact with the time since the start.
    pub(crate) fn facts(&self) -> impl Iterator<Item = (Span, &Fact)> {
        let start = self.scenario.plan.start;
        self.facts.iter().map(move |(at, fact)| (*at - start, fact))
    }

    /// When a unit's writes were acknowledged, and where.
    pub(crate) fn acknowledged(&self, unit: &str) -> Vec<(Span, Datacenter)> {
        let wanted = self.unit(unit);
        let acknowledged = |(at, fact): (Span, &Fact)| match *fact {
            Fact::Acknowledged { unit, datacenter, .. } if unit == wanted => Some((at, datacenter)),
            _ => None,
        };
        self.facts().filter_map(acknowledged).collect()
    }

    /// How many of a unit's writes a datacenter acknowledged from one time to another.
    pub(crate) fn acknowledged_by(&self, datacenter: &str, unit: &str, from: Span, to: Span) -> usize {
        let by = self.datacenter(datacenter);
        self.acknowledged(unit).into_iter().filter(|&(at, site)| site == by && (from..=to).contains(&at)).count()
    }

    /// When writes of a unit were refused, with the reason.
    pub(crate) fn refused(&self, unit: &str) -> Vec<(Span, Refusal)> {
        let wanted = self.unit(unit);
        let refused = |(at, fact): (Span, &Fact)| match *fact {
            Fact::WriteRefused { unit: Some(unit), refusal, .. } if unit == wanted => Some((at, refusal)),
            _ => None,
        };
        self.facts().filter_map(refused).collect()
    }

    /// Every value of a unit's register that a voter durably accepted, in order.
    pub(crate) fn registers(&self, unit: &str) -> Vec<(Span, Register)> {
        let wanted = self.unit(unit);
        let accepted = |(at, fact): (Span, &Fact)| match fact {
            Fact::VoterPersisted { unit, record, .. } if *unit == wanted => Some((at, record.get().accepted?)),
            _ => None,
        };
        self.facts().filter_map(accepted).collect()
    }

    /// The last epoch of a unit that any voter durably knew.
    pub(crate) fn last_epoch(&self, unit: &str) -> u32 {
        self.registers(unit).iter().map(|(_, register)| register.epoch.0).max().unwrap_or(0)
    }

    /// Whether a unit's register ever promised nothing.
    pub(crate) fn was_alone(&self, unit: &str) -> bool {
        self.registers(unit).iter().any(|(_, register)| register.mode == Mode::Alone)
    }

    /// What a unit's sites said of themselves, and when.
    pub(crate) fn said(&self, unit: &str) -> Vec<(Span, Side, Announcement)> {
        let wanted = self.unit(unit);
        let said = |(at, fact): (Span, &Fact)| match *fact {
            Fact::Announced { unit, side, announcement } if unit == wanted => Some((at, side, announcement)),
            _ => None,
        };
        self.facts().filter_map(said).collect()
    }

    /// The acknowledged records of the whole run that are on no disk at its end.
    pub(crate) fn lost(&self) -> u64 {
        self.outcome.measurements.writes.whole.lost
    }
}
