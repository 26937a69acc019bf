//! For build scripts: folders of the repository as parts of a library.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Writes `OUT_DIR/FILE.rs` with a slice of all TOML files below a folder of the repository: what
/// `name` makes of the path in the folder, and the text.
pub fn embed(folder: &str, file: &str, name: impl Fn(&Path) -> PathBuf) -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let root = variable("CARGO_MANIFEST_DIR")?.join("../..").join(folder);
    println!("cargo:rerun-if-changed={}", root.display());
    let mut paths = Vec::new();
    if root.is_dir() {
        collect(&root, &mut paths)?;
    }
    paths.sort();
    let mut code = String::from("&[\n");
    for path in &paths {
        let name = name(path.strip_prefix(&root).map_err(io::Error::other)?);
        let name = name.to_string_lossy().replace('\\', "/");
        let absolute = fs::canonicalize(path)?;
        let _ = writeln!(code, "({name:?}, include_str!({absolute:?})),");
    }
    code.push(']');
    fs::write(variable("OUT_DIR")?.join(file).with_extension("rs"), code)
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
