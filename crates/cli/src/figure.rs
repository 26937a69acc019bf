//! Figures as files: SVG as it is, PNG rendered with a font that the program carries.

use crate::failure::{Blame, Failure};
use anyhow::{Context, anyhow};
use epaint_default_fonts::UBUNTU_LIGHT;
use ext5_core::atomic;
use resvg::{tiny_skia, usvg};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Pixels of a PNG for each of the figure's own, for sharp letters.
const SCALE: f32 = 2.0;

/// Refuses names that end in something else, before any work is done.
pub fn check_name(path: &Path) -> Result<(), Failure> {
    match extension(path).as_str() {
        "svg" | "png" => Ok(()),
        _ => {
            let path = path.display();
            Err(Failure::Request(anyhow!("--figure {path}: expected a name in .svg or .png")))
        }
    }
}

/// Writes an SVG to a file whose name ends in `.svg` or `.png`; it appears whole or not at all.
pub fn write(svg: &str, path: &Path) -> Result<(), Failure> {
    check_name(path)?;
    let bytes = match extension(path).as_str() {
        "png" => png(svg).work()?,
        _ => svg.as_bytes().to_vec(),
    };
    atomic::write_file(path, |file| file.write_all(&bytes))
        .with_context(|| format!("{}: cannot be written", path.display()))
        .work()
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

fn png(svg: &str) -> anyhow::Result<Vec<u8>> {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(UBUNTU_LIGHT.to_vec());
    let family = fonts.faces().flat_map(|face| &face.families).map(|(name, _)| name.clone()).next();
    let family = family.context("the embedded font has no name")?;
    fonts.set_sans_serif_family(&family);
    let options =
        usvg::Options { font_family: family, fontdb: Arc::new(fonts), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options)?;
    let size = tree.size().to_int_size().scale_by(SCALE).context("the figure is too large")?;
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height())
        .context("the figure is too large for a picture")?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    Ok(pixels.encode_png()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_drawn_without_system_fonts() {
        let empty = "<svg xmlns='http://www.w3.org/2000/svg' width='60' height='20'>";
        let text = "<text x='2' y='15' font-family='Nobody Has This, sans-serif'>Abc</text>";
        let without = png(&format!("{empty}</svg>")).unwrap();
        let with = png(&format!("{empty}{text}</svg>")).unwrap();
        assert!(with.starts_with(b"\x89PNG") && with.len() > without.len());
    }
}
