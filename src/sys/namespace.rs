//! A new process in new namespaces, and the ids that are known there; see namespaces(7).

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use nix::sched::{CloneFlags, setns};
use nix::unistd::Pid;

/// One range of ids in a uid_map or gid_map; see user_namespaces(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// First id inside.
    pub inside: u32,
    /// First id outside.
    pub outside: u32,
    /// How many.
    pub count: u32,
}

/// Forks into new namespaces: `None` in the child, its pid in the parent; see clone(2).
///
/// The child is a copy of this process with SIGCHLD as its exit signal. Unlike fork(3) no handlers
/// of the C library run, which is why this refuses to work in a process with several threads.
///
/// # Errors
/// EPERM or ENOSPC if the namespaces may not be made, EINVAL for a kernel without one of them,
/// EBUSY if this process has more than one thread.
pub fn fork_into(flags: CloneFlags) -> io::Result<Option<Pid>> {
    Ok(timed_fork_into(flags)?.0)
}

/// The same, and how long the call took in the process that returns.
#[expect(unsafe_code, reason = "clone without a stack, as fork does it")]
pub(super) fn timed_fork_into(flags: CloneFlags) -> io::Result<(Option<Pid>, Duration)> {
    refuse_threads()?;
    let flags = libc::c_long::from(flags.bits()) | libc::c_long::from(libc::SIGCHLD);
    let begin = Instant::now();
    // SAFETY: without CLONE_VM and with a null stack this is a fork; there is one thread, so no
    // lock can be held by a thread that the child does not have.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    let took = begin.elapsed();
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok((None, took)),
        pid => Ok((Some(Pid::from_raw(pid as i32)), took)),
    }
}

/// EBUSY if this process has more than one thread.
pub(super) fn refuse_threads() -> io::Result<()> {
    match fs::read_dir("/proc/self/task")?.count() {
        1 => Ok(()),
        _ => Err(io::Error::from_raw_os_error(libc::EBUSY)),
    }
}

/// Writes the id maps of a process' user namespace, as one that is privileged in its parent's.
///
/// # Errors
/// EPERM if the writer may not map these ids; see user_namespaces(7).
pub fn map_ids(pid: Pid, users: IdRange, groups: IdRange) -> io::Result<()> {
    fs::write(format!("/proc/{pid}/uid_map"), users.line())?;
    fs::write(format!("/proc/{pid}/gid_map"), groups.line())
}

/// Writes the id maps of the user namespace that this process has just entered, as an ordinary
/// user: one id each, and setgroups(2) is given up, which the kernel demands in return.
///
/// # Errors
/// EPERM if the outer ids are not this process' own.
pub fn map_own_ids(user: IdRange, group: IdRange) -> io::Result<()> {
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", user.line())?;
    fs::write("/proc/self/gid_map", group.line())
}

impl IdRange {
    fn line(self) -> String {
        format!("{} {} {}\n", self.inside, self.outside, self.count)
    }
}

/// The ids that exist in this process' user namespace, from /proc/self/uid_map.
///
/// # Errors
/// If the file cannot be read.
pub fn known_users() -> io::Result<Vec<IdRange>> {
    Ok(parse_map(&fs::read_to_string("/proc/self/uid_map")?))
}

/// Whether this id of our user namespace is 0 one level further out.
///
/// # Errors
/// As [`known_users`].
pub fn is_root_outside(id: u32) -> io::Result<bool> {
    Ok(known_users()?.iter().any(|range| {
        id.checked_sub(range.inside).is_some_and(|offset| {
            offset < range.count && range.outside.checked_add(offset) == Some(0)
        })
    }))
}

fn parse_map(text: &str) -> Vec<IdRange> {
    text.lines()
        .filter_map(|line| {
            let mut numbers = line.split_ascii_whitespace().map(str::parse);
            Some(IdRange {
                inside: numbers.next()?.ok()?,
                outside: numbers.next()?.ok()?,
                count: numbers.next()?.ok()?,
            })
        })
        .collect()
}

/// Enters the user namespace of a process, if that is another one; see setns(2). Afterwards this
/// process has privileges in there only, and can be watched as before by whoever started it.
///
/// # Errors
/// EPERM without the privilege, ENOENT or ESRCH if the process is gone.
pub fn enter_users_of(pid: i32) -> io::Result<()> {
    let users = fs::File::open(format!("/proc/{pid}/ns/user"))?;
    if users.metadata()?.ino() == fs::metadata("/proc/self/ns/user")?.ino() {
        return Ok(());
    }
    setns(users, CloneFlags::CLONE_NEWUSER)?;
    // Gaining capabilities has made this process unreadable.
    nix::sys::prctl::set_dumpable(true)?;
    Ok(())
}

/// Enters the mount namespace of a process, and its user namespace if that is another one; see
/// setns(2). The working directory stays, if its path leads somewhere there; else it is the root.
///
/// # Errors
/// As [`enter_users_of`]; EINVAL if this process has several threads.
pub fn enter_mounts_of(pid: i32) -> io::Result<()> {
    let mounts = fs::File::open(format!("/proc/{pid}/ns/mnt"))?;
    let directory = std::env::current_dir();
    enter_users_of(pid)?;
    setns(mounts, CloneFlags::CLONE_NEWNS)?;
    if let Ok(directory) = directory {
        // What is covered or gone cannot be gone back to.
        let _ = std::env::set_current_dir(directory);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_has_a_line_for_each_range() {
        let whole = IdRange {
            inside: 0,
            outside: 0,
            count: u32::MAX,
        };
        assert_eq!(parse_map("         0          0 4294967295\n"), [whole]);
        assert_eq!(parse_map("0 1000 1\n1 100000 65536\n").len(), 2);
        assert_eq!(parse_map("0 x 1\n"), []);
    }
}
