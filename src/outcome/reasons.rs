//! Why a run did not pass, one sentence each.

use super::{Outcome, breach};
use crate::audit::Finding;
use crate::metrics::{Judgement, ThresholdResult};

impl Outcome {
    /// Why the verdict is what it is: broken promises first, then what never happened, then missed
    /// thresholds. Empty if everything was tested and held.
    pub fn reasons(&self) -> Vec<String> {
        let broken = self.findings.iter().filter(|finding| finding.broken > 0).map(|finding| self.breach(finding));
        let vacuous = self.vacuities();
        let vacuous = vacuous.iter().map(|vacuity| self.sentence_of(vacuity));
        let missed = self.thresholds.iter().filter(|result| result.judgement() == Judgement::Missed);
        broken.chain(vacuous).chain(missed.map(|result| self.missed(result))).collect()
    }

    fn breach(&self, finding: &Finding) -> String {
        let first = finding
            .breaches
            .first()
            .map(|one| format!(", first at {}: {}", one.at, breach::sentence(one, &self.names)));
        format!("{} broken {} of {} times{}", finding.id, finding.broken, finding.checked, first.unwrap_or_default())
    }

    fn missed(&self, result: &ThresholdResult) -> String {
        let measured = result.measured.map(|measured| measured.to_string()).unwrap_or_default();
        let threshold = &result.threshold;
        format!("threshold {} {}: {measured}", threshold.title(&self.names), threshold.limits())
    }
}
