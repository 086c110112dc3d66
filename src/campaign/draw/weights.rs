//! Weights: how much each named choice of a draw counts, frozen while a generation of runs is drawn.

use crate::sim::chance::Chance;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A number for each named choice, such as `fault:outage` or `replication:sync`; a choice that has none counts
/// [`EVEN`](Self::EVEN). In the order of names, so that equal weights are written as the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Weights(BTreeMap<String, u32>);

impl Weights {
    /// What a choice counts that has no weight of its own.
    pub const EVEN: u32 = 100;

    /// Every choice counts as the draw has it by itself.
    pub const fn even() -> Self {
        Self(BTreeMap::new())
    }

    /// What a choice counts. Zero: it is never made.
    pub fn of(&self, choice: &str) -> u32 {
        self.0.get(choice).copied().unwrap_or(Self::EVEN)
    }

    /// Gives a choice a weight.
    pub fn set(&mut self, choice: impl Into<String>, weight: u32) {
        let choice = choice.into();
        if weight == Self::EVEN {
            self.0.remove(&choice);
        } else {
            self.0.insert(choice, weight);
        }
    }

    /// The choices that do not count [`EVEN`](Self::EVEN), in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.0.iter().map(|(choice, &weight)| (choice.as_str(), weight))
    }

    /// One of several choices, each as likely as its weight is great; `None` where all of them weigh nothing.
    pub(super) fn pick(&self, chance: &mut Chance, choices: &[String]) -> Option<usize> {
        let weights: Vec<u64> = choices.iter().map(|choice| self.of(choice).into()).collect();
        Self::pick_of(chance, &weights)
    }

    /// The place of one of several weights, drawn in proportion to them; `None` where all are nothing.
    pub(super) fn pick_of(chance: &mut Chance, weights: &[u64]) -> Option<usize> {
        let sum: u64 = weights.iter().sum();
        let mut left = if sum > 0 { chance.below(sum) } else { return None };
        weights.iter().position(|&weight| {
            let here = left < weight;
            left = left.saturating_sub(weight);
            here
        })
    }

    /// Whether something is there that is there as often as not while it is even.
    pub(super) fn present(&self, chance: &mut Chance, choice: &str) -> bool {
        let weight = u64::from(self.of(choice));
        chance.below(weight + u64::from(Self::EVEN)) < weight
    }

    /// Whether no choice has a weight of its own.
    pub fn is_even(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::chance::Purpose;

    #[test]
    fn what_weighs_nothing_is_never_picked_and_the_rest_as_often_as_it_weighs() {
        let mut weights = Weights::even();
        weights.set("a:x", 0);
        weights.set("a:y", 300);
        let (choices, mut seen) = (["a:x", "a:y", "a:z"].map(str::to_owned), [0; 3]);
        let mut chance = Chance::open(1, Purpose::Schedule, 0);
        for _ in 0..4_000 {
            seen[weights.pick(&mut chance, &choices).expect("two weigh something")] += 1;
        }
        assert!(seen[0] == 0 && (2_850..3_150).contains(&seen[1]), "{seen:?}");
        assert_eq!(weights.pick(&mut chance, &choices[..1]), None);
        assert!(!weights.present(&mut chance, "a:x"));
    }

    #[test]
    fn a_weight_that_is_even_is_none_so_equal_weights_are_equal_bytes() {
        let mut weights = Weights::even();
        weights.set("fault:outage", 300);
        weights.set("fault:pause", 0);
        assert_eq!((weights.of("fault:outage"), weights.of("fault:surge")), (300, 100));
        let text = serde_json::to_string(&weights).expect("plain values");
        assert_eq!(text, r#"{"fault:outage":300,"fault:pause":0}"#);
        assert_eq!(serde_json::from_str::<Weights>(&text).expect("what was written"), weights);
        weights.set("fault:outage", 100);
        weights.set("fault:pause", 100);
        assert!(weights.is_even() && weights == Weights::even());
    }
}
