//! What may go wrong in a run, and with what figures.

use super::{Draw, SAFETY};
use crate::sim::plan::UnitPlan;
use std::fmt::Write;

/// No fault strikes before the service has settled.
const FIRST: u64 = 30_000;

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
    SlowDisk,
    Cooling,
    SickUnit,
    Flaps,
    BothDisks,
}

const KINDS: [Kind; 21] = [
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
    Kind::SlowDisk,
    Kind::Cooling,
    Kind::SickUnit,
    Kind::Flaps,
    Kind::BothDisks,
];

impl Draw<'_> {
    /// Draws which kinds of faults there are, and then the faults.
    pub(super) fn faults(&mut self) {
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
            Kind::SlowDisk | Kind::Cooling | Kind::SickUnit => self.gray(kind),
            Kind::Flaps => self.flaps(),
            Kind::BothDisks => self.both_disks(),
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
                self.disk_lost = true;
                if self.chance.ppm(300_000) {
                    let age = self.chance.between(1, at);
                    self.strikes("restore-copy", at, &format!("datacenter = \"{place}\"\nage = \"{age}ms\""));
                } else {
                    let backups = self.chance.ppm(200_000);
                    self.strikes("storage-loss", at, &format!("datacenter = \"{place}\"\nbackups = {backups}"));
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

    /// What does not look like a failure.
    fn gray(&mut self, kind: Kind) {
        let mut what = format!("datacenter = \"{}\"", self.voter());
        if kind == Kind::SickUnit || kind == Kind::SlowDisk && self.chance.ppm(500_000) {
            let _ = write!(what, "\nunit = \"{}\"", self.unit());
        }
        match kind {
            Kind::SlowDisk => {
                let factor = *self.one_of(&[5, 50, 500, 5_000]);
                self.lasting("slow-disk", &format!("{what}\nfactor = {factor}.0"));
            }
            Kind::Cooling => {
                let (to, steps, every) =
                    (self.chance.between(5, 60), self.chance.between(1, 5), self.chance.between(1, 30));
                self.lasting("cooling", &format!("{what}\nto = \"{to}%\"\nsteps = {steps}\nevery = \"{every}s\""));
            }
            _ => self.lasting("pause", &what),
        }
    }

    /// One thing that fails again and again.
    fn flaps(&mut self) {
        let (place, (from, to)) = (self.voter(), self.link());
        let (kind, what) = match self.chance.below(4) {
            0 => ("outage", format!("datacenter = \"{place}\"")),
            1 => ("isolate", format!("datacenter = \"{place}\"")),
            2 => ("pause", format!("datacenter = \"{place}\"")),
            _ => ("partition", format!("between = [\"{from}\", \"{to}\"]")),
        };
        let mut at = self.moment();
        for _ in 0..self.chance.between(3, 11) {
            let lasts = self.chance.between(200, 15_000);
            if at < SAFETY * 1_000 {
                self.strikes(kind, at, &format!("{what}\nfor = \"{lasts}ms\""));
            }
            at += lasts + self.chance.between(500, 30_000);
        }
    }

    /// Both disks of the pair are lost at once, and an operator has the units restored, as a rule. No other
    /// disk is lost in such a run: an operator's word that both are gone is then true.
    fn both_disks(&mut self) {
        let (at, after) = (self.moment(), self.chance.between(10_000, 120_000));
        if std::mem::replace(&mut self.disk_lost, true) {
            return;
        }
        self.disks = 0;
        let [a, b, _] = self.field.voters();
        for site in [a, b].map(|site| self.field.name(site)) {
            let backups = self.chance.ppm(200_000);
            self.strikes("storage-loss", at, &format!("datacenter = \"{site}\"\nbackups = {backups}"));
        }
        for unit in self.field.units.clone() {
            if at + after < SAFETY * 1_000 && self.chance.ppm(800_000) {
                self.strikes("operator", at + after, &format!("unit = \"{}\"\norder = \"restore\"", unit.name));
            }
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
        let (unit, order) = (self.unit(), if kind == Kind::Planned { "planned" } else { "forced" });
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

    /// One of the boundary's units.
    fn unit(&mut self) -> String {
        let unit = self.chance.below(self.field.units.len() as u64) as usize;
        self.field.units[unit].name.clone()
    }

    /// Two different voters' datacenters.
    fn link(&mut self) -> (String, String) {
        let [a, b, witness] = self.field.voters();
        let (from, to) = *self.one_of(&[(a, b), (b, a), (a, witness), (witness, a), (b, witness), (witness, b)]);
        (self.field.name(from).to_owned(), self.field.name(to).to_owned())
    }
}
