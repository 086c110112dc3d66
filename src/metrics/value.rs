//! The value of each metric over each part of a run.

use super::{Flow, Measured, Measurements, Metric, Quantiles, Scope, SiteFlow, UnitAccount, UnitFlow, Writes};
use crate::facts::Fate;
use crate::terms::{Boundary, Datacenter, Unit};

impl Measurements {
    /// The value of a metric. `None` where there is nothing to measure: no failover for an RTO, no
    /// confirmed write for a latency, or a metric that is not split by the scope.
    pub fn value(&self, metric: Metric, scope: Scope) -> Option<Measured> {
        match metric {
            Metric::Acknowledged => self.count(
                scope,
                |flow| flow.acknowledged,
                Some(&|site| site.acknowledged),
                Some(&|unit| unit.acknowledged),
            ),
            Metric::Refused(None) => {
                self.count(scope, Flow::refusals, Some(&|site| site.refused), Some(&UnitFlow::refusals))
            }
            Metric::Refused(Some(class)) => {
                self.count(scope, |flow| flow.refused[class], None, Some(&|unit| unit.refused[class]))
            }
            Metric::RefusedForResidence => self.count(scope, Flow::refusals_for_residence, None, None),
            Metric::Queued => self.count(scope, |flow| flow.queued, None, None),
            Metric::OutboxPeak => self.count(scope, |flow| flow.outbox_peak, None, None),
            Metric::Lost => self.count(scope, |flow| flow.lost, None, Some(&|unit| unit.lost)),
            Metric::Unfinished => (scope == Scope::Everything).then_some(Measured::Count(self.unfinished)),
            Metric::Crossings => match scope {
                Scope::Everything => Some(Measured::Count(self.transit.total(None))),
                Scope::Boundary(home) => Some(Measured::Count(self.transit.total(Some(home)))),
                Scope::Datacenter(_) | Scope::Unit(_) => None,
            },
            Metric::LandingsOutside => Some(Measured::Count(match scope {
                Scope::Everything => self.landings.outside(None, None),
                Scope::Boundary(boundary) => self.landings.outside(Some(boundary), None),
                Scope::Datacenter(datacenter) => self.landings.outside(None, Some(datacenter)),
                Scope::Unit(_) => return None,
            })),
            Metric::Failovers => Some(self.failovers_that(scope, |_| true)),
            Metric::Switchovers => Some(self.failovers_that(scope, |failover| failover.planned)),
            Metric::DeclaredLosses => Some(self.failovers_that(scope, |failover| failover.declared.is_some())),
            Metric::SwitchoverPause => {
                let switchovers = self.switchovers.iter().filter(|one| self.is_in(scope, one.unit, one.from));
                switchovers.map(|one| Measured::Micros(one.pause(self.ended).0)).max()
            }
            Metric::Epochs => self.of_units(scope, |unit| unit.epochs),
            Metric::Quarantined => self.of_units(scope, |unit| unit.set_aside),
            Metric::Merged => self.of_units(scope, |unit| unit.fates[Fate::Merged.index()]),
            Metric::Duplicated => self.of_units(scope, |unit| unit.fates[Fate::Duplicate.index()]),
            Metric::Rto => self
                .longest_interruption(|one| self.is_in(scope, one.unit, one.datacenter))
                .map(|span| Measured::Micros(span.0)),
            Metric::Rpo => self.failovers_in(scope).map(|failover| Measured::Micros(failover.rpo.0)).max(),
            Metric::LatencyP50 => self.latency_of(scope, |quantiles| quantiles.p50),
            Metric::LatencyP95 => self.latency_of(scope, |quantiles| quantiles.p95),
            Metric::LatencyP99 => self.latency_of(scope, |quantiles| quantiles.p99),
            Metric::PeakLoad => self
                .datacenters_in(scope)
                .map(|datacenter| self.loads.peak(datacenter).share_milli_percent)
                .max()
                .map(Measured::MilliPercent),
            Metric::PeakHeadroom => self
                .datacenters_in(scope)
                .map(|datacenter| self.loads.headroom(datacenter))
                .min()
                .map(Measured::MilliPercent),
            Metric::ReplicationLag => self.lag_in(scope),
            Metric::Reseeded => {
                let read = self.reseeds.iter().filter(|one| self.is_in(scope, one.unit, one.from));
                Some(Measured::Count(read.map(|one| one.records).sum()))
            }
            Metric::ReseedDuration => {
                let brought = self.reseeds.iter().filter(|one| self.is_in(scope, one.unit, one.to));
                brought.map(|one| Measured::Micros(one.lasted(self.ended).0)).max()
            }
            Metric::ReadsWhole => self.reads_in(scope, |reads| reads.whole),
            Metric::ReadsPartial => self.reads_in(scope, |reads| reads.partial),
            Metric::MapsRefused => {
                let refused = self.datacenters_in(scope).map(|datacenter| self.maps_refused[datacenter.index()]);
                Some(Measured::Count(refused.sum()))
            }
            Metric::Retries | Metric::RetryShare | Metric::Shed | Metric::RetryAfter | Metric::GoodputAfterFaults => {
                self.overload.value(metric).filter(|_| scope == Scope::Everything)
            }
        }
    }

    /// The datacenters of a scope.
    fn datacenters_in(&self, scope: Scope) -> impl Iterator<Item = Datacenter> {
        let stands = &self.setup.datacenters;
        let all = (0..stands.len()).map(|index| Datacenter(u8::try_from(index).unwrap_or(u8::MAX)));
        all.filter(move |&datacenter| match scope {
            Scope::Everything => true,
            Scope::Boundary(boundary) => stands[datacenter.index()].boundary == boundary,
            Scope::Datacenter(only) => datacenter == only,
            Scope::Unit(_) => false,
        })
    }

    /// Whether a scope that is no datacenter takes in a unit.
    fn has_unit(&self, scope: Scope, unit: Unit) -> bool {
        match scope {
            Scope::Everything => true,
            Scope::Boundary(boundary) => self.setup.boundary_of(unit) == boundary,
            Scope::Datacenter(_) => false,
            Scope::Unit(only) => unit == only,
        }
    }

    /// A count over the units of a scope; of a datacenter there is none.
    fn of_units(&self, scope: Scope, count: impl Fn(&UnitAccount) -> u64) -> Option<Measured> {
        let units = self.units.iter().zip(0..).filter(|&(_, unit)| self.has_unit(scope, Unit(unit)));
        (!matches!(scope, Scope::Datacenter(_))).then(|| Measured::Count(units.map(|(unit, _)| count(unit)).sum()))
    }

    fn failovers_that(&self, scope: Scope, which: impl Fn(&super::Failover) -> bool) -> Measured {
        Measured::Count(self.failovers_in(scope).filter(|failover| which(failover)).count() as u64)
    }

    fn failovers_in(&self, scope: Scope) -> impl Iterator<Item = &super::Failover> {
        self.failovers.iter().filter(move |failover| self.is_in(scope, failover.unit, failover.from))
    }

    /// Whether a scope takes in what happened to a unit at a datacenter.
    fn is_in(&self, scope: Scope, unit: Unit, at: Datacenter) -> bool {
        match scope {
            Scope::Datacenter(datacenter) => at == datacenter,
            _ => self.has_unit(scope, unit),
        }
    }

    fn count(
        &self,
        scope: Scope,
        of_flow: impl Fn(&Flow) -> u64,
        of_site: Option<&dyn Fn(&SiteFlow) -> u64>,
        of_unit: Option<&dyn Fn(&UnitFlow) -> u64>,
    ) -> Option<Measured> {
        let Writes { whole, boundaries, datacenters, units, .. } = &self.writes;
        let value = match scope {
            Scope::Everything => Some(of_flow(whole)),
            Scope::Boundary(boundary) => boundaries.get(boundary.index()).map(of_flow),
            Scope::Datacenter(datacenter) => {
                datacenters.get(datacenter.index()).zip(of_site).map(|(site, of)| of(site))
            }
            Scope::Unit(unit) => units.get(unit.index()).zip(of_unit).map(|(unit, of)| of(unit)),
        };
        value.map(Measured::Count)
    }

    fn latency_of(&self, scope: Scope, quantile: impl Fn(&Quantiles) -> u64) -> Option<Measured> {
        let quantiles = match scope {
            Scope::Everything => Some(&self.latency),
            Scope::Boundary(boundary) => self.latency_by_boundary.get(boundary.index()),
            Scope::Datacenter(_) | Scope::Unit(_) => None,
        };
        quantiles.filter(|quantiles| quantiles.count > 0).map(|quantiles| Measured::Micros(quantile(quantiles)))
    }

    fn lag_in(&self, scope: Scope) -> Option<Measured> {
        let units = (0..self.lags.len()).map(|unit| Unit(u8::try_from(unit).unwrap_or(u8::MAX)));
        units
            .filter(|&unit| self.has_unit(scope, unit))
            .map(|unit| Measured::Micros(self.lags[unit.index()].longest().0))
            .max()
    }

    fn reads_in(&self, scope: Scope, count: impl Fn(&super::Reads) -> u64) -> Option<Measured> {
        let of_boundary = |boundary: Boundary| self.reads_by_boundary.get(boundary.index());
        let reads = match scope {
            Scope::Everything => Some(&self.reads),
            Scope::Boundary(boundary) => of_boundary(boundary),
            Scope::Datacenter(_) | Scope::Unit(_) => None,
        };
        reads.map(|reads| Measured::Count(count(reads)))
    }
}
