//! `stop STATUS`: says that it is there, and stops; a child of its own continues it at the end of
//! standard input, and it exits with the status. See SIGSTOP and SIGCONT in signal(7).

use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{ExitCode, exit};

use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::wait::waitpid;
use nix::unistd::{Pid, pipe};

use super::{Confusion, READY, Verb, await_end_of_input, only, tell};
use crate::sys::process::fork;

pub(super) const VERB: Verb = Verb {
    name: "stop",
    usage: "stop STATUS",
    act: |args| {
        let status: u8 = only(args, VERB.usage)?;
        let failed = |error: nix::Error| Confusion::Kernel("stop", error.into());
        let own = Pid::this();
        let (goes_on, stopped) = pipe().map_err(failed)?;
        let forked = fork().map_err(|error| Confusion::Kernel("fork", error))?;
        let Some(child) = forked else {
            drop(stopped);
            await_end_of_input()?;
            exit(i32::from(continued(own, &goes_on).is_err()));
        };
        tell(READY)?;
        raise(Signal::SIGSTOP).map_err(failed)?;
        drop(stopped);
        waitpid(child, None).map_err(failed)?;
        Ok(ExitCode::from(status))
    },
};

/// Continues a process until it goes on: it may be about to stop.
fn continued(process: Pid, goes_on: &OwnedFd) -> nix::Result<()> {
    /// Milliseconds between one try and the next.
    const AGAIN_MS: u16 = 10;
    loop {
        kill(process, Signal::SIGCONT)?;
        let mut fds = [PollFd::new(goes_on.as_fd(), PollFlags::POLLIN)];
        if poll(&mut fds, AGAIN_MS)? > 0 {
            return Ok(());
        }
    }
}
