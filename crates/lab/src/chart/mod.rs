//! Charts as the text of SVG files: whoever wants pixels renders them.

mod curves;
mod dots;
mod heat;
mod intervals;
mod lines;

pub use curves::{Across, Along, Curve, Point, curves};
pub use dots::{Pair, pairs};
pub use heat::{Cell, heat};
pub use intervals::{Row, intervals};
pub use lines::{Series, lines};

use std::fmt::Write;

/// The first that there is; the last is always there.
const FONT: &str = "Ubuntu, 'Helvetica Neue', Arial, sans-serif";
const INK: &str = "#1f2933";
const SOFT: &str = "#66737f";
const GRID: &str = "#e6eaee";
/// The colours of the two models.
pub const COLOURS: [&str; 2] = ["#3f78b5", "#e07b39"];

/// Colours of series, told apart by those who see few.
const PALETTE: [&str; 5] = ["#3f78b5", "#e07b39", "#4d8f5b", "#8d5fa8", "#b0485e"];

const WIDTH: f64 = 760.0;

/// Text for XML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A chart that is being drawn.
struct Drawing {
    svg: String,
}

impl Drawing {
    /// An empty chart with a title and a line under it.
    fn new(height: f64, title: &str, subtitle: &str) -> Self {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" font-family=\"{FONT}\" font-size=\"13\" role=\"img\" \
             aria-label=\"{}\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
            escape(title)
        );
        let mut drawing = Drawing { svg };
        drawing.styled(20.0, 28.0, title, "start", INK, 17.0);
        drawing.text(20.0, 48.0, subtitle, "start", SOFT);
        drawing
    }

    fn text(&mut self, x: f64, y: f64, text: &str, anchor: &str, colour: &str) {
        self.styled(x, y, text, anchor, colour, 13.0);
    }

    fn styled(&mut self, x: f64, y: f64, text: &str, anchor: &str, colour: &str, size: f64) {
        let text = escape(text);
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\" \
             font-size=\"{size}\">{text}</text>"
        ));
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str, width: f64) {
        self.add(format_args!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" \
             stroke-width=\"{width}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    fn dot(&mut self, x: f64, y: f64, radius: f64, colour: &str, opacity: f64) {
        self.add(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{colour}\" \
             fill-opacity=\"{opacity}\"/>"
        ));
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.svg, "{element}");
    }

    /// Names with their colours, from the right end of a line to the left.
    fn legend(&mut self, y: f64, names: &[(&str, &str)]) {
        let mut x = WIDTH - 20.0;
        for (name, colour) in names.iter().rev() {
            // How wide a text is drawn depends on the font: it begins where its dot is.
            x -= name.chars().count() as f64 * 7.3;
            self.text(x, y, name, "start", INK);
            self.dot(x - 11.0, y - 4.5, 5.0, colour, 1.0);
            x -= 30.0;
        }
    }

    fn finish(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }
}

/// Round numbers from `low` to `high`, about `count` of them, with the decimals that they need.
fn ticks(low: f64, high: f64, count: f64) -> (Vec<f64>, usize) {
    if high <= low {
        return (vec![low], 0);
    }
    let rough = (high - low) / count;
    let magnitude = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * magnitude);
    let step = step.into_iter().find(|step| *step >= rough).unwrap_or(10.0 * magnitude);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    ((first..=last).map(|tick| tick as f64 * step).collect(), decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(0.3, 4.1, 4.0), (vec![1.0, 2.0, 3.0, 4.0], 0));
        assert_eq!(ticks(0.0, 0.4, 4.0).1, 1);
        assert_eq!(ticks(1.0, 1.0, 4.0).0, [1.0]);
    }

    #[test]
    fn names_cannot_break_a_chart() {
        let chart = Drawing::new(50.0, "a <b> & \"c\"", "").finish();
        assert!(chart.contains("a &lt;b&gt; &amp; &quot;c&quot;") && chart.ends_with("</svg>\n"));
    }
}
