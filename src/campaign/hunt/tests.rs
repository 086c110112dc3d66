//! What a hunt promises whoever interrupts it.

use super::record::tests::record;
use super::*;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

const ALWAYS: &(dyn Fn() -> bool + Sync) = &|| true;

fn terms(threads: usize) -> Terms<'static> {
    Terms { threads, fail_fast: false, time_left: ALWAYS }
}

fn failing(seed: u64) -> Record {
    let failure = Failure { promise: "RES-1".into(), what: "broken".into() };
    Record { failures: vec![failure], ..record(seed) }
}

/// Hunts on until the file holds so many bytes and is torn there, as a kill leaves it.
fn hunted_until_killed(identity: &Identity, file: &mut Vec<u8>, killed_at: usize) {
    let read = Ledger::read(file).unwrap();
    let (mut ledger, whole) = read.map_or((Ledger::new(identity.clone()), 0), |read| (read.ledger, read.whole));
    file.truncate(whole);
    if whole == 0 {
        file.extend(ledger.head().bytes());
    }
    let done = ledger.records.clone();
    let seeds = identity.seeds(Part::WHOLE).filter(|seed| !done.contains_key(seed));
    let keep = |record: Record| {
        assert!(!done.contains_key(&record.seed), "seed {} was run again", record.seed);
        file.extend(record.line().bytes());
        ledger.add(record).map_err(|found| found.to_string())
    };
    assert!(matches!(hunt(seeds, terms(2), |seed| Ok(record(seed)), keep), Ok(Ending::Complete)));
    file.truncate(killed_at);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn killed_anywhere_and_resumed_it_is_what_it_is_uninterrupted(kills in proptest::collection::vec(0..=1_000_usize, 0..4)) {
        let identity = Identity::new("swarm".into(), 3, Some(20));
        let mut whole = Ledger::new(identity.clone());
        identity.seeds(Part::WHOLE).for_each(|seed| whole.add(record(seed)).unwrap());
        let mut file = Vec::new();
        for kill in kills {
            hunted_until_killed(&identity, &mut file, whole.text().len() * kill / 1_000);
        }
        hunted_until_killed(&identity, &mut file, usize::MAX);
        prop_assert_eq!(Ledger::read(&file).unwrap().unwrap().ledger.text(), whole.text());
    }
}

#[test]
fn every_seed_is_run_once_on_any_number_of_threads() {
    for threads in [1, 2, 5] {
        let mut kept = Vec::new();
        let keep = |record: Record| {
            kept.push(record.seed);
            Ok::<_, String>(())
        };
        let ending = hunt(0..100, terms(threads), |seed| Ok(record(seed)), keep);
        assert!(matches!(ending, Ok(Ending::Complete)));
        kept.sort_unstable();
        assert_eq!(kept, (0..100).collect::<Vec<_>>());
    }
}

#[test]
fn when_the_time_is_up_no_run_is_started_and_what_was_made_is_kept() {
    let left = AtomicU64::new(7);
    let time_left = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
    let mut kept = 0;
    let keep = |_| {
        kept += 1;
        Ok::<_, String>(())
    };
    let ending = hunt(0.., Terms { time_left: &time_left, ..terms(2) }, |seed| Ok(record(seed)), keep);
    assert!(matches!(ending, Ok(Ending::OutOfTime)));
    assert_eq!(kept, 7);
}

#[test]
fn a_failure_ends_a_hunt_only_if_that_was_asked() {
    let hunted = |fail_fast| {
        let mut kept = 0;
        let make = |seed| Ok(if seed == 10 { failing(seed) } else { record(seed) });
        let keep = |_| {
            kept += 1;
            Ok::<_, String>(())
        };
        let ending = hunt(0..1_000, Terms { fail_fast, ..terms(1) }, make, keep).ok();
        (ending, kept)
    };
    assert_eq!(hunted(true), (Some(Ending::FirstFailure), 11));
    assert_eq!(hunted(false), (Some(Ending::Complete), 1_000));
}

#[test]
fn a_seed_that_cannot_be_run_is_named() {
    let hunted = |make: fn(u64) -> Result<Record, String>| hunt(0..50, terms(1), make, |_| Ok(()));
    let refused = hunted(|seed| if seed == 4 { Err("no".into()) } else { Ok(record(seed)) });
    assert!(matches!(refused, Err(HuntError::Seed(4, _))));
    let broken = hunted(|seed| if seed == 5 { panic!("of this test") } else { Ok(record(seed)) });
    assert!(matches!(broken, Err(HuntError::Panic(5))));
}
