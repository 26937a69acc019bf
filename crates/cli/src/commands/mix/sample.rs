//! `ext5 mix sample`

use crate::args::RecipeOptions;
use crate::commands::{print_json, recipe};
use crate::failure::{Blame, Failure};
use crate::marked::Marker;
use crate::output::{FAINT, Output, STRONG, styled};
use ext5_core::number::count;
use ext5_mix::{Prepared, TokenExample};
use serde::Serialize;
use std::io::Write;

/// Shows examples of the stream.
pub fn run(recipe: RecipeOptions, from: u64, number: u64, json: bool) -> Result<(), Failure> {
    let recipe = recipe::read_stream(recipe)?;
    let prepared = recipe::prepare(&recipe)?;
    let mut out = Output::new();
    let examples = prepared.mixture.from(from).request()?;
    let mut samples = Vec::new();
    for (slot, example) in (from..from.saturating_add(number)).zip(examples) {
        let example = example.work()?;
        if json {
            samples.push(Sample::new(&prepared, slot, &example));
        } else {
            print(&prepared, slot, &example, &mut out)?;
        }
    }
    if json { print_json(&samples, &mut out) } else { Ok(()) }
}

/// One example of the stream, as text.
#[derive(Serialize)]
struct Sample {
    name: String,
    slot: u64,
    draw: u64,
    /// Which of the task's prompts, from 0.
    prompt: usize,
    inputs: String,
    targets: String,
    /// With end of sequence.
    inputs_tokens: usize,
    targets_tokens: usize,
}

impl Sample {
    fn new(prepared: &Prepared, slot: u64, example: &TokenExample) -> Sample {
        Sample {
            name: prepared.mixture.entries()[example.draw.entry].name.clone(),
            slot,
            draw: example.draw.k,
            prompt: prepared.mixture.prompt(example.draw),
            inputs: prepared.vocabulary.decode(&example.inputs),
            targets: prepared.vocabulary.decode(&example.targets),
            inputs_tokens: example.inputs.len(),
            targets_tokens: example.targets.len(),
        }
    }
}

fn print(
    prepared: &Prepared,
    slot: u64,
    example: &TokenExample,
    out: &mut Output,
) -> Result<(), Failure> {
    let marker = Marker { vocabulary: &prepared.vocabulary, coloured: out.is_coloured() };
    let name = &prepared.mixture.entries()[example.draw.entry].name;
    let draw = example.draw.k;
    let (epoch, nth) = (draw / prepared.mixture.epoch(example.draw.entry), count(draw));
    let prompt = prepared.mixture.prompt(example.draw);
    let place = format!("slot {}, draw {nth}, epoch {epoch}, prompt {prompt}", count(slot));
    writeln!(out, "{}  {}", styled(STRONG, name), styled(FAINT, &place))?;
    let TokenExample { inputs, targets, .. } = example;
    let whole = prepared.mixture.untrimmed(example.draw).work()?;
    let all_inputs = whole.as_ref().map(|whole| whole.inputs.as_slice());
    let all_targets = whole.as_ref().map(|whole| whole.targets.as_slice());
    if let Some(text) = marker.uncorrupted(inputs, targets) {
        line(out, "text", "", &text)?;
    }
    line(out, "inputs", &inputs.len().to_string(), &marker.ids(inputs, all_inputs))?;
    line(out, "targets", &targets.len().to_string(), &marker.ids(targets, all_targets))?;
    Ok(writeln!(out)?)
}

/// A side of an example: what it is, its tokens, its text.
fn line(out: &mut Output, what: &str, tokens: &str, text: &str) -> Result<(), Failure> {
    let head = styled(FAINT, &format!("{what:<7} {tokens:>5}"));
    // What was several lines stays recognisable as one example.
    let text = text.replace('\n', "\n                 ");
    Ok(writeln!(out, "  {head}  {text}")?)
}
