//! Reading TOML by hand, so that every value keeps its place in the text.
//!
//! A table of the format is a [`section!`]: a struct whose fields are its keys, each optional while
//! reading. From that one declaration come the reader, the set of known keys and the JSON Schema.
//! Nothing stops at the first error: [`Findings`] collects them all.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::source::{Place, Source};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// Collects what is found wrong.
#[derive(Default)]
pub(super) struct Findings(RefCell<Vec<Diagnostic>>);

impl Findings {
    pub(super) fn add(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    pub(super) fn report(&self, code: Code, place: &Place, message: impl Into<String>) {
        self.add(Diagnostic::at(code, place, message.into()));
    }

    /// Points everything since the first `before` that is about a text which is built in to the user's own.
    pub(super) fn point_out_of_built_in(&self, before: usize, place: &Place) {
        self.0.borrow_mut().iter_mut().skip(before).for_each(|found| found.point_out_of_built_in(place));
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    pub(super) fn into_inner(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}

/// A value and its place in the text.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// A key's value. `None`: not given, or given wrongly and reported.
pub(super) type Given<T> = Option<At<T>>;

/// Where a value is read from, and where its errors go.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) findings: &'a Findings,
}

impl Input<'_> {
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Place { source: self.source.clone(), span }
    }
}

/// A type that can be read from a TOML value.
pub(super) trait Value: Sized {
    /// Reads the value; `None` after reporting why it cannot be.
    fn read(input: Input<'_>, place: &Place, value: &DeValue<'_>) -> Option<Self>;

    /// This value with that of an extending file laid over it.
    fn overlaid(self, over: Self) -> Self {
        drop(self);
        over
    }
}

/// Reports a value of the wrong type. `wanted` reads as "a duration such as `\"30s\"`".
pub(super) fn wrong_type<T>(input: Input<'_>, place: &Place, wanted: &str, value: &DeValue<'_>) -> Option<T> {
    let found = value.type_str();
    let article = if found.starts_with(['a', 'i']) { "an" } else { "a" };
    input.findings.report(Code::WrongType, place, format!("expected {wanted}, found {article} {found}"));
    None
}

/// A value or its absence, laid over another.
pub(super) fn overlaid<T: Value>(base: Given<T>, over: Given<T>) -> Given<T> {
    match (base, over) {
        (Some(base), Some(over)) => Some(At { value: base.value.overlaid(over.value), place: over.place }),
        (base, over) => over.or(base),
    }
}

/// A table under reading. [`Table::finish`] reports the keys that nobody asked for.
pub(super) struct Table<'a, 'i> {
    input: Input<'a>,
    entries: &'a DeTable<'i>,
    place: Place,
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'a, 'i> Table<'a, 'i> {
    pub(super) fn new(input: Input<'a>, place: &Place, entries: &'a DeTable<'i>) -> Self {
        Self { input, entries, place: place.clone(), known: Vec::new(), missing: Vec::new() }
    }

    /// The value of a key that may be missing.
    pub(super) fn optional<T: Value>(&mut self, key: &'static str) -> Given<T> {
        self.known.push(key);
        let value = self.entries.get(key)?;
        let place = self.input.place(value.span());
        T::read(self.input, &place, value.get_ref()).map(|value| At { value, place })
    }

    /// The value of a key that must be there.
    pub(super) fn required<T: Value>(&mut self, key: &'static str) -> Given<T> {
        if !self.entries.contains_key(key) {
            self.missing.push(key);
        }
        self.optional(key)
    }

    /// Reports every key that was not asked for, with the nearest that could have been, and those that
    /// are missing.
    pub(super) fn finish(self) {
        self.report(|_| true);
    }

    /// Reports what is missing of a table that cannot be read on without it.
    pub(super) fn give_up(self) {
        self.report(|meant_is_missing| meant_is_missing);
    }

    /// A key that was misspelt is not missing.
    fn report(mut self, is_told: impl Fn(bool) -> bool) {
        for (key, _) in self.entries.iter().filter(|(key, _)| !self.known.contains(&key.get_ref().as_ref())) {
            let name: &str = key.get_ref();
            let meant = nearest(name, self.known.iter().copied());
            let missing = self.missing.iter().position(|missing| Some(*missing) == meant);
            if let Some(missing) = missing {
                self.missing.remove(missing);
            }
            if is_told(missing.is_some()) {
                let place = self.input.place(key.span());
                let found = Diagnostic::at(Code::UnknownKey, &place, format!("there is no key `{name}` here"));
                self.input.findings.add(found.help(instead(name, self.known.iter().copied())));
            }
        }
        for key in self.missing {
            let place = Place { source: self.place.source.clone(), span: first_line(&self.place) };
            self.input.findings.report(Code::MissingKey, &place, format!("the key `{key}` is missing"));
        }
    }
}

/// The part of a table's span that names it: a whole table would be too much to underline.
fn first_line(place: &Place) -> Range<usize> {
    let (_, start, line) = place.source.line(place.span.start);
    let end = place.span.end.min(start + line.len()).max(place.span.start);
    place.span.start..end
}

/// A suggestion: the nearest of the names, or all of them if none is near.
pub(super) fn instead<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.collect();
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.len() == 1 => format!("there is only {}", listed(&names)),
        None if names.len() <= MOST_LISTED => format!("there are {}", listed(&names)),
        None => format!("the nearest are {}", listed(&by_likeness(name, names)[..NEAREST])),
    }
}

const MOST_LISTED: usize = 20;

/// So many are suggested of more than can be listed.
const NEAREST: usize = 5;

pub(super) fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The name that was most likely meant, if any is near enough.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|candidate| (likeness(name, candidate), candidate))
        .filter(|(like, _)| *like > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// The names, the likest first.
fn by_likeness<'n>(name: &str, mut names: Vec<&'n str>) -> Vec<&'n str> {
    names.sort_by(|a, b| likeness(name, b).total_cmp(&likeness(name, a)));
    names
}

/// How like two names are, from 0 to 1.
fn likeness(name: &str, candidate: &str) -> f64 {
    let (short, candidate) = (name.to_lowercase().chars().take(64).collect::<String>(), candidate.to_lowercase());
    let swapped = strsim::jaro_winkler(&in_order(&short), &in_order(&candidate)) - 0.01;
    strsim::jaro_winkler(&short, &candidate).max(swapped)
}

/// A name with its parts in the order of the alphabet, so that `load_peak` is like `peak_load`.
fn in_order(name: &str) -> String {
    let mut parts: Vec<_> = name.split(['_', '-']).collect();
    parts.sort_unstable();
    parts.join("-")
}
