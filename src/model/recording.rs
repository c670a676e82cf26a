//! What one run of a submission did, on one time line: facts, no opinions.
//!
//! A [`Recording`] is a list of [`Event`]s in the order in which the tracer stopped for them.
//! A system call is two events, its entry and its return, because other tasks act between the
//! two. The order between tasks is the order of their stops: trust it where one thing caused
//! the other, and within one task.

mod asked;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::clients::{Endpoint, Sighting};
pub use asked::Made;

/// A thread id as the submission itself sees it (in its own pid namespace).
///
/// The submission's first process is 2: 1 is the sandbox's init.
pub type Task = u32;

/// The first process of a submission.
pub const FIRST: Task = 2;

/// Everything that one run was seen to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The time line. An event's index is its number in every message that cites it.
    pub events: Vec<Event>,
}

/// One point of the time line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The place in the program that made the call, innermost frame first; empty if not known.
    pub site: Vec<Frame>,
    /// What happened, and to whom.
    pub what: What,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A task entered a system call.
    Enter(Task, Call),
    /// A task returned from the call that it entered at event `enter`.
    Exit {
        /// The task that made the call.
        task: Task,
        /// Index of the matching [`What::Enter`].
        enter: usize,
        /// What the kernel answered.
        returned: Returned,
    },
    /// A task started another one.
    Fork {
        /// Who called fork, vfork, clone or clone3.
        task: Task,
        /// The new task.
        child: Task,
        /// Whether the child is a thread of the caller's process (`CLONE_THREAD`).
        thread: bool,
    },
    /// A process began a new program; see execve(2).
    Exec(Task, ExecState),
    /// The program's own code is about to run: the loader (or the interpreter) is done.
    Begin(Task),
    /// A signal was delivered, or would have been had the task not ignored it.
    Signal(Task, i32),
    /// A task stopped because of a signal (group stop).
    Stop(Task, i32),
    /// A task ended.
    End {
        /// Who ended.
        task: Task,
        /// How.
        status: ExitStatus,
        /// Its children that were zombies at that moment, as the kernel reports them.
        zombies: Vec<Task>,
    },
    /// Every task was blocked and nothing was in flight; the zombies at that moment.
    Rest(Vec<Task>),
    /// The zombies at a moment of the experiment's choosing.
    Zombies(Vec<Task>),
    /// What the kernel said of a process at a moment of the experiment's choosing.
    State(Task, ExecState),
    /// What a process that is about to end has used up.
    Usage(Task, Usage),
    /// The fault with this index in the run's list (a sweep's strike: [`STRIKE`]) struck the task.
    Struck(Task, usize),
    /// Something that the outside world did or saw.
    World(World),
}

impl What {
    /// Whom it happened to; `None`: the outside world, or all.
    pub fn task(&self) -> Option<Task> {
        match self {
            Self::Enter(task, _)
            | Self::Exit { task, .. }
            | Self::Fork { task, .. }
            | Self::Exec(task, _)
            | Self::Begin(task)
            | Self::Signal(task, _)
            | Self::Stop(task, _)
            | Self::End { task, .. }
            | Self::State(task, _)
            | Self::Usage(task, _)
            | Self::Struck(task, _) => Some(*task),
            Self::Rest(_) | Self::Zombies(_) | Self::World(_) => None,
        }
    }
}

/// The index by which [`What::Struck`] names the strike of a sweep.
pub const STRIKE: usize = usize::MAX;

/// What the outside world (the experiment's stimulus) did to the program or saw of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum World {
    /// These bytes were put into the program's standard input.
    Sent(Bytes),
    /// Standard input was closed: the program reads end of file after what was sent.
    Closed,
    /// The other end of standard output was closed: who writes to it gets SIGPIPE, or EPIPE.
    OutputClosed,
    /// These bytes came out of the program.
    Received(Stream, Bytes),
    /// A signal was sent to the first process.
    Signalled(i32),
    /// A file of the lab directory, as it is at this moment; `None`: there is no regular
    /// file with that name.
    File(String, Option<Bytes>),
    /// What a name in the lab directory is the name of at this moment; `None`: of nothing.
    Mode(String, Option<Mode>),
    /// So many milliseconds passed on the run's clock in which the world did nothing.
    Passed(u64),
    /// The program listens here (or, for datagrams, is bound).
    Listening(Endpoint),
    /// So many clients of the crowd with this name were started.
    Started(String, u32),
    /// The clients of this crowd that wait to be told were told.
    Told(String),
    /// The clients of this crowd were closed.
    Dismissed(String),
    /// What some clients had seen by now.
    Saw(Box<Sighting>),
    /// This file of the lab directory was replaced by another.
    Replaced(String),
    /// These bytes went into a FIFO.
    Written(String, Bytes),
    /// The world's writer has closed a FIFO.
    HungUp(String),
    /// What is left in a directory after all processes have ended.
    Left(String, Vec<String>),
    /// This file of the lab directory was made longer or shorter: how long it is now.
    Resized(String, u64),
    /// How a file of the lab directory compares with what the experiment compares it with; `None`:
    /// it does not exist.
    Compared(String, Option<Likeness>),
    /// What the program's processes held.
    Measured(Measure),
    /// The run's target said this of itself: what it holds, what it did. Nothing: it has ended.
    Target(Bytes),
    /// The run was ended because it reached a limit.
    Limit(LimitKind, u64),
    /// The tracer met something that it cannot follow (io_uring, int 0x80, x32, ...).
    Blind(String),
}

/// What all of a program's processes hold together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Resident memory, KiB, each page divided by the number of processes that have it (Pss of
    /// proc_pid_smaps(5)).
    pub memory_kib: u64,
    /// Threads.
    pub tasks: u64,
    /// Open descriptors; a table that several share counts for each.
    pub descriptors: u64,
    /// Processor time that the program has used up to now, microseconds.
    pub cpu_us: u64,
}

/// How a file compares with what it is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Likeness {
    /// Bytes in the file.
    pub len: u64,
    /// How many bytes at its beginning are the same.
    pub same: u64,
}

/// What a name is the name of; see inode(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Kind and permissions, as in st_mode. Of a symbolic link its own.
    pub mode: u32,
    /// Inode number.
    pub inode: u64,
}

/// One of the two output streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Descriptor 1 of the first process.
    Stdout,
    /// Descriptor 2 of the first process.
    Stderr,
}

/// A limit that can end a run, with the unit of its figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitKind {
    /// Processor time of the whole tree, in milliseconds.
    Cpu,
    /// Time in which every task slept or computed (waiting for a processor aside), in ms.
    Time,
    /// The program should have ended by now: milliseconds on the same clock since it was told to.
    Exit,
    /// Every task is blocked for good, and the world has nothing more to say.
    Stuck,
    /// Memory of the whole tree, in KiB.
    Memory,
    /// Tasks alive at once.
    Tasks,
    /// Bytes written to stdout and stderr.
    Output,
    /// Events recorded.
    Events,
    /// The program stopped itself (SIGSTOP, SIGTSTP) and nobody will continue it.
    Stopped,
    /// The user interrupted the checker.
    Interrupted,
}

/// A system call at its entry. Arguments that the call fills in are those after its return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The kernel's name, as in syscalls(2).
    pub name: String,
    /// The arguments, decoded, in order.
    pub args: Vec<Arg>,
}

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A number.
    Int(i64),
    /// A file descriptor, with what it was at the entry.
    Fd(Fd),
    /// A string or buffer; shown in quotes.
    Str(Bytes),
    /// A word or structure in strace's notation: `O_RDONLY|O_CLOEXEC`, `NULL`, `[TERM]`, `{...}`.
    Word(String),
    /// The tracer could not read it. Unknown is not absent.
    Unknown,
}

/// A file descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fd {
    /// Its number; negative numbers are passed on as they were given.
    pub number: i32,
    /// What it refers to; `None` if it was not open or the kernel was not asked.
    pub object: Option<Object>,
}

/// What a descriptor refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Object {
    /// The kernel's name for it: a path, `pipe:[81]`, `socket:[7]`, `anon_inode:[eventfd]`.
    pub name: String,
    /// Inode number; 0 when not known.
    pub inode: u64,
}

/// A byte string, of which the tracer may have kept only a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// The bytes that were kept.
    pub data: Vec<u8>,
    /// How many bytes followed that were not kept.
    pub cut: u64,
}

/// What a call returned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// The value, or minus an errno.
    pub value: i64,
    /// The call's failure, as an errno, if it failed.
    pub errno: Option<i32>,
    /// What the descriptor in `value` refers to, for calls that return one.
    pub object: Option<Object>,
    /// For data moved through a regular file: the offset at which it began.
    pub offset: Option<u64>,
    /// Whether the answer (or the count) is a lie told by a fault.
    pub injected: bool,
}

/// What the kernel said of a process, right after its execve(2) or when it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecState {
    /// The path of the executable, as /proc/PID/exe has it.
    pub path: String,
    /// Open descriptors.
    pub fds: Vec<Fd>,
    /// Blocked signals.
    pub blocked: SigSet,
    /// Ignored signals.
    pub ignored: SigSet,
    /// Soft and hard limits by name (`NOFILE`), `u64::MAX` being unlimited.
    pub limits: Vec<(String, u64, u64)>,
}

/// A set of signals; bit n-1 is signal n, as in /proc/PID/status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SigSet(pub u64);

/// What a process has used up, its waited-for children included, as wait4(2) tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time, user and system, microseconds.
    pub cpu_us: u64,
    /// The most memory that was resident at once, KiB.
    pub maxrss_kib: u64,
    /// The most memory that it had at once and that is of no file, KiB, each page divided by the
    /// number of processes that have it; of this process alone, and only where it was asked for.
    pub private_kib: Option<u64>,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// exit_group(2) or exit(2) with this status.
    Code(i32),
    /// Ended by this signal.
    Signal(i32),
}

/// One frame of a call site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Frame {
    /// A line of source.
    Source {
        /// The file, relative to the submission where it is inside it.
        file: String,
        /// Line, from 1; 0 if only the file is known.
        line: u32,
        /// The function, as its language names it.
        function: String,
    },
    /// A place in a binary, not yet looked up in its DWARF.
    Native {
        /// Path of the binary as the program sees it.
        module: String,
        /// Address as the binary's own headers count it (virtual address before relocation).
        address: u64,
    },
}

impl Object {
    /// Whether the two are the same object: by inode where both are known, else by name.
    ///
    /// What is no file goes by name: a pipe's inode number may be that of a file as well.
    pub fn is(&self, other: &Object) -> bool {
        let is_file = |object: &Object| object.name.starts_with('/');
        if !is_file(self) || !is_file(other) {
            return self.name == other.name;
        }
        match (self.inode, other.inode) {
            (0, _) | (_, 0) => self.name == other.name,
            (mine, theirs) => mine == theirs,
        }
    }
}

impl ExecState {
    /// What descriptor `number` referred to.
    pub fn fd(&self, number: i32) -> Option<&Object> {
        self.fds
            .iter()
            .find(|fd| fd.number == number)
            .and_then(|fd| fd.object.as_ref())
    }
}

impl Returned {
    /// A plain answer, as the raw register value has it: -4095 to -1 are errnos.
    pub fn from_raw(value: i64) -> Self {
        let errno = (-4095..0).contains(&value).then(|| -value as i32);
        Self {
            value,
            errno,
            object: None,
            offset: None,
            injected: false,
        }
    }
}

impl Bytes {
    /// Whole bytes, nothing cut.
    pub fn whole(data: impl Into<Vec<u8>>) -> Self {
        Self {
            data: data.into(),
            cut: 0,
        }
    }

    /// The length that the original had.
    pub fn len(&self) -> u64 {
        self.data.len() as u64 + self.cut
    }

    /// Whether the original was empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl SigSet {
    /// Whether signal `signo` is in the set.
    pub fn has(self, signo: i32) -> bool {
        (1..=64).contains(&signo) && self.0 >> (signo - 1) & 1 == 1
    }

    /// The signals, in ascending order.
    pub fn signals(self) -> impl Iterator<Item = i32> {
        (1..=64).filter(move |signo| self.has(*signo))
    }

    /// The set without the two signals that the C library keeps for itself, for cancelling threads
    /// and for setuid(2) in all of them; see nptl(7).
    #[must_use]
    pub fn without_the_library(self) -> Self {
        self.signals()
            .filter(|signo| !(32..=33).contains(signo))
            .collect()
    }
}

impl FromIterator<i32> for SigSet {
    fn from_iter<I: IntoIterator<Item = i32>>(signals: I) -> Self {
        Self(
            signals
                .into_iter()
                .fold(0, |bits, signo| bits | 1 << (signo - 1)),
        )
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit {code}"),
            Self::Signal(signo) => write!(f, "signal {}", super::text::signal_name(*signo)),
        }
    }
}
