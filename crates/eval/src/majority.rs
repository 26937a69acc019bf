//! The majority baseline: what one gets without reading the inputs.

use crate::metrics::Response;
use ext5_task::Example;
use std::collections::HashMap;
use std::hash::Hash;

/// The most frequent answer of a task's training examples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Majority {
    /// The most frequent target; of equally frequent ones that which came first.
    pub target: String,
    /// The most frequent position of the right option, from 0; none without options.
    pub option: Option<usize>,
    /// Number of labelled training examples that were counted.
    pub examples: usize,
}

impl Majority {
    /// Counts training examples; none if none of them has a label.
    ///
    /// # Errors
    /// The first error among `examples`.
    pub fn of<E>(
        examples: impl IntoIterator<Item = Result<Example, E>>,
    ) -> Result<Option<Self>, E> {
        let (mut targets, mut options) = (Count::new(), Count::new());
        let mut labelled = 0;
        for example in examples {
            let example = example?;
            if example.references.is_empty() {
                continue;
            }
            labelled += 1;
            if let Some(option) = example.answer {
                options.add(option);
            }
            targets.add(example.targets);
        }
        Ok(targets.greatest().map(|target| Majority {
            target,
            option: options.greatest(),
            examples: labelled,
        }))
    }

    /// The baseline's answer to an example. An option that the example lacks is not chosen.
    pub(crate) fn answer(&self, example: &Example) -> Response<'_> {
        Response {
            text: self.target.as_str().into(),
            option: self.option.filter(|&option| option < example.options.len()),
            scores: &[],
        }
    }
}

/// How often each value came, and when first.
struct Count<T>(HashMap<T, (usize, usize)>);

impl<T: Hash + Eq> Count<T> {
    fn new() -> Self {
        Count(HashMap::new())
    }

    fn add(&mut self, value: T) {
        let first = self.0.len();
        self.0.entry(value).or_insert((0, first)).0 += 1;
    }

    fn greatest(self) -> Option<T> {
        self.0
            .into_iter()
            .max_by_key(|&(_, (count, first))| (count, std::cmp::Reverse(first)))
            .map(|(value, _)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{example, with_options};
    use std::convert::Infallible;

    fn majority(examples: Vec<Example>) -> Option<Majority> {
        let Ok(found) = Majority::of(examples.into_iter().map(Ok::<_, Infallible>));
        found
    }

    #[test]
    fn the_first_of_equally_frequent_targets() {
        let found = majority(["b", "a", "c", "a", "b"].map(example).to_vec()).unwrap();
        assert_eq!((found.target.as_str(), found.option, found.examples), ("b", None, 5));
    }

    #[test]
    fn options_are_counted_by_position() {
        let examples = vec![
            with_options(&["x", "y", "z"], 2),
            with_options(&["p", "q", "r"], 2),
            with_options(&["x", "y"], 0),
        ];
        let found = majority(examples).unwrap();
        assert_eq!(found.option, Some(2));
        assert_eq!(found.answer(&with_options(&["a", "b", "c"], 0)).option, Some(2));
        assert_eq!(found.answer(&with_options(&["a", "b"], 0)).option, None);
    }

    #[test]
    fn unlabelled_examples_do_not_count() {
        let unlabelled = Example { references: Vec::new(), ..example("<unk>") };
        assert_eq!(majority(vec![unlabelled.clone()]), None);
        assert_eq!(
            majority(vec![unlabelled.clone(), unlabelled, example("a")]).unwrap().target,
            "a"
        );
    }
}
