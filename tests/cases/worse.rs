//! Cases in which a second thing goes wrong before the first is over, and what becomes of a tail that lost.

use crate::run::{Run, runs, varied};
use ringfence::facts::{Fact, Obstacle};
use ringfence::metrics::UnitAccount;
use ringfence::terms::{CopyClass, Refusal, Side, Span};
use std::collections::BTreeMap;

const SEEDS: u64 = 4;

#[test]
fn a_half_filled_site_takes_nothing_over() {
    for run in runs("second-failure-during-reseed", SEEDS) {
        run.must_pass();
        let (lost, dead, back) = (Span::minutes(20), Span::minutes(21) + Span::secs(30), Span::minutes(34));
        for unit in ["emea-1", "emea-2"] {
            assert_eq!(run.acknowledged_by("dublin", unit, lost + Span::secs(1), back), 0, "{}", run.told());
            let refused = run.refused(unit).iter().filter(|(at, _)| (dead..back).contains(at)).count();
            assert!(refused > 10, "{unit} was hardly asked\n{}", run.told());
        }
        let before = run.acknowledged_by("amsterdam", "emea-1", lost, dead);
        assert!(before > 10, "Amsterdam served hardly anything before it died\n{}", run.told());
        assert_eq!(run.lost(), 0, "{}", run.told());
    }
}

/// Who is lost is drawn by the seed: what stands still differs, but never without a reason.
#[test]
fn what_the_loss_of_one_datacenter_of_each_boundary_leaves_pending_has_a_reason() {
    let mut reasons = BTreeMap::new();
    for run in runs("one-datacenter-of-each-boundary-gone", 8) {
        run.must_pass();
        let units = &run.outcome.measurements.units;
        for pending in units.iter().filter_map(|account| account.pending) {
            let time = [Obstacle::NoHolder, Obstacle::CatchingUp, Obstacle::Draining];
            assert!(!time.contains(&pending.why), "{pending:?}\n{}", run.told());
            *reasons.entry(pending.why).or_insert(0) += 1;
        }
        let holder_gone = |account: &&UnitAccount| account.pending.is_some_and(|one| one.why == Obstacle::HolderGone);
        for account in units.iter().filter(holder_gone) {
            assert!(account.gone.is_some_and(|(_, lost)| lost > 0), "what it served alone is lost\n{}", run.told());
        }
        let with_it: u64 = units.iter().filter_map(|account| account.gone).map(|(_, lost)| lost).sum();
        assert_eq!(run.lost(), with_it, "all that is lost went with a datacenter\n{}", run.told());
        let serving = units.iter().filter(|account| account.pending.is_none()).count();
        assert!(serving >= 2, "only {serving} units are whole\n{}", run.told());
    }
    assert!(reasons.contains_key(&Obstacle::NoMajority) && reasons.contains_key(&Obstacle::HolderGone), "{reasons:?}");
}

/// Beyond the bound on the clocks the lease may overlap; in `sync` it is the peer that keeps the promise.
#[test]
fn clocks_beyond_the_bound_lose_nothing_in_sync() {
    let mut overlapped = 0;
    for run in runs("clock-rates-apart-by-twice-the-bound", SEEDS) {
        run.must_pass();
        let promoted = run.outcome.measurements.failovers[0].promoted - run.scenario.plan.start;
        let ttl = run.scenario.plan.policy.ttl;
        let (slow, renewals) = (ttl.scale(95, 90), run.registers("emea-1"));
        let last = renewals.iter().rfind(|(at, register)| *at < promoted && register.holder == Side::A).unwrap().0;
        overlapped += u32::from(promoted < last + slow);
        let mut at = BTreeMap::new();
        for (_, fact) in run.facts() {
            if let Fact::Acknowledged { birth, unit, position, .. } = *fact
                && unit == run.unit("emea-1")
            {
                let first = *at.entry(position).or_insert(birth.record);
                assert_eq!(first, birth.record, "two records acknowledged at {position}\n{}", run.told());
            }
        }
        assert_eq!(run.lost(), 0, "{}", run.told());
    }
    assert!(overlapped > 0, "the two leases never overlapped, so nothing was tested");
}

/// In `async` the overlap may be acknowledged twice over, and none of it is lost: it is set aside and merged.
#[test]
fn clocks_beyond_the_bound_overlap_in_async_and_nothing_is_lost_for_good() {
    for run in varied("clock-rates-apart-by-twice-the-bound", &[("\"sync\"", "\"async\"")], 2) {
        run.must_keep_promises();
        assert_eq!(run.lost(), 0, "{}", run.told());
    }
}

#[test]
fn a_surge_that_meets_a_failover_is_shed_and_not_queued_without_end() {
    for run in runs("surge-during-failover", SEEDS) {
        run.must_pass();
        let limit = run.scenario.plan.policy.queue_limit;
        let peaks = run.outcome.measurements.writes.datacenters.iter().map(|site| site.queue_peak);
        assert!(peaks.max().unwrap() <= limit, "{}", run.told());
        let told_when = run
            .refused("emea-1")
            .into_iter()
            .any(|(_, why)| matches!(why, Refusal::Overloaded { retry_after } if retry_after > Span::ZERO));
        assert!(told_when, "{}", run.told());
        let calm = run.refused("emea-1").into_iter().filter(|(at, _)| *at > Span::minutes(24)).count();
        assert_eq!(calm, 0, "the storm outlived the surge by nine minutes\n{}", run.told());
    }
}

#[test]
fn a_forced_failover_declares_its_loss_and_the_return_takes_it_back() {
    for run in runs("forced-failover-and-return", SEEDS) {
        run.must_pass();
        let (isolated, ordered) = (Span::minutes(10), Span::minutes(10) + Span::secs(30));
        let policy = &run.scenario.plan.policy;
        let early = run.acknowledged_by(
            "amsterdam",
            "emea-1",
            Span::ZERO,
            isolated + policy.ttl.saturating_sub(policy.loop_wait),
        );
        assert_eq!(early, 0, "force does not waive the wait for the lease\n{}", run.told());
        let failover = run.outcome.measurements.failovers[0];
        assert!(failover.promoted - run.scenario.plan.start <= ordered + policy.rto_bound(), "{}", run.told());
        assert!(failover.declared.is_some_and(|declared| declared >= failover.rpo), "{}", run.told());
        let account = run.outcome.measurements.units[run.unit("emea-1").index()];
        let [merged, duplicate, with_client, lost] = account.fates;
        assert_eq!((lost, account.waiting()), (0, 0), "{}", run.told());
        assert_eq!(merged + duplicate + with_client, account.set_aside, "{}", run.told());
        assert!(merged >= failover.missing, "{merged} merged, {} were missing\n{}", failover.missing, run.told());
        stands_once(&run);
    }
}

/// No record stands twice in the log that won.
fn stands_once(run: &Run) {
    let mut stands = BTreeMap::new();
    for (at, fact) in run.facts() {
        if let Fact::Landed { birth, copy: CopyClass::Log, datacenter, unit, position } = *fact
            && unit == run.unit("emea-1")
            && datacenter == run.datacenter("amsterdam")
        {
            let first = *stands.entry(birth.record).or_insert(position);
            assert_eq!(first, position, "{:?} landed again at {at}\n{}", birth.record, run.told());
        }
    }
}
