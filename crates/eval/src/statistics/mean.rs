//! Means of a sample, and how far they may be off.

use super::Interval;

/// The mean; none of no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The standard error of the mean: the sample's standard deviation (divisor n − 1) over √n. None
/// of fewer than two values.
pub fn standard_error(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let n = values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt())
}

/// Student's interval for the mean of few normal values, such as the scores of several seeds:
/// mean ± t · standard error with n − 1 degrees of freedom. None of fewer than two values, or of
/// a confidence outside (0, 1).
pub fn mean_interval(values: &[f64], confidence: f64) -> Option<Interval> {
    let (mean, error) = (mean(values)?, standard_error(values)?);
    let reach = student_quantile(confidence, values.len() - 1)? * error;
    Some(Interval { low: mean - reach, high: mean + reach })
}

/// The t with `student_within(t) = confidence`, by bisection of the angle atan(t / √freedom).
fn student_quantile(confidence: f64, freedom: usize) -> Option<f64> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let (mut low, mut high) = (0.0, std::f64::consts::FRAC_PI_2);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if student_within(middle, freedom) < confidence {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(low.tan() * (freedom as f64).sqrt())
}

/// The probability that Student's t lies within ±√freedom · tan(angle), by the finite series for
/// whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4).
fn student_within(angle: f64, freedom: usize) -> f64 {
    let (sine, cosine) = angle.sin_cos();
    let odd = freedom % 2 == 1;
    let mut term = if odd { cosine } else { 1.0 };
    let mut sum = 0.0;
    let mut power = if odd { 1 } else { 0 };
    while power + 2 <= freedom {
        sum += term;
        power += 2;
        term *= cosine * cosine * (power - 1) as f64 / power as f64;
    }
    if odd { (angle + sine * sum) * std::f64::consts::FRAC_2_PI } else { sine * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples() {
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
        assert!((standard_error(&[1.0, 2.0, 6.0]).unwrap() - (7.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!((mean(&[]), standard_error(&[1.0])), (None, None));
        assert_eq!(mean_interval(&[1.0, 2.0], 1.0), None);
    }
}
