//! What a fault says, as the world is to carry it out: names resolved, numbers within their ranges.

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::faults::{
    ClockDrift, ClockOffset, ConfigPush, Cooling, Degrade, Effect, Isolate, MapRollout, Operator, Outage, Partition,
    PartitionOneWay, Pause, RefuseCopies, RegionProbe, RestoreCopy, SlowDisk, StorageLoss, Surge,
};
use super::quantity::{Share, rounded};
use super::read::{At, Given};
use super::resolve::Resolver;
use super::source::Place;
use super::words::{Command, value};
use crate::service::Order;
use crate::sim::plan::{FaultKind, Rollout};
use crate::terms::{Datacenter, Seat, Span, Unit};

impl Effect {
    /// How old the copy is that is put back, where one is.
    pub(super) const fn age(&self) -> Option<&At<Span>> {
        match self {
            Self::RestoreCopy(RestoreCopy { age, .. }) => age.as_ref(),
            _ => None,
        }
    }

    /// What it means to the world; `None` after reporting a name that is unknown or missing.
    pub(super) fn resolved(&self, fault: &Place, names: &Resolver<'_>) -> Option<FaultKind> {
        Some(match self {
            Self::Outage(outage) => FaultKind::Outage(struck(outage, fault, names)?),
            Self::Partition(Partition { between }) => {
                let (a, b) = pair(between, names)?;
                FaultKind::Partition(a, b)
            }
            Self::PartitionOneWay(PartitionOneWay { from, to }) => {
                let (sender, receiver) = (names.datacenter(from)?, names.datacenter(to)?);
                if let Some(given) = to.as_ref().filter(|_| sender == receiver) {
                    names.findings.report(Code::Conflict, &given.place, "two different datacenters are needed here");
                    return None;
                }
                FaultKind::PartitionOneWay(sender, receiver)
            }
            Self::Isolate(Isolate { datacenter, clients_reach }) => FaultKind::Isolate {
                datacenter: names.datacenter(datacenter)?,
                clients_reach: value(clients_reach).copied().unwrap_or(true),
            },
            Self::StorageLoss(StorageLoss { datacenter, backups }) => FaultKind::StorageLoss {
                datacenter: names.datacenter(datacenter)?,
                backups: value(backups).copied().unwrap_or(false),
            },
            Self::RestoreCopy(RestoreCopy { datacenter, age }) => {
                FaultKind::RestoreCopy { datacenter: names.datacenter(datacenter)?, age: *value(age)? }
            }
            Self::Pause(Pause { datacenter, unit }) => {
                let at = names.datacenter(datacenter);
                match there(unit, at, names)? {
                    Some(unit) => FaultKind::PauseUnit(at?, unit),
                    None => FaultKind::Pause(at?),
                }
            }
            Self::SlowDisk(SlowDisk { datacenter, unit, factor }) => {
                let at = names.datacenter(datacenter);
                let unit = there(unit, at, names);
                FaultKind::SlowDisk { datacenter: at?, milli: slower(factor, names)?, unit: unit? }
            }
            Self::Cooling(cooling) => heat(cooling, names)?,
            Self::ClockOffset(ClockOffset { datacenter, offset }) => {
                FaultKind::ClockOffset(names.datacenter(datacenter)?, value(offset)?.micros())
            }
            Self::ClockDrift(ClockDrift { datacenter, drift_ppm }) => {
                FaultKind::ClockDrift(names.datacenter(datacenter)?, drift(drift_ppm, names)?)
            }
            Self::Surge(Surge { factor, boundary }) => {
                let boundary = match boundary {
                    Some(_) => Some(names.boundary(boundary)?),
                    None => None,
                };
                FaultKind::Surge(boundary, thousandths(factor, names)?)
            }
            Self::Degrade(Degrade { between, loss, delay }) => {
                let (a, b) = pair(between, names)?;
                worse(loss, delay, names);
                let loss_ppm = value(loss).map_or(0, |loss| loss.0);
                FaultKind::Degrade { a, b, loss_ppm, delay: value(delay).copied().unwrap_or(Span::ZERO) }
            }
            Self::ConfigPush(ConfigPush { datacenter, serves, label }) => {
                let (datacenter, serves) = (names.datacenter(datacenter), names.boundary(serves));
                let label = match label {
                    Some(_) => Some(names.boundary(label)?),
                    None => None,
                };
                FaultKind::ConfigPush { datacenter: datacenter?, serves: serves?, label }
            }
            Self::RefuseCopies(RefuseCopies { datacenter, copy }) => {
                FaultKind::RefuseCopies { datacenter: names.datacenter(datacenter)?, copy: value(copy)?.0 }
            }
            Self::Operator(operator) => ordered(operator, names)?,
            Self::MapRollout(rollout) => rolled_out(rollout, names)?,
            Self::RegionProbe(probe) => misinformed(probe, names)?,
        })
    }
}

/// A map with a row that is not what it was.
fn rolled_out(rollout: &MapRollout, names: &Resolver<'_>) -> Option<FaultKind> {
    let MapRollout { country, boundary, over, misses } = rollout;
    let to = match boundary {
        Some(_) => Some(names.boundary(boundary)?),
        None => None,
    };
    let misses = match misses {
        Some(misses) => names.datacenters(&misses.value)?,
        None => Vec::new(),
    };
    let country = country.as_ref()?;
    if names.topology.country(country.value).and_then(|rule| rule.boundary) == to {
        let place = boundary.as_ref().map_or(&country.place, |boundary| &boundary.place);
        names.findings.report(Code::Conflict, place, "a roll-out changes a row, and this one is so already");
        return None;
    }
    let over = value(over).copied().unwrap_or(Span::ZERO);
    Some(FaultKind::MapRollout(Rollout { country: country.value, boundary: to, over, misses }))
}

/// A probe that does not tell the truth.
fn misinformed(RegionProbe { datacenter, says }: &RegionProbe, names: &Resolver<'_>) -> Option<FaultKind> {
    let at = names.datacenter(datacenter);
    let Some(given) = says else { return Some(FaultKind::RegionProbe { datacenter: at?, says: None }) };
    let there = names.datacenter(says)?;
    if at == Some(there) {
        names.findings.report(Code::Conflict, &given.place, "this is where it stands, so nothing is wrong with it");
        return None;
    }
    Some(FaultKind::RegionProbe { datacenter: at?, says: Some(there) })
}

/// A link that loses more, in parts per million, is cut.
const MOST_LOST: u32 = 900_000;

/// A link that takes longer is cut.
const MOST_DELAYED: Span = Span::minutes(1);

/// Reports a link so bad that it is none.
fn worse(loss: &Given<Share>, delay: &Given<Span>, names: &Resolver<'_>) {
    let deaf = loss.as_ref().filter(|share| share.value.0 > MOST_LOST);
    let late = delay.as_ref().filter(|time| time.value > MOST_DELAYED);
    let found = [
        deaf.map(|at| (&at.place, "a degraded link loses at most 90 % of its messages".into())),
        late.map(|at| (&at.place, format!("a degraded link is slower by at most {MOST_DELAYED}"))),
    ];
    for (place, message) in found.into_iter().flatten() {
        let found = Diagnostic::at(Code::OutOfRange, place, message);
        names.findings.add(found.help("to cut the link, use a fault of kind `partition`"));
    }
}

/// The unit to which a fault of a datacenter is confined, if it is; it must have something there.
#[expect(clippy::option_option, reason = "unknown, and reported, is not the same as not given")]
fn there(given: &Given<String>, datacenter: Option<Datacenter>, names: &Resolver<'_>) -> Option<Option<Unit>> {
    let Some(name) = given else { return Some(None) };
    let (unit, datacenter) = (names.unit(given)?, datacenter?);
    let row = &names.topology.units[unit.index()];
    if !Seat::ALL.into_iter().any(|seat| row.voter(seat) == datacenter) {
        names.findings.report(Code::Conflict, &name.place, "this scale unit has nothing at that datacenter");
        return None;
    }
    Some(Some(unit))
}

fn slower(factor: &Given<f64>, names: &Resolver<'_>) -> Option<u64> {
    let factor = factor.as_ref()?;
    if !(1.0..=1_000_000.0).contains(&factor.value) {
        names.findings.report(Code::OutOfRange, &factor.place, "a disk is slower by a factor of 1 to 1000000");
        return None;
    }
    Some(rounded(factor.value * 1_000.0))
}

fn heat(cooling: &Cooling, names: &Resolver<'_>) -> Option<FaultKind> {
    let Cooling { datacenter, to, steps, every } = cooling;
    let (datacenter, to) = (names.datacenter(datacenter), to.as_ref());
    if let Some(to) = to.filter(|to| !(1_000..1_000_000).contains(&to.value.0)) {
        names.findings.report(Code::OutOfRange, &to.place, "at least 0.1 % is left of the rate, and less than all");
        return None;
    }
    if let Some(steps) = steps.as_ref().filter(|steps| steps.value == 0) {
        names.findings.report(Code::OutOfRange, &steps.place, "this must be one or more");
        return None;
    }
    Some(FaultKind::Cooling {
        datacenter: datacenter?,
        to_ppm: to?.value.0,
        steps: value(steps).copied().unwrap_or(4),
        every: value(every).copied().unwrap_or(Span::minutes(5)),
    })
}

/// What an operator's order means.
fn ordered(operator: &Operator, names: &Resolver<'_>) -> Option<FaultKind> {
    let Operator { unit, order, backup_of } = operator;
    let (unit, order) = (names.unit(unit)?, *value(order)?);
    let order = match order {
        Command::Planned => Order::PlannedSwitchover,
        Command::Forced => Order::ForcedFailover,
        Command::Refound => Order::Refound,
        Command::Export => Order::Export,
        Command::SupportDump => Order::SupportDump,
        Command::Restore => {
            let backup_of = if backup_of.is_some() { names.unit(backup_of)? } else { unit };
            return Some(FaultKind::Restore { unit, backup_of });
        }
    };
    if let Some(given) = backup_of {
        names.findings.report(Code::Conflict, &given.place, "only `order = \"restore\"` takes a backup");
        return None;
    }
    Some(FaultKind::Operator(unit, order))
}

/// The datacenters of an outage, named in one of three ways.
fn struck(outage: &Outage, fault: &Place, names: &Resolver<'_>) -> Option<Vec<Datacenter>> {
    let Outage { datacenter, datacenters, boundary } = outage;
    match (datacenter, datacenters, boundary) {
        (Some(_), None, None) => Some(vec![names.datacenter(datacenter)?]),
        (None, Some(list), None) if !list.value.is_empty() => names.datacenters(&list.value),
        (None, None, Some(_)) => names.boundary(boundary).map(|boundary| names.standing_in(boundary)),
        _ => {
            let message = "an outage strikes one of `datacenter`, `datacenters` or `boundary`";
            names.findings.report(Code::Conflict, fault, message);
            None
        }
    }
}

fn pair(between: &Given<Vec<At<String>>>, names: &Resolver<'_>) -> Option<(Datacenter, Datacenter)> {
    let between = between.as_ref()?;
    match names.datacenters(&between.value)?[..] {
        [a, b] if a != b => Some((a, b)),
        _ => {
            names.findings.report(Code::Conflict, &between.place, "two different datacenters are needed here");
            None
        }
    }
}

/// Beyond a tenth a clock is not slow but broken.
fn drift(ppm: &Given<i32>, names: &Resolver<'_>) -> Option<i32> {
    let ppm = ppm.as_ref()?;
    if ppm.value.unsigned_abs() > 100_000 {
        names.findings.report(Code::OutOfRange, &ppm.place, "a clock deviates by at most 100000 parts per million");
        return None;
    }
    Some(ppm.value)
}

fn thousandths(factor: &Given<f64>, names: &Resolver<'_>) -> Option<u64> {
    let factor = factor.as_ref()?;
    if !(0.001..=1_000.0).contains(&factor.value) {
        names.findings.report(Code::OutOfRange, &factor.place, "a factor lies between 0.001 and 1000");
        return None;
    }
    Some(rounded(factor.value * 1_000.0))
}
