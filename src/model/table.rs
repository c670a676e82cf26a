//! What one process has open at one moment: its descriptor table.
//!
//! Facts as the kernel tells them. What is `None` was refused, or not asked for, and is not known;
//! what is empty is not there. [`Table::refused`] holds the refusals, with the reason.

mod groups;
mod history;
#[cfg(test)]
mod testing;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::snapshot::Holder;

pub use groups::{Group, Key, groups};
pub use history::{Growth, History, Series};

/// The version of the JSON form.
pub const SCHEMA: u32 = 1;

/// So many holders are named of each descriptor.
pub const HOLDERS: usize = 16;

/// The descriptor table of a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// [`SCHEMA`].
    pub schema: u32,
    /// When it was read; RFC 3339, in the user's time zone.
    pub taken: String,
    /// The process.
    pub pid: i32,
    /// Its name: at most 15 bytes, of its own choosing.
    pub name: String,
    /// Its arguments; empty for a zombie and for a kernel thread.
    pub command: Vec<String>,
    /// When it started, clock ticks since boot: with the pid it names the process for ever.
    pub started_ticks: u64,
    /// How long ago that was, milliseconds.
    pub age_ms: u64,
    /// Its limit of descriptors (RLIMIT_NOFILE), which numbers stay below; `None` for none.
    pub limit: Option<u64>,
    /// How far it may raise that; `None` for any.
    pub hard_limit: Option<u64>,
    /// What it has open, by number.
    pub descriptors: Vec<Descriptor>,
    /// Other processes that have this very table: clone(2) with CLONE_FILES.
    pub table_shared_with: Vec<i32>,
    /// Processes that may hold the other ends of pipes and sockets: they may not be looked into.
    pub unseen: u64,
    /// What the kernel did not let us know, with its reason.
    pub refused: BTreeMap<String, String>,
}

/// A descriptor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// Its number.
    pub number: i32,
    /// What it refers to.
    pub kind: Kind,
    /// What it may be used for.
    pub mode: Mode,
    /// The path, without the kernel's ` (deleted)`; else the kernel's name: `pipe:[123]`.
    pub target: String,
    /// Whether the file has no name any more: its bytes are free when the last descriptor is
    /// closed, and the last mapping gone.
    pub is_deleted: bool,
    /// Bytes of a file.
    pub size: Option<u64>,
    /// Bytes that it takes on its disk, or in memory if it lives there.
    pub allocated: Option<u64>,
    /// Device and inode of what has a path: `8:1 4711`.
    pub file: Option<String>,
    /// Offset of the next byte; only where it means something.
    pub position: Option<u64>,
    /// O_APPEND, O_NONBLOCK and the like: what is set with open(2) and fcntl(2), but for the
    /// access mode and O_CLOEXEC.
    pub flags: Option<Vec<String>>,
    /// Whether it is closed when another program is executed.
    pub closes_on_exec: Option<bool>,
    /// Addresses and state.
    pub socket: Option<Socket>,
    /// What an epoll instance watches.
    pub watches: Vec<Watch>,
    /// What else the kernel tells: the count of an eventfd, the process of a pidfd.
    pub detail: Option<String>,
    /// The open file description, with its offset and status flags: the lowest number of this
    /// process that refers to it. `None` where that was not asked or may not be known.
    pub description: Option<i32>,
    /// How many other descriptors refer to it, of this process and of others.
    pub sharers: u64,
    /// Which ones: those of other processes first, [`HOLDERS`] at most.
    pub shared_with: Vec<Holder>,
    /// Who holds the other end of a pipe or of a connection that does not leave this machine:
    /// [`HOLDERS`] at most.
    pub other_end: Vec<Holder>,
    /// How long it has been seen to be open, milliseconds: at least so old is it. The kernel does
    /// not keep when it was opened; the times of /proc/PID/fd are those of somebody's first look.
    pub seen_ms: u64,
}

/// What a descriptor refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link: open(2) with O_PATH and O_NOFOLLOW.
    Symlink,
    /// A pipe, or a named one.
    Pipe,
    /// A socket of TCP.
    Tcp,
    /// A socket of UDP.
    Udp,
    /// A Unix socket.
    Unix,
    /// Another socket.
    Socket,
    /// An epoll instance.
    Epoll,
    /// See eventfd(2).
    Eventfd,
    /// See timerfd_create(2).
    Timerfd,
    /// See signalfd(2).
    Signalfd,
    /// See memfd_create(2).
    Memfd,
    /// See inotify(7).
    Inotify,
    /// See pidfd_open(2).
    Pidfd,
    /// See io_uring(7).
    IoUring,
    /// A terminal.
    Terminal,
    /// Another device.
    Device,
    /// A namespace.
    Namespace,
    /// Anything else.
    Other,
}

/// What a descriptor may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Reading.
    #[serde(rename = "r")]
    Read,
    /// Writing.
    #[serde(rename = "w")]
    Write,
    /// Both.
    #[serde(rename = "rw")]
    Both,
    /// Neither: O_PATH.
    #[serde(rename = "-")]
    Neither,
}

/// Addresses and state of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Socket {
    /// `tcp`, `udp6`, `unix`, `netlink`; empty if the kernel does not say.
    pub protocol: String,
    /// In a word or two; empty if it is in no list.
    pub state: String,
    /// Where it is bound; empty if nowhere.
    pub local: String,
    /// Where it is connected to; empty if nowhere.
    pub remote: String,
}

/// What an epoll instance watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The number under which it was added.
    pub number: i32,
    /// For what: EPOLLIN and the like.
    pub events: Vec<String>,
    /// The word that comes with each event, in hexadecimal.
    pub data: String,
    /// Whether this number is now closed, or something else: the watch lives on as long as the
    /// open file description does, and cannot be removed by this number; see epoll(7).
    pub is_stale: bool,
}

impl Table {
    /// The descriptor with this number.
    pub fn descriptor(&self, number: i32) -> Option<&Descriptor> {
        self.descriptors
            .binary_search_by_key(&number, |one| one.number)
            .ok()
            .and_then(|at| self.descriptors.get(at))
    }

    /// Whether it is the table of the same process, and not of another with its number.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.pid, self.started_ticks) == (other.pid, other.started_ticks)
    }

    /// Says of each descriptor how long it has been seen, by an earlier look of `since_ms` ago.
    pub fn remember(&mut self, former: &Self, since_ms: u64) {
        for one in &mut self.descriptors {
            one.seen_ms = former
                .descriptor(one.number)
                .filter(|was| was.is_likely(one))
                .map_or(0, |was| was.seen_ms.saturating_add(since_ms));
        }
    }
}

impl Descriptor {
    /// Whether it is what another look found under its number, as far as can be seen: closed and
    /// opened again in between, a file looks the same.
    fn is_likely(&self, other: &Self) -> bool {
        (self.kind, self.mode, &self.target, &self.file)
            == (other.kind, other.mode, &other.target, &other.file)
    }
}

impl Kind {
    /// Its name, as in the JSON form.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Dir => "dir",
            Self::Symlink => "symlink",
            Self::Pipe => "pipe",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Unix => "unix",
            Self::Socket => "socket",
            Self::Epoll => "epoll",
            Self::Eventfd => "eventfd",
            Self::Timerfd => "timerfd",
            Self::Signalfd => "signalfd",
            Self::Memfd => "memfd",
            Self::Inotify => "inotify",
            Self::Pidfd => "pidfd",
            Self::IoUring => "io_uring",
            Self::Terminal => "terminal",
            Self::Device => "device",
            Self::Namespace => "namespace",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Read => "r",
            Self::Write => "w",
            Self::Both => "rw",
            Self::Neither => "-",
        })
    }
}
