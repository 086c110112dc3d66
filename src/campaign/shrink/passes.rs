//! What is tried to make a document smaller: fewer parts, fewer people, shorter times, rounder values.

use super::document::{Path, Step, get, get_mut, paths, remove};
use super::search::Search;
use super::simpler::{half, simpler, sooner};
use crate::scenario::span;
use crate::terms::Span;
use std::collections::BTreeSet;
use toml::{Table, Value};

/// The passes in the order in which they pay: what takes out most comes first.
pub(super) const PASSES: &[fn(&mut Search<'_>)] = &[lists, people, keys, kinds, earlier, shorter, values];

/// Countries for a tenant where the scenario names none: one of each boundary of the built-in topology.
const COUNTRIES: [&str; 4] = ["DE", "US", "SG", "IN"];

/// Users of a drawn tenant at the median, where the scenario does not say.
const USUAL_USERS: i64 = 40;

/// Keys by which a length of time is one of the scenario's, not the service's.
const TIMELINE: [&str; 4] = ["duration", "at", "for", "age"];

fn key(name: &str) -> Step {
    Step::Key(name.into())
}

/// Fewer entries of every list: faults, tenants, moves, inventories, thresholds.
fn lists(search: &mut Search<'_>) {
    for path in paths(&search.document, |_, value| value.is_array()) {
        let whole = search.document.clone();
        let Some(Value::Array(entries)) = get(&whole, &path).cloned() else { continue };
        search.thin(entries.len(), |gone| {
            let kept = (0..).zip(&entries).filter(|(place, _)| !gone.contains(place)).map(|(_, entry)| entry.clone());
            let mut thinner = whole.clone();
            match (kept.collect::<Vec<_>>(), get_mut(&mut thinner, &path)) {
                (kept, _) if kept.is_empty() => remove(&mut thinner, &path),
                (kept, Some(list)) => *list = Value::Array(kept),
                _ => {}
            }
            thinner
        });
    }
}

/// Fewer keys, so that defaults hold again: whole sections first, then what is in them.
fn keys(search: &mut Search<'_>) {
    let is_key = |path: &[Step]| matches!(path.last(), Some(Step::Key(_)));
    let deepest = paths(&search.document, |_, _| true).iter().map(Vec::len).max().unwrap_or(0);
    for depth in 1..=deepest {
        let whole = search.document.clone();
        let level = paths(&whole, |path, _| path.len() == depth && is_key(path));
        search.thin(level.len(), |gone| {
            let mut thinner = whole.clone();
            for &place in gone {
                remove(&mut thinner, &level[place]);
            }
            thinner
        });
    }
}

/// One drawn tenant of one country instead of many, first with as many users as one of them, then with all of theirs.
fn people(search: &mut Search<'_>) {
    let at = |name: &str| -> Path { vec![key("population"), key(name)] };
    let drawn = get(&search.document, &at("tenants")).and_then(Value::as_integer).unwrap_or(0);
    if drawn <= 1 {
        return;
    }
    let whole = search.document.clone();
    let named = get(&whole, &at("countries")).and_then(Value::as_table);
    let countries: Vec<String> = match named {
        Some(countries) => countries.keys().cloned().collect(),
        None => COUNTRIES.map(str::to_owned).to_vec(),
    };
    let users = get(&whole, &at("users_per_tenant")).map_or(Some(USUAL_USERS), Value::as_integer);
    for users in [None, users.map(|users| users.saturating_mul(drawn))] {
        for country in &countries {
            let mut fewer = whole.clone();
            let Some(Value::Table(population)) = fewer.get_mut("population") else { return };
            population.insert("tenants".into(), 1.into());
            population.insert("countries".into(), Table::from_iter([(country.clone(), Value::from(1))]).into());
            if let Some(users) = users {
                population.insert("users_per_tenant".into(), users.into());
            }
            if search.attempt(fewer) {
                return;
            }
        }
    }
}

/// A fault of another's kind: fewer kinds are less to understand.
fn kinds(search: &mut Search<'_>) {
    let faults = |search: &Search<'_>| search.document.get("fault").and_then(Value::as_array).cloned();
    let Some(before) = faults(search) else { return };
    for (place, other) in (0..before.len()).flat_map(|place| (0..before.len()).map(move |other| (place, other))) {
        let Some(now) = faults(search) else { return };
        let (Some(Value::Table(one)), Some(Value::Table(other))) = (now.get(place), now.get(other)) else { continue };
        if one.get("kind") == other.get("kind") || !one.contains_key("datacenter") || !other.contains_key("datacenter")
        {
            continue;
        }
        let own = |(key, _): &(&String, &Value)| ["datacenter", "at", "for"].contains(&key.as_str());
        let mut alike = other.clone();
        alike.extend(one.iter().filter(own).map(|(key, value)| (key.clone(), value.clone())));
        let mut fewer = search.document.clone();
        if let Some(fault) = get_mut(&mut fewer, &[key("fault"), Step::Place(place)]) {
            *fault = alike.into();
        }
        search.attempt(fewer);
    }
}

/// Everything that happens sooner, and the end with it.
fn earlier(search: &mut Search<'_>) {
    for by in [Span::hours(1), Span::minutes(10), Span::minutes(5), Span::minutes(1), Span::secs(30), Span::secs(10)] {
        while let Some(candidate) = on_timeline(&search.document, &["at", "duration"], |value| sooner(value, by))
            && search.attempt(candidate)
        {}
    }
}

/// All times by half, as long as that goes.
fn shorter(search: &mut Search<'_>) {
    while let Some(candidate) = on_timeline(&search.document, &TIMELINE, half)
        && search.attempt(candidate)
    {}
}

/// The document with every length of time under some keys changed; `None` where one cannot be.
fn on_timeline(document: &Table, keys: &[&str], change: impl Fn(&Value) -> Option<Value>) -> Option<Table> {
    let is_one = |path: &[Step], value: &Value| {
        let named = matches!(path.last(), Some(Step::Key(key)) if keys.contains(&key.as_str()));
        named && value.as_str().is_some_and(|text| span(text).is_some())
    };
    let mut changed = document.clone();
    for path in paths(document, is_one) {
        let value = get_mut(&mut changed, &path)?;
        *value = change(value)?;
    }
    Some(changed)
}

/// Each value for itself: the simplest that still breaks the promise.
fn values(search: &mut Search<'_>) {
    let fixed: BTreeSet<&str> = ["schema_version", "name", "seed"].into();
    let is_free = |path: &[Step]| !matches!(path.first(), Some(Step::Key(key)) if fixed.contains(key.as_str()));
    for path in paths(&search.document, |path, value| is_free(path) && !value.is_table() && !value.is_array()) {
        let Some(value) = get(&search.document, &path).cloned() else { continue };
        for simpler in simpler(&value) {
            let mut candidate = search.document.clone();
            if let Some(place) = get_mut(&mut candidate, &path) {
                *place = simpler;
            }
            if search.attempt(candidate) {
                break;
            }
        }
    }
}
