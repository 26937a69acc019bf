//! `[[mixture.corpus]]`: unlabelled text and what is done to it.

use crate::objective::{IidNoise, Mark, Marks, Objective, PrefixLm, Rounding, SpanCorruption};
use ext5_data::Layout;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One corpus and what turns it into examples: a denoiser of its own keys, or several in
/// `[[mixture.corpus.denoiser]]`. Each is an entry of the mixture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Corpus {
    /// Names the mixture entry; those of several denoisers are called `NAME:DENOISER`.
    pub name: String,
    /// Files under the data root, or patterns of them, to train on; `world:corpus` is generated.
    pub train: Vec<String>,
    /// Files for the held-out loss.
    #[serde(default)]
    pub validation: Vec<String>,
    /// How the files hold documents; without it their names tell: plain text has an empty line
    /// between documents, rows of any format have one each in a column `text`, as C4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// This corpus's part of the denoising examples, relative to the other corpora.
    #[serde(default = "Corpus::default_weight")]
    pub weight: f64,
    /// Tokens that the inputs of one of its examples have, end of sequence included: `batch.inputs`
    /// by default. Shorter ones share rows, so that the same text is more examples and a step has
    /// room for more of the tasks' beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// What is done to it: `span_corruption` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<ObjectiveName>,
    /// Share of tokens that are noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub density: Option<f64>,
    /// Mean length of a span of noise, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_span: Option<f64>,
    /// Several denoisers, which share the corpus's weight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub denoiser: Vec<Denoiser>,
}

impl Corpus {
    fn default_weight() -> f64 {
        1.0
    }

    /// What is done to the corpus, with the name of the mixture entry: never nothing.
    pub fn denoisers(&self) -> Vec<(String, Denoiser)> {
        let denoisers = match (&self.denoiser[..], self.objective) {
            ([], Some(ObjectiveName::Ul2)) => ul2(),
            ([], _) => {
                let Corpus { objective, density, mean_span, .. } = *self;
                return vec![(
                    self.name.clone(),
                    Denoiser { objective, density, mean_span, ..Denoiser::default() },
                )];
            }
            (denoisers, _) => denoisers.to_vec(),
        };
        let name = |denoiser: &Denoiser| format!("{}:{}", self.name, denoiser.name);
        denoisers.into_iter().map(|denoiser| (name(&denoiser), denoiser)).collect()
    }
}

/// Objectives by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ObjectiveName {
    /// Contiguous spans of noise, as T5's.
    SpanCorruption,
    /// Noise by a coin for each token.
    IidNoise,
    /// The targets continue the inputs.
    PrefixLm,
    /// UL2's mixture of seven denoisers, of a corpus only.
    Ul2,
}

/// One objective with its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Denoiser {
    /// Names its mixture entry, behind the corpus's name.
    pub name: String,
    /// Its part of the corpus's examples, relative to the other denoisers.
    pub weight: f64,
    /// `span_corruption` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<ObjectiveName>,
    /// Share of tokens that are noise (0.15); of a prefix objective, the mean share of tokens that
    /// are targets (0.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<f64>,
    /// Mean length of a span of noise, in tokens (3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_span: Option<f64>,
    /// How noise is counted: `t5` (in 32 bits) or `flax` (in 64 bits).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
    /// Whether the mask is turned by a random number of places, so that the end of a text is noise
    /// no more often than its beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotate: Option<bool>,
    /// What stands for noise in the inputs: `unique`, `one`, `token`, `drop` or `keep`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Mark>,
    /// What stands for clean tokens in the targets: the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Mark>,
    /// Text before the inputs, such as UL2's mode token `[R]`, encoded as any text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Whether slices are shortened until their targets fit the rows. Otherwise rows too short for
    /// the targets of full inputs are an error.
    pub shorten: bool,
}

impl Default for Denoiser {
    fn default() -> Self {
        Denoiser {
            name: String::new(),
            weight: 1.0,
            objective: None,
            density: None,
            mean_span: None,
            rounding: None,
            rotate: None,
            inputs: None,
            targets: None,
            prefix: None,
            shorten: false,
        }
    }
}

impl Denoiser {
    /// The objective.
    ///
    /// # Errors
    /// What is wrong, when it has a key that the objective does not know.
    pub fn objective(&self) -> Result<Objective, String> {
        let name = self.objective.unwrap_or(ObjectiveName::SpanCorruption);
        let standard = Marks::default();
        let marks = Marks {
            inputs: self.inputs.unwrap_or(standard.inputs),
            targets: self.targets.unwrap_or(standard.targets),
        };
        match name {
            ObjectiveName::SpanCorruption => {
                let standard = SpanCorruption::default();
                Ok(Objective::SpanCorruption(SpanCorruption {
                    density: self.density.unwrap_or(standard.density),
                    mean_span: self.mean_span.unwrap_or(standard.mean_span),
                    rounding: self.rounding.unwrap_or(standard.rounding),
                    rotate: self.rotate.unwrap_or(standard.rotate),
                    marks,
                }))
            }
            ObjectiveName::IidNoise => {
                self.refuse("iid_noise", &self.span_keys())?;
                let density = self.density.unwrap_or(SpanCorruption::default().density);
                Ok(Objective::IidNoise(IidNoise { density, marks }))
            }
            ObjectiveName::PrefixLm => {
                self.refuse("prefix_lm", &self.span_keys())?;
                let keys = [("inputs", self.inputs.is_some()), ("targets", self.targets.is_some())];
                self.refuse("prefix_lm", &keys)?;
                Ok(Objective::PrefixLm(PrefixLm { density: self.density.unwrap_or(0.5) }))
            }
            ObjectiveName::Ul2 => {
                self.refuse("ul2", &self.span_keys())?;
                self.refuse("ul2", &[("density", self.density.is_some())])?;
                Err("`ul2` is several denoisers: give it as the corpus's objective".to_owned())
            }
        }
    }

    fn span_keys(&self) -> [(&'static str, bool); 3] {
        [
            ("mean_span", self.mean_span.is_some()),
            ("rounding", self.rounding.is_some()),
            ("rotate", self.rotate.is_some()),
        ]
    }

    fn refuse(&self, objective: &str, keys: &[(&str, bool)]) -> Result<(), String> {
        match keys.iter().find(|&&(_, given)| given) {
            Some((key, _)) => Err(format!("`{objective}` has no `{key}`")),
            None => Ok(()),
        }
    }
}

/// UL2's denoisers with the shares of the flashT5 code base: R (short spans, little noise), S (a
/// prefix and its continuation, a quarter of the text), X (long spans or much noise).
fn ul2() -> Vec<Denoiser> {
    let spans = |name: &str, weight, mode: &str, mean_span, density| Denoiser {
        name: name.to_owned(),
        weight,
        mean_span: Some(mean_span),
        density: Some(density),
        prefix: Some(mode.to_owned()),
        shorten: true,
        ..Denoiser::default()
    };
    let prefix = Denoiser {
        name: "s".to_owned(),
        weight: 0.34,
        objective: Some(ObjectiveName::PrefixLm),
        density: Some(0.25),
        prefix: Some("[S]".to_owned()),
        ..Denoiser::default()
    };
    vec![
        spans("r3", 0.165, "[R]", 3.0, 0.15),
        spans("r8", 0.165, "[R]", 8.0, 0.15),
        prefix,
        spans("x3", 0.0825, "[X]", 3.0, 0.5),
        spans("x8", 0.0825, "[X]", 8.0, 0.15),
        spans("x64", 0.0825, "[X]", 64.0, 0.15),
        spans("x64_half", 0.0825, "[X]", 64.0, 0.5),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(text: &str) -> Corpus {
        let text = format!("name = \"books\"\ntrain = [\"a.txt\"]\n{text}");
        ext5_core::config::parse(&text, "corpus.toml".as_ref()).unwrap()
    }

    #[test]
    fn a_corpus_is_one_entry_unless_it_says_otherwise() {
        let one = corpus("density = 0.3").denoisers();
        let [(name, denoiser)] = &one[..] else { panic!("{one:?}") };
        assert_eq!(name, "books");
        let expected = SpanCorruption { density: 0.3, ..SpanCorruption::default() };
        assert_eq!(denoiser.objective(), Ok(Objective::SpanCorruption(expected)));
        let two = corpus(
            "[[denoiser]]\nname = \"a\"\nrotate = true\n[[denoiser]]\nname = \"b\"\nweight = 3",
        );
        let names: Vec<_> = two.denoisers().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["books:a", "books:b"]);
    }

    #[test]
    fn ul2_has_the_shares_of_flash_t5() {
        let denoisers = corpus("objective = \"ul2\"").denoisers();
        assert!((denoisers.iter().map(|(_, d)| d.weight).sum::<f64>() - 1.0).abs() < 1e-12);
        let share = |mode: &str| -> f64 {
            let of_mode = denoisers.iter().filter(|(_, d)| d.prefix.as_deref() == Some(mode));
            of_mode.map(|(_, d)| d.weight).sum()
        };
        assert!(["[R]", "[S]", "[X]"].iter().all(|mode| (share(mode) - 0.33).abs() < 0.011));
        assert!(denoisers.iter().all(|(_, denoiser)| denoiser.objective().is_ok()));
    }

    #[test]
    fn keys_of_other_objectives_are_refused() {
        let error = |text: &str| corpus(text).denoisers()[0].1.objective().unwrap_err();
        assert_eq!(
            error("objective = \"prefix_lm\"\nmean_span = 3"),
            "`prefix_lm` has no `mean_span`"
        );
        assert_eq!(
            error("[[denoiser]]\nobjective = \"iid_noise\"\nrotate = true"),
            "`iid_noise` has no `rotate`"
        );
        assert!(error("[[denoiser]]\nobjective = \"ul2\"").contains("several"));
    }
}
