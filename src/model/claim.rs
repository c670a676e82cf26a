//! Claims: what must be so in a run, as data.
//!
//! A lab that is written in Rust has a judge for each check. One that is written as data, in a
//! `lab.toml`, has claims of these few kinds instead, which one judge (`custom::judge`) decides.
//! `labs/CUSTOM.md` says what each of them means to the author of a lab.

use serde::{Deserialize, Serialize};

use super::recording::Stream;

/// A claim as it stands in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// What must be so.
    pub claim: Claim,
    /// The question that is asked where it is not; empty: the claim's own.
    pub hint: String,
}

/// Something that must be so in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claim {
    /// The first process ends like this.
    Ends(Ended),
    /// What came out of a stream is what is wanted.
    Prints {
        /// Which one.
        stream: Stream,
        /// What.
        wanted: Wanted,
    },
    /// A file of the lab directory is, after the run, what is wanted.
    File {
        /// Its path.
        path: String,
        /// What it holds; `None`: there is none.
        wanted: Option<Wanted>,
        /// Only where this has come out of standard output; empty: always.
        once_printed: Vec<u8>,
    },
    /// After the run this directory holds these names, and no others.
    Holds {
        /// The directory.
        directory: String,
        /// The names, sorted.
        names: Vec<String>,
    },
    /// Whatever a process opens below this path it has closed when it exits.
    Closes {
        /// The path: a directory, or a file.
        below: String,
    },
    /// At each `inspect`, the first process has no more descriptors than this beyond those that it had
    /// at the first one.
    KeepsNone {
        /// How many more are forgiven.
        more: usize,
    },
    /// Each program that is started begins with descriptors 0, 1 and 2, and no others.
    StartsClean,
    /// When the first process ends, every other process has ended and has been waited for.
    LeavesNoProcess,
    /// At each `zombies`, there are none.
    Reaps,
    /// All that has been written to a file is durable.
    Durable {
        /// The file.
        path: String,
        /// At each write to standard output; else when the first process ends.
        before_output: bool,
    },
    /// Before a call there is another one that succeeds.
    Order {
        /// The one that comes first.
        first: Select,
        /// The one before which it comes.
        then: Select,
        /// Before each of these, since the one before it; else before the first of them.
        each: bool,
    },
    /// So many calls are made.
    Calls {
        /// Of which.
        of: Select,
        /// The fewest.
        at_least: usize,
        /// The most.
        at_most: usize,
        /// When they are counted.
        during: Idle,
    },
    /// This run's processor time is at most so many times that of another run.
    Cost {
        /// How many times.
        times: u64,
        /// The other run, from 0.
        of_run: usize,
        /// What is forgiven in any case, milliseconds.
        free_ms: u64,
    },
}

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// With this exit status.
    Status(i32),
    /// With any exit status but 0.
    Failure,
    /// By this signal.
    Signal(i32),
}

/// What bytes must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// One of these.
    OneOf(Vec<Vec<u8>>),
    /// Something that has this in it.
    Has(Vec<u8>),
    /// Something that begins with this.
    Begins(Vec<u8>),
    /// The lines of this, in any order.
    Lines(Vec<u8>),
    /// Something whose last line that is not blank begins with this.
    LastLine(Vec<u8>),
    /// Anything but nothing.
    Something,
}

/// Which calls are meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Select {
    /// As the author wrote it, for sentences: `fsync, fdatasync`.
    pub words: String,
    /// The calls' names.
    pub names: Vec<String>,
    /// What they must be about.
    pub on: On,
}

/// What a call is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum On {
    /// Anything.
    #[default]
    Anything,
    /// What descriptor 0 of the first process was at the start.
    Stdin,
    /// What descriptor 1 was.
    Stdout,
    /// The file, or the directory and all below it, with this path.
    Path(String),
}

/// When calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Idle {
    /// From the moment on at which the program's own code runs.
    Always,
    /// While the world lets time pass.
    Passing,
}
