//! The checksums that the Hub lists.

use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// What the bytes of a file must come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checksum {
    /// SHA-256 of the bytes, of files in large file storage: 64 hexadecimal digits.
    Sha256(String),
    /// Git's name of a blob, SHA-1 of `blob LENGTH\0` and the bytes: 40 hexadecimal digits.
    Git(String),
}

impl Checksum {
    /// From hexadecimal digits, which also name partial files: anything else is refused.
    pub(super) fn sha256(digits: &str) -> Option<Checksum> {
        Some(Checksum::Sha256(hex(digits, 64)?))
    }

    /// As [`sha256`](Self::sha256).
    pub(super) fn git(digits: &str) -> Option<Checksum> {
        Some(Checksum::Git(hex(digits, 40)?))
    }

    /// The digits.
    pub fn digits(&self) -> &str {
        match self {
            Checksum::Sha256(digits) | Checksum::Git(digits) => digits,
        }
    }

    /// Whether the file at `path` is one of `bytes` bytes with this checksum, and no link.
    pub(super) fn is_of(&self, path: &Path, bytes: u64) -> bool {
        let plain = fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.len() == bytes);
        let hash = || -> io::Result<Checksum> {
            let mut hasher = self.hasher(bytes);
            hasher.read(&mut File::open(path)?)?;
            Ok(hasher.finish())
        };
        plain && hash().is_ok_and(|found| found == *self)
    }

    /// What computes the checksum of a file of `bytes` bytes.
    pub(super) fn hasher(&self, bytes: u64) -> Hasher {
        match self {
            Checksum::Sha256(_) => Hasher::Sha256(Sha256::new()),
            Checksum::Git(_) => {
                let mut hasher = Sha1::new();
                hasher.update(format!("blob {bytes}\0"));
                Hasher::Git(hasher)
            }
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Checksum::Sha256(digits) => write!(f, "sha256 {digits}"),
            Checksum::Git(digits) => write!(f, "git blob {digits}"),
        }
    }
}

fn hex(digits: &str, length: usize) -> Option<String> {
    let valid = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| digits.to_ascii_lowercase())
}

pub(super) enum Hasher {
    Sha256(Sha256),
    Git(Sha1),
}

impl Hasher {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Git(hasher) => hasher.update(bytes),
        }
    }

    /// Takes in what is left of a file; gives how many bytes that was.
    pub(super) fn read(&mut self, file: &mut File) -> io::Result<u64> {
        let (mut bytes, mut buffer) = (0, vec![0; 1 << 16]);
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(bytes),
                read => {
                    self.update(&buffer[..read]);
                    bytes += read as u64;
                }
            }
        }
    }

    pub(super) fn finish(self) -> Checksum {
        match self {
            Hasher::Sha256(hasher) => Checksum::Sha256(format!("{:x}", hasher.finalize())),
            Hasher::Git(hasher) => Checksum::Git(format!("{:x}", hasher.finalize())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `sha256sum` and `git hash-object`.
    #[test]
    fn checksums_are_those_of_git_and_lfs() {
        let of = |checksum: &Checksum| {
            let mut hasher = checksum.hasher(6);
            hasher.update(b"hel");
            hasher.update(b"lo\n");
            hasher.finish()
        };
        let sha = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        let sha = Checksum::sha256(&sha.to_uppercase()).unwrap();
        let git = Checksum::git("ce013625030ba8dba906f756967f9e9ca394464a").unwrap();
        assert_eq!(of(&sha), sha);
        assert_eq!(of(&git), git);
        assert_eq!(Checksum::git("../../../../../../../../../../../etc/pass"), None);
        assert_eq!(Checksum::sha256(git.digits()), None);
    }
}
