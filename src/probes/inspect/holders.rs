//! Who holds the other ends of what is waited for: all processes are asked once what they have
//! open.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::parallel::in_parallel;
use super::process::{Gathered, text};
use super::sockets::Sockets;
use crate::model::snapshot::{End, Held, Holder, Process, Target};
use crate::sys::proc::{self, Descriptor};

/// Ends that are looked for, and who was found to hold them.
pub(super) struct Holders {
    wanted: HashSet<Vec<u8>>,
    found: HashMap<Vec<u8>, Vec<(Holder, End)>>,
    /// Processes that may not be looked into.
    unseen: u64,
}

impl Holders {
    /// The ends that these processes wait for.
    pub(super) fn wanted<'a>(
        processes: impl Iterator<Item = &'a Process>,
        sockets: &Sockets,
    ) -> Self {
        let mut wanted = HashSet::new();
        let awaited = processes
            .flat_map(|process| &process.threads)
            .filter_map(|thread| thread.wait.as_ref())
            .flat_map(|wait| &wait.descriptors);
        for held in awaited {
            match &held.target {
                Target::Pipe { name, .. } => wanted.insert(name.clone().into_bytes()),
                Target::Socket { name, .. } => sockets
                    .peer(name)
                    .is_some_and(|peer| wanted.insert(peer.into_bytes())),
                _ => false,
            };
        }
        Self {
            wanted,
            found: HashMap::new(),
            unseen: 0,
        }
    }

    /// Whether nothing is looked for.
    pub(super) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Looks through all processes; what was read of those in the tree is not read again.
    pub(super) fn look(&mut self, tree: &[Gathered]) {
        let known: HashMap<i32, &Gathered> =
            tree.iter().map(|one| (one.process.pid, one)).collect();
        let all = proc::processes().unwrap_or_default();
        let (read, unread): (Vec<i32>, Vec<i32>) =
            all.into_iter().partition(|pid| known.contains_key(pid));
        for one in read.iter().filter_map(|pid| known.get(pid)) {
            match one.process.refused.contains_key("descriptors") {
                true => self.unseen += 1,
                false => self.note(one.process.pid, &one.descriptors),
            }
        }
        let is_wanted = |target: &[u8]| self.wanted.contains(text(target).as_bytes());
        let (found, unseen) = search(&unread, &is_wanted);
        self.unseen += unseen;
        for (pid, one) in found {
            self.note(pid, &[one]);
        }
    }

    fn note(&mut self, pid: i32, descriptors: &[Descriptor]) {
        for one in descriptors {
            let target = text(&one.target).into_bytes();
            if !self.wanted.contains(&target) {
                continue;
            }
            let holder = holder(pid, one.number);
            let end = end(pid, one.number);
            self.found.entry(target).or_default().push((holder, end));
        }
    }

    /// Tells a process what was found.
    pub(super) fn tell(&self, process: &mut Process, sockets: &Sockets) {
        let pid = process.pid;
        let waits = process
            .threads
            .iter_mut()
            .filter_map(|thread| thread.wait.as_mut());
        for held in waits.flat_map(|wait| &mut wait.descriptors) {
            self.tell_one(pid, held, sockets);
        }
    }

    fn tell_one(&self, pid: i32, held: &mut Held, sockets: &Sockets) {
        let number = held.number;
        match &mut held.target {
            Target::Pipe {
                name,
                end,
                other_end,
                unseen,
            } => {
                let all = self.found.get(name.as_bytes()).into_iter().flatten();
                *other_end = all
                    .filter(|(holder, its)| {
                        let is_itself = holder.pid == pid && holder.number == number;
                        !is_itself && (*its != *end || *its == End::Both)
                    })
                    .map(|(holder, _)| holder.clone())
                    .collect();
                *unseen = self.unseen;
            }
            Target::Socket {
                name, other_end, ..
            } => {
                let peer = sockets.peer(name).map(String::into_bytes);
                let all = peer.and_then(|peer| self.found.get(&peer));
                *other_end = all
                    .into_iter()
                    .flatten()
                    .map(|(holder, _)| holder.clone())
                    .collect();
            }
            _ => {}
        }
    }
}

/// A descriptor with the name of its process.
pub(super) fn holder(pid: i32, number: i32) -> Holder {
    let name = proc::stat(pid).map_or_else(|_| Vec::new(), |stat| stat.name);
    Holder {
        pid,
        name: text(&name),
        number,
    }
}

/// The descriptors of these processes whose target is wanted, and how many of the processes may
/// not be looked into.
pub(super) fn search(
    pids: &[i32],
    is_wanted: &(impl Fn(&[u8]) -> bool + Sync),
) -> (Vec<(i32, Descriptor)>, u64) {
    let parts = in_parallel(pids, |pids| {
        let (mut found, mut unseen) = (Vec::new(), 0);
        for pid in pids {
            match proc::descriptors(*pid) {
                Ok(descriptors) => found.extend(
                    descriptors
                        .into_iter()
                        .filter(|one| is_wanted(&one.target))
                        .map(|one| (*pid, one)),
                ),
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => unseen += 1,
                Err(_) => {}
            }
        }
        (found, unseen)
    });
    parts.into_iter().fold(
        (Vec::new(), 0),
        |(mut all, unseen), (found, more): (Vec<_>, u64)| {
            all.extend(found);
            (all, unseen + more)
        },
    )
}

/// What a descriptor was opened for: the kernel says it in the permissions of its link; see
/// proc_pid_fd(5).
pub(super) fn end(pid: i32, number: i32) -> End {
    const READ: u32 = 0o400;
    const WRITE: u32 = 0o200;
    let mode = fs::symlink_metadata(format!("/proc/{pid}/fd/{number}"))
        .map_or(0, |link| link.permissions().mode());
    match (mode & READ != 0, mode & WRITE != 0) {
        (true, true) => End::Both,
        (false, true) => End::Write,
        _ => End::Read,
    }
}
