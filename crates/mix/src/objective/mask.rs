//! Which tokens are noise (`random_spans_noise_mask` of `t5.data.preprocessors`).

use super::ObjectiveError;
use ext5_core::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In which arithmetic noise is counted; both round ties to even. For a density of 0.15 they differ
/// by one token at lengths such as 190, 350 and 390.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// In 32 bits, as `t5.data.preprocessors` does.
    #[default]
    T5,
    /// In 64 bits, as the Flax script of Hugging Face transformers does.
    Flax,
}

impl Rounding {
    /// round(a · b)
    fn product(self, a: usize, b: f64) -> usize {
        match self {
            Rounding::T5 => (a as f32 * b as f32).round_ties_even() as usize,
            Rounding::Flax => (a as f64 * b).round_ties_even() as usize,
        }
    }

    /// round(a / b)
    fn quotient(self, a: usize, b: f64) -> usize {
        match self {
            Rounding::T5 => (a as f32 / b as f32).round_ties_even() as usize,
            Rounding::Flax => (a as f64 / b).round_ties_even() as usize,
        }
    }
}

/// The counts of a noise mask, which follow from the length alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spans {
    /// Tokens under the mask.
    length: usize,
    /// Noisy tokens.
    pub(super) noise: usize,
    /// Clean tokens; one more than there are when the length is 1.
    pub(super) clean: usize,
    /// Noise spans, and as many clean ones.
    pub(super) count: usize,
}

impl Spans {
    /// Counts the noise of `length` tokens.
    pub(super) fn new(
        length: usize,
        density: f64,
        mean_span: f64,
        rounding: Rounding,
    ) -> Result<Self, ObjectiveError> {
        let tokens = length.max(2);
        let noise = rounding.product(tokens, density).clamp(1, tokens - 1);
        let count = rounding.quotient(noise, mean_span).max(1);
        let clean = tokens - noise;
        if count > clean {
            return Err(ObjectiveError::Crowded { length, spans: count, clean });
        }
        Ok(Spans { length, noise, clean, count })
    }

    /// Draws a mask, true where noisy: it starts clean and ends noisy, and clean and noisy tokens
    /// are split into spans independently. With `rotate` the whole is then turned by a random
    /// number of places, which may cut a span in two.
    pub(super) fn mask(&self, rng: &mut Rng, rotate: bool) -> Vec<bool> {
        let noise = composition(self.noise, self.count, rng);
        let clean = composition(self.clean, self.count, rng);
        let mut mask = Vec::with_capacity(self.noise + self.clean);
        for (noise, clean) in noise.into_iter().zip(clean) {
            mask.resize(mask.len() + clean, false);
            mask.resize(mask.len() + noise, true);
        }
        if rotate {
            let places = rng.below(mask.len() as u64) as usize;
            mask.rotate_right(places);
        }
        mask.truncate(self.length);
        mask
    }
}

/// Splits `total` into `parts` parts of at least 1, all ways equally likely: a random set of
/// parts − 1 of the total − 1 places between items (Floyd's sampling) is where to cut.
fn composition(total: usize, parts: usize, rng: &mut Rng) -> Vec<usize> {
    // cuts[p]: whether to cut after item p; the last item ends the last part.
    let mut cuts = vec![false; total];
    let places = total - 1;
    for place in places - (parts - 1)..places {
        let drawn = rng.below(place as u64 + 1) as usize;
        let cut = if cuts[drawn] { place } else { drawn };
        cuts[cut] = true;
    }
    cuts[places] = true;
    let mut start = 0;
    let ends = (0..total).filter(|&item| cuts[item]).map(|item| item + 1);
    ends.map(|end| end - std::mem::replace(&mut start, end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ext5_core::Key;
    use std::collections::HashMap;

    fn noise(length: usize) -> usize {
        Spans::new(length, 0.15, 3.0, Rounding::T5).unwrap().noise
    }

    /// f32 and ties to even: f64 gives one less at 190, 350 and 1310; ties away from zero one more
    /// at 30, 70, 110 and 150.
    #[test]
    fn noise_is_counted_as_t5_counts() {
        let counts = [
            (190, 29),
            (350, 53),
            (568, 85),
            (30, 4),
            (70, 10),
            (110, 16),
            (150, 22),
            (1, 1),
            (2, 1),
        ];
        for (length, count) in counts {
            assert_eq!(noise(length), count, "length {length}");
        }
        for length in [190, 350, 390, 670, 710, 750, 790, 830, 1310] {
            let flax = Spans::new(length, 0.15, 3.0, Rounding::Flax).unwrap();
            assert_eq!(noise(length), flax.noise + 1, "length {length}");
        }
        let spans = Spans::new(32, 0.25, 2.0, Rounding::T5).unwrap();
        assert_eq!((spans.noise, spans.count), (8, 4));
    }

    #[test]
    fn masks_have_the_counts_and_start_clean() {
        for length in 2..200 {
            let spans = Spans::new(length, 0.15, 3.0, Rounding::T5).unwrap();
            let mask = spans.mask(&mut Key::new(length as u64).rng(), false);
            assert_eq!(mask.len(), length);
            assert_eq!(mask.iter().filter(|&&noisy| noisy).count(), spans.noise);
            let starts = mask.windows(2).filter(|pair| !pair[0] && pair[1]).count();
            assert_eq!(starts, spans.count);
            assert!(!mask[0] && mask[length - 1]);
        }
        let one = Spans::new(1, 0.15, 3.0, Rounding::T5).unwrap();
        assert_eq!(one.mask(&mut Key::new(0).rng(), false), [false], "cut to the length");
    }

    /// The bound is the 99.9 % point of chi-square with `ways − 1` degrees of freedom.
    fn check_uniform(total: usize, parts: usize, ways: usize, bound: f64) {
        const DRAWS_PER_WAY: usize = 2000;
        let mut counts: HashMap<Vec<usize>, usize> = HashMap::new();
        for seed in 0..ways * DRAWS_PER_WAY {
            let split = composition(total, parts, &mut Key::new(seed as u64).rng());
            assert_eq!(split.iter().sum::<usize>(), total);
            assert!(split.len() == parts && split.iter().all(|&part| part > 0));
            *counts.entry(split).or_default() += 1;
        }
        assert_eq!(counts.len(), ways);
        let expected = DRAWS_PER_WAY as f64;
        let chi: f64 =
            counts.values().map(|&count| (count as f64 - expected).powi(2) / expected).sum();
        assert!(chi < bound, "{total} in {parts}: {chi}");
    }

    #[test]
    fn compositions_are_equally_likely() {
        check_uniform(6, 3, 10, 27.88);
        check_uniform(8, 4, 35, 65.25);
        check_uniform(9, 2, 8, 24.32);
        check_uniform(5, 5, 1, 1e-9);
        check_uniform(5, 1, 1, 1e-9);
    }

    /// Every mask is as likely as any other, each turn of it too: of 8 tokens with 3 noisy in 2
    /// spans there are 2 · 4 masks in 8 turns.
    #[test]
    fn turns_are_equally_likely() {
        const DRAWS: usize = 128_000;
        let spans = Spans { length: 8, noise: 3, clean: 5, count: 2 };
        let mut counts: HashMap<Vec<bool>, usize> = HashMap::new();
        let mut starts_noisy = 0;
        for seed in 0..DRAWS {
            let mask = spans.mask(&mut Key::new(seed as u64).rng(), true);
            assert_eq!(mask.iter().filter(|&&noisy| noisy).count(), 3);
            starts_noisy += usize::from(mask[0]);
            *counts.entry(mask).or_default() += 1;
        }
        // A turn of a mask may equal a turn of another: what comes from m of the 64 is m times as
        // likely.
        let mut ways: HashMap<Vec<bool>, usize> = HashMap::new();
        for (noise, clean) in [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (2, 3), (2, 4)] {
            let lengths = [(clean, false), (noise, true), (5 - clean, false), (3 - noise, true)];
            let base: Vec<bool> = lengths.iter().flat_map(|&(n, noisy)| vec![noisy; n]).collect();
            for places in 0..8 {
                let mut mask = base.clone();
                mask.rotate_right(places);
                *ways.entry(mask).or_default() += 1;
            }
        }
        assert_eq!(counts.len(), ways.len());
        let chi: f64 = ways
            .iter()
            .map(|(mask, &ways)| {
                let expected = (DRAWS * ways) as f64 / 64.0;
                (counts[mask] as f64 - expected).powi(2) / expected
            })
            .sum();
        assert!(chi < chi_square_bound(ways.len() - 1), "{chi} of {} masks", ways.len());
        let share = starts_noisy as f64 / DRAWS as f64;
        assert!((share - 3.0 / 8.0).abs() < 0.005, "every place is noisy as often: {share}");
    }

    /// About the 99.9 % point of chi-square (Wilson and Hilferty).
    fn chi_square_bound(freedom: usize) -> f64 {
        let n = freedom as f64;
        n * (1.0 - 2.0 / (9.0 * n) + 3.0902 * (2.0 / (9.0 * n)).sqrt()).powi(3)
    }
}
