//! Losses on examples that are never trained on, the same ones every time.

use crate::log::{Tallies, Tally};
use crate::recipe::Recipe;
use crate::trainer::TrainError;
use ext5_core::Key;
use ext5_mix::batches::BatchError;
use ext5_mix::{Cursor, EntryKind, Mixture, PackedBatch, Prepared, pack};
use ext5_model::{SlotLoss, T5};

/// Held-out examples, packed and ready.
pub struct HeldOut<'a> {
    mixture: Option<&'a Mixture>,
    batches: Vec<PackedBatch>,
}

impl<'a> HeldOut<'a> {
    /// Packs the first examples of the held-out mixture: `examples_per_task` of each task, and as
    /// many denoising examples as of all tasks together.
    ///
    /// # Errors
    /// When an example cannot be read.
    pub fn new(recipe: &Recipe, prepared: &'a Prepared) -> Result<Self, TrainError> {
        let mixture = prepared.held_out.as_ref();
        let Some(held_out) = mixture.filter(|_| recipe.evaluation.every > 0) else {
            return Ok(HeldOut { mixture: None, batches: Vec::new() });
        };
        let count = examples(held_out, recipe.evaluation.examples_per_task) as usize;
        let examples = held_out
            .from(0)
            .map_err(BatchError::from)?
            .take(count)
            .collect::<Result<Vec<_>, _>>()
            .map_err(BatchError::from)?;
        let shape = held_out.settings().shape;
        let rows = pack::pack(examples, shape, Key::new(recipe.seed).name("held out"));
        let batches = rows
            .chunks(recipe.batch.micro_rows())
            .map(|rows| PackedBatch::new(rows, shape, Cursor::default()))
            .collect();
        Ok(HeldOut { mixture, batches })
    }

    /// The loss of every entry, without dropout.
    ///
    /// # Errors
    /// Those of the model.
    pub fn losses(&self, model: &T5) -> Result<Tallies, TrainError> {
        let mut sum = Tallies::new();
        let Some(mixture) = self.mixture else { return Ok(sum) };
        for packed in &self.batches {
            let losses = model.token_losses(&packed.batch)?;
            for (name, entry) in tallies(&slot_losses(packed, &losses, mixture), mixture) {
                sum.entry(name).or_default().add(&entry);
            }
        }
        Ok(sum)
    }
}

/// Number of held-out examples for so many of each task.
fn examples(held_out: &Mixture, per_task: u64) -> u64 {
    let supervised = held_out.entries().iter().filter(|entry| entry.is_supervised()).count();
    let denoising = held_out.entries().len() - supervised;
    match (supervised as u64, denoising as u64) {
        (tasks, 0) => tasks * per_task,
        (0, corpora) => corpora * per_task,
        (tasks, _) => 2 * tasks * per_task,
    }
}

/// The tallies of a mixture's denoising entries and those of its tasks, added up.
pub(crate) fn sums(mixture: &Mixture, entries: &Tallies) -> (Tally, Tally) {
    let (mut denoising, mut supervised) = (Tally::default(), Tally::default());
    for entry in mixture.entries() {
        if let Some(tally) = entries.get(&entry.name) {
            let sum = if entry.is_supervised() { &mut supervised } else { &mut denoising };
            sum.add(tally);
        }
    }
    (denoising, supervised)
}

/// The tallies of a mixture's tasks, added up by family.
pub(crate) fn families(mixture: &Mixture, entries: &Tallies) -> Tallies {
    let mut sums = Tallies::new();
    for entry in mixture.entries() {
        if let (EntryKind::Supervised { family, .. }, Some(tally)) =
            (&entry.kind, entries.get(&entry.name))
        {
            sums.entry(family.clone()).or_default().add(tally);
        }
    }
    sums
}

/// The losses of a batch by mixture entry: a packed row reports to every entry that has a segment in
/// it.
pub(crate) fn slot_losses(
    packed: &PackedBatch,
    token_losses: &[f32],
    mixture: &Mixture,
) -> Vec<SlotLoss> {
    SlotLoss::by_slot(&packed.batch, token_losses, &packed.segments, mixture.entries().len())
}

/// The losses of the entries that have examples, by name.
pub(crate) fn tallies(losses: &[SlotLoss], mixture: &Mixture) -> Tallies {
    let mut tallies = Tallies::new();
    for (entry, &SlotLoss { nll, tokens, segments }) in mixture.entries().iter().zip(losses) {
        if segments > 0 {
            tallies.insert(entry.name.clone(), Tally { nll, tokens, examples: segments });
        }
    }
    tallies
}
