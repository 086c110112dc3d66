//! Seats that get another place: the format, and the same made ready for the world.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document::Document;
use super::moment::Moment;
use super::plan::{as_written, check_moment};
use super::population::Window;
use super::read::At;
use super::resolve::Resolver;
use super::section::section;
use super::topology::Topology;
use crate::sim::plan::ReplacementPlan;
use crate::terms::{Datacenter, Instant, Seat, Unit};

section! {
    /// A datacenter that scale units leave for another: each seat there is handed over, commissioned anew, filled,
    /// and what is left in the old place erased. For a datacenter that is added, retired, or lost for good.
    Replace {
        required {
            /// The datacenter that is left.
            datacenter: String,
            /// The one that takes its place, for sites in the same boundary.
            by: String,
            /// When it is ordered: since the start, or a point in time.
            at: Moment,
        }
        optional {
            /// Only the seat of this scale unit. Default: every site and every witness there.
            unit: String,
        }
    }
}

/// The replacements that are ordered while users are watched, seat by seat. As with faults, those that come later
/// than `[check]` lets a run last are left out of it.
pub(super) fn lowered(document: &Document, phase: Option<Window>, names: &Resolver<'_>) -> Vec<ReplacementPlan> {
    let mut plans: Vec<ReplacementPlan> = Vec::new();
    for given in document.replace.iter().flat_map(|list| &list.value) {
        let seats = seats(given, names);
        let Some((at, seats)) = moment(given, document, phase, names).zip(seats) else { continue };
        for (unit, seat, to) in seats {
            if check_free(given, (unit, seat, to), &plans, names) {
                plans.push(ReplacementPlan { unit, seat, to, at });
            }
        }
    }
    let end = phase.map_or(Instant::NEVER, |phase| phase.end);
    plans.retain(|plan| plan.at < end);
    plans
}

/// A topology in which every unit stands as it does at the start, and once more as it does after each replacement:
/// what the service asks of its topology it asks of all of these.
pub(super) fn with_replaced(topology: &Topology, plans: &[ReplacementPlan]) -> Topology {
    let mut all = topology.clone();
    let mut now = topology.units.clone();
    for plan in plans {
        now[plan.unit.index()].put(plan.seat, plan.to);
        all.units.push(now[plan.unit.index()].clone());
    }
    all
}

/// The seats that a row means, and where they are to go.
fn seats(given: &At<Replace>, names: &Resolver<'_>) -> Option<Vec<(Unit, Seat, Datacenter)>> {
    let Replace { datacenter, by, unit, .. } = &given.value;
    let (from, to) = (names.datacenter(datacenter), names.datacenter(by));
    let only = match unit {
        None => None,
        Some(_) => Some(names.unit(unit)?),
    };
    let (from, to) = (from?, to?);
    let units = (0..).map(Unit).zip(&names.topology.units).filter(|(unit, _)| only.is_none_or(|only| only == *unit));
    let here = units.flat_map(|(unit, row)| {
        Seat::ALL.into_iter().filter(|&seat| row.voter(seat) == from).map(move |seat| (unit, seat, to))
    });
    let here: Vec<_> = here.collect();
    if here.is_empty() {
        let place = datacenter.as_ref().map_or(&given.place, |name| &name.place);
        let what = only.map_or("scale unit", |_| "site or witness of this scale unit");
        names.findings.report(Code::SeatNowhere, place, format!("no {what} stands there"));
        return None;
    }
    Some(here)
}

fn moment(given: &At<Replace>, document: &Document, phase: Option<Window>, names: &Resolver<'_>) -> Option<Instant> {
    let (moment, phase) = (given.value.at.as_ref()?, phase?);
    let at = moment.value.in_run(phase.start);
    check_moment(at, &moment.place, "replacement is ordered", as_written(document, phase), names);
    Some(at)
}

/// Reports a seat that cannot go there: no two seats of a unit share a datacenter, and no site leaves its boundary.
fn check_free(
    given: &At<Replace>,
    (unit, seat, to): (Unit, Seat, Datacenter),
    before: &[ReplacementPlan],
    names: &Resolver<'_>,
) -> bool {
    let row = &names.topology.units[unit.index()];
    let place = given.value.by.as_ref().map_or(&given.place, |by| &by.place);
    let mut own = before.iter().filter(|plan| plan.unit == unit);
    let stands = &names.topology.datacenters[to.index()];
    if own.clone().any(|plan| plan.seat == seat) {
        let message = format!("a seat of `{}` is replaced once in a run", row.name);
        names.findings.report(Code::SeatTwice, &given.place, message);
    } else if Seat::ALL.into_iter().any(|seat| row.voter(seat) == to) || own.any(|plan| plan.to == to) {
        let message = format!("`{}` has, had or is to have another of its seats there", row.name);
        names.findings.report(Code::SeatTaken, place, message);
    } else if seat != Seat::Witness && stands.boundary != row.boundary {
        let name = |boundary: crate::terms::Boundary| &names.topology.boundaries[boundary.index()].name;
        let message = format!("a site of `{}` would leave its boundary", row.name);
        let found = Diagnostic::at(Code::SeatOutside, place, message);
        let (there, here) = (name(stands.boundary), name(row.boundary));
        names.findings.add(found.help(format!("`{}` stands in `{there}`, the unit serves `{here}`", stands.name)));
    } else {
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::scenario::{Size, parse};

    fn with(rows: &str) -> Result<crate::scenario::Scenario, crate::scenario::Diagnostics> {
        let text = format!(
            "schema_version = 1\nname = \"x\"\nstart = 2019-05-06T00:00:00Z\nduration = \"4h\"\n\n[population]\n\
             tenants = 2\ncountries = {{ DE = 1 }}\n{rows}\n[topology.datacenters.frankfurt]\nboundary = \"emea\"\n\
             place = \"Frankfurt\"\njurisdiction = \"DE\"\nrate = 60\n\n[topology.rtt.ms.frankfurt]\nsingapore = 160\n\
             hong-kong = 180\ndublin = 25\namsterdam = 10\ntexas = 120\nillinois = 105\nchennai = 130\npune = 125\n"
        );
        parse("x.toml", &text, Size::Full)
    }

    #[test]
    fn production_and_oracle_read_the_same_seats_by_two_ways() {
        let row = "[[replace]]\ndatacenter = \"dublin\"\nby = \"frankfurt\"\nat = \"1h\"\n";
        let scenario = with(row).expect("it loads");
        let planned: Vec<_> =
            scenario.plan.replacements.iter().map(|one| (one.unit, one.seat, one.to, one.at)).collect();
        let agreed: Vec<_> = scenario.contract.seats.iter().map(|one| (one.unit, one.seat, one.to, one.at)).collect();
        assert_eq!(planned, agreed);
        assert!(planned.len() >= 2, "{planned:?}");
    }
}
