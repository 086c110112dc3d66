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

mod cases;
mod finding;
mod formulas;
mod laboratory;
mod lag;
mod lease;
mod report;
mod statistics;

use finding::{Finding, WIDEST, assert_all};

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

/// Takes a few minutes on two cores.
#[test]
#[ignore = "the full size, which writes the report"]
fn every_case_in_full() {
    let findings: Vec<Finding> = [lease::findings(2_000), lag::findings(20_000, 12)].concat();
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/validation.md"), report::page(&findings)).unwrap();
    let intervals = findings.iter().filter(|finding| finding.is_interval()).count();
    assert!(intervals <= statistics::INTERVALS, "{intervals} intervals");
    assert_all(&findings, WIDEST);
}
