//! What the processes of a box tell each other over the control socket.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::spec::BoxSpec;
use crate::sys::{packet, paper};

/// What a box is to be.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) spec: BoxSpec,
    /// The filter, an instruction each.
    pub(super) filter: Vec<(u16, u8, u8, u32)>,
    /// Who starts the box, and with whose death it dies.
    pub(super) parent: i32,
}

/// What a box is handed by the one who starts it.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) job: Job,
    /// The standard input of what is to live beside it.
    pub(super) target: Option<OwnedFd>,
}

impl Handed {
    /// Sends it over the control socket.
    pub(super) fn send(&self, socket: BorrowedFd) -> io::Result<()> {
        let paper = paper::holding(&serde_json::to_vec(&self.job)?)?;
        let target = self.target.iter().map(AsFd::as_fd);
        let descriptors: Vec<BorrowedFd> = iter::once(paper.as_fd()).chain(target).collect();
        packet::send(socket, b"job", &descriptors)
    }

    /// Receives it.
    pub(super) fn receive(socket: BorrowedFd) -> io::Result<Self> {
        let packet = packet::receive(socket)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let mut descriptors = packet.descriptors.into_iter();
        let paper = descriptors.next().ok_or(io::ErrorKind::InvalidData)?;
        let mut text = Vec::new();
        File::from(paper).read_to_end(&mut text)?;
        Ok(Self {
            job: serde_json::from_slice(&text)?,
            target: descriptors.next(),
        })
    }
}

/// What is reported to the one who started the box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Report {
    /// From who made PID 1: it has this pid outside. A pidfd comes with it.
    Init(i32),
    /// From PID 2: it waits for [`GO`]. Its pid outside comes with the message.
    Ready,
    /// From anyone: the box cannot be made.
    Failed(Failure),
    /// From PID 2, after [`GO`]: the program could not be started.
    NotStarted(Failure),
    /// From PID 1: PID 2 has ended with this wait status; see wait(2).
    Ended(i32),
    /// From PID 1, when every process has ended: a place that it was asked for, and what is there.
    Left(PathBuf, Vec<String>),
}

/// Tells PID 2 to become the program. The program's streams come with it, so that nobody else in the
/// box ever has them.
pub(super) const GO: &[u8] = b"go";

/// Why a box could not be made, or the program in it not be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("cannot {step}{}: {}", Named(path.as_deref()), io::Error::from_raw_os_error(*errno))]
pub struct Failure {
    /// What was tried.
    pub step: Step,
    /// On what.
    pub path: Option<PathBuf>,
    /// What the kernel said.
    pub errno: i32,
}

/// A step of making a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Reading the job.
    ReadJob,
    /// Being killed with the parent.
    FollowParent,
    /// A detached copy of a host directory.
    CloneTree,
    /// clone(2) into new namespaces.
    MakeNamespaces,
    /// Writing uid_map and gid_map.
    MapIds,
    /// Becoming the mapped id.
    SwitchUser,
    /// sethostname(2).
    SetHostname,
    /// The loopback interface.
    BringUpLoopback,
    /// A new filesystem.
    Mount,
    /// A file, directory or link of the new root.
    MakeFile,
    /// pivot_root(2).
    PivotRoot,
    /// fork(2).
    Fork,
    /// setsid, streams, signals.
    PrepareProcess,
    /// chdir(2).
    ChangeDirectory,
    /// setrlimit(2).
    LimitResources,
    /// Landlock.
    ConfineFiles,
    /// Capabilities, no_new_privs.
    DropPrivileges,
    /// seccomp(2).
    InstallFilter,
    /// execve(2).
    Execute,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadJob => "read the job",
            Self::FollowParent => "follow the parent",
            Self::CloneTree => "bind",
            Self::MakeNamespaces => "make namespaces",
            Self::MapIds => "map user ids",
            Self::SwitchUser => "switch to the sandbox's user",
            Self::SetHostname => "set the host name",
            Self::BringUpLoopback => "bring up the loopback interface",
            Self::Mount => "mount",
            Self::MakeFile => "make",
            Self::PivotRoot => "change the root directory",
            Self::Fork => "fork",
            Self::PrepareProcess => "prepare the process",
            Self::ChangeDirectory => "change directory to",
            Self::LimitResources => "limit resources",
            Self::ConfineFiles => "confine files",
            Self::DropPrivileges => "drop privileges",
            Self::InstallFilter => "install the system-call filter",
            Self::Execute => "execute",
        })
    }
}

struct Named<'a>(Option<&'a Path>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            // Debug escapes what a terminal would interpret.
            Some(path) => write!(f, " {path:?}"),
            None => Ok(()),
        }
    }
}

impl Step {
    /// A failure of this step, for `map_err`.
    pub(super) fn failed<E: Into<io::Error>>(self) -> impl FnOnce(E) -> Failure {
        move |error| self.failure(None, error.into())
    }

    /// A failure of this step on a path, for `map_err`.
    pub(super) fn failed_on<E: Into<io::Error>>(self, path: &Path) -> impl FnOnce(E) -> Failure {
        move |error| self.failure(Some(path.to_owned()), error.into())
    }

    fn failure(self, path: Option<PathBuf>, error: io::Error) -> Failure {
        Failure {
            step: self,
            path,
            // Errors that are not the kernel's are those of malformed data.
            errno: error.raw_os_error().unwrap_or(libc::EINVAL),
        }
    }
}

impl Report {
    /// Sends the report.
    pub(super) fn send(&self, control: impl AsFd) -> io::Result<()> {
        self.send_with(control, &[])
    }

    /// Sends the report with descriptors.
    pub(super) fn send_with(
        &self,
        control: impl AsFd,
        descriptors: &[BorrowedFd],
    ) -> io::Result<()> {
        packet::send(control.as_fd(), &serde_json::to_vec(self)?, descriptors)
    }
}

/// A report as it arrives.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) report: Report,
    /// Descriptors that came with it.
    pub(super) descriptors: Vec<OwnedFd>,
    /// The pid of who sent it, as seen by the receiver.
    pub(super) sender: i32,
}

/// Receives a report; `None` when no process of the box is left.
pub(super) fn receive(control: BorrowedFd) -> io::Result<Option<Heard>> {
    parse(packet::receive(control)?)
}

/// As [`receive`], without waiting: EAGAIN if there is no report yet.
pub(super) fn try_receive(control: BorrowedFd) -> io::Result<Option<Heard>> {
    parse(packet::try_receive(control)?)
}

fn parse(packet: Option<packet::Packet>) -> io::Result<Option<Heard>> {
    let Some(packet) = packet else {
        return Ok(None);
    };
    Ok(Some(Heard {
        report: serde_json::from_slice(&packet.bytes)?,
        descriptors: packet.descriptors,
        sender: packet.sender.unwrap_or(0),
    }))
}
