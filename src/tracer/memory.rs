//! What processes have in memory: all together at a moment, and each of its own at most.

use std::collections::HashSet;

use crate::model::Measure;
use crate::sys::proc;

use super::decode;
use super::observe::Tracer;

/// Calls by which a process may have less memory afterwards than before. Whoever looks at each of
/// them, and at the end, has seen the most that it ever had.
pub(super) const GIVES_BACK: &[&str] = &["munmap", "mremap", "madvise", "brk", "mmap"];

impl Tracer {
    /// What the program's processes hold together.
    ///
    /// Processes that are on their way out count no more: the others' shares of what they have had
    /// grow meanwhile. Those that have not been let out yet cannot give anything up while we look.
    /// Nor does a process count that has its parent's memory.
    pub fn measure(&self) -> Measure {
        let live = self
            .tasks
            .values()
            .filter(|task| !task.is_exiting && !task.has_borrowed);
        let live: HashSet<i32> = live.map(|task| task.tgid).collect();
        let memory = live.iter().filter_map(|pid| match proc::shares(*pid) {
            Ok(shares) => Some(shares.pss),
            Err(_) => Some(proc::status(*pid).ok()?.memory.resident),
        });
        let memory_kib = memory.sum();
        let processes = self.processes();
        let descriptors = processes
            .iter()
            .filter_map(|pid| Some(proc::descriptor_numbers(*pid).ok()?.len() as u64));
        Measure {
            memory_kib,
            tasks: self.tasks.len() as u64,
            descriptors: descriptors.sum(),
            cpu_us: self.rest.cpu().as_micros() as u64,
        }
    }

    /// A task is about to make a call: if that may give memory back, notes what its process has.
    pub(super) fn note_private_before(&mut self, pid: i32, nr: u64) {
        if self.options.measures_private && GIVES_BACK.contains(&decode::name(nr).unwrap_or("")) {
            self.note_private(pid);
        }
    }

    /// Notes how much memory the process of a task has that is of no file, if it is asked for.
    pub(super) fn note_private(&mut self, pid: i32) {
        let Some(task) = self.tasks.get(&pid) else {
            return;
        };
        if !self.options.measures_private || task.has_borrowed {
            return;
        }
        let process = task.tgid;
        let told = proc::shares(process)
            .ok()
            .and_then(|shares| shares.pss_anon);
        let private = match told {
            Some(private) => private,
            None => proc::status(process).map_or(0, |status| status.memory.anonymous),
        };
        let most = self.private.entry(process).or_default();
        *most = private.max(*most);
    }
}
