//! What became of the faults of a plan, in words.

use crate::outcome::FaultOutcome;
use crate::service::Order;
use crate::sim::Plan;
use crate::sim::plan::{FaultKind, FaultPlan, Rollout};
use crate::terms::{Datacenter, Names, Span};

/// One outcome for each fault of the plan, in its order; `fired` is how often each took effect.
pub(super) fn outcomes(plan: &Plan, fired: &[u32], names: &Names) -> Vec<FaultOutcome> {
    assert_eq!(fired.len(), plan.faults.len(), "the world counts every fault");
    let outcome = |(fault, &fired): (&FaultPlan, &u32)| FaultOutcome {
        kind: fault.kind.name(),
        description: description(&fault.kind, names),
        at: fault.at,
        lasts: fault.lasts,
        scheduled: 1,
        fired: fired.into(),
    };
    plan.faults.iter().zip(fired).map(outcome).collect()
}

fn description(kind: &FaultKind, names: &Names) -> String {
    let name = |datacenter: &Datacenter| names.datacenter(*datacenter).to_owned();
    match kind {
        FaultKind::Outage(datacenters) => datacenters.iter().map(name).collect::<Vec<_>>().join(" and "),
        FaultKind::Partition(a, b) => format!("{} ↔ {}", name(a), name(b)),
        FaultKind::PartitionOneWay(from, to) => format!("{} → {}", name(from), name(to)),
        FaultKind::Isolate { datacenter, clients_reach: true } => {
            format!("{}, clients still reach it", name(datacenter))
        }
        FaultKind::Isolate { datacenter, clients_reach: false } => format!("{}, also from clients", name(datacenter)),
        FaultKind::StorageLoss { datacenter, backups: true } => format!("{}, with its backups", name(datacenter)),
        FaultKind::StorageLoss { datacenter, .. } | FaultKind::Pause(datacenter) => name(datacenter),
        FaultKind::RestoreCopy { datacenter, age } => format!("{}, as it was {age} earlier", name(datacenter)),
        FaultKind::PauseUnit(datacenter, unit) => format!("{} at {}", names.unit(*unit), name(datacenter)),
        FaultKind::SlowDisk { datacenter, unit, milli } => {
            let whose = unit.map(|unit| format!(" of {}", names.unit(unit))).unwrap_or_default();
            format!("{}{whose}, × {}", name(datacenter), *milli as f64 / 1e3)
        }
        FaultKind::Cooling { datacenter, to_ppm, steps, every } => {
            let left = f64::from(*to_ppm) / 1e4;
            format!("{}, down to {left}% in {steps} steps, one each {every}", name(datacenter))
        }
        FaultKind::ClockOffset(datacenter, offset) => format!("{} by {offset} µs", name(datacenter)),
        FaultKind::ClockDrift(datacenter, ppm) => format!("{} by {ppm} ppm", name(datacenter)),
        FaultKind::Surge(boundary, milli) => {
            let whose = boundary.map_or("everywhere", |boundary| names.boundary(boundary));
            format!("{whose} × {}", *milli as f64 / 1e3)
        }
        FaultKind::Degrade { a, b, loss_ppm, delay } => degradation(&name(a), &name(b), *loss_ppm, *delay),
        FaultKind::ConfigPush { datacenter, serves, label } => {
            let label = label.map_or("without a label".into(), |label| format!("labelled {}", names.boundary(label)));
            format!("{} for {}, {label}", name(datacenter), names.boundary(*serves))
        }
        FaultKind::Operator(unit, Order::PlannedSwitchover) => format!("{}, planned", names.unit(*unit)),
        FaultKind::Operator(unit, Order::ForcedFailover) => format!("{}, forced", names.unit(*unit)),
        FaultKind::Operator(unit, Order::Refound) => format!("{}, founded anew", names.unit(*unit)),
        FaultKind::Operator(unit, Order::Export) => format!("{}, export", names.unit(*unit)),
        FaultKind::Operator(unit, Order::SupportDump) => format!("{}, support dump", names.unit(*unit)),
        FaultKind::RefuseCopies { datacenter, copy } => format!("{copy} in {}", name(datacenter)),
        FaultKind::MapRollout(rollout) => rolled_out(rollout, names),
        FaultKind::RegionProbe { datacenter, says } => {
            let says = says.map_or("nothing".into(), |says| name(&says));
            format!("{}, says {says}", name(datacenter))
        }
        FaultKind::Restore { unit, backup_of } if unit == backup_of => format!("{}, restore", names.unit(*unit)),
        FaultKind::Restore { unit, backup_of } => {
            format!("{}, restore from a backup of {}", names.unit(*unit), names.unit(*backup_of))
        }
    }
}

fn rolled_out(Rollout { country, boundary, over, misses }: &Rollout, names: &Names) -> String {
    let row = boundary.map_or("not served".into(), |boundary| format!("in {}", names.boundary(boundary)));
    let misses: Vec<_> = misses.iter().map(|&datacenter| names.datacenter(datacenter)).collect();
    let but = if misses.is_empty() { String::new() } else { format!(", but for {}", misses.join(" and ")) };
    format!("{country} {row}, over {over}{but}")
}

fn degradation(a: &str, b: &str, loss_ppm: u32, delay: Span) -> String {
    format!("{a} ↔ {b}, {}% lost, {delay} slower", f64::from(loss_ppm) / 1e4)
}
