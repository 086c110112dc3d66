//! One seed: its scenario drawn and run, what the survivability table says of the result, and the record of it.

use super::cells::Cells;
use super::histogram::Histogram;
use super::lockstep::{Difference, run_twice};
use super::name::{Name, Place};
use super::record::{Cause, Failure, Record, RunFigures, Takeover as Sample};
use crate::audit::Finding;
use crate::campaign::draw::Drawn;
use crate::campaign::leases::{Leases, Takeover};
use crate::campaign::run::{Options, run_beside};
use crate::campaign::sometimes::Sometimes;
use crate::facts::{Fact, Observer};
use crate::metrics::{Failover, Lag};
use crate::outcome::{Outcome, sentence};
use crate::scenario::{Diagnostics, Scenario};
use crate::service::Shipped;
use crate::service::policy::{Initiative, Replication};
use crate::terms::{Instant, Mode, Span, Unit};
use std::fmt;

/// A seed of which no record could be made.
#[derive(Debug)]
pub enum TrialError {
    /// What was drawn is no scenario.
    Scenario(Diagnostics),
    /// The same run was another one when it was made again.
    NotDeterministic(Difference),
}

impl fmt::Display for TrialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(found) => found.fmt(f),
            Self::NotDeterministic(difference) => difference.fmt(f),
        }
    }
}

impl std::error::Error for TrialError {}

/// Runs what was drawn for a seed, once or twice, and judges it.
///
/// # Errors
///
/// If what was drawn is no scenario, or the second run differs from the first.
pub fn trial(drawn: &Drawn, seed: u64, twice: bool) -> Result<Record, TrialError> {
    let scenario = drawn.scenario().map_err(TrialError::Scenario)?;
    let plan = &scenario.plan;
    let beside = (Leases::new(plan.units.len()), Latencies::default(), Sometimes::new(plan));
    let (outcome, (leases, latencies, sometimes)) = if twice {
        let run = run_twice(&scenario, seed, || Shipped, Options::default(), beside);
        run.map_err(TrialError::NotDeterministic)?
    } else {
        run_beside(&scenario, seed, Shipped, Options::default(), beside)
    };
    let mut record = judged(&scenario, &outcome, &leases);
    record.latency = latencies.0;
    record.choices = drawn.choices.iter().map(|choice| Name::of(choice)).collect();
    record.sometimes = sometimes.seen().names().map(Name::of).collect();
    Ok(record)
}

/// From the birth of records to their confirmation.
#[derive(Default)]
struct Latencies(Histogram);

impl Observer for Latencies {
    #[inline]
    fn observe(&mut self, at: Instant, fact: &Fact) {
        if let Fact::Confirmed { birth, .. } = fact {
            self.0.record(at.since(birth.born).as_micros());
        }
    }
}

fn judged(scenario: &Scenario, outcome: &Outcome, leases: &Leases) -> Record {
    let (policy, measured) = (&scenario.plan.policy, &outcome.measurements);
    let takeovers: Vec<_> = measured.failovers.iter().map(|one| (one, takeover_of(leases, one))).collect();
    let broken = outcome.findings.iter().filter(|finding| finding.broken > 0).map(|finding| breach(finding, outcome));
    let mut failures: Vec<_> = broken.collect();
    let mut lost = Lost::default();
    for (unit, flow) in (0..).map(Unit).zip(&measured.writes.units) {
        // What only a datacenter had that is gone for good went with it, after every fault.
        let gone = measured.units[unit.index()].gone.map_or(0, |(_, records)| records);
        let records = flow.lost.saturating_sub(gone);
        if may_lose(policy.replication, leases, unit) {
            lost.as_declared += records;
        } else if records > 0 {
            lost.against_promise += records;
            let unit = outcome.names.unit(unit);
            failures.push(table(format!("{unit} lost {records} acknowledged records where none may be lost")));
        }
    }
    failures.extend(takeovers.iter().filter_map(|&(failover, takeover)| undeclared(outcome, failover, takeover)));
    Record {
        seed: outcome.seed,
        digest: outcome.digest.to_string(),
        scenario: outcome.scenario_hash.clone(),
        verdict: outcome.verdict(),
        failures,
        missed: outcome.missed(),
        events: outcome.events,
        facts: outcome.facts,
        simulated_us: measured.ended.since(measured.setup.start).as_micros(),
        replication: Name::of(policy.replication.name()),
        failover: Name::of(initiative(policy.failover)),
        figures: figures(outcome, &lost),
        takeovers: takeovers.into_iter().map(|(failover, takeover)| sample(failover, takeover)).collect(),
        latency: Histogram::default(),
        evaluated: outcome.findings.iter().map(|finding| (Name::of(finding.id), finding.checked)).collect(),
        choices: Vec::new(),
        datacenters: sorted(&outcome.names.datacenters),
        cells: cells(outcome),
        sometimes: Vec::new(),
    }
}

/// Acknowledged records that were lost for good.
#[derive(Default)]
struct Lost {
    against_promise: u64,
    as_declared: u64,
}

fn figures(outcome: &Outcome, lost: &Lost) -> RunFigures {
    let measured = &outcome.measurements;
    RunFigures {
        acknowledged: measured.writes.whole.acknowledged,
        refused: measured.writes.whole.refusals(),
        unfinished: measured.unfinished,
        lost_against_promise: lost.against_promise,
        lost_as_declared: lost.as_declared,
        fired: outcome.faults.iter().map(|fault| fault.fired).sum(),
        rto_us: measured.longest_interruption(|_| true).map(Span::as_micros),
        rpo_us: measured.failovers.iter().map(|failover| failover.rpo.as_micros()).max(),
        lag_us: measured.lags.iter().map(Lag::longest).max().map(Span::as_micros),
    }
}

/// The cells that a run visited, by name.
fn cells(outcome: &Outcome) -> Cells {
    let cells = outcome.covered().into_keys().map(|cell| {
        let datacenter = Name::of(outcome.names.datacenter(cell.datacenter));
        let place = Place { datacenter, fault: Name::of(cell.fault), rule: Name::of(&cell.rule.to_string()) };
        (place, 1 << cell.copy.index())
    });
    cells.collect()
}

fn sorted(names: &[String]) -> Vec<Name> {
    let mut names: Vec<_> = names.iter().map(|name| Name::of(name)).collect();
    names.sort_unstable();
    names
}

fn breach(finding: &Finding, outcome: &Outcome) -> Failure {
    let first = finding.breaches.first();
    let first = first.map(|one| format!(", first at {}: {}", one.at, sentence(one, &outcome.names)));
    let what = format!("broken {} of {} times{}", finding.broken, finding.checked, first.unwrap_or_default());
    Failure { promise: finding.id.to_owned(), what }
}

fn table(what: String) -> Failure {
    Failure { promise: Failure::TABLE.to_owned(), what }
}

const fn initiative(initiative: Initiative) -> &'static str {
    match initiative {
        Initiative::Automatic => "automatic",
        Initiative::Manual => "manual",
        Initiative::Disabled => "disabled",
    }
}

/// Whether the table allows a unit to have lost acknowledged records for good. What rests on a disk that
/// comes back is not lost, so a disk must be gone: both, or the one of a site that was `alone`, or in
/// `async` the one with the tail within the RPO, whose length FO-3 judges.
fn may_lose(replication: Replication, leases: &Leases, unit: Unit) -> bool {
    let disks: Vec<_> = leases.disks_lost.iter().filter(|lost| lost.unit == unit).collect();
    let declared = |takeover: &Takeover| takeover.unit == unit && takeover.mode == Mode::Alone;
    let was_alone = disks.iter().any(|lost| lost.mode == Mode::Alone) || leases.takeovers.iter().any(declared);
    match (disks.len(), replication) {
        (0, _) | (1, Replication::SyncStrict) => false,
        (1, Replication::Sync) => was_alone,
        _ => true,
    }
}

/// The change of the register by which a failover came about.
fn takeover_of(leases: &Leases, failover: &Failover) -> Option<Takeover> {
    let of_unit = leases.takeovers.iter().filter(|takeover| takeover.unit == failover.unit);
    of_unit.filter(|takeover| takeover.epoch <= failover.epoch).max_by_key(|takeover| takeover.epoch).copied()
}

/// A takeover from `alone` that lacks acknowledged records says so.
fn undeclared(outcome: &Outcome, failover: &Failover, takeover: Option<Takeover>) -> Option<Failure> {
    let alone = takeover.is_some_and(|takeover| takeover.mode == Mode::Alone);
    let silent = alone && failover.missing > 0 && failover.declared.is_none();
    let site = outcome.names.datacenter(failover.to);
    let what = || format!("{site} took over without {} acknowledged records, and did not say so", failover.missing);
    silent.then(|| table(what()))
}

fn sample(failover: &Failover, takeover: Option<Takeover>) -> Sample {
    let cause = match takeover {
        _ if failover.planned => Cause::Plan,
        Some(Takeover { forced: true, .. }) => Cause::Force,
        Some(Takeover { mode: Mode::Alone, .. }) => Cause::Grace,
        _ => Cause::Lapse,
    };
    let since_onset = |at: Instant| failover.onset.map(|onset| at.since(onset).as_micros());
    Sample {
        cause,
        held_us: since_onset(failover.promoted),
        served_us: failover.serving.and_then(since_onset),
        rpo_us: failover.rpo.as_micros(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::leases::DiskLoss;
    use crate::terms::{Epoch, Instant};

    const UNIT: Unit = Unit(0);

    fn lost(disks: &[Mode]) -> Leases {
        let mut leases = Leases::new(1);
        leases.disks_lost = disks.iter().map(|&mode| DiskLoss { unit: UNIT, mode }).collect();
        leases
    }

    #[test]
    fn with_every_disk_alive_nothing_may_be_lost() {
        for replication in [Replication::SyncStrict, Replication::Sync, Replication::Async] {
            assert!(!may_lose(replication, &lost(&[]), UNIT));
        }
    }

    #[test]
    fn one_disk_may_take_what_only_it_had() {
        let (replicated, alone) = (lost(&[Mode::Replicated]), lost(&[Mode::Alone]));
        assert!(!may_lose(Replication::SyncStrict, &alone, UNIT));
        assert!(!may_lose(Replication::Sync, &replicated, UNIT) && may_lose(Replication::Sync, &alone, UNIT));
        assert!(may_lose(Replication::Async, &replicated, UNIT));
    }

    #[test]
    fn a_tail_given_up_by_a_takeover_from_alone_may_go_with_its_disk() {
        let mut leases = lost(&[Mode::Replicated]);
        let takeover = Takeover { unit: UNIT, epoch: Epoch(2), at: Instant(9), mode: Mode::Alone, forced: true };
        leases.takeovers.push(takeover);
        assert!(may_lose(Replication::Sync, &leases, UNIT));
        assert!(!may_lose(Replication::Sync, &leases, Unit(1)));
    }
}
