//! What is wrong with a scenario, where, and what to do about it.

use super::code::Code;
use super::source::{Place, Source};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::Arc;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    code: Code,
    message: String,
    help: Option<String>,
    source: Arc<Source>,
    span: Option<Range<usize>>,
    /// The place in the user's own file that brought a text in which nobody can change anything.
    brought_in: Option<Place>,
}

impl Diagnostic {
    pub(super) fn at(code: Code, place: &Place, message: String) -> Self {
        Self {
            code,
            message,
            help: None,
            source: place.source.clone(),
            span: Some(place.span.clone()),
            brought_in: None,
        }
    }

    pub(super) fn about_file(code: Code, source: &Arc<Source>, message: String) -> Self {
        Self { code, message, help: None, source: source.clone(), span: None, brought_in: None }
    }

    /// With a suggestion.
    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a suggestion, where there is one.
    #[must_use]
    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Points from a text that was made of another into that one.
    pub(super) fn move_from(
        &mut self,
        made: &Arc<Source>,
        of: &Arc<Source>,
        origin: impl Fn(&Range<usize>) -> Range<usize>,
    ) {
        if self.source == *made {
            self.span = self.span.as_ref().map(&origin);
            self.source = of.clone();
        }
        if let Some(place) = self.brought_in.as_mut().filter(|place| place.source == *made) {
            *place = Place { source: of.clone(), span: origin(&place.span) };
        }
    }

    /// Points out of a text that is built in, to the place by which the user's own came to rest on it.
    pub(super) fn point_out_of_built_in(&mut self, place: &Place) {
        if self.source.is_built_in() {
            self.brought_in.get_or_insert_with(|| place.clone());
        }
    }

    /// The stable code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where something can be suggested.
    pub fn suggestion(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The file, as the user named it.
    pub fn file(&self) -> &str {
        &self.own().0.name
    }

    /// Line and column from one, columns in characters; `None` where the whole file is meant.
    pub fn position(&self) -> Option<(usize, usize)> {
        let (source, span) = self.own();
        span.map(|span| source.position(span.start))
    }

    /// Where the user can do something about it.
    fn own(&self) -> (&Source, Option<&Range<usize>>) {
        match &self.brought_in {
            Some(place) => (&place.source, Some(&place.span)),
            None => (&self.source, self.span.as_ref()),
        }
    }

    /// Sorts by file, then by place.
    fn order(&self) -> (&str, usize, Code) {
        let (source, span) = self.own();
        (&source.name, span.map_or(0, |span| span.start), self.code)
    }

    fn render(&self, renderer: &Renderer) -> String {
        let title = Level::ERROR.primary_title(self.message.as_str()).id(self.code.as_str());
        let group = match (&self.brought_in, &self.span) {
            (Some(place), Some(span)) => {
                let group = pointing_at(&place.source, &place.span, "", Group::with_title(title));
                pointing_at(&self.source, span, "built in", group)
            }
            (_, Some(span)) => pointing_at(&self.source, span, "", Group::with_title(title)),
            (_, None) => Group::with_title(title).element(Origin::path(self.file())),
        };
        let group = match &self.help {
            Some(help) => group.element(Level::HELP.message(help.as_str())),
            None => group,
        };
        renderer.render(&[group])
    }
}

/// Shows the line with a caret under the span's part of it; of a long line, what is around it.
fn pointing_at<'a>(source: &'a Source, span: &Range<usize>, label: &'a str, group: Group<'a>) -> Group<'a> {
    let (number, start, line) = source.line(span.start);
    let from = (span.start.max(start) - start).min(line.len());
    let to = (span.end.max(start) - start).min(line.len()).max(from);
    let to = if line.len() > LONGEST_LINE { line.ceil_char_boundary(to.min(from + AROUND)) } else { to };
    let annotation = AnnotationKind::Primary.span(from..to);
    let annotation = if label.is_empty() { annotation } else { annotation.label(label) };
    group.element(Snippet::source(line).line_start(number).path(source.name.as_str()).annotation(annotation))
}

/// A longer line is noise, and is not shown whole.
const LONGEST_LINE: usize = 1_000;

/// How much of a long line is shown on either side.
const AROUND: usize = 40;

/// Everything that is wrong with a scenario and its topology, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Sorts, and drops what was found twice.
    pub(super) fn new(mut found: Vec<Diagnostic>) -> Self {
        found.sort_by(|a, b| a.order().cmp(&b.order()));
        found.dedup();
        Self(found)
    }

    /// Each of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// The text for people, with colours if `coloured`: each with its place, caret and code.
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let shown: Vec<_> = self.0.iter().take(MOST_SHOWN).map(|found| found.render(&renderer)).collect();
        let mut text = shown.join("\n\n");
        if self.0.len() > MOST_SHOWN {
            let _ = write!(text, "\n\n… and {} more", self.0.len() - MOST_SHOWN);
        }
        text
    }
}

/// Nobody reads more at once.
const MOST_SHOWN: usize = 40;

impl From<Diagnostic> for Diagnostics {
    fn from(only: Diagnostic) -> Self {
        Self(vec![only])
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
