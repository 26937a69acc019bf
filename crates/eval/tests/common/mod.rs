//! A model whose answers are known, and tasks to put to it.

use ext5_core::Key;
use ext5_eval::{Evaluation, Predictor, PredictorError, Progress, Settings};
use ext5_task::{Example, Task};
use ext5_text::Vocabulary;
use std::cell::RefCell;
use std::ops::ControlFlow;

/// Generates what a function says about the inputs, and gives each option token the same
/// log-probability, which a function of inputs and option decides. Remembers what it was asked.
pub struct Known {
    pub writes: fn(&str) -> String,
    pub token_score: fn(&str, &str) -> f64,
    pub asked: RefCell<Vec<Asked>>,
}

/// One batch that came.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub inputs: Vec<Vec<u32>>,
    pub max_new: usize,
    pub options: Vec<Vec<Vec<u32>>>,
}

impl Known {
    pub fn new(writes: fn(&str) -> String, token_score: fn(&str, &str) -> f64) -> Self {
        Known { writes, token_score, asked: RefCell::default() }
    }
}

impl Predictor for Known {
    fn generate(
        &self,
        inputs: &[Vec<u32>],
        max_new: usize,
    ) -> Result<Vec<Vec<u32>>, PredictorError> {
        let (inputs, options) = (inputs.to_vec(), Vec::new());
        self.asked.borrow_mut().push(Asked { inputs: inputs.clone(), max_new, options });
        let vocabulary = Vocabulary::bytes();
        let answer = |ids: &Vec<u32>| {
            let mut output = vocabulary.encode(&(self.writes)(&vocabulary.decode(ids)));
            output.push(Vocabulary::EOS);
            output.extend(vocabulary.encode("never read"));
            output.truncate(max_new);
            output
        };
        Ok(inputs.iter().map(answer).collect())
    }

    fn score(
        &self,
        inputs: &[Vec<u32>],
        options: &[Vec<Vec<u32>>],
    ) -> Result<Vec<Vec<f64>>, PredictorError> {
        let (inputs, options) = (inputs.to_vec(), options.to_vec());
        let asked = Asked { inputs: inputs.clone(), max_new: 0, options: options.clone() };
        self.asked.borrow_mut().push(asked);
        let vocabulary = Vocabulary::bytes();
        let score = |question: &str, option: &Vec<u32>| {
            (self.token_score)(question, &vocabulary.decode(option)) * option.len() as f64
        };
        Ok(inputs
            .iter()
            .zip(&options)
            .map(|(ids, options)| {
                let question = vocabulary.decode(ids);
                options.iter().map(|option| score(&question, option)).collect()
            })
            .collect())
    }
}

/// A task `name` whose rows have the columns `text` and `label`, one of `no`, `yes` and `perhaps`.
pub fn labelled_task(name: &str, metrics: &str) -> Task {
    let text = format!(
        "name = \"{name}\"\nfamily = \"nli\"\nmetrics = [{metrics}]\n\
         [template]\ninputs = \"{{{{ text }}}}\"\n\
         [labels]\ncolumn = \"label\"\nwords = {{ 0 = \"no\", 1 = \"yes\", 2 = \"perhaps\" }}\n"
    );
    Task::parse(&text, "labelled.toml".as_ref()).unwrap()
}

/// A task of free text with the columns `text` and `answer`.
pub fn free_task(metrics: &str) -> Task {
    let text = format!(
        "name = \"free\"\nfamily = \"closed_book_qa\"\nmetrics = [{metrics}]\n\
         [template]\ninputs = \"{{{{ text }}}}\"\ntargets = \"{{{{ answer }}}}\"\n"
    );
    Task::parse(&text, "free.toml".as_ref()).unwrap()
}

pub fn example(task: &Task, row: serde_json::Value) -> Example {
    let serde_json::Value::Object(row) = row else { panic!("{row} is no row") };
    task.render_row(row).unwrap()
}

pub fn evaluation<'a>(predictor: &'a dyn Predictor, vocabulary: &'a Vocabulary) -> Evaluation<'a> {
    Evaluation { predictor, vocabulary, settings: Settings::new(Key::new(1)) }
}

pub fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
