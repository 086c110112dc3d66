//! Claims about what facts are folded into.

use super::{Announcement, DatacenterSetup, Measured, Metric, Metrics, MetricsSetup, Scope, UnitSetup};
use crate::facts::{Fact, Observer, Reread};
use crate::terms::{
    AppVersion, Birth, Boundary, Bytes, Conversation, CopyClass, Country, Datacenter, Epoch, Instant, Network,
    Position, Record, RecordKind, Refusal, Side, Span, Tenant, Unit, User,
};

const UNIT: Unit = Unit(0);
const A: Datacenter = Datacenter(0);
const B: Datacenter = Datacenter(1);
const WITNESS: Datacenter = Datacenter(2);

/// One unit at A and B, which both serve the first boundary; the witness stands in the second.
struct Run {
    metrics: Metrics,
    epoch: u32,
    written: u64,
}

fn secs(secs: u64) -> Instant {
    Instant::ZERO + Span::secs(secs)
}

pub(super) fn birth(record: u64, born: Instant) -> Birth {
    Birth {
        record: Record(record),
        tenant: Tenant(0),
        conversation: Conversation(0),
        author: User(0),
        creator: Country::parse("DE").expect("two capital letters"),
        network: Network::default(),
        app: AppVersion(300),
        kind: RecordKind::Message,
        with: Record(record),
        followers: 0,
        size: Bytes(1),
        born,
    }
}

impl Run {
    fn started() -> Self {
        let boundaries = [0, 0, 1].map(Boundary);
        let setup = MetricsSetup {
            duration: Span::hours(1),
            boundaries: 2,
            datacenters: boundaries.map(|boundary| DatacenterSetup { boundary, rate: 100 }).to_vec(),
            units: vec![UnitSetup { boundary: Boundary(0), sites: [A, B], witness: WITNESS }],
            followed: 1,
            ..MetricsSetup::default()
        };
        let mut run = Self { metrics: Metrics::new(setup), epoch: 0, written: 0 };
        run.promoted(0, Side::A);
        run
    }

    fn says(&mut self, at: u64, fact: Fact) {
        self.metrics.observe(secs(at), &fact);
    }

    fn announces(&mut self, at: u64, side: Side, announcement: Announcement) {
        self.says(at, Fact::Announced { unit: UNIT, side, announcement });
    }

    fn promoted(&mut self, at: u64, side: Side) {
        self.epoch += 1;
        let end = Position::default();
        self.announces(at, side, Announcement::Promoted { epoch: Epoch(self.epoch), end });
    }

    /// A write that is acknowledged under the latest epoch.
    fn writes(&mut self, at: u64, datacenter: Datacenter) {
        self.written += 1;
        let (birth, epoch) = (birth(self.written, secs(at)), Epoch(self.epoch));
        let position = Position { epoch, index: self.written };
        self.says(at, Fact::Landed { birth, copy: CopyClass::Log, datacenter, unit: UNIT, position });
        self.says(at, Fact::Acknowledged { birth, unit: UNIT, datacenter, epoch, position });
    }

    fn link(&mut self, at: u64, between: (Datacenter, Datacenter), up: bool) {
        let (from, to) = between;
        self.says(at, Fact::Link { from, to, up });
        self.says(at, Fact::Link { from: to, to: from, up });
    }

    fn value(self, metric: Metric) -> Option<Measured> {
        self.metrics.finish().value(metric, Scope::Everything)
    }
}

#[test]
fn a_cut_that_the_holder_serves_through_is_no_interruption() {
    let mut run = Run::started();
    run.writes(1, A);
    run.link(10, (A, B), false);
    run.writes(20, A);
    run.link(53, (A, B), true);
    run.writes(54, A);
    assert_eq!(run.metrics.clone().finish().failovers, []);
    assert_eq!(run.value(Metric::Rto), None);
}

#[test]
fn an_isolated_holder_that_serves_to_its_lease_end_counts_from_the_cut() {
    let mut run = Run::started();
    run.link(10, (A, B), false);
    run.link(10, (A, WITNESS), false);
    run.writes(20, A);
    run.announces(39, Side::A, Announcement::SteppedDown { epoch: Epoch(1) });
    run.promoted(50, Side::B);
    run.writes(51, B);
    let measured = run.metrics.clone().finish();
    assert_eq!(measured.failovers[0].missing, 1);
    assert_eq!(run.value(Metric::Rto), Some(Measured::Micros(40_000_000)));
}

#[test]
fn a_long_harmless_cut_is_not_counted_into_a_later_outage() {
    let mut run = Run::started();
    run.link(10, (A, WITNESS), false);
    run.writes(1_000, A);
    run.says(2_000, Fact::Power { datacenter: A, on: false });
    run.promoted(2_040, Side::B);
    run.writes(2_041, B);
    assert_eq!(run.value(Metric::Rto), Some(Measured::Micros(40_000_000)));
}

#[test]
fn a_pause_without_failover_is_an_interruption() {
    let mut run = Run::started();
    run.says(10, Fact::Paused { datacenter: A, paused: true });
    run.says(13, Fact::Paused { datacenter: A, paused: false });
    run.writes(14, A);
    assert_eq!(run.metrics.clone().finish().failovers, []);
    assert_eq!(run.value(Metric::Rto), Some(Measured::Micros(3_000_000)));
}

#[test]
fn an_interruption_that_never_ends_counts_to_the_end() {
    let mut run = Run::started();
    run.says(10, Fact::Power { datacenter: A, on: false });
    run.says(3_600, Fact::Ended { unfinished: 1 });
    assert_eq!(run.value(Metric::Rto), Some(Measured::Micros(3_590_000_000)));
}

#[test]
fn silence_is_no_interruption_once_a_site_has_the_lease() {
    let mut run = Run::started();
    run.says(10, Fact::Power { datacenter: A, on: false });
    run.promoted(50, Side::B);
    let first_write_at = |at: u64| {
        let mut run = Run { metrics: run.metrics.clone(), ..run };
        run.writes(at, B);
        run.value(Metric::Rto)
    };
    assert_eq!(first_write_at(3_000), Some(Measured::Micros(40_000_000)));
    let mut awaited = Run { metrics: run.metrics.clone(), ..run };
    awaited.says(51, Fact::Queued { birth: birth(9, secs(51)), unit: UNIT });
    awaited.writes(60, B);
    assert_eq!(awaited.value(Metric::Rto), Some(Measured::Micros(50_000_000)));
    run.says(100, Fact::Power { datacenter: A, on: true });
    let mut handed_back = Run { metrics: run.metrics.clone(), ..run };
    handed_back.announces(900, Side::B, Announcement::HandedOver);
    handed_back.promoted(901, Side::A);
    assert_eq!(handed_back.value(Metric::Rto), Some(Measured::Micros(40_000_000)));
    run.says(2_000, Fact::Power { datacenter: B, on: false });
    run.promoted(2_060, Side::A);
    run.says(3_600, Fact::Ended { unfinished: 0 });
    assert_eq!(run.metrics.clone().finish().interruptions.len(), 2);
    assert_eq!(run.value(Metric::Rto), Some(Measured::Micros(60_000_000)));
}

#[test]
fn an_idle_holder_that_stood_still_is_back_when_it_moves_unless_its_lease_ran_out() {
    for (lapsed, rto) in [(false, 3), (true, 33)] {
        let mut run = Run::started();
        run.says(10, Fact::Paused { datacenter: A, paused: true });
        run.says(13, Fact::Paused { datacenter: A, paused: false });
        if lapsed {
            run.announces(13, Side::A, Announcement::SteppedDown { epoch: Epoch(1) });
            run.promoted(43, Side::A);
        }
        run.says(3_600, Fact::Ended { unfinished: 0 });
        assert_eq!(run.value(Metric::Rto), Some(Measured::Micros(rto * 1_000_000)));
    }
}

#[test]
fn a_planned_switchover_is_a_failover_without_interruption() {
    let mut run = Run::started();
    run.announces(10, Side::A, Announcement::SwitchoverBegan);
    run.announces(11, Side::A, Announcement::HandedOver);
    run.promoted(12, Side::B);
    run.writes(13, B);
    let measured = run.metrics.clone().finish();
    assert!(measured.failovers[0].planned && measured.failovers[0].onset == Some(secs(10)));
    assert_eq!(measured.value(Metric::Failovers, Scope::Boundary(Boundary(0))), Some(Measured::Count(1)));
    assert_eq!(run.value(Metric::Rto), None);
}

/// From when the holder takes no writes until the peer does, however long nobody comes to write.
#[test]
fn silence_is_no_part_of_a_planned_switchover() {
    let mut run = Run::started();
    run.announces(5, Side::A, Announcement::SwitchoverPlanned);
    run.announces(10, Side::A, Announcement::SwitchoverBegan);
    run.announces(11, Side::A, Announcement::HandedOver);
    run.promoted(12, Side::B);
    let pause = |run: Run| run.value(Metric::SwitchoverPause);
    let served = |awaited: bool| {
        let mut run = Run { metrics: run.metrics.clone(), ..run };
        if awaited {
            run.says(11, Fact::Queued { birth: birth(9, secs(11)), unit: UNIT });
        }
        run.writes(900, B);
        pause(run)
    };
    assert_eq!((served(false), served(true)), (Some(Measured::Micros(2_000_000)), Some(Measured::Micros(890_000_000))));
    let unserved = Run { metrics: run.metrics.clone(), ..run };
    assert_eq!(pause(unserved), Some(Measured::Micros(2_000_000)));
    run.says(100, Fact::Power { datacenter: B, on: false });
    run.writes(300, B);
    assert_eq!(pause(run), Some(Measured::Micros(2_000_000)), "the outage that follows is none of it");
}

/// What was taken before a switchover is acknowledged while it drains; what is refused meanwhile has to wait.
#[test]
fn a_switchover_that_is_given_up_paused_writes_too() {
    let mut run = Run::started();
    run.announces(10, Side::A, Announcement::SwitchoverBegan);
    run.writes(11, A);
    run.says(12, Fact::Queued { birth: birth(9, secs(12)), unit: UNIT });
    let mut struck = Run { metrics: run.metrics.clone(), ..run };
    struck.says(13, Fact::Power { datacenter: A, on: false });
    struck.promoted(50, Side::B);
    struck.writes(51, B);
    assert_eq!(struck.value(Metric::SwitchoverPause), Some(Measured::Micros(3_000_000)), "then it was the fault");
    run.announces(15, Side::A, Announcement::SwitchoverCancelled);
    run.writes(17, A);
    assert_eq!(run.metrics.clone().finish().failovers, []);
    assert_eq!(run.value(Metric::SwitchoverPause), Some(Measured::Micros(7_000_000)));
}

#[test]
fn an_outbox_counts_a_write_once_however_often_it_waits() {
    let mut run = Run::started();
    let birth = birth(9, secs(1));
    for at in 2..5 {
        run.says(at, Fact::Queued { birth, unit: UNIT });
    }
    run.says(7, Fact::Confirmed { birth, unit: UNIT });
    let measured = run.metrics.finish();
    assert_eq!((measured.writes.whole.queued, measured.writes.whole.outbox_peak), (1, 1));
    assert_eq!(measured.latency.p50 / 10_000, 600, "three digits of six seconds");
}

#[test]
fn a_final_refusal_empties_the_outbox_and_a_transient_one_does_not() {
    for (refusal, waiting) in [(Refusal::UpdateApp, 0), (Refusal::BoundaryDark, 1)] {
        let mut run = Run::started();
        let birth = birth(9, secs(1));
        run.says(2, Fact::Queued { birth, unit: UNIT });
        run.says(3, Fact::WriteRefused { birth, unit: Some(UNIT), site: None, refusal, queue: 0 });
        run.says(3_600, Fact::Ended { unfinished: waiting });
        assert_eq!(run.metrics.clone().finish().writes.whole.outbox_series.last(), Some(&waiting));
        assert_eq!(run.value(Metric::RefusedForResidence), Some(Measured::Count(1)));
    }
}

#[test]
fn a_landing_outside_the_units_boundary_is_counted_where_it_is() {
    let mut run = Run::started();
    run.writes(1, A);
    let (birth, position) = (birth(1, secs(1)), Position::default());
    run.says(2, Fact::Landed { birth, copy: CopyClass::Cache, datacenter: WITNESS, unit: UNIT, position });
    let measured = run.metrics.finish();
    let outside = |scope| measured.value(Metric::LandingsOutside, scope);
    assert_eq!(outside(Scope::Everything), Some(Measured::Count(1)));
    assert_eq!(outside(Scope::Datacenter(WITNESS)), Some(Measured::Count(1)));
    assert_eq!(outside(Scope::Boundary(Boundary(1))), Some(Measured::Count(0)), "it is the first one's data");
}

#[test]
fn a_lost_disk_holds_nothing_until_it_is_filled_again() {
    use super::Workload::Chats;
    let mut run = Run::started();
    (1..=4).for_each(|at| run.writes(at, A));
    let resting = |run: &Run, copy| run.metrics.clone().finish().landings.resting(Tenant(0), Chats, copy, A);
    assert_eq!(resting(&run, CopyClass::Log), 4);
    run.says(5, Fact::StorageLost { unit: UNIT, side: Side::A, datacenter: A });
    assert_eq!((resting(&run, CopyClass::Log), resting(&run, CopyClass::Replica)), (0, 0));
    let (copy, epoch) = (CopyClass::Replica, Epoch(1));
    run.says(6, Fact::RangeLanded { copy, datacenter: A, unit: UNIT, epoch, first: 1, last: 4 });
    assert_eq!(resting(&run, CopyClass::Replica), 4);
}

#[test]
fn what_a_founder_declares_before_it_has_the_lease_is_of_its_own_takeover() {
    let declared = |founded: bool| {
        let mut run = Run::started();
        run.writes(1, A);
        run.promoted(2, Side::A);
        if founded {
            run.announces(5, Side::B, Announcement::Refounded { epoch: Epoch(1_001) });
        }
        run.announces(5, Side::B, Announcement::LossDeclared { at_most: Span::secs(9) });
        run.promoted(6, Side::B);
        run.metrics.finish().failovers.last().and_then(|failover| failover.declared)
    };
    assert_eq!((declared(true), declared(false)), (Some(Span::secs(9)), None));
}

#[test]
fn a_reseed_lasts_from_the_first_old_record_until_the_peer_has_caught_up() {
    let mut run = Run::started();
    let reread = |datacenter, records| Fact::Reread(Reread { unit: UNIT, datacenter, records, requests: 0 });
    run.announces(1, Side::A, Announcement::PeerCaughtUp);
    run.says(10, reread(A, 100));
    run.says(12, reread(A, 50));
    run.announces(14, Side::B, Announcement::PeerCaughtUp);
    run.announces(15, Side::A, Announcement::PeerCaughtUp);
    run.says(20, reread(A, 7));
    run.promoted(26, Side::B);
    run.says(30, reread(B, 1));
    run.says(40, Fact::Ended { unfinished: 0 });
    let measured = run.metrics.finish();
    let value = |metric, scope| measured.value(metric, scope);
    let told: Vec<_> = measured.reseeds.iter().map(|one| (one.from, one.to, one.records, one.ended)).collect();
    assert_eq!(told, [(A, B, 150, Some(secs(15))), (A, B, 7, Some(secs(26))), (B, A, 1, None)]);
    assert_eq!(value(Metric::Reseeded, Scope::Everything), Some(Measured::Count(158)));
    assert_eq!(value(Metric::Reseeded, Scope::Datacenter(A)), Some(Measured::Count(157)));
    assert_eq!(value(Metric::ReseedDuration, Scope::Unit(UNIT)), Some(Measured::Micros(10_000_000)));
    assert_eq!(value(Metric::ReseedDuration, Scope::Datacenter(B)), Some(Measured::Micros(6_000_000)));
    assert_eq!(value(Metric::ReseedDuration, Scope::Boundary(Boundary(1))), None);
}
