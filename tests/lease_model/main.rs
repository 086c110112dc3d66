//! The lease under a model checker: the very same [`ringfence::service::Site`] and
//! [`ringfence::service::Voter`], not a model of them.
//!
//! Two sites and three voters, messages delivered in any order, clocks that run apart by ρ = 1/4, and
//! one fault: a crash, a cut, processes that stand still. What happens within one place without a
//! network happens at once, which hides no order that another place could see. The first election is
//! exhausted; the search of what follows a fault is bounded in states, breadth first, so that it stays
//! within a few seconds. Deeper: `cargo test --release --test lease_model -- --ignored --nocapture`.
#![expect(clippy::similar_names, reason = "a site has a side")]

mod model;
mod world;

use model::{ACKNOWLEDGES, FORWARD, Fault, Lease, NO_LOSS, ONE_LEASE, ONE_WRITER, Start};
use ringfence::service::Shipped;
use stateright::{Checker, Model};

/// A slow holder and a fast challenger: the worst that ρ allows.
const APART: &[[u64; 2]] = &[[3, 5]];
/// The other way round, and together.
const ALL: &[[u64; 2]] = &[[3, 5], [4, 4], [5, 3]];

const FAULTS: [&[Fault]; 4] =
    [&[Fault::Crash], &[Fault::Cut], &[Fault::Freeze], &[Fault::LoseAll, Fault::Drop, Fault::Late]];

fn lease(start: Start, horizon: u64, kinds: &'static [Fault], rates: &'static [[u64; 2]]) -> Lease<Shipped> {
    let faults = u8::from(!kinds.is_empty());
    let (writes, switchovers, slow_disks) = (u8::from(start == Start::Settled), 0, false);
    Lease { decisions: Shipped, start, horizon, faults, kinds, writes, switchovers, slow_disks, rates }
}

/// Searches until everything was seen, or so many states.
fn search(name: &str, model: Lease<Shipped>, states: usize) -> bool {
    let checker = model.checker().target_state_count(states).spawn_bfs().join();
    let (unique, depth) = (checker.unique_state_count(), checker.max_depth());
    println!("{name}: {unique} states, {depth} deep");
    for promise in [ONE_WRITER, ONE_LEASE, FORWARD, NO_LOSS] {
        let found = checker.discovery(promise).map(stateright::Path::into_actions);
        assert!(found.is_none(), "{name} breaks “{promise}”: {found:?}");
    }
    checker.discovery(ACKNOWLEDGES).is_some()
}

#[test]
fn the_first_election_gives_one_holder_in_every_order_of_its_messages() {
    search("first election", lease(Start::Fresh, 2, &[], ALL), 10_000_000);
}

#[test]
fn writes_are_acknowledged_and_kept_while_nothing_breaks() {
    assert!(search("peace", lease(Start::Settled, 6, &[], ALL), 10_000_000), "no write was ever acknowledged");
}

#[test]
fn no_single_fault_makes_two_writers_or_loses_what_was_acknowledged() {
    for kinds in FAULTS {
        let acknowledged = search(&format!("{kinds:?}"), lease(Start::Settled, 6, kinds, APART), 200_000);
        assert!(acknowledged, "no write was ever acknowledged");
    }
}

#[test]
#[ignore = "minutes, and gigabytes: the same with many more states"]
fn deeper() {
    for kinds in FAULTS {
        search(&format!("{kinds:?}"), lease(Start::Settled, 9, kinds, ALL), 5_000_000);
    }
}
