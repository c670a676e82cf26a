//! Which processes have the array mapped, and whether they can write to it: followed through the
//! calls that map, change and unmap, and through fork(2), which hands mappings on.

mod regions;

use std::collections::{HashMap, HashSet};

use crate::lessons::sight;
use crate::model::experiment::{MEMFD, SHARED_DIR};
use crate::model::recording::Made;
use crate::model::{Arg, Object, Recording, Task, What};

use regions::{Key, Mapping, change, unmap};

/// Whether this is the name of an object that processes can share.
pub(super) fn is_shared(name: &str) -> bool {
    let in_directory = name.strip_prefix(SHARED_DIR);
    name.starts_with(MEMFD) || in_directory.is_some_and(|rest| rest.starts_with('/'))
}

/// What a process had mapped of the array when it last had anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Holding {
    /// The process.
    pub(super) process: Task,
    /// Bytes of the array that it could write to.
    pub(super) writable: u64,
    /// The event by which it was so: a call, or the fork that made the process.
    pub(super) at: usize,
}

fn key(object: &Object) -> Key {
    let name = object.name.trim_end_matches(" (deleted)");
    let name = if object.inode == 0 { name } else { "" };
    (
        object.name.starts_with(MEMFD),
        object.inode,
        name.to_owned(),
    )
}

#[derive(Clone, Debug, Default)]
struct Process {
    mappings: Vec<Mapping>,
    /// What it had when it last had anything, by object.
    last: HashMap<Key, (u64, usize)>,
}

/// Mappings of all processes.
#[derive(Debug, Default)]
struct Follower {
    /// Bytes of the array.
    array: u64,
    processes: HashMap<Task, Process>,
    /// Who first had to do with each object.
    makers: HashMap<Key, Task>,
    /// Bytes that were mapped of each object, by all together.
    mapped: HashMap<Key, u64>,
}

/// Who had the array mapped, other than the process that made it; by process.
///
/// The array is in every object of which all processes together mapped as much as it has bytes.
///
/// Blind spot: a process that unmaps what it could write to after it has looked at the array, and
/// before it gives up its other mappings; processes that share an address space without being
/// threads.
pub(super) fn holdings(recording: &Recording, array: u64) -> Vec<Holding> {
    followed(recording, array).found()
}

/// Processes that have to do with shared memory, other than helpers that only know names: they have
/// some mapped, or made calls about it.
pub(super) fn users(recording: &Recording) -> HashSet<Task> {
    let threads = sight::processes(recording);
    let of = |task: Task| threads.get(&task).copied().unwrap_or(task);
    let is_about = |made: &Made<'_>| {
        made.call.args.iter().any(|arg| match arg {
            Arg::Fd(fd) => fd.object.as_ref().is_some_and(|o| is_shared(&o.name)),
            Arg::Str(path) => is_shared(&String::from_utf8_lossy(&path.data)),
            _ => false,
        })
    };
    let callers = recording.calls().filter(is_about);
    let mut users: HashSet<Task> = callers.map(|made| of(made.task)).collect();
    let processes = followed(recording, 0).processes;
    let holders = processes.iter().filter(|(_, one)| !one.last.is_empty());
    users.extend(holders.map(|(task, _)| *task));
    users
}

fn followed(recording: &Recording, array: u64) -> Follower {
    let threads = sight::processes(recording);
    let of = |task: Task| threads.get(&task).copied().unwrap_or(task);
    let calls: HashMap<usize, Made<'_>> = recording
        .calls()
        .filter_map(|made| Some((made.exit?, made)))
        .collect();
    let mut follower = Follower {
        array,
        ..Follower::default()
    };
    for (at, event) in recording.events.iter().enumerate() {
        match &event.what {
            What::Fork {
                task,
                child,
                thread: false,
            } => follower.fork(of(*task), *child, at),
            What::Exec(task, _) => drop(follower.processes.remove(&of(*task))),
            What::Exit { task, .. } => {
                if let Some(made) = calls.get(&at) {
                    follower.call(of(*task), made, at);
                }
            }
            _ => {}
        }
    }
    follower
}

impl Follower {
    fn fork(&mut self, parent: Task, child: Task, at: usize) {
        let Some(parent) = self.processes.get(&parent) else {
            return;
        };
        let handed_on = parent.mappings.iter().filter(|one| !one.is_kept_back);
        let mappings = handed_on.map(|one| Mapping { at, ..one.clone() });
        let process = Process {
            mappings: mappings.collect(),
            ..Process::default()
        };
        self.processes.insert(child, process);
        self.note(child);
    }

    fn call(&mut self, process: Task, made: &Made<'_>, at: usize) {
        let Some(value) = made.value() else { return };
        let object = made.returned.and_then(|returned| returned.object.as_ref());
        let touched = object
            .or_else(|| made.object(4))
            .filter(|o| is_shared(&o.name));
        if let Some(object) = touched {
            self.makers.entry(key(object)).or_insert(process);
        }
        let own = self.processes.entry(process).or_default();
        let (address, len) = (amount(made, 0), amount(made, 1).unwrap_or(0));
        match made.call.name.as_str() {
            "mmap" => {
                let address = value as u64;
                unmap(&mut own.mappings, address, len);
                let is_shared_mapping = word(made, 3).contains("MAP_SHARED");
                if let Some(object) = touched {
                    let object = key(object);
                    let mapped = self.mapped.entry(object.clone()).or_default();
                    *mapped = mapped.saturating_add(len);
                    own.mappings.push(Mapping {
                        object,
                        offset: amount(made, 5).unwrap_or(0),
                        address,
                        len,
                        is_writable: is_shared_mapping && word(made, 2).contains("PROT_WRITE"),
                        at,
                        is_kept_back: false,
                    });
                }
            }
            "munmap" => {
                if let Some(address) = address {
                    unmap(&mut own.mappings, address, len);
                }
            }
            "mprotect" | "pkey_mprotect" => {
                let is_writable = word(made, 2).contains("PROT_WRITE");
                change(&mut own.mappings, address, len, |one| {
                    (one.is_writable, one.at) = (is_writable, at);
                });
            }
            "madvise" => {
                let advice = word(made, 2);
                change(&mut own.mappings, address, len, |one| {
                    one.is_kept_back = match advice {
                        "MADV_DONTFORK" => true,
                        "MADV_DOFORK" => false,
                        _ => one.is_kept_back,
                    };
                });
            }
            "mremap" => {
                let new = amount(made, 2).unwrap_or(0);
                let moved = own.mappings.iter_mut();
                for one in moved.filter(|one| Some(one.address) == address) {
                    (one.address, one.len) = (value as u64, new);
                }
            }
            _ => return,
        }
        self.note(process);
    }

    /// Keeps what a process has now, of each object of which it has anything.
    fn note(&mut self, process: Task) {
        let Some(process) = self.processes.get_mut(&process) else {
            return;
        };
        let mut now: HashMap<Key, (u64, usize)> = HashMap::new();
        for one in &process.mappings {
            let (writable, at) = now.entry(one.object.clone()).or_insert((0, one.at));
            let of_array = self.array.saturating_sub(one.offset).min(one.len);
            if one.is_writable && of_array > 0 {
                *writable = writable.saturating_add(of_array);
                *at = one.at;
            }
        }
        process.last.extend(now);
    }

    fn found(self) -> Vec<Holding> {
        let is_array = |object: &&Key| {
            let mapped = self.mapped.get(*object).copied().unwrap_or(0);
            mapped >= self.array.max(1)
        };
        let arrays: HashSet<&Key> = self.mapped.keys().filter(is_array).collect();
        let mut holdings = Vec::new();
        for (task, process) in &self.processes {
            let all = process.last.iter().filter(|(object, _)| {
                arrays.contains(object) && self.makers.get(object) != Some(task)
            });
            let worst = all
                .map(|(_, one)| *one)
                .max_by_key(|(writable, _)| *writable);
            if let Some((writable, at)) = worst {
                holdings.push(Holding {
                    process: *task,
                    writable,
                    at,
                });
            }
        }
        holdings.sort_by_key(|one| one.process);
        holdings
    }
}

/// A number or an address of a call.
fn amount(made: &Made<'_>, nth: usize) -> Option<u64> {
    match made.call.args.get(nth)? {
        Arg::Int(number) => Some(*number as u64),
        Arg::Word(word) => match word.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => word.parse().ok(),
        },
        _ => None,
    }
}

fn word<'a>(made: &Made<'a>, nth: usize) -> &'a str {
    match made.call.args.get(nth) {
        Some(Arg::Word(word)) => word,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Processes, and how much each of them could write to.
    fn found(trace: &str) -> Vec<(Task, u64)> {
        let holdings = holdings(&trace.parse().unwrap(), 1 << 20);
        holdings
            .iter()
            .map(|one| (one.process, one.writable))
            .collect()
    }

    const MADE: &str = "
        2 memfd_create(\"weights\", 0) = 3</memfd:weights (deleted) [9]>
        2 mmap(NULL, 1048576, PROT_READ|PROT_WRITE, MAP_SHARED, 3</memfd:weights (deleted) [9]>, 0) = 0x100000
    ";

    const MAPS: &str = "3 mmap(NULL, 1048576, PROT_READ, MAP_SHARED, 3</memfd:weights (deleted) [9]>, 0) = 0x800000\n";

    #[test]
    fn a_child_has_its_parents_mappings() {
        let inherited = format!("{MADE}2 >>> 3\n{MAPS}3 +++ exit 0\n").replace(">>>", "fork");
        assert_eq!(found(&inherited), [(3, 1 << 20)]);
        let unmapped = inherited.replace("2 fork", "2 munmap(0x100000, 1048576) = 0\n2 fork");
        assert_eq!(found(&unmapped), [(3, 0)]);
        let protected = inherited.replace(
            "2 fork",
            "2 mprotect(0x100000, 1048576, PROT_READ) = 0\n2 fork",
        );
        assert_eq!(found(&protected), [(3, 0)]);
        let kept = inherited.replace(
            "2 fork",
            "2 madvise(0x100000, 1048576, MADV_DONTFORK) = 0\n2 fork",
        );
        assert_eq!(found(&kept), [(3, 0)]);
        let first = inherited.replace("3 mmap", "3 munmap(0x100000, 1048576) = 0\n3 mmap");
        assert_eq!(found(&first), [(3, 0)]);
        let program = inherited.replace("3 mmap", "3 exec \"/submission/prog\"\n3 mmap");
        assert_eq!(found(&program), [(3, 0)]);
    }

    #[test]
    fn only_what_is_of_the_array_counts() {
        let behind = format!(
            "{MADE}2 munmap(0x100000, 1048576) = 0\n2 fork 3\n{MAPS}3 mmap(NULL, 8192, PROT_READ|PROT_WRITE, \
             MAP_SHARED, 4</memfd:weights (deleted) [9]>, 0x100000) = 0x900000\n"
        );
        assert_eq!(found(&behind), [(3, 0)]);
        let small = format!(
            "{MADE}2 munmap(0x100000, 1048576) = 0\n2 fork 3\n{MAPS}3 mmap(NULL, 32, PROT_READ|PROT_WRITE, \
             MAP_SHARED, 4</dev/shm/sem.x [9]>, 0) = 0x900000\n"
        );
        assert_eq!(found(&small), [(3, 0)]);
        let private = small.replace(
            "MAP_SHARED, 4</dev/shm/sem.x",
            "MAP_PRIVATE, 4</memfd:weights",
        );
        assert_eq!(found(&private), [(3, 0)]);
    }

    #[test]
    fn a_part_that_is_protected_is_split_from_the_rest() {
        let part =
            format!("{MADE}2 mprotect(0x104000, 1032192, PROT_READ) = 0\n2 fork 3\n3 +++ exit 0\n");
        assert_eq!(found(&part), [(3, 0x4000)]);
    }
}
