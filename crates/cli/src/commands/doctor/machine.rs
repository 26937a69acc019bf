//! What this machine has.

use super::Finding;
use crate::table::size;
use std::path::Path;
use std::thread;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

const GIB: u64 = 1 << 30;

/// Threads that this process may use at a time.
pub fn threads() -> Finding {
    let name = "threads";
    let usable = match thread::available_parallelism() {
        Ok(usable) => usable.get(),
        Err(error) => {
            let advice = "set `train.threads` in recipes";
            return Finding::warn(name, format!("cannot be told: {error}"), advice);
        }
    };
    let pool = rayon::current_num_threads();
    let cores = System::physical_core_count().map(|n| format!(" on {n} physical cores"));
    let found = format!("{usable} usable{}", cores.unwrap_or_default());
    if pool != usable {
        return Finding::warn(
            name,
            format!("{found}, {pool} taken"),
            "RAYON_NUM_THREADS says otherwise: unset it, or set `train.threads` in recipes",
        );
    }
    match usable {
        1 => Finding::warn(name, found, "training uses all that it gets: give it more than one"),
        _ => Finding::ok(name, found),
    }
}

/// Memory that this process may use.
pub fn memory() -> Finding {
    let name = "memory";
    let what = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(what);
    let (mut total, mut free) = (system.total_memory(), system.available_memory());
    if let Some(limits) = system.cgroup_limits().filter(|limits| limits.total_memory < total) {
        (total, free) = (limits.total_memory, limits.free_memory);
    }
    if total == 0 {
        return Finding::warn(name, "cannot be told", "see that there are some gigabytes");
    }
    let found = format!("{} free of {}", size(free), size(total));
    match free {
        _ if free < GIB => Finding::problem(name, found, "even a small T5 needs a gigabyte"),
        _ if free < 4 * GIB => Finding::warn(
            name,
            found,
            "T5 small trains in about 4 GB; `batch.micro_rows` and `train.recompute` need less",
        ),
        _ => Finding::ok(name, found),
    }
}

/// The widest vector instructions that the kernels can use here.
pub fn vector_width() -> Finding {
    let name = "vector width";
    match widest() {
        Some(widest) => Finding::ok(name, widest),
        None => Finding::warn(
            name,
            "no AVX2, AVX-512 or NEON",
            "training is several times slower than on a processor of the last ten years",
        ),
    }
}

/// Their name, where the kernels have any for this processor.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub fn widest() -> Option<&'static str> {
    use std::arch::is_x86_feature_detected as has;
    if has!("avx512f") {
        return Some("AVX-512: 16 numbers at a time");
    }
    (has!("avx2") && has!("fma")).then_some("AVX2: 8 numbers at a time")
}

#[cfg(target_arch = "aarch64")]
pub fn widest() -> Option<&'static str> {
    Some("NEON: 4 numbers at a time")
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
pub fn widest() -> Option<&'static str> {
    None
}

/// Room where runs and data lie, and what kind of file system that is.
pub fn disk(data_root: &Path) -> Finding {
    let places = [("here", Path::new(".")), ("data root", data_root)];
    let mut findings: Vec<Finding> = Vec::new();
    for (what, path) in places {
        if path.exists() {
            findings.push(room(what, path));
        }
    }
    // The worse of the two, told with both.
    let found: Vec<&str> = findings.iter().map(|finding| finding.found.as_str()).collect();
    let found = found.join("; ");
    let worst = findings.into_iter().max_by_key(|finding| finding.state as u8);
    match worst {
        Some(worst) => Finding { found, ..worst },
        None => {
            Finding::problem("disk", "no folder to look at", "run this in a folder that exists")
        }
    }
}

#[cfg(unix)]
fn room(what: &str, path: &Path) -> Finding {
    let name = "disk";
    let free = match rustix::fs::statvfs(path) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let found = format!("{what}: cannot be told: {error}");
            return Finding::warn(name, found, "see that there is room for checkpoints");
        }
    };
    let kind = kind(path);
    let found = format!(
        "{what}: {} free{}",
        size(free),
        kind.map(|k| format!(" on {k}")).unwrap_or_default()
    );
    match kind {
        _ if free < GIB => Finding::problem(name, found, "checkpoints need room: free some"),
        Some("tmpfs") => {
            Finding::warn(name, found, "this is memory: runs are gone when the machine restarts")
        }
        Some("NFS" | "SMB") => Finding::warn(
            name,
            found,
            "token stores are read at random: keep the cache (`data.cache`) on a local disk",
        ),
        _ if free < 10 * GIB => Finding::warn(
            name,
            found,
            "a checkpoint of T5 base takes 1 to 3 GB, and `checkpoints.keep` + 1 are there at a time",
        ),
        _ => Finding::ok(name, found),
    }
}

#[cfg(not(unix))]
fn room(what: &str, _: &Path) -> Finding {
    let advice = "see that there is room for checkpoints";
    Finding::warn("disk", format!("{what}: cannot be told on this system"), advice)
}

/// The file system's kind, where it is a common one. Source of the numbers: statfs(2).
#[cfg(target_os = "linux")]
fn kind(path: &Path) -> Option<&'static str> {
    let number = rustix::fs::statfs(path).ok()?.f_type as u32;
    Some(match number {
        0xEF53 => "ext4",
        0x5846_5342 => "XFS",
        0x9123_683E => "Btrfs",
        0x2FC1_2FC1 => "ZFS",
        0x794C_7630 => "overlayfs",
        0x0102_1994 => "tmpfs",
        0x6969 => "NFS",
        0x517B | 0xFF53_4D42 | 0xFE53_4D42 => "SMB",
        0x0BD0_0BD0 => "Lustre",
        0x00C3_6400 => "Ceph",
        0x6573_5546 => "FUSE",
        _ => return None,
    })
}

#[cfg(all(unix, not(target_os = "linux")))]
fn kind(_: &Path) -> Option<&'static str> {
    None
}
