//! From Parquet's values to JSON's.

use crate::number;
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as PhysicalType};
use ::parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use ::parquet::schema::types::ColumnDescriptor;
use chrono::{DateTime, NaiveDate, NaiveTime};
use serde_json::Value;

const NANOSECONDS: i64 = 1_000_000_000;
/// 1 January 1970, as days of the calendar that counts from year 1, and as a Julian day.
const EPOCH_DAY: i32 = 719_163;
const EPOCH_JULIAN_DAY: i64 = 2_440_588;

/// What one value has become.
pub(super) enum Leaf {
    Value(Value),
    /// Bytes that are not UTF-8 and never said that they were.
    Binary,
    Malformed(String),
}

impl From<Value> for Leaf {
    fn from(value: Value) -> Self {
        Leaf::Value(value)
    }
}

impl From<String> for Leaf {
    fn from(text: String) -> Self {
        Leaf::Value(Value::String(text))
    }
}

/// What the values of a column mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// What their physical type says.
    Plain,
    Unsigned,
    Text,
    Json,
    Uuid,
    Float16,
    Decimal {
        scale: usize,
    },
    Date,
    /// Since midnight; `second` of the unit make a second.
    Time {
        second: i64,
    },
    /// Since 1 January 1970, in universal time or in a time zone that is not known.
    Timestamp {
        second: i64,
        utc: bool,
    },
    /// Months, days and milliseconds.
    Interval,
}

impl Kind {
    pub(super) fn of(column: &ColumnDescriptor) -> Kind {
        let decimal = |scale| Kind::Decimal { scale: usize::try_from(scale).unwrap_or_default() };
        if let Some(logical) = column.logical_type_ref() {
            match logical {
                LogicalType::String | LogicalType::Enum => return Kind::Text,
                LogicalType::Json => return Kind::Json,
                LogicalType::Uuid => return Kind::Uuid,
                LogicalType::Float16 => return Kind::Float16,
                LogicalType::Date => return Kind::Date,
                LogicalType::Decimal(decimal_type) => return decimal(decimal_type.scale),
                LogicalType::Time(time) => return Kind::Time { second: second(&time.unit) },
                LogicalType::Timestamp(time) => {
                    let utc = time.is_adjusted_to_u_t_c;
                    return Kind::Timestamp { second: second(&time.unit), utc };
                }
                LogicalType::Integer(integer) if !integer.is_signed => return Kind::Unsigned,
                _ => {}
            }
        }
        match column.converted_type() {
            ConvertedType::UTF8 | ConvertedType::ENUM => Kind::Text,
            ConvertedType::JSON => Kind::Json,
            ConvertedType::DATE => Kind::Date,
            ConvertedType::DECIMAL => decimal(column.type_scale()),
            ConvertedType::TIME_MILLIS => Kind::Time { second: 1_000 },
            ConvertedType::TIME_MICROS => Kind::Time { second: 1_000_000 },
            ConvertedType::TIMESTAMP_MILLIS => Kind::Timestamp { second: 1_000, utc: true },
            ConvertedType::TIMESTAMP_MICROS => Kind::Timestamp { second: 1_000_000, utc: true },
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Kind::Unsigned,
            ConvertedType::INTERVAL => Kind::Interval,
            _ => match column.physical_type() {
                // The timestamps of old Hive, Impala and Spark, which have no annotation.
                PhysicalType::INT96 => Kind::Timestamp { second: NANOSECONDS, utc: false },
                _ => Kind::Plain,
            },
        }
    }
}

fn second(unit: &TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => NANOSECONDS,
    }
}

/// A type that values are stored as.
pub(super) trait Physical: Send {
    fn leaf(&self, kind: &Kind) -> Leaf;
}

impl Physical for bool {
    fn leaf(&self, _: &Kind) -> Leaf {
        Value::Bool(*self).into()
    }
}

impl Physical for i32 {
    fn leaf(&self, kind: &Kind) -> Leaf {
        match kind {
            // Its bits are those of the unsigned number.
            Kind::Unsigned => Value::from(*self as u32).into(),
            _ => i64::from(*self).leaf(kind),
        }
    }
}

impl Physical for i64 {
    fn leaf(&self, kind: &Kind) -> Leaf {
        let value = *self;
        match *kind {
            Kind::Unsigned => Value::from(value as u64).into(),
            Kind::Decimal { scale } => decimal(&value.to_be_bytes(), scale).into(),
            Kind::Date => date(value),
            Kind::Time { second } => time(value, second),
            Kind::Timestamp { second, utc } => timestamp(value, second, utc),
            _ => Value::from(value).into(),
        }
    }
}

impl Physical for Int96 {
    fn leaf(&self, _: &Kind) -> Leaf {
        let [low, high, day] = [0, 1, 2].map(|index| self.data().get(index).copied().unwrap_or(0));
        let nanoseconds = (i64::from(high) << 32 | i64::from(low)).rem_euclid(86_400 * NANOSECONDS);
        let days = i64::from(day) - EPOCH_JULIAN_DAY;
        moment(days * 86_400 + nanoseconds / NANOSECONDS, nanoseconds % NANOSECONDS, false)
    }
}

impl Physical for f32 {
    fn leaf(&self, _: &Kind) -> Leaf {
        number::float(*self).into()
    }
}

impl Physical for f64 {
    fn leaf(&self, _: &Kind) -> Leaf {
        number::double(*self).into()
    }
}

impl Physical for ByteArray {
    fn leaf(&self, kind: &Kind) -> Leaf {
        bytes(self.data(), kind)
    }
}

impl Physical for FixedLenByteArray {
    fn leaf(&self, kind: &Kind) -> Leaf {
        bytes(self.data(), kind)
    }
}

fn bytes(bytes: &[u8], kind: &Kind) -> Leaf {
    let text = std::str::from_utf8(bytes);
    match (kind, bytes, text) {
        (Kind::Decimal { scale }, ..) => decimal(bytes, *scale).into(),
        (Kind::Uuid, [_, .., _], _) if bytes.len() == 16 => uuid(bytes).into(),
        (Kind::Float16, [low, high], _) => {
            number::float(half(u16::from_le_bytes([*low, *high]))).into()
        }
        (Kind::Interval, [..], _) if bytes.len() == 12 => interval(bytes).into(),
        (Kind::Json, _, Ok(text)) => match serde_json::from_str::<Value>(text) {
            Ok(value) => value.into(),
            Err(error) => Leaf::Malformed(format!("not JSON: {error}")),
        },
        (Kind::Text | Kind::Json, _, Err(error)) => {
            Leaf::Malformed(format!("not UTF-8 at byte {}", error.valid_up_to() + 1))
        }
        (_, _, Ok(text)) => text.to_owned().into(),
        (_, _, Err(_)) => Leaf::Binary,
    }
}

/// The digits of a number in big-endian two's complement, `scale` of them after the point.
fn decimal(bytes: &[u8], scale: usize) -> String {
    let negative = bytes.first().is_some_and(|&byte| byte >= 0x80);
    let mut magnitude = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    // Long division by ten, until nothing is left and there is a digit before the point.
    let mut digits = Vec::new();
    while digits.len() <= scale || magnitude.iter().any(|&byte| byte != 0) {
        if scale > 0 && digits.len() == scale {
            digits.push('.');
            continue;
        }
        let mut rest = 0;
        for byte in &mut magnitude {
            let value = rest << 8 | u32::from(*byte);
            *byte = (value / 10) as u8;
            rest = value % 10;
        }
        digits.push(char::from_digit(rest, 10).unwrap_or('0'));
    }
    // The point was counted as a digit: there may be none before it yet.
    if digits.last() == Some(&'.') {
        digits.push('0');
    }
    if negative {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&index) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// A number of 16 bits after IEEE 754.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 0x1F);
    let fraction = f32::from(bits & 0x3FF) / 1024.0;
    sign * match (exponent, fraction) {
        (0, _) => fraction * 2f32.powi(-14),
        (31, 0.0) => f32::INFINITY,
        (31, _) => f32::NAN,
        _ => (1.0 + fraction) * 2f32.powi(exponent - 15),
    }
}

/// An ISO 8601 duration.
fn interval(bytes: &[u8]) -> String {
    let (words, _) = bytes.as_chunks::<4>();
    let word = |index| words.get(index).map_or(0, |&word| u32::from_le_bytes(word));
    let (months, days, milliseconds) = (word(0), word(1), word(2));
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    format!("P{months}M{days}DT{seconds}.{rest:03}S")
}

fn out_of_range(what: &str, value: i64) -> Leaf {
    Leaf::Malformed(format!("{value} is out of the range of a {what}"))
}

fn date(days: i64) -> Leaf {
    let day = i32::try_from(days).ok().and_then(|days| days.checked_add(EPOCH_DAY));
    match day.and_then(NaiveDate::from_num_days_from_ce_opt) {
        Some(date) => date.to_string().into(),
        None => out_of_range("date", days),
    }
}

fn time(value: i64, second: i64) -> Leaf {
    let (seconds, rest) = (value.div_euclid(second), value.rem_euclid(second));
    let nanoseconds = u32::try_from(rest * (NANOSECONDS / second)).unwrap_or_default();
    let seconds = u32::try_from(seconds).ok();
    let time = seconds.and_then(|s| NaiveTime::from_num_seconds_from_midnight_opt(s, nanoseconds));
    match time {
        Some(time) => time.format("%H:%M:%S%.f").to_string().into(),
        None => out_of_range("time", value),
    }
}

fn timestamp(value: i64, second: i64, utc: bool) -> Leaf {
    let rest = value.rem_euclid(second) * (NANOSECONDS / second);
    moment(value.div_euclid(second), rest, utc)
}

fn moment(seconds: i64, nanoseconds: i64, utc: bool) -> Leaf {
    let nanoseconds = u32::try_from(nanoseconds).unwrap_or_default();
    match DateTime::from_timestamp(seconds, nanoseconds) {
        Some(moment) if utc => moment.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string().into(),
        Some(moment) => moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string().into(),
        None => out_of_range("timestamp", seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        let cases: [(&[u8], usize, &str); 8] = [
            (&[0], 0, "0"),
            (&[0], 2, "0.00"),
            (&[0x7B], 0, "123"),
            (&[0x7B], 1, "12.3"),
            (&[0x7B], 3, "0.123"),
            (&[0x7B], 5, "0.00123"),
            (&[0xFF, 0x85], 2, "-1.23"),
            (&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0, "-604462909807314587353088"),
        ];
        for (bytes, scale, expected) in cases {
            assert_eq!(decimal(bytes, scale), expected);
        }
    }

    #[test]
    fn halves_are_widened() {
        let cases =
            [(0x3C00, 1.0), (0xC000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8)];
        for (bits, expected) in cases {
            assert_eq!(half(bits), expected);
        }
        assert!(half(0x7E00).is_nan() && half(0xFC00) == f32::NEG_INFINITY);
    }

    #[test]
    fn times_before_the_epoch() {
        let text = |leaf| match leaf {
            Leaf::Value(Value::String(text)) => text,
            Leaf::Malformed(reason) => reason,
            _ => String::new(),
        };
        assert_eq!(text(date(-1)), "1969-12-31");
        assert_eq!(text(timestamp(-1, 1000, true)), "1969-12-31T23:59:59.999Z");
        assert_eq!(text(time(86_399_000_001, 1_000_000)), "23:59:59.000001");
        assert_eq!(text(time(-1, 1000)), "-1 is out of the range of a time");
        assert!(text(timestamp(i64::MAX, 1000, true)).ends_with("out of the range of a timestamp"));
    }
}
