//! The command line.

use clap::{Args, Parser, Subcommand};
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
    /// Look at tasks and check them against their data.
    #[command(subcommand)]
    Tasks(Tasks),
    /// Look at the mixture of a recipe.
    #[command(subcommand)]
    Mix(Mix),
    /// Train on the mixture of a recipe; the same command goes on with an interrupted run.
    Pretrain(Pretrain),
    /// Train on one task from the weights of a run or a Hugging Face folder.
    Finetune(Finetune),
    /// Score a run or a Hugging Face folder on tasks.
    Eval(Eval),
    /// Answer with a run or a Hugging Face folder: one text, or each line of standard input.
    Predict(Predict),
    /// Write a run's weights as a folder that Hugging Face transformers opens.
    Export(Export),
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
        /// Which split.
        #[arg(long, default_value = "train")]
        split: String,
        /// How many examples.
        #[arg(short = 'n', long, default_value_t = 3)]
        count: usize,
        /// The seed that picks them.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Read every row of every split and report what is wrong.
    Check {
        #[command(flatten)]
        tasks: TaskOptions,
        #[command(flatten)]
        root: DataRoot,
        /// Names, patterns, `family:NAME` or `suite:NAME`; all tasks by default.
        patterns: Vec<String>,
        /// Print a JSON array.
        #[arg(long)]
        json: bool,
    },
}

/// `ext5 mix`
#[derive(Debug, Subcommand)]
pub enum Mix {
    /// Show every entry's examples, cap, rate, share and epochs.
    Show {
        #[command(flatten)]
        recipe: RecipeOptions,
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
    pub model: PathBuf,
    #[command(flatten)]
    pub tasks: TaskOverrides,
    /// Tasks to score: names, patterns, `family:NAME` or `suite:NAME`; those that the run was
    /// trained on by default.
    #[arg(long = "task", value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// Which split.
    #[arg(long, default_value = "validation")]
    pub split: String,
    /// Examples of each task, at most; whole splits by default.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Tokens of an answer, at most; the run's target length by default.
    #[arg(long, value_name = "N")]
    pub max_targets: Option<usize>,
    /// Where results go; into the run's folder by default.
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
    /// Tokens of an answer, at most; the run's target length by default.
    #[arg(long, value_name = "N")]
    pub max_targets: Option<usize>,
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

/// Where task files are.
#[derive(Debug, Args)]
pub struct TaskOptions {
    /// A folder of task files; may be given several times.
    #[arg(long = "tasks", value_name = "DIR", default_value = "tasks")]
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
#[derive(Debug, Args)]
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
