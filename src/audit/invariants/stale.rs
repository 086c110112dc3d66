//! FO-5: a stale copy is never promoted silently. While the register says `replicated`, a new holder
//! has all that is known to be on both sites; while it says `alone`, a holder that lacks
//! acknowledged records took over after the grace period or by an operator's force. In either mode the
//! register's last sync time is no later than the first record that the new holder lacks. A store that
//! was lost may take over again only once it has all that is known to be on both. A challenger whose clock
//! is beyond ρ knows nothing of a period's length.

use crate::audit::docket::Docket;
use crate::audit::ledger::{Ledger, Succession};
use crate::audit::{Breach, reasons, slack};
use crate::terms::{Datacenter, Instant, Mode, Side, Span, Unit, Wall};

/// Looks at the new holder's disk whenever a new epoch is granted.
#[derive(Debug, Default)]
pub(in crate::audit) struct StaleNeverPromoted {
    pub docket: Docket,
}

impl StaleNeverPromoted {
    pub(in crate::audit) fn succeeded(&mut self, ledger: &Ledger, at: Instant, unit: Unit, succession: &Succession) {
        let lease = ledger.lease(unit);
        if lease.memory_lost() {
            self.docket.suspend(reasons::MEMORY_LOST);
            return;
        }
        if let Some(ordered) = succession.restored {
            self.docket.check(ordered, || {
                let what = "{unit} was founded anew on a backup though no operator had ordered it";
                Breach::new(at, what).in_unit(unit)
            });
            return;
        }
        let (before, now) = (&succession.before, &succession.register);
        let complete = ledger.logs(unit).store(now.holder).holds(before.register.frontier);
        let handed_over = now.renewal.site == before.register.holder && now.holder != before.register.holder;
        if handed_over && !complete && ledger.is_lost_unheard(at, unit, now.holder) {
            self.docket.suspend(reasons::LOST_UNHEARD);
            return;
        }
        let admitted = match before.register.mode {
            Mode::Replicated => complete,
            Mode::Alone => {
                let waived = succession.forced || lease.clock_beyond_rho() || is_past_grace(ledger, at - before.made);
                complete && (succession.lost.is_empty() || waived)
            }
        };
        let site = ledger.terms(unit).site(now.holder);
        self.docket.check(admitted, || {
            let what = match before.register.mode {
                Mode::Replicated => format!(
                    "{{datacenter}} took over {{unit}} in epoch {} without the log up to {}",
                    now.epoch, before.register.frontier
                ),
                Mode::Alone => format!(
                    "{{datacenter}} took over {{unit}} in epoch {} without {} acknowledged records, before the grace period and without order",
                    now.epoch,
                    succession.lost.len()
                ),
            };
            Breach::new(at, what).in_unit(unit).at_datacenter(site)
        });
        if succession.lost.is_empty() {
            return;
        }
        self.docket.check(is_after_last_sync(ledger, at, succession), || {
            let what = "{datacenter} took over {unit} without records that its register counted as on both sites";
            Breach::new(at, what).in_unit(unit).at_datacenter(site)
        });
    }

    /// A store that was lost is certified: it may take over again.
    pub(in crate::audit) fn certified(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        unit: Unit,
        side: Side,
        datacenter: Datacenter,
    ) {
        self.docket.check(ledger.is_sound(unit, side), || {
            let what = "the store of {unit} in {datacenter} was certified without what is known to be on both sites";
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter)
        });
    }
}

/// Whether everything that the new holder lacks was acknowledged after the last sync time, which is of
/// the old holder's wall clock.
fn is_after_last_sync(ledger: &Ledger, at: Instant, succession: &Succession) -> bool {
    let error = ledger.contract.clock_tolerance.max(ledger.world.clock_error(at)) + slack::LOSS;
    let Wall(synced) = succession.before.register.last_sync;
    succession.lost.iter().all(|lost| (lost.at + error).0 >= synced)
}

/// Whether the grace period was over, `silent` after the holder made its last renewal, on a clock that may
/// be fast.
fn is_past_grace(ledger: &Ledger, silent: Span) -> bool {
    let slow = 1_000_000 - u64::from(ledger.contract.rho_ppm);
    ledger.contract.grace.is_some_and(|grace| silent >= grace.scale(slow, 1_000_000))
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA_1, Story};
    use crate::facts::Fact;
    use crate::terms::{CopyClass, Mode, RecordKind, Side, Span};

    /// Two records at A, the frontier after them, and the first of them at B.
    fn half_replicated(mode: Mode, frontier: u64) -> Story {
        let mut story = Story::after();
        let (one, two) = (story.birth(RecordKind::Message), story.birth(RecordKind::Message));
        story.grant(1, Side::A).land_everywhere(one, 1).land(two, CopyClass::Log, DUBLIN, 2);
        story.renew(1, Side::A, mode, frontier).acknowledge(two, DUBLIN, 1, 2);
        story
    }

    #[test]
    fn a_copy_that_reaches_the_frontier_may_take_over() {
        let mut story = half_replicated(Mode::Replicated, 1);
        story.renew(2, Side::B, Mode::Replicated, 1);
        story.expect_kept("FO-5", 2);
    }

    #[test]
    fn a_lost_store_is_certified_only_with_everything() {
        let mut story = half_replicated(Mode::Replicated, 1);
        let certified = Fact::StoreCertified { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM };
        story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM });
        story.copy_range(AMSTERDAM, 1, 1).fact(certified);
        story.expect_kept("FO-5", 1);
        story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM }).fact(certified);
        story.expect_broken("FO-5", "was certified without");
    }

    #[test]
    fn a_copy_short_of_the_frontier_is_stale() {
        let mut story = half_replicated(Mode::Replicated, 2);
        story.renew(2, Side::B, Mode::Replicated, 2);
        story.expect_broken("FO-5", "without the log up to 1:2");
    }

    #[test]
    fn who_hands_over_cannot_know_of_a_disk_that_was_just_lost() {
        for (by_hand, waited, broken) in [(true, 0, 0), (true, 120, 1), (false, 0, 1)] {
            let mut story = half_replicated(Mode::Replicated, 1);
            story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM });
            story.pass(Span::secs(waited));
            if by_hand {
                story.hand_over(2, Side::A, 1);
            } else {
                story.renew(2, Side::B, Mode::Replicated, 1);
            }
            assert_eq!(story.finding("FO-5").broken, broken, "by hand: {by_hand}, {waited} s later");
        }
    }

    #[test]
    fn a_last_sync_time_after_what_is_missing_hides_a_loss() {
        let mut story = half_replicated(Mode::Alone, 1);
        story.pass(Span::minutes(5)).renew(1, Side::A, Mode::Alone, 1);
        story.pass(Span::hours(2)).renew(2, Side::B, Mode::Alone, 1);
        story.expect_broken("FO-5", "counted as on both sites");
    }

    #[test]
    fn alone_only_grace_or_force_waives_what_is_missing() {
        let mut silent = half_replicated(Mode::Alone, 1);
        silent.pass(Span::minutes(5)).renew(2, Side::B, Mode::Alone, 1);
        silent.expect_broken("FO-5", "before the grace period and without order");

        let mut graced = half_replicated(Mode::Alone, 1);
        graced.pass(Span::hours(2)).renew(2, Side::B, Mode::Alone, 1);
        graced.expect_kept("FO-5", 2);

        let mut forced = half_replicated(Mode::Alone, 1);
        forced.pass(Span::minutes(5)).fact(Fact::Ordered { unit: EMEA_1, forced: true });
        forced.renew(2, Side::B, Mode::Alone, 1);
        forced.expect_kept("FO-5", 2);
    }
}
