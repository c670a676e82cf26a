//! Shared memory of the machine: names in /dev/shm, System V segments, and what has no name; and
//! which processes have it open or mapped.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::SystemTime;

use nix::sys::stat::{major, minor};
use nix::sys::statvfs::statvfs;

use super::parallel::in_parallel;
use super::process::{is_refusal, text};
use crate::model::memory::{Creator, Kind, Memory, Object, Room, SCHEMA, User};
use crate::sys::clock;
use crate::sys::proc::{self, Area};

/// Where POSIX shared memory has its names.
const NAMES: &str = "/dev/shm";

/// How the kernel calls a memfd, and a System V segment.
const MEMFD: &[u8] = b"/memfd:";
const SYSTEM_V: &[u8] = b"/SYSV";

/// SHM_DEST of shmctl(2).
const REMOVED: u32 = 0o1000;

/// What tells objects apart: device and inode of a file; a segment has its id as its inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    File((u64, u64), u64),
    Segment(i32),
}

/// What a process has of an object.
#[derive(Clone, Debug)]
struct Share {
    identity: Identity,
    path: Vec<u8>,
    is_deleted: bool,
    size: Option<u64>,
    allocated: Option<u64>,
    user: User,
}

/// Takes a look at all shared memory that there is.
///
/// # Errors
/// If /proc cannot be read.
pub fn memory() -> io::Result<Memory> {
    let now = SystemTime::now();
    let mut objects: BTreeMap<Identity, Object> = BTreeMap::new();
    note_names(Path::new(NAMES), now, &mut objects);
    // A kernel without System V has no such file.
    for segment in proc::segments().unwrap_or_default() {
        objects.insert(Identity::Segment(segment.id), of_segment(&segment));
    }
    let pids = proc::processes()?;
    let mut unseen = 0;
    for part in in_parallel(&pids, |pids| {
        pids.iter().map(|pid| shares(*pid)).collect::<Vec<_>>()
    }) {
        for found in part {
            match found {
                Ok(shares) => shares
                    .into_iter()
                    .for_each(|share| join(share, &mut objects)),
                Err(error) if is_refusal(&error) => unseen += 1,
                // It has ended meanwhile.
                Err(_) => {}
            }
        }
    }
    let mut objects: Vec<Object> = objects.into_values().collect();
    for object in &mut objects {
        object
            .users
            .sort_by_key(|user| (std::cmp::Reverse(user.proportional_kib), user.pid));
        object.user = object.uid.and_then(super::user_name);
        if object.is_used.is_none() && !object.users.is_empty() {
            object.is_used = Some(true);
        } else if object.is_used.is_none() && unseen == 0 {
            object.is_used = Some(false);
        }
    }
    objects.sort_by(|one, other| {
        let number = |object: &Object| object.name.parse::<i64>().unwrap_or(0);
        (one.kind, number(one), &one.name).cmp(&(other.kind, number(other), &other.name))
    });
    Ok(Memory {
        schema: SCHEMA,
        taken: clock::rfc3339(now),
        room: statvfs(NAMES).ok().map(|room| Room {
            size: room.blocks() * room.fragment_size(),
            used: (room.blocks() - room.blocks_free()) * room.fragment_size(),
        }),
        objects,
        unseen,
    })
}

/// Notes the files below a directory of names.
fn note_names(directory: &Path, now: SystemTime, objects: &mut BTreeMap<Identity, Object>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        // What is gone meanwhile is not there; a link is not followed.
        let Ok(status) = entry.metadata() else {
            continue;
        };
        if status.is_dir() {
            note_names(&path, now, objects);
        }
        if !status.is_file() {
            continue;
        }
        let unchanged = status
            .modified()
            .ok()
            .and_then(|at| now.duration_since(at).ok());
        let object = Object {
            size: Some(status.len()),
            allocated: Some(status.blocks() * 512),
            uid: Some(status.uid()),
            mode: Some(format!("{:04o}", status.mode() & 0o7777)),
            unchanged_ms: unchanged.and_then(|span| u64::try_from(span.as_millis()).ok()),
            ..unknown(Kind::Named, named(path.as_os_str().as_bytes()))
        };
        let device = (major(status.dev()), minor(status.dev()));
        objects.insert(Identity::File(device, status.ino()), object);
    }
}

/// `/weights` of `/dev/shm/weights`; what a memfd was called.
fn named(path: &[u8]) -> String {
    let short = path
        .strip_prefix(NAMES.as_bytes())
        .or_else(|| path.strip_prefix(MEMFD));
    text(short.unwrap_or(path))
}

/// An object of which nothing is known but what it is.
fn unknown(kind: Kind, name: String) -> Object {
    Object {
        kind,
        name,
        key: None,
        size: None,
        allocated: None,
        uid: None,
        user: None,
        mode: None,
        unchanged_ms: None,
        creator: None,
        is_removed: false,
        users: Vec::new(),
        is_used: None,
    }
}

fn of_segment(segment: &proc::Segment) -> Object {
    Object {
        key: (segment.key != 0).then(|| format!("0x{:08x}", segment.key)),
        size: Some(segment.size),
        allocated: Some(segment.resident),
        uid: Some(segment.user),
        mode: Some(format!("{:04o}", segment.mode & 0o777)),
        creator: Some(Creator {
            pid: segment.creator,
            is_alive: proc::stat(segment.creator).is_ok(),
        }),
        is_removed: segment.mode & REMOVED != 0,
        // The kernel counts.
        is_used: Some(segment.attached > 0),
        ..unknown(Kind::Segment, segment.id.to_string())
    }
}

/// Whether a path is that of shared memory.
fn is_shared_memory(path: &[u8]) -> bool {
    let is_name = path
        .strip_prefix(NAMES.as_bytes())
        .is_some_and(|rest| rest.starts_with(b"/"));
    is_name || path.starts_with(MEMFD) || path.starts_with(SYSTEM_V)
}

/// What a process has of all shared memory.
fn shares(pid: i32) -> io::Result<Vec<Share>> {
    let of_interest = |area: &Area| area.inode != 0 && is_shared_memory(&area.path);
    let mut found: BTreeMap<Identity, Share> = BTreeMap::new();
    let name = || proc::stat(pid).map(|stat| text(&stat.name));
    let user = |name: String| User {
        pid,
        name,
        is_mapped: false,
        is_writable: false,
        resident_kib: 0,
        proportional_kib: 0,
    };
    if proc::areas(pid)?.iter().any(of_interest) {
        let is_ours = ipc_namespace(pid) == ipc_namespace(std::process::id().cast_signed());
        for area in proc::filled_areas(pid)?.into_iter().filter(of_interest) {
            let is_writable = area.is_writable() && area.is_shared;
            let identity = match area.path.starts_with(SYSTEM_V) {
                true if !is_ours => continue,
                // The inode of a segment is its id.
                true => Identity::Segment(area.inode as i32),
                false => Identity::File(area.device, area.inode),
            };
            let share = match found.entry(identity) {
                std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
                std::collections::btree_map::Entry::Vacant(free) => free.insert(Share {
                    identity,
                    path: area.path,
                    is_deleted: area.is_deleted,
                    size: None,
                    allocated: None,
                    user: user(name()?),
                }),
            };
            share.user.is_mapped = true;
            share.user.is_writable |= is_writable;
            share.user.resident_kib += area.rss;
            share.user.proportional_kib += area.pss;
        }
    }
    for one in proc::descriptors(pid)? {
        if !is_shared_memory(&one.target) {
            continue;
        }
        // It may have been closed meanwhile.
        let Ok(status) = fs::metadata(format!("/proc/{pid}/fd/{}", one.number)) else {
            continue;
        };
        if !status.is_file() {
            continue;
        }
        let device = (major(status.dev()), minor(status.dev()));
        let identity = Identity::File(device, status.ino());
        let (path, is_deleted) = match one.target.strip_suffix(b" (deleted)") {
            Some(path) => (path, true),
            None => (&one.target[..], false),
        };
        let share = match found.entry(identity) {
            std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => free.insert(Share {
                identity,
                path: path.to_owned(),
                is_deleted,
                size: None,
                allocated: None,
                user: user(name()?),
            }),
        };
        share.size = Some(status.len());
        share.allocated = Some(status.blocks() * 512);
    }
    Ok(found.into_values().collect())
}

/// The IPC namespace of a process; `None` if it may not be known.
fn ipc_namespace(pid: i32) -> Option<std::path::PathBuf> {
    fs::read_link(format!("/proc/{pid}/ns/ipc")).ok()
}

/// Adds what a process has to what is known of the object.
fn join(share: Share, objects: &mut BTreeMap<Identity, Object>) {
    let object = objects.entry(share.identity).or_insert_with(|| {
        let kind = match share.path.starts_with(MEMFD) {
            true => Kind::Memfd,
            false if share.path.starts_with(SYSTEM_V) => Kind::Segment,
            false if share.is_deleted => Kind::Unlinked,
            // In the /dev/shm of another mount namespace.
            false => Kind::Named,
        };
        match share.identity {
            Identity::Segment(id) => unknown(kind, id.to_string()),
            Identity::File(..) => unknown(kind, named(&share.path)),
        }
    });
    object.size = object.size.or(share.size);
    object.allocated = object.allocated.or(share.allocated);
    object.users.push(share.user);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::shared::{Words, unnamed};

    #[test]
    fn our_own_is_found() {
        let file = unnamed(3 * 4096).unwrap();
        let words = Words::new(&file).unwrap();
        words.word(0).store(1, std::sync::atomic::Ordering::SeqCst);
        let me = std::process::id().cast_signed();
        let all = memory().unwrap().of(&[me]);
        let is_ours = |object: &&Object| object.size == Some(3 * 4096);
        let object = all.objects.iter().find(is_ours).unwrap();
        assert_eq!((object.kind, object.name.as_str()), (Kind::Memfd, "syslab"));
        assert_eq!(object.is_used, Some(true));
        let user = &object.users[0];
        assert!(user.pid == me && user.is_mapped && user.is_writable);
        assert_eq!(user.proportional_kib, 4);
    }

    #[test]
    fn only_names_below_the_directory_count() {
        assert!(is_shared_memory(b"/dev/shm/a") && is_shared_memory(b"/SYSV00000000"));
        assert!(!is_shared_memory(b"/dev/shmem") && !is_shared_memory(b"/tmp/dev/shm/a"));
        assert_eq!(named(b"/dev/shm/a\nb"), "/a\nb");
    }
}
