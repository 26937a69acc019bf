//! Every study of the repository runs from its plan to its report: here at a tiny size, all of them in
//! one folder, so that what they share is made once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use toml::{Table, Value};

const STUDIES: [&str; 9] = [
    "headline",
    "ratio",
    "efficiency",
    "selection",
    "scaling",
    "prefinetune",
    "transfer",
    "correlation",
    "affinity",
];

/// A recipe of the repository with a model and a length that take no time.
fn tiny_recipe(text: &str) -> String {
    let mut recipe: Table = text.parse().unwrap();
    let mut set = |section: &str, key: &str, value: Value| {
        let section = recipe.get_mut(section).unwrap().as_table_mut().unwrap();
        section.insert(key.to_owned(), value);
    };
    set("train", "steps", 8.into());
    set("batch", "inputs", 48.into());
    set("batch", "targets", 24.into());
    set("batch", "rows", 4.into());
    set("batch", "window", 16.into());
    if text.contains("[model.config]") {
        set("checkpoints", "every_steps", 1.into());
        set("evaluation", "every", 0.into());
        let config = "vocab_size = 512\nd_model = 16\nd_kv = 4\nd_ff = 16\nnum_layers = 1\n\
                      num_decoder_layers = 1\nnum_heads = 2\n";
        set("model", "config", Value::Table(config.parse().unwrap()));
    }
    toml::to_string(&recipe).unwrap()
}

/// A study of the repository with two seeds, few rows and three families.
fn tiny_study(text: &str) -> String {
    let long =
        ["train.steps=512", "train.steps=256", "train.steps=128", "train.steps=12", "steps = 128"];
    let short = ["train.steps=4", "train.steps=3", "train.steps=2", "train.steps=2", "steps = 2"];
    let text = long
        .iter()
        .zip(short)
        .fold(text.to_owned(), |text, (long, short)| text.replace(long, short));
    let mut study: Table = text.parse().unwrap();
    let presets = study.get_mut("presets").unwrap().as_table_mut().unwrap();
    presets.retain(|name, _| name == "laptop");
    let preset = presets.get_mut("laptop").unwrap().as_table_mut().unwrap();
    preset.insert("seeds".to_owned(), vec![1, 2].into());
    preset.insert("scored".to_owned(), 6.into());
    preset["world"].as_table_mut().unwrap().insert("people".to_owned(), 80.into());
    for recipe in preset["recipes"].as_table_mut().unwrap().iter_mut() {
        let name = recipe.1.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        *recipe.1 = format!("{name}.toml").into();
    }
    if let Some(families) = preset.get_mut("families") {
        families.as_array_mut().unwrap().truncate(3);
    }
    if let Some(levels) = preset.get_mut("levels") {
        let levels = levels.as_array_mut().unwrap();
        levels[1]["set"]["pretrain"] = vec!["batch.rows=2"].into();
    }
    toml::to_string(&study).unwrap().replace("batch.rows=16", "batch.rows=4")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn from_plan_to_report() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().unwrap();
    for name in ["study-pretrain", "study-finetune", "study-cotrain"] {
        let text = read(&root.join("recipes/laptop").join(name).with_extension("toml"));
        fs::write(folder.path().join(name).with_extension("toml"), tiny_recipe(&text)).unwrap();
    }
    let mut begun = BTreeSet::new();
    for name in STUDIES {
        let file = format!("{name}.toml");
        let text = read(&root.join("studies").join(&file));
        fs::write(folder.path().join(&file), tiny_study(&text)).unwrap();
        let study = |verb: &str, more: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ext5"));
            command
                .current_dir(folder.path())
                .args(["study", verb, &file, "--out", "out"])
                .args(more);
            let output = command.output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name} {verb}: {told}");
            (String::from_utf8_lossy(&output.stdout).into_owned(), told)
        };
        let (_, told) = study("run", &["--jobs", "1"]);
        for run in told.lines().filter_map(|line| line.strip_prefix('[')?.split_once("] ")) {
            assert!(begun.insert(run.1.to_owned()), "{name} made {} again", run.1);
        }
        let (plan, _) = study("plan", &["--json"]);
        let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
        assert_eq!(plan["total"]["done"], plan["total"]["runs"], "{name}");

        let report = folder.path().join("out/reports").join(format!("{name}-laptop"));
        let findings: serde_json::Value =
            serde_json::from_str(&read(&report.join("findings.json"))).unwrap();
        assert_eq!(findings["holes"], serde_json::json!([]), "{name}");
        let claims = findings["claims"].as_array().unwrap();
        assert_eq!(claims.len(), text.matches("[[claims]]").count());
        let page = read(&report.join("report.html"));
        for outside in [" src=", "http:", "https:", "url(h", "@import", "<link"] {
            assert!(
                !page.replace("http://www.w3.org/2000/svg", "").contains(outside),
                "{name}: {outside}"
            );
        }
        assert!(page.contains("data-runs="), "{name}: numbers are linked to runs");
        if name != "correlation" {
            let figures = fs::read_dir(&report).unwrap().filter(|entry| {
                entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "png")
            });
            assert!(figures.count() >= 1, "{name} has a figure");
        }
        if name == "ratio" || name == "transfer" {
            check_in_browser(folder.path(), &page);
        }
        for table in findings["tables"].as_array().unwrap() {
            let csv = read(&report.join(format!("{}.csv", table["name"].as_str().unwrap())));
            assert_eq!(csv.lines().count(), table["rows"].as_array().unwrap().len() + 1, "{name}");
        }
    }
}

/// What somebody does with the page: sorts a table, points at a figure, asks for the runs of a number.
const READER: &str = r#"<script>
  const table = document.querySelector('table.sortable');
  const values = () => [...table.tBodies[0].rows].map(row => row.cells[0].dataset.value);
  table.querySelector('th button').click();
  const up = values();
  table.querySelector('th button').click();
  const down = values();
  document.querySelector('svg [data-tip]').dispatchEvent(new PointerEvent('pointerenter'));
  const told = document.getElementById('tip');
  document.querySelector('[data-runs]').click();
  document.body.dataset.found = JSON.stringify([
    up.join() === [...up].sort((a, b) => a.localeCompare(b)).join(),
    down.join() === [...up].reverse().join(),
    !told.hidden && told.textContent.length > 3,
    document.querySelectorAll('tr.of').length > 0 && document.querySelector('details').open,
  ]);
</script>"#;

/// The page does in a browser what it promises.
fn check_in_browser(folder: &Path, page: &str) {
    let path = folder.join("read.html");
    fs::write(&path, format!("{page}{READER}")).unwrap();
    let browser = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(|name| {
        let mut command = Command::new(name);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]);
        command.arg(format!("file://{}", path.display())).output().ok()
    });
    let Some(output) = browser else {
        return ext5_core::testing::skipped("no Chromium to open a report in");
    };
    let page = String::from_utf8_lossy(&output.stdout);
    let found = page.split("data-found=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert_eq!(found, Some("[true,true,true,true]"), "{}", String::from_utf8_lossy(&output.stderr));
}
