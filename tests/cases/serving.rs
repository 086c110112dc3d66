//! Cases in which the holder must go on, and nobody may take its place.

use crate::run::{Run, runs, varied};
use ringfence::facts::Announcement;
use ringfence::terms::{Refusal, Span};

const SEEDS: u64 = 4;

/// Both units of EMEA keep their first epoch, and after the first moments nobody is refused for want of
/// a lease, a majority or the peer.
fn nobody_noticed(run: &Run) {
    run.must_pass();
    for unit in ["emea-1", "emea-2"] {
        assert_eq!(run.last_epoch(unit), 1, "{}", run.told());
        let lost_way = |&&(at, why): &&(Span, Refusal)| {
            at > Span::secs(5) && matches!(why, Refusal::NoLease | Refusal::NoMajority)
        };
        assert_eq!(run.refused(unit).iter().filter(lost_way).count(), 0, "{}", run.told());
    }
}

#[test]
fn a_pair_that_is_cut_keeps_its_holders_while_both_see_the_witness() {
    for run in runs("pair-cut-both-see-the-witness", SEEDS) {
        nobody_noticed(&run);
        assert!(run.was_alone("emea-1") && run.was_alone("emea-2"), "the cut was not felt\n{}", run.told());
        let during = run.acknowledged_by("dublin", "emea-1", Span::minutes(6), Span::minutes(20));
        assert!(during > 100, "{during} writes during the cut\n{}", run.told());
    }
}

#[test]
fn a_cut_pair_in_the_strict_mode_refuses_and_keeps_its_holders() {
    for run in varied("pair-cut-both-see-the-witness", &[("\"async\"", "\"sync-strict\"")], 2) {
        run.must_keep_promises();
        assert_eq!((run.last_epoch("emea-1"), run.was_alone("emea-1")), (1, false), "{}", run.told());
        let (cut, mended) = (Span::minutes(5) + Span::secs(5), Span::minutes(20));
        assert_eq!(run.acknowledged_by("dublin", "emea-1", cut, mended), 0, "{}", run.told());
        assert!(run.refused("emea-1").iter().any(|&(_, why)| why == Refusal::PeerUnreachable), "{}", run.told());
    }
}

#[test]
fn a_witness_that_dies_is_not_missed() {
    for run in runs("witness-dead", SEEDS) {
        nobody_noticed(&run);
        assert!(!run.was_alone("emea-1") && !run.was_alone("emea-2"), "{}", run.told());
    }
}

#[test]
fn a_witness_that_stays_dead_raises_one_alarm_of_each_holder_within_the_stated_bound() {
    for run in runs("witness-dead", 2) {
        let policy = &run.scenario.plan.policy;
        let (dead, timeout) = (Span::minutes(5), policy.witness_timeout.unwrap());
        for unit in ["emea-1", "emea-2"] {
            let said = run.said(unit);
            let alarms: Vec<_> = said.iter().filter(|&&(.., what)| what == Announcement::WitnessSilent).collect();
            let &[&(at, ..)] = &alarms[..] else { panic!("{} alarms of {unit}\n{}", alarms.len(), run.told()) };
            let earliest = (dead + timeout).saturating_sub(policy.loop_wait);
            let latest = dead + timeout + policy.loop_wait + Span::secs(1);
            assert!((earliest..=latest).contains(&at), "{unit} raised the alarm at {at}\n{}", run.told());
        }
        assert_eq!(run.outcome.measurements.alarms.len(), 2, "{}", run.told());
    }
}

#[test]
fn a_direction_that_fails_moves_no_lease() {
    for run in runs("one-way-loss-each-way", SEEDS) {
        nobody_noticed(&run);
        assert!(run.was_alone("emea-1"), "the loss was not felt\n{}", run.told());
        for minute in [5, 12, 19, 26] {
            let (from, to) = (Span::minutes(minute), Span::minutes(minute + 5));
            let during = run.acknowledged_by("dublin", "emea-1", from, to);
            assert!(during > 20, "{during} writes from minute {minute}\n{}", run.told());
        }
    }
}
