//! What a device process writes down: one JSON object a line.

use serde::{Deserialize, Serialize};

use crate::gpu::fault::Fault;

/// One fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// The program is started.
    Program {
        /// Which of its calls will fail, counted from 1 among those that may; none.
        failing: Option<u32>,
    },
    /// A call begins. Not written in runs in which one is made to fail.
    Call(Call),
    /// A call was made to fail.
    Refused(Failed),
    /// A call failed by itself.
    Failed(Failed),
    /// A call waits for work.
    Waited {
        /// Its number, counted from 1 among all calls.
        number: u32,
        /// Its name.
        name: String,
        /// The stream that it waits for; none if for an event, or for all.
        stream: Option<u64>,
        /// How much work it waits for.
        work: u64,
    },
    /// A wait was held open until another thread made progress.
    Held {
        /// The call's number.
        number: u32,
        /// Whether the caller had the lock of a Python interpreter: then nobody could.
        has_python_lock: bool,
    },
    /// A kernel did something wrong.
    KernelFault {
        /// The kernel.
        function: String,
        /// What.
        fault: Fault,
    },
    /// The simulator cannot run this; nobody is to blame.
    Unsupported {
        /// What it is.
        what: String,
    },
    /// Something was given back that was not there: freed before, or never made.
    Misused {
        /// The call's number.
        number: u32,
        /// The call.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// A copy read bytes of the device that nothing ever wrote.
    ReadUnwritten {
        /// The call's number at that time.
        number: u32,
        /// How many.
        bytes: u64,
    },
    /// Something that was made was never given back.
    Left(Left),
    /// The program has ended.
    End(End),
    /// The program's library does not speak to us as it should.
    Broken {
        /// Why.
        why: String,
    },
    /// All runs have been made.
    Done,
    /// What a reader does not know.
    #[serde(other)]
    Other,
}

/// A call of the runtime API or of the driver API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Call {
    /// Counted from 1.
    pub number: u32,
    /// Its name, without the version that the driver API's names have: `cuMemAlloc`.
    pub name: String,
    /// The stream that it is about: 0 is the legacy default stream, 1 the thread's own.
    pub stream: u64,
    /// How many bytes it is about.
    pub bytes: u64,
    /// An address of the host's.
    pub host: u64,
    /// An address of the device's.
    pub device: u64,
    /// What it puts into the stream: `copy-in`, `copy-out`, `copy`, `copy-host`, `fill`, `kernel`.
    pub work: String,
    /// Whether the host's memory is page-locked.
    pub is_locked: bool,
    /// Whether it may return before the work is done.
    pub is_asynchronous: bool,
    /// How much work is waiting to be done, in all streams.
    pub pending: u64,
}

/// A call that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Failed {
    /// Counted from 1 among all calls.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// The error: a cudaError_t, or the CUresult of the same number.
    pub code: i32,
    /// How much work was waiting to be done.
    pub pending: u64,
}

/// Something that is not given back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Left {
    /// `device memory`, `page-locked memory`, `registration of host memory`, `stream`, `event`.
    pub what: String,
    /// How large it is; 0 for streams and events.
    pub bytes: u64,
    /// The call that made it.
    pub name: String,
    /// Its number.
    pub number: u32,
}

/// How the program ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct End {
    /// Its exit status.
    pub status: Option<i32>,
    /// Or the signal that ended it.
    pub signal: Option<i32>,
    /// What it wrote on standard output, its beginning at least.
    pub stdout: String,
    /// What it wrote on standard error, its beginning at least.
    pub stderr: String,
    /// How many of its calls could fail.
    pub calls: u32,
}
