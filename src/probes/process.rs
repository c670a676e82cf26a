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
