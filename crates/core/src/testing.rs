//! What the tests of all crates share.

use std::io::{self, Write};

/// Says that a test was skipped, and why. It goes straight to standard error: the test runner keeps
/// what a passing test prints with `eprintln!` to itself, and a skip must be seen.
pub fn skipped(why: &str) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "SKIPPED: {why}");
}
