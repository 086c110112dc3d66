//! Tenants that move.

use crate::facts::Moving;
use crate::terms::{Instant, Tenant, Unit};

/// A tenant that was ordered to move.
#[derive(Clone, Copy, Debug)]
pub(in crate::audit) struct Home {
    /// Who.
    pub tenant: Tenant,
    /// The old home.
    pub from: Unit,
    /// The new home.
    pub to: Unit,
    /// When it was ordered.
    pub ordered: Instant,
    /// Since when the new home is home.
    pub cut_over: Option<Instant>,
    /// Since when it is settled that it stays.
    pub cancelled: Option<Instant>,
}

impl Home {
    /// Where it is at home.
    pub(in crate::audit) fn now(&self) -> Unit {
        if self.cut_over.is_some() { self.to } else { self.from }
    }

    /// The home in which nothing may be left, and since when that is so.
    pub(in crate::audit) fn leaves(&self) -> Option<(Unit, Instant)> {
        let left = self.cut_over.map(|at| (self.from, at));
        left.or(self.cancelled.map(|at| (self.to, at)))
    }
}

/// Every move.
#[derive(Debug, Default)]
pub(in crate::audit) struct Homes {
    homes: Vec<Home>,
}

impl Homes {
    /// The move of a tenant, if it was ordered to.
    #[inline]
    pub(in crate::audit) fn of(&self, tenant: Tenant) -> Option<&Home> {
        self.homes.iter().find(|home| home.tenant == tenant)
    }

    /// Every move that was ordered.
    pub(in crate::audit) fn all(&self) -> &[Home] {
        &self.homes
    }

    /// Something happened to one.
    pub(in crate::audit) fn moving(&mut self, at: Instant, what: &Moving) {
        match *what {
            Moving::Ordered { tenant, from, to } => {
                self.homes.push(Home { tenant, from, to, ordered: at, cut_over: None, cancelled: None });
            }
            Moving::CutOver { tenant } => {
                if let Some(home) = self.of_mut(tenant) {
                    home.cut_over.get_or_insert(at);
                }
            }
            Moving::Cancelled { tenant } => {
                if let Some(home) = self.of_mut(tenant) {
                    home.cancelled.get_or_insert(at);
                }
            }
            Moving::Rests { .. } | Moving::Told { .. } => {}
        }
    }

    fn of_mut(&mut self, tenant: Tenant) -> Option<&mut Home> {
        self.homes.iter_mut().find(|home| home.tenant == tenant)
    }
}
