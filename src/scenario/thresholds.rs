//! Limits that a run must keep, and invariants that it must put to the test.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::document;
use super::quantity::{Amount, rounded};
use super::read::{At, Findings, Given, instead};
use super::resolve::Resolver;
use crate::audit::INVARIANTS;
use crate::metrics::{Dimension, Measured, Metric, Scope, Threshold};
use crate::terms::Refusal;

/// The thresholds, after reporting those that cannot be measured.
pub(super) fn lowered(given: &Given<Vec<At<document::Threshold>>>, names: &Resolver<'_>) -> Vec<Threshold> {
    given.iter().flat_map(|list| &list.value).filter_map(|threshold| one(threshold, names)).collect()
}

fn one(given: &At<document::Threshold>, names: &Resolver<'_>) -> Option<Threshold> {
    let document::Threshold { metric, min, max, exactly, .. } = &given.value;
    let scope = scope(given, names);
    let name = metric.as_ref()?;
    let Some(metric) = Metric::parse(&name.value) else {
        let found = Diagnostic::at(Code::UnknownMetric, &name.place, format!("there is no metric `{}`", name.value));
        names.findings.add(found.help(instead(&name.value, Metric::ALL.iter().map(|metric| metric.name()))));
        return None;
    };
    let metric = of_class(metric, &given.value.class, names.findings)?;
    match (min.as_ref().or(max.as_ref()), exactly) {
        (None, None) => {
            names.findings.report(Code::MissingKey, &name.place, "a threshold has `min`, `max` or both, or `exactly`");
        }
        (Some(_), Some(exactly)) => {
            names.findings.report(Code::Conflict, &exactly.place, "`exactly` stands without `min` and `max`");
        }
        _ => {}
    }
    let limit = |amount: &Given<Amount>| amount.as_ref().and_then(|amount| measured(metric, amount, names.findings));
    let only = limit(exactly);
    let (least, most) = (limit(min).or(only), limit(max).or(only));
    if let (Some(least), Some(most), Some(at)) = (least, most, max.as_ref().filter(|_| least > most)) {
        let message = format!("nothing is at least {least} and at most {most}");
        names.findings.add(Diagnostic::at(Code::Conflict, &at.place, message).help("are `min` and `max` swapped?"));
    }
    Some(Threshold { metric, scope: scope?, min: least, max: most })
}

/// The metric, narrowed to a class of refusal where one is given.
fn of_class(metric: Metric, class: &Given<String>, findings: &Findings) -> Option<Metric> {
    let Some(class) = class else { return Some(metric) };
    if metric != Metric::Refused(None) {
        findings.report(Code::Conflict, &class.place, "only `refused` has classes");
        return None;
    }
    let known = Refusal::CLASSES.iter().position(|known| *known == class.value);
    if known.is_none() {
        let message = format!("there is no class of refusal `{}`", class.value);
        let found = Diagnostic::at(Code::UnknownWord, &class.place, message);
        findings.add(found.help(instead(&class.value, Refusal::CLASSES.into_iter())));
    }
    known.map(|class| Metric::Refused(Some(class)))
}

fn scope(given: &At<document::Threshold>, names: &Resolver<'_>) -> Option<Scope> {
    let document::Threshold { boundary, datacenter, unit, .. } = &given.value;
    let narrowed: Vec<_> = [boundary, datacenter, unit].into_iter().flatten().collect();
    if let [_, extra, ..] = narrowed[..] {
        let message = "a threshold is of a boundary, a datacenter or a scale unit, not of several";
        names.findings.report(Code::Conflict, &extra.place, message);
        return None;
    }
    match (boundary, datacenter, unit) {
        (Some(_), ..) => names.boundary(boundary).map(Scope::Boundary),
        (_, Some(_), _) => names.datacenter(datacenter).map(Scope::Datacenter),
        (.., Some(_)) => names.unit(unit).map(Scope::Unit),
        (None, None, None) => Some(Scope::Everything),
    }
}

/// The limit in the metric's own dimension.
fn measured(metric: Metric, amount: &At<Amount>, findings: &Findings) -> Option<Measured> {
    match (metric.dimension(), &amount.value) {
        (_, Amount::Reported) => None,
        (Dimension::Count, &Amount::Number(count)) if count >= 0.0 && libm::fmod(count, 1.0) <= 0.0 => {
            Some(Measured::Count(rounded(count)))
        }
        (Dimension::Time, Amount::Time(span)) => Some(Measured::Micros(span.0)),
        (Dimension::Percent, &(Amount::Percent(percent) | Amount::Number(percent))) => Some(milli_percent(percent)),
        (dimension, _) => {
            let (what, example) = match dimension {
                Dimension::Count => ("a whole number of things", "0"),
                Dimension::Time => ("a length of time", "\"60s\""),
                Dimension::Percent => ("a percentage", "\"80%\""),
            };
            let found = Diagnostic::at(Code::WrongUnit, &amount.place, format!("`{}` is {what}", metric.name()));
            findings.add(found.help(format!("write the limit as in `{example}`")));
            None
        }
    }
}

/// A percentage, which may be negative.
fn milli_percent(percent: f64) -> Measured {
    let size = i64::try_from(rounded(percent.abs() * 1_000.0)).unwrap_or(i64::MAX);
    Measured::MilliPercent(if percent < 0.0 { -size } else { size })
}

/// The invariants that a scenario requires, after reporting unknown ones.
pub(super) fn required(given: &Given<Vec<At<String>>>, findings: &Findings) -> Vec<String> {
    let list = given.iter().flat_map(|list| &list.value);
    let known = || INVARIANTS.iter().map(|(id, _)| *id);
    for id in list.clone().filter(|id| !known().any(|known| known == id.value)) {
        let found = Diagnostic::at(Code::UnknownInvariant, &id.place, format!("there is no invariant `{}`", id.value));
        findings.add(found.help(instead(&id.value, known())));
    }
    list.map(|id| id.value.clone()).collect()
}
