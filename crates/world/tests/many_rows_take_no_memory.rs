//! Reading hundreds of thousands of rows takes the memory that reading a thousand takes.

use ext5_data::generated::{self, Settings};
use ext5_data::{Documents, Layout, Rows, Tolerance};
use std::alloc::{GlobalAlloc, Layout as Size, System};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Counts the bytes that are taken, and the most that ever were.
struct Counting;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, size: Size) -> *mut u8 {
        MOST.fetch_max(TAKEN.fetch_add(size.size(), Relaxed) + size.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, size: Size) {
        TAKEN.fetch_sub(size.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that `work` holds at once.
fn memory(work: impl FnOnce()) -> usize {
    let before = TAKEN.load(Relaxed);
    MOST.store(before, Relaxed);
    work();
    MOST.load(Relaxed) - before
}

fn table(name: &str) -> Vec<PathBuf> {
    let settings = Settings::from([("people".to_owned(), 30_000_000)]);
    let path = generated::path(Path::new("data"), "world", &settings, name, "train");
    vec![path.unwrap().unwrap()]
}

fn rows(name: &str, count: usize) {
    let rows = Rows::new(None, table(name), Tolerance::NONE).take(count);
    assert_eq!(rows.map(Result::unwrap).count(), count);
}

fn documents(count: usize) {
    let layout = Layout::Rows { column: "text".to_owned() };
    let documents = Documents::new(table("corpus"), Tolerance::NONE).with_layout(layout);
    assert_eq!(documents.take(count).map(Result::unwrap).count(), count);
}

// One test: what another thread takes would count.
#[test]
fn as_much_for_many_as_for_few() {
    /// For rows that are longer than others.
    const SLACK: usize = 16 << 10;
    ext5_world::register();
    for name in ["world_home", "world_entail", "world_read"] {
        let few = memory(|| rows(name, 1_000));
        let many = memory(|| rows(name, 200_000));
        assert!(many < few + SLACK, "{name}: {few} and {many} bytes");
    }
    let few = memory(|| documents(1_000));
    let many = memory(|| documents(100_000));
    assert!(many < few + SLACK, "the corpus: {few} and {many} bytes");
}
