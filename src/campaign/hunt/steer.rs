//! Weights for the next generation of runs: towards what an earlier one seldom reached.
//!
//! Everything that runs reach, a cell of the coverage matrix or a rare situation, is worth one whole divided by
//! the number of runs that reached it; a situation counts as [`SITUATION`] cells. A run is worth what all that it
//! reached is worth, a choice the mean of the runs in which it was made. Its weight is
//! [`Weights::EVEN`] times that over the mean of all runs, within a quarter and four times of even, so that
//! nothing is lost from sight. All of it is in integers: the same records give the same weights on every machine.

use super::ledger::Ledger;
use super::reach::{Reach, cells};
use super::record::Record;
use crate::campaign::draw::Weights;
use std::collections::BTreeMap;

/// One whole.
const WHOLE: u64 = 1 << 24;

/// So many cells are worth one rare situation.
const SITUATION: u64 = 8;

/// How far a weight goes from even, to either side.
const FARTHEST: u32 = 4;

/// The weights that the records of a generation give to the next. A choice that was ruled out, with a weight of
/// zero, stays so.
pub fn steered(generation: &Ledger) -> Weights {
    let records: Vec<_> = generation.records.values().collect();
    let reach = Reach::of(records.iter().copied());
    let worth = |record: &Record| {
        let of_cells: u64 = cells(record).iter().map(|cell| WHOLE / reach.cells[cell]).sum();
        let situations: u64 = record.sometimes.iter().map(|name| SITUATION * WHOLE / reach.sometimes[name]).sum();
        u128::from(of_cells + situations)
    };
    let (mut all, mut by_choice) = (0, BTreeMap::<&str, (u128, u128)>::new());
    for &record in &records {
        let worth = worth(record);
        all += worth;
        for choice in &record.choices {
            let (sum, runs) = by_choice.entry(choice).or_default();
            *sum += worth;
            *runs += 1;
        }
    }
    let mut weights = Weights::even();
    let ruled_out = generation.identity.weights.iter().filter(|&(_, weight)| weight == 0);
    ruled_out.for_each(|(choice, weight)| weights.set(choice, weight));
    for (choice, (sum, runs)) in by_choice {
        // sum / runs over all / records, of even.
        let of_even = u128::from(Weights::EVEN) * sum * records.len() as u128;
        let weight =
            of_even.checked_div(runs * all).map_or(Weights::EVEN, |weight| weight.try_into().unwrap_or(u32::MAX));
        weights.set(choice, weight.clamp(Weights::EVEN / FARTHEST, Weights::EVEN * FARTHEST));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::super::identity::Identity;
    use super::super::name::Name;
    use super::super::record::tests::record;
    use super::*;

    fn generation(runs: &[(&[&str], &[&str])]) -> Ledger {
        let mut ledger = Ledger::new(Identity::new("swarm".into(), 0, Some(runs.len() as u64)));
        for (seed, (choices, sometimes)) in (0..).zip(runs) {
            let mut record = record(seed);
            record.choices = choices.iter().copied().map(Name::of).collect();
            record.sometimes = sometimes.iter().copied().map(Name::of).collect();
            ledger.add(record).unwrap();
        }
        ledger
    }

    #[test]
    fn what_leads_to_rare_situations_weighs_more() {
        let weights = steered(&generation(&[
            (&["fault:pause"], &["common"]),
            (&["fault:pause"], &["common"]),
            (&["fault:pause"], &["common"]),
            (&["fault:outage"], &["common", "rare"]),
        ]));
        assert_eq!((weights.of("fault:outage"), weights.of("fault:pause")), (250, 50));
        assert_eq!(weights.of("fault:surge"), Weights::EVEN);
    }

    #[test]
    fn nothing_is_lost_from_sight_and_what_was_ruled_out_stays_so() {
        let alone: &[(&[&str], &[&str])] = &[(&["fault:outage"], &["rare"])];
        let often: Vec<(&[&str], &[&str])> = vec![(&["fault:pause"], &[]); 50];
        let mut records = generation(&[alone, &often].concat());
        records.identity.weights.set("fault:surge", 0);
        let weights = steered(&records);
        assert_eq!(["outage", "pause", "surge"].map(|kind| weights.of(&format!("fault:{kind}"))), [400, 25, 0]);
    }

    #[test]
    fn where_nothing_was_reached_all_stays_even() {
        assert!(steered(&generation(&[(&["fault:pause"], &[])])).is_even());
        assert!(steered(&generation(&[])).is_even());
    }
}
