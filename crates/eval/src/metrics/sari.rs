//! SARI: what a rewriting rightly adds, keeps and deletes.
//!
//! Source: Xu et al., "Optimizing statistical machine translation for text simplification" (2016),
//! in the reading of Hugging Face's `evaluate`: nothing asked for and nothing done is right, and
//! recall of what is kept is over all n-grams. The authors' own script differs in both.

use super::bleu_words;
use super::grams::{Grams, LONGEST, Numbers};

/// SARI, in 0..=1, of a prediction that rewrites `source`, against references; words are those of
/// BLEU's tokenizer `13a` in lower case. The mean over texts is the score of several.
pub fn sari(source: &str, prediction: &str, references: &[String]) -> f64 {
    let line = |text: &str| bleu_words::v13a(&text.to_lowercase());
    let (source, prediction) = (line(source), line(prediction));
    let references: Vec<String> = references.iter().map(|text| line(text)).collect();
    let mut numbers = Numbers::default();
    let mut numbered = |line| {
        let words = numbers.of(bleu_words::words(line));
        // An empty text has one empty word.
        if words.is_empty() { numbers.of([""]) } else { words }
    };
    let (source, prediction) = (numbered(&source), numbered(&prediction));
    let references: Vec<Vec<u32>> = references.iter().map(|line| numbered(line)).collect();
    let grams = [Grams::new([&source]), Grams::new([&prediction]), Grams::new(&references)];
    let of_order = |order| operations(&counted(&grams, order), references.len() as u64);
    (1..=LONGEST).map(of_order).sum::<f64>() / LONGEST as f64
}

/// How often an n-gram is in source, prediction and all references.
type Counts = [u64; 3];

/// The counts of every n-gram that occurs.
fn counted(texts: &[Grams; 3], order: usize) -> Vec<Counts> {
    let mut counts = texts.each_ref().map(|grams| grams.counts(order).peekable());
    let mut found = Vec::new();
    while let Some(next) = counts.iter_mut().filter_map(|c| Some(c.peek()?.0)).min() {
        found.push(counts.each_mut().map(|c| c.next_if(|c| c.0 == next).map_or(0, |c| c.1)));
    }
    found
}

/// The mean of the F1 of kept, the precision of deleted and the F1 of added n-grams. Source and
/// prediction count as often as there are references.
fn operations(counted: &[Counts], references: u64) -> f64 {
    let (mut keep, mut delete, mut add) = (Share::default(), Share::default(), Share::default());
    let (mut kept_rightly, mut to_keep) = (0, 0);
    let (mut added_rightly, mut to_add) = (0, 0);
    for &[source, prediction, wanted] in counted {
        let (source, prediction) = (source * references, prediction * references);
        let kept = source.min(prediction);
        keep.add(kept.min(wanted), kept);
        kept_rightly += kept.min(wanted);
        to_keep += source.min(wanted);
        let deleted = source.saturating_sub(prediction);
        delete.add(deleted.saturating_sub(wanted), deleted);
        if source == 0 {
            let (is_added, is_wanted) = (u64::from(prediction > 0), u64::from(wanted > 0));
            add.add(is_added * is_wanted, is_added);
            added_rightly += is_added * is_wanted;
            to_add += is_wanted;
        }
    }
    let kept = harmonic(keep.mean(), share(kept_rightly, to_keep));
    let added = harmonic(add.mean(), share(added_rightly, to_add));
    (kept + delete.mean() + added) / 3.0
}

/// A mean over n-grams of how much of each was right.
#[derive(Default)]
struct Share {
    sum: f64,
    grams: u64,
}

impl Share {
    fn add(&mut self, right: u64, all: u64) {
        if all > 0 {
            self.sum += right as f64 / all as f64;
            self.grams += 1;
        }
    }

    /// 1 of nothing.
    fn mean(&self) -> f64 {
        if self.grams == 0 { 1.0 } else { self.sum / self.grams as f64 }
    }
}

/// 1 of nothing.
fn share(right: u64, all: u64) -> f64 {
    if all == 0 { 1.0 } else { right as f64 / all as f64 }
}

fn harmonic(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in the documentation of `evaluate`.
    #[test]
    fn known_value() {
        let references = [
            "About 95 species are currently known .",
            "About 95 species are now accepted .",
            "95 species are now accepted .",
        ]
        .map(str::to_owned);
        let source = "About 95 species are currently accepted .";
        let found = sari(source, "About 95 you now get in .", &references);
        assert!((found - 0.269_536_019_536_019_5).abs() < 1e-12, "{found}");
    }

    #[test]
    fn the_reference_itself_is_best() {
        for text in ["a b c d e", "", "x"] {
            assert_eq!(sari("a b c", text, &[text.to_owned()]), 1.0, "{text}");
        }
        assert!(sari("a b c", "a b c", &["a x c".to_owned()]) < 1.0);
    }
}
