//! What /proc says of a process; see proc(5). The one place where its files are parsed.
//!
//! Parsers are pure, one file of /proc each; the readers above them open, read and parse. All
//! pids are those of our own pid namespace. A process may end while it is being read: then the
//! answer is ENOENT or ESRCH, and that is an answer.

mod areas;
mod available;
mod call;
mod counters;
mod descriptors;
mod limits;
mod segments;
mod shares;
mod sockets;
mod stat;
mod status;
mod table;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;

pub use areas::{Area, areas, filled_areas};
pub use available::available_kib;
pub use call::{InCall, blocked_in, in_call};
pub use counters::tcp_counter;
pub use descriptors::{
    Descriptor, Info, descriptor_info, descriptor_numbers, descriptor_target, descriptors,
    in_flight, is_of_regular_file, memory_files_kib, watched_by_epoll,
};
pub use limits::{Limit, parse_limits};
pub use segments::{Segment, segments};
pub use shares::Shares;
pub use sockets::{Address, Socket, sockets, tcp_sockets, udp_sockets, unix_sockets};
pub use stat::{Stat, State};
pub use status::{Memory, Status};
pub use table::{Details, Referent, Table, Watched};

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
    Stat::parse(&contents(&format!("/proc/{pid}/stat"))?)
}

/// Reads `/proc/PID/task/TID/stat`: one thread of the process.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn task_stat(pid: i32, tid: i32) -> io::Result<Stat> {
    Stat::parse(&contents(&format!("/proc/{pid}/task/{tid}/stat"))?)
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
    children_of(pid, &tasks(pid)?)
}

/// The children of these threads of a process, in ascending order; as [`children`].
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn children_of(pid: i32, tids: &[i32]) -> io::Result<Vec<i32>> {
    let mut children = Vec::new();
    for tid in tids {
        match contents(&format!("/proc/{pid}/task/{tid}/children")) {
            Ok(list) => children.extend(parse_children(&list)),
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

fn parse_children(list: &[u8]) -> impl Iterator<Item = i32> {
    list.split(u8::is_ascii_whitespace)
        .filter_map(|word| str::from_utf8(word).ok()?.parse().ok())
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

/// Reads `/proc/TID/status`: the task, and what it shares with the other threads of its process.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn status(tid: i32) -> io::Result<Status> {
    Status::parse(&contents(&format!("/proc/{tid}/status"))?)
}

/// The resource limits of a process, in the kernel's order.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn limits(pid: i32) -> io::Result<Vec<Limit>> {
    Ok(parse_limits(&contents(&format!("/proc/{pid}/limits"))?))
}

/// What of a process' resident memory is its own, from `/proc/PID/smaps_rollup`.
///
/// # Errors
/// ENOENT or ESRCH if the process is gone, or the kernel (before 4.14) has no such file; EACCES if
/// the process may not be traced by us.
pub fn shares(pid: i32) -> io::Result<Shares> {
    Shares::parse(&contents(&format!("/proc/{pid}/smaps_rollup"))?)
}

/// Nanoseconds that a task has spent on a processor, from `/proc/TID/schedstat`.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn cpu_ns(tid: i32) -> io::Result<u64> {
    let text = contents(&format!("/proc/{tid}/schedstat"))?;
    parse_cpu_ns(&text).ok_or_else(malformed)
}

/// The first of the three numbers; see Documentation/scheduler/sched-stats.rst.
fn parse_cpu_ns(text: &[u8]) -> Option<u64> {
    let first = text.split(u8::is_ascii_whitespace).next()?;
    str::from_utf8(first).ok()?.parse().ok()
}

/// The children of a process that have ended and that it has not waited for, in ascending order.
///
/// # Errors
/// ENOENT or ESRCH if the process itself is gone.
pub fn zombies(pid: i32) -> io::Result<Vec<(i32, Status)>> {
    let zombies = children(pid)?
        .into_iter()
        .filter_map(|child| Some((child, status(child).ok()?)))
        .filter(|(_, status)| status.state == State::Zombie);
    Ok(zombies.collect())
}

/// The file of a process' program, as the process sees it.
///
/// # Errors
/// ENOENT or ESRCH if it is gone or has none, EACCES if it may not be traced by us.
pub fn executable(pid: i32) -> io::Result<Vec<u8>> {
    link(&format!("/proc/{pid}/exe"))
}

/// The directory that a process works in.
///
/// # Errors
/// As [`executable`].
pub fn working_directory(pid: i32) -> io::Result<Vec<u8>> {
    link(&format!("/proc/{pid}/cwd"))
}

/// The network namespace of a process, as `net:[123]`; see namespaces(7).
///
/// # Errors
/// As [`executable`].
pub fn network_namespace(pid: i32) -> io::Result<Vec<u8>> {
    link(&format!("/proc/{pid}/ns/net"))
}

/// The arguments of a process, each ended by a NUL, or whatever it has written over them; empty
/// for a zombie and for a thread of the kernel.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn command_line(pid: i32) -> io::Result<Vec<u8>> {
    contents(&format!("/proc/{pid}/cmdline"))
}

/// The kernel function that a task sleeps in; see proc_pid_wchan(5). `None` if it does not sleep,
/// or we may not know.
///
/// # Errors
/// ENOENT or ESRCH if it is gone.
pub fn waiting_channel(tid: i32) -> io::Result<Option<String>> {
    let text = contents(&format!("/proc/{tid}/wchan"))?;
    let name = String::from_utf8_lossy(&text).trim().to_owned();
    Ok((!name.is_empty() && name != "0").then_some(name))
}

/// The proportional share of a process in its resident memory (`Pss`), KiB; see
/// proc_pid_smaps(5). The kernel walks all its pages for it.
///
/// # Errors
/// ENOENT or ESRCH if it is gone, EACCES if it may not be traced by us.
pub fn proportional_kib(pid: i32) -> io::Result<u64> {
    let text = contents(&format!("/proc/{pid}/smaps_rollup"))?;
    parse_proportional(&text).ok_or_else(malformed)
}

fn parse_proportional(text: &[u8]) -> Option<u64> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| str::from_utf8(line).ok())
        .find_map(|line| line.strip_prefix("Pss:"))
        .and_then(|value| value.trim().trim_end_matches(" kB").parse().ok())
}

/// The address of the program's own first instruction (AT_ENTRY of getauxval(3)).
///
/// # Errors
/// ENOENT or ESRCH if it is gone, EACCES if it may not be traced by us.
pub fn entry_point(pid: i32) -> io::Result<u64> {
    let auxiliary = contents(&format!("/proc/{pid}/auxv"))?;
    parse_entry_point(&auxiliary).ok_or_else(malformed)
}

fn parse_entry_point(auxiliary: &[u8]) -> Option<u64> {
    const WORD: usize = 8;
    let word = |bytes: &[u8]| bytes.try_into().map(u64::from_ne_bytes).ok();
    auxiliary
        .chunks_exact(2 * WORD)
        .filter_map(|pair| Some((word(&pair[..WORD])?, word(&pair[WORD..])?)))
        .find_map(|(key, value)| (key == libc::AT_ENTRY).then_some(value))
}

fn link(path: &str) -> io::Result<Vec<u8>> {
    Ok(fs::read_link(path)?.into_os_string().into_vec())
}

/// Reads a file of /proc whole.
///
/// Most fit into a page: they are read by one call, and a second one that says that it was all.
/// Their size as stat(2) tells it is 0, so asking for it, as [`fs::read`] does, is of no use.
fn contents(path: &str) -> io::Result<Vec<u8>> {
    const PAGE: usize = 4096;
    let mut bytes = Vec::with_capacity(PAGE);
    File::open(path)?.take(u64::MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
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

fn malformed() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn we_see_ourselves_and_our_children() {
        let me = std::process::id() as i32;
        assert_eq!(stat(me).unwrap().pid, me);
        assert!(tasks(me).unwrap().contains(&me));
        let own = status(me).unwrap();
        assert_eq!((own.process, own.inside_pid), (me, me));
        assert!(own.memory.resident >= own.memory.anonymous);
        assert!(own.memory.anonymous > 0);
        assert!(cpu_ns(me).unwrap() > 0);
        assert!(entry_point(me).unwrap() > 0);
        assert!(
            limits(me)
                .unwrap()
                .iter()
                .any(|limit| limit.name == "NOFILE")
        );
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
        let zombie = status(pid).unwrap();
        assert_eq!(zombie.memory, Memory::default());
        assert!(zombies(me).unwrap().contains(&(pid, zombie)));
        child.wait().unwrap();
        assert!(stat(pid).is_err());
        assert!(status(pid).is_err());
    }
}
