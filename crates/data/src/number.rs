//! Floating-point numbers as JSON has them.

use serde_json::{Number, Value};

/// The number with the fewest digits that is read back as `value`, so that 0.1 stays 0.1; null for
/// those that are no number.
pub(crate) fn float(value: f32) -> Value {
    double(value.to_string().parse().unwrap_or(f64::from(value)))
}

/// The number, or null for those that are no number.
pub(crate) fn double(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_that_were_written() {
        let text = |value| float(value).to_string();
        assert_eq!(
            [0.1, 0.75, -3.0, 1e-30, 16_777_216.0, f32::MAX, f32::NAN, f32::INFINITY].map(text),
            ["0.1", "0.75", "-3.0", "1e-30", "16777216.0", "3.4028235e+38", "null", "null"]
        );
    }
}
