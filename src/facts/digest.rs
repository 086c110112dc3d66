//! The digest of the facts: the identity of a run.

use super::{Fact, Observer};
use crate::terms::Instant;
use std::fmt;
use std::hash::{Hash, Hasher};
use xxhash_rust::xxh3::Xxh3;

const BUFFER: usize = 1 << 12;

/// Folds the stream of facts into 128 bits (XXH3) that are the same on every machine.
///
/// The standard library's derived [`Hash`] decides which fields are fed and in what order; this
/// type decides their bytes: fixed widths, little-endian.
pub struct Digest {
    hash: Xxh3,
    buffer: [u8; BUFFER],
    filled: usize,
    facts: u64,
}

impl Default for Digest {
    fn default() -> Self {
        Self { hash: Xxh3::new(), buffer: [0; BUFFER], filled: 0, facts: 0 }
    }
}

impl Digest {
    /// How many facts were folded.
    pub const fn facts(&self) -> u64 {
        self.facts
    }

    /// The digest of everything so far.
    pub fn value(&self) -> DigestValue {
        let mut hash = self.hash.clone();
        hash.update(&self.buffer[..self.filled]);
        DigestValue(hash.digest128())
    }
}

impl Observer for Digest {
    fn observe(&mut self, at: Instant, fact: &Fact) {
        self.facts += 1;
        at.hash(self);
        fact.hash(self);
    }
}

macro_rules! fixed_width {
    ($($method:ident: $from:ty as $wide:ty),* $(,)?) => {
        $(#[inline]
        fn $method(&mut self, value: $from) {
            self.write(&(value as $wide).to_le_bytes());
        })*
    };
}

impl Hasher for Digest {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        if bytes.len() > BUFFER - self.filled {
            self.hash.update(&self.buffer[..self.filled]);
            self.filled = 0;
            if bytes.len() > BUFFER {
                self.hash.update(bytes);
                return;
            }
        }
        self.buffer[self.filled..self.filled + bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
    }

    fixed_width! {
        write_u8: u8 as u8,
        write_u16: u16 as u16,
        write_u32: u32 as u32,
        write_u64: u64 as u64,
        write_usize: usize as u64,
        write_i8: i8 as i8,
        write_i16: i16 as i16,
        write_i32: i32 as i32,
        write_i64: i64 as i64,
        write_isize: isize as i64,
    }

    fn finish(&self) -> u64 {
        self.value().0 as u64
    }
}

/// The digest of a run, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DigestValue(pub u128);

impl fmt::Display for DigestValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest_of(facts: &[(u64, Fact)]) -> DigestValue {
        let mut digest = Digest::default();
        for (at, fact) in facts {
            digest.observe(Instant(*at), fact);
        }
        digest.value()
    }

    #[test]
    fn the_digest_of_a_known_stream_is_known() {
        let stream = [(1, Fact::LivenessBegan), (2, Fact::Ended { unfinished: 3 })];
        assert_eq!(digest_of(&stream).to_string(), "959cd82b65574d93fa35bd6e56672ec1");
    }

    #[test]
    fn time_order_and_content_all_count() {
        let (a, b) = ((1, Fact::FaultBegan { fault: 0 }), (1, Fact::FaultBegan { fault: 1 }));
        let later = (2, a.1);
        let seen = [digest_of(&[a, b]), digest_of(&[b, a]), digest_of(&[a]), digest_of(&[later])];
        for (i, one) in seen.iter().enumerate() {
            assert!(!seen[..i].contains(one));
        }
    }

    #[test]
    fn a_long_stream_passes_the_buffer_without_loss() {
        let fact = |n| (n, Fact::Ended { unfinished: n });
        let long: Vec<_> = (0..2_000).map(fact).collect();
        let mut changed = long.clone();
        changed[17].1 = Fact::Ended { unfinished: 18 };
        assert_ne!(digest_of(&long), digest_of(&changed));
    }
}
