//! Scenarios drawn from a seed: from the swarm over all that is built in, or from a shape file.
//!
//! What is drawn is the text of an ordinary scenario, so whatever it finds is repeated by `run`, and told,
//! explained and shrunk as any other. The same source, seed and [`Weights`] give the same text.

mod pen;
mod shape;
mod swarm;
mod weights;

pub use shape::Shape;
pub use swarm::Swarm;
pub use weights::Weights;

use super::CampaignError;
use crate::scenario::{self, Diagnostics, Lowered, Scenario, Size};
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

/// One scenario, drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The name that its text goes under where it has no file.
    pub name: String,
    /// The scenario, as a file would have it.
    pub text: String,
    /// The named choices that were made, in the order of names, each once: `fault:outage`, `replication:sync`.
    pub choices: Vec<String>,
    /// Where it was drawn from, if from a shape.
    lowered: Option<(Arc<scenario::Shape>, Lowered)>,
}

impl Drawn {
    /// The scenario, ready to run.
    ///
    /// # Errors
    ///
    /// Where what was drawn is no scenario: of the swarm, a defect of this program; of a shape, what is wrong
    /// with the shape.
    pub fn scenario(&self) -> Result<Scenario, Diagnostics> {
        match &self.lowered {
            Some((shape, lowered)) => shape.scenario(lowered, Size::Full),
            None => scenario::parse(&self.name, &self.text, Size::Full),
        }
    }
}

impl Source {
    /// The swarm.
    ///
    /// # Errors
    ///
    /// If the built-in topology is refused: a defect of this program.
    pub fn swarm() -> Result<Self, CampaignError> {
        Swarm::new().map(Self::Swarm)
    }

    /// A shape file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn shape(path: &Path) -> Result<Self, Diagnostics> {
        Shape::load(path).map(Self::Shape)
    }

    /// What tells this source from any other that draws other scenarios from the same seeds.
    pub fn identity(&self) -> String {
        match self {
            Self::Swarm(_) => format!("swarm {}", crate::outcome::VERSION),
            Self::Shape(shape) => format!("shape {} {}", shape.hash(), crate::outcome::VERSION),
        }
    }

    /// The scenario of a seed.
    pub fn draw(&self, seed: u64, weights: &Weights) -> Drawn {
        match self {
            Self::Swarm(swarm) => swarm.draw(seed, weights),
            Self::Shape(shape) => shape.draw(seed, weights),
        }
    }
}
