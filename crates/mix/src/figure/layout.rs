//! Where things stand in the figure, in pixels from its top left corner.

use super::text::width;
use ext5_core::number::count;

/// Where things stand.
pub(super) struct Layout {
    /// Of the whole figure.
    pub width: f64,
    /// Of the whole figure.
    pub height: f64,
    /// Left edge of the words.
    pub margin: f64,
    /// Left edge of the bars' area.
    pub left: f64,
    /// Upper edge of the bars' area.
    pub top: f64,
    /// Width of the bars' area.
    pub plot: f64,
    /// Height of the bars' area.
    pub tall: f64,
    /// Width of a bar.
    pub bar: f64,
    /// Size of the letters of names.
    pub label: f64,
    /// Degrees by which names are turned.
    pub turn: f64,
    /// Width of the numbers on the axis.
    pub tick_room: f64,
    /// Where the families' squares begin, and the feet of their letters.
    pub legend: Vec<(f64, f64)>,
    pitch: f64,
    low: f64,
    high: f64,
}

const MARGIN: f64 = 28.0;
/// Widest and narrowest area for bars.
const WIDEST: f64 = 1480.0;
const NARROWEST: f64 = 640.0;
/// Room for one task, at most.
const PITCH: f64 = 96.0;
/// Where names no longer fit side by side when slanted.
const SLANTED: f64 = 26.0;
const LEGEND_LINE: f64 = 21.0;
/// How far above the largest task the cap may lie and still be drawn.
const CAP_IN_SIGHT: f64 = 100.0;

impl Layout {
    /// The layout for tasks in ascending order of size, and for the words of the legend.
    pub(super) fn new(
        names: &[&str],
        sizes: &[u64],
        cap: Option<f64>,
        legend: &[String],
    ) -> Option<Layout> {
        let (&least, &most) = (sizes.first()?, sizes.last()?);
        let tasks = sizes.len() as f64;
        let plot = (tasks * 30.0).clamp(NARROWEST, WIDEST.max(tasks * 9.0));
        let pitch = (plot / tasks).min(PITCH);
        let plot = pitch * tasks;
        let (turn, label) =
            if pitch >= SLANTED { (38.0, 12.0) } else { (90.0, (pitch * 0.8).clamp(6.0, 11.0)) };

        let high = cap.filter(|&cap| cap <= most as f64 * CAP_IN_SIGHT).unwrap_or(0.0);
        let high = high.max(most as f64).max(10.0) * 1.9;
        let low = 10_f64.powf(((least.max(1) as f64).log10() - 0.15).floor()).max(0.5);

        let angle = f64::to_radians(turn);
        let longest = names.iter().map(|name| width(name, label)).fold(0.0, f64::max);
        let tick_room = width(&count(high as u64), 11.5);
        // A slanted name reaches to the left of its bar.
        let overhang = |(index, name): (usize, &&str)| {
            width(name, label) * angle.cos() - (index as f64 + 0.5) * pitch
        };
        let overhang = names.iter().enumerate().map(overhang).fold(0.0, f64::max);
        let left = MARGIN + (tick_room + 32.0).max(overhang);
        let full = (left + plot + MARGIN).max(NARROWEST);
        let (legend, lines) = flow(legend, full - 2.0 * MARGIN);
        let top = 84.0 + lines * LEGEND_LINE + 14.0;
        let tall = if tasks > 40.0 { 400.0 } else { 330.0 };
        Some(Layout {
            width: full,
            height: top + tall + longest * angle.sin() + label + 26.0,
            margin: MARGIN,
            left,
            top,
            plot,
            tall,
            bar: (pitch * 0.74).min(52.0),
            label,
            turn,
            tick_room,
            legend,
            pitch,
            low,
            high,
        })
    }

    /// The foot of the bars.
    pub(super) fn bottom(&self) -> f64 {
        self.top + self.tall
    }

    /// The height at which a number of examples stands.
    pub(super) fn y(&self, value: f64) -> f64 {
        let span = (self.high / self.low).ln();
        let share = (value.max(self.low) / self.low).ln() / span;
        self.bottom() - share * self.tall
    }

    /// Whether a number of examples is within the axis.
    pub(super) fn shows(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether the sizes can stand above the bars.
    pub(super) fn shows_sizes(&self) -> bool {
        self.pitch >= 44.0
    }

    /// The middle of a bar.
    pub(super) fn centre(&self, index: usize) -> f64 {
        self.left + (index as f64 + 0.5) * self.pitch
    }

    /// The powers of ten on the axis.
    pub(super) fn decades(&self) -> impl Iterator<Item = f64> {
        let powers = (0..19).map(|power| 10_f64.powi(power));
        powers.filter(|&value| self.shows(value))
    }
}

/// Lines of words one after the other, and the number of lines.
fn flow(words: &[String], room: f64) -> (Vec<(f64, f64)>, f64) {
    let (mut x, mut line) = (0.0, 0.0);
    let mut places = Vec::new();
    for words in words {
        let wide = 17.0 + width(words, 12.5) + 16.0;
        if x > 0.0 && x + wide > room {
            (x, line) = (0.0, line + 1.0);
        }
        places.push((MARGIN + x, 94.0 + line * LEGEND_LINE));
        x += wide;
    }
    (places, line + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_stays_inside() {
        for tasks in [1_usize, 5, 30, 107, 400] {
            let names: Vec<String> =
                (0..tasks).map(|task| format!("a_rather_long_task_name_{task}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let sizes: Vec<u64> = (0..tasks as u64).map(|task| 1 + task * task * 500).collect();
            let legend = vec!["reading comprehension 12".to_owned(); 12];
            let layout = Layout::new(&names, &sizes, Some(300_000.0), &legend).unwrap();
            assert!(layout.left + layout.plot <= layout.width, "{tasks}");
            assert!(layout.bottom() < layout.height, "{tasks}");
            let largest = *sizes.last().unwrap() as f64;
            assert!(layout.y(largest) >= layout.top && layout.y(1.0) <= layout.bottom());
            for (index, name) in names.iter().enumerate() {
                let reach = width(name, layout.label) * layout.turn.to_radians().cos();
                assert!(layout.centre(index) - reach >= 0.0, "{tasks}: {name}");
            }
            assert!(layout.legend.iter().all(|&(x, y)| x < layout.width && y < layout.top));
        }
    }
}
