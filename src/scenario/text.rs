//! From text to a TOML document, and the prose in front of it.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::read::Findings;
use super::source::{Place, Source};
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Parses TOML; `None` after reporting every syntax error. The parser bounds its own depth.
pub(super) fn parsed<'s>(source: &'s Arc<Source>, findings: &Findings) -> Option<DeValue<'s>> {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    if errors.is_empty() {
        return Some(DeValue::Table(root.into_inner()));
    }
    for error in errors.into_iter().take(MOST_ERRORS) {
        findings.add(syntax_error(source, &error));
    }
    None
}

/// After so many it is not TOML at all.
const MOST_ERRORS: usize = 20;

fn syntax_error(source: &Arc<Source>, error: &toml::de::Error) -> Diagnostic {
    let place = |span| Place { source: source.clone(), span };
    if error.message().contains("recurs") {
        let place = place(error.span().unwrap_or_else(|| deepest_key(&source.text)));
        return Diagnostic::at(Code::TooDeep, &place, "tables and arrays nest too deep here".into())
            .help("a scenario needs four levels; there may be eighty");
    }
    let span = error.span().unwrap_or_default();
    let first = Some(&span).filter(|_| error.message() == "duplicate key").and_then(|again| first_of(source, again));
    let help = first.map(|first| format!("the first one is in line {}", source.position(first).0));
    Diagnostic::at(Code::Syntax, &place(span), format!("this is not TOML: {}", error.message())).maybe_help(help)
}

/// Where a key stands that is given again: the last such key before. The parser drops a table that is opened
/// again, and an inline table that is left open, so both the whole text and what comes before are looked at.
fn first_of(source: &Source, again: &Range<usize>) -> Option<usize> {
    let name = source.text.get(again.clone())?.trim_matches(['"', '\'']);
    let texts = [source.text.get(..again.start)?, &source.text];
    let firsts = texts.map(|text| first_among(DeTable::parse_recoverable(text).0.get_ref(), name, again.start));
    firsts.into_iter().flatten().max()
}

fn first_among(table: &DeTable<'_>, name: &str, end: usize) -> Option<usize> {
    let here = table.iter().filter(|(key, _)| key.get_ref() == name).map(|(key, _)| key.span().start);
    let below = table.iter().filter_map(|(_, value)| first_in(value, name, end));
    here.chain(below).filter(|first| *first < end).max()
}

/// Not in an inline table that is closed before `end`.
fn first_in(value: &Spanned<DeValue<'_>>, name: &str, end: usize) -> Option<usize> {
    let found = match value.get_ref() {
        DeValue::Table(table) => first_among(table, name, end),
        DeValue::Array(array) => array.iter().filter_map(|value| first_in(value, name, end)).max(),
        _ => None,
    };
    let span = value.span();
    found.filter(|first| !span.contains(first) || span.end >= end)
}

/// The line with the most dots: the parser does not say which key is too deep.
fn deepest_key(text: &str) -> Range<usize> {
    let mut deepest = (0, 0..0);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let dots = line.matches('.').count();
        if dots > deepest.0 {
            deepest = (dots, start..start + line.trim_end().len());
        }
        start += line.len();
    }
    deepest.1
}

/// The first comment of a text, without its marks: its first sentence, and all of it.
pub(super) fn prose(text: &str) -> (String, String) {
    let comment = |line: &'_ str| {
        line.trim().strip_prefix('#').map(|rest| rest.strip_prefix(' ').unwrap_or(rest).trim_end().to_owned())
    };
    let is_comment = |line: &&str| line.trim().starts_with('#') && !line.trim().starts_with("#:");
    let lines: Vec<_> =
        text.lines().skip_while(|line| !is_comment(line)).take_while(is_comment).filter_map(comment).collect();
    let paragraph: Vec<_> = lines.iter().take_while(|line| !line.is_empty()).map(String::as_str).collect();
    let first = paragraph.join(" ");
    let end = first.find(". ").map_or(first.trim_end_matches('.').len(), |end| end);
    (first[..end].to_owned(), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::prose;

    #[test]
    fn the_first_sentence_is_the_title() {
        let (title, all) =
            prose("#:schema schema.json\n# Dublin is lost\n# at 9:00. Nothing leaves.\n#\n# Why.\nname = 1\n# no\n");
        assert_eq!(title, "Dublin is lost at 9:00");
        assert_eq!(all, "Dublin is lost\nat 9:00. Nothing leaves.\n\nWhy.");
    }

    #[test]
    fn a_text_without_a_comment_has_no_title() {
        assert_eq!(prose("a = 1\n"), (String::new(), String::new()));
    }
}
