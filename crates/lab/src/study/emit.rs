//! A study for existing schedulers: each run is one command, which may be given any number of times.

use super::graph::Graph;
use super::place::Place;
use std::fmt::Write;
use std::path::Path;

/// Slurm's usual limit on the size of an array.
const ARRAY: usize = 1_000;

/// What is common to the commands of a study.
pub struct Command<'a> {
    /// The program and all arguments but the last two, `--node KEY`.
    pub words: Vec<String>,
    /// The command that writes the report.
    pub report: Vec<String>,
    /// What the jobs are called.
    pub name: &'a str,
    /// Cores of a run.
    pub threads: usize,
}

impl Command<'_> {
    fn of(&self, key: &str) -> String {
        let node = ["--node", key].map(quoted).join(" ");
        format!("{} {node}", line(&self.words))
    }
}

/// One command a line, what is needed before what needs it. A run waits for what it needs where that
/// is being done, so that any number may be done at a time, in this order.
pub fn jobs(graph: &Graph, place: &Place, command: &Command<'_>) -> String {
    let left = graph.nodes.iter().filter(|node| !place.is_complete(node));
    left.map(|node| command.of(&node.key.short()) + "\n").collect()
}

/// A script that submits job arrays to Slurm: one for each rank of runs that need only runs of the
/// ranks before. A run whose needs have failed says so and ends, so that one failure stops no more
/// than what rests on it.
pub fn slurm(graph: &Graph, place: &Place, command: &Command<'_>, logs: &Path) -> String {
    let mut ranks: Vec<Vec<String>> = Vec::new();
    let mut rank_of = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let done = place.is_complete(node);
        let before = node.needs.iter().map(|&need: &usize| rank_of[need]).max().unwrap_or(0);
        // What is done holds nothing up.
        rank_of.push(if done { before } else { before + 1 });
        if !done {
            while ranks.len() <= before {
                ranks.push(Vec::new());
            }
            ranks[before].push(command.of(&node.key.short()));
        }
    }
    let (name, threads, logs) = (command.name, command.threads, quoted(&logs.to_string_lossy()));
    let mut script = format!(
        "#!/bin/bash\n# Submits the study {name} to Slurm. Options for every job, such as a partition \
         or a time limit,\n# are taken as arguments: bash THIS --partition=short --time=60\n\
         set -euo pipefail\nlogs={logs}\nmkdir -p \"$logs\"\nbefore=()\n"
    );
    for (rank, commands) in ranks.iter().enumerate() {
        let _ = writeln!(
            script,
            "\n# Rank {}: {} runs.\nafter=(\"${{before[@]}}\")\nbefore=()",
            rank + 1,
            commands.len()
        );
        for part in commands.chunks(ARRAY) {
            let _ = writeln!(
                script,
                "job=$(sbatch --parsable --job-name={name} --cpus-per-task={threads} \
                 --array=0-{} --output=\"$logs/%A_%a.log\" --signal=B:USR1@60 \\\n  \
                 ${{after[@]:+--dependency=afterany$(printf ':%s' \"${{after[@]}}\")}} \"$@\" <<'JOBS'\n\
                 #!/bin/bash\ncommands=(",
                part.len() - 1
            );
            for command in part {
                let _ = writeln!(script, "  {}", quoted(command));
            }
            script.push_str(
                ")\neval \"exec ${commands[$SLURM_ARRAY_TASK_ID]}\"\nJOBS\n)\n\
                 before+=(\"${job%%;*}\")\n",
            );
        }
    }
    let _ = write!(
        script,
        "\njob=$(sbatch --parsable --job-name={name}-report --output=\"$logs/report.log\" \\\n  \
         ${{before[@]:+--dependency=afterany$(printf ':%s' \"${{before[@]}}\")}} \"$@\" <<'JOBS'\n\
         #!/bin/bash\nexec {}\nJOBS\n)\necho \"${{job%%;*}}: the report, after all runs\"\n",
        line(&command.report)
    );
    script
}

fn line(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("studies/a.toml"), "studies/a.toml");
        assert_eq!(quoted("it's here"), "'it'\\''s here'");
        assert_eq!(quoted(""), "''");
    }
}
