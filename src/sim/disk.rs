//! The time that disks take.

use super::chance::Chance;
use crate::terms::{Bytes, Span};

/// The time of one flush: at least half its median, and beyond that exponentially distributed, so
/// that half of all flushes take longer than `median`.
pub(super) fn flush(chance: &mut Chance, median: Span) -> Span {
    let least = Span(median.0 / 2);
    least + chance.exponential(least.scale(1_000_000, LN_2_MILLIONTHS))
}

/// The time that `amount` takes at `rate` a second.
pub(super) fn transfer(amount: Bytes, rate: Bytes) -> Span {
    Span::secs(1).scale(amount.0, rate.0)
}

/// The natural logarithm of 2: the median of an exponential distribution with mean 1.
const LN_2_MILLIONTHS: u64 = 693_147;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::chance::Purpose;

    #[test]
    fn half_of_all_flushes_take_longer_than_the_median() {
        let mut chance = Chance::open(1, Purpose::SiteDisk, 0);
        let median = Span::millis(2);
        let longer = (0..10_000).filter(|_| flush(&mut chance, median) > median).count();
        assert!((4_800..5_200).contains(&longer), "{longer}");
    }

    #[test]
    fn a_slower_disk_writes_longer() {
        assert_eq!(transfer(Bytes(500), Bytes(1_000)), Span::millis(500));
    }
}
