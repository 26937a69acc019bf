//! The files in `tasks/world` are those that the table of tasks writes; they are written anew where
//! `EXT5_WRITE_SCHEMA` is set.

use ext5_core::testing::is_current;
use ext5_world::TASKS;
use std::fs;
use std::path::Path;

#[test]
fn task_files_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tasks/world");
    for task in TASKS {
        let path = folder.join(task.name.trim_start_matches("world_")).with_extension("toml");
        let text = task.definition();
        ext5_task::Task::parse(&text, &path).unwrap();
        assert!(
            is_current(&path, &text),
            "{}: run this test with EXT5_WRITE_SCHEMA=1 to write it anew",
            path.display()
        );
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), TASKS.len(), "files of no task");
}
