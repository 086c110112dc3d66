//! Facts folded into series and quantiles, in memory that does not grow with the run.
//!
//! [`Metrics`] takes every fact once and keeps counters, [`Buckets`] of equal length, histograms, and
//! the few records whose fate is open (in an outbox, or acknowledged and not yet on both sites).
//! [`Metrics::finish`] gives [`Measurements`], integers throughout, which name no clock and no
//! machine. Whether a promise held is not said here: that is [`crate::audit`]'s.

mod buckets;
mod fold;
mod interruptions;
mod judge;
mod lag;
mod landings;
mod latency;
mod leases;
mod load;
mod measurements;
mod metric;
mod moves;
mod overload;
mod reseeds;
mod runs;
mod seats;
mod setup;
mod switchovers;
mod tails;
#[cfg(test)]
mod tests;
mod timeline;
mod transit;
mod troubles;
mod units;
mod value;
mod writes;

pub use crate::facts::{Announcement, Fate, Obstacle, Pending};
pub use buckets::Buckets;
pub use fold::Metrics;
pub use interruptions::{Failover, Interruption};
pub use judge::{Judgement, ThresholdResult, judge};
pub use lag::Lag;
pub use landings::{Landings, Workload};
pub use latency::Quantiles;
pub use leases::{Leases, Term, Vote};
pub use load::{Loads, Peak};
pub use measurements::{Alarm, Measurements, Reads, Restore};
pub use metric::{Dimension, Measured, Metric, Scope, Threshold, grouped};
pub use moves::{Move, Purge};
pub use overload::Overload;
pub use reseeds::Reseed;
pub use seats::Replaced;
pub use setup::{DatacenterSetup, MetricsSetup, UnitSetup};
pub use switchovers::Switchover;
pub use timeline::{CloseUp, Moment, Timeline};
pub use transit::{Crossing, Transit};
pub use troubles::{Ailment, Trouble};
pub use units::UnitAccount;
pub use writes::{Flow, SiteFlow, UnitFlow, Writes};
