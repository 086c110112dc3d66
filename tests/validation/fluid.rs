//! Backlogs and herds against their fluid limits.

use super::cases::{self, Case};
use super::finding::Finding;
use super::formulas;
use super::laboratory::{self, A, Reads};
use ringfence::sim::Plan;
use ringfence::sim::plan::{FaultKind, FaultPlan};
use ringfence::terms::{Instant, Span};

/// How the formula's terms are those of the shipped model.
pub(crate) const DRAIN: &str = "\
For the length of the outage the datacenter's processes stand still (`pause`), within its lease, while readers come
on at `rho·mu` a second, are patient, and wait in its queue. Then it serves `mu` a second until somebody finds the
queue empty; that is the drain. The fluid limit has no chance in it. Of its means the bias is what the queue held
before, `ρ²/(2(1−ρ))` requests on average; of its greatest it is what a Poisson process of that length may be ahead
of its mean.";

/// The same of herds.
pub(crate) const HERD: &str = "\
A surge makes a crowd of readers come evenly over the window, as a Poisson process with `N` as its mean, to a
datacenter that serves `C` a second and has room for all. A window that the datacenter can take has no queue in the
fluid limit; by chance a short one forms, at most a few dozen of a million. The time to the next arrival is whole
microseconds, rounded down: of a gap of 60 microseconds half a one is missing, so that by one in 120 more come than
`N` says. Both are the stated bias.";

/// Before anything happens, so that the lease is held.
const CALM: f64 = 20.0;

/// Every finding of drains. `smaller` divides outage and rate.
pub(crate) fn drains(runs: usize, smaller: f64, heaviest: f64) -> Vec<Finding> {
    let cases = cases::of("backlog_drain_fluid");
    cases.iter().filter(|case| case.input("rho") <= heaviest).flat_map(|case| drain(case, runs, smaller)).collect()
}

fn drain(case: &Case, runs: usize, smaller: f64) -> Vec<Finding> {
    let (rho, outage, mu) = (case.input("rho"), case.input("outage_s") / smaller, case.input("mu") / smaller);
    let drained = outage / (1.0 - rho);
    // The drain ends by chance: six standard deviations later it is over.
    let spread = (rho * mu * drained).sqrt() / (mu * (1.0 - rho));
    let plan = plan(mu, rho * mu, CALM + drained + 8.0 * spread + 5.0);
    let began = plan.start + Span(laboratory::micros(CALM));
    let pause = FaultPlan { at: began, lasts: Some(Span(laboratory::micros(outage))), kind: FaultKind::Pause(A) };
    let plan = Plan { faults: vec![pause], ..plan };
    let ended = began + Span(laboratory::micros(outage));
    let seen =
        laboratory::runs(runs, |_| (plan.clone(), Reads::default()), |reads| Backlog::of(&reads, began, ended, mu));
    let figure = |name: &str| formulas::figure(case, name);
    let of = |quantity: &str, predicted: f64, value: fn(&Backlog) -> f64| {
        Finding::mean(&case.name(), quantity, predicted, &seen.iter().map(value).collect::<Vec<_>>())
    };
    let held = rho + rho * rho / (2.0 * (1.0 - rho));
    let time = smaller;
    vec![
        of("backlog", figure("backlog") / smaller / smaller, |seen| seen.waiting).biased(0.0, held),
        of("drain_s", figure("drain_s") / time, |seen| seen.drain).biased(-1.0 / mu, (held + 1.0) / (mu * (1.0 - rho))),
        of("mean_delay_s", figure("mean_delay_s") / time, |seen| seen.mean_delay)
            .biased(-held / mu, held / mu + 1.0 / mu),
        of("max_delay_s", figure("max_delay_s") / time, |seen| seen.max_delay)
            .biased(-2.0 / (rho * mu), (held + 5.0 * (rho * mu).sqrt()) / mu),
    ]
}

/// Many readers at a datacenter with room for all, for a time in which its lease lasts.
fn plan(rate: f64, per_second: f64, seconds: f64) -> Plan {
    let rest = format!(
        r#"[topology]
extends = "laboratory.toml"
[topology.datacenters]
a = {{ rate = {rate:.0} }}
[service]
ttl = "10d"
loop_wait = "4d"
retry_timeout = "1d"
request_timeout = "300d"
queue_limit = 4294967295
failback = "manual"
{}"#,
        laboratory::crowd("reads", per_second),
    );
    laboratory::plan("fluid", &format!("{seconds:.0}s"), &rest)
}

/// What an outage left behind.
#[derive(Debug)]
struct Backlog {
    waiting: f64,
    drain: f64,
    mean_delay: f64,
    max_delay: f64,
}

impl Backlog {
    /// Of reads in the order in which they were shown, which is that in which they were asked.
    fn of(Reads(reads): &Reads, began: Instant, ended: Instant, mu: f64) -> Self {
        let waiting = reads.iter().filter(|(asked, at)| *asked < ended && *at > ended).count();
        // The first who finds nobody before him after the outage: the one before was shown already.
        let found_nobody = |pair: &&[(Instant, Instant)]| pair[1].0 > ended && pair[0].1 < pair[1].0;
        let first = reads.windows(2).find(found_nobody).map(|pair| pair[1].0).expect("the backlog drains");
        let delays = || reads.iter().filter(|(asked, _)| *asked >= began && *asked < first);
        let delay = |&(asked, at): &(Instant, Instant)| at.since(asked).as_secs_f64() - 1.0 / mu;
        let last = reads.iter().filter(|(asked, _)| *asked < first).map(|&(_, at)| at).max();
        Self {
            waiting: waiting as f64,
            drain: last.expect("somebody waited").since(ended).as_secs_f64(),
            mean_delay: delays().map(delay).sum::<f64>() / delays().count() as f64,
            max_delay: delays().map(delay).fold(0.0, f64::max),
        }
    }
}

/// Every finding of herds. `smaller` divides the number and the capacity.
pub(crate) fn herds(runs: usize, smaller: f64) -> Vec<Finding> {
    cases::of("reconnect_herd").iter().flat_map(|case| herd(case, runs, smaller)).collect()
}

/// The crowd is a thousandth of itself before and after.
const CALMER: f64 = 1_000.0;

fn herd(case: &Case, runs: usize, smaller: f64) -> Vec<Finding> {
    let [clients, capacity] = ["N", "C"].map(|name| case.input(name) / smaller);
    let window = case.input("J");
    let figure = |name: &str| formulas::figure(case, name);
    let plan = plan(capacity, clients / window / CALMER, CALM + figure("done_s") * 1.2 + 5.0);
    let began = plan.start + Span(laboratory::micros(CALM));
    let kind = FaultKind::Surge(None, (CALMER * 1_000.0) as u64);
    let plan =
        Plan { faults: vec![FaultPlan { at: began, lasts: Some(Span(laboratory::micros(window))), kind }], ..plan };
    let over = began + Span(laboratory::micros(window));
    let seen =
        laboratory::runs(runs, |_| (plan.clone(), Reads::default()), |reads| Rush::of(&reads, began, over, capacity));
    let of = |quantity: &str, predicted: f64, value: fn(&Rush) -> f64| {
        Finding::mean(&case.name(), quantity, predicted, &seen.iter().map(value).collect::<Vec<_>>())
    };
    // What a fluid has not: a queue by chance, and requests between the last and the end of the window.
    let chance = 50.0;
    // Gaps between arrivals are whole microseconds, half of one too short in the mean, so that more come.
    let more = if figure("peak_queue") > 0.0 { clients * 0.5e-6 * clients / window } else { 0.0 };
    let late = more / capacity;
    vec![
        of("peak_queue", figure("peak_queue") / smaller, |seen| seen.peak).biased(more, more + chance),
        of("done_s", figure("done_s"), |seen| seen.done).biased(late - chance / capacity, late + chance / capacity),
        of("max_wait_s", figure("max_wait_s"), |seen| seen.longest).biased(late, late + chance / capacity),
    ]
}

/// What a herd does to a datacenter.
#[derive(Debug)]
struct Rush {
    peak: f64,
    done: f64,
    longest: f64,
}

impl Rush {
    fn of(Reads(reads): &Reads, began: Instant, over: Instant, capacity: f64) -> Self {
        let herd = || reads.iter().filter(|(asked, _)| *asked >= began && *asked < over);
        let (mut shown, mut peak) = (0, 0);
        let ends: Vec<Instant> = herd().map(|&(_, at)| at).collect();
        for (came, (asked, _)) in herd().enumerate() {
            while ends[shown] <= *asked {
                shown += 1;
            }
            peak = peak.max(came - shown);
        }
        let wait = |&(asked, at): &(Instant, Instant)| at.since(asked).as_secs_f64() - 1.0 / capacity;
        Self {
            peak: peak as f64,
            done: ends.last().expect("somebody came").since(began).as_secs_f64(),
            longest: herd().map(wait).fold(0.0, f64::max),
        }
    }
}
