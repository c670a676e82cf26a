//! What /proc says of a process; see proc(5).
//!
//! All pids are those of our own pid namespace. A process may end while it is being read: then
//! the answer is ENOENT or ESRCH, and that is an answer.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;

/// What a task is doing, from the third field of its `stat`; see proc_pid_stat(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Running, or waiting for a processor.
    Running,
    /// Waiting for something, and a signal would wake it.
    Sleeping,
    /// Waiting for a disk or the like; signals wait too.
    DiskSleep,
    /// Stopped by a signal.
    Stopped,
    /// Stopped by its tracer.
    Traced,
    /// Ended, and not waited for.
    Zombie,
    /// On its way out.
    Dead,
    /// Something else: idle, parked.
    Other,
}

impl State {
    fn of(letter: u8) -> Self {
        match letter {
            b'R' => Self::Running,
            b'S' => Self::Sleeping,
            b'D' => Self::DiskSleep,
            b'T' => Self::Stopped,
            b't' => Self::Traced,
            b'Z' => Self::Zombie,
            b'X' | b'x' => Self::Dead,
            _ => Self::Other,
        }
    }
}

/// The fields of `stat` that are of use here; see proc_pid_stat(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The task's id.
    pub pid: i32,
    /// The task's name, at most 15 bytes, of its own choosing.
    pub name: Vec<u8>,
    /// What it is doing.
    pub state: State,
    /// Its parent.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
    /// Processor time in user mode, clock ticks.
    pub user_ticks: u64,
    /// Processor time in the kernel, clock ticks.
    pub system_ticks: u64,
    /// Threads of its process.
    pub threads: u64,
    /// When it started, clock ticks since boot: with the pid it names a process for ever.
    pub started: u64,
}

impl Stat {
    /// Processor time, clock ticks ([`ticks_per_second`]).
    pub fn ticks(&self) -> u64 {
        self.user_ticks + self.system_ticks
    }
}

/// What a process has open; see proc_pid_fd(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Its number.
    pub number: i32,
    /// What it is: a path, or `pipe:[123]`, `socket:[123]`, `anon_inode:[eventfd]`.
    pub target: Vec<u8>,
}

/// Clock ticks per second, the unit of times in /proc; see sysconf(3).
pub fn ticks_per_second() -> u64 {
    nix::unistd::sysconf(nix::unistd::SysconfVar::CLK_TCK)
        .ok()
        .flatten()
        .and_then(|ticks| u64::try_from(ticks).ok())
        // What every architecture of today has.
        .unwrap_or(100)
}

/// Reads `/proc/PID/stat`: the process as a whole.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn stat(pid: i32) -> io::Result<Stat> {
    parse_stat(&fs::read(format!("/proc/{pid}/stat"))?)
}

/// Reads `/proc/PID/task/TID/stat`: one thread of the process.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn task_stat(pid: i32, tid: i32) -> io::Result<Stat> {
    parse_stat(&fs::read(format!("/proc/{pid}/task/{tid}/stat"))?)
}

/// The ids of the threads of a process, in ascending order.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn tasks(pid: i32) -> io::Result<Vec<i32>> {
    numbers_in(&format!("/proc/{pid}/task"))
}

/// The ids of all processes that we can see, in ascending order.
///
/// # Errors
/// If there is no /proc.
pub fn processes() -> io::Result<Vec<i32>> {
    numbers_in("/proc")
}

/// The children of a process, whichever of its threads they are of, in ascending order.
///
/// Exact only while the process cannot fork and the children cannot end, as when all are stopped.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn children(pid: i32) -> io::Result<Vec<i32>> {
    let mut children = Vec::new();
    for tid in tasks(pid)? {
        match fs::read_to_string(format!("/proc/{pid}/task/{tid}/children")) {
            Ok(list) => children.extend(
                list.split_ascii_whitespace()
                    .filter_map(|word| word.parse::<i32>().ok()),
            ),
            // The thread has ended, or the kernel was built without this file
            // (CONFIG_PROC_CHILDREN): then all processes are asked for their parent.
            Err(_) if fs::exists(format!("/proc/{pid}/task/{tid}"))? => {
                return children_by_parent(pid);
            }
            Err(_) => {}
        }
    }
    children.sort_unstable();
    Ok(children)
}

fn children_by_parent(parent: i32) -> io::Result<Vec<i32>> {
    let mut children = processes()?;
    children.retain(|pid| stat(*pid).is_ok_and(|found| found.parent == parent));
    Ok(children)
}

/// A process and all its descendants, parents first.
///
/// As exact as [`children`]; a process that has ended and been waited for is left out.
pub fn tree(root: i32) -> Vec<i32> {
    let mut tree = vec![root];
    let mut at = 0;
    while let Some(pid) = tree.get(at).copied() {
        for child in children(pid).unwrap_or_default() {
            if !tree.contains(&child) {
                tree.push(child);
            }
        }
        at += 1;
    }
    tree
}

/// What a process has open, by number.
///
/// # Errors
/// ENOENT or ESRCH if it is gone, EACCES if it may not be traced by us.
pub fn descriptors(pid: i32) -> io::Result<Vec<Descriptor>> {
    let directory = format!("/proc/{pid}/fd");
    let mut descriptors = Vec::new();
    for number in numbers_in(&directory)? {
        match fs::read_link(format!("{directory}/{number}")) {
            Ok(target) => descriptors.push(Descriptor {
                number,
                target: target.as_os_str().as_bytes().to_vec(),
            }),
            // Closed meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(descriptors)
}

/// The id of a task in its own pid namespace, the last field of `NSpid`; see proc_pid_status(5).
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn inside_pid(pid: i32) -> io::Result<i32> {
    status_field(pid, "NSpid")?
        .split_ascii_whitespace()
        .next_back()
        .and_then(|word| word.parse().ok())
        .ok_or_else(malformed)
}

/// A field of `/proc/PID/status` by its name, without the blanks around it; see
/// proc_pid_status(5).
///
/// # Errors
/// ENOENT or ESRCH if the process is gone; [`io::ErrorKind::InvalidData`] if it has no such field.
pub fn status_field(pid: i32, name: &str) -> io::Result<String> {
    let status = fs::read(format!("/proc/{pid}/status"))?;
    field(&status, name).ok_or_else(malformed)
}

fn field(status: &[u8], name: &str) -> Option<String> {
    // A process can put anything into its name, but the kernel escapes newlines there.
    status
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b":"))
        .map(|value| String::from_utf8_lossy(value).trim().to_owned())
}

/// Resident memory of a process that is its own (anonymous and shared memory, not files), KiB;
/// 0 for a zombie.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn resident_kib(pid: i32) -> io::Result<u64> {
    let status = fs::read(format!("/proc/{pid}/status"))?;
    let kib = |name| {
        field(&status, name)
            .and_then(|value| value.strip_suffix(" kB")?.trim().parse::<u64>().ok())
            .unwrap_or(0)
    };
    Ok(kib("RssAnon") + kib("RssShmem"))
}

fn numbers_in(directory: &str) -> io::Result<Vec<i32>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory)? {
        if let Some(number) = entry?
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn parse_stat(stat: &[u8]) -> io::Result<Stat> {
    // The name stands in parentheses and may hold blanks and parentheses itself.
    let open = stat.iter().position(|byte| *byte == b'(');
    let close = stat.iter().rposition(|byte| *byte == b')');
    let (Some(open), Some(close)) = (open, close) else {
        return Err(malformed());
    };
    let pid = std::str::from_utf8(&stat[..open]).map_err(|_| malformed())?;
    let name = stat.get(open + 1..close).ok_or_else(malformed)?.to_vec();
    let rest = std::str::from_utf8(&stat[close + 1..]).map_err(|_| malformed())?;
    // Numbered as in the manual page, where the state is field 3.
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |index: usize| -> io::Result<i64> {
        fields
            .get(index - 3)
            .and_then(|word| word.parse().ok())
            .ok_or_else(malformed)
    };
    let state = fields.first().and_then(|word| word.bytes().next());
    Ok(Stat {
        pid: pid.trim().parse().map_err(|_| malformed())?,
        name,
        state: State::of(state.ok_or_else(malformed)?),
        parent: number(4)? as i32,
        group: number(5)? as i32,
        session: number(6)? as i32,
        user_ticks: number(14)? as u64,
        system_ticks: number(15)? as u64,
        threads: number(20)? as u64,
        started: number(22)? as u64,
    })
}

fn malformed() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = b"12 (a) R (b)) Z 1 2 3 0 -1 4228108 56 0 0 0 7 8 0 0 20 0 1 0 5149 0 0 1";
        let stat = parse_stat(stat).unwrap();
        assert_eq!(stat.name, b"a) R (b)");
        assert_eq!(stat.state, State::Zombie);
        assert_eq!((stat.parent, stat.group, stat.session), (1, 2, 3));
        assert_eq!((stat.ticks(), stat.threads, stat.started), (15, 1, 5149));
        assert!(parse_stat(b"12 (cat").is_err());
        assert!(parse_stat(b")(").is_err());
    }

    #[test]
    fn we_see_ourselves_and_our_children() {
        let me = std::process::id() as i32;
        assert_eq!(stat(me).unwrap().pid, me);
        assert!(tasks(me).unwrap().contains(&me));
        assert_eq!(inside_pid(me).unwrap(), me);
        assert!(resident_kib(me).unwrap() > 0);
        assert!(descriptors(me).unwrap().iter().any(|held| held.number == 1));

        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = child.id() as i32;
        assert!(children(me).unwrap().contains(&pid));
        assert!(children_by_parent(me).unwrap().contains(&pid));
        assert!(tree(me).contains(&pid));
        // Dropping its input ends it; nobody waits yet, so it becomes a zombie and stays one.
        drop(child.stdin.take());
        while stat(pid).unwrap().state != State::Zombie {
            std::thread::yield_now();
        }
        assert_eq!(resident_kib(pid).unwrap(), 0);
        child.wait().unwrap();
        assert!(stat(pid).is_err());
    }
}
