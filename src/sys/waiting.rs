//! Waiting that a signal ends at once, without a handler and without a race; see signalfd(2).

use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// Signals that are taken one by one instead of doing what they do; until it is dropped.
#[derive(Debug)]
pub struct Signals {
    taken: SignalFd,
    former: SigSet,
}

impl Signals {
    /// Takes these signals from now on. For processes with one thread.
    ///
    /// # Errors
    /// Those of signalfd(2) and sigprocmask(2).
    pub fn take(signals: &[Signal]) -> io::Result<Self> {
        let set: SigSet = signals.iter().copied().collect();
        let mut former = SigSet::empty();
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&set), Some(&mut former))?;
        let taken = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
        Ok(Self { taken, former })
    }

    /// Waits for one of them, so long at most; `None` if none has come.
    ///
    /// # Errors
    /// Those of poll(2) and read(2).
    pub fn wait(&self, at_most: Duration) -> io::Result<Option<Signal>> {
        let deadline = Instant::now() + at_most;
        loop {
            if let Some(found) = self.taken.read_signal()? {
                let number = i32::try_from(found.ssi_signo).unwrap_or(0);
                return Ok(Signal::try_from(number).ok());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            let mut waiting = [PollFd::new(self.taken.as_fd(), PollFlags::POLLIN)];
            match poll(&mut waiting, left) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.former), None);
    }
}
