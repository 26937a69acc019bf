//! What data a recipe reads, in short.

use super::StudyError;
use ext5_core::Digest;
use ext5_data::DataLock;
use ext5_mix::prepare::selected_tasks;
use ext5_mix::recipe::Data;
use ext5_task::Registry;
use ext5_train::recipe::Recipe;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Registries and digests of data, each made once.
#[derive(Default)]
pub(super) struct Catalogue {
    registries: Vec<(Data, Registry)>,
    digests: BTreeMap<Digest, Digest>,
}

impl Catalogue {
    /// The tasks as a recipe's data section has them.
    pub(super) fn registry(&mut self, data: &Data) -> Result<&Registry, StudyError> {
        // The root and the cache say nothing about tasks.
        let plain = Data { root: PathBuf::new(), cache: PathBuf::new(), ..data.clone() };
        let known = self.registries.iter().position(|(of, _)| *of == plain);
        let index = match known {
            Some(index) => index,
            None => {
                self.registries.push((plain, data.registry()?));
                self.registries.len() - 1
            }
        };
        Ok(&self.registries[index].1)
    }

    /// The names of the tasks that patterns select, in order of name.
    pub(super) fn select(
        &mut self,
        data: &Data,
        patterns: &[String],
    ) -> Result<Vec<String>, StudyError> {
        let tasks = self.registry(data)?.select(patterns)?;
        Ok(tasks.into_iter().map(|task| task.name.clone()).collect())
    }

    /// The digest of all that a recipe trains on: the definitions of its tasks, and the data lock of
    /// the files that are there. What lies nowhere counts by its name, so that a study can be planned
    /// before its data is fetched.
    pub(super) fn digest(&mut self, recipe: &Recipe) -> Result<Digest, StudyError> {
        let stream = recipe.stream();
        let about = serde_json::to_vec(&(&stream.data, &stream.mixture)).unwrap_or_default();
        let about = Digest::of(&about);
        if let Some(known) = self.digests.get(&about) {
            return Ok(*known);
        }
        let root = recipe.data.root.clone();
        let (mut files, mut parts) = (Vec::new(), Vec::new());
        if recipe.mixture.r.is_finite() {
            for task in selected_tasks(&stream, self.registry(&recipe.data)?)? {
                parts.push(task.digest().to_string());
                // What is missing is told when the run begins.
                files.extend(task.files(&root, "train").unwrap_or_default());
            }
        }
        for corpus in recipe.mixture.corpus.iter().filter(|_| recipe.mixture.r > 0.0) {
            let expected = format!("the text of corpus {}", corpus.name);
            let found = recipe.data.files(&corpus.train, "train", &expected);
            files.extend(found.unwrap_or_default());
        }
        let lock = DataLock::build(&root, files)?;
        parts.push(lock.digest().to_string());
        let digest = Digest::of(parts.join(" ").as_bytes());
        self.digests.insert(about, digest);
        Ok(digest)
    }
}
