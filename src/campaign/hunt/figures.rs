//! How long takeovers took and what they lacked, per policy: quantiles over a whole campaign.

use super::histogram::Histogram;
use super::record::{Cause, Record, Takeover};
use crate::terms::Span;

/// One policy and one cause of takeovers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When a write was acknowledged.
    pub replication: &'static str,
    /// Who started failovers.
    pub failover: &'static str,
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
    /// Events that the worlds took.
    pub events: u64,
    /// How long all runs were together.
    pub simulated: Span,
    /// Writes acknowledged.
    pub acknowledged: u64,
    /// Acknowledged records lost where the table says that none is.
    pub lost_against_promise: u64,
    /// Acknowledged records lost where the table allows it.
    pub lost_as_declared: u64,
    /// From the birth of records to their confirmation at the client, in microseconds.
    pub latency: Histogram,
    /// Takeovers, by policy and cause; policies without a takeover are left out.
    pub rows: Vec<Row>,
}

impl Figures {
    /// The figures of a campaign's records.
    pub fn of<'a>(records: impl Iterator<Item = &'a Record> + Clone) -> Self {
        let mut figures = Self { rows: rows(&records), ..Self::default() };
        for record in records {
            figures.runs += 1;
            figures.failed += usize::from(record.failed());
            figures.faults += record.figures.fired;
            figures.events += record.events;
            figures.simulated += record.simulated();
            figures.acknowledged += record.figures.acknowledged;
            figures.lost_against_promise += record.figures.lost_against_promise;
            figures.lost_as_declared += record.figures.lost_as_declared;
            figures.latency.merge(&record.latency);
        }
        figures
    }
}

fn rows<'a>(records: &(impl Iterator<Item = &'a Record> + Clone)) -> Vec<Row> {
    let mut rows = Vec::new();
    for replication in ["sync-strict", "sync", "async"] {
        for failover in ["automatic", "manual", "disabled"] {
            let own = |record: &&Record| record.replication == *replication && record.failover == *failover;
            let takeovers: Vec<_> = records.clone().filter(own).flat_map(|record| &record.takeovers).collect();
            for cause in [Cause::Lapse, Cause::Grace, Cause::Force, Cause::Plan] {
                let takeovers: Vec<_> = takeovers.iter().filter(|takeover| takeover.cause == cause).collect();
                if !takeovers.is_empty() {
                    let spans = |of: fn(&Takeover) -> Option<u64>| {
                        quantiles(takeovers.iter().filter_map(|takeover| of(takeover)).map(Span).collect())
                    };
                    let (held, served) = (spans(|takeover| takeover.held_us), spans(|takeover| takeover.served_us));
                    let (takeovers, rpo) = (takeovers.len(), spans(|takeover| Some(takeover.rpo_us)));
                    rows.push(Row { replication, failover, cause, takeovers, held, served, rpo });
                }
            }
        }
    }
    rows
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
