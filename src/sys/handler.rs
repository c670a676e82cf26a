//! Handlers that say which signal came; see sigaction(2) and signal-safety(7).

use std::ffi::c_int;
use std::io;

/// Writes the name of each of these signals and a newline to standard output when it comes:
/// `TERM`. A call that it interrupts goes on (SA_RESTART).
///
/// # Errors
/// EINVAL for a signal that cannot be handled.
#[expect(unsafe_code, reason = "installs handlers")]
pub fn announce(signals: &[i32]) -> io::Result<()> {
    // SAFETY: all zero is a valid structure; the mask and it outlive the calls; the handler only
    // writes bytes that live for ever, which signal-safety(7) allows, and keeps errno.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = say as extern "C" fn(c_int) as usize;
        action.sa_flags = libc::SA_RESTART;
        // One name after the other.
        libc::sigfillset(&raw mut action.sa_mask);
        for signo in signals {
            if libc::sigaction(*signo, &raw const action, std::ptr::null_mut()) == -1 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    Ok(())
}

#[expect(unsafe_code, reason = "writes without locks, as a handler must")]
extern "C" fn say(signo: c_int) {
    let line = line(signo);
    // SAFETY: the bytes live for ever; errno belongs to this thread.
    unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        libc::write(libc::STDOUT_FILENO, line.as_ptr().cast(), line.len());
        *errno = before;
    }
}

/// What is said of a signal.
pub fn line(signo: i32) -> &'static str {
    match signo {
        libc::SIGTERM => "TERM\n",
        libc::SIGINT => "INT\n",
        libc::SIGHUP => "HUP\n",
        libc::SIGQUIT => "QUIT\n",
        libc::SIGUSR1 => "USR1\n",
        libc::SIGUSR2 => "USR2\n",
        _ => "another\n",
    }
}
