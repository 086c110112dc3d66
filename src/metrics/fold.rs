//! The observer that folds every fact.

use super::interruptions::Interruptions;
use super::lag::LagFold;
use super::latency::Latencies;
use super::leases::LeasesFold;
use super::load::LoadsFold;
use super::moves::MovesFold;
use super::overload::OverloadFold;
use super::reseeds::ReseedsFold;
use super::seats::SeatsFold;
use super::switchovers::SwitchoversFold;
use super::tails::Tails;
use super::timeline::CloseUps;
use super::troubles::Troubles;
use super::writes::WritesFold;
use super::{
    Alarm, Buckets, Landings, Measurements, MetricsSetup, Moment, Reads, Restore, Timeline, Transit, UnitAccount,
    UnitSetup,
};
use crate::facts::{Announcement, Copies, Fact, Moving, Observer, Seating};
use crate::terms::{
    Boundary, CopyClass, Datacenter, DatacenterSet, Instant, Mode, RecordKind, Refusal, Side, Unit, UnitSet,
};

/// The most alarms that are kept.
const MOST_ALARMS: usize = 64;

/// Folds facts into [`Measurements`].
#[derive(Clone, Debug)]
pub struct Metrics {
    setup: MetricsSetup,
    /// The scale units as they stand.
    stands: Vec<UnitSetup>,
    seats: SeatsFold,
    buckets: Buckets,
    writes: WritesFold,
    latencies: Latencies,
    tails: Tails,
    interruptions: Interruptions,
    switchovers: SwitchoversFold,
    loads: LoadsFold,
    overload: OverloadFold,
    landings: Landings,
    transit: Transit,
    lags: Vec<LagFold>,
    reads: Reads,
    reads_by_boundary: Vec<Reads>,
    restores: Vec<Restore>,
    reseeds: ReseedsFold,
    moves: MovesFold,
    alarms: Vec<Alarm>,
    maps_refused: Vec<u64>,
    maps_adopted: Vec<u64>,
    faults_fired: Vec<u64>,
    units: Vec<UnitAccount>,
    timeline: Timeline,
    leases: LeasesFold,
    troubles: Troubles,
    gone: DatacenterSet,
    close_ups: CloseUps,
    struck: Vec<Unit>,
    unfinished: u64,
    last: Instant,
}

impl Metrics {
    /// Metrics of a run that is about to start.
    pub fn new(setup: MetricsSetup) -> Self {
        let buckets = Buckets::over(setup.start, setup.duration + setup.settle);
        Self {
            buckets,
            writes: WritesFold::new(&setup, buckets),
            latencies: Latencies::new(setup.boundaries),
            tails: Tails::new(&setup),
            interruptions: Interruptions::new(&setup),
            switchovers: SwitchoversFold::new(&setup),
            loads: LoadsFold::new(&setup, buckets),
            overload: OverloadFold::default(),
            landings: Landings::new(&setup),
            transit: Transit::new(&setup),
            lags: vec![LagFold::new(buckets); setup.units.len()],
            reads: Reads::default(),
            reads_by_boundary: vec![Reads::default(); setup.boundaries],
            restores: Vec::new(),
            reseeds: ReseedsFold::new(&setup),
            moves: MovesFold::default(),
            alarms: Vec::new(),
            maps_refused: vec![0; setup.datacenters.len()],
            maps_adopted: vec![0; setup.datacenters.len()],
            faults_fired: vec![0; setup.faults],
            units: vec![UnitAccount::default(); setup.units.len()],
            timeline: Timeline::default(),
            leases: LeasesFold::new(&setup),
            troubles: Troubles::default(),
            gone: DatacenterSet::EMPTY,
            close_ups: CloseUps::new(&setup),
            struck: Vec::new(),
            unfinished: 0,
            last: setup.start,
            stands: setup.units.clone(),
            seats: SeatsFold::default(),
            setup,
        }
    }

    /// What was measured.
    pub fn finish(mut self) -> Measurements {
        let lost: Vec<_> = units(self.units.len()).map(|unit| self.lost(unit)).collect();
        let (latency, latency_by_boundary) = self.latencies.finish();
        let (interruptions, failovers) = self.interruptions.finish();
        Measurements {
            buckets: self.buckets,
            ended: self.last,
            writes: self.writes.finish(self.last, lost),
            unfinished: self.unfinished,
            latency,
            latency_by_boundary,
            reads: self.reads,
            reads_by_boundary: self.reads_by_boundary,
            loads: self.loads.finish(),
            overload: self.overload.finish(),
            landings: self.landings,
            transit: self.transit,
            lags: self.lags.into_iter().map(|lag| lag.finish(self.last)).collect(),
            interruptions,
            failovers,
            switchovers: self.switchovers.finish(),
            restores: self.restores,
            reseeds: self.reseeds.finish(),
            moves: self.moves.finish(),
            replaced: self.seats.finish(),
            alarms: self.alarms,
            maps_refused: self.maps_refused,
            maps_adopted: self.maps_adopted,
            faults_fired: self.faults_fired,
            units: self.units,
            timeline: self.timeline,
            leases: self.leases.finish(),
            troubles: self.troubles.finish(),
            close_ups: self.close_ups.finish(self.last),
            setup: self.setup,
        }
    }

    /// The acknowledged records of a unit that are on no disk, those that only a datacenter held that is gone for
    /// good among them; its account names these.
    fn lost(&mut self, unit: Unit) -> (Unit, Boundary, u64) {
        let setup = self.stands[unit.index()];
        let gone = Side::BOTH.into_iter().find(|&side| self.gone.contains(setup.site(side)));
        let lost = self.tails.lost(unit, gone);
        let with_it = |side| (setup.site(side), lost - self.tails.lost(unit, None));
        self.units[unit.index()].gone = gone.map(with_it);
        (unit, setup.boundary, lost)
    }

    /// Facts of a record's way to rest and back to its client.
    #[inline]
    fn observe_write(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::RecordBorn(_) => self.writes.born(),
            Fact::WriteReceived { datacenter, queue, .. } => self.writes.received(datacenter, queue),
            Fact::Landed { ref birth, copy, datacenter, unit, position } => {
                if birth.kind.is_made_by_people() {
                    self.landings.landed(birth.tenant, birth.kind, copy, unit, datacenter);
                }
                self.units[unit.index()].set_aside += u64::from(copy == CopyClass::QuarantinedTail);
                if let Some(side) = self.stands[unit.index()].side_at(datacenter) {
                    self.tails.landed(at, unit, side, copy, birth.record, position);
                    self.lagged(at, unit);
                }
            }
            Fact::Acknowledged { ref birth, unit, datacenter, epoch, position } => {
                let boundary = self.setup.boundary_of(unit);
                let by_people = birth.kind.is_made_by_people();
                let lot_of = Some(birth.tenant).filter(|&tenant| !by_people && !self.moves.has_moved(tenant));
                if self.tails.acknowledged(unit, (birth.record, lot_of), position, at) && by_people {
                    self.writes.acknowledged(at, (unit, boundary), datacenter);
                    self.close_ups.acknowledged(at, unit);
                    self.lagged(at, unit);
                }
                self.interruptions.acknowledged(at, unit, epoch, birth.born);
                self.switchovers.acknowledged(at, unit, birth.born);
            }
            Fact::Confirmed { ref birth, unit } => {
                let boundary = self.setup.boundary_of(unit);
                self.latencies.record(boundary, at.since(birth.born));
                self.writes.confirmed(at, boundary, birth.record);
                self.close_ups.outbox(at, unit, self.writes.outbox(unit));
            }
            Fact::WriteRefused { ref birth, unit, site, refusal, .. } if birth.kind.is_made_by_people() => {
                let of = unit.map(|unit| (unit, self.setup.boundary_of(unit)));
                self.writes.refused(at, birth.record, of, site, refusal);
                if matches!(refusal, Refusal::Moving { .. }) {
                    self.moves.refused(birth.tenant);
                }
                if let Some((unit, _)) = of {
                    self.close_ups.refused(at, unit);
                    self.close_ups.outbox(at, unit, self.writes.outbox(unit));
                }
            }
            // A call that cannot be placed is tried again, but it waits for no acknowledgement.
            Fact::Queued { ref birth, unit } if birth.kind != RecordKind::CallMedia => {
                self.writes.queued(at, (unit, self.setup.boundary_of(unit)), birth.record);
                self.interruptions.awaited(unit);
                self.switchovers.awaited(unit);
                self.close_ups.outbox(at, unit, self.writes.outbox(unit));
            }
            _ => self.observe_rarer(at, fact),
        }
    }

    fn observe_rarer(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::CandidatesListed { ref birth, unit, .. } => self.transit.sent(&self.setup, unit, birth.network),
            Fact::Read { network, shown, withheld, .. } => {
                shown.iter().for_each(|unit| self.transit.shown(&self.setup, unit, network));
                self.read(shown, withheld);
            }
            Fact::Load { datacenter, served, window } => self.loads.add(at, datacenter, served, window),
            Fact::RangeLanded { copy, datacenter, unit, epoch, first, last }
                if matches!(copy, CopyClass::Log | CopyClass::Replica) =>
            {
                if copy == CopyClass::Replica {
                    self.landings.range_landed(unit, datacenter, last + 1 - first);
                }
                if let Some(side) = self.stands[unit.index()].side_at(datacenter) {
                    self.tails.range_landed(unit, side, epoch, first, last);
                    self.lagged(at, unit);
                }
            }
            Fact::RangeLanded { copy, datacenter, unit, first, last, .. } if copy != CopyClass::RestoreStaging => {
                let of = Side::BOTH.map(|side| self.tails.held(unit, side)).into_iter().max().unwrap_or(0);
                self.landings.media_written(copy, (unit, datacenter), last + 1 - first, of);
            }
            Fact::Copies(Copies::Deleted { unit, copy, datacenter }) => {
                self.landings.media_deleted(copy, unit, datacenter);
            }
            Fact::Restored { unit, side, datacenter, taken, .. } => {
                let lost = self.tails.lost_by_restore(unit, side);
                self.restores.push(Restore { unit, datacenter, at, taken, lost });
            }
            Fact::TailCut { datacenter, unit, keeps } => {
                if let Some(side) = self.stands[unit.index()].side_at(datacenter) {
                    self.tails.cut(unit, side, keeps);
                    self.lagged(at, unit);
                }
            }
            Fact::StorageLost { unit, side, datacenter } => {
                self.landings.storage_lost(unit, datacenter, self.tails.held(unit, side));
                self.tails.storage_lost(at, unit, side);
                self.lagged(at, unit);
                self.trouble(at, fact);
            }
            Fact::Power { .. }
            | Fact::Link { .. }
            | Fact::Access { .. }
            | Fact::Paused { .. }
            | Fact::UnitPaused { .. } => {
                self.trouble(at, fact);
            }
            Fact::FaultBegan { fault } => {
                if let Some(fired) = self.faults_fired.get_mut(usize::from(fault)) {
                    *fired += 1;
                }
                self.timeline.push(at, Moment::FaultBegan(fault));
            }
            Fact::Reconciled(record) => self.units[record.unit.index()].reconciled(record.fate),
            Fact::FaultEnded { fault } => self.timeline.push(at, Moment::FaultEnded(fault)),
            Fact::LivenessBegan => self.timeline.push(at, Moment::LivenessBegan),
            Fact::Reread(reread) => {
                self.loads.reread(reread.datacenter, reread.requests);
                self.reseeds.reread(at, reread, &self.stands);
            }
            Fact::GoneForGood(datacenter) => self.gone = self.gone.with(datacenter),
            Fact::Moving(ref what) => {
                self.moves.moving(at, what);
                if let Moving::CutOver { tenant } = *what
                    && let Some(home) = self.moves.old_home(tenant)
                {
                    self.landings.left(tenant, home);
                    self.tails.came_home(tenant);
                }
            }
            Fact::BackupsLost(datacenter) => self.landings.media_lost(datacenter),
            Fact::Seating(what) => self.seating(at, what),
            Fact::StoreCertified { unit, datacenter, .. } => self.seats.certified(at, unit, datacenter),
            Fact::Pending(pending) => self.units[pending.unit.index()].pending = Some(pending),
            Fact::Ended { unfinished } => self.unfinished = unfinished,
            Fact::VoterPersisted { unit, seat, record, .. } => {
                self.leases.persisted(at, unit, seat, &record.get());
                self.units[unit.index()].persisted(&record.get());
            }
            Fact::Announced { unit, side, announcement } => self.announced(at, unit, side, announcement),
            _ => {}
        }
    }

    /// A seat gets another place: from now on everything speaks of that.
    fn seating(&mut self, at: Instant, what: Seating) {
        let stands = &self.stands;
        self.seats.seating(at, what, |unit, seat| stands[unit.index()].place(seat));
        match what {
            Seating::Commissioned { unit, seat, from, to } => {
                self.stands[unit.index()].put(seat, to);
                self.interruptions.seated(unit, seat, to);
                self.switchovers.seated(unit, seat, to);
                if let Some(side) = Side::BOTH.into_iter().find(|side| side.seat() == seat) {
                    self.landings.seated(unit, side, (from, to), self.tails.held(unit, side));
                    self.tails.storage_lost(at, unit, side);
                    self.lagged(at, unit);
                }
            }
            Seating::Emptied { unit, datacenter, copy, .. } => self.landings.emptied(copy, unit, datacenter),
            Seating::Ordered { .. } | Seating::Left { .. } => {}
        }
    }

    fn announced(&mut self, at: Instant, unit: Unit, side: Side, what: Announcement) {
        let datacenter = self.stands[unit.index()].site(side).index();
        match what {
            Announcement::MapRefused => self.maps_refused[datacenter] += 1,
            Announcement::MapAdopted => self.maps_adopted[datacenter] += 1,
            Announcement::MoveDrains { tenant } => self.moves.drains(at, tenant),
            Announcement::MoveDelayed { tenant } => self.moves.delayed(tenant),
            Announcement::Promoted { .. } => self.units[unit.index()].epochs += 1,
            Announcement::LeaseLapsed
            | Announcement::SwitchoverBegan
            | Announcement::ModeChanged { mode: Mode::Alone } => self.close_ups.struck(at, unit),
            _ => {}
        }
        self.reseeds.announced(at, unit, side, what, &self.stands);
        if Alarm::cause(what).is_some() && self.alarms.len() < MOST_ALARMS {
            let datacenter = self.stands[unit.index()].site(side);
            self.alarms.push(Alarm { unit, datacenter, at, what });
        }
        self.switchovers.announced(at, unit, side, what);
        if self.interruptions.announced(at, unit, side, what) {
            let missing = self.tails.taken_over(unit, side);
            self.interruptions.taken_over(at, unit, side, missing);
            self.lagged(at, unit);
        }
        self.timeline.push(at, Moment::Said { unit, side, what });
    }

    fn trouble(&mut self, at: Instant, fact: &Fact) {
        let mut struck = std::mem::take(&mut self.struck);
        self.interruptions.trouble(at, fact, &mut struck);
        for unit in struck.drain(..) {
            self.close_ups.struck(at, unit);
            // A cut takes no holder away by itself: it makes the switchover fail, or last.
            if !matches!(fact, Fact::Link { .. }) {
                self.switchovers.struck(at, unit);
            }
        }
        self.struck = struck;
        self.troubles.observe(at, fact);
    }

    fn read(&mut self, shown: UnitSet, withheld: UnitSet) {
        let count = |reads: &mut Reads| if withheld.is_empty() { reads.whole += 1 } else { reads.partial += 1 };
        count(&mut self.reads);
        for (index, reads) in self.reads_by_boundary.iter_mut().enumerate() {
            let boundary = Boundary(u8::try_from(index).unwrap_or(u8::MAX));
            if UnitSet(shown.0 | withheld.0).iter().any(|unit| self.setup.boundary_of(unit) == boundary) {
                count(reads);
            }
        }
    }

    /// What is on one site only may have changed.
    #[inline]
    fn lagged(&mut self, at: Instant, unit: Unit) {
        let records = self.tails.unreplicated(unit);
        self.lags[unit.index()].set(at, self.tails.oldest(unit), records);
        self.close_ups.lag(at, unit, records);
    }
}

impl Observer for Metrics {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.last = self.last.max(at);
        self.overload.observe(at, fact);
        self.observe_write(at, fact);
    }

    #[inline]
    fn served(&mut self, at: Instant, datacenter: Datacenter, requests: u32) {
        self.loads.served(at, datacenter, requests);
    }
}

fn units(count: usize) -> impl Iterator<Item = Unit> {
    (0..count).map(|unit| Unit(u8::try_from(unit).unwrap_or(u8::MAX)))
}
