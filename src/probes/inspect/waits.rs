//! What a blocked call waits for: from its number and registers to descriptors, children, a
//! futex, signals and time.
//!
//! The registers are those at the entry of the call; what they point to is read from the memory
//! of the process, which may have changed it since. What cannot be read is left out.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::time::Duration;

use super::holders::end;
use super::process::{Gathered, anonymous, is_terminal, signals, text};
use super::sockets::Sockets;
use crate::model::snapshot::{Children, Futex, Held, Target, Wait, Which};
use crate::sys::{clock, kernel, memory, proc};

/// Descriptors of one call, and bytes of a path, that are looked at.
const MOST_DESCRIPTORS: u64 = 1024;
const LONGEST_PATH: usize = 4096;

/// A process and those around it that it may wait for.
pub(super) struct Family {
    pid: i32,
    group: i32,
    /// Its children: pid, pid in their own namespace, process group.
    children: Vec<(i32, i32, i32)>,
    /// Its threads, if it calls them by the ids that we know them by.
    threads: Vec<i32>,
}

impl Family {
    /// The family of one of these.
    pub(super) fn of(one: &Gathered, all: &[Gathered]) -> Self {
        let process = &one.process;
        let children = match one.children.is_empty() {
            true => Vec::new(),
            false => all
                .iter()
                .map(|other| &other.process)
                .filter(|other| other.parent == process.pid)
                .map(|other| (other.pid, other.inside_pid, other.group))
                .collect(),
        };
        let threads = match process.inside_pid == process.pid {
            true => process.threads.iter().map(|thread| thread.tid).collect(),
            false => Vec::new(),
        };
        Self {
            pid: process.pid,
            group: process.group,
            children,
            threads,
        }
    }

    fn awaited(&self, which: Which, fits: impl Fn(&(i32, i32, i32)) -> bool) -> Children {
        Children {
            which,
            pids: self
                .children
                .iter()
                .filter(|child| fits(child))
                .map(|(pid, ..)| *pid)
                .collect(),
        }
    }

    /// As the first argument of waitpid(2) has it.
    fn by_pid(&self, pid: i32) -> Children {
        match pid {
            -1 => self.awaited(Which::Any, |_| true),
            0 => self.awaited(Which::Group, |(.., group)| *group == self.group),
            i32::MIN..-1 => self.awaited(Which::Group, |(.., group)| *group == -pid),
            one => self.awaited(Which::One, |(_, inside, _)| *inside == one),
        }
    }

    /// As the first two arguments of waitid(2) have it.
    fn by_kind(&self, kind: u64, id: i32) -> Option<Children> {
        match kind as libc::idtype_t {
            libc::P_ALL => Some(self.by_pid(-1)),
            libc::P_PID => Some(self.by_pid(id)),
            libc::P_PGID => Some(self.by_pid(-id)),
            _ => None,
        }
    }
}

/// What a thread waits for that is blocked in this call.
pub(super) fn decode(
    family: &Family,
    tid: i32,
    nr: u64,
    args: [u64; 6],
    sockets: &mut Sockets,
) -> Wait {
    let name = kernel::call_name(nr).map_or_else(|| format!("syscall_{nr:#x}"), str::to_owned);
    let mut wait = Wait::default();
    let mut numbers = Vec::new();
    let fd = |at: usize| args[at] as i32;
    match name.as_str() {
        "read" | "readv" | "pread64" | "preadv" | "preadv2" | "write" | "writev" | "pwrite64"
        | "pwritev" | "pwritev2" | "accept" | "accept4" | "connect" | "recvfrom" | "recvmsg"
        | "recvmmsg" | "sendto" | "sendmsg" | "sendmmsg" | "fsync" | "fdatasync" | "flock"
        | "fcntl" | "ioctl" | "mq_timedreceive" | "mq_timedsend" | "io_uring_enter" | "tee"
        | "vmsplice" | "close" | "ftruncate" | "fallocate" | "getdents64" => numbers.push(fd(0)),
        "splice" | "copy_file_range" => numbers.extend([fd(0), fd(2)]),
        "sendfile" => numbers.extend([fd(0), fd(1)]),
        "poll" => {
            numbers = polled(tid, args[0], args[1]);
            wait.asked_ms = milliseconds(args[2]);
        }
        "ppoll" => {
            numbers = polled(tid, args[0], args[1]);
            wait.asked_ms = timespec(tid, args[2]);
        }
        "select" => {
            numbers = selected(tid, args);
            wait.asked_ms = timeval(tid, args[4]);
        }
        "pselect6" => {
            numbers = selected(tid, args);
            wait.asked_ms = timespec(tid, args[4]);
        }
        "epoll_wait" | "epoll_pwait" => {
            numbers.push(fd(0));
            wait.asked_ms = milliseconds(args[3]);
        }
        "epoll_pwait2" => {
            numbers.push(fd(0));
            wait.asked_ms = timespec(tid, args[3]);
        }
        "wait4" => wait.children = Some(family.by_pid(fd(0))),
        "waitid" => {
            wait.children = family.by_kind(args[0], fd(1));
            if args[0] as libc::idtype_t == libc::P_PIDFD {
                numbers.push(fd(1));
            }
        }
        "futex" => futex(family, tid, args, &mut wait),
        "nanosleep" => wait.asked_ms = timespec(tid, args[0]),
        "clock_nanosleep" => sleep(tid, args, &mut wait),
        "rt_sigtimedwait" => {
            wait.signals = word(tid, args[0]).map(signals);
            wait.asked_ms = timespec(tid, args[2]);
        }
        // What is not blocked meanwhile can end it.
        "rt_sigsuspend" => wait.signals = word(tid, args[0]).map(|mask| signals(!mask)),
        "open" | "creat" => wait.path = path(tid, args[0]),
        "openat" | "openat2" => wait.path = path(tid, args[1]),
        _ => {}
    }
    wait.descriptors = numbers
        .into_iter()
        .map(|number| Held {
            number,
            target: describe(family.pid, number, sockets),
        })
        .collect();
    wait.call = Some(name);
    wait
}

/// What a descriptor refers to; the other ends are looked for later.
fn describe(pid: i32, number: i32, sockets: &mut Sockets) -> Target {
    let Ok(target) = proc::descriptor_target(pid, number) else {
        return Target::Unknown;
    };
    match target.as_slice() {
        b"anon_inode:[eventpoll]" => Target::Eventpoll {
            watches: proc::watched_by_epoll(pid, number)
                .unwrap_or_default()
                .into_iter()
                .map(|watched| Held {
                    number: watched,
                    target: plainly(pid, watched, sockets),
                })
                .collect(),
        },
        _ => plainly(pid, number, sockets),
    }
}

/// The same, but for what an epoll instance watches: that may be another one, or itself.
fn plainly(pid: i32, number: i32, sockets: &mut Sockets) -> Target {
    let Ok(target) = proc::descriptor_target(pid, number) else {
        return Target::Unknown;
    };
    let name = text(&target);
    let is_pipe = || {
        fs::metadata(format!("/proc/{pid}/fd/{number}"))
            .is_ok_and(|file| file.file_type().is_fifo())
    };
    if name.starts_with("socket:[") {
        sockets.describe(pid, name)
    } else if name.starts_with("pipe:[") || target.starts_with(b"/") && is_pipe() {
        Target::Pipe {
            name,
            end: end(pid, number),
            other_end: Vec::new(),
            unseen: 0,
        }
    } else if is_terminal(&target) {
        Target::Terminal { path: name }
    } else if target.starts_with(b"/") {
        Target::File { path: name }
    } else {
        Target::Other {
            name: anonymous(&target),
        }
    }
}

/// The descriptors of an array of `struct pollfd`; see poll(2).
fn polled(tid: i32, at: u64, count: u64) -> Vec<i32> {
    const SIZE: usize = 8;
    let count = count.min(MOST_DESCRIPTORS) as usize;
    let mut bytes = vec![0; count * SIZE];
    let got = memory::read(tid, at, &mut bytes).unwrap_or(0);
    bytes[..got]
        .chunks_exact(SIZE)
        .filter_map(|entry| Some(i32::from_ne_bytes(entry.get(..4)?.try_into().ok()?)))
        // A negative one is passed over.
        .filter(|number| *number >= 0)
        .collect()
}

/// The descriptors of the three sets of select(2).
fn selected(tid: i32, args: [u64; 6]) -> Vec<i32> {
    let count = args[0].min(MOST_DESCRIPTORS) as usize;
    let mut is_in = vec![false; count];
    for set in args[1..4].iter().filter(|set| **set != 0) {
        let mut bytes = vec![0; count.div_ceil(8)];
        let got = memory::read(tid, *set, &mut bytes).unwrap_or(0);
        for (number, is_in) in is_in.iter_mut().enumerate().take(got * 8) {
            *is_in |= bytes[number / 8] >> (number % 8) & 1 == 1;
        }
    }
    (0..count as i32)
        .filter(|number| is_in[*number as usize])
        .collect()
}

/// See futex(2): FUTEX_WAIT has a relative time-out, the others one at a fixed moment.
fn futex(family: &Family, tid: i32, args: [u64; 6], wait: &mut Wait) {
    const COMMAND: u64 = 127;
    const WAIT: u64 = 0;
    const LOCK_PI: u64 = 6;
    const WAIT_BITSET: u64 = 9;
    const WAIT_REQUEUE_PI: u64 = 11;
    const LOCK_PI2: u64 = 13;
    const CLOCK_REALTIME: u64 = 256;
    /// The bits of a lock's word that are a thread's id.
    const OWNER: u32 = 0x3fff_ffff;
    let command = args[1] & COMMAND;
    let held = || memory::read_array(tid, args[0]).map_or(0, u32::from_ne_bytes);
    let expected = match command {
        WAIT | WAIT_BITSET | WAIT_REQUEUE_PI => args[2] as u32,
        LOCK_PI | LOCK_PI2 => held() & OWNER,
        _ => return,
    };
    let thread = i32::try_from(expected)
        .ok()
        .filter(|other| *other != tid && family.threads.contains(other));
    wait.futex = Some(Futex {
        address: format!("{:#x}", args[0]),
        expected,
        thread,
    });
    let is_realtime = command == LOCK_PI || args[1] & CLOCK_REALTIME != 0;
    match command {
        WAIT => wait.asked_ms = timespec(tid, args[3]),
        _ => wait.left_ms = left(tid, args[3], is_realtime),
    }
}

/// See clock_nanosleep(2).
fn sleep(tid: i32, args: [u64; 6], wait: &mut Wait) {
    match args[1] as i32 & libc::TIMER_ABSTIME != 0 {
        true => {
            let is_realtime = args[0] as i32 == libc::CLOCK_REALTIME;
            wait.left_ms = left(tid, args[2], is_realtime);
        }
        false => wait.asked_ms = timespec(tid, args[2]),
    }
}

/// A time-out as poll(2) has it: negative is for ever.
fn milliseconds(arg: u64) -> Option<u64> {
    u64::try_from(arg as i32).ok()
}

/// Two words, if there are any.
fn two_words(tid: i32, at: u64) -> Option<(u64, u64)> {
    if at == 0 {
        return None;
    }
    Some((
        memory::read_u64(tid, at).ok()?,
        memory::read_u64(tid, at + 8).ok()?,
    ))
}

/// A `struct timespec` as milliseconds; `None` for a null pointer.
fn timespec(tid: i32, at: u64) -> Option<u64> {
    let (seconds, nanoseconds) = two_words(tid, at)?;
    Some(
        seconds
            .saturating_mul(1000)
            .saturating_add(nanoseconds / 1_000_000),
    )
}

/// A `struct timeval` as milliseconds; `None` for a null pointer.
fn timeval(tid: i32, at: u64) -> Option<u64> {
    let (seconds, microseconds) = two_words(tid, at)?;
    Some(
        seconds
            .saturating_mul(1000)
            .saturating_add(microseconds / 1000),
    )
}

/// How long until the moment that stands at this address, milliseconds.
fn left(tid: i32, at: u64, is_realtime: bool) -> Option<i64> {
    let then = i64::try_from(timespec(tid, at)?).ok()?;
    let now = match is_realtime {
        true => std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO),
        false => clock::monotonic(),
    };
    Some(then.saturating_sub(i64::try_from(now.as_millis()).ok()?))
}

/// The kernel's set of signals at this address.
fn word(tid: i32, at: u64) -> Option<u64> {
    memory::read_u64(tid, at).ok()
}

fn path(tid: i32, at: u64) -> Option<String> {
    let bytes = memory::read_cstr(tid, at, LONGEST_PATH).ok()?;
    Some(text(&bytes))
}
