//! The truth, as far as explanations compare it with what a machine knew.

use super::words::listed;
use crate::facts::{Fact, Seating};
use crate::service::Policy;
use crate::service::site::{Standing, Status};
use crate::sim::Plan;
use crate::sim::plan::UnitPlan;
use crate::terms::{
    CopyClass, Datacenter, Instant, LocalTime, Monotonic, Names, Position, Register, Seat, Side, Unit, Wall,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is to be known of a run before it begins.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The run.
    pub plan: Arc<Plan>,
    /// The names of places and tenants.
    pub names: Names,
    /// Each fault of the plan in words, such as `outage dublin`.
    pub faults: Vec<String>,
}

/// A datacenter in truth.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    dark: Option<Instant>,
    paused: Option<Instant>,
    closed: Option<Instant>,
}

/// What a voter of a unit has on its disk, and since when.
type Held = Option<(Register, Instant)>;

/// A scale unit in truth.
#[derive(Clone, Debug, Default)]
struct Lease {
    held: [Held; 3],
    /// The last position acknowledged, when, and where.
    acknowledged: Option<(Position, Instant, Datacenter)>,
    /// The end of what is durable at each side.
    ends: [Position; 2],
    /// How each site said that it stands, and its clocks then.
    status: [Option<(Status, LocalTime)>; 2],
}

/// The truth, folded from facts.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) setting: Setting,
    places: Vec<Place>,
    cuts: BTreeSet<(Datacenter, Datacenter)>,
    leases: Vec<Lease>,
    /// Where the seats of each unit are.
    seats: Vec<UnitPlan>,
    /// The faults that are on.
    pub(super) active: BTreeMap<u16, Instant>,
}

impl Known {
    pub(super) fn new(setting: Setting) -> Self {
        Self {
            places: vec![Place::default(); setting.plan.datacenters.len()],
            cuts: BTreeSet::new(),
            leases: vec![Lease::default(); setting.plan.units.len()],
            seats: setting.plan.units.clone(),
            active: BTreeMap::new(),
            setting,
        }
    }

    pub(super) fn observe(&mut self, at: Instant, fact: &Fact) {
        let since = |now: bool| now.then_some(at);
        match *fact {
            Fact::Power { datacenter, on } => self.places[datacenter.index()].dark = since(!on),
            Fact::Paused { datacenter, paused } => self.places[datacenter.index()].paused = since(paused),
            Fact::Access { datacenter, up } => self.places[datacenter.index()].closed = since(!up),
            Fact::Link { from, to, up: false } => drop(self.cuts.insert((from, to))),
            Fact::Link { from, to, up: true } => drop(self.cuts.remove(&(from, to))),
            Fact::FaultBegan { fault } => drop(self.active.insert(fault, at)),
            Fact::FaultEnded { fault } => drop(self.active.remove(&fault)),
            Fact::VoterPersisted { unit, seat, record, .. } => {
                let held = &mut self.leases[unit.index()].held[seat.index()];
                let accepted = record.get().accepted;
                if held.map(|(register, _)| register) != accepted {
                    *held = accepted.map(|register| (register, at));
                }
            }
            Fact::Acknowledged { unit, datacenter, position, .. } => {
                let last = &mut self.leases[unit.index()].acknowledged;
                if last.is_none_or(|(highest, ..)| highest < position) {
                    *last = Some((position, at, datacenter));
                }
            }
            Fact::Landed { copy: CopyClass::Log | CopyClass::Replica, datacenter, unit, position, .. } => {
                self.reaches(unit, datacenter, position);
            }
            Fact::RangeLanded { copy: CopyClass::Log | CopyClass::Replica, datacenter, unit, epoch, last, .. } => {
                self.reaches(unit, datacenter, Position { epoch, index: last });
            }
            Fact::TailCut { datacenter, unit, keeps } => self.ends_at(unit, datacenter, keeps),
            Fact::StorageLost { unit, datacenter, .. } => self.ends_at(unit, datacenter, Position::default()),
            Fact::Seating(Seating::Commissioned { unit, seat, to, .. }) => {
                self.seats[unit.index()].put(seat, to);
                self.leases[unit.index()].held[seat.index()] = None;
                self.ends_at(unit, to, Position::default());
            }
            _ => {}
        }
    }

    /// Notes how a site says that it stands.
    pub(super) fn stands(&mut self, unit: Unit, side: Side, status: Status, local: LocalTime) {
        self.leases[unit.index()].status[side.index()] = Some((status, local));
    }

    fn reaches(&mut self, unit: Unit, datacenter: Datacenter, position: Position) {
        if let Some(side) = self.side_at(unit, datacenter) {
            let end = &mut self.leases[unit.index()].ends[side.index()];
            *end = position.max(*end);
        }
    }

    fn ends_at(&mut self, unit: Unit, datacenter: Datacenter, position: Position) {
        if let Some(side) = self.side_at(unit, datacenter) {
            self.leases[unit.index()].ends[side.index()] = position;
        }
    }
}

/// What is so.
impl Known {
    /// The value that a majority of voters holds, or the newest that any does, and since when.
    pub(super) fn register(&self, unit: Unit) -> Option<(Register, Instant)> {
        self.leases[unit.index()].held.iter().flatten().copied().max_by_key(|(register, _)| register.renewal)
    }

    /// The last position that anybody acknowledged, when, and where.
    pub(super) fn acknowledged(&self, unit: Unit) -> Option<(Position, Instant, Datacenter)> {
        self.leases[unit.index()].acknowledged
    }

    /// Where a site's durable log ends.
    pub(super) fn end(&self, unit: Unit, side: Side) -> Position {
        self.leases[unit.index()].ends[side.index()]
    }

    /// How a site stood when it took its last step.
    pub(super) fn status(&self, unit: Unit, side: Side) -> Option<(Status, LocalTime)> {
        self.leases[unit.index()].status[side.index()]
    }

    /// What keeps a datacenter from answering, in words.
    pub(super) fn trouble(&self, datacenter: Datacenter) -> Option<String> {
        let place = self.places[datacenter.index()];
        let name = self.name(datacenter);
        let dark = place.dark.map(|since| format!("{name} has been without power since {}", clock(since)));
        let paused = || place.paused.map(|since| format!("{name}'s processes have stood still since {}", clock(since)));
        let closed = || place.closed.map(|since| format!("no client has reached {name} since {}", clock(since)));
        dark.or_else(paused).or_else(closed)
    }

    /// The datacenters to which a datacenter cannot send, or which cannot send to it.
    pub(super) fn cut_from(&self, datacenter: Datacenter) -> BTreeSet<Datacenter> {
        let of = |&(from, to): &(Datacenter, Datacenter)| match datacenter {
            _ if from == datacenter => Some(to),
            _ if to == datacenter => Some(from),
            _ => None,
        };
        self.cuts.iter().filter_map(of).collect()
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.setting.plan.policy
    }

    pub(super) fn units(&self) -> impl Iterator<Item = Unit> + use<> {
        (0..).map(Unit).take(self.leases.len())
    }

    /// A unit as it stands.
    pub(super) fn seats(&self, unit: Unit) -> &UnitPlan {
        &self.seats[unit.index()]
    }

    pub(super) fn place_of(&self, unit: Unit, side: Side) -> Datacenter {
        self.seats(unit).site(side)
    }

    pub(super) fn side_at(&self, unit: Unit, datacenter: Datacenter) -> Option<Side> {
        Side::BOTH.into_iter().find(|&side| self.place_of(unit, side) == datacenter)
    }
}

/// Names.
impl Known {
    pub(super) fn name(&self, datacenter: Datacenter) -> &str {
        self.setting.names.datacenter(datacenter)
    }

    pub(super) fn unit(&self, unit: Unit) -> &str {
        self.setting.names.unit(unit)
    }

    /// The datacenter of a site, by name.
    pub(super) fn at(&self, unit: Unit, side: Side) -> &str {
        self.name(self.place_of(unit, side))
    }

    pub(super) fn site(&self, unit: Unit, side: Side) -> String {
        format!("{}, site {side:?} of {}", self.at(unit, side), self.unit(unit))
    }

    pub(super) fn voter(&self, unit: Unit, seat: Seat) -> String {
        let place = self.name(self.seats(unit).voter(seat));
        let what = if seat == Seat::Witness { "witness" } else { "voter" };
        format!("{place}, {what} of {}", self.unit(unit))
    }

    pub(super) fn names(&self, datacenters: impl IntoIterator<Item = Datacenter>) -> String {
        listed(datacenters.into_iter().map(|datacenter| self.name(datacenter).to_owned()))
    }

    /// How a site stands to its lease, by its own clocks at `local`.
    pub(super) fn standing(&self, unit: Unit, status: &Status, local: LocalTime) -> String {
        match status.standing {
            Standing::Standby { seen: None, .. } => "on standby, with no holder seen yet".to_owned(),
            Standing::Standby { seen: Some(seen), .. } => {
                format!("on standby, with epoch {} of {} seen", seen.epoch, self.at(unit, seen.holder))
            }
            Standing::Holding { lease_until, .. } if lease_until > local.monotonic => {
                let left = lease_until.since(local.monotonic);
                let until = clock_wall(wall_of(lease_until, local));
                format!("holder, with a lease until {until} by its clock, {left} more")
            }
            Standing::Holding { lease_until: Monotonic::ZERO, .. } => "holder that has given its lease away".to_owned(),
            Standing::Holding { lease_until, .. } => {
                format!("holder whose lease ran out {} ago", local.monotonic.since(lease_until))
            }
        }
    }
}

/// What a site's wall clock says when its steady clock reads `reading`, as far as it knows now.
pub(super) fn wall_of(reading: Monotonic, local: LocalTime) -> Wall {
    if reading >= local.monotonic {
        local.wall + reading.since(local.monotonic)
    } else {
        local.wall.before(local.monotonic.since(reading))
    }
}

/// The time of day of a true instant, to the millisecond.
pub(super) fn clock(at: Instant) -> String {
    of_day(&at.to_string())
}

/// The time of day of a wall clock's reading, to the millisecond.
pub(super) fn clock_wall(at: Wall) -> String {
    of_day(&at.to_string())
}

fn of_day(utc: &str) -> String {
    utc.split_once('T').map_or(utc, |(_, time)| time.trim_end_matches('Z')).to_owned()
}
