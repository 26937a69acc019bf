//! Training a unigram vocabulary from text (Kudo 2018, "Subword Regularization").
//!
//! The words of the text are counted; every string that is frequent in them is a piece at first.
//! Then, in turns, the probabilities of the pieces are estimated by expectation maximisation and the
//! pieces whose loss would cost the likelihood of the text least are removed, until the wanted number
//! is left. Steps and constants are those of sentencepiece's own trainer, but that counts have 64
//! bits and words weigh in the choice of the first pieces as often as they occur.
//!
//! The same texts in the same order give the same bytes: nothing depends on threads, on a hash's
//! order, or on the platform's mathematical functions. Memory is bounded by
//! [`Options::most_words`]; the text itself is never kept.

mod estimate;
mod lattice;
mod prune;
mod scripts;
mod seeds;
mod words;

use crate::model::{Kind, NormalizerSpec, Piece};
use crate::normalizer::Normalizer;
use crate::{ModelError, Vocabulary, model_file};
use estimate::estimate;
use thiserror::Error;
use words::{Fragment, WordCounts};

/// What to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Pieces of the vocabulary, with the three special ones and without the sentinels.
    pub size: usize,
    /// Share of the text's characters that pieces are made of; rarer ones become unknown.
    pub character_coverage: f64,
    /// Longest piece, in characters.
    pub max_piece_length: usize,
    /// Most pieces to begin with.
    pub seed_pieces: usize,
    /// Most different words kept while counting. When there are more, the rarest are dropped, and
    /// counts are too low by at most [`Trained::uncounted`]. A word takes some 100 bytes.
    pub most_words: usize,
    /// Estimations between two removals of pieces.
    pub estimations: usize,
    /// Share of the pieces that a removal leaves.
    pub shrink: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            size: 8_000,
            character_coverage: 0.9995,
            max_piece_length: 16,
            seed_pieces: 1_000_000,
            most_words: 5_000_000,
            estimations: 2,
            shrink: 0.75,
        }
    }
}

/// Why a vocabulary could not be trained.
#[derive(Debug, Error)]
pub enum TrainError {
    /// An option makes no sense.
    #[error("{option} is {found}; expected {expected}")]
    Option {
        /// Its name.
        option: &'static str,
        /// Its value.
        found: String,
        /// What would do.
        expected: &'static str,
    },
    /// The text is too small for the vocabulary.
    #[error(
        "the text gives only {found} pieces, and {wanted} are wanted: give more text, or ask for a \
         smaller vocabulary"
    )]
    TooLittleText {
        /// Pieces that there are.
        found: usize,
        /// Pieces wanted.
        wanted: usize,
    },
    /// The characters alone are more than the vocabulary may have.
    #[error(
        "the text has {characters} different characters that are to be covered, and a vocabulary of \
         {wanted} pieces, three of them special, has no room for them: ask for a larger vocabulary or a lower character \
         coverage"
    )]
    TooManyCharacters {
        /// Characters to be covered.
        characters: usize,
        /// Pieces wanted.
        wanted: usize,
    },
    /// The vocabulary that normalises cannot be used.
    #[error("normalization: {0}")]
    Normalization(&'static str),
    /// What was trained is no model; never seen.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// What training made.
#[derive(Debug)]
pub struct Trained {
    /// The bytes of a `spiece.model`, with T5's special ids.
    pub model: Vec<u8>,
    /// By how much the count of any word may be too low; 0 unless the text had more different
    /// words than [`Options::most_words`].
    pub uncounted: u64,
    /// Words of the text.
    pub words: u64,
    /// Different words of the text, where no count is too low.
    pub different_words: usize,
}

/// Counts the words of texts and trains a vocabulary on them.
pub struct Trainer {
    options: Options,
    spec: NormalizerSpec,
    normalizer: Normalizer,
    normalized: Vec<u8>,
    words: WordCounts,
    /// Whether a line end is still one when it is normalised.
    keeps_line_ends: bool,
}

impl Trainer {
    /// A trainer that has seen no text. Texts are normalised as those of `like` are, a vocabulary
    /// such as T5's (whose map of characters, sentencepiece's `nmt_nfkc`, is kept in its file); or,
    /// without one, not at all but for spaces: runs of spaces become one, and one begins a text.
    ///
    /// # Errors
    /// When an option makes no sense, or `like` is not T5's way to treat spaces.
    pub fn new(options: Options, like: Option<&Vocabulary>) -> Result<Self, TrainError> {
        check(&options)?;
        let character_map = match like {
            None => Vec::new(),
            Some(vocabulary) => vocabulary.character_map().ok_or(TrainError::Normalization(
                "the vocabulary to normalise like is one of bytes, or does not remove extra spaces \
                 and begin words with a space",
            ))?,
        };
        let spec = NormalizerSpec {
            character_map,
            add_dummy_prefix: true,
            remove_extra_whitespaces: true,
            escape_whitespaces: true,
            whitespace_as_suffix: false,
        };
        let normalizer = Normalizer::new(spec.clone(), Vec::new())?;
        let mut normalized = Vec::new();
        normalizer.normalize("a\nb", &mut normalized);
        Ok(Trainer {
            keeps_line_ends: normalized.contains(&b'\n'),
            normalizer,
            words: WordCounts::new(options.most_words),
            normalized,
            options,
            spec,
        })
    }

    /// Counts the words of a text, such as one line, without the line's end.
    pub fn add(&mut self, text: &str) {
        if self.keeps_line_ends {
            // Texts to encode have several lines, and their ends must not be unknown.
            self.words.add("\n");
        }
        self.normalizer.normalize(text, &mut self.normalized);
        // A character map that makes no UTF-8 loses the words that are none.
        for chunk in self.normalized.utf8_chunks() {
            self.words.add(chunk.valid());
        }
    }

    /// Trains on what was added.
    ///
    /// # Errors
    /// When the text is too small for the vocabulary, or has too many characters.
    pub fn train(self) -> Result<Trained, TrainError> {
        let options = &self.options;
        let (words, different_words) = (self.words.total(), self.words.different());
        let uncounted = self.words.uncounted();
        let (fragments, characters) = self.words.fragments(options.character_coverage);
        let pieces = choose(&fragments, &characters, options)?;
        let special = [("<pad>", Kind::Control), ("</s>", Kind::Control), ("<unk>", Kind::Unknown)];
        let special = special.map(|(text, kind)| Piece { text: text.to_owned(), score: 0.0, kind });
        let normal = pieces.into_iter().map(|(text, score)| Piece {
            text: text.to_owned(),
            score: score as f32,
            kind: Kind::Normal,
        });
        let pieces: Vec<Piece> = special.into_iter().chain(normal).collect();
        let model = model_file::write(&pieces, &self.spec, false);
        Ok(Trained { model, uncounted, words, different_words })
    }
}

/// Special pieces of every vocabulary.
const SPECIAL: usize = 3;

/// The pieces and their log probabilities, the most probable first.
fn choose<'a>(
    fragments: &'a [Fragment],
    characters: &'a [(String, u64)],
    options: &Options,
) -> Result<Vec<(&'a str, f64)>, TrainError> {
    let wanted = options.size - SPECIAL;
    if characters.len() > wanted {
        let characters = characters.len();
        return Err(TrainError::TooManyCharacters { characters, wanted: options.size });
    }
    let mut pieces = seeds::seeds(fragments, characters, options);
    // A few more than wanted, as the last choice is by probability.
    let nearly = wanted * 11 / 10;
    loop {
        for _ in 0..options.estimations {
            pieces = estimate(fragments, pieces);
        }
        if pieces.len() <= nearly {
            break;
        }
        let left = nearly.max((options.shrink * pieces.len() as f64) as usize);
        pieces = prune::prune(fragments, pieces, left);
    }
    finish(pieces, characters, options.size)
}

/// All characters, and the most probable of the other pieces.
fn finish<'a>(
    mut pieces: Vec<(&'a str, f64)>,
    characters: &'a [(String, u64)],
    size: usize,
) -> Result<Vec<(&'a str, f64)>, TrainError> {
    let wanted = size - SPECIAL;
    let order = |a: &(&str, f64), b: &(&str, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(b.0));
    pieces.sort_unstable_by(order);
    if pieces.len() < wanted {
        return Err(TrainError::TooLittleText { found: pieces.len() + SPECIAL, wanted: size });
    }
    let is_character = |text: &str| text.chars().nth(1).is_none();
    let mut longer = wanted - characters.len();
    pieces.retain(|(text, _)| {
        let room = longer > 0;
        longer -= usize::from(room && !is_character(text));
        is_character(text) || room
    });
    debug_assert_eq!(pieces.len(), wanted);
    Ok(pieces)
}

fn check(options: &Options) -> Result<(), TrainError> {
    let refuse =
        |option, found: String, expected| Err(TrainError::Option { option, found, expected });
    let shares = 0.0..=1.0;
    if options.size < 16 || options.size > 1 << 20 {
        return refuse("size", options.size.to_string(), "16 to 1,048,576 pieces");
    }
    if !(shares.contains(&options.character_coverage) && options.character_coverage > 0.5) {
        let found = options.character_coverage.to_string();
        return refuse(
            "character_coverage",
            found,
            "a share above 0.5 and up to 1, such as 0.9995",
        );
    }
    if !(1..=512).contains(&options.max_piece_length) {
        return refuse("max_piece_length", options.max_piece_length.to_string(), "1 to 512");
    }
    if !(options.shrink >= 0.1 && options.shrink <= 0.95) {
        return refuse("shrink", options.shrink.to_string(), "0.1 to 0.95");
    }
    if !(1..=100).contains(&options.estimations) {
        return refuse("estimations", options.estimations.to_string(), "1 to 100");
    }
    if options.seed_pieces < options.size || options.seed_pieces > 1 << 22 {
        let expected = "at least size, and at most 4,194,304";
        return refuse("seed_pieces", options.seed_pieces.to_string(), expected);
    }
    if options.most_words < 1000 {
        return refuse("most_words", options.most_words.to_string(), "at least 1,000");
    }
    Ok(())
}
