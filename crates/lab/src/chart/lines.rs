//! Curves over steps.

use super::{Drawing, GRID, INK, SOFT, WIDTH, ticks};

/// A curve.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its name in the legend; none where it is empty.
    pub name: String,
    /// Its colour.
    pub colour: &'static str,
    /// Whether its points are marked, as those of rare measurements are.
    pub marked: bool,
    /// Its points; what is not finite is left out.
    pub points: Vec<(f64, f64)>,
}

const HEIGHT: f64 = 340.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 84.0;
const RIGHT: f64 = WIDTH - 20.0;
const BOTTOM: f64 = HEIGHT - 44.0;

/// Curves in one frame; nothing when there is no point.
pub fn lines(title: &str, subtitle: &str, across: &str, series: &[Series]) -> Option<String> {
    let finite = |&(x, y): &(f64, f64)| (x.is_finite() && y.is_finite()).then_some((x, y));
    let points: Vec<_> = series.iter().flat_map(|s| s.points.iter().filter_map(finite)).collect();
    let range = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    };
    let (first, last) = range(&mut points.iter().map(|point| point.0));
    let (low, high) = range(&mut points.iter().map(|point| point.1));
    if points.is_empty() {
        return None;
    }
    let room = ((high - low) * 0.05).max(1e-3);
    let (low, high, last) = (low - room, high + room, last.max(first + 1.0));
    let x = |value: f64| LEFT + (value - first) / (last - first) * (RIGHT - LEFT);
    let y = |value: f64| BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP);

    let mut drawing = Drawing::new(HEIGHT, title, subtitle);
    let plain = series.iter().filter(|series| !series.name.is_empty());
    let names: Vec<_> = plain.map(|series| (series.name.as_str(), series.colour)).collect();
    drawing.legend(70.0, &names);
    let (rows, decimals) = ticks(low, high, 5.0);
    for tick in rows {
        drawing.line((LEFT, y(tick)), (RIGHT, y(tick)), GRID, 1.0);
        drawing.text(LEFT - 8.0, y(tick) + 4.5, &format!("{tick:.decimals$}"), "end", SOFT);
    }
    let (columns, decimals) = ticks(first, last, 6.0);
    for tick in columns {
        drawing.line((x(tick), BOTTOM), (x(tick), BOTTOM + 5.0), SOFT, 1.0);
        drawing.text(x(tick), BOTTOM + 20.0, &format!("{tick:.decimals$}"), "middle", SOFT);
    }
    drawing.line((LEFT, BOTTOM), (RIGHT, BOTTOM), INK, 1.0);
    drawing.text((LEFT + RIGHT) / 2.0, HEIGHT - 8.0, across, "middle", SOFT);
    for series in series {
        let path: Vec<_> = series
            .points
            .iter()
            .filter_map(finite)
            .map(|(a, b)| format!("{:.1},{:.1}", x(a), y(b)))
            .collect();
        let (width, dashes) = if series.marked { (1.5, "5 4") } else { (2.0, "none") };
        drawing.add(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" \
             stroke-dasharray=\"{dashes}\" stroke-linejoin=\"round\"/>",
            path.join(" "),
            series.colour
        ));
        for (a, b) in series.points.iter().filter_map(finite).filter(|_| series.marked) {
            drawing.dot(x(a), y(b), 3.0, series.colour, 1.0);
        }
    }
    Some(drawing.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_lie_in_their_frame() {
        let series = |points: &[(f64, f64)]| Series {
            name: "a".to_owned(),
            colour: "#000000",
            marked: true,
            points: points.to_vec(),
        };
        assert_eq!(lines("t", "s", "step", &[series(&[(1.0, f64::NAN)])]), None);
        let chart = lines("t", "s", "step", &[series(&[(0.0, 2.0), (10.0, 1.0)])]).unwrap();
        let points = chart.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let points: Vec<f64> = points.split([' ', ',']).map(|n| n.parse().unwrap()).collect();
        assert_eq!((points[0], points[2]), (LEFT, RIGHT));
        assert!(TOP <= points[1] && points[1] < points[3] && points[3] <= BOTTOM, "{points:?}");
    }
}
