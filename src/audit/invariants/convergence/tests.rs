//! When writes may still wait at the end, and when not.

use crate::audit::tests::{AMSTERDAM, APAC_1, DUBLIN, EMEA_1, HONG_KONG, SINGAPORE, Story};
use crate::audit::{Contract, LossTerms};
use crate::facts::Fact;
use crate::terms::{Mode, RecordKind, Refusal, Seat, Side, Span, Unit};

/// A write waits in an outbox when the faults end.
fn waiting() -> Story {
    let mut story = Story::after();
    let birth = story.birth(RecordKind::Message);
    story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
    story.fact(Fact::Queued { birth, unit: EMEA_1 });
    story
}

#[test]
fn a_service_that_drains_its_outboxes_has_converged() {
    let mut story = waiting();
    story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 0 });
    story.expect_kept("FO-6", 1);
}

#[test]
fn a_write_that_was_acknowledged_while_its_client_gave_up_waits_until_the_client_learns_of_it() {
    for learns in [true, false] {
        let mut story = Story::after();
        let [birth, other] = [(); 2].map(|()| story.birth(RecordKind::Message));
        story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
        for datacenter in [SINGAPORE, HONG_KONG] {
            story.fact(Fact::Power { datacenter, on: false });
        }
        story.fact(Fact::Queued { birth: other, unit: APAC_1 }).acknowledge(birth, DUBLIN, 1, 1);
        story.pass(Span::millis(1)).fact(Fact::Queued { birth, unit: EMEA_1 });
        if learns {
            story.fact(Fact::Confirmed { birth, unit: EMEA_1 });
        }
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
        assert_eq!(story.finding("FO-6").broken, u64::from(!learns));
    }
}

#[test]
fn a_write_that_still_waits_without_reason_is_a_breach() {
    let mut story = waiting();
    story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
    story.expect_broken("FO-6", "1 write was still waiting, among them for {unit}");
}

#[test]
fn media_of_a_call_leaves_no_unit_stuck() {
    for kind in [RecordKind::CallMedia, RecordKind::CallLog] {
        let mut story = Story::after();
        let birth = story.birth(kind);
        story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
        for side in Side::BOTH {
            story.disks_lost(side);
        }
        story.fact(Fact::Queued { birth, unit: EMEA_1 }).pass(Span::minutes(5));
        story.fact(Fact::Ended { unfinished: 1 });
        assert_eq!(story.finding("FO-6").suspended.is_empty(), kind == RecordKind::CallMedia, "{kind}");
    }
}

#[test]
fn a_failover_that_waits_for_an_operator_is_a_reason_and_an_automatic_one_is_none() {
    for manual in [true, false] {
        let mut story = Story::after_with(|contract| contract.manual_failover = manual);
        let birth = story.birth(RecordKind::Message);
        story.renew_for(Side::A, Span::minutes(5)).land_everywhere(birth, 1).renew(1, Side::A, Mode::Replicated, 1);
        story.disks_lost(Side::A);
        story.fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: EMEA_1 });
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
        if manual {
            story.expect_kept("FO-6", 1);
        } else {
            story.expect_broken("FO-6", "1 write was still waiting, among them for {unit}");
        }
    }
}

#[test]
fn a_peer_that_is_gone_is_a_reason_where_nothing_is_confirmed_without_it() {
    for loss in [LossTerms::Never, LossTerms::NoneWhileReplicated] {
        let mut story = Story::after_with(|contract| contract.loss = loss);
        let birth = story.birth(RecordKind::Message);
        story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
        story.fact(Fact::Power { datacenter: AMSTERDAM, on: false }).fact(Fact::Queued { birth, unit: EMEA_1 });
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
        if loss == LossTerms::Never {
            story.expect_kept("FO-6", 1);
        } else {
            story.expect_broken("FO-6", "1 write was still waiting, among them for {unit}");
        }
    }
}

/// Under `sync-strict`, writes wait for a site whose disk was replaced and that gets ten records a second.
fn brought_back(rate: Option<u64>, every: Span, seconds: u64) -> Story {
    let mut story = Story::after_with(|contract| (contract.loss, contract.reseed_rate) = (LossTerms::Never, rate));
    let birth = story.birth(RecordKind::Message);
    story.renew_for(Side::A, Span::minutes(5)).copy_range(DUBLIN, 1, 10_000).copy_range(AMSTERDAM, 1, 10_000);
    story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM });
    story.vote_again(EMEA_1, Side::B).fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: EMEA_1 });
    for second in (0..seconds).step_by(10) {
        story.renew_for(Side::A, Span::secs(10));
        if second * 1_000_000 % every.0 == 0 {
            story.copy_range(AMSTERDAM, second * 10 + 1, (second + 10) * 10);
        }
    }
    story.fact(Fact::Ended { unfinished: 1 });
    story
}

#[test]
fn a_site_that_is_brought_back_at_the_promised_rate_is_a_reason_where_nothing_is_confirmed_without_it() {
    let often = Span::secs(10);
    let at_the_rate = brought_back(Some(10), often, 600);
    at_the_rate.expect_suspended("FO-6", "being brought back");
    at_the_rate.expect_kept("FO-6", 1);
    let (without_a_rate, too_slow) = (brought_back(None, often, 600), brought_back(Some(100), often, 600));
    let (stopped, overdue) = (brought_back(Some(10), Span::minutes(5), 600), brought_back(Some(10), often, 1_000));
    for story in [without_a_rate, too_slow, stopped, overdue] {
        story.expect_broken("FO-6", "still waiting, among them for {unit}");
    }
}

#[test]
fn a_dark_boundary_is_a_reason() {
    let mut story = waiting();
    for datacenter in [DUBLIN, AMSTERDAM] {
        story.fact(Fact::Power { datacenter, on: false });
    }
    story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
    story.expect_kept("FO-6", 1);
    story.expect_suspended("FO-6", "boundary dark");
}

#[test]
fn a_write_waits_for_the_unit_where_it_was_placed_last() {
    let mut story = Story::after();
    let birth = story.birth(RecordKind::Message);
    story.grant_in(APAC_1, 1).fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: APAC_1 });
    story.list(birth, EMEA_1, &[DUBLIN, AMSTERDAM]);
    for datacenter in [DUBLIN, AMSTERDAM] {
        story.fact(Fact::Power { datacenter, on: false });
    }
    story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
    story.expect_kept("FO-6", 1);
    story.expect_suspended("FO-6", "boundary dark");
}

#[test]
fn a_new_disk_that_nobody_fills_is_a_breach_though_nobody_writes() {
    for (filled, cut) in [(false, false), (true, false), (false, true)] {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.renew_for(Side::A, Span::minutes(5)).land_everywhere(birth, 1);
        story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM });
        story.fact(Fact::Power { datacenter: AMSTERDAM, on: !cut }).fact(Fact::LivenessBegan);
        if filled {
            story.fact(Fact::StoreCertified { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM });
        }
        story.renew_for(Side::A, Span::minutes(10)).fact(Fact::Ended { unfinished: 0 });
        if filled || cut {
            story.expect_kept("FO-6", 1);
        } else {
            story.expect_broken("FO-6", "nothing was copied to the new disk of {unit}");
        }
    }
}

#[test]
fn a_run_that_ends_before_a_failover_could_be_over_is_not_judged() {
    let mut story = waiting();
    story.pass(Span::minutes(2)).fact(Fact::Ended { unfinished: 1 });
    story.expect_kept("FO-6", 0);
    story.expect_suspended("FO-6", "`settle` is shorter");
}

/// The disk of a holder is lost, and the other site is well.
fn without_the_holders_disk(mode: Mode, change: impl FnOnce(&mut Contract)) -> Story {
    after_dark(Span::ZERO, mode, change)
}

/// The same where the other site was out of reach for some time after the holder's last renewal.
fn after_dark(dark: Span, mode: Mode, change: impl FnOnce(&mut Contract)) -> Story {
    let mut story = Story::after_with(change);
    let birth = story.birth(RecordKind::Message);
    story.renew(1, Side::A, mode, 0);
    if dark > Span::ZERO {
        story.fact(Fact::Access { datacenter: AMSTERDAM, up: false }).pass(dark);
        story.fact(Fact::Access { datacenter: AMSTERDAM, up: true });
    }
    story.fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: EMEA_1 });
    story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::A, datacenter: DUBLIN });
    story.vote_again(EMEA_1, Side::A).pass(Span::minutes(10)).fact(Fact::Ended { unfinished: 1 });
    story
}

#[test]
fn a_takeover_that_would_lose_records_waits_for_grace_or_an_operator() {
    let graced = without_the_holders_disk(Mode::Alone, |_| {});
    graced.expect_suspended("FO-6", "grace period");
    let never = without_the_holders_disk(Mode::Alone, |contract| contract.grace = None);
    never.expect_suspended("FO-6", "operator");
    let manual = without_the_holders_disk(Mode::Replicated, |contract| contract.manual_failover = true);
    manual.expect_suspended("FO-6", "operator");
    let over = without_the_holders_disk(Mode::Alone, |contract| contract.grace = Some(Span::minutes(1)));
    over.expect_broken("FO-6", "still waiting");
    let replicated = without_the_holders_disk(Mode::Replicated, |_| {});
    replicated.expect_broken("FO-6", "still waiting");
}

#[test]
fn a_challenger_counts_the_grace_period_from_when_it_could_look() {
    let dark = |length| after_dark(length, Mode::Alone, |contract| contract.grace = Some(Span::minutes(9)));
    dark(Span::hours(2)).expect_suspended("FO-6", "grace period");
}

#[test]
fn a_unit_is_crowded_out_by_clients_of_another_that_wait_for_a_reason() {
    const OTHER: Unit = Unit(2);
    for (queue, beside, broken) in [(100, true, 0), (100, false, 1), (0, true, 1)] {
        let mut story = waiting();
        let birth = story.birth(RecordKind::Message);
        if beside {
            for (seat, datacenter) in [(Seat::A, AMSTERDAM), (Seat::B, DUBLIN)] {
                story.fact(Fact::MemoryLost { unit: OTHER, seat, datacenter, copy: false });
            }
            story.fact(Fact::Queued { birth, unit: OTHER });
        }
        story.renew_for(Side::A, Span::minutes(10));
        story.refuse_with_queue(birth, DUBLIN, Refusal::Overloaded { retry_after: Span::secs(1) }, queue);
        story.fact(Fact::Ended { unfinished: 2 });
        assert_eq!(story.finding("FO-6").broken, broken, "{queue} wait; another unit does: {beside}");
    }
}

#[test]
fn a_storm_of_naive_clients_is_a_reason_as_long_as_some_get_through() {
    for (naive, gets_on, queue, broken) in
        [(true, true, 100, 0), (false, true, 100, 1), (true, false, 100, 1), (true, true, 0, 1)]
    {
        let mut story = Story::after_with(|contract| contract.clients_are_naive = naive);
        let [birth, other] = [(); 2].map(|()| story.birth(RecordKind::Message));
        story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
        story.fact(Fact::Queued { birth, unit: EMEA_1 });
        story.renew_for(Side::A, Span::minutes(10));
        if gets_on {
            story.acknowledge(other, DUBLIN, 1, 1);
        }
        story.pass(Span::millis(1)).fact(Fact::Queued { birth, unit: EMEA_1 });
        story.refuse_with_queue(birth, DUBLIN, Refusal::Overloaded { retry_after: Span::secs(1) }, queue);
        story.fact(Fact::Ended { unfinished: 1 });
        assert_eq!(story.finding("FO-6").broken, broken, "naive: {naive}, gets on: {gets_on}, {queue} wait");
    }
}
