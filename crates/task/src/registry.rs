//! All tasks of some folders, and selections of them.

use crate::error::{RegistryError, TaskError};
use crate::task::Task;
use ext5_core::config::nearest;
use ext5_data::generated::Settings;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Path in the repository and text of each built-in task file, in order of path.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// Tasks by name.
#[derive(Debug, Default)]
pub struct Registry {
    tasks: BTreeMap<String, Task>,
}

impl Registry {
    /// The tasks that came with the program: those of the repository's folder `tasks/`.
    ///
    /// # Errors
    /// When one is wrong, which a test of this crate rules out.
    pub fn built_in() -> Result<Self, RegistryError> {
        let read = |(path, text): &(&str, &str)| {
            Ok(Task { built_in: true, ..Task::parse(text, Path::new(path))? })
        };
        Registry::of(BUILT_IN.iter().map(read))
    }

    /// Reads every `*.toml` file in `folders` and below. Built-in tasks are left out.
    ///
    /// # Errors
    /// When a folder cannot be listed or holds no task; when a file is no task (all such files are
    /// named at once); when two files define the same name.
    pub fn open(folders: &[PathBuf]) -> Result<Self, RegistryError> {
        let mut paths = Vec::new();
        for folder in folders {
            collect(folder, &mut paths)
                .map_err(|source| RegistryError::Folder { path: folder.clone(), source })?;
        }
        if paths.is_empty() {
            let names: Vec<_> = folders.iter().map(|f| f.display().to_string()).collect();
            return Err(RegistryError::NoTasks { folders: names.join(", ") });
        }
        Registry::of(paths.iter().map(|path| Task::open(path)))
    }

    /// The built-in tasks and those in `folders`, which may be none. A task in a folder takes the
    /// place of a built-in one of the same name.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), for the folders.
    pub fn with_built_in(folders: &[PathBuf]) -> Result<Self, RegistryError> {
        let mut registry = Registry::built_in()?;
        if !folders.is_empty() {
            // Replaces tasks of the same name.
            registry.tasks.extend(Registry::open(folders)?.tasks);
        }
        Ok(registry)
    }

    /// Tells the generators of tasks what their files leave open, by generator.
    pub fn settle(&mut self, generators: &BTreeMap<String, Settings>) {
        self.tasks.values_mut().for_each(|task| task.settle(generators));
    }

    fn of(tasks: impl Iterator<Item = Result<Task, TaskError>>) -> Result<Self, RegistryError> {
        let mut registry = Registry::default();
        let mut errors = Vec::new();
        for task in tasks {
            match task {
                Ok(task) => registry.insert(task)?,
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(registry) } else { Err(RegistryError::Definitions(errors)) }
    }

    /// Adds a task.
    ///
    /// # Errors
    /// When another has its name.
    pub fn insert(&mut self, task: Task) -> Result<(), RegistryError> {
        if let Some(known) = self.tasks.get(&task.name) {
            return Err(RegistryError::Duplicate {
                name: task.name,
                first: known.path.clone(),
                second: task.path,
            });
        }
        self.tasks.insert(task.name.clone(), task);
        Ok(())
    }

    /// All tasks in order of name.
    pub fn iter(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    /// The task called `name`.
    ///
    /// # Errors
    /// When there is none; the nearest name is suggested.
    pub fn get(&self, name: &str) -> Result<&Task, RegistryError> {
        let names = self.tasks.keys().map(String::as_str);
        self.tasks.get(name).ok_or_else(|| unknown("task", name, names))
    }

    /// The tasks that `patterns` select, each once, in order of name.
    ///
    /// A pattern is a name, a name with `*`, `?` or `[…]`, `family:NAME` or `suite:NAME`. A `*` alone
    /// is every task from a folder, or every built-in one where there are no others. With a `!`
    /// before it, a pattern takes tasks out of those that the patterns before it selected:
    /// `suite:glue !wnli`.
    ///
    /// # Errors
    /// When a pattern matches no task, with the nearest known name, or when nothing is left.
    pub fn select(&self, patterns: &[impl AsRef<str>]) -> Result<Vec<&Task>, RegistryError> {
        let mut selected: BTreeMap<&str, &Task> = BTreeMap::new();
        for pattern in patterns {
            let pattern = pattern.as_ref();
            let wanted = pattern.strip_prefix('!').unwrap_or(pattern);
            for task in self.matching(wanted)? {
                if wanted == pattern {
                    selected.insert(&task.name, task);
                } else {
                    selected.remove(task.name.as_str());
                }
            }
        }
        if selected.is_empty() {
            let patterns: Vec<_> = patterns.iter().map(AsRef::as_ref).collect();
            return Err(RegistryError::NothingSelected { patterns: patterns.join(" ") });
        }
        Ok(selected.into_values().collect())
    }

    fn matching(&self, pattern: &str) -> Result<Vec<&Task>, RegistryError> {
        // Whoever names a folder means what is in it: built-in tasks are asked for by name.
        if pattern == "*" && self.iter().any(|task| !task.built_in) {
            return Ok(self.iter().filter(|task| !task.built_in).collect());
        }
        let (what, name) = match pattern.split_once(':') {
            Some(("family", name)) => ("family", name),
            Some(("suite", name)) => ("suite", name),
            Some(_) => {
                return Err(RegistryError::Pattern {
                    pattern: pattern.to_owned(),
                    reason: "only `family:` and `suite:` stand before a colon",
                });
            }
            None => ("task", pattern),
        };
        let glob = glob::Pattern::new(name).map_err(|error| RegistryError::Pattern {
            pattern: pattern.to_owned(),
            reason: error.msg,
        })?;
        let names = |task: &'_ Task| -> Vec<String> {
            match what {
                "family" => vec![task.family.clone()],
                "suite" => task.suites.clone(),
                _ => vec![task.name.clone()],
            }
        };
        let matches = |task: &&Task| names(task).iter().any(|name| glob.matches(name));
        let found: Vec<_> = self.iter().filter(matches).collect();
        if found.is_empty() {
            let known: BTreeSet<_> = self.iter().flat_map(names).collect();
            return Err(unknown(what, name, known.iter().map(String::as_str)));
        }
        Ok(found)
    }
}

fn unknown<'a>(
    what: &'static str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> RegistryError {
    RegistryError::Unknown {
        what,
        name: name.to_owned(),
        nearest: nearest(name, known).map(str::to_owned),
    }
}

/// The task files in a folder and below, in order of path. Hidden files and folders are none.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for path in entries {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden {
            continue;
        }
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    Ok(())
}
