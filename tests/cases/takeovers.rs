//! Cases in which the lease must move, and no sooner than it may.

use crate::run::{runs, varied};
use ringfence::facts::{Announcement, Fact};
use ringfence::terms::{Mode, Span};

const SEEDS: u64 = 4;

#[test]
fn a_primary_that_dies_at_lag_zero_takes_nothing_with_it() {
    for run in runs("primary-dead-at-lag-zero", SEEDS) {
        run.must_pass();
        let before = run.acknowledged_by("dublin", "emea-1", Span::ZERO, Span::minutes(10));
        assert!(before > 100, "only {before} records could have been lost\n{}", run.told());
        assert_eq!((run.lost(), run.last_epoch("emea-1")), (0, 2), "{}", run.told());
        let failover = run.outcome.measurements.failovers[0];
        assert_eq!((failover.missing, failover.declared), (0, None), "{}", run.told());
        let first = run.acknowledged("emea-1").into_iter().find(|&(_, site)| site == run.datacenter("amsterdam"));
        let bound = run.scenario.plan.policy.rto_bound() + Span::secs(2);
        assert!(first.unwrap().0 <= Span::minutes(10) + bound, "{}", run.told());
    }
}

/// The lag is zero in the strict mode too, but nobody may then be acknowledged by Amsterdam alone.
#[test]
fn in_sync_strict_the_survivor_holds_the_lease_and_acknowledges_nothing() {
    for run in varied("primary-dead-at-lag-zero", &[("\"sync\"", "\"sync-strict\"")], 2) {
        run.must_keep_promises();
        assert_eq!((run.lost(), run.last_epoch("emea-1")), (0, 2), "{}", run.told());
        assert_eq!(run.acknowledged_by("amsterdam", "emea-1", Span::minutes(10), Span::minutes(20)), 0);
    }
}

#[test]
fn a_primary_that_dies_beyond_the_maximum_lag_is_waited_for_and_then_declared_lost() {
    for run in runs("primary-dead-beyond-the-maximum-lag", SEEDS) {
        run.must_pass();
        let (grace_ends, lost) = (Span::minutes(15), run.lost());
        let early = run.acknowledged_by("amsterdam", "emea-1", Span::minutes(10), grace_ends);
        assert_eq!(early, 0, "Amsterdam served emea-1 within the grace period\n{}", run.told());
        let failover = run.outcome.measurements.failovers[0];
        assert!(failover.declared.is_some_and(|declared| declared >= failover.rpo), "{}", run.told());
        assert!(lost > 0 && failover.missing == lost, "{} missing, {lost} lost", failover.missing);
        let promised = run.registers("emea-1").into_iter().rfind(|(at, _)| *at < Span::minutes(10)).unwrap();
        assert_eq!(promised.1.mode, Mode::Alone, "the register said so before it was true");
    }
}

#[test]
fn without_a_grace_period_the_survivor_waits_for_ever() {
    let never = [("grace_period_with_data_loss = \"5m\"", "grace_period_with_data_loss = \"never\"")];
    for run in varied("primary-dead-beyond-the-maximum-lag", &never, 2) {
        run.must_keep_promises();
        assert!(run.outcome.measurements.failovers.is_empty(), "{}", run.told());
    }
}

#[test]
fn an_isolated_primary_stops_within_its_lease_though_clients_reach_it() {
    for run in runs("primary-isolated-but-reachable", SEEDS) {
        run.must_pass();
        let policy = &run.scenario.plan.policy;
        let lease_ends = Span::minutes(10) + policy.ttl;
        assert_eq!(run.acknowledged_by("dublin", "emea-1", lease_ends, Span::minutes(30)), 0, "{}", run.told());
        let asked = run.refused("emea-1").iter().filter(|(at, _)| *at > lease_ends).count();
        assert!(asked > 0, "nobody asked Dublin after its lease\n{}", run.told());
        assert_eq!((run.lost(), run.last_epoch("emea-1")), (0, 2), "{}", run.told());
    }
}

#[test]
fn an_isolated_async_primary_loses_no_more_than_the_declared_lag() {
    for run in varied("primary-isolated-but-reachable", &[("\"sync\"", "\"async\"")], 2) {
        run.must_keep_promises();
        let rpo = run.outcome.measurements.failovers.iter().map(|failover| failover.rpo).max().unwrap();
        assert!(rpo <= Span::secs(5) + Span::secs(1), "{}", run.told());
        assert_eq!(run.lost(), 0, "what was set aside comes back\n{}", run.told());
    }
}

#[test]
fn a_primary_that_wakes_after_its_lease_acknowledges_nothing() {
    for run in runs("primary-paused-twice-the-lease", SEEDS) {
        run.must_pass();
        let woken = Span::minutes(11);
        assert_eq!(run.acknowledged_by("dublin", "emea-1", Span::minutes(10), Span::minutes(30)), 0, "{}", run.told());
        let stepped_down = run.said("emea-1").into_iter().find_map(|(at, _, what)| {
            let epoch_one = matches!(what, Announcement::SteppedDown { epoch } if epoch.0 == 1);
            epoch_one.then_some(at)
        });
        assert!(stepped_down.is_some_and(|at| at >= woken), "Dublin held in its memory what it no longer had");
        assert_eq!((run.lost(), run.last_epoch("emea-1")), (0, 2), "{}", run.told());
    }
}

#[test]
fn a_witness_restored_from_an_old_copy_abstains_until_both_others_are_back() {
    for run in runs("witness-restored-from-an-old-copy", SEEDS) {
        run.must_pass();
        let (restored, back) = (Span::minutes(14), Span::minutes(22));
        let taken_over = run.acknowledged_by("amsterdam", "emea-1", Span::minutes(6), restored);
        assert!(taken_over > 100, "only {taken_over} records are unknown to the witness's copy\n{}", run.told());
        assert_eq!(run.acknowledged_by("dublin", "emea-1", restored, back), 0, "{}", run.told());
        let asked = run.refused("emea-1").iter().filter(|(at, _)| (Span::minutes(16)..back).contains(at)).count();
        assert!(asked > 10, "Dublin was hardly asked\n{}", run.told());
        let writes = run.facts().filter_map(|(at, fact)| match *fact {
            Fact::VoterPersisted { datacenter, .. } if datacenter == run.datacenter("virginia") => Some(at),
            _ => None,
        });
        let first_word = writes.filter(|at| *at > restored).min();
        assert!(first_word.is_some_and(|at| at > back), "the witness spoke at {first_word:?}\n{}", run.told());
        assert_eq!(run.lost(), 0, "{}", run.told());
    }
}

#[test]
fn a_site_that_boots_without_the_wide_area_network_mounts_nothing() {
    for run in runs("boot-without-wide-area-network", SEEDS) {
        run.must_pass();
        let (powered, networked) = (Span::minutes(15), Span::minutes(30));
        let booted = run.facts().any(|(at, fact)| {
            matches!(*fact, Fact::Power { datacenter, on: true } if datacenter == run.datacenter("dublin"))
                && at < networked
        });
        assert!(booted, "Dublin did not boot without network\n{}", run.told());
        assert_eq!(run.acknowledged_by("dublin", "emea-1", powered, networked), 0, "{}", run.told());
        let turned_away = run.refused("emea-1").iter().filter(|(at, _)| (powered..networked).contains(at)).count();
        assert!(turned_away > 10, "Dublin was hardly asked\n{}", run.told());
        assert_eq!(run.lost(), 0, "{}", run.told());
    }
}
