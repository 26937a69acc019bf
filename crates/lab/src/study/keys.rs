//! The keys of runs: what they are made of, and that equal ones are one.

use super::StudyError;
use super::build::Builder;
use super::file::WorldSettings;
use super::graph::{Graph, Kind, Node, Rates, Training};
use super::world;
use ext5_core::Digest;
use ext5_mix::recipe::Data;
use ext5_train::recipe::{Checkpoints, Evaluation, Recipe};
use std::collections::BTreeSet;

impl Builder<'_> {
    /// The number of the vocabulary's node.
    pub(super) fn vocabulary(&mut self, graph: &mut Graph, world: WorldSettings) -> usize {
        let key = world::key(world);
        *self.known.entry(key).or_insert_with(|| {
            graph.nodes.push(Node {
                key,
                name: folder("vocabulary", key),
                stage: "vocabulary".to_owned(),
                kind: Kind::Vocabulary(world),
                needs: Vec::new(),
                scores: BTreeSet::new(),
            });
            graph.nodes.len() - 1
        })
    }

    /// The number of the node of a training. `listens` says that its held-out losses are what counts.
    pub(super) fn node(
        &mut self,
        graph: &mut Graph,
        stage: &str,
        training: Training,
        listens: bool,
    ) -> Result<usize, StudyError> {
        let recipe = &training.recipe;
        let vocabulary = self.preset.world.map(|world| self.vocabulary(graph, world));
        let of_vocabulary = match vocabulary {
            Some(node) => graph.nodes[node].key,
            None => self.vocabulary_digest(&recipe.vocabulary, &recipe.data)?,
        };
        let data = self.catalogue.digest(recipe)?;
        let key_of = |node: usize| graph.nodes[node].key.to_string();
        let from = training.from.map(|(node, step)| format!("{} {step:?}", key_of(node)));
        let rates = training.rates.map(|rates| match rates {
            Rates::Unimax { epochs } => format!("unimax {epochs}"),
            Rates::Excess { even, own } => format!("excess {} {}", key_of(even), key_of(own)),
        });
        let text = essence(recipe, listens).to_toml().map_err(std::io::Error::other);
        let text = text.map_err(StudyError::file(&self.opened.path))?;
        let key = Digest::of_parts([
            ("recipe", text.as_bytes()),
            ("vocabulary", of_vocabulary.as_bytes()),
            ("data", data.as_bytes()),
            ("from", from.unwrap_or_default().as_bytes()),
            ("rates", rates.unwrap_or_default().as_bytes()),
            ("code", env!("CARGO_PKG_VERSION").as_bytes()),
        ]);
        if let Some(&known) = self.known.get(&key) {
            return Ok(known);
        }
        let mut needs: Vec<usize> = vocabulary.into_iter().collect();
        needs.extend(training.from.map(|(node, _)| node));
        if let Some(Rates::Excess { even, own }) = training.rates {
            needs.extend([even, own]);
        }
        graph.nodes.push(Node {
            key,
            name: folder(&recipe.name, key),
            stage: stage.to_owned(),
            kind: Kind::Train(Box::new(training)),
            needs,
            scores: BTreeSet::new(),
        });
        self.known.insert(key, graph.nodes.len() - 1);
        Ok(graph.nodes.len() - 1)
    }

    /// The digest of a vocabulary's file; of its name where it is not there yet.
    fn vocabulary_digest(&mut self, name: &str, data: &Data) -> Result<Digest, StudyError> {
        if let Some(known) = self.vocabularies.get(name) {
            return Ok(*known);
        }
        let path = data.root.join(name);
        let digest = match path.is_file() {
            true => Digest::of_file(&path).map_err(StudyError::file(&path))?,
            false => Digest::of(name.as_bytes()),
        };
        self.vocabularies.insert(name.to_owned(), digest);
        Ok(digest)
    }
}

/// The name of a node's folder.
fn folder(name: &str, key: Digest) -> String {
    format!("{name}-{}", &key.short()[..8])
}

/// What of a recipe can change weights. Where its data lies cannot, nor how often it logs and saves;
/// `every_steps` stays where all is kept, as others may begin from it.
fn essence(recipe: &Recipe, listens: bool) -> Recipe {
    let mut essence = recipe.clone();
    let saved = recipe.train.steps.checked_div(recipe.checkpoints.every_steps);
    let all_kept = saved.is_some_and(|saved| saved as usize <= recipe.checkpoints.keep);
    essence.vocabulary = String::new();
    essence.data = Data { generators: recipe.data.generators.clone(), ..Data::default() };
    essence.mixture.rates = None;
    essence.model.from = None;
    essence.train.log_every = 0;
    essence.checkpoints = Checkpoints {
        every_steps: if all_kept { recipe.checkpoints.every_steps } else { 0 },
        best: recipe.checkpoints.best.clone(),
        ..Checkpoints::default()
    };
    if !listens && recipe.checkpoints.best.is_empty() {
        essence.evaluation = Evaluation::default();
    }
    essence
}
