//! Writes a world to a folder, as JSON lines with task files and a corpus, for the ordinary
//! commands: `cargo run -p ext5-world --example write -- FOLDER SEED PEOPLE`. Prints rows per second.

use ext5_world::{Split, TASKS, Universe, corpus};
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, seed, people] = arguments.as_slice() else {
        return Err("expected FOLDER SEED PEOPLE".into());
    };
    let (folder, universe) = (PathBuf::from(folder), Universe::new(seed.parse()?, people.parse()?));
    fs::create_dir_all(folder.join("tasks"))?;
    let (start, mut rows) = (Instant::now(), 0);
    for task in TASKS {
        fs::write(folder.join("tasks").join(task.name).with_extension("toml"), task.definition())?;
        fs::create_dir_all(folder.join("data").join(task.name))?;
        for split in Split::ALL {
            let path = folder.join("data").join(task.name).join(format!("{}.jsonl", split.name()));
            let mut file = BufWriter::new(File::create(path)?);
            for row in (0..).map_while(|index| task.row(&universe, split, index)) {
                writeln!(file, "{}", serde_json::Value::Object(row))?;
                rows += 1;
            }
            file.flush()?;
        }
        let train = task.len(&universe, Split::Train);
        let chance = task.chance().map_or("-".to_owned(), |chance| format!("{chance:.2}"));
        println!("{:<16}{:<24}{train:>9}  chance {chance}", task.name, task.family);
    }
    let mut file = BufWriter::new(File::create(folder.join("corpus.txt"))?);
    for index in 0..corpus::len(&universe) {
        writeln!(file, "{}", corpus::document(&universe, index))?;
    }
    file.flush()?;
    println!("{:.0} rows per second", f64::from(rows) / start.elapsed().as_secs_f64());
    Ok(())
}
