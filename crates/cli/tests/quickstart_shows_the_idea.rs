//! `ext5 quickstart` makes its runs, goes on after a kill as if nothing had been, and ends with a
//! report that needs nothing else.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn quickstart(out: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ext5"));
    command.args(["quickstart", "--fast", "--out"]).arg(out).args(more);
    command
}

fn finished(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Kills a quickstart once a file is there; whether it was.
fn kill_when(out: &Path, there: &str) -> bool {
    let mut child = quickstart(out, &[]).spawn().unwrap();
    let start = Instant::now();
    while !out.join(there).exists() && start.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    out.join(there).exists()
}

#[test]
fn a_report_comes_out_whatever_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let output = finished(quickstart(&whole, &[]));
    let said = String::from_utf8_lossy(&output.stdout);
    for expected in ["under a minute", "world_to_tongue", "mean of all", "report.html"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("[11/11] fine-tune ext5 on world_from_tongue, seed 2"), "{told}");

    let page = fs::read_to_string(whole.join("report.html")).unwrap();
    for outside in ["src=", "href=", "url(", "@import", "<script", "<link"] {
        assert!(!page.contains(outside), "the report loads something: {outside}");
    }
    assert_eq!(page.matches("<svg").count(), 4, "scores, two losses, the mixture");
    for figure in ["scores", "loss", "tasks-loss", "mixture"] {
        let png = fs::read(whole.join(figure).with_extension("png")).unwrap();
        assert!(png.starts_with(b"\x89PNG"), "{figure}");
    }

    // In pre-training, and in a fine-tuning.
    assert!(kill_when(&killed, "runs/t5/log.jsonl"));
    assert!(kill_when(&killed, "runs/ext5-world_to_tongue-1/recipe.toml"));
    assert!(!killed.join("report.html").exists());
    finished(quickstart(&killed, &[]));
    let findings = |folder: &Path| -> serde_json::Value {
        let mut findings: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.join("findings.json")).unwrap()).unwrap();
        // The digests are of recipes that name their folder.
        findings.as_object_mut().unwrap().remove("recipes");
        findings
    };
    assert_eq!(findings(&whole), findings(&killed));
    let scores = findings(&whole)["probes"][0]["scores"][1].as_array().unwrap().len();
    assert_eq!(scores, 2, "one for each seed");

    // Done is done: nothing is trained again, and other settings do not go on with it.
    let logs = || {
        ["t5", "ext5-world_to_tongue-1"]
            .map(|run| fs::read_to_string(whole.join("runs").join(run).join("log.jsonl")).unwrap())
    };
    let before = logs();
    finished(quickstart(&whole, &[]));
    assert_eq!(logs(), before, "with the seconds that it took");
    let output = quickstart(&whole, &["--seed", "2"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("another --out"));
}
