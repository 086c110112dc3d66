//! Cases in which a site is brought back that is far behind.

use crate::run::{Run, runs, varied};
use ringfence::facts::{Fact, Reread};
use ringfence::terms::{Refusal, Span};
use std::path::Path;

const SEEDS: u64 = 3;

/// What a case sets: its text without prose, name, thresholds and the rate.
fn setting(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/cases/{name}.toml"));
    let text = std::fs::read_to_string(file).unwrap();
    let (setting, rest) = text.split_once("[[threshold]]").unwrap();
    let check = &rest[rest.find("[check]").unwrap()..];
    let kept = |line: &&str| !["#", "name = \"reseed", "reseed_rate"].iter().any(|start| line.starts_with(start));
    setting.lines().chain(check.lines()).filter(kept).collect::<Vec<_>>().join("\n")
}

/// When old records of a unit were read again, and how many.
fn reread(run: &Run, unit: &str) -> Vec<(Span, u64)> {
    let wanted = run.unit(unit);
    let read = |(at, fact): (Span, &Fact)| match *fact {
        Fact::Reread(Reread { unit, records, .. }) if unit == wanted => Some((at, records)),
        _ => None,
    };
    run.facts().filter_map(read).collect()
}

fn turned_away(run: &Run) -> Vec<Span> {
    let overloaded = |&(_, why): &(Span, Refusal)| matches!(why, Refusal::Overloaded { .. });
    let of = |unit| run.refused(unit).into_iter().filter(overloaded).map(|(at, _)| at);
    let mut times: Vec<_> = of("emea-1").chain(of("emea-2")).collect();
    times.sort_unstable();
    times
}

#[test]
fn a_reseed_without_limit_turns_users_away_and_one_with_a_rate_does_not() {
    assert_eq!(setting("reseed-unlimited-at-peak"), setting("reseed-limited-at-peak"), "only the rate differs");
    let pairs = runs("reseed-unlimited-at-peak", SEEDS).zip(runs("reseed-limited-at-peak", SEEDS));
    for (unlimited, limited) in pairs {
        unlimited.must_pass();
        limited.must_pass();
        let (refused, lost) = (turned_away(&unlimited), Span::minutes(30));
        let over = unlimited.outcome.measurements.reseeds.iter().filter_map(|one| one.ended).max().unwrap();
        let calm = over.since(unlimited.scenario.plan.start) + Span::minutes(4);
        assert!(refused.len() > 1_000 && refused[0] > lost, "{}", unlimited.told());
        assert!(*refused.last().unwrap() < calm, "the harm outlived the reseed\n{}", unlimited.told());
        assert_eq!(turned_away(&limited), [], "{}", limited.told());
    }
}

#[test]
fn no_unit_reads_faster_than_the_rate_and_each_goes_on_to_the_end() {
    for run in runs("reseed-limited-at-peak", SEEDS) {
        let rate = run.scenario.plan.policy.reseed_rate.unwrap();
        let longest_queue = run.scenario.plan.policy.request_timeout.scale(1, 2);
        for unit in ["emea-1", "emea-2"] {
            let read = reread(&run, unit);
            let mut most_ahead = 0;
            for first in 0..read.len().min(50) {
                let mut records = 0;
                for &(at, more) in &read[first..] {
                    records += more;
                    let allowed = at.saturating_sub(read[first].0).0 * rate / 1_000_000;
                    most_ahead = most_ahead.max(records.saturating_sub(allowed));
                }
            }
            // A batch of a second's worth, read late behind a queue, what it owes by then, and the next one on time.
            let at_most = 2 * rate + longest_queue.scale(rate, 1_000_000).0;
            assert!(most_ahead <= at_most, "{unit} was {most_ahead} records ahead of its rate\n{}", run.told());
            assert!(read.len() > 400, "{unit} read {} times\n{}", read.len(), run.told());
        }
        let sites = run.outcome.measurements.reseeds.iter().map(|one| (one.unit, one.ended.is_some()));
        let sites: Vec<_> = sites.collect();
        assert!(sites.len() == 2 && sites.iter().all(|&(_, over)| over), "{}", run.told());
    }
}

/// Half filled at two records a second, the holder gone, back, and the reseed goes on: for half an hour, in which
/// `sync-strict` confirms nothing, with a reason, and the others serve alone.
#[test]
fn a_reseed_at_a_rate_that_a_second_failure_interrupts_loses_nothing_in_any_mode() {
    for mode in ["async", "sync", "sync-strict"] {
        let policy = format!("replication = \"{mode}\"\nreseed_rate = 2");
        for run in varied("second-failure-during-reseed", &[("replication = \"async\"", &policy)], 2) {
            run.must_keep_promises();
            assert_eq!((run.lost(), run.outcome.measurements.unfinished), (0, 0), "{}", run.told());
            let longest = run.outcome.measurements.reseeds.iter().map(|one| one.lasted(run.outcome.measurements.ended));
            assert!(longest.max().unwrap() > Span::minutes(30), "{}", run.told());
            let (lost, dead) = (Span::minutes(20), Span::minutes(21) + Span::secs(30));
            let served = run.acknowledged_by("amsterdam", "emea-2", lost + Span::secs(10), dead);
            assert_eq!(served > 10, mode != "sync-strict", "{mode}: {served}\n{}", run.told());
        }
    }
}

/// The run ends while the site is still brought back: what waits has a reason, and the oracle knows it.
#[test]
fn what_waits_for_a_site_that_is_brought_back_has_a_reason() {
    let policy = "replication = \"sync-strict\"\nreseed_rate = 1";
    let changes = [("replication = \"async\"", policy), ("duration = \"50m\"", "duration = \"40m\"\nsettle = \"8m\"")];
    for run in varied("second-failure-during-reseed", &changes, 2) {
        run.must_keep_promises();
        assert!(run.outcome.measurements.unfinished > 0, "{}", run.told());
        let judged = run.outcome.findings.iter().find(|finding| finding.id == "FO-6").unwrap();
        assert!(judged.suspended.iter().any(|one| one.why.contains("brought back")), "{}", run.told());
        let pending = run.outcome.measurements.units.iter().filter_map(|account| account.pending);
        let reasons: Vec<_> = pending.map(|pending| pending.why.reason()).collect();
        assert_eq!(reasons, ["one site is brought back, at a limited rate"; 2], "{}", run.told());
    }
}
