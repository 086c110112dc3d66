//! What may go wrong in a run: one row for each kind.
//!
//! Each kind is wholly absent from half of all runs, for what is always there hides what it masks. Those that are
//! present share one to seven strikes, each at a moment, a place and for a length of its own.

mod correlated;
mod in_turn;
mod single;

use super::super::pen::{Pen, one_of};
use super::budget::Budget;
use super::ground::{Field, Ground};
use super::moment::SAFETY;
use crate::sim::chance::Chance;
use crate::terms::Span;
use std::ops::Range;

/// Something that may go wrong.
pub(super) struct Kind {
    /// Its name, as in `fault:outage`.
    pub(super) name: &'static str,
    /// Whether a unit survives it by itself, so that it may strike within the budget.
    survivable: bool,
    /// Draws the figures, and writes it.
    strike: fn(&mut Strike<'_, '_>),
}

const fn single(name: &'static str, strike: fn(&mut Strike<'_, '_>)) -> Kind {
    Kind { name, survivable: true, strike }
}

const fn several(name: &'static str, strike: fn(&mut Strike<'_, '_>)) -> Kind {
    Kind { name, survivable: false, strike }
}

/// Every kind. One more is a row here.
pub(super) const KINDS: [Kind; 36] = [
    single("outage", |strike| strike.of_voter("outage")),
    single("pause", |strike| strike.of_voter("pause")),
    single("pause-unit", |strike| strike.of_unit("pause", "")),
    single("isolate", single::isolate),
    single("partition", single::partition),
    single("partition-one-way", single::one_way),
    single("degrade", single::degrade),
    single("storage-loss", single::storage_loss),
    single("restore-copy", single::restore_copy),
    single("clock-offset", single::clock_offset),
    single("clock-drift", single::clock_drift),
    single("surge", single::surge),
    single("slow-disk", single::slow_disk),
    single("cooling", single::cooling),
    single("config-push", single::config_push),
    single("planned", |strike| strike.order("planned")),
    single("forced", |strike| strike.order("forced")),
    single("export", |strike| strike.order("export")),
    single("support-dump", |strike| strike.order("support-dump")),
    single("refuse-copies", single::refuse_copies),
    single("map-rollout", single::map_rollout),
    single("region-probe", single::region_probe),
    several("clock-beyond", correlated::clock_beyond),
    several("outage-of-pair", correlated::outage_of_pair),
    several("outage-of-boundary", correlated::outage_of_boundary),
    several("outage-with-witness", correlated::outage_with_witness),
    several("shared-cause", correlated::shared_cause),
    several("swizzle", correlated::swizzle),
    several("flaps", correlated::flaps),
    several("both-disks", correlated::both_disks),
    several("lone-survivor", correlated::lone_survivor),
    several("restart-in-turn", correlated::restart_in_turn),
    several("probe-at-failover", in_turn::probe_at_failover),
    several("burnt-down", in_turn::burnt_down),
    several("tail-left", in_turn::tail_left),
    several("clocks-part", in_turn::clocks_part),
];

/// One strike while it is drawn.
struct Strike<'a, 'w> {
    pen: &'a mut Pen<'w>,
    chance: Chance,
    field: &'a Field,
    /// The boundary in which it strikes.
    ground: &'a Ground,
    /// The places of all that are populated.
    populated: &'a [usize],
    budget: &'a mut Budget,
    /// When it may be on, in milliseconds.
    slot: Range<u64>,
    /// Whether failover waits for an operator.
    by_operator: bool,
}

/// Draws which kinds there are, and then the strikes.
pub(super) fn faults(pen: &mut Pen<'_>, field: &Field, populated: &[usize], budget: &mut Budget, by_operator: bool) {
    let present = |kind: &&Kind| (kind.survivable || !budget.within) && pen.present("fault", kind.name);
    let present: Vec<&Kind> = KINDS.iter().filter(present).collect();
    let names: Vec<&str> = present.iter().map(|kind| kind.name).collect();
    let strikes = pen.chance(&["strikes"]).between(1, 8);
    for nth in 0..strikes {
        let mut chance = pen.chance(&["strike", &nth.to_string()]);
        let name = pen.choose_with(&mut chance, "fault", &names);
        let Some(kind) = present.iter().find(|kind| Some(kind.name) == name) else { continue };
        let ground = &field.grounds[*one_of(&mut chance, populated)];
        let slot = budget.slot(nth, strikes);
        (kind.strike)(&mut Strike { pen, chance, field, ground, populated, budget, slot, by_operator });
    }
}

impl Strike<'_, '_> {
    /// A fault of one datacenter that has a voter, for a while.
    fn of_voter(&mut self, kind: &str) {
        let datacenter = self.voter();
        self.lasting(kind, &format!("datacenter = \"{datacenter}\""));
    }

    /// A fault of one unit at one datacenter, for a while.
    fn of_unit(&mut self, kind: &str, more: &str) {
        let (datacenter, unit) = (self.voter(), self.unit());
        self.lasting(kind, &format!("datacenter = \"{datacenter}\"\nunit = \"{unit}\"{more}"));
    }

    fn order(&mut self, order: &str) {
        let (at, unit) = (self.moment(), self.unit());
        self.at("operator", at, &format!("unit = \"{unit}\"\norder = \"{order}\""));
    }

    /// A fault with a length.
    fn lasting(&mut self, kind: &str, what: &str) {
        let (at, lasts) = (self.moment(), self.length());
        self.at(kind, at, &format!("{what}\nfor = \"{lasts}ms\""));
        if matches!(kind, "outage" | "isolate" | "pause") {
            self.reaction(at);
        }
    }

    /// Where failover waits for an operator, one often reacts.
    fn reaction(&mut self, at: u64) {
        if self.by_operator && self.chance.ppm(600_000) {
            let ordered = (at + self.chance.between(5_000, 60_000)).min(END - 1);
            for unit in self.ground.units.clone() {
                self.at("operator", ordered, &format!("unit = \"{unit}\"\norder = \"forced\""));
            }
        }
    }

    /// Writes one fault, if it strikes in time.
    fn at(&mut self, kind: &str, at: u64, what: &str) {
        if at < END {
            fault(self.pen, kind, at, what);
        }
    }

    fn moment(&mut self) -> u64 {
        self.chance.between(self.slot.start, self.slot.end)
    }

    /// A moment, some seconds or some minutes; within a slot, no longer than that.
    fn length(&mut self) -> u64 {
        let (shortest, longest) = *one_of(&mut self.chance, &[(200, 5_000), (5_000, 30_000), (30_000, 180_000)]);
        let longest = if self.budget.within { longest.min(self.slot.end - self.slot.start) } else { longest };
        self.chance.between(shortest.min(longest), longest)
    }

    fn voter(&mut self) -> String {
        self.ground.voter(&mut self.chance).to_owned()
    }

    /// Both sites, in one of both orders.
    fn pair(&mut self) -> [String; 2] {
        let [a, b] = self.ground.sites.clone();
        if self.chance.ppm(500_000) { [a, b] } else { [b, a] }
    }

    fn link(&mut self) -> (String, String) {
        let (from, to) = self.ground.link(&mut self.chance);
        (from.to_owned(), to.to_owned())
    }

    fn unit(&mut self) -> String {
        one_of(&mut self.chance, &self.ground.units).clone()
    }

    /// So many of a hundred, and a sign in half of all cases.
    fn signed(&mut self, from: u64, to: u64) -> String {
        let sign = *one_of(&mut self.chance, &["", "-"]);
        format!("{sign}{}", self.chance.between(from, to))
    }
}

/// Writes one fault.
pub(super) fn fault(pen: &mut Pen<'_>, kind: &str, at: u64, what: &str) {
    pen.line(&format!("\n[[fault]]\nkind = \"{kind}\"\nat = \"{at}ms\"\n{what}"));
}

/// The end of the safety phase, in milliseconds.
pub(super) const END: u64 = SAFETY.as_micros() / Span::millis(1).as_micros();
