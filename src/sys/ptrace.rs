//! ptrace(2) and waitpid(2), with what nix leaves out: real-time signals and PTRACE_LISTEN.
#![expect(unsafe_code, reason = "the home of ptrace")]

mod syscall_info;

use std::io;
use std::mem::MaybeUninit;

pub use self::syscall_info::{SyscallInfo, syscall_info};
pub use libc::user_regs_struct as Registers;

/// How a stopped task is let go; see ptrace(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// `PTRACE_CONT`: until the next event.
    Continue,
    /// `PTRACE_SYSCALL`: until the next event, or the return of the call that it is in.
    ToSyscall,
    /// `PTRACE_SINGLESTEP`: for one instruction.
    Step,
    /// `PTRACE_LISTEN`: it stays in its group stop and reports its end.
    Listen,
}

/// What waitpid(2) said of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It ended with this status.
    Exited(i32),
    /// It was ended by this signal.
    Killed(i32),
    /// A system-call stop (`PTRACE_O_TRACESYSGOOD`).
    Syscall,
    /// A `PTRACE_EVENT_*` stop; the second number is the signal.
    Event(i32, i32),
    /// This signal is about to be delivered.
    Signal(i32),
}

/// The options that every tracee gets; see PTRACE_SETOPTIONS in ptrace(2).
pub const OPTIONS: i32 = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACEEXIT
    | libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_EXITKILL;

/// How the C library declares the request: an enumeration in glibc, an int in musl.
#[cfg(not(target_env = "musl"))]
type Request = libc::c_uint;
#[cfg(target_env = "musl")]
type Request = libc::c_int;

fn request(request: Request, pid: i32, address: usize, data: usize) -> io::Result<i64> {
    // SAFETY: the requests passed in here take plain numbers, or a pointer to a live local.
    let answer = unsafe { libc::ptrace(request, pid, address, data) };
    if answer == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(answer)
    }
}

/// Attaches to a running task without stopping it; the options hold from this moment.
///
/// # Errors
/// EPERM if it may not be traced, ESRCH if it is gone.
pub fn seize(pid: i32) -> io::Result<()> {
    seize_with(pid, OPTIONS)
}

/// The options of a tracee that goes on without us: it outlives our end, and only its threads are
/// traced, not its children.
pub const GUEST: i32 =
    libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_TRACEEXEC;

/// Attaches to a running task with these options, without stopping it.
///
/// # Errors
/// EPERM if it may not be traced or is traced already, ESRCH if it is gone.
pub fn seize_with(pid: i32, options: i32) -> io::Result<()> {
    request(libc::PTRACE_SEIZE, pid, 0, options as usize).map(drop)
}

/// Lets a stopped task go for good, delivering `signo` unless it is 0.
///
/// # Errors
/// ESRCH if it is gone, or not stopped.
pub fn detach(pid: i32, signo: i32) -> io::Result<()> {
    request(libc::PTRACE_DETACH, pid, 0, signo as usize).map(drop)
}

/// Lets a stopped task go, delivering `signo` unless it is 0.
///
/// # Errors
/// ESRCH if it is gone: SIGKILL can end a task that is stopped.
pub fn resume(pid: i32, how: Resume, signo: i32) -> io::Result<()> {
    let how = match how {
        Resume::Continue => libc::PTRACE_CONT,
        Resume::ToSyscall => libc::PTRACE_SYSCALL,
        Resume::Step => libc::PTRACE_SINGLESTEP,
        Resume::Listen => libc::PTRACE_LISTEN,
    };
    request(how, pid, 0, signo as usize).map(drop)
}

/// The message of the current event stop (PTRACE_GETEVENTMSG).
///
/// # Errors
/// ESRCH if the task is gone.
pub fn event_message(pid: i32) -> io::Result<u64> {
    let mut message: libc::c_ulong = 0;
    request(libc::PTRACE_GETEVENTMSG, pid, 0, &raw mut message as usize)?;
    Ok(message)
}

/// The event in whose stop a task is now (PTRACE_GETSIGINFO): a task that is killed meanwhile goes on to
/// that of its exit. 0 in a stop of another kind.
///
/// # Errors
/// ESRCH if the task is gone, or is in no stop.
pub fn event_now(pid: i32) -> io::Result<i32> {
    let info = nix::sys::ptrace::getsiginfo(nix::unistd::Pid::from_raw(pid))?;
    Ok(info.si_code >> 8)
}

/// The general-purpose registers (PTRACE_GETREGSET with NT_PRSTATUS).
///
/// # Errors
/// ESRCH if the task is gone.
pub fn registers(pid: i32) -> io::Result<Registers> {
    let mut registers = MaybeUninit::<Registers>::zeroed();
    let mut iov = libc::iovec {
        iov_base: registers.as_mut_ptr().cast(),
        iov_len: size_of::<Registers>(),
    };
    request(
        libc::PTRACE_GETREGSET,
        pid,
        libc::NT_PRSTATUS as usize,
        &raw mut iov as usize,
    )?;
    // SAFETY: plain integers; zeroed before, filled by the kernel.
    Ok(unsafe { registers.assume_init() })
}

/// The stack pointer among them.
pub fn stack_pointer(registers: &Registers) -> u64 {
    #[cfg(target_arch = "x86_64")]
    return registers.rsp;
    #[cfg(target_arch = "aarch64")]
    return registers.sp;
}

/// Writes the general-purpose registers (PTRACE_SETREGSET).
///
/// # Errors
/// ESRCH if the task is gone.
pub fn set_registers(pid: i32, registers: &Registers) -> io::Result<()> {
    let mut iov = libc::iovec {
        iov_base: std::ptr::from_ref(registers).cast_mut().cast(),
        iov_len: size_of::<Registers>(),
    };
    request(
        libc::PTRACE_SETREGSET,
        pid,
        libc::NT_PRSTATUS as usize,
        &raw mut iov as usize,
    )
    .map(drop)
}

/// Writes another register set (PTRACE_SETREGSET); `set` is one of the NT_* of elf(5).
///
/// # Errors
/// ESRCH if the task is gone, EINVAL if the machine has no such set.
pub fn set_register_set(pid: i32, set: i32, value: &[u8]) -> io::Result<()> {
    let mut iov = libc::iovec {
        iov_base: value.as_ptr().cast_mut().cast(),
        iov_len: value.len(),
    };
    request(
        libc::PTRACE_SETREGSET,
        pid,
        set as usize,
        &raw mut iov as usize,
    )
    .map(drop)
}

/// Who sent the signal that is about to be delivered, as the tracee's pid namespace numbers it:
/// 0 is somebody outside. `None`: the kernel, a timer, a child's end. See sigaction(2), si_code.
///
/// Nothing is known of a signal that came to a process group in the middle of a fork: the child
/// gets it without its siginfo, and the kernel makes up user 0, process 0. Outside of a user
/// namespace nobody is user 0 to those inside.
///
/// # Errors
/// ESRCH if the task is gone.
pub fn sender(pid: i32) -> io::Result<Option<i32>> {
    let info = nix::sys::ptrace::getsiginfo(nix::unistd::Pid::from_raw(pid))?;
    if !matches!(info.si_code, libc::SI_USER | libc::SI_TKILL) {
        return Ok(None);
    }
    // SAFETY: with these codes the kernel has filled in the sender's pid and user.
    let (pid, user) = unsafe { (info.si_pid(), info.si_uid()) };
    Ok((pid != 0 || user != 0).then_some(pid))
}

/// Overwrites one word of the tracee's memory, also where it is read-only (PTRACE_POKEDATA).
///
/// # Errors
/// EIO or EFAULT where nothing is mapped, ESRCH if the task is gone.
pub fn poke(pid: i32, address: u64, word: u64) -> io::Result<()> {
    request(libc::PTRACE_POKEDATA, pid, address as usize, word as usize).map(drop)
}

/// Reads one word of the tracee's memory, also where process_vm_readv(2) may not.
///
/// # Errors
/// EIO or EFAULT where nothing is mapped, ESRCH if the task is gone.
pub fn peek(pid: i32, address: u64) -> io::Result<u64> {
    nix::sys::ptrace::read(
        nix::unistd::Pid::from_raw(pid),
        address as *mut libc::c_void,
    )
    .map(|word| word as u64)
    .map_err(io::Error::from)
}

/// Stops a seized task wherever it is (PTRACE_INTERRUPT).
///
/// # Errors
/// ESRCH if it is gone.
pub fn interrupt(pid: i32) -> io::Result<()> {
    request(libc::PTRACE_INTERRUPT, pid, 0, 0).map(drop)
}

/// The signals that a task blocks (PTRACE_GETSIGMASK); bit N-1 is signal N.
///
/// # Errors
/// ESRCH if the task is gone.
pub fn signal_mask(pid: i32) -> io::Result<u64> {
    let mut mask = 0_u64;
    let at = &raw mut mask as usize;
    request(
        libc::PTRACE_GETSIGMASK as Request,
        pid,
        size_of::<u64>(),
        at,
    )?;
    Ok(mask)
}

/// Sets the signals that a task blocks (PTRACE_SETSIGMASK).
///
/// # Errors
/// ESRCH if the task is gone.
pub fn set_signal_mask(pid: i32, mask: u64) -> io::Result<()> {
    let at = &raw const mask as usize;
    request(
        libc::PTRACE_SETSIGMASK as Request,
        pid,
        size_of::<u64>(),
        at,
    )
    .map(drop)
}

/// The address that the task may not store to (or, may not read), if that is why the signal at
/// hand came: SIGSEGV with the code SEGV_ACCERR, "invalid permissions for mapped object"; see
/// sigaction(2).
///
/// # Errors
/// ESRCH if the task is gone.
pub fn forbidden_address(pid: i32) -> io::Result<Option<u64>> {
    /// Not in the libc crate.
    const SEGV_ACCERR: i32 = 2;
    let info = nix::sys::ptrace::getsiginfo(nix::unistd::Pid::from_raw(pid))?;
    if info.si_signo != libc::SIGSEGV || info.si_code != SEGV_ACCERR {
        return Ok(None);
    }
    // SAFETY: with this signal and code the kernel has filled in the address.
    Ok(Some(unsafe { info.si_addr() } as u64))
}

/// Waits for the next stop of one task, or for its end.
///
/// # Errors
/// ECHILD if it is not ours, or was waited for already.
pub fn wait_for(pid: i32) -> io::Result<Stop> {
    loop {
        let mut status = 0;
        // SAFETY: `status` is a live local.
        let waited = unsafe { libc::waitpid(pid, &mut status, libc::__WALL) };
        if waited == pid {
            return Ok(Stop::of(status));
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::EINTR) {
            return Err(error);
        }
    }
}

/// Waits until a task has stopped, for whatever reason; false if it ended, or does not stop
/// (it waits for a disk) within some interruptions by signals.
pub fn await_stop(pid: i32) -> bool {
    /// Ticks that are waited for.
    const TRIES: usize = 25;
    for _ in 0..TRIES {
        let mut status = 0;
        // SAFETY: `status` is a live local.
        let waited = unsafe { libc::waitpid(pid, &mut status, libc::__WALL) };
        if waited == pid {
            return libc::WIFSTOPPED(status);
        }
        if io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
            return false;
        }
    }
    false
}

/// What [`wait_any`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waited {
    /// The task.
    pub pid: i32,
    /// What became of it.
    pub stop: Stop,
    /// For a task that has ended, if it was asked for: processor time of its process and of the
    /// children that this waited for, in microseconds, and the most resident memory, in KiB.
    pub usage: Option<(u64, u64)>,
}

/// Waits for any child or tracee of the calling thread; `None` if none is ready (`is_blocking`
/// false). `with_usage` also asks what it has used up; see wait4(2) and getrusage(2).
///
/// # Errors
/// ECHILD if there is none left, EINTR if a signal handler ran.
pub fn wait_any(is_blocking: bool, with_usage: bool) -> io::Result<Option<Waited>> {
    let flags = libc::__WALL | if is_blocking { 0 } else { libc::WNOHANG };
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    let asked = match with_usage {
        true => usage.as_mut_ptr(),
        false => std::ptr::null_mut(),
    };
    // SAFETY: `status` and `usage` are live locals; a null pointer asks for nothing.
    let pid = unsafe { libc::wait4(-1, &mut status, flags, asked) };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        pid => {
            let stop = Stop::of(status);
            let has_ended = matches!(stop, Stop::Exited(_) | Stop::Killed(_));
            // SAFETY: plain integers; zeroed before, filled by the kernel.
            let usage = unsafe { usage.assume_init() };
            let us = |time: libc::timeval| time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64;
            Ok(Some(Waited {
                pid,
                stop,
                usage: (with_usage && has_ended).then(|| {
                    (
                        us(usage.ru_utime) + us(usage.ru_stime),
                        usage.ru_maxrss as u64,
                    )
                }),
            }))
        }
    }
}

impl Stop {
    /// Reads a wait status.
    pub fn of(status: i32) -> Self {
        const SYSGOOD: i32 = libc::SIGTRAP | 0x80;
        if libc::WIFEXITED(status) {
            Self::Exited(libc::WEXITSTATUS(status))
        } else if libc::WIFSIGNALED(status) {
            Self::Killed(libc::WTERMSIG(status))
        } else {
            match (status >> 16, libc::WSTOPSIG(status)) {
                (0, SYSGOOD) => Self::Syscall,
                (0, signo) => Self::Signal(signo),
                (event, signo) => Self::Event(event & 0xff, signo),
            }
        }
    }
}

/// Sends a signal to a process; see kill(2).
///
/// # Errors
/// ESRCH if it is gone, EPERM if it may not be signalled.
pub fn kill(pid: i32, signo: i32) -> io::Result<()> {
    // SAFETY: takes plain numbers. `pid` is positive, so no group is meant.
    if unsafe { libc::kill(pid, signo) } == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
