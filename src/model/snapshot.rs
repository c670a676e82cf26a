//! What a tree of processes is, waits for and holds at one moment.
//!
//! Facts as the kernel tells them, and what it refused to tell. A field that is `None` or empty
//! although there may be something is in [`Process::refused`], with the reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the JSON form.
pub const SCHEMA: u32 = 1;

/// A process and its descendants at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`SCHEMA`].
    pub schema: u32,
    /// When it was taken; RFC 3339, in the user's time zone.
    pub taken: String,
    /// The process that was asked about.
    pub root: i32,
    /// It and its descendants, each parent before its children.
    pub processes: Vec<Process>,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its id.
    pub pid: i32,
    /// Its id in its own pid namespace.
    pub inside_pid: i32,
    /// Its parent; 0 if that is none that we can see.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
    /// Who traces it.
    pub tracer: Option<i32>,
    /// Its name: at most 15 bytes, of its own choosing.
    pub name: String,
    /// Its arguments; empty for a zombie and for a kernel thread.
    pub command: Vec<String>,
    /// Whether it is a thread of the kernel's own.
    pub is_kernel_thread: bool,
    /// What its first thread does; [`State::Zombie`] only if the whole process has ended.
    pub state: State,
    /// How it ended; only of a zombie.
    pub ended: Option<Ended>,
    /// Real user id.
    pub real_uid: u32,
    /// Effective user id.
    pub uid: u32,
    /// Name of the effective user, if it has one.
    pub user: Option<String>,
    /// The directory that it works in.
    pub directory: Option<String>,
    /// The file of its program.
    pub program: Option<String>,
    /// When it started; RFC 3339, in the user's time zone.
    pub started: String,
    /// When it started, clock ticks since boot: with the pid it names the process for ever.
    pub started_ticks: u64,
    /// How long ago that was, milliseconds.
    pub age_ms: u64,
    /// Processor time of all its threads in user mode, milliseconds.
    pub user_ms: u64,
    /// The same in the kernel.
    pub system_ms: u64,
    /// Its memory; `None` for what has none.
    pub memory: Option<Memory>,
    /// What it has open.
    pub descriptors: Option<Descriptors>,
    /// Its limits, in the kernel's order.
    pub limits: Vec<Limit>,
    /// Signals that it ignores.
    pub ignored: Vec<String>,
    /// Signals that it handles.
    pub caught: Vec<String>,
    /// Signals that wait for it as a whole.
    pub pending: Vec<String>,
    /// Its threads, the first one first.
    pub threads: Vec<Thread>,
    /// Its children that have ended and that it has not waited for.
    pub zombies: Vec<i32>,
    /// Fields that the kernel did not let us read, with its reason.
    pub refused: BTreeMap<String, String>,
}

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Running, or waiting for a processor.
    Running,
    /// Waiting for something, and a signal would wake it.
    Sleeping,
    /// Waiting for a disk or the like; signals wait too.
    DiskSleep,
    /// Stopped by a signal.
    Stopped,
    /// Stopped by its tracer.
    Traced,
    /// Ended, and not waited for.
    Zombie,
    /// On its way out.
    Dead,
    /// Idle or parked: threads of the kernel.
    Idle,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// By exit(3) with this status.
    Status(i32),
    /// By this signal.
    Signal(String),
}

/// Memory, KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Resident (`Rss`): what is shared counts whole.
    pub resident_kib: u64,
    /// Its share (`Pss`): what n processes share counts an nth; `None` if it was not asked for
    /// or not told.
    pub proportional_kib: Option<u64>,
    /// Address space.
    pub space_kib: u64,
}

/// What a process has open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptors {
    /// How many.
    pub count: u64,
    /// How many of each kind: file, pipe, socket, terminal, device, eventpoll and so on.
    pub kinds: BTreeMap<String, u64>,
}

/// A resource limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Its name without RLIMIT_: `NOFILE`.
    pub name: String,
    /// What the kernel enforces; `None` for no limit.
    pub soft: Option<u64>,
    /// How far it may be raised; `None` for any.
    pub hard: Option<u64>,
    /// How much of it is used, where that can be known.
    pub used: Option<u64>,
    /// Whether its parent may use more; `None` if the limits of that are not known.
    pub is_below_parent: Option<bool>,
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its id.
    pub tid: i32,
    /// Its name.
    pub name: String,
    /// What it is doing.
    pub state: State,
    /// Processor time, milliseconds.
    pub cpu_ms: u64,
    /// Signals that it blocks.
    pub blocked: Vec<String>,
    /// Signals that wait for it alone.
    pub pending: Vec<String>,
    /// What it is blocked in.
    pub wait: Option<Wait>,
}

/// What a thread is blocked in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// The system call; `None` if it may not be known, or there is none.
    pub call: Option<String>,
    /// The kernel's function that it sleeps in; only where the call may not be known.
    pub kernel_function: Option<String>,
    /// The descriptors that it waits for.
    pub descriptors: Vec<Held>,
    /// The children that it waits for.
    pub children: Option<Children>,
    /// The futex that it waits at.
    pub futex: Option<Futex>,
    /// The signals that it waits for; of sigsuspend(2) those that are not blocked meanwhile.
    pub signals: Option<Vec<String>>,
    /// The path that it opens.
    pub path: Option<String>,
    /// The time-out that it asked for, milliseconds.
    pub asked_ms: Option<u64>,
    /// How long until a time-out at a fixed moment, milliseconds; negative if it has passed.
    pub left_ms: Option<i64>,
}

/// A descriptor of a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its number.
    pub number: i32,
    /// What it is.
    #[serde(flatten)]
    pub target: Target,
}

/// What a descriptor refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    /// A pipe, or a named one.
    Pipe {
        /// `pipe:[123]`, or its path.
        name: String,
        /// What this end is for.
        end: End,
        /// Who holds the other end.
        other_end: Vec<Holder>,
        /// Processes that may hold it too: they may not be looked into.
        unseen: u64,
    },
    /// A socket.
    Socket {
        /// `socket:[123]`.
        name: String,
        /// `tcp`, `udp6`, `unix`; empty if it is in no list.
        protocol: String,
        /// Its state, in a word or two.
        state: String,
        /// Where it is bound; empty if nowhere.
        local: String,
        /// Where it is connected to; empty if nowhere.
        remote: String,
        /// Who holds the other end, as far as that is on this machine.
        other_end: Vec<Holder>,
    },
    /// An epoll instance.
    Eventpoll {
        /// What it watches.
        watches: Vec<Held>,
    },
    /// A terminal.
    Terminal {
        /// Its path.
        path: String,
    },
    /// Anything else that has a path.
    File {
        /// Its path.
        path: String,
    },
    /// What has no path: `eventfd`, `timerfd`, `signalfd`, `inotify`, `pidfd`.
    Other {
        /// What the kernel calls it.
        name: String,
    },
    /// Nothing is open under this number, or we may not know what.
    Unknown,
}

/// What an end of a pipe is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Both: a named pipe opened with O_RDWR.
    Both,
}

/// Who holds something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: i32,
    /// Its name.
    pub name: String,
    /// Its descriptor.
    pub number: i32,
}

/// The children that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Children {
    /// Which children would do.
    pub which: Which,
    /// Those that it has of them.
    pub pids: Vec<i32>,
}

/// Which children would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Any.
    Any,
    /// A certain one.
    One,
    /// Those of a process group.
    Group,
}

/// A futex that somebody waits at; see futex(2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Futex {
    /// Its address, in hexadecimal.
    pub address: String,
    /// The value at which it waits.
    pub expected: u32,
    /// The thread of this process whose id that value is: it waits for its end, or for the lock
    /// that it holds.
    pub thread: Option<i32>,
}

impl Snapshot {
    /// The process with this id.
    pub fn process(&self, pid: i32) -> Option<&Process> {
        self.processes.iter().find(|process| process.pid == pid)
    }
}

impl Process {
    /// Whether it has ended and waits to be waited for.
    ///
    /// Not so if only its first thread has ended: that one is a zombie, too, and the others run.
    pub fn is_zombie(&self) -> bool {
        self.ended.is_some()
    }

    /// Whether it is the same process, and not another that has come to its number.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.pid, self.started_ticks) == (other.pid, other.started_ticks)
    }
}
