//! One cell of the table with one seed: its scenario, run, and what was seen of the scale unit.

use super::rows::{GRACE, LEASE, Loss, ORDERED_AFTER, Promise, RPO, Row, Takeover, Writes};
use crate::campaign::leases::Leases;
use crate::campaign::run::{Options, run_beside};
use crate::facts::{Fact, Observer};
use crate::outcome::{FaultOutcome, Outcome};
use crate::scenario::{self, Diagnostics, Scenario, Size};
use crate::service::Shipped;
use crate::service::policy::Replication;
use crate::terms::{Instant, Refusal, Side, Span, Unit};

/// When the faults strike, at the earliest, and for how long.
const ONSET: Span = Span::secs(90);
const LASTS: Span = Span::secs(120);

/// A client's back-off comes after the moment from which the unit can acknowledge.
const CLIENTS: Span = Span::secs(3);

/// What was seen in one run of a cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Acknowledgements of each side once a failover, where there is one, is over.
    pub(super) acknowledged: [u64; 2],
    /// Refusals by class meanwhile.
    pub(super) refused: [u64; Refusal::CLASSES.len()],
    /// Reads that were shown the unit's part meanwhile.
    pub(super) reads: u64,
    /// From the onset to the other site's lease, and to its first acknowledgement.
    pub(super) held: Option<Span>,
    pub(super) served: Option<Span>,
    /// Acknowledged records that the new holder lacked, over what stretch, and whether it said so.
    pub(super) missing: u64,
    pub(super) stretch: Span,
    pub(super) declared: bool,
    /// Acknowledged records that are on no disk at the end.
    pub(super) lost: u64,
    /// What went against the promise.
    pub(super) failures: Vec<String>,
}

/// Runs a cell with a seed and holds it to its promise.
pub(super) fn seen(row: &Row, replication: Replication, promise: &Promise, seed: u64) -> Result<Seen, Diagnostics> {
    // The phase between renewals and fault differs from seed to seed.
    let onset = ONSET + Span::millis(seed * 7_919 % 10_000);
    let scenario = scenario::parse("survivability.toml", &text(row, replication, promise, onset), Size::Full)?;
    let unit = scenario.topology.unit("emea-1").unwrap_or_default();
    let bound = scenario.plan.policy.rto_bound();
    let waits = match promise.takeover {
        Takeover::Never | Takeover::Prompt => Span::ZERO,
        Takeover::Graced => GRACE,
        Takeover::Forced | Takeover::Refounded => ORDERED_AFTER,
    };
    let onset = scenario.plan.start + onset;
    let sight = Sight::new(&scenario, unit, onset, [onset + bound + waits + CLIENTS, onset + LASTS]);
    let observers = (Leases::new(scenario.plan.units.len()), sight);
    let (outcome, (leases, sight)) = run_beside(&scenario, seed, Shipped, Options::default(), observers);
    let mut found = sight.seen;
    measure(&mut found, &outcome, &leases, unit, onset);
    found.failures = failures(&found, promise, bound, &outcome);
    Ok(found)
}

fn text(row: &Row, replication: Replication, promise: &Promise, onset: Span) -> String {
    let millis = |span: Span| format!("\"{}ms\"", span.as_micros() / 1_000);
    let times = [
        ("ONSET", onset),
        ("BEFORE", onset.saturating_sub(Span::secs(40))),
        ("AFTER", onset + Span::millis(100)),
        ("ORDER", onset + ORDERED_AFTER),
    ];
    let fault = if row.faults.is_empty() { String::new() } else { format!("\n[[fault]]\n{}\n", row.faults) };
    let faults = times
        .iter()
        .fold(fault, |text, &(name, at)| text.replace(&format!("at = {name}"), &format!("at = {}", millis(at))));
    let grace = if promise.takeover == Takeover::Forced { "\"never\"".to_owned() } else { millis(GRACE) };
    let (mode, lag) = (replication.name(), millis(RPO));
    format!(
        "schema_version = 1\nname = \"survivability\"\nstart = 2019-05-06T09:00:00Z\nduration = \"4m\"\nsettle = \"10m\"\n\
         topology = {{ datacenter_defaults = {{ boot = \"10s\" }} }}\n\
         [service]\nreplication = \"{mode}\"\n{LEASE}maximum_lag_on_failover = {lag}\n\
         grace_period_with_data_loss = {grace}\nfailback = \"manual\"\n\
         [population]\ntenants = 4\nusers_per_tenant = 15\ncountries = {{ DE = 1 }}\nabroad = \"0%\"\nprivate = \"0%\"\n\
         [traffic]\nrecords_per_user_day = 4000.0\nreads_per_user_day = 1000.0\n{faults}"
    )
}

/// Watches one unit from the onset on.
struct Sight {
    unit: Unit,
    sites: [crate::terms::Datacenter; 2],
    onset: Instant,
    /// The time in which the promise of writes must hold.
    settled: [Instant; 2],
    seen: Seen,
}

impl Sight {
    fn new(scenario: &Scenario, unit: Unit, onset: Instant, settled: [Instant; 2]) -> Self {
        let sites = scenario.topology.units[unit.index()].sites;
        Self { unit, sites, onset, settled, seen: Seen::default() }
    }
}

impl Observer for Sight {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        let settled = (self.settled[0]..self.settled[1]).contains(&at);
        match *fact {
            Fact::Acknowledged { unit, datacenter, .. } if unit == self.unit && at >= self.onset => {
                let Some(side) = Side::BOTH.into_iter().find(|side| self.sites[side.index()] == datacenter) else {
                    return;
                };
                self.seen.acknowledged[side.index()] += u64::from(settled);
                if side == Side::B {
                    self.seen.served.get_or_insert(at - self.onset);
                }
            }
            Fact::WriteRefused { unit, refusal, .. } if unit == Some(self.unit) && settled => {
                self.seen.refused[refusal.class()] += 1;
            }
            Fact::Read { shown, .. } if settled => self.seen.reads += u64::from(shown.contains(self.unit)),
            _ => {}
        }
    }
}

fn measure(seen: &mut Seen, outcome: &Outcome, leases: &Leases, unit: Unit, onset: Instant) {
    let during = |at: Instant| at >= onset && at < onset + LASTS;
    let takeover = leases.takeovers.iter().find(|takeover| takeover.unit == unit && during(takeover.at));
    seen.held = takeover.map(|takeover| takeover.at - onset);
    let failovers = outcome.measurements.failovers.iter();
    for failover in failovers.filter(|failover| failover.unit == unit && during(failover.promoted)) {
        seen.missing += failover.missing;
        seen.stretch = seen.stretch.max(failover.rpo);
        seen.declared |= failover.declared.is_some();
    }
    seen.lost = outcome.measurements.writes.units[unit.index()].lost;
}

fn failures(seen: &Seen, promise: &Promise, bound: Span, outcome: &Outcome) -> Vec<String> {
    let broken = outcome.findings.iter().filter(|finding| finding.broken > 0);
    let mut failures: Vec<String> = broken.map(|finding| format!("{} was broken", finding.id)).collect();
    let mut expect = |kept: bool, what: &str| {
        if !kept {
            failures.push(what.to_owned());
        }
    };
    // Under `sync-strict` an operator has nothing left to force.
    let took_effect = |fault: &FaultOutcome| fault.fired > 0 || fault.kind == "operator";
    expect(outcome.faults.iter().all(took_effect), "a fault never took effect");
    match promise.writes {
        Writes::Served(side) => {
            expect(seen.acknowledged[side.index()] > 0, "nobody served");
            expect(seen.acknowledged[side.peer().index()] == 0, "the other site served too");
        }
        Writes::Refused(reasons) => {
            let named = |class: usize| reasons.iter().any(|reason| reason.class() == class);
            expect(seen.acknowledged == [0, 0], "writes were acknowledged");
            expect(seen.refused[reasons[0].class()] > 0, "nothing was refused for the promised reason");
            let others = seen.refused.iter().enumerate().any(|(class, &count)| count > 0 && !named(class));
            expect(!others, "something was refused for another reason");
        }
    }
    let (earliest, latest) = match promise.takeover {
        Takeover::Never => {
            expect(seen.held.is_none(), "the other site took over");
            (Span::ZERO, Span::MAX)
        }
        Takeover::Prompt => (Span::ZERO, bound),
        Takeover::Graced => (GRACE, GRACE + bound),
        Takeover::Forced | Takeover::Refounded => (ORDERED_AFTER, ORDERED_AFTER + bound),
    };
    if promise.takeover != Takeover::Never {
        expect(seen.held.is_some_and(|held| earliest <= held && held <= latest), "the takeover was not in its time");
    }
    match promise.loss {
        Loss::None => expect(seen.missing == 0 && seen.lost == 0, "acknowledged records were lost"),
        Loss::Rpo => expect(seen.stretch <= RPO + Span::secs(1) && seen.lost == 0, "more was lost than the RPO"),
        Loss::Declared => expect(seen.missing == 0 || seen.declared, "a loss was not declared"),
    }
    failures
}
