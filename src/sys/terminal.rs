//! Terminals: what nix has no word for; see ioctl_tty(2).
#![expect(unsafe_code, reason = "ioctl(2) is a raw system call")]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Makes a terminal the controlling terminal of the calling session leader (TIOCSCTTY).
///
/// # Errors
/// EPERM if this is no session leader, or the terminal controls another session.
pub fn take_control(terminal: BorrowedFd) -> io::Result<()> {
    // SAFETY: TIOCSCTTY takes a plain number.
    if unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSCTTY, 0) } == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
