//! The lease under a model checker: the very same [`ringfence::service::Site`] and
//! [`ringfence::service::Voter`], not a model of them.
//!
//! Two sites and three voters; messages arrive in every order, clocks run apart by ρ = 1/4, and one
//! fault strikes at any moment: power fails before or after any single write to a disk and any single
//! message, lines are cut in one direction or both, processes stand still, messages are lost, doubled
//! or late. What happens within one place without a network happens at once, which hides no order
//! that another place could see. Every search here ends because nothing is left to explore, and
//! asserts it; what is explored, and how many states it takes, is printed.
//!
//! Deeper, with later faults and with two, in a quarter of an hour and 3.5 GB:
//! `cargo test --release --test lease_model -- --ignored`.
#![expect(clippy::similar_names, reason = "a site has a side")]

mod disks;
mod fixture;
mod model;
mod saboteur;
mod wire;
mod world;

use model::{ACKNOWLEDGES, Fault, Lease, PROMISES, RECOVERS, Start, TAKES_OVER};
use ringfence::service::{Decisions, Shipped};
use saboteur::Mistake;
use stateright::{Checker, HasDiscoveries, Model};
use std::fmt::Debug;
use std::io::Write;

/// A slow holder and a fast challenger: the worst that ρ allows.
const APART: &[[u64; 2]] = &[[3, 5]];
/// The other way round, and together.
const ALL: &[[u64; 2]] = &[[3, 5], [4, 4], [5, 3]];

/// More states than any search of a test needs: one that generates so many does not end by itself.
const ENOUGH: usize = 3_000_000;
/// The same where a disk is lost: the word that certifies it is on its way to the disk in many states more.
const ENOUGH_WITH_A_LOST_DISK: usize = 6_000_000;
/// The same of the deeper ones, which take less than half a kilobyte for each different state.
const DEEP: usize = 100_000_000;

fn lease(start: Start, horizon: u64, kinds: &'static [Fault]) -> Lease<Shipped> {
    let (faults, writes) = (u8::from(!kinds.is_empty()), u8::from(start == Start::Settled));
    let (decisions, switchovers, slow_disks, rates) = (Shipped, 0, false, APART);
    Lease { decisions, start, horizon, faults, kinds, writes, switchovers, slow_disks, rates }
}

/// Explores everything, and demands that every promise is kept and that each of `seen` happens.
fn exhaust(name: &str, model: Lease<Shipped>, at_most: usize, seen: &[&'static str]) {
    let threads = if at_most == DEEP { 2 } else { 1 };
    let checker = model.checker().threads(threads).target_state_count(at_most).spawn_bfs().join();
    let (generated, unique) = (checker.state_count(), checker.unique_state_count());
    // Not by `println`, which a test that passes swallows: how much was explored is a result.
    let said = writeln!(std::io::stdout(), "{name}: {unique} states, reached {generated} times");
    assert!(said.is_ok(), "{said:?}");
    for promise in PROMISES {
        let found = checker.discovery(promise).map(stateright::Path::into_actions);
        assert!(found.is_none(), "{name} breaks “{promise}”: {found:?}");
    }
    assert!(generated < at_most, "{name}: not exhausted");
    for &happens in seen {
        assert!(checker.discovery(happens).is_some(), "{name}: never was it that {happens}");
    }
}

#[test]
fn the_first_election_gives_one_holder_in_every_order_of_its_messages() {
    exhaust("first election", Lease { rates: ALL, ..lease(Start::Fresh, 2, &[]) }, ENOUGH, &[]);
}

#[test]
fn a_contested_lease_goes_to_one_of_the_two() {
    exhaust("contest", Lease { rates: ALL, ..lease(Start::Contested, 1, &[]) }, ENOUGH, &[TAKES_OVER]);
}

#[test]
fn writes_are_acknowledged_and_kept_while_nothing_breaks() {
    exhaust("peace", Lease { rates: ALL, writes: 2, ..lease(Start::Settled, 8, &[]) }, ENOUGH, &[ACKNOWLEDGES]);
}

#[test]
fn a_planned_switchover_loses_nothing() {
    let model = Lease { rates: ALL, switchovers: 1, ..lease(Start::Settled, 4, &[]) };
    exhaust("switchover", model, ENOUGH, &[ACKNOWLEDGES, TAKES_OVER]);
}

#[test]
fn a_crash_before_or_after_any_write_and_any_message_breaks_no_promise() {
    let seen = [ACKNOWLEDGES, TAKES_OVER, RECOVERS];
    exhaust("crash", lease(Start::Settled, 5, &[Fault::Crash]), ENOUGH, &seen);
}

#[test]
fn no_single_fault_of_lines_and_processes_makes_two_writers_or_loses_what_was_acknowledged() {
    for kinds in [[Fault::Cut], [Fault::Freeze], [Fault::LoseAll]].iter().map(|kinds| &kinds[..]) {
        exhaust(&format!("{kinds:?}"), lease(Start::Settled, 6, kinds), ENOUGH, &[ACKNOWLEDGES, TAKES_OVER]);
    }
    for kinds in [[Fault::Drop], [Fault::Duplicate], [Fault::Delay], [Fault::Late]].iter().map(|kinds| &kinds[..]) {
        exhaust(&format!("{kinds:?}"), lease(Start::Settled, 6, kinds), ENOUGH, &[ACKNOWLEDGES]);
    }
}

/// The number of states until a broken promise is found, and what it took.
fn hunt<D: Decisions + Debug + Send + Sync + 'static>(model: Lease<D>) -> Option<(usize, Vec<model::Action>)> {
    let search = model.checker().target_state_count(ENOUGH).finish_when(HasDiscoveries::AnyFailures);
    let checker = search.spawn_bfs().join();
    let found =
        PROMISES.into_iter().filter_map(|promise| checker.discovery(promise)).map(stateright::Path::into_actions);
    found.min_by_key(Vec::len).map(|actions| (checker.unique_state_count(), actions))
}

#[test]
fn every_mistake_planted_in_the_register_is_found() {
    for mistake in Mistake::ALL {
        let (start, horizon, kinds) = mistake.circumstances();
        let Lease { faults, writes, switchovers, slow_disks, rates, .. } = lease(start, horizon, kinds);
        let model = Lease { decisions: mistake, start, horizon, faults, kinds, writes, switchovers, slow_disks, rates };
        let (states, actions) = hunt(model).unwrap_or_else(|| panic!("{mistake:?} was not found"));
        println!("{mistake:?}: found within {states} states, in {} steps: {actions:?}", actions.len());
    }
}

/// A disk is lost at any moment with everything on it, and what was on its way there; the place comes back at
/// any time with an empty one. A write later on makes it many more states: that search is a deeper one.
#[test]
fn a_lost_disk_breaks_no_promise_and_a_holder_exists_again() {
    let quiet = Lease { writes: 0, ..lease(Start::Settled, 5, &[Fault::Wipe]) };
    exhaust("lost disk", quiet, ENOUGH_WITH_A_LOST_DISK, &[TAKES_OVER, RECOVERS]);
    exhaust("lost disk, one write", lease(Start::Settled, 1, &[Fault::Wipe]), ENOUGH, &[ACKNOWLEDGES]);
}

/// One search after the other, so that they never need memory at once.
#[test]
#[ignore = "a quarter of an hour: later faults, two faults, and faults around an election and a switchover"]
fn deeper() {
    let two = |horizon, kinds| Lease { faults: 2, ..lease(Start::Settled, horizon, kinds) };
    let crash: &[Fault] = &[Fault::Crash];
    let lines: &[Fault] =
        &[Fault::Cut, Fault::Freeze, Fault::LoseAll, Fault::Drop, Fault::Duplicate, Fault::Delay, Fault::Late];
    let all = [ACKNOWLEDGES, TAKES_OVER, RECOVERS];
    exhaust("first election, crash", lease(Start::Fresh, 2, crash), DEEP, &[RECOVERS]);
    exhaust("contest, crash", lease(Start::Contested, 2, crash), DEEP, &[TAKES_OVER, RECOVERS]);
    exhaust("crash", lease(Start::Settled, 6, crash), DEEP, &all);
    exhaust("two crashes", two(3, crash), DEEP, &[ACKNOWLEDGES, RECOVERS]);
    let slow = Lease { slow_disks: true, ..lease(Start::Settled, 4, crash) };
    exhaust("slow disks, crash", slow, DEEP, &[ACKNOWLEDGES, RECOVERS]);
    let moved = |horizon, kinds| Lease { switchovers: 1, ..lease(Start::Settled, horizon, kinds) };
    exhaust("switchover, crash", moved(4, crash), DEEP, &all);
    exhaust("switchover, lines and messages", moved(3, lines), DEEP, &[ACKNOWLEDGES, TAKES_OVER]);
    let quiet = Lease { writes: 0, ..lease(Start::Settled, 6, &[Fault::Wipe]) };
    exhaust("lost disk", quiet, DEEP, &[TAKES_OVER, RECOVERS]);
    exhaust("lost disk, one write", lease(Start::Settled, 2, &[Fault::Wipe]), DEEP, &[ACKNOWLEDGES]);
    exhaust("lines and messages", lease(Start::Settled, 7, lines), DEEP, &[ACKNOWLEDGES, TAKES_OVER]);
    let pairs: [&[Fault]; 2] =
        [&[Fault::Cut, Fault::Drop, Fault::Late], &[Fault::Drop, Fault::Duplicate, Fault::Delay]];
    for kinds in pairs {
        exhaust(&format!("two of {kinds:?}"), two(4, kinds), DEEP, &[ACKNOWLEDGES]);
    }
}
