//! A histogram of integers that merges exactly: in any order, from any number of parts, the same counts.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values in buckets of at most an eighth of their size: eight for each power of two, below 16 one for each
/// value. Written as the counts of the buckets that hold any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u16, u64)>", into = "Vec<(u16, u64)>")]
pub struct Histogram(BTreeMap<u16, u64>);

/// So many bits of a value after its first are kept.
const BITS: u32 = 3;

impl Histogram {
    /// Counts a value.
    pub fn record(&mut self, value: u64) {
        *self.0.entry(bucket(value)).or_default() += 1;
    }

    /// Counts all that another has counted.
    pub fn merge(&mut self, other: &Self) {
        for (&bucket, &count) in &other.0 {
            *self.0.entry(bucket).or_default() += count;
        }
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// The greatest value of the bucket of a percentile, by nearest rank; `None` where nothing was counted.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let rank = (self.count() * percent).div_ceil(100).max(1);
        let mut passed = 0;
        let reached = self.0.iter().find(|(_, count)| {
            passed += **count;
            passed >= rank
        });
        reached.map(|(&bucket, _)| greatest(bucket))
    }
}

/// The bucket of a value.
const fn bucket(value: u64) -> u16 {
    let shift = (u64::BITS - value.leading_zeros()).saturating_sub(BITS + 1);
    (shift << BITS) as u16 + (value >> shift) as u16
}

/// The greatest value of a bucket.
const fn greatest(bucket: u16) -> u64 {
    let shift = (bucket >> BITS).saturating_sub(1);
    let least = (bucket - (shift << BITS)) as u128;
    (((least + 1) << shift) - 1) as u64
}

impl From<Vec<(u16, u64)>> for Histogram {
    fn from(counts: Vec<(u16, u64)>) -> Self {
        Self(counts.into_iter().collect())
    }
}

impl From<Histogram> for Vec<(u16, u64)> {
    fn from(histogram: Histogram) -> Self {
        histogram.0.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_lies_in_its_bucket_which_is_no_wider_than_an_eighth(value: u64) {
            let bucket = bucket(value);
            prop_assert!(greatest(bucket) >= value);
            prop_assert!(bucket == 0 || greatest(bucket - 1) < value);
            prop_assert!(greatest(bucket) - value <= value / 8);
        }

        #[test]
        fn merged_in_any_parts_it_is_the_same(values: Vec<u64>, cut in 0_usize..20) {
            let of = |values: &[u64]| {
                let mut histogram = Histogram::default();
                for &value in values {
                    histogram.record(value);
                }
                histogram
            };
            let (one, two) = values.split_at(cut.min(values.len()));
            let mut merged = of(two);
            merged.merge(&of(one));
            prop_assert_eq!(&merged, &of(&values));
            let text = serde_json::to_string(&merged).unwrap();
            prop_assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), merged);
        }
    }

    #[test]
    fn small_values_are_exact() {
        let mut histogram = Histogram::default();
        (1..=10).for_each(|value| histogram.record(value));
        assert_eq!([1, 50, 99].map(|percent| histogram.percentile(percent)), [Some(1), Some(5), Some(10)]);
        assert_eq!(Histogram::default().percentile(50), None);
    }
}
