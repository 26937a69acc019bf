//! Puts the studies and recipes of the repository into the library.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let root = variable("CARGO_MANIFEST_DIR")?.join("../..");
    for folder in ["studies", "recipes"] {
        let texts = texts(&root.join(folder))?;
        fs::write(variable("OUT_DIR")?.join(folder).with_extension("rs"), texts)?;
    }
    Ok(())
}

/// Code of a slice with the name, without its ending, and the text of each TOML file in `folder`.
fn texts(folder: &Path) -> io::Result<String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    paths.sort();
    let mut code = String::from("&[\n");
    for path in &paths {
        let name = path.strip_prefix(folder).map_err(io::Error::other)?.with_extension("");
        let name = name.to_string_lossy().replace('\\', "/");
        let absolute = fs::canonicalize(path)?;
        let _ = writeln!(code, "({name:?}, include_str!({absolute:?})),");
    }
    code.push(']');
    Ok(code)
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
