//! Rates: how often each entry of a mixture is drawn.

mod group;
mod rule;

pub use group::Group;
pub use rule::{Count, Rule, Size};

use thiserror::Error;

/// Integer rates sum to less than this, which keeps the schedule's arithmetic inside 128 bits.
pub const TOTAL_LIMIT: u64 = 1 << 32;

/// About what rates sum to when they had to be scaled to whole numbers.
const SCALED_TOTAL: f64 = (1u64 << 31) as f64;

/// Why rates were refused.
#[derive(Debug, Error, PartialEq)]
pub enum RateError {
    /// A rate rule with an impossible number.
    #[error("the rate rule's {name} is {value}: it must be {expected}")]
    Rule {
        /// Which number of the rule.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it has to be.
        expected: &'static str,
    },
    /// A group's rate cannot be shared, as none of its members has one.
    #[error(
        "group `{0}` has a rate above zero, and everything in it has a rate of zero: set the \
         group's rate to 0, or raise that of a member"
    )]
    EmptyGroup(String),
    /// A group's rate is negative, infinite or not a number.
    #[error("group `{name}` has the rate {rate}: a rate is a finite number, zero or more")]
    GroupRate {
        /// The group.
        name: String,
        /// Its rate.
        rate: f64,
    },
    /// A rate that is negative, infinite or not a number.
    #[error("rate number {index} is {value}: a rate is a finite number, zero or more")]
    Invalid {
        /// Position in the list of rates, from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// No entry would ever be drawn.
    #[error("every rate is zero: at least one entry must have a rate above zero")]
    AllZero,
    /// R is negative or not a number.
    #[error(
        "R is {0}: it is the number of denoising examples per supervised example, zero or more, \
         or `inf` for denoising alone"
    )]
    Ratio(f64),
    /// R asks for denoising that the mixture does not have.
    #[error("R is {0}, but no denoising entry has a weight above zero: add one, or set R to 0")]
    NoDenoising(f64),
    /// A finite R in a mixture of denoising entries alone.
    #[error(
        "R is {0}, but no supervised entry has a rate above zero: set R to `inf`, or add tasks"
    )]
    NoSupervised(f64),
}

/// Joins supervised rates with denoising weights at a given R, the number of denoising examples
/// per supervised example. Returns the supervised and the denoising rates.
///
/// The denoising entries together have the rate R · Σ supervised, shared by weight. R = 0 is
/// supervised alone, R = infinity denoising alone.
///
/// # Errors
/// When R is negative or not a number, or asks for a kind of entry that the mixture lacks.
pub fn with_denoising(
    supervised: &[f64],
    weights: &[f64],
    ratio: f64,
) -> Result<(Vec<f64>, Vec<f64>), RateError> {
    if ratio.is_nan() || ratio < 0.0 {
        return Err(RateError::Ratio(ratio));
    }
    let weight: f64 = weights.iter().sum();
    let total: f64 = supervised.iter().sum();
    if ratio > 0.0 && weight == 0.0 {
        return Err(RateError::NoDenoising(ratio));
    }
    if ratio == f64::INFINITY {
        return Ok((vec![0.0; supervised.len()], weights.to_vec()));
    }
    if total == 0.0 {
        return Err(RateError::NoSupervised(ratio));
    }
    let share = |&w: &f64| {
        if ratio == 0.0 { 0.0 } else { ratio * total * w / weight }
    };
    Ok((supervised.to_vec(), weights.iter().map(share).collect()))
}

/// Turns rates into whole numbers, once and for all: rates that are whole numbers with a total
/// below 2³² stay as they are; others are scaled to a total of about 2³¹ and rounded. A rate above
/// zero never becomes zero; a rate of zero stays zero, and its entry is never drawn.
///
/// # Errors
/// When a rate is negative, infinite or not a number, or all are zero.
pub fn quantise(rates: &[f64]) -> Result<Vec<u32>, RateError> {
    if let Some(index) = rates.iter().position(|r| !r.is_finite() || *r < 0.0) {
        let value = rates[index];
        return Err(RateError::Invalid { index, value });
    }
    let largest = rates.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return Err(RateError::AllZero);
    }
    let whole = rates.iter().all(|r| r.fract() == 0.0);
    if whole && rates.iter().sum::<f64>() < TOTAL_LIMIT as f64 {
        return Ok(rates.iter().map(|&r| r as u32).collect());
    }
    // Dividing by the largest first keeps the sum finite.
    let total: f64 = rates.iter().map(|r| r / largest).sum();
    let scaled = |&rate: &f64| {
        let least = if rate > 0.0 { 1.0 } else { 0.0 };
        (rate / largest / total * SCALED_TOTAL).round().max(least) as u32
    };
    Ok(rates.iter().map(scaled).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_rates_stay() {
        assert_eq!(quantise(&[3.0, 0.0, 300_000.0]), Ok(vec![3, 0, 300_000]));
        let most = (TOTAL_LIMIT - 2) as f64;
        assert_eq!(quantise(&[most, 1.0]), Ok(vec![u32::MAX - 1, 1]));
    }

    #[test]
    fn other_rates_are_scaled() {
        assert_eq!(quantise(&[0.5, 0.25, 0.25]), Ok(vec![1 << 30, 1 << 29, 1 << 29]));
        assert_eq!(quantise(&[1e300, 1e-300, 0.0]), Ok(vec![1 << 31, 1, 0]));
        assert_eq!(quantise(&[f64::MAX, f64::MAX]), Ok(vec![1 << 30, 1 << 30]));
        assert_eq!(quantise(&[4e9, 4e9]), Ok(vec![1 << 30, 1 << 30]));
    }

    #[test]
    fn impossible_rates_are_refused() {
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(quantise(&[1.0, bad]), Err(RateError::Invalid { index: 1, .. })));
        }
        assert_eq!(quantise(&[0.0, 0.0]), Err(RateError::AllZero));
        assert_eq!(quantise(&[]), Err(RateError::AllZero));
    }

    #[test]
    fn ratio_is_denoising_per_supervised() {
        let (tasks, denoising) = with_denoising(&[30.0, 10.0], &[3.0, 1.0], 2.0).unwrap();
        assert_eq!((tasks, denoising), (vec![30.0, 10.0], vec![60.0, 20.0]));
        let (tasks, denoising) = with_denoising(&[30.0], &[1.0], 0.0).unwrap();
        assert_eq!((tasks, denoising), (vec![30.0], vec![0.0]));
        let (tasks, denoising) = with_denoising(&[30.0], &[1.0], f64::INFINITY).unwrap();
        assert_eq!((tasks, denoising), (vec![0.0], vec![1.0]));
        assert_eq!(with_denoising(&[30.0], &[], 0.0).unwrap().0, [30.0]);
    }

    #[test]
    fn impossible_ratios_are_refused() {
        assert_eq!(with_denoising(&[1.0], &[1.0], -1.0), Err(RateError::Ratio(-1.0)));
        assert!(with_denoising(&[1.0], &[1.0], f64::NAN).is_err());
        assert_eq!(with_denoising(&[1.0], &[], 1.0), Err(RateError::NoDenoising(1.0)));
        assert_eq!(with_denoising(&[], &[1.0], 1.0), Err(RateError::NoSupervised(1.0)));
    }

    proptest! {
        #[test]
        fn scaled_shares_are_close(rates in prop::collection::vec(1e-3f64..1e9, 1..40)) {
            let whole = quantise(&rates).unwrap();
            let total: f64 = rates.iter().sum();
            let whole_total: u64 = whole.iter().map(|&r| u64::from(r)).sum();
            prop_assert!(whole_total < TOTAL_LIMIT);
            for (rate, &w) in rates.iter().zip(&whole) {
                prop_assert!(w > 0);
                let difference = rate / total - f64::from(w) / whole_total as f64;
                prop_assert!(difference.abs() < 1e-8);
            }
        }
    }
}
