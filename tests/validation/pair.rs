//! Availability of a pair against the Markov results.

use super::cases::{self, named};
use super::finding::Finding;
use super::formulas;
use super::laboratory::{self, A, B};
use ringfence::facts::{Announcement, Fact, Observer};
use ringfence::sim::Plan;
use ringfence::sim::chance::Chance;
use ringfence::sim::plan::{FaultKind, FaultPlan};
use ringfence::terms::{Instant, Side, Span};

/// How the formula's terms are those of the shipped model.
pub(crate) const MAPPING: &str = "\
Each of the two datacenters loses its power after an exponential time of mean MTBF and gets it back after one of
mean MTTR, independently (two crews) or one repair after the other (one crew); what is on standby fails like what
serves (hot). The witness stays, and processes run as soon as there is power. The unit serves while the site that won
the lease last has had power since. Double failures must be common to be measured, so the cases of the file are
tested at MTBF 20 h and MTTR 2 h, by the same formula. Two things are added to the formula's unavailability, both
from the lease: the failover when one of two fails, `λ·P(both up)` times its mean by `lease_failover`; and, when the
first to return after a double failure is not the one that served last, one lease until it may take over. Not covered:
cold standby, for no datacenter is spared by failures while it waits, and the mean times to a first double failure.";

const MTBF: f64 = 20.0;
const MTTR: f64 = 2.0;

/// A lease, in seconds: the shorter, the less it adds, and the longer a run takes.
#[derive(Clone, Copy)]
pub(crate) struct Lease {
    pub(crate) ttl: f64,
    pub(crate) loop_wait: f64,
}

/// Every finding, of so many years each.
pub(crate) fn findings(years: usize, lease: Lease) -> Vec<Finding> {
    for case in cases::of("pair_availability") {
        assert!(case.input("mtbf_h") > MTBF, "{} could be run as it is", case.name());
    }
    let name = named("pair_availability", [("mtbf_h", MTBF), ("mttr_h", MTTR)]);
    let figures = formulas::pair_availability(MTBF, MTTR);
    let figure = |name: &str| figures.iter().find(|(of, _)| *of == name).expect("a figure of the pair").1;
    let mut findings = Vec::new();
    for (crews, quantity) in [(2, "U_hot_2crew"), (1, "U_hot_1crew")] {
        let seen = measured(years, crews, lease);
        let without: Vec<f64> = seen.iter().map(|shares| shares.not_serving).collect();
        let dark: Vec<f64> = seen.iter().map(|shares| shares.both_down).collect();
        let added = added(figure(quantity), crews, lease);
        findings.push(Finding::mean(&name, &format!("{quantity}, no site has power"), figure(quantity), &dark));
        let serving = Finding::mean(&name, &format!("{quantity}, unit does not serve"), figure(quantity), &without);
        // What is added is known to first order: failures within a failover are left out.
        findings.push(serving.biased(added * 0.95, added * 1.02));
        if crews == 2 {
            let single: Vec<f64> = seen.iter().map(|shares| shares.one_up).collect();
            findings.push(Finding::mean(&name, "single", figure("single"), &single));
        }
    }
    findings
}

/// What the lease adds to the unavailability of a pair whose formula gives `both_down`.
fn added(both_down: f64, crews: u32, lease: Lease) -> f64 {
    let (fails, mends) = (1.0 / MTBF, 1.0 / MTTR);
    // Of the chain: double failures are left at the rate of all crews, and entered from one failure.
    let left = both_down * mends * f64::from(crews);
    let one_down = left / fails;
    let both_up = 1.0 - one_down - both_down;
    let hours = |seconds: f64| seconds / 3_600.0;
    let round_trip = 0.002;
    let failover = formulas::lease_failover(lease.ttl, lease.loop_wait, 0.0, 0.001 + 3.0 * round_trip);
    fails * both_up * hours(failover.mean) + not_the_last(crews) * left * hours(lease.ttl + 4.0 * round_trip)
}

/// How likely the first to return after a double failure is the one that failed first: always with
/// one crew, which mends in order; with two, either.
const fn not_the_last(crews: u32) -> f64 {
    if crews == 1 { 1.0 } else { 0.5 }
}

fn measured(years: usize, crews: u32, lease: Lease) -> Vec<Shares> {
    let Lease { ttl, loop_wait } = lease;
    let rest = format!(
        r#"[topology]
extends = "laboratory.toml"
[service]
ttl = "{ttl}s"
loop_wait = "{loop_wait}s"
retry_timeout = "{}s"
rho_ppm = 0
maximum_lag_on_failover = "400d"
peer_timeout = "1m"
failback = "manual"
{}"#,
        (ttl - loop_wait) / 2.0,
        laboratory::crowd("records", 0.0),
    );
    let plan = Plan { settle: Span::secs(1), ..laboratory::plan("pair", "360d", &rest) };
    let end = plan.start + plan.duration;
    laboratory::runs(
        years,
        |chance| (Plan { faults: outages(&plan, crews, chance), ..plan.clone() }, Serving::new(plan.start, end)),
        Serving::shares,
    )
}

/// Failures of both sites over a year, mended by so many crews.
fn outages(plan: &Plan, crews: u32, chance: &mut Chance) -> Vec<FaultPlan> {
    let hours = |hours: f64| Span(laboratory::micros(hours * 3_600.0));
    let end = plan.start + plan.duration;
    let mut fails = [A, B].map(|site| (plan.start + chance.exponential(hours(MTBF)), site));
    let mut crew_free = plan.start;
    let mut outages = Vec::new();
    loop {
        fails.sort();
        let (at, site) = fails[0];
        if at >= end {
            return outages;
        }
        let begun = if crews == 1 { crew_free.max(at) } else { at };
        let mended = begun + chance.exponential(hours(MTTR));
        crew_free = mended;
        fails[0].0 = mended + chance.exponential(hours(MTBF));
        outages.push(FaultPlan { at, lasts: Some(mended.since(at)), kind: FaultKind::Outage(vec![site]) });
    }
}

/// Shares of the time of a run.
#[derive(Debug)]
struct Shares {
    not_serving: f64,
    both_down: f64,
    /// The mean over both sites.
    one_up: f64,
}

/// Which site has power, and which one serves, over time.
#[derive(Debug)]
struct Serving {
    start: Instant,
    end: Instant,
    last: Instant,
    up: [bool; 2],
    serves: Option<Side>,
    spans: [Span; 3],
}

impl Serving {
    /// Both have power; nobody serves yet.
    fn new(start: Instant, end: Instant) -> Self {
        Self { start, end, last: start, up: [true; 2], serves: None, spans: [Span::ZERO; 3] }
    }

    fn advance(&mut self, at: Instant) {
        let passed = at.min(self.end).since(self.last);
        let up = self.up.iter().filter(|&&up| up).count() as u64;
        let now = [u64::from(self.serves.is_none()), u64::from(up == 0), up];
        for (span, weight) in self.spans.iter_mut().zip(now) {
            *span += Span(passed.0 * weight);
        }
        self.last = self.last.max(at.min(self.end));
    }

    fn shares(mut self) -> Shares {
        self.advance(self.end);
        let whole = self.end.since(self.start).as_secs_f64();
        let [not_serving, both_down, up] = self.spans.map(|span| span.as_secs_f64() / whole);
        Shares { not_serving, both_down, one_up: up / 2.0 }
    }
}

impl Observer for Serving {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::Power { datacenter, on } if datacenter == A || datacenter == B => {
                self.advance(at);
                self.up[datacenter.index()] = on;
                self.serves = self.serves.filter(|side| self.up[side.index()]);
            }
            Fact::Announced { side, announcement: Announcement::Promoted { .. }, .. } => {
                self.advance(at);
                self.serves = Some(side);
            }
            _ => {}
        }
    }
}
