//! Observers: what folds the facts.

use super::Fact;
use crate::terms::{Datacenter, Instant};

/// Folds facts. Observers never influence a run.
pub trait Observer {
    /// Takes one fact, which became true at `at`.
    fn observe(&mut self, at: Instant, fact: &Fact);

    /// So many requests got their turn at a datacenter, or old records that take as long to read. They are
    /// counted one by one, which no fact says: [`Fact::Load`] sums them up.
    #[inline(always)]
    fn served(&mut self, _at: Instant, _datacenter: Datacenter, _requests: u32) {}
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

    #[inline]
    fn served(&mut self, at: Instant, datacenter: Datacenter, requests: u32) {
        self.0.served(at, datacenter, requests);
        self.1.served(at, datacenter, requests);
    }
}

impl<A: Observer, B: Observer, C: Observer> Observer for (A, B, C) {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.0.observe(at, fact);
        self.1.observe(at, fact);
        self.2.observe(at, fact);
    }

    #[inline]
    fn served(&mut self, at: Instant, datacenter: Datacenter, requests: u32) {
        self.0.served(at, datacenter, requests);
        self.1.served(at, datacenter, requests);
        self.2.served(at, datacenter, requests);
    }
}

impl<O: Observer> Observer for Option<O> {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        if let Some(observer) = self {
            observer.observe(at, fact);
        }
    }

    #[inline]
    fn served(&mut self, at: Instant, datacenter: Datacenter, requests: u32) {
        if let Some(observer) = self {
            observer.served(at, datacenter, requests);
        }
    }
}

/// Collects every fact. For tests and short traces only: memory grows with the run.
impl Observer for Vec<(Instant, Fact)> {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.push((at, *fact));
    }
}
