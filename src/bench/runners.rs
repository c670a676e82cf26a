//! Who has runners made: a process that has begun already, and is copied for each trial.
//!
//! A start of this binary would take a good part of the time of a short trial. What fuzzers call a fork
//! server: it has one thread, reads nothing that a submission wrote, and each copy makes one trial.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{Shutdown, shutdown};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::job::{Job, TrialRecord};
use super::runner;
use crate::sandbox;
use crate::sys::packet::{self, Packet};
use crate::sys::{paper, pidfd, process as own};

/// The server, at the caller's end. Dropping it ends it.
#[derive(Debug)]
pub struct Runners {
    requests: OwnedFd,
    server: Child,
}

impl Runners {
    /// Starts it, for a caller in whose mount namespace `root` is what every box sees. It dies with the
    /// *thread* that calls this.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(root: &Path) -> io::Result<Self> {
        Self::begin(
            Command::new("/proc/self/exe")
                .arg(super::RUN_COMMAND)
                .arg(root),
        )
    }

    /// Starts one of this binary that makes for itself what every box sees, for a caller without a
    /// workshop.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_apart(binary: &Path) -> io::Result<Self> {
        Self::begin(Command::new(binary).arg(super::RUN_COMMAND))
    }

    fn begin(command: &mut Command) -> io::Result<Self> {
        let (requests, theirs) = packet::pair()?;
        let server = command
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self { requests, server })
    }

    /// Has a runner make one trial, and waits for what it says of it.
    ///
    /// # Errors
    /// If the server is gone, or a runner broke so that its record cannot be read.
    pub fn make(&self, job: &Job) -> io::Result<TrialRecord> {
        let paper = paper::holding(&serde_json::to_vec(job)?)?;
        let (record, theirs) = io::pipe()?;
        packet::send(
            self.requests.as_fd(),
            b"trial",
            &[paper.as_fd(), theirs.as_fd()],
        )?;
        drop(theirs);
        TrialRecord::read(&mut BufReader::new(record))
    }
}

impl Drop for Runners {
    fn drop(&mut self) {
        let _ = shutdown(self.requests.as_raw_fd(), Shutdown::Both);
        let _ = self.server.wait();
    }
}

/// A runner at work, as the server knows it.
struct Runner {
    pid: Pid,
    handle: OwnedFd,
    /// Where its record goes.
    record: File,
}

/// The server's main function: its standard input is the socket on which it is asked, its argument the
/// directory with what every box sees.
///
/// # Errors
/// If it cannot listen any more.
pub fn main(args: &[OsString]) -> io::Result<()> {
    own::die_with_parent(nix::unistd::getppid().as_raw())?;
    let root = match args.first() {
        Some(root) => root.into(),
        None => sandbox::isolated_root().map_err(io::Error::other)?,
    };
    let requests = io::stdin().as_fd().try_clone_to_owned()?;
    own::discard_standard_input()?;
    let mut runners: Vec<Runner> = Vec::new();
    loop {
        let handles = runners.iter().map(|runner| &runner.handle);
        let mut sources: Vec<PollFd> = std::iter::once(&requests)
            .chain(handles)
            .map(|source| PollFd::new(source.as_fd(), PollFlags::POLLIN))
            .collect();
        match poll(&mut sources, PollTimeout::NONE) {
            Err(nix::Error::EINTR) => continue,
            ready => ready?,
        };
        let mut ready = sources.iter().map(|source| source.any() == Some(true));
        let is_asked = ready.next() == Some(true);
        let has_ended: Vec<bool> = ready.collect();
        let mut ended = has_ended.into_iter();
        for runner in runners.extract_if(.., |_| ended.next() == Some(true)) {
            runner.bury()?;
        }
        if is_asked {
            match packet::receive(requests.as_fd())? {
                Some(request) => runners.push(start(request, &root)?),
                None => return Ok(()),
            }
        }
    }
}

/// Copies this process for a trial.
fn start(request: Packet, root: &Path) -> io::Result<Runner> {
    let [job, record] = <[OwnedFd; 2]>::try_from(request.descriptors)
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    let (job, record) = (File::from(job), File::from(record));
    let server = std::process::id() as i32;
    let Some(pid) = own::fork()? else {
        let made = own::die_with_parent(server)
            .and_then(|()| own::close_others(vec![job.as_raw_fd(), record.as_raw_fd()]))
            .and_then(|()| runner::make(&job, root).write(&mut BufWriter::new(record)));
        own::end(made.is_err().into())
    };
    Ok(Runner {
        handle: pidfd::open(pid.as_raw())?,
        pid,
        record,
    })
}

impl Runner {
    /// Takes its exit status, and says in its place what it can no longer say if it broke.
    fn bury(self) -> io::Result<()> {
        let how = match waitpid(self.pid, None)? {
            WaitStatus::Exited(_, 0) => return Ok(()),
            WaitStatus::Exited(_, code) => format!("exit status {code}"),
            WaitStatus::Signaled(_, signal, _) => format!("{signal}"),
            other => format!("{other:?}"),
        };
        let record = TrialRecord::broken(format!("the runner broke: {how}"));
        // Nobody may be listening any more.
        let _ = record.write(&mut BufWriter::new(self.record));
        Ok(())
    }
}
