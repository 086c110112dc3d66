//! Shapes: a scenario in which a value may be a range or a choice, and a table may be optional or repeated.
//!
//! A shape is lowered to the text of a plain scenario, in which all that was not drawn stands as it was written, and
//! that is then read as any other. What is found wrong there points into the shape: [`Lowered`] remembers which
//! part of its text came from where. What decides is [`Dice`], so that who draws keeps its streams and weights.

mod bounds;
mod lower;
mod parts;

pub use lower::Lowered;

use super::diagnostic::Diagnostics;
use super::read::Findings;
use super::source::Source;
use super::{Scenario, Size, scenario, text};
use parts::Item;
use std::path::Path;
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3;

/// What a shape may have and a scenario may not: how it is written, and what it means.
pub const SHAPE_WORDS: [(&str, &str); 5] = [
    (
        "KEY = { between = [LOW, HIGH] }",
        "Any value from the one to the other, both included: numbers, durations, percentages, sizes, rates or points in time.",
    ),
    ("KEY = { one_of = [VALUE, …] }", "One of these values, each as likely; a value may be a list or a table."),
    ("KEY = { one_of = [VALUE, …], weights = [NUMBER, …] }", "The same, each as likely as its weight is great."),
    (
        "chance = \"30%\" in a table under a header",
        "The table is there with this probability, with all below it. Default: always.",
    ),
    (
        "times = NUMBER, or times = { between = [LOW, HIGH] }, in a table of a list",
        "The table stands there so often, at most 100 times, and each draws its own values. Default: once.",
    ),
];

/// What decides where a shape leaves something open. Each question names its place, such as
/// `service.replication` or `fault outage 1.for`, so that one that is added moves no other's answer.
pub trait Dice {
    /// One of several words, whose weights are given; their sum is above zero.
    fn pick(&mut self, place: &str, words: &[String], weights: &[u32]) -> usize;
    /// A whole number from zero up to and including `most`.
    fn up_to(&mut self, place: &str, most: u64) -> u64;
    /// Whether a table is there, which it is with a probability of so many parts per million.
    fn is_there(&mut self, place: &str, ppm: u32) -> bool;
}

/// A shape, checked as far as it can be before anything is drawn from it.
#[derive(Clone, Debug)]
pub struct Shape {
    source: Arc<Source>,
    items: Vec<Item>,
    /// Where the keys before the first table end.
    head: usize,
}

impl Shape {
    /// Loads a shape file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with what it leaves open, each with its place.
    pub fn load(path: &Path) -> Result<Self, Diagnostics> {
        Self::of(Source::read(path)?)
    }

    /// Reads a shape from text under the name of a file.
    ///
    /// # Errors
    ///
    /// As for [`Shape::load`].
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Diagnostics> {
        Self::of(Source::new(file_name, text))
    }

    fn of(source: Arc<Source>) -> Result<Self, Diagnostics> {
        let findings = Findings::default();
        let found = text::parsed(&source, &findings).map(|root| parts::items(&source, &root, &findings));
        match (found, findings.into_inner()) {
            (Some((items, head)), found) if found.is_empty() => Ok(Self { source, items, head }),
            (_, found) => Err(Diagnostics::new(found)),
        }
    }

    /// The file, as the user named it.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// XXH3 of its text, as 32 hexadecimal digits.
    pub fn hash(&self) -> String {
        let mut hash = Xxh3::new();
        hash.update(self.source.text.as_bytes());
        format!("{:032x}", hash.digest128())
    }

    /// The plain scenario that comes of it for a seed, under a comment that says what was drawn.
    pub fn lower(&self, seed: u64, dice: &mut impl Dice) -> Lowered {
        lower::lowered(&self.source, &self.items, self.head, seed, dice)
    }

    /// What was lowered from this shape, ready to run.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place in the shape.
    pub fn scenario(&self, lowered: &Lowered, size: Size) -> Result<Scenario, Diagnostics> {
        let (findings, drawn) = (Findings::default(), Source::new(self.file(), lowered.text.as_str()));
        match (scenario(&drawn, size, &findings), findings.into_inner()) {
            (Some(scenario), found) if found.is_empty() => Ok(scenario),
            (_, mut found) => {
                let moved = |place: &_| lowered.origin(place);
                for found in &mut found {
                    found.move_from(&drawn, &self.source, moved);
                }
                Err(Diagnostics::new(found))
            }
        }
    }
}

/// Whether a document leaves something open, so that it is a shape.
pub(super) fn is_open(source: &Arc<Source>, root: &toml::de::DeValue<'_>) -> Option<std::ops::Range<usize>> {
    let (items, _) = parts::items(source, root, &Findings::default());
    items.iter().map(Item::span).min_by_key(|span| span.start)
}
