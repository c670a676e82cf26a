//! Memory, and System V IPC.

use super::{Flags, flags};
use crate::tracer::decode::word;

pub(crate) const PROT: Flags = flags!("PROT_???":
    PROT_NONE, PROT_READ, PROT_WRITE, PROT_EXEC, PROT_SEM = 8, PROT_GROWSDOWN, PROT_GROWSUP);

const MAP_TYPE: Flags =
    flags!("MAP_???": MAP_FILE = 0, MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE);

const MAP: Flags = flags!("":
    MAP_FIXED, MAP_ANONYMOUS, MAP_32BIT = 0x40, MAP_NORESERVE, MAP_POPULATE, MAP_NONBLOCK,
    MAP_GROWSDOWN, MAP_DENYWRITE, MAP_EXECUTABLE, MAP_LOCKED, MAP_STACK, MAP_HUGETLB,
    MAP_SYNC = 0x8_0000, MAP_FIXED_NOREPLACE);

/// Where the logarithm of a huge page's size is in the flags; see mmap(2).
const HUGE_SHIFT: u32 = 26;
const HUGE_MASK: u64 = 0x3f << HUGE_SHIFT;

/// The flags of mmap(2): the type first, the size of huge pages last.
pub(crate) fn map(flags: u64) -> String {
    let kind = flags & 0xf;
    let mut text = MAP_TYPE.one(kind);
    let rest = MAP.append_bits(&mut text, flags & !kind & !HUGE_MASK);
    if rest != 0 {
        text.push_str(&format!("|{rest:#x}"));
    }
    if flags & HUGE_MASK != 0 {
        text.push_str(&format!(
            "|{}<<MAP_HUGE_SHIFT",
            (flags & HUGE_MASK) >> HUGE_SHIFT
        ));
    }
    text
}

pub(crate) const MREMAP: Flags =
    flags!("MREMAP_???": MREMAP_MAYMOVE, MREMAP_FIXED, MREMAP_DONTUNMAP = 4);

pub(crate) const MSYNC: Flags = flags!("MS_???": MS_SYNC, MS_ASYNC, MS_INVALIDATE);

pub(crate) const MADVISE: Flags = flags!("MADV_???":
    MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE,
    MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE,
    MADV_NOHUGEPAGE, MADV_DONTDUMP, MADV_DODUMP, MADV_WIPEONFORK = 18, MADV_KEEPONFORK = 19,
    MADV_COLD = 20, MADV_PAGEOUT = 21, MADV_POPULATE_READ = 22, MADV_POPULATE_WRITE = 23,
    MADV_DONTNEED_LOCKED = 24, MADV_COLLAPSE = 25, MADV_HWPOISON, MADV_SOFT_OFFLINE = 101);

pub(crate) const MLOCKALL: Flags = flags!("MCL_???": MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 4);

pub(crate) const MLOCK2: Flags = flags!("MLOCK_???": MLOCK_ONFAULT = 1);

pub(crate) const MEMFD: Flags = flags!("MFD_???":
    MFD_CLOEXEC, MFD_ALLOW_SEALING, MFD_HUGETLB, MFD_NOEXEC_SEAL = 8, MFD_EXEC = 0x10);

pub(crate) const MPOL: Flags = flags!("MPOL_???":
    MPOL_DEFAULT = 0, MPOL_PREFERRED = 1, MPOL_BIND = 2, MPOL_INTERLEAVE = 3, MPOL_LOCAL = 4,
    MPOL_PREFERRED_MANY = 5);

pub(crate) const MBIND: Flags =
    flags!("MPOL_???": MPOL_MF_STRICT = 1, MPOL_MF_MOVE = 2, MPOL_MF_MOVE_ALL = 4);

pub(crate) const SHMAT: Flags = flags!("SHM_???": SHM_RDONLY, SHM_RND, SHM_REMAP, SHM_EXEC);

/// The flags of shmget(2), the permissions last.
pub(crate) fn shm_get(flags: u64) -> String {
    const GET: Flags = flags!("": IPC_CREAT, IPC_EXCL, SHM_HUGETLB, SHM_NORESERVE);
    get(&GET, flags)
}

/// The flags of msgget(2) and semget(2), the permissions last.
pub(crate) fn ipc_get(flags: u64) -> String {
    const GET: Flags = flags!("": IPC_CREAT, IPC_EXCL, IPC_NOWAIT);
    get(&GET, flags)
}

fn get(known: &Flags, flags: u64) -> String {
    const PERMISSIONS: u64 = 0o777;
    let mut text = String::new();
    let rest = known.append_bits(&mut text, flags & !PERMISSIONS);
    if rest != 0 {
        let bar = if text.is_empty() { "" } else { "|" };
        text.push_str(&format!("{bar}{rest:#x}"));
    }
    if !text.is_empty() {
        text.push('|');
    }
    text + &word::octal((flags & PERMISSIONS) as u32)
}

pub(crate) const SHMCTL: Flags = flags!("SHM_???":
    IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO = 3, SHM_LOCK = 11, SHM_UNLOCK = 12, SHM_STAT = 13,
    SHM_INFO = 14, SHM_STAT_ANY = 15);

pub(crate) const SEMCTL: Flags = flags!("SEM_???":
    IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO = 3, GETPID = 11, GETVAL = 12, GETALL = 13, GETNCNT = 14,
    GETZCNT = 15, SETVAL = 16, SETALL = 17, SEM_STAT = 18, SEM_INFO = 19, SEM_STAT_ANY = 20);

pub(crate) const SEMOP: Flags = flags!("SEM_???": SEM_UNDO = 0x1000, IPC_NOWAIT);

pub(crate) const MSGCTL: Flags = flags!("MSG_???":
    IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO = 3, MSG_STAT = 11, MSG_INFO = 12, MSG_STAT_ANY = 13);

pub(crate) const MSG: Flags =
    flags!("MSG_???": MSG_NOERROR, MSG_EXCEPT = 0x2000, MSG_COPY = 0x4000, IPC_NOWAIT);
