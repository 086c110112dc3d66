//! What a draw writes with: streams keyed by place, named choices by weight, and the text that comes of them.

use super::Weights;
use crate::sim::chance::{Chance, Purpose, named};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A scenario while it is drawn.
///
/// Each place of it draws from a stream of its own, so that what is added at one place moves nothing at another.
pub(super) struct Pen<'w> {
    seed: u64,
    weights: &'w Weights,
    choices: BTreeSet<String>,
    text: String,
}

/// One of several ways to set something: the word by which it is known, and the lines of a scenario that say it.
/// Without lines it is the default.
pub(super) type Way = (&'static str, &'static str);

/// Something that can be set in several ways.
pub(super) type Setting = (&'static str, &'static [Way]);

impl<'w> Pen<'w> {
    pub(super) const fn new(seed: u64, weights: &'w Weights) -> Self {
        Self { seed, weights, choices: BTreeSet::new(), text: String::new() }
    }

    /// The stream of a place.
    pub(super) fn chance(&self, place: &[&str]) -> Chance {
        Chance::open(self.seed, Purpose::Schedule, named(place))
    }

    /// One of several words, by their weights; `None` where all weigh nothing, and the default is left.
    pub(super) fn choose<'t>(&mut self, group: &str, words: &[&'t str]) -> Option<&'t str> {
        let mut chance = self.chance(&[group]);
        self.choose_with(&mut chance, group, words)
    }

    /// The same at a place that has a stream already.
    pub(super) fn choose_with<'t>(&mut self, chance: &mut Chance, group: &str, words: &[&'t str]) -> Option<&'t str> {
        let choices: Vec<String> = words.iter().map(|word| format!("{group}:{word}")).collect();
        let place = self.weights.pick(chance, &choices)?;
        self.choices.insert(choices.into_iter().nth(place)?);
        words.get(place).copied()
    }

    /// Whether something is there in this run: as often as not, unless it has a weight.
    pub(super) fn present(&self, group: &str, word: &str) -> bool {
        self.weights.present(&mut self.chance(&["present", group, word]), &format!("{group}:{word}"))
    }

    /// Draws one setting, writes it, and says which way it was.
    pub(super) fn set(&mut self, (group, ways): &Setting) -> Option<&'static str> {
        let words: Vec<_> = ways.iter().map(|(word, _)| *word).collect();
        let word = self.choose(group, &words)?;
        let lines = ways.iter().find(|way| way.0 == word).map_or("", |way| way.1);
        if !lines.is_empty() {
            self.line(lines);
        }
        Some(word)
    }

    /// Draws of several settings which are touched at all, and then those.
    pub(super) fn set_some(&mut self, settings: &[Setting]) {
        for setting in settings.iter().filter(|(group, _)| self.present("set", group)).copied().collect::<Vec<_>>() {
            self.set(&setting);
        }
    }

    pub(super) fn chose(&mut self, choice: String) {
        self.choices.insert(choice);
    }

    /// Whether a choice was made before.
    pub(super) fn has_chosen(&self, choice: &str) -> bool {
        self.choices.contains(choice)
    }

    pub(super) fn line(&mut self, line: &str) {
        let written = writeln!(self.text, "{line}");
        debug_assert!(written.is_ok(), "a string takes what is written to it");
    }

    /// What was written, and the named choices that were made.
    pub(super) fn finish(self) -> (String, Vec<String>) {
        (self.text, self.choices.into_iter().collect())
    }
}

/// One of several things, each as likely as any other.
pub(super) fn one_of<'t, T>(chance: &mut Chance, these: &'t [T]) -> &'t T {
    &these[chance.below(these.len() as u64) as usize]
}
