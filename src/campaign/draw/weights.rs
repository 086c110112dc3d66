//! Weights: how much each named choice of a draw counts, frozen while a generation of runs is drawn.

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

    /// Whether no choice has a weight of its own.
    pub fn is_even(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
