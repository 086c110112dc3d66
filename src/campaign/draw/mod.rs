//! Scenarios drawn from a seed: from the swarm over all that is built in, or from a shape file.
//!
//! What is drawn is the text of an ordinary scenario, so whatever it finds is repeated by `run`, and told,
//! explained and shrunk as any other. The same source, seed and [`Weights`] give the same text.

mod weights;

pub use weights::Weights;

use super::random::{CampaignError, field, scenario_of};
use crate::scenario::{self, Diagnostics, Scenario, Size, Topology};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Where scenarios are drawn from.
#[derive(Clone, Debug)]
pub enum Source {
    /// All that is built in.
    Swarm(Swarm),
    /// A scenario file with ranges, choices and optional parts.
    Shape(Shape),
}

/// The swarm over all that is built in.
#[derive(Clone, Debug)]
pub struct Swarm {
    topology: Arc<Topology>,
}

/// A shape file.
#[derive(Clone, Debug)]
pub struct Shape {
    name: String,
    text: String,
    hash: String,
}

/// One scenario, drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The name that its text goes under where it has no file.
    pub name: String,
    /// The scenario, as a file would have it.
    pub text: String,
    /// The named choices that were made, in the order of names, each once: `fault:outage`, `replication:sync`.
    pub choices: Vec<String>,
}

impl Drawn {
    /// The scenario, ready to run.
    ///
    /// # Errors
    ///
    /// Where what was drawn is no scenario: of the swarm, a defect of this program; of a shape, what is wrong
    /// with the shape.
    pub fn scenario(&self) -> Result<Scenario, Diagnostics> {
        scenario::parse(&self.name, &self.text, Size::Full)
    }
}

impl Source {
    /// The swarm.
    ///
    /// # Errors
    ///
    /// If the built-in topology is refused: a defect of this program.
    pub fn swarm() -> Result<Self, CampaignError> {
        Ok(Self::Swarm(Swarm { topology: Arc::new(field()?) }))
    }

    /// A shape file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn shape(path: &Path) -> Result<Self, Diagnostics> {
        let (name, text) = (path.display().to_string(), scenario::text_of(path)?);
        let hash = scenario::parse(&name, &text, Size::Full)?.hash;
        Ok(Self::Shape(Shape { name, text, hash }))
    }

    /// What tells this source from any other that draws other scenarios from the same seeds.
    pub fn identity(&self) -> String {
        match self {
            Self::Swarm(_) => format!("swarm {}", crate::outcome::VERSION),
            Self::Shape(shape) => format!("shape {}", shape.hash),
        }
    }

    /// The scenario of a seed.
    pub fn draw(&self, seed: u64, _: &Weights) -> Drawn {
        let (name, text) = match self {
            Self::Swarm(swarm) => (format!("random-{seed}.toml"), scenario_of(&swarm.topology, seed)),
            Self::Shape(shape) => (shape.name.clone(), shape.text.clone()),
        };
        let choices = choices(&text);
        Drawn { name, text, choices }
    }
}

/// The choices that a text shows.
fn choices(text: &str) -> Vec<String> {
    let of = |line: &str| {
        let (key, word) = line.split_once(" = ")?;
        let group = ["kind", "replication", "failover"].into_iter().find(|group| *group == key)?;
        let group = if group == "kind" { "fault" } else { group };
        Some(format!("{group}:{}", word.trim_matches('"')))
    };
    text.lines().filter_map(of).collect::<BTreeSet<_>>().into_iter().collect()
}
