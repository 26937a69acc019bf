//! Finding, reading and checking studies and the recipes that they name.

use super::file::{Preset, Stage, Study, Test};
use crate::study::StudyError;
use ext5_core::config::{self, nearest};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Name and text of each study of the repository.
const STUDIES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/studies.rs"));
/// Name and text of each recipe of the repository, as `laptop/study-pretrain`.
const RECIPES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

/// A study as it was read, with the folder that its recipes are looked up in.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The study.
    pub study: Study,
    /// The file, or what stands for it in errors.
    pub path: PathBuf,
}

/// A recipe's text, with what stands for it in errors.
pub(super) struct RecipeText {
    pub(super) text: String,
    pub(super) path: PathBuf,
}

impl Opened {
    /// All built-in studies, in order of name.
    ///
    /// # Errors
    /// When one is wrong, which a test rules out.
    pub fn built_in() -> Result<Vec<Opened>, StudyError> {
        STUDIES.iter().map(|(name, text)| Opened::parse(text, &built_in_path(name))).collect()
    }

    /// A built-in study by its name, or the file at a path that ends in `.toml`.
    ///
    /// # Errors
    /// When there is none, or it is wrong.
    pub fn find(name: &str) -> Result<Opened, StudyError> {
        if name.ends_with(".toml") {
            let path = Path::new(name);
            let text = std::fs::read_to_string(path).map_err(StudyError::file(path))?;
            return Opened::parse(&text, path);
        }
        match STUDIES.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Opened::parse(text, &built_in_path(name)),
            None => Err(StudyError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name, STUDIES.iter().map(|(known, _)| *known)).map(str::to_owned),
            }),
        }
    }

    /// Reads a study's text; `path` is named in errors.
    ///
    /// # Errors
    /// When it is no study, or its parts do not fit together.
    pub fn parse(text: &str, path: &Path) -> Result<Opened, StudyError> {
        let study: Study = config::parse(text, path)?;
        let opened = Opened { study, path: path.to_owned() };
        opened.check()?;
        Ok(opened)
    }

    /// A preset by its name.
    ///
    /// # Errors
    /// When the study has none of that name.
    pub fn preset(&self, name: &str) -> Result<&Preset, StudyError> {
        self.study.presets.get(name).ok_or_else(|| {
            let known: Vec<_> = self.study.presets.keys().map(String::as_str).collect();
            self.wrong(
                "presets",
                format!("there is no preset `{name}`: give {}", known.join(" or ")),
            )
        })
    }

    /// The text of the recipe of a stage.
    pub(super) fn recipe(&self, preset: &Preset, stage: &Stage) -> Result<RecipeText, StudyError> {
        let Some(name) = preset.recipes.get(&stage.recipe) else {
            let what =
                format!("a preset has no `recipes.{}`, which {} uses", stage.recipe, stage.name);
            return Err(self.wrong("presets", what));
        };
        if name.ends_with(".toml") {
            let path = self.path.parent().unwrap_or(Path::new("")).join(name);
            let text = std::fs::read_to_string(&path).map_err(StudyError::file(&path))?;
            return Ok(RecipeText { text, path });
        }
        match RECIPES.iter().find(|(known, _)| known == name) {
            Some((_, text)) => Ok(RecipeText {
                text: (*text).to_owned(),
                path: Path::new("recipes").join(name).with_extension("toml"),
            }),
            None => {
                let nearest = nearest(name, RECIPES.iter().map(|(known, _)| *known));
                let hint =
                    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
                Err(self.wrong(
                    "presets.recipes",
                    format!("there is no built-in recipe `{name}`{hint}"),
                ))
            }
        }
    }

    /// An error in this study's file.
    pub(super) fn wrong(&self, key: &str, reason: impl Into<String>) -> StudyError {
        StudyError::Wrong { path: self.path.clone(), key: key.to_owned(), reason: reason.into() }
    }

    fn check(&self) -> Result<(), StudyError> {
        let study = &self.study;
        if study.stages.is_empty() {
            return Err(self.wrong("stages", "at least one is needed"));
        }
        let stages: Vec<&str> = study.stages.iter().map(|stage| stage.name.as_str()).collect();
        self.unique("stages", &stages)?;
        let known = |key: &str, name: &str| {
            let hint = nearest(name, stages.iter().copied());
            let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            match stages.contains(&name) {
                true => Ok(()),
                false => Err(self.wrong(key, format!("there is no stage `{name}`{hint}"))),
            }
        };
        for stage in &study.stages {
            if stage.each.is_some() && (stage.tasks.is_some() || stage.scored.is_some()) {
                let what =
                    format!("stage {}: `each` is trained and scored on its own task", stage.name);
                return Err(self.wrong("stages", what));
            }
            for list in [&stage.each, &stage.tasks, &stage.scored].into_iter().flatten() {
                for (name, preset) in &study.presets {
                    if !preset.lists.contains_key(list) {
                        let what = format!(
                            "preset {name} has no list `{list}`, which stage {} names",
                            stage.name
                        );
                        return Err(self.wrong("presets", what));
                    }
                }
            }
        }
        for list in study.groups.values() {
            if let Some((name, _)) = study.presets.iter().find(|(_, p)| !p.lists.contains_key(list))
            {
                let what = format!("preset {name} has no list `{list}`, which `groups` names");
                return Err(self.wrong("presets", what));
            }
        }
        let computed = [
            study.pairs.as_ref().map(|pairs| ("pairs", &pairs.stage)),
            study.subsets.as_ref().map(|subsets| ("subsets", &subsets.stage)),
            study.steps_on_families.as_ref().map(|steps| ("steps_on_families", &steps.stage)),
        ];
        computed.into_iter().flatten().try_for_each(|(key, stage)| known(key, stage))?;
        for preset in study.presets.values() {
            if preset.seeds.is_empty() {
                return Err(self.wrong("presets.seeds", "at least one is needed"));
            }
            if preset.scored == 0 {
                return Err(self.wrong("presets.scored", "must be at least 1"));
            }
            preset.set.keys().try_for_each(|stage| known("presets.set", stage))?;
            for (stage, variants) in &preset.choose {
                known("presets.choose", stage)?;
                let names: Vec<&str> = variants.iter().map(|one| one.name.as_str()).collect();
                self.unique("presets.choose", &names)?;
            }
            for level in &preset.levels {
                level.set.keys().try_for_each(|stage| known("presets.levels.set", stage))?;
            }
            let arms: Vec<_> = study.arms.iter().chain(&preset.arms).collect();
            self.unique("arms", &arms.iter().map(|arm| arm.name.as_str()).collect::<Vec<_>>())?;
            for arm in arms {
                arm.set.keys().try_for_each(|stage| known("arms.set", stage))?;
                let own = arm.stages.iter().flatten();
                own.clone().try_for_each(|stage| known("arms.stages", stage))?;
                if arm.at.is_some_and(|at| !(at > 0.0 && at <= 1.0)) {
                    return Err(
                        self.wrong("arms.at", format!("{}: a share above 0, up to 1", arm.name))
                    );
                }
            }
        }
        self.check_claims()
    }

    /// Claims about single arms must name some that there are.
    fn check_claims(&self) -> Result<(), StudyError> {
        let study = &self.study;
        let computed = study.pairs.is_some() || study.subsets.is_some();
        let arms = study.arms.iter().chain(study.presets.values().flat_map(|preset| &preset.arms));
        let arms: Vec<&str> = arms.map(|arm| arm.name.as_str()).collect();
        let known = |key: &str, name: &str| match computed
            || arms.contains(&name)
            || study.presets.values().any(|preset| !preset.levels.is_empty())
        {
            true => Ok(()),
            false => {
                let hint = nearest(name, arms.iter().copied());
                let hint = hint.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
                Err(self.wrong(key, format!("there is no arm `{name}`{hint}")))
            }
        };
        if let Some(baseline) = &study.baseline {
            known("baseline", baseline)?;
        }
        for claim in &study.claims {
            if let Test::Better { arm, than, on } = &claim.test {
                known("claims", arm)?;
                known("claims", than)?;
                if let Some(on) = on.as_ref().filter(|on| !study.groups.contains_key(*on)) {
                    return Err(self.wrong("claims", format!("there is no group `{on}`")));
                }
            }
        }
        Ok(())
    }

    fn unique(&self, key: &str, names: &[&str]) -> Result<(), StudyError> {
        let mut seen = BTreeSet::new();
        match names.iter().find(|name| !seen.insert(**name)) {
            Some(name) => Err(self.wrong(key, format!("`{name}` is there twice"))),
            None => Ok(()),
        }
    }
}

fn built_in_path(name: &str) -> PathBuf {
    Path::new("studies").join(name).with_extension("toml")
}
