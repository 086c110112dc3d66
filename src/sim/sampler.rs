//! Laws that chance follows, over integers: exponential, Poisson, by weight, Zipf.
//!
//! Nothing here depends on the machine: tables are made of integers, or by `libm`.

use super::chance::Chance;

/// Values of the logarithm between 1 and 2; linear between them it is right to 1.2·10⁻⁷.
const STEPS: usize = 1 << 10;
/// ln 2 with 32 binary places.
const LN_2: u64 = 0xB172_17F7;
static LOGARITHM: [u32; STEPS + 1] = logarithms();

/// −ln(U) with 32 binary places, where U is `bits` as an even draw from (0, 1].
#[inline]
pub(super) fn exponential_q32(bits: u64) -> u64 {
    let bits = bits.max(1);
    let halvings = bits.leading_zeros();
    let mantissa = bits << halvings << 1;
    let (step, part) = ((mantissa >> 54) as usize, mantissa << 10 >> 32);
    let (low, high) = (u64::from(LOGARITHM[step]), u64::from(LOGARITHM[step + 1]));
    let logarithm = low + (((high - low) * part) >> 32);
    u64::from(halvings + 1) * LN_2 - logarithm
}

/// How many exponential gaps (32 binary places, mean 1) fit into a mean given in thousandths.
pub(super) fn poisson(mean_milli: u64, mut gap: impl FnMut() -> u64) -> u64 {
    let mut left = u128::from(mean_milli) << 32;
    for count in 0.. {
        match left.checked_sub(u128::from(gap()) * 1_000) {
            Some(rest) => left = rest,
            None => return count,
        }
    }
    u64::MAX
}

/// ln(1 + i/STEPS) with 32 binary places.
#[expect(clippy::cast_possible_truncation, reason = "ln 2 is less than 1")]
const fn logarithms() -> [u32; STEPS + 1] {
    let mut table = [LN_2 as u32; STEPS + 1];
    let mut i = 0;
    while i < STEPS {
        let log2 = binary_logarithm((1 << 63) + ((i as u64) << 53));
        table[i] = ((log2 as u128 * LN_2 as u128) >> 32) as u32;
        i += 1;
    }
    table
}

/// log₂ of `x`/2⁶³ (at least 1, less than 2) with 32 binary places, digit by digit: squaring a
/// number doubles its logarithm.
#[expect(clippy::cast_possible_truncation, reason = "the square is halved when it reaches 2")]
const fn binary_logarithm(mut x: u64) -> u64 {
    let (mut digits, mut i) = (0, 0);
    while i < 32 {
        let square = (x as u128 * x as u128) >> 63;
        let carry = square >> 64;
        x = (square >> carry) as u64;
        digits = digits << 1 | carry as u64;
        i += 1;
    }
    digits
}

/// Draws places of a list by weight.
#[derive(Clone, Debug)]
pub struct Weighted {
    /// The sum of the weights up to and with each place.
    sums: Vec<u64>,
}

impl Weighted {
    /// A law over the places of `weights`; `None` if they sum to zero.
    pub fn new(weights: impl IntoIterator<Item = u32>) -> Option<Self> {
        let running = |sum: &mut u64, weight| {
            *sum += u64::from(weight);
            Some(*sum)
        };
        let sums: Vec<u64> = weights.into_iter().scan(0, running).collect();
        (sums.last().copied().unwrap_or(0) > 0).then_some(Self { sums })
    }

    /// Draws a place.
    #[inline]
    pub fn draw(&self, chance: &mut Chance) -> usize {
        self.place_of(chance.below(self.total()))
    }

    /// Draws a place that is not `banned`; `None` if no other has any weight.
    pub fn draw_except(&self, banned: usize, chance: &mut Chance) -> Option<usize> {
        let from = banned.checked_sub(1).map_or(0, |before| self.sums[before]);
        let gap = self.sums[banned] - from;
        let rest = self.total() - gap;
        (rest > 0).then(|| {
            let drawn = chance.below(rest);
            self.place_of(if drawn < from { drawn } else { drawn + gap })
        })
    }

    fn place_of(&self, drawn: u64) -> usize {
        self.sums.partition_point(|&sum| sum <= drawn)
    }

    fn total(&self) -> u64 {
        self.sums[self.sums.len() - 1]
    }
}

/// Zipf's law: rank `r` (from zero) is drawn in proportion to `(r + 1)^-exponent`.
///
/// The sums of a short list begin those of a long one, so one table serves lists of every length.
#[derive(Clone, Debug)]
pub struct Zipf {
    /// The sum of the weights up to and with each rank, with 40 binary places.
    sums: Vec<u64>,
}

impl Zipf {
    /// The longest list: the sums of a longer one could overflow.
    pub const LONGEST: u32 = (1 << 24) - 1;

    /// The law for lists of up to `longest` ranks.
    ///
    /// # Panics
    ///
    /// If `longest` is above [`Zipf::LONGEST`].
    pub fn new(exponent: f64, longest: u32) -> Self {
        assert!(longest <= Self::LONGEST, "a list of {longest} ranks");
        let running = |sum: &mut u64, rank| {
            *sum += zipf_weight(exponent, rank);
            Some(*sum)
        };
        Self { sums: (1..=longest.max(1)).scan(0, running).collect() }
    }

    /// Draws a rank from `0..ranks`.
    ///
    /// # Panics
    ///
    /// If `ranks` is zero, or longer than the law was made for.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "less than `ranks`")]
    pub fn draw(&self, ranks: u32, chance: &mut Chance) -> u32 {
        let sums = &self.sums[..ranks as usize];
        let drawn = chance.below(sums[sums.len() - 1]);
        sums.partition_point(|&sum| sum <= drawn) as u32
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 2⁴⁰")]
fn zipf_weight(exponent: f64, rank: u32) -> u64 {
    let weight = libm::pow(f64::from(rank), -exponent).min(1.0) * (1u64 << 40) as f64;
    (weight as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::chance::Purpose;

    const DRAWS: u32 = 200_000;

    fn stream() -> Chance {
        Chance::open(11, Purpose::Device, 0)
    }

    #[test]
    fn the_table_of_logarithms_agrees_with_libm() {
        for shift in 0..64 {
            for bits in [u64::MAX, 0xC0FF_EE00_1234_5678, 1 << 63] {
                let bits = bits >> shift;
                let exact = -libm::log(bits as f64 / libm::exp2(64.0));
                let ours = exponential_q32(bits) as f64 / libm::exp2(32.0);
                assert!((ours - exact).abs() < 2e-7, "{bits:x}: {ours} {exact}");
            }
        }
    }

    #[test]
    fn weights_are_kept_and_a_zero_is_never_drawn() {
        let (law, mut chance) = (Weighted::new([1, 0, 3]).expect("weights"), stream());
        let seen: Vec<usize> = (0..DRAWS).map(|_| law.draw(&mut chance)).collect();
        let share = |place| seen.iter().filter(|&&s| s == place).count() as f64 / f64::from(DRAWS);
        assert!((share(0) - 0.25).abs() < 0.005 && share(1) == 0.0, "{} {}", share(0), share(1));
        assert!(Weighted::new([0, 0]).is_none() && Weighted::new([]).is_none());
    }

    #[test]
    fn a_banned_place_is_never_drawn_and_the_others_keep_their_proportions() {
        let (law, mut chance) = (Weighted::new([2, 5, 1]).expect("weights"), stream());
        let seen: Vec<_> = (0..DRAWS).filter_map(|_| law.draw_except(1, &mut chance)).collect();
        assert!(!seen.contains(&1));
        let first = seen.iter().filter(|&&s| s == 0).count() as f64 / f64::from(DRAWS);
        assert!((first - 2.0 / 3.0).abs() < 0.005, "{first}");
        assert_eq!(Weighted::new([0, 4]).expect("weights").draw_except(1, &mut chance), None);
    }

    #[test]
    fn ranks_follow_the_power_law_in_lists_of_any_length() {
        let (law, mut chance) = (Zipf::new(1.0, 10_000), stream());
        for ranks in [1, 10, 1_000] {
            let harmonic: f64 = (1..=ranks).map(|r| 1.0 / f64::from(r)).sum();
            let mut seen = vec![0u32; ranks as usize];
            for _ in 0..DRAWS {
                seen[law.draw(ranks, &mut chance) as usize] += 1;
            }
            let expected = |from: u32, to: u32| (from..=to).map(|r| 1.0 / f64::from(r)).sum::<f64>() / harmonic;
            let drawn = |to: usize| f64::from(seen[..to].iter().sum::<u32>()) / f64::from(DRAWS);
            assert!((drawn(1) - expected(1, 1)).abs() < 0.005, "first of {ranks}");
            let half = ranks.div_ceil(2);
            assert!((drawn(half as usize) - expected(1, half)).abs() < 0.005, "half of {ranks}");
        }
    }
}
