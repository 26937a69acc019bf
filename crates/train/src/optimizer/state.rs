//! What an optimiser remembers, in and out of a safetensors file.

use super::{Optimizer, Part};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why optimiser state could not be stored or read.
#[derive(Debug, Error)]
pub enum StateError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what [`Optimizer::save`] writes for this rule.
    #[error("{}: not the state of the optimiser `{rule}`: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The optimiser's name in recipes.
        rule: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl Optimizer {
    /// Writes what is remembered of every parameter, each part as `<parameter>.<part>`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), StateError> {
        let parts = self.state.iter().flat_map(|(name, parts)| {
            parts.iter().map(move |part| (format!("{name}.{}", part.name), &part.values))
        });
        let views: Result<Vec<_>, _> = parts
            .map(|(name, values)| {
                let bytes = bytemuck::cast_slice(values);
                TensorView::new(Dtype::F32, vec![values.len()], bytes).map(|view| (name, view))
            })
            .collect();
        views
            .and_then(|views| safetensors::serialize_to_file(views, None, path))
            .map_err(|error| self.invalid(path, error.to_string()))
    }

    /// Replaces what is remembered by what [`save`](Self::save) wrote. `parameters` are all names
    /// and shapes of the model: the file must hold what the rule remembers of each, and no more.
    ///
    /// # Errors
    /// When the file cannot be read or holds something else.
    pub fn load(
        &mut self,
        path: &Path,
        parameters: &[(String, Vec<usize>)],
    ) -> Result<(), StateError> {
        let bytes = std::fs::read(path)
            .map_err(|source| StateError::File { path: path.to_owned(), source })?;
        let file = SafeTensors::deserialize(&bytes)
            .map_err(|error| self.invalid(path, error.to_string()))?;
        let mut state = BTreeMap::new();
        let mut expected = 0;
        for (parameter, shape) in parameters {
            let mut parts = Vec::new();
            for (name, length) in self.rule.formula().parts(shape) {
                let full = format!("{parameter}.{name}");
                let view = file
                    .tensor(&full)
                    .map_err(|_| self.invalid(path, format!("it lacks `{full}`")))?;
                if view.dtype() != Dtype::F32 || view.shape() != [length] {
                    let reason = format!("`{full}` should be {length} numbers of 32 bits");
                    return Err(self.invalid(path, reason));
                }
                parts.push(Part { name, values: bytemuck::pod_collect_to_vec(view.data()) });
                expected += 1;
            }
            state.insert(parameter.clone(), parts);
        }
        if file.len() != expected {
            let reason = format!("it holds {} tensors where {expected} are due", file.len());
            return Err(self.invalid(path, reason));
        }
        self.state = state;
        Ok(())
    }

    fn invalid(&self, path: &Path, reason: String) -> StateError {
        StateError::Invalid { path: path.to_owned(), rule: self.rule.name(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizer::{
        AdafactorHuggingFaceOptions, AdafactorOptions, AdamWOptions, AdamWScaleOptions, Rule,
    };

    fn rules() -> [Rule; 4] {
        [
            Rule::Adafactor(AdafactorOptions::default()),
            Rule::AdafactorHuggingFace(AdafactorHuggingFaceOptions::default()),
            Rule::AdamW(AdamWOptions::default()),
            Rule::AdamWScale(AdamWScaleOptions::default()),
        ]
    }

    fn used(rule: Rule) -> (Optimizer, Vec<(String, Vec<usize>)>) {
        let mut optimizer = Optimizer::new(rule);
        let gradient: Vec<f32> = (0..128 * 130).map(|i| (i as f32).sin()).collect();
        optimizer.update(0, 0.1, ("m.weight", &[128, 130]), &mut gradient.clone(), &gradient);
        optimizer.update(0, 0.1, ("n.weight", &[9]), &mut [1.0; 9], &gradient[..9]);
        let shape = |name: &str, shape: &[usize]| (name.to_owned(), shape.to_vec());
        (optimizer, vec![shape("m.weight", &[128, 130]), shape("n.weight", &[9])])
    }

    #[test]
    fn round_trips_are_exact() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("optimizer.safetensors");
        for rule in rules() {
            let (optimizer, parameters) = used(rule);
            optimizer.save(&path).unwrap();
            let mut loaded = Optimizer::new(rule);
            loaded.load(&path, &parameters).unwrap();
            assert!(loaded == optimizer, "{}", rule.name());
        }
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("optimizer.safetensors");
        let (adamw, mut parameters) = used(rules()[2]);
        adamw.save(&path).unwrap();
        let load = |parameters: &[(String, Vec<usize>)], rule| {
            Optimizer::new(rule).load(&path, parameters).unwrap_err().to_string()
        };
        let error = load(&parameters, rules()[0]);
        assert!(error.contains("`adafactor`: it lacks `m.weight.row`"), "{error}");
        parameters[1].1 = vec![10];
        let error = load(&parameters, rules()[2]);
        assert!(error.contains("`n.weight.first` should be 10 numbers"), "{error}");
        parameters.pop();
        let error = load(&parameters, rules()[2]);
        assert!(error.contains("holds 4 tensors where 2 are due"), "{error}");
        std::fs::write(&path, b"not safetensors").unwrap();
        let error = load(&parameters, rules()[2]);
        assert!(error.contains("not the state of the optimiser `adamw`"), "{error}");
    }
}
