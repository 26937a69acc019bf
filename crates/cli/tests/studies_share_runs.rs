//! A study makes every run once, whoever works on it and whatever is killed, and one failure stops
//! nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const STUDY: &str = r#"
name = "tiny"
title = "A tiny study"
question = "Does it work?"
analysis = "arms"
baseline = "plain"

[[claims]]
text = "Tasks help."
mark = "of this test"
test = { better = { arm = "mixed", than = "plain" } }

[[stages]]
name = "pretrain"
recipe = "pretrain"

[[stages]]
name = "tune"
recipe = "finetune"
each = "probes"

[[arms]]
name = "plain"
set.pretrain = ["mixture.r=inf"]

[[arms]]
name = "mixed"

# The same run as `plain`, by another name.
[[arms]]
name = "plain again"
set.pretrain = ["mixture.r=inf", "train.log_every=3"]

[presets.laptop]
about = "Seconds."
seeds = [1, 2]
recipes = { pretrain = "pretrain.toml", finetune = "finetune.toml" }
world = { seed = 1, people = 80 }
scored = 6
lists.probes = ["world_to_tongue", "world_entities"]
"#;

/// An arm whose recipe is read and cannot be run.
const BROKEN: &str = r#"
[[presets.laptop.arms]]
name = "broken"
set.pretrain = ["model.config.vocab_size=128"]
"#;

const PRETRAIN: &str = r#"
name = "tiny-pretrain"
vocabulary = "spiece.model"

[mixture]
tasks = ["world_sentiment", "world_relation"]
r = 2

[[mixture.corpus]]
name = "stories"
train = ["world:corpus"]

[batch]
rows = 4
inputs = 64
targets = 32
window = 32

[model.config]
vocab_size = 512
d_model = 32
d_kv = 8
d_ff = 64
num_layers = 1
num_decoder_layers = 1
num_heads = 4

[train]
steps = 12
threads = 1

[evaluation]
every = 0
"#;

const FINETUNE: &str = r#"
name = "tiny-finetune"
vocabulary = "spiece.model"

[data.generators.world]
train_rows = 16

[mixture]
tasks = []
r = 0

[batch]
rows = 4
inputs = 64
targets = 32
window = 16

[model]

[train]
steps = 3
threads = 1

[evaluation]
every = 0
"#;

/// Runs of the study: a vocabulary, two pre-trainings and their fine-tunings on two tasks, two seeds.
const RUNS: usize = 1 + 2 * 2 * (1 + 2);

struct Studies {
    folder: TempDir,
}

impl Studies {
    fn new(more: &str) -> Studies {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("tiny.toml", &format!("{STUDY}{more}"));
        write("pretrain.toml", PRETRAIN);
        write("finetune.toml", FINETUNE);
        Studies { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, verb: &str, out: &str, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ext5"));
        command.current_dir(self.folder.path());
        command.args(["study", verb, "tiny.toml", "--out", out]).args(more);
        command
    }

    fn succeed(&self, verb: &str, out: &str, more: &[&str]) -> String {
        let output = self.command(verb, out, more).output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        text(&output)
    }

    fn start(&self, out: &str, more: &[&str]) -> Child {
        let mut command = self.command("run", out, more);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// All files of a report, but pictures, which are made of the SVGs.
    fn report(&self, out: &str) -> BTreeMap<String, String> {
        let folder = self.path(out).join("reports/tiny-laptop");
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !name.ends_with(".png") {
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
        files
    }

    fn runs(&self, out: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path(out).join("runs")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

fn text(output: &Output) -> String {
    let parts = [&output.stdout, &output.stderr].map(|part| String::from_utf8_lossy(part));
    parts.concat()
}

/// The names of the runs that a process began.
fn begun(told: &str) -> Vec<String> {
    let lines = told.lines().filter(|line| line.starts_with('['));
    lines.filter_map(|line| Some(line.split_once("] ")?.1.to_owned())).collect()
}

fn wait_for(there: impl Fn() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < Duration::from_secs(120), "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn some_run(studies: &Studies, out: &str, name: &str, file: &str) -> bool {
    let runs = studies.path(out).join("runs");
    let Ok(entries) = fs::read_dir(runs) else { return false };
    let of = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with(name);
    entries.map(|entry| entry.unwrap().path()).any(|run| of(&run) && run.join(file).exists())
}

#[test]
fn whatever_is_killed_the_report_is_the_same() {
    let studies = Studies::new("");
    let plan = studies.succeed("plan", "whole", &[]);
    assert!(plan.contains("Tasks help.") && plan.contains("points"), "{plan}");
    let told = studies.succeed("run", "whole", &["--jobs", "1"]);
    assert_eq!(begun(&told).len(), RUNS, "every run once: {told}");
    let whole = studies.report("whole");
    for file in ["report.html", "report.md", "findings.json"] {
        assert!(whole.contains_key(file), "{file}: {:?}", whole.keys());
    }

    // In pre-training, and in fine-tuning, of which there is a report with holes.
    for (name, file) in [("tiny-pretrain", "log.jsonl"), ("tiny-finetune", "recipe.toml")] {
        let mut child = studies.start("killed", &["--jobs", "1"]);
        wait_for(|| some_run(&studies, "killed", name, file));
        child.kill().unwrap();
        child.wait().unwrap();
        studies.succeed("report", "killed", &[]);
        let partial = studies.report("killed");
        assert!(partial["report.md"].contains("not run yet"), "{}", partial["report.md"]);
    }
    // By several processes, so that nothing depends on who did what.
    studies.succeed("run", "killed", &["--jobs", "2"]);
    let killed = studies.report("killed");
    for (name, text) in &whole {
        assert_eq!(text, &killed[name], "{name}");
    }

    // Done is done.
    let told = studies.succeed("run", "whole", &["--jobs", "1"]);
    assert_eq!(begun(&told), [""; 0]);
    let plan = studies.succeed("plan", "whole", &["--json"]);
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["total"]["runs"], RUNS);
    assert_eq!(plan["total"]["done"], RUNS);
}

#[test]
fn two_processes_run_nothing_twice() {
    let studies = Studies::new("");
    let children = [0, 1].map(|_| studies.start("both", &["--jobs", "1"]));
    let told = children.map(|child| {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        text(&output)
    });
    let mut all: Vec<String> = told.iter().flat_map(|told| begun(told)).collect();
    all.sort();
    let count = all.len();
    all.dedup();
    assert_eq!((count, all.len()), (RUNS, RUNS), "{told:?}");
    assert!(told.iter().all(|told| begun(told).len() > 1), "one did all: {told:?}");
}

#[test]
fn a_failure_marks_its_cells_and_stops_nothing_else() {
    let studies = Studies::new(BROKEN);
    for jobs in ["1", "2"] {
        let output = studies.command("run", "out", &["--jobs", jobs]).output().unwrap();
        let told = text(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("2 runs failed") && told.contains("4 that need them"), "{told}");
        let report = &studies.report("out")["report.md"];
        assert!(report.contains("failed") && report.contains("vocabulary"), "{report}");
    }
    let done = studies.runs("out").iter().filter(|run| run.join("node.json").exists()).count();
    assert_eq!(done, RUNS, "all others");
}

/// Whatever runs the commands, in whatever order, comes to the same report.
#[test]
fn emitted_jobs_make_the_same_report() {
    let studies = Studies::new("");
    studies.succeed("run", "whole", &["--jobs", "2"]);
    let jobs = studies.succeed("plan", "jobs", &["--emit", "jobs"]);
    assert_eq!(jobs.lines().count(), RUNS);
    let shell = |line: &str| Command::new("sh").args(["-c", line]).spawn().unwrap();
    // The last one first: it makes what it needs; and another at the same time.
    let lines: Vec<&str> = jobs.lines().rev().collect();
    for pair in lines.chunks(2) {
        let mut children: Vec<Child> = pair.iter().map(|line| shell(line)).collect();
        assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
    }
    studies.succeed("report", "jobs", &[]);
    assert_eq!(studies.report("whole"), studies.report("jobs"));

    let script = studies.succeed("plan", "slurm", &["--emit", "slurm"]);
    assert!(script.contains("--array=0-3") && script.contains("--dependency=afterany"), "{script}");
    fs::write(studies.path("slurm.sh"), script).unwrap();
    let checked = Command::new("bash").arg("-n").arg(studies.path("slurm.sh")).status().unwrap();
    assert!(checked.success(), "bash reads the script");
}

#[test]
fn wrong_studies_are_explained() {
    let studies = Studies::new("[presets.small]\nabout = \"\"\n");
    let output = studies.command("plan", "out", &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("tiny.toml:"), "{}", text(&output));
    let output = Command::new(env!("CARGO_BIN_EXE_ext5")).args(["study", "plan", "ratoi"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("did you mean `ratio`?"), "{}", text(&output));
}
