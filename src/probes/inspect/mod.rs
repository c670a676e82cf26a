//! What a running process and its descendants are, wait for and hold: real processes, looked at
//! from outside through /proc.
//!
//! [`find`] says which process a name means; [`inspect`] takes the [`Snapshot`] of a tree,
//! [`descriptors`] what one process has open, [`memory`] what shared memory there is. Nothing is
//! stopped, traced or changed: processes go on while they are read, so what is said of one may
//! be older than what is said of another by a few milliseconds. What the kernel does not let us
//! read is in [`Process::refused`].

mod descriptors;
mod find;
mod holders;
mod memory;
mod parallel;
mod process;
mod sockets;
mod waits;

use std::collections::HashMap;
use std::io;
use std::time::SystemTime;

use nix::unistd::{Uid, User};

pub use descriptors::descriptors;
pub use find::{Named, Resolved, find};
pub use memory::memory;

use crate::model::snapshot::{Limit, SCHEMA, Snapshot};
use crate::sys::{clock, proc};
use holders::Holders;
use process::Gathered;
use sockets::Sockets;

/// How much is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The share in memory (`Pss`) of the first process only: the kernel walks all pages for it.
    Usual,
    /// Everything of every process.
    All,
}

/// Takes a snapshot of a process and its descendants.
///
/// # Errors
/// ENOENT or ESRCH if the process is gone.
pub fn inspect(root: i32, depth: Depth) -> io::Result<Snapshot> {
    let now = SystemTime::now();
    let boot = clock::since_boot();
    let parents_limits = |pid| proc::limits(pid).ok();
    let mut gathered: Vec<Gathered> = Vec::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        let moment = process::Moment {
            now,
            boot,
            wants_share: depth == Depth::All || pid == root,
        };
        let found = match process::gather(pid, moment) {
            Ok(found) => found,
            Err(error) if pid == root => return Err(error),
            // It has ended meanwhile.
            Err(_) => continue,
        };
        // Somebody else's by now, under a number that has become free. What has lost its parent
        // meanwhile may have got another one of the tree.
        let is_in_tree = |parent| gathered.iter().any(|one| one.process.pid == parent);
        if pid != root && !is_in_tree(found.process.parent) {
            continue;
        }
        // The last that is pushed comes first.
        open.extend(found.children.iter().rev());
        gathered.push(found);
    }
    let above = gathered
        .first()
        .filter(|root| root.process.parent != 0)
        .and_then(|root| parents_limits(root.process.parent));
    compare_limits(&mut gathered, above.as_deref());
    count_tasks(&mut gathered);
    name_users(&mut gathered);
    note_zombies(&mut gathered);
    look_up_waits(&mut gathered);
    Ok(Snapshot {
        schema: SCHEMA,
        taken: clock::rfc3339(now),
        root,
        processes: gathered.into_iter().map(|one| one.process).collect(),
    })
}

/// Says of each limit whether it is below that of the parent.
fn compare_limits(gathered: &mut [Gathered], above: Option<&[proc::Limit]>) {
    let soft = |limits: &[Limit]| -> HashMap<String, Option<u64>> {
        limits
            .iter()
            .map(|limit| (limit.name.clone(), limit.soft))
            .collect()
    };
    let mut known: HashMap<i32, HashMap<String, Option<u64>>> = gathered
        .iter()
        .filter(|one| !one.process.limits.is_empty())
        .map(|one| (one.process.pid, soft(&one.process.limits)))
        .collect();
    if let (Some(root), Some(above)) = (gathered.first(), above) {
        let limits = above
            .iter()
            .map(|limit| (limit.name.to_owned(), process::finite(limit.soft)))
            .collect();
        known.insert(root.process.parent, limits);
    }
    let below = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
    for one in gathered {
        let Some(parent) = known.get(&one.process.parent) else {
            continue;
        };
        for limit in &mut one.process.limits {
            limit.is_below_parent = parent
                .get(&limit.name)
                .map(|soft| below(limit.soft) < below(*soft));
        }
    }
}

/// Says how near each user is to its limit of processes; root has none.
fn count_tasks(gathered: &mut [Gathered]) {
    const ROOT: u32 = 0;
    let is_of_interest = |one: &Gathered| {
        one.process.real_uid != ROOT
            && (one.process.limits.iter())
                .any(|limit| limit.name == "NPROC" && limit.soft.is_some())
    };
    if !gathered.iter().any(is_of_interest) {
        return;
    }
    let mut tasks: HashMap<u32, u64> = HashMap::new();
    for status in proc::processes()
        .unwrap_or_default()
        .into_iter()
        .flat_map(proc::status)
    {
        *tasks.entry(status.real_user).or_default() += status.threads;
    }
    for one in gathered.iter_mut().filter(|one| is_of_interest(one)) {
        for limit in one
            .process
            .limits
            .iter_mut()
            .filter(|limit| limit.name == "NPROC")
        {
            limit.used = tasks.get(&one.process.real_uid).copied();
        }
    }
}

/// Names the users; each is asked for once: that may read a file or ask a server.
fn name_users(gathered: &mut [Gathered]) {
    let mut names: HashMap<u32, Option<String>> = HashMap::new();
    for one in gathered {
        let uid = one.process.uid;
        let name = names.entry(uid).or_insert_with(|| user_name(uid));
        one.process.user.clone_from(name);
    }
}

/// What a user is called; `None` if it has no name here.
fn user_name(uid: u32) -> Option<String> {
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten()?;
    Some(user.name)
}

/// Gives zombies to their parents.
fn note_zombies(gathered: &mut [Gathered]) {
    let zombies: Vec<(i32, i32)> = gathered
        .iter()
        .filter(|one| one.process.is_zombie())
        .map(|one| (one.process.parent, one.process.pid))
        .collect();
    for (parent, zombie) in zombies {
        if let Some(one) = gathered.iter_mut().find(|one| one.process.pid == parent) {
            one.process.zombies.push(zombie);
        }
    }
}

/// Says what each thread is blocked in, and who is at the other end of it.
fn look_up_waits(gathered: &mut [Gathered]) {
    let mut sockets = Sockets::default();
    for at in 0..gathered.len() {
        let family = waits::Family::of(&gathered[at], gathered);
        for nth in 0..gathered[at].calls.len() {
            let Some((nr, args)) = gathered[at].calls[nth] else {
                continue;
            };
            let thread = &gathered[at].process.threads[nth];
            let wait = waits::decode(&family, thread.tid, nr, args, &mut sockets);
            gathered[at].process.threads[nth].wait = Some(wait);
        }
    }
    let mut holders = Holders::wanted(gathered.iter().map(|one| &one.process), &sockets);
    if !holders.is_empty() {
        holders.look(gathered);
        for one in gathered {
            holders.tell(&mut one.process, &sockets);
        }
    }
}
