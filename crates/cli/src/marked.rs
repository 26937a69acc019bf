//! Token ids as text in which sentinels, masked spans, ends and cuts are seen: coloured on a
//! terminal, in brackets elsewhere.

use crate::output::{BAD, END, NOISE, SENTINEL, styled};
use anstyle::Style;
use ext5_text::Vocabulary;
use std::collections::BTreeMap;

/// Shows ids of one vocabulary.
#[derive(Clone, Copy)]
pub struct Marker<'a> {
    /// The vocabulary.
    pub vocabulary: &'a Vocabulary,
    /// Whether colours are seen.
    pub coloured: bool,
}

impl Marker<'_> {
    /// Ids with sentinels marked and the end of sequence shown. `whole` is what they were before
    /// trimming, without end: what has been cut off is shown as such in its place.
    pub fn ids(&self, ids: &[u32], whole: Option<&[u32]>) -> String {
        let (body, ended) = match ids {
            [body @ .., Vocabulary::EOS] => (body, true),
            _ => (ids, false),
        };
        let whole = whole.filter(|whole| whole.len() > body.len());
        let (before, cut, after) = match whole {
            None => (body, &[] as &[u32], &[] as &[u32]),
            Some(whole) => {
                let same = body.iter().zip(whole).take_while(|(kept, all)| kept == all).count();
                let (before, after) = body.split_at(same);
                (before, &whole[same..whole.len() - after.len()], after)
            }
        };
        let mut text = self.plain(before, true);
        if !cut.is_empty() {
            let space = if self.starts_word(cut) && !text.is_empty() { " " } else { "" };
            let lost = self.plain(cut, false);
            let lost = lost.trim_start();
            text.push_str(space);
            text.push_str(&match self.coloured {
                true => styled(BAD.strikethrough(), lost),
                false => format!("[cut {}: {lost}]", cut.len()),
            });
        }
        text.push_str(&self.plain(after, text.is_empty()));
        if ended {
            text.push_str(&self.mark(END, "</s>"));
        }
        text
    }

    /// The text that was there before it was corrupted, masked spans marked: what the targets say
    /// of each sentinel of the inputs, put in its place. Nothing when there is no sentinel.
    pub fn uncorrupted(&self, inputs: &[u32], targets: &[u32]) -> Option<String> {
        let mut spans: BTreeMap<u32, &[u32]> = BTreeMap::new();
        let mut rest = targets;
        while let Some(start) = rest.iter().position(|&id| self.sentinel(id).is_some()) {
            let after = &rest[start + 1..];
            let closes = |&id: &u32| self.sentinel(id).is_some() || id == Vocabulary::EOS;
            let end = after.iter().position(closes).unwrap_or(after.len());
            spans.insert(rest[start], &after[..end]);
            rest = &after[end..];
        }
        if !inputs.iter().any(|id| spans.contains_key(id)) {
            return None;
        }
        let mut text = String::new();
        for run in inputs.chunk_by(|&a, &b| self.is_text(a) && self.is_text(b)) {
            match run {
                [id] if self.sentinel(*id).is_some() => {
                    let span = spans.get(id).copied().unwrap_or_default();
                    let space = if self.starts_word(span) && !text.is_empty() { " " } else { "" };
                    text.push_str(space);
                    let span = self.vocabulary.decode(span);
                    text.push_str(&self.bracket(NOISE, span.trim_start()));
                }
                [Vocabulary::EOS] => {}
                run => text.push_str(&self.run(run, text.is_empty())),
            }
        }
        Some(text)
    }

    /// Text and marked sentinels.
    fn plain(&self, ids: &[u32], first: bool) -> String {
        let mut text = String::new();
        for run in ids.chunk_by(|&a, &b| self.is_text(a) && self.is_text(b)) {
            match self.sentinel(run[0]) {
                Some(name) => {
                    let space = if text.is_empty() || text.ends_with(' ') { "" } else { " " };
                    text.push_str(space);
                    text.push_str(&self.mark(SENTINEL, &name));
                }
                None => text.push_str(&self.run(run, first && text.is_empty())),
            }
        }
        text
    }

    /// A run of text; the space before its first word is kept where something stands before it.
    fn run(&self, ids: &[u32], first: bool) -> String {
        let text = self.vocabulary.decode(ids);
        if !first && self.starts_word(ids) && !text.starts_with(' ') {
            return format!(" {text}");
        }
        text
    }

    fn mark(&self, style: Style, text: &str) -> String {
        if self.coloured { styled(style, text) } else { text.to_owned() }
    }

    fn bracket(&self, style: Style, text: &str) -> String {
        if self.coloured { styled(style.underline(), text) } else { format!("[{text}]") }
    }

    fn is_text(&self, id: u32) -> bool {
        id != Vocabulary::EOS && self.sentinel(id).is_none()
    }

    /// The name of a sentinel.
    fn sentinel(&self, id: u32) -> Option<String> {
        let last = self.vocabulary.size().checked_sub(1 + id)?;
        (last < self.vocabulary.sentinels()).then(|| format!("<extra_id_{last}>"))
    }

    /// Whether the first piece begins a word, and so stands for a space too.
    fn starts_word(&self, ids: &[u32]) -> bool {
        let piece = ids.first().and_then(|&id| self.vocabulary.piece(id));
        piece.is_some_and(|piece| piece.starts_with('\u{2581}'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: bool = false;

    fn marker(vocabulary: &Vocabulary) -> Marker<'_> {
        Marker { vocabulary, coloured: PLAIN }
    }

    /// Ids of the bytes of a text in which `0` to `9` stand for sentinels.
    fn ids(vocabulary: &Vocabulary, text: &str) -> Vec<u32> {
        let id = |c: char| match c.to_digit(10) {
            Some(k) => vec![vocabulary.sentinel(k).unwrap()],
            None => vocabulary.encode(&c.to_string()),
        };
        text.chars().flat_map(id).collect()
    }

    #[test]
    fn sentinels_and_ends_are_seen() {
        let vocabulary = Vocabulary::bytes();
        let mut tokens = ids(&vocabulary, "a 0 c");
        tokens.push(Vocabulary::EOS);
        assert_eq!(marker(&vocabulary).ids(&tokens, None), "a <extra_id_0> c</s>");
    }

    #[test]
    fn masked_spans_return_to_their_places() {
        let vocabulary = Vocabulary::bytes();
        let inputs = ids(&vocabulary, "The 0 sat1.");
        let targets = ids(&vocabulary, "0cat1 down2");
        let text = marker(&vocabulary).uncorrupted(&inputs, &targets).unwrap();
        assert_eq!(text, "The [cat] sat[down].");
        assert_eq!(marker(&vocabulary).uncorrupted(&ids(&vocabulary, "plain"), &targets), None);
    }

    #[test]
    fn cuts_are_seen_where_they_are() {
        let vocabulary = Vocabulary::bytes();
        let whole = ids(&vocabulary, "abcdefgh");
        let show = |kept: &str| {
            let mut kept = ids(&vocabulary, kept);
            kept.push(Vocabulary::EOS);
            marker(&vocabulary).ids(&kept, Some(&whole))
        };
        assert_eq!(show("abcde"), "abcde[cut 3: fgh]</s>");
        assert_eq!(show("fgh"), "[cut 5: abcde]fgh</s>");
        assert_eq!(show("abgh"), "ab[cut 4: cdef]gh</s>");
        assert_eq!(show("abcdefgh"), "abcdefgh</s>");
    }
}
