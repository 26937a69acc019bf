//! A random order of `0..n` that is computed, not stored.

use crate::Key;

/// Enough for every output bit to depend on every input bit several times over, also on the tiny
/// domains of small tasks.
const ROUNDS: u64 = 8;

/// A keyed permutation of `0..len`: a balanced Feistel network over the smallest even number of
/// bits that holds `len`, walked until the value falls inside (cycle walking, Black and Rogaway
/// 2002). One call of [`apply`](Self::apply) takes constant time and no memory.
#[derive(Clone, Copy, Debug)]
pub struct Permutation {
    round_keys: [u64; ROUNDS as usize],
    half_bits: u32,
    len: u64,
}

impl Permutation {
    /// The permutation of `0..len` that `key` names.
    pub fn new(key: Key, len: u64) -> Self {
        let bits = u64::BITS - len.saturating_sub(1).leading_zeros();
        let mut rng = key.rng();
        Permutation {
            round_keys: std::array::from_fn(|_| rng.next_u64()),
            half_bits: bits.div_ceil(2).max(1),
            len,
        }
    }

    /// Where `index` goes.
    ///
    /// # Panics
    /// When `index` is not below the length: that is a mistake of the caller, never of data.
    pub fn apply(&self, index: u64) -> u64 {
        assert!(index < self.len, "index {index} outside a permutation of {}", self.len);
        let mut value = index;
        loop {
            value = self.network(value);
            if value < self.len {
                return value;
            }
        }
    }

    fn network(&self, value: u64) -> u64 {
        let mask = (1 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits, value & mask);
        for key in self.round_keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        left << self.half_bits | right
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_a_bijection(seed: u64, len in 1u64..3000) {
            let permutation = Permutation::new(Key::new(seed), len);
            let mut seen = vec![false; len as usize];
            for index in 0..len {
                let image = permutation.apply(index) as usize;
                prop_assert!(!std::mem::replace(&mut seen[image], true));
            }
        }

        #[test]
        fn stays_inside_large_domains(seed: u64, len in 1u64 << 40..1u64 << 63, index: u64) {
            prop_assert!(Permutation::new(Key::new(seed), len).apply(index % len) < len);
        }
    }

    /// All six orders of three items come up equally often over keys.
    #[test]
    fn small_domains_are_fair() {
        let mut counts = std::collections::HashMap::new();
        for seed in 0..12_000 {
            let permutation = Permutation::new(Key::new(seed), 3);
            *counts.entry([0, 1, 2].map(|i| permutation.apply(i))).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        let chi: f64 = counts.values().map(|&c| (f64::from(c) - 2000.0).powi(2) / 2000.0).sum();
        assert!(chi < 20.5, "chi-square with 5 degrees of freedom, p < 0.001: {chi}");
    }

    #[test]
    fn neighbours_are_scattered() {
        let permutation = Permutation::new(Key::new(9), 10_000);
        let step = |i| permutation.apply(i).abs_diff(permutation.apply(i + 1));
        let mean = (0..9_999).map(step).sum::<u64>() as f64 / 9_999.0;
        assert!((mean - 3_333.0).abs() < 150.0, "mean distance {mean}");
    }
}
