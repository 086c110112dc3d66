//! FO-3, the row "both disks": what a restore loses was acknowledged since the last backup, and there is
//! a backup as often as the schedule says.
//!
//! Three things are looked at. A finished backup holds what was acknowledged before it began, but for the
//! lag that the mode allows, and for what a takeover left behind. A healthy unit is never without one for
//! longer than an interval, and the quarter of one within which a backup is finished; with its sites cut
//! from each other the peer, its media and the holder's own are tried in turn. A restore brings back no
//! less than the best backup that stands in reach.

use super::acknowledged_loss::AcknowledgedLoss;
use crate::audit::ledger::Ledger;
use crate::audit::{Breach, LossTerms, reasons, slack};
use crate::terms::{Datacenter, Instant, Position, Side, Span, Unit};

impl AcknowledgedLoss {
    /// A backup that was begun at `taken` is finished.
    pub(in crate::audit) fn backed_up(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        unit: Unit,
        datacenter: Datacenter,
        (taken, end): (Instant, Position),
    ) {
        if let Some(why) = unbound(ledger, unit) {
            self.docket.suspend(why);
            return;
        }
        let missing = ledger.backups(unit).first_after(end);
        let due = taken.before(lag(ledger));
        if !were_awake(ledger, unit, due) {
            self.docket.suspend(reasons::STOOD_STILL);
            return;
        }
        self.docket.check(missing.is_none_or(|first| first >= due), || {
            let what =
                format!("the backup of {{unit}} in {{datacenter}} through {end} lacks what was acknowledged before");
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter)
        });
    }

    /// Time has passed: every healthy unit has a backup.
    pub(in crate::audit) fn schedule_seen(&mut self, ledger: &Ledger, at: Instant) {
        let Some(every) = ledger.contract.backup_every else { return };
        for unit in ledger.units() {
            let Some((since, overdue)) = awaited(ledger, at, unit, every) else { continue };
            if overdue && self.overdue.insert(unit, at) == Some(at) {
                continue;
            }
            self.docket.check(!overdue, || {
                let what = format!("{{unit}} has had no backup for {}; it is promised one every {every}", at - since);
                Breach::new(at, what).in_unit(unit)
            });
        }
    }

    /// A site was restored to what a backup held that ends at `end`.
    pub(in crate::audit) fn restored(&mut self, ledger: &Ledger, at: Instant, unit: Unit, end: Position) {
        for backup in ledger.backups(unit).backups().iter().filter(|backup| !ledger.world.is_dark(backup.datacenter)) {
            self.docket.check(backup.end <= end, || {
                let what =
                    format!("{{unit}} was restored through {end}; the backup in {{datacenter}} ends at {}", backup.end);
                Breach::new(at, what).in_unit(unit).at_datacenter(backup.datacenter)
            });
        }
    }
}

/// Since when what was acknowledged has awaited a backup at a healthy unit, and whether that is too long.
pub(super) fn awaited(ledger: &Ledger, at: Instant, unit: Unit, every: Span) -> Option<(Instant, bool)> {
    let quarter = every.scale(1, 4);
    let since = ledger.backups(unit).oldest_without()?;
    let lease = ledger.lease(unit);
    let holder = lease.granted().map(|granted| granted.register.holder);
    let able = ledger.able_since(unit, holder?).filter(|_| unbound(ledger, unit).is_none())?;
    let [a, b] = ledger.terms(unit).sites;
    let media = [a, b].map(|site| ledger.delivers_since(site));
    let room = room_since(ledger, unit, holder)?;
    let healthy = able.max(lease.epoch_since()).max(room);
    let quick = |site| ledger.world.quick_since(unit, site);
    let near = [ledger.linked_since(unit, a, b), quick(a), quick(b), media[0], media[1]];
    let near = near.into_iter().all(|well| well.is_some_and(|well| well <= since));
    let tries = if near { quarter } else { Span(quarter.0.saturating_mul(3)) };
    let bound = every + tries + ledger.contract.rto_bound + lag(ledger);
    Some((since, at - healthy.max(since) > bound))
}

/// Since when there has been a place that a holder reaches, and whose media take what is brought to them.
fn room_since(ledger: &Ledger, unit: Unit, holder: Option<Side>) -> Option<Instant> {
    let own = ledger.terms(unit).site(holder?);
    let room = |site| Some(ledger.delivers_since(site)?.max(ledger.linked_since(unit, own, site)?));
    ledger.terms(unit).sites.into_iter().filter_map(room).min()
}

/// Why a unit's backups are held to no time, if they are not.
fn unbound(ledger: &Ledger, unit: Unit) -> Option<&'static str> {
    let lease = ledger.lease(unit);
    let drifted = lease.clock_beyond_rho().then_some(reasons::BEYOND_RHO);
    lease.memory_lost().then_some(reasons::MEMORY_LOST).or(drifted)
}

/// Whether both sites have been running, and used, since an instant. One that stood still begins, when it goes on,
/// what it was told long before.
fn were_awake(ledger: &Ledger, unit: Unit, since: Instant) -> bool {
    let since = since.max(ledger.contract.start);
    let awake = |site| ledger.linked_since(unit, site, site).is_some_and(|running| running <= since);
    let used = |side| ledger.told.attested_since(unit, side).is_some_and(|used| used <= since);
    ledger.terms(unit).sites.into_iter().all(awake) && Side::BOTH.into_iter().all(used)
}

/// How far a peer that writes a backup may be behind.
fn lag(ledger: &Ledger) -> Span {
    match ledger.contract.loss {
        LossTerms::AtMost(bound) => bound + slack::IN_FLIGHT,
        LossTerms::Never | LossTerms::NoneWhileReplicated => slack::IN_FLIGHT,
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA_1, Story};
    use crate::facts::Fact;
    use crate::terms::{CopyClass, Epoch, Position, RecordKind, Side, Span};

    fn at(index: u64) -> Position {
        Position { epoch: Epoch(1), index }
    }

    /// Two records a minute apart, acknowledged by A.
    fn two_acknowledged() -> Story {
        let mut story = Story::after_with(|contract| contract.backup_every = Some(Span::hours(1)));
        for index in 1..=2 {
            let birth = story.birth(RecordKind::Message);
            story.grant(1, Side::A).land_everywhere(birth, index).acknowledge(birth, DUBLIN, 1, index);
            story.pass(Span::minutes(1));
        }
        story
    }

    /// A backup in Amsterdam through `end`.
    fn back_up(story: &mut Story, end: u64) {
        let taken = story.now();
        story.pass(Span::secs(3));
        story.fact(Fact::BackedUp { unit: EMEA_1, datacenter: AMSTERDAM, taken, end: at(end) });
    }

    /// Two records a minute apart, and a backup in Amsterdam through `end` a minute later.
    fn backed_up_through(end: u64) -> Story {
        let mut story = two_acknowledged();
        back_up(&mut story, end);
        story
    }

    fn loads(story: &mut Story, span: Span) {
        for _ in 0..span.0 / Span::minutes(5).0 {
            story.renew_for(Side::A, Span::minutes(5));
            story.fact(Fact::Load { datacenter: DUBLIN, served: 0, window: Span::minutes(5) });
        }
    }

    #[test]
    fn a_backup_holds_what_was_acknowledged_before_it_began() {
        assert_eq!(backed_up_through(2).finding("FO-3").broken, 0);
        backed_up_through(1).expect_broken("FO-3", "lacks what was acknowledged before");
    }

    #[test]
    fn a_site_that_stood_still_begins_what_it_was_told_before() {
        let after_a_pause = |awake| {
            let mut story = two_acknowledged();
            for paused in [true, false] {
                story.fact(Fact::Paused { datacenter: AMSTERDAM, paused }).pass(awake);
            }
            back_up(&mut story, 1);
            story
        };
        assert_eq!(after_a_pause(Span::millis(1)).finding("FO-3").broken, 0);
        after_a_pause(Span::minutes(1)).expect_broken("FO-3", "lacks what was acknowledged before");
    }

    #[test]
    fn what_a_takeover_left_behind_is_missing_from_no_backup() {
        let after_a_takeover = |end| {
            let mut story = two_acknowledged();
            let birth = story.birth(RecordKind::Message);
            story.land(birth, CopyClass::Log, DUBLIN, 3).acknowledge(birth, DUBLIN, 1, 3).pass(Span::minutes(1));
            story.grant(2, Side::B).pass(Span::minutes(1));
            back_up(&mut story, end);
            story
        };
        assert_eq!(after_a_takeover(2).finding("FO-3").broken, 0);
        after_a_takeover(1).expect_broken("FO-3", "lacks what was acknowledged before");
    }

    #[test]
    fn a_healthy_unit_has_a_backup_as_often_as_is_promised() {
        let mut story = backed_up_through(2);
        loads(&mut story, Span::hours(2));
        assert_eq!(story.finding("FO-3").broken, 0, "nothing was acknowledged since");
        let birth = story.birth(RecordKind::Message);
        story.land_everywhere(birth, 3).acknowledge(birth, DUBLIN, 1, 3);
        loads(&mut story, Span::minutes(60));
        assert_eq!(story.finding("FO-3").broken, 0, "the next is not due");
        loads(&mut story, Span::minutes(30));
        story.expect_broken("FO-3", "no backup for");
    }

    #[test]
    fn a_restore_brings_the_best_backup_back() {
        let restored = |through: u64| {
            let mut story = backed_up_through(2);
            for side in Side::BOTH {
                story.disks_lost(side);
            }
            let taken = story.now();
            let (side, datacenter, end) = (Side::A, DUBLIN, at(through));
            story.fact(Fact::RestoreOrdered(EMEA_1));
            story.fact(Fact::Restored { unit: EMEA_1, side, datacenter, taken, end });
            story
        };
        assert_eq!(restored(2).finding("FO-3").broken, 0);
        restored(1).expect_broken("FO-3", "was restored through 1:1");
    }
}
