//! `ext5 predict`

use super::model::{self, Opened};
use crate::args::Predict;
use crate::failure::{Blame, Failure};
use ext5_model::Generation;
use ext5_text::Vocabulary;
use std::io::{self, BufRead, IsTerminal, Write};

/// Answers one text, or each line of standard input.
pub fn run(command: Predict) -> Result<(), Failure> {
    let opened = model::open(&command.model, &command.tasks, command.device)?;
    let most = command.max_targets.unwrap_or(opened.targets);
    let mut out = io::stdout().lock();
    if let Some(text) = command.text {
        return Ok(writeln!(out, "{}", answer(&opened, &text, most)?)?);
    }
    let input = io::stdin();
    if input.is_terminal() {
        eprintln!("one question a line; Ctrl-D ends");
    }
    for line in input.lock().lines() {
        let line = line.work()?;
        writeln!(out, "{}", answer(&opened, &line, most)?)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(opened: &Opened, text: &str, most: usize) -> Result<String, Failure> {
    let vocabulary = &opened.trained.vocabulary;
    let mut inputs = vocabulary.encode(text);
    if inputs.len() >= opened.inputs {
        eprintln!(
            "warning: the text has {} tokens and is cut to the model's {}",
            inputs.len() + 1,
            opened.inputs
        );
        inputs.truncate(opened.inputs - 1);
    }
    inputs.push(Vocabulary::EOS);
    let answers = opened.trained.model.generate(&[inputs], &Generation::greedy(most)).work()?;
    Ok(answers.first().map(|ids| vocabulary.decode(ids)).unwrap_or_default())
}
