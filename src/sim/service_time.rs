//! The time that a datacenter takes to serve a request.

use super::chance::{Chance, Purpose, named};
use super::plan::DatacenterPlan;
use crate::terms::Span;

/// Service times with a mean and a squared coefficient of variation, by the usual fit of two moments:
/// constant, a mixture of Erlang laws, exponential, or hyperexponential with balanced means.
#[derive(Clone, Debug)]
pub(super) struct ServiceTime {
    mean: Span,
    /// The share of its rate that the datacenter has, in parts per million.
    share_ppm: u32,
    law: Law,
    chance: Chance,
}

/// All of a rate.
const WHOLE: u32 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Law {
    Constant,
    /// So many phases in a row, of a mean each; with a share of one fewer, in parts per million.
    Erlang {
        phases: u32,
        fewer_ppm: u32,
        each: Span,
    },
    /// One of two means; the first with a share in parts per million.
    Hyperexponential {
        first_ppm: u32,
        means: [Span; 2],
    },
}

impl ServiceTime {
    /// Those of a datacenter.
    pub(super) fn new(plan: &DatacenterPlan, seed: u64) -> Self {
        let mean = Span((1_000_000 / plan.rate.max(1)).max(1));
        let chance = Chance::open(seed, Purpose::Service, named(&[&plan.name]));
        Self { mean, share_ppm: WHOLE, law: Law::new(mean, plan.service_scv), chance }
    }

    /// How long one is served on average.
    pub(super) fn mean(&self) -> Span {
        self.throttled(self.mean)
    }

    /// How long that takes which takes so many millionths of the time of one request.
    pub(super) fn share(&self, ppm: u64) -> Span {
        self.throttled(Span(self.mean.0.saturating_mul(ppm).div_ceil(u64::from(WHOLE)).max(1)))
    }

    /// Serves at a share of the rate from now on, in parts per million. How long that takes then which would have
    /// taken `left`.
    pub(super) fn throttle(&mut self, share_ppm: u32, left: Span) -> Span {
        let before = std::mem::replace(&mut self.share_ppm, share_ppm);
        left.scale(before.into(), share_ppm.into())
    }

    /// What takes `whole` while the datacenter has all of its rate.
    fn throttled(&self, whole: Span) -> Span {
        if self.share_ppm == WHOLE { whole } else { whole.scale(WHOLE.into(), self.share_ppm.into()) }
    }

    /// How long the next request is served.
    pub(super) fn draw(&mut self) -> Span {
        let whole = match self.law {
            Law::Constant => self.mean,
            Law::Erlang { phases, fewer_ppm, each } => {
                let phases = phases - u32::from(fewer_ppm > 0 && self.chance.ppm(fewer_ppm));
                (0..phases).map(|_| self.chance.exponential(each)).sum()
            }
            Law::Hyperexponential { first_ppm, means } => {
                let [first, second] = means;
                let mean = if self.chance.ppm(first_ppm) { first } else { second };
                self.chance.exponential(mean)
            }
        };
        self.throttled(whole)
    }
}

impl Law {
    fn new(mean: Span, scv: f64) -> Self {
        let part = |of: f64| Span(libm::round(mean.0 as f64 * of) as u64);
        let ppm = |share: f64| libm::round(share * 1e6) as u32;
        if scv <= 0.0 {
            Self::Constant
        } else if scv < 1.0 {
            let phases = libm::ceil(1.0 / scv - 1e-9);
            let fewer =
                (phases * scv - libm::sqrt((phases * (1.0 + scv) - phases * phases * scv).max(0.0))) / (1.0 + scv);
            Self::Erlang { phases: phases as u32, fewer_ppm: ppm(fewer.max(0.0)), each: part(1.0 / (phases - fewer)) }
        } else {
            let first = f64::midpoint(1.0, libm::sqrt((scv - 1.0) / (scv + 1.0)));
            let means = [part(0.5 / first), part(0.5 / (1.0 - first))];
            Self::Hyperexponential { first_ppm: ppm(first), means }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::fixture;

    fn times(scv: f64) -> ServiceTime {
        let plan = DatacenterPlan { rate: 10, service_scv: scv, ..fixture::plan().datacenters[0].clone() };
        ServiceTime::new(&plan, 1)
    }

    #[test]
    fn mean_and_variation_are_those_asked_for() {
        for scv in [0.0, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 4.0] {
            let mut times = times(scv);
            let draws: Vec<f64> = (0..200_000).map(|_| times.draw().as_secs_f64() * 10.0).collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / draws.len() as f64;
            assert!((mean - 1.0).abs() < 0.02, "{scv}: {mean}");
            assert!((variance - scv).abs() <= 0.04 * scv, "{scv}: {variance}");
        }
    }

    #[test]
    fn what_is_left_of_a_turn_takes_as_much_longer_as_the_share_is_smaller() {
        let mut times = times(0.0);
        let left = [500_000, 10_000, WHOLE].map(|share_ppm| times.throttle(share_ppm, Span::millis(100)));
        assert_eq!(left, [Span::millis(200), Span::secs(5), Span::millis(1)]);
    }

    #[test]
    fn known_variations_have_their_known_laws() {
        let each = Span::millis(50);
        assert_eq!(times(0.5).law, Law::Erlang { phases: 2, fewer_ppm: 0, each });
        let means = [Span::millis(100); 2];
        assert_eq!(times(1.0).law, Law::Hyperexponential { first_ppm: 500_000, means });
    }
}
