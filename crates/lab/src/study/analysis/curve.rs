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
    // Compute is counted in both ways, whichever of them the curves are drawn over.
    let other = match results.study.axis.of {
        AxisOf::Tokens => Some(("10¹² FLOPs", AxisOf::Flops, 1e-12)),
        AxisOf::Flops => Some(("tokens", AxisOf::Tokens, 1.0)),
        AxisOf::Arm | AxisOf::Steps => None,
    };
    if let Some((name, of, unit)) = other {
        table.columns.insert(2, column(name, true));
        for (number, row) in table.rows.iter_mut().enumerate() {
            let value = place_of(results, number, of);
            let decimals = if unit < 1.0 { 1 } else { 0 };
            let empty = || Value::Text(String::new());
            row.insert(2, value.map_or_else(empty, |value| plain(value * unit, decimals)));
        }
    }
    table
}

/// An arm's place on the axis.
pub(super) fn place(results: &Results<'_>, arm: usize) -> Option<f64> {
    place_of(results, arm, results.study.axis.of)
}

fn place_of(results: &Results<'_>, arm: usize, of: AxisOf) -> Option<f64> {
    match of {
        AxisOf::Arm => results.graph.arms[arm].x,
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
