//! The command line.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ext5_eval::metrics::Normalisation;
use ext5_mix::export::Shard;
use ext5_model::Device;
use std::path::PathBuf;

/// Pre-train, fine-tune and score a T5 on mixtures of text-to-text tasks.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 the work failed, 2 the request was wrong, \
                        130 interrupted and saved.")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// See the whole idea in minutes: a T5 and an ExT5 on an embedded world, compared.
    Quickstart(Quickstart),
    /// Look at tasks and check them against their data.
    #[command(subcommand)]
    Tasks(Tasks),
    /// Bring data sets from the Hugging Face Hub; the same command goes on after a kill.
    Fetch(Fetch),
    /// Train, look at and encode with vocabularies.
    #[command(subcommand)]
    Vocab(Vocab),
    /// Look at the mixture of a recipe, and write it for other trainers.
    #[command(subcommand)]
    Mix(Mix),
    /// Build the token stores of a recipe ahead of time.
    Cache(Cache),
    /// Train on the mixture of a recipe; the same command goes on with an interrupted run.
    Pretrain(Pretrain),
    /// Train on one task from the weights of a run or a Hugging Face folder.
    Finetune(Finetune),
    /// Score a run, a Hugging Face folder or a file of answers on tasks, or compare two systems.
    Eval(Eval),
    /// Answer with a run or a Hugging Face folder: one text, or each line of standard input.
    Predict(Predict),
    /// Answer a question of the paper: many runs, each made once, and a report.
    #[command(subcommand)]
    Study(Study),
    /// Write a run's weights as a folder that Hugging Face transformers opens.
    Export(Export),
    /// Look at the machine, the build and the data, and say what is wrong.
    Doctor(Doctor),
}

/// `ext5 quickstart`
#[derive(Debug, Args)]
pub struct Quickstart {
    /// The folder that all goes into; the same command goes on with what is there.
    #[arg(long, value_name = "DIR", default_value = "quickstart")]
    pub out: PathBuf,
    /// Seconds instead of minutes: to see that all works, not what comes out.
    #[arg(long)]
    pub fast: bool,
    /// The seed of the world and of pre-training.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// `ext5 tasks`
#[derive(Debug, Subcommand)]
pub enum Tasks {
    /// List tasks.
    List {
        #[command(flatten)]
        tasks: TaskOptions,
        /// Names, patterns, `family:NAME` or `suite:NAME`; all tasks by default.
        patterns: Vec<String>,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Show one task's definition.
    Show {
        #[command(flatten)]
        tasks: TaskOptions,
        /// The task's name.
        name: String,
        /// Print a JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show examples of a task as the model will see them.
    Sample {
        #[command(flatten)]
        tasks: TaskOptions,
        #[command(flatten)]
        root: DataRoot,
        /// The task's name.
        name: String,
        #[command(flatten)]
        options: SampleOptions,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Try every task on the first examples of its data, and report what is wrong.
    Check {
        #[command(flatten)]
        tasks: TaskOptions,
        #[command(flatten)]
        root: DataRoot,
        /// Names, patterns, `family:NAME` or `suite:NAME`. By default all tasks of the folders, or
        /// all built-in ones where no folder is given.
        patterns: Vec<String>,
        /// Read every row of every split, not 16 examples of each.
        #[arg(long)]
        all: bool,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
}

/// What `ext5 tasks sample` shows.
#[derive(Debug, Args)]
pub struct SampleOptions {
    /// Which split.
    #[arg(long, default_value = "train")]
    pub split: String,
    /// How many examples.
    #[arg(short = 'n', long, default_value_t = 3)]
    pub count: usize,
    /// The seed that picks them.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// A SentencePiece model, or `bytes`: counts tokens and shows what lengths cut off.
    #[arg(long, value_name = "FILE")]
    pub vocab: Option<String>,
    /// Input tokens of an example at most, end of sequence included.
    #[arg(long, value_name = "N", requires = "vocab")]
    pub inputs: Option<usize>,
    /// Target tokens of an example at most, end of sequence included.
    #[arg(long, value_name = "N", requires = "vocab")]
    pub targets: Option<usize>,
}

/// `ext5 fetch`
#[derive(Debug, Args)]
#[command(after_help = "HF_ENDPOINT, HF_HOME, HF_TOKEN and HF_TOKEN_PATH are honoured.")]
pub struct Fetch {
    /// Tasks, suites (`exmix`, `glue`), patterns, `family:NAME`, or `c4`.
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub tasks: TaskOptions,
    #[command(flatten)]
    pub root: DataRoot,
    /// Shards of C4 to have, of 1,024 of about 320 MB each.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub shards: usize,
    /// Files that are downloaded at a time.
    #[arg(long, value_name = "N", default_value = "4")]
    pub parallel: std::num::NonZeroUsize,
    /// Show what would be fetched, and stop.
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before large downloads.
    #[arg(long)]
    pub yes: bool,
    /// Print a JSON array.
    #[arg(long)]
    pub json: bool,
}

/// `ext5 mix`
#[derive(Debug, Subcommand)]
pub enum Mix {
    /// Show every entry's examples, cap, rate, shares and epochs, and how full packed rows are.
    Show {
        #[command(flatten)]
        recipe: RecipeOptions,
        /// Draw the task sizes in ascending order with the cap into this .svg or .png file.
        #[arg(long, value_name = "FILE")]
        figure: Option<PathBuf>,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Show examples of the stream as the model will see them.
    Sample {
        #[command(flatten)]
        recipe: RecipeOptions,
        /// How many examples.
        #[arg(short = 'n', long, default_value_t = 10)]
        count: u64,
        /// The slot of the stream to start from.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Find evaluation examples whose text stands in what is trained on.
    CheckOverlap(CheckOverlap),
    /// Write the stream as files for other trainers; the same command goes on after a kill.
    Export(MixExport),
}

/// `ext5 mix check-overlap`
#[derive(Debug, Args)]
pub struct CheckOverlap {
    #[command(flatten)]
    pub recipe: RecipeOptions,
    /// Words in a row that make an overlap. Shorter texts overlap where they are equal as a whole.
    #[arg(long, value_name = "N", default_value_t = 13, value_parser = clap::value_parser!(u16).range(2..))]
    pub words: u16,
    /// Evaluation tasks beside the mixture's own; may be given several times.
    #[arg(long = "task", value_name = "PATTERN")]
    pub evaluate: Vec<String>,
    /// Megabytes that hashes of evaluation text may take; where they take more, the training side
    /// is read several times.
    #[arg(long, value_name = "MB", default_value_t = 1_000)]
    pub memory: usize,
    /// Write the training rows that overlap as a list for `mixture.exclude`.
    #[arg(long = "drop", value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Print a JSON array.
    #[arg(long)]
    pub json: bool,
}

/// `ext5 mix export`
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("how much").required(true).args(["examples", "epochs"])))]
pub struct MixExport {
    #[command(flatten)]
    pub recipe: RecipeOptions,
    /// The folder to write, or to go on with.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How many examples of the stream.
    #[arg(long, value_name = "N")]
    pub examples: Option<u64>,
    /// Up to the slot at which every task has been read so many times in full.
    #[arg(long, value_name = "N")]
    pub epochs: Option<u64>,
    /// The slot of the stream to start from.
    #[arg(long, value_name = "SLOT", default_value_t = 0)]
    pub from: u64,
    /// What to write.
    #[arg(long, value_enum, default_value_t = ExportFormat::Jsonl)]
    pub format: ExportFormat,
    /// None by default for JSONL (or gzip, zstd); zstd by default for Parquet (or none, snappy).
    #[arg(long, value_enum)]
    pub compression: Option<ExportCompression>,
    /// Which part of the files to write, 1/4 to 4/4 for four machines; all by default.
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    pub shard: Shard,
    /// Examples of a file, which bounds its size.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub examples_per_file: u64,
}

/// What export files hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One JSON object a line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

/// How export files are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportCompression {
    /// Not at all.
    None,
    /// Gzip: JSONL.
    Gzip,
    /// Zstandard: both.
    Zstd,
    /// Snappy: Parquet.
    Snappy,
}

/// `ext5 cache`
#[derive(Debug, Args)]
pub struct Cache {
    #[command(flatten)]
    pub recipe: RecipeOptions,
    /// Check every byte of every store against its checksum.
    #[arg(long)]
    pub verify: bool,
    /// Print a JSON array.
    #[arg(long)]
    pub json: bool,
}

/// `ext5 pretrain`
#[derive(Debug, Args)]
pub struct Pretrain {
    #[command(flatten)]
    pub recipe: RecipeOptions,
    /// The run's folder; `runs/NAME` by default, after the recipe's name.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `ext5 finetune`
#[derive(Debug, Args)]
pub struct Finetune {
    #[command(flatten)]
    pub recipe: RecipeOptions,
    /// The task to train on.
    #[arg(long, value_name = "NAME")]
    pub task: String,
    /// The run or Hugging Face folder to start from; the recipe's `model` by default.
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// The seed, in place of the recipe's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// The run's folder; `runs/NAME-TASK-SEED` by default.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `ext5 eval`
#[derive(Debug, Args)]
pub struct Eval {
    /// A run, or a Hugging Face folder.
    #[arg(required_unless_present_any = ["predictions", "compare"])]
    pub model: Option<PathBuf>,
    /// Score answers in place of a model: a file of JSON lines with `index` (the example's number in
    /// the split, from 0) and `prediction` or `scores`, or a folder with TASK.jsonl for each task.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["model", "compare"])]
    pub predictions: Option<PathBuf>,
    /// Compare two systems by their answers to the same examples: two such files or folders.
    #[arg(long, num_args = 2, value_names = ["FIRST", "SECOND"],
          conflicts_with_all = ["model", "out"])]
    pub compare: Option<Vec<PathBuf>>,
    #[command(flatten)]
    pub tasks: TaskOverrides,
    /// Where to run the model: `cpu`, `wgpu`, `cuda` or `cuda:1`. Devices beside the CPU are features
    /// of the build. For training, `--set train.device=…` says it.
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: Device,
    /// Tasks to score: names, patterns, `family:NAME` or `suite:NAME`; by default those that the run
    /// was trained on, or those that a folder of answers has.
    #[arg(long = "task", value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Which split.
    #[arg(long, default_value = "validation")]
    pub split: String,
    /// Examples of each task, at most: drawn from the split, and always the same ones. Whole splits
    /// by default.
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Tokens of an answer, at most; the run's target length by default.
    #[arg(long, value_name = "N")]
    pub max_targets: Option<usize>,
    /// How options' log-probabilities are made comparable; the result says which way it was.
    #[arg(
        long,
        value_name = "WAY",
        default_value = Normalisation::default().name(),
        value_parser = PossibleValuesParser::new(Normalisation::ALL.map(Normalisation::name))
            .try_map(|name| name.parse::<Normalisation>()),
    )]
    pub normalisation: Normalisation,
    /// Where results go; by default into the run's folder, and nowhere for answers of a file.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print a JSON array in place of the table.
    #[arg(long)]
    pub json: bool,
}

/// `ext5 predict`
#[derive(Debug, Args)]
pub struct Predict {
    /// A run, or a Hugging Face folder.
    pub model: PathBuf,
    /// The text; each line of standard input by default.
    pub text: Option<String>,
    #[command(flatten)]
    pub tasks: TaskOverrides,
    /// Where to run the model: `cpu`, `wgpu`, `cuda` or `cuda:1`. Devices beside the CPU are features
    /// of the build. For training, `--set train.device=…` says it.
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: Device,
    /// Tokens of an answer, at most; the run's target length by default.
    #[arg(long, value_name = "N")]
    pub max_targets: Option<usize>,
}

/// `ext5 study`
#[derive(Debug, Subcommand)]
pub enum Study {
    /// List the studies that there are.
    List {
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Say what a study will do and cost, and the smallest effects that it can show.
    Plan(StudyPlan),
    /// Make the runs of a study that are not done yet, and write its report; the same command goes on.
    Run(StudyRun),
    /// Write the report of a study from what is done, holes marked.
    Report(StudyOptions),
}

/// Which study, how much of it, and where.
#[derive(Clone, Debug, Args)]
pub struct StudyOptions {
    /// A study that `ext5 study list` shows, or a file that ends in `.toml`.
    pub name: String,
    /// How much is done: one of the presets of the study.
    #[arg(long, value_name = "NAME", default_value = "laptop")]
    pub preset: String,
    /// The folder of runs and reports. Studies that share it share their runs.
    #[arg(long, value_name = "DIR", default_value = "studies-out")]
    pub out: PathBuf,
    #[command(flatten)]
    pub tasks: TaskOverrides,
}

/// `ext5 study plan`
#[derive(Debug, Args)]
pub struct StudyPlan {
    #[command(flatten)]
    pub study: StudyOptions,
    /// Write the runs that are not done as commands: a script for Slurm, or one command a line.
    #[arg(long, value_name = "FOR", conflicts_with = "json")]
    pub emit: Option<Emit>,
    /// Print a JSON object, with all runs.
    #[arg(long)]
    pub json: bool,
}

/// Whom commands are written for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Emit {
    /// A script that submits job arrays with their dependencies.
    Slurm,
    /// One command a line, for GNU parallel or any other.
    Jobs,
}

/// `ext5 study run`
#[derive(Debug, Args)]
pub struct StudyRun {
    #[command(flatten)]
    pub study: StudyOptions,
    /// Runs that are made at a time; by default as many as there are processor cores for.
    #[arg(long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// Make only the run with this key, and what it needs; no report.
    #[arg(long, value_name = "KEY", conflicts_with = "jobs")]
    pub node: Option<String>,
}

/// `ext5 export`
#[derive(Debug, Args)]
pub struct Export {
    /// A run, or one checkpoint of it.
    pub run: PathBuf,
    /// The folder to write.
    pub out: PathBuf,
    #[command(flatten)]
    pub tasks: TaskOverrides,
}

/// `ext5 doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub tasks: TaskOptions,
    #[command(flatten)]
    pub root: DataRoot,
    /// Print a JSON array.
    #[arg(long)]
    pub json: bool,
}

/// Where task files are.
#[derive(Debug, Args)]
pub struct TaskOptions {
    /// A folder of task files beside the built-in ones; may be given several times.
    #[arg(long = "tasks", value_name = "DIR")]
    pub folders: Vec<PathBuf>,
}

/// Where data is.
#[derive(Debug, Args)]
pub struct DataRoot {
    /// The folder that holds the tasks' data.
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data_root: PathBuf,
}

/// Where data and tasks are, in place of what the run's recipe says.
#[derive(Clone, Debug, Args)]
pub struct TaskOverrides {
    /// A folder of task files, in place of the recipe's; may be given several times.
    #[arg(long = "tasks", value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// The folder that holds data and vocabulary, in place of the recipe's.
    #[arg(long, value_name = "DIR")]
    pub data_root: Option<PathBuf>,
}

/// A recipe and what is laid over it.
#[derive(Debug, Args)]
pub struct RecipeOptions {
    /// The recipe, a TOML file.
    pub recipe: PathBuf,
    #[command(flatten)]
    pub tasks: TaskOverrides,
    /// Where token stores are kept, in place of the recipe's folder.
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Override a setting, such as `--set train.steps=100`; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
}

/// `ext5 vocab`
#[derive(Debug, Subcommand)]
pub enum Vocab {
    /// Train a unigram vocabulary on text: the same text gives the same file.
    Train(TrainVocabulary),
    /// Show what a vocabulary is: its size, its special ids, its first pieces, its digest.
    Show {
        /// A `spiece.model`, a `tokenizer.json`, or a folder with one.
        file: PathBuf,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Encode each line of standard input; a line of ids, separated by spaces, for each.
    Encode {
        /// A `spiece.model`, a `tokenizer.json`, or a folder with one.
        #[arg(long = "vocab", value_name = "FILE")]
        vocabulary: PathBuf,
        /// Print ids; this is the default.
        #[arg(long, conflicts_with = "pieces")]
        ids: bool,
        /// Print pieces in place of ids.
        #[arg(long)]
        pieces: bool,
    },
}

/// `ext5 vocab train`
#[derive(Args, Debug)]
pub struct TrainVocabulary {
    /// Files of text, or patterns such as `corpus/*.txt`: plain text, or rows with a column `text`.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub input: Vec<String>,
    /// Pieces, with the three special ones and without the 100 sentinels.
    #[arg(long, default_value_t = 8_000)]
    pub size: usize,
    /// Where to write the model, such as `spiece.model`.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Normalise text as this vocabulary does, such as T5's; without it only spaces are.
    #[arg(long, value_name = "FILE")]
    pub normalize_like: Option<PathBuf>,
    /// Share of the characters that pieces are made of; rarer ones become unknown.
    #[arg(long, default_value_t = 0.9995, value_name = "SHARE")]
    pub character_coverage: f64,
    /// Longest piece, in characters.
    #[arg(long, default_value_t = 16, value_name = "N")]
    pub max_piece_length: usize,
}
