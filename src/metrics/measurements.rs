//! What was measured in a run.

use super::{
    Announcement, Buckets, CloseUp, Failover, Interruption, Lag, Landings, Leases, Loads, MetricsSetup, Move, Overload,
    Quantiles, Replaced, Reseed, Switchover, Timeline, Transit, Trouble, UnitAccount, Writes,
};
use crate::terms::{Datacenter, Instant, Seat, Span, Unit};

/// Reads of conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Shown whole.
    pub whole: u64,
    /// Shown with a part withheld.
    pub partial: u64,
}

/// A scale unit that was restored from a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restore {
    /// Which.
    pub unit: Unit,
    /// Where.
    pub datacenter: Datacenter,
    /// When its store held what the backup held.
    pub at: Instant,
    /// When the backup was begun.
    pub taken: Instant,
    /// Acknowledged records that it lacks.
    pub lost: u64,
}

/// A site that called for somebody to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Whose site.
    pub unit: Unit,
    /// Where.
    pub datacenter: Datacenter,
    /// When.
    pub at: Instant,
    /// What is wrong.
    pub what: Announcement,
}

impl Alarm {
    /// What is wrong, in words; `None` where the announcement is no alarm.
    pub const fn cause(what: Announcement) -> Option<&'static str> {
        match what {
            Announcement::DiskFailing => Some("disk failing"),
            Announcement::WitnessSilent => Some("witness silent"),
            _ => None,
        }
    }
}

/// Everything that was measured in a run. It depends on nothing but the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurements {
    /// Places and times of the run.
    pub setup: MetricsSetup,
    /// The buckets of every series.
    pub buckets: Buckets,
    /// When the run was over.
    pub ended: Instant,
    /// Writes.
    pub writes: Writes,
    /// Writes still in outboxes or under way at the end.
    pub unfinished: u64,
    /// Time from a record's birth to its confirmation at the client, of the whole run.
    pub latency: Quantiles,
    /// The same for each boundary.
    pub latency_by_boundary: Vec<Quantiles>,
    /// Reads of the whole run.
    pub reads: Reads,
    /// Reads in which a unit of the boundary took part, for each boundary.
    pub reads_by_boundary: Vec<Reads>,
    /// Load of the datacenters.
    pub loads: Loads,
    /// What was tried again and what was turned away.
    pub overload: Overload,
    /// Where records came to rest.
    pub landings: Landings,
    /// What travelled across boundaries.
    pub transit: Transit,
    /// Replication lag of each unit.
    pub lags: Vec<Lag>,
    /// Faults that took a holder away.
    pub interruptions: Vec<Interruption>,
    /// Changes of holder.
    pub failovers: Vec<Failover>,
    /// Planned switchovers in which writes were not taken, also those that were given up.
    pub switchovers: Vec<Switchover>,
    /// Restores from a backup.
    pub restores: Vec<Restore>,
    /// Sites that were far behind and were brought back.
    pub reseeds: Vec<Reseed>,
    /// Tenants that were ordered to move.
    pub moves: Vec<Move>,
    /// Seats that were ordered to another place.
    pub replaced: Vec<Replaced>,
    /// The first alarms, in order.
    pub alarms: Vec<Alarm>,
    /// Maps that sites refused, by datacenter.
    pub maps_refused: Vec<u64>,
    /// Maps that sites took, by datacenter.
    pub maps_adopted: Vec<u64>,
    /// How often each scheduled fault struck.
    pub faults_fired: Vec<u64>,
    /// How each unit stands, by [`crate::terms::Unit::index`].
    pub units: Vec<UnitAccount>,
    /// What happened when.
    pub timeline: Timeline,
    /// Who held each lease when.
    pub leases: Leases,
    /// What was wrong with which datacenter when.
    pub troubles: Vec<Trouble>,
    /// The seconds around the first events of each unit.
    pub close_ups: Vec<CloseUp>,
}

impl Measurements {
    /// The longest interruption of writes that a fault made, among those that `of` picks; one that
    /// never ended counts to the end of the run. `None` where there was none.
    pub fn longest_interruption(&self, of: impl Fn(&Interruption) -> bool) -> Option<Span> {
        self.interruptions
            .iter()
            .filter(|one| of(one))
            .map(|one| one.ended.unwrap_or(self.ended).since(one.onset))
            .max()
    }

    /// The places of a seat, in order, each with the time from which on it was there.
    pub fn places(&self, unit: Unit, seat: Seat) -> Vec<(Instant, Datacenter)> {
        let first = (Instant::ZERO, self.setup.units[unit.index()].place(seat));
        let own = self.replaced.iter().filter(|one| (one.unit, one.seat) == (unit, seat));
        std::iter::once(first).chain(own.filter_map(|one| Some((one.commissioned?, one.to)))).collect()
    }

    /// Where a seat was at the end.
    pub fn place(&self, unit: Unit, seat: Seat) -> Datacenter {
        let places = self.places(unit, seat);
        places.last().map_or(self.setup.units[unit.index()].place(seat), |&(_, last)| last)
    }

    /// When a unit took writes again after a change of holder that was planned; `None` where it did not until
    /// the end, or the change was not planned.
    pub fn taken_again(&self, failover: &Failover) -> Option<Instant> {
        let of = |one: &&Switchover| one.unit == failover.unit && Some(one.began) == failover.onset;
        self.switchovers.iter().find(of)?.ended
    }

    /// How many buckets the run took, the last of which it may have left unfinished.
    pub fn buckets_used(&self) -> usize {
        self.buckets.index(self.ended.before(Span::micros(1))) + 1
    }

    /// How many buckets the run went through to their end; at least one.
    pub fn whole_buckets(&self) -> usize {
        let used = self.buckets_used();
        if self.ended >= self.buckets.begins(used) { used } else { used.max(2) - 1 }
    }
}
