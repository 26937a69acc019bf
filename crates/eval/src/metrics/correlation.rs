//! Correlations of predicted with true numbers.

/// What stands for a predicted text that is no number (T5's choice for STS-B, whose scores are
/// 0 to 5).
pub const NO_NUMBER: f64 = -1.0;

/// The number that a text says, white space around it aside; [`NO_NUMBER`] for anything else,
/// infinities included.
pub fn number(text: &str) -> f64 {
    text.trim().parse().ok().filter(|value: &f64| value.is_finite()).unwrap_or(NO_NUMBER)
}

/// Pearson's correlation coefficient of pairs; 0 where it is undefined (fewer than two pairs, or
/// a constant side: SciPy gives `nan` there, which no table can use).
pub fn pearson(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |side: fn(&(f64, f64)) -> f64| pairs.iter().map(side).sum::<f64>() / n;
    let (x_mean, y_mean) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for &(x, y) in pairs {
        let (x, y) = (x - x_mean, y - y_mean);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    // The square roots are taken apart so that their product cannot overflow.
    let scale = xx.sqrt() * yy.sqrt();
    if scale > 0.0 { (xy / scale).clamp(-1.0, 1.0) } else { 0.0 }
}

/// Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank.
pub fn spearman(pairs: &[(f64, f64)]) -> f64 {
    let x = ranks(pairs.iter().map(|pair| pair.0));
    let y = ranks(pairs.iter().map(|pair| pair.1));
    pearson(&x.into_iter().zip(y).collect::<Vec<_>>())
}

/// Ranks from 1, in the order of the input.
fn ranks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<(f64, usize)> = values.enumerate().map(|(i, v)| (v, i)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; sorted.len()];
    let mut before = 0;
    for ties in sorted.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + (ties.len() + 1) as f64 / 2.0;
        for &(_, index) in ties {
            ranks[index] = rank;
        }
        before += ties.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both from the reference's table of metrics.
    #[test]
    fn golden_values() {
        assert!((spearman(&[(0.0, 0.0), (2.0, 1.0), (1.0, 2.0)]) - 0.5).abs() < 1e-12);
        assert!((pearson(&[(0.0, 0.0), (2.0, 1.0)]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn texts_that_are_no_numbers() {
        assert_eq!(number(" 3.8\n"), 3.8);
        for text in ["", "three", "nan", "inf", "1e999", "3,8"] {
            assert_eq!(number(text), NO_NUMBER, "{text}");
        }
    }

    #[test]
    fn constant_sides_have_no_correlation() {
        assert_eq!(pearson(&[(1.0, 2.0), (1.0, 3.0)]), 0.0);
        assert_eq!(pearson(&[]), 0.0);
        assert_eq!(spearman(&[(1.0, 1.0)]), 0.0);
    }

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(
            ranks([3.0, 1.0, 3.0, 2.0, 0.0, -0.0].into_iter()),
            [5.5, 3.0, 5.5, 4.0, 1.5, 1.5]
        );
    }
}
