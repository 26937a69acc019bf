//! `ext5 tasks sample`

use crate::args::SampleOptions;
use crate::commands::print_json;
use crate::failure::{Blame, Failure};
use crate::marked::Marker;
use crate::output::{FAINT, GOOD, Output, STRONG, styled};
use ext5_core::{Key, Permutation};
use ext5_mix::prepare::open_vocabulary;
use ext5_task::{Example, Task};
use ext5_text::Vocabulary;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Shows a random sample of a split, the same for the same seed.
pub fn run(
    task: &Task,
    root: &Path,
    options: &SampleOptions,
    json: bool,
    out: &mut Output,
) -> Result<(), Failure> {
    let vocabulary = options.vocab.as_ref().map(|name| open_vocabulary(name, Path::new("")));
    let vocabulary = vocabulary.transpose().request()?;
    let examples = sample(task, root, options)?;
    if json {
        let samples: Vec<_> = examples
            .iter()
            .map(|example| Sample::new(task, example, vocabulary.as_ref()))
            .collect();
        return print_json(&samples, out);
    }
    for example in &examples {
        print(task, example, options, vocabulary.as_ref(), out)?;
    }
    Ok(())
}

fn sample(task: &Task, root: &Path, options: &SampleOptions) -> Result<Vec<Example>, Failure> {
    let examples = task.examples(root, &options.split).request()?.all_prompts();
    let examples: Vec<Example> = examples.collect::<Result<_, _>>().work()?;
    // All prompts of an example stand together: as many as are asked for are drawn one by one.
    let order = Permutation::new(Key::new(options.seed).name("sample"), examples.len() as u64);
    let picked = (0..examples.len().min(options.count) as u64).map(|index| order.apply(index));
    Ok(picked.map(|index| examples[index as usize].clone()).collect())
}

/// An example in a listing.
#[derive(Serialize)]
struct Sample<'a> {
    name: &'a str,
    #[serde(flatten)]
    example: &'a Example,
    /// Without end of sequence; with a vocabulary.
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs_tokens: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    targets_tokens: Option<usize>,
}

impl<'a> Sample<'a> {
    fn new(task: &'a Task, example: &'a Example, vocabulary: Option<&Vocabulary>) -> Self {
        let tokens = |text: &str| vocabulary.map(|vocabulary| vocabulary.encode(text).len());
        Sample {
            name: &task.name,
            example,
            inputs_tokens: tokens(&example.inputs),
            targets_tokens: tokens(&example.targets),
        }
    }
}

fn print(
    task: &Task,
    example: &Example,
    options: &SampleOptions,
    vocabulary: Option<&Vocabulary>,
    out: &mut Output,
) -> Result<(), Failure> {
    let prompt = match (task.prompts(), task.prompt_name(example.prompt)) {
        (1, _) => String::new(),
        (all, Some(name)) => format!("  prompt {} of {all}, {name}", example.prompt + 1),
        (all, None) => format!("  prompt {} of {all}", example.prompt + 1),
    };
    let origin = example.origin.to_string();
    writeln!(out, "{}{}", styled(STRONG, &origin), styled(FAINT, &prompt))?;
    let coloured = out.is_coloured();
    let side = |text: &str, most: Option<usize>| match vocabulary {
        None => (String::new(), text.to_owned()),
        Some(vocabulary) => {
            let marker = Marker { vocabulary, coloured };
            let whole = vocabulary.encode(text);
            let mut kept = whole.clone();
            // The end of sequence is never lost.
            kept.truncate(most.map_or(whole.len(), |most| most.saturating_sub(1)));
            kept.push(Vocabulary::EOS);
            ((whole.len() + 1).to_string(), marker.ids(&kept, Some(&whole)))
        }
    };
    let (tokens, inputs) = side(&example.inputs, options.inputs);
    line(out, "inputs", &tokens, &inputs)?;
    let (tokens, targets) = side(&example.targets, options.targets);
    line(out, "targets", &tokens, &targets)?;
    if example.references != [example.targets.as_str()] && !example.references.is_empty() {
        line(out, "references", "", &example.references.join(" | "))?;
    }
    if !example.options.is_empty() {
        let options = example.options.iter().enumerate().map(|(index, option)| {
            match (Some(index) == example.answer, coloured) {
                (false, _) => option.clone(),
                (true, true) => styled(GOOD.bold(), option),
                (true, false) => format!("[{option}]"),
            }
        });
        line(out, "options", "", &options.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(writeln!(out)?)
}

/// A part of an example: what it is, its tokens with end of sequence, its text.
fn line(out: &mut Output, what: &str, tokens: &str, text: &str) -> Result<(), Failure> {
    let head = styled(FAINT, &format!("{what:<10} {tokens:>5}"));
    let text = text.replace('\n', "\n                    ");
    Ok(writeln!(out, "  {head}  {text}")?)
}
