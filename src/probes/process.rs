//! What a tree of processes holds at this moment.

use crate::sys::proc;

/// Memory of a process and its descendants, KiB: what is resident and their own (anonymous and shared
/// memory, not files), or what is in files without a name that they have open, whichever is more. What
/// is mapped of these files is in both.
pub fn held_kib(root: i32) -> u64 {
    let tree = proc::tree(root);
    let resident: u64 = tree
        .iter()
        .filter_map(|pid| proc::status(*pid).ok())
        .map(|status| status.memory.anonymous + status.memory.shared)
        .sum();
    resident.max(proc::memory_files_kib(tree))
}
