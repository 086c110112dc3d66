//! A small generator for back-off. Its seed is an input from outside; the service makes no randomness.

/// The state after `state` (SplitMix64's output function over a Weyl sequence, folded into one word).
pub(super) const fn next(state: u64) -> u64 {
    let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
