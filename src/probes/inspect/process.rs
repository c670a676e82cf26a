//! One process: what its own files in /proc say.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, SystemTime};

use crate::model::SigSet;
use crate::model::snapshot::{Descriptors, Ended, Limit, Memory, Process, State, Thread, Wait};
use crate::model::text::signal_name;
use crate::sys::clock;
use crate::sys::proc::{self, Descriptor, InCall, Stat, Status};

/// When a snapshot is taken, and how much of a process is wanted.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    /// Now.
    pub(super) now: SystemTime,
    /// The same, since boot.
    pub(super) boot: Duration,
    /// Whether its share in memory is wanted.
    pub(super) wants_share: bool,
}

/// A call that was entered: its number and its arguments.
pub(super) type Entered = (u64, [u64; 6]);

/// A process, and what is needed to say more about it.
pub(super) struct Gathered {
    /// What is known so far: no waits, no zombies, no comparisons.
    pub(super) process: Process,
    /// What it has open.
    pub(super) descriptors: Vec<Descriptor>,
    /// The call that each thread is in.
    pub(super) calls: Vec<Option<Entered>>,
    /// Its children.
    pub(super) children: Vec<i32>,
}

/// Reads a process.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub(super) fn gather(pid: i32, moment: Moment) -> io::Result<Gathered> {
    let stat = proc::stat(pid)?;
    let status = proc::status(pid)?;
    let tids = match status.threads {
        0 | 1 => vec![pid],
        _ => first_thread_first(pid, proc::tasks(pid)?),
    };
    let mut refused = BTreeMap::new();
    let has_ended = stat.state == proc::State::Zombie && tids.len() == 1;
    let is_user = !stat.is_kernel_thread && !has_ended;
    let mut threads = Vec::new();
    let mut calls = Vec::new();
    for tid in &tids {
        if let Some((thread, call)) = thread(*tid, &stat, &status, is_user, &mut refused) {
            threads.push(thread);
            calls.push(call);
        }
    }
    let mut read = |field: &str, result: io::Result<Vec<u8>>| {
        allowed(&mut refused, field, result).map(|bytes| text(&bytes))
    };
    let (directory, program) = match is_user {
        true => (
            read("directory", proc::working_directory(pid)),
            read("program", proc::executable(pid)),
        ),
        false => (None, None),
    };
    let command = proc::command_line(pid).unwrap_or_default();
    let descriptors = match is_user {
        true => allowed(&mut refused, "descriptors", proc::descriptors(pid)),
        false => None,
    };
    let has_memory = is_user && status.memory.space > 0;
    let proportional_kib = match has_memory && moment.wants_share {
        true => allowed(
            &mut refused,
            "proportional_kib",
            proc::proportional_kib(pid),
        ),
        false => None,
    };
    let counted = descriptors.as_deref().map(count);
    let limits = match has_ended {
        true => Vec::new(),
        false => allowed(&mut refused, "limits", proc::limits(pid)).unwrap_or_default(),
    };
    let used = Usage {
        stat: &stat,
        status: &status,
        descriptors: counted.as_ref(),
    };
    let age = age(stat.started, moment.boot);
    let process = Process {
        pid,
        inside_pid: status.inside_pid,
        parent: stat.parent,
        group: stat.group,
        session: stat.session,
        tracer: (status.tracer != 0).then_some(status.tracer),
        name: text(&stat.name),
        command: words(&command),
        is_kernel_thread: stat.is_kernel_thread,
        state: match (has_ended, threads.first()) {
            (false, Some(first)) if first.state == State::Zombie => threads[1..]
                .iter()
                .map(|thread| thread.state)
                .find(|state| *state != State::Zombie)
                .unwrap_or(State::Zombie),
            (false, Some(first)) => first.state,
            _ => State::Zombie,
        },
        ended: has_ended.then(|| ended(stat.exit_status)),
        real_uid: status.real_user,
        uid: status.user,
        user: None,
        directory,
        program,
        started: clock::rfc3339(moment.now - age),
        started_ticks: stat.started,
        age_ms: milliseconds(age),
        user_ms: ticks_ms(stat.user_ticks),
        system_ms: ticks_ms(stat.system_ticks),
        memory: has_memory.then_some(Memory {
            resident_kib: status.memory.resident,
            proportional_kib,
            space_kib: status.memory.space,
        }),
        limits: limits.iter().map(|limit| used.of(limit)).collect(),
        descriptors: counted,
        ignored: signals(status.ignored),
        caught: signals(status.caught),
        pending: signals(status.shared_pending),
        threads,
        zombies: Vec::new(),
        refused,
    };
    Ok(Gathered {
        process,
        descriptors: descriptors.unwrap_or_default(),
        calls,
        children: proc::children_of(pid, &tids).unwrap_or_default(),
    })
}

/// Numbers start again from the lowest, so that the first thread need not have the lowest.
fn first_thread_first(pid: i32, mut tids: Vec<i32>) -> Vec<i32> {
    tids.sort_by_key(|tid| (*tid != pid, *tid));
    tids
}

/// A thread and the call that it is in; `None` if it has ended meanwhile.
fn thread(
    tid: i32,
    stat: &Stat,
    status: &Status,
    is_user: bool,
    refused: &mut BTreeMap<String, String>,
) -> Option<(Thread, Option<Entered>)> {
    // What was read of the process is what there is to say of its only thread.
    let is_alone = status.threads <= 1;
    let own: (Stat, Status);
    let (stat, status) = match is_alone {
        true => (stat, status),
        false => {
            own = (
                proc::task_stat(stat.pid, tid).ok()?,
                proc::status(tid).ok()?,
            );
            (&own.0, &own.1)
        }
    };
    let state = state(status.state);
    let is_waiting = matches!(state, State::Sleeping | State::DiskSleep);
    let mut wait = None;
    let mut call = None;
    if is_waiting && is_user {
        match proc::in_call(tid) {
            Ok(InCall::Call(nr, args)) => call = Some((nr, args)),
            Ok(InCall::Running | InCall::Elsewhere) => {}
            Err(error) => {
                if is_refusal(&error) {
                    refused.insert("call".to_owned(), reason(&error));
                }
                wait = sleeping_in(tid);
            }
        }
    } else if is_waiting {
        wait = sleeping_in(tid);
    }
    let thread = Thread {
        tid,
        name: text(&stat.name),
        state,
        cpu_ms: ticks_ms(stat.ticks()),
        blocked: signals(status.blocked),
        pending: signals(status.pending),
        wait,
    };
    Some((thread, call))
}

/// The kernel's function, where the call may not be known: it takes less to be allowed that.
fn sleeping_in(tid: i32) -> Option<Wait> {
    let function = proc::waiting_channel(tid).ok().flatten()?;
    Some(Wait {
        kernel_function: Some(function),
        ..Wait::default()
    })
}

/// What was read; a refusal is noted, and what is not there is `None`.
fn allowed<T>(
    refused: &mut BTreeMap<String, String>,
    field: &str,
    result: io::Result<T>,
) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            if is_refusal(&error) {
                refused.insert(field.to_owned(), reason(&error));
            }
            None
        }
    }
}

pub(super) fn is_refusal(error: &io::Error) -> bool {
    // EACCES and EPERM.
    error.kind() == io::ErrorKind::PermissionDenied
}

/// `EACCES`, as the kernel said.
pub(super) fn reason(error: &io::Error) -> String {
    let errno = error.raw_os_error().unwrap_or(libc::EACCES);
    crate::model::text::errno_name(errno).into_owned()
}

/// How much of limits is used.
struct Usage<'a> {
    stat: &'a Stat,
    status: &'a Status,
    descriptors: Option<&'a Descriptors>,
}

impl Usage<'_> {
    fn of(&self, limit: &proc::Limit) -> Limit {
        let memory = &self.status.memory;
        let bytes = |kib: u64| Some(kib * 1024);
        let used = match limit.name {
            "CPU" => Some(self.stat.ticks() / proc::ticks_per_second()),
            "DATA" => bytes(memory.data),
            "STACK" => bytes(memory.stack),
            "AS" => bytes(memory.space),
            "MEMLOCK" => bytes(memory.locked),
            "NOFILE" => self.descriptors.map(|open| open.count),
            "SIGPENDING" => Some(self.status.queued_signals),
            _ => None,
        };
        Limit {
            name: limit.name.to_owned(),
            soft: finite(limit.soft),
            hard: finite(limit.hard),
            used: used.filter(|_| !self.stat.is_kernel_thread),
            is_below_parent: None,
        }
    }
}

/// A limit, `None` for none.
pub(super) fn finite(limit: u64) -> Option<u64> {
    (limit != u64::MAX).then_some(limit)
}

fn count(descriptors: &[Descriptor]) -> Descriptors {
    let mut kinds = BTreeMap::new();
    for one in descriptors {
        *kinds.entry(kind(&one.target)).or_insert(0) += 1;
    }
    Descriptors {
        count: descriptors.len() as u64,
        kinds,
    }
}

/// What a descriptor is, by the name that the kernel gives it.
fn kind(target: &[u8]) -> String {
    let is = |start: &str| target.starts_with(start.as_bytes());
    if is("pipe:[") {
        "pipe".to_owned()
    } else if is("socket:[") {
        "socket".to_owned()
    } else if is("anon_inode:") {
        anonymous(target)
    } else if is("/memfd:") {
        "memfd".to_owned()
    } else if is_terminal(target) {
        "terminal".to_owned()
    } else if is("/dev/") && !is("/dev/shm/") {
        "device".to_owned()
    } else if is("/") {
        "file".to_owned()
    } else {
        // `net:[123]` and the like: namespaces.
        text(target.split(|byte| *byte == b':').next().unwrap_or(target))
    }
}

/// `eventpoll` of `anon_inode:[eventpoll]`.
pub(super) fn anonymous(target: &[u8]) -> String {
    let name = target.strip_prefix(b"anon_inode:").unwrap_or(target);
    text(name).trim_matches(['[', ']']).to_owned()
}

/// Whether a path is that of a terminal; see pts(4) and tty(4).
pub(super) fn is_terminal(path: &[u8]) -> bool {
    [&b"/dev/pts/"[..], b"/dev/tty", b"/dev/console"]
        .iter()
        .any(|start| path.starts_with(start))
}

fn state(state: proc::State) -> State {
    match state {
        proc::State::Running => State::Running,
        proc::State::Sleeping => State::Sleeping,
        proc::State::DiskSleep => State::DiskSleep,
        proc::State::Stopped => State::Stopped,
        proc::State::Traced => State::Traced,
        proc::State::Zombie => State::Zombie,
        proc::State::Dead => State::Dead,
        proc::State::Other => State::Idle,
    }
}

fn ended(status: i32) -> Ended {
    match libc::WIFSIGNALED(status) {
        true => Ended::Signal(signal_name(libc::WTERMSIG(status))),
        false => Ended::Status(libc::WEXITSTATUS(status)),
    }
}

pub(super) fn signals(set: u64) -> Vec<String> {
    SigSet(set).signals().map(signal_name).collect()
}

pub(super) fn age(started: u64, boot: Duration) -> Duration {
    boot.saturating_sub(Duration::from_millis(ticks_ms(started)))
}

fn ticks_ms(ticks: u64) -> u64 {
    ticks.saturating_mul(1000) / proc::ticks_per_second()
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Bytes of unknown origin as text: what is not UTF-8 becomes `\xff`.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The words of a command line.
pub(super) fn words(command: &[u8]) -> Vec<String> {
    let command = command.strip_suffix(b"\0").unwrap_or(command);
    match command.is_empty() {
        true => Vec::new(),
        false => command.split(|byte| *byte == 0).map(text).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_counted_by_kind() {
        for (target, expected) in [
            (&b"pipe:[12]"[..], "pipe"),
            (b"socket:[12]", "socket"),
            (b"anon_inode:[eventpoll]", "eventpoll"),
            (b"anon_inode:inotify", "inotify"),
            (b"/dev/pts/3", "terminal"),
            (b"/dev/null", "device"),
            (b"/dev/shm/x", "file"),
            (b"/memfd:x (deleted)", "memfd"),
            (b"/tmp/\xff", "file"),
            (b"net:[4026531840]", "net"),
        ] {
            assert_eq!(kind(target), expected);
        }
    }

    #[test]
    fn odd_bytes_and_empty_words_are_kept() {
        assert_eq!(words(b"a\0\0b\xffc\0"), ["a", "", "b\\xffc"]);
        assert_eq!(words(b"title: idle"), ["title: idle"]);
        assert_eq!(words(b""), [] as [&str; 0]);
        assert_eq!(text("né".as_bytes()), "né");
    }

    #[test]
    fn an_end_is_a_status_or_a_signal() {
        assert_eq!(ended(3 << 8), Ended::Status(3));
        assert_eq!(ended(libc::SIGTERM), Ended::Signal("SIGTERM".into()));
    }
}
