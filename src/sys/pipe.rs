//! Pipes: what nix has no word for; see pipe(7).
#![expect(unsafe_code, reason = "ioctl(2) is a raw system call")]

use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// Bytes in the pipe that have not been read (FIONREAD, ioctl_tty(2)); works on both ends.
///
/// # Errors
/// Those of ioctl(2).
pub fn unread(pipe: &impl AsFd) -> io::Result<usize> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: FIONREAD writes one int, which is a live local.
    let answer = unsafe { libc::ioctl(pipe.as_fd().as_raw_fd(), libc::FIONREAD, &raw mut bytes) };
    if answer == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(bytes.max(0) as usize)
    }
}
