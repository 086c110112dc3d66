//! The shipped model against closed forms: leases, lags, queues, drains, pairs.
//!
//! Every case of `data/validation_cases.toml` is put to the test in ordinary scenarios of the shipped
//! service, or is named as not covered with the reason. Of each quantity the mean of independent
//! replications has a Student interval; all intervals of the table together hold with 99.9 %
//! (Bonferroni), and none is wider than 5 % of what is predicted, to either side.
//!
//! `cargo test` runs a smaller cut, whose intervals are wider. The full sizes, which also write
//! `reports/validation.md`:
//!
//! ```sh
//! cargo test --release --test validation -- --ignored --nocapture
//! ```

mod backups;
mod cases;
mod finding;
mod fluid;
mod formulas;
mod laboratory;
mod lag;
mod lease;
mod pair;
mod queue;
mod report;
mod reseed;
mod sessions;
mod statistics;

use finding::{Finding, WIDEST, assert_all};
use std::collections::BTreeSet;

/// The widest half-width at the size of CI.
const WIDEST_OF_CI: f64 = 0.25;

#[test]
fn failover_takes_what_the_lease_formula_says() {
    assert_all(&lease::findings(60), WIDEST_OF_CI);
}

#[test]
fn a_crash_loses_what_the_lag_held_and_nothing_older() {
    assert_all(&lag::findings(400, 0), WIDEST_OF_CI);
}

#[test]
fn a_restore_loses_what_came_since_the_newest_backup_was_begun() {
    assert_all(&backups::findings(160), WIDEST_OF_CI);
}

#[test]
fn a_queue_is_as_long_as_pollaczek_and_khinchine_say() {
    let sizes = queue::Sizes { runs: 20, requests: 5_000.0, memories: 200.0 };
    assert_all(&queue::open(sizes, 0.5), WIDEST_OF_CI);
}

#[test]
fn a_full_queue_turns_away_what_the_closed_form_says() {
    let sizes = queue::Sizes { runs: 30, requests: 8_000.0, memories: 0.0 };
    assert_all(&queue::limited(sizes), WIDEST_OF_CI);
}

#[test]
fn a_backlog_drains_as_a_fluid_does() {
    assert_all(&fluid::drains(10, 10.0, 0.9), WIDEST_OF_CI);
}

#[test]
fn a_herd_is_served_as_a_fluid_is() {
    assert_all(&fluid::herds(10, 50.0), WIDEST_OF_CI);
}

#[test]
fn a_pair_is_dark_as_often_as_its_chain() {
    assert_all(&pair::findings(20, pair::Lease { ttl: 360.0, loop_wait: 300.0 }), WIDEST_OF_CI);
}

#[test]
fn an_empty_site_is_filled_as_fast_as_the_slowest_of_rate_link_and_reading() {
    assert_all(&reseed::findings(12, 60.0), WIDEST_OF_CI);
}

#[test]
fn sessions_follow_their_arrivals_late_and_damped() {
    assert_all(&sessions::findings(30, 0.02), WIDEST_OF_CI);
}

#[test]
fn the_page_names_every_case_of_which_nothing_was_measured() {
    let unmeasured: BTreeSet<_> = report::page(&[]).1.into_iter().collect();
    let covered = cases::all().into_iter().map(|case| case.name()).filter(|name| !report::is_left_out(name));
    assert_eq!(unmeasured, covered.collect());
}

/// Cases of one kind.
type Group = fn() -> Vec<Finding>;

/// Takes half an hour of one core.
#[test]
#[ignore = "the full size, which writes the report"]
fn every_case_in_full() {
    let groups: [(&str, Group); 10] = [
        ("lease", || lease::findings(2_000)),
        ("lag", || lag::findings(20_000, 12)),
        ("backups", || backups::findings(3_000)),
        ("open queue", || queue::open(queue::Sizes { runs: 120, requests: 40_000.0, memories: 300.0 }, 1.0)),
        ("limited queue", || queue::limited(queue::Sizes { runs: 60, requests: 60_000.0, memories: 0.0 })),
        ("drains", || fluid::drains(7, 1.0, 1.0)),
        ("herds", || fluid::herds(20, 1.0)),
        ("pair", || pair::findings(320, pair::Lease { ttl: 240.0, loop_wait: 200.0 })),
        ("reseed", || reseed::findings(60, 600.0)),
        ("sessions", || sessions::findings(60, 0.15)),
    ];
    let mut findings = Vec::new();
    for (name, group) in groups {
        let found = group();
        let outside = found.iter().filter(|finding| !finding.agrees()).count();
        findings.extend(found);
        println!("{name}: {outside} outside, {} findings so far", findings.len());
    }
    let (page, unmeasured) = report::page(&findings);
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/validation.md"), page).unwrap();
    assert!(unmeasured.is_empty(), "nothing was measured of {unmeasured:?}");
    let intervals = findings.iter().filter(|finding| finding.is_interval()).count();
    assert!(intervals <= statistics::INTERVALS, "{intervals} intervals");
    assert_all(&findings, WIDEST);
}
