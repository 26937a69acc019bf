//! Every family's effect on every other.

use super::super::file::Alone;
use super::super::report::{Report, Table, Value};
use super::super::results::Results;
use super::super::statistics;
use super::arms::{column, count, tasks};
use super::pairs::Pairs;
use super::scores::{key, lacking, number, score, summed};

/// What a family alone is given, in words.
pub(super) fn words(given: Alone) -> &'static str {
    match given {
        Alone::EqualData => "equal data",
        Alone::EqualCompute => "equal compute",
    }
}

/// Fills a report with the matrix of scores, the effects, and how many of them are losses.
pub(super) fn fill(results: &Results<'_>, report: &mut Report) {
    let pairs = Pairs::of(results);
    report.tables.push(matrix(results, &pairs));
    let mut tallies = Vec::new();
    for given in [Alone::EqualData, Alone::EqualCompute] {
        let effects = Effects::of(results, &pairs, given);
        report.tables.push(effects.table(results, &pairs));
        report.figures.extend(super::figures::heat(results, &pairs, &effects));
        report.summary.push(format!(
            "At {}, {} of {} cells lose against the family alone, {} of them beyond noise; {} gain \
             beyond noise (95 %, Holm's correction for {} comparisons).",
            words(given),
            effects.losing(),
            effects.known(),
            effects.beyond_noise(-1.0),
            effects.beyond_noise(1.0),
            effects.known(),
        ));
        tallies.push(effects);
    }
    report.tables.push(tallied(&tallies));
    report.tables.push(tasks(results));
}

/// Mean scores: the row is the partner, the column the family that is scored.
fn matrix(results: &Results<'_>, pairs: &Pairs) -> Table {
    let mut columns = vec![column("trained with", false)];
    columns.extend(pairs.names.iter().map(|name| column(name, true)));
    let cell = |arm: Option<usize>, of: usize| match arm {
        Some(arm) => score(results, arm, &pairs.tasks[of]),
        None => Value::Hole("no such arm".to_owned()),
    };
    let mut rows = Vec::new();
    for partner in 0..pairs.len() {
        let mut row = vec![Value::Text(pairs.names[partner].clone())];
        row.extend((0..pairs.len()).map(|of| match partner == of {
            true => Value::Text(String::new()),
            false => cell(pairs.pair(partner, of), of),
        }));
        rows.push(row);
    }
    for (given, name) in
        [(Alone::EqualData, "nothing, equal data"), (Alone::EqualCompute, "nothing, equal compute")]
    {
        let mut row = vec![Value::Text(name.to_owned())];
        row.extend((0..pairs.len()).map(|of| cell(pairs.alone(of, given), of)));
        rows.push(row);
    }
    Table {
        name: "matrix".to_owned(),
        title: "Mean scores of a family, by what it was trained with".to_owned(),
        note: "Columns are the families that are scored, rows what they were trained with, 1:1. At \
               equal data a family alone gets half the updates, so that it is seen as often as in a \
               pair; at equal compute it gets all."
            .to_owned(),
        columns,
        rows,
    }
}

/// The effects of all partners on all families.
pub(super) struct Effects {
    pub(super) given: Alone,
    /// By partner and family; what is not there has no value.
    pub(super) cells: Vec<((usize, usize), Option<Effect>)>,
}

/// One effect.
#[derive(Clone, Copy)]
pub(super) struct Effect {
    pub(super) estimate: super::super::report::Estimate,
    /// Whether it is beyond noise, given how many effects are looked at.
    pub(super) beyond_noise: bool,
}

impl Effects {
    pub(super) fn of(results: &Results<'_>, pairs: &Pairs, given: Alone) -> Self {
        let found: Vec<_> = pairs
            .cells()
            .into_iter()
            .map(|cell| {
                let parts = pairs.effect(cell, given, 1.0);
                let marks = parts.and_then(|parts| summed(results, &parts));
                let key = key(results);
                let of = marks.and_then(|marks| {
                    Some((statistics::estimate(&marks, key)?, statistics::p_value(&marks, key)?))
                });
                (cell, of)
            })
            .collect();
        let p_values: Vec<f64> = found.iter().filter_map(|(_, of)| of.map(|(_, p)| p)).collect();
        let mut adjusted = statistics::holm(&p_values).into_iter();
        let cells = found
            .into_iter()
            .map(|(cell, of)| {
                let effect = of.map(|(estimate, _)| Effect {
                    estimate,
                    beyond_noise: adjusted.next().is_some_and(|p| p < 0.05),
                });
                (cell, effect)
            })
            .collect();
        Effects { given, cells }
    }

    fn effects(&self) -> impl Iterator<Item = Effect> {
        self.cells.iter().filter_map(|(_, effect)| *effect)
    }

    pub(super) fn known(&self) -> usize {
        self.effects().count()
    }

    pub(super) fn losing(&self) -> usize {
        self.effects().filter(|effect| effect.estimate.value < 0.0).count()
    }

    /// How many are beyond noise with this sign.
    pub(super) fn beyond_noise(&self, sign: f64) -> usize {
        let of = |effect: &Effect| effect.beyond_noise && effect.estimate.value * sign > 0.0;
        self.effects().filter(of).count()
    }

    fn table(&self, results: &Results<'_>, pairs: &Pairs) -> Table {
        let mut columns = vec![column("trained with", false)];
        columns.extend(pairs.names.iter().map(|name| column(name, true)));
        columns.push(column("mean effect on others", true));
        let mut rows = Vec::new();
        for partner in 0..pairs.len() {
            let mut row = vec![Value::Text(pairs.names[partner].clone())];
            for of in 0..pairs.len() {
                let cell = self.cells.iter().find(|(cell, _)| *cell == (partner, of));
                let arms: Vec<usize> = [pairs.pair(partner, of), pairs.alone(of, self.given)]
                    .into_iter()
                    .flatten()
                    .collect();
                let tasks = &pairs.tasks[of];
                row.push(match cell {
                    None => Value::Text(String::new()),
                    Some((_, Some(effect))) => number(results, effect.estimate, true, &arms, tasks),
                    Some((_, None)) => Value::Hole(lacking(results, &arms, tasks)),
                });
            }
            row.push(match pairs.mean_effect(results, partner, self.given) {
                Some(estimate) => number(results, estimate, true, &[], &[]),
                None => Value::Hole("some of its pairs are missing".to_owned()),
            });
            rows.push(row);
        }
        Table {
            name: format!("effects-{}", words(self.given).replace(' ', "-")),
            title: format!("Effect of a partner, at {}", words(self.given)),
            note: "Points above the family alone. Each interval is that of one cell; with so many \
                   cells, some miss 0 by chance alone, which is why the counts are after Holm's \
                   correction."
                .to_owned(),
            columns,
            rows,
        }
    }
}

/// How many cells lose.
fn tallied(all: &[Effects]) -> Table {
    let row = |effects: &Effects| {
        vec![
            Value::Text(words(effects.given).to_owned()),
            count(effects.known()),
            count(effects.losing()),
            count(effects.beyond_noise(-1.0)),
            count(effects.beyond_noise(1.0)),
        ]
    };
    Table {
        name: "losses".to_owned(),
        title: "Cells that lose against the family alone".to_owned(),
        note: "Beyond noise: bootstrap over examples and seeds, Holm's correction over all cells of \
               the row, 5 %. In the paper, 21 of 56 lose at equal data and 38 of 56 at equal compute."
            .to_owned(),
        columns: vec![
            column("at", false),
            column("cells", true),
            column("lose", true),
            column("lose beyond noise", true),
            column("gain beyond noise", true),
        ],
        rows: all.iter().map(row).collect(),
    }
}
