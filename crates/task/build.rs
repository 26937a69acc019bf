//! Puts the task files of the repository's folder `tasks/` into the library.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let tasks = variable("CARGO_MANIFEST_DIR")?.join("../../tasks");
    println!("cargo:rerun-if-changed={}", tasks.display());
    let mut paths = Vec::new();
    if tasks.is_dir() {
        collect(&tasks, &mut paths)?;
    }
    paths.sort();
    // As `name in the repository, text`.
    let mut code = String::from("&[\n");
    for path in &paths {
        let name = path.strip_prefix(&tasks).map_err(io::Error::other)?;
        let absolute = fs::canonicalize(path)?;
        let _ =
            writeln!(code, "({:?}, include_str!({absolute:?})),", Path::new("tasks").join(name));
    }
    code.push(']');
    fs::write(variable("OUT_DIR")?.join("built_in.rs"), code)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    Ok(())
}
