//! Watches a program at the system-call boundary, and lies to it on request.
//!
//! PTRACE_SEIZE, a seccomp filter that stops only watched calls, and one loop that turns stops
//! into a [`Recording`]. It knows nothing of labs or of the sandbox: it is
//! handed the id of a process that waits to be let go, and it hands back what happened.
//!
//! Deliberately absent: threads (ptrace belongs to one thread), opinions (judges have them), and
//! clocks in the recording (load must not change what is recorded).
//!
//! - [`task`]: what is known of each task
//! - [`facts`]: what /proc says
//! - [`inject`] for faults
//! - [`observe`]: the loop; `life`: how tasks begin and end; `begin`: when a program begins;
//!   `call`: one call, and its faults; `behind`: faults behind a call's back
//! - `stores`: schedules, by stores to memory that processes share
//! - [`rest`]: whether anything still moves, and how much time the program has had
//! - [`waits`]: what a call's raw arguments say about waiting and signals
//! - [`target`]: a process that the program looks at, and that a strike makes move
//! - [`guest`]: a process that was running before, and goes on after
//! - [`decode`]: arguments; [`site`]: call sites; [`arch`]: registers

pub mod arch;
mod begin;
mod behind;
mod call;
pub mod decode;
pub mod facts;
pub mod guest;
mod hold;
pub mod inject;
mod life;
mod memory;
pub mod observe;
pub mod rest;
pub mod site;
mod stores;
pub mod target;
pub mod task;
pub mod waits;

use crate::model::{Fault, Recording};

use decode::sets::{SyscallSet, UnknownWord};
pub use observe::{Pump, Tracer};

/// What to observe, and how closely.
#[derive(Clone, Debug)]
pub struct Options {
    /// Calls that are recorded.
    pub watch: SyscallSet,
    /// How much of buffers is kept, and whether descriptors are looked up.
    pub depth: decode::Depth,
    /// Whether the place in the program is noted with each call.
    pub wants_sites: bool,
    /// Only frames in files below this directory are of interest.
    pub site_prefix: Option<String>,
    /// Whether what each process used up is recorded at its end.
    pub measures_usage: bool,
    /// Whether it is recorded with that how much memory of its own each process had at most.
    pub measures_private: bool,
    /// Whether the program may have rings: threads of the kernel work for it then; io_uring(7).
    pub has_rings: bool,
    /// Whether it is noted beside the recording when each event was recorded.
    pub notes_times: bool,
    /// Faults, with the index by which the recording names them.
    pub faults: Vec<(usize, Fault)>,
}

/// Why the tracer gave up.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// A fault's trigger names no known call.
    #[error("in a fault's trigger")]
    Trigger(#[from] UnknownWord),
    /// The kernel refused to let us trace.
    #[error("cannot trace process {pid}")]
    Seize {
        /// The process.
        pid: i32,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// waitpid(2) failed in a way that it should not.
    #[error("cannot wait for traced tasks")]
    Wait(#[source] std::io::Error),
}

/// What the tracer hands back.
#[derive(Debug, Default)]
pub struct Traced {
    /// What happened.
    pub recording: Recording,
    /// How many calls each fault's trigger matched: (index of the fault, count).
    pub matched: Vec<(usize, u32)>,
    /// When each event was recorded, nanoseconds since the first, if that was asked for.
    ///
    /// Beside the recording, not in it: no judge gets to see it.
    pub times_ns: Vec<u64>,
}

impl Traced {
    /// How the process that was seized first ended.
    pub fn first_status(&self) -> Option<crate::model::ExitStatus> {
        use crate::model::What;
        let first = self
            .recording
            .events
            .iter()
            .find_map(|event| match &event.what {
                What::Exec(task, _) => Some(*task),
                _ => None,
            })?;
        self.recording
            .events
            .iter()
            .find_map(|event| match event.what {
                What::End { task, status, .. } if task == first => Some(status),
                _ => None,
            })
    }
}
