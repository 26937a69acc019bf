//! A small world on disk for the tests of the binary: two tasks, a corpus, a recipe.

#![allow(dead_code, reason = "each test uses a part")]

use ext5_core::Key;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// A temporary folder with data, tasks and a recipe.
pub struct World {
    folder: TempDir,
}

const RECIPE: &str = r#"
name = "test"
seed = 7
vocabulary = "bytes"

[mixture]
tasks = ["colour", "warm"]
r = 1.0

[[mixture.corpus]]
name = "text"
train = ["corpus/train.txt"]
validation = ["corpus/validation.txt"]

[batch]
rows = 4
micro_rows = 2
inputs = 64
targets = 24
window = 32

[model.config]
vocab_size = 384
d_model = 32
d_kv = 8
d_ff = 64
num_layers = 2
num_decoder_layers = 2
num_heads = 4

[loss]
dropout = 0.1

[train]
steps = 24
log_every = 2
threads = 2

[evaluation]
every = 6
examples_per_task = 4
"#;

const COLOURS: [&str; 4] = ["red", "green", "blue", "white"];
const THINGS: [&str; 5] = ["house", "boat", "tree", "bird", "stone"];

impl World {
    /// Writes the world.
    pub fn new() -> World {
        let world = World { folder: tempfile::tempdir().unwrap() };
        world.write("recipe.toml", RECIPE);
        world.write(
            "tasks/colour.toml",
            "name = \"colour\"\nfamily = \"closed_book_qa\"\nmetrics = [\"exact_match\", \"token_f1\"]\n\
             [template]\ninputs = \"colour of the {{ thing }}?\"\ntargets = \"{{ colour }}\"\n",
        );
        world.write(
            "tasks/warm.toml",
            "name = \"warm\"\nfamily = \"classification\"\nmetrics = [\"accuracy\", \"option_accuracy\"]\n\
             [template]\ninputs = \"warm: {{ colour }}\"\n\
             [labels]\ncolumn = \"label\"\nwords = { 0 = \"no\", 1 = \"yes\" }\n",
        );
        for (split, rows) in [("train", 60), ("validation", 20)] {
            let (mut colour, mut warm, mut text) = (String::new(), String::new(), String::new());
            for row in 0..rows {
                let (c, t) = (COLOURS[row * 7 % 4], THINGS[row * 3 % 5]);
                writeln!(colour, "{{\"thing\": \"{t} {row}\", \"colour\": \"{c}\"}}").unwrap();
                let label = usize::from(c == "red");
                writeln!(warm, "{{\"colour\": \"{c} {row}\", \"label\": {label}}}").unwrap();
                writeln!(text, "The {t} near the river is {c}, and number {row} of its kind.\n")
                    .unwrap();
            }
            world.write(&format!("data/colour/{split}.jsonl"), &colour);
            world.write(&format!("data/warm/{split}.jsonl"), &warm);
            world.write(&format!("data/corpus/{split}.txt"), &text);
        }
        world
    }

    /// Where a file or folder of the world lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The command with these arguments, run inside the world.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ext5"));
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs the command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the command, which must do well, and gives what it printed.
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?} ended with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the command, and does not look at what it prints.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

/// Where the moments of kills are drawn from: the same ones every time, unless `EXT5_TEST_SEED` says
/// otherwise.
pub fn moments() -> Key {
    let seed = std::env::var("EXT5_TEST_SEED").map_or(5, |seed| seed.parse().unwrap());
    eprintln!("EXT5_TEST_SEED={seed}");
    Key::new(seed).name("moments")
}

/// Everything that a run's end is made of, but for the clock.
fn end_of(run: &Path) -> (Vec<u8>, Vec<u8>, serde_json::Value) {
    let checkpoint = newest_checkpoint(run);
    let mut state: serde_json::Value =
        serde_json::from_slice(&fs::read(checkpoint.join("state.json")).unwrap()).unwrap();
    state.as_object_mut().unwrap().remove("seconds").expect("a clock");
    let read = |name: &str| fs::read(checkpoint.join(name)).unwrap();
    (read("model.safetensors"), read("optimizer.safetensors"), state)
}

/// Two runs of the world have come to the same end, to the bit.
pub fn assert_same_end(world: &World, one: &str, other: &str) {
    let (one, other) = (end_of(&world.path(one)), end_of(&world.path(other)));
    assert!(one.0 == other.0, "the weights differ");
    assert!(one.1 == other.1, "the optimiser differs");
    assert_eq!(one.2, other.2, "the positions differ");
}

/// The arguments of `pretrain` into the folder `out`.
pub fn pretraining(out: &str) -> [&str; 8] {
    ["pretrain", "recipe.toml", "--tasks", "tasks", "--data-root", "data", "--out", out]
}

/// The newest checkpoint of a run.
pub fn newest_checkpoint(run: &Path) -> PathBuf {
    let mut folders: Vec<PathBuf> = fs::read_dir(run.join("checkpoints"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("step-"))
        .collect();
    folders.sort();
    folders.pop().expect("a checkpoint")
}
