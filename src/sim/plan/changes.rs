//! What operators change during a run: who moves, and which seats get another place.

use crate::terms::{Boundary, Country, Datacenter, Instant, Seat, Tenant, Unit};

/// A move to another home that is scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovePlan {
    /// Who moves.
    pub who: Mover,
    /// The boundary of the new home.
    pub to: Boundary,
    /// When an operator orders it.
    pub at: Instant,
    /// When an operator cancels it, if it is not over by then.
    pub cancelled_at: Option<Instant>,
}

/// Who moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mover {
    /// One tenant.
    Tenant(Tenant),
    /// Every tenant that is billed in a country.
    Country(Country),
}

/// A seat that gets another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplacementPlan {
    /// Whose seat.
    pub unit: Unit,
    /// Which.
    pub seat: Seat,
    /// The new place.
    pub to: Datacenter,
    /// When an operator orders it.
    pub at: Instant,
}
