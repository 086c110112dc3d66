//! Why a case is not judged: each counted by [`super::docket::Docket::suspend`], and told.

/// R7.
pub(super) const PRIVATE: &str = "a private conversation carries no promise (R7)";

/// The lease counts on every clock's rate.
pub(super) const BEYOND_RHO: &str = "a clock ran beyond ρ";

/// The stamp of a record counts on the accepting site's wall clock.
pub(super) const BEYOND_TOLERANCE: &str = "a wall clock was off by more than the declared tolerance";

/// The register survives the loss of one voter's memory at a time.
pub(super) const MEMORY_LOST: &str = "two of three voters had lost their memory";

/// What a site acknowledged beside its successor, or lost with its disk, cannot be looked for.
pub(super) const NOT_BACK: &str = "the site that acknowledged beside its successor is not back";

/// A process goes on where it was stopped, with what it was told before.
pub(super) const STOOD_STILL: &str = "a site stood still between the order for a backup and its beginning";

/// A failover of which another fault made another case.
pub(super) const ANOTHER_CASE: &str = "what a takeover needs changed meanwhile";

/// Writes wait: the unit has no site that clients reach.
pub(super) const BOUNDARY_DARK: &str = "pending: boundary dark";

/// Writes wait: no site that clients reach has a majority of voters.
pub(super) const NO_MAJORITY: &str = "pending: no majority";

/// Writes wait: no site in reach has a copy that may serve.
pub(super) const NO_COPY: &str = "pending: no certified copy in reach";

/// Writes wait: what must be on both sites before it is confirmed has only one to go to.
pub(super) const NO_PEER: &str = "pending: no peer to replicate to";

/// Writes wait: what must be on both sites waits behind what the other still lacks, at the promised rate.
pub(super) const RESEEDING: &str = "pending: the other site is being brought back";

/// Writes wait: a takeover would lose records, and the grace period is not over.
pub(super) const GRACE: &str = "pending: waits for the grace period";

/// Writes wait: an operator has to start the failover.
pub(super) const OPERATOR: &str = "pending: waits for an operator";

/// Writes wait: those who ask at the same sites, for what cannot be had, leave no room.
pub(super) const CROWDED_OUT: &str = "pending: clients who wait for another unit keep its sites busy";

/// Writes wait: what is served was given up, and asked for again behind a full queue.
pub(super) const RETRY_STORM: &str = "pending: naive clients keep the queues of its sites full";

/// A holder handed the lease over to a site that had everything, when it said so.
pub(super) const LOST_UNHEARD: &str = "the lease was handed over to a site whose disk had just been lost";

/// What a disk without power holds can neither be copied nor erased.
pub(super) const NO_POWER: &str = "a home of a tenant that moves has a datacenter without power";

/// Clients that try again for ever leave no room.
pub(super) const BUSY_HOME: &str = "a home of a tenant that moves turned requests away until the end";

/// A site erases in rounds, and the run is over before the next.
pub(super) const NEXT_ROUND: &str = "what came after a tenant had left goes in the next round";

/// A seat goes to another place by the hands of who holds the lease.
pub(super) const NO_POWER_OF_SEAT: &str = "a unit whose seat gets another place was not well for long enough";

/// The run ended before a failover and a client's longest back-off could have been over.
pub(super) const TOO_SHORT: &str = "`settle` is shorter than a failover and a client's longest back-off";

/// Copies are made, and deleted, by who runs.
pub(super) const NOT_RUNNING: &str = "the site whose copy it is has not been running for long enough";
