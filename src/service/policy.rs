//! What operators configure of the service, under the names that they know from Patroni and from
//! Azure SQL failover groups.

use crate::terms::{AppVersion, Span, Wall};

/// When a write is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Replication {
    /// When it is durable at the holder; the peer may lag by at most
    /// [`Policy::maximum_lag_on_failover`].
    #[default]
    Async,
    /// When it is durable at both sites, or at the holder after `alone` stands in the register.
    Sync,
    /// When it is durable at both sites; otherwise it is refused.
    SyncStrict,
}

impl Replication {
    /// The name in scenarios and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::Sync => "sync",
            Self::SyncStrict => "sync-strict",
        }
    }
}

/// Who starts a failover or a failback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Initiative {
    /// The service by itself, as soon as it may.
    #[default]
    Automatic,
    /// An operator.
    Manual,
    /// Nobody: an operator's order is refused too.
    Disabled,
}

/// What becomes of an action card made by an app too old for residency by billing country.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OldCard {
    /// Refused: the user must update the app.
    #[default]
    Refuse,
    /// Placed by the group's location (rule R3), and counted as an exception.
    GroupLocation,
}

/// Through whose networks content may travel between a device and the boundary where it rests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transit {
    /// Any: what is promised is where data rests.
    #[default]
    Anywhere,
    /// Only that boundary's own. Private conversations carry no promise, and travel as they like.
    InBoundary,
}

/// How clients try again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Manners {
    /// With jittered, growing back-off, within a retry budget, and not before a site tells them to.
    #[default]
    Careful,
    /// After a fixed time, whatever a site tells them, as often as it takes, and without saying how
    /// long they will wait for an answer. For scenarios that show what this leads to.
    Naive,
}

/// Configuration of the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// When a write is acknowledged.
    pub replication: Replication,
    /// Length of the lease.
    pub ttl: Span,
    /// How often the holder renews its lease and a challenger looks at it.
    pub loop_wait: Span,
    /// How long one attempt to change the register may take. `loop_wait + 2·retry_timeout ≤ ttl`.
    pub retry_timeout: Span,
    /// ρ: every clock's rate lies in [1−ρ, 1+ρ], in parts per million.
    pub rho_ppm: u32,
    /// The declared bound on the offset of a site's wall clock.
    pub clock_tolerance: Span,
    /// RPO of asynchronous replication: the holder acknowledges no further write while `replicated`
    /// when its oldest acknowledged, unreplicated record is older than this.
    pub maximum_lag_on_failover: Span,
    /// The same RPO in records: while `replicated`, the holder acknowledges no record that would leave
    /// more than this many of the acknowledged ones on no other site. `None`: the time alone counts.
    pub maximum_lag_records: Option<u64>,
    /// How long a challenger waits, once the lease has lapsed while the mode is `alone`, before it
    /// takes over and declares a loss. `None`: for ever.
    pub grace_period_with_data_loss: Option<Span>,
    /// Who starts a failover.
    pub failover: Initiative,
    /// Who starts a failback to the preferred primary.
    pub failback: Initiative,
    /// How long the preferred primary must have been caught up before an automatic failback.
    pub failback_after: Span,
    /// How long no automatic failback follows a takeover from a primary that had come back and held the
    /// lease for less than this: what comes and goes is not switched to and fro. Failover is never held
    /// up.
    pub failback_block: Span,
    /// How long the peer may take to catch up before a switchover is given up; writes go on meanwhile.
    pub switchover_timeout: Span,
    /// How long a switchover may refuse writes to drain before it is given up.
    pub drain_timeout: Span,
    /// How long a holder waits for its peer's answer before it counts the peer as unreachable.
    pub peer_timeout: Span,
    /// How long a flush may take before a holder counts its disk as failing, raises an alarm and, where
    /// failover is automatic, hands over to a peer that has kept up. `None`: for ever.
    pub disk_timeout: Option<Span>,
    /// How long the witness may be silent before a holder raises an alarm, which comes with its next renewal.
    /// `None`: for ever.
    pub witness_timeout: Option<Span>,
    /// The most records of one replication batch.
    pub batch_records: u64,
    /// The most records under way to the peer.
    pub window_records: u64,
    /// Records a second that are read for a peer that is brought back: those further than a window from
    /// the end of the log. It must outrun what users write, or the peer never comes near. `None`: as fast
    /// as datacenter and link let them.
    pub reseed_rate: Option<u64>,
    /// How often what is new in the log is written to the backup media; a restore loses at most what
    /// was acknowledged since. `None`: never.
    pub backup_every: Option<Span>,
    /// How often a site brings what is made from its log up to date: the search index, the journal of what was
    /// acknowledged. `None`: nothing is made.
    pub index_every: Option<Span>,
    /// How long an administrator's export is kept; it is deleted within a quarter more.
    pub export_lifetime: Span,
    /// How long a support dump is kept; it is deleted within a quarter more.
    pub dump_lifetime: Span,
    /// How long after a tenant's move its old home may have anything left of it, on any disk.
    pub purge_within: Span,
    /// The most requests that may wait at a datacenter; more are refused as overload. Old records that wait
    /// to be read count as the requests that take as long. What waits must
    /// be served before its client gives up, or a full queue serves nothing that anybody still wants.
    pub queue_limit: u32,
    /// How long a client caches where a scale unit's holder is.
    pub route_ttl: Span,
    /// How long a client waits for an answer.
    pub request_timeout: Span,
    /// A client's first back-off; it doubles with each attempt, with jitter.
    pub backoff_min: Span,
    /// A client's longest back-off, and the time in which its retry budget gains one token.
    pub backoff_max: Span,
    /// How clients try again.
    pub client: Manners,
    /// Retries that each request adds to a client's budget for the unit asked, in parts per million.
    pub retry_budget_ppm: u32,
    /// The most retries that a client's budget for a unit holds.
    pub retry_burst: u16,
    /// From when on rule R2 holds.
    pub effective: Wall,
    /// The first app version whose action cards follow rule R2.
    pub card_version: AppVersion,
    /// Cards of older apps, for tenants that signed up after the effective instant.
    pub old_card_new_tenant: OldCard,
    /// Cards of older apps, for older tenants.
    pub old_card_old_tenant: OldCard,
    /// Through whose networks content may travel.
    pub transit: Transit,
}

impl Policy {
    /// The holder's share of a lease: `ttl·(1−ρ)`, counted from sending, on its own clock.
    pub fn held_for(&self, ttl: Span) -> Span {
        ttl.scale(1_000_000 - u64::from(self.rho_ppm), 1_000_000)
    }

    /// How long a challenger must have seen one renewal: `ttl·(1+ρ)`, on its own clock.
    pub fn lapsed_after(&self, ttl: Span) -> Span {
        ttl.scale(1_000_000 + u64::from(self.rho_ppm), 1_000_000) + Span::micros(1)
    }

    /// The most old records that are read for a peer at once: no more than go in a second.
    pub fn reseed_batch(&self) -> u64 {
        self.reseed_rate.map_or(self.batch_records, |rate| rate.min(self.batch_records))
    }

    /// How many old records the rate says for so long a time; none where there is no rate.
    pub fn reseed_owed(&self, late: Span) -> u64 {
        self.reseed_rate.map_or(0, |rate| late.scale(rate, 1_000_000).0)
    }

    /// How long after so many old records the next may be read.
    pub fn reseed_pause(&self, records: u64) -> Span {
        self.reseed_rate.map_or(Span::ZERO, |rate| Span(records.saturating_mul(1_000_000).div_ceil(rate.max(1))))
    }

    /// How long a client says that it waits for an answer; a naive one does not say.
    pub fn patience(&self) -> Option<Span> {
        (self.client == Manners::Careful).then_some(self.request_timeout)
    }

    /// What becomes of an older app's action card of a tenant that signed up at `signed_up`.
    pub fn old_card(&self, signed_up: Wall) -> OldCard {
        if signed_up < self.effective { self.old_card_old_tenant } else { self.old_card_new_tenant }
    }

    /// The bound on the RTO of an automatic failover, in true time from the onset of the fault to
    /// the first moment at which the unit can acknowledge a write.
    ///
    /// The last renewal before the onset may still be under way to the challenger (one
    /// `retry_timeout` at most); from its arrival the challenger's clock, slow by ρ at worst, counts
    /// `ttl·(1+ρ)`; its next look comes at most one `loop_wait` later; reading a majority, prepare
    /// and accept are one attempt each at most a `retry_timeout`, and so is the change to `alone`.
    pub fn rto_bound(&self) -> Span {
        self.slow(self.lapsed_after(self.ttl)) + self.slow(self.loop_wait) + self.attempts(4)
    }

    /// The longest for which a unit that is able to serve leaves a client without any answer: a failover,
    /// and then a holder that waits for its peer.
    pub fn longest_silence(&self) -> Span {
        self.rto_bound() + self.slow(self.peer_timeout)
    }

    /// The bound on how long a planned switchover refuses any write, in true time from the first write
    /// that is refused to the first moment at which either site can acknowledge one.
    ///
    /// The holder drains for `drain_timeout` at most. One attempt names the peer; then the peer reads a
    /// majority and wins an epoch of its own, or, where the outcome is unknown, the holder takes its
    /// lease back: three attempts at most, each at most a `retry_timeout`, with a back-off of at most a
    /// `loop_wait` between them.
    pub fn switchover_bound(&self) -> Span {
        self.slow(self.drain_timeout) + self.slow(self.loop_wait) + self.attempts(4)
    }

    /// How long a file is kept at most that an operator ordered.
    pub fn longest_file(&self) -> Span {
        self.export_lifetime.max(self.dump_lifetime)
    }

    /// True time that passes while a clock slow by ρ counts `span`.
    fn slow(&self, span: Span) -> Span {
        span.scale(1_000_000, 1_000_000 - u64::from(self.rho_ppm)) + Span::micros(1)
    }

    fn attempts(&self, count: u64) -> Span {
        self.slow(Span(self.retry_timeout.0.saturating_mul(count)))
    }
}

/// The values of the built-in service, before a scenario changes any. The lease's are Patroni's
/// defaults; the rest are assumptions.
impl Default for Policy {
    fn default() -> Self {
        Self {
            replication: Replication::Async,
            ttl: Span::secs(30),
            loop_wait: Span::secs(10),
            retry_timeout: Span::secs(3),
            rho_ppm: 200,
            clock_tolerance: Span::millis(500),
            maximum_lag_on_failover: Span::secs(5),
            maximum_lag_records: None,
            grace_period_with_data_loss: Some(Span::hours(1)),
            failover: Initiative::Automatic,
            failback: Initiative::Automatic,
            failback_after: Span::minutes(10),
            failback_block: Span::hours(1),
            switchover_timeout: Span::secs(30),
            drain_timeout: Span::secs(5),
            peer_timeout: Span::secs(1),
            disk_timeout: Some(Span::secs(2)),
            witness_timeout: Some(Span::minutes(5)),
            batch_records: 128,
            window_records: 512,
            reseed_rate: None,
            backup_every: Some(Span::hours(6)),
            index_every: Some(Span::minutes(1)),
            export_lifetime: Span::hours(24),
            dump_lifetime: Span::hours(6),
            purge_within: Span::hours(24),
            queue_limit: 60,
            route_ttl: Span::secs(30),
            request_timeout: Span::secs(4),
            backoff_min: Span::secs(1),
            backoff_max: Span::minutes(1),
            client: Manners::Careful,
            retry_budget_ppm: 100_000,
            retry_burst: 10,
            effective: EFFECTIVE,
            card_version: AppVersion(300),
            old_card_new_tenant: OldCard::Refuse,
            old_card_old_tenant: OldCard::GroupLocation,
            transit: Transit::Anywhere,
        }
    }
}

/// 2019-04-01T00:00:00Z, the effective instant of the residency page.
pub const EFFECTIVE: Wall = Wall(1_554_076_800_000_000);
