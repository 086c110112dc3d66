//! RPO against the lag formulas.

use super::cases::{self, Case};
use super::finding::Finding;
use super::formulas;
use super::laboratory::{self, A, B};
use ringfence::facts::{Announcement, Fact, Observer};
use ringfence::sim::Plan;
use ringfence::sim::plan::{FaultKind, FaultPlan};
use ringfence::terms::{Index, Instant, Side, Span};
use std::collections::VecDeque;

/// How the formula's terms are those of the shipped protocol.
pub(crate) const MAPPING: &str = "\
The lag is the link's delay. A holder sends a record in the very step in which it acknowledges it, and what is in
flight when a link is cut is lost. So when the primary loses its power and its network in one moment, the standby
that takes over lacks what was acknowledged within one delay before, and nothing older. (A primary that loses its
power alone loses nothing here: all that it sent still arrives.)";

/// A variance needs more samples than a mean.
const SAMPLES_OF_A_VARIANCE: usize = 10_000;

/// Every finding. The case of 15 minutes of lag is left out where there are no replications for it.
pub(crate) fn findings(short: usize, long: usize) -> Vec<Finding> {
    let cases = cases::of("rpo_async_constant_lag");
    let sized = cases.iter().map(|case| (case, if case.input("lag_s") < 1.0 { short } else { long }));
    sized.filter(|&(_, count)| count > 0).flat_map(|(case, count)| constant_lag(case, count)).collect()
}

fn constant_lag(case: &Case, count: usize) -> Vec<Finding> {
    let lag = Span(laboratory::micros(case.input("lag_s")));
    let crash = crash_after(lag);
    let plan = lagging(case, lag, crash + TAKEOVER);
    let losses = laboratory::runs(
        count,
        |chance| {
            let at = plan.start + crash + Span(chance.below(1_000_000));
            let strike = |kind| FaultPlan { at, lasts: None, kind };
            let faults = vec![
                strike(FaultKind::Isolate { datacenter: A, clients_reach: false }),
                strike(FaultKind::Outage(vec![A])),
            ];
            (Plan { faults, settle: Span::secs(1), ..plan.clone() }, Tail::new(lag, plan.policy.rto_bound()))
        },
        Tail::loss,
    );
    let predicted = formulas::figure(case, "mean_lost");
    let name = case.name();
    let lost: Vec<f64> = losses.iter().map(|loss| loss.records as f64).collect();
    // The mean being known, each squared deviation from it is a sample of the variance.
    let squares: Vec<f64> = lost.iter().map(|lost| (lost - predicted) * (lost - predicted)).collect();
    let mut findings = vec![Finding::mean(&name, "mean lost", predicted, &lost)];
    if count >= SAMPLES_OF_A_VARIANCE {
        findings.push(Finding::mean(&name, "variance of lost", predicted, &squares));
    }
    let oldest: Vec<f64> = losses.iter().filter_map(|loss| loss.oldest).collect();
    let newest: Vec<f64> = losses.iter().map(|loss| loss.newest_kept).collect();
    let lag = lag.as_secs_f64();
    let [_, window] = Finding::extremes(&name, ["", "window_s, oldest lost"], [0.0, lag], &oldest);
    let [kept, _] = Finding::extremes(&name, ["window_s, youngest kept", ""], [lag, 0.0], &newest);
    findings.extend([window, kept]);
    findings
}

/// When the lag has been constant for a while: the log starts to flow after one round trip.
fn crash_after(lag: Span) -> Span {
    Span(lag.0 * 4) + Span::secs(1)
}

/// Enough for the second within which the crash falls, and for a lease of one second to lapse.
const TAKEOVER: Span = Span::secs(5);

/// A unit whose peer is `lag` behind, for `duration` and the time of a takeover. The way between the two
/// is made that long in the plan: no scenario may ask for a link of minutes.
fn lagging(case: &Case, lag: Span, duration: Span) -> Plan {
    let rest = format!(
        r#"[topology]
extends = "laboratory.toml"
[service]
ttl = "1s"
loop_wait = "200ms"
retry_timeout = "100ms"
backup_every = "never"
maximum_lag_on_failover = "10h"
peer_timeout = "10h"
batch_records = 1000000
window_records = 100000000
failback = "manual"
{}"#,
        laboratory::crowd("records", case.input("rate")),
    );
    let mut plan = laboratory::plan("lag", &format!("{}us", duration.0), &rest);
    for (from, to) in [(A, B), (B, A)] {
        plan.links[from.index()][to.index()].delay = lag;
    }
    plan
}

/// What A acknowledged within some lags of the end, and where B's log ends.
#[derive(Debug)]
struct Tail {
    lag: Span,
    acknowledged: VecDeque<(Index, Instant)>,
    kept: Index,
    onset: Option<Instant>,
    taken_over: Option<Instant>,
    /// No takeover may last longer, though the last renewal was lost on its way to the challenger.
    rto_bound: Span,
}

/// What a takeover lost.
#[derive(Clone, Copy, Debug)]
struct Loss {
    records: u64,
    /// How long before the onset the oldest lost record was acknowledged, in seconds.
    oldest: Option<f64>,
    /// The same of the youngest record that was not lost.
    newest_kept: f64,
}

impl Tail {
    fn new(lag: Span, rto_bound: Span) -> Self {
        Self { lag, acknowledged: VecDeque::new(), kept: 0, onset: None, taken_over: None, rto_bound }
    }

    fn loss(self) -> Loss {
        let onset = self.onset.expect("A lost its power");
        let took = self.taken_over.expect("B took over").since(onset);
        assert!(took <= self.rto_bound, "{took}, and the bound is {}", self.rto_bound);
        let before = |at: Instant| onset.since(at).as_secs_f64();
        let lost = || self.acknowledged.iter().filter(|(index, _)| *index > self.kept);
        let kept = self.acknowledged.iter().rev().find(|(index, _)| *index <= self.kept);
        Loss {
            records: lost().count() as u64,
            oldest: lost().next().map(|&(_, at)| before(at)),
            newest_kept: kept.map(|&(_, at)| before(at)).expect("the log flowed"),
        }
    }
}

impl Observer for Tail {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::Acknowledged { datacenter: A, position, .. } if self.onset.is_none() => {
                while self.acknowledged.front().is_some_and(|&(_, then)| at.since(then).0 > self.lag.0 * 3 + 1_000_000)
                {
                    self.acknowledged.pop_front();
                }
                self.acknowledged.push_back((position.index, at));
            }
            Fact::Landed { datacenter: B, position, .. } if self.taken_over.is_none() => {
                self.kept = self.kept.max(position.index);
            }
            Fact::Power { datacenter: A, on: false } => self.onset = Some(at),
            Fact::Announced { side: Side::B, announcement: Announcement::Promoted { .. }, .. } => {
                self.taken_over = Some(at);
            }
            _ => {}
        }
    }
}
