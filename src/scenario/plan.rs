//! The world's plan and production's map, from a scenario document and its topology.
//!
//! The oracle's contract is **not** made from these: [`super::contract`] reads the same document by
//! itself.

use super::Size;
use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document::{Check, Document};
use super::faults::{Effect, Fault};
use super::population::{self, Window};
use super::read::{At, Findings};
use super::resolve::Resolver;
use super::source::Place;
use super::topology::Topology;
use super::words::value;
use super::{moves, policy, replacements, traffic, upgrades};
use crate::service::ResidencyMap;
use crate::service::map::UnitRow;
use crate::sim::Plan;
use crate::sim::plan::{BoundaryPlan, DatacenterPlan, FaultPlan, PopulationPlan};
use crate::terms::{Boundary, BoundarySet, Country, Instant, Span};
use std::sync::Arc;

/// How long the service has to settle if the scenario does not say.
const SETTLE: Span = Span::minutes(30);

/// A longer run would draw a chart that nobody can read.
const LONGEST_RUN: Span = Span::hours(24 * 366);

/// The plan; `None` if what is missing was reported. `whole` is where to point when a part is missing.
///
/// Without a start or a length there is no plan, but the rest is judged all the same.
pub(super) fn lowered(document: &Document, whole: &Place, size: Size, names: &Resolver<'_>) -> Option<Plan> {
    let start = value(&document.start).copied();
    let duration = duration(document, size, names);
    let settle = value(&document.settle).copied().unwrap_or(SETTLE);
    let scale_ppm = match size {
        Size::Full => 1_000_000,
        Size::Ci => value(&document.check).and_then(|check| value(&check.scale)).map_or(1_000_000, |scale| scale.0),
    };
    let phase = start.zip(duration).map(|(start, duration)| Window { start, end: start + duration });
    let whole_run = phase.map(|phase| Window { end: phase.end + settle, ..phase });
    let policy = policy::of(&value(&document.service).cloned().unwrap_or_default(), names.findings);
    let population = population::lowered(document, whole, scale_ppm, whole_run, names);
    let traffic = traffic::lowered(&document.traffic, names.findings);
    let upgrades = upgrades::lowered(document, &population.apps, phase, names);
    let population = PopulationPlan { upgrades, ..population };
    let faults = faults(document, phase, names);
    if let Some(phase) = phase {
        check_inventories(document, phase, names);
    }
    let moves = moves::lowered(document, phase, &policy, names);
    let replacements = replacements::lowered(document, phase, names);
    let topology = names.topology;
    Some(Plan {
        seed: value(&document.seed).map_or(1, |seed| seed.0),
        start: start?,
        duration: duration?,
        settle,
        after: value(&document.after).copied().unwrap_or_default(),
        datacenters: datacenters(names),
        boundaries: topology
            .boundaries
            .iter()
            .map(|row| BoundaryPlan { name: row.name.clone(), metro: row.metro })
            .collect(),
        links: topology.links.clone(),
        access: topology.access,
        units: topology.units.clone(),
        map: Arc::new(map(topology)),
        policy,
        population,
        traffic,
        faults,
        moves,
        replacements,
    })
}

/// Reports what is wrong with everything that needs no topology, where there is none.
pub(super) fn judged_alone(document: &Document, findings: &Findings) {
    policy::of(&value(&document.service).cloned().unwrap_or_default(), findings);
    traffic::lowered(&document.traffic, findings);
    population::check_names(&document.tenant, findings);
}

/// The length of the safety phase at this size.
fn duration(document: &Document, size: Size, names: &Resolver<'_>) -> Option<Span> {
    let shorter = value(&document.check).and_then(|check: &Check| check.duration.as_ref());
    let chosen = shorter.filter(|_| size == Size::Ci).or(document.duration.as_ref())?;
    for given in [&document.duration, &shorter.cloned()].into_iter().flatten() {
        if given.value == Span::ZERO || given.value > LONGEST_RUN {
            names.findings.report(
                Code::OutOfRange,
                &given.place,
                "a run lasts longer than nothing and at most 366 days",
            );
        }
    }
    if let (Some(whole), Some(part)) = (&document.duration, shorter)
        && part.value > whole.value
    {
        let message = format!("`check` may shorten a run, and this one lasts {}", whole.value);
        names.findings.report(Code::OutOfRange, &part.place, message);
    }
    Some(chosen.value)
}

fn datacenters(names: &Resolver<'_>) -> Vec<DatacenterPlan> {
    let plan = |row: &super::topology::DatacenterRow| DatacenterPlan {
        name: row.name.clone(),
        boundary: row.boundary,
        rate: row.rate,
        service_scv: row.service_scv,
        reseed_ppm: row.reseed_ppm,
        flush: row.flush,
        disk_rate: row.disk_rate,
        boot: row.boot,
        clock_offset_us: row.clock_offset_us,
        clock_drift_ppm: row.clock_drift_ppm,
    };
    names.topology.datacenters.iter().map(plan).collect()
}

/// The map that production is given: at first a true one.
pub(super) fn map(topology: &Topology) -> ResidencyMap {
    let mut countries = vec![None; Country::CODES];
    for rule in &topology.countries {
        countries[rule.row.code.index()] = rule.boundary;
    }
    let at_home = (0..).map(Boundary).zip(&topology.boundaries).filter(|(_, row)| row.go_local);
    let unit = |unit: &crate::sim::plan::UnitPlan| UnitRow {
        boundary: unit.boundary,
        sites: unit.sites,
        witness: unit.witness,
    };
    ResidencyMap {
        version: 1,
        countries,
        go_local: at_home.fold(BoundarySet::EMPTY, |set, (boundary, _)| set.with(boundary)),
        datacenters: topology.datacenters.iter().map(|row| row.boundary).collect(),
        units: topology.units.iter().map(unit).collect(),
        capacity: Vec::new(),
    }
}

/// The faults that strike within the safety phase. As the scenario is written, that must be all of
/// them; those that come later than `[check]` lets a run last are left out of it.
fn faults(document: &Document, phase: Option<Window>, names: &Resolver<'_>) -> Vec<FaultPlan> {
    let one = |fault: &At<Fault>| {
        let Fault { at, lasts, effect } = &fault.value;
        let kind = effect.resolved(&fault.place, names);
        if let Some(lasts) = lasts.as_ref().filter(|lasts| lasts.value == Span::ZERO) {
            names.findings.report(Code::OutOfRange, &lasts.place, "this must be longer than nothing");
        }
        let (moment, phase) = (at.as_ref()?, phase?);
        let at = moment.value.in_run(phase.start);
        check_moment(at, &moment.place, "fault strikes", as_written(document, phase), names);
        check_age(effect, at, phase, names);
        Some(FaultPlan { at, lasts: value(lasts).copied(), kind: kind? }).filter(|fault| fault.at < phase.end)
    };
    document.fault.iter().flat_map(|list| &list.value).filter_map(one).collect()
}

/// The safety phase as the scenario is written, which `[check]` may make shorter.
pub(super) fn as_written(document: &Document, phase: Window) -> Window {
    let end = value(&document.duration).map_or(phase.end, |&duration| phase.end.max(phase.start + duration));
    Window { end, ..phase }
}

/// An inventory that is never taken would find nothing wrong.
fn check_inventories(document: &Document, phase: Window, names: &Resolver<'_>) {
    for moment in document.inventory.iter().flat_map(|list| &list.value).filter_map(|one| one.value.at.as_ref()) {
        let at = moment.value.in_run(phase.start);
        check_moment(at, &moment.place, "inventory is taken", as_written(document, phase), names);
    }
}

/// What is to happen does while the run lasts as it is written.
pub(super) fn check_moment(at: Instant, place: &Place, what: &str, written: Window, names: &Resolver<'_>) {
    let Window { start, end } = written;
    let outside = if at < start { Some("before the run starts") } else { (at >= end).then_some("after the run ends") };
    if let Some(outside) = outside {
        let found = Diagnostic::at(Code::FaultAfterEnd, place, format!("this {what} {outside}"));
        names.findings.add(found.help(format!("the run starts at {start} and lasts {}", end.since(start))));
    }
}

/// A copy that is put back was made in the run, and before.
fn check_age(effect: &Effect, at: Instant, phase: Window, names: &Resolver<'_>) {
    let impossible = |age: &&At<Span>| age.value == Span::ZERO || at.before(age.value) < phase.start;
    if let Some(age) = effect.age().filter(impossible) {
        let message = "the copy is made after the run starts, and before it is put back";
        names.findings.report(Code::OutOfRange, &age.place, message);
    }
}
