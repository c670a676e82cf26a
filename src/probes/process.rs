//! What a tree of processes holds at this moment: zombies, descriptors, states, memory.
//!
//! All pids are those of our own pid namespace; [`proc::inside_pid`] translates.

use std::io;

use crate::sys::proc::{self, Descriptor, State};

/// One task of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Its process.
    pub pid: i32,
    /// Itself.
    pub tid: i32,
    /// What it is doing.
    pub state: State,
    /// Processor time that it has used, clock ticks.
    pub ticks: u64,
}

/// The children of a process that have ended and that it has not waited for.
///
/// The kernel's list of children is per thread; this looks at all threads.
///
/// # Errors
/// ENOENT or ESRCH if the process itself is gone.
pub fn zombies(pid: i32) -> io::Result<Vec<i32>> {
    let mut children = proc::children(pid)?;
    children.retain(|child| proc::stat(*child).is_ok_and(|found| found.state == State::Zombie));
    Ok(children)
}

/// What a process has open.
///
/// # Errors
/// As [`proc::descriptors`].
pub fn descriptors(pid: i32) -> io::Result<Vec<Descriptor>> {
    proc::descriptors(pid)
}

/// Every task of a process and of its descendants. A task that ends meanwhile is left out.
pub fn activity(root: i32) -> Vec<Activity> {
    let mut tasks = Vec::new();
    for pid in proc::tree(root) {
        for tid in proc::tasks(pid).unwrap_or_default() {
            if let Ok(found) = proc::task_stat(pid, tid) {
                tasks.push(Activity {
                    pid,
                    tid,
                    state: found.state,
                    ticks: found.ticks(),
                });
            }
        }
    }
    tasks
}

/// Resident memory of a process and its descendants that is their own, KiB.
pub fn resident_kib(root: i32) -> u64 {
    proc::tree(root)
        .into_iter()
        .filter_map(|pid| proc::resident_kib(pid).ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_child_that_nobody_waited_for_is_a_zombie() {
        // The shell starts a child, becomes another program that does not know of it, and waits
        // for its input to end.
        let mut parent = Command::new("sh")
            .args(["-c", "true & exec cat"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = parent.id() as i32;
        while zombies(pid).unwrap().is_empty() {
            std::thread::yield_now();
        }
        let [zombie] = zombies(pid).unwrap()[..] else {
            panic!("more than one");
        };
        let tasks = activity(pid);
        assert!(tasks.iter().any(|task| task.tid == zombie));
        assert!(resident_kib(pid) > 0);
        drop(parent.stdin.take());
        parent.wait().unwrap();
    }
}
