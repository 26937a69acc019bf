//! The colours of families.

/// The paper's eight families always have the same colours, so that figures can be compared.
const FAMILIES: [(&str, &str); 8] = [
    ("summarization", "#e07b39"),
    ("dialogue", "#8a5fb0"),
    ("nli", "#c8415b"),
    ("classification", "#3f78b5"),
    ("semantic_parsing", "#4c9a52"),
    ("commonsense", "#e3b23c"),
    ("closed_book_qa", "#2f9c9c"),
    ("reading_comprehension", "#d884b4"),
];

/// For families of other names, in order of name.
const OTHERS: [&str; 9] = [
    "#8c6d52", "#6c7a89", "#9bbf5e", "#7fb2e5", "#b59adb", "#e8a38b", "#4d5b9e", "#7d8f3a",
    "#b0b7bf",
];

/// The colours of one figure.
pub(super) struct Palette<'a> {
    others: Vec<&'a str>,
}

impl<'a> Palette<'a> {
    /// The colours of these families.
    pub(super) fn new(families: impl Iterator<Item = &'a str>) -> Self {
        let mut others: Vec<&str> = families.filter(|family| known(family).is_none()).collect();
        others.sort_unstable();
        Palette { others }
    }

    /// A family's colour.
    pub(super) fn of(&self, family: &str) -> &'static str {
        let other = || self.others.iter().position(|other| *other == family).unwrap_or(0);
        known(family).unwrap_or_else(|| OTHERS[other() % OTHERS.len()])
    }
}

fn known(family: &str) -> Option<&'static str> {
    FAMILIES.iter().find(|(name, _)| *name == family).map(|(_, colour)| *colour)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn seventeen_families_have_colours_of_their_own() {
        let others = ["i", "h", "g", "f", "e", "d", "c", "b", "a"];
        let families = FAMILIES.iter().map(|(name, _)| *name).chain(others);
        let palette = Palette::new(families.clone());
        let colours: BTreeSet<_> = families.map(|family| palette.of(family)).collect();
        assert_eq!(colours.len(), 17);
    }
}
