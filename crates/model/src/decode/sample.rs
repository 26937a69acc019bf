//! Tokens by chance.

use crate::error::ModelError;
use ext5_core::Key;

/// Sampling from the model's distribution, sharpened and cut: temperature first, then the `top_k`,
/// then of those the `top_p`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// What logits are divided by; below 1 sharpens.
    pub temperature: f32,
    /// Only so many of the likeliest tokens, and those as likely as the last of them; 0 for all.
    pub top_k: usize,
    /// Only the likeliest tokens that have this share of the probability together, at least one; 1
    /// for all (Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020).
    pub top_p: f32,
    /// Decides every draw, together with the question's number and the position.
    pub key: Key,
}

impl Sampling {
    /// Plain sampling from the model's distribution.
    pub fn new(key: Key) -> Self {
        Sampling { temperature: 1.0, top_k: 0, top_p: 1.0, key }
    }

    pub(super) fn check(&self) -> Result<(), ModelError> {
        let Sampling { temperature, top_p, .. } = *self;
        if !(temperature > 0.0 && temperature.is_finite()) {
            return Err(ModelError::Generation(format!(
                "the temperature is {temperature}; expected a number above 0"
            )));
        }
        if !(top_p > 0.0 && top_p <= 1.0) {
            return Err(ModelError::Generation(format!(
                "top_p is {top_p}; expected a share above 0, at most 1"
            )));
        }
        Ok(())
    }
}

/// Draws the token at `position` of the output to `question`.
pub(super) fn draw(
    sampling: &Sampling,
    question: usize,
    position: usize,
    logits: &mut [f32],
) -> u32 {
    let chances = chances(sampling, logits);
    let key = sampling.key.index(question as u64).index(position as u64);
    let total: f64 = chances.iter().map(|&(_, chance)| chance).sum();
    let mut left = key.rng().unit() * total;
    for &(token, chance) in &chances {
        left -= chance;
        if left < 0.0 {
            return token;
        }
    }
    // Rounding has eaten the last of the probability.
    chances.last().map_or(0, |&(token, _)| token)
}

/// The tokens that can be drawn, the likeliest first, with weights.
fn chances(sampling: &Sampling, logits: &[f32]) -> Vec<(u32, f64)> {
    let mut ranked: Vec<(u32, f32)> = (0..).zip(logits.iter().copied()).collect();
    ranked.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
    if sampling.top_k > 0
        && let Some(&(_, least)) = ranked.get(sampling.top_k - 1)
    {
        ranked.truncate(ranked.partition_point(|&(_, logit)| logit >= least));
    }
    let Some(&(_, largest)) = ranked.first() else { return Vec::new() };
    let scale = f64::from(sampling.temperature);
    let weight = |logit: f32| (f64::from(logit - largest) / scale).exp();
    let mut chances: Vec<(u32, f64)> = ranked.into_iter().map(|(t, l)| (t, weight(l))).collect();
    if sampling.top_p < 1.0 {
        let total: f64 = chances.iter().map(|&(_, chance)| chance).sum();
        let mut before = 0.0;
        let enough = chances.iter().position(|&(_, chance)| {
            before += chance;
            before >= f64::from(sampling.top_p) * total
        });
        chances.truncate(enough.map_or(chances.len(), |last| last + 1));
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(top_k: usize, top_p: f32, temperature: f32) -> Vec<u32> {
        let sampling = Sampling { temperature, top_k, top_p, key: Key::new(0) };
        let logits = [0.1f32, 0.4, 0.2, 0.2, 0.1].map(f32::ln);
        chances(&sampling, &logits).into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn the_unlikely_is_cut() {
        assert_eq!(tokens(0, 1.0, 1.0), [1, 2, 3, 0, 4]);
        assert_eq!(tokens(1, 1.0, 1.0), [1]);
        assert_eq!(tokens(2, 1.0, 1.0), [1, 2, 3], "3 is as likely as 2");
        assert_eq!(tokens(0, 0.5, 1.0), [1, 2]);
        assert_eq!(tokens(0, 1e-6, 1.0), [1]);
        assert_eq!(tokens(0, 0.5, 0.1), [1], "sharpened first");
        assert_eq!(tokens(9, 1.0, 1.0).len(), 5);
    }

    #[test]
    fn draws_follow_the_distribution() {
        let sampling = Sampling { temperature: 0.5, ..Sampling::new(Key::new(9)) };
        let logits = [0.1f32, 0.4, 0.2, 0.2, 0.1].map(f32::ln);
        let draws = 26_000;
        let mut counts = [0u32; 5];
        for position in 0..draws {
            counts[draw(&sampling, 0, position, &mut logits.clone()) as usize] += 1;
        }
        // Probabilities are squared: 1, 16, 4, 4 and 1 of 26.
        let expected = [1e3, 16e3, 4e3, 4e3, 1e3];
        let chi: f64 =
            counts.iter().zip(expected).map(|(&c, e)| (f64::from(c) - e).powi(2) / e).sum();
        assert!(chi < 18.47, "chi-square with 4 degrees of freedom, p < 0.001: {chi}");
        assert_ne!(
            (0..20).map(|p| draw(&sampling, 0, p, &mut logits.clone())).collect::<Vec<_>>(),
            (0..20).map(|p| draw(&sampling, 1, p, &mut logits.clone())).collect::<Vec<_>>(),
        );
    }

    #[test]
    fn impossible_options_are_refused() {
        let plain = Sampling::new(Key::new(0));
        assert!(plain.check().is_ok());
        assert!(Sampling { temperature: 0.0, ..plain }.check().is_err());
        assert!(Sampling { top_p: 1.5, ..plain }.check().is_err());
    }
}
