//! Processes held by a descriptor, which cannot come to mean another process; see pidfd_open(2).

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Opens a descriptor of the process; it becomes readable when the process has ended.
///
/// # Errors
/// ESRCH if there is no such process, ENOSYS before Linux 5.3.
#[expect(unsafe_code, reason = "system call without a wrapper")]
pub fn open(pid: i32) -> io::Result<OwnedFd> {
    // SAFETY: takes only numbers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}

/// Sends a signal to the process; see pidfd_send_signal(2).
///
/// # Errors
/// ESRCH if it has ended and been waited for, EPERM.
#[expect(unsafe_code, reason = "system call without a wrapper")]
pub fn send_signal(process: BorrowedFd, signal: i32) -> io::Result<()> {
    // SAFETY: a null siginfo is allowed, the rest are numbers.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            process.as_raw_fd(),
            signal,
            std::ptr::null::<libc::siginfo_t>(),
            0,
        )
    };
    if returned < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
