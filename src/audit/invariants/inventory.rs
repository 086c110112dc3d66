//! RES-9: every copy holds what it ought to, and nothing else; looked at when a scenario says so, and at the end.
//!
//! What a failover rests on is in `logs`, what is only passed through, and lines that say nothing of anybody, in
//! `passing`. What was made of a log may be behind it by two rounds. A site that does not run makes and deletes nothing,
//! so what stands beside it is not judged.

mod logs;
mod passing;

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
        for unit in ledger.units() {
            self.of_failover(ledger, at, unit);
        }
        let Some(every) = ledger.contract.index_every else { return };
        let then = at.before(slack::behind(every));
        for unit in ledger.units() {
            for side in Side::BOTH {
                self.index(ledger, (at, then), unit, side);
            }
            self.journal(ledger, (at, then), unit);
            self.ordered(ledger, (at, then), unit);
            self.lines(ledger, at, unit);
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
        let refused = ledger.delivers_since(datacenter).is_none();
        let class = if refused { CopyClass::DeadLetter } else { CopyClass::SearchIndex };
        self.complete(lacking(wanted, &beside), at, unit, class, datacenter);
    }

    /// The journals of a unit together have what was acknowledged long ago and stands in its holder's log.
    fn journal(&mut self, ledger: &Ledger, (at, then): (Instant, Instant), unit: Unit) {
        let Some(granted) = ledger.lease(unit).granted() else { return };
        let holder = granted.register.holder;
        let datacenter = ledger.terms(unit).site(holder);
        let shelves = ledger.shelves(unit);
        let holds = at - granted.at < granted.register.ttl && ledger.was_able_for(unit, holder, at - then, at);
        let settled = ledger.lease(unit).epoch_since() <= then;
        if !holds || !settled || !ran_since(ledger, unit, datacenter, then) {
            self.docket.suspend(reasons::NOT_RUNNING);
            return;
        }
        let wanted = through(ledger.logs(unit).store(holder).runs(), shelves.acknowledged_before(then));
        let mut journals = shelves.of(CopyClass::ComplianceCopy);
        journals.extend(shelves.of(CopyClass::DeadLetter));
        self.complete(lacking(wanted, &journals), at, unit, CopyClass::ComplianceCopy, datacenter);
    }

    /// What an operator ordered of a site that has run since is there until its time is over.
    fn ordered(&mut self, ledger: &Ledger, (at, then): (Instant, Instant), unit: Unit) {
        let shelves = ledger.shelves(unit);
        for (class, datacenter, since) in shelves.ordered() {
            let Some(lifetime) = copies::lifetime(&ledger.contract, class) else { continue };
            // The clock that counts the file's age is not the oracle's.
            let kept = (at - since).scale(11, 10) < lifetime;
            if since > then || !kept || !ran_since(ledger, unit, datacenter, since) {
                continue;
            }
            self.docket.check(shelves.at(class, datacenter).is_some(), || {
                let what = format!("the {class} of {{unit}} that was ordered at {since} is not in {{datacenter}}");
                Breach::new(at, what).in_unit(unit).at_datacenter(datacenter).resting_as(class)
            });
        }
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
        // What a unit left behind where it is no more nobody sweeps: RES-5 says when it is gone.
        if ledger.terms(unit).side_at(datacenter).is_none() {
            return;
        }
        let since = match class {
            CopyClass::DeadLetter => ledger.delivers_since(datacenter),
            CopyClass::Snapshot => ledger.peer_had(unit, datacenter, rests, then).then_some(rests.filled),
            _ => copies::longest(&ledger.contract, class).map(|lifetime| rests.filled + lifetime),
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

/// Whether the processes of a unit at a datacenter have been running, and used, since an instant.
fn ran_since(ledger: &Ledger, unit: Unit, datacenter: Datacenter, then: Instant) -> bool {
    let side = ledger.terms(unit).side_at(datacenter);
    let attested = side.map_or(Some(then), |side| ledger.told.attested_since(unit, side));
    let runs = ledger.linked_since(unit, datacenter, datacenter);
    [runs, attested].into_iter().all(|since| since.is_some_and(|since| since <= then))
}

/// The part of some runs that stood at `end`, or before it.
fn through(runs: impl Iterator<Item = Run>, end: Position) -> impl Iterator<Item = Run> {
    let old = runs.filter(move |&(epoch, first, _)| epoch <= end.epoch && first <= end.index);
    old.map(move |(epoch, first, last)| (epoch, first, last.min(end.index)))
}

#[cfg(test)]
mod tests {
    use crate::audit::tests::{AMSTERDAM, DUBLIN, EMEA_1, Story};
    use crate::facts::{Copies, Fact};
    use crate::terms::{CopyClass, Datacenter, Epoch, Index, Lines, Position, RecordKind, Span};

    /// Ten records on both sites for long, of which enough was told, and how the indices stand.
    fn ten_records() -> Story {
        let mut story = Story::after();
        for class in [CopyClass::ApplicationLog, CopyClass::MetricLabels] {
            let lines = Lines { class, unit: EMEA_1, count: 20 }.into();
            for datacenter in [DUBLIN, AMSTERDAM] {
                story.fact(Fact::Copies(Copies::Told { lines, datacenter: Some(datacenter) }));
            }
        }
        for index in 1..=10 {
            let birth = story.birth(RecordKind::Message);
            story.land_everywhere(birth, index);
        }
        story
    }

    fn shelve(story: &mut Story, copy: CopyClass, datacenter: Datacenter, (first, last): (Index, Index)) {
        story.fact(Fact::RangeLanded { copy, datacenter, unit: EMEA_1, epoch: Epoch(1), first, last });
    }

    /// Time passes, and the run ends.
    fn end(story: &mut Story, after: Span) -> &mut Story {
        for span in [Span::ZERO, after] {
            story.pass(span).fact(Fact::Load { datacenter: DUBLIN, served: 0, window: span });
        }
        story.fact(Fact::Ended { unfinished: 0 })
    }

    fn indexed(dublin: (Index, Index), after: Span) -> Story {
        let mut story = ten_records();
        shelve(&mut story, CopyClass::SearchIndex, AMSTERDAM, (1, 10));
        shelve(&mut story, CopyClass::SearchIndex, DUBLIN, dublin);
        end(&mut story, after);
        story
    }

    #[test]
    fn an_index_has_what_its_log_has_had_for_long() {
        assert_eq!(indexed((1, 10), Span::minutes(5)).finding("RES-9").breaches, []);
        assert_eq!(indexed((1, 9), Span::secs(30)).finding("RES-9").breaches, [], "the next round is to come");
        indexed((1, 9), Span::minutes(5)).expect_broken("RES-9", "lacks the record at 1:10");
        indexed((2, 10), Span::minutes(5)).expect_broken("RES-9", "lacks the record at 1:1");
    }

    #[test]
    fn an_index_is_cut_with_its_log_and_nothing_is_left_of_what_was_cut() {
        let cut = |again: (Index, Index)| {
            let mut story = indexed((1, 10), Span::secs(1));
            let keeps = Position { epoch: Epoch(1), index: 5 };
            story.fact(Fact::TailCut { datacenter: DUBLIN, unit: EMEA_1, keeps });
            shelve(&mut story, CopyClass::SearchIndex, DUBLIN, again);
            end(&mut story, Span::secs(30));
            story
        };
        assert_eq!(cut((5, 5)).finding("RES-9").breaches, []);
        cut((6, 10)).expect_broken("RES-9", "which its log has not");
    }

    #[test]
    fn dead_letters_stand_for_what_the_index_refused_until_it_takes_it() {
        let refused = |until: Span| {
            let mut story = ten_records();
            let refuses = |on| Fact::Copies(Copies::Refused { copy: CopyClass::SearchIndex, datacenter: DUBLIN, on });
            shelve(&mut story, CopyClass::SearchIndex, AMSTERDAM, (1, 10));
            shelve(&mut story, CopyClass::SearchIndex, DUBLIN, (1, 7));
            story.fact(refuses(true));
            shelve(&mut story, CopyClass::DeadLetter, DUBLIN, (8, 10));
            end(&mut story, Span::minutes(5)).fact(refuses(false));
            end(&mut story, until);
            story
        };
        assert_eq!(refused(Span::secs(30)).finding("RES-9").breaches, []);
        refused(Span::minutes(5)).expect_broken("RES-9", "was not deleted");
    }

    #[test]
    fn an_export_is_whole_and_is_there_until_its_time_is_over() {
        let exported = |run: Option<(Index, Index)>, after: Span| {
            let mut story = indexed((1, 10), Span::secs(1));
            let (unit, copy, datacenter) = (EMEA_1, CopyClass::Export, DUBLIN);
            story.fact(Fact::Copies(Copies::Ordered { unit, copy, datacenter }));
            if let Some(run) = run {
                shelve(&mut story, copy, datacenter, run);
            }
            end(&mut story, after);
            story
        };
        assert_eq!(exported(Some((1, 10)), Span::hours(29)).finding("RES-9").breaches, []);
        exported(Some((2, 10)), Span::hours(2)).expect_broken("RES-9", "has 9 records through 10");
        exported(Some((1, 10)), Span::hours(31)).expect_broken("RES-9", "was not deleted");
        exported(None, Span::hours(2)).expect_broken("RES-9", "that was ordered");
    }
}
