//! The text form of a recording: one event a line, in strace's notation where it has one.
//!
//! It is what tests are written in, what processes hand each other, and what `syslab trace`
//! prints. [`Recording`] implements [`Display`](std::fmt::Display) and
//! [`FromStr`](std::str::FromStr); printing and parsing are inverse to each other.
//!
//! ```text
//! 2 exec "/submission/prog" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[PIPE] limits=NOFILE:1024:4096,FSIZE:unlimited:unlimited
//! 2 begin
//! 2 openat(AT_FDCWD, "/lab/log", O_WRONLY|O_CREAT|O_APPEND, 0644) = 3</lab/log [12]>
//! 2 read(0<pipe:[1]>, "a\n", 65536) = 2
//! 2 write(3</lab/log [12]>, "a\n", 2) = 2 @0            # main.c:41 (append) < main.c:80 (main)
//! 2 fsync(3</lab/log [12]>) = -1 EIO (injected)
//! 2 futex(0x7ffc, FUTEX_WAIT, 0, NULL) ...              entered; other tasks act before it returns
//! 2 ... futex = 0                                       returned
//! 2 fork 3            2 thread 4        a new process, a new thread
//! 2 --- SIGTERM       2 stop SIGSTOP
//! 3 +++ exit 0        3 +++ signal SIGKILL       3 +++ exit 0 zombies 5 6
//! 2 !!! 0             2 !!! strike      fault 0 of the run struck; a sweep's strike struck
//! . rest              . rest zombies 4 5
//! * stdin "a\n"       * stdin closed
//! * stdout "ok 1\n"   * stderr "..."
//! * signal SIGTERM
//! * file "/lab/log" "a\n"               * file "/lab/log" absent
//! * limit time 10000
//! * blind "io_uring_setup"
//! ```
//!
//! A call whose return directly follows its entry stands on one line. Strings escape `"`, `\`,
//! and everything outside printable ASCII as C does (`\n`, `\t`, `\x1b`); a string of which a part
//! was not kept is followed by `...` and the number of bytes: `"abc"...4096`. Names inside `<>`
//! escape `<`, `>` and `\` likewise. Blank lines and lines that begin with `#` are skipped by the
//! parser, and leading blanks are ignored, so that tests can be indented.

use super::recording::Recording;

/// The name of a signal, `SIGTERM`; real-time signals are `SIGRT_0` (32) and up, as strace has it.
pub fn signal_name(signo: i32) -> String {
    match nix::sys::signal::Signal::try_from(signo) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("SIGRT_{}", signo - 32),
    }
}

#[expect(dead_code, reason = "placeholder until the text form is written")]
fn placeholder(_: &Recording) {}
