//! Bringing a peer back that is far behind: old records are read in turn, and no faster than the rate.

use super::*;
use crate::service::message::Batch;
use crate::terms::Position;

/// A window of eight, so that a dozen records are far behind.
fn base() -> Policy {
    let failback = Initiative::Manual;
    Policy { replication: Replication::Async, failback, batch_records: 4, window_records: 8, ..Policy::default() }
}

impl Bench {
    /// How far a site's log is durable.
    fn durable(&self, side: Side) -> Index {
        self.sites[side.index()].as_ref().unwrap().log.durable()
    }

    /// So many records that only A has, and a way to B again.
    fn apart(policy: Policy, records: u64) -> Self {
        let mut bench = Self::under(policy);
        bench.cut = true;
        for _ in 0..records {
            bench.write(Side::A);
        }
        bench.run(Span::secs(5));
        assert_eq!([Side::A, Side::B].map(|side| bench.durable(side)), [records, 0]);
        bench.cut = false;
        bench
    }
}

#[test]
fn a_peer_far_behind_is_brought_back_at_the_rate_and_the_last_window_at_once() {
    let mut bench = Bench::apart(Policy { reseed_rate: Some(2), ..base() }, 48);
    let (began, mut last) = (bench.now, 0);
    while bench.durable(Side::B) < 48 {
        bench.run(Span::millis(100));
        let (had, waited) = (bench.durable(Side::B), bench.now.since(began).as_secs_f64());
        let most = 2.0 + 2.0 * waited;
        assert!(had as f64 <= most || had > 40, "{had} records after {waited} s");
        assert!(waited < 25.0, "still {} behind", 48 - had);
        last = had;
    }
    let waited = bench.now.since(began);
    assert!(waited >= Span::secs(19), "forty old records at two a second took {waited}");
    assert!(last == 48 && bench.rereads == 20, "{} reads", bench.rereads);
}

#[test]
fn without_a_rate_one_read_follows_the_other() {
    let mut bench = Bench::apart(base(), 48);
    bench.run(Span::secs(2));
    assert_eq!((bench.durable(Side::B), bench.rereads), (48, 10));
    assert!(bench.said.contains(&(Side::A, Announcement::PeerCaughtUp)));
}

#[test]
fn a_peer_that_keeps_up_is_not_held_back() {
    let mut bench = Bench::under(Policy { reseed_rate: Some(1), replication: Replication::Sync, ..base() });
    for _ in 0..30 {
        let before = bench.now;
        assert!(acknowledged(bench.write(Side::A)), "{before:?}");
    }
    assert_eq!((bench.durable(Side::B), bench.rereads), (30, 0));
}

#[test]
fn in_sync_nobody_waits_until_a_peer_is_reseeded() {
    let mut bench = Bench::apart(Policy { reseed_rate: Some(1), replication: Replication::Sync, ..base() }, 40);
    bench.run(Span::secs(3));
    assert!(bench.durable(Side::B) < 10);
    assert!(acknowledged(bench.write(Side::A)));
    assert_eq!(bench.register().mode, Mode::Alone);
    bench.run(Span::minutes(1));
    assert_eq!((bench.durable(Side::B), bench.register().mode), (41, Mode::Replicated));
}

/// The peer's disk is lost while the two are in step: no timeout tells the holder that it will take long.
#[test]
fn in_sync_a_replaced_disk_has_the_holder_serve_alone_while_it_is_filled() {
    let mut bench = Bench::under(Policy { reseed_rate: Some(1), replication: Replication::Sync, ..base() });
    for _ in 0..30 {
        assert!(acknowledged(bench.write(Side::A)));
    }
    assert_eq!(bench.register().mode, Mode::Replicated);
    let empty = DurableLog { incarnation: Incarnation(1), uncertified: true, ..DurableLog::default() };
    bench.boot(Side::B, empty);
    bench.write(Side::A);
    bench.run(Span::secs(3));
    assert!(bench.answers.iter().any(|&(_, response)| acknowledged(Some(response))), "{:?}", bench.answers);
    assert_eq!(bench.register().mode, Mode::Alone);
    assert!(bench.durable(Side::B) < 10);
}

/// A peer far behind, and the first batch that is being read for it.
fn being_read() -> (Bench, Batch) {
    let mut bench = Bench::apart(base(), 48);
    while bench.rereads == 0 {
        bench.run(Span::millis(1));
    }
    let reading = bench.mail.iter().find_map(|(_, mail)| match mail {
        Mail::Site(Side::A, SiteInput::Reread(batch)) => Some(*batch),
        _ => None,
    });
    let batch = reading.expect("the first batch is being read");
    (bench, batch)
}

/// The peer is asked meanwhile whether it is there, and answers.
fn asked_meanwhile(bench: &mut Bench, batch: Batch, end: Position) {
    let Batch { epoch, run, .. } = batch;
    let ends = PeerMessage::Ends { epoch, run, end, incarnation: Incarnation(0), certified: true };
    bench.step(Side::A, SiteInput::Peer(ends));
}

#[test]
fn what_was_read_for_a_peer_that_has_other_records_since_is_not_sent() {
    let (mut bench, batch) = being_read();
    let before = bench.batches;
    asked_meanwhile(&mut bench, batch, Position { epoch: batch.of, index: 2 });
    bench.step(Side::A, SiteInput::Reread(batch));
    assert_eq!(bench.batches, before, "it is not the next any more");
    bench.step(Side::A, SiteInput::Reread(Batch { last: batch.last + 1, ..batch }));
    assert_eq!(bench.batches, before, "nobody asked for this one");
    bench.run(Span::secs(5));
    assert_eq!(bench.durable(Side::B), 48, "and it is read again");
}

/// A turn behind a long queue takes longer than a peer goes unasked: it would be read for nothing for ever.
#[test]
fn what_was_read_while_the_peer_was_asked_whether_it_is_there_is_sent() {
    let (mut bench, batch) = being_read();
    let (batches, rereads) = (bench.batches, bench.rereads);
    asked_meanwhile(&mut bench, batch, batch.previous);
    assert_eq!((bench.batches, bench.rereads), (batches, rereads), "it is still being read");
    bench.step(Side::A, SiteInput::Reread(batch));
    assert_eq!(bench.batches, batches + 1);
    bench.run(Span::secs(5));
    assert_eq!((bench.durable(Side::B), bench.rereads), (48, 10), "nothing is read twice");
}

/// What was sent before the peer was asked again may arrive after it answered.
#[test]
fn what_the_peer_has_got_meanwhile_is_not_sent_again() {
    let mut bench = Bench::apart(base(), 48);
    while bench.rereads == 0 {
        bench.run(Span::millis(1));
    }
    let (before, through, epoch) = (bench.batches, 20, bench.register().epoch);
    let stored = PeerMessage::Stored { epoch, through, incarnation: Incarnation(0), certified: true };
    bench.step(Side::A, SiteInput::Peer(stored));
    bench.run(Span::millis(1));
    assert_eq!((bench.rereads, bench.batches), (2, before), "what follows is read");
}

/// The register said `alone`, and `replicated` before anything was acknowledged by that, and so on.
#[test]
fn what_waits_for_a_peer_far_behind_is_acknowledged_alone_in_sync_and_the_register_does_not_flap() {
    let mut bench = Bench::under(Policy { replication: Replication::Sync, reseed_rate: Some(1), ..base() });
    assert!(acknowledged(bench.write(Side::A)));
    bench.answers.clear();
    bench.said.clear();
    (0..40).for_each(|_| bench.send_write(Side::A));
    bench.run(Span::secs(5));
    let answered = bench.answers.iter().filter(|&&(_, answer)| acknowledged(Some(answer))).count();
    assert_eq!((answered, bench.register().mode), (40, Mode::Alone));
    let changes =
        |bench: &Bench| bench.said.iter().filter(|(_, said)| matches!(said, Announcement::ModeChanged { .. })).count();
    assert_eq!(changes(&bench), 1);
    bench.run(Span::minutes(1));
    assert_eq!((bench.register().mode, changes(&bench)), (Mode::Replicated, 2), "the peer has all again");
}

/// On the strength of a certificate an old place is emptied: it must outlast a loss of power.
#[test]
fn a_store_says_that_it_is_certified_once_its_disk_does() {
    let mut bench = Bench::new(Replication::Async);
    assert!(acknowledged(bench.write(Side::A)));
    bench.boot(Side::B, DurableLog { uncertified: true, ..Bench::log_of(&[(1, 1)], 1) });
    let (now, mut site) = (bench.local(), bench.sites[1].take().unwrap());
    let mut told = |input| {
        let mut effects = Vec::new();
        site.step(now, input, &mut effects);
        let says = effects.iter().find_map(|effect| match effect {
            SiteEffect::ToPeer(PeerMessage::Stored { certified, .. }) => Some(*certified),
            _ => None,
        });
        let writes = effects.iter().any(|effect| matches!(effect, SiteEffect::Flush { label, .. } if label.certified));
        (says, writes)
    };
    let word = PeerMessage::Certified { epoch: Epoch(1), incarnation: Incarnation(0) };
    assert_eq!(told(SiteInput::Peer(word)), (Some(false), true));
    assert_eq!(told(SiteInput::Peer(word)), (Some(false), false), "it is being written");
    assert_eq!(told(SiteInput::Persisted { through: 1 }), (Some(true), false));
}
