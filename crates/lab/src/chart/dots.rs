//! Two systems on several tasks: a dot for each mean, a faint one for each seed.

use super::{COLOURS, Drawing, GRID, INK, SOFT, WIDTH};

/// What two systems score on a task, from 0 to 100.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The task.
    pub name: String,
    /// What is behind it on the right, such as a difference.
    pub note: String,
    /// What whoever has learned nothing scores.
    pub floor: f64,
    /// The scores of the seeds, by system.
    pub seeds: [Vec<f64>; 2],
    /// Their means.
    pub means: [f64; 2],
}

const ROW: f64 = 34.0;
const TOP: f64 = 88.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = WIDTH - 190.0;

/// A row for each pair.
pub fn pairs(title: &str, subtitle: &str, names: [&str; 2], pairs: &[Pair]) -> String {
    let bottom = TOP + ROW * pairs.len() as f64;
    let mut drawing = Drawing::new(bottom + 36.0, title, subtitle);
    drawing.legend(70.0, &[(names[0], COLOURS[0]), (names[1], COLOURS[1]), ("majority", SOFT)]);
    let x = |score: f64| LEFT + score.clamp(0.0, 100.0) / 100.0 * (RIGHT - LEFT);
    for tick in [0.0, 25.0, 50.0, 75.0, 100.0] {
        drawing.line((x(tick), TOP - 6.0), (x(tick), bottom), GRID, 1.0);
        drawing.text(x(tick), bottom + 18.0, &format!("{tick}"), "middle", SOFT);
    }
    for (row, pair) in pairs.iter().enumerate() {
        let y = TOP + ROW * (row as f64 + 0.5);
        drawing.text(LEFT - 14.0, y + 4.5, &pair.name, "end", INK);
        drawing.text(RIGHT + 14.0, y + 4.5, &pair.note, "start", INK);
        drawing.line((x(pair.means[0]), y), (x(pair.means[1]), y), SOFT, 1.5);
        drawing.line((x(pair.floor), y - 9.0), (x(pair.floor), y + 9.0), SOFT, 2.0);
        for (seeds, colour) in pair.seeds.iter().zip(COLOURS) {
            seeds.iter().for_each(|&score| drawing.dot(x(score), y, 3.5, colour, 0.35));
        }
        for (mean, colour) in pair.means.into_iter().zip(COLOURS) {
            drawing.dot(x(mean), y, 6.0, colour, 1.0);
        }
    }
    drawing.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_and_mean_has_a_dot() {
        let pair = Pair {
            name: "a".to_owned(),
            note: "+1".to_owned(),
            floor: 10.0,
            seeds: [vec![20.0, 30.0], vec![50.0, 60.0]],
            means: [25.0, 55.0],
        };
        let chart = pairs("t", "s", ["t5", "ext5"], &[pair.clone(), pair]);
        // Three of the legend.
        assert_eq!(chart.matches("<circle").count(), 3 + 2 * 6);
    }
}
