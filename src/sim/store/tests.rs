//! What a store keeps, loses and agrees on.

use super::*;
use crate::sim::fixture;

fn entry(record: u64) -> Entry {
    let birth = fixture::birth(record);
    Entry { birth, request: Request(0), appended: Instant(record), replica: false, erased: false }
}

fn at(epoch: u32, index: Index) -> Position {
    Position { epoch: Epoch(epoch), index }
}

fn label(fence: u32, certified: bool) -> Label {
    Label { fence: Epoch(fence), certified, attested: false }
}

/// Three records of epoch 1 and two of epoch 2, of which the first `durable` are.
fn store(durable: Index) -> Store {
    let mut store = Store::new();
    for (index, epoch) in (1..).zip([1, 1, 1, 2, 2]) {
        store.append(at(epoch, index), entry(index));
    }
    store.begin_flush(durable, label(2, false));
    store.finish_flush();
    store
}

#[test]
fn a_crash_takes_what_was_not_flushed() {
    let mut store = store(3);
    assert_eq!(store.begin_flush(5, label(9, false)), Bytes(0));
    store.crash();
    let log = store.durable_log(0);
    assert_eq!((log.end, log.fence, log.history), (3, Epoch(2), vec![(Epoch(1), 1)]));
    assert!(store.holds(at(1, 3), Record(3)) && !store.holds(at(2, 4), Record(4)));
}

#[test]
fn a_flush_makes_durable_what_was_there_when_it_began() {
    let mut store = store(0);
    store.begin_flush(5, label(2, false));
    store.append(at(2, 6), entry(6));
    assert_eq!(store.finish_flush(), Flushed { from: 0, through: 5, certified: false });
    assert_eq!(store.begin_flush(6, label(2, false)), Bytes(100));
}

#[test]
fn a_cut_sets_the_tail_aside_and_a_flush_under_way_stops_short_of_it() {
    let (mut store, mut tail) = (store(3), Vec::new());
    store.begin_flush(5, label(2, false));
    store.cut(2, &mut tail);
    let positions: Vec<_> = tail.iter().map(|&(position, _)| position).collect();
    assert_eq!(positions, [at(1, 3), at(2, 4), at(2, 5)]);
    store.append(at(3, 3), entry(7));
    assert_eq!(store.finish_flush().through, 2);
    assert_eq!(store.position(3), at(3, 3));
}

#[test]
fn a_forgotten_record_is_still_known_by_its_position() {
    let mut store = store(4);
    store.forget(5);
    assert_eq!((store.base(), store.end()), (4, 5));
    assert!(store.holds(at(1, 2), Record(2)) && !store.holds(at(3, 2), Record(2)));
    assert_eq!(store.size(1, 5), Bytes(500));
}

#[test]
fn a_run_stands_for_records_that_nobody_holds_one_by_one() {
    let (mut old, mut new) = (store(5), Store::new());
    old.forget(3);
    new.append_run(Epoch(1), 1, 3, old.size(1, 3));
    new.append(at(2, 4), entry(4));
    new.begin_flush(4, label(2, true));
    assert_eq!(new.finish_flush(), Flushed { from: 0, through: 4, certified: false });
    assert_eq!((new.agreement(&old), new.size(1, 4)), (4, Bytes(400)));
    assert_eq!((new.run(2), new.run(4)), ((Epoch(1), 3), (Epoch(2), 4)));
    new.crash();
    assert_eq!(new.end(), 4);
}

#[test]
fn logs_agree_up_to_where_their_epochs_part() {
    let (mut ours, mut theirs) = (store(5), store(5));
    theirs.cut(4, &mut Vec::new());
    theirs.append(at(3, 5), entry(8));
    theirs.begin_flush(5, label(3, false));
    theirs.finish_flush();
    assert_eq!((ours.agreement(&theirs), theirs.agreement(&ours)), (4, 4));
    ours.lose(Instant(9));
    assert_eq!(ours.agreement(&theirs), 0);
}

#[test]
fn a_lost_store_is_another_one_and_not_certified() {
    let mut store = store(5);
    store.lose(Instant(7));
    let log = store.durable_log(0);
    assert_eq!((log.end, log.incarnation, log.uncertified), (0, Incarnation(1), true));
}
