//! Which refusals are necessary, and which are not.

use crate::audit::SeatTerms;
use crate::audit::tests::{AMSTERDAM, APAC, APAC_1, DUBLIN, EMEA, EMEA_1, SINGAPORE, Story, country};
use crate::facts::{Configured, Fact, Moving, Seating, Unserved};
use crate::terms::{AppVersion, Boundary, Datacenter, Network, RecordKind, Refusal, Seat, Side, Span};

const FRANKFURT: Datacenter = Datacenter(6);

/// A holds the lease and has renewed it for five minutes.
fn healthy() -> Story {
    let mut story = Story::after();
    story.renew_for(Side::A, Span::minutes(5));
    story
}

fn expect_needless(refusal: Refusal, why: &str) {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    for _ in 0..3 {
        story.refuse(birth, Some(DUBLIN), refusal).pass(Span::secs(10)).grant(1, Side::A);
    }
    story.expect_broken("RES-7", why);
}

#[test]
fn no_class_of_refusal_is_necessary_on_a_healthy_system() {
    expect_needless(Refusal::UpdateApp, "terms do not refuse it");
    expect_needless(Refusal::BoundaryDark, "inside the boundary could serve");
    expect_needless(Refusal::CountryNotServed, "serves every country");
    expect_needless(Refusal::NoLease, "held the lease");
    expect_needless(Refusal::NoMajority, "majority of voters was in its reach");
    expect_needless(Refusal::PeerUnreachable, "peer was in its reach");
    expect_needless(Refusal::Overloaded { retry_after: Span::secs(1) }, "queue was not full");
    expect_needless(Refusal::Unattested, "said, or had said, where it stands");
    expect_needless(Refusal::MapsDisagree, "no map that it has says otherwise");
    expect_needless(Refusal::Moving { retry_after: Span::secs(1) }, "not about to leave");
    expect_needless(Refusal::DeviceOutside, "might have travelled");
}

#[test]
fn a_site_hears_of_the_cut_over_behind_what_arrived_before() {
    for (later, broken) in [(Span::ZERO, 0), (Span::micros(1), 1)] {
        let mut story = healthy();
        let birth = story.birth(RecordKind::Message);
        story.fact(Fact::Moving(Moving::Ordered { tenant: birth.tenant, from: EMEA_1, to: APAC_1 }));
        story.fact(Fact::Moving(Moving::CutOver { tenant: birth.tenant })).pass(later);
        story.refuse(birth, Some(DUBLIN), Refusal::Moving { retry_after: Span::secs(1) });
        assert_eq!(story.finding("RES-7").broken, broken, "{later} after");
    }
}

#[test]
fn an_old_apps_card_is_refused_to_a_new_tenant() {
    let mut story = healthy();
    let mut card = story.birth(RecordKind::CardMetadata);
    card.app = AppVersion(200);
    story.refuse(card, Some(DUBLIN), Refusal::UpdateApp);
    story.expect_kept("RES-7", 1);
}

#[test]
fn a_device_outside_is_refused_where_content_travels_only_inside() {
    let mut story = Story::after_with(|contract| contract.travels_inside = true);
    let mut birth = story.birth(RecordKind::Message);
    birth.network = Network(APAC);
    story.refuse(birth, None, Refusal::DeviceOutside);
    story.expect_kept("RES-7", 1);
    birth.network = Network(EMEA);
    story.refuse(birth, None, Refusal::DeviceOutside);
    story.expect_broken("RES-7", "might have travelled");
}

#[test]
fn an_author_of_an_unserved_country_is_refused() {
    let mut story = healthy();
    let mut birth = story.birth(RecordKind::Message);
    birth.creator = country("KP");
    story.refuse(birth, None, Refusal::CountryNotServed);
    story.expect_kept("RES-7", 1);
}

#[test]
fn a_boundary_is_dark_when_no_site_of_it_can_serve() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    for datacenter in [DUBLIN, AMSTERDAM] {
        story.fact(Fact::Power { datacenter, on: false });
    }
    story.refuse(birth, None, Refusal::BoundaryDark);
    story.expect_kept("RES-7", 1);
}

#[test]
fn a_site_without_the_lease_or_with_an_old_one_may_say_so() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.refuse(birth, Some(AMSTERDAM), Refusal::NoLease);
    story.pass(Span::secs(40)).refuse(birth, Some(DUBLIN), Refusal::NoLease);
    story.expect_kept("RES-7", 2);
}

#[test]
fn a_cut_takes_the_majority_and_the_peer_away() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.cut(DUBLIN, AMSTERDAM).cut(DUBLIN, SINGAPORE);
    story.refuse(birth, Some(DUBLIN), Refusal::NoMajority).refuse(birth, Some(DUBLIN), Refusal::PeerUnreachable);
    story.expect_kept("RES-7", 2);
}

#[test]
fn a_voter_that_lost_its_memory_makes_no_majority_until_it_is_back() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.cut(DUBLIN, SINGAPORE);
    story.disks_lost(Side::B);
    for _ in 0..3 {
        story.pass(Span::minutes(1)).refuse(birth, Some(DUBLIN), Refusal::NoMajority);
    }
    story.expect_kept("RES-7", 3);
    story.vote_again(EMEA_1, Side::B);
    for _ in 0..3 {
        story.pass(Span::minutes(1)).refuse(birth, Some(DUBLIN), Refusal::NoMajority);
    }
    story.expect_broken("RES-7", "majority of voters was in its reach");
}

#[test]
fn two_answers_that_are_lost_cost_a_site_its_majority_until_it_looks_again() {
    for (seconds, broken) in [(10, false), (20, true)] {
        let mut story = healthy();
        let birth = story.birth(RecordKind::Message);
        for _ in 0..=seconds {
            story.refuse(birth, Some(AMSTERDAM), Refusal::NoMajority).pass(Span::secs(1)).grant(1, Side::A);
        }
        assert_eq!(story.finding("RES-7").broken > 0, broken, "for {seconds} seconds");
    }
}

/// A message that is lost costs a site its majority until it looks again, and there is no fact of it.
#[test]
fn want_of_a_majority_ends_when_the_site_has_read_the_register() {
    for reads in [true, false] {
        let mut story = healthy();
        let birth = story.birth(RecordKind::Message);
        story.cut(AMSTERDAM, DUBLIN).pass(Span::minutes(2));
        for _ in 0..6 {
            story.refuse(birth, Some(AMSTERDAM), Refusal::NoMajority).pass(Span::secs(20));
            if reads {
                story.refuse(birth, Some(AMSTERDAM), Refusal::NoLease);
            }
        }
        assert_eq!(story.finding("RES-7").broken == 0, reads, "reads: {reads}");
    }
}

#[test]
fn two_looks_that_lost_the_only_other_answer_are_no_want_that_lasts() {
    for (times, broken) in [(2, false), (3, true)] {
        let mut story = healthy();
        let birth = story.birth(RecordKind::Message);
        story.cut(AMSTERDAM, DUBLIN).pass(Span::minutes(2));
        for _ in 0..times {
            story.refuse(birth, Some(AMSTERDAM), Refusal::NoMajority).pass(Span::secs(80 / (times - 1)));
        }
        assert_eq!(story.finding("RES-7").broken > 0, broken, "{times} refusals");
    }
}

#[test]
fn refusals_from_before_a_majority_was_in_reach_are_none_of_a_want_that_lasts() {
    for (dark, broken) in [(true, false), (false, true)] {
        let mut story = healthy();
        let birth = story.birth(RecordKind::Message);
        let link = |up| Fact::Link { from: AMSTERDAM, to: SINGAPORE, up };
        story.cut(AMSTERDAM, DUBLIN).fact(link(!dark)).pass(Span::minutes(2));
        for _ in 0..3 {
            story.pass(Span::secs(20)).refuse(birth, Some(AMSTERDAM), Refusal::NoMajority);
        }
        story.pass(Span::secs(1)).fact(link(true)).pass(Span::secs(80)).refuse(
            birth,
            Some(AMSTERDAM),
            Refusal::NoMajority,
        );
        assert_eq!(story.finding("RES-7").broken > 0, broken, "out of reach before: {dark}");
    }
}

#[test]
fn a_full_queue_is_a_reason() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.refuse_with_queue(birth, DUBLIN, Refusal::Overloaded { retry_after: Span::secs(1) }, 100);
    story.expect_kept("RES-7", 1);
}

/// What the platform under the site of side A says.
fn probed(says: Option<Datacenter>) -> Fact {
    Fact::Configured(Configured::Probed { unit: EMEA_1, side: Side::A, says })
}

#[test]
fn a_place_that_is_not_the_sites_own_is_a_reason_until_it_is_told_right() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.fact(probed(Some(SINGAPORE))).refuse(birth, Some(DUBLIN), Refusal::Unattested);
    story.expect_kept("RES-7", 1);
    story.fact(probed(Some(DUBLIN))).pass(Span::minutes(1)).refuse(birth, Some(DUBLIN), Refusal::Unattested);
    story.expect_broken("RES-7", "said, or had said, where it stands");
}

#[test]
fn silence_is_a_reason_for_who_was_never_told_and_for_nobody_else() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.fact(probed(None)).refuse(birth, Some(DUBLIN), Refusal::Unattested);
    story.expect_kept("RES-7", 1);
    story.fact(probed(Some(DUBLIN))).pass(Span::minutes(1)).fact(probed(None));
    story.refuse(birth, Some(DUBLIN), Refusal::Unattested);
    story.expect_broken("RES-7", "said, or had said, where it stands");
}

#[test]
fn what_the_platform_said_before_a_disk_was_lost_counts_no_more() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.fact(probed(Some(DUBLIN))).disks_lost(Side::A);
    story.fact(probed(None)).refuse(birth, Some(DUBLIN), Refusal::Unattested);
    story.expect_kept("RES-7", 1);
}

#[test]
fn what_the_platform_said_at_an_old_place_counts_no_more_at_the_new_one() {
    let here = |says| Fact::Configured(Configured::Probed { unit: EMEA_1, side: Side::B, says });
    let (unit, seat, from, to) = (EMEA_1, Seat::B, AMSTERDAM, FRANKFURT);
    let mut story = Story::after_with(|contract| {
        contract.datacenters.push(EMEA);
        contract.seats.push(SeatTerms { unit, seat, from, to, at: contract.effective });
    });
    let birth = story.birth(RecordKind::Message);
    story.renew_for(Side::A, Span::minutes(5)).fact(here(Some(AMSTERDAM)));
    story.fact(Fact::Seating(Seating::Ordered { unit, seat, to }));
    story.fact(Fact::Seating(Seating::Commissioned { unit, seat, from, to }));
    story.fact(here(None)).pass(Span::minutes(1)).refuse(birth, Some(FRANKFURT), Refusal::Unattested);
    story.expect_kept("RES-7", 1);
    story.fact(here(Some(FRANKFURT))).fact(here(None)).pass(Span::minutes(1));
    story.refuse(birth, Some(FRANKFURT), Refusal::Unattested);
    story.expect_broken("RES-7", "said, or had said, where it stands");
}

/// B is gone, and of what a device says to A and is told, so much is lost before it is told that the boundary is dark.
fn expect_dark_after_losses(request_timeout: Span, lost: u32, at: Datacenter, needless: bool) {
    let mut story = Story::after_with(|contract| contract.request_timeout = request_timeout);
    story.fact(Fact::Power { datacenter: AMSTERDAM, on: false }).renew_for(Side::A, Span::minutes(5));
    let birth = story.birth(RecordKind::Message);
    for _ in 0..lost {
        story.fact(Fact::Unserved(Unserved::Unheard { user: birth.author, datacenter: at }));
    }
    story.refuse(birth, None, Refusal::BoundaryDark);
    let broken = story.finding("RES-7").broken;
    assert_eq!(broken > 0, needless, "{lost} lost at {at:?}, each of {request_timeout}");
}

#[test]
fn a_boundary_is_dark_to_a_device_of_which_three_messages_to_the_site_were_lost_and_not_of_two() {
    let usual = Span::secs(4);
    expect_dark_after_losses(usual, 2, DUBLIN, true);
    expect_dark_after_losses(usual, 3, DUBLIN, false);
    expect_dark_after_losses(usual, 3, AMSTERDAM, true);
}

#[test]
fn a_device_that_waits_for_long_asks_a_site_less_often_before_it_holds_it_for_dead() {
    let (patient, most_patient) = (Span::secs(35), Span::secs(50));
    for timeout in [patient, most_patient] {
        expect_dark_after_losses(timeout, 0, DUBLIN, true);
        expect_dark_after_losses(timeout, 1, AMSTERDAM, true);
        expect_dark_after_losses(timeout, 1, DUBLIN, false);
    }
}

/// What a map that reached a site says of a country.
fn row(side: Side, of: &str, boundary: Option<Boundary>) -> Fact {
    Fact::Configured(Configured::Row { unit: EMEA_1, side, country: country(of), boundary })
}

#[test]
fn a_row_that_says_otherwise_of_the_very_country_is_a_reason_until_it_is_corrected() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.fact(row(Side::A, "DE", Some(APAC))).refuse(birth, Some(DUBLIN), Refusal::MapsDisagree);
    story.expect_kept("RES-7", 1);
    story.fact(row(Side::A, "DE", Some(EMEA))).pass(Span::minutes(1));
    story.refuse(birth, Some(DUBLIN), Refusal::MapsDisagree);
    story.expect_broken("RES-7", "no map that it has says otherwise");
}

#[test]
fn a_row_of_another_country_or_at_another_site_is_no_reason() {
    for fact in [row(Side::A, "FR", Some(APAC)), row(Side::B, "DE", Some(APAC)), row(Side::A, "DE", Some(EMEA))] {
        let mut story = healthy();
        let birth = story.birth(RecordKind::Message);
        story.fact(fact).refuse(birth, Some(DUBLIN), Refusal::MapsDisagree);
        story.expect_broken("RES-7", "no map that it has says otherwise");
    }
}

#[test]
fn a_switchover_ends_within_its_bound() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.refuse(birth, Some(DUBLIN), Refusal::SwitchingOver).pass(Span::secs(20));
    story.refuse(birth, Some(DUBLIN), Refusal::SwitchingOver);
    story.expect_kept("RES-7", 2);
    story.pass(Span::minutes(1)).refuse(birth, Some(DUBLIN), Refusal::SwitchingOver);
    story.expect_broken("RES-7", "longer than a switchover may take");
}

#[test]
fn a_switchover_leaves_no_unit_without_a_holder() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.refuse(birth, Some(DUBLIN), Refusal::SwitchingOver).pass(Span::secs(40));
    story.refuse(birth, Some(AMSTERDAM), Refusal::NoLease);
    story.expect_kept("RES-7", 2);
    story.pass(Span::minutes(1)).refuse(birth, Some(AMSTERDAM), Refusal::NoLease);
    story.expect_broken("RES-7", "longer than a switchover may take");
}

#[test]
fn a_switchover_under_a_later_epoch_has_its_own_time() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    for epoch in 2..=4 {
        story.grant(epoch, Side::A);
        story.refuse(birth, Some(DUBLIN), Refusal::SwitchingOver).pass(Span::secs(20));
        story.refuse(birth, Some(DUBLIN), Refusal::SwitchingOver).pass(Span::secs(15));
    }
    story.expect_kept("RES-7", 6);
}

#[test]
fn a_switchover_that_is_ordered_again_has_its_time_again() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    for _ in 0..3 {
        story.fact(Fact::Ordered { unit: EMEA_1, forced: false });
        story.refuse(birth, Some(DUBLIN), Refusal::SwitchingOver).pass(Span::secs(20));
        story.refuse(birth, Some(DUBLIN), Refusal::SwitchingOver).pass(Span::secs(15));
    }
    story.expect_kept("RES-7", 6);
}

#[test]
fn a_drain_ends_within_its_bound_where_both_sites_can_store() {
    let disk = |flush| Fact::Disk { unit: EMEA_1, datacenter: DUBLIN, flush };
    let link = |delay| Fact::LinkQuality { from: DUBLIN, to: AMSTERDAM, loss_ppm: 0, delay };
    let slow = [disk(Span::secs(5)), link(Span::secs(1))].map(|fact| (fact, 0));
    let quick = [disk(Span::millis(1)), link(Span::millis(1))].map(|fact| (fact, 1));
    for (fact, broken) in slow.into_iter().chain(quick) {
        let mut story = healthy();
        let birth = story.birth(RecordKind::Message);
        story.fact(Fact::Moving(Moving::Ordered { tenant: birth.tenant, from: EMEA_1, to: APAC_1 }));
        story.fact(fact);
        for _ in 0..3 {
            story.refuse(birth, Some(DUBLIN), Refusal::Moving { retry_after: Span::secs(1) }).pass(Span::secs(30));
        }
        assert_eq!(story.finding("RES-7").broken, broken, "{fact:?}");
    }
}

#[test]
fn a_drain_may_last_as_long_as_a_client_waits_for_an_answer() {
    for (request_timeout, broken) in [(Span::secs(4), 1), (Span::minutes(2), 0)] {
        let mut story = Story::after_with(|contract| contract.request_timeout = request_timeout);
        story.renew_for(Side::A, Span::minutes(5));
        let birth = story.birth(RecordKind::Message);
        story.fact(Fact::Moving(Moving::Ordered { tenant: birth.tenant, from: EMEA_1, to: APAC_1 }));
        for _ in 0..3 {
            story.refuse(birth, Some(DUBLIN), Refusal::Moving { retry_after: Span::secs(1) }).pass(Span::secs(30));
        }
        assert_eq!(story.finding("RES-7").broken, broken, "clients wait for {request_timeout}");
    }
}

#[test]
fn a_drain_that_was_given_up_is_tried_again_though_nobody_wrote_in_between() {
    let mut story = healthy();
    let birth = story.birth(RecordKind::Message);
    story.fact(Fact::Moving(Moving::Ordered { tenant: birth.tenant, from: EMEA_1, to: APAC_1 }));
    for _ in 0..3 {
        story.refuse(birth, Some(DUBLIN), Refusal::Moving { retry_after: Span::secs(1) }).pass(Span::secs(80));
    }
    story.expect_kept("RES-7", 3);
}
