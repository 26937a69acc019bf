//! What breaks is named with what to do, and nothing half-written is read as whole.

mod support;

use std::fs;
use std::io::Write as _;
use std::process::Output;
use support::{World, pretraining};

const DATA: [&str; 4] = ["--tasks", "tasks", "--data-root", "data"];

/// Runs a command that must fail with this exit code, and gives what it said.
fn failure(world: &World, code: i32, arguments: &[&str]) -> String {
    let output: Output = world.run(arguments);
    let message = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
    assert!(!message.contains("panicked"), "{message}");
    message
}

fn check(task: &str) -> Vec<&str> {
    [["tasks", "check", "--all", task].as_slice(), &DATA].concat()
}

fn cache() -> Vec<&'static str> {
    [["cache", "recipe.toml"].as_slice(), &DATA].concat()
}

/// Replaces the train file of a task by one of another name with these bytes.
fn replace_train(world: &World, task: &str, name: &str, bytes: &[u8]) {
    fs::remove_file(world.path(&format!("data/{task}/train.jsonl"))).unwrap();
    fs::write(world.path(&format!("data/{task}/{name}")), bytes).unwrap();
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_cut_gzip_file() {
    let world = World::new();
    let rows = fs::read(world.path("data/colour/train.jsonl")).unwrap();
    let whole = gzip(&rows);
    replace_train(&world, "colour", "train.jsonl.gz", &whole);
    world.succeed(&check("colour"));
    fs::write(world.path("data/colour/train.jsonl.gz"), &whole[..whole.len() / 2]).unwrap();
    for command in [check("colour"), cache()] {
        let message = failure(&world, 1, &command);
        assert!(message.contains("colour/train.jsonl.gz"), "{message}");
        assert!(message.contains("cut short") && message.contains("again"), "{message}");
    }
    let stores = world.path("cache/tasks/colour");
    let visible = fs::read_dir(stores).map_or(0, |entries| {
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
        entries.map(name).filter(|name| name.to_string_lossy().starts_with("train-")).count()
    });
    assert_eq!(visible, 0, "no store of half the rows");
}

#[test]
fn a_cut_parquet_file() {
    let world = World::new();
    let out = ["--out", "out", "--format", "parquet", "--examples", "50"];
    let export = ["mix", "export", "recipe.toml"];
    world.succeed(&[export.as_slice(), &out, &DATA].concat());
    let file = fs::read_dir(world.path("out/data"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .unwrap();
    // What is exported can be a source itself.
    world.write(
        "tasks/again.toml",
        "name = \"again\"\nfamily = \"again\"\nmetrics = [\"accuracy\"]\n\
         [template]\ninputs = \"{{ inputs }}\"\ntargets = \"{{ targets }}\"\n",
    );
    let bytes = fs::read(file).unwrap();
    fs::create_dir_all(world.path("data/again")).unwrap();
    let path = world.path("data/again/train.parquet");
    fs::write(&path, &bytes).unwrap();
    world.succeed(&check("again"));
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let message = failure(&world, 1, &check("again"));
    assert!(message.contains("again/train.parquet"), "{message}");
}

/// A byte that makes the Parquet library panic; what it says of that is no reader's concern.
#[test]
fn a_parquet_file_that_contradicts_itself() {
    let world = World::new();
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/tests/golden/none.parquet");
    let mut bytes = fs::read(golden).unwrap();
    world.write(
        "tasks/own.toml",
        "name = \"own\"\nfamily = \"own\"\nmetrics = [\"accuracy\"]\n\
         [template]\ninputs = \"{{ row }}\"\ntargets = \"{{ row }}\"\n",
    );
    fs::create_dir_all(world.path("data/own")).unwrap();
    let path = world.path("data/own/train.parquet");
    fs::write(&path, &bytes).unwrap();
    world.succeed(&check("own"));
    bytes[1078] = 30;
    fs::write(&path, &bytes).unwrap();
    let message = failure(&world, 1, &check("own"));
    assert!(message.contains("own/train.parquet"), "{message}");
    assert!(!message.contains("mistake in ext5"), "{message}");
}

#[test]
fn a_line_of_50_megabytes() {
    let world = World::new();
    let rows = fs::read(world.path("data/colour/train.jsonl")).unwrap();
    let mut long = b"{\"thing\": \"".to_vec();
    long.resize(50 << 20, b'x');
    long.extend_from_slice(b"\", \"colour\": \"red\"}\n");
    long.extend_from_slice(&rows);
    fs::write(world.path("data/colour/train.jsonl"), long).unwrap();
    let message = failure(&world, 1, &check("colour"));
    assert!(message.contains("colour/train.jsonl:1:"), "{message}");
    assert!(message.len() < 10_000, "the line itself is not printed");
}

#[test]
fn a_template_that_loops_for_ever() {
    let world = World::new();
    let task = fs::read_to_string(world.path("tasks/colour.toml")).unwrap();
    let forever = "{% for a in range(99999) %}{% for b in range(99999) %}{{ thing }}{% endfor %}\
                   {% endfor %}";
    world.write("tasks/colour.toml", &task.replace("colour of the {{ thing }}?", forever));
    for command in [check("colour"), cache()] {
        let message = failure(&world, 1, &command);
        assert!(message.contains("fuel") || message.contains("too long"), "{message}");
        assert!(message.contains("colour"), "{message}");
    }
}

#[test]
fn a_damaged_token_store() {
    let world = World::new();
    world.succeed(&cache());
    let stores = fs::read_dir(world.path("cache/tasks/colour")).unwrap();
    let store = stores
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_string_lossy().starts_with("train-"))
        .unwrap();
    let ids = store.join("ids.bin");
    let mut bytes = fs::read(&ids).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&ids, bytes).unwrap();
    let verify = [cache(), vec!["--verify"]].concat();
    let message = failure(&world, 1, &verify);
    let sample = [["mix", "sample", "recipe.toml", "-n", "200"].as_slice(), &DATA].concat();
    let sampled = failure(&world, 1, &sample);
    for message in [message, sampled] {
        assert!(message.contains("train-") && message.contains("delete"), "{message}");
    }
    // What the message says helps.
    fs::remove_dir_all(store).unwrap();
    world.succeed(&verify);
    world.succeed(&sample);
}

#[test]
fn a_source_that_changed_under_a_lock() {
    let world = World::new();
    let short = ["--set", "train.steps=2"];
    world.succeed(&[pretraining("runs/test").as_slice(), &short].concat());
    let file = world.path("data/warm/train.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("red", "raw", 1)).unwrap();
    let message = failure(&world, 2, &pretraining("runs/test"));
    assert!(message.contains("warm/train.jsonl"), "{message}");
    fs::write(&file, text).unwrap();
    world.succeed(&[pretraining("runs/test").as_slice(), &["--set", "train.steps=4"]].concat());
}

#[test]
fn an_evaluation_only_task_in_a_mixture() {
    let world = World::new();
    let task = fs::read_to_string(world.path("tasks/warm.toml")).unwrap();
    let task = task.replace("[template]", "evaluation_only = true\n[template]");
    world.write("tasks/warm.toml", &task);
    fs::remove_file(world.path("data/warm/train.jsonl")).unwrap();
    world.succeed(&check("warm"));
    let message = failure(&world, 2, &cache());
    assert!(message.contains("warm") && message.contains("evaluation"), "{message}");
}
