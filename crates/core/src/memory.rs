//! The process's memory.

/// Tells the C library's allocator to keep freed memory for the next request instead of giving it
/// back to the system.
///
/// A training step frees and asks for the same gigabyte again and again; mapping and clearing it
/// anew took a third of the step's time. The process keeps its peak until it ends, which is what
/// programs that train want; call this at their start. Does nothing where the C library is not
/// glibc.
pub fn keep_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt only sets parameters of the allocator, under its own lock.
    unsafe {
        // Requests below the first are carved from the heap, which is not mapped for each of them;
        // the heap's end is given back only when more than the second is free there.
        libc::mallopt(libc::M_MMAP_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
    }
}
