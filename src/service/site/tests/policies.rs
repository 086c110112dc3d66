//! Who starts a failover, what it may cost, and how often it may be repeated.

use super::*;
use crate::service::command::CopyCommand;
use crate::terms::CopyClass;

/// Nobody fails back unless a test says so.
fn base() -> Policy {
    Policy { failback: Initiative::Manual, ..Policy::default() }
}

fn planned() -> SiteInput {
    SiteInput::Order(Order::PlannedSwitchover)
}

fn forced() -> SiteInput {
    SiteInput::Order(Order::ForcedFailover)
}

impl Bench {
    pub(super) fn has_said(&self, wanted: Announcement) -> bool {
        self.said.iter().any(|&(_, said)| said == wanted)
    }

    /// What becomes of the files of a class when an operator orders one of side A.
    fn files_touched_by(&mut self, order: Order, of: CopyClass) -> Vec<&'static str> {
        let (now, mut effects) = (self.local(), Vec::new());
        self.sites[0].as_mut().unwrap().step(now, SiteInput::Order(order), &mut effects);
        let touched = effects.iter().filter_map(|effect| match effect {
            SiteEffect::Copies(CopyCommand::Delete(class)) if *class == of => Some("deleted"),
            SiteEffect::Copies(CopyCommand::Make { class, .. }) if *class == of => Some("made"),
            _ => None,
        });
        let touched = touched.collect();
        for effect in effects {
            self.carry_out(Side::A, effect);
        }
        touched
    }

    pub(super) fn log_of(history: &[(u32, Index)], end: Index) -> DurableLog {
        let history: Vec<_> = history.iter().map(|&(epoch, first)| (Epoch(epoch), first)).collect();
        let fence = history.last().map_or(Epoch(0), |&(epoch, _)| epoch);
        DurableLog { history, end, fence, ..DurableLog::default() }
    }
}

#[test]
fn manual_failover_waits_for_an_operator() {
    let mut bench = Bench::under(Policy { failover: Initiative::Manual, ..base() });
    assert!(acknowledged(bench.write(Side::A)));
    bench.sites[0] = None;
    bench.run(Span::hours(2));
    assert_eq!(bench.serving(), [], "neither the lapse nor the grace period is an order");
    bench.step(Side::B, forced());
    bench.run(bench.policy.rto_bound());
    assert_eq!(bench.serving(), [Side::B]);
}

#[test]
fn disabled_failover_refuses_an_operator_too() {
    let mut bench = Bench::under(Policy { failover: Initiative::Disabled, ..base() });
    bench.step(Side::A, planned());
    bench.run(Span::secs(5));
    assert_eq!(bench.serving(), [Side::A]);
    bench.sites[0] = None;
    bench.step(Side::B, forced());
    bench.run(Span::hours(2));
    assert_eq!(bench.serving(), []);
    assert_eq!(bench.said.iter().filter(|&&(_, said)| said == Announcement::OrderRefused).count(), 2);
}

#[test]
fn an_order_for_the_other_site_is_refused() {
    let mut bench = Bench::new(Replication::Async);
    bench.step(Side::B, planned());
    bench.step(Side::A, forced());
    bench.run(Span::minutes(2));
    assert_eq!((bench.serving(), bench.register().epoch), (vec![Side::A], Epoch(1)));
    assert!(bench.has_said(Announcement::OrderRefused));
}

#[test]
fn a_force_that_found_the_holder_alive_does_not_strike_in_the_next_outage() {
    let mut bench = Bench::new(Replication::Async);
    bench.cut = true;
    assert!(acknowledged(bench.write(Side::A)));
    bench.run(Span::secs(10));
    assert_eq!(bench.register().mode, Mode::Alone);
    bench.step(Side::B, forced());
    bench.run(bench.policy.rto_bound());
    assert_eq!(bench.serving(), [Side::A], "force waives the test of the mode, never the wait for the lease");
    bench.sites[0] = None;
    bench.run(Span::minutes(30));
    assert_eq!(bench.serving(), [], "only Dublin has what it acknowledged alone");
    assert!(bench.has_said(Announcement::OrderExpired));
}

#[test]
fn a_force_does_not_outlast_the_epoch_that_it_was_given_under() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.cut = true;
    bench.run(Span::secs(10));
    assert!(acknowledged(bench.write(Side::A)), "alone");
    bench.sites[0] = None;
    bench.run(Span::secs(1));
    bench.step(Side::B, forced());
    bench.boot(Side::A, Bench::log_of(&[(1, 1)], 2));
    bench.run(Span::secs(1));
    assert_eq!((bench.serving(), bench.register().epoch), (vec![Side::A], Epoch(2)), "the holder is back in time");
    bench.sites[0] = None;
    bench.run(bench.policy.rto_bound());
    assert!(bench.has_said(Announcement::OrderExpired));
    assert_eq!(bench.serving(), [], "nobody has ordered to do without what it acknowledged since");
}

#[test]
fn neither_limit_of_the_lag_is_passed_while_replicated_stands() {
    for most in [1, 4, 7] {
        let mut bench = Bench::under(Policy {
            maximum_lag_on_failover: Span::minutes(10),
            maximum_lag_records: Some(most),
            ..base()
        });
        assert!(acknowledged(bench.write(Side::A)), "a peer that keeps up costs nothing");
        bench.cut = true;
        bench.unheard = vec![Seat::B, Seat::Witness];
        let sent = (0..12).filter(|_| acknowledged(bench.write(Side::A))).count() as u64;
        assert_eq!(sent, most, "without a majority nobody may write `alone`");
    }
}

#[test]
fn the_register_says_alone_before_the_lag_in_records_is_used_up() {
    let lag = Policy { maximum_lag_records: Some(4), ..base() };
    let mut bench = Bench::under(Policy { maximum_lag_on_failover: Span::minutes(10), ..lag });
    bench.cut = true;
    for _ in 0..9 {
        assert!(acknowledged(bench.write(Side::A)), "nothing is refused for it");
    }
    assert_eq!(bench.register().mode, Mode::Alone);
    bench.cut = false;
    bench.run(Span::secs(30));
    assert_eq!(bench.register().mode, Mode::Replicated);
}

#[test]
fn what_was_written_and_acknowledged_to_nobody_does_not_use_up_the_lag_in_records_for_ever() {
    let lag = Policy { maximum_lag_records: Some(3), ..base() };
    let mut bench = Bench::under(Policy { maximum_lag_on_failover: Span::minutes(10), ..lag });
    assert!(acknowledged(bench.write(Side::A)));
    (bench.cut, bench.unheard) = (true, vec![Seat::B, Seat::Witness]);
    (0..5).for_each(|_| bench.send_write(Side::A));
    // They are durable when their clients have been refused.
    let flushed = std::mem::take(&mut bench.mail);
    bench.run(bench.policy.ttl);
    assert!(bench.serving().is_empty());
    bench.mail.extend(flushed);
    bench.sites[1] = None;
    bench.unheard = vec![Seat::B];
    bench.run(bench.policy.ttl);
    bench.write(Side::A);
    bench.run(bench.policy.peer_timeout + Span::secs(1));
    assert!(bench.answers.iter().any(|&(_, response)| acknowledged(Some(response))), "{:?}", bench.answers);
    assert_eq!(bench.register().mode, Mode::Alone);
}

#[test]
fn a_holder_that_restarts_is_alone_as_long_as_its_peer_may_lack_what_it_acknowledged() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.run(Span::minutes(1));
    bench.cut = true;
    bench.boot(Side::A, Bench::log_of(&[(1, 1)], 1));
    bench.run(Span::secs(1));
    assert_eq!((bench.register().epoch, bench.register().mode), (Epoch(2), Mode::Replicated), "all is on both");
    assert!(acknowledged(bench.write(Side::A)));
    bench.boot(Side::A, Bench::log_of(&[(1, 1), (2, 2)], 2));
    bench.run(Span::secs(1));
    assert_eq!((bench.register().epoch, bench.register().mode), (Epoch(3), Mode::Alone));
    assert!(acknowledged(bench.write(Side::A)), "nothing is refused for it");
    bench.cut = false;
    bench.run(Span::secs(30));
    assert_eq!(bench.register().mode, Mode::Replicated);
}

#[test]
fn the_last_sync_time_is_that_of_the_oldest_record_which_the_peer_lacks() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.cut = true;
    bench.run(Span::secs(20));
    let before = bench.local().wall;
    assert!(acknowledged(bench.write(Side::A)));
    bench.run(Span::minutes(5));
    let told = bench.register().last_sync;
    assert!(before <= told && told <= before + Span::secs(1), "{told:?} is not just after {before:?}");
    bench.cut = false;
    bench.run(Span::minutes(1));
    assert!(bench.local().wall.since(bench.register().last_sync) <= bench.policy.loop_wait + Span::secs(1));
}

#[test]
fn a_switchover_to_a_peer_that_is_out_of_reach_refuses_nobody() {
    let mut bench = Bench::new(Replication::Async);
    bench.cut = true;
    assert!(acknowledged(bench.write(Side::A)));
    bench.step(Side::A, planned());
    for _ in 0..40 {
        assert!(acknowledged(bench.write(Side::A)));
    }
    assert!(bench.has_said(Announcement::SwitchoverPlanned) && bench.has_said(Announcement::SwitchoverCancelled));
    assert!(!bench.has_said(Announcement::SwitchoverBegan));
    assert_eq!(bench.serving(), [Side::A]);
}

#[test]
fn a_peer_that_is_not_certified_is_handed_nothing() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.mute = true;
    bench.boot(Side::B, DurableLog { uncertified: true, incarnation: Incarnation(1), ..DurableLog::default() });
    bench.run(Span::secs(1));
    bench.step(Side::A, planned());
    bench.run(Span::secs(40));
    assert!(!bench.has_said(Announcement::HandedOver) && bench.has_said(Announcement::SwitchoverCancelled));
}

#[test]
fn a_switchover_refuses_no_write_for_longer_than_its_bound() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.step(Side::A, planned());
    // The word that names the peer gets lost, and so does everything that could tell of it.
    while !bench.has_said(Announcement::SwitchoverBegan) {
        bench.run(Span::millis(1));
    }
    bench.unheard = vec![Seat::B, Seat::Witness];
    bench.run(bench.policy.drain_timeout);
    bench.unheard.clear();
    bench.run(bench.policy.switchover_bound().saturating_sub(bench.policy.drain_timeout));
    let one = bench.serving();
    assert_eq!(one.len(), 1, "{one:?} serve");
    assert!(acknowledged(bench.write(one[0])));
}

#[test]
fn a_primary_that_comes_and_goes_is_not_failed_back_to_each_time() {
    let flapping = |failback_block| {
        let quick = Span::secs(5);
        let mut bench = Bench::under(Policy { failback_after: quick, failback_block, ..Policy::default() });
        for _ in 0..5 {
            bench.sites[0] = None;
            bench.run(bench.policy.rto_bound());
            assert_eq!(bench.serving(), [Side::B], "a failover is never held up");
            bench.boot(Side::A, Bench::log_of(&[], 0));
            bench.run(Span::minutes(2));
        }
        bench.said.iter().filter(|&&(_, said)| said == Announcement::HandedOver).count()
    };
    assert_eq!(flapping(Span::ZERO), 5);
    assert_eq!(flapping(Span::hours(1)), 1, "the first return is believed, the second is not");
}

#[test]
fn a_failback_follows_when_the_block_is_over() {
    let quick = Policy { failback_after: Span::secs(5), failback_block: Span::minutes(10), ..Policy::default() };
    let mut bench = Bench::under(quick);
    for _ in 0..2 {
        bench.sites[0] = None;
        bench.run(Span::minutes(1));
        bench.boot(Side::A, Bench::log_of(&[], 0));
        bench.run(Span::minutes(1));
    }
    assert_eq!(bench.serving(), [Side::B]);
    bench.run(Span::minutes(10));
    assert_eq!(bench.serving(), [Side::A]);
}

#[test]
fn a_copy_of_nothing_does_not_take_the_place_of_the_last_one() {
    for (order, class) in [(Order::Export, CopyClass::Export), (Order::SupportDump, CopyClass::SupportDump)] {
        let mut bench = Bench::under(Policy { index_every: Some(Span::minutes(1)), ..base() });
        assert_eq!(bench.files_touched_by(order, class), [""; 0], "nothing is made, and nothing deleted");
        assert!(bench.has_said(Announcement::NothingToCopy));
        assert!(acknowledged(bench.write(Side::A)));
        assert_eq!(bench.files_touched_by(order, class), ["deleted", "made"]);
    }
}
