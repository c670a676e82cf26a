//! What a tree of processes holds at this moment.

use crate::sys::proc;

/// Resident memory of a process and its descendants that is their own (anonymous and shared
/// memory, not files), KiB.
pub fn resident_kib(root: i32) -> u64 {
    proc::tree(root)
        .into_iter()
        .filter_map(|pid| proc::status(pid).ok())
        .map(|status| status.memory.anonymous + status.memory.shared)
        .sum()
}

/// Memory in files without a name that a process and its descendants have open, mapped or not, KiB.
pub fn memory_files_kib(root: i32) -> u64 {
    proc::memory_files_kib(proc::tree(root))
}
