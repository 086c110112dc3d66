//! What the world did: faults, and what physically came of each.

use super::chain::Chain;
use super::known::{Known, clock};
use super::story::Link;
use super::words::{article, listed};
use crate::facts::{Copies, Fact, Seating};
use crate::terms::{Datacenter, Instant, Seat, Side, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Tells faults, and knows which of them a datacenter suffers from.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    /// What happened at one instant, in order, and is not told yet.
    physical: Vec<Fact>,
    at: Instant,
    /// The last link about each datacenter.
    last: BTreeMap<Datacenter, usize>,
    /// The last order to each unit.
    orders: BTreeMap<Unit, usize>,
}

impl Faults {
    /// Takes a fact. What belongs together is told as one link, at the latest when something else
    /// happens.
    pub(super) fn observe(&mut self, at: Instant, fact: &Fact, known: &Known, chain: &mut Chain) {
        match *fact {
            Fact::Power { .. }
            | Fact::Paused { .. }
            | Fact::UnitPaused { .. }
            | Fact::Disk { .. }
            | Fact::Capacity { .. }
            | Fact::Access { .. }
            | Fact::Link { .. }
            | Fact::MemoryLost { .. }
            | Fact::BackupsLost { .. }
            | Fact::RestoreOrdered(_)
            | Fact::RefoundOrdered { .. }
            | Fact::Restored { .. }
            | Fact::ClockChanged { .. }
            | Fact::Ordered { .. }
            | Fact::Seating(Seating::Ordered { .. } | Seating::Commissioned { .. } | Seating::Left { .. })
            | Fact::Copies(Copies::Ordered { .. } | Copies::OrderedInVain(_))
            | Fact::MapPushed { .. } => {
                if at != self.at {
                    self.tell(None, known, chain);
                }
                self.at = at;
                self.physical.push(*fact);
            }
            Fact::FaultBegan { fault } => self.turn(at, fault, strikes(at, fault, known), known, chain),
            Fact::FaultEnded { fault } => self.turn(at, fault, "is lifted", known, chain),
            Fact::LivenessBegan => {
                self.tell(None, known, chain);
                let over =
                    "The safety phase is over: every fault is lifted, traffic ends, and the service must converge.";
                chain.push(Link::new(at, over));
            }
            _ => {}
        }
    }

    /// Tells what is not told yet, before a machine acts on it.
    pub(super) fn settle(&mut self, known: &Known, chain: &mut Chain) {
        self.tell(None, known, chain);
    }

    /// The links about what ails any of these datacenters, or ailed it last.
    pub(super) fn about(&self, datacenters: impl IntoIterator<Item = Datacenter>) -> BTreeSet<usize> {
        datacenters.into_iter().filter_map(|datacenter| self.last.get(&datacenter).copied()).collect()
    }

    /// The link about the last order to a unit.
    pub(super) fn order(&self, unit: Unit) -> Option<usize> {
        self.orders.get(&unit).copied()
    }

    fn turn(&mut self, at: Instant, fault: u16, how: &str, known: &Known, chain: &mut Chain) {
        if at != self.at {
            self.tell(None, known, chain);
            self.at = at;
        }
        let what = known.setting.faults.get(usize::from(fault)).map_or("?", String::as_str);
        self.tell(Some(format!("Fault: {what} {how}.")), known, chain);
    }

    fn tell(&mut self, heading: Option<String>, known: &Known, chain: &mut Chain) {
        let physical = std::mem::take(&mut self.physical);
        if physical.is_empty() && heading.is_none() {
            return;
        }
        let sentences = heading.into_iter().chain(sentences(&physical, known));
        let happened = sentences.collect::<Vec<_>>().join(" ");
        let number = chain.push(Link::new(self.at, happened));
        for fact in &physical {
            self.last.extend(sufferers(fact).map(|datacenter| (datacenter, number)));
            if let Fact::Ordered { unit, .. }
            | Fact::RestoreOrdered(unit)
            | Fact::RefoundOrdered { unit, .. }
            | Fact::Copies(Copies::Ordered { unit, .. } | Copies::OrderedInVain(unit)) = *fact
            {
                self.orders.insert(unit, number);
            }
        }
    }
}

/// A fault that came where something was broken already strikes when it alone keeps that broken.
fn strikes(at: Instant, fault: u16, known: &Known) -> &'static str {
    match known.setting.plan.faults.get(usize::from(fault)) {
        Some(plan) if plan.at < at => {
            "has been on for a while, and from now on it alone keeps broken what another broke"
        }
        _ => "strikes",
    }
}

fn sufferers(fact: &Fact) -> impl Iterator<Item = Datacenter> + use<> {
    let [one, other] = match *fact {
        Fact::Power { datacenter, .. }
        | Fact::Paused { datacenter, .. }
        | Fact::UnitPaused { datacenter, .. }
        | Fact::Disk { datacenter, .. }
        | Fact::Capacity { datacenter, .. }
        | Fact::Access { datacenter, .. }
        | Fact::MemoryLost { datacenter, .. }
        | Fact::BackupsLost(datacenter)
        | Fact::Restored { datacenter, .. }
        | Fact::MapPushed { datacenter, .. }
        | Fact::ClockChanged { datacenter, .. } => [Some(datacenter), None],
        Fact::Link { from, to, .. } | Fact::Seating(Seating::Commissioned { from, to, .. }) => [Some(from), Some(to)],
        _ => [None, None],
    };
    one.into_iter().chain(other)
}

fn sentences(facts: &[Fact], known: &Known) -> Vec<String> {
    let mut told = Vec::new();
    let (mut lost, mut copied, mut pushed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for fact in facts {
        match *fact {
            Fact::Power { datacenter, on } => told.push(power(datacenter, on, known)),
            Fact::Paused { datacenter, paused: true } => {
                told.push(format!("{}'s processes stand still. {}", known.name(datacenter), duties(datacenter, known)));
            }
            Fact::Paused { datacenter, paused: false } => {
                told.push(format!("{}'s processes run again, with their memory.", known.name(datacenter)));
            }
            Fact::UnitPaused { unit, datacenter, paused } => {
                let how = if paused { "stand still" } else { "run again, with their memory" };
                told.push(format!("{}'s processes of {} {how}.", known.name(datacenter), known.unit(unit)));
            }
            Fact::Disk { unit, datacenter, flush } => {
                let (name, unit) = (known.name(datacenter), known.unit(unit));
                told.push(format!("A flush of {unit} at {name} takes {flush} from now on."));
            }
            Fact::Capacity { datacenter, share_ppm } => {
                let share = f64::from(share_ppm) / 1e4;
                told.push(format!("{} serves at {share:.0} % of its rate.", known.name(datacenter)));
            }
            Fact::Access { datacenter, up } => {
                let how = if up { "Clients reach {} again." } else { "No client reaches {} any more." };
                told.push(how.replace("{}", known.name(datacenter)));
            }
            Fact::MemoryLost { datacenter, copy: false, .. } => drop(lost.insert(datacenter)),
            Fact::MemoryLost { datacenter, copy: true, .. } => drop(copied.insert(datacenter)),
            Fact::MapPushed { datacenter, .. } => drop(pushed.insert(datacenter)),
            Fact::ClockChanged { datacenter, offset_us, drift_ppm } => told.push(format!(
                "{}'s clock is now {} and runs {drift_ppm:+} ppm off.",
                known.name(datacenter),
                off(offset_us)
            )),
            Fact::Ordered { unit, forced } => {
                let what = if forced { "forced failover, whatever may be lost" } else { "planned switchover" };
                told.push(format!("An operator orders a {what}, of {}.", known.unit(unit)));
            }
            Fact::Seating(what) => told.extend(seated(what, known)),
            Fact::Copies(Copies::Ordered { unit, copy, datacenter }) => {
                let (unit, name) = (known.unit(unit), known.name(datacenter));
                told.push(format!("An operator orders {} of {unit} from {name}.", article(copy.name())));
            }
            Fact::Copies(Copies::OrderedInVain(unit)) => told.push(format!(
                "An operator orders something of {}, in vain: no site runs that could do it, or what it needs is not there.",
                known.unit(unit)
            )),
            Fact::BackupsLost(datacenter) => {
                told.push(format!("The backups in {} are lost.", known.name(datacenter)));
            }
            Fact::RestoreOrdered(unit) => told.push(format!(
                "An operator orders to restore {} from its newest backup, and attests that the stores of both sites are gone.",
                known.unit(unit)
            )),
            Fact::RefoundOrdered { unit, side } => told.push(format!(
                "An operator orders {} to found the register of {} anew, and attests that what the two others stored is destroyed.",
                known.name(known.seats(unit).site(side)),
                known.unit(unit)
            )),
            Fact::Restored { unit, datacenter, taken, end, .. } => told.push(format!(
                "The store of {} in {} holds what the backup of {taken} held, through {end}.",
                known.unit(unit),
                known.name(datacenter)
            )),
            _ => {}
        }
    }
    told.extend(links(facts, false, known));
    told.extend(links(facts, true, known));
    if !lost.is_empty() {
        told.push(format!("The disks of {} are lost.", known.names(lost)));
    }
    if !copied.is_empty() {
        told.push(format!("The disks of {} are replaced by an earlier copy of themselves.", known.names(copied)));
    }
    if !pushed.is_empty() {
        told.push(format!("An operator pushes a map to {}.", known.names(pushed)));
    }
    told
}

/// What happened to a seat that gets another place.
fn seated(what: Seating, known: &Known) -> Option<String> {
    let named = |unit, seat| format!("the {} of {}", seat_name(seat), known.unit(unit));
    Some(match what {
        Seating::Ordered { unit, seat, to } => {
            format!("An operator orders {} to {}.", named(unit, seat), known.name(to))
        }
        Seating::Commissioned { unit, seat, from, to } => format!(
            "The machine that was {} is switched off in {}, and one with an empty disk stands in {}.",
            named(unit, seat),
            known.name(from),
            known.name(to)
        ),
        Seating::Left { unit, seat, from } => {
            format!("Nothing of {} is left in {}, where {} was.", known.unit(unit), known.name(from), named(unit, seat))
        }
        Seating::Emptied { .. } => return None,
    })
}

const fn seat_name(seat: Seat) -> &'static str {
    match seat {
        Seat::A => "site A",
        Seat::B => "site B",
        Seat::Witness => "witness",
    }
}

fn power(datacenter: Datacenter, on: bool, known: &Known) -> String {
    let name = known.name(datacenter);
    if on {
        format!("{name} has power, and its processes have booted from what is on disk.")
    } else {
        format!("{name} loses power, and with it its memory. {}", duties(datacenter, known))
    }
}

/// Which leases a datacenter has to do with.
fn duties(datacenter: Datacenter, known: &Known) -> String {
    let mut duties = Vec::new();
    for unit in known.units() {
        let plan = known.seats(unit);
        let held = known.register(unit);
        let side = Side::BOTH.into_iter().find(|&side| plan.site(side) == datacenter);
        match (side, held) {
            (Some(side), Some((register, _))) if register.holder == side => {
                duties.push(format!("holds {} under epoch {}", plan.name, register.epoch));
            }
            (Some(_), _) => duties.push(format!("backs {} up", plan.name)),
            (None, _) if plan.witness == datacenter => duties.push(format!("is the witness of {}", plan.name)),
            (None, _) => {}
        }
    }
    if duties.is_empty() { String::new() } else { format!("It {}.", listed(duties)) }
}

fn off(offset_us: i64) -> String {
    let by = crate::terms::Span(offset_us.unsigned_abs());
    match offset_us {
        0 => "right".to_owned(),
        1.. => format!("{by} ahead"),
        _ => format!("{by} behind"),
    }
}

/// The links that were cut, or mended.
fn links(facts: &[Fact], up: bool, known: &Known) -> Option<String> {
    let changed = |fact: &Fact| match *fact {
        Fact::Link { from, to, up: now } if now == up => Some((from, to)),
        _ => None,
    };
    let pairs: BTreeSet<_> = facts.iter().filter_map(changed).collect();
    let &(first, second) = pairs.first()?;
    let how = if up { "passes again" } else { "passes any more" };
    let subject = if up { "Everything" } else { "Nothing" };
    let hub = [first, second].into_iter().find(|&hub| pairs.iter().all(|&(from, to)| from == hub || to == hub));
    Some(match hub {
        Some(hub) if pairs.len() > 2 => {
            format!("{subject} {how} between {} and any other datacenter.", known.name(hub))
        }
        _ if pairs.len() == 2 && pairs.contains(&(second, first)) => {
            format!("{subject} {how} between {} and {}.", known.name(first), known.name(second))
        }
        _ => {
            let each = pairs.iter().map(|&(from, to)| format!("from {} to {}", known.name(from), known.name(to)));
            format!("{subject} {how} {}.", listed(each))
        }
    })
}

/// What is wrong at the moment, in words.
pub(super) fn active(known: &Known) -> Vec<String> {
    let told = |(fault, since): (&u16, &Instant)| {
        let what = known.setting.faults.get(usize::from(*fault)).map_or("?", String::as_str);
        format!("{what}, since {}", clock(*since))
    };
    known.active.iter().map(told).collect()
}
