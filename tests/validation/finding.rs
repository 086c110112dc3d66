//! What was measured beside what a closed form predicts.

use super::statistics::Interval;

/// The widest half-width of an interval that says anything, as a share of what is predicted.
pub(crate) const WIDEST: f64 = 0.05;

/// One quantity of one case.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// Model and inputs.
    pub(crate) case: String,
    /// Which quantity, by the name in the file.
    pub(crate) quantity: String,
    /// What the closed form gives.
    pub(crate) predicted: f64,
    /// What the simulator is known to add to it, and the formula does not have: from, to.
    pub(crate) bias: (f64, f64),
    /// What was seen.
    pub(crate) seen: Seen,
}

/// What was seen of a quantity.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// The mean of independent replications.
    Mean(Interval),
    /// The least of so many, which must not be below what is predicted.
    Least(f64, usize),
    /// The greatest of so many, which must not be above it.
    Greatest(f64, usize),
}

impl Finding {
    /// A mean of independent samples.
    pub(crate) fn mean(case: &str, quantity: &str, predicted: f64, samples: &[f64]) -> Self {
        let seen = Seen::Mean(Interval::of(samples));
        Self { case: case.into(), quantity: quantity.into(), predicted, bias: (0.0, 0.0), seen }
    }

    /// The least and the greatest of samples, with what is predicted of each.
    pub(crate) fn extremes(case: &str, quantities: [&str; 2], predicted: [f64; 2], samples: &[f64]) -> [Self; 2] {
        let least = samples.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let finding = |at: usize, seen| Self {
            case: case.into(),
            quantity: quantities[at].into(),
            predicted: predicted[at],
            bias: (0.0, 0.0),
            seen,
        };
        [finding(0, Seen::Least(least, samples.len())), finding(1, Seen::Greatest(greatest, samples.len()))]
    }

    /// With a bias that the mapping states.
    pub(crate) fn biased(self, from: f64, to: f64) -> Self {
        Self { bias: (from, to), ..self }
    }

    /// From where to where the truth may lie.
    fn expected(&self) -> (f64, f64) {
        (self.predicted + self.bias.0, self.predicted + self.bias.1)
    }

    /// Whether what was seen agrees with what is predicted.
    pub(crate) fn agrees(&self) -> bool {
        let (low, high) = self.expected();
        let rounding = 1e-6 * self.predicted.abs().max(1.0);
        match self.seen {
            Seen::Mean(interval) => interval.meets(low - rounding, high + rounding),
            Seen::Least(least, _) => least >= low - rounding,
            Seen::Greatest(greatest, _) => greatest <= high + rounding,
        }
    }

    /// What a width is a share of: what is predicted or, where that is nothing, the stated bias.
    fn scale(&self) -> f64 {
        if self.predicted == 0.0 { self.bias.1 } else { self.predicted.abs() }
    }

    /// Whether it is the mean of replications, with an interval.
    pub(crate) fn is_interval(&self) -> bool {
        matches!(self.seen, Seen::Mean(_))
    }

    /// The half-width of the interval as a share of what is predicted; zero where there is no interval.
    pub(crate) fn width(&self) -> f64 {
        match self.seen {
            Seen::Mean(interval) => interval.half / self.scale(),
            Seen::Least(..) | Seen::Greatest(..) => 0.0,
        }
    }
}

/// Fails unless every finding agrees with its closed form, by intervals of at most `widest`.
pub(crate) fn assert_all(findings: &[Finding], widest: f64) {
    assert!(!findings.is_empty());
    for finding in findings {
        println!("{} {}: {finding:?}", finding.case, finding.quantity);
    }
    for finding in findings {
        assert!(finding.agrees(), "outside of its interval: {finding:#?}");
        assert!(finding.width() <= widest, "too wide to say anything: {finding:#?}");
    }
}
