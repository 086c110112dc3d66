//! Cases in which an operator has the register founded anew on the one site that is left.

use crate::run::{Run, runs, varied};
use ringfence::facts::{Announcement, Fact};
use ringfence::terms::{Seat, Side, Span};

const SEEDS: u64 = 4;
const GONE: Span = Span::minutes(10);
const ORDERED: Span = Span::minutes(15);
const BACK: Span = Span::minutes(25);

/// Between the loss and the order nobody serves; after it Amsterdam does, and Dublin never again.
fn amsterdam_serves_from_the_order_on(run: &Run) {
    let policy = &run.scenario.plan.policy;
    for unit in ["emea-1", "emea-2"] {
        let lapsed = GONE + policy.ttl;
        assert_eq!(run.acknowledged_by("amsterdam", unit, lapsed, ORDERED), 0, "{}", run.told());
        assert_eq!(run.acknowledged_by("dublin", unit, GONE, Span::minutes(40)), 0, "{}", run.told());
        let bound = ORDERED + policy.rto_bound() + Span::secs(5);
        let served = run.acknowledged_by("amsterdam", unit, ORDERED, bound);
        assert!(served > 0, "{unit} was not served within the bound after the order\n{}", run.told());
        assert!(run.last_epoch(unit) > 1_000, "{unit} may have granted what the survivor never saw\n{}", run.told());
    }
    assert_eq!(run.lost(), 0, "{}", run.told());
}

/// Whether the voter of a seat accepts values again, long after its return.
fn votes_again(run: &Run, unit: &str, seat: Seat) -> bool {
    let (unit, late) = (run.unit(unit), BACK + Span::minutes(5));
    run.facts().any(|(at, fact)| {
        matches!(*fact, Fact::VoterPersisted { unit: of, seat: by, record, .. }
            if of == unit && by == seat && at > late && record.get().members.electors() == 3)
    })
}

#[test]
fn a_lone_survivor_serves_again_by_an_operators_order_and_nothing_is_lost() {
    for run in runs("lone-survivor-founded-anew", SEEDS) {
        run.must_pass();
        amsterdam_serves_from_the_order_on(&run);
        let declared = |&(_, side, what): &(Span, Side, Announcement)| {
            side == Side::B && matches!(what, Announcement::LossDeclared { .. })
        };
        assert!(run.said("emea-1").iter().any(declared), "it cannot know that nothing is lost\n{}", run.told());
        for seat in Seat::ALL {
            assert!(votes_again(&run, "emea-1", seat), "the voter of {seat:?} stayed away\n{}", run.told());
        }
    }
}

/// In `sync-strict` the others cannot have gone `alone`: nothing is declared, and nothing is acknowledged on
/// one site.
#[test]
fn in_sync_strict_a_lone_survivor_holds_the_lease_and_waits_for_its_peer() {
    for run in varied("lone-survivor-founded-anew", &[("\"sync\"", "\"sync-strict\"")], 2) {
        run.must_keep_promises();
        assert_eq!(run.acknowledged_by("amsterdam", "emea-1", GONE + Span::secs(30), BACK), 0, "{}", run.told());
        let declared = |&(_, _, what): &(Span, Side, Announcement)| matches!(what, Announcement::LossDeclared { .. });
        assert!(!run.said("emea-1").iter().any(declared), "{}", run.told());
        assert_eq!((run.lost(), run.outcome.measurements.unfinished), (0, 0), "{}", run.told());
    }
}

#[test]
fn without_the_order_a_lone_survivor_refuses_for_good() {
    let never = [("order = \"refound\"", "order = \"forced\"")];
    for run in varied("lone-survivor-founded-anew", &never, 2) {
        run.must_keep_promises();
        let served = run.acknowledged_by("amsterdam", "emea-1", GONE + Span::secs(30), Span::minutes(40));
        assert_eq!(served, 0, "one vote of three took the lease\n{}", run.told());
    }
}

#[test]
fn an_old_holder_that_returns_after_the_founding_is_fenced() {
    for run in runs("old-holder-returns-after-refounding", SEEDS) {
        run.must_pass();
        amsterdam_serves_from_the_order_on(&run);
        assert!(votes_again(&run, "emea-1", Seat::A), "Dublin's voter stayed away\n{}", run.told());
        let asked = run.facts().any(|(at, fact)| {
            matches!(*fact, Fact::WriteReceived { datacenter, unit, .. }
                if at > BACK && datacenter == run.datacenter("dublin") && unit == run.unit("emea-1"))
        });
        assert!(asked, "nobody asked Dublin, so nothing was tested\n{}", run.told());
    }
}
