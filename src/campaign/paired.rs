//! The median of paired differences, with an interval that assumes nothing of how they are distributed.
//!
//! Each difference is above the median or below it as a fair coin falls. So the median lies between the `k`th
//! smallest and the `k`th greatest of `n`, but for the chance that fewer than `k` coins fall on one side: an exact
//! figure, without a draw.

/// Between what a median lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// At least this.
    pub low: i64,
    /// At most this.
    pub high: i64,
}

/// The interval that misses the median with a chance of at most `miss`; `None` where there are too few.
pub(super) fn interval(sorted: &[i64], miss: f64) -> Option<Interval> {
    let rank = rank(sorted.len(), miss)?;
    Some(Interval { low: sorted[rank - 1], high: sorted[sorted.len() - rank] })
}

/// The greatest `k` for which fewer than `k` of `n` coins fall on either side with a chance of at most `miss`.
fn rank(n: usize, miss: f64) -> Option<usize> {
    // From the middle outwards: at the ends the chances are too small to be told from zero, and may be.
    let half = n / 2;
    let mut chance = (1..=half).map(|i| (2 * i - 1) as f64 / (2 * i) as f64).product::<f64>();
    if n % 2 == 1 {
        chance *= n as f64 / (half + 1) as f64 / 2.0;
    }
    let mut chances = vec![0.0; half + 1];
    for i in (0..=half).rev() {
        chances[i] = chance;
        chance *= i as f64 / (n - i + 1) as f64;
    }
    let mut below = 0.0;
    let within = chances.iter().take_while(|&&chance| {
        below += chance;
        2.0 * below <= miss
    });
    Some(within.count()).filter(|&rank| rank > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_tables_of_the_sign_test() {
        for (n, at_five_percent) in [
            (5, None),
            (6, Some(1)),
            (8, Some(1)),
            (9, Some(2)),
            (12, Some(3)),
            (20, Some(6)),
            (25, Some(8)),
            (100, Some(40)),
        ] {
            assert_eq!(rank(n, 0.05), at_five_percent, "{n}");
        }
        assert_eq!((rank(0, 0.05), rank(20, 0.01), rank(1, 1.0)), (None, Some(4), Some(1)));
    }

    #[test]
    fn many_pairs_are_no_trouble() {
        // Beside the half lie about 1.96 standard deviations of √n / 2.
        let rank = rank(100_000, 0.05).unwrap();
        assert!((49_689..=49_691).contains(&rank), "{rank}");
    }

    #[test]
    fn the_interval_lies_between_the_ranked_differences() {
        let sorted: Vec<i64> = (1..=20).collect();
        assert_eq!(interval(&sorted, 0.05), Some(Interval { low: 6, high: 15 }));
        assert_eq!(interval(&sorted[..5], 0.05), None);
    }
}
