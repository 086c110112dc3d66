//! Findings and breaches as JSON.

use super::super::breach::sentence;
use super::{Json, Pairs, list, object, text};
use crate::audit::{Breach, Finding, Suspension};
use crate::terms::Names;

/// What was found of one invariant.
pub(super) fn invariant(finding: &Finding, names: &Names) -> Json {
    object! {
        "id": finding.id,
        "promise": finding.promise,
        "checked": finding.checked,
        "broken": finding.broken,
        "breaches": list(finding.breaches.iter().map(|one| breach(one, names))),
        "suspended": list(finding.suspended.iter().map(suspension)),
    }
}

fn suspension(suspension: &Suspension) -> Json {
    object! { "why": suspension.why, "times": suspension.times }
}

fn breach(breach: &Breach, names: &Names) -> Json {
    object! {
        "at": text(breach.at),
        "what": sentence(breach, names),
        "tenant": breach.tenant.map(|tenant| names.tenant(tenant)),
        "record": breach.record.map(|record| record.0),
        "unit": breach.unit.map(|unit| names.unit(unit)),
        "copy": breach.copy.map(text),
        "datacenter": breach.datacenter.map(|datacenter| names.datacenter(datacenter)),
        "residence": breach.residence.map(|residence| {
            residence.iter().map(|boundary| names.boundary(boundary).to_owned()).collect::<Vec<_>>()
        }),
        "rule": breach.rule.map(text),
    }
}
