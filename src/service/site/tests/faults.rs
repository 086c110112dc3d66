//! Claims about networks and disks that are not perfect.

use super::*;
use crate::terms::Position;

/// `alone` reaches one voter only, and that one and another are heard later: it was seen, not decided.
#[test]
fn a_change_to_alone_that_one_voter_has_seen_is_not_obeyed_before_a_majority_has_it() {
    let mut bench = Bench::new(Replication::Sync);
    bench.cut = true;
    bench.unheard = vec![Seat::B, Seat::Witness];
    bench.write(Side::A);
    bench.run(Span::secs(2));
    bench.unheard = vec![Seat::B];
    let mut decided = false;
    while !bench.answers.iter().any(|&(_, response)| acknowledged(Some(response))) {
        decided =
            bench.voters.iter().filter(|voter| voter.durable().accepted.is_some_and(|v| v.mode == Mode::Alone)).count()
                > 1;
        bench.run(Span::millis(1));
    }
    assert!(decided, "acknowledged without the peer while a majority says `replicated`");
}

#[test]
fn a_peer_that_answers_many_probes_is_sent_its_records_once() {
    let mut bench = Bench::new(Replication::Async);
    bench.cut = true;
    bench.write(Side::A);
    bench.run(Span::secs(3));
    (bench.cut, bench.batches) = (false, 0);
    let probe = bench.until_sent(|message| matches!(message, PeerMessage::Probe { .. }));
    for _ in 0..9 {
        bench.post(WAY, Mail::Site(Side::B, SiteInput::Peer(probe)));
    }
    bench.run(Span::secs(3));
    assert_eq!(bench.batches, 1);
}

#[test]
fn a_certificate_that_gets_lost_is_sent_again() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    let empty = DurableLog { incarnation: Incarnation(1), uncertified: true, ..DurableLog::default() };
    bench.boot(Side::B, empty);
    bench.mute = true;
    bench.write(Side::A);
    bench.mute = false;
    bench.run(Span::secs(30));
    bench.sites[0] = None;
    bench.run(bench.policy.rto_bound());
    assert_eq!(bench.serving(), [Side::B]);
}

#[test]
fn a_log_that_was_seen_to_agree_is_not_cut_by_a_late_order() {
    let mut bench = Bench::new(Replication::Sync);
    assert!(acknowledged(bench.write(Side::A)) && acknowledged(bench.write(Side::A)));
    let late = PeerMessage::Diverged { epoch: Epoch(1), run: 0, keep: Position { epoch: Epoch(1), index: 1 } };
    bench.step(Side::B, SiteInput::Peer(late));
    assert!(bench.quarantined.is_empty(), "what was acknowledged stays on both sites");
}

#[test]
fn a_takeover_whose_outcome_was_unknown_declares_its_loss_all_the_same() {
    let mut bench = Bench::new(Replication::Async);
    bench.cut = true;
    bench.write(Side::A);
    bench.run(Span::secs(10));
    assert_eq!(bench.register().mode, Mode::Alone);
    (bench.sites[0], bench.mute) = (None, true);
    bench.step(Side::B, SiteInput::Order(Order::ForcedFailover));
    while bench.register().holder == Side::A {
        bench.run(Span::millis(1));
    }
    bench.mute = false;
    bench.run(Span::secs(30));
    assert_eq!(bench.serving(), [Side::B]);
    assert!(bench.said.iter().any(|(_, said)| matches!(said, Announcement::LossDeclared { .. })));
}

impl Bench {
    /// Lets time pass until a message to the other site is under way.
    fn until_sent(&mut self, wanted: impl Fn(PeerMessage) -> bool) -> PeerMessage {
        let peers = |(_, mail): &(Monotonic, Mail)| match *mail {
            Mail::Site(_, SiteInput::Peer(message)) if wanted(message) => Some(message),
            _ => None,
        };
        for _ in 0..60_000 {
            if let Some(message) = self.mail.iter().find_map(peers) {
                return message;
            }
            self.run(Span::millis(1));
        }
        panic!("nothing like it was sent in a minute")
    }
}

#[test]
fn a_holder_whose_lease_has_run_out_writes_no_backup() {
    let every = Some(Span::minutes(1));
    let mut bench = Bench::under(Policy { backup_every: every, replication: Replication::Sync, ..Policy::default() });
    (bench.cut, bench.unheard) = (true, vec![Seat::B]);
    bench.write(Side::A);
    assert!(acknowledged(bench.write(Side::A)), "alone, with the witness");
    bench.run(Span::minutes(1));
    let before = bench.backups;
    assert!(before > 0, "its peer is out of touch");
    bench.unheard.push(Seat::Witness);
    bench.run(bench.policy.ttl);
    let while_valid = bench.backups;
    bench.run(Span::minutes(10));
    assert_eq!(bench.backups, while_valid);
}
