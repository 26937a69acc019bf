//! Keys: names for random draws.

use crate::philox::philox;

/// The name of a random draw, or of a family of draws.
///
/// A key is made from a run's seed and refined with names and numbers; equal paths give equal keys
/// on every machine, for ever:
///
/// ```
/// use ext5_core::Key;
/// let mask = Key::new(42).name("mask").name("books").index(7);
/// assert_eq!(mask.rng().below(100), mask.rng().below(100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u64);

/// Keeps `name` and `index` children, and a key's own draws, apart.
#[derive(Clone, Copy)]
enum Domain {
    Seed = 1,
    Name = 2,
    Index = 3,
    Draw = 4,
}

impl Key {
    /// The root key of a seed.
    pub fn new(seed: u64) -> Self {
        Key(0).derive(seed, Domain::Seed)
    }

    /// The child key called `name`; it depends on the bytes of the name only.
    pub fn name(self, name: &str) -> Self {
        self.derive(stable_hash(name), Domain::Name)
    }

    /// The child key with number `index`.
    pub fn index(self, index: u64) -> Self {
        self.derive(index, Domain::Index)
    }

    /// One random word without a generator: draw number `counter` of this key.
    pub fn word(self, counter: u64) -> u64 {
        self.block(counter >> 1)[(counter & 1) as usize]
    }

    /// A generator that yields `word(0)`, `word(1)`, ….
    pub fn rng(self) -> Rng {
        Rng { key: self, next: 0, spare: 0 }
    }

    fn derive(self, value: u64, domain: Domain) -> Self {
        Key(self.philox(value, domain)[0])
    }

    fn block(self, number: u64) -> [u64; 2] {
        self.philox(number, Domain::Draw)
    }

    fn philox(self, value: u64, domain: Domain) -> [u64; 2] {
        let counter = [value as u32, (value >> 32) as u32, domain as u32, 0];
        let [a, b, c, d] = philox(counter, [self.0 as u32, (self.0 >> 32) as u32]);
        [u64::from(a) | u64::from(b) << 32, u64::from(c) | u64::from(d) << 32]
    }
}

/// A 64-bit hash of a name that never changes: the first eight bytes of its BLAKE3 digest.
pub fn stable_hash(name: &str) -> u64 {
    let digest = blake3::hash(name.as_bytes());
    let mut word = [0; 8];
    word.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_le_bytes(word)
}

/// The draws of one [`Key`], in order.
#[derive(Clone, Debug)]
pub struct Rng {
    key: Key,
    next: u64,
    spare: u64,
}

impl Rng {
    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let position = self.next;
        self.next += 1;
        if position & 1 == 1 {
            return self.spare;
        }
        let [first, second] = self.key.block(position >> 1);
        self.spare = second;
        first
    }

    /// A whole number in `0..bound`, without bias (Lemire's multiplication with rejection).
    /// A `bound` of 0 gives 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let threshold = bound.wrapping_neg().checked_rem(bound).unwrap_or(0);
        loop {
            let product = u128::from(self.next_u64()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// A number in [0, 1) with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A draw from the standard normal distribution (Box and Muller's transform).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Puts `items` in random order (Fisher and Yates's shuffle).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_give_distinct_keys() {
        let root = Key::new(1);
        let keys =
            [root, Key::new(2), root.name("a"), root.name("b"), root.index(0), root.index(1)];
        for (i, a) in keys.iter().enumerate() {
            for b in &keys[..i] {
                assert_ne!(a, b);
            }
        }
    }

    #[test]
    fn generator_equals_words() {
        let key = Key::new(3);
        let mut rng = key.rng();
        for counter in 0..9 {
            assert_eq!(rng.next_u64(), key.word(counter));
        }
    }

    /// Written down once: stored orders and resumed runs depend on these never changing.
    #[test]
    fn keys_are_frozen() {
        assert_eq!(stable_hash("rte"), 0x3778_abd1_27c2_167f);
        assert_eq!(Key::new(42).name("rte").index(7).word(0), 0x3aa2_2199_17c5_d328);
    }

    #[test]
    fn below_is_uniform() {
        let mut rng = Key::new(5).rng();
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[rng.below(7) as usize] += 1;
        }
        let chi: f64 = counts.iter().map(|&c| (f64::from(c) - 1e4).powi(2) / 1e4).sum();
        assert!(chi < 22.5, "chi-square with 6 degrees of freedom, p < 0.001: {chi}");
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.below(1), 0);
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut rng = Key::new(6).rng();
        let draws: Vec<f64> = (0..50_000).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
