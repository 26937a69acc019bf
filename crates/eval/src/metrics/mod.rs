//! The arithmetic of metrics, one file a family.

mod bleu;
mod bleu_words;
mod classes;
mod correlation;
mod edit;
mod grams;
mod groups;
mod lsum;
mod marking;
mod marks;
mod meteor;
mod options;
mod overlap;
mod porter;
mod ranking;
mod rouge;
mod sari;
mod squad;
mod wsc;

pub use bleu::{BleuCounts, BleuTokens};
pub use classes::Labels;
pub use correlation::{NO_NUMBER, number, pearson, spearman};
pub use edit::edit_similarity;
pub(crate) use marks::same_words;
pub use marks::{Marks, Response};
pub use meteor::meteor_no_synonyms;
pub use options::{Normalisation, Scored, choose};
pub use overlap::{LabelSets, Overlap};
pub use ranking::{area_under_roc, average_precision, reciprocal_rank};
pub use rouge::Rouge;
pub use sari::sari;
pub use squad::AnswerRules;
pub use wsc::names_referent;

/// What Python's `str.split()` splits at: Unicode white space and four ASCII separators.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}
