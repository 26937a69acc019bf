//! Where the real data has a built-in task's columns as their publisher has them, every row of it
//! becomes an example: a check of the schema that no fixture of ours can give.

use ext5_task::{Extent, Registry};
use std::path::{Path, PathBuf};

/// Tasks, and the folders of the real data.
const SAME_COLUMNS: [(&str, &str); 14] = [
    ("cola", "cola"),
    ("commonsense_qa", "commonsense_qa_dev"),
    ("cosmos_qa", "cosmos_qa"),
    ("piqa", "piqa"),
    ("social_i_qa", "social_i_qa"),
    ("squad", "squad_xquad_en"),
    ("sst2", "sst2"),
    ("tweet_emoji", "tweet_emoji"),
    ("tweet_emotion", "tweet_emotion"),
    ("tweet_hate", "tweet_hate"),
    ("tweet_irony", "tweet_irony"),
    ("tweet_offensive", "tweet_offensive"),
    ("winogrande", "winogrande"),
    ("wnli", "wnli"),
];

/// The folder of the real data, where it is on this machine.
fn real_data() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = match std::env::var_os("EXT5_REALDATA") {
        Some(root) => PathBuf::from(root),
        None => workspace.join("../shared/realdata"),
    };
    if root.is_dir() {
        return Some(root);
    }
    ext5_core::testing::skipped(&format!("no real data at {}; set EXT5_REALDATA", root.display()));
    None
}

#[test]
fn every_row_becomes_an_example() {
    let Some(real) = real_data() else { return };
    let registry = Registry::built_in().unwrap_or_else(|error| panic!("{error}"));
    // Under the names that the tasks look for.
    let root = tempfile::tempdir().unwrap();
    for (name, folder) in SAME_COLUMNS {
        let to = root.path().join(name);
        std::fs::create_dir(&to).unwrap();
        for split in ["train.jsonl", "validation.jsonl"] {
            let from = real.join(folder).join(split);
            if from.metadata().is_ok_and(|file| file.len() > 0) {
                std::fs::copy(from, to.join(split)).unwrap();
            }
        }
        let task = registry.get(name).unwrap();
        let report = task.check(root.path(), Extent::All).unwrap_or_else(|e| panic!("{e}"));
        for split in &report.splits {
            let found = &split.first_malformed;
            assert!(split.rows > 50, "{name} {}: {} rows", split.split, split.rows);
            assert_eq!(split.malformed, 0, "{name} {}: {found:#?}", split.split);
            assert_eq!(split.examples, split.rows, "{name} {}", split.split);
        }
    }
}
