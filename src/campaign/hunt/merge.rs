//! Parts of a campaign put together: any number of them, in any order, some of them twice.

use super::ledger::{Contradiction, Ledger};
use std::fmt;

/// Why parts cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeError {
    /// Two parts are of different campaigns: their places, and what tells the campaigns apart.
    Strangers {
        /// The places of the two parts.
        parts: [usize; 2],
        /// What differs.
        differences: Vec<String>,
    },
    /// Two parts have different records of a seed: determinism is broken.
    Contradiction {
        /// The places of the two parts.
        parts: [usize; 2],
        /// Where they differ.
        found: Contradiction,
    },
}

impl MergeError {
    /// The error in words, with the parts by their names.
    pub fn told(&self, name: impl Fn(usize) -> String) -> String {
        match self {
            Self::Strangers { parts: [one, two], differences } => {
                let differences = differences.join("\n  ");
                format!("{} and {} are of different campaigns:\n  {differences}", name(*one), name(*two))
            }
            Self::Contradiction { parts: [one, two], found } => {
                format!("determinism is broken: in {} and {}, {found}", name(*one), name(*two))
            }
        }
    }
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(|place| format!("part {}", place + 1)))
    }
}

impl std::error::Error for MergeError {}

/// The campaign that all parts are of; `None` of no parts.
///
/// # Errors
///
/// If they are of different campaigns, or contradict each other.
pub fn merge(parts: &[Ledger]) -> Result<Option<Ledger>, MergeError> {
    let Some(first) = parts.first() else { return Ok(None) };
    let mut whole = Ledger::new(first.identity.clone());
    for (place, part) in parts.iter().enumerate() {
        let differences = first.identity.differences(&part.identity);
        if !differences.is_empty() {
            return Err(MergeError::Strangers { parts: [0, place], differences });
        }
        for record in part.records.values() {
            whole.add(record.clone()).map_err(|found| {
                let holds = |part: &Ledger| part.records.contains_key(&found.seed);
                let earlier = parts.iter().position(holds).unwrap_or(0);
                MergeError::Contradiction { parts: [earlier, place], found }
            })?;
        }
    }
    Ok(Some(whole))
}

#[cfg(test)]
mod tests {
    use super::super::identity::{Identity, Part};
    use super::super::record::tests::record;
    use super::*;
    use proptest::prelude::*;

    fn part(identity: &Identity, part: Part) -> Ledger {
        let mut ledger = Ledger::new(identity.clone());
        identity.seeds(part).for_each(|seed| ledger.add(record(seed)).unwrap());
        ledger
    }

    proptest! {
        #[test]
        fn parts_of_any_number_in_any_order_some_twice_are_what_one_machine_makes(
            (of, order) in (1..9_usize).prop_flat_map(|of| {
                let twice = proptest::collection::vec(0..of, 0..3);
                let order = twice.prop_flat_map(move |twice| Just((0..of).chain(twice).collect::<Vec<_>>()).prop_shuffle());
                (Just(of), order)
            }),
            seeds in 0..40_u64,
        ) {
            let identity = Identity::new("swarm".into(), 5, Some(seeds));
            let numbered = |number: usize| part(&identity, format!("{}/{of}", number + 1).parse().unwrap());
            let parts: Vec<_> = order.into_iter().map(numbered).collect();
            let whole = merge(&parts).unwrap().unwrap();
            prop_assert_eq!(whole.text(), part(&identity, Part::WHOLE).text());
            prop_assert!(identity.missing(Part::WHOLE, &whole.records).is_empty());
        }
    }

    #[test]
    fn parts_of_two_campaigns_are_not_put_together() {
        let of = |seeds| part(&Identity::new("swarm".into(), 0, Some(seeds)), Part::WHOLE);
        let found = merge(&[of(3), of(3), of(4)]).unwrap_err().to_string();
        assert_eq!(found, "part 1 and part 3 are of different campaigns:\n  number of seeds: 3, not 4");
    }

    #[test]
    fn parts_that_contradict_each_other_are_both_named() {
        let one = part(&Identity::new("swarm".into(), 0, Some(3)), Part::WHOLE);
        let mut other = one.clone();
        other.records.get_mut(&2).unwrap().digest = "0".into();
        let found = merge(&[one.clone(), one, other]).unwrap_err().to_string();
        assert!(found.contains("in part 1 and part 3, two records of seed 2 differ: `digest`"), "{found}");
    }
}
