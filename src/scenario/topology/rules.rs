//! Where each of the 249 countries belongs in a topology.

use super::document::TopologyDocument;
use super::{CountryRow, CountryRule, countries};
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::read::{Findings, instead};
use crate::scenario::words::{assigned, unknown_country, value};
use crate::terms::Boundary;

/// The word for "not served".
const REFUSE: &str = "refuse";

/// The rule of every country: the document's where it has one, else the built-in row's. A country
/// whose built-in boundary is not in the topology is not served.
pub(super) fn of(document: &TopologyDocument, findings: &Findings) -> Vec<CountryRule> {
    check_overrules(document, findings);
    countries::all().iter().map(|row| rule(row, document)).collect()
}

fn rule(row: &'static CountryRow, document: &TopologyDocument) -> CountryRule {
    let boundaries = value(&document.boundaries);
    let position = |name: &str| boundaries.and_then(|known| known.names().position(|known| known == name));
    let code = row.code.to_string();
    let own = value(&document.countries).and_then(|rules| rules.get(&code)).map(|at| &at.value);
    let overrule = own.and_then(|own| value(&own.boundary));
    let boundary = position(overrule.map_or(row.boundary, String::as_str));
    let zone_of_boundary =
        boundary.and_then(|at| value(&boundaries?.0[at].1.value.time_zone)).map(|zone| zone.0.as_str());
    let zone = match own.and_then(|own| value(&own.time_zone)) {
        Some(zone) => zone.0.as_str(),
        None if row.time_zone == "UTC" => zone_of_boundary.unwrap_or("UTC"),
        None => row.time_zone,
    };
    CountryRule {
        row,
        boundary: boundary.and_then(|at| u8::try_from(at).ok()).map(Boundary),
        time_zone: zone.into(),
        overruled: overrule.is_some_and(|to| to != row.boundary),
    }
}

fn check_overrules(document: &TopologyDocument, findings: &Findings) {
    let Some(rules) = value(&document.countries) else { return };
    let mut words: Vec<&str> = value(&document.boundaries).map(|known| known.names().collect()).unwrap_or_default();
    words.push(REFUSE);
    for (code, rule) in &rules.0 {
        if assigned(&code.value).is_none() {
            findings.add(unknown_country(&code.place, &code.value));
        }
        if let Some(to) = rule.value.boundary.as_ref().filter(|to| !words.contains(&to.value.as_str())) {
            let found =
                Diagnostic::at(Code::UnknownBoundary, &to.place, format!("there is no boundary `{}`", to.value));
            findings.add(found.help(instead(&to.value, words.iter().copied())));
        }
    }
}
