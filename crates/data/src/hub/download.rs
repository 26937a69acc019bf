//! One file.

use super::checksum::{Checksum, Hasher};
use super::client::{Client, Patience, shown, text};
use super::error::HubError;
use super::plan::{Plan, PlannedFile};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

const BUFFER: usize = 1 << 16;

/// A download on its way.
pub(super) struct Download<'a> {
    pub(super) client: &'a Client,
    pub(super) plan: &'a Plan,
    pub(super) file: &'a PlannedFile,
    /// Where parts lie.
    pub(super) parts: &'a Path,
    pub(super) stop: &'a AtomicBool,
    /// Told of bytes that have come, below 0 where some are thrown away.
    pub(super) came: &'a (dyn Fn(i64) + Sync),
}

/// The part of a file that is there, and its checksum so far.
struct Part {
    file: File,
    bytes: u64,
    hasher: Hasher,
}

impl Download<'_> {
    /// Downloads the file, or goes on, and puts it whole into its place.
    ///
    /// A part is called after the checksum of the whole, and its address names the commit: what is
    /// gone on with is the same content, and the checksum proves it. Where it does not, the part
    /// is thrown away and the file comes once more from its first byte.
    pub(super) fn run(&self) -> Result<(), HubError> {
        let path = self.parts.join(format!("{}.part", self.file.remote.checksum.digits()));
        let target = self.plan.folder.join(&self.file.name);
        let remote = &self.file.remote;
        // A kill can come between a file and its line in the manifest.
        if remote.checksum.is_of(&target, remote.bytes) {
            (self.came)(remote.bytes as i64);
            return Ok(());
        }
        if !self.copy_from_home(&path)? && !self.is_right(&path)? && !self.is_right(&path)? {
            let (expected, found) = (remote.checksum.to_string(), "another".to_owned());
            return Err(HubError::Checksum { url: shown(&self.url()), expected, found });
        }
        fs::rename(&path, &target).map_err(HubError::io(&target))?;
        // So that the name, too, outlives a loss of power.
        File::open(&self.plan.folder).and_then(|f| f.sync_all()).map_err(HubError::io(&target))
    }

    fn url(&self) -> String {
        let PlannedFile { remote, commit, .. } = self.file;
        self.client.address(&self.plan.repository, commit, &remote.path)
    }

    /// Downloads the file; whether it is what the Hub lists. It is thrown away if it is not.
    fn is_right(&self, path: &Path) -> Result<bool, HubError> {
        let right = self.complete(path)? == self.file.remote.checksum;
        if !right {
            self.discard(path)?;
        }
        Ok(right)
    }

    /// Brings a part to its full size; gives the checksum of what came.
    fn complete(&self, path: &Path) -> Result<Checksum, HubError> {
        let (url, size) = (self.url(), self.file.remote.bytes);
        let mut part = self.open(path)?;
        let mut patience = Patience::new(&self.client.settings);
        while part.bytes < size {
            let before = part.bytes;
            let ended = self.read_on(&url, &mut part, path)?;
            if part.bytes > before {
                patience.renew();
            }
            if part.bytes < size {
                patience.wait(&url, ended, None, self.stop)?;
            }
        }
        part.file.sync_all().map_err(HubError::io(path))?;
        Ok(part.hasher.finish())
    }

    /// One connection; gives how it ended.
    fn read_on(&self, url: &str, part: &mut Part, path: &Path) -> Result<String, HubError> {
        let size = self.file.remote.bytes;
        let wrong = |found: String| HubError::Checksum {
            url: shown(url),
            expected: format!("{size} bytes"),
            found,
        };
        let answer = self.client.get(url, part.bytes, self.stop)?;
        self.check_tag(url, answer.etag.as_deref())?;
        let response = answer.response;
        let range = text(response.headers(), "content-range");
        let expected = format!("bytes {}-", part.bytes);
        let goes_on =
            response.status() == 206 && range.is_some_and(|range| range.starts_with(&expected));
        if part.bytes > 0 && !goes_on {
            // Ranges are not served, or not this one: from the first byte again.
            self.reset(part, path)?;
            if response.status() != 200 {
                return Ok("the server does not go on where it stopped".to_owned());
            }
        }
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; BUFFER];
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(HubError::Interrupted);
            }
            let read = match body.read(&mut buffer) {
                Ok(0) => return Ok("the connection ended before the file did".to_owned()),
                Ok(read) => read,
                Err(error) => return Ok(error.to_string()),
            };
            if part.bytes + read as u64 > size {
                self.reset(part, path)?;
                return Err(wrong("more".to_owned()));
            }
            part.file.write_all(&buffer[..read]).map_err(HubError::io(path))?;
            part.hasher.update(&buffer[..read]);
            part.bytes += read as u64;
            (self.came)(read as i64);
            if part.bytes == size {
                // One byte more would be another file.
                let more = matches!(body.read(&mut buffer), Ok(1..));
                return if more { Err(wrong("more".to_owned())) } else { Ok(String::new()) };
            }
        }
    }

    /// The Hub's entity tag is the checksum: another one is another file.
    fn check_tag(&self, url: &str, etag: Option<&str>) -> Result<(), HubError> {
        let Some(etag) = etag else { return Ok(()) };
        let tag = etag.trim_start_matches("W/").trim_matches('"');
        let checksum = &self.file.remote.checksum;
        let comparable = tag.len() == checksum.digits().len();
        if comparable && !tag.eq_ignore_ascii_case(checksum.digits()) {
            let found = format!("entity tag {}", tag.escape_default());
            let expected = checksum.to_string();
            return Err(HubError::Checksum { url: shown(url), expected, found });
        }
        Ok(())
    }

    /// What an earlier attempt left, hashed again; one that is too long is no part of the file.
    fn open(&self, path: &Path) -> Result<Part, HubError> {
        let io = |error| HubError::io(path)(error);
        // A link in its place is not followed.
        if fs::symlink_metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            fs::remove_file(path).map_err(io)?;
        }
        let mut options = OpenOptions::new();
        let mut file =
            options.create(true).read(true).write(true).truncate(false).open(path).map_err(io)?;
        let size = self.file.remote.bytes;
        let mut hasher = self.file.remote.checksum.hasher(size);
        let bytes = hasher.read(&mut file).map_err(io)?;
        (self.came)(bytes as i64);
        let mut part = Part { file, bytes, hasher };
        if bytes > size {
            self.reset(&mut part, path)?;
        }
        Ok(part)
    }

    fn reset(&self, part: &mut Part, path: &Path) -> Result<(), HubError> {
        part.file.set_len(0).map_err(HubError::io(path))?;
        part.file.seek(SeekFrom::Start(0)).map_err(HubError::io(path))?;
        (self.came)(-(part.bytes as i64));
        part.bytes = 0;
        part.hasher = self.file.remote.checksum.hasher(self.file.remote.bytes);
        Ok(())
    }

    fn discard(&self, path: &Path) -> Result<(), HubError> {
        let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
        (self.came)(-(bytes as i64));
        fs::remove_file(path).map_err(HubError::io(path))
    }

    /// Copies the file where the Hub's own tools have it already, whole.
    fn copy_from_home(&self, path: &Path) -> Result<bool, HubError> {
        let PlannedFile { remote, commit, .. } = self.file;
        let Some(home) = &self.client.settings.home else { return Ok(false) };
        let repository = format!("datasets--{}", self.plan.repository.replace('/', "--"));
        let folder: PathBuf = home.join("hub").join(repository).join("snapshots").join(commit);
        let Ok(mut theirs) = File::open(folder.join(&remote.path)) else { return Ok(false) };
        if theirs.metadata().is_ok_and(|metadata| metadata.len() != remote.bytes) {
            return Ok(false);
        }
        let mut ours = File::create(path).map_err(HubError::io(path))?;
        std::io::copy(&mut theirs, &mut ours).map_err(HubError::io(path))?;
        let part = self.open(path)?;
        if part.bytes == remote.bytes && part.hasher.finish() == remote.checksum {
            part.file.sync_all().map_err(HubError::io(path))?;
            return Ok(true);
        }
        self.discard(path)?;
        Ok(false)
    }
}
