//! A scenario drawn from a seed: policy, timing and faults of one boundary's scale units.
//!
//! What comes out is the text of an ordinary scenario, so whatever it finds is repeated by `run`. Each
//! kind of fault is wholly absent from half of all runs: what is always there hides what it masks.
//!
//! **What is drawn.** The mode of replication, who starts failovers, the lease's timing, lag, grace,
//! failback, batches, the rate of reseeding, how often backups are written, boot times, traffic; and one to
//! six faults of the kinds in `faults`, each at a moment, a place and for a length of its own, on the sites
//! and the witness of one boundary. **What is not**, for the survivability table says nothing definite of
//! it: the loss of more than two disks, unless both of a pair go at once; an operator who orders a restore
//! while one disk of a pair is well, or from another unit's backup; several boundaries at once; clients
//! without manners; another ρ; limits in records; a disk that nobody gives up.

mod faults;

use crate::scenario::Topology;
use crate::sim::chance::{Chance, Purpose};
use crate::sim::plan::UnitPlan;
use crate::terms::{Boundary, Datacenter};
use std::fmt::Write;

/// Length of the safety phase, in seconds.
const SAFETY: u64 = 480;

/// The text of the scenario that a seed stands for, in a topology.
///
/// # Panics
///
/// If the topology has a boundary without a scale unit or without a country.
pub fn scenario_of(topology: &Topology, seed: u64) -> String {
    let mut chance = Chance::open(seed, Purpose::Schedule, 0);
    let field = Field::draw(topology, &mut chance);
    // From a stream of its own: it came later, and what a seed stood for before it stands for still.
    let reseed_rate = [None, Some(3), Some(20)][Chance::open(seed, Purpose::Schedule, 1).below(3) as usize];
    let (text, forced) = (String::new(), String::new());
    let mut draw = Draw { chance, field, text, forced, disks: 1, disk_lost: false, manual: false, reseed_rate };
    draw.open(seed);
    draw.service();
    draw.people();
    draw.line(&format!("\n[[inventory]]\nat = \"{}s\"", SAFETY / 2));
    draw.faults();
    draw.copies(&mut Chance::open(seed, Purpose::Schedule, 2));
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

/// A scenario while it is drawn.
struct Draw<'a> {
    chance: Chance,
    field: Field<'a>,
    text: String,
    /// The orders of operators who react to faults.
    forced: String,
    /// Losses of storage that are left.
    disks: u32,
    /// Whether any was drawn.
    disk_lost: bool,
    /// Whether failover waits for an operator.
    manual: bool,
    /// Old records a second, where a rate was drawn.
    reseed_rate: Option<u64>,
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
        let backups = *self.one_of(&["1m", "3m", "6h"]);
        self.line("\n[service]");
        self.line(&format!("replication = \"{replication}\"\nfailover = \"{failover}\"\nfailback = \"{failback}\""));
        self.line(&format!("ttl = \"{ttl}s\"\nloop_wait = \"{loop_wait}s\"\nretry_timeout = \"{retry}s\""));
        self.line(&format!("maximum_lag_on_failover = \"{lag}s\"\ngrace_period_with_data_loss = \"{grace}\""));
        self.line(&format!("failback_after = \"20s\"\nbatch_records = {batch}\nwindow_records = {window}"));
        self.line(&format!("backup_every = \"{backups}\"\nindex_every = \"5s\""));
        self.line("export_lifetime = \"2m\"\ndump_lifetime = \"1m\"");
        if let Some(rate) = self.reseed_rate {
            self.line(&format!("reseed_rate = {rate}"));
        }
    }

    fn people(&mut self) {
        let country = self.field.country();
        let records = self.chance.between(1_000, 4_000);
        self.line("\n[population]\ntenants = 4\nusers_per_tenant = 10\nabroad = \"0%\"");
        self.line(&format!("countries = {{ {country} = 1 }}"));
        self.line(&format!("\n[traffic]\nrecords_per_user_day = {records}.0\nreads_per_user_day = 500.0"));
        self.line(&format!("hours = [{}]", ["1"; 24].join(", ")));
    }

    /// What happens to copies besides: a target that refuses, and an operator who wants one. From a stream of
    /// its own, for it came later.
    fn copies(&mut self, chance: &mut Chance) {
        let unit = self.field.units[chance.below(self.field.units.len() as u64) as usize];
        let datacenter = self.field.name(unit.sites[chance.below(2) as usize]);
        let copy = ["search-index", "compliance-copy", "backup"][chance.below(3) as usize];
        let order = ["export", "support-dump"][chance.below(2) as usize];
        let [at, ordered] = [0; 2].map(|_| chance.between(10, SAFETY - 10));
        let lasts = chance.between(5, 120);
        self.line("\n[[fault]]\nkind = \"refuse-copies\"");
        self.line(&format!("datacenter = \"{datacenter}\"\ncopy = \"{copy}\"\nat = \"{at}s\"\nfor = \"{lasts}s\""));
        self.line(&format!("\n[[fault]]\nkind = \"operator\"\nunit = \"{}\"", unit.name));
        self.line(&format!("order = \"{order}\"\nat = \"{ordered}s\""));
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
        for seed in 0..100 {
            let text = scenario_of(&topology, seed);
            let scenario = scenario::parse("random.toml", &text, Size::Full);
            let scenario = scenario.unwrap_or_else(|found| panic!("seed {seed}: {found}\n{text}"));
            assert_eq!((scenario.default_seed, scenario.name), (seed, format!("random-{seed}")));
            kinds.extend(scenario.plan.faults.iter().map(|fault| fault.kind.name()));
        }
        assert_eq!(kinds.len(), 16, "{kinds:?}");
    }

    #[test]
    fn a_seed_gives_the_same_scenario_again() {
        let topology = load_topology(BUILT_IN).unwrap_or_else(|found| panic!("{found}"));
        assert_eq!(scenario_of(&topology, 7), scenario_of(&topology, 7));
        assert_ne!(scenario_of(&topology, 7), scenario_of(&topology, 8));
    }
}
