//! Cases in which a site that wants the lease, and could be asked, must wait.

use crate::run::runs;
use ringfence::facts::Announcement;
use ringfence::terms::{Mode, Refusal, Side, Span};

const SEEDS: u64 = 4;

#[test]
fn a_backup_that_returns_to_a_dead_and_lonely_primary_waits_for_it() {
    for run in runs("backup-isolated-then-primary-dead", SEEDS) {
        run.must_pass();
        let (alone, dead, back) = (Span::minutes(5), Span::minutes(8), Span::minutes(21));
        let unshared = run.acknowledged_by("dublin", "emea-1", alone + Span::secs(10), dead);
        assert!(unshared > 20, "only {unshared} records were at stake\n{}", run.told());
        assert_eq!(run.acknowledged_by("amsterdam", "emea-1", alone, Span::hours(1)), 0, "{}", run.told());
        let lapsed = |&(at, side, what): &(Span, Side, Announcement)| {
            side == Side::B && what == Announcement::LeaseLapsed && (dead..back).contains(&at)
        };
        assert!(run.said("emea-1").iter().any(lapsed), "Amsterdam never wanted it\n{}", run.told());
        assert_eq!((run.lost(), run.last_epoch("emea-1")), (0, 2), "{}", run.told());
    }
}

#[test]
fn one_voter_of_three_takes_nothing_though_it_is_whole() {
    for run in runs("witness-and-primary-dead", SEEDS) {
        run.must_pass();
        let (dead, back) = (Span::minutes(10), Span::minutes(23));
        assert_eq!(run.acknowledged_by("amsterdam", "emea-1", dead, Span::hours(1)), 0, "{}", run.told());
        let reasons = run.refused("emea-1").into_iter().filter(|(at, _)| (dead..back).contains(at));
        let no_majority = reasons.filter(|&(_, why)| why == Refusal::NoMajority).count();
        assert!(no_majority > 10, "{no_majority} refusals\n{}", run.told());
        assert_eq!((run.lost(), run.last_epoch("emea-1")), (0, 2), "{}", run.told());
    }
}

#[test]
fn a_stale_site_that_boots_first_waits_for_the_one_that_knows_more() {
    for run in runs("both-down-stale-one-boots-first", SEEDS) {
        run.must_pass();
        let (dead, back) = (Span::minutes(10), Span::minutes(28));
        assert_eq!(run.acknowledged_by("amsterdam", "emea-1", dead, Span::hours(1)), 0, "{}", run.told());
        let known = run.registers("emea-1").into_iter().rfind(|(at, _)| *at < dead).unwrap().1;
        assert_eq!((known.mode, known.holder), (Mode::Alone, Side::A));
        assert!(run.refused("emea-1").iter().any(|(at, _)| (Span::minutes(16)..back).contains(at)), "{}", run.told());
        assert_eq!((run.lost(), run.last_epoch("emea-1")), (0, 2), "{}", run.told());
    }
}
