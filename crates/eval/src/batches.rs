//! Which questions go through the model together.

/// The size of one question, in tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Encoder tokens.
    pub inputs: usize,
    /// Decoder tokens: the most that may be generated, or the sum over options.
    pub outputs: usize,
}

/// Groups questions of similar length, longest first, so that little is padding and a lack of
/// memory shows at once. A batch has at most `budget` tokens, padding included, and at least one
/// question.
pub(crate) fn batches(sizes: &[Size], budget: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse((sizes[i].inputs, sizes[i].outputs)));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut widest = Size { inputs: 0, outputs: 0 };
    for question in order {
        let Size { inputs, outputs } = sizes[question];
        let wider =
            Size { inputs: widest.inputs.max(inputs), outputs: widest.outputs.max(outputs) };
        match batches.last_mut() {
            Some(batch) if (batch.len() + 1) * (wider.inputs + wider.outputs) <= budget => {
                batch.push(question);
                widest = wider;
            }
            _ => {
                batches.push(vec![question]);
                widest = Size { inputs, outputs };
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_question_once_within_the_budget(
            lengths in prop::collection::vec((1usize..40, 1usize..10), 0..60),
            budget in 1usize..200,
        ) {
            let sizes: Vec<Size> =
                lengths.iter().map(|&(inputs, outputs)| Size { inputs, outputs }).collect();
            let found = batches(&sizes, budget);
            let mut seen: Vec<usize> = found.concat();
            seen.sort_unstable();
            prop_assert!(seen.into_iter().eq(0..sizes.len()));
            for batch in found {
                let widest = |part: fn(&Size) -> usize| {
                    batch.iter().map(|&i| part(&sizes[i])).max().unwrap_or(0)
                };
                let tokens = batch.len() * (widest(|s| s.inputs) + widest(|s| s.outputs));
                prop_assert!(batch.len() == 1 || tokens <= budget);
            }
        }
    }

    #[test]
    fn longest_first_and_ties_in_order() {
        let sizes = [3, 9, 3, 9].map(|inputs| Size { inputs, outputs: 1 });
        assert_eq!(batches(&sizes, 20), [vec![1, 3], vec![0, 2]]);
    }
}
