//! Power loss, replayed: what a disk holds if the power fails at a given event.
//!
//! A [`Disk`] is fed the events of a recording, in order, and keeps for each file two contents:
//! what programs read (the page cache) and what a sync has made durable. Likewise for directory
//! entries. It is the strictest disk that the manual allows: nothing reaches it before a sync.
//!
//! What counts as a sync, and of what:
//!
//! - fsync(2) and fdatasync(2), through any descriptor of the file: everything whose write had
//!   returned before the sync was entered, from the moment on at which the sync has returned
//!   successfully. Both cover the file's size.
//! - sync(2), syncfs(2): the same for every file and directory (of that filesystem).
//! - A write on a descriptor opened with O_DSYNC or O_SYNC, or with RWF_DSYNC or RWF_SYNC: its own
//!   bytes and the file's size; see open(2) and pwritev2(2).
//! - sync_file_range(2): bytes within the size that is durable already, no metadata. That it does
//!   not flush the disk's own cache is not modelled.
//! - fsync(2) of a *directory* makes the creation, renaming and removal of names in it durable;
//!   fsync of a new file does not make its name durable (fsync(2), NOTES).
//!
//! A sync that fails makes nothing durable, and what it covered is lost for later syncs too: the
//! kernel reports the error once and marks the pages clean, so that a second fsync returns 0 for
//! data that never reached the disk ("PostgreSQL's fsync() surprise", LWN, 2018,
//! <https://lwn.net/Articles/752063/>; Rebello et al., "Can Applications Recover from fsync
//! Failures?", USENIX ATC 2020). Only writing the bytes again helps. EINTR and errors that say
//! that the call was wrong (EBADF, EINVAL) are not failures of the disk.
//!
//! Where the bytes cannot be known (a shared writable mapping, splice(2), an unreadable buffer),
//! the file is *blind*: [`Crashed::Blind`] says why.
//!
//! Blind spots: mprotect(2) that makes a shared mapping writable later; a file that was in the lab
//! directory before the run and of which the recording does not hold the content is taken to be
//! new when it is opened with O_CREAT.

mod call;
mod descriptors;
mod entries;
mod file;
mod names;
pub(crate) use names::absolute;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::recording::{Object, Recording, What, World};
use descriptors::Descriptors;
use file::File;
use names::{Names, Node};

/// A disk, at one moment of a recording.
#[derive(Debug, Default)]
pub struct Disk {
    files: Vec<File>,
    /// Files whose inode number is known, by filesystem and number.
    inodes: HashMap<(String, u64), usize>,
    names: Names,
    descriptors: Descriptors,
    /// For each sync in flight, by its entry: the first change that it does not cover.
    syncs: HashMap<usize, u64>,
    /// The number of the next change.
    next_change: u64,
    has_started: bool,
    blind: Option<String>,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crashed<'a> {
    /// Nothing has this name.
    Absent,
    /// A file with this content.
    Content(&'a [u8]),
    /// The recording cannot tell, for this reason.
    Blind(&'a str),
}

impl Disk {
    /// An empty disk, before the first event.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the event at `index`. Events must be fed in order, from 0 on.
    ///
    /// Files that the recording shows before the first exec are durable.
    pub fn feed(&mut self, recording: &Recording, index: usize) {
        let Some(event) = recording.events.get(index) else {
            return;
        };
        match &event.what {
            What::World(World::File(path, Some(bytes))) if !self.has_started => {
                let file = if bytes.cut == 0 {
                    File::existing(bytes.data.clone())
                } else {
                    File::blind("not all of its content at the start was recorded")
                };
                let node = self.add(file, path);
                self.names.existing(path.clone(), node);
            }
            What::World(World::Blind(what)) => {
                self.lose_sight(format!("the program used {what}"));
            }
            What::Exec(task, state) => {
                self.has_started = true;
                self.descriptors.exec(*task, &state.fds);
            }
            What::Fork {
                task,
                child,
                thread,
            } => self.descriptors.fork(*task, *child, *thread),
            What::Enter(_, call) if call::is_sync(&call.name) => {
                self.syncs.insert(index, self.next_change);
            }
            What::Exit {
                task,
                enter,
                returned,
            } => {
                let upto = self.syncs.remove(enter).unwrap_or(self.next_change);
                if let Some(event) = recording.events.get(*enter)
                    && let What::Enter(_, call) = &event.what
                {
                    self.returned(*task, call, returned, upto);
                }
            }
            _ => {}
        }
    }

    /// What `path` leads to if the power fails now.
    pub fn durable(&self, path: &str) -> Crashed<'_> {
        self.look(self.names.durable(path), |file| &file.durable)
    }

    /// What has been made durable of the file that has this name now, as though its directory
    /// entry were durable.
    pub fn synced(&self, path: &str) -> Crashed<'_> {
        self.look(self.names.volatile(path), |file| &file.durable)
    }

    /// What `path` leads to for a program that reads it now.
    pub fn volatile(&self, path: &str) -> Crashed<'_> {
        self.look(self.names.volatile(path), |file| &file.volatile)
    }

    /// Whether this is a descriptor of the file that has this name now.
    pub fn is_named(&self, object: &Object, path: &str) -> bool {
        match (self.find(object), self.names.volatile(path)) {
            (Some(file), Some(Node::File(named))) => file == named,
            _ => false,
        }
    }

    fn look(&self, node: Option<Node>, of: impl Fn(&File) -> &Vec<u8>) -> Crashed<'_> {
        if let Some(reason) = &self.blind {
            return Crashed::Blind(reason);
        }
        match node {
            None | Some(Node::Directory) => Crashed::Absent,
            Some(Node::File(file)) => match &self.files[file] {
                File {
                    blind: Some(reason),
                    ..
                } => Crashed::Blind(reason),
                file => Crashed::Content(of(file)),
            },
        }
    }

    fn lose_sight(&mut self, reason: String) {
        self.blind.get_or_insert(reason);
    }

    /// Adds a file that was found under this path.
    fn add(&mut self, mut file: File, path: &str) -> Node {
        file.filesystem = names::top(path).to_owned();
        self.files.push(file);
        Node::File(self.files.len() - 1)
    }

    /// The file that a descriptor refers to, if it has been seen before.
    fn find(&self, object: &Object) -> Option<usize> {
        let key = (names::top(&object.name).to_owned(), object.inode);
        if object.inode != 0
            && let Some(file) = self.inodes.get(&key)
        {
            return Some(*file);
        }
        match self.names.volatile(&object.name)? {
            Node::File(file) => {
                let inode = self.files[file].inode;
                let is_same = inode == 0 || object.inode == 0 || inode == object.inode;
                is_same.then_some(file)
            }
            Node::Directory => None,
        }
    }

    /// Remembers that the file has this inode.
    fn bind(&mut self, file: usize, object: &Object) {
        if object.inode != 0 {
            self.files[file].inode = object.inode;
            let key = (names::top(&object.name).to_owned(), object.inode);
            self.inodes.insert(key, file);
        }
    }

    fn change_number(&mut self) -> u64 {
        self.next_change += 1;
        self.next_change - 1
    }
}
