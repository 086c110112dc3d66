//! FO-6: after the faults the service converges: nothing is left in an outbox, unless its unit has a
//! reason not to serve, which is told by name; and a disk that was replaced is filled again, whether
//! or not anybody writes.

#[cfg(test)]
mod tests;

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

    /// Whether clients of another unit, which wait for a reason, have kept a unit's sites busy all the while.
    fn crowded_out(&self, ledger: &Ledger, at: Instant, unit: Unit) -> Option<&'static str> {
        let sites = ledger.terms(unit).sites;
        let beside = |other: Unit| other != unit && ledger.terms(other).sites.iter().any(|site| sites.contains(site));
        let mut others = ledger.units().filter(|&other| beside(other) && self.is_stuck(other));
        let busy = ledger.was_busy(unit, at, patience(ledger));
        (busy && others.any(|other| reason(ledger, at, other).is_some())).then_some(reasons::CROWDED_OUT)
    }

    /// Whether naive clients of the unit have kept its sites' queues full, and some still get through. Only what tells
    /// a client to stay away, and drops who gave up, ends such a storm.
    fn storms(&self, ledger: &Ledger, at: Instant, unit: Unit) -> Option<&'static str> {
        let long = patience(ledger);
        let gets_on = self.acknowledged[unit.index()].is_some_and(|last| at - last <= long);
        let storms = ledger.contract.clients_are_naive && gets_on && ledger.was_busy(unit, at, long);
        storms.then_some(reasons::RETRY_STORM)
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
            let reason = reason(ledger, at, unit)
                .or_else(|| self.crowded_out(ledger, at, unit))
                .or_else(|| self.storms(ledger, at, unit));
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
