//! What /proc says of a task, in the words of a recording; parsed by [`proc`].
//!
//! Every function answers `None` or an empty value for a task that is gone: tasks die while one
//! looks at them.

use crate::model::{ExecState, Fd, SigSet, Task};
use crate::sys::proc;

use super::decode::objects;

/// The limits that a recording has, in the kernel's order.
const LIMITS: &[&str] = &[
    "CPU", "FSIZE", "DATA", "STACK", "CORE", "NPROC", "NOFILE", "AS",
];

/// Who a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its process, in our pid namespace.
    pub tgid: i32,
    /// Its id in its own pid namespace.
    pub ns_tid: Task,
}

/// Who a task is.
pub fn identity(tid: i32) -> Option<Identity> {
    let status = proc::status(tid).ok()?;
    Some(Identity {
        tgid: status.process,
        ns_tid: ns_tid(&status),
    })
}

fn ns_tid(status: &proc::Status) -> Task {
    status.inside_pid.unsigned_abs()
}

/// Children of a process that are zombies, by their ids in their own pid namespace.
pub fn zombies(pid: i32) -> Vec<Task> {
    let mut zombies: Vec<Task> = proc::zombies(pid)
        .unwrap_or_default()
        .iter()
        .map(|(_, status)| ns_tid(status))
        .collect();
    zombies.sort_unstable();
    zombies
}

/// What a fresh program starts with: descriptors, signals, limits.
pub fn exec_state(pid: i32) -> ExecState {
    let path = proc::executable(pid).unwrap_or_default();
    let fds = proc::descriptor_numbers(pid)
        .unwrap_or_default()
        .into_iter()
        .map(|number| Fd {
            number,
            object: objects::of(pid, number),
        })
        .collect();
    let status = proc::status(pid).unwrap_or_default();
    let limits = proc::limits(pid).unwrap_or_default();
    ExecState {
        path: String::from_utf8_lossy(&path).into_owned(),
        fds,
        blocked: SigSet(status.blocked),
        ignored: SigSet(status.ignored),
        limits: limits
            .iter()
            .filter(|limit| LIMITS.contains(&limit.name))
            .map(|limit| (limit.name.to_owned(), limit.soft, limit.hard))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> i32 {
        std::process::id() as i32
    }

    #[test]
    fn a_process_finds_itself() {
        assert_eq!(identity(own()).unwrap().tgid, own());
    }

    #[test]
    fn limits_and_descriptors_are_those_of_the_process() {
        let state = exec_state(own());
        assert!(
            state
                .fds
                .iter()
                .any(|fd| fd.number == 2 && fd.object.is_some())
        );
        let (soft, hard) =
            nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE).unwrap();
        assert!(state.limits.contains(&("NOFILE".into(), soft, hard)));
        let names: Vec<&str> = state
            .limits
            .iter()
            .map(|(name, ..)| name.as_str())
            .collect();
        assert_eq!(names, LIMITS);
    }

    #[test]
    fn a_task_that_is_gone_has_no_facts() {
        let gone = i32::MAX;
        assert_eq!(identity(gone), None);
        assert_eq!(exec_state(gone).fds, []);
        assert_eq!(zombies(gone), [] as [Task; 0]);
    }
}
