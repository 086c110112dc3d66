//! Breaches and vacuities as sentences.

use super::{Outcome, Vacuity};
use crate::audit::Breach;
use crate::terms::{BoundarySet, Names};

/// What happened, with its places and its tenant by name.
pub(crate) fn sentence(breach: &Breach, names: &Names) -> String {
    let unknown = || "?".to_owned();
    let fillings = [
        ("{datacenter}", breach.datacenter.map(|datacenter| names.datacenter(datacenter).to_owned())),
        ("{unit}", breach.unit.map(|unit| names.unit(unit).to_owned())),
        ("{tenant}", breach.tenant.map(|tenant| names.tenant(tenant))),
        ("{residence}", breach.residence.map(|residence| one_of(residence, names))),
    ];
    let fill = |text: String, (hole, name): (&str, Option<String>)| text.replace(hole, &name.unwrap_or_else(unknown));
    fillings.into_iter().fold(breach.what.clone(), fill)
}

/// The boundaries of a residence: `emea`, or `emea or amer`.
pub(crate) fn one_of(residence: BoundarySet, names: &Names) -> String {
    let boundaries: Vec<_> = residence.iter().map(|boundary| names.boundary(boundary)).collect();
    if boundaries.is_empty() { "nowhere".to_owned() } else { boundaries.join(" or ") }
}

impl Outcome {
    /// What never happened, as a sentence.
    pub fn sentence_of(&self, vacuity: &Vacuity) -> String {
        match vacuity {
            Vacuity::Fault(index) => {
                let fault = &self.faults[*index];
                let (kind, what, at) = (fault.kind, &fault.description, fault.at);
                format!("fault {kind} {what}, first at {at}, took effect {} of {} times", fault.fired, fault.scheduled)
            }
            Vacuity::Invariant(id) => format!("invariant {id} is required and was never evaluated"),
            Vacuity::Cell(index) => {
                format!("no landing visited {}, which the scenario requires", self.covers[*index].title(&self.names))
            }
            Vacuity::Threshold(index) => {
                let threshold = &self.thresholds[*index].threshold;
                format!("threshold {} had nothing to measure", threshold.title(&self.names))
            }
        }
    }
}
