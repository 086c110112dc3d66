//! One seed: its scenario, run, and what the survivability table says of the result.

use crate::audit::Finding;
use crate::campaign::draw::{Source, Weights};
use crate::campaign::leases::{Leases, Takeover};
use crate::campaign::run::{Options, run_beside};
use crate::metrics::Failover;
use crate::outcome::Outcome;
use crate::scenario::{Diagnostics, Scenario};
use crate::service::Shipped;
use crate::service::policy::{Initiative, Replication};
use crate::terms::{Mode, Span, Unit};

/// Why a lease went to the other site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The lease had lapsed while the register said `replicated`.
    Lapse,
    /// The grace period was over: the register said `alone`.
    Grace,
    /// An operator had ordered it by force.
    Force,
    /// The holder handed it over.
    Plan,
}

/// One takeover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Why.
    pub cause: Cause,
    /// From the true onset of the fault to the new holder's lease, where the onset is known.
    pub held: Option<Span>,
    /// From the true onset of the fault to the first acknowledged write, where both are known.
    pub served: Option<Span>,
    /// The stretch of acknowledged writes that the new holder lacked.
    pub rpo: Span,
}

/// What came of one seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The seed.
    pub seed: u64,
    /// When a write was acknowledged.
    pub replication: Replication,
    /// Who started failovers.
    pub failover: Initiative,
    /// Writes acknowledged.
    pub acknowledged: u64,
    /// Acknowledged records lost where the table says that none is.
    pub lost_against_promise: u64,
    /// Acknowledged records lost where the table allows it.
    pub lost_as_declared: u64,
    /// Every takeover.
    pub takeovers: Vec<Sample>,
    /// Faults that took effect.
    pub fired: u64,
    /// What went against the promise, one sentence each.
    pub failures: Vec<String>,
}

/// Draws, runs and judges one seed.
pub(super) fn trial(source: &Source, seed: u64) -> Result<Trial, Diagnostics> {
    let scenario = source.draw(seed, &Weights::even()).scenario()?;
    let leases = Leases::new(scenario.plan.units.len());
    let (outcome, leases) = run_beside(&scenario, seed, Shipped, Options::default(), leases);
    Ok(judge(&scenario, &outcome, &leases))
}

fn judge(scenario: &Scenario, outcome: &Outcome, leases: &Leases) -> Trial {
    let policy = &scenario.plan.policy;
    let mut trial = Trial {
        seed: outcome.seed,
        replication: policy.replication,
        failover: policy.failover,
        acknowledged: outcome.measurements.writes.whole.acknowledged,
        lost_against_promise: 0,
        lost_as_declared: 0,
        takeovers: Vec::new(),
        fired: outcome.faults.iter().map(|fault| fault.fired).sum(),
        failures: Vec::new(),
    };
    trial.failures.extend(outcome.findings.iter().filter(|finding| finding.broken > 0).map(breach));
    for (unit, flow) in (0..).map(Unit).zip(&outcome.measurements.writes.units) {
        // What only a datacenter had that is gone for good went with it, after every fault.
        let gone = outcome.measurements.units[unit.index()].gone.map_or(0, |(_, records)| records);
        let lost = flow.lost.saturating_sub(gone);
        if may_lose(policy.replication, leases, unit) {
            trial.lost_as_declared += lost;
        } else if lost > 0 {
            trial.lost_against_promise += lost;
            let unit = outcome.names.unit(unit);
            trial.failures.push(format!("{unit} lost {lost} acknowledged records where none may be lost"));
        }
    }
    for failover in &outcome.measurements.failovers {
        let takeover = takeover_of(leases, failover);
        trial.failures.extend(undeclared(outcome, failover, takeover));
        trial.takeovers.push(sample(failover, takeover));
    }
    trial
}

fn breach(finding: &Finding) -> String {
    let first = finding.breaches.first().map_or("", |breach| breach.what.as_str());
    format!("{} broken {} times: {first}", finding.id, finding.broken)
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
fn undeclared(outcome: &Outcome, failover: &Failover, takeover: Option<Takeover>) -> Option<String> {
    let alone = takeover.is_some_and(|takeover| takeover.mode == Mode::Alone);
    let silent = alone && failover.missing > 0 && failover.declared.is_none();
    let site = outcome.names.datacenter(failover.to);
    silent.then(|| format!("{site} took over without {} acknowledged records, and did not say so", failover.missing))
}

fn sample(failover: &Failover, takeover: Option<Takeover>) -> Sample {
    let cause = match takeover {
        _ if failover.planned => Cause::Plan,
        Some(Takeover { forced: true, .. }) => Cause::Force,
        Some(Takeover { mode: Mode::Alone, .. }) => Cause::Grace,
        _ => Cause::Lapse,
    };
    let since_onset = |at| failover.onset.map(|onset| at - onset);
    Sample {
        cause,
        held: since_onset(failover.promoted),
        served: failover.serving.and_then(since_onset),
        rpo: failover.rpo,
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
