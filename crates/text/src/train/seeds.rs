//! The pieces to begin with: the strings in the words that, by count times length, are the most.

use super::Options;
use super::scripts::is_of_one_script;
use super::words::Fragment;

/// The end of a fragment, as a string that may begin with a piece.
struct Suffix<'a> {
    text: &'a str,
    count: u64,
}

/// All characters, and the best of the strings of two to `max_piece_length` characters that occur
/// more than once, with their log probabilities. Of strings that always occur together, one within
/// the other, only the longest is taken: the inner nodes of a suffix tree, read off sorted suffixes.
pub(crate) fn seeds<'a>(
    fragments: &'a [Fragment],
    characters: &'a [(String, u64)],
    options: &Options,
) -> Vec<(&'a str, f64)> {
    let mut suffixes: Vec<Suffix<'a>> = Vec::new();
    for fragment in fragments {
        for (start, _) in fragment.text.char_indices() {
            let text = first_characters(&fragment.text[start..], options.max_piece_length);
            suffixes.push(Suffix { text, count: fragment.count });
        }
    }
    suffixes.sort_unstable_by(|a, b| (a.text, a.count).cmp(&(b.text, b.count)));
    let mut found = repeated(&suffixes);
    found.retain(|&(text, _)| is_of_one_script(text));
    let weight = |&(text, count): &(&str, u64)| count * text.chars().count() as u64;
    found.sort_unstable_by(|a, b| weight(b).cmp(&weight(a)).then(a.0.cmp(b.0)));
    found.truncate(options.seed_pieces.saturating_sub(characters.len()));
    let singles = characters.iter().map(|(text, count)| (text.as_str(), *count));
    let weighted: Vec<_> = singles.chain(found).map(|piece| (piece.0, weight(&piece))).collect();
    let total: u64 = weighted.iter().map(|&(_, weight)| weight).sum();
    let log_total = libm::log(total as f64);
    weighted
        .into_iter()
        .map(|(text, weight)| (text, libm::log(weight as f64) - log_total))
        .collect()
}

fn first_characters(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// The strings of at least two characters with which two or more suffixes begin and that cannot be
/// made longer without losing one; and their counts.
fn repeated<'a>(suffixes: &[Suffix<'a>]) -> Vec<(&'a str, u64)> {
    /// A string that all suffixes from some place on share.
    struct Open<'a> {
        text: &'a str,
        count: u64,
        suffixes: usize,
    }
    let mut found = Vec::new();
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut close = |closed: &Open<'a>| {
        if closed.suffixes > 1 && closed.text.chars().nth(1).is_some() {
            found.push((closed.text, closed.count));
        }
    };
    for suffix in suffixes {
        let shared = open.last().map_or(0, |last| common(last.text, suffix.text));
        let (mut count, mut members) = (0, 0);
        // What is longer than the shared part ends here; all of it is below the shared part.
        while let Some(last) = open.pop_if(|last| last.text.len() > shared) {
            close(&Open {
                text: last.text,
                count: last.count + count,
                suffixes: last.suffixes + members,
            });
            count += last.count;
            members += last.suffixes;
        }
        if members > 0 {
            match open.last_mut() {
                Some(last) if last.text.len() == shared => {
                    last.count += count;
                    last.suffixes += members;
                }
                _ => open.push(Open { text: &suffix.text[..shared], count, suffixes: members }),
            }
        }
        match open.last_mut() {
            Some(last) if last.text.len() == suffix.text.len() => {
                last.count += suffix.count;
                last.suffixes += 1;
            }
            _ => open.push(Open { text: suffix.text, count: suffix.count, suffixes: 1 }),
        }
    }
    let (mut count, mut members) = (0, 0);
    while let Some(last) = open.pop() {
        count += last.count;
        members += last.suffixes;
        close(&Open { text: last.text, count, suffixes: members });
    }
    found
}

/// Length of what two strings begin with both, in whole characters.
fn common(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    (0..=same).rev().find(|&end| a.is_char_boundary(end)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Against the definition.
        #[test]
        fn finds_what_is_repeated(words in proptest::collection::vec(("[abé]{1,6}", 1..4u64), 1..8)) {
            let suffixes = words.iter().flat_map(|(word, count)| {
                word.char_indices().map(|(start, _)| Suffix { text: &word[start..], count: *count })
            });
            let mut suffixes: Vec<_> = suffixes.collect();
            suffixes.sort_by_key(|suffix| suffix.text);
            let mut expected = BTreeMap::new();
            let begin = |text: &str| -> (usize, u64) {
                let with = suffixes.iter().filter(|suffix| suffix.text.starts_with(text));
                (with.clone().count(), with.map(|suffix| suffix.count).sum())
            };
            for suffix in &suffixes {
                for (end, last) in suffix.text.char_indices().skip(1) {
                    let text = &suffix.text[..end + last.len_utf8()];
                    let (number, count) = begin(text);
                    let longer = ["a", "b", "é"].iter().any(|c| begin(&format!("{text}{c}")).0 == number);
                    if number > 1 && !longer {
                        expected.insert(text, count);
                    }
                }
            }
            let found = repeated(&suffixes);
            prop_assert_eq!(found.len(), expected.len());
            prop_assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), expected);
        }
    }
}
