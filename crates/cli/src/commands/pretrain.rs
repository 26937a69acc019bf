//! `ext5 pretrain`

use super::{mix, ranks, recipe};
use crate::args::Pretrain;
use crate::failure::{Blame, Failure};
use crate::interrupt;
use crate::output::Output;
use crate::progress::Training;
use ext5_train::parallel::{self, Ranks};
use ext5_train::recipe::Recipe;
use ext5_train::{Outcome, Run};
use std::io;
use std::path::{Path, PathBuf};

/// Trains on the mixture of a recipe.
pub fn run(command: Pretrain) -> Result<(), Failure> {
    ranks::together(|ranks| {
        let recipe = recipe::read(command.recipe)?;
        let out = command.out.unwrap_or_else(|| PathBuf::from("runs").join(&recipe.name));
        train(ranks, recipe, &out)
    })
}

/// Trains a recipe in the folder `out`, or goes on with the run that is there, as one of `ranks`.
pub fn train(ranks: &dyn Ranks, mut recipe: Recipe, out: &Path) -> Result<(), Failure> {
    use_threads(recipe.train.threads)?;
    let stop = interrupt::flag()?;
    let run = Run::open(out, &mut recipe, ranks).request()?;
    let stream = recipe.stream();
    // Rank 0 builds the token stores, and the others open them.
    let prepared = parallel::leader_first(ranks, || recipe::prepare(&stream))?;
    let mut trainer = run.start(&recipe, &prepared).request()?;
    if !ranks.leads() {
        return match trainer.run(&stop, &mut |_| ()).work()? {
            Outcome::Finished | Outcome::StoppedEarly => Ok(()),
            Outcome::Interrupted => Err(Failure::Interrupted),
        };
    }

    let step = trainer.position().step;
    if step == 0 {
        println!(
            "{}: {} parameters",
            out.display(),
            ext5_core::number::count(trainer.model().config().parameters())
        );
    } else {
        println!("{}: going on from step {step} of {}", out.display(), recipe.train.steps);
    }
    if ranks.size() > 1 {
        println!(
            "{} ranks, {} rows of each batch on each",
            ranks.size(),
            recipe.batch.rows / ranks.size()
        );
    }
    mix::print_report(&prepared, &stream, &mut Output::new())?;
    let progress = Training::new(step, recipe.train.steps);
    let outcome = trainer.run(&stop, &mut |event| progress.show(&event));
    progress.finish();
    match outcome.work()? {
        outcome @ (Outcome::Finished | Outcome::StoppedEarly) => {
            mix::print_realised(&prepared, trainer.position(), &mut io::stdout())?;
            let (out, position) = (out.display(), trainer.position());
            let step = position.step;
            let how = match outcome {
                Outcome::StoppedEarly => "ended early: its score has stopped growing",
                _ => "finished",
            };
            println!("\n{out}: {how}, {step} steps; `ext5 eval {out}` scores it");
            if position.skipped > 0 {
                println!("{} updates were left out as not finite", position.skipped);
            }
            if let Some(best) = position.best {
                println!("best score {:.2}, at step {}", best.score, best.step);
            }
            Ok(())
        }
        Outcome::Interrupted => {
            eprintln!(
                "{}: saved at step {}; the same command goes on",
                out.display(),
                trainer.position().step
            );
            Err(Failure::Interrupted)
        }
    }
}

/// Sets the size of the one thread pool.
fn use_threads(threads: Option<usize>) -> Result<(), Failure> {
    let Some(threads) = threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().work()
}
