//! Optimiser state in and out of a safetensors file.

use super::Adafactor;
use super::adafactor::Moments;
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
    /// The file is not what [`Adafactor::save`] writes.
    #[error("{}: not the state of an Adafactor optimiser: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

const PARTS: [&str; 3] = ["row", "column", "full"];

impl Adafactor {
    /// Writes the moments of every tensor: `<tensor>.row` and `<tensor>.column`, or
    /// `<tensor>.full`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), StateError> {
        let mut parts: Vec<(String, &[f32])> = Vec::new();
        for (name, moments) in &self.moments {
            match moments {
                Moments::Factored { rows, columns } => {
                    parts.push((format!("{name}.row"), rows));
                    parts.push((format!("{name}.column"), columns));
                }
                Moments::Full(means) => parts.push((format!("{name}.full"), means)),
            }
        }
        let views: Result<Vec<_>, _> = parts
            .into_iter()
            .map(|(name, values)| {
                let bytes = bytemuck::cast_slice(values);
                TensorView::new(Dtype::F32, vec![values.len()], bytes).map(|view| (name, view))
            })
            .collect();
        views
            .and_then(|views| safetensors::serialize_to_file(views, None, path))
            .map_err(|error| invalid(path, &error.to_string()))
    }

    /// Replaces the moments by those in a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// When the file cannot be read or holds something else.
    pub fn load(&mut self, path: &Path) -> Result<(), StateError> {
        let bytes = std::fs::read(path)
            .map_err(|source| StateError::File { path: path.to_owned(), source })?;
        let tensors =
            SafeTensors::deserialize(&bytes).map_err(|error| invalid(path, &error.to_string()))?;
        let mut parts: BTreeMap<(String, usize), Vec<f32>> = BTreeMap::new();
        for (full_name, view) in tensors.iter() {
            let named = full_name
                .rsplit_once('.')
                .and_then(|(name, part)| Some((name, PARTS.iter().position(|p| *p == part)?)));
            let Some((name, part)) = named.filter(|_| view.dtype() == Dtype::F32) else {
                return Err(invalid(path, &format!("unexpected tensor `{full_name}`")));
            };
            let values = bytemuck::pod_collect_to_vec(view.data());
            parts.insert((name.to_owned(), part), values);
        }
        let mut moments = BTreeMap::new();
        while let Some(((name, part), values)) = parts.pop_first() {
            let entry = match part {
                0 => match parts.remove(&(name.clone(), 1)) {
                    Some(columns) => Moments::Factored { rows: values, columns },
                    None => return Err(invalid(path, &format!("`{name}` has no columns"))),
                },
                1 => return Err(invalid(path, &format!("`{name}` has no rows"))),
                _ => Moments::Full(values),
            };
            moments.insert(name, entry);
        }
        self.moments = moments;
        Ok(())
    }
}

fn invalid(path: &Path, reason: &str) -> StateError {
    StateError::Invalid { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_is_exact() {
        let mut optimizer = Adafactor::default();
        let gradient: Vec<f32> = (0..128 * 130).map(|i| (i as f32).sin()).collect();
        optimizer.update(0, 0.1, ("m.weight", &[128, 130]), &mut gradient.clone(), &gradient);
        optimizer.update(0, 0.1, ("n.weight", &[9]), &mut [1.0; 9], &gradient[..9]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("optimizer.safetensors");
        optimizer.save(&path).unwrap();
        let mut loaded = Adafactor::default();
        loaded.load(&path).unwrap();
        assert_eq!(loaded, optimizer);
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("optimizer.safetensors");
        std::fs::write(&path, b"not safetensors").unwrap();
        let error = Adafactor::default().load(&path).unwrap_err().to_string();
        assert!(error.contains("not the state of an Adafactor optimiser"), "{error}");
    }
}
