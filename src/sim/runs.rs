//! Whole runs of a small plan, with the shipped service.

use super::fixture;
use super::plan::{FaultKind, FaultPlan, Plan};
use super::world::{Ended, simulate};
use crate::facts::{Announcement, Digest, Dropped, Fact};
use crate::service::policy::Replication;
use crate::service::{Order, Shipped};
use crate::terms::{Boundary, CopyClass, Datacenter, Instant, Record, RecordKind, Refusal, Side, Span, Unit};
use std::sync::Arc;

const DUBLIN: Datacenter = Datacenter(0);
const AMSTERDAM: Datacenter = Datacenter(1);
const TEXAS: Datacenter = Datacenter(2);

type Facts = Vec<(Instant, Fact)>;

/// An hour of the morning, with these faults: kind, minute, and length in minutes (zero: none).
fn plan(faults: Vec<(FaultKind, u64, u64)>) -> Plan {
    let mut plan = fixture::plan();
    plan.start = plan.start + Span::hours(7);
    plan.duration = Span::hours(1);
    plan.population.drawn = 0;
    plan.population.tenants[0].users = 600;
    plan.population.abroad_ppm = 0;
    let start = plan.start;
    let fault = |(kind, minute, length)| FaultPlan {
        at: start + Span::minutes(minute),
        lasts: (length > 0).then(|| Span::minutes(length)),
        kind,
    };
    plan.faults = faults.into_iter().map(fault).collect();
    plan
}

fn run(plan: Plan) -> Ended<Facts> {
    simulate(&Arc::new(plan), Shipped, Vec::new())
}

fn count(ended: &Ended<Facts>, test: impl Fn(&Fact) -> bool) -> usize {
    ended.observer.iter().filter(|(_, fact)| test(fact)).count()
}

fn born(ended: &Ended<Facts>) -> usize {
    count(ended, |fact| matches!(fact, Fact::RecordBorn(birth) if birth.kind != RecordKind::CallMedia))
}

fn confirmed(ended: &Ended<Facts>) -> usize {
    count(ended, |fact| matches!(fact, Fact::Confirmed { .. }))
}

fn landed(ended: &Ended<Facts>, at: Datacenter, in_copy: CopyClass) -> usize {
    let here =
        |fact: &Fact| matches!(*fact, Fact::Landed { copy, datacenter, .. } if (copy, datacenter) == (in_copy, at));
    count(ended, here)
}

/// Every record that was not refused for good is confirmed in the end.
fn assert_all_served(ended: &Ended<Facts>) {
    let final_refusals = |fact: &Fact| matches!(fact, Fact::WriteRefused { refusal, .. } if !refusal.is_transient());
    assert_eq!(ended.unfinished, 0);
    assert_eq!(born(ended), confirmed(ended) + count(ended, final_refusals));
    assert!(confirmed(ended) > 100, "{}", confirmed(ended));
}

#[test]
fn on_a_quiet_morning_every_record_lands_once_at_each_site() {
    let ended = run(plan(vec![]));
    assert_all_served(&ended);
    assert_eq!(landed(&ended, DUBLIN, CopyClass::Log), confirmed(&ended));
    assert_eq!(landed(&ended, AMSTERDAM, CopyClass::Replica), confirmed(&ended));
    assert_eq!(count(&ended, |fact| matches!(fact, Fact::Queued { .. })), 0);
    assert!(count(&ended, |fact| matches!(fact, Fact::Read { .. })) > 50);
}

#[test]
fn the_digest_of_a_run_is_its_identity() {
    let digest = |seed| {
        let plan = Plan { seed, ..plan(vec![(FaultKind::Outage(vec![DUBLIN]), 20, 10)]) };
        simulate(&Arc::new(plan), Shipped, Digest::default()).observer.value()
    };
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn when_dublin_goes_dark_amsterdam_serves_and_dublin_catches_up() {
    for replication in [Replication::Async, Replication::Sync] {
        let mut plan = plan(vec![(FaultKind::Outage(vec![DUBLIN]), 20, 20)]);
        plan.policy.replication = replication;
        let ended = run(plan);
        assert_eq!(ended.fired, [1]);
        assert_all_served(&ended);
        assert!(landed(&ended, AMSTERDAM, CopyClass::Log) > 20);
        assert!(landed(&ended, DUBLIN, CopyClass::Replica) > 20);
        assert_eq!(landed(&ended, TEXAS, CopyClass::Log) + landed(&ended, TEXAS, CopyClass::Cache), 0);
    }
}

#[test]
fn an_acknowledged_record_that_was_cut_off_is_merged_back() {
    let isolate = FaultKind::Isolate { datacenter: DUBLIN, clients_reach: true };
    let ended = run(plan(vec![(isolate, 20, 10)]));
    assert_all_served(&ended);
    let cut: Vec<_> = records(&ended, |copy| copy == CopyClass::QuarantinedTail);
    assert!(!cut.is_empty());
    let logged = records(&ended, |copy| copy == CopyClass::Log);
    let twice = |record| logged.iter().filter(|&&(logged, _)| logged == record).count() >= 2;
    assert!(cut.iter().all(|&(record, _)| twice(record)));
}

fn records(ended: &Ended<Facts>, of: impl Fn(CopyClass) -> bool) -> Vec<(Record, Instant)> {
    let landed = ended.observer.iter().filter_map(|&(at, fact)| match fact {
        Fact::Landed { birth, copy, .. } if of(copy) => Some((birth.record, at)),
        _ => None,
    });
    landed.collect()
}

#[test]
fn with_both_sites_dark_clients_hold_their_outbox_and_drain_it_afterwards() {
    let ended = run(plan(vec![(FaultKind::Outage(vec![DUBLIN, AMSTERDAM]), 20, 20)]));
    assert_all_served(&ended);
    assert!(count(&ended, |fact| matches!(fact, Fact::Queued { .. })) > 20);
    assert_eq!(landed(&ended, TEXAS, CopyClass::Log) + landed(&ended, TEXAS, CopyClass::Cache), 0);
}

#[test]
fn a_lost_disk_is_filled_again_from_the_peer() {
    for lost in [DUBLIN, AMSTERDAM] {
        let ended = run(plan(vec![(FaultKind::StorageLoss { datacenter: lost, backups: false }, 30, 0)]));
        assert_eq!((ended.unfinished, &ended.fired[..]), (0, &[1][..]));
        let refilled =
            count(&ended, |fact| matches!(fact, Fact::RangeLanded { datacenter, .. } if *datacenter == lost));
        assert!(refilled > 0);
    }
}

#[test]
fn overlapping_faults_of_every_kind_leave_nothing_behind() {
    let faults = vec![
        (FaultKind::Outage(vec![DUBLIN]), 10, 10),
        (FaultKind::Outage(vec![DUBLIN, TEXAS]), 15, 10),
        (FaultKind::Pause(AMSTERDAM), 12, 1),
        (FaultKind::Pause(DUBLIN), 19, 9), // dark at that moment: it fires when the processes would run again
        (FaultKind::Partition(DUBLIN, AMSTERDAM), 28, 4),
        (FaultKind::PartitionOneWay(DUBLIN, TEXAS), 28, 0),
        (FaultKind::Isolate { datacenter: TEXAS, clients_reach: false }, 30, 0),
        (FaultKind::ClockOffset(DUBLIN, -5_000_000), 31, 5),
        (FaultKind::ClockDrift(AMSTERDAM, 150), 31, 0),
        (FaultKind::Surge(None, 3_000), 33, 10),
        (FaultKind::Degrade { a: DUBLIN, b: AMSTERDAM, loss_ppm: 50_000, delay: Span::millis(40) }, 40, 10),
        (FaultKind::ConfigPush { datacenter: TEXAS, serves: Boundary(0), label: Some(Boundary(0)) }, 45, 0),
        (FaultKind::Operator(Unit(0), Order::PlannedSwitchover), 50, 0),
        (FaultKind::StorageLoss { datacenter: TEXAS, backups: false }, 52, 0),
        (FaultKind::PauseUnit(AMSTERDAM, Unit(0)), 53, 1),
        (FaultKind::PauseUnit(AMSTERDAM, Unit(0)), 53, 0), // it stands still already: it fires a minute later
        (FaultKind::SlowDisk { datacenter: DUBLIN, unit: None, milli: 20_000 }, 52, 0),
        (FaultKind::SlowDisk { datacenter: DUBLIN, unit: Some(Unit(0)), milli: 3_000 }, 53, 1),
        (FaultKind::Cooling { datacenter: DUBLIN, to_ppm: 500_000, steps: 3, every: Span::secs(30) }, 54, 0),
    ];
    let ended = run(plan(faults));
    assert_eq!(ended.fired, [1; 19]);
    assert_all_served(&ended);
    let began = |fact: &Fact| matches!(fact, Fact::FaultBegan { .. });
    let over = |fact: &Fact| matches!(fact, Fact::FaultEnded { .. });
    assert_eq!((count(&ended, began), count(&ended, over)), (19, 16));
}

/// What the facts say last of disks and rates is that they are whole.
#[test]
fn what_was_slow_is_as_quick_as_before_when_the_fault_is_over() {
    let slow = FaultKind::SlowDisk { datacenter: DUBLIN, unit: None, milli: 100_000 };
    let hot = FaultKind::Cooling { datacenter: DUBLIN, to_ppm: 100_000, steps: 4, every: Span::minutes(2) };
    let ended = run(plan(vec![(slow, 10, 10), (hot, 10, 20)]));
    assert_all_served(&ended);
    let flushes = ended.observer.iter().filter_map(|(_, fact)| match *fact {
        Fact::Disk { flush, .. } => Some(flush),
        _ => None,
    });
    let shares = ended.observer.iter().filter_map(|(_, fact)| match *fact {
        Fact::Capacity { share_ppm, .. } => Some(share_ppm),
        _ => None,
    });
    assert_eq!(flushes.collect::<Vec<_>>(), [Span::millis(100), Span::millis(1)]);
    assert_eq!(shares.collect::<Vec<_>>(), [775_000, 550_000, 325_000, 100_000, 1_000_000]);
}

#[test]
fn what_has_its_turn_when_a_datacenter_is_cool_again_goes_on_at_its_full_rate() {
    let hot = FaultKind::Cooling { datacenter: DUBLIN, to_ppm: 1, steps: 1, every: Span::ZERO };
    let ended = run(plan(vec![(hot, 10, 10)]));
    let cool = |fact: &Fact| matches!(fact, Fact::Capacity { share_ppm: 1_000_000, .. });
    let place = ended.observer.iter().position(|(_, fact)| cool(fact)).unwrap();
    let turn = |fact: &Fact| match *fact {
        Fact::Dropped(Dropped { datacenter, .. }) | Fact::WriteReceived { datacenter, .. } => datacenter == DUBLIN,
        _ => false,
    };
    let (since, waited) = (ended.observer[place].0, &ended.observer[place..]);
    let (first, _) = waited.iter().find(|(_, fact)| turn(fact)).unwrap();
    assert!(*first - since < Span::secs(1), "the first turn ends {} later", *first - since);
}

#[test]
fn a_site_that_stood_still_has_the_map_that_it_took_and_not_the_one_that_it_refused() {
    let offer = |datacenter| FaultKind::ConfigPush { datacenter, serves: Boundary(0), label: Some(Boundary(0)) };
    let ended = run(plan(vec![(FaultKind::Pause(DUBLIN), 10, 5), (offer(AMSTERDAM), 11, 0), (offer(TEXAS), 12, 0)]));
    let answered =
        |wanted| count(&ended, |fact| matches!(fact, Fact::Announced { announcement, .. } if *announcement == wanted));
    assert_eq!([Announcement::MapAdopted, Announcement::MapRefused].map(answered), [2, 2]);
    let astray = |fact: &Fact| matches!(fact, Fact::CandidatesListed { candidates, .. } if candidates.contains(TEXAS));
    assert_eq!(count(&ended, astray), 0);
}

#[test]
fn a_site_that_loses_its_power_before_it_takes_a_map_fetches_it_when_it_boots() {
    let offer = FaultKind::ConfigPush { datacenter: AMSTERDAM, serves: Boundary(0), label: Some(Boundary(0)) };
    let (pause, outage) = (FaultKind::Pause(DUBLIN), FaultKind::Outage(vec![DUBLIN]));
    let ended = run(plan(vec![(pause, 10, 3), (offer, 11, 0), (outage, 12, 5)]));
    let adopts =
        |fact: &Fact| matches!(fact, Fact::Announced { side: Side::A, announcement: Announcement::MapAdopted, .. });
    let adopted: Vec<_> = ended.observer.iter().filter(|(_, fact)| adopts(fact)).map(|&(at, _)| at).collect();
    assert_eq!(adopted.len(), 1);
    assert!(adopted[0] >= fixture::plan().start + Span::minutes(17), "{adopted:?}");
}

/// Who breaks something that is broken already, and for how long: one that is over before, or together with what
/// broke it, changed nothing; one that lasts longer took effect when it alone kept it broken.
#[test]
fn a_fault_that_only_prolongs_another_fires_when_it_alone_is_left() {
    let isolate = || FaultKind::Isolate { datacenter: DUBLIN, clients_reach: true };
    let behind_closed_doors = || FaultKind::Isolate { datacenter: DUBLIN, clients_reach: false };
    let hot = FaultKind::Cooling { datacenter: DUBLIN, to_ppm: 500_000, steps: 3, every: Span::secs(30) };
    let pairs = [
        (FaultKind::Outage(vec![DUBLIN]), FaultKind::Outage(vec![DUBLIN])),
        (FaultKind::Pause(DUBLIN), FaultKind::Pause(DUBLIN)),
        (FaultKind::Pause(DUBLIN), FaultKind::PauseUnit(DUBLIN, Unit(0))),
        (FaultKind::PauseUnit(DUBLIN, Unit(0)), FaultKind::PauseUnit(DUBLIN, Unit(0))),
        (FaultKind::Partition(DUBLIN, AMSTERDAM), FaultKind::PartitionOneWay(AMSTERDAM, DUBLIN)),
        (isolate(), FaultKind::Partition(DUBLIN, AMSTERDAM)),
        (behind_closed_doors(), isolate()),
        (behind_closed_doors(), behind_closed_doors()),
        (FaultKind::Outage(vec![DUBLIN]), FaultKind::Pause(DUBLIN)),
        (FaultKind::Outage(vec![DUBLIN]), hot),
    ];
    for (first, second) in pairs {
        for (length, fires) in [(4, 0), (15, 0), (30, 1)] {
            let ended = run(plan(vec![(first.clone(), 20, 20), (second.clone(), 25, length)]));
            assert_eq!(ended.fired, [1, fires], "{second:?} for {length} minutes within {first:?}");
            let began = count(&ended, |fact| matches!(fact, Fact::FaultBegan { .. }));
            let over = count(&ended, |fact| matches!(fact, Fact::FaultEnded { .. }));
            assert_eq!((began, over), (1 + fires as usize, 1 + fires as usize), "{second:?} for {length} minutes");
            assert_all_served(&ended);
        }
    }
}

/// Neither of two that are on together keeps it dark by itself. Nor does one that is healed as the first is.
#[test]
fn a_fault_that_is_never_alone_does_not_fire() {
    let dark = || FaultKind::Outage(vec![DUBLIN]);
    assert_eq!(run(plan(vec![(dark(), 10, 10), (dark(), 15, 10), (dark(), 15, 20)])).fired, [1, 0, 1]);
    assert_eq!(run(plan(vec![(dark(), 30, 0), (dark(), 40, 0)])).fired, [1, 0]);
}

/// Amsterdam and Texas tell each other nothing while Dublin holds the lease; a disk without power writes nothing;
/// a forced failover waits for a lease that does not lapse.
#[test]
fn a_fault_that_is_in_nobodys_way_has_no_effect() {
    let dark = || FaultKind::Outage(vec![AMSTERDAM]);
    let slow = |datacenter| FaultKind::SlowDisk { datacenter, unit: None, milli: 9_000 };
    let worse = |b, loss_ppm, delay| FaultKind::Degrade { a: AMSTERDAM, b, loss_ppm, delay };
    let cases = [
        (vec![(FaultKind::Partition(AMSTERDAM, TEXAS), 10, 2)], vec![0]),
        (vec![(FaultKind::Partition(AMSTERDAM, DUBLIN), 10, 2)], vec![1]),
        (vec![(worse(TEXAS, 300_000, Span::secs(1)), 10, 2)], vec![0]),
        (vec![(worse(DUBLIN, 300_000, Span::ZERO), 10, 2)], vec![1]),
        (vec![(worse(DUBLIN, 0, Span::millis(40)), 10, 2)], vec![1]),
        (vec![(dark(), 10, 10), (slow(AMSTERDAM), 12, 2)], vec![1, 0]),
        (vec![(slow(AMSTERDAM), 12, 2)], vec![1]),
        (vec![(FaultKind::Operator(Unit(0), Order::ForcedFailover), 20, 0)], vec![0]),
        (vec![(FaultKind::Operator(Unit(0), Order::PlannedSwitchover), 20, 0)], vec![1]),
    ];
    for (faults, fired) in cases {
        assert_eq!(run(plan(faults.clone())).fired, fired, "{faults:?}");
    }
}

#[test]
fn a_store_that_was_lost_and_filled_again_may_take_over() {
    let ended = run(plan(vec![
        (FaultKind::StorageLoss { datacenter: AMSTERDAM, backups: false }, 10, 0),
        (FaultKind::StorageLoss { datacenter: DUBLIN, backups: false }, 25, 0),
    ]));
    assert_eq!(ended.unfinished, 0);
    assert!(landed(&ended, AMSTERDAM, CopyClass::Log) > 20);
}

#[test]
fn two_voters_that_lost_their_disks_at_once_leave_refusals_and_no_storm() {
    let quiet = run(plan(vec![]));
    let lost = [AMSTERDAM, TEXAS].map(|lost| (FaultKind::StorageLoss { datacenter: lost, backups: false }, 50, 0));
    let ended = run(plan(lost.into()));
    let no_majority = |fact: &Fact| matches!(fact, Fact::WriteRefused { refusal: Refusal::NoMajority, .. });
    assert!(count(&ended, no_majority) > 0 && ended.unfinished > 0);
    assert!(ended.events < quiet.events * 20, "{} against {}", ended.events, quiet.events);
}

/// What came to rest on backup media: where, and through which index.
fn backed_up(ended: &Ended<Facts>) -> Vec<(Datacenter, u64)> {
    let runs = ended.observer.iter().filter_map(|&(_, fact)| match fact {
        Fact::RangeLanded { copy: CopyClass::Backup, datacenter, last, .. } => Some((datacenter, last)),
        _ => None,
    });
    runs.collect()
}

#[test]
fn the_peer_backs_up_on_schedule_what_is_new_and_the_holder_while_it_is_alone() {
    let mut plan = plan(vec![(FaultKind::Outage(vec![AMSTERDAM]), 30, 0)]);
    plan.policy.backup_every = Some(Span::minutes(10));
    let ended = run(plan);
    let written = backed_up(&ended);
    let finished = count(&ended, |fact| matches!(fact, Fact::BackedUp { .. }));
    assert!((5..=8).contains(&finished), "{finished}");
    let by_peer = written.iter().filter(|&&(at, _)| at == AMSTERDAM).map(|&(_, last)| last);
    assert!(by_peer.clone().is_sorted() && by_peer.count() >= 3, "{written:?}");
    let by_holder: Vec<_> = written.iter().filter(|&&(at, _)| at == DUBLIN).collect();
    assert!(!by_holder.is_empty() && written.iter().all(|&(at, _)| at != TEXAS), "{written:?}");
}

#[test]
fn backups_cost_an_ordinary_run_next_to_nothing() {
    let events = |every| {
        let mut plan = plan(vec![]);
        plan.policy.backup_every = every;
        run(plan).events
    };
    let (with, without) = (events(Some(Span::minutes(30))), events(None));
    assert!(with < without + without / 500, "{with} against {without}");
}
