//! What a box is asked for, as data.

use std::ffi::OsString;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The hidden command under which this binary is a box: `syslab __box`.
pub const BOX_COMMAND: &str = "__box";

/// User and group id of the learner's program, as it sees them itself.
pub const INSIDE_ID: u32 = 1000;

/// How strongly this machine can confine a submission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rung {
    /// Limits and the filter only.
    None,
    /// Landlock, limits and the filter; no namespaces.
    Partial,
    /// Everything.
    #[default]
    Full,
}

/// One program to be run in confinement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxSpec {
    /// The program's path as seen inside, and its arguments; the path is also argument 0.
    pub argv: Vec<OsString>,
    /// Its whole environment: nothing is inherited.
    pub env: Vec<(OsString, OsString)>,
    /// Its working directory as seen inside.
    pub cwd: PathBuf,
    /// What it sees of the host beside the system's own directories, in the order of mounting.
    pub binds: Vec<Bind>,
    /// What it may use up.
    pub limits: BoxLimits,
    /// Who it is outside, where the caller may choose; see `Workshop::host_uid`.
    pub host_uid: u32,
    /// Whether the loopback interface is up. There never is another one.
    pub has_network: bool,
    /// How strongly it is confined.
    pub rung: Rung,
}

/// A part of the host's file tree that is visible inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// Absolute path on the host.
    pub source: PathBuf,
    /// Absolute path inside.
    pub target: PathBuf,
    /// Whether it can be written to.
    pub is_writable: bool,
}

impl Bind {
    /// Read-only, at the same path inside.
    pub fn same(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            source: path.clone(),
            target: path,
            is_writable: false,
        }
    }
}

/// What a box may use up; see getrlimit(2) and tmpfs(5). There are never core dumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxLimits {
    /// Writable private memory of each process, KiB. Not address space: sanitizers reserve
    /// terabytes of that.
    pub data_kib: u64,
    /// Descriptors of each process.
    pub files: u64,
    /// Tasks (processes and threads) alive at once.
    pub processes: u64,
    /// Bytes in a file.
    pub file_size: u64,
    /// KiB in /tmp, and the same in /dev/shm.
    pub tmp_kib: u64,
    /// Processor seconds of each process; 0: no limit.
    pub cpu_s: u64,
}

impl Default for BoxLimits {
    fn default() -> Self {
        Self {
            data_kib: 1024 * 1024,
            files: 1024,
            processes: 64,
            file_size: 64 << 20,
            tmp_kib: 32 * 1024,
            cpu_s: 0,
        }
    }
}
