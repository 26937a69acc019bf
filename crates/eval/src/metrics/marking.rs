//! From examples and the responses to them to the marks of a metric.

use super::groups::{groups, references};
use super::{
    AnswerRules, BleuCounts, BleuTokens, LabelSets, Labels, Marks, Overlap, Response, Rouge,
    average_precision, edit_similarity, meteor_no_synonyms, names_referent, number,
    reciprocal_rank, same_words, sari,
};
use ext5_task::{Answer, Example, Metric, Reading};
use rayon::prelude::*;

/// Examples with the responses to them.
#[derive(Clone, Copy)]
pub(super) struct Marking<'a> {
    pub reading: &'a Reading,
    pub examples: &'a [Example],
    pub responses: &'a [Response<'a>],
}

impl Marking<'_> {
    pub fn marks(self, metric: Metric) -> Marks {
        match metric {
            Metric::Accuracy => self.each(|e, r| outcome(self.is_right(e, r))),
            Metric::OptionAccuracy => {
                self.each(|e, r| outcome(r.option.is_some() && r.option == e.answer))
            }
            Metric::AllMatch => self.all_match(),
            Metric::MeanAveragePrecision => self.ranking(average_precision),
            Metric::MeanReciprocalRank => self.ranking(reciprocal_rank),
            Metric::AucRoc => Marks::AucRoc(self.odds()),
            Metric::AucPr => Marks::AucPr(self.odds()),
            Metric::Wsc => {
                self.texts(|t, all| outcome(all.iter().any(|referent| names_referent(t, referent))))
            }
            Metric::WeightedF1 => Marks::WeightedF1(self.labels()),
            Metric::ExactMatch => self.texts(|t, all| AnswerRules::Squad.exact_match(t, all)),
            Metric::TokenF1 => self.texts(|t, all| AnswerRules::Squad.token_f1(t, all)),
            Metric::TriviaExactMatch => {
                self.texts(|t, all| AnswerRules::TriviaQa.exact_match(t, all))
            }
            Metric::TriviaTokenF1 => self.texts(|t, all| AnswerRules::TriviaQa.token_f1(t, all)),
            Metric::Rouge1 => self.texts(|t, all| Rouge::Words(1).best(t, all)),
            Metric::Rouge2 => self.texts(|t, all| Rouge::Words(2).best(t, all)),
            Metric::RougeL => self.texts(|t, all| Rouge::Longest.best(t, all)),
            Metric::RougeLsum => self.texts(|t, all| Rouge::LongestOfSentences.best(t, all)),
            Metric::MeteorNoSynonyms => self.texts(meteor_no_synonyms),
            Metric::Sari => self.rewritings(sari),
            Metric::EditSimilarity => self.texts(edit_similarity),
            Metric::Bleu13a => self.bleu(BleuTokens::V13a),
            Metric::BleuIntl => self.bleu(BleuTokens::Intl),
            Metric::Matthews => Marks::Matthews(self.labels()),
            Metric::F1 => self.f1(self.labels()),
            Metric::OptionF1 => self.f1(self.chosen()),
            Metric::OptionMacroF1 => Marks::MacroF1(self.chosen()),
            Metric::MacroRecall => Marks::MacroRecall(self.labels()),
            Metric::MacroF1 => match self.reading {
                Reading::Labels { .. } => Marks::LabelsMacroF1(LabelSets::new(&self.read())),
                _ => Marks::MacroF1(self.labels()),
            },
            Metric::MicroF1 | Metric::SpanF1 => {
                let overlap = |(truth, prediction): &(_, _)| Overlap::new(truth, prediction);
                Marks::MicroF1(self.read().iter().map(overlap).collect())
            }
            Metric::Pearson => Marks::Pearson(self.numbers()),
            Metric::Spearman => Marks::Spearman(self.numbers()),
        }
    }

    fn each(&self, mark: impl Fn(&Example, &Response) -> f64) -> Marks {
        let pairs = self.examples.iter().zip(self.responses);
        Marks::Each(pairs.map(|(example, response)| 100.0 * mark(example, response)).collect())
    }

    /// A mean over questions of what `mark` says of a text and the references.
    fn texts(&self, mark: impl Fn(&str, &[String]) -> f64 + Sync) -> Marks {
        self.rewritings(|_, text, references| mark(text, references))
    }

    /// The same where what is rewritten counts, too.
    fn rewritings(&self, mark: impl Fn(&str, &str, &[String]) -> f64 + Sync) -> Marks {
        let source = |example: usize| self.examples[example].source.as_deref().unwrap_or_default();
        let text = |example: usize| &*self.responses[example].text;
        if self.examples.iter().all(|example| example.group.is_none()) {
            let mark = |i: usize| 100.0 * mark(source(i), text(i), &self.examples[i].references);
            return Marks::Each((0..self.examples.len()).into_par_iter().map(mark).collect());
        }
        self.groups(|group| {
            let references = references(self.examples, group);
            Some(mark(source(group[0]), text(group[0]), &references))
        })
    }

    /// A mean over those groups that have a value.
    fn groups(&self, mark: impl Fn(&[usize]) -> Option<f64> + Sync) -> Marks {
        let groups = groups(self.examples);
        let marked = groups.par_iter().filter_map(|group| Some((group[0], 100.0 * mark(group)?)));
        let (first, values) = marked.unzip();
        Marks::Groups { first, values }
    }

    fn all_match(&self) -> Marks {
        let right =
            |&number: &usize| self.is_right(&self.examples[number], &self.responses[number]);
        self.groups(|group| Some(outcome(group.iter().all(right))))
    }

    fn is_right(&self, example: &Example, response: &Response) -> bool {
        if let Reading::Text {} | Reading::Label { .. } = self.reading {
            return example
                .references
                .iter()
                .any(|reference| same_words(reference, &response.text));
        }
        let answer = self.reading.read(&response.text);
        example.references.iter().any(|reference| self.reading.read(reference) == answer)
    }

    /// Candidates of a group ranked by how much the positive option's score exceeds the best other
    /// one's.
    fn ranking(&self, value: impl Fn(&[(f64, bool)]) -> Option<f64> + Sync) -> Marks {
        let candidate = |&number: &usize| {
            let example = &self.examples[number];
            let positive = self.positive_option(&example.options)?;
            let scores = self.responses[number].scores;
            let others = scores.iter().enumerate().filter(|&(option, _)| option != positive);
            let best = others.map(|(_, &score)| score).fold(f64::NEG_INFINITY, f64::max);
            // Without scores all candidates are alike.
            let score = scores.get(positive).map_or(0.0, |score| score - best);
            Some((score, example.answer == Some(positive)))
        };
        self.groups(|group| value(&group.iter().filter_map(candidate).collect::<Vec<_>>()))
    }

    /// The log-odds of each example's positive option, which rank as its softmax probability does,
    /// and whether it is right. Without scores all examples are alike.
    fn odds(&self) -> Vec<(f64, bool)> {
        let pairs = self.examples.iter().zip(self.responses);
        let of = |(example, response): (&Example, &Response)| {
            let positive = self.positive_option(&example.options)?;
            let odds = log_odds(response.scores, positive);
            Some((odds, example.answer == Some(positive)))
        };
        pairs.filter_map(of).collect()
    }

    fn positive_option(&self, options: &[String]) -> Option<usize> {
        match self.reading {
            Reading::Label { positive } if !positive.is_empty() => {
                options.iter().position(|option| positive.contains(option))
            }
            _ => options.len().checked_sub(1),
        }
    }

    fn bleu(&self, tokens: BleuTokens) -> Marks {
        let count = |group: &Vec<usize>| {
            let references = references(self.examples, group);
            BleuCounts::new(tokens, &self.responses[group[0]].text, &references)
        };
        Marks::Bleu(groups(self.examples).par_iter().map(count).collect())
    }

    /// The classes are the options, where all examples have the same, and else the targets.
    fn labels(&self) -> Labels {
        let options = self.examples.first().map_or(&[][..], |first| &first.options);
        let shared = self.examples.iter().all(|example| example.options == options);
        let names = options.iter().filter(|_| shared).map(String::as_str);
        let targets = self.examples.iter().map(|example| example.targets.as_str());
        Labels::new(names, targets.zip(self.responses.iter().map(|response| &*response.text)))
    }

    /// The options by their position, of examples that have the same.
    fn chosen(&self) -> Labels {
        let options = self.examples.first().map_or(&[][..], |first| &first.options);
        let pairs = self.examples.iter().zip(self.responses);
        let pair = |(example, response): (&Example, &Response)| {
            Some((example.answer?, response.option.unwrap_or(options.len())))
        };
        Labels::numbered(options, pairs.filter_map(pair))
    }

    fn f1(&self, labels: Labels) -> Marks {
        let positive = match self.reading {
            Reading::Label { positive } if !positive.is_empty() => {
                positive.iter().filter_map(|name| labels.class(name)).collect()
            }
            _ => labels.classes().checked_sub(1).into_iter().collect(),
        };
        Marks::F1(labels, positive)
    }

    /// Targets and texts as read.
    fn read(&self) -> Vec<(Answer, Answer)> {
        let pairs = self.examples.iter().zip(self.responses);
        let read = |(example, response): (&Example, &Response)| {
            (self.reading.read(&example.targets), self.reading.read(&response.text))
        };
        pairs.map(read).collect()
    }

    fn numbers(&self) -> Vec<(f64, f64)> {
        let pairs = self.examples.iter().zip(self.responses);
        pairs.map(|(e, r)| (number(&e.targets), number(&r.text))).collect()
    }
}

/// The logarithm of an option's odds against all others, by scores that are log-probabilities; 0
/// without scores.
fn log_odds(scores: &[f64], option: usize) -> f64 {
    let Some(score) = scores.get(option) else { return 0.0 };
    let others = || scores.iter().enumerate().filter(|&(i, _)| i != option).map(|(_, &s)| s);
    let greatest = others().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = others().map(|other| (other - greatest).exp()).sum();
    score - greatest - sum.ln()
}

fn outcome(right: bool) -> f64 {
    f64::from(u8::from(right))
}
