//! Shared memory of a machine at one moment: what there is, and who has it.
//!
//! Facts as the kernel tells them. Who may not be looked into may have any of it: [`Memory::unseen`].

use serde::{Deserialize, Serialize};

/// The version of the JSON form.
pub const SCHEMA: u32 = 1;

/// All shared memory that can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// [`SCHEMA`].
    pub schema: u32,
    /// When it was looked at; RFC 3339, in the user's time zone.
    pub taken: String,
    /// The file system of names; `None` if there is none.
    pub room: Option<Room>,
    /// Each object: names in order, then segments, then what has no name.
    pub objects: Vec<Object>,
    /// Processes that may not be looked into.
    pub unseen: u64,
}

/// What fits into /dev/shm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Bytes in all.
    pub size: u64,
    /// Bytes that are taken up.
    pub used: u64,
}

/// How an object is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// By a name in /dev/shm; shm_open(3), sem_open(3).
    Named,
    /// By an id; shmget(2).
    Segment,
    /// Not any more: its name was removed.
    Unlinked,
    /// Never by a name; memfd_create(2).
    Memfd,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// How it is found.
    pub kind: Kind,
    /// Its name as shm_open(3) has it, `/weights`; the id of a segment; what a memfd is called.
    pub name: String,
    /// The key of a segment, as ipcs(1) shows it; `None` if it is private.
    pub key: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// Bytes that are there.
    pub allocated: Option<u64>,
    /// User id of its owner.
    pub uid: Option<u32>,
    /// Name of its owner, if it has one.
    pub user: Option<String>,
    /// Permissions, `0600`.
    pub mode: Option<String>,
    /// How long nobody has written to it by a call, milliseconds; of what has a name.
    pub unchanged_ms: Option<u64>,
    /// Who made it; of a segment.
    pub creator: Option<Creator>,
    /// Whether a segment goes with the last who has it (IPC_RMID).
    pub is_removed: bool,
    /// Processes that have it open or mapped, the largest share first.
    pub users: Vec<User>,
    /// Whether anybody has it; `None`: nobody in sight, and some may not be looked into.
    pub is_used: Option<bool>,
}

/// Who made a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creator {
    /// Its pid then.
    pub pid: i32,
    /// Whether there is such a process now; it may be another one.
    pub is_alive: bool,
}

/// A process that has an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The process.
    pub pid: i32,
    /// Its name.
    pub name: String,
    /// Whether it has mapped it; otherwise it only has it open.
    pub is_mapped: bool,
    /// Whether a mapping of it may be written.
    pub is_writable: bool,
    /// What it has of it in memory, KiB.
    pub resident_kib: u64,
    /// The same, each page divided by the number of processes that have it.
    pub proportional_kib: u64,
}

impl Memory {
    /// What only these processes have.
    pub fn of(mut self, pids: &[i32]) -> Self {
        self.objects
            .retain(|object| object.users.iter().any(|user| pids.contains(&user.pid)));
        self
    }
}
