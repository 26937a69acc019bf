//! A matrix of signed numbers whose signs are seen without colours.

use super::{Drawing, INK, SOFT, WIDTH, escape};

/// A cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its number.
    pub value: f64,
    /// Whether it is beyond noise.
    pub sure: bool,
    /// What the pointer is told.
    pub tip: String,
}

const LEFT: f64 = 120.0;
const TOP: f64 = 112.0;
const HIGH: f64 = 42.0;
/// Towards these cells turn, above and below 0.
const ABOVE: [f64; 3] = [63.0, 120.0, 181.0];
const BELOW: [f64; 3] = [224.0, 123.0, 57.0];

/// A matrix with its numbers written in the cells: those below 0 are hatched, those beyond noise bold
/// and framed. Rows and columns are named.
pub fn heat(
    title: &str,
    subtitle: &str,
    rows: &[String],
    columns: &[String],
    cell: &dyn Fn(usize, usize) -> Option<Cell>,
) -> String {
    let wide = (WIDTH - 20.0 - LEFT) / columns.len().max(1) as f64;
    let height = TOP + HIGH * rows.len() as f64 + 44.0;
    let mut drawing = Drawing::new(height, title, subtitle);
    drawing.add(format_args!(
        "<defs><pattern id=\"hatch\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\" \
         stroke=\"{INK}\" stroke-opacity=\"0.22\" stroke-width=\"2\"/></pattern></defs>"
    ));
    for (column, name) in columns.iter().enumerate() {
        drawing.text(LEFT + wide * (column as f64 + 0.5), TOP - 10.0, name, "middle", INK);
    }
    let all = (0..rows.len()).flat_map(|row| (0..columns.len()).map(move |column| (row, column)));
    let largest = all.filter_map(|(row, column)| cell(row, column));
    let largest = largest.map(|cell| cell.value.abs()).fold(1e-9, f64::max);
    for (row, name) in rows.iter().enumerate() {
        let y = TOP + HIGH * row as f64;
        drawing.text(LEFT - 12.0, y + HIGH / 2.0 + 4.5, name, "end", INK);
        for column in 0..columns.len() {
            let x = LEFT + wide * column as f64;
            if let Some(cell) = cell(row, column) {
                draw(&mut drawing, &cell, (x, y), wide, largest);
            }
        }
    }
    let key = "hatched: below 0; bold in a frame: beyond noise";
    drawing.text(WIDTH - 20.0, height - 14.0, key, "end", SOFT);
    drawing.finish()
}

fn draw(drawing: &mut Drawing, cell: &Cell, (x, y): (f64, f64), wide: f64, largest: f64) {
    let share = (cell.value.abs() / largest).clamp(0.0, 1.0) * 0.75;
    let towards = if cell.value < 0.0 { BELOW } else { ABOVE };
    let [red, green, blue] = towards.map(|of| 255.0 + (of - 255.0) * share);
    let tip = escape(&cell.tip);
    let (width, high) = (wide - 3.0, HIGH - 3.0);
    drawing.add(format_args!("<g data-tip=\"{tip}\"><title>{tip}</title>"));
    let (frame, thick) = if cell.sure { (INK, 2.0) } else { ("#d5dbe1", 1.0) };
    drawing.add(format_args!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{high:.1}\" rx=\"3\" \
         fill=\"rgb({red:.0},{green:.0},{blue:.0})\" stroke=\"{frame}\" stroke-width=\"{thick}\"/>"
    ));
    if cell.value < 0.0 {
        drawing.add(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{high:.1}\" rx=\"3\" \
             fill=\"url(#hatch)\"/>"
        ));
    }
    let weight = if cell.sure { "bold" } else { "normal" };
    // A minus that is as wide as a plus.
    let number = format!("{:+.1}", cell.value).replace('-', "\u{2212}");
    drawing.add(format_args!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"{INK}\" \
         font-weight=\"{weight}\">{number}</text></g>",
        x + width / 2.0,
        y + high / 2.0 + 4.5
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_seen_without_colours() {
        let names = ["a", "b"].map(str::to_owned);
        let cell = |row: usize, column: usize| {
            let value = row as f64 - column as f64;
            (row != column).then(|| Cell { value, sure: value > 0.0, tip: format!("{value}") })
        };
        let chart = heat("t", "s", &names, &names, &cell);
        assert_eq!(chart.matches("url(#hatch)").count(), 1);
        assert!(chart.contains(">\u{2212}1.0</text>") && chart.contains(">+1.0</text>"));
        assert_eq!(chart.matches("font-weight=\"bold\"").count(), 1);
    }
}
