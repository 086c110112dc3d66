//! Names of a scenario file, resolved against its topology.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::read::{At, Findings, Given, instead};
use super::source::Place;
use super::topology::{CountryRule, Topology};
use crate::terms::{Boundary, Country, Datacenter, Unit};

/// Resolves names, and reports those that are unknown.
pub(super) struct Resolver<'a> {
    pub(super) topology: &'a Topology,
    pub(super) findings: &'a Findings,
}

impl Resolver<'_> {
    pub(super) fn datacenter(&self, name: &Given<String>) -> Option<Datacenter> {
        self.datacenter_at(name.as_ref()?)
    }

    fn datacenter_at(&self, name: &At<String>) -> Option<Datacenter> {
        let names = self.topology.datacenters.iter().map(|row| row.name.as_str());
        self.known(self.topology.datacenter(&name.value), name, Code::UnknownDatacenter, "datacenter", names)
    }

    /// Each of a list; `None` if one is unknown.
    pub(super) fn datacenters(&self, names: &[At<String>]) -> Option<Vec<Datacenter>> {
        let found: Vec<_> = names.iter().map(|name| self.datacenter_at(name)).collect();
        found.into_iter().collect()
    }

    pub(super) fn boundary(&self, name: &Given<String>) -> Option<Boundary> {
        let name = name.as_ref()?;
        let names = self.topology.boundaries.iter().map(|row| row.name.as_str());
        self.known(self.topology.boundary(&name.value), name, Code::UnknownBoundary, "boundary", names)
    }

    pub(super) fn unit(&self, name: &Given<String>) -> Option<Unit> {
        let name = name.as_ref()?;
        let names = self.topology.units.iter().map(|row| row.name.as_str());
        self.known(self.topology.unit(&name.value), name, Code::UnknownUnit, "scale unit", names)
    }

    /// The datacenters that stand in a boundary.
    pub(super) fn standing_in(&self, boundary: Boundary) -> Vec<Datacenter> {
        let rows = (0..).map(Datacenter).zip(&self.topology.datacenters);
        rows.filter(|(_, row)| row.boundary == boundary).map(|(handle, _)| handle).collect()
    }

    /// The rule of a country that must be served.
    pub(super) fn served(&self, country: Country, place: &Place) -> Option<&CountryRule> {
        let rule = self.topology.country(country)?;
        if rule.boundary.is_none() {
            let row = rule.row;
            let reason = if row.note.is_empty() { String::new() } else { format!(" ({})", row.note) };
            let message = format!("the service does not serve {} (`{}`)", row.name, row.code);
            let help = format!(
                "a topology may overrule this{reason}; a tenant that must be refused says `expect = \"refused\"`"
            );
            self.findings.add(Diagnostic::at(Code::CountryNotServed, place, message).help(help));
        }
        Some(rule)
    }

    fn known<'n, T>(
        &self,
        found: Option<T>,
        name: &At<String>,
        code: Code,
        what: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> Option<T> {
        if found.is_none() {
            let found = Diagnostic::at(code, &name.place, format!("there is no {what} `{}`", name.value));
            self.findings.add(found.help(instead(&name.value, names)));
        }
        found
    }
}
