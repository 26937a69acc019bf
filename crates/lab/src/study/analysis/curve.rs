//! Scores over a number that the arms differ in.

use super::super::cost::cost;
use super::super::cost::positions;
use super::super::file::AxisOf;
use super::super::graph::Kind;
use super::super::report::{Report, Table, Value};
use super::super::results::Results;
use super::super::speed::shape;
use super::arms::{arms, column, plain, tasks};

/// Fills a report with a table, and a figure of curves.
pub(super) fn fill(results: &Results<'_>, report: &mut Report) {
    report.tables.push(with_places(results, arms(results)));
    report.tables.push(tasks(results));
    report.figures.extend(super::figures::curves(results));
}

/// The table with each arm's place on the axis behind its name.
fn with_places(results: &Results<'_>, mut table: Table) -> Table {
    table.columns.insert(1, column(&results.study.axis.label, true));
    for (number, row) in table.rows.iter_mut().enumerate() {
        let place = match place(results, number) {
            Some(value) => plain(value, if value.fract() == 0.0 { 0 } else { 2 }),
            None => Value::Text(String::new()),
        };
        row.insert(1, place);
    }
    table
}

/// An arm's place on the axis.
pub(super) fn place(results: &Results<'_>, arm: usize) -> Option<f64> {
    let of = &results.graph.arms[arm];
    match results.study.axis.of {
        AxisOf::Arm => of.x,
        AxisOf::Steps => {
            let (steps, ..) = *chain(results, arm).first()?;
            Some(steps)
        }
        AxisOf::Tokens => Some(chain(results, arm).iter().map(|(_, tokens, _)| tokens).sum()),
        AxisOf::Flops => Some(chain(results, arm).iter().map(|(.., flops)| flops).sum()),
    }
}

/// Updates, tokens and floating-point operations of each run of an arm but the last, up to where the
/// next one begins.
fn chain(results: &Results<'_>, arm: usize) -> Vec<(f64, f64, f64)> {
    let graph = results.graph;
    let Some(cell) = graph.cells.iter().find(|cell| cell.arm == arm) else { return Vec::new() };
    let mut chain = Vec::new();
    let mut child = cell.node;
    while let Kind::Train(training) = &graph.nodes[child].kind
        && let Some((parent, step)) = training.from
    {
        let node = &graph.nodes[parent];
        if let (Kind::Train(training), Ok(shape)) = (&node.kind, shape(graph, node)) {
            let all = training.recipe.train.steps as f64;
            let steps = step.map_or(all, |step| step as f64);
            let flops = cost(node, &shape).flops * steps / all.max(1.0);
            chain.push((steps, positions(&training.recipe) * steps, flops));
        }
        child = parent;
    }
    chain.reverse();
    chain
}

/// The numbers of a series' arms, in order of their places.
pub(super) fn series(results: &Results<'_>, name: &str) -> Vec<usize> {
    let of = |arm: &usize| results.graph.arms[*arm].series.as_deref() == Some(name);
    let mut arms: Vec<usize> = (0..results.arms.len()).filter(of).collect();
    let place = |arm: &usize| place(results, *arm).unwrap_or(f64::INFINITY);
    arms.sort_by(|one, other| place(one).total_cmp(&place(other)));
    arms
}
