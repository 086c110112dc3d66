//! How long takeovers took and what they lacked, per policy: quantiles over a whole campaign.

use super::trial::{Cause, Sample, Trial};
use crate::service::policy::{Initiative, Replication};
use crate::terms::Span;

/// One policy and one cause of takeovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When a write was acknowledged.
    pub replication: Replication,
    /// Who started failovers.
    pub failover: Initiative,
    /// Why the lease went to the other site.
    pub cause: Cause,
    /// How often.
    pub takeovers: usize,
    /// From the onset to the new holder's lease: median and 99th percentile.
    pub held: Option<(Span, Span)>,
    /// From the onset to the first acknowledged write: median and 99th percentile.
    pub served: Option<(Span, Span)>,
    /// The stretch of acknowledged writes that the new holder lacked: median and 99th percentile.
    pub rpo: Option<(Span, Span)>,
}

/// A campaign in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Runs.
    pub runs: usize,
    /// Runs that failed.
    pub failed: usize,
    /// Faults that took effect.
    pub faults: u64,
    /// Writes acknowledged.
    pub acknowledged: u64,
    /// Acknowledged records lost where the table says that none is.
    pub lost_against_promise: u64,
    /// Acknowledged records lost where the table allows it.
    pub lost_as_declared: u64,
    /// Takeovers, by policy and cause; policies without a takeover are left out.
    pub rows: Vec<Row>,
}

impl Figures {
    /// The figures of a campaign's trials.
    pub fn of(trials: &[Trial]) -> Self {
        let mut rows = Vec::new();
        for replication in [Replication::SyncStrict, Replication::Sync, Replication::Async] {
            for failover in [Initiative::Automatic, Initiative::Manual] {
                let own = |trial: &&Trial| trial.replication == replication && trial.failover == failover;
                let samples: Vec<_> = trials.iter().filter(own).flat_map(|trial| &trial.takeovers).collect();
                for cause in [Cause::Lapse, Cause::Grace, Cause::Force, Cause::Plan] {
                    let samples: Vec<_> = samples.iter().filter(|sample| sample.cause == cause).collect();
                    if !samples.is_empty() {
                        let spans = |of: fn(&Sample) -> Option<Span>| {
                            quantiles(samples.iter().filter_map(|sample| of(sample)).collect())
                        };
                        let (held, served) = (spans(|sample| sample.held), spans(|sample| sample.served));
                        let (takeovers, rpo) = (samples.len(), spans(|sample| Some(sample.rpo)));
                        rows.push(Row { replication, failover, cause, takeovers, held, served, rpo });
                    }
                }
            }
        }
        Self {
            runs: trials.len(),
            failed: trials.iter().filter(|trial| !trial.failures.is_empty()).count(),
            faults: trials.iter().map(|trial| trial.fired).sum(),
            acknowledged: trials.iter().map(|trial| trial.acknowledged).sum(),
            lost_against_promise: trials.iter().map(|trial| trial.lost_against_promise).sum(),
            lost_as_declared: trials.iter().map(|trial| trial.lost_as_declared).sum(),
            rows,
        }
    }
}

/// Median and 99th percentile, by nearest rank.
fn quantiles(mut spans: Vec<Span>) -> Option<(Span, Span)> {
    spans.sort_unstable();
    let rank = |percent: usize| spans.get((spans.len() * percent).div_ceil(100).max(1) - 1).copied();
    Some((rank(50)?, rank(99)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let spans = |count: u64| (1..=count).map(Span::secs).collect::<Vec<_>>();
        assert_eq!(quantiles(spans(0)), None);
        assert_eq!(quantiles(spans(1)), Some((Span::secs(1), Span::secs(1))));
        assert_eq!(quantiles(spans(200)), Some((Span::secs(100), Span::secs(198))));
    }
}
