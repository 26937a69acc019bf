//! Every study expands into runs; equal runs have one name, whatever study or arm wants them.

use ext5_core::Digest;
use ext5_lab::study::{ArmKind, DataOptions, Graph, Kind, Opened, Place};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The runs of a study at a preset.
fn graph_of(opened: &Opened, preset: &str) -> Graph {
    ext5_world::register();
    let place = Place::new(Path::new("out")).unwrap();
    let realdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/realdata_tasks");
    let data = match preset {
        "real" => DataOptions { root: Some(PathBuf::from("nowhere")), tasks: vec![realdata] },
        _ => DataOptions::default(),
    };
    let preset = opened.preset(preset).unwrap();
    Graph::of(opened, preset, &place, &data).unwrap_or_else(|error| panic!("{error}"))
}

fn graph(study: &str, preset: &str) -> Graph {
    graph_of(&Opened::find(study).unwrap(), preset)
}

fn keys(graph: &Graph, stage: &str) -> BTreeSet<Digest> {
    graph.nodes.iter().filter(|node| node.stage == stage).map(|node| node.key).collect()
}

#[test]
fn all_studies_expand() {
    let studies = Opened::built_in().unwrap();
    let names: Vec<_> = studies.iter().map(|opened| opened.study.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "affinity",
            "correlation",
            "efficiency",
            "headline",
            "prefinetune",
            "ratio",
            "scaling",
            "selection",
            "transfer"
        ]
    );
    for opened in &studies {
        assert!(opened.study.presets.contains_key("laptop"));
        assert!(opened.study.presets.contains_key("paper"));
        for preset in opened.study.presets.keys() {
            let graph = graph_of(opened, preset);
            let what = format!("{} {preset}", opened.study.name);
            assert!(!graph.cells.is_empty(), "{what}");
            for (number, node) in graph.nodes.iter().enumerate() {
                assert!(
                    node.needs.iter().all(|need| *need < number),
                    "{what}: what is needed is before"
                );
            }
            let names: BTreeSet<_> = graph.nodes.iter().map(|node| &node.name).collect();
            assert_eq!(names.len(), graph.nodes.len(), "{what}: a folder each");
        }
    }
}

#[test]
fn studies_share_runs() {
    let [headline, ratio, efficiency] =
        ["headline", "ratio", "efficiency"].map(|study| graph(study, "laptop"));
    let both = keys(&headline, "pretrain");
    assert_eq!(
        both.len(),
        2 * Opened::find("headline").unwrap().study.presets["laptop"].seeds.len()
    );
    assert!(both.is_subset(&keys(&ratio, "pretrain")));
    assert!(keys(&efficiency, "pretrain").is_subset(&both));
    let [transfer, correlation, affinity] =
        ["transfer", "correlation", "affinity"].map(|study| graph(study, "laptop"));
    assert_eq!(keys(&transfer, "co-train"), keys(&correlation, "co-train"));
    assert_eq!(keys(&transfer, "co-train"), keys(&affinity, "co-train"));
    assert!(keys(&transfer, "pretrain").is_subset(&both), "they begin from the T5 of headline");
}

/// The study that `change` makes of `headline`.
fn changed(change: impl Fn(&str) -> String) -> Graph {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../studies/headline.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let new = change(&text);
    assert_ne!(new, text, "nothing was changed");
    graph_of(&Opened::parse(&new, &path).unwrap(), "laptop")
}

#[test]
fn only_what_changes_weights_changes_names() {
    let headline = graph("headline", "laptop");
    let set = |what: &str| {
        let what = what.to_owned();
        changed(move |text| {
            text.replace("set.pretrain = [\"mixture.r=2\"]", &format!("set.pretrain = [{what}]"))
        })
    };
    let quiet =
        set("\"train.log_every=7\", \"evaluation.every=0\", \"checkpoints.every_minutes=1\"");
    assert_eq!(keys(&quiet, "pretrain"), keys(&headline, "pretrain"));
    assert_eq!(keys(&quiet, "tune"), keys(&headline, "tune"));
    for other in [
        "\"schedule.base=0.2\"",
        "\"mixture.cap=100\"",
        "\"train.threads=2\"",
        "\"checkpoints.every_steps=40\"",
    ] {
        let other_graph = set(other);
        let (old, new) = (keys(&headline, "pretrain"), keys(&other_graph, "pretrain"));
        assert_eq!(old.intersection(&new).count(), old.len() / 2, "{other}: T5 alone is the same");
        // What begins from another run is another run.
        let (old, new) = (keys(&headline, "tune"), keys(&other_graph, "tune"));
        assert_eq!(old.intersection(&new).count(), old.len() / 2, "{other}");
    }
    let world = changed(|text| text.replace("world = { seed = 1,", "world = { seed = 2,"));
    assert!(keys(&world, "pretrain").is_disjoint(&keys(&headline, "pretrain")));
    // More scores are no other run.
    let scored = changed(|text| text.replace("scored = ", "scored = 1"));
    assert_eq!(keys(&scored, "tune"), keys(&headline, "tune"));
}

#[test]
fn larger_subsets_hold_the_smaller() {
    let graph = graph("scaling", "laptop");
    let tasks = |size: usize, seed: u64| -> BTreeSet<String> {
        let of = |node: &&ext5_lab::study::Node| match &node.kind {
            Kind::Train(training) => {
                let recipe = &training.recipe;
                recipe.mixture.tasks.len() == size
                    && recipe.seed == seed
                    && node.stage == "pretrain"
            }
            Kind::Vocabulary(_) => false,
        };
        let node =
            graph.nodes.iter().find(of).unwrap_or_else(|| panic!("{size} tasks, seed {seed}"));
        let Kind::Train(training) = &node.kind else { unreachable!() };
        training.recipe.mixture.tasks.iter().cloned().collect()
    };
    assert!(tasks(17, 1).is_subset(&tasks(34, 1)) && tasks(34, 1).is_subset(&tasks(51, 1)));
    assert_ne!(tasks(17, 1), tasks(17, 2));
}

#[test]
fn pairs_are_one_to_one_and_halves_have_the_same_data() {
    let graph = graph("transfer", "laptop");
    let families = Opened::find("transfer").unwrap().study.presets["laptop"].families.len();
    let pairs = graph.arms.iter().filter(|arm| matches!(arm.kind, ArmKind::Pair { .. })).count();
    assert_eq!(
        (pairs, graph.arms.len()),
        (families * (families - 1) / 2, families * (families - 1) / 2 + 2 * families)
    );
    for node in graph.nodes.iter().filter(|node| node.stage == "co-train") {
        let Kind::Train(training) = &node.kind else { panic!("{}", node.name) };
        let groups = &training.recipe.mixture.group;
        assert!(
            groups.is_empty()
                || groups.len() == 2 && groups.iter().all(|group| group.rate == Some(1.0))
        );
        assert!(!node.scores.is_empty());
    }
}

/// The guide shows a whole study: it must be one.
#[test]
fn the_study_of_the_guide_expands() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/studies.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let study = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let opened = Opened::parse(study, Path::new("density.toml")).unwrap();
    let graph = graph_of(&opened, "laptop");
    // Two arms and two seeds, each with two fine-tunings, and the vocabulary.
    assert_eq!(graph.nodes.len(), 1 + 2 * 2 * (1 + 2));
    let plain = graph_of(&Opened::find("headline").unwrap(), "laptop");
    let shared = keys(&graph, "pretrain").intersection(&keys(&plain, "pretrain")).count();
    assert_eq!(shared, 2, "its T5 is that of headline");
}
