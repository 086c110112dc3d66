//! Scenarios drawn from a shape file.

use super::{Drawn, Weights};
use crate::scenario::{self, Diagnostics, Dice, Scenario, Size};
use crate::sim::chance::{Chance, Purpose, named};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3;

/// A shape file.
#[derive(Clone, Debug)]
pub struct Shape {
    shape: Arc<scenario::Shape>,
    /// The files beside it that its scenarios are made of, by name.
    beside: BTreeMap<String, String>,
}

/// So many draws are looked at before any is run: what is wrong with a shape mostly shows in one of them.
const TRIED: u64 = 8;

impl Shape {
    pub(super) fn load(path: &Path) -> Result<Self, Diagnostics> {
        let mut shape = Self { shape: Arc::new(scenario::Shape::load(path)?), beside: BTreeMap::new() };
        for seed in 0..TRIED {
            let scenario = shape.draw(seed, &Weights::even()).scenario()?;
            shape.look_beside(&scenario);
        }
        shape.sweep()?;
        Ok(shape)
    }

    fn look_beside(&mut self, scenario: &Scenario) {
        self.beside.extend(scenario.files().skip(1).map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    /// Looks once at every alternative that may be chosen, with every optional table there: what is seldom drawn would
    /// be found to be wrong in the middle of a campaign.
    fn sweep(&mut self) -> Result<(), Diagnostics> {
        let (weights, mut round, mut rounds) = (Weights::even(), 0, 1);
        while round < rounds {
            let streams = Streams { seed: round as u64, weights: &weights, choices: BTreeSet::new() };
            let mut sweep = Sweep { streams, round, most: 1 };
            let lowered = self.shape.lower(round as u64, &mut sweep);
            rounds = rounds.max(sweep.most);
            let scenario = self.shape.scenario(&lowered, Size::Full)?;
            self.look_beside(&scenario);
            round += 1;
        }
        Ok(())
    }

    /// What tells the shape from another: its own text, and that of the files beside it.
    pub(super) fn hash(&self) -> String {
        let mut hash = Xxh3::new();
        for text in std::iter::once(&self.shape.hash()).chain(self.beside.values()) {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
        format!("{:032x}", hash.digest128())
    }

    pub(super) fn draw(&self, seed: u64, weights: &Weights) -> Drawn {
        let mut dice = Streams { seed, weights, choices: BTreeSet::new() };
        let lowered = self.shape.lower(seed, &mut dice);
        let name = self.shape.file().to_owned();
        let choices = dice.choices.into_iter().collect();
        Drawn { name, text: lowered.text.clone(), choices, lowered: Some((self.shape.clone(), lowered)) }
    }
}

/// A stream for each place of a shape.
struct Streams<'w> {
    seed: u64,
    weights: &'w Weights,
    choices: BTreeSet<String>,
}

impl Streams<'_> {
    fn chance(&self, place: &str) -> Chance {
        Chance::open(self.seed, Purpose::Schedule, named(&["shape", place]))
    }
}

/// A choice is named by its place and its word, as `service.replication:sync`; a table by its place, as
/// `fault outage 1:there`. The weights of a shape are multiplied by those of a draw.
impl Dice for Streams<'_> {
    fn pick(&mut self, place: &str, words: &[String], weights: &[u32]) -> usize {
        let choices: Vec<String> = words.iter().map(|word| format!("{place}:{word}")).collect();
        let mut chance = self.chance(place);
        let whole: Vec<u64> = choices
            .iter()
            .zip(weights)
            .map(|(choice, &own)| u64::from(own) * u64::from(self.weights.of(choice)))
            .collect();
        let chosen = Weights::pick_of(&mut chance, &whole).or_else(|| {
            let own: Vec<u64> = weights.iter().map(|&own| own.into()).collect();
            Weights::pick_of(&mut chance, &own)
        });
        let chosen = chosen.expect("a shape whose weights are all nothing is refused");
        self.choices.extend(choices.into_iter().nth(chosen));
        chosen
    }

    fn up_to(&mut self, place: &str, most: u64) -> u64 {
        let mut chance = self.chance(place);
        match most.checked_add(1) {
            Some(many) => chance.below(many),
            None => chance.u64(),
        }
    }

    fn is_there(&mut self, place: &str, ppm: u32) -> bool {
        let choice = format!("{place}:there");
        let with = u64::from(ppm) * u64::from(self.weights.of(&choice));
        let without = u64::from(1_000_000 - ppm.min(1_000_000)) * u64::from(Weights::EVEN);
        let is_there = Weights::pick_of(&mut self.chance(place), &[with, without]) == Some(0);
        if is_there {
            self.choices.insert(choice);
        }
        is_there
    }
}

/// Chooses in turn whatever may be chosen; what lies in a range is drawn.
struct Sweep<'w> {
    streams: Streams<'w>,
    round: usize,
    /// The most alternatives of one place.
    most: usize,
}

impl Dice for Sweep<'_> {
    fn pick(&mut self, _: &str, _: &[String], weights: &[u32]) -> usize {
        let possible: Vec<_> = (0..weights.len()).filter(|&choice| weights[choice] > 0).collect();
        self.most = self.most.max(possible.len());
        possible[self.round % possible.len()]
    }

    fn up_to(&mut self, place: &str, most: u64) -> u64 {
        let drawn = self.streams.up_to(place, most);
        if place.rsplit_once('.').is_some_and(|(_, key)| key == "times") { drawn.max(1).min(most) } else { drawn }
    }

    fn is_there(&mut self, _: &str, ppm: u32) -> bool {
        ppm > 0
    }
}
