//! Curves with intervals over a number, and lines across for what has no place on the axis.

use super::{Drawing, GRID, INK, PALETTE, SOFT, WIDTH, escape, ticks};

/// A place of a curve.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its place on the axis.
    pub x: f64,
    /// Its height.
    pub y: f64,
    /// Both ends of its interval.
    pub interval: Option<(f64, f64)>,
    /// What the pointer is told.
    pub tip: String,
}

/// A curve.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Its name in the legend.
    pub name: String,
    /// Its points, in order of their places.
    pub points: Vec<Point>,
}

/// A line across.
#[derive(Clone, Debug)]
pub struct Across {
    /// Its name, which stands on it.
    pub name: String,
    /// Its height.
    pub y: f64,
    /// What the pointer is told.
    pub tip: String,
}

/// What the axis is.
#[derive(Clone, Copy, Debug)]
pub struct Along<'a> {
    /// What the number is.
    pub label: &'a str,
    /// Whether equal factors are equally far apart.
    pub log: bool,
}

const HEIGHT: f64 = 400.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 84.0;
const RIGHT: f64 = WIDTH - 30.0;
const BOTTOM: f64 = HEIGHT - 52.0;

/// Curves in one frame; nothing when there is no point.
pub fn curves(
    title: &str,
    subtitle: &str,
    along: Along<'_>,
    curves: &[Curve],
    across: &[Across],
) -> Option<String> {
    let place = |x: f64| if along.log { x.max(1e-9).ln() } else { x };
    let points: Vec<&Point> = curves.iter().flat_map(|curve| &curve.points).collect();
    let range = |values: &mut dyn Iterator<Item = f64>| {
        values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    };
    let ends = |point: &&Point| {
        let (low, high) = point.interval.unwrap_or((point.y, point.y));
        [low, high, point.y]
    };
    let (low, high) =
        range(&mut points.iter().flat_map(ends).chain(across.iter().map(|line| line.y)));
    let (first, last) = range(&mut points.iter().map(|point| place(point.x)));
    if points.is_empty() || low > high || first > last {
        return None;
    }
    let room = ((high - low) * 0.08).max(0.1);
    let (low, high) = (low - room, high + room);
    let margin = ((last - first) * 0.06).max(1e-3);
    let (first, last) = (first - margin, last + margin);
    let x = |value: f64| LEFT + (place(value) - first) / (last - first) * (RIGHT - LEFT);
    let y = |value: f64| BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP);
    let mut drawing = Drawing::new(HEIGHT, title, subtitle);
    let colour = |number: usize| PALETTE[number % PALETTE.len()];
    let names: Vec<_> =
        curves.iter().enumerate().map(|(n, curve)| (curve.name.as_str(), colour(n))).collect();
    drawing.legend(70.0, &names);
    let (marks, decimals) = ticks(low, high, 5.0);
    for tick in marks {
        drawing.line((LEFT, y(tick)), (RIGHT, y(tick)), GRID, 1.0);
        drawing.text(LEFT - 8.0, y(tick) + 4.5, &format!("{tick:.decimals$}"), "end", SOFT);
    }
    // On a logarithmic axis, and where there are few places, the places themselves are the marks.
    let mut places: Vec<f64> = points.iter().map(|point| point.x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let marks = match along.log || places.len() <= 6 {
        true => places,
        false => ticks(first, last, 6.0).0,
    };
    for tick in marks {
        drawing.line((x(tick), BOTTOM), (x(tick), BOTTOM + 5.0), SOFT, 1.0);
        drawing.text(x(tick), BOTTOM + 20.0, &short(tick), "middle", SOFT);
    }
    drawing.line((LEFT, BOTTOM), (RIGHT, BOTTOM), INK, 1.0);
    drawing.text((LEFT + RIGHT) / 2.0, HEIGHT - 8.0, along.label, "middle", SOFT);
    for (number, line) in across.iter().enumerate() {
        let (tip, height) = (escape(&line.tip), y(line.y));
        // Beside each other, as lines may lie on each other.
        let name_at = RIGHT - 4.0 - 110.0 * number as f64;
        drawing.add(format_args!("<g data-tip=\"{tip}\"><title>{tip}</title>"));
        drawing.add(format_args!(
            "<line x1=\"{LEFT}\" y1=\"{height:.1}\" x2=\"{RIGHT}\" y2=\"{height:.1}\" \
             stroke=\"{INK}\" stroke-width=\"1.5\" stroke-dasharray=\"{} 4\"/>",
            6 + 6 * number
        ));
        drawing.text(name_at, height - 6.0, &line.name, "end", INK);
        drawing.add(format_args!("</g>"));
    }
    for (number, curve) in curves.iter().enumerate() {
        // Beside each other, as curves may share places.
        let aside = 7.0 * (number as f64 - (curves.len() - 1) as f64 / 2.0);
        let at = |point: &Point| (x(point.x) + aside, y(point.y));
        draw(&mut drawing, (number, curve), colour(number), &at, &y);
    }
    Some(drawing.finish())
}

fn draw(
    drawing: &mut Drawing,
    (number, curve): (usize, &Curve),
    colour: &str,
    at: &dyn Fn(&Point) -> (f64, f64),
    height: &dyn Fn(f64) -> f64,
) {
    let path: Vec<String> =
        curve.points.iter().map(at).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    // Signs beside colours: each curve has dashes of its own.
    let dashes = ["none", "8 4", "2 4", "10 4 2 4"][number % 4];
    drawing.add(format_args!(
        "<polyline data-series=\"{number}\" points=\"{}\" fill=\"none\" stroke=\"{colour}\" \
         stroke-width=\"2\" stroke-dasharray=\"{dashes}\" stroke-linejoin=\"round\"/>",
        path.join(" ")
    ));
    for point in &curve.points {
        let ((x, y), tip) = (at(point), escape(&point.tip));
        drawing.add(format_args!(
            "<g data-tip=\"{tip}\" data-series=\"{number}\"><title>{tip}</title>"
        ));
        if let Some((low, high)) = point.interval {
            drawing.line((x, height(low)), (x, height(high)), colour, 1.5);
            for end in [low, high] {
                drawing.line((x - 5.0, height(end)), (x + 5.0, height(end)), colour, 1.5);
            }
        }
        drawing.dot(x, y, 5.5, colour, 1.0);
        drawing.add(format_args!("</g>"));
    }
}

/// A number as an axis shows it: 3.4 M.
fn short(number: f64) -> String {
    let (scaled, unit) = match number.abs() {
        1e12.. => (number / 1e12, " T"),
        1e9.. => (number / 1e9, " G"),
        1e6.. => (number / 1e6, " M"),
        1e4.. => (number / 1e3, " k"),
        _ => (number, ""),
    };
    let text = format!("{scaled:.2}");
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_factors_are_equally_far_apart() {
        let point =
            |x: f64| Point { x, y: x, interval: Some((x - 0.5, x + 0.5)), tip: "p".to_owned() };
        let curve = Curve { name: "a".to_owned(), points: [0.5, 2.0, 8.0].map(point).to_vec() };
        let across = Across { name: "end".to_owned(), y: 3.0, tip: "l".to_owned() };
        let along = Along { label: "R", log: true };
        let chart = curves("t", "s", along, &[curve], &[across]).unwrap();
        let points = chart.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let x: Vec<f64> =
            points.split(' ').map(|p| p.split(',').next().unwrap().parse().unwrap()).collect();
        assert!((x[1] - x[0] - (x[2] - x[1])).abs() < 0.2, "{x:?}");
        assert_eq!(chart.matches("<title>").count(), 4);
        assert_eq!(curves("t", "s", along, &[], &[]), None);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.5, 8.0, 640.0, 1_802_240.0].map(short), ["0.5", "8", "640", "1.8 M"]);
    }
}
