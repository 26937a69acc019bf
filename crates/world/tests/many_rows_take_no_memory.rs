//! Reading hundreds of thousands of rows takes the memory that reading a thousand takes.

use ext5_core::testing::Counting;
use ext5_data::generated::{self, Settings};
use ext5_data::{Documents, Layout, Rows, Tolerance};
use std::path::{Path, PathBuf};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

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
        let few = Counting::most_of(|| rows(name, 1_000));
        let many = Counting::most_of(|| rows(name, 200_000));
        assert!(many < few + SLACK, "{name}: {few} and {many} bytes");
    }
    let few = Counting::most_of(|| documents(1_000));
    let many = Counting::most_of(|| documents(100_000));
    assert!(many < few + SLACK, "the corpus: {few} and {many} bytes");
}
