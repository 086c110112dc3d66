//! Observers: what folds the facts.

use super::Fact;
use crate::terms::Instant;

/// Folds facts. Observers never influence a run.
pub trait Observer {
    /// Takes one fact, which became true at `at`.
    fn observe(&mut self, at: Instant, fact: &Fact);
}

impl Observer for () {
    #[inline(always)]
    fn observe(&mut self, _: Instant, _: &Fact) {}
}

impl<A: Observer, B: Observer> Observer for (A, B) {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.0.observe(at, fact);
        self.1.observe(at, fact);
    }
}

impl<A: Observer, B: Observer, C: Observer> Observer for (A, B, C) {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.0.observe(at, fact);
        self.1.observe(at, fact);
        self.2.observe(at, fact);
    }
}

impl<O: Observer> Observer for Option<O> {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        if let Some(observer) = self {
            observer.observe(at, fact);
        }
    }
}

/// Collects every fact. For tests and short traces only: memory grows with the run.
impl Observer for Vec<(Instant, Fact)> {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.push((at, *fact));
    }
}
