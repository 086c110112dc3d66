//! RES-9: every copy holds what it ought to, and nothing else; looked at when a scenario says so, and at the end.
//!
//! What was made of a log may be behind it by two rounds. A site that does not run makes and deletes nothing,
//! so what stands beside it is not judged.

use crate::audit::docket::Docket;
use crate::audit::ledger::{Ledger, Run, Shelf, lacking};
use crate::audit::{Breach, copies, reasons, slack};
use crate::terms::{CopyClass, Datacenter, Instant, Position, Side, Unit};

/// Compares every shelf with the log that it was made of.
#[derive(Debug, Default)]
pub(in crate::audit) struct Inventory {
    pub docket: Docket,
}

impl Inventory {
    /// Looks at everything.
    pub(in crate::audit) fn taken(&mut self, ledger: &Ledger, at: Instant) {
        let Some(every) = ledger.contract.index_every else { return };
        let then = at.before(slack::behind(every));
        for unit in ledger.units() {
            for side in Side::BOTH {
                self.index(ledger, (at, then), unit, side);
            }
            self.journal(ledger, (at, then), unit);
            for (class, datacenter, rests) in ledger.shelves(unit).all() {
                self.nothing_else(ledger, at, unit, (class, datacenter, rests));
                self.whole(at, unit, (class, datacenter, rests));
                self.has_gone(ledger, (at, then), unit, (class, datacenter, rests));
            }
        }
    }

    /// The index of a site has what its log has had for long, but for what waits as dead letters.
    fn index(&mut self, ledger: &Ledger, (at, then): (Instant, Instant), unit: Unit, side: Side) {
        let datacenter = ledger.terms(unit).site(side);
        if !ran_since(ledger, unit, datacenter, then) {
            self.docket.suspend(reasons::NOT_RUNNING);
            return;
        }
        let shelves = ledger.shelves(unit);
        let wanted = through(ledger.logs(unit).store(side).runs(), shelves.end_before(side, then));
        let beside = [CopyClass::SearchIndex, CopyClass::DeadLetter].map(|class| shelves.at(class, datacenter));
        let beside: Vec<_> = beside.into_iter().flatten().collect();
        self.complete(lacking(wanted, &beside), at, unit, CopyClass::SearchIndex, datacenter);
    }

    /// The journals of a unit together have what was acknowledged long ago and stands in its holder's log.
    fn journal(&mut self, ledger: &Ledger, (at, then): (Instant, Instant), unit: Unit) {
        let Some(granted) = ledger.lease(unit).granted() else { return };
        let (holder, epoch) = (granted.register.holder, granted.register.epoch);
        let datacenter = ledger.terms(unit).site(holder);
        let shelves = ledger.shelves(unit);
        let holds = at - granted.at < granted.register.ttl && ledger.was_able_for(unit, holder, at - then, at);
        let serves = shelves.serves_since(epoch).is_some_and(|since| since <= then);
        if !holds || !serves || !ran_since(ledger, unit, datacenter, then) {
            self.docket.suspend(reasons::NOT_RUNNING);
            return;
        }
        let wanted = through(ledger.logs(unit).store(holder).runs(), shelves.acknowledged_before(then));
        let mut journals = shelves.of(CopyClass::ComplianceCopy);
        journals.extend(shelves.of(CopyClass::DeadLetter));
        self.complete(lacking(wanted, &journals), at, unit, CopyClass::ComplianceCopy, datacenter);
    }

    fn complete(
        &mut self,
        missing: Option<Position>,
        at: Instant,
        unit: Unit,
        class: CopyClass,
        datacenter: Datacenter,
    ) {
        self.docket.check(missing.is_none(), || {
            let missing = missing.unwrap_or_default();
            let what = format!("the {class} of {{unit}} in {{datacenter}} lacks the record at {missing}");
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(class)
        });
    }

    /// What stands beside a log has nothing that the log has not.
    fn nothing_else(
        &mut self,
        ledger: &Ledger,
        at: Instant,
        unit: Unit,
        (class, datacenter, rests): (CopyClass, Datacenter, &Shelf),
    ) {
        let Some(side) = ledger.terms(unit).side_at(datacenter).filter(|_| copies::is_beside_the_log(class)) else {
            return;
        };
        let log = ledger.logs(unit).store(side);
        let held =
            |(epoch, first, last): Run| [first, last].into_iter().all(|index| log.holds(Position { epoch, index }));
        let other = rests.runs().find(|run| !held(*run));
        self.docket.check(other.is_none(), || {
            let (epoch, first, last) = other.unwrap_or_default();
            let what = format!(
                "the {class} of {{unit}} in {{datacenter}} has records {first} to {last} of epoch {epoch}, which its log has not"
            );
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(class)
        });
    }

    /// A file that an operator ordered has no gaps: it has all, or the youngest.
    fn whole(&mut self, at: Instant, unit: Unit, (class, datacenter, rests): (CopyClass, Datacenter, &Shelf)) {
        let last = rests.runs().map(|(.., last)| last).max().unwrap_or(0);
        let wanted = match class {
            CopyClass::Export => last,
            CopyClass::SupportDump => last.min(copies::DUMPED),
            _ => return,
        };
        self.docket.check(rests.len() == wanted, || {
            let what = format!(
                "the {class} of {{unit}} in {{datacenter}} has {} records through {last}, and ought to have {wanted}",
                rests.len()
            );
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(class)
        });
    }

    /// What has served, or outlived its time, is deleted.
    fn has_gone(
        &mut self,
        ledger: &Ledger,
        (at, then): (Instant, Instant),
        unit: Unit,
        (class, datacenter, rests): (CopyClass, Datacenter, &Shelf),
    ) {
        let since = match class {
            CopyClass::DeadLetter => ledger.delivers_since(datacenter),
            CopyClass::Snapshot => ledger.peer_had(unit, datacenter, rests, then).then_some(rests.filled),
            _ => copies::lifetime(&ledger.contract, class).map(|lifetime| rests.filled + lifetime),
        };
        let Some(since) = since.filter(|_| ran_since(ledger, unit, datacenter, then)) else { return };
        let overdue = since.max(rests.filled) <= then;
        self.docket.check(!overdue, || {
            let what = format!(
                "a {class} of {{unit}} in {{datacenter}} was not deleted: it has rested since {}",
                rests.filled
            );
            Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(class)
        });
    }
}

/// Whether the processes of a unit at a datacenter have been running since an instant.
fn ran_since(ledger: &Ledger, unit: Unit, datacenter: Datacenter, then: Instant) -> bool {
    ledger.linked_since(unit, datacenter, datacenter).is_some_and(|since| since <= then)
}

/// The part of some runs that stood at `end`, or before it.
fn through(runs: impl Iterator<Item = Run>, end: Position) -> impl Iterator<Item = Run> {
    let old = runs.filter(move |&(epoch, first, _)| epoch <= end.epoch && first <= end.index);
    old.map(move |(epoch, first, last)| (epoch, first, last.min(end.index)))
}
