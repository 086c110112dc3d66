//! The front end of a datacenter: the queue before its sites, and who is turned away.
//!
//! A queue hides a short peak and turns a long one into an outage: when what waits takes longer than
//! clients do, every answer is late, the clients try again, and the work that was done for nobody keeps
//! the queue long after the peak is over. Four rules keep a datacenter out of that state:
//!
//! - **The queue is bounded**, in number ([`Policy::queue_limit`]) and in time: it takes nobody in whose
//!   client would wait for longer than half of its patience. The other half is left for the flush, the
//!   peer and the way back.
//! - **Whoever is turned away is told when to come back**: after the queue, and after everybody who was
//!   told so before, as if the queue went on outside the door. Told one and the same time, all would
//!   come back at once.
//! - **Nobody is served who has given up.** A request says how long its client waits, as gRPC's deadlines
//!   do; one whose time is over, because the processes stood still or became slow, is dropped unserved.
//!   It is the one mechanism that needs no tuning, and it loses nothing: the client keeps what it wrote.
//!   Among those that still wait it stays first come, first served.
//! - **A peer is brought back beside a full queue.** Where [`Policy::reseed_rate`] holds back what is read for it, that
//!   goes before everybody who waits, and between two such turns that wait, as many requests are served as take as
//!   long. Without a rate, as many are served before each turn. First come, first served, a peer would stay away for
//!   as long as the queue is full: for ever under `sync-strict`, where clients try again for that very reason; and
//!   elsewhere all that is acknowledged meanwhile would be on one site.

use super::policy::Policy;
use crate::terms::{Monotonic, Span};

/// A front end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FrontEnd {
    /// When everybody could have been served who was told to come back.
    told_until: Monotonic,
}

/// The queue that a request finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue {
    /// How many wait.
    pub waiting: u32,
    /// How long one takes to be served, as measured.
    pub each: Span,
}

impl Queue {
    /// How long until all that wait have been served.
    pub const fn drains_in(self) -> Span {
        Span(self.each.0.saturating_mul(self.waiting as u64))
    }

    /// Whether it takes in one more whose client waits for `patience`, where it says so.
    pub fn has_room(self, patience: Option<Span>, policy: &Policy) -> bool {
        let in_time = patience.is_none_or(|patience| self.waiting == 0 || self.drains_in().0 <= patience.0 / 2);
        self.waiting < policy.queue_limit && in_time
    }
}

impl FrontEnd {
    /// How long to stay away, for one more who found no room.
    pub fn turn_away(&mut self, now: Monotonic, queue: Queue, policy: &Policy) -> Span {
        let latest = now + policy.backoff_max;
        self.told_until = (now + queue.drains_in()).max(self.told_until).min(latest) + queue.each;
        self.told_until.since(now)
    }

    /// How many of those that wait, `waiting` in all, go before old records that are read for a peer and that take the
    /// time of `takes` requests. `last` is where such records already wait, counted from the head of the queue, and
    /// what they take.
    pub fn before_old(waiting: usize, takes: u32, last: Option<(usize, u32)>, policy: &Policy) -> usize {
        let under_way = waiting.min(1);
        let behind = |(place, takes): (usize, u32)| waiting.min(place + 1 + takes.max(1) as usize);
        match policy.reseed_rate {
            Some(_) => last.map_or(under_way, behind),
            None => behind(last.unwrap_or((0, takes))),
        }
    }

    /// Whether the client of a request still waits that has waited for `waited` at this datacenter.
    pub fn is_awaited(waited: Span, patience: Option<Span>) -> bool {
        patience.is_none_or(|patience| waited < patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Option<Span> = Some(Span::secs(4));

    fn queue(waiting: u32) -> Queue {
        Queue { waiting, each: Span::millis(100) }
    }

    #[test]
    fn a_queue_is_full_when_it_is_long_or_takes_half_of_a_clients_patience() {
        let policy = Policy { queue_limit: 50, ..Policy::default() };
        let room = |waiting, patience| queue(waiting).has_room(patience, &policy);
        assert_eq!([20, 21].map(|waiting| room(waiting, PATIENCE)), [true, false]);
        assert_eq!([49, 50].map(|waiting| room(waiting, None)), [true, false]);
        assert!(Queue { waiting: 0, each: Span::hours(1) }.has_room(PATIENCE, &policy), "an idle site is asked");
    }

    #[test]
    fn those_turned_away_are_told_to_come_back_one_after_the_other() {
        let (mut front, policy) = (FrontEnd::default(), Policy::default());
        let now = Monotonic::ZERO + Span::hours(1);
        assert_eq!(front.turn_away(now, queue(20), &policy), Span::millis(2_100));
        assert_eq!(front.turn_away(now, queue(20), &policy), Span::millis(2_200));
        assert_eq!(front.turn_away(now + Span::secs(9), queue(20), &policy), Span::millis(2_100));
    }

    #[test]
    fn a_peer_that_is_brought_back_at_a_rate_waits_for_nobody_but_what_else_is_read_for_peers() {
        let policy = Policy { reseed_rate: Some(3), ..Policy::default() };
        let before = |waiting, last| FrontEnd::before_old(waiting, 7, last, &policy);
        assert_eq!([0, 1, 50].map(|waiting| before(waiting, None)), [0, 1, 1]);
        assert_eq!([2, 3, 50].map(|waiting| before(waiting, Some((1, 0)))), [2, 3, 3]);
        assert_eq!([5, 50].map(|waiting| before(waiting, Some((1, 30)))), [5, 32]);
    }

    #[test]
    fn a_peer_that_is_brought_back_at_no_rate_takes_turns_with_clients() {
        let policy = Policy::default();
        let before = |waiting, takes, last| FrontEnd::before_old(waiting, takes, last, &policy);
        assert_eq!([0, 1, 5, 50].map(|waiting| before(waiting, 7, None)), [0, 1, 5, 8]);
        assert_eq!(before(50, 0, None), 2, "a short turn waits for one more");
        assert_eq!(before(50, 7, Some((9, 30))), 40);
    }

    #[test]
    fn nobody_is_told_to_stay_away_for_longer_than_the_longest_back_off() {
        let (mut front, policy) = (FrontEnd::default(), Policy::default());
        let told = (0..10_000).map(|_| front.turn_away(Monotonic::ZERO, queue(1), &policy));
        assert_eq!(told.max(), Some(policy.backoff_max + queue(1).each));
    }

    #[test]
    fn whoever_has_given_up_is_awaited_no_longer() {
        let awaited = [0, 3_999, 4_000].map(|ms| FrontEnd::is_awaited(Span::millis(ms), PATIENCE));
        assert_eq!(awaited, [true, true, false]);
        assert!(FrontEnd::is_awaited(Span::hours(1), None));
    }
}
