//! The retry budgets of a client, one for each unit that it asks: token buckets, as in gRPC's retry throttling and
//! Finagle's budgets.
//!
//! Back-off alone does not end a storm: each request waits longer, but there are ever more of them. So
//! to try a write again takes a token, which pays for one round over the candidates, and there are few:
//! a share of one comes with every request, and a token drips in each [`Policy::backoff_max`], for an
//! outbox must not starve. A round that ends a request gives its token back, were it by a refusal for good,
//! so an outbox drains as fast as the service answers. Without a token nothing is sent again; what is held
//! waits in the outbox. What a unit in trouble leaves unanswered takes nothing from what waits for another.
//!
//! The first round is free, for to find the holder where it moved is no retry. So are a reader's: they
//! are three at most, and end at the first full site.

use crate::service::policy::Policy;
use crate::terms::{Monotonic, Span, Unit};
use smallvec::SmallVec;

/// The budgets of a client, by unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Budgets(SmallVec<[(Unit, Budget); 2]>);

impl Budgets {
    /// The budget for a unit.
    pub(super) fn of(&mut self, unit: Unit) -> &mut Budget {
        let place = self.0.iter().position(|(of, _)| *of == unit).unwrap_or_else(|| {
            self.0.push((unit, Budget::default()));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }
}

/// A bucket of [`Policy::retry_burst`] tokens, kept as one point in time: when it would be full again
/// (the generic cell rate algorithm of ITU-T I.371).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    full_at: Monotonic,
}

impl Budget {
    /// Takes a token.
    ///
    /// # Errors
    ///
    /// The bucket is empty until then.
    pub(super) fn take(&mut self, now: Monotonic, policy: &Policy) -> Result<(), Monotonic> {
        let capacity = Span(token(policy).0.saturating_mul(u64::from(policy.retry_burst)));
        let full_at = self.full_at.max(now) + token(policy);
        if full_at.since(now) > capacity {
            return Err(full_at.before(capacity));
        }
        self.full_at = full_at;
        Ok(())
    }

    /// A first attempt was made: a share of a token comes with it.
    pub(super) fn first_attempt(&mut self, policy: &Policy) {
        self.full_at = self.full_at.before(token(policy).scale(u64::from(policy.retry_budget_ppm), 1_000_000));
    }

    /// A retry was answered for good: its token comes back.
    pub(super) fn answered(&mut self, policy: &Policy) {
        self.full_at = self.full_at.before(token(policy));
    }
}

/// The time in which one token drips in.
const fn token(policy: &Policy) -> Span {
    policy.backoff_max
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy { backoff_max: Span::secs(60), retry_burst: 3, retry_budget_ppm: 100_000, ..Policy::default() }
    }

    /// How many tokens can be taken at once.
    fn tokens(mut budget: Budget, now: Monotonic) -> u32 {
        (0..100).take_while(|_| budget.take(now, &policy()).is_ok()).count() as u32
    }

    fn at(secs: u64) -> Monotonic {
        Monotonic::ZERO + Span::secs(secs)
    }

    #[test]
    fn a_bucket_holds_a_burst_and_then_a_token_drips_in_each_longest_back_off() {
        let mut budget = Budget::default();
        assert_eq!(tokens(budget, at(1_000)), 3);
        for _ in 0..3 {
            assert_eq!(budget.take(at(1_000), &policy()), Ok(()));
        }
        assert_eq!(budget.take(at(1_000), &policy()), Err(at(1_060)));
        assert_eq!((tokens(budget, at(1_059)), tokens(budget, at(1_060)), tokens(budget, at(9_000))), (0, 1, 3));
    }

    #[test]
    fn what_a_unit_leaves_unanswered_takes_nothing_from_another() {
        let (mut budgets, now) = (Budgets::default(), at(1_000));
        (0..3).for_each(|_| assert_eq!(budgets.of(Unit(7)).take(now, &policy()), Ok(())));
        assert_eq!([Unit(7), Unit(8)].map(|unit| tokens(*budgets.of(unit), now)), [0, 3]);
    }

    #[test]
    fn ten_first_attempts_bring_one_retry_and_an_answer_for_good_brings_its_own_back() {
        let mut budget = Budget::default();
        (0..3).for_each(|_| assert_eq!(budget.take(at(1_000), &policy()), Ok(())));
        (0..9).for_each(|_| budget.first_attempt(&policy()));
        assert_eq!(tokens(budget, at(1_000)), 0);
        budget.first_attempt(&policy());
        assert_eq!(tokens(budget, at(1_000)), 1);
        budget.answered(&policy());
        assert_eq!(tokens(budget, at(1_000)), 2);
    }
}
