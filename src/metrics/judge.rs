//! Thresholds held against measurements.

use super::{Measured, Measurements, Threshold};

/// What became of a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The measured value lies within the limits.
    Met,
    /// It does not.
    Missed,
    /// There was nothing to measure, such as the RTO of a run without interruption: the threshold
    /// says nothing, and is never silently met.
    Vacuous,
}

/// A threshold and what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThresholdResult {
    /// The threshold.
    pub threshold: Threshold,
    /// What was measured; `None` where there was nothing to measure.
    pub measured: Option<Measured>,
}

impl ThresholdResult {
    /// What became of it.
    pub fn judgement(&self) -> Judgement {
        let Some(measured) = self.measured else { return Judgement::Vacuous };
        let Threshold { min, max, .. } = self.threshold;
        let within = min.is_none_or(|min| measured >= min) && max.is_none_or(|max| measured <= max);
        if within { Judgement::Met } else { Judgement::Missed }
    }
}

/// Holds a threshold against what was measured. Its limits are of the metric's own dimension.
pub fn judge(threshold: &Threshold, measurements: &Measurements) -> ThresholdResult {
    let measured = measurements.value(threshold.metric, threshold.scope);
    ThresholdResult { threshold: *threshold, measured }
}
