//! The value of each metric over each part of a run.

use super::{Flow, Interruption, Measured, Measurements, Metric, Quantiles, Scope};
use crate::terms::{Boundary, Datacenter, Unit};

impl Measurements {
    /// The value of a metric. `None` where there is nothing to measure: no failover for an RTO, no
    /// confirmed write for a latency, or a metric that is not split by the scope.
    pub fn value(&self, metric: Metric, scope: Scope) -> Option<Measured> {
        match metric {
            Metric::Acknowledged => self.count(scope, |flow| flow.acknowledged, Some(&|dc| self.site(dc).acknowledged)),
            Metric::Refused => self.count(scope, Flow::refusals, Some(&|dc| self.site(dc).refused)),
            Metric::RefusedForResidence => self.count(scope, Flow::refusals_for_residence, None),
            Metric::Queued => self.count(scope, |flow| flow.queued, None),
            Metric::OutboxPeak => self.count(scope, |flow| flow.outbox_peak, None),
            Metric::Lost => self.count(scope, |flow| flow.lost, None),
            Metric::Unfinished => (scope == Scope::Everything).then_some(Measured::Count(self.unfinished)),
            Metric::LandingsOutside => Some(Measured::Count(match scope {
                Scope::Everything => self.landings.outside(None, None),
                Scope::Boundary(boundary) => self.landings.outside(Some(boundary), None),
                Scope::Datacenter(datacenter) => self.landings.outside(None, Some(datacenter)),
            })),
            Metric::Failovers => Some(Measured::Count(self.failovers_in(scope).count() as u64)),
            Metric::Rto => {
                self.longest_interruption(|one| self.struck_in(one, scope)).map(|span| Measured::Micros(span.0))
            }
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
            Metric::ReadsWhole => self.reads_in(scope, |reads| reads.whole),
            Metric::ReadsPartial => self.reads_in(scope, |reads| reads.partial),
            Metric::MapsRefused => {
                let refused = self.datacenters_in(scope).map(|datacenter| self.maps_refused[datacenter.index()]);
                Some(Measured::Count(refused.sum()))
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
        })
    }

    fn failovers_in(&self, scope: Scope) -> impl Iterator<Item = &super::Failover> {
        self.failovers.iter().filter(move |failover| match scope {
            Scope::Everything => true,
            Scope::Boundary(boundary) => self.setup.boundary_of(failover.unit) == boundary,
            Scope::Datacenter(datacenter) => failover.from == datacenter,
        })
    }

    fn struck_in(&self, one: &Interruption, scope: Scope) -> bool {
        match scope {
            Scope::Everything => true,
            Scope::Boundary(boundary) => self.setup.boundary_of(one.unit) == boundary,
            Scope::Datacenter(datacenter) => one.datacenter == datacenter,
        }
    }

    fn site(&self, datacenter: Datacenter) -> super::SiteFlow {
        self.writes.datacenters.get(datacenter.index()).copied().unwrap_or_default()
    }

    fn count(
        &self,
        scope: Scope,
        of_flow: impl Fn(&Flow) -> u64,
        of_site: Option<&dyn Fn(Datacenter) -> u64>,
    ) -> Option<Measured> {
        let value = match scope {
            Scope::Everything => Some(of_flow(&self.writes.whole)),
            Scope::Boundary(boundary) => self.writes.boundaries.get(boundary.index()).map(of_flow),
            Scope::Datacenter(datacenter) => of_site.map(|of_site| of_site(datacenter)),
        };
        value.map(Measured::Count)
    }

    fn latency_of(&self, scope: Scope, quantile: impl Fn(&Quantiles) -> u64) -> Option<Measured> {
        let quantiles = match scope {
            Scope::Everything => Some(&self.latency),
            Scope::Boundary(boundary) => self.latency_by_boundary.get(boundary.index()),
            Scope::Datacenter(_) => None,
        };
        quantiles.filter(|quantiles| quantiles.count > 0).map(|quantiles| Measured::Micros(quantile(quantiles)))
    }

    fn lag_in(&self, scope: Scope) -> Option<Measured> {
        let in_scope = |unit: &Unit| match scope {
            Scope::Everything => true,
            Scope::Boundary(boundary) => self.setup.boundary_of(*unit) == boundary,
            Scope::Datacenter(_) => false,
        };
        let units = (0..self.lags.len()).map(|unit| Unit(u8::try_from(unit).unwrap_or(u8::MAX)));
        units.filter(in_scope).map(|unit| Measured::Micros(self.lags[unit.index()].longest().0)).max()
    }

    fn reads_in(&self, scope: Scope, count: impl Fn(&super::Reads) -> u64) -> Option<Measured> {
        let of_boundary = |boundary: Boundary| self.reads_by_boundary.get(boundary.index());
        let reads = match scope {
            Scope::Everything => Some(&self.reads),
            Scope::Boundary(boundary) => of_boundary(boundary),
            Scope::Datacenter(_) => None,
        };
        reads.map(|reads| Measured::Count(count(reads)))
    }
}
