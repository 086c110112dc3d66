//! How much there is of something, whatever the order in which it came.

use super::{Bytes, Record};
use std::ops::Add;

/// A multiset of records: how many, how large, and a hash that does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Content {
    /// How many records.
    pub records: u64,
    /// The sum of a mix of their identities.
    pub hash: u64,
    /// How large they are together.
    pub bytes: Bytes,
}

impl Content {
    /// One record.
    pub const fn of(record: Record, bytes: Bytes) -> Self {
        Self { records: 1, hash: mix(record.0), bytes }
    }

    /// Whether there is nothing.
    pub const fn is_empty(self) -> bool {
        self.records == 0
    }
}

impl Add for Content {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            records: self.records + other.records,
            hash: self.hash.wrapping_add(other.hash),
            bytes: self.bytes + other.bytes,
        }
    }
}

impl std::iter::Sum for Content {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// The finalizer of `SplitMix64`: a bijection, so no two records have the same.
const fn mix(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_does_not_matter_and_every_record_does() {
        let one = |record| Content::of(Record(record), Bytes(record));
        let sum = |records: &[u64]| records.iter().map(|&record| one(record)).sum::<Content>();
        assert_eq!(sum(&[1, 2, 3]), sum(&[3, 1, 2]));
        assert_ne!(sum(&[1, 2, 3]), sum(&[2, 2, 2]), "as many and as large, but others");
        assert_eq!((sum(&[1, 2]).records, sum(&[1, 2]).bytes), (2, Bytes(3)));
        assert!(sum(&[]).is_empty());
    }
}
