//! How long news may take: the only tolerances of the oracle, in one place.
//!
//! Production acts on what it knows, the oracle judges by what is true. Between the two lies the
//! time that a message, a flush or an attempt takes. A refusal that was right a moment ago is not
//! called needless; one that has been wrong for longer than these spans is.

use crate::terms::Span;

/// A request, its answer and a flush under way; a renewal that was sent before it was granted.
pub(super) const IN_FLIGHT: Span = Span::secs(5);

/// A site that got or regained a lease, a majority or its peer learns of it within a few attempts.
pub(super) const SETTLING: Span = Span::secs(15);

/// A datacenter whose power is back runs from when something there is first seen to act; if nothing
/// is, then from this long after its power.
pub(super) const BOOT: Span = Span::minutes(10);

/// A reader's client tries the other site before it gives a part up.
pub(super) const READ: Span = Span::secs(30);

/// Measured failover ends with an acknowledgement under way, which the bound does not count.
pub(super) const RTO: Span = Span::secs(2);

/// Acknowledgements leave a holder in groups: the last one before a limit is late by a flush.
pub(super) const LOSS: Span = Span::secs(1);

/// A flush from which on a disk is too slow to count on: a voter's answer and an acknowledgement take
/// several, and group commit makes one wait for another.
pub(super) const FLUSH: Span = Span::millis(100);

/// A replication lag from which on a holder may count its peer as silent.
pub(super) const LAGGING: Span = Span::millis(500);

/// What takes a link so long is late for a holder by [`LAGGING`], with a round trip and flushes to come.
pub(super) const JAMMED: Span = Span::millis(250);

/// Whether the promises rest on a link that loses so much, in parts per million, and is slower by so much than it is
/// when well: on others an attempt at the register, which has them before it four times, may fail again and again.
pub(super) fn is_clear(attempt: Span, loss_ppm: u32, delay: Span) -> bool {
    loss_ppm <= 10_000 && delay <= attempt.scale(1, 10).min(Span::millis(250))
}

/// How often a device asks a site in vain, at least, before it takes it for dead.
pub(super) const ROUNDS: usize = 3;

/// Writes that a site may be handed before it must have answered one of them.
pub(super) const UNANSWERED: u32 = 8;

/// How far a copy that is made every so often may be behind its log: two rounds, and an answer under way.
pub(super) fn behind(every: Span) -> Span {
    every + every + SETTLING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_has_time_for_a_link_that_counts_as_clear() {
        let clear = |attempt, delay| is_clear(Span::millis(attempt), 0, Span::millis(delay));
        assert_eq!([clear(3_000, 250), clear(3_000, 251)], [true, false]);
        assert_eq!([clear(1_000, 100), clear(1_000, 101)], [true, false]);
        assert_eq!(
            [is_clear(Span::secs(3), 10_000, Span::ZERO), is_clear(Span::secs(3), 10_001, Span::ZERO)],
            [true, false]
        );
    }
}
