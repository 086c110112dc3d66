//! What a topology says of itself against what can be true: a label against the law of the place, a
//! pair against its other half, a boundary against the countries that belong to it.
//!
//! Each of these loads, runs, and keeps every promise of a file that lies: the labels are what the
//! oracle judges by. So they are refused before anything rests on them.

use super::build::entries;
use super::document::{DatacenterDocument, TopologyDocument, UnitDocument};
use super::{CountryRule, DatacenterRow, Topology};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::read::{At, Findings};
use crate::scenario::source::Place;
use crate::scenario::words::value;
use crate::sim::plan::UnitPlan;
use crate::terms::{Boundary, Datacenter};

/// Reports what cannot be true of a topology. Of one in which something else is wrong (`is_sound` is false), what
/// rests on names that are known.
pub(super) fn check(topology: &Topology, is_sound: bool, findings: &Findings) {
    let standing = Standing { topology, document: &topology.document, findings };
    standing.labels_agree_with_the_law();
    standing.metros_stand_inside();
    if is_sound {
        standing.pairs_run_both_ways();
        standing.every_boundary_is_somebodys_home();
    }
}

struct Standing<'a> {
    topology: &'a Topology,
    document: &'a TopologyDocument,
    findings: &'a Findings,
}

impl Standing<'_> {
    /// A datacenter stands in the boundary to which the country belongs whose law holds there: under
    /// the law of one that is not served no boundary's data may rest.
    fn labels_agree_with_the_law(&self) {
        for ((_, given), row) in entries(&self.document.datacenters).zip(&self.topology.datacenters) {
            let Some(law) = row.jurisdiction.and_then(|country| self.topology.country(country)) else { continue };
            if law.boundary == Some(row.boundary) {
                continue;
            }
            let home = law.boundary.map_or("no boundary".into(), |home| format!("`{}`", self.name(home)));
            let DatacenterDocument { boundary: label, jurisdiction, .. } = &given.value;
            if !self.is_labelled(&given.value) {
                continue;
            }
            let country = value(&self.document.countries).and_then(|rules| rules.get(&law.row.code.to_string()));
            let label = label.as_ref().map(|at| &at.place);
            let said = [label, jurisdiction.as_ref().map(|at| &at.place), country.map(|at| &at.place)];
            // What the user's own file says is wrong sooner than what it extends.
            let own = |place: &&Place| !place.source.is_built_in();
            let place = said.into_iter().flatten().find(own).unwrap_or(&given.place);
            let message = format!(
                "`{}` is labelled `{}`, and stands under the law of {} (`{}`), which belongs to {home}",
                row.name,
                self.name(row.boundary),
                law.row.name,
                law.row.code
            );
            let found = Diagnostic::at(Code::LabelAgainstTheLaw, place, message);
            self.findings.add(found.help("correct the label, or the country under `countries`"));
        }
    }

    /// Users of a boundary are as far from a datacenter as its metro is: one that stands elsewhere would
    /// have another boundary's sites look near.
    fn metros_stand_inside(&self) {
        for ((name, given), boundary) in entries(&self.document.boundaries).zip((0..).map(Boundary)) {
            let Some(metro) = given.value.metro.as_ref() else { continue };
            let Some(stands) = self.topology.datacenter(&metro.value) else { continue };
            let labelled = entries(&self.document.datacenters).nth(stands.index());
            let labelled = labelled.is_some_and(|(_, given)| self.is_labelled(&given.value));
            if labelled && self.datacenter(stands).boundary != boundary {
                let message = format!("the metro of `{}` stands in another boundary", name.value);
                let found = Diagnostic::at(Code::MetroOutside, &metro.place, message);
                self.findings.add(found.help("name one of the boundary's own datacenters"));
            }
        }
    }

    /// A datacenter that backs another up is backed up by it, if it is a primary at all: of a pair that
    /// runs one way, one half would have its backup where nobody plans for its load.
    fn pairs_run_both_ways(&self) {
        let units = &self.topology.units;
        for ((_, given), unit) in entries(&self.document.units).zip(units) {
            let [primary, backup] = unit.sites;
            let mut back = units.iter().filter(|other| other.sites[0] == backup).peekable();
            if back.peek().is_some() && !back.any(|other| other.sites[1] == primary) {
                self.one_way(unit, given);
            }
        }
    }

    fn one_way(&self, unit: &UnitPlan, given: &At<UnitDocument>) {
        let [primary, backup] = unit.sites.map(|site| self.datacenter(site).name.as_str());
        let place = given.value.backup.as_ref().map_or(&given.place, |backup| &backup.place);
        let message =
            format!("this pair runs one way: `{backup}` is a primary, and none of its backups is `{primary}`");
        let found = Diagnostic::at(Code::PairOneWay, place, message);
        self.findings.add(found.help(format!("add a scale unit with primary `{backup}` and backup `{primary}`")));
    }

    /// A boundary to which no country belongs never gets a tenant; its countries go elsewhere.
    fn every_boundary_is_somebodys_home(&self) {
        for ((name, _), boundary) in entries(&self.document.boundaries).zip((0..).map(Boundary)) {
            let at_home = |rule: &CountryRule| rule.boundary == Some(boundary);
            if !self.topology.countries.iter().any(at_home) {
                let message = format!("no country belongs to the boundary `{}`", name.value);
                let found = Diagnostic::at(Code::NobodyAtHome, &name.place, message);
                self.findings
                    .add(found.help(format!("say under `countries` whose it is, as in `DE = \"{}\"`", name.value)));
            }
        }
    }

    /// Whether a datacenter's label, or that of all, names a boundary of this topology.
    fn is_labelled(&self, row: &DatacenterDocument) -> bool {
        let of_all = value(&self.document.datacenter_defaults).and_then(|all| all.boundary.as_ref());
        let label = row.boundary.as_ref().or(of_all);
        label.is_some_and(|label| self.topology.boundary(&label.value).is_some())
    }

    fn datacenter(&self, datacenter: Datacenter) -> &DatacenterRow {
        &self.topology.datacenters[datacenter.index()]
    }

    fn name(&self, boundary: Boundary) -> &str {
        &self.topology.boundaries[boundary.index()].name
    }
}
