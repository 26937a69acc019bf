//! The promise: with working memory that was used before, encoding allocates nothing.

use ext5_text::{Scratch, Vocabulary};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the rules of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Lines of words that come again, words that are new, long words, unknown characters, characters
/// that are normalised, spaces written as in pieces, and one very long line.
fn lines() -> Vec<String> {
    let mut lines: Vec<String> = (0..400u32)
        .map(|line| {
            let word = |k: u32| format!("w{}", (line * 7 + k).wrapping_mul(2_654_435_761) % 90_001);
            (0..20).map(word).collect::<Vec<_>>().join(" ")
        })
        .collect();
    lines.push("the rain in Spain stays mainly in the plain ".repeat(500));
    lines.push("x".repeat(3000));
    lines.extend(
        ["{} \u{1F600}\u{200d} é e\u{301}\u{a0}", "a\u{2581} b \u{2581}", "", "   "]
            .map(String::from),
    );
    lines
}

#[test]
fn with_a_warm_scratch() {
    let lines = lines();
    for name in ["words", "rules", "fallback", "suffix"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.model"));
        let vocabulary = Vocabulary::open(&path).unwrap();
        let (mut ids, mut scratch) = (Vec::new(), Scratch::default());
        let mut encode_all = || {
            ids.clear();
            for line in &lines {
                vocabulary.encode_into(line, &mut ids, &mut scratch);
            }
            ids.len()
        };
        let expected = encode_all();
        let before = ALLOCATIONS.get();
        assert_eq!(encode_all(), expected);
        assert_eq!(ALLOCATIONS.get() - before, 0, "{name}");
        assert!(before > 0, "allocations are not counted");
    }
}
