//! What a process sets for itself before it becomes another program.

use std::io;
use std::ops::RangeInclusive;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sched::CloneFlags;
use nix::sys::prctl;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, getppid};

/// This process is killed when its parent dies; PR_SET_PDEATHSIG of prctl(2).
///
/// `parent` is who the parent should be: had it died before, no signal would ever come, so this process
/// ends now. Changing user ids undoes it, and so does executing a privileged program.
///
/// # Errors
/// Those of prctl(2).
pub fn die_with_parent(parent: i32) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    if getppid() != Pid::from_raw(parent) {
        end(128 + Signal::SIGKILL as i32);
    }
    Ok(())
}

/// Bytes of stack of a process that runs in its parent's memory; what is not used is not there.
const IN_PLACE_STACK: usize = 256 << 10;

/// The highest signal number, _NSIG of signal(7).
const LAST_SIGNAL: libc::c_long = 64;

/// Sets every signal to its default action and blocks none, as a new session has it; signal(7).
///
/// Rust ignores SIGPIPE, and whoever started us may have ignored more; both would be inherited.
///
/// # Errors
/// Does not fail.
#[expect(unsafe_code, reason = "changes signal dispositions")]
pub fn reset_signals() -> io::Result<()> {
    // The kernel's own structure: default action, no flags, nothing blocked. The C library's
    // function would leave out the two signals that it keeps to itself, 32 and 33.
    let default = [0_u64; 4];
    let set_size = size_of::<u64>();
    for signal in 1..=LAST_SIGNAL {
        // SAFETY: the structure outlives the call, has the kernel's size (handler, flags,
        // restorer, mask of 64 bits) and names no function. SIGKILL and SIGSTOP are refused.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                default.as_ptr(),
                std::ptr::null_mut::<u64>(),
                set_size,
            );
        }
    }
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    Ok(())
}

/// Gives SIGPIPE its default action again: Rust ignores it in every program; signal(7).
///
/// # Errors
/// Does not fail.
#[expect(unsafe_code, reason = "changes a signal's disposition")]
pub fn restore_sigpipe() -> io::Result<()> {
    // SAFETY: no handler is installed.
    unsafe { nix::sys::signal::signal(Signal::SIGPIPE, nix::sys::signal::SigHandler::SigDfl) }?;
    Ok(())
}

/// Ignores a signal from now on; SIG_IGN of sigaction(2). It stays ignored across an execve(2).
///
/// # Errors
/// EINVAL for SIGKILL and SIGSTOP.
#[expect(unsafe_code, reason = "changes a signal's disposition")]
pub fn ignore_signal(signal: Signal) -> io::Result<()> {
    // SAFETY: no handler is installed.
    unsafe { nix::sys::signal::signal(signal, nix::sys::signal::SigHandler::SigIgn) }?;
    Ok(())
}

/// Makes these descriptors 0, 1 and 2; see dup2(2). The originals stay open.
///
/// # Errors
/// EBADF.
pub fn become_standard_streams(streams: [BorrowedFd; 3]) -> io::Result<()> {
    // One of them may have a number below 3 itself: then it would be overwritten before its turn.
    let mut high = Vec::with_capacity(3);
    for stream in streams {
        high.push(fcntl(stream, FcntlArg::F_DUPFD_CLOEXEC(3))?);
    }
    let [input, output, errors] = <[RawFd; 3]>::try_from(high).unwrap_or([0, 1, 2]);
    dup2_stdin(borrow(input))?;
    dup2_stdout(borrow(output))?;
    dup2_stderr(borrow(errors))?;
    for fd in [input, output, errors] {
        nix::unistd::close(fd)?;
    }
    Ok(())
}

#[expect(unsafe_code, reason = "borrows a descriptor that was just made")]
fn borrow(fd: RawFd) -> BorrowedFd<'static> {
    // SAFETY: only called on descriptors that become_standard_streams has open.
    unsafe { BorrowedFd::borrow_raw(fd) }
}

/// Every descriptor from 3 on is closed at the next execve; see close_range(2).
///
/// # Errors
/// EINVAL before Linux 5.11.
pub fn close_others_on_exec() -> io::Result<()> {
    close_range(3..=RawFd::MAX, libc::CLOSE_RANGE_CLOEXEC)
}

/// Closes every descriptor from 3 on but these, whoever owns it: for a copy of a process that goes its
/// own way and never comes back to the code that it was copied from; see close_range(2).
///
/// # Errors
/// ENOSYS before Linux 5.9.
pub fn close_others(mut kept: Vec<RawFd>) -> io::Result<()> {
    kept.sort_unstable();
    let mut first = 3;
    for descriptor in kept {
        close_range(first..=descriptor - 1, 0)?;
        first = descriptor + 1;
    }
    close_range(first..=RawFd::MAX, 0)
}

#[expect(unsafe_code, reason = "system call without a wrapper")]
fn close_range(range: RangeInclusive<RawFd>, flags: libc::c_uint) -> io::Result<()> {
    if range.is_empty() {
        return Ok(());
    }
    // SAFETY: takes only numbers.
    let returned =
        unsafe { libc::syscall(libc::SYS_close_range, *range.start(), *range.end(), flags) };
    if returned < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Another descriptor for the same, with the lowest free number from `lowest` on; F_DUPFD_CLOEXEC of
/// fcntl(2).
///
/// # Errors
/// EMFILE; EINVAL if there may be none so high.
#[expect(
    unsafe_code,
    reason = "takes ownership of a descriptor that was just made"
)]
pub fn duplicate(descriptor: &impl AsFd, lowest: RawFd) -> io::Result<OwnedFd> {
    let made = fcntl(descriptor, FcntlArg::F_DUPFD_CLOEXEC(lowest))?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(made) })
}

/// Calls on this descriptor fail with EAGAIN where they would wait; O_NONBLOCK of open(2).
///
/// # Errors
/// EBADF.
pub fn set_nonblocking(descriptor: &impl AsFd) -> io::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(descriptor, FcntlArg::F_GETFL)?);
    fcntl(descriptor, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(())
}

/// Copies this process; `None` in the child; see fork(2).
///
/// # Errors
/// EAGAIN, ENOMEM; EBUSY if this process has more than one thread.
pub fn fork() -> io::Result<Option<Pid>> {
    super::namespace::fork_into(CloneFlags::empty())
}

/// A copy of this process that does nothing until it is killed, which it is with the thread that
/// started it; for a process with any number of threads; see fork(2) and signal-safety(7).
///
/// # Errors
/// EAGAIN, ENOMEM.
#[expect(unsafe_code, reason = "fork")]
pub fn start_idle() -> io::Result<Pid> {
    let parent = std::process::id() as i32;
    // SAFETY: the child makes only calls that are safe after a fork of several threads.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            while die_with_parent(parent).is_ok() {
                nix::unistd::pause();
            }
            end(1)
        }
        pid => Ok(Pid::from_raw(pid)),
    }
}

/// Starts a process that shares this one's memory while this one stands still, until that process has
/// become another program or has ended: its pid; CLONE_VM and CLONE_VFORK of clone(2).
///
/// No memory is copied, so whatever `child` does to memory is done to this process. Descriptors, what
/// signals do, limits and filters are its own. It returns with its exit status, and no handler of the
/// C library runs at its end; a panic ends it by SIGABRT.
///
/// # Errors
/// EAGAIN, ENOMEM; EBUSY if this process has more than one thread.
#[expect(unsafe_code, reason = "clone with a stack of its own")]
pub fn start_in_place(child: &mut dyn FnMut() -> u8) -> io::Result<Pid> {
    super::namespace::refuse_threads()?;
    let mut stack = vec![0; IN_PLACE_STACK];
    let flags = CloneFlags::CLONE_VM | CloneFlags::CLONE_VFORK;
    // SAFETY: the stack outlives the child's use of it, and the memory that it shares is not used by
    // anyone meanwhile: this process' one thread is suspended.
    let started = unsafe {
        nix::sched::clone(
            Box::new(|| child().into()),
            &mut stack,
            flags,
            Some(libc::SIGCHLD),
        )
    };
    Ok(started?)
}

/// As [`fork`], and how long the call took.
///
/// # Errors
/// As [`fork`].
pub fn timed_fork() -> io::Result<(Option<Pid>, Duration)> {
    super::namespace::timed_fork_into(CloneFlags::empty())
}

/// Ends this process at once: no handler of the C library runs, and nothing is flushed; for a copy of
/// a process, whose original does these things; see _exit(2).
#[expect(unsafe_code, reason = "call without a wrapper")]
pub fn end(status: i32) -> ! {
    // SAFETY: takes only a number and does not return.
    unsafe { libc::_exit(status) }
}

/// Replaces descriptor 0 by /dev/null, so that no copy of what it was stays open.
///
/// # Errors
/// If there is no /dev/null.
pub fn discard_standard_input() -> io::Result<()> {
    Ok(dup2_stdin(std::fs::File::open("/dev/null")?)?)
}

/// Reaps one child, whatever its kind: its pid and its wait status; see waitpid(2).
///
/// `None` if there are children and none has ended, which is only with `is_blocking` false.
///
/// # Errors
/// ECHILD if there is no child, EINTR.
#[expect(unsafe_code, reason = "the wait status is wanted as it is")]
pub fn reap_one(is_blocking: bool) -> io::Result<Option<(i32, i32)>> {
    let mut status = 0;
    let how = if is_blocking { 0 } else { libc::WNOHANG };
    // SAFETY: the status outlives the call.
    let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | how) };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => Ok(Some((pid, status))),
    }
}

/// How many tasks this user has, in all namespaces that we can see: what RLIMIT_NPROC counts
/// where there is no user namespace of its own; see getrlimit(2).
pub fn tasks_of(user: u32) -> u64 {
    super::proc::processes()
        .unwrap_or_default()
        .into_iter()
        .filter_map(|pid| {
            let status = super::proc::status(pid).ok()?;
            (status.real_user == user).then_some(status.threads)
        })
        .fold(0, u64::saturating_add)
}
