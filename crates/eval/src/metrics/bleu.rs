//! Corpus BLEU as sacreBLEU computes it: cased, n-grams of up to four words, exponential smoothing,
//! no effective order, any number of references for each text.
//!
//! Source: Papineni et al., "BLEU: a method for automatic evaluation of machine translation" (2002),
//! in the reading of `sacrebleu` 2 (Post, "A call for clarity in reporting BLEU scores", 2018).

use super::bleu_words;
use super::grams::{self, Gram, Grams, Numbers};

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
        bleu_words::words(&self.line(text)).map(str::to_owned).collect()
    }

    /// The text with spaces between its words.
    fn line(self, text: &str) -> String {
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
        let prediction = tokens.line(prediction);
        let lines: Vec<String> = references.iter().map(|text| tokens.line(text)).collect();
        let mut numbers = Numbers::default();
        let words = numbers.of(bleu_words::words(&prediction));
        let references: Vec<Vec<u32>> =
            lines.iter().map(|line| numbers.of(bleu_words::words(line))).collect();
        let nearest =
            references.iter().map(Vec::len).min_by_key(|&len| (len.abs_diff(words.len()), len));
        let mut counts = BleuCounts {
            words: words.len() as u64,
            reference_words: nearest.unwrap_or(0) as u64,
            ..BleuCounts::default()
        };
        let own = Grams::new([&words]);
        let theirs: Vec<Grams> = references.iter().map(|words| Grams::new([words])).collect();
        for order in 1..=ORDERS {
            counts.ngrams[order - 1] = grams::number(&words, order) as u64;
            counts.matches[order - 1] = matches(&own, &theirs, order);
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

/// How many n-grams of a text a reference has too, each at most as often as the reference that has
/// most.
fn matches(own: &Grams, references: &[Grams], order: usize) -> u64 {
    if let [reference] = references {
        return own.common(reference, order) as u64;
    }
    let counted: Vec<(Gram, u64)> = own.counts(order).collect();
    let mut most = vec![0; counted.len()];
    for reference in references {
        let mut theirs = reference.counts(order).peekable();
        for ((gram, _), most) in counted.iter().zip(&mut most) {
            while theirs.next_if(|(other, _)| other < gram).is_some() {}
            if let Some((_, count)) = theirs.next_if(|(other, _)| other == gram) {
                *most = count.max(*most);
            }
        }
    }
    counted.iter().zip(most).map(|(&(_, count), most)| count.min(most)).sum()
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
