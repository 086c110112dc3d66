//! A seat gets another place: who hands over, who has it commissioned, and when the old place is emptied.

use super::*;
use crate::service::replacement::{Replacement, Stage};
use crate::terms::CopyClass;

impl Bench {
    /// Both sites are told of a row of the directory of seats.
    fn tell(&mut self, seat: Seat, stage: Stage) {
        let row = Replacement { seat, from: Datacenter(seat as u8), to: Datacenter(3), stage };
        for side in Side::BOTH {
            self.step(side, SiteInput::Replace(row));
        }
    }

    /// Another machine with an empty disk stands in the place of a seat.
    fn stand_anew(&mut self, seat: Seat) {
        let incarnation = Incarnation(1);
        self.voters[seat.index()] = Voter::boot(Shipped, seat, VoterRecord::default(), incarnation);
        if let Some(side) = Side::BOTH.into_iter().find(|side| side.seat() == seat) {
            self.boot(side, DurableLog { incarnation, uncertified: true, ..DurableLog::default() });
        }
        self.tell(seat, Stage::Commissioned);
    }
}

#[test]
fn who_holds_the_lease_in_the_place_that_is_left_hands_it_over_first() {
    let mut bench = Bench::new(Replication::Sync);
    assert!(acknowledged(bench.write(Side::A)));
    bench.tell(Seat::A, Stage::Ordered);
    bench.run(Span::secs(60));
    assert_eq!(bench.serving(), [Side::B]);
    assert!(bench.commissioned.iter().all(|&by| by == (Side::B, Seat::A)), "{:?}", bench.commissioned);
    assert!(!bench.commissioned.is_empty());
}

#[test]
fn nobody_is_switched_off_while_another_voter_is_silent() {
    let mut bench = Bench::new(Replication::Sync);
    bench.unheard = vec![Seat::Witness];
    bench.run(Span::secs(60));
    bench.tell(Seat::B, Stage::Ordered);
    bench.run(Span::secs(120));
    assert_eq!((bench.serving(), bench.commissioned.len()), (vec![Side::A], 0));
    bench.unheard.clear();
    bench.run(Span::secs(30));
    assert!(bench.commissioned.contains(&(Side::A, Seat::B)));
}

#[test]
fn a_holder_whose_peer_could_not_take_the_lease_stays() {
    let mut bench = Bench::new(Replication::Sync);
    assert!(acknowledged(bench.write(Side::A)));
    bench.cut = true;
    bench.run(Span::secs(30));
    bench.tell(Seat::A, Stage::Ordered);
    bench.run(Span::minutes(5));
    assert_eq!((bench.serving(), bench.commissioned.len()), (vec![Side::A], 0));
}

#[test]
fn a_holder_whose_lease_has_lapsed_hands_nothing_over() {
    let mut bench = Bench::new(Replication::Sync);
    assert!(acknowledged(bench.write(Side::A)));
    bench.unheard = vec![Seat::B, Seat::Witness];
    bench.run(Span::minutes(1));
    bench.tell(Seat::A, Stage::Ordered);
    bench.run(Span::minutes(5));
    assert!(!bench.said.contains(&(Side::A, Announcement::SwitchoverPlanned)), "{:?}", bench.said);
    bench.unheard.clear();
    bench.run(Span::minutes(1));
    assert_eq!(bench.serving(), [Side::B]);
}

#[test]
fn the_old_place_is_emptied_once_the_new_one_has_everything_and_votes() {
    let mut bench = Bench::new(Replication::Sync);
    for _ in 0..5 {
        assert!(acknowledged(bench.write(Side::A)));
    }
    bench.tell(Seat::B, Stage::Ordered);
    bench.run(Span::secs(15));
    bench.cut = true;
    bench.stand_anew(Seat::B);
    bench.run(Span::minutes(2));
    assert_eq!(bench.retired, [], "it has nothing yet");
    bench.cut = false;
    bench.run(Span::minutes(2));
    assert!(bench.retired.is_empty(), "neither a backup nor a journal is finished: {:?}", bench.retired);
    let done = bench.sites[0].as_ref().unwrap().log.end();
    bench.step(Side::A, SiteInput::BackedUp { through: done });
    let run = (0, done);
    bench.step(Side::A, SiteInput::Copied { class: CopyClass::ComplianceCopy, run, taken: true });
    bench.run(Span::minutes(1));
    assert!(bench.retired.contains(&(Side::A, Seat::B)), "{:?}", bench.said);
}

#[test]
fn a_backup_for_which_the_old_place_waits_is_soon_tried_at_other_media_where_one_refuses() {
    let mut bench = Bench::new(Replication::Sync);
    assert!(acknowledged(bench.write(Side::A)));
    bench.tell(Seat::B, Stage::Ordered);
    bench.run(Span::secs(15));
    bench.stand_anew(Seat::B);
    let before = bench.backups;
    bench.run(Span::minutes(5));
    let more = bench.backups - before;
    assert!(
        (2..5).contains(&more),
        "the schedule alone waits for an hour and a half, and a large one takes its time: {more}"
    );
}

#[test]
fn nobody_hands_the_lease_back_to_a_place_that_is_left() {
    let failback_after = Span::secs(30);
    let mut bench = Bench::under(Policy { replication: Replication::Sync, failback_after, ..Policy::default() });
    bench.tell(Seat::A, Stage::Ordered);
    bench.run(Span::minutes(10));
    assert_eq!(bench.serving(), [Side::B]);
    let handed = bench.said.iter().filter(|(side, said)| *side == Side::B && *said == Announcement::HandedOver);
    assert_eq!(handed.count(), 0);
}

#[test]
fn a_witness_is_replaced_without_a_handover() {
    let mut bench = Bench::new(Replication::Sync);
    bench.tell(Seat::Witness, Stage::Ordered);
    bench.run(Span::secs(15));
    assert_eq!((bench.serving(), bench.commissioned.contains(&(Side::A, Seat::Witness))), (vec![Side::A], true));
    bench.stand_anew(Seat::Witness);
    bench.run(Span::minutes(1));
    assert!(bench.retired.contains(&(Side::A, Seat::Witness)));
}

#[test]
fn whoever_holds_the_lease_brings_its_own_voter_back_where_nobody_else_looks() {
    let mut bench = Bench::new(Replication::Sync);
    bench.voters[Seat::A.index()] = Voter::boot(Shipped, Seat::A, VoterRecord::default(), Incarnation(1));
    bench.run(Span::minutes(1));
    assert_eq!(bench.serving(), [Side::A]);
    assert_eq!(bench.voters[Seat::A.index()].durable().members.incarnation(Seat::A), Incarnation(1));
}

#[test]
fn a_place_that_was_left_before_anything_was_written_does_not_wait_for_the_next_backup() {
    let mut bench = Bench::new(Replication::Sync);
    bench.tell(Seat::B, Stage::Ordered);
    bench.run(Span::secs(15));
    bench.stand_anew(Seat::B);
    bench.run(Span::minutes(2));
    assert_eq!(bench.backups, 0, "there is nothing");
    assert!(acknowledged(bench.write(Side::A)));
    bench.run(Span::minutes(1));
    assert!(bench.backups > 0);
}

#[test]
fn the_next_seat_waits_until_the_one_before_has_everything() {
    let mut bench = Bench::new(Replication::Sync);
    assert!(acknowledged(bench.write(Side::A)));
    bench.tell(Seat::B, Stage::Ordered);
    bench.tell(Seat::Witness, Stage::Ordered);
    bench.run(Span::secs(15));
    assert!(bench.commissioned.contains(&(Side::A, Seat::B)));
    bench.cut = true;
    bench.stand_anew(Seat::B);
    bench.run(Span::minutes(2));
    assert!(!bench.commissioned.contains(&(Side::A, Seat::Witness)), "two of three voters would be new");
}
