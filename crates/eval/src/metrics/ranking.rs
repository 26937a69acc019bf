//! Average precision of a ranking.

/// How early the right ones come when candidates are ranked by score: the mean over the right ones
/// of the precision at each, in 0..=1. Candidates of equal score come at once, as in scikit-learn's
/// `average_precision_score`, so that no order among them is made up. None where nothing is right.
///
/// A candidate is a score and whether it is right; a score that is no number ranks last.
pub fn average_precision(candidates: &[(f64, bool)]) -> Option<f64> {
    let score = |&(score, right): &(f64, bool)| {
        (if score.is_nan() { f64::NEG_INFINITY } else { score }, right)
    };
    let mut ranked: Vec<(f64, bool)> = candidates.iter().map(score).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut seen, mut right, mut sum) = (0, 0, 0.0);
    for ties in ranked.chunk_by(|a, b| a.0 == b.0) {
        let here = ties.iter().filter(|candidate| candidate.1).count();
        seen += ties.len();
        right += here;
        sum += here as f64 * right as f64 / seen as f64;
    }
    (right > 0).then(|| sum / right as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_rankings() {
        let found = average_precision(&[(0.1, false), (0.4, false), (0.35, true), (0.8, true)]);
        // The area under the precision-recall curve in the reference's table of metrics.
        assert!((found.unwrap() - 0.833_333_333_333).abs() < 1e-9);
        assert_eq!(average_precision(&[(2.0, true), (1.0, true), (0.0, false)]), Some(1.0));
        assert_eq!(average_precision(&[(1.0, false)]), None);
    }

    #[test]
    fn ties_are_not_ordered() {
        let ties = [(0.0, true), (0.0, false), (0.0, false), (-0.0, true)];
        assert_eq!(average_precision(&ties), Some(0.5));
        assert_eq!(average_precision(&[(f64::NAN, true), (0.0, false)]), Some(0.5));
    }
}
