//! A scenario drawn from a seed: policy, timing and faults of one boundary's scale units.
//!
//! What comes out is the text of an ordinary scenario, so whatever it finds is repeated by `run`. Each
//! kind of fault is wholly absent from half of all runs: what is always there hides what it masks.

use crate::scenario::Topology;
use crate::sim::chance::{Chance, Purpose};
use crate::sim::plan::UnitPlan;
use crate::terms::{Boundary, Datacenter};
use std::fmt::Write;

/// Length of the safety phase, in seconds.
const SAFETY: u64 = 480;

/// No fault strikes before the service has settled.
const FIRST: u64 = 30_000;

/// The text of the scenario that a seed stands for, in a topology.
///
/// # Panics
///
/// If the topology has a boundary without a scale unit or without a country.
pub fn scenario_of(topology: &Topology, seed: u64) -> String {
    let mut chance = Chance::open(seed, Purpose::Schedule, 0);
    let field = Field::draw(topology, &mut chance);
    let mut draw = Draw { chance, field, text: String::new(), forced: String::new(), disks: 1, manual: false };
    draw.open(seed);
    draw.service();
    draw.people();
    draw.faults();
    draw.text + &draw.forced
}

/// The boundary on which a run's faults fall.
struct Field<'a> {
    topology: &'a Topology,
    boundary: Boundary,
    units: Vec<&'a UnitPlan>,
}

impl<'a> Field<'a> {
    fn draw(topology: &'a Topology, chance: &mut Chance) -> Self {
        let boundary = Boundary(chance.below(topology.boundaries.len() as u64) as u8);
        let units = topology.units.iter().filter(|unit| unit.boundary == boundary).collect();
        Self { topology, boundary, units }
    }

    fn name(&self, datacenter: Datacenter) -> &'a str {
        &self.topology.datacenters[datacenter.index()].name
    }

    fn country(&self) -> String {
        let at_home = self.topology.countries.iter().find(|rule| rule.boundary == Some(self.boundary));
        at_home.map(|rule| rule.row.code.to_string()).expect("every boundary has a country")
    }

    /// Where the voters of a unit stand.
    fn voters(&self) -> [Datacenter; 3] {
        let unit = self.units[0];
        [unit.sites[0], unit.sites[1], unit.witness]
    }
}

/// What may go wrong in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    OutageOfOne,
    OutageOfBoundary,
    OutageWithWitness,
    Pause,
    Isolation,
    Partition,
    OneWay,
    Swizzle,
    Degradation,
    StorageLoss,
    ClockStep,
    ClockDrift,
    Surge,
    LyingMap,
    Planned,
    Forced,
}

const KINDS: [Kind; 16] = [
    Kind::OutageOfOne,
    Kind::OutageOfBoundary,
    Kind::OutageWithWitness,
    Kind::Pause,
    Kind::Isolation,
    Kind::Partition,
    Kind::OneWay,
    Kind::Swizzle,
    Kind::Degradation,
    Kind::StorageLoss,
    Kind::ClockStep,
    Kind::ClockDrift,
    Kind::Surge,
    Kind::LyingMap,
    Kind::Planned,
    Kind::Forced,
];

/// A scenario while it is drawn.
struct Draw<'a> {
    chance: Chance,
    field: Field<'a>,
    text: String,
    /// The orders of operators who react to faults.
    forced: String,
    /// Losses of storage that are left.
    disks: u32,
    /// Whether failover waits for an operator.
    manual: bool,
}

impl Draw<'_> {
    fn open(&mut self, seed: u64) {
        let boundary = &self.field.topology.boundaries[self.field.boundary.index()].name;
        self.line(&format!("# Random faults in {boundary}, drawn from seed {seed}."));
        self.line("schema_version = 1");
        self.line(&format!("name = \"random-{seed}\"\nseed = {seed}"));
        self.line("start = 2019-05-06T09:00:00Z");
        self.line(&format!("duration = \"{SAFETY}s\"\nsettle = \"15m\""));
        let boot = self.chance.between(5, 40);
        self.line(&format!("topology = {{ datacenter_defaults = {{ boot = \"{boot}s\" }} }}"));
    }

    fn service(&mut self) {
        let replication = *self.one_of(&["async", "sync", "sync-strict"]);
        self.manual = self.chance.ppm(300_000);
        let failover = if self.manual { "manual" } else { "automatic" };
        let (ttl, loop_wait, retry) = *self.one_of(&[(30, 10, 3), (15, 5, 2), (10, 3, 1)]);
        let (lag, grace) = (*self.one_of(&[1, 5, 15]), *self.one_of(&["20s", "2m", "never"]));
        let failback = *self.one_of(&["automatic", "manual"]);
        let (batch, window) = *self.one_of(&[(128, 512), (4, 8)]);
        self.line("\n[service]");
        self.line(&format!("replication = \"{replication}\"\nfailover = \"{failover}\"\nfailback = \"{failback}\""));
        self.line(&format!("ttl = \"{ttl}s\"\nloop_wait = \"{loop_wait}s\"\nretry_timeout = \"{retry}s\""));
        self.line(&format!("maximum_lag_on_failover = \"{lag}s\"\ngrace_period_with_data_loss = \"{grace}\""));
        self.line(&format!("failback_after = \"20s\"\nbatch_records = {batch}\nwindow_records = {window}"));
    }

    fn people(&mut self) {
        let country = self.field.country();
        let records = self.chance.between(1_000, 4_000);
        self.line("\n[population]\ntenants = 4\nusers_per_tenant = 10\nabroad = \"0%\"");
        self.line(&format!("countries = {{ {country} = 1 }}"));
        self.line(&format!("\n[traffic]\nrecords_per_user_day = {records}.0\nreads_per_user_day = 500.0"));
        self.line(&format!("hours = [{}]", ["1"; 24].join(", ")));
    }

    fn faults(&mut self) {
        let present: Vec<Kind> = KINDS.into_iter().filter(|_| self.chance.ppm(500_000)).collect();
        if self.chance.ppm(50_000) {
            self.disks = 2;
        }
        for _ in 0..self.chance.between(1, 7) {
            if !present.is_empty() {
                let kind = *self.one_of(&present);
                self.fault(kind);
            }
        }
    }

    fn fault(&mut self, kind: Kind) {
        let [a, b, witness] = self.field.voters();
        match kind {
            Kind::OutageOfOne => {
                let dark = self.voter();
                self.lasting("outage", &format!("datacenter = \"{dark}\""));
            }
            Kind::OutageOfBoundary => {
                let boundary = &self.field.topology.boundaries[self.field.boundary.index()].name;
                self.lasting("outage", &format!("boundary = \"{boundary}\""));
            }
            Kind::OutageWithWitness => {
                let site = *self.one_of(&[a, b]);
                let (site, witness) = (self.field.name(site), self.field.name(witness));
                self.lasting("outage", &format!("datacenters = [\"{site}\", \"{witness}\"]"));
            }
            Kind::Pause => {
                let still = self.voter();
                self.lasting("pause", &format!("datacenter = \"{still}\""));
            }
            Kind::Isolation => {
                let (alone, reached) = (self.voter(), self.chance.ppm(500_000));
                self.lasting("isolate", &format!("datacenter = \"{alone}\"\nclients_reach = {reached}"));
            }
            Kind::Partition => {
                let (from, to) = self.link();
                self.lasting("partition", &format!("between = [\"{from}\", \"{to}\"]"));
            }
            Kind::OneWay => self.one_way(),
            Kind::Swizzle => (0..self.chance.between(2, 6)).for_each(|_| self.one_way()),
            Kind::Degradation => {
                let (from, to) = self.link();
                let (loss, delay) = (self.chance.below(60), self.chance.below(3_000));
                let what = format!("between = [\"{from}\", \"{to}\"]\nloss = \"{loss}%\"\ndelay = \"{delay}ms\"");
                self.lasting("degrade", &what);
            }
            Kind::Surge => {
                let factor = self.chance.between(2, 6);
                self.lasting("surge", &format!("factor = {factor}.0"));
            }
            Kind::StorageLoss | Kind::ClockStep | Kind::ClockDrift => self.rarer(kind),
            Kind::LyingMap | Kind::Planned | Kind::Forced => self.operator(kind),
        }
    }

    fn one_way(&mut self) {
        let (from, to) = self.link();
        self.lasting("partition-one-way", &format!("from = \"{from}\"\nto = \"{to}\""));
    }

    fn rarer(&mut self, kind: Kind) {
        let at = self.moment();
        let place = self.voter();
        match kind {
            Kind::StorageLoss if self.disks > 0 => {
                self.disks -= 1;
                if self.chance.ppm(300_000) {
                    let age = self.chance.between(1, at);
                    self.strikes("restore-copy", at, &format!("datacenter = \"{place}\"\nage = \"{age}ms\""));
                } else {
                    self.strikes("storage-loss", at, &format!("datacenter = \"{place}\""));
                }
            }
            Kind::ClockStep => {
                let (sign, by) = (*self.one_of(&["", "-"]), self.chance.between(1, 200));
                self.lasting("clock-offset", &format!("datacenter = \"{place}\"\noffset = \"{sign}{by}ms\""));
            }
            // Two within the bound of 200 stay within it; one in ten is far beyond.
            Kind::ClockDrift => {
                let sign = *self.one_of(&["", "-"]);
                let by = if self.chance.ppm(100_000) { 50_000 } else { self.chance.between(10, 60) };
                self.lasting("clock-drift", &format!("datacenter = \"{place}\"\ndrift_ppm = {sign}{by}"));
            }
            _ => {}
        }
    }

    fn operator(&mut self, kind: Kind) {
        let at = self.moment();
        if kind == Kind::LyingMap {
            let abroad = self.field.topology.datacenters.iter().filter(|row| row.boundary != self.field.boundary);
            let abroad: Vec<_> = abroad.map(|row| row.name.as_str()).collect();
            let (datacenter, boundary) = (*self.one_of(&abroad), self.field.boundary.index());
            let serves = &self.field.topology.boundaries[boundary].name;
            let label = if self.chance.ppm(500_000) { format!("\nlabel = \"{serves}\"") } else { String::new() };
            self.strikes("config-push", at, &format!("datacenter = \"{datacenter}\"\nserves = \"{serves}\"{label}"));
            return;
        }
        let units: Vec<_> = self.field.units.iter().map(|unit| unit.name.as_str()).collect();
        let (unit, order) = (*self.one_of(&units), if kind == Kind::Planned { "planned" } else { "forced" });
        self.strikes("operator", at, &format!("unit = \"{unit}\"\norder = \"{order}\""));
    }

    /// A fault with a length. In a run whose failover waits for an operator, one often reacts.
    fn lasting(&mut self, kind: &str, what: &str) {
        let at = self.moment();
        let (shortest, longest) = *self.one_of(&[(200, 5_000), (5_000, 30_000), (30_000, 180_000)]);
        let lasts = self.chance.between(shortest, longest);
        self.strikes(kind, at, &format!("{what}\nfor = \"{lasts}ms\""));
        if self.manual && matches!(kind, "outage" | "isolate" | "pause") && self.chance.ppm(600_000) {
            let ordered = (at + self.chance.between(5_000, 60_000)).min(SAFETY * 1_000 - 1);
            let unit = |unit: &&UnitPlan| {
                let fault = format!("\n[[fault]]\nkind = \"operator\"\nat = \"{ordered}ms\"\n");
                format!("{fault}unit = \"{}\"\norder = \"forced\"\n", unit.name)
            };
            self.forced += &self.field.units.iter().map(unit).collect::<String>();
        }
    }

    fn strikes(&mut self, kind: &str, at: u64, what: &str) {
        self.line(&format!("\n[[fault]]\nkind = \"{kind}\"\nat = \"{at}ms\"\n{what}"));
    }

    fn moment(&mut self) -> u64 {
        self.chance.between(FIRST, SAFETY * 1_000)
    }

    /// One of the datacenters with a voter: the two sites more often than the witness.
    fn voter(&mut self) -> String {
        let [a, b, witness] = self.field.voters();
        let voter = *self.one_of(&[a, b, a, b, witness]);
        self.field.name(voter).to_owned()
    }

    /// Two different voters' datacenters.
    fn link(&mut self) -> (String, String) {
        let [a, b, witness] = self.field.voters();
        let (from, to) = *self.one_of(&[(a, b), (b, a), (a, witness), (witness, a), (b, witness), (witness, b)]);
        (self.field.name(from).to_owned(), self.field.name(to).to_owned())
    }

    fn one_of<'t, T>(&mut self, these: &'t [T]) -> &'t T {
        &these[self.chance.below(these.len() as u64) as usize]
    }

    fn line(&mut self, line: &str) {
        let written = writeln!(self.text, "{line}");
        debug_assert!(written.is_ok(), "a string takes what is written to it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{self, BUILT_IN, Size, load_topology};

    #[test]
    fn every_seed_is_a_scenario_and_over_some_of_them_every_kind_of_fault_strikes() {
        let topology = load_topology(BUILT_IN).unwrap_or_else(|found| panic!("{found}"));
        let mut kinds = std::collections::BTreeSet::new();
        for seed in 0..60 {
            let text = scenario_of(&topology, seed);
            let scenario = scenario::parse("random.toml", &text, Size::Full);
            let scenario = scenario.unwrap_or_else(|found| panic!("seed {seed}: {found}\n{text}"));
            assert_eq!((scenario.default_seed, scenario.name), (seed, format!("random-{seed}")));
            kinds.extend(scenario.plan.faults.iter().map(|fault| fault.kind.name()));
        }
        assert_eq!(kinds.len(), 13, "{kinds:?}");
    }

    #[test]
    fn a_seed_gives_the_same_scenario_again() {
        let topology = load_topology(BUILT_IN).unwrap_or_else(|found| panic!("{found}"));
        assert_eq!(scenario_of(&topology, 7), scenario_of(&topology, 7));
        assert_ne!(scenario_of(&topology, 7), scenario_of(&topology, 8));
    }
}
