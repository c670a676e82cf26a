//! The outside of a box: starting it, releasing the program in it, ending it.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{Shutdown, shutdown};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use super::enter::{self, Ahead, Made};
use super::message::{self, Failure, GO, Handed, Heard, Job, Report, Step};
use super::spec::{BOX_COMMAND, BoxSpec, Rung};
use crate::model::ExitStatus;
use crate::sys::{packet, pidfd};

/// How long a box may take to be made. It takes milliseconds; this only ends a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary that is executed as the box. It is this one, also if it was replaced or unlinked.
pub(super) const SELF: &str = "/proc/self/exe";

/// Why a submission cannot be confined.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The box's own process could not be started.
    #[error("cannot start the sandbox")]
    Start(#[source] io::Error),
    /// A step failed inside.
    #[error(transparent)]
    Step(#[from] Failure),
    /// It ended without saying why.
    #[error("the sandbox ended before it was ready")]
    Died,
    /// Talking to it failed.
    #[error("cannot talk to the sandbox")]
    Talk(#[source] io::Error),
}

impl SandboxError {
    /// What could be done about it; empty if nothing is known.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Step(failure) => failure.hint(),
            _ => "",
        }
    }
}

impl Failure {
    /// What could be done about it; empty if nothing is known.
    pub fn hint(&self) -> &'static str {
        let is_refused = matches!(self.errno, libc::EPERM | libc::EACCES);
        match self.step {
            Step::MakeNamespaces if self.errno == libc::ENOSPC => {
                "raise /proc/sys/user/max_user_namespaces: it limits how many namespaces there may be"
            }
            Step::MakeNamespaces if is_refused => {
                "this machine or container does not let you make namespaces: see `syslab doctor`"
            }
            Step::Mount | Step::CloneTree | Step::MapIds | Step::BringUpLoopback if is_refused => {
                "Ubuntu's AppArmor restricts user namespaces, and containers mask /proc: see `syslab doctor`"
            }
            Step::Execute if is_refused => {
                "the program, its interpreter or a directory above them cannot be read by others"
            }
            Step::Execute if self.errno == libc::ENOENT => {
                "is its interpreter (the #! line, or the ELF loader) there, too?"
            }
            Step::Mount | Step::CloneTree if self.errno == libc::ENOSYS => {
                "mounting needs Linux 5.12 or later"
            }
            _ => "",
        }
    }
}

/// A box whose program waits, runs or has ended.
///
/// Dropping it kills everything in the box.
#[derive(Debug)]
pub struct Launched {
    /// Our child: wait for it. It is [`init`](Self::init), or ends when that has.
    pub box_pid: i32,
    /// PID 1 of the box, in our pid namespace; without namespaces: [`box_pid`](Self::box_pid).
    pub init: i32,
    /// PID 2 of the box, which becomes the program, in our pid namespace.
    pub first: i32,
    /// The other end of the standard input of [`BoxSpec::target`]; whole messages, see
    /// [`packet`]. It is closed when that process has ended and been waited for.
    pub target: Option<OwnedFd>,
    rung: Rung,
    control: OwnedFd,
    init_handle: OwnedFd,
    box_handle: OwnedFd,
    _link: Option<OwnedFd>,
    stdio: Option<[OwnedFd; 3]>,
    not_started: Option<Failure>,
    ended: Option<i32>,
    left: Vec<(PathBuf, Vec<String>)>,
}

/// Makes a box; its PID 2 exists and waits, and nothing of the learner has run.
///
/// `filter` is installed as the last thing before the program is executed. `stdio` become
/// descriptors 0, 1 and 2; no other descriptor is passed on, and no other process of the box ever
/// has them.
///
/// The box dies with the *thread* that calls this.
///
/// # Errors
/// The step that failed, and on what.
pub fn launch(
    spec: &BoxSpec,
    filter: &[libc::sock_filter],
    stdio: [OwnedFd; 3],
) -> Result<Launched, SandboxError> {
    launch_by(anew, spec, filter, stdio)
}

/// The same with a copy of this process as PID 1, which is there at once, and with a network that may be
/// there already; where there are no namespaces, just the same.
///
/// Only for a process with one thread, and for one that was executed in the user namespace that it is in: the box could not be traced from another one, since a copy's memory belongs to
/// where the original was executed; ptrace(2), "Ptrace access mode checking".
///
/// # Errors
/// As [`launch`].
pub fn launch_copy(
    spec: &BoxSpec,
    filter: &[libc::sock_filter],
    stdio: [OwnedFd; 3],
    ahead: Option<Ahead>,
) -> Result<Launched, SandboxError> {
    match spec.rung {
        Rung::Full => {
            let _ahead = ahead.map_or_else(|| enter::ahead(spec.has_network), Ok)?;
            launch_by(here, spec, filter, stdio)
        }
        Rung::Partial | Rung::None => launch(spec, filter, stdio),
    }
}

/// What starts the box: what it is handed, our end of the control socket and its own.
type Start = fn(Handed, BorrowedFd, OwnedFd) -> Result<Started, SandboxError>;

/// The pid of our child that the box ends with, and what PID 1 sees our life by, if that is not the
/// child's to hold.
type Started = (i32, Option<OwnedFd>);

fn launch_by(
    start: Start,
    spec: &BoxSpec,
    filter: &[libc::sock_filter],
    stdio: [OwnedFd; 3],
) -> Result<Launched, SandboxError> {
    let job = Job {
        spec: spec.clone(),
        filter: filter
            .iter()
            .map(|instruction| {
                (
                    instruction.code,
                    instruction.jt,
                    instruction.jf,
                    instruction.k,
                )
            })
            .collect(),
        parent: std::process::id() as i32,
    };
    let (control, theirs) = packet::pair().map_err(SandboxError::Start)?;
    packet::ask_for_senders(control.as_fd()).map_err(SandboxError::Start)?;
    let (target, beside) = match spec.target.is_empty() {
        true => None,
        false => Some(packet::pair().map_err(SandboxError::Start)?),
    }
    .unzip();
    let handed = Handed {
        job,
        target: beside,
    };
    let (box_pid, link) = start(handed, control.as_fd(), theirs)?;
    let launching = Launching {
        box_pid,
        link,
        control,
        target,
    };
    launching.finish(spec, stdio)
}

fn here(handed: Handed, _ours: BorrowedFd, control: OwnedFd) -> Result<Started, SandboxError> {
    let Made { init, link } = enter::make(handed, &control)?;
    Ok((init.as_raw(), Some(link)))
}

fn anew(handed: Handed, ours: BorrowedFd, control: OwnedFd) -> Result<Started, SandboxError> {
    handed.send(ours).map_err(SandboxError::Start)?;
    // The child is not kept as a Child: whoever traces waits for all its children at once.
    Command::new(SELF)
        .arg(BOX_COMMAND)
        .env_clear()
        .stdin(Stdio::from(control))
        .stdout(Stdio::null())
        .spawn()
        .map(|child| (child.id() as i32, None))
        .map_err(SandboxError::Start)
}

/// A box that is being made.
struct Launching {
    box_pid: i32,
    link: Option<OwnedFd>,
    control: OwnedFd,
    target: Option<OwnedFd>,
}

impl Launching {
    fn finish(self, spec: &BoxSpec, stdio: [OwnedFd; 3]) -> Result<Launched, SandboxError> {
        let handle = pidfd::open(self.box_pid).map_err(SandboxError::Talk);
        match handle.and_then(|handle| Ok((handle, self.listen()?))) {
            Ok((box_handle, (init, init_handle, first))) => Ok(Launched {
                box_pid: self.box_pid,
                init,
                first,
                target: self.target,
                rung: spec.rung,
                control: self.control,
                init_handle,
                box_handle,
                _link: self.link,
                stdio: Some(stdio),
                not_started: None,
                ended: None,
                left: Vec::new(),
            }),
            Err(error) => {
                // Nobody traces it yet, so nobody else waits for it: this cannot hang.
                let pid = Pid::from_raw(self.box_pid);
                let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
                let _ = waitpid(pid, None);
                Err(error)
            }
        }
    }

    /// Listens until the box is ready: PID 1, a handle of it, PID 2.
    fn listen(&self) -> Result<(i32, OwnedFd, i32), SandboxError> {
        let deadline = Instant::now() + PATIENCE;
        // The box and PID 2 say it each for themselves.
        let (mut init, mut ready) = (None, None);
        loop {
            match (init, ready) {
                (Some((pid, handle)), Some(first)) => return Ok((pid, handle, first)),
                until_now => (init, ready) = until_now,
            }
            if !is_readable(self.control.as_fd(), deadline).map_err(SandboxError::Talk)? {
                return Err(SandboxError::Died);
            }
            match message::receive(self.control.as_fd()).map_err(SandboxError::Talk)? {
                None => return Err(SandboxError::Died),
                Some(Heard {
                    report: Report::Init(pid),
                    mut descriptors,
                    ..
                }) => init = descriptors.pop().map(|handle| (pid, handle)),
                Some(Heard {
                    report: Report::Ready,
                    sender,
                    ..
                }) => ready = Some(sender),
                Some(Heard {
                    report: Report::Failed(failure) | Report::NotStarted(failure),
                    ..
                }) => return Err(failure.into()),
                Some(Heard {
                    report: Report::Ended(_) | Report::Left(..),
                    ..
                }) => return Err(SandboxError::Died),
            }
        }
    }
}

impl Launched {
    /// Lets PID 2 become the program: limits, no new privileges, filter, execve.
    ///
    /// # Errors
    /// If the box is gone.
    pub fn release(&mut self) -> Result<(), SandboxError> {
        let stdio = self.stdio.take();
        let streams: Vec<BorrowedFd> = stdio.iter().flatten().map(AsFd::as_fd).collect();
        packet::send(self.control.as_fd(), GO, &streams).map_err(SandboxError::Talk)
    }

    /// Why the program could not be started after [`release`](Self::release), if it could not.
    ///
    /// PID 2 says so before it exits with status 127: when its exit has been seen, this knows.
    pub fn exec_error(&mut self) -> Option<Failure> {
        while self.listen(Instant::now()) {}
        self.not_started.clone()
    }

    /// What every process that has ended left behind, of the places that were asked for; nothing if
    /// they did not all end by themselves.
    ///
    /// Only when nobody is traced any more: PID 1 waits for all.
    pub fn left(&mut self, places: usize) -> Vec<(PathBuf, Vec<String>)> {
        let until = Instant::now() + PATIENCE;
        while self.left.len() < places && self.listen(until) {}
        std::mem::take(&mut self.left)
    }

    /// Waits until the first process has ended, for a box that nobody traces; `None` if it
    /// has not by then.
    ///
    /// # Errors
    /// As [`exec_error`](Self::exec_error); [`SandboxError::Died`] if the box is gone without
    /// having said how the program ended.
    pub fn wait(&mut self, until: Instant) -> Result<Option<ExitStatus>, SandboxError> {
        while self.ended.is_none() {
            if !self.listen(until) {
                if let Some(failure) = self.not_started.take() {
                    return Err(failure.into());
                }
                return if Instant::now() >= until {
                    Ok(None)
                } else {
                    Err(SandboxError::Died)
                };
            }
        }
        if let Some(failure) = self.not_started.take() {
            return Err(failure.into());
        }
        Ok(self.ended.map(exit_status))
    }

    /// Kills every process of the box, by killing its PID 1 or, without namespaces, by telling the
    /// box.
    ///
    /// Processes that are traced stay until their tracer has waited for them.
    pub fn kill(&self) {
        match self.rung {
            // ESRCH is what was wanted.
            Rung::Full => {
                let _ = pidfd::send_signal(self.init_handle.as_fd(), libc::SIGKILL);
            }
            // The box sees the end of the socket and kills them one by one.
            Rung::Partial | Rung::None => {
                let _ = shutdown(self.control.as_raw_fd(), Shutdown::Both);
            }
        }
    }

    /// Kills the box and waits for it: afterwards nothing of it is left. Only for a box that
    /// nobody traces.
    pub fn finish(self) {
        self.kill();
        let _ = waitpid(Pid::from_raw(self.box_pid), Some(WaitPidFlag::__WALL));
    }

    /// Takes in one report; false if there is none until then, or never will be.
    fn listen(&mut self, until: Instant) -> bool {
        match is_readable(self.control.as_fd(), until) {
            Ok(true) => {}
            _ => return false,
        }
        let Ok(Some(heard)) = message::try_receive(self.control.as_fd()) else {
            return false;
        };
        match heard.report {
            Report::NotStarted(failure) | Report::Failed(failure) => {
                self.not_started = Some(failure);
            }
            Report::Ended(status) => self.ended = Some(status),
            Report::Left(place, names) => self.left.push((place, names)),
            Report::Init(_) | Report::Ready => {}
        }
        true
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        self.kill();
        // Should PID 1 not be there any more, the box's death takes the rest with it.
        if self.rung == Rung::Full {
            let _ = pidfd::send_signal(self.box_handle.as_fd(), libc::SIGKILL);
        }
    }
}

/// Waits until there is something to read (or the other end is closed); false if not by then.
fn is_readable(socket: BorrowedFd, until: Instant) -> io::Result<bool> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        // Rounded up, so that a wait of half a millisecond is not a busy loop.
        let timeout =
            PollTimeout::try_from(left + Duration::from_micros(999)).unwrap_or(PollTimeout::MAX);
        let timeout = if left.is_zero() {
            PollTimeout::ZERO
        } else {
            timeout
        };
        match poll(&mut [PollFd::new(socket, PollFlags::POLLIN)], timeout) {
            Ok(0) if !left.is_zero() => {}
            Err(nix::Error::EINTR) => {}
            ready => return Ok(ready? > 0),
        }
    }
}

fn exit_status(status: i32) -> ExitStatus {
    if libc::WIFSIGNALED(status) {
        ExitStatus::Signal(libc::WTERMSIG(status))
    } else {
        ExitStatus::Code(libc::WEXITSTATUS(status))
    }
}
