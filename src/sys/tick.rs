//! A tick that interrupts blocking system calls of this process; see setitimer(2).
#![expect(
    unsafe_code,
    reason = "signal handlers and timers are raw system calls"
)]

use std::io;
use std::time::Duration;

extern "C" fn do_nothing(_: libc::c_int) {}

/// Makes SIGALRM arrive every `period`, so that blocking calls return EINTR.
///
/// A call that begins just after a tick waits for the next one: the interval timer closes the
/// race that a single alarm would leave.
///
/// # Errors
/// Those of sigaction(2) and setitimer(2).
pub fn start(period: Duration) -> io::Result<()> {
    // SAFETY: the handler does nothing and so is async-signal-safe; no SA_RESTART on purpose.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = do_nothing as extern "C" fn(libc::c_int) as usize;
        if libc::sigaction(libc::SIGALRM, &action, std::ptr::null_mut()) == -1 {
            return Err(io::Error::last_os_error());
        }
    }
    set(period)
}

/// Stops the ticks.
///
/// # Errors
/// Those of setitimer(2).
pub fn stop() -> io::Result<()> {
    set(Duration::ZERO)
}

fn set(period: Duration) -> io::Result<()> {
    let value = libc::timeval {
        tv_sec: period.as_secs() as _,
        tv_usec: period.subsec_micros().into(),
    };
    let timer = libc::itimerval {
        it_interval: value,
        it_value: value,
    };
    // SAFETY: `timer` is a live local.
    if unsafe { libc::setitimer(libc::ITIMER_REAL, &timer, std::ptr::null_mut()) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
