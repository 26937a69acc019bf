//! How early the right candidates of a ranking come: average precision, reciprocal rank, ROC.

/// How early the right ones come when candidates are ranked by score: the mean over the right ones
/// of the precision at each, in 0..=1. Candidates of equal score come at once, as in scikit-learn's
/// `average_precision_score`, so that no order among them is made up. None where nothing is right.
///
/// A candidate is a score and whether it is right; a score that is no number ranks last.
pub fn average_precision(candidates: &[(f64, bool)]) -> Option<f64> {
    let ranked = ranked(candidates);
    let (mut seen, mut right, mut sum) = (0, 0, 0.0);
    for ties in ranked.chunk_by(|a, b| a.0 == b.0) {
        let here = ties.iter().filter(|candidate| candidate.1).count();
        seen += ties.len();
        right += here;
        sum += here as f64 * right as f64 / seen as f64;
    }
    (right > 0).then(|| sum / right as f64)
}

/// One over the rank of the first right candidate, in 0..=1; none where nothing is right.
/// Candidates of equal score share the worst of their ranks, so that a model that tells nothing
/// apart gains nothing.
pub fn reciprocal_rank(candidates: &[(f64, bool)]) -> Option<f64> {
    let mut seen = 0;
    for ties in ranked(candidates).chunk_by(|a, b| a.0 == b.0) {
        seen += ties.len();
        if ties.iter().any(|candidate| candidate.1) {
            return Some(1.0 / seen as f64);
        }
    }
    None
}

/// The area under the ROC curve, in 0..=1: the share of pairs of a right and a wrong candidate in
/// which the right one scores higher, equal scores counting half (Mann and Whitney 1947), as
/// scikit-learn's `roc_auc_score`. 0.5, as for a coin, where there are no such pairs.
pub fn area_under_roc(candidates: &[(f64, bool)]) -> f64 {
    let (mut right, mut wrong, mut won) = (0.0, 0.0, 0.0);
    for ties in ranked(candidates).chunk_by(|a, b| a.0 == b.0) {
        let here = ties.iter().filter(|candidate| candidate.1).count() as f64;
        let others = ties.len() as f64 - here;
        won += others * (right + here / 2.0);
        right += here;
        wrong += others;
    }
    if right * wrong == 0.0 { 0.5 } else { won / (right * wrong) }
}

/// Candidates from the greatest score down; a score that is no number is the least.
fn ranked(candidates: &[(f64, bool)]) -> Vec<(f64, bool)> {
    let score = |&(score, right): &(f64, bool)| {
        (if score.is_nan() { f64::NEG_INFINITY } else { score }, right)
    };
    let mut ranked: Vec<(f64, bool)> = candidates.iter().map(score).collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    ranked
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
    fn first_right_candidate() {
        assert_eq!(reciprocal_rank(&[(0.3, false), (0.2, true), (0.1, true)]), Some(0.5));
        assert_eq!(reciprocal_rank(&[(0.3, true), (0.3, false), (0.3, false)]), Some(1.0 / 3.0));
        assert_eq!(reciprocal_rank(&[(0.3, false)]), None);
    }

    /// The first from the reference's table of metrics.
    #[test]
    fn areas_under_roc() {
        let some = [(0.1, false), (0.4, false), (0.35, true), (0.8, true)];
        assert_eq!(area_under_roc(&some), 0.75);
        assert_eq!(area_under_roc(&[(0.0, true), (0.0, false)]), 0.5);
        assert_eq!(area_under_roc(&[(0.0, true)]), 0.5);
    }

    #[test]
    fn ties_are_not_ordered() {
        let ties = [(0.0, true), (0.0, false), (0.0, false), (-0.0, true)];
        assert_eq!(average_precision(&ties), Some(0.5));
        assert_eq!(average_precision(&[(f64::NAN, true), (0.0, false)]), Some(0.5));
    }
}
