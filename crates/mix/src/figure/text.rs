//! Words of the figure.

/// A family's name as it is said.
pub(super) fn spoken(family: &str) -> String {
    match family {
        "nli" | "ner" => family.to_uppercase(),
        "closed_book_qa" => "closed-book QA".to_owned(),
        _ => family.replace('_', " "),
    }
}

/// Text for XML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// About how wide a text is at a size of letters: names are measured generously, as whoever opens
/// the figure may have another font.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.56
}
