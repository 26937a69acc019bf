//! What the tests of all crates share.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Says that a test was skipped, and why. It goes straight to standard error: the test runner keeps
/// what a passing test prints with `eprintln!` to itself, and a skip must be seen.
pub fn skipped(why: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "SKIPPED: {why}");
}

/// Whether a file that the project's types generate holds `text`. It is written anew first where
/// `EXT5_WRITE_SCHEMA` is set.
pub fn is_current(path: &Path, text: &str) -> bool {
    if std::env::var_os("EXT5_WRITE_SCHEMA").is_some() {
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = folder.and_then(|()| fs::write(path, text)) {
            let _ = writeln!(io::stderr(), "{}: {error}", path.display());
        }
    }
    fs::read_to_string(path).is_ok_and(|written| written == text)
}
