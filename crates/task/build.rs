//! Puts the task files of the repository's folder `tasks/` into the library.

#[path = "../embed.rs"]
mod embed;

use std::path::Path;

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=../embed.rs");
    embed::embed("tasks", "built_in", |path| Path::new("tasks").join(path))
}
