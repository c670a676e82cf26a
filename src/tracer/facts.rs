//! What /proc says of a task; see proc(5).
//!
//! Every function answers `None` or an empty value for a task that is gone: tasks die while one
//! looks at them.

use std::fs;

use crate::model::{ExecState, Fd, SigSet, Task};

use super::decode::objects;

/// Ids and signal state, from /proc/TID/status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The process, in our pid namespace.
    pub tgid: i32,
    /// The task's id in its own pid namespace.
    pub ns_tid: Task,
    /// Blocked signals.
    pub blocked: SigSet,
    /// Ignored signals.
    pub ignored: SigSet,
    /// Times it gave up or lost its processor.
    pub switches: u64,
}

/// Reads /proc/TID/status.
pub fn status(tid: i32) -> Option<Status> {
    let text = fs::read_to_string(format!("/proc/{tid}/status")).ok()?;
    let mut status = Status::default();
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        let mask = || SigSet(u64::from_str_radix(value, 16).unwrap_or(0));
        match key {
            "Tgid" => status.tgid = value.parse().ok()?,
            "NSpid" => status.ns_tid = value.split_whitespace().last()?.parse().ok()?,
            "SigBlk" => status.blocked = mask(),
            "SigIgn" => status.ignored = mask(),
            "voluntary_ctxt_switches" | "nonvoluntary_ctxt_switches" => {
                status.switches += value.parse::<u64>().unwrap_or(0);
            }
            _ => {}
        }
    }
    Some(status)
}

/// The state letter of a task (`R`, `S`, `D`, `T`, `t`, `Z`), from /proc/TID/stat.
pub fn state(tid: i32) -> Option<char> {
    let text = fs::read(format!("/proc/{tid}/stat")).ok()?;
    // The name in parentheses may hold anything, also parentheses.
    let after_name = text.iter().rposition(|byte| *byte == b')')? + 2;
    text.get(after_name).map(|byte| char::from(*byte))
}

/// Nanoseconds that a task has spent on a processor, from /proc/TID/schedstat.
pub fn cpu_ns(tid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{tid}/schedstat")).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Resident memory of a process in KiB, from /proc/PID/statm.
pub fn memory_kib(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4)
}

/// The call that a blocked task is in, from /proc/TID/syscall: number and arguments.
pub fn blocked_in(tid: i32) -> Option<(u64, [u64; 6])> {
    let text = fs::read_to_string(format!("/proc/{tid}/syscall")).ok()?;
    let mut words = text.split_whitespace();
    let nr = words.next()?.parse().ok()?;
    let mut args = [0; 6];
    for arg in &mut args {
        *arg = u64::from_str_radix(words.next()?.trim_start_matches("0x"), 16).ok()?;
    }
    Some((nr, args))
}

/// The flags of an open descriptor (O_NONBLOCK and the like), from /proc/PID/fdinfo/FD.
pub fn descriptor_flags(pid: i32, fd: i32) -> Option<i32> {
    let text = fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).ok()?;
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"))?;
    i32::from_str_radix(flags.trim(), 8).ok()
}

/// Children of a process that are zombies, by their ids in their own pid namespace.
///
/// The kernel's list of children is per thread: all threads are asked.
pub fn zombies(pid: i32) -> Vec<Task> {
    let mut zombies = Vec::new();
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return zombies;
    };
    for thread in threads.flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children
            .split_whitespace()
            .filter_map(|child| child.parse().ok())
        {
            if state(child) == Some('Z')
                && let Some(status) = status(child)
            {
                zombies.push(status.ns_tid);
            }
        }
    }
    zombies.sort_unstable();
    zombies
}

/// What a fresh program starts with: descriptors, signals, limits.
pub fn exec_state(pid: i32) -> ExecState {
    let path = fs::read_link(format!("/proc/{pid}/exe")).map_or_else(
        |_| String::new(),
        |path| path.to_string_lossy().into_owned(),
    );
    let mut fds: Vec<Fd> = fs::read_dir(format!("/proc/{pid}/fd"))
        .map(|entries| {
            entries
                .flatten()
                .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
                .map(|number| Fd {
                    number,
                    object: objects::of(pid, number),
                })
                .collect()
        })
        .unwrap_or_default();
    fds.sort_unstable_by_key(|fd| fd.number);
    let status = status(pid).unwrap_or_default();
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
    ExecState {
        path,
        fds,
        blocked: status.blocked,
        ignored: status.ignored,
        limits: parse_limits(&limits),
    }
}

/// /proc/PID/limits as (name without RLIMIT_, soft, hard).
fn parse_limits(text: &str) -> Vec<(String, u64, u64)> {
    const NAMES: &[(&str, &str)] = &[
        ("Max cpu time", "CPU"),
        ("Max file size", "FSIZE"),
        ("Max data size", "DATA"),
        ("Max stack size", "STACK"),
        ("Max core file size", "CORE"),
        ("Max processes", "NPROC"),
        ("Max open files", "NOFILE"),
        ("Max address space", "AS"),
    ];
    let number = |word: &str| {
        if word == "unlimited" {
            Some(u64::MAX)
        } else {
            word.parse().ok()
        }
    };
    text.lines()
        .filter_map(|line| {
            let (title, name) = NAMES.iter().find(|(title, _)| line.starts_with(title))?;
            let mut words = line[title.len()..].split_whitespace();
            Some((
                (*name).to_owned(),
                number(words.next()?)?,
                number(words.next()?)?,
            ))
        })
        .collect()
}

/// The address of the program's own first instruction (AT_ENTRY of getauxval(3)).
pub fn entry_point(pid: i32) -> Option<u64> {
    const WORD: usize = 8;
    let auxv = fs::read(format!("/proc/{pid}/auxv")).ok()?;
    let word = |bytes: &[u8]| bytes.try_into().map(u64::from_ne_bytes).ok();
    auxv.chunks_exact(2 * WORD)
        .filter_map(|pair| Some((word(&pair[..WORD])?, word(&pair[WORD..])?)))
        .find_map(|(key, value)| (key == libc::AT_ENTRY).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> i32 {
        std::process::id() as i32
    }

    #[test]
    fn a_process_finds_itself() {
        let status = status(own()).unwrap();
        assert_eq!(status.tgid, own());
        assert!(cpu_ns(own()).unwrap() > 0);
        assert!(memory_kib(own()).unwrap() > 0);
        assert!(entry_point(own()).unwrap() > 0);
        assert!(state(own()).is_some());
    }

    #[test]
    fn limits_and_descriptors_are_those_of_the_process() {
        let state = exec_state(own());
        assert!(
            state
                .fds
                .iter()
                .any(|fd| fd.number == 2 && fd.object.is_some())
        );
        let (soft, hard) =
            nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE).unwrap();
        assert!(state.limits.contains(&("NOFILE".into(), soft, hard)));
    }

    #[test]
    fn a_task_that_is_gone_has_no_facts() {
        let gone = i32::MAX;
        assert_eq!(status(gone), None);
        assert_eq!(exec_state(gone).fds, []);
        assert_eq!(zombies(gone), [] as [Task; 0]);
    }
}
