//! The arithmetic of metrics, one file a family.

mod classes;
mod correlation;
mod marks;
mod options;
mod rouge;
mod squad;

pub use classes::Labels;
pub use correlation::{NO_NUMBER, number, pearson, spearman};
pub(crate) use marks::same_words;
pub use marks::{Answer, Marks};
pub use options::{Normalisation, choose};
pub use rouge::Rouge;
pub use squad::{exact_match, normalise, token_f1};
