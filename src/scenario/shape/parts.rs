//! What a shape leaves open: ranges and choices, and tables that are optional or repeated.

use super::bounds::Bounds;
use crate::scenario::code::Code;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::quantity::Share;
use crate::scenario::read::{Findings, Input, Value, instead};
use crate::scenario::source::Source;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something that is left open.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A value.
    Value { span: Range<usize>, place: String, open: Open },
    /// A table under a header, with all that stands below it.
    Table { span: Range<usize>, place: String, ppm: u32, times: Option<Bounds>, cut: Vec<Range<usize>> },
}

/// A value that is left open.
#[derive(Clone, Debug)]
pub(super) enum Open {
    Between(Bounds),
    OneOf { options: Vec<Range<usize>>, words: Vec<String>, weights: Vec<u32> },
}

impl Item {
    pub(super) fn span(&self) -> Range<usize> {
        match self {
            Self::Value { span, .. } | Self::Table { span, .. } => span.clone(),
        }
    }
}

/// A table stands in a scenario so often at most.
const MOST_TIMES: i64 = 100;

/// The keys of a value that is left open.
const OPEN: [&str; 3] = ["between", "one_of", "weights"];

/// The keys of a table that is optional or repeated.
const REPEATING: [&str; 2] = ["chance", "times"];

/// Everything that is left open, outer ones before inner ones, and where the keys before the first table end.
pub(super) fn items(source: &Arc<Source>, root: &DeValue<'_>, findings: &Findings) -> (Vec<Item>, usize) {
    let mut headers = Vec::new();
    gather_headers(source, root, &mut headers);
    headers.sort_unstable();
    headers.dedup();
    let end = source.text.len();
    let head = headers.first().map_or(end, |&first| above(source, first));
    let mut search = Search { input: Input { source, findings }, headers, items: Vec::new() };
    if let Some(table) = root.as_table() {
        search.table(table, "");
    }
    let mut items = search.items;
    items.sort_by_key(|item| (item.span().start, std::cmp::Reverse(item.span().end)));
    (items, head)
}

/// Where the headers of tables stand.
fn gather_headers(source: &Source, value: &DeValue<'_>, into: &mut Vec<usize>) {
    let children: Vec<&Spanned<DeValue<'_>>> = match value {
        DeValue::Table(table) => table.iter().map(|(_, value)| value).collect(),
        DeValue::Array(array) => array.iter().collect(),
        _ => return,
    };
    for child in children {
        if is_under_header(source, child) {
            into.push(child.span().start);
        }
        gather_headers(source, child.get_ref(), into);
    }
}

fn is_under_header(source: &Source, value: &Spanned<DeValue<'_>>) -> bool {
    value.get_ref().is_table() && source.text[value.span().start..].starts_with('[')
}

/// Where the comment begins that stands right above a header, or the header, where none does.
fn above(source: &Source, header: usize) -> usize {
    let mut from = header;
    for line in source.text[..header].split_inclusive('\n').rev() {
        if !line.trim_start().starts_with('#') {
            break;
        }
        from -= line.len();
    }
    from
}

/// What stands between the brackets of a header.
fn name_at(source: &Source, header: usize) -> &str {
    source.line(header).2.trim_start_matches(['[', ' ']).split(']').next().unwrap_or_default().trim_end()
}

struct Search<'a> {
    input: Input<'a>,
    headers: Vec<usize>,
    items: Vec<Item>,
}

impl Search<'_> {
    fn table(&mut self, table: &DeTable<'_>, place: &str) {
        for (key, value) in table.iter().filter(|(key, _)| !REPEATING.contains(&key.get_ref().as_ref())) {
            let key: &str = key.get_ref();
            let below = if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
            match value.get_ref() {
                _ if is_under_header(self.input.source, value) => self.under_header(value, &below),
                DeValue::Array(array) if array.iter().any(|one| is_under_header(self.input.source, one)) => {
                    self.list_of_tables(array, &below);
                }
                _ => self.value(value, &below),
            }
        }
    }

    /// Each table of a list has a name of what it is and the how manieth of those, so that one that is added
    /// moves the draws of none but those of its own kind that follow.
    fn list_of_tables(&mut self, array: &toml::de::DeArray<'_>, place: &str) {
        let mut seen = BTreeMap::new();
        for one in array {
            let word = one.get_ref().as_table().and_then(label).unwrap_or_default();
            let nth = seen.entry(word.clone()).or_insert(0);
            *nth += 1;
            let space = if word.is_empty() { "" } else { " " };
            self.under_header(one, &format!("{place}{space}{word} {nth}"));
        }
    }

    fn under_header(&mut self, value: &Spanned<DeValue<'_>>, place: &str) {
        let Some(table) = value.get_ref().as_table() else { return };
        let given = REPEATING.iter().filter_map(|key| table.get_key_value(*key));
        let mut cut: Vec<_> = given.map(|(key, value)| self.lines(key.span().start..value.span().end)).collect();
        if !cut.is_empty() {
            cut.sort_by_key(|lines| lines.start);
            let ppm = table.get("chance").and_then(|value| self.share(value));
            let times = table.get("times").and_then(|value| self.times(value));
            let span = self.region(value.span().start);
            self.items.push(Item::Table { span, place: place.into(), ppm: ppm.unwrap_or(1_000_000), times, cut });
        }
        self.table(table, place);
    }

    /// The lines of a table under a header: to the next header that does not stand below it.
    fn region(&self, header: usize) -> Range<usize> {
        let source = self.input.source;
        let name = name_at(source, header);
        let is_below = |next: usize| name_at(source, next).strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        let next = self.headers.iter().find(|&&next| next > header && !is_below(next));
        above(source, header)..next.map_or(source.text.len(), |&next| above(source, next))
    }

    /// The whole lines around a span.
    fn lines(&self, span: Range<usize>) -> Range<usize> {
        let text = &self.input.source.text;
        let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        start..text[span.end..].find('\n').map_or(text.len(), |newline| span.end + newline + 1)
    }

    fn share(&self, value: &Spanned<DeValue<'_>>) -> Option<u32> {
        let place = self.input.place(value.span());
        Share::read(self.input, &place, value.get_ref()).map(|share| share.0)
    }

    /// How often a table stands there: a whole number, or a range of them.
    fn times(&self, value: &Spanned<DeValue<'_>>) -> Option<Bounds> {
        let place = self.input.place(value.span());
        let between =
            value.get_ref().as_table().filter(|table| table.len() == 1).and_then(|table| table.get("between"));
        let bounds = if let Some(between) = between {
            Bounds::read(self.input, &place, between.get_ref())?
        } else {
            Bounds::exactly(u32::read(self.input, &place, value.get_ref())?.into())
        };
        let fits = bounds.whole().is_some_and(|(low, high)| low >= 0 && high <= MOST_TIMES);
        if !fits {
            let message = format!("a table stands there from 0 to {MOST_TIMES} times");
            self.input.findings.report(Code::OutOfRange, &place, message);
        }
        Some(bounds).filter(|_| fits)
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, place: &str) {
        match value.get_ref() {
            DeValue::Table(table) if is_open(table) => self.open(table, value.span(), place),
            DeValue::Table(table) => {
                self.misspelt(table);
                self.table(table, place);
            }
            DeValue::Array(array) => {
                for (nth, one) in array.iter().enumerate() {
                    self.value(one, &format!("{place}.{nth}"));
                }
            }
            _ => {}
        }
    }

    /// A table of one key that is nearly a word for what is left open.
    fn misspelt(&self, table: &DeTable<'_>) {
        let Some((key, _)) = table.iter().next().filter(|_| table.len() == 1) else { return };
        let name: &str = key.get_ref();
        if strsim::jaro_winkler(name, "between") > 0.85 || strsim::jaro_winkler(name, "one_of") > 0.85 {
            let place = self.input.place(key.span());
            let found = Diagnostic::at(Code::UnknownKey, &place, format!("there is no key `{name}` here"));
            self.input.findings.add(found.help(instead(name, ["between", "one_of"].into_iter())));
        }
    }

    fn open(&mut self, table: &DeTable<'_>, span: Range<usize>, place: &str) {
        for (key, _) in table.iter().filter(|(key, _)| !OPEN.contains(&key.get_ref().as_ref())) {
            let name: &str = key.get_ref();
            let found = format!("there is no key `{name}` here");
            let found = Diagnostic::at(Code::UnknownKey, &self.input.place(key.span()), found);
            self.input.findings.add(found.help(instead(name, OPEN.into_iter())));
        }
        let open = match (table.get("between"), table.get("one_of"), table.get("weights")) {
            (Some(between), None, None) => {
                let place = self.input.place(between.span());
                Bounds::read(self.input, &place, between.get_ref()).map(Open::Between)
            }
            (None, Some(options), weights) => self.one_of(options, weights, place),
            _ => {
                let message = "what is left open is `between` two ends, or `one_of` several, which may have `weights`";
                self.input.findings.report(Code::Conflict, &self.input.place(span.clone()), message);
                None
            }
        };
        if let Some(open) = open {
            self.items.push(Item::Value { span, place: place.into(), open });
        }
    }

    fn one_of(
        &mut self,
        options: &Spanned<DeValue<'_>>,
        weights: Option<&Spanned<DeValue<'_>>>,
        place: &str,
    ) -> Option<Open> {
        let Some(array) = options.get_ref().as_array().filter(|array| !array.is_empty()) else {
            let place = self.input.place(options.span());
            self.input.findings.report(Code::WrongType, &place, "`one_of` is a list of one value or more");
            return None;
        };
        let given = weights.map(|weights| self.weights(weights, array.len()));
        let weights = given.unwrap_or_else(|| Some(vec![1; array.len()]))?;
        let spans: Vec<_> = array.iter().map(Spanned::span).collect();
        let word = |span: &Range<usize>| self.input.source.text[span.clone()].trim_matches('"').to_owned();
        let words = spans.iter().map(word).collect();
        array.iter().enumerate().for_each(|(nth, one)| self.value(one, &format!("{place}.{nth}")));
        Some(Open::OneOf { options: spans, words, weights })
    }

    fn weights(&self, weights: &Spanned<DeValue<'_>>, of: usize) -> Option<Vec<u32>> {
        let place = self.input.place(weights.span());
        let each = weights.get_ref().as_array().into_iter().flatten();
        let read = |one: &Spanned<DeValue<'_>>| u32::read(self.input, &self.input.place(one.span()), one.get_ref());
        let numbers: Vec<u32> = each.map(read).collect::<Option<_>>()?;
        if numbers.len() != of {
            let message = format!("there are {of} to choose from, and {} weights", numbers.len());
            self.input.findings.report(Code::Conflict, &place, message);
            return None;
        }
        if numbers.iter().all(|&weight| weight == 0) {
            self.input.findings.report(Code::OutOfRange, &place, "at least one weight must be above zero");
            return None;
        }
        Some(numbers)
    }
}

/// Whether a table is a value that is left open, and none of a scenario's own: a fault has a `kind`.
fn is_open(table: &DeTable<'_>) -> bool {
    (table.contains_key("between") || table.contains_key("one_of")) && !table.contains_key("kind")
}

/// What a table of a list is called by: the word that tells it from others.
fn label(table: &DeTable<'_>) -> Option<String> {
    let keys = ["name", "kind", "tenant", "metric", "country"];
    keys.iter().find_map(|key| table.get(*key)?.get_ref().as_str().map(str::to_owned))
}
