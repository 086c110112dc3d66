//! FO-6: after the faults the service converges: nothing is left in an outbox, unless its unit has a
//! reason not to serve, which is told by name; and a disk that was replaced is filled again, whether
//! or not anybody writes.

use crate::audit::docket::Docket;
use crate::audit::ledger::Ledger;
use crate::audit::{Breach, LossTerms, reasons, slack};
use crate::terms::{Birth, Instant, Mode, Record, RecordKind, Side, Span, Unit};
use std::collections::BTreeMap;

/// Judges the end of the liveness phase.
#[derive(Debug)]
pub(in crate::audit) struct Convergence {
    pub docket: Docket,
    liveness: Option<Instant>,
    /// When each unit last acknowledged a write.
    acknowledged: Vec<Option<Instant>>,
    /// The unit for which each write waits, and since when. The media of a call do not count: they are relayed, and
    /// no fact tells of that.
    waiting: BTreeMap<Record, (Unit, Instant)>,
}

impl Convergence {
    pub(in crate::audit) fn new(units: usize) -> Self {
        let (docket, acknowledged) = (Docket::default(), vec![None; units]);
        Self { docket, liveness: None, acknowledged, waiting: BTreeMap::new() }
    }

    pub(in crate::audit) fn liveness_began(&mut self, at: Instant) {
        self.liveness = Some(at);
    }

    #[inline]
    pub(in crate::audit) fn acknowledged(&mut self, at: Instant, birth: &Birth, unit: Unit) {
        self.acknowledged[unit.index()] = Some(at);
        self.is_over(birth);
    }

    /// A write is acknowledged, or refused for good. A client that tries again while the acknowledgement is on its
    /// way waits no longer when it comes.
    #[inline]
    pub(in crate::audit) fn is_over(&mut self, birth: &Birth) {
        if !self.waiting.is_empty() {
            self.waiting.remove(&birth.record);
        }
    }

    pub(in crate::audit) fn queued(&mut self, at: Instant, birth: &Birth, unit: Unit) {
        if birth.kind != RecordKind::CallMedia {
            self.waiting.insert(birth.record, (unit, at));
        }
    }

    /// A write was placed. One that waited for another unit, as before the effective instant, does so no longer.
    #[inline]
    pub(in crate::audit) fn placed(&mut self, birth: &Birth, unit: Unit) {
        if !self.waiting.is_empty()
            && let Some((waits_for, _)) = self.waiting.get_mut(&birth.record)
        {
            *waits_for = unit;
        }
    }

    /// Whether writes wait for a unit and it has acknowledged none since.
    fn is_stuck(&self, unit: Unit) -> bool {
        let since = self.waiting.values().filter(|(of, _)| *of == unit).map(|&(_, since)| since).max();
        since.is_some() && self.acknowledged[unit.index()] < since
    }

    pub(in crate::audit) fn ended(&mut self, ledger: &Ledger, at: Instant, unfinished: u64) {
        let Some(liveness) = self.liveness else { return };
        for unit in ledger.units() {
            if let Some(breach) = forsaken(ledger, at, unit) {
                self.docket.check(false, || breach);
            }
        }
        if unfinished > 0 && at - liveness < patience(ledger) {
            self.docket.suspend(reasons::TOO_SHORT);
            return;
        }
        let (mut stuck, mut excused) = (None, false);
        for unit in ledger.units() {
            let reason = reason(ledger, at, unit);
            excused |= reason.is_some();
            match reason.filter(|_| unfinished > 0) {
                Some(reason) if self.is_stuck(unit) => self.docket.suspend(reason),
                None if self.is_stuck(unit) => stuck = stuck.or(Some(unit)),
                _ => {}
            }
        }
        let kept = unfinished == 0 || stuck.is_none() && excused;
        self.docket.check(kept, || {
            let waited = if unfinished == 1 { "1 write was".into() } else { format!("{unfinished} writes were") };
            let of = stuck.map_or("", |_| ", among them for {unit},");
            let breach =
                Breach::new(at, format!("{waited} still waiting{of} {} after the faults were over", at - liveness));
            stuck.into_iter().fold(breach, Breach::in_unit)
        });
    }
}

/// How long a service that is able to serve may take until every outbox is empty: a failover, and a
/// client that has just begun to wait.
fn patience(ledger: &Ledger) -> Span {
    ledger.contract.able_for() + ledger.contract.longest_wait
}

/// A unit whose holder could have filled its peer's new disk, and does not.
fn forsaken(ledger: &Ledger, now: Instant, unit: Unit) -> Option<Breach> {
    let holder = ledger.lease(unit).granted()?.register.holder;
    let terms = ledger.terms(unit);
    let peer = terms.site(holder.peer());
    let empty = ledger.logs(unit).forsaken_since(holder.peer())?;
    let linked = ledger.paired_since(unit)?.max(ledger.world.quick_since(unit, peer)?);
    let able = ledger.able_since(unit, holder)?;
    let waited = now - empty.max(linked).max(able);
    (waited >= patience(ledger)).then(|| {
        let what = format!("nothing was copied to the new disk of {{unit}} at {{datacenter}} for {waited}");
        Breach::new(now, what).in_unit(unit).at_datacenter(peer)
    })
}

/// The physical reason for which a unit's writes still wait, if it has one.
pub(super) fn reason(ledger: &Ledger, now: Instant, unit: Unit) -> Option<&'static str> {
    let lease = ledger.lease(unit);
    if lease.memory_lost() {
        return Some(reasons::MEMORY_LOST);
    }
    let able = |side| ledger.was_able_for(unit, side, patience(ledger), now);
    if !Side::BOTH.into_iter().any(able) {
        return Some(why_unable(ledger, unit));
    }
    let linked = ledger.paired_since(unit).is_some_and(|since| now - since > patience(ledger));
    if ledger.contract.loss == LossTerms::Never && !linked {
        return Some(reasons::NO_PEER);
    }
    if ledger.contract.loss == LossTerms::Never && is_reseeded(ledger, now, unit) {
        return Some(reasons::RESEEDING);
    }
    let granted = lease.granted().filter(|granted| !able(granted.register.holder))?;
    match (granted.register.mode, ledger.contract.grace) {
        (_, _) if ledger.contract.manual_failover => Some(reasons::OPERATOR),
        (Mode::Replicated, _) => None,
        (Mode::Alone, None) => Some(reasons::OPERATOR),
        (Mode::Alone, Some(grace)) => {
            let waits = grace.scale(1_000_000 + u64::from(ledger.contract.rho_ppm), 1_000_000) + patience(ledger);
            // A challenger counts from when it could look.
            let looks = ledger.able_since(unit, granted.register.holder.peer()).unwrap_or(now);
            (now - granted.at.max(looks) < waits).then_some(reasons::GRACE)
        }
    }
}

/// Whether the holder's peer lacks records, gains some without a break, and has as many as the rate of
/// reseeding promises since the two could begin.
fn is_reseeded(ledger: &Ledger, now: Instant, unit: Unit) -> bool {
    let (Some(rate), Some(granted)) = (ledger.contract.reseed_rate, ledger.lease(unit).granted()) else { return false };
    let (holder, logs) = (granted.register.holder, ledger.logs(unit));
    let peer = holder.peer();
    let Some(linked) = ledger.paired_since(unit) else { return false };
    let (has, (gained, emptied)) = (logs.store(peer).len(), logs.growing(peer));
    let begun = linked.max(emptied).max(ledger.lease(unit).epoch_since());
    let takes = Span::secs(1).scale(has, rate) + patience(ledger);
    has < logs.store(holder).len() && now - gained <= slack::SETTLING && now - begun <= takes
}

/// What both sites of a unit lack.
fn why_unable(ledger: &Ledger, unit: Unit) -> &'static str {
    let reached = |side: &Side| ledger.reachable_since(unit, ledger.terms(unit).site(*side)).is_some();
    let mut reached = Side::BOTH.into_iter().filter(reached).peekable();
    if reached.peek().is_none() {
        reasons::BOUNDARY_DARK
    } else if reached.all(|side| ledger.majority_since(unit, side).is_none()) {
        reasons::NO_MAJORITY
    } else {
        reasons::NO_COPY
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, APAC_1, DUBLIN, EMEA_1, HONG_KONG, SINGAPORE, Story};
    use crate::audit::{Contract, LossTerms};
    use crate::facts::Fact;
    use crate::terms::{Mode, RecordKind, Side, Span};

    /// A write waits in an outbox when the faults end.
    fn waiting() -> Story {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
        story.fact(Fact::Queued { birth, unit: EMEA_1 });
        story
    }

    #[test]
    fn a_service_that_drains_its_outboxes_has_converged() {
        let mut story = waiting();
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 0 });
        story.expect_kept("FO-6", 1);
    }

    #[test]
    fn a_write_that_was_acknowledged_while_its_client_gave_up_waits_until_the_client_learns_of_it() {
        for learns in [true, false] {
            let mut story = Story::after();
            let [birth, other] = [(); 2].map(|()| story.birth(RecordKind::Message));
            story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
            for datacenter in [SINGAPORE, HONG_KONG] {
                story.fact(Fact::Power { datacenter, on: false });
            }
            story.fact(Fact::Queued { birth: other, unit: APAC_1 }).acknowledge(birth, DUBLIN, 1, 1);
            story.pass(Span::millis(1)).fact(Fact::Queued { birth, unit: EMEA_1 });
            if learns {
                story.fact(Fact::Confirmed { birth, unit: EMEA_1 });
            }
            story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
            assert_eq!(story.finding("FO-6").broken, u64::from(!learns));
        }
    }

    #[test]
    fn a_write_that_still_waits_without_reason_is_a_breach() {
        let mut story = waiting();
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
        story.expect_broken("FO-6", "1 write was still waiting, among them for {unit}");
    }

    #[test]
    fn media_of_a_call_leaves_no_unit_stuck() {
        for kind in [RecordKind::CallMedia, RecordKind::CallLog] {
            let mut story = Story::after();
            let birth = story.birth(kind);
            story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
            for side in Side::BOTH {
                story.disks_lost(side);
            }
            story.fact(Fact::Queued { birth, unit: EMEA_1 }).pass(Span::minutes(5));
            story.fact(Fact::Ended { unfinished: 1 });
            assert_eq!(story.finding("FO-6").suspended.is_empty(), kind == RecordKind::CallMedia, "{kind}");
        }
    }

    #[test]
    fn a_failover_that_waits_for_an_operator_is_a_reason_and_an_automatic_one_is_none() {
        for manual in [true, false] {
            let mut story = Story::after_with(|contract| contract.manual_failover = manual);
            let birth = story.birth(RecordKind::Message);
            story.renew_for(Side::A, Span::minutes(5)).land_everywhere(birth, 1).renew(1, Side::A, Mode::Replicated, 1);
            story.disks_lost(Side::A);
            story.fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: EMEA_1 });
            story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
            if manual {
                story.expect_kept("FO-6", 1);
            } else {
                story.expect_broken("FO-6", "1 write was still waiting, among them for {unit}");
            }
        }
    }

    #[test]
    fn a_peer_that_is_gone_is_a_reason_where_nothing_is_confirmed_without_it() {
        for loss in [LossTerms::Never, LossTerms::NoneWhileReplicated] {
            let mut story = Story::after_with(|contract| contract.loss = loss);
            let birth = story.birth(RecordKind::Message);
            story.renew_for(Side::A, Span::minutes(5)).fact(Fact::LivenessBegan);
            story.fact(Fact::Power { datacenter: AMSTERDAM, on: false }).fact(Fact::Queued { birth, unit: EMEA_1 });
            story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
            if loss == LossTerms::Never {
                story.expect_kept("FO-6", 1);
            } else {
                story.expect_broken("FO-6", "1 write was still waiting, among them for {unit}");
            }
        }
    }

    /// Under `sync-strict`, writes wait for a site whose disk was replaced and that gets ten records a second.
    fn brought_back(rate: Option<u64>, every: Span, seconds: u64) -> Story {
        let mut story = Story::after_with(|contract| (contract.loss, contract.reseed_rate) = (LossTerms::Never, rate));
        let birth = story.birth(RecordKind::Message);
        story.renew_for(Side::A, Span::minutes(5)).copy_range(DUBLIN, 1, 10_000).copy_range(AMSTERDAM, 1, 10_000);
        story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM });
        story.vote_again(EMEA_1, Side::B).fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: EMEA_1 });
        for second in (0..seconds).step_by(10) {
            story.renew_for(Side::A, Span::secs(10));
            if second * 1_000_000 % every.0 == 0 {
                story.copy_range(AMSTERDAM, second * 10 + 1, (second + 10) * 10);
            }
        }
        story.fact(Fact::Ended { unfinished: 1 });
        story
    }

    #[test]
    fn a_site_that_is_brought_back_at_the_promised_rate_is_a_reason_where_nothing_is_confirmed_without_it() {
        let often = Span::secs(10);
        let at_the_rate = brought_back(Some(10), often, 600);
        at_the_rate.expect_suspended("FO-6", "being brought back");
        at_the_rate.expect_kept("FO-6", 1);
        let (without_a_rate, too_slow) = (brought_back(None, often, 600), brought_back(Some(100), often, 600));
        let (stopped, overdue) = (brought_back(Some(10), Span::minutes(5), 600), brought_back(Some(10), often, 1_000));
        for story in [without_a_rate, too_slow, stopped, overdue] {
            story.expect_broken("FO-6", "still waiting, among them for {unit}");
        }
    }

    #[test]
    fn a_dark_boundary_is_a_reason() {
        let mut story = waiting();
        for datacenter in [DUBLIN, AMSTERDAM] {
            story.fact(Fact::Power { datacenter, on: false });
        }
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
        story.expect_kept("FO-6", 1);
        story.expect_suspended("FO-6", "boundary dark");
    }

    #[test]
    fn a_write_waits_for_the_unit_where_it_was_placed_last() {
        let mut story = Story::after();
        let birth = story.birth(RecordKind::Message);
        story.grant_in(APAC_1, 1).fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: APAC_1 });
        story.list(birth, EMEA_1, &[DUBLIN, AMSTERDAM]);
        for datacenter in [DUBLIN, AMSTERDAM] {
            story.fact(Fact::Power { datacenter, on: false });
        }
        story.pass(Span::minutes(5)).fact(Fact::Ended { unfinished: 1 });
        story.expect_kept("FO-6", 1);
        story.expect_suspended("FO-6", "boundary dark");
    }

    #[test]
    fn a_new_disk_that_nobody_fills_is_a_breach_though_nobody_writes() {
        for (filled, cut) in [(false, false), (true, false), (false, true)] {
            let mut story = Story::after();
            let birth = story.birth(RecordKind::Message);
            story.renew_for(Side::A, Span::minutes(5)).land_everywhere(birth, 1);
            story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM });
            story.fact(Fact::Power { datacenter: AMSTERDAM, on: !cut }).fact(Fact::LivenessBegan);
            if filled {
                story.fact(Fact::StoreCertified { unit: EMEA_1, side: Side::B, datacenter: AMSTERDAM });
            }
            story.renew_for(Side::A, Span::minutes(10)).fact(Fact::Ended { unfinished: 0 });
            if filled || cut {
                story.expect_kept("FO-6", 1);
            } else {
                story.expect_broken("FO-6", "nothing was copied to the new disk of {unit}");
            }
        }
    }

    #[test]
    fn a_run_that_ends_before_a_failover_could_be_over_is_not_judged() {
        let mut story = waiting();
        story.pass(Span::minutes(2)).fact(Fact::Ended { unfinished: 1 });
        story.expect_kept("FO-6", 0);
        story.expect_suspended("FO-6", "`settle` is shorter");
    }

    /// The disk of a holder is lost, and the other site is well.
    fn without_the_holders_disk(mode: Mode, change: impl FnOnce(&mut Contract)) -> Story {
        after_dark(Span::ZERO, mode, change)
    }

    /// The same where the other site was out of reach for some time after the holder's last renewal.
    fn after_dark(dark: Span, mode: Mode, change: impl FnOnce(&mut Contract)) -> Story {
        let mut story = Story::after_with(change);
        let birth = story.birth(RecordKind::Message);
        story.renew(1, Side::A, mode, 0);
        if dark > Span::ZERO {
            story.fact(Fact::Access { datacenter: AMSTERDAM, up: false }).pass(dark);
            story.fact(Fact::Access { datacenter: AMSTERDAM, up: true });
        }
        story.fact(Fact::LivenessBegan).fact(Fact::Queued { birth, unit: EMEA_1 });
        story.fact(Fact::StorageLost { unit: EMEA_1, side: Side::A, datacenter: DUBLIN });
        story.vote_again(EMEA_1, Side::A).pass(Span::minutes(10)).fact(Fact::Ended { unfinished: 1 });
        story
    }

    #[test]
    fn a_takeover_that_would_lose_records_waits_for_grace_or_an_operator() {
        let graced = without_the_holders_disk(Mode::Alone, |_| {});
        graced.expect_suspended("FO-6", "grace period");
        let never = without_the_holders_disk(Mode::Alone, |contract| contract.grace = None);
        never.expect_suspended("FO-6", "operator");
        let manual = without_the_holders_disk(Mode::Replicated, |contract| contract.manual_failover = true);
        manual.expect_suspended("FO-6", "operator");
        let over = without_the_holders_disk(Mode::Alone, |contract| contract.grace = Some(Span::minutes(1)));
        over.expect_broken("FO-6", "still waiting");
        let replicated = without_the_holders_disk(Mode::Replicated, |_| {});
        replicated.expect_broken("FO-6", "still waiting");
    }

    #[test]
    fn a_challenger_counts_the_grace_period_from_when_it_could_look() {
        let dark = |length| after_dark(length, Mode::Alone, |contract| contract.grace = Some(Span::minutes(9)));
        dark(Span::hours(2)).expect_suspended("FO-6", "grace period");
    }
}
