//! What a box is asked for, as data.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr;

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

impl Rung {
    /// All of them, the weakest first.
    pub const ALL: [Self; 3] = [Self::None, Self::Partial, Self::Full];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }
}

impl FromStr for Rung {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|rung| rung.name() == word)
            .ok_or_else(|| format!("{word} is not none, partial or full"))
    }
}

/// One program to be run in confinement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxSpec {
    /// The program's path as seen inside, and its arguments; the path is also argument 0.
    pub argv: Vec<OsString>,
    /// Its whole environment: nothing is inherited.
    pub env: Vec<(OsString, OsString)>,
    /// Directories (and files below /proc/sysvipc) of which PID 1 says what is in them when every
    /// process has ended.
    pub lists: Vec<PathBuf>,
    /// A program that lives beside it, and its arguments; none if empty. It is PID 3, has the same
    /// user and sees the same files, but is neither filtered nor limited, and its standard input is
    /// a socket to whoever made the box. Needs [`Rung::Full`].
    pub target: Vec<OsString>,
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
    /// Whether its standard input is a terminal, which becomes the controlling terminal of its
    /// session.
    pub has_terminal: bool,
    /// Device nodes that it may use beside those that every program may expect.
    pub devices: Vec<PathBuf>,
    /// Where, outside, lies what every box sees; see `Workshop::root`. For [`Rung::Full`] only.
    pub root: PathBuf,
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

impl BoxSpec {
    /// What has another path outside than inside when nothing is mounted: `(inside, outside)`.
    ///
    /// There is no private /tmp then: it lies in the first directory that can be written to.
    fn moved_paths(&self) -> Vec<(PathBuf, PathBuf)> {
        let scratch = self.binds.iter().find(|bind| bind.is_writable);
        let scratch = scratch.map(|bind| (PathBuf::from("/tmp"), bind.source.clone()));
        self.binds
            .iter()
            .filter(|bind| bind.source != bind.target)
            .map(|bind| (bind.target.clone(), bind.source.clone()))
            .chain(scratch)
            .collect()
    }

    /// The same, with paths as they are outside in arguments, environment and working directory.
    pub(super) fn at_host_paths(&self) -> Self {
        let moved = self.moved_paths();
        let mut spec = self.clone();
        spec.cwd = at_host_path(&self.cwd, &moved);
        for argument in &mut spec.argv {
            *argument = at_host_path(Path::new(argument), &moved).into_os_string();
        }
        for (_, value) in &mut spec.env {
            let parts: Vec<_> = std::env::split_paths(value)
                .map(|part| at_host_path(&part, &moved))
                .collect();
            // None of them contains a colon: they come from splitting at colons, or are ours.
            if let Ok(joined) = std::env::join_paths(parts) {
                *value = joined;
            }
        }
        spec
    }
}

fn at_host_path(path: &Path, moved: &[(PathBuf, PathBuf)]) -> PathBuf {
    for (inside, outside) in moved {
        match path.strip_prefix(inside) {
            // Joining nothing would add a slash.
            Ok(rest) if rest.as_os_str().is_empty() => return outside.clone(),
            Ok(rest) => return outside.join(rest),
            Err(_) => {}
        }
    }
    path.to_owned()
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
    /// Writable private memory of each process, KiB; 0: no limit.
    ///
    /// It counts what is reserved, used or not, and sanitizers reserve terabytes: a program that
    /// may have been built with one cannot have this limit, and somebody has to watch what the
    /// tree really uses.
    pub data_kib: u64,
    /// Descriptors of each process: the soft limit, and the hard one, up to which it may raise that.
    pub files: (u64, u64),
    /// Tasks (processes and threads) alive at once.
    pub processes: u64,
    /// Bytes in a file.
    pub file_size: u64,
    /// KiB in /tmp, and the same in /dev/shm.
    pub tmp_kib: u64,
    /// KiB in /dev/shm, if it is not the same; 0: it is.
    pub shm_kib: u64,
    /// Processor seconds of each process; 0: no limit.
    pub cpu_s: u64,
}

impl Default for BoxLimits {
    fn default() -> Self {
        Self {
            data_kib: 0,
            files: (1024, 1024),
            processes: 64,
            file_size: 64 << 20,
            tmp_kib: 32 * 1024,
            shm_kib: 0,
            cpu_s: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_mounts_paths_are_those_outside() {
        let bind = |source: &str, target: &str, is_writable| Bind {
            source: source.into(),
            target: target.into(),
            is_writable,
        };
        let spec = BoxSpec {
            argv: [
                "/submission/run",
                "/lab/log",
                "/label",
                "--x=/lab",
                "/usr/bin/x",
            ]
            .map(OsString::from)
            .to_vec(),
            env: vec![
                ("PATH".into(), "/submission/bin:/usr/bin".into()),
                ("HOME".into(), "/tmp".into()),
            ],
            cwd: "/submission".into(),
            binds: vec![
                bind("/w/submission", "/submission", false),
                bind("/w/lab0", "/lab", true),
                Bind::same("/opt"),
            ],
            ..BoxSpec::default()
        };
        let moved = spec.at_host_paths();
        assert_eq!(
            moved.argv,
            [
                "/w/submission/run",
                "/w/lab0/log",
                "/label",
                "--x=/lab",
                "/usr/bin/x"
            ]
        );
        assert_eq!(moved.env[0].1, "/w/submission/bin:/usr/bin");
        assert_eq!(moved.env[1].1, "/w/lab0");
        assert_eq!(moved.cwd, Path::new("/w/submission"));
    }
}
