//! What a campaign is: everything that decides its records. How it is held (threads, parts, interruptions,
//! budgets) is no part of it.

use super::record::Record;
use crate::campaign::draw::Weights;
use crate::outcome::VERSION;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use xxhash_rust::xxh3::xxh3_64;

/// The version of the form in which records are written.
pub const FORM: u32 = 2;

/// Seeds fit 63 bits: integers in TOML are signed.
const LAST_SEED: u64 = u64::MAX >> 1;

/// The identity of a campaign, and the first line of its ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The version of the form, which is also how a ledger is told from any other file.
    pub campaign: u32,
    /// The version of this program.
    pub version: String,
    /// Where scenarios are drawn from.
    pub source: String,
    /// The first seed.
    pub first: u64,
    /// How many seeds; `None`: as many as there is time for.
    pub seeds: Option<u64>,
    /// How many seeds of a million are run twice and compared fact by fact.
    pub verified_ppm: u32,
    /// What each choice of the draw counts.
    pub weights: Weights,
}

impl Identity {
    /// The campaign over so many seeds of a source, with even weights and nothing run twice.
    pub fn new(source: String, first: u64, seeds: Option<u64>) -> Self {
        let version = VERSION.to_owned();
        Self { campaign: FORM, version, source, first, seeds, verified_ppm: 0, weights: Weights::even() }
    }

    /// The seeds of a part of it, in order.
    pub fn seeds(&self, part: Part) -> impl Iterator<Item = u64> + use<> {
        let (first, count) = (self.first, self.seeds.unwrap_or(u64::MAX));
        let places = (u64::from(part.number - 1)..count).step_by(part.of as usize);
        places.map_while(move |place| first.checked_add(place).filter(|&seed| seed <= LAST_SEED))
    }

    /// How many seeds a part of it has; `None`: as many as there is time for.
    pub fn count(&self, part: Part) -> Option<u64> {
        let room = (LAST_SEED + 1).saturating_sub(self.first);
        self.seeds.map(|seeds| (seeds.min(room) + u64::from(part.of - part.number)) / u64::from(part.of))
    }

    /// Whether a part of it has a seed.
    pub fn has(&self, part: Part, seed: u64) -> bool {
        let place = seed.checked_sub(self.first).filter(|&place| place < self.seeds.unwrap_or(u64::MAX));
        place.is_some_and(|place| place % u64::from(part.of) == u64::from(part.number - 1)) && seed <= LAST_SEED
    }

    /// Whether a seed is of the share that is run twice.
    pub fn verifies(&self, seed: u64) -> bool {
        xxh3_64(&seed.to_le_bytes()) % 1_000_000 < u64::from(self.verified_ppm)
    }

    /// The seeds of a part of which there is no record, in order; without a number of seeds none is missing. It takes
    /// as long as there are records, however many seeds there are.
    pub fn missing(&self, part: Part, records: &BTreeMap<u64, Record>) -> Vec<RangeInclusive<u64>> {
        let Some(count) = self.count(part) else { return Vec::new() };
        let (first, step) = (self.first.saturating_add(u64::from(part.number - 1)), u64::from(part.of));
        let made = records.keys().filter(|&&seed| self.has(part, seed)).map(|&seed| (seed - first) / step);
        let (mut missing, mut next) = (Vec::new(), 0);
        for place in made.chain([count]) {
            if next < place {
                missing.push(first + next * step..=first + (place - 1) * step);
            }
            next = place + 1;
        }
        missing
    }

    /// What tells it from another campaign, one sentence each; nothing where both are the same.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let seeds = |seeds: Option<u64>| seeds.map_or_else(|| "as many as there is time for".into(), |n| n.to_string());
        let weights = |weights: &Weights| {
            let each = weights.iter().map(|(choice, weight)| format!("{choice} {weight}"));
            if weights.is_even() { "even".to_owned() } else { each.collect::<Vec<_>>().join(", ") }
        };
        let rows = |one: &Self| {
            [
                ("form", one.campaign.to_string()),
                ("version", one.version.clone()),
                ("source", one.source.clone()),
                ("first seed", one.first.to_string()),
                ("number of seeds", seeds(one.seeds)),
                ("share run twice", format!("{} in a million", one.verified_ppm)),
                ("weights", weights(&one.weights)),
            ]
        };
        let pairs = rows(self).into_iter().zip(rows(other)).filter(|((_, one), (_, two))| one != two);
        pairs.map(|((what, one), (_, two))| format!("{what}: {one}, not {two}")).collect()
    }
}

/// One of several parts of equal size: every so many-th seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    number: u32,
    of: u32,
}

impl Part {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let part = numbers.map(|(number, of)| Self { number, of });
        part.filter(|part| (1..=part.of).contains(&part.number))
            .ok_or_else(|| "a part is written as `1/3`: the first of three".to_owned())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// Ranges of seeds as people write them, the first few: `3, 7 to 9`.
pub fn shown(ranges: &[RangeInclusive<u64>]) -> String {
    let one = |range: &RangeInclusive<u64>| match (range.start(), range.end()) {
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start} to {end}"),
    };
    let told: Vec<_> = ranges.iter().take(8).map(one).collect();
    let more = if ranges.len() > told.len() { ", and more" } else { "" };
    told.join(", ") + more
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;
    use proptest::prelude::*;

    fn identity(first: u64, seeds: u64) -> Identity {
        Identity::new("swarm".into(), first, Some(seeds))
    }

    proptest! {
        #[test]
        fn parts_have_every_seed_once_and_know_how_many(first in 0..1_000_u64, seeds in 0..200_u64, of in 1..9_u32) {
            let identity = identity(first, seeds);
            let mut all = Vec::new();
            for number in 1..=of {
                let part = Part { number, of };
                let own: Vec<_> = identity.seeds(part).collect();
                prop_assert_eq!(identity.count(part), Some(own.len() as u64));
                prop_assert!((0..first + seeds + 9).all(|seed| identity.has(part, seed) == own.contains(&seed)));
                all.extend(own);
            }
            all.sort_unstable();
            prop_assert_eq!(all, (first..first + seeds).collect::<Vec<_>>());
        }

        #[test]
        fn what_is_missing_of_a_part_is_each_of_its_seeds_without_a_record(
            first in 0..9_u64,
            seeds in 0..60_u64,
            of in 1..5_u32,
            made in proptest::collection::btree_set(0..80_u64, 0..60),
        ) {
            let (identity, records) = (identity(first, seeds), made.iter().map(|&seed| (seed, record(seed))).collect());
            for number in 1..=of {
                let part = Part { number, of };
                let missing = identity.missing(part, &records);
                let told = missing.iter().cloned().flat_map(|range| range.step_by(of as usize));
                let looked_for = identity.seeds(part).filter(|seed| !made.contains(seed));
                prop_assert_eq!(told.collect::<Vec<_>>(), looked_for.collect::<Vec<_>>());
                prop_assert!(missing.windows(2).all(|pair| pair[0].end() + u64::from(of) < *pair[1].start()));
            }
        }
    }

    #[test]
    fn a_part_is_one_of_those_there_are() {
        assert_eq!("2/3".parse(), Ok(Part { number: 2, of: 3 }));
        for wrong in ["0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/2"] {
            assert!(wrong.parse::<Part>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn seeds_end_where_63_bits_do() {
        let last: Vec<_> = identity(LAST_SEED - 1, 5).seeds(Part::WHOLE).collect();
        assert_eq!(last, [LAST_SEED - 1, LAST_SEED]);
        let nothing = BTreeMap::new();
        assert_eq!(identity(LAST_SEED - 1, 5).missing(Part::WHOLE, &nothing), [LAST_SEED - 1..=LAST_SEED]);
        assert!(identity(u64::MAX, u64::MAX).missing(Part::WHOLE, &nothing).is_empty());
    }

    #[test]
    fn what_is_missing_of_more_seeds_than_can_be_counted_is_told_at_once() {
        let records = [1, 2, 5].map(|seed| (seed, record(seed))).into();
        assert_eq!(shown(&identity(0, 1 << 60).missing(Part::WHOLE, &records)), "0, 3 to 4, 6 to 1152921504606846975");
        let part = Part { number: 2, of: 3 };
        assert_eq!(shown(&identity(0, 1 << 60).missing(part, &records)), "4 to 1152921504606846973");
    }

    #[test]
    fn what_is_missing_is_told_in_ranges() {
        let records = [1, 2, 5].map(|seed| (seed, record(seed))).into();
        assert_eq!(shown(&identity(0, 9).missing(Part::WHOLE, &records)), "0, 3 to 4, 6 to 8");
        assert_eq!(shown(&identity(0, 9).missing(Part { number: 1, of: 2 }, &records)), "0, 4 to 8");
        let open = Identity { seeds: None, ..identity(0, 0) };
        assert!(open.missing(Part::WHOLE, &records).is_empty());
    }

    #[test]
    fn a_difference_of_campaigns_is_named() {
        let one = identity(0, 9);
        let mut other = Identity { version: "9.9.9".into(), seeds: None, ..one.clone() };
        other.weights.set("fault:outage", 300);
        assert!(one.differences(&one).is_empty());
        let found = one.differences(&other);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[2], "weights: even, not fault:outage 300");
    }

    #[test]
    fn the_share_that_is_run_twice_is_about_what_was_asked() {
        let identity = Identity { verified_ppm: 50_000, ..identity(0, 10_000) };
        let verified = identity.seeds(Part::WHOLE).filter(|&seed| identity.verifies(seed)).count();
        assert!((400..600).contains(&verified), "{verified}");
    }
}
