//! Every mistake that the service could make is caught by the oracle: the shipped service with
//! exactly one decision replaced, in a small scenario, breaks the invariant that forbids it; the
//! shipped service itself, in the same scenario, does not. So no invariant can go without a test
//! failing here.

use ringfence::audit::INVARIANTS;
use ringfence::campaign::saboteur::{Planted, Saboteur};
use ringfence::campaign::selftest::{EMPTY, LEAKS, LOSSES, SEALED, TRAPS, Trap};
use ringfence::campaign::{Options, run, run_with};
use ringfence::scenario::Scenario;
use ringfence::terms::CopyClass;

/// A mistake must show within so many seeds.
const SEEDS: u64 = 5;

/// So many different mistakes each invariant of failover must catch.
const MISTAKES_OF_FAILOVER: usize = 3;

fn loaded(trap: &Trap) -> Scenario {
    trap.scenario().unwrap_or_else(|found| panic!("{found}"))
}

/// Prints, for each mistake, how many seeds it took: `cargo test --test saboteurs -- --nocapture`.
#[test]
fn every_mistake_is_caught_within_a_few_seeds() {
    for trap in TRAPS {
        let Trap { planted, caught_by, .. } = trap;
        let scenario = loaded(trap);
        let saboteur = Saboteur::new(*planted, &scenario.plan);
        let is_caught = |seed: &u64| {
            let outcome = run_with(&scenario, *seed, saboteur.clone(), Options::default());
            outcome.findings.iter().any(|finding| finding.id == *caught_by && finding.broken > 0)
        };
        match (0..SEEDS).find(is_caught) {
            Some(seed) => println!("{caught_by} catches {planted:?} with seed {} of {SEEDS}", seed + 1),
            None => panic!("{caught_by} lets {planted:?} pass in {SEEDS} seeds"),
        }
    }
}

#[test]
fn the_shipped_service_walks_into_no_trap() {
    let met_before = |place: usize| TRAPS[..place].iter().any(|trap| trap.circumstances == TRAPS[place].circumstances);
    for (_, trap) in TRAPS.iter().enumerate().filter(|&(place, _)| !met_before(place)) {
        let scenario = loaded(trap);
        for seed in 0..SEEDS {
            let honest = run(&scenario, seed, Options::default());
            for finding in honest.findings {
                let (id, planted, breaches) = (finding.id, trap.planted, finding.breaches);
                assert_eq!(finding.broken, 0, "{id}, beside {planted:?}, seed {seed}: {breaches:?}");
            }
        }
    }
}

#[test]
fn what_leaks_into_a_copy_is_found_in_that_very_class() {
    each_class_is_caught(LEAKS, SEALED, |id| id.starts_with("RES-"));
}

#[test]
fn what_a_copy_has_lost_is_missed_by_the_inventory_in_that_very_class() {
    each_class_is_caught(LOSSES, EMPTY, |id| id == "RES-9");
}

/// For each copy class there is a mistake that the oracle finds in it, or a reason why none can be made.
fn each_class_is_caught(
    mistakes: &[(CopyClass, Planted, &'static str)],
    reasons: &[(CopyClass, &str)],
    by: impl Fn(&str) -> bool,
) {
    for class in CopyClass::ALL {
        let of_class = |(one, ..): &&(CopyClass, Planted, &str)| *one == class;
        let Some(&(_, planted, circumstances)) = mistakes.iter().find(of_class) else {
            assert!(
                reasons.iter().any(|(sealed, _)| *sealed == class),
                "nothing is done to a {class}, and nobody says why"
            );
            continue;
        };
        let scenario = loaded(&Trap { planted, caught_by: "", circumstances });
        let saboteur = Saboteur::new(planted, &scenario.plan);
        let is_found = |seed| {
            let outcome = run_with(&scenario, seed, saboteur.clone(), Options::default());
            let mut breaches = outcome.findings.iter().filter(|found| by(found.id)).flat_map(|found| &found.breaches);
            breaches.any(|breach| breach.copy == Some(class))
        };
        assert!((0..SEEDS).any(is_found), "{planted:?} harms a {class}, and nobody sees it there");
    }
}

#[test]
fn every_mistake_has_a_trap_and_every_invariant_catches_one() {
    for &planted in Planted::ALL {
        assert!(TRAPS.iter().any(|trap| trap.planted == planted), "{planted:?} has no trap");
    }
    for (id, _) in INVARIANTS {
        let catches = TRAPS.iter().filter(|trap| trap.caught_by == *id).count();
        let enough = if id.starts_with("FO-") { MISTAKES_OF_FAILOVER } else { 1 };
        assert!(catches >= enough, "{catches} saboteurs show that {id} catches anything; it takes {enough}");
    }
}
