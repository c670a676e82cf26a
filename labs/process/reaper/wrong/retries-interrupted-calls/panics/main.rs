//! A small init. The mistake: an interrupted call is no reason to give up.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitCode, ExitStatus};

mod sys {
    //! What the standard library has no name for, as the man pages have it.

    use std::io;

    pub const SIGCHLD: i32 = 17;
    /// SIGTERM SIGINT SIGHUP SIGQUIT SIGUSR1 SIGUSR2
    pub const PASSED_ON: [i32; 6] = [15, 2, 1, 3, 10, 12];

    const SIG_BLOCK: i32 = 0;
    const SIG_SETMASK: i32 = 2;
    const SIG_DFL: usize = 0;
    const WNOHANG: i32 = 1;
    const SFD_CLOEXEC: i32 = 0o2_000_000;
    const PR_SET_CHILD_SUBREAPER: i32 = 36;

    /// The C library's sigset_t: 1024 bits.
    #[repr(C)]
    pub struct SigSet([u64; 16]);

    unsafe extern "C" {
        fn prctl(option: i32, ...) -> i32;
        fn signal(number: i32, handler: usize) -> usize;
        fn sigaddset(set: *mut SigSet, number: i32) -> i32;
        fn sigprocmask(how: i32, set: *const SigSet, old: *mut SigSet) -> i32;
        fn signalfd(fd: i32, set: *const SigSet, flags: i32) -> i32;
        fn read(fd: i32, into: *mut u32, size: usize) -> isize;
        fn kill(pid: i32, number: i32) -> i32;
        fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    }

    pub fn adopt_orphans() -> io::Result<()> {
        match unsafe { prctl(PR_SET_CHILD_SUBREAPER, 1_u64, 0_u64, 0_u64, 0_u64) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// Had SIGCHLD been ignored, there would be nothing to wait for.
    pub fn keep_the_dead() {
        unsafe { signal(SIGCHLD, SIG_DFL) };
    }

    pub fn block(signals: impl IntoIterator<Item = i32>) -> SigSet {
        let mut set = SigSet([0; 16]);
        for number in signals {
            unsafe { sigaddset(&mut set, number) };
        }
        unsafe { sigprocmask(SIG_BLOCK, &set, std::ptr::null_mut()) };
        set
    }

    pub fn unblock_all() {
        unsafe { sigprocmask(SIG_SETMASK, &SigSet([0; 16]), std::ptr::null_mut()) };
    }

    /// A descriptor from which these signals can be read.
    pub fn descriptor(set: &SigSet) -> i32 {
        unsafe { signalfd(-1, set, SFD_CLOEXEC) }
    }

    /// The next signal; its number comes first in struct signalfd_siginfo, which has 128 bytes.
    pub fn next(signals: i32) -> i32 {
        let mut taken = [0_u32; 32];
        if unsafe { read(signals, taken.as_mut_ptr(), 128) } < 0 {
            panic!("read: {}", io::Error::last_os_error());
        }
        taken[0] as i32
    }

    pub fn send(pid: i32, number: i32) {
        unsafe { kill(pid, number) };
    }

    /// One child that has ended, with its wait status.
    pub fn reap() -> Option<(i32, i32)> {
        let mut status = 0;
        let pid = unsafe { waitpid(-1, &mut status, WNOHANG) };
        (pid > 0).then_some((pid, status))
    }
}

fn supervise(command: &[OsString]) -> io::Result<u8> {
    sys::adopt_orphans()?;
    sys::keep_the_dead();
    let set = sys::block(sys::PASSED_ON.into_iter().chain([sys::SIGCHLD]));
    let signals = sys::descriptor(&set);
    let mut cmd = Command::new(&command[0]);
    cmd.args(&command[1..]);
    // Between fork and exec only what signal-safety(7) allows; sigprocmask is among it.
    unsafe {
        cmd.pre_exec(|| {
            sys::unblock_all();
            Ok(())
        })
    };
    let child = match cmd.spawn() {
        Ok(child) => child.id() as i32,
        Err(error) => {
            eprintln!("reaper: {}: {error}", command[0].display());
            return Ok(match error.kind() {
                io::ErrorKind::NotFound => 127,
                _ => 126,
            });
        }
    };
    loop {
        let number = sys::next(signals);
        if sys::PASSED_ON.contains(&number) {
            sys::send(child, number);
        }
        let mut its = None;
        while let Some((pid, status)) = sys::reap() {
            if pid == child {
                its = Some(ExitStatus::from_raw(status));
            }
        }
        if let Some(status) = its {
            let code = status.code().or(status.signal().map(|number| 128 + number));
            return Ok(code.unwrap_or(125) as u8);
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if args.len() < 3 || args[1] != "--" {
        eprintln!("usage: reaper -- CMD [ARG...]");
        return ExitCode::from(2);
    }
    match supervise(&args[2..]) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("reaper: {error}");
            ExitCode::from(125)
        }
    }
}
