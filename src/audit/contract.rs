//! What was promised, as the oracle needs it. Filled by `scenario` from the same text as the world's
//! plan and production's map, by a way of its own.

use super::slack;
use crate::terms::{
    AppVersion, Boundary, BoundarySet, Bytes, Country, Datacenter, Instant, Seat, Side, Span, Tenancy, Tenant, Unit,
};

/// Everything that the oracle may know beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Where each datacenter truly stands, by [`Datacenter::index`].
    pub datacenters: Vec<Boundary>,
    /// The boundary of each country, by [`Country::index`]; `None` is not served.
    pub countries: Vec<Option<Boundary>>,
    /// Boundaries whose tenants are at home there whatever the date (rule R1).
    pub go_local: BoundarySet,
    /// The scale units as commissioned at the start, by [`Unit::index`]; in the oracle's books, as they stand.
    pub units: Vec<UnitTerms>,
    /// From when on rule R2 holds.
    pub effective: Instant,
    /// Within this of the effective instant either residence is right.
    pub clock_tolerance: Span,
    /// The first app version whose action cards follow rule R2.
    pub card_version: AppVersion,
    /// Whether older apps' cards are refused, for tenants that signed up after the effective
    /// instant and for those before.
    pub refuses_old_cards: CardTerms,
    /// The loss that is allowed at a failover.
    pub loss: LossTerms,
    /// The most records that an asynchronous failover may lose while `replicated`, besides the time.
    pub loss_records: Option<u64>,
    /// Records a second at which a peer is brought back that is far behind; `None`: as fast as may be.
    pub reseed_rate: Option<u64>,
    /// How often a backup is promised; `None`: never.
    pub backup_every: Option<Span>,
    /// How often the copies of a log are brought up to date; `None`: none are made.
    pub index_every: Option<Span>,
    /// How long an export is kept.
    pub export_lifetime: Span,
    /// How long a support dump is kept.
    pub dump_lifetime: Span,
    /// When an inventory is taken, in order, besides the end.
    pub inventories: Vec<Instant>,
    /// Whether content may travel only inside the boundary where it rests, to and from devices as well.
    pub travels_inside: bool,
    /// Length of the lease.
    pub ttl: Span,
    /// ρ in parts per million.
    pub rho_ppm: u32,
    /// The longest time that one attempt at the register may take, which asks other voters twice.
    pub attempt: Span,
    /// The bound on an automatic failover, from the onset of the fault.
    pub rto_bound: Span,
    /// The longest grace before a failover that declares a loss; `None`: never.
    pub grace: Option<Span>,
    /// Whether failover waits for an operator, or for ever.
    pub manual_failover: bool,
    /// The longest time for which a planned switchover may refuse writes.
    pub switchover_bound: Span,
    /// The longest that a client's write waits between two attempts that a site could answer.
    pub longest_wait: Span,
    /// The most requests that may wait at a datacenter before it refuses as overloaded.
    pub queue_limit: u32,
    /// How long a client waits for an answer. A datacenter may refuse as overloaded, too, when what
    /// waits takes it half of that.
    pub request_timeout: Span,
    /// Whether a client never says for how long it waits: then only their number bounds the requests that wait.
    pub clients_are_naive: bool,
    /// Requests that each datacenter serves a second, by [`Datacenter::index`].
    pub rates: Vec<u64>,
    /// What a link between two datacenters carries in a second.
    pub bandwidth: Bytes,
    /// How long the service may take to converge once the faults are healed.
    pub settle: Span,
    /// When the safety phase starts.
    pub start: Instant,
    /// How long after a move its old home may have anything left of the tenant.
    pub purge_within: Span,
    /// Who is to leave its home.
    pub moves: Vec<MoveTerms>,
    /// Which seats are to leave their place.
    pub seats: Vec<SeatTerms>,
}

/// A move that was agreed upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveTerms {
    /// Who leaves.
    pub who: Leaver,
    /// The boundary of the new home.
    pub to: Boundary,
    /// Not before this.
    pub at: Instant,
}

/// A seat of a scale unit that is to have another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatTerms {
    /// Whose seat.
    pub unit: Unit,
    /// Which.
    pub seat: Seat,
    /// Where it is at the start.
    pub from: Datacenter,
    /// Where it is to be.
    pub to: Datacenter,
    /// Not before this.
    pub at: Instant,
}

/// Who leaves its home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaver {
    /// One tenant.
    Tenant(Tenant),
    /// Every tenant that is billed in a country.
    Country(Country),
}

impl MoveTerms {
    /// Whether a tenant is meant.
    pub fn means(&self, tenancy: &Tenancy) -> bool {
        match self.who {
            Leaver::Tenant(tenant) => tenant == tenancy.tenant,
            Leaver::Country(country) => country == tenancy.billing,
        }
    }
}

impl Contract {
    /// How long a site must have been able to serve before it must have done so.
    pub fn able_for(&self) -> Span {
        self.rto_bound + slack::SETTLING
    }

    /// What a device takes to ask both sites of a unit in vain, one after the other.
    pub(in crate::audit) fn round(&self) -> Span {
        self.request_timeout + self.request_timeout
    }

    /// How often a device that asks in vain has asked each site of a unit for certain in the last `span`. Between two
    /// rounds it waits for a quarter of a failover at most.
    pub(in crate::audit) fn rounds_within(&self, span: Span) -> usize {
        let further = span.saturating_sub(self.round()).0 / (self.round() + self.rto_bound.scale(1, 4)).0.max(1);
        usize::from(span >= self.round()) + usize::try_from(further).unwrap_or(usize::MAX - 1)
    }
}

/// A scale unit as commissioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitTerms {
    /// The boundary it serves.
    pub boundary: Boundary,
    /// The datacenters of sides A and B.
    pub sites: [Datacenter; 2],
    /// The datacenter of the witness.
    pub witness: Datacenter,
}

impl UnitTerms {
    /// The side whose site stands at a datacenter.
    pub fn side_at(&self, datacenter: Datacenter) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.sites[side.index()] == datacenter)
    }

    /// Puts a seat at another place.
    pub(super) const fn put(&mut self, seat: Seat, at: Datacenter) {
        match seat {
            Seat::A => self.sites[0] = at,
            Seat::B => self.sites[1] = at,
            Seat::Witness => self.witness = at,
        }
    }

    /// The datacenter of a side's site.
    pub const fn site(&self, side: Side) -> Datacenter {
        self.sites[side.index()]
    }

    /// The datacenter of a voter.
    pub const fn voter(&self, seat: Seat) -> Datacenter {
        match seat {
            Seat::A => self.sites[0],
            Seat::B => self.sites[1],
            Seat::Witness => self.witness,
        }
    }
}

/// Whether an older app's action card is refused (rule R4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardTerms {
    /// For tenants that signed up from the effective instant on.
    pub new_tenant: bool,
    /// For tenants that signed up before.
    pub old_tenant: bool,
}

/// The loss that is allowed at a failover, by the survivability table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossTerms {
    /// `sync-strict`: none, ever.
    Never,
    /// `sync`: none while `replicated`; what only the lost site had while `alone`.
    NoneWhileReplicated,
    /// `async`: acknowledged within this span while `replicated`.
    AtMost(Span),
}

impl LossTerms {
    /// Whether a loss while `replicated` is bounded, and not excluded.
    pub const fn is_bounded(self) -> bool {
        matches!(self, Self::AtMost(_))
    }
}

impl Contract {
    /// The boundary of a country, if the service serves it.
    pub fn boundary_of(&self, country: Country) -> Option<Boundary> {
        self.countries.get(country.index()).copied().flatten()
    }

    /// Where a datacenter truly stands.
    pub fn stands_in(&self, datacenter: Datacenter) -> Boundary {
        self.datacenters[datacenter.index()]
    }

    /// How many requests may wait at a datacenter that has `share_ppm` of its rate before it refuses as
    /// overloaded.
    pub fn fills_at(&self, datacenter: Datacenter, share_ppm: u32) -> u32 {
        let in_time = Span(self.rates[datacenter.index()])
            .scale(share_ppm.into(), 1_000_000)
            .scale(self.request_timeout.0 / 2, 1_000_000)
            .0;
        self.queue_limit.min(u32::try_from(in_time).unwrap_or(u32::MAX)).max(1)
    }

    /// The terms of a unit.
    pub fn unit(&self, unit: Unit) -> &UnitTerms {
        &self.units[unit.index()]
    }
}
