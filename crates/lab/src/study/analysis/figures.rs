//! The figures of analyses.

use super::super::results::Results;
use super::matrix::Effects;
use super::pairs::Pairs;
use crate::report::Figure;

/// The arms.
pub(super) fn arms(_: &Results<'_>) -> Vec<Figure> {
    Vec::new()
}

/// The curves.
pub(super) fn curves(_: &Results<'_>) -> Vec<Figure> {
    Vec::new()
}

/// The matrix.
pub(super) fn heat(_: &Results<'_>, _: &Pairs, _: &Effects) -> Vec<Figure> {
    Vec::new()
}
