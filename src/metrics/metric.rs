//! The metrics that a scenario may set a threshold on, by name.

use crate::terms::{Boundary, Datacenter, Names, Refusal, Span, Unit};
use std::fmt;

/// What a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// A number of things.
    Count,
    /// A length of time.
    Time,
    /// A share of a whole, in percent.
    Percent,
}

/// The table of metrics: what each says, its name and what it counts.
macro_rules! metrics {
    ($($(#[doc = $doc:literal])* $metric:ident $(($whole:ident: $narrowed:ty))? = $name:literal in $dimension:ident),* $(,)?) => {
        /// A metric of a run. A threshold may narrow it to a boundary, a datacenter or a scale unit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Metric {
            $($(#[doc = $doc])* $metric $(($narrowed))?),*
        }

        impl Metric {
            /// Every metric, in the order of reports.
            pub const ALL: &[Self] = &[$(Self::$metric $(($whole))?),*];

            /// The name in scenarios and reports.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$metric $((metrics!(@any $whole)))? => $name),*
                }
            }

            /// What the metric counts.
            pub const fn dimension(self) -> Dimension {
                match self {
                    $(Self::$metric $((metrics!(@any $whole)))? => Dimension::$dimension),*
                }
            }

            /// What it says.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$metric $((metrics!(@any $whole)))? => concat!($($doc),*).trim_ascii()),*
                }
            }
        }
    };
    (@any $whole:ident) => { _ };
}

metrics! {
    /// Writes acknowledged.
    Acknowledged = "acknowledged" in Count,
    /// Answers that refused a write: of every class, or of the one with this place in
    /// [`Refusal::CLASSES`].
    Refused(None: Option<usize>) = "refused" in Count,
    /// Refusals for residence (rules R4, R8, R9).
    RefusedForResidence = "refused_for_residence" in Count,
    /// Writes that went into an outbox.
    Queued = "queued" in Count,
    /// Writes that were neither confirmed nor finally refused at the end.
    Unfinished = "unfinished" in Count,
    /// Acknowledged records that are on no disk of their unit at the end, but for those of a datacenter that is
    /// gone for good.
    Lost = "lost" in Count,
    /// Content that travelled between a device in another boundary's network and the boundary where it rests:
    /// records sent, and parts of conversations shown.
    Crossings = "crossings" in Count,
    /// Landings outside the residence.
    LandingsOutside = "landings_outside" in Count,
    /// Promotions of the other site than the one that held the lease, planned ones included.
    Failovers = "failovers" in Count,
    /// Of these, the planned ones.
    Switchovers = "switchovers" in Count,
    /// Epochs won: each promotion, also of the site that held the lease before.
    Epochs = "epochs" in Count,
    /// Takeovers that declared a loss.
    DeclaredLosses = "declared_losses" in Count,
    /// Records set aside with a tail that lost.
    Quarantined = "quarantined" in Count,
    /// Of these, the ones that were merged into the holder's log.
    Merged = "merged" in Count,
    /// Of these, the ones that the holder's log had already.
    Duplicated = "duplicated" in Count,
    /// The longest time for which a planned switchover, carried out or given up, kept a unit from taking
    /// writes: to its first acknowledged write where a client waited, and where none did to the moment at which
    /// a site won the lease or the holder served on. To the end of the run where none was taken.
    SwitchoverPause = "switchover_pause" in Time,
    /// The longest time from the onset of a fault that took the holder away until the unit could serve
    /// again: to its first acknowledged write where a client waited, and where none did to the moment at
    /// which a site won the lease or the holder came back with it. To the end of the run where it could not.
    Rto = "rto" in Time,
    /// The longest stretch of acknowledged writes lost at one failover.
    Rpo = "rpo" in Time,
    /// Median time from a record's birth to its confirmation at the client.
    LatencyP50 = "latency_p50" in Time,
    /// The 95th percentile of the same.
    LatencyP95 = "latency_p95" in Time,
    /// The 99th percentile of the same.
    LatencyP99 = "latency_p99" in Time,
    /// The load of a datacenter in its busiest minute, as a share of what its rate serves in a minute. Each
    /// request is counted, and old records read for a peer as those that take as long; minutes count from the start, however long the run is.
    PeakLoad = "peak_load" in Percent,
    /// The least head room that a datacenter would have in its busiest minute with its partner gone, for
    /// which nothing is read then, as a share of its rate; negative where it would be overloaded.
    PeakHeadroom = "peak_headroom" in Percent,
    /// The longest replication lag: the greatest age that an acknowledged record reached while it was on
    /// one site only. It is followed from record to record, so that none is missed; a record that a new
    /// holder lacks counts until the takeover, one that is on one site at the end until then.
    ReplicationLag = "replication_lag" in Time,
    /// Old records that were read again to bring sites back; of a datacenter, those it read.
    Reseeded = "reseeded" in Count,
    /// The longest that bringing a site back took, from the first old record that was read to when the site
    /// had caught up; to the end of the run where it had not. Of a datacenter, where it was brought back.
    ReseedDuration = "reseed_duration" in Time,
    /// The longest outbox: writes waiting at one moment.
    OutboxPeak = "outbox_peak" in Count,
    /// Reads that were shown whole.
    ReadsWhole = "reads_whole" in Count,
    /// Reads of which a part was withheld.
    ReadsPartial = "reads_partial" in Count,
    /// Maps that sites refused.
    MapsRefused = "maps_refused" in Count,
    /// Attempts made because an earlier one had failed.
    Retries = "retries" in Count,
    /// The same for a hundred requests.
    RetryShare = "retry_share" in Percent,
    /// Writes refused by a full queue, and requests that left one because their client had given up.
    Shed = "shed" in Count,
    /// The longest time that a client was told to stay away from a full queue.
    RetryAfter = "retry_after" in Time,
    /// Writes settled within ten seconds for a hundred made, from the end of the last fault to the end of
    /// traffic.
    GoodputAfterFaults = "goodput_after_faults" in Percent,
}

impl Metric {
    /// The unit in which a measured value is written as a number.
    pub const fn unit(self) -> &'static str {
        match self.dimension() {
            Dimension::Count => "count",
            Dimension::Time => "us",
            Dimension::Percent => "percent",
        }
    }

    /// The metric of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|metric| metric.name() == name)
    }
}

/// The part of a run over which a metric is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The whole run.
    #[default]
    Everything,
    /// What belongs to one boundary.
    Boundary(Boundary),
    /// What happened at one datacenter.
    Datacenter(Datacenter),
    /// What belongs to one scale unit.
    Unit(Unit),
}

/// A measured value. Integers, so that runs compare and merge exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measured {
    /// A number of things.
    Count(u64),
    /// A length of time in microseconds.
    Micros(u64),
    /// A share in thousandths of a percent; it may be negative.
    MilliPercent(i64),
}

/// Writes `1,234`, `41.2s` or `71.2 %`.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Count(count) => f.pad(&grouped(count)),
            Self::Micros(micros) => Span(micros).fmt(f),
            Self::MilliPercent(milli) => {
                let (sign, size) = (if milli < 0 { "−" } else { "" }, milli.unsigned_abs());
                f.pad(&format!("{sign}{}.{} %", size / 1_000, size % 1_000 / 100))
            }
        }
    }
}

/// A number with commas between its thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A bound on a metric that a scenario sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Threshold {
    /// The metric.
    pub metric: Metric,
    /// Over what part of the run.
    pub scope: Scope,
    /// The least value that is met.
    pub min: Option<Measured>,
    /// The greatest value that is met.
    pub max: Option<Measured>,
}

impl Threshold {
    /// The metric and its scope: `rto of emea`.
    pub fn title(&self, names: &Names) -> String {
        let metric = match self.metric {
            Metric::Refused(Some(class)) => format!("refused ({})", Refusal::CLASSES[class]),
            metric => metric.name().to_owned(),
        };
        match self.scope {
            Scope::Everything => metric,
            Scope::Boundary(boundary) => format!("{metric} of {}", names.boundary(boundary)),
            Scope::Datacenter(datacenter) => format!("{metric} of {}", names.datacenter(datacenter)),
            Scope::Unit(unit) => format!("{metric} of {}", names.unit(unit)),
        }
    }

    /// The limits: `≤ 1m`, `≥ 1 and ≤ 4`, or `= 1`.
    pub fn limits(&self) -> String {
        if let Some(exactly) = self.min.filter(|_| self.min == self.max) {
            return format!("= {exactly}");
        }
        let min = self.min.map(|min| format!("≥ {min}"));
        let max = self.max.map(|max| format!("≤ {max}"));
        min.into_iter().chain(max).collect::<Vec<_>>().join(" and ")
    }
}
