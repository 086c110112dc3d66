//! Confidence intervals of means of independent replications.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The chance that every interval of the whole table holds its true mean is at least this.
const FAMILY_WISE: f64 = 0.999;

/// No more intervals than this share that chance (Bonferroni); the report asserts it.
pub(crate) const INTERVALS: usize = 100;

/// The mean of independent samples, and how far from it the true mean may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    /// The mean of the samples.
    pub(crate) mean: f64,
    /// Half the width of its confidence interval.
    pub(crate) half: f64,
    /// How many samples.
    pub(crate) count: usize,
}

impl Interval {
    /// Student's interval of samples that are independent of each other and, as means of many
    /// happenings each or in their number, near enough to normal.
    pub(crate) fn of(samples: &[f64]) -> Self {
        let count = samples.len();
        assert!(count >= 2, "one sample has no spread");
        let mean = samples.iter().sum::<f64>() / count as f64;
        let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count - 1) as f64;
        Self { mean, half: quantile(count) * (variance / count as f64).sqrt(), count }
    }

    /// Whether the interval meets the range from `low` to `high`.
    pub(crate) fn meets(&self, low: f64, high: f64) -> bool {
        self.mean - self.half <= high && self.mean + self.half >= low
    }
}

/// How many standard errors the half-width is.
fn quantile(count: usize) -> f64 {
    let tail = (1.0 - FAMILY_WISE) / INTERVALS as f64 / 2.0;
    let student = StudentsT::new(0.0, 1.0, (count - 1) as f64).expect("at least one degree of freedom");
    student.inverse_cdf(1.0 - tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // 0.999995, two-sided tail 10⁻⁵: 4.417 for the normal law, which many degrees come near.
        assert!((quantile(1_000_000) - 4.4172).abs() < 1e-3, "{}", quantile(1_000_000));
        assert!(quantile(10) > 8.8 && quantile(10) < 8.9, "{}", quantile(10));
    }

    #[test]
    fn an_interval_of_equal_samples_is_a_point() {
        let interval = Interval::of(&[3.0, 3.0, 3.0]);
        assert!(interval.meets(3.0, 3.0) && !interval.meets(3.1, 4.0));
    }
}
