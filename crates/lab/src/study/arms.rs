//! The arms of a preset: those that the file lists and those that are computed.

use super::StudyError;
use super::file::{Alone, ArmFile, Preset, Weights};
use super::read::Opened;
use std::collections::BTreeMap;

/// A setting that is compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// Its name; names are unique.
    pub name: String,
    /// Its place on the axis.
    pub x: Option<f64>,
    /// The curve that it belongs to.
    pub series: Option<String>,
    /// Whether it is drawn as a line across.
    pub line: bool,
    /// The second stage begins at this share of the first one's updates.
    pub at: Option<f64>,
    /// The numbers of the stages that it makes, in order.
    pub stages: Vec<usize>,
    /// Changes to the recipe of a stage.
    pub set: BTreeMap<String, Vec<String>>,
    /// Rates of the tasks of its first stage.
    pub weights: Option<Weights>,
    /// What it was computed from.
    pub kind: ArmKind,
}

/// What an arm was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArmKind {
    /// The study's file says it.
    Listed,
    /// Two families, by their numbers, are trained on at equal rates by a stage.
    Pair {
        /// The families.
        families: [usize; 2],
        /// The stage's number.
        stage: usize,
    },
    /// One family alone.
    Alone {
        /// The family.
        family: usize,
        /// What it is given.
        given: Alone,
        /// The stage's number.
        stage: usize,
    },
    /// Tasks are drawn at random for a stage.
    Subset {
        /// How many.
        size: usize,
        /// The stage's number.
        stage: usize,
    },
    /// A few updates on one family, with held-out losses of all.
    Steps {
        /// The family.
        family: usize,
        /// The stage's number.
        stage: usize,
    },
}

impl Arm {
    fn computed(name: String, kind: ArmKind, stages: Vec<usize>) -> Self {
        Arm {
            name,
            x: None,
            series: None,
            line: false,
            at: None,
            stages,
            set: BTreeMap::new(),
            weights: None,
            kind,
        }
    }
}

/// All arms of a preset, in the order in which they are reported.
pub(super) fn arms(opened: &Opened, preset: &Preset) -> Result<Vec<Arm>, StudyError> {
    let study = &opened.study;
    let number = |name: &str| study.stages.iter().position(|stage| stage.name == *name);
    // The names have been checked when the study was read.
    let all: Vec<usize> = (0..study.stages.len()).collect();
    let listed = |arm: &ArmFile| Arm {
        x: arm.x,
        series: arm.series.clone(),
        line: arm.line,
        at: arm.at,
        set: arm.set.clone(),
        weights: arm.weights,
        ..Arm::computed(
            arm.name.clone(),
            ArmKind::Listed,
            match &arm.stages {
                Some(names) => names.iter().filter_map(|name| number(name)).collect(),
                None => all.clone(),
            },
        )
    };
    let mut arms: Vec<Arm> = study.arms.iter().chain(&preset.arms).map(listed).collect();
    let families = &preset.families;
    // The stages up to the one that is computed, which is the last.
    let up_to = |stage: usize| (0..=stage).collect::<Vec<_>>();
    if let Some(stage) = study.pairs.as_ref().and_then(|pairs| number(&pairs.stage)) {
        for (family, of) in families.iter().enumerate() {
            for (given, name) in [
                (Alone::EqualData, format!("{}, half the updates", of.name)),
                (Alone::EqualCompute, of.name.clone()),
            ] {
                arms.push(Arm::computed(
                    name,
                    ArmKind::Alone { family, given, stage },
                    up_to(stage),
                ));
            }
        }
        for first in 0..families.len() {
            for second in first + 1..families.len() {
                let name = format!("{} + {}", families[first].name, families[second].name);
                let kind = ArmKind::Pair { families: [first, second], stage };
                arms.push(Arm::computed(name, kind, up_to(stage)));
            }
        }
    }
    if let Some(stage) = study.steps_on_families.as_ref().and_then(|steps| number(&steps.stage)) {
        // Not through the stages that pairs are trained in: a few updates are an alternative to them.
        let pairs = study.pairs.as_ref().and_then(|pairs| number(&pairs.stage));
        for (family, of) in families.iter().enumerate() {
            let stages = up_to(stage).into_iter().filter(|&stage| Some(stage) != pairs).collect();
            let name = format!("a few updates on {}", of.name);
            arms.push(Arm::computed(name, ArmKind::Steps { family, stage }, stages));
        }
    }
    if let (Some(subsets), Some(sizes)) = (&study.subsets, &preset.subsets) {
        for (&size, stage) in sizes.sizes.iter().zip(std::iter::repeat(number(&subsets.stage))) {
            let Some(stage) = stage else { continue };
            let kind = ArmKind::Subset { size, stage };
            let name = format!("{size} random tasks");
            let arm = Arm::computed(name, kind, all.clone());
            arms.push(Arm { x: Some(size as f64), ..arm });
        }
    }
    if arms.is_empty() {
        return Err(opened.wrong("arms", "there is none"));
    }
    Ok(leveled(arms, preset))
}

/// Every arm at every level.
fn leveled(arms: Vec<Arm>, preset: &Preset) -> Vec<Arm> {
    if preset.levels.is_empty() {
        return arms;
    }
    let mut all = Vec::with_capacity(arms.len() * preset.levels.len());
    for level in &preset.levels {
        for arm in &arms {
            let mut arm = arm.clone();
            arm.name = format!("{}, {}", arm.name, level.name);
            arm.series = Some(match &arm.series {
                Some(series) => format!("{series}, {}", level.name),
                None => level.name.clone(),
            });
            for (stage, set) in &level.set {
                arm.set.entry(stage.clone()).or_default().extend(set.iter().cloned());
            }
            all.push(arm);
        }
    }
    all
}
