//! RPO of a restore against the formula of log shipping.

use super::cases::{self, Case};
use super::finding::Finding;
use super::formulas;
use super::laboratory::{self, A, B};
use ringfence::facts::{Fact, Observer};
use ringfence::sim::Plan;
use ringfence::sim::plan::{FaultKind, FaultPlan};
use ringfence::terms::{Index, Instant, Span};

/// How the formula's terms are those of the shipped model.
pub(crate) const MAPPING: &str = "\
Backups are the shipped log: one is begun each `T = backup_every`, holds what was on both sites then, and is finished
once what is new has been written to the media, which takes `d` for as many bytes as come in one `T`. Then both disks
are lost at any moment, and the newest finished backup is what there is. The window is the age of the oldest
acknowledged record that it lacks. Ten records a second come, of exponential sizes; so the oldest one may be younger
than the window by the time between two records, and `d` varies by 6 % of itself from backup to backup, which is the
stated bias.";

const RECORDS: f64 = 10.0;
/// The mean of an exponential size by its median, in bytes: 1000/ln 2.
const BYTES: f64 = 1_442.695;

/// Every finding, from so many runs.
pub(crate) fn findings(runs: usize) -> Vec<Finding> {
    cases::of("rpo_log_shipping").iter().flat_map(|case| window(case, runs)).collect()
}

fn window(case: &Case, runs: usize) -> Vec<Finding> {
    let (every, transfer) = (case.input("T_s"), case.input("d_s"));
    let plan = plan(every, transfer);
    let period = Span(laboratory::micros(every));
    let windows = laboratory::runs(
        runs,
        |chance| {
            let at = plan.start + Span(period.0 * 2) + Span(chance.below(period.0));
            let lost =
                |site| FaultPlan { at, lasts: None, kind: FaultKind::StorageLoss { datacenter: site, backups: false } };
            (Plan { faults: vec![lost(A), lost(B)], settle: Span::secs(1), ..plan.clone() }, Media::default())
        },
        Media::window,
    );
    let (name, gap, spread) = (case.name(), 1.0 / RECORDS, 6.0 * 0.06 * transfer);
    let figure = |name: &str| formulas::figure(case, name);
    let [least, most] = Finding::extremes(&name, ["min_s", "max_s"], [figure("min_s"), figure("max_s")], &windows);
    vec![
        Finding::mean(&name, "mean_s", figure("mean_s"), &windows).biased(-gap, gap),
        least.biased(-spread - 10.0 * gap, 0.0),
        most.biased(0.0, spread + gap),
    ]
}

fn plan(every: f64, transfer: f64) -> Plan {
    let crowd = laboratory::crowd("records", RECORDS).replace("\"1B\"", "\"1000B\"");
    let rest = format!(
        r#"[topology]
extends = "laboratory.toml"
[topology.datacenter_defaults]
disk_rate = "{:.3}kB/s"
[service]
backup_every = "{every}s"
disk_timeout = "never"
failback = "manual"
{crowd}"#,
        RECORDS * every * BYTES / transfer / 1e3,
    );
    laboratory::plan("backups", &format!("{}s", every * 3.0 + 1.0), &rest)
}

/// What was acknowledged, and what the newest finished backup holds of it.
#[derive(Debug, Default)]
struct Media {
    acknowledged: Vec<(Index, Instant)>,
    held: Index,
    onset: Option<Instant>,
}

impl Media {
    /// How old the oldest record is that is lost, in seconds.
    fn window(self) -> f64 {
        let onset = self.onset.expect("both disks are lost");
        let lost = self.acknowledged.iter().find(|(index, _)| *index > self.held);
        onset.since(lost.expect("something is not in a backup yet").1).as_secs_f64()
    }
}

impl Observer for Media {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        match *fact {
            Fact::StorageLost { .. } => {
                self.onset.get_or_insert(at);
            }
            _ if self.onset.is_some() => {}
            Fact::Acknowledged { position, .. } => self.acknowledged.push((position.index, at)),
            Fact::BackedUp { end, .. } => self.held = self.held.max(end.index),
            _ => {}
        }
    }
}
