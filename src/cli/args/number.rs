//! Whole numbers on the command line: what is none, or beyond its limits, is told in words of their own.

use std::ops::RangeInclusive;

/// Reads a whole number between two limits, which the type `N` holds.
pub(super) fn whole<N: TryFrom<u64>>(limits: RangeInclusive<u64>) -> impl Fn(&str) -> Result<N, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| limits.contains(number));
        let number = number.and_then(|number| N::try_from(number).ok());
        number.ok_or_else(|| format!("a whole number from {} to {} is wanted here", limits.start(), limits.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_within_its_limits_is_read_and_another_is_told_the_limits() {
        let read = whole::<u16>(1..=300);
        assert_eq!(["1", "300"].map(&read), [Ok(1), Ok(300)]);
        for wrong in ["0", "301", "-1", "1.5", "x", "", "99999999999999999999"] {
            assert_eq!(read(wrong), Err("a whole number from 1 to 300 is wanted here".to_owned()), "{wrong}");
        }
    }
}
