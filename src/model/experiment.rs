//! What is done to a submission: one story, as data.
//!
//! An [`Experiment`] is a sequence of [`Run`]s on one lab directory; a [`Sweep`] repeats it with
//! one strike at every point of its first run. All of it can be written down and read back, so
//! that an experiment can be handed to another process or another machine.

use serde::{Deserialize, Serialize};

use super::claim::Stated;
use super::clients::{Crowd, Endpoint, Payload};
use super::oracle::{LastWords, Oracle};

/// Where the lab directory is, as the submission sees it.
pub const LAB_DIR: &str = "/lab";

/// Where the submission's own files are, as the submission sees them: read-only, and its
/// working directory.
pub const SUBMISSION_DIR: &str = "/submission";

/// Where the actor is, as the submission sees it: the program that the experiment itself controls
/// and that submissions are given to run; see `stimulus::actor`.
pub const ACTOR: &str = "/actor";

/// The process id of a run's [target](Run::target), as the submission sees it: the submission's first
/// process is 2.
pub const TARGET: u32 = 3;

/// One controlled story: files, runs, and perhaps a sweep over the first run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// What happens, as one lowercase sentence for the learner: "SIGTERM at every call".
    pub story: String,
    /// Files that are in the lab directory before the first run.
    pub files: Vec<InputFile>,
    /// The runs, one after the other, on the same lab directory.
    pub runs: Vec<Run>,
    /// Repeats the whole experiment once per point of the first run.
    pub sweep: Option<Sweep>,
    /// Makes the runs, of which the first one here is then only the template. Not with a sweep.
    pub oracle: Option<Oracle>,
}

impl Experiment {
    /// What its files hold together, KiB: also a hole does, once it has been mapped and looked at.
    pub fn files_kib(&self) -> u64 {
        let bytes = self.files.iter().map(|file| {
            let made = match &file.kind {
                InputKind::Made(payload) => payload.len(),
                InputKind::Hole(len) => *len,
                _ => 0,
            };
            made.saturating_add(file.content.len() as u64)
        });
        bytes.fold(0, u64::saturating_add).div_ceil(1024)
    }
}

/// A file that the experiment puts into the lab directory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InputFile {
    /// Absolute path below [`LAB_DIR`].
    pub path: String,
    /// Its content.
    pub content: Vec<u8>,
    /// Whether it may be executed.
    pub is_executable: bool,
    /// Its permission bits, if not 0644 or, for what may be executed, 0755.
    pub mode: Option<u32>,
    /// What it is, if it is not a file with this content.
    pub kind: InputKind,
}

/// What the experiment puts into the lab directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum InputKind {
    /// A file with the content that is given.
    #[default]
    Content,
    /// A file with these bytes, as client number 0 would send them.
    Made(Payload),
    /// A file that begins with so many bytes that nobody has ever written: they read as zeros, and
    /// take no room. The content follows.
    Hole(u64),
    /// A symbolic link to this.
    Link(String),
    /// Another name of this file, which is in the lab directory already: a hard link.
    SecondName(String),
    /// A directory that is a file system of its own, with room for so many KiB. Needs a box with
    /// namespaces.
    Disk(u64),
    /// A FIFO; see fifo(7).
    Fifo,
    /// A Unix socket on which nobody listens: what a server leaves behind that was killed.
    Deserted,
    /// A Unix socket on which somebody else listens, who is alive as long as the trial lasts.
    Alive,
}

/// One start of the submission.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Arguments after the program's name.
    pub args: Vec<String>,
    /// What the world does, in order. After the last step the run is over when the program is.
    pub steps: Vec<Step>,
    /// Lies that the kernel tells.
    pub faults: Vec<Fault>,
    /// What ends the run early.
    pub limits: Limits,
    /// Which calls are observed, in strace's words: `["desc", "file", "!futex"]`; empty: all.
    pub watch: Vec<String>,
    /// Files whose content is recorded before the program starts and after it has ended.
    pub collect: Vec<String>,
    /// Directories of which it is recorded what is in them, as the program sees them, when all its
    /// processes have ended by themselves; files below /proc/sysvipc: the objects that they list.
    pub lists: Vec<String>,
    /// Names of which it is recorded, before and after, what they are names of, and with which mode.
    pub modes: Vec<String>,
    /// Bytes that fit into the stdout pipe; 0: the kernel's default.
    pub stdout_capacity: u32,
    /// The three standard streams are a pseudo-terminal, which is the controlling terminal of the
    /// program's session. What is sent is typed; what comes out, whatever the descriptor, is
    /// received as standard output.
    pub has_terminal: bool,
    /// Variables of its environment, beside those that every program gets.
    pub env: Vec<(String, String)>,
    /// Whether [`ACTOR`] is there.
    pub has_actor: bool,
    /// The program is started by the actor with these arguments, and not by itself; what starts the
    /// program follows them, between two words `--`, and then the arguments. No fault strikes the
    /// actor. Empty: there is none.
    pub led_by: Vec<String>,
    /// Whether what each process used up is recorded at its end.
    pub measures_usage: bool,
    /// Whether it is recorded with that how much memory of its own each process had at most.
    pub measures_private: bool,
    /// Bytes that are kept of each buffer that a call is given or fills; 0: all, up to a MiB.
    pub buffer: u32,
    /// An earlier server has served clients at this TCP port, and was killed while they were
    /// connected: what is left of its connections is there when the program starts.
    pub predecessor: Option<u16>,
    /// Files that are compared with this after the program has ended: for what is too large to be
    /// collected.
    pub compare: Vec<(String, Payload)>,
    /// Whether it may use io_uring, of whose operations no tracer is told; see `sandbox::policy`.
    pub allows_rings: bool,
    /// Whether it may use the machine's CUDA devices.
    #[serde(default)]
    pub has_device: bool,
    /// The actor with these arguments lives beside the program, as process [`TARGET`], as the same
    /// user, not traced: something to look at. It is ready when the program starts, and ends with
    /// the run.
    pub target: Option<Vec<String>>,
    /// What judges compare with.
    pub expects: Vec<Expected>,
    /// What must be so, where a lab is written as data.
    #[serde(default)]
    pub claims: Vec<Stated>,
}

impl Run {
    /// Whether the actor is there, for the program to run or to look at.
    pub fn meets_actor(&self) -> bool {
        self.has_actor || !self.led_by.is_empty() || self.target.is_some()
    }
}

/// Something that a right program brings about in a run, as only the experiment's author knows it.
///
/// For judges alone: the program never gets to see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// A line of the input makes one of these come out of standard output, after what lines before
    /// it made come out.
    Output {
        /// The line.
        line: String,
        /// What may come out.
        any_of: Vec<Vec<u8>>,
    },
    /// What comes out of standard output because of this line is free.
    Anything {
        /// The line.
        line: String,
    },
    /// A line of the input leaves this in a file, which the run collects.
    File {
        /// The line.
        line: String,
        /// The file's path.
        path: String,
        /// What it holds.
        content: Vec<u8>,
    },
    /// Something is said on standard error because of this line.
    Message {
        /// The line.
        line: String,
    },
    /// The last line on standard error is this.
    LastWords(LastWords),
    /// The first process exits with this status.
    Status(i32),
    /// The first process exits with a status other than 0.
    Failure,
}

/// One thing that the world does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// Put these bytes into standard input (in one write, where the pipe has room).
    Send(Vec<u8>),
    /// Wait until the program has taken all bytes sent so far out of the pipe.
    AwaitTaken,
    /// Close standard input.
    CloseInput,
    /// Wait until these bytes have come out of standard output, wherever they stand in what came
    /// since such a step last took something. What is waited for is taken; what stands around it
    /// is there for later steps.
    AwaitOutput(Vec<u8>),
    /// Stop reading standard output.
    StallOutput,
    /// Read standard output again.
    ResumeOutput,
    /// Close standard output's other end: nobody will ever read what the program writes from now on.
    CloseOutput,
    /// Wait until every task is blocked and nothing is in flight (or the program has ended); not
    /// for ever, where a program never rests.
    AwaitRest,
    /// Wait until the strike of a sweep, or of a fault, has struck, or every task rests (or has had
    /// time enough to): what the world does next comes while a caller that was struck is held back.
    AwaitStrike,
    /// Send a signal to the first process.
    Signal(i32),
    /// Let so much time pass on the run's clock.
    Pass {
        /// Milliseconds.
        ms: u64,
    },
    /// Ask the kernel about the first process: descriptors, signals, limits.
    Inspect,
    /// Wait until the program listens here.
    AwaitListening(Endpoint),
    /// Start these clients.
    Start(Crowd),
    /// Wait until each client of this crowd has made all its moves, or cannot go on; then record
    /// what they saw. Clients that wait for what cannot come, since everything else waits too, are
    /// not waited for any longer.
    AwaitClients {
        /// The crowd's name.
        crowd: String,
        /// On the run's clock; after that, what they have seen by then is recorded.
        within_ms: u64,
    },
    /// Let the clients of this crowd that [await it](super::Move::AwaitTold) go on.
    Tell(String),
    /// Record what the clients of this crowd have seen by now.
    Look(String),
    /// Close the clients of this crowd that are still open.
    Dismiss(String),
    /// Put this file, which lies in the lab directory itself, into the place of the one with its
    /// name, as rename(2) does: whoever opens it gets the old one or the new one.
    Replace(InputFile),
    /// Make this file in the lab directory, as it lies there, longer or shorter, until it is this:
    /// whoever has it open sees it change.
    Resize {
        /// The file.
        path: String,
        /// The beginning of this is its content, or the other way round.
        content: Payload,
    },
    /// Ask the kernel what all of the program's processes hold together.
    Measure,
    /// Put these bytes into this FIFO of the lab directory, as a writer that opens it now, or has
    /// done so before. Later steps do not wait until the program takes them.
    Write(String, Vec<u8>),
    /// The writer of this FIFO closes it when all that it writes is in.
    HangUp(String),
    /// Let those go on that are [held](Action::Hold).
    Release,
    /// The run is over: all of the program's processes are killed.
    End,
    /// Ask the kernel which processes are zombies, whether or not the program is at rest.
    ListZombies,
    /// The program must end now, within so many milliseconds of its own clock.
    AwaitExit {
        /// On the run's clock: processor time used plus time in which every task slept. In a trial
        /// of a sweep it counts from the strike on, if that is a signal and comes later.
        within_ms: u64,
    },
    /// The same of all of its processes, also of those that it has left: so many milliseconds.
    AwaitGone(u64),
}

/// What ends a run early. Times are on the run's clock, which does not advance while a task
/// waits for a processor: load never changes a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Milliseconds on the run's clock.
    pub time_ms: u64,
    /// Processor time of the tree, milliseconds.
    pub cpu_ms: u64,
    /// Memory of the tree, KiB.
    pub memory_kib: u64,
    /// Tasks alive at once.
    pub tasks: u64,
    /// Bytes of output.
    pub output: u64,
    /// Events recorded.
    pub events: u64,
    /// Bytes in a file (RLIMIT_FSIZE): the program itself is told of it.
    pub file_size: u64,
    /// Size of /dev/shm, KiB; 0: as much as fits into /tmp.
    pub shm_kib: u64,
    /// Descriptors of each process (RLIMIT_NOFILE): the soft limit, and the hard one, which is
    /// lower where the machine's is. The program itself is told of it.
    pub files: (u64, u64),
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time_ms: 10_000,
            cpu_ms: 10_000,
            memory_kib: 512 * 1024,
            tasks: 64,
            output: 4 << 20,
            events: 200_000,
            file_size: 64 << 20,
            shm_kib: 0,
            files: (1024, 1024),
        }
    }
}

/// One lie told by the kernel on our behalf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// When it is told.
    pub trigger: Trigger,
    /// What it is.
    pub action: Action,
}

/// The word by which a trigger means stores instead of calls: instructions that write to memory
/// which processes share (MAP_SHARED). What one process can see of another's doing happens there,
/// and between two of them nothing changes: so they are the points at which a schedule can differ.
///
/// Strikes that can hit a store: [`Strike::OthersFirst`], [`Strike::OthersNext`],
/// [`Strike::KillCaller`] and [`Strike::KillTree`]; and of the other faults [`Action::Hold`].
pub const STORE: &str = "store";

/// Picks the calls that a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Calls, in strace's words: names, `%desc`, `/regex` is not supported. Or [`STORE`] alone.
    pub calls: Vec<String>,
    /// Only calls on this descriptor or path.
    pub on: Role,
    /// From when on calls are counted.
    pub armed: Arming,
    /// The first call that is struck, counted from 1.
    pub first: u32,
    /// Calls between one strike and the next; 0: only once.
    pub every: u32,
}

/// What a call must be about for a trigger to count it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Anything.
    Any,
    /// What descriptor 0 of the first process was at its first exec.
    Stdin,
    /// What descriptor 1 was.
    Stdout,
    /// A path, or a descriptor of the file that has this path.
    Path(String),
    /// Anything, but only calls that could block: no WNOHANG, no time-out of zero.
    Waiting,
    /// Anything, but of rt_sigaction(2) only calls about one of [`ENDING_SIGNALS`]: runtimes set up
    /// dozens of others.
    EndingSignals,
    /// Any object, where this argument, counted from 0, is not NULL: a prlimit(2) that sets.
    NotNull(usize),
    /// A new process, and not a thread (CLONE_THREAD).
    NewProcess,
    /// Something below this directory (or the directory itself), by its path or by a descriptor.
    Below(String),
    /// Anything, but only calls of the first process, and of rt_sigaction(2) only those about SIGCHLD:
    /// runtimes set up dozens of others.
    Parent,
    /// Anything, but only calls of processes that the first one, or one of them, has started.
    Child,
    /// Memory that processes can share: something below [`SHARED_DIR`], by its path or by a
    /// descriptor, or a memfd.
    Shared,
    /// The same, but only calls of processes that the first one, or one of them, has started.
    SharedByChild,
}

/// Where POSIX shared memory has its names; see shm_overview(7).
pub const SHARED_DIR: &str = "/dev/shm";

/// What the kernel calls a memfd begins with this; see memfd_create(2).
pub const MEMFD: &str = "/memfd:";

/// From when on a trigger counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arming {
    /// From the first exec on, the loader included (as strace counts).
    Start,
    /// From the moment on at which the program's own code runs.
    Begin,
    /// From the return of the first call that took bytes from standard input, if the run watches
    /// such calls.
    FirstInput,
    /// From the moment on at which a process of the program's has started another process.
    Fork,
    /// From the program's first call on that blocks or handles one of the signals of
    /// [`ENDING_SIGNALS`], until a process that it started begins another program.
    SignalSetup,
}

/// The signals by which programs are told to end, to look again, or something of their own.
pub const ENDING_SIGNALS: [i32; 6] = [
    libc::SIGTERM,
    libc::SIGINT,
    libc::SIGHUP,
    libc::SIGQUIT,
    libc::SIGUSR1,
    libc::SIGUSR2,
];

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// The call is not made and fails with this errno.
    Error(i32),
    /// The call is not made and returns this value.
    Return(i64),
    /// The call is made with its byte count cut to at most this many.
    Short(u64),
    /// The call starts this much later, in microseconds.
    DelayEnter(u64),
    /// The call's return is held back this long, in microseconds.
    DelayExit(u64),
    /// The call, or the store, starts when the world says so: [`Step::Release`]. Whoever is held
    /// counts as at rest.
    Hold,
    /// The call is made; then the file of its descriptor is cut to this many bytes, as somebody else
    /// may do it at any time.
    CutFile(u64),
    /// The call is made; then its process gets a limit on its address space (RLIMIT_AS): this many
    /// bytes more than it has by now.
    Confine(u64),
    /// A strike.
    Strike(Strike),
}

/// What hits a program at a point of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strike {
    /// The signal arrives, and its handler runs, before the call is made; the call is then made.
    /// Where the caller is not the first process, which gets the signal, it waits until that has
    /// done with it and everybody rests.
    SignalBefore(i32),
    /// The signal is pending when the call begins: a call that would block gives EINTR.
    SignalDuring(i32),
    /// The call returns normally and the signal arrives then.
    SignalAfter(i32),
    /// The caller loses its processor just before the call, for as long as others have something
    /// to do; signals that came meanwhile are handled, and the call is then made. Strikes only
    /// calls that could block.
    OthersFirst,
    /// The call returns, or the store is made, and the caller then loses its processor for as long
    /// as others have something to do.
    OthersNext,
    /// The [target](Run::target) makes its move before the call is made, if it has not already.
    TargetMoves,
    /// The [target](Run::target) ends before the call is made, and is waited for.
    TargetEnds,
    /// The whole tree is killed before the call is made.
    KillTree,
    /// The process that makes the call is killed before it is made.
    KillCaller,
    /// The call fails with this errno.
    Error(i32),
}

/// Repeats an experiment with one strike at every point of its first run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// What strikes. Several: each point is visited once with each.
    pub strikes: Vec<Strike>,
    /// Which calls are points, and from when on; `first` and `every` are set by the sweep.
    pub points: Trigger,
}
