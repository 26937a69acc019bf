//! The metrics a task can name. Their arithmetic is in the `ext5-eval` crate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How predictions are scored.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of predictions that say the same as one of the references, both read as the task's
    /// [`Reading`](crate::Reading) has it: equal words, equal numbers, the same labels or spans in
    /// any order (of a dialogue's state that is joint goal accuracy).
    Accuracy,
    /// SQuAD's exact match: equal after SQuAD's normalisation, best over the references.
    ExactMatch,
    /// SQuAD's F1 over words after its normalisation, best over the references.
    TokenF1,
    /// Exact match after TriviaQA's normalisation, which makes spaces of punctuation.
    TriviaExactMatch,
    /// F1 over words after TriviaQA's normalisation.
    TriviaTokenF1,
    /// Matthews correlation over the targets as classes.
    Matthews,
    /// F1 of the positive class, or the mean over several: see
    /// [`Reading::Label`](crate::Reading::Label).
    F1,
    /// Mean over the classes of the F1 of each class; an example has one class or, read as
    /// [`Reading::Labels`](crate::Reading::Labels), several.
    MacroF1,
    /// F1 over all labels of all examples together.
    MicroF1,
    /// F1 over all typed spans of all examples together; a span counts where type and text are
    /// right. Predictions are read as [`Reading::Spans`](crate::Reading::Spans).
    SpanF1,
    /// Share of groups whose examples are all right, as `accuracy` has it.
    AllMatch,
    /// ROUGE-1 F1, best over the references.
    #[serde(rename = "rouge_1")]
    Rouge1,
    /// ROUGE-2 F1, best over the references.
    #[serde(rename = "rouge_2")]
    Rouge2,
    /// ROUGE-L F1, best over the references.
    RougeL,
    /// ROUGE-L F1 summed over sentences, best over the references. Sentences end at line ends and,
    /// as in T5, at ` . `.
    RougeLsum,
    /// sacreBLEU's corpus BLEU with its own default, the tokenizer `13a`.
    #[serde(rename = "bleu_13a")]
    Bleu13a,
    /// sacreBLEU's corpus BLEU with the tokenizer `intl`, as T5 reports it.
    BleuIntl,
    /// One less the edit distance over the length of the longer text, in characters; best over the
    /// references.
    EditSimilarity,
    /// METEOR's exact and stemmed matches, without the synonyms of WordNet: not comparable with
    /// NLTK's default or METEOR 1.5. Best over the references.
    MeteorNoSynonyms,
    /// SARI of rewriting the text that `template.source` names, as Hugging Face's `evaluate` has
    /// it.
    Sari,
    /// Pearson correlation of predictions and targets read as numbers.
    Pearson,
    /// Spearman rank correlation of predictions and targets read as numbers.
    Spearman,
    /// Share of examples whose right option has the highest score.
    OptionAccuracy,
    /// F1 of the positive option, or the mean over several, as `f1` has it, of the options with the
    /// highest score. For tasks whose examples share their options.
    OptionF1,
    /// Mean over the options of the F1 of each, of the options with the highest score. For tasks
    /// whose examples share their options.
    OptionMacroF1,
    /// Mean over groups of the average precision of their examples, ranked by how much better the
    /// positive option scores than the others. Groups with nothing to find are left out.
    MeanAveragePrecision,
    /// Mean over the classes of the F1 of each class, each weighed by its number of examples.
    WeightedF1,
    /// Mean over the classes of the recall of each class (balanced accuracy).
    MacroRecall,
    /// SuperGLUE's WSC as T5 scores it: the words of one side, determiners aside, are all among the
    /// other's, and both or neither of the texts have an apostrophe.
    Wsc,
    /// Mean over groups of one over the rank of the first right example, ranked as for
    /// `mean_average_precision`. Groups with nothing to find are left out.
    MeanReciprocalRank,
    /// Area under the ROC curve of the positive option's probability among the options.
    AucRoc,
    /// Area under the precision-recall curve of the positive option's probability among the
    /// options, as average precision.
    AucPr,
}

/// What a metric is computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// Texts that the model writes.
    Generation,
    /// The log-probability of each option.
    OptionScores,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 32] = [
        Metric::Accuracy,
        Metric::ExactMatch,
        Metric::TokenF1,
        Metric::TriviaExactMatch,
        Metric::TriviaTokenF1,
        Metric::Matthews,
        Metric::F1,
        Metric::MacroF1,
        Metric::MicroF1,
        Metric::SpanF1,
        Metric::AllMatch,
        Metric::Rouge1,
        Metric::Rouge2,
        Metric::RougeL,
        Metric::RougeLsum,
        Metric::Bleu13a,
        Metric::BleuIntl,
        Metric::EditSimilarity,
        Metric::MeteorNoSynonyms,
        Metric::Sari,
        Metric::Pearson,
        Metric::Spearman,
        Metric::OptionAccuracy,
        Metric::OptionF1,
        Metric::OptionMacroF1,
        Metric::MeanAveragePrecision,
        Metric::WeightedF1,
        Metric::MacroRecall,
        Metric::Wsc,
        Metric::MeanReciprocalRank,
        Metric::AucRoc,
        Metric::AucPr,
    ];

    /// The name in task files and results.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy",
            Metric::ExactMatch => "exact_match",
            Metric::TokenF1 => "token_f1",
            Metric::TriviaExactMatch => "trivia_exact_match",
            Metric::TriviaTokenF1 => "trivia_token_f1",
            Metric::Matthews => "matthews",
            Metric::F1 => "f1",
            Metric::MacroF1 => "macro_f1",
            Metric::MicroF1 => "micro_f1",
            Metric::SpanF1 => "span_f1",
            Metric::AllMatch => "all_match",
            Metric::Rouge1 => "rouge_1",
            Metric::Rouge2 => "rouge_2",
            Metric::RougeL => "rouge_l",
            Metric::RougeLsum => "rouge_lsum",
            Metric::Bleu13a => "bleu_13a",
            Metric::BleuIntl => "bleu_intl",
            Metric::EditSimilarity => "edit_similarity",
            Metric::MeteorNoSynonyms => "meteor_no_synonyms",
            Metric::Sari => "sari",
            Metric::Pearson => "pearson",
            Metric::Spearman => "spearman",
            Metric::OptionAccuracy => "option_accuracy",
            Metric::OptionF1 => "option_f1",
            Metric::OptionMacroF1 => "option_macro_f1",
            Metric::MeanAveragePrecision => "mean_average_precision",
            Metric::WeightedF1 => "weighted_f1",
            Metric::MacroRecall => "macro_recall",
            Metric::Wsc => "wsc",
            Metric::MeanReciprocalRank => "mean_reciprocal_rank",
            Metric::AucRoc => "auc_roc",
            Metric::AucPr => "auc_pr",
        }
    }

    /// What it is computed from.
    pub fn needs(self) -> Needs {
        match self {
            Metric::OptionAccuracy
            | Metric::OptionF1
            | Metric::OptionMacroF1
            | Metric::MeanAveragePrecision
            | Metric::MeanReciprocalRank
            | Metric::AucRoc
            | Metric::AucPr => Needs::OptionScores,
            _ => Needs::Generation,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_task_files() {
        for metric in Metric::ALL {
            let written = serde_json::to_value(metric).unwrap();
            assert_eq!(written, metric.name());
        }
    }
}
