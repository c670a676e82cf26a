//! What the raw arguments of a call say about waiting and about signals.
//!
//! Judged by numbers and memory, not by the decoded text: a fault is decided at the entry, and
//! most calls are none of its business.

use crate::model::experiment::ENDING_SIGNALS;
use crate::sys::{memory, proc};

use super::decode::Entered;

/// What a call could wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Nothing.
    Nothing,
    /// A disk, at most: no signal interrupts that.
    Disk,
    /// Somebody else, and EINTR may be the answer.
    Others,
}

/// What the kernel could let this call wait for: nothing with WNOHANG, with a time-out of zero or on
/// a descriptor with O_NONBLOCK, and a disk where a regular file is read, as every loader does; see
/// signal(7), "Interruption of system calls and library functions by signal handlers".
///
/// Others when in doubt.
pub fn wait_of(pid: i32, entered: &Entered) -> Wait {
    let reads = matches!(
        super::decode::name(entered.nr),
        Some("read" | "readv" | "pread64" | "preadv" | "preadv2")
    );
    if !could_block(pid, entered) {
        Wait::Nothing
    } else if reads && proc::is_of_regular_file(pid, entered.args[0] as i32).unwrap_or(false) {
        Wait::Disk
    } else {
        Wait::Others
    }
}

fn could_block(pid: i32, entered: &Entered) -> bool {
    let Some(name) = super::decode::name(entered.nr) else {
        return true;
    };
    let arg = |nth: usize| entered.args[nth];
    let has = |nth: usize, flag: i32| arg(nth) & flag as u64 != 0;
    let is_zero_time = |nth: usize| {
        arg(nth) != 0
            && matches!(
                (
                    memory::read_u64(pid, arg(nth)),
                    memory::read_u64(pid, arg(nth) + 8)
                ),
                (Ok(0), Ok(0))
            )
    };
    let waits_on_descriptor = || {
        proc::descriptor_info(pid, arg(0) as i32)
            .map_or(true, |info| info.flags & libc::O_NONBLOCK == 0)
    };
    match name {
        "wait4" => !has(2, libc::WNOHANG),
        "waitid" => !has(3, libc::WNOHANG),
        "poll" => arg(2) as i32 != 0,
        "epoll_wait" | "epoll_pwait" => arg(3) as i32 != 0,
        "epoll_pwait2" => !is_zero_time(3),
        "ppoll" | "rt_sigtimedwait" => !is_zero_time(2),
        "select" | "pselect6" => !is_zero_time(4),
        "recvfrom" | "sendto" => !has(3, libc::MSG_DONTWAIT) && waits_on_descriptor(),
        "recvmsg" | "sendmsg" => !has(2, libc::MSG_DONTWAIT) && waits_on_descriptor(),
        "read" | "readv" | "preadv2" | "write" | "writev" | "pwritev2" | "accept" | "accept4"
        | "connect" => waits_on_descriptor(),
        _ => true,
    }
}

/// Whether the call blocks or handles one of the signals that programs are told to end by.
pub fn sets_up_signals(pid: i32, entered: &Entered) -> bool {
    /// SIG_DFL: as the program found it.
    const DEFAULT: u64 = 0;
    let arg = |nth: usize| entered.args[nth];
    match super::decode::name(entered.nr) {
        // struct sigaction begins with the handler.
        Some("rt_sigaction") => {
            ENDING_SIGNALS.contains(&(arg(0) as i32))
                && arg(1) != 0
                && memory::read_u64(pid, arg(1)).is_ok_and(|handler| handler != DEFAULT)
        }
        Some("rt_sigprocmask") => {
            let adds = matches!(arg(0) as i32, libc::SIG_BLOCK | libc::SIG_SETMASK);
            let ending = ENDING_SIGNALS
                .iter()
                .fold(0, |set, signo| set | 1 << (signo - 1));
            adds && arg(1) != 0 && memory::read_u64(pid, arg(1)).is_ok_and(|set| set & ending != 0)
        }
        _ => false,
    }
}

/// The calls that [`sets_up_signals`] wants to see.
pub const SIGNAL_SETUP: &[&str] = &["rt_sigaction", "rt_sigprocmask"];

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(nr: i64, args: [u64; 6]) -> Entered {
        Entered {
            nr: nr as u64,
            args,
        }
    }

    fn own() -> i32 {
        std::process::id() as i32
    }

    #[test]
    fn what_cannot_wait_cannot_be_interrupted() {
        let could = |nr, args| could_block(own(), &entered(nr, args));
        let nohang = libc::WNOHANG as u64;
        assert!(could(libc::SYS_wait4, [u64::MAX, 0, 0, 0, 0, 0]));
        assert!(!could(libc::SYS_wait4, [u64::MAX, 0, nohang, 0, 0, 0]));
        assert!(!could(libc::SYS_waitid, [0, 0, 0, nohang | 4, 0, 0]));
        let zero = [0_u64; 2];
        let some = [0_u64, 5];
        let at = |time: &[u64; 2]| time.as_ptr() as u64;
        assert!(!could(libc::SYS_ppoll, [0, 0, at(&zero), 0, 0, 0]));
        assert!(could(libc::SYS_ppoll, [0, 0, at(&some), 0, 0, 0]));
        assert!(could(libc::SYS_ppoll, [0, 0, 0, 0, 0, 0]));
        let (waiting, _keep) = nix::unistd::pipe2(nix::fcntl::OFlag::empty()).unwrap();
        let (hasty, _too) = nix::unistd::pipe2(nix::fcntl::OFlag::O_NONBLOCK).unwrap();
        use std::os::fd::AsRawFd as _;
        let number = |fd: &std::os::fd::OwnedFd| fd.as_raw_fd() as u64;
        assert!(could(libc::SYS_read, [number(&waiting), 0, 0, 0, 0, 0]));
        assert!(!could(libc::SYS_read, [number(&hasty), 0, 0, 0, 0, 0]));
        let file = std::fs::File::open("/proc/self/exe").unwrap();
        let file = [file.as_raw_fd() as u64, 0, 0, 0, 0, 0];
        let wait = |nr, args| wait_of(own(), &entered(nr, args));
        assert_eq!(wait(libc::SYS_read, file), Wait::Disk);
        assert_eq!(wait(libc::SYS_pread64, file), Wait::Disk);
        // A write may wait on a file system that is not the machine's own.
        assert_eq!(wait(libc::SYS_write, file), Wait::Others);
        let pipe = [number(&waiting), 0, 0, 0, 0, 0];
        assert_eq!(wait(libc::SYS_read, pipe), Wait::Others);
    }

    #[test]
    fn handlers_and_masks_are_told_from_questions_and_defaults() {
        let sets = |nr, args| sets_up_signals(own(), &entered(nr, args));
        let at = |words: &[u64]| words.as_ptr() as u64;
        let (handler, default) = ([0x1234_u64, 0, 0, 0], [0_u64; 4]);
        let (term, segv) = (libc::SIGTERM as u64, libc::SIGSEGV as u64);
        assert!(sets(
            libc::SYS_rt_sigaction,
            [term, at(&handler), 0, 8, 0, 0]
        ));
        assert!(!sets(
            libc::SYS_rt_sigaction,
            [term, at(&default), 0, 8, 0, 0]
        ));
        assert!(!sets(libc::SYS_rt_sigaction, [term, 0, 0, 8, 0, 0]));
        assert!(!sets(
            libc::SYS_rt_sigaction,
            [segv, at(&handler), 0, 8, 0, 0]
        ));
        let (all, chld) = ([u64::MAX], [1_u64 << (libc::SIGCHLD - 1)]);
        let (block, unblock) = (libc::SIG_BLOCK as u64, libc::SIG_UNBLOCK as u64);
        assert!(sets(
            libc::SYS_rt_sigprocmask,
            [block, at(&all), 0, 8, 0, 0]
        ));
        assert!(!sets(
            libc::SYS_rt_sigprocmask,
            [block, at(&chld), 0, 8, 0, 0]
        ));
        assert!(!sets(
            libc::SYS_rt_sigprocmask,
            [unblock, at(&all), 0, 8, 0, 0]
        ));
        assert!(!sets(libc::SYS_rt_sigprocmask, [block, 0, 0, 8, 0, 0]));
    }
}
