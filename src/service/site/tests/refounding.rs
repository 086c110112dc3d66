//! Claims about a lone survivor, and the register founded anew on it.

use super::*;

impl Bench {
    /// A and the witness are gone with all that they stored.
    fn with_a_lone_survivor(replication: Replication) -> Self {
        let mut bench = Self::new(replication);
        assert!(acknowledged(bench.write(Side::A)));
        bench.sites[0] = None;
        for seat in [Seat::A, Seat::Witness] {
            bench.voters[seat.index()] = Voter::boot(Shipped, seat, VoterRecord::default(), Incarnation(1));
        }
        bench.unheard = vec![Seat::A, Seat::Witness];
        bench.run(bench.policy.rto_bound());
        bench
    }

    fn found_anew(&mut self) {
        self.step(Side::B, SiteInput::Order(Order::Refound));
        self.run(self.policy.rto_bound());
    }
}

#[test]
fn a_lone_survivor_refuses_until_the_lease_is_founded_anew_on_it() {
    let mut bench = Bench::with_a_lone_survivor(Replication::Sync);
    let refused = Response::Refused { refusal: Refusal::NoMajority, placed: None };
    assert_eq!((bench.serving(), bench.write(Side::B)), (vec![], Some(refused)));
    let before = bench.register().epoch;
    bench.found_anew();
    assert_eq!(bench.serving(), [Side::B]);
    assert!(bench.register().epoch.0 > before.0 + 100, "above all that the others may have granted unseen");
    bench.write(Side::B);
    bench.run(Span::secs(5));
    assert!(bench.answers.iter().any(|&(_, response)| acknowledged(Some(response))), "once `alone` stands");
}

#[test]
fn a_survivor_declares_what_it_cannot_know_to_be_whole() {
    for (replication, declares) in
        [(Replication::Async, true), (Replication::Sync, true), (Replication::SyncStrict, false)]
    {
        let mut bench = Bench::with_a_lone_survivor(replication);
        bench.found_anew();
        let declared = bench.said.iter().any(|(_, said)| matches!(said, Announcement::LossDeclared { .. }));
        assert_eq!((bench.serving(), declared), (vec![Side::B], declares), "{replication:?}");
    }
}

#[test]
fn a_founder_that_loses_its_power_before_it_serves_declares_the_same_and_once() {
    let mut bench = Bench::with_a_lone_survivor(Replication::Async);
    bench.step(Side::B, SiteInput::Order(Order::Refound));
    while !bench.said.iter().any(|(_, said)| matches!(said, Announcement::Refounded { .. })) {
        bench.run(Span::millis(1));
    }
    assert_eq!(bench.serving(), []);
    for declared in [1, 0] {
        bench.said.clear();
        let fence = if declared == 1 { Epoch(1) } else { bench.register().epoch };
        bench.boot(Side::B, DurableLog { fence, ..Bench::log_of(&[(1, 1)], 1) });
        bench.run(bench.policy.rto_bound());
        let says = bench.said.iter().filter(|(_, said)| matches!(said, Announcement::LossDeclared { .. }));
        assert_eq!((bench.serving(), says.count()), (vec![Side::B], declared));
    }
}

#[test]
fn what_a_founder_acknowledged_alone_is_not_called_on_both_sites() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.run(Span::secs(20));
    bench.cut = true;
    bench.run(Span::secs(10));
    assert!(acknowledged(bench.write(Side::A)), "alone");
    let before = bench.register().frontier;
    bench.sites[1] = None;
    for seat in [Seat::B, Seat::Witness] {
        bench.voters[seat.index()] = Voter::boot(Shipped, seat, VoterRecord::default(), Incarnation(1));
    }
    bench.unheard = vec![Seat::B, Seat::Witness];
    bench.run(bench.policy.rto_bound());
    bench.step(Side::A, SiteInput::Order(Order::Refound));
    bench.run(bench.policy.rto_bound());
    assert_eq!((bench.serving(), bench.register().frontier), (vec![Side::A], before));
}

#[test]
fn the_others_come_back_as_new_incarnations_and_vote_again() {
    let mut bench = Bench::with_a_lone_survivor(Replication::Sync);
    bench.found_anew();
    bench.unheard = vec![];
    bench.run(Span::minutes(1));
    let electors: Vec<u32> = bench.voters.iter().map(|voter| voter.durable().members.electors()).collect();
    assert_eq!((bench.serving(), electors), (vec![Side::B], vec![3, 3, 3]));
    bench.unheard = vec![Seat::Witness];
    bench.run(Span::minutes(1));
    assert_eq!(bench.serving(), [Side::B]);
    bench.unheard = vec![Seat::A, Seat::Witness];
    bench.run(Span::minutes(1));
    assert_eq!(bench.serving(), [], "one voter alone is no majority again");
}

#[test]
fn what_is_barred_never_votes_again() {
    let mut bench = Bench::new(Replication::Sync);
    bench.sites[0] = None;
    bench.unheard = vec![Seat::A, Seat::Witness];
    bench.run(bench.policy.rto_bound());
    bench.found_anew();
    assert_eq!(bench.serving(), [Side::B]);
    bench.unheard = vec![];
    bench.run(Span::minutes(1));
    let electors: Vec<u32> = bench.voters.iter().map(|voter| voter.durable().members.electors()).collect();
    assert_eq!(electors, [3, 1, 3], "they were never told otherwise, and their votes count for nothing");
    assert_eq!(bench.serving(), [Side::B]);
}

#[test]
fn an_attestation_that_a_voter_in_reach_contradicts_is_refused() {
    let mut bench = Bench::with_a_lone_survivor(Replication::Sync);
    let remembered = *bench.voters[Seat::B.index()].durable();
    bench.voters[Seat::Witness.index()] = Voter::boot(Shipped, Seat::Witness, remembered, Incarnation(0));
    bench.unheard = vec![Seat::A];
    bench.step(Side::B, SiteInput::Order(Order::Refound));
    bench.run(bench.policy.rto_bound());
    assert!(bench.has_said(Announcement::OrderRefused));
    assert!(bench.register().epoch.0 < 10, "the witness has its vote, so there was nothing to found");
}

/// Two voters with new disks are in reach: all three have a vote at once.
#[test]
fn voters_with_new_disks_that_are_in_reach_take_part_in_the_founding() {
    let mut bench = Bench::with_a_lone_survivor(Replication::Sync);
    bench.unheard = vec![];
    bench.found_anew();
    let electors: Vec<u32> = bench.voters.iter().map(|voter| voter.durable().members.electors()).collect();
    assert_eq!((bench.serving(), electors), (vec![Side::B], vec![3, 3, 3]));
}

#[test]
fn an_attestation_that_comes_while_the_holder_lives_makes_no_second_holder() {
    let mut bench = Bench::new(Replication::Sync);
    bench.found_anew();
    bench.run(Span::minutes(1));
    assert_eq!(bench.serving(), [Side::A]);
    assert!(bench.has_said(Announcement::OrderExpired));
}
