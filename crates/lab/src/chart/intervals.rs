//! Estimates with their intervals, one under the other.

use super::{Drawing, GRID, INK, PALETTE, SOFT, WIDTH, escape, ticks};

/// One row of the chart.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Both ends of its interval.
    pub interval: Option<(f64, f64)>,
    /// What it was made of, such as the value of each seed.
    pub dots: Vec<f64>,
    /// What the pointer is told.
    pub tip: String,
}

const LEFT: f64 = 250.0;
const RIGHT: f64 = WIDTH - 90.0;
const TOP: f64 = 74.0;
const HIGH: f64 = 34.0;

/// Rows in one frame, with a line where nothing is different; nothing when there is no row.
pub fn intervals(title: &str, subtitle: &str, rows: &[Row], even: Option<f64>) -> Option<String> {
    let of = |row: &Row| {
        let (low, high) = row.interval.unwrap_or((row.value, row.value));
        row.dots.iter().copied().chain([low, high, row.value]).collect::<Vec<_>>()
    };
    let all = rows.iter().flat_map(of).chain(even).filter(|value| value.is_finite());
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if rows.is_empty() || low > high {
        return None;
    }
    let room = ((high - low) * 0.05).max(0.1);
    let (low, high) = (low - room, high + room);
    let x = |value: f64| LEFT + (value - low) / (high - low) * (RIGHT - LEFT);
    let bottom = TOP + HIGH * rows.len() as f64;
    let mut drawing = Drawing::new(bottom + 36.0, title, subtitle);
    let (marks, decimals) = ticks(low, high, 6.0);
    for tick in marks {
        drawing.line((x(tick), TOP), (x(tick), bottom), GRID, 1.0);
        drawing.text(x(tick), bottom + 20.0, &format!("{tick:.decimals$}"), "middle", SOFT);
    }
    if let Some(even) = even {
        drawing.line((x(even), TOP - 4.0), (x(even), bottom), INK, 1.5);
    }
    let colour = PALETTE[0];
    for (number, row) in rows.iter().enumerate() {
        let y = TOP + HIGH * (number as f64 + 0.5);
        drawing.text(LEFT - 14.0, y + 4.5, &row.name, "end", INK);
        let value = match even {
            Some(_) => format!("{:+.1}", row.value),
            None => format!("{:.1}", row.value),
        };
        drawing.text(RIGHT + 14.0, y + 4.5, &value, "start", INK);
        let tip = escape(&row.tip);
        drawing.add(format_args!(
            "<g data-tip=\"{tip}\" data-series=\"{number}\"><title>{tip}</title>"
        ));
        drawing.add(format_args!(
            "<rect x=\"{LEFT}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{HIGH}\" fill=\"#ffffff\" \
             fill-opacity=\"0\"/>",
            y - HIGH / 2.0,
            RIGHT - LEFT
        ));
        if let Some((low, high)) = row.interval {
            drawing.line((x(low), y), (x(high), y), colour, 3.0);
            for end in [low, high] {
                drawing.line((x(end), y - 5.0), (x(end), y + 5.0), colour, 2.0);
            }
        }
        row.dots.iter().for_each(|dot| drawing.dot(x(*dot), y, 3.0, SOFT, 0.45));
        drawing.dot(x(row.value), y, 6.0, colour, 1.0);
        drawing.add(format_args!("</g>"));
    }
    Some(drawing.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_marks_that_answer() {
        let row = Row {
            name: "a".to_owned(),
            value: 1.0,
            interval: Some((0.0, 2.0)),
            dots: vec![0.5, 1.5],
            tip: "a: 1 <of> 2".to_owned(),
        };
        let chart = intervals("t", "s", &[row.clone(), row], Some(0.0)).unwrap();
        assert_eq!(chart.matches("<title>a: 1 &lt;of&gt; 2</title>").count(), 2);
        assert_eq!(chart.matches("<circle").count(), 6);
        assert_eq!(intervals("t", "s", &[], None), None);
    }
}
