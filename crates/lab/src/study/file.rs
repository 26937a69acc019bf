//! Study files: what a study compares, and how much of it each preset does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A study: a question, the arms that answer it, and presets that say how much is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Names the study on the command line and in folders.
    pub name: String,
    /// The heading of its report.
    pub title: String,
    /// What it asks.
    pub question: String,
    /// What is made of the scores.
    pub analysis: AnalysisName,
    /// The arm that the others are compared with.
    #[serde(default)]
    pub baseline: Option<String>,
    /// What curves are drawn over.
    #[serde(default)]
    pub axis: Axis,
    /// Lists of the presets over which means are shown beside that over all tasks, by what they are
    /// called.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// What the paper says, to be judged.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// The kinds of run, in the order in which an arm makes them: each begins with the weights of
    /// the one before it in the arm, the first with new ones.
    pub stages: Vec<Stage>,
    /// The settings that are compared.
    #[serde(default)]
    pub arms: Vec<ArmFile>,
    /// An arm for every pair of the preset's families, and two for each family alone.
    #[serde(default)]
    pub pairs: Option<Pairs>,
    /// An arm for each of the preset's sizes, of so many tasks drawn at random.
    #[serde(default)]
    pub subsets: Option<Subsets>,
    /// An arm for each of the preset's families: a few updates on it alone, after which the
    /// held-out losses of all families are taken.
    #[serde(default)]
    pub steps_on_families: Option<StepsOnFamilies>,
    /// How much is done, by name: `laptop`, `paper`, `real`.
    pub presets: BTreeMap<String, Preset>,
}

/// What is made of the scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnalysisName {
    /// Each arm against the baseline.
    Arms,
    /// Scores over a number that the arms differ in.
    Curve,
    /// Every family's effect on every other.
    Matrix,
    /// How tasks of a family move together over their partners.
    Correlation,
    /// How well a few updates foretell the matrix.
    Affinity,
}

/// What curves are drawn over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Axis {
    /// What the number is.
    pub label: String,
    /// Where it comes from.
    pub of: AxisOf,
    /// Whether it is drawn on a logarithmic scale.
    pub log: bool,
}

/// Where the number that curves are drawn over comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AxisOf {
    /// The arm's `x`.
    #[default]
    Arm,
    /// Updates of the arm's first stage, up to where the next one begins.
    Steps,
    /// Tokens that all stages of the arm but the last process.
    Tokens,
    /// Floating-point operations of all stages of the arm but the last.
    Flops,
}

/// What the paper says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The claim, in words.
    pub text: String,
    /// Where it is from, and how sure it is that the paper says so.
    pub mark: String,
    /// What would show it here.
    pub test: Test,
}

/// What would show a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Test {
    /// One arm scores more than another.
    Better {
        /// The arm that does.
        arm: String,
        /// The other.
        than: String,
        /// The group of tasks that it does so on; all by default.
        #[serde(default)]
        on: Option<String>,
    },
    /// One series scores more than another, on the mean over the numbers that both have.
    Above {
        /// The series that does.
        series: String,
        /// The other.
        than: String,
    },
    /// A series' last arm scores more than its first.
    Rises {
        /// The series.
        series: String,
    },
    /// A series rises more than another, from its first arm to its last.
    Steeper {
        /// The series that does.
        series: String,
        /// The other.
        than: String,
    },
    /// On the mean, a family helps the others at equal data.
    Helps {
        /// The family.
        family: String,
    },
    /// On the mean, a family hurts the others at equal data.
    Hurts {
        /// The family.
        family: String,
    },
    /// Some pairs score less on a family than that family alone, beyond noise.
    Loses {
        /// What the family alone was given.
        at: Alone,
    },
    /// Inside some family, two tasks move in opposite directions over the partners.
    Opposed,
    /// The prediction and the measured matrix are ordered alike.
    Foretells,
}

/// What a family alone is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Alone {
    /// Half of a pair's updates: the family is seen as often as in a pair.
    EqualData,
    /// All of a pair's updates.
    EqualCompute,
}

/// A kind of run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Which of the preset's recipes it uses.
    pub recipe: String,
    /// The seed of all its runs; by default each arm's seed has a run of its own.
    #[serde(default)]
    pub seed: Option<u64>,
    /// A list of the preset: one run for each of its tasks, which is scored on that task.
    #[serde(default)]
    pub each: Option<String>,
    /// A list of the preset: what is trained on, in place of the recipe's tasks.
    #[serde(default)]
    pub tasks: Option<String>,
    /// A list of the preset: tasks that each run is scored on.
    #[serde(default)]
    pub scored: Option<String>,
    /// Changes to the recipe, as `--set` takes them.
    #[serde(default)]
    pub set: Vec<String>,
}

/// A variant of a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its name in reports.
    pub name: String,
    /// Changes to the recipe.
    pub set: Vec<String>,
}

/// A setting that is compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmFile {
    /// Its name.
    pub name: String,
    /// Its place on the axis.
    #[serde(default)]
    pub x: Option<f64>,
    /// The curve that it belongs to.
    #[serde(default)]
    pub series: Option<String>,
    /// Whether it is drawn as a line across, as it has no place on the axis.
    #[serde(default)]
    pub line: bool,
    /// The second stage begins at this share of the first one's updates; at their end by default.
    #[serde(default)]
    pub at: Option<f64>,
    /// The stages that it makes; all by default.
    #[serde(default)]
    pub stages: Option<Vec<String>>,
    /// Changes to the recipe of a stage.
    #[serde(default)]
    pub set: BTreeMap<String, Vec<String>>,
    /// Rates of the tasks of its first stage by another rule than the recipe's.
    #[serde(default)]
    pub weights: Option<Weights>,
}

/// Rates by another rule than the recipe's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Weights {
    /// UniMax (Chung et al. 2023): as even as can be while no task is seen in more epochs than this.
    Unimax {
        /// Epochs of a task, at most.
        epochs: f64,
    },
    /// In the manner of DoReMi (Xie et al. 2023), in one step: even rates times exp(excess), where a
    /// task's excess is by how much its held-out loss after a short run on even rates is above that
    /// after a run as short on the recipe's own rates.
    Excess {
        /// Updates of the short runs.
        steps: u64,
    },
}

/// An arm for every pair of families.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    /// The stage that trains on both.
    pub stage: String,
}

/// Arms of random tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subsets {
    /// The stage that trains on them. Every seed draws anew; a larger draw holds the smaller ones.
    pub stage: String,
}

/// Arms of a few updates on one family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepsOnFamilies {
    /// The stage that makes them.
    pub stage: String,
}

/// How much a study does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Why so much, and what to expect.
    pub about: String,
    /// The seeds; each arm is made with each.
    pub seeds: Vec<u64>,
    /// The recipe of each of the stages' `recipe` names: one that is built in, such as
    /// `laptop/study-pretrain`, or a file beside the study's.
    pub recipes: BTreeMap<String, String>,
    /// Changes to the recipes, by stage.
    #[serde(default)]
    pub set: BTreeMap<String, Vec<String>>,
    /// Variants of stages, of which each arm takes the one with the best mean score on validation
    /// examples; only that one's test scores count.
    #[serde(default)]
    pub choose: BTreeMap<String, Vec<Variant>>,
    /// Lists of tasks, by the names that stages use: names, patterns, `family:NAME`, `suite:NAME`.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
    /// Families for arms that are computed.
    #[serde(default)]
    pub families: Vec<Family>,
    /// Tasks for random subsets.
    #[serde(default)]
    pub subsets: Option<SubsetSizes>,
    /// Arms beside the study's own.
    #[serde(default)]
    pub arms: Vec<ArmFile>,
    /// Every arm is made at each of these.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Examples of each task that are scored, at most.
    pub scored: u64,
    /// The split that scores are of.
    #[serde(default = "Preset::default_split")]
    pub split: String,
    /// The universe, where the world is the data.
    #[serde(default)]
    pub world: Option<WorldSettings>,
}

impl Preset {
    /// The variants of a stage; none where there is nothing to choose.
    pub fn variants(&self, stage: &Stage) -> &[Variant] {
        self.choose.get(&stage.name).map_or(&[], Vec::as_slice)
    }

    fn default_split() -> String {
        "test".to_owned()
    }
}

/// Tasks that are trained on together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Its name in reports.
    pub name: String,
    /// Its tasks.
    pub tasks: Vec<String>,
}

/// Random subsets of tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubsetSizes {
    /// What is drawn from: names or patterns.
    pub of: Vec<String>,
    /// How many are drawn.
    pub sizes: Vec<usize>,
}

/// A level of a factor that all arms are multiplied with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Its name, which becomes the series of its arms.
    pub name: String,
    /// Changes to the recipe of a stage.
    #[serde(default)]
    pub set: BTreeMap<String, Vec<String>>,
}

/// The universe of a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorldSettings {
    /// Its seed.
    pub seed: u64,
    /// Its people.
    pub people: u64,
}

/// The JSON Schema of study files, from which editors complete them. The repository keeps it as
/// `docs/schema/study.schema.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Study).to_value()
}
