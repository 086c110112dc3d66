//! The swarm: a scenario drawn from all that is built in.
//!
//! **What is drawn.** The topology and its variants, the quality of links, access, disks and datacenters, clocks
//! within what is declared (`ground`); when the run starts, before, around or after the effective instant
//! (`moment`); every key of `[service]` (`policy`); who uses it, in one boundary or in several, and countries that
//! nobody serves (`people`); tenants that move, change their mind, or go local with their country, apps that are
//! upgraded, and inventories (`changes`); seats that get another place (`replacements`); faults of every kind, single,
//! correlated, and one meeting what another has begun (`faults`), within a budget or beyond it (`budget`); and whether
//! everything is healed in the end.
//!
//! **What is not**, for the survivability table says nothing definite of it: the loss of more than two disks, unless
//! both of a pair go at once; an operator who orders a restore while one disk of a pair is well, or a register
//! founded anew while two voters live; `disk_timeout = "never"`, with which a disk that nobody gives up stops a unit
//! for as long as it is slow. And nothing that takes hours: a run lasts eight minutes, so that it takes hundredths
//! of a second.

mod budget;
mod changes;
mod faults;
mod ground;
mod moment;
mod people;
mod policy;
mod replacements;

use super::pen::Pen;
use super::{Drawn, Weights};
use crate::campaign::CampaignError;
use crate::scenario::{BUILT_IN, load_topology};
use budget::Budget;
use ground::Field;
use moment::{SAFETY, Start};
use std::sync::Arc;

/// Draws scenarios from all that is built in.
#[derive(Clone, Debug)]
pub struct Swarm {
    field: Arc<Field>,
}

impl Swarm {
    /// Over the built-in topology.
    pub(super) fn new() -> Result<Self, CampaignError> {
        let topology = load_topology(BUILT_IN).map_err(CampaignError::Scenario)?;
        Ok(Self { field: Arc::new(Field::of(&topology)) })
    }

    /// The scenario of a seed.
    pub(super) fn draw(&self, seed: u64, weights: &Weights) -> Drawn {
        let mut pen = Pen::new(seed, weights);
        let start = Start::draw(&mut pen);
        let heals = pen.choose("after", &["heal-all", "lose-one"]) != Some("lose-one");
        pen.line(&format!("schema_version = 1\nname = \"swarm-{seed}\"\nseed = {seed}\nstart = {}", start.at));
        pen.line(&format!("duration = \"{SAFETY}\"\nsettle = \"15m\""));
        if !heals {
            pen.line("after = \"lose-one\"");
        }
        let field = Field::clone(&self.field).draw(&mut pen);
        let policies = policy::policies(&mut pen);
        if start.moved {
            pen.line(&format!("effective = {}", start.effective));
        }
        let populated = populated(&mut pen, &field);
        let named = people::people(&mut pen, &field, &populated, &start);
        let mut budget = Budget::draw(&mut pen);
        faults::faults(&mut pen, &field, &populated, &mut budget, policies.by_operator);
        budget.witnesses(&mut pen, &field, &start);
        changes::moves(&mut pen, &field, &named, &start, &mut budget);
        changes::upgrades(&mut pen);
        changes::inventories(&mut pen);
        replacements::replacements(&mut pen, &field, &populated, &mut budget);
        budget.expect(&mut pen, policies.strict, heals);
        let (text, choices) = pen.finish();
        let homes: Vec<_> = populated.iter().map(|&place| field.grounds[place].boundary.as_str()).collect();
        let text = prose(seed, weights, &homes, &choices) + &text;
        Drawn { name: format!("seed-{seed}.toml"), text, choices, lowered: None }
    }
}

/// The places of the boundaries that have tenants.
fn populated(pen: &mut Pen<'_>, field: &Field) -> Vec<usize> {
    let many = match pen.choose("boundaries", &["one", "two", "all"]) {
        Some("two") => 2,
        Some("all") => field.grounds.len(),
        _ => 1,
    };
    let homes: Vec<_> = (0..field.grounds.len()).filter(|&place| !field.grounds[place].countries.is_empty()).collect();
    let first = pen.chance(&["boundaries", "first"]).below(homes.len() as u64) as usize;
    homes.iter().cycle().skip(first).take(many.min(homes.len())).copied().collect()
}

/// The comment that opens the file: all that was decided.
fn prose(seed: u64, weights: &Weights, homes: &[&str], choices: &[String]) -> String {
    let own: Vec<_> = weights.iter().map(|(choice, weight)| format!("{choice} = {weight}")).collect();
    let weighed = if own.is_empty() { "all weights even".to_owned() } else { format!("weights {}", own.join(", ")) };
    let words = format!(
        "Random faults in {}, drawn from seed {seed} by the swarm, {weighed}. What was chosen: {}.",
        homes.join(", "),
        choices.join(", ")
    );
    commented(&words)
}

/// Words as a comment, in lines that fit.
fn commented(words: &str) -> String {
    let (mut text, mut line) = (String::new(), String::from("#"));
    for word in words.split(' ') {
        if line.len() + word.len() > 115 {
            text += &line;
            text += "\n";
            line = "#".into();
        }
        line += " ";
        line += word;
    }
    text + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::draw::Source;
    use std::collections::BTreeSet;

    fn swarm() -> Source {
        Source::swarm().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn every_seed_is_a_scenario_and_over_some_of_them_every_kind_of_fault_strikes() {
        let (swarm, mut kinds, mut drawn_kinds) = (swarm(), BTreeSet::new(), BTreeSet::new());
        for seed in 0..400 {
            let drawn = swarm.draw(seed, &Weights::even());
            let scenario = drawn.scenario().unwrap_or_else(|found| panic!("seed {seed}: {found}\n{}", drawn.text));
            assert_eq!((scenario.default_seed, scenario.name), (seed, format!("swarm-{seed}")));
            kinds.extend(scenario.plan.faults.iter().map(|fault| fault.kind.name()));
            drawn_kinds.extend(drawn.choices.into_iter().filter(|choice| choice.starts_with("fault:")));
        }
        let every: BTreeSet<_> = faults::KINDS.iter().map(|kind| format!("fault:{}", kind.name)).collect();
        assert_eq!(drawn_kinds, every);
        assert_eq!(kinds, crate::scenario::FAULT_KINDS.iter().copied().collect());
    }

    #[test]
    fn a_seed_gives_the_same_scenario_again() {
        let (swarm, even) = (swarm(), Weights::even());
        assert_eq!(swarm.draw(7, &even).text, swarm.draw(7, &even).text);
        assert_ne!(swarm.draw(7, &even).text, swarm.draw(8, &even).text);
    }

    #[test]
    fn nobody_is_expected_to_wait_in_the_dark_who_may_begin_conversations_abroad() {
        let (swarm, even) = (swarm(), Weights::even());
        let abroad = [291_658, 306_064, 451_131, 538_503].map(|seed| (seed, false));
        for (seed, expected) in abroad.into_iter().chain([(845, true)]) {
            let text = swarm.draw(seed, &even).text;
            assert!(text.contains("kind = \"outage\"") && text.contains("abroad = \"40%\""), "{seed}: {text}");
            assert_eq!(text.contains("metric = \"queued\""), expected, "{seed}: {text}");
        }
    }

    #[test]
    fn what_weighs_nothing_is_absent_and_what_is_left_is_drawn_as_before() {
        let mut weights = Weights::even();
        weights.set("replication:async", 0);
        weights.set("fault:outage", 0);
        let swarm = swarm();
        for seed in 0..60 {
            let drawn = swarm.draw(seed, &weights);
            assert!(!drawn.choices.iter().any(|choice| choice == "replication:async" || choice == "fault:outage"));
            assert!(drawn.text.contains("replication:async = 0") && drawn.scenario().is_ok(), "{}", drawn.text);
            let even = swarm.draw(seed, &Weights::even());
            let topologies =
                |drawn: &Drawn| drawn.choices.iter().find(|choice| choice.starts_with("topology:")).cloned();
            assert_eq!(topologies(&drawn), topologies(&even), "another place's draws have moved");
        }
    }
}
