//! What becomes of examples that are longer than rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a side of an example loses when it is too long. The end of sequence is never lost: it is
/// put behind what is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trim {
    /// Its last tokens.
    #[default]
    End,
    /// Its first tokens: what matters stands last, as in a dialogue.
    Start,
    /// Tokens from the middle: what matters stands at both ends, as a question and an instruction
    /// around a context.
    Middle,
    /// Everything: the example is never drawn.
    Drop,
}

/// What becomes of long inputs and of long targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Trims {
    /// Of tasks' inputs.
    pub inputs: Trim,
    /// Of tasks' targets.
    pub targets: Trim,
}

impl Trim {
    /// How many ids must be read, from the first on, to trim to `most`.
    pub(crate) fn read(self, most: usize) -> usize {
        match self {
            Trim::End | Trim::Drop => most,
            Trim::Start | Trim::Middle => usize::MAX,
        }
    }

    /// Leaves at most `most` ids. What is dropped elsewhere loses its end here.
    pub(crate) fn apply(self, ids: &mut Vec<u32>, most: usize) {
        let Some(excess) = ids.len().checked_sub(most).filter(|&excess| excess > 0) else { return };
        let first = match self {
            Trim::End | Trim::Drop => most,
            Trim::Start => 0,
            Trim::Middle => most.div_ceil(2),
        };
        ids.drain(first..first + excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_right_tokens_stay() {
        let trimmed = |trim: Trim| {
            let mut ids: Vec<u32> = (0..10).collect();
            trim.apply(&mut ids, 5);
            ids
        };
        assert_eq!(trimmed(Trim::End), [0, 1, 2, 3, 4]);
        assert_eq!(trimmed(Trim::Start), [5, 6, 7, 8, 9]);
        assert_eq!(trimmed(Trim::Middle), [0, 1, 2, 8, 9]);
    }

    proptest! {
        #[test]
        fn lengths_are_kept(length in 0usize..50, most in 1usize..50) {
            for trim in [Trim::End, Trim::Start, Trim::Middle] {
                let whole: Vec<u32> = (0..length as u32).collect();
                let mut ids = whole[..length.min(trim.read(most))].to_vec();
                trim.apply(&mut ids, most);
                prop_assert_eq!(ids.len(), length.min(most));
                prop_assert!(ids.is_sorted());
            }
        }
    }
}
