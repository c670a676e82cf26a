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
//! 2 write(3</lab/log [12]>, "a\n", 2) = 2 @0  # main.c:41 (append) < main.c:80 (main)
//! 2 fsync(3</lab/log [12]>) = -1 EIO (injected)
//!
//! # entered; other tasks act before it returns
//! 2 futex(0x7ffc, FUTEX_WAIT, 0, NULL) ...
//! 4 close(5<?>) = -1 EBADF
//! 2 ... futex = 0
//!
//! # a new process, a new thread
//! 2 fork 3
//! 2 thread 4
//! 2 --- SIGTERM
//! 2 stop SIGSTOP
//! 3 +++ exit 0
//! 4 +++ signal SIGKILL
//! 2 +++ exit 0 zombies 5 6
//!
//! # fault 0 of the run struck; a sweep's strike struck
//! 2 !!! 0
//! 2 !!! strike
//! . rest
//! . rest zombies 4 5
//!
//! # the zombies when they were asked for
//! . zombies
//! . zombies 4 5
//!
//! # what the kernel said of a process when it was asked, and what one had used up at its end
//! 2 state "/submission/prog" fds=0<pipe:[1]> blocked=[] ignored=[] limits=NOFILE:1024:4096
//! 3 usage cpu=512000 maxrss=104000
//! 3 usage cpu=512000 maxrss=104000 private=3100
//! * passed 2000
//!
//! # clients: where the program listens, crowds, what their clients saw (see `model::clients`)
//! * listening tcp:8080
//! * listening unix:"/lab/socket"
//! * clients "stallers" 50
//! * tell "stallers"
//! * dismiss "stallers"
//! * saw "echoes" 0-49,51 sent=64 received=64 fin kept="hello"
//! * saw "echoes" 50 sent=64 received=3 ECONNRESET doing=2 differs=1
//! * saw "openers" 0 sent=7 received=3 open passed=0</srv/name [12]> 0100000 0 0 "content"
//! * mode "/lab/socket" 0140600 7
//! * mode "/lab/gone" absent
//! * replaced "/lab/cert.pem"
//! * resized "/lab/source" 4096
//! * compared "/lab/copy" len=4096 same=4096
//! * compared "/lab/gone" absent
//! * measured memory=5120 tasks=1 descriptors=9 cpu=51000
//! * stdin "a\n"
//! * stdin closed
//! * stdout closed
//! * stdout "ok 1\n"
//! * stderr "full"...512
//! * signal SIGTERM
//! * file "/lab/log" "a\n"
//! * file "/lab/log" absent
//! * limit time 10000
//! * blind "io_uring_setup"
//! ```
//!
//! A call whose return directly follows its entry stands on one line. A return elsewhere,
//! `2 ... futex = 0`, belongs to the task's latest call that has not returned; where it belongs
//! to another one, the number of that event follows the name: `2 ... execve [17] = 0`.
//!
//! Arguments: `12` is a number, `3</lab/log [12]>` a descriptor with the name and the inode of
//! what it refers to (the name `pipe:[81]` says both), `3<?>` a descriptor of which that is not known, `"..."` a
//! string or buffer, `?` an argument that could not be read, and everything else (`0644` too) a
//! word. Strings escape `"`, `\`, and everything outside printable ASCII as C does (`\n`, `\t`,
//! `\x1b`, always with two digits); a string of which a part was not kept is followed by `...`
//! and the number of bytes: `"abc"...4096`. Names inside `<>` escape `<`, `>` and `\` likewise.
//! A word that would be read as something else stands between backquotes, escaped likewise.
//!
//! An event that carries the place of a call ends in `# ` and its frames, innermost first,
//! joined by ` < `: `main.c:41 (append)` for a line of source, `/usr/lib/libc.so.6+0x1234` for a
//! place in a binary.
//!
//! Blank lines and lines that begin with `#` are skipped by the parser, and leading blanks are
//! ignored, so that tests can be indented. What an exec line leaves out is empty.

mod clients;
mod escape;
mod names;
mod open;
mod parse;
mod parts;
mod print;
#[cfg(test)]
mod tests;

pub use names::{errno_name, errno_number, signal_name, signal_number};
pub use parse::ParseError;
pub use parts::{answer_text, call_name, call_text, place_text, what_text};
pub use print::{Printer, call_head, event_line};
