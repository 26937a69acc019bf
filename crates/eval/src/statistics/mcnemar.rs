//! McNemar's test: do two systems differ in how many examples they get right?

/// The examples on which two systems disagree, and how surprising the imbalance is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    /// Examples that only the first system got right.
    pub only_first: u64,
    /// Examples that only the second system got right.
    pub only_second: u64,
    /// Two-sided p-value.
    pub p: f64,
}

/// The exact test of McNemar (1947) on pairs of outcomes, first and second system on the same
/// example. Without a difference in skill each disagreement falls to either side with probability
/// 1/2; p is the two-sided binomial tail.
pub fn mcnemar(outcomes: impl IntoIterator<Item = (bool, bool)>) -> McNemar {
    let (mut only_first, mut only_second) = (0, 0);
    for (first, second) in outcomes {
        only_first += u64::from(first && !second);
        only_second += u64::from(second && !first);
    }
    McNemar { only_first, only_second, p: fair_coin(only_first, only_second) }
}

/// Two-sided probability of so uneven a split of fair coin tosses.
fn fair_coin(heads: u64, tails: u64) -> f64 {
    let (tosses, fewer) = (heads + tails, heads.min(tails));
    let middle = tosses / 2;
    // Binomial coefficients relative to the middle one, which no range of numbers is too small
    // for, from the middle down; the upper half mirrors the lower.
    let (mut term, mut below, mut tail) = (1.0, 0.0, 0.0);
    for k in (0..=middle).rev() {
        below += term;
        if k <= fewer {
            tail += term;
        }
        term *= k as f64 / (tosses - k + 1) as f64;
    }
    let all = if tosses % 2 == 0 { 2.0 * below - 1.0 } else { 2.0 * below };
    (2.0 * tail / all).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_disagreements() {
        let found = mcnemar([(true, true), (true, false), (true, false), (false, true)]);
        assert_eq!((found.only_first, found.only_second, found.p), (2, 1, 1.0));
    }

    #[test]
    fn known_probabilities() {
        assert_eq!(fair_coin(0, 0), 1.0);
        assert!((fair_coin(0, 5) - 2.0 / 32.0).abs() < 1e-15);
        assert!((fair_coin(8, 2) - 2.0 * 56.0 / 1024.0).abs() < 1e-14);
    }
}
