//! What the tests of all crates share.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

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

/// An allocator that counts the bytes that are taken and the most that ever were, for tests of what a
/// piece of work holds at once. A test binary names it as its `#[global_allocator]`.
pub struct Counting;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    /// The most bytes that `work` holds at once. What other threads take meanwhile counts, too.
    pub fn most_of(work: impl FnOnce()) -> usize {
        let before = TAKEN.load(Relaxed);
        MOST.store(before, Relaxed);
        work();
        MOST.load(Relaxed) - before
    }
}

// SAFETY: everything is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, size: Layout) -> *mut u8 {
        MOST.fetch_max(TAKEN.fetch_add(size.size(), Relaxed) + size.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, size: Layout) {
        TAKEN.fetch_sub(size.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, size) }
    }
}
