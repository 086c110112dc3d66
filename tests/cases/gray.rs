//! Cases in which something is neither well nor gone.

use crate::run::{Run, runs, varied};
use ringfence::facts::{Announcement, Fact};
use ringfence::terms::{CopyClass, Side, Span, Unit};
use std::collections::BTreeSet;

const SEEDS: u64 = 3;

/// When a unit was first promoted at a side after `from`.
fn promoted(run: &Run, unit: &str, side: Side, from: Span) -> Span {
    let promoted = |&(at, by, said): &(Span, Side, Announcement)| {
        at > from && by == side && matches!(said, Announcement::Promoted { .. })
    };
    run.said(unit).into_iter().find(promoted).unwrap_or_else(|| panic!("{}", run.told())).0
}

/// The longest time without an acknowledgement of a unit from one time to another.
fn longest_silence(run: &Run, unit: &str, from: Span, to: Span) -> Span {
    let times = run.acknowledged(unit).into_iter().map(|(at, _)| at).filter(|at| (from..=to).contains(at));
    let times: Vec<_> = times.collect();
    times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap_or(Span::MAX)
}

#[test]
fn a_primary_with_a_slow_disk_says_so_hands_over_and_never_acknowledges_what_is_not_durable() {
    for run in runs("slow-disk-at-primary", SEEDS) {
        run.must_pass();
        let (slow, well) = (Span::minutes(10), Span::minutes(30));
        let said = run.said("emea-1");
        let first = |what: Announcement| said.iter().find(|&&(at, _, said)| at > slow && said == what).unwrap().0;
        let (alarm, handed) = (first(Announcement::DiskFailing), first(Announcement::HandedOver));
        assert!(slow < alarm && alarm <= handed && handed < Span::minutes(12), "{}", run.told());
        assert_eq!(run.acknowledged_by("dublin", "emea-1", handed, well), 0, "{}", run.told());
        assert!(run.acknowledged_by("amsterdam", "emea-1", handed, well) > 100, "{}", run.told());
        assert_every_acknowledgement_is_durable(&run);
    }
}

fn assert_every_acknowledgement_is_durable(run: &Run) {
    let mut durable = BTreeSet::new();
    for (at, fact) in run.facts() {
        match *fact {
            Fact::Landed { unit, datacenter, position, .. } => {
                durable.insert((unit, datacenter, position));
            }
            Fact::Acknowledged { unit, datacenter, position, .. } => {
                assert!(durable.contains(&(unit, datacenter, position)), "{position:?} at {at}\n{}", run.told());
            }
            _ => {}
        }
    }
}

/// A disk on which hardly anything ever becomes durable. The switchover cannot drain and is given up; then
/// the primary resigns, and is taken over like one that is gone.
#[test]
fn a_primary_whose_disk_hardly_writes_resigns() {
    for run in varied("slow-disk-at-primary", &[("factor = 1000.0", "factor = 1000000.0")], 2) {
        run.must_keep_promises();
        let taken = promoted(&run, "emea-1", Side::B, Span::minutes(10));
        assert!(taken < Span::minutes(10) + Span::secs(120), "{}", run.told());
        assert_eq!(run.lost(), 0, "{}", run.told());
        assert_every_acknowledgement_is_durable(&run);
    }
}

#[test]
fn without_automatic_failover_a_slow_disk_raises_an_alarm_and_keeps_the_lease() {
    let manual = [("replication = \"sync\"", "replication = \"sync\"\nfailover = \"manual\"")];
    for run in varied("slow-disk-at-primary", &manual, 1) {
        run.must_keep_promises();
        assert!(run.said("emea-1").iter().any(|&(.., said)| said == Announcement::DiskFailing), "{}", run.told());
        assert!(run.outcome.measurements.failovers.is_empty(), "{}", run.told());
    }
}

#[test]
fn one_sick_unit_is_taken_over_and_its_neighbour_notices_nothing() {
    for run in runs("one-sick-unit", SEEDS) {
        run.must_pass();
        let (sick, end) = (Span::minutes(10), Span::minutes(25));
        assert_eq!(run.acknowledged_by("dublin", "emea-1", sick + Span::secs(1), end), 0, "{}", run.told());
        assert!(run.acknowledged_by("amsterdam", "emea-1", sick, end) > 100, "{}", run.told());
        assert!(longest_silence(&run, "emea-2", Span::minutes(1), end) < Span::secs(30), "{}", run.told());
    }
}

/// A fault that takes hold of nothing proves nothing.
#[test]
fn a_unit_that_is_halted_in_the_dark_makes_the_run_vacuous() {
    let dark = "[[fault]]\nkind = \"outage\"\ndatacenter = \"dublin\"\nat = \"9m\"\nfor = \"8m\"\n\n[[fault]]";
    for run in varied("one-sick-unit", &[("[[fault]]", dark)], 1) {
        assert_eq!(run.outcome.verdict().name(), "vacuous", "{}", run.told());
    }
}

#[test]
fn a_lossy_link_interrupts_nobody() {
    for run in runs("lossy-link", SEEDS) {
        run.must_pass();
        for unit in ["emea-1", "emea-2"] {
            let silence = longest_silence(&run, unit, Span::minutes(10), Span::minutes(25));
            assert!(silence < Span::secs(30), "{unit} was silent for {silence}\n{}", run.told());
        }
    }
}

#[test]
fn within_the_bound_of_clocks_the_old_holder_stops_before_the_new_one_starts() {
    for run in runs("drift-within-the-bound", SEEDS) {
        run.must_pass();
        let taken = promoted(&run, "emea-1", Side::B, Span::minutes(10));
        let late = run.acknowledged_by("dublin", "emea-1", taken, Span::minutes(30));
        assert_eq!((late, stored_late(&run, taken)), (0, 0), "{}", run.told());
    }
}

/// Records of emea-1 that Dublin took after `taken`, each of them in its own log.
fn stored_late(run: &Run, taken: Span) -> usize {
    let dublin = run.datacenter("dublin");
    let taken_in = |&(at, fact): &(Span, &Fact)| match *fact {
        Fact::Landed { copy: CopyClass::Log, datacenter, unit: Unit(unit), .. } => {
            at > taken && datacenter == dublin && Unit(unit) == run.unit("emea-1")
        }
        _ => false,
    };
    run.facts().filter(taken_in).count()
}

#[test]
fn beyond_the_bound_of_clocks_two_hold_and_in_sync_only_one_acknowledges() {
    let mut overlaps = 0;
    for run in runs("drift-beyond-the-bound", SEEDS) {
        run.must_pass();
        let taken = promoted(&run, "emea-1", Side::B, Span::minutes(10));
        assert_eq!(run.acknowledged_by("dublin", "emea-1", taken, Span::minutes(30)), 0, "{}", run.told());
        overlaps += stored_late(&run, taken);
    }
    assert!(overlaps > 0, "the two never held at once");
}

#[test]
fn beyond_the_bound_an_asynchronous_overlap_is_quarantined_and_brought_back() {
    let mut overlaps = 0;
    for run in varied("drift-beyond-the-bound", &[("\"sync\"", "\"async\"\nmaximum_lag_on_failover = \"2m\"")], SEEDS) {
        run.must_keep_promises();
        let taken = promoted(&run, "emea-1", Side::B, Span::minutes(10));
        overlaps += run.acknowledged_by("dublin", "emea-1", taken, Span::minutes(30));
        assert_eq!(run.lost(), 0, "{}", run.told());
        assert_eq!(silent_overlap(&run, taken), 0, "{}", run.told());
    }
    assert!(overlaps > 0, "the two never acknowledged at once");
}

/// Records that Dublin acknowledged after `taken` and that were not set aside when it came back.
fn silent_overlap(run: &Run, taken: Span) -> usize {
    let (dublin, emea_1) = (run.datacenter("dublin"), run.unit("emea-1"));
    let (mut overlap, mut aside) = (BTreeSet::new(), BTreeSet::new());
    for (at, fact) in run.facts() {
        match *fact {
            Fact::Acknowledged { birth, unit, datacenter, .. }
                if (unit, datacenter) == (emea_1, dublin) && at > taken =>
            {
                overlap.insert(birth.record);
            }
            Fact::Landed { birth, copy: CopyClass::QuarantinedTail, unit, .. } if unit == emea_1 => {
                aside.insert(birth.record);
            }
            _ => {}
        }
    }
    overlap.difference(&aside).count()
}
