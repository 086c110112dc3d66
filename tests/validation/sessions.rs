//! Sessions whose arrivals follow the hours of a day, against M(t)/M/∞.

use super::cases::{self, Case};
use super::finding::Finding;
use super::formulas;
use super::laboratory;
use ringfence::facts::{Fact, Observer};
use ringfence::sim::Plan;
use ringfence::terms::{Instant, RecordKind, Span};
use std::f64::consts::{PI, TAU};

/// How the formula's terms are those of the shipped model.
pub(crate) const MAPPING: &str = "\
Calls are the sessions: they begin as a Poisson process whose rate follows the hours of the day, and last an
exponential time (`call`). A call is under way from the birth of its media to that of its log entry. The 24 hours are
a sine, whose amplitude is raised by the 0.6 % that going straight from hour to hour takes away. Amplitude and lag are
those of the first harmonic of the number of calls under way.";

/// Days that are looked at, after one to settle.
const DAYS: f64 = 5.0;

/// Every finding, of so many runs with so many calls a second.
pub(crate) fn findings(runs: usize, per_second: f64) -> Vec<Finding> {
    cases::of("mt_m_inf").iter().flat_map(|case| harmonic(case, runs, per_second)).collect()
}

fn harmonic(case: &Case, runs: usize, per_second: f64) -> Vec<Finding> {
    let plan = plan(case, per_second);
    let day = Span::hours(case.input("period_h") as u64);
    let seen = laboratory::runs(
        runs,
        |_| (plan.clone(), Calls::new(plan.start + day, plan.start + plan.duration, day)),
        Calls::harmonic,
    );
    let (relative, lags): (Vec<f64>, Vec<f64>) = seen.into_iter().unzip();
    let of = |quantity: &str, samples: &[f64]| {
        Finding::mean(&case.name(), quantity, formulas::figure(case, quantity), samples)
    };
    vec![of("rel_amplitude", &relative), of("lag_h", &lags)]
}

fn plan(case: &Case, per_second: f64) -> Plan {
    let step = PI / 24.0;
    let amplitude = case.input("A") * libm::pow(step / libm::sin(step), 2.0);
    let hour = |hour: u32| (5e5 * (1.0 + amplitude * libm::sin(TAU * (f64::from(hour) + 0.5) / 24.0))).round();
    let hours: Vec<String> = (0..24).map(|at| format!("{}", hour(at))).collect();
    let rest = format!(
        r#"[topology]
extends = "laboratory.toml"
[service]
ttl = "10d"
loop_wait = "4d"
retry_timeout = "1d"
[[tenant]]
name = "callers"
billing_country = "DE"
time_zone = "UTC"
users = 1000
[traffic]
records_per_user_day = {:.3}
reads_per_user_day = 0
mix = {{ call-media = 1 }}
sizes = {{ call-media = "1B", call-log = "1B" }}
call = "{}h"
hours = [{}]
weekend = "100%"
"#,
        per_second * 86.4,
        case.input("mean_session_h"),
        hours.join(", "),
    );
    laboratory::plan("sessions", &format!("{}d", DAYS + 1.0), &rest)
}

/// The calls under way within a window of whole days.
#[derive(Debug)]
struct Calls {
    from: Instant,
    until: Instant,
    day: Span,
    /// Under way at the window's beginning.
    before: f64,
    /// The integral of their number, and of that times the cosine and sine of the day's angle.
    sums: [f64; 3],
}

impl Calls {
    fn new(from: Instant, until: Instant, day: Span) -> Self {
        Self { from, until, day, before: 0.0, sums: [0.0; 3] }
    }

    /// So many more calls are under way from `at` on, to the window's end.
    fn add(&mut self, at: Instant, more: f64) {
        let turn = TAU / self.day.as_secs_f64();
        let (begins, ends) = (at.since(self.from).as_secs_f64(), self.until.since(self.from).as_secs_f64());
        self.sums[0] += more * (ends - begins);
        self.sums[1] += more * (libm::sin(turn * ends) - libm::sin(turn * begins)) / turn;
        self.sums[2] += more * (libm::cos(turn * begins) - libm::cos(turn * ends)) / turn;
    }

    /// The relative amplitude, and the lag behind a sine, in hours.
    fn harmonic(mut self) -> (f64, f64) {
        self.add(self.from, self.before);
        let [mean, cosine, sine] = self.sums;
        let lag = libm::atan2(-cosine, sine) / TAU * self.day.as_secs_f64() / 3_600.0;
        (2.0 * libm::hypot(cosine, sine) / mean, lag)
    }
}

impl Observer for Calls {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        let Fact::RecordBorn(birth) = fact else { return };
        let more = match birth.kind {
            RecordKind::CallMedia => 1.0,
            RecordKind::CallLog => -1.0,
            _ => return,
        };
        if at < self.from {
            self.before += more;
        } else if at < self.until {
            self.add(at, more);
        }
    }
}
