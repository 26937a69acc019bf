//! Porter's stemmer with NLTK's changes.
//!
//! Source: Porter, "An algorithm for suffix stripping" (1980), with what `PorterStemmer` of NLTK 3
//! does otherwise by default: irregular words, `-ies` and `-ied` of four letters, `-y` after a
//! consonant alone, `-alli`, `-bli`, `-fulli`, `-logi`, words of two letters left alone.

/// Words that the rules would get wrong, with their stems.
const IRREGULAR: [(&str, &str); 16] = [
    ("sky", "sky"),
    ("skies", "sky"),
    ("dying", "die"),
    ("lying", "lie"),
    ("tying", "tie"),
    ("news", "news"),
    ("innings", "inning"),
    ("inning", "inning"),
    ("outings", "outing"),
    ("outing", "outing"),
    ("cannings", "canning"),
    ("canning", "canning"),
    ("howe", "howe"),
    ("proceed", "proceed"),
    ("exceed", "exceed"),
    ("succeed", "succeed"),
];

/// Suffixes that go, with what takes their place, where a measure of the stem is more than 0.
const STEP_2: [(&str, &str); 22] = [
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
    ("fulli", "ful"),
    ("logi", "log"),
];

/// The same.
const STEP_3: [(&str, &str); 7] = [
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];

/// Suffixes that go where the measure of the stem is more than 1.
const STEP_4: [&str; 19] = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
];

/// The stem of a word in lower case.
pub(super) fn stem(word: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == word) {
        return (*stem).to_owned();
    }
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() > 2 {
        plural(&mut letters);
        past_and_gerund(&mut letters);
        final_y(&mut letters);
        double_suffix(&mut letters);
        replace_first(&mut letters, &STEP_3, |stem| measure(stem) > 0);
        single_suffix(&mut letters);
        final_e(&mut letters);
        final_l(&mut letters);
    }
    letters.into_iter().collect()
}

/// Step 1a.
fn plural(word: &mut Vec<char>) {
    let short = word.len() == 4;
    let rules = [("sses", "ss"), ("ies", if short { "ie" } else { "i" }), ("ss", "ss"), ("s", "")];
    replace_first(word, &rules, |_| true);
}

/// Step 1b.
fn past_and_gerund(word: &mut Vec<char>) {
    let short = word.len() == 4;
    if replace(word, "ied", if short { "ie" } else { "i" }, |_| true) != Found::Missing
        || replace(word, "eed", "ee", |stem| measure(stem) > 0) != Found::Missing
    {
        return;
    }
    let verb = ["ed", "ing"];
    if !verb.iter().any(|suffix| replace(word, suffix, "", has_vowel) == Found::Replaced) {
        return;
    }
    if ["at", "bl", "iz"].iter().any(|end| ends_with(word, end)) {
        word.push('e');
    } else if ends_in_double_consonant(word) {
        if !matches!(word.last(), Some('l' | 's' | 'z')) {
            word.pop();
        }
    } else if measure(word) == 1 && ends_short(word) {
        word.push('e');
    }
}

/// Step 1c.
fn final_y(word: &mut Vec<char>) {
    replace(word, "y", "i", |stem| stem.len() > 1 && consonants(stem).last() == Some(true));
}

/// Step 2.
fn double_suffix(word: &mut Vec<char>) {
    while replace(word, "alli", "al", |stem| measure(stem) > 0) == Found::Replaced {}
    let logi = ends_with(word, "logi");
    // The `l` of `-logi` belongs to the stem.
    replace_first(word, &STEP_2, |stem| match logi {
        true => measure(&[stem, &['l']].concat()) > 0,
        false => measure(stem) > 0,
    });
}

/// Step 4.
fn single_suffix(word: &mut Vec<char>) {
    let Some(suffix) = STEP_4.iter().find(|suffix| ends_with(word, suffix)) else { return };
    replace(word, suffix, "", |stem| {
        measure(stem) > 1 && (*suffix != "ion" || matches!(stem.last(), Some('s' | 't')))
    });
}

/// Step 5a.
fn final_e(word: &mut Vec<char>) {
    replace(word, "e", "", |stem| match measure(stem) {
        0 => false,
        1 => !ends_short(stem),
        _ => true,
    });
}

/// Step 5b.
fn final_l(word: &mut Vec<char>) {
    if ends_with(word, "ll") && measure(&word[..word.len() - 1]) > 1 {
        word.pop();
    }
}

/// What became of a suffix.
#[derive(PartialEq)]
enum Found {
    Missing,
    Kept,
    Replaced,
}

/// Puts `with` in place of `suffix` where the word ends so and the rest satisfies `holds`.
fn replace(
    word: &mut Vec<char>,
    suffix: &str,
    with: &str,
    holds: impl Fn(&[char]) -> bool,
) -> Found {
    if !ends_with(word, suffix) {
        return Found::Missing;
    }
    // Suffixes are ASCII.
    let stem = word.len() - suffix.len();
    if !holds(&word[..stem]) {
        return Found::Kept;
    }
    word.truncate(stem);
    word.extend(with.chars());
    Found::Replaced
}

/// The first rule whose suffix fits decides, whether it applies or not.
fn replace_first(
    word: &mut Vec<char>,
    rules: &[(&str, &str)],
    holds: impl Fn(&[char]) -> bool,
) -> bool {
    rules.iter().any(|(suffix, with)| replace(word, suffix, with, &holds) != Found::Missing)
}

fn ends_with(word: &[char], suffix: &str) -> bool {
    word.len() >= suffix.len()
        && word[word.len() - suffix.len()..].iter().copied().eq(suffix.chars())
}

/// Which letters are consonants: all but `a e i o u`, and a `y` unless it follows a consonant.
fn consonants(word: &[char]) -> impl Iterator<Item = bool> {
    word.iter().scan(false, |before, letter| {
        *before = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' => false,
            'y' => !*before,
            _ => true,
        };
        Some(*before)
    })
}

/// How often a consonant follows a vowel.
fn measure(word: &[char]) -> usize {
    let mut vowel = false;
    let mut changes = 0;
    for consonant in consonants(word) {
        changes += usize::from(vowel && consonant);
        vowel = !consonant;
    }
    changes
}

fn has_vowel(word: &[char]) -> bool {
    consonants(word).any(|consonant| !consonant)
}

fn ends_in_double_consonant(word: &[char]) -> bool {
    let double = matches!(word, [.., a, b] if a == b);
    double && consonants(word).last() == Some(true)
}

/// Whether a word ends in consonant, vowel and a consonant other than `w x y`, or is a vowel and a
/// consonant.
fn ends_short(word: &[char]) -> bool {
    let kinds: Vec<bool> = consonants(word).collect();
    match kinds[..] {
        [false, true] => true,
        [.., true, false, true] => !matches!(word.last(), Some('w' | 'x' | 'y')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    /// NLTK's stems of some 120,000 words, made of beginnings and one or two suffixes.
    #[test]
    fn stems_are_those_of_nltk() {
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let words = read(include_str!("../../tests/golden/words.json"));
        let packed = include_bytes!("../../tests/golden/metric_scores.json.gz");
        let mut golden = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut golden).unwrap();
        let golden = &read(&golden)["stems"];
        let list = |name: &str| -> Vec<String> {
            words[name].as_array().unwrap().iter().map(|w| w.as_str().unwrap().into()).collect()
        };
        let (heads, suffixes) = (list("heads"), list("suffixes"));
        assert_eq!(golden.as_object().unwrap().len(), suffixes.len());
        for suffix in &suffixes {
            let others = std::iter::once("").chain(suffixes.iter().map(String::as_str));
            let ends: Vec<String> = others.map(|other| format!("{suffix}{other}")).collect();
            let stems = heads.iter().flat_map(|head| ends.iter().map(move |end| (head, end)));
            let stems: Vec<String> = stems.map(|(a, b)| stem(&format!("{a}{b}"))).collect();
            let mut crc = flate2::Crc::new();
            crc.update(stems.join("|").as_bytes());
            assert_eq!(Some(u64::from(crc.sum())), golden[suffix].as_u64(), "-{suffix}");
        }
    }

    /// From the article, and where NLTK does otherwise.
    #[test]
    fn known_stems() {
        for (word, expected) in [
            ("caresses", "caress"),
            ("ponies", "poni"),
            ("plastered", "plaster"),
            ("sing", "sing"),
            ("troubled", "troubl"),
            ("hopping", "hop"),
            ("falling", "fall"),
            ("filing", "file"),
            ("happy", "happi"),
            ("relational", "relat"),
            ("replacement", "replac"),
            ("adoption", "adopt"),
            ("controll", "control"),
            ("ties", "tie"),
            ("spied", "spi"),
            ("enjoy", "enjoy"),
            ("geology", "geolog"),
            ("skies", "sky"),
            ("is", "is"),
            ("", ""),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }
}
