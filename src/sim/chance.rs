//! The only place that makes randomness.
//!
//! Every purpose of every entity has a stream of its own, keyed by `(seed, purpose, entity)`, so
//! that adding an entity never moves another's draws. The three words are the `ChaCha` key as they
//! are: two streams differ for certain, not only very likely.

use super::sampler::{exponential_q32, poisson};
use crate::terms::Span;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use xxhash_rust::xxh3::Xxh3;

/// What a stream is for. The numbers are part of a run's identity and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Who uses the service; one stream for each tenant.
    Population = 1,
    /// What they do and when; one stream for each tenant.
    Traffic = 2,
    /// Jitter; one stream for each direction of a link.
    Link = 3,
    /// Lost messages; one stream for each direction of a link.
    Loss = 4,
    /// Jitter between clients and datacenters; one stream for each place and datacenter.
    Access = 5,
    /// Lost messages of clients; one stream for each datacenter.
    AccessLoss = 6,
    /// Flushes of sites' stores; one stream for each site.
    SiteDisk = 7,
    /// Flushes of voters' stores; one stream for each voter.
    VoterDisk = 8,
    /// Entropy that production is given; one stream for each site.
    SiteEntropy = 9,
    /// Entropy that clients are given.
    ClientEntropy = 10,
    /// Starts of processes; one stream for each datacenter.
    Boot = 11,
    /// What devices and their users do beyond traffic.
    Device = 12,
    /// Readers.
    Read = 13,
    /// Service times; one stream for each datacenter.
    Service = 14,
    /// What is lost for good after the faults; one stream for each boundary.
    After = 15,
    /// How eagerly users upgrade; one stream for each tenant.
    Upgrade = 16,
    /// When a map that is rolled out reaches each site; one stream for each roll-out.
    Rollout = 17,
    /// Scenarios of random faults.
    Schedule = 20,
}

/// Ends the key, so that no other program's streams are ours by accident.
const TAG: [u8; 8] = *b"ringfenc";

/// The entity that has a name, or several: `["dublin", "texas"]` for the link between them.
///
/// Never below 2⁶³, so that it can't be taken for an entity that is counted.
pub fn named(parts: &[&str]) -> u64 {
    let mut hash = Xxh3::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.digest() | 1 << 63
}

/// A stream of random numbers. Open it once and keep it: it holds 320 bytes.
#[derive(Clone, Debug)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of `purpose` for `entity` in the run of `seed`, from its beginning.
    pub fn open(seed: u64, purpose: Purpose, entity: u64) -> Self {
        let words = [seed.to_le_bytes(), (purpose as u64).to_le_bytes(), entity.to_le_bytes(), TAG];
        let mut key = [0; 32];
        for (place, byte) in key.iter_mut().zip(words.into_iter().flatten()) {
            *place = byte;
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    #[inline]
    pub fn u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// An even draw from `0..n`, without bias (Lemire's multiplication).
    ///
    /// # Panics
    ///
    /// If `n` is zero: there is nothing to draw from.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "a draw from nothing");
        let (mut low, mut high) = self.u64().widening(n);
        if low < n {
            let biased = n.wrapping_neg() % n;
            while low < biased {
                (low, high) = self.u64().widening(n);
            }
        }
        high
    }

    /// An even draw from `from..to`; `from` where that is empty.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        if from < to { from + self.below(to - from) } else { from }
    }

    /// True with a probability of `share` parts per million.
    #[inline]
    pub fn ppm(&mut self, share: u32) -> bool {
        self.below(1_000_000) < u64::from(share)
    }

    /// An exponentially distributed span.
    #[inline]
    pub fn exponential(&mut self, mean: Span) -> Span {
        Span(self.exponential_amount(mean.0))
    }

    /// An exponentially distributed amount of anything, at most 45 times its mean.
    #[inline]
    pub fn exponential_amount(&mut self, mean: u64) -> u64 {
        let scaled = (u128::from(mean) * u128::from(exponential_q32(self.u64()))) >> 32;
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }

    /// A log-normally distributed number, by its median and the standard deviation of its natural
    /// logarithm.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.standard_normal())
    }

    /// A number with mean 0 and standard deviation 1, normally distributed (Box–Muller).
    pub fn standard_normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.unit(), self.unit() * std::f64::consts::TAU);
        libm::sqrt(-2.0 * libm::log(radius)) * libm::cos(angle)
    }

    /// A Poisson distributed count, by its mean in thousandths. It costs a draw for each one
    /// counted, so the mean should be small.
    pub fn poisson_small(&mut self, mean_milli: u64) -> u64 {
        poisson(mean_milli, || exponential_q32(self.u64()))
    }

    /// An even draw from [0, 1), with 53 bits.
    fn unit(&mut self) -> f64 {
        (self.u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }
}

/// The product of two words as two words, the lower first.
trait Widening {
    fn widening(self, by: Self) -> (u64, u64);
}

impl Widening for u64 {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of a product")]
    fn widening(self, by: u64) -> (u64, u64) {
        let product = u128::from(self) * u128::from(by);
        (product as u64, (product >> 64) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_distr::{Distribution, LogNormal};

    const DRAWS: u32 = 200_000;

    fn stream(entity: u64) -> Chance {
        Chance::open(7, Purpose::Device, entity)
    }

    /// The mean and the variance of many draws.
    fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let draws: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(DRAWS);
        (mean, draws.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / f64::from(DRAWS))
    }

    #[test]
    fn the_first_draws_of_known_streams_are_known() {
        let first = |seed, purpose, entity| Chance::open(seed, purpose, entity).u64();
        assert_eq!(first(0, Purpose::Population, 0), 0x6770_0448_906c_1df3);
        assert_eq!(first(42, Purpose::Link, 5), 0x2a37_f91f_cca8_4db6);
        assert_eq!(first((1 << 63) - 1, Purpose::SiteEntropy, u64::MAX), 0xe463_8692_6fd3_0845);
        assert_eq!(named(&["dublin", "texas"]), 12_816_314_092_876_253_853);
    }

    #[test]
    fn every_part_of_the_key_makes_another_stream() {
        let draws = [
            Chance::open(1, Purpose::Link, 1).u64(),
            Chance::open(2, Purpose::Link, 1).u64(),
            Chance::open(1, Purpose::Loss, 1).u64(),
            Chance::open(1, Purpose::Link, 2).u64(),
        ];
        for (i, draw) in draws.iter().enumerate() {
            assert!(!draws[..i].contains(draw));
        }
        assert_ne!(named(&["ab", "c"]), named(&["a", "bc"]));
    }

    #[test]
    fn draws_below_n_are_even_and_never_reach_it() {
        let (mut chance, mut seen) = (stream(1), [0u32; 7]);
        for _ in 0..DRAWS {
            seen[usize::try_from(chance.below(7)).expect("below 7")] += 1;
        }
        let expected = f64::from(DRAWS) / 7.0;
        let chi: f64 = seen.iter().map(|&n| (f64::from(n) - expected) * (f64::from(n) - expected) / expected).sum();
        assert!(chi < 22.5, "chi squared of 6 degrees of freedom: {chi}");
        let wide = (1 << 63) + 1;
        assert!((0..1_000).all(|_| chance.below(wide) < wide));
    }

    #[test]
    fn an_exponential_span_has_its_mean_variance_and_tail() {
        let (mut chance, mean) = (stream(2), Span::millis(10));
        let (seen, variance) = moments(|| chance.exponential(mean).0 as f64 / 10_000.0);
        assert!((seen - 1.0).abs() < 0.01, "{seen}");
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
        let beyond = (0..DRAWS).filter(|_| chance.exponential(mean) > Span::millis(50)).count();
        let share = beyond as f64 / f64::from(DRAWS);
        assert!((share / libm::exp(-5.0) - 1.0).abs() < 0.1, "{share}");
    }

    #[test]
    fn a_lognormal_number_agrees_with_rand_distr() {
        let mut chance = stream(3);
        let (mean, variance) = moments(|| libm::log(chance.lognormal(40.0, 1.6)));
        assert!((mean - libm::log(40.0)).abs() < 0.02, "{mean}");
        assert!((variance - 2.56).abs() < 0.05, "{variance}");
        let oracle = LogNormal::new(libm::log(40.0), 1.6).expect("a valid law");
        let mut theirs = ChaCha8Rng::seed_from_u64(1);
        let above = |draw: &mut dyn FnMut() -> f64| (0..DRAWS).filter(|_| draw() > 400.0).count() as f64;
        let (ours, theirs) = (above(&mut || chance.lognormal(40.0, 1.6)), above(&mut || oracle.sample(&mut theirs)));
        assert!((ours / theirs - 1.0).abs() < 0.05, "{ours} {theirs}");
    }

    #[test]
    fn a_poisson_count_has_its_mean_as_variance() {
        let mut chance = stream(4);
        let (mean, variance) = moments(|| chance.poisson_small(2_500) as f64);
        assert!((mean - 2.5).abs() < 0.02, "{mean}");
        assert!((variance - 2.5).abs() < 0.05, "{variance}");
        assert_eq!(chance.poisson_small(0), 0);
    }

    #[test]
    fn a_share_in_parts_per_million_is_kept() {
        let mut chance = stream(5);
        let hits = (0..DRAWS).filter(|_| chance.ppm(250_000)).count() as f64;
        assert!((hits / f64::from(DRAWS) - 0.25).abs() < 0.005, "{hits}");
        assert!(!(0..1_000).any(|_| chance.ppm(0)) && (0..1_000).all(|_| chance.ppm(1_000_000)));
    }
}
