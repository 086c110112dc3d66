//! Cases of changes that somebody wants: switchover, failback, and how often either may happen.

use crate::run::{Run, runs, varied};
use ringfence::facts::{Announcement, Fact};
use ringfence::terms::{Refusal, Side, Span};

const SEEDS: u64 = 4;

/// When a unit's sites said a thing.
fn said(run: &Run, unit: &str, wanted: Announcement) -> Vec<Span> {
    run.said(unit).into_iter().filter(|&(_, _, what)| what == wanted).map(|(at, ..)| at).collect()
}

#[test]
fn a_planned_switchover_at_peak_loses_nothing_and_pauses_within_its_bound() {
    for run in runs("planned-switchover-at-peak", SEEDS) {
        run.must_pass();
        let (ended, bound) = (run.outcome.measurements.ended, run.scenario.plan.policy.switchover_bound());
        assert!(bound <= Span::secs(28), "the prose states another bound than {bound}");
        for failover in &run.outcome.measurements.failovers {
            assert!(failover.planned && failover.missing == 0, "{}", run.told());
        }
        let pauses: Vec<_> = run.outcome.measurements.switchovers.iter().map(|one| one.pause(ended)).collect();
        assert!(pauses.len() == 2 && pauses.iter().all(|&pause| pause < bound), "{pauses:?}\n{}", run.told());
        let written = run.acknowledged("emea-1").len();
        assert!(written > 5_000, "{written} writes are no peak\n{}", run.told());
        assert_eq!((run.lost(), run.last_epoch("emea-1")), (0, 5), "two epochs for each move\n{}", run.told());
    }
}

#[test]
fn a_failback_that_comes_too_early_is_given_up_and_refuses_nobody() {
    for run in runs("failback-too-early", SEEDS) {
        run.must_pass();
        let ordered = Span::minutes(23) + Span::secs(10);
        let given_up = said(&run, "emea-1", Announcement::SwitchoverCancelled);
        assert!(given_up.iter().any(|at| (ordered..ordered + Span::secs(40)).contains(at)), "{}", run.told());
        let early = run
            .refused("emea-1")
            .into_iter()
            .filter(|&(at, why)| (ordered..ordered + Span::minutes(2)).contains(&at) && why == Refusal::SwitchingOver);
        assert_eq!(early.count(), 0, "{}", run.told());
        let moved = said(&run, "emea-1", Announcement::HandedOver);
        assert!(moved.len() == 1 && moved[0] > Span::minutes(28), "failed back at {moved:?}\n{}", run.told());
    }
}

#[test]
fn ten_flaps_make_a_few_changes_and_no_longer_outage() {
    for run in runs("ten-flaps", SEEDS) {
        run.must_pass();
        let bound = run.scenario.plan.policy.rto_bound() + Span::secs(2);
        let measured = &run.outcome.measurements;
        let struck = measured.interruptions.iter().filter(|one| one.unit == run.unit("emea-1"));
        let longest = struck.map(|one| one.ended.unwrap_or(measured.ended).since(one.onset)).max();
        assert!(longest.is_some_and(|longest| longest <= bound), "{longest:?} {}", run.told());
    }
}

/// What the block is for: without it every flap makes two changes.
#[test]
fn without_the_block_ten_flaps_make_twenty_changes() {
    for run in varied("ten-flaps", &[("failback_block = \"1h\"", "failback_block = \"0s\"")], 2) {
        run.must_keep_promises();
        let changes = run.outcome.measurements.failovers.iter().filter(|one| one.unit == run.unit("emea-1"));
        assert_eq!(changes.count(), 20, "{}", run.told());
    }
}

#[test]
fn a_rolling_restart_of_all_eight_sites_is_sixteen_planned_changes() {
    for run in runs("rolling-restart", 2) {
        run.must_pass();
        let restarts = run.facts().filter(|(_, fact)| matches!(fact, Fact::Power { on: true, .. })).count();
        assert_eq!(restarts, 8, "{}", run.told());
        for failover in &run.outcome.measurements.failovers {
            assert!(failover.planned && failover.missing == 0, "{}", run.told());
        }
        for unit in ["apac-1", "apac-2", "emea-1", "emea-2", "amer-1", "amer-2", "india-1", "india-2"] {
            assert_eq!(run.registers(unit).last().unwrap().1.holder, Side::A, "{unit} is not at home\n{}", run.told());
        }
    }
}
