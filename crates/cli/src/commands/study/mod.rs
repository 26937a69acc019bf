//! `ext5 study`

mod children;
mod list;
mod plan;
mod report;
mod run;

use crate::args::{Study, StudyOptions};
use crate::failure::{Blame, Failure};
use anyhow::anyhow;
use ext5_lab::study::{DataOptions, Graph, Kind, Opened, Place};
use std::collections::BTreeSet;
use std::path::{Path, absolute};

/// Does what the command line says.
pub fn run(command: Study) -> Result<(), Failure> {
    match command {
        Study::List { json } => list::run(json),
        Study::Plan(command) => plan::run(command),
        Study::Run(command) => run::run(command),
        Study::Report(options) => report::run(&options),
    }
}

/// A study that a command is about, its runs known.
struct Chosen {
    options: StudyOptions,
    opened: Opened,
    place: Place,
    graph: Graph,
}

impl Chosen {
    fn new(options: StudyOptions) -> Result<Self, Failure> {
        let opened = Opened::find(&options.name).request()?;
        let place = Place::new(&options.out).request()?;
        let preset = opened.preset(&options.preset).request()?;
        let data = DataOptions {
            root: options.tasks.data_root.clone(),
            tasks: options.tasks.folders.clone(),
        };
        let graph = Graph::of(&opened, preset, &place, &data).request()?;
        Ok(Chosen { options, opened, place, graph })
    }

    /// Threads of each run: one process has one pool.
    fn threads(&self) -> Result<usize, Failure> {
        let of = |node: &ext5_lab::study::Node| match &node.kind {
            Kind::Train(training) => Some(training.recipe.train.threads),
            Kind::Vocabulary(_) => None,
        };
        let all: BTreeSet<Option<usize>> = self.graph.nodes.iter().filter_map(of).collect();
        if all.len() > 1 {
            return Err(Failure::Request(anyhow!(
                "the recipes of preset {} of {} differ in `train.threads`: give all of them the same",
                self.options.preset,
                self.opened.study.name
            )));
        }
        Ok(all.into_iter().next().flatten().unwrap_or_else(cores))
    }

    /// The words of a command about this study, for any working directory.
    fn words(&self, verb: &str) -> Result<Vec<String>, Failure> {
        let options = &self.options;
        let path = |path: &Path| -> Result<String, Failure> {
            Ok(absolute(path).work()?.to_string_lossy().into_owned())
        };
        let name = match options.name.ends_with(".toml") {
            true => path(options.name.as_ref())?,
            false => options.name.clone(),
        };
        let out = path(self.place.path())?;
        let words = ["study", verb, &name, "--preset", &options.preset, "--out", &out];
        let mut words = words.map(str::to_owned).to_vec();
        if let Some(root) = &options.tasks.data_root {
            words.extend(["--data-root".to_owned(), path(root)?]);
        }
        for folder in &options.tasks.folders {
            words.extend(["--tasks".to_owned(), path(folder)?]);
        }
        Ok(words)
    }
}

/// Processor cores that this process may use.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Sets the size of the one thread pool.
fn use_threads(threads: usize) -> Result<(), Failure> {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().work()
}
