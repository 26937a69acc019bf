//! Corpus BLEU as sacreBLEU computes it: cased, n-grams of up to four words, exponential smoothing,
//! no effective order, any number of references for each text.
//!
//! Source: Papineni et al., "BLEU: a method for automatic evaluation of machine translation" (2002),
//! in the reading of `sacrebleu` 2 (Post, "A call for clarity in reporting BLEU scores", 2018).

use super::bleu_words;
use std::collections::HashMap;

/// The longest n-grams that count.
const ORDERS: usize = 4;

/// How texts are cut into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BleuTokens {
    /// mteval-v13a's rules, WMT's and sacreBLEU's default.
    V13a,
    /// mteval-v14's international rules, by Unicode's classes of characters; T5's choice.
    Intl,
}

impl BleuTokens {
    /// sacreBLEU's signature for what is computed here.
    pub fn signature(self) -> &'static str {
        match self {
            BleuTokens::V13a => "sacreBLEU case:mixed|eff:no|tok:13a|smooth:exp",
            BleuTokens::Intl => "sacreBLEU case:mixed|eff:no|tok:intl|smooth:exp",
        }
    }

    /// The words of a text.
    pub fn words(self, text: &str) -> Vec<String> {
        match self {
            BleuTokens::V13a => bleu_words::v13a(text.trim_end()),
            BleuTokens::Intl => bleu_words::intl(text.trim_end()),
        }
    }
}

/// What one text adds to a corpus: the BLEU of a corpus is computed from the sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BleuCounts {
    /// Words of the prediction.
    words: u64,
    /// Words of the reference whose length is nearest; of equally near ones the shorter.
    reference_words: u64,
    /// N-grams of the prediction, by order.
    ngrams: [u64; ORDERS],
    /// Those that a reference has too, each at most as often as the reference that has most.
    matches: [u64; ORDERS],
}

impl BleuCounts {
    /// Counts a prediction against its references. Without a reference nothing matches.
    pub fn new(tokens: BleuTokens, prediction: &str, references: &[String]) -> Self {
        let words = tokens.words(prediction);
        let references: Vec<Vec<String>> = references.iter().map(|r| tokens.words(r)).collect();
        let nearest =
            references.iter().map(Vec::len).min_by_key(|&len| (len.abs_diff(words.len()), len));
        let mut counts = BleuCounts {
            words: words.len() as u64,
            reference_words: nearest.unwrap_or(0) as u64,
            ..BleuCounts::default()
        };
        for order in 1..=ORDERS {
            let of_references: Vec<_> = references.iter().map(|r| ngrams(r, order)).collect();
            for (ngram, count) in ngrams(&words, order) {
                let most = of_references.iter().filter_map(|ngrams| ngrams.get(ngram)).max();
                counts.ngrams[order - 1] += count;
                counts.matches[order - 1] += count.min(most.copied().unwrap_or(0));
            }
        }
        counts
    }

    /// The BLEU, in 0..=1, of a corpus of texts with these counts.
    pub fn bleu<'a>(texts: impl IntoIterator<Item = &'a BleuCounts>) -> f64 {
        texts.into_iter().fold(BleuCounts::default(), BleuCounts::plus).score()
    }

    fn plus(mut self, other: &BleuCounts) -> Self {
        self.words += other.words;
        self.reference_words += other.reference_words;
        for order in 0..ORDERS {
            self.ngrams[order] += other.ngrams[order];
            self.matches[order] += other.matches[order];
        }
        self
    }

    fn score(&self) -> f64 {
        if self.matches.iter().all(|&matches| matches == 0) {
            return 0.0;
        }
        // The n-th order without a match counts as half a match, a quarter, …
        let mut unseen = 1.0;
        let mut logarithms = 0.0;
        for (&matches, &ngrams) in self.matches.iter().zip(&self.ngrams) {
            if ngrams == 0 {
                return 0.0;
            }
            let matches = if matches == 0 {
                unseen /= 2.0;
                unseen
            } else {
                matches as f64
            };
            logarithms += (matches / ngrams as f64).ln();
        }
        let missing = self.reference_words as f64 / self.words as f64;
        let brevity = (1.0 - missing).min(0.0);
        (brevity + logarithms / ORDERS as f64).exp()
    }
}

fn ngrams(words: &[String], order: usize) -> HashMap<&[String], u64> {
    let mut counts = HashMap::new();
    for ngram in words.windows(order) {
        *counts.entry(ngram).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn bleu(texts: &[(&str, &[&str])]) -> f64 {
        let counts = |&(prediction, references): &(&str, &[&str])| {
            BleuCounts::new(BleuTokens::Intl, prediction, &list(references))
        };
        BleuCounts::bleu(&texts.iter().map(counts).collect::<Vec<_>>())
    }

    /// The reference's table of metrics.
    #[test]
    fn golden_values() {
        let text = "I've seen the moose, twice.";
        assert!((bleu(&[(text, &["", text]), (text, &[text, ""])]) - 1.0).abs() < 1e-12);
        assert_eq!(bleu(&[("", &[text]), ("", &[text])]), 0.0);
    }

    #[test]
    fn short_texts_have_no_four_words() {
        assert_eq!(bleu(&[("a b c", &["a b c"])]), 0.0);
        assert_eq!(bleu(&[]), 0.0);
        assert_eq!(bleu(&[("a b c d", &[])]), 0.0);
        assert!((bleu(&[("a b c", &["a b c"]), ("a b c d", &["a b c d"])]) - 1.0).abs() < 1e-12);
    }
}
