//! RTO against the lease formulas.

use super::cases;
use super::finding::Finding;
use super::formulas::{Outage, lease_failover};
use super::laboratory::{self, A, B};
use ringfence::facts::{Announcement, Fact, Observer};
use ringfence::sim::Plan;
use ringfence::sim::chance::Chance;
use ringfence::sim::plan::{FaultKind, FaultPlan};
use ringfence::terms::{Instant, Side, Span};

/// How the formula's terms are those of the shipped protocol.
pub(crate) const MAPPING: &str = "\
The holder renews each `renew = loop_wait` and dies at any moment of that period. The challenger counts `D =
ttl·(1+ρ)`, on its own clock, from when it sees a renewal. The voter beside it tells it of each as it is accepted,
so it looks exactly when the lease has lapsed: `poll = 0`. Cut off from the holder it has to look, each `poll =
loop_wait` (rows marked *looking*: the sites' link is cut, and the challenger was started anew at any moment). Then comes `promote`: the renewal's way to that voter,
and three round trips between challenger and witness, to read a majority, to prepare and to accept. From the onset
the lease is won after `ttl·(1+ρ) − U(0, loop_wait) + way + 3·round trip`. The first write is acknowledged when
somebody tries the next: 20 a second are tried at least, which is the stated bias. `way` is 1 ms here.";

/// The holder has renewed in peace for so many periods when it dies.
const PERIODS: u64 = 4;
/// Writes a second: so many attempts come at least.
const WRITES: f64 = 20.0;
/// The longest that nobody tries a write, with a chance of 2·10⁻⁹ that somebody waits longer.
const LONGEST_GAP: f64 = 20.0 / WRITES;

/// A lease as the shipped service is configured, and what the formula makes of it.
struct Lease {
    case: String,
    plan: Plan,
    renew: Span,
    /// Whether the challenger has to look for renewals, for nobody tells it of them.
    polling: bool,
    predicted: Outage,
}

/// Every finding, from so many seeds each.
pub(crate) fn findings(seeds: usize) -> Vec<Finding> {
    let cases = cases::of("lease_failover");
    let told = cases.iter().map(|case| configured(case, false));
    // A challenger that is not told looks each `loop_wait`: one case has the same for `renew` and `poll`.
    let alike = cases.iter().filter(|case| (case.input("renew") - case.input("poll")).abs() < 1e-9);
    let polling = alike.map(|case| configured(case, true));
    told.chain(polling).flat_map(|lease| measured(&lease, seeds)).collect()
}

/// A case's `D`, `renew` and `promote` with a challenger that is told of renewals, or that has to look.
fn configured(case: &cases::Case, polling: bool) -> Lease {
    let [lease, renew, promote] = ["D", "renew", "promote"].map(|name| case.input(name));
    let way = 0.001;
    // A promotion of no time at all is three round trips of a microsecond each way.
    let round_trip = ((promote - way) / 3.0).max(0.000_002);
    let rest = format!(
        r#"[topology]
extends = "laboratory.toml"
[topology.rtt.ms]
b = {{ w = {} }}
[service]
ttl = "{lease}s"
loop_wait = "{renew}s"
retry_timeout = "{}s"
rho_ppm = 0
maximum_lag_on_failover = "1h"
request_timeout = "1s"
backoff_max = "2s"
failback = "manual"
{}"#,
        round_trip * 1e3,
        (lease - renew) / 2.0,
        laboratory::crowd("records", WRITES),
    );
    let (poll, round_trips) = if polling { (renew, 4.0) } else { (0.0, 3.0) };
    let duration = format!("{}s", (PERIODS + 2) as f64 * renew + lease + poll + promote + 5.0);
    // A lapse is counted one microsecond longer, so that it is never short.
    let predicted = lease_failover(lease + 1e-6, renew, poll, way + round_trips * round_trip);
    Lease {
        case: case.name(),
        plan: laboratory::plan("lease", &duration, &rest),
        renew: Span(laboratory::micros(renew)),
        polling,
        predicted,
    }
}

impl Lease {
    /// A dies at any moment of its renewal period. A challenger that has to look is cut off from it before,
    /// and started anew, so that it looks at any moment of its own period.
    fn faults(&self, chance: &mut Chance) -> Vec<FaultPlan> {
        let periods = |count: u64| Span(self.renew.0 * count);
        let (start, any) = (self.plan.start, periods(1).0);
        let crash = start + periods(PERIODS) + Span(chance.below(any));
        let crash = FaultPlan { at: crash, lasts: None, kind: FaultKind::Outage(vec![A]) };
        let cut = FaultPlan { at: start + periods(1), lasts: None, kind: FaultKind::Partition(A, B) };
        let anew = start + periods(2) + Span(chance.below(any));
        let restart = FaultPlan { at: anew, lasts: Some(Span::millis(1)), kind: FaultKind::Outage(vec![B]) };
        if self.polling { vec![cut, restart, crash] } else { vec![crash] }
    }
}

fn measured(lease: &Lease, seeds: usize) -> Vec<Finding> {
    let outages = laboratory::runs(
        seeds,
        |chance| {
            let faults = lease.faults(chance);
            (Plan { faults, settle: Span::secs(1), ..lease.plan.clone() }, Failover::default())
        },
        |failover| failover.outage(),
    );
    let (won, served): (Vec<f64>, Vec<f64>) = outages.into_iter().unzip();
    let Outage { min, mean, max } = lease.predicted;
    let case = lease.case.as_str();
    let how = if lease.polling { ", looking" } else { "" };
    let [lowest, middle, highest] = ["min", "mean", "max"].map(|of| format!("{of}, lease won{how}"));
    let mut findings = vec![Finding::mean(case, &middle, mean, &won)];
    findings.extend(Finding::extremes(case, [&lowest, &highest], [min, max], &won));
    let [lowest, middle, highest] = ["min", "mean", "max"].map(|of| format!("{of}, first write{how}"));
    findings.push(Finding::mean(case, &middle, mean, &served).biased(0.0, 1.0 / WRITES));
    let [shortest, longest] = Finding::extremes(case, [&lowest, &highest], [min, max], &served);
    findings.extend([shortest, longest.biased(0.0, LONGEST_GAP)]);
    findings
}

/// From the loss of A's power to B's lease, and to B's first acknowledgement.
#[derive(Debug, Default)]
struct Failover {
    onset: Option<Instant>,
    won: Option<Instant>,
    served: Option<Instant>,
}

impl Failover {
    /// In seconds: until the lease was won, and until a write was acknowledged.
    fn outage(&self) -> (f64, f64) {
        let onset = self.onset.expect("A lost its power");
        let since = |at: Option<Instant>| at.expect("B took over").since(onset).as_secs_f64();
        (since(self.won), since(self.served))
    }
}

impl Observer for Failover {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::Power { datacenter: A, on: false } => self.onset = Some(at),
            Fact::Announced { side: Side::B, announcement: Announcement::Promoted { .. }, .. } => {
                self.won.get_or_insert(at);
            }
            Fact::Acknowledged { datacenter: B, .. } => {
                self.served.get_or_insert(at);
            }
            _ => {}
        }
    }
}
