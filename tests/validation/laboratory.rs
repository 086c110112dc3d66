//! Runs of the shipped service in ordinary scenarios over the topology `laboratory.toml`.

use rayon::prelude::*;
use ringfence::facts::{Fact, Observer};
use ringfence::scenario::{self, Size};
use ringfence::service::Shipped;
use ringfence::sim::chance::{Chance, Purpose, named};
use ringfence::sim::{Plan, simulate};
use ringfence::terms::{Datacenter, Instant, Span};
use std::sync::Arc;

/// The primary's datacenter.
pub(crate) const A: Datacenter = Datacenter(0);
/// The backup's.
pub(crate) const B: Datacenter = Datacenter(1);

/// The plan of a scenario, with half an hour to settle however long its lease is. Everything that its text does not say is flat: people act as a Poisson
/// process of one rate, in conversations that are all open and all promised.
pub(crate) fn plan(name: &str, duration: &str, rest: &str) -> Plan {
    let text = format!(
        r#"schema_version = 1
name = "{name}"
start = 2019-05-06T00:00:00Z
duration = "{duration}"
settle = "10000d"
{rest}
[population]
abroad = "0%"
roaming = "0%"
private = "0%"
older = "100%"
zipf = 0
"#
    );
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/validation/scenario.toml");
    let plan = scenario::parse(beside, &text, Size::Full).unwrap_or_else(|found| panic!("{found}")).plan;
    Plan { settle: Span::minutes(30), ..plan }
}

/// A thousand people who together do something so many times a second, all day long. `what` is
/// `records`, which are messages of one byte, or `reads`.
pub(crate) fn crowd(what: &str, per_second: f64) -> String {
    let (records, reads) = match what {
        "records" => (per_second * 86.4, 0.0),
        _ => (0.0, per_second * 86.4),
    };
    let hours = vec!["1"; 24].join(", ");
    format!(
        r#"[[tenant]]
name = "crowd"
billing_country = "DE"
users = 1000
signed_up = 2019-04-15
[traffic]
records_per_user_day = {records:.3}
reads_per_user_day = {reads:.3}
mix = {{ message = 1 }}
attachments = "0%"
sizes = {{ message = "1B" }}
hours = [{hours}]
weekend = "100%"
"#
    )
}

/// Seconds as whole microseconds.
pub(crate) fn micros(seconds: f64) -> u64 {
    (seconds * 1e6).round() as u64
}

/// What an observer made of each of so many runs, seeds from 1 on. Each run is prepared by `prepare`,
/// which may draw from a stream of its own, and looked at by an observer of its own.
pub(crate) fn runs<O, T>(
    count: usize,
    prepare: impl Fn(&mut Chance) -> (Plan, O) + Sync,
    sum_up: impl Fn(O) -> T + Sync,
) -> Vec<T>
where
    O: Observer + Send,
    T: Send,
{
    let run = |seed: u64| {
        let mut chance = Chance::open(seed, Purpose::Device, named(&["validation"]));
        let (plan, observer) = prepare(&mut chance);
        sum_up(simulate(&Arc::new(Plan { seed, ..plan }), Shipped, observer).observer)
    };
    (1..=count as u64).into_par_iter().map(run).collect()
}

/// When each request was asked and when it was shown.
#[derive(Debug, Default)]
pub(crate) struct Reads(pub(crate) Vec<(Instant, Instant)>);

impl Observer for Reads {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        if let Fact::Read { asked, .. } = *fact {
            self.0.push((asked, at));
        }
    }
}
