//! Who has runners made: a process that has begun already, and is copied for each trial.
//!
//! A start of this binary would take a good part of the time of a short trial. What fuzzers call a fork
//! server: it has one thread, reads nothing that a submission wrote, and each copy makes one trial. The
//! next copy is there before it is asked for, in the network of its first box.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{Shutdown, shutdown};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::boxes::{Boxes, Ground};
use super::job::{Job, TrialRecord};
use super::runner;
use crate::sandbox::{self, Rung};
use crate::sys::packet::{self, Packet};
use crate::sys::{paper, pidfd, process as own};

/// The server, at the caller's end. Dropping it ends it.
#[derive(Debug)]
pub struct Runners {
    requests: OwnedFd,
    server: Child,
}

impl Runners {
    /// Starts it, for a caller in whose mount namespace the ground lies. It dies with the *thread* that
    /// calls this.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(ground: &Ground) -> io::Result<Self> {
        let mut command = Command::new("/proc/self/exe");
        command.args([super::RUN_COMMAND, ground.rung.name()]);
        Self::begin(command.arg(&ground.root))
    }

    /// Starts one of this binary that makes for itself what every box sees, for a caller without a
    /// workshop.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_apart(binary: &Path, rung: Rung) -> io::Result<Self> {
        Self::begin(Command::new(binary).args([super::RUN_COMMAND, rung.name()]))
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

/// The server's main function: its standard input is the socket on which it is asked, its arguments are
/// the rung and the directory with what every box sees.
///
/// # Errors
/// If it cannot listen any more.
pub fn main(args: &[OsString]) -> io::Result<()> {
    own::die_with_parent(nix::unistd::getppid().as_raw())?;
    let ground = ground(args)?;
    let requests = io::stdin().as_fd().try_clone_to_owned()?;
    own::discard_standard_input()?;
    let mut runners: Vec<Runner> = Vec::new();
    let mut spare = None;
    loop {
        // Where no process can be had now, one may be had when it is needed.
        spare = spare.or_else(|| Spare::make(&ground).ok());
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
            let Some(request) = packet::receive(requests.as_fd())? else {
                return Ok(());
            };
            let ready = spare.take().map_or_else(|| Spare::make(&ground), Ok)?;
            runners.push(ready.begin(request)?);
        }
    }
}

fn ground(args: &[OsString]) -> io::Result<Ground> {
    let word = args.first().and_then(|word| word.to_str());
    let rung: Rung = word.unwrap_or_default().parse().map_err(io::Error::other)?;
    let root = match args.get(1) {
        Some(root) => root.into(),
        None if rung == Rung::Full => sandbox::isolated_root().map_err(io::Error::other)?,
        None => PathBuf::new(),
    };
    Ok(Ground { rung, root })
}

/// A runner that waits for its trial, as the server knows it.
struct Spare {
    pid: Pid,
    handle: OwnedFd,
    /// Where it is given its trial.
    jobs: OwnedFd,
}

impl Spare {
    /// Copies this process.
    fn make(ground: &Ground) -> io::Result<Self> {
        let (jobs, theirs) = packet::pair()?;
        let server = std::process::id() as i32;
        let Some(pid) = own::fork()? else {
            let made = own::die_with_parent(server)
                .and_then(|()| own::close_others(vec![theirs.as_raw_fd()]))
                .and_then(|()| run(theirs, ground));
            own::end(made.is_err().into())
        };
        Ok(Self {
            handle: pidfd::open(pid.as_raw())?,
            pid,
            jobs,
        })
    }

    /// Hands it the trial.
    fn begin(self, request: Packet) -> io::Result<Runner> {
        let [job, record] = job_and_record(request)?;
        // If it is gone, whoever buries it says so.
        let _ = packet::send(self.jobs.as_fd(), b"trial", &[job.as_fd(), record.as_fd()]);
        Ok(Runner {
            pid: self.pid,
            handle: self.handle,
            record: File::from(record),
        })
    }
}

/// What a runner does from its first moment on.
fn run(jobs: OwnedFd, ground: &Ground) -> io::Result<()> {
    let boxes = Boxes::begin(ground);
    runner::rehearse();
    let Some(request) = packet::receive(jobs.as_fd())? else {
        return Ok(());
    };
    drop(jobs);
    let [job, record] = job_and_record(request)?.map(File::from);
    runner::make(&job, boxes).write(&mut BufWriter::new(record))
}

/// What a trial is asked for with: the job, and where its record goes.
fn job_and_record(request: Packet) -> io::Result<[OwnedFd; 2]> {
    <[OwnedFd; 2]>::try_from(request.descriptors).map_err(|_| io::ErrorKind::InvalidData.into())
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
