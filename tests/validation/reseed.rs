//! How long an empty site takes to be brought back, against the slowest of what limits it.

use super::cases::{self, Case};
use super::finding::Finding;
use super::formulas;
use super::laboratory::{self, A, B};
use ringfence::facts::{Fact, Observer};
use ringfence::sim::Plan;
use ringfence::sim::plan::{FaultKind, FaultPlan};
use ringfence::terms::{CopyClass, Index, Instant, Span};

/// How the formula's terms are those of the shipped model.
pub(crate) const MAPPING: &str = "\
Users write for a while; with the last of their writes the backup's disk is lost, and the primary fills the new one.
`rate` is `reseed_rate`; the link carries so many records of the mean size a second; and old records are read at so
many a second by a primary that then serves nobody else: `rate/reseed_cost` of its datacenter. The time is that from
the first old record read to the last record that lands, by the number of records in the log, times `records`. The last
window of the log is at hand and is neither read nor held back, and a batch goes with its head: those are the stated
bias.";

/// Writes a second.
const RECORDS: f64 = 50.0;
/// Records of a window, and of a batch.
const WINDOW: f64 = 64.0;
const BATCH: f64 = 16.0;
/// The mean of an exponential size by its median, in bytes: 1000/ln 2.
const BYTES: f64 = 1_442.695;
/// What a batch has besides its records, as a share of them.
const HEAD: f64 = 0.015;

/// Every finding, from so many runs in which users write for so many seconds.
pub(crate) fn findings(runs: usize, seconds: f64) -> Vec<Finding> {
    cases::of("reseed").iter().map(|case| reseed(case, runs, seconds)).collect()
}

fn reseed(case: &Case, runs: usize, seconds: f64) -> Finding {
    let plan = plan(case, seconds);
    let at = (plan.start + plan.duration).before(Span::millis(1));
    let kind = FaultKind::StorageLoss { datacenter: B, backups: false };
    let plan = Plan { faults: vec![FaultPlan { at, lasts: None, kind }], ..plan };
    let records = case.input("records");
    let times =
        laboratory::runs(runs, |_| (plan.clone(), Filling::default()), |filling| filling.per_record() * records);
    let predicted = formulas::figure(case, "reseed_s");
    let at_hand = (WINDOW + BATCH) / (RECORDS * seconds);
    Finding::mean(&case.name(), "reseed_s", predicted, &times).biased(-at_hand * predicted, HEAD * predicted)
}

fn plan(case: &Case, seconds: f64) -> Plan {
    let crowd = laboratory::crowd("records", RECORDS).replace("\"1B\"", "\"1000B\"");
    let (rate, link, reads) = (case.input("rate_per_s"), case.input("link_per_s"), case.input("reads_per_s"));
    let cost = 0.5;
    let rest = format!(
        r#"[topology]
extends = "laboratory.toml"
[topology.datacenters]
a = {{ rate = {:.0}, reseed_cost = {cost} }}
[topology.links]
bandwidth = "{:.3}kB/s"
[service]
batch_records = {BATCH}
window_records = {WINDOW}
reseed_rate = {rate}
failback = "manual"
{crowd}"#,
        reads * cost,
        link * BYTES / 1e3,
    );
    laboratory::plan("reseed", &format!("{seconds:.0}s"), &rest)
}

/// What the new disk gets of the log.
#[derive(Debug, Default)]
struct Filling {
    log: Index,
    began: Option<Instant>,
    last: Instant,
}

impl Filling {
    fn per_record(self) -> f64 {
        let began = self.began.expect("old records are read");
        self.last.since(began).as_secs_f64() / self.log as f64
    }
}

impl Observer for Filling {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::Landed { copy: CopyClass::Log, datacenter: A, position, .. } => self.log = position.index,
            Fact::Reread(_) => {
                self.began.get_or_insert(at);
            }
            Fact::Landed { copy: CopyClass::Replica, datacenter: B, .. }
            | Fact::RangeLanded { copy: CopyClass::Replica, datacenter: B, .. } => self.last = at,
            _ => {}
        }
    }
}
