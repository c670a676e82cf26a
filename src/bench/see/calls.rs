//! Which calls are looked at.

use crate::model::experiment::STORE;
use crate::model::{Recording, Run, What};

/// The calls that are most telling of what a program does itself.
const TELLING: &[&str] = &[
    "open",
    "openat",
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "pwrite64",
    "pwritev2",
    "sendfile",
    "splice",
    "copy_file_range",
    "io_uring_setup",
    "io_uring_enter",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "msync",
    "ftruncate",
    "rename",
    "renameat2",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "rt_sigaction",
    "rt_sigprocmask",
    "signalfd4",
    "exit_group",
];

/// The calls that are most telling of how a program starts another one.
const STARTING: &[&str] = &[
    "execve",
    "execveat",
    "clone",
    "clone3",
    "fork",
    "vfork",
    "pipe",
    "pipe2",
    "dup2",
    "dup3",
    "openat",
    "prlimit64",
    "setrlimit",
    "rt_sigaction",
    "rt_sigprocmask",
    "prctl",
    "kill",
    "tgkill",
    "pidfd_send_signal",
    "wait4",
    "waitid",
    "pause",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "poll",
    "ppoll",
    "epoll_wait",
    "epoll_pwait",
    "signalfd4",
    "write",
    "exit_group",
];

/// Those of the calls that tell most, of which the run made any, and those that prove the failure: the
/// events at `evidence`.
pub(super) fn traced(run: &Run, recording: &Recording, evidence: &[usize]) -> Vec<String> {
    let telling = if run.has_actor { STARTING } else { TELLING };
    let shown = evidence.iter().filter_map(|event| {
        let entry = match recording.events.get(*event)?.what {
            What::Exit { enter, .. } => enter,
            _ => *event,
        };
        match &recording.events.get(entry)?.what {
            What::Enter(_, call) => Some(call.name.as_str()),
            _ => None,
        }
    });
    let made = |name: &&str| recording.calls().any(|made| made.call.name == *name);
    let mut traced: Vec<String> = Vec::new();
    for name in telling.iter().copied().filter(made).chain(shown) {
        // strace knows calls only.
        if name != STORE && !traced.iter().any(|known| known == name) {
            traced.push(name.to_owned());
        }
    }
    traced
}
