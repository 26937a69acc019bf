//! The one place where files are mapped into memory.

use super::StoreError;
use memmap2::Mmap;
use std::fs::File;
use std::ops::Deref;
use std::path::Path;

/// The bytes of a file of a store's folder.
#[derive(Debug)]
pub(super) struct Mapped(Mmap);

impl Mapped {
    pub(super) fn open(folder: &Path, name: &str) -> Result<Self, StoreError> {
        let file = File::open(folder.join(name)).map_err(StoreError::part(folder, name))?;
        // SAFETY: the bytes must not change while they are mapped. Files of a store are written
        // under another name and never after they got this one; replacing or deleting a store
        // unlinks its files, which leaves maps of them as they were.
        #[expect(unsafe_code)]
        let map = unsafe { Mmap::map(&file) }.map_err(StoreError::part(folder, name))?;
        Ok(Mapped(map))
    }
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
