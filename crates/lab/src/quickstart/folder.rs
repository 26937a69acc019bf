//! The folder of a quickstart: its recipes, runs, token stores and results.

use super::{Quickstart, Size};
use crate::error::LabError;
use crate::runs::write;
use ext5_train::recipe::{Model, Recipe};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::PathBuf;

/// The recipes as they are in the repository's folder `recipes/laptop`.
const RECIPES: [(&str, &str); 3] = [
    ("t5", include_str!("../../../../recipes/laptop/world-t5.toml")),
    ("ext5", include_str!("../../../../recipes/laptop/world-ext5.toml")),
    ("finetune", include_str!("../../../../recipes/laptop/world-finetune.toml")),
];

/// What a folder was begun with: it goes on with nothing else.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    seed: u64,
    size: Size,
}

/// | entry | contents |
/// |---|---|
/// | `quickstart.json` | the settings |
/// | `recipes/` | the recipes of the runs, for the ordinary commands |
/// | `spiece.model` | the vocabulary |
/// | `runs/` | a run folder for each model, and for each fine-tuning of it |
/// | `cache/` | token stores, safe to delete |
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn open(quickstart: &Quickstart) -> Result<Self, LabError> {
        let path = quickstart.out.clone();
        fs::create_dir_all(&path).map_err(LabError::file(&path))?;
        let settings = Settings { seed: quickstart.seed, size: quickstart.size };
        let file = path.join("quickstart.json");
        if file.exists() {
            let text = fs::read(&file).map_err(LabError::file(&file))?;
            if serde_json::from_slice::<Settings>(&text).ok().as_ref() != Some(&settings) {
                return Err(LabError::Other { path });
            }
        } else {
            let text = serde_json::to_vec_pretty(&settings).map_err(std::io::Error::other);
            write(&file, &text.map_err(LabError::file(&file))?)?;
        }
        for (name, text) in RECIPES {
            write(&path.join("recipes").join(name).with_extension("toml"), text.as_bytes())?;
        }
        Ok(Folder { path })
    }

    pub(super) fn vocabulary(&self) -> PathBuf {
        self.path.join("spiece.model")
    }

    pub(super) fn run(&self, name: &str) -> PathBuf {
        self.runs().join(name)
    }

    pub(super) fn runs(&self) -> PathBuf {
        self.path.join("runs")
    }

    /// The recipe of a pre-training.
    pub(super) fn pretraining(&self, of: &Quickstart, model: &str) -> Result<Recipe, LabError> {
        self.recipe(of, model, |recipe| {
            recipe.seed = of.seed;
            recipe.train.steps = of.size.steps;
            recipe.evaluation.every = (of.size.steps / 8).max(10);
            recipe.train.log_every = (of.size.steps / 80).max(1);
        })
    }

    /// The recipe of a fine-tuning: what `ext5 finetune` would make of it.
    pub(super) fn finetuning(
        &self,
        of: &Quickstart,
        model: &str,
        task: &str,
        seed: u64,
    ) -> Result<Recipe, LabError> {
        self.recipe(of, "finetune", |recipe| {
            recipe.name = format!("{model}-{task}-{seed}");
            recipe.seed = seed;
            recipe.train.steps = of.size.finetune_steps;
            recipe.mixture.tasks = vec![task.to_owned()];
            recipe.model = Model { from: Some(self.run(model)), ..Model::default() };
            let world = recipe.data.generators.entry("world".to_owned()).or_default();
            world.insert("train_rows".to_owned(), of.size.examples);
        })
    }

    fn recipe(
        &self,
        of: &Quickstart,
        name: &str,
        change: impl FnOnce(&mut Recipe),
    ) -> Result<Recipe, LabError> {
        let path = self.path.join("recipes").join(name).with_extension("toml");
        let recipe = Recipe::read_and(&path, &[], |recipe| {
            recipe.data.root.clone_from(&self.path);
            recipe.data.cache = self.path.join("cache");
            let world = recipe.data.generators.entry("world".to_owned()).or_default();
            world.insert("seed".to_owned(), of.seed);
            world.insert("people".to_owned(), of.size.people);
            change(recipe);
        })?;
        Ok(recipe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// What a quickstart writes over its recipes stands in them too, so that the ordinary commands
    /// make the same of them.
    #[test]
    fn the_recipes_say_what_a_quickstart_does() {
        let size = Size::DEFAULT;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes/laptop");
        for (name, _) in RECIPES {
            let recipe = folder.join(format!("world-{name}.toml"));
            let recipe = Recipe::read_and(&recipe, &[], |recipe| {
                if recipe.mixture.corpus.is_empty() {
                    recipe.mixture.tasks = vec!["suite:world".to_owned()];
                }
                if recipe.model.config.is_none() {
                    recipe.model.from = Some("weights".into());
                }
            });
            let recipe = recipe.unwrap();
            let world = &recipe.data.generators["world"];
            assert_eq!(world["people"], size.people, "{name}");
            if name == "finetune" {
                assert_eq!(world["train_rows"], size.examples);
                assert_eq!(recipe.train.steps, size.finetune_steps);
            } else {
                assert_eq!(recipe.train.steps, size.steps, "{name}");
                let rows = recipe.model.config.unwrap().vocab_size;
                assert_eq!(rows, size.pieces + 100, "{name}: pieces and sentinels");
            }
        }
    }
}
