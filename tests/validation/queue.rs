//! Queues: what waits before a datacenter's sites, against M/G/1, M/M/1/K and their kin.

use super::cases::{self, Case};
use super::finding::Finding;
use super::formulas;
use super::laboratory::{self, Reads};
use ringfence::facts::{Fact, Observer};
use ringfence::sim::Plan;
use ringfence::terms::{Instant, RecordKind, Refusal, Span};

/// How the formulas' terms are those of the shipped model.
pub(crate) const OPEN: &str = "\
Readers ask one datacenter whose queue has no limit; they are many and patient, so they come as a Poisson process
and nobody comes twice. The service time has the case's squared coefficient of variation (`service_scv`: 0 constant,
½ Erlang-2, 1 exponential, 4 hyperexponential), and 100 ms as its mean, which is the unit of time of the table. The
time from asking to being shown is the time in the system: the way there and back takes none here. The first
thousands of readers of each run are not counted, for they find the queue emptier than it will be.";

/// The same of queues with few places.
pub(crate) const LIMITED: &str = "\
Writers ask one datacenter that has room for `K = queue_limit` requests, the one in service among them. One that
finds no room is refused as overload; its client, told to back off for days, does not come again within the run.";

/// Requests a second that the datacenter serves: a service time of 100 ms.
const RATE: f64 = 10.0;
/// Users who share the load; none does more than the format takes.
const SETTLED: f64 = 40.0;

/// How many runs of how many requests.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    /// Runs of each case.
    pub(crate) runs: usize,
    /// Requests in a run, at least.
    pub(crate) requests: f64,
    /// How often a run without a limit forgets its past, at least.
    pub(crate) memories: f64,
}

/// Every finding of queues without a limit.
pub(crate) fn open(sizes: Sizes, heaviest: f64) -> Vec<Finding> {
    let mut findings = Vec::new();
    for case in cases::of("mm1").iter().filter(|case| case.input("lam") <= heaviest) {
        findings.extend(mm1(case, sizes));
    }
    for (model, scv) in [("mg1_D", 0.0), ("mg1_Erlang2", 0.5), ("mg1_M", 1.0), ("mg1_H2", 4.0)] {
        for case in cases::of(model).iter().filter(|case| case.input("lam") <= heaviest) {
            assert!((case.input("cv2") - scv).abs() < 1e-12, "{}", case.name());
            // A mean needs fewer requests than the tail of the same queue.
            let sizes = Sizes { memories: sizes.memories / 2.0, ..sizes };
            let waits: Vec<f64> = observed(case.input("lam"), scv, sizes)
                .runs
                .iter()
                .map(|times| mean(times) - case.input("ES"))
                .collect();
            findings.push(Finding::mean(&case.name(), "Wq", formulas::figure(case, "Wq"), &waits));
        }
    }
    findings
}

fn mm1(case: &Case, sizes: Sizes) -> Vec<Finding> {
    let lam = case.input("lam");
    let Observed { mut runs, window } = observed(lam, 1.0, sizes);
    let figure = |name: &str| formulas::figure(case, name);
    let means: Vec<f64> = runs.iter().map(|times| mean(times)).collect();
    let of = |quantity, samples: &[f64]| Finding::mean(&case.name(), quantity, figure(quantity), samples);
    let present: Vec<f64> = runs.iter().map(|times| times.iter().sum::<f64>() / window).collect();
    let mut findings = vec![
        of("L", &present),
        of("W", &means),
        of("Wq", &means.iter().map(|time| time - 1.0 / case.input("mu")).collect::<Vec<_>>()),
    ];
    for (quantity, share) in [("W_p95", 0.95), ("W_p99", 0.99)] {
        let quantiles: Vec<f64> = runs.iter_mut().map(|times| quantile(times, share)).collect();
        findings.push(of(quantity, &quantiles));
    }
    findings
}

/// What was seen of a queue, in units of the mean service time.
struct Observed {
    /// The times in the system of those who came, run by run.
    runs: Vec<Vec<f64>>,
    /// For how long they came.
    window: f64,
}

fn observed(lam: f64, scv: f64, sizes: Sizes) -> Observed {
    // What a queue forgets in, in service times: the heavier its load, and the more its service varies.
    let memory = (1.0 + scv) / libm::pow(1.0 - lam.sqrt(), 2.0);
    let warm = SETTLED * memory / RATE;
    let length = warm + sizes.requests.max(memory * sizes.memories) / (lam * RATE);
    let plan = plan(lam, scv, length);
    let from = plan.start + Span(laboratory::micros(warm));
    let in_system = |&(asked, at): &(Instant, Instant)| at.since(asked).as_secs_f64() * RATE;
    let window = (plan.start + plan.duration).since(from).as_secs_f64() * RATE;
    let runs = laboratory::runs(
        sizes.runs,
        |_| (plan.clone(), Reads::default()),
        |Reads(reads)| reads.iter().filter(|(asked, _)| *asked >= from).map(in_system).collect(),
    );
    Observed { runs, window }
}

fn plan(lam: f64, scv: f64, seconds: f64) -> Plan {
    let rest = format!("{}{}", queue(scv, u32::MAX), laboratory::crowd("reads", lam * RATE));
    laboratory::plan("queue", &format!("{seconds:.0}s"), &rest)
}

/// A datacenter that serves ten a second, with so much variation and so many places.
fn queue(scv: f64, places: u32) -> String {
    format!(
        r#"[topology]
extends = "laboratory.toml"
[topology.datacenters]
a = {{ rate = {RATE}, service_scv = {scv} }}
[service]
ttl = "10d"
loop_wait = "4d"
retry_timeout = "1d"
request_timeout = "300d"
backoff_min = "100d"
backoff_max = "100d"
queue_limit = {places}
failback = "manual"
"#
    )
}

/// Every finding of queues with few places.
pub(crate) fn limited(sizes: Sizes) -> Vec<Finding> {
    cases::of("mm1k").iter().flat_map(|case| mm1k(case, sizes)).collect()
}

fn mm1k(case: &Case, sizes: Sizes) -> Vec<Finding> {
    let (rho, places) = (case.input("rho"), case.input("K"));
    let rest = format!("{}{}", queue(1.0, places as u32), laboratory::crowd("records", rho * RATE));
    let warm = 2_000.0 / RATE;
    let seconds = warm + sizes.requests / (rho * RATE);
    let plan = Plan { settle: Span::secs(1), ..laboratory::plan("limited", &format!("{seconds:.0}s"), &rest) };
    let from = plan.start + Span(laboratory::micros(warm));
    let until = plan.start + plan.duration;
    let window = until.since(from).as_secs_f64() * RATE;
    let doors = laboratory::runs(sizes.runs, |_| (plan.clone(), Door { from, until, ..Door::default() }), |door| door);
    let blocked: Vec<f64> = doors.iter().map(|door| door.refused as f64 / door.came as f64).collect();
    let through: Vec<f64> = doors.iter().map(|door| door.served as f64 / window).collect();
    let of = |quantity: &str, samples: &[f64]| {
        Finding::mean(&case.name(), quantity, formulas::figure(case, quantity), samples)
    };
    vec![of("P_block", &blocked), of("throughput", &through)]
}

/// Who came to a full or not so full datacenter within a window.
#[derive(Debug, Default)]
struct Door {
    from: Instant,
    until: Instant,
    came: u64,
    refused: u64,
    served: u64,
}

impl Observer for Door {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        if at < self.from || at >= self.until {
            return;
        }
        match *fact {
            Fact::RecordBorn(birth) if birth.kind == RecordKind::Message => self.came += 1,
            Fact::WriteRefused { site: Some(_), refusal: Refusal::Overloaded { .. }, .. } => self.refused += 1,
            Fact::Acknowledged { .. } => self.served += 1,
            _ => {}
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    let place = (share * values.len() as f64) as usize;
    *values.select_nth_unstable_by(place, f64::total_cmp).1
}
