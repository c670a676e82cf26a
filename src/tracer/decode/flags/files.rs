//! Files and descriptors.

use super::{Flags, flags};

/// The bit that the kernel's C library sets in vain on 64-bit machines.
const LARGEFILE: u64 = if cfg!(target_arch = "aarch64") {
    0o400_000
} else {
    0o100_000
};

const ACCESS: Flags = flags!("": O_RDONLY, O_WRONLY, O_RDWR, O_ACCMODE);

/// Flags of open(2) but for the access mode; also of pipe2(2), dup3(2).
pub(crate) const OPEN: Flags = flags!("O_???":
    O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_APPEND, O_NONBLOCK, O_SYNC, O_DSYNC,
    __O_SYNC = (libc::O_SYNC & !libc::O_DSYNC) as u64, O_DIRECT, O_LARGEFILE = LARGEFILE,
    O_NOFOLLOW, O_NOATIME, O_CLOEXEC, O_PATH, O_TMPFILE, O_DIRECTORY,
    __O_TMPFILE = (libc::O_TMPFILE & !libc::O_DIRECTORY) as u64, FASYNC = libc::O_ASYNC as u64);

/// The flags of an open(2), the access mode first.
pub(crate) fn open(flags: u64) -> String {
    let mode = flags & libc::O_ACCMODE as u64;
    let mut text = ACCESS.name(mode).unwrap_or_default().to_owned();
    let rest = OPEN.append_bits(&mut text, flags & !mode);
    if rest != 0 {
        text.push_str(&format!("|{rest:#x}"));
    }
    text
}

/// Whether an open(2) with these flags takes a mode.
pub(crate) fn creates(flags: u64) -> bool {
    flags & (libc::O_CREAT | (libc::O_TMPFILE & !libc::O_DIRECTORY)) as u64 != 0
}

pub(crate) const RESOLVE: Flags = flags!("RESOLVE_???":
    RESOLVE_NO_XDEV = 1, RESOLVE_NO_MAGICLINKS = 2, RESOLVE_NO_SYMLINKS = 4, RESOLVE_BENEATH = 8,
    RESOLVE_IN_ROOT = 0x10, RESOLVE_CACHED = 0x20);

pub(crate) const RWF: Flags = flags!("RWF_???":
    RWF_HIPRI, RWF_DSYNC, RWF_SYNC, RWF_NOWAIT, RWF_APPEND, RWF_NOAPPEND = 0x20, RWF_ATOMIC = 0x40,
    RWF_DONTCACHE = 0x80);

pub(crate) const SEEK: Flags =
    flags!("SEEK_???": SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE);

pub(crate) const SYNC_FILE_RANGE: Flags = flags!("SYNC_FILE_RANGE_???":
    SYNC_FILE_RANGE_WAIT_BEFORE = 1, SYNC_FILE_RANGE_WRITE = 2, SYNC_FILE_RANGE_WAIT_AFTER = 4);

pub(crate) const FALLOCATE: Flags = flags!("FALLOC_FL_???":
    FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, FALLOC_FL_NO_HIDE_STALE = 4,
    FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_ZERO_RANGE, FALLOC_FL_INSERT_RANGE,
    FALLOC_FL_UNSHARE_RANGE);

pub(crate) const FADVISE: Flags = flags!("POSIX_FADV_???":
    POSIX_FADV_NORMAL, POSIX_FADV_RANDOM, POSIX_FADV_SEQUENTIAL, POSIX_FADV_WILLNEED,
    POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE);

pub(crate) const AT: Flags = flags!("AT_???":
    AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_NO_AUTOMOUNT, AT_EMPTY_PATH,
    AT_RECURSIVE = 0x8000);

/// faccessat2(2) gives the bit of `AT_REMOVEDIR` another meaning.
pub(crate) const AT_ACCESS: Flags =
    flags!("AT_???": AT_SYMLINK_NOFOLLOW, AT_EACCESS, AT_EMPTY_PATH);

pub(crate) const AT_HANDLE: Flags = flags!("AT_???": AT_SYMLINK_FOLLOW, AT_EMPTY_PATH);

const AT_STATX_SYNC: Flags = flags!("":
    AT_STATX_SYNC_AS_STAT = 0, AT_STATX_FORCE_SYNC = 0x2000, AT_STATX_DONT_SYNC = 0x4000);

/// The flags of statx(2): how to synchronize comes first.
pub(crate) fn at_statx(flags: u64) -> String {
    let sync = flags & 0x6000;
    let mut text = match AT_STATX_SYNC.name(sync) {
        Some(name) => name.to_owned(),
        None => "AT_STATX_FORCE_SYNC|AT_STATX_DONT_SYNC".to_owned(),
    };
    let rest = AT.append_bits(&mut text, flags & !sync);
    if rest != 0 {
        text.push_str(&format!("|{rest:#x}"));
    }
    text
}

pub(crate) const STATX: Flags = flags!("STATX_???":
    STATX_ALL = 0xfff, STATX_BASIC_STATS = 0x7ff, STATX_TYPE = 1, STATX_MODE = 2, STATX_NLINK = 4,
    STATX_UID = 8, STATX_GID = 0x10, STATX_ATIME = 0x20, STATX_MTIME = 0x40, STATX_CTIME = 0x80,
    STATX_INO = 0x100, STATX_SIZE = 0x200, STATX_BLOCKS = 0x400, STATX_BTIME = 0x800,
    STATX_MNT_ID = 0x1000, STATX_DIOALIGN = 0x2000);

pub(crate) const STATX_ATTRIBUTES: Flags = flags!("STATX_ATTR_???":
    STATX_ATTR_COMPRESSED = 4, STATX_ATTR_IMMUTABLE = 0x10, STATX_ATTR_APPEND = 0x20,
    STATX_ATTR_NODUMP = 0x40, STATX_ATTR_ENCRYPTED = 0x800, STATX_ATTR_AUTOMOUNT = 0x1000,
    STATX_ATTR_MOUNT_ROOT = 0x2000, STATX_ATTR_VERITY = 0x10_0000, STATX_ATTR_DAX = 0x20_0000);

pub(crate) const ACCESS_MODE: Flags = flags!("?_OK": F_OK, R_OK, W_OK, X_OK);

pub(crate) const RENAME: Flags =
    flags!("RENAME_???": RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT);

pub(crate) const FLOCK: Flags =
    flags!("LOCK_???": LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN, LOCK_MAND = 32, LOCK_RW = 192);

pub(crate) const XATTR: Flags = flags!("XATTR_???": XATTR_CREATE, XATTR_REPLACE);

pub(crate) const FILE_TYPE: Flags =
    flags!("S_IF???": S_IFREG, S_IFDIR, S_IFCHR, S_IFBLK, S_IFIFO, S_IFLNK, S_IFSOCK);

pub(crate) const SET_ID: Flags = flags!("": S_ISUID, S_ISGID, S_ISVTX);

pub(crate) const FCNTL: Flags = flags!("F_???":
    F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_SETOWN, F_GETOWN,
    F_SETSIG = 10, F_GETSIG = 11, F_SETOWN_EX = 15, F_GETOWN_EX = 16, F_GETOWNER_UIDS = 17,
    F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_GETLEASE, F_NOTIFY,
    F_DUPFD_QUERY = 1027, F_CREATED_QUERY = 1028, F_CANCELLK = 1029, F_DUPFD_CLOEXEC,
    F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS, F_GET_RW_HINT = 1035,
    F_SET_RW_HINT = 1036);

pub(crate) const FD: Flags = flags!("": FD_CLOEXEC);

pub(crate) const SEAL: Flags = flags!("F_SEAL_???":
    F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_FUTURE_WRITE = 0x10,
    F_SEAL_EXEC = 0x20);

pub(crate) const LOCK_TYPE: Flags = flags!("F_???": F_RDLCK, F_WRLCK, F_UNLCK);

pub(crate) const CLOSE_RANGE: Flags =
    flags!("CLOSE_RANGE_???": CLOSE_RANGE_UNSHARE = 2, CLOSE_RANGE_CLOEXEC = 4);

pub(crate) const SPLICE: Flags = flags!("SPLICE_F_???":
    SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE, SPLICE_F_GIFT);

pub(crate) const EPOLL_CREATE: Flags = flags!("EPOLL_???": EPOLL_CLOEXEC);

pub(crate) const EPOLL_CTL: Flags =
    flags!("EPOLL_CTL_???": EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD);

pub(crate) const EPOLL_EVENTS: Flags = flags!("EPOLL???":
    EPOLLIN, EPOLLPRI, EPOLLOUT, EPOLLRDNORM, EPOLLRDBAND, EPOLLWRNORM, EPOLLWRBAND, EPOLLMSG,
    EPOLLERR, EPOLLHUP, EPOLLRDHUP, EPOLLEXCLUSIVE, EPOLLWAKEUP, EPOLLONESHOT, EPOLLET);

pub(crate) const POLL_EVENTS: Flags = flags!("POLL???":
    POLLIN, POLLPRI, POLLOUT, POLLRDNORM, POLLRDBAND, POLLWRNORM, POLLWRBAND, POLLMSG = 0x400,
    POLLERR, POLLHUP, POLLRDHUP, POLLNVAL);

pub(crate) const EVENTFD: Flags = flags!("EFD_???": EFD_SEMAPHORE, EFD_CLOEXEC, EFD_NONBLOCK);

pub(crate) const SIGNALFD: Flags = flags!("SFD_???": SFD_CLOEXEC, SFD_NONBLOCK);

pub(crate) const TIMERFD: Flags = flags!("TFD_???":
    TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET, TFD_CLOEXEC, TFD_NONBLOCK);

pub(crate) const INOTIFY_INIT: Flags = flags!("IN_???": IN_NONBLOCK, IN_CLOEXEC);

pub(crate) const INOTIFY: Flags = flags!("IN_???":
    IN_ACCESS, IN_MODIFY, IN_ATTRIB, IN_CLOSE_WRITE, IN_CLOSE_NOWRITE, IN_OPEN, IN_MOVED_FROM,
    IN_MOVED_TO, IN_CREATE, IN_DELETE, IN_DELETE_SELF, IN_MOVE_SELF, IN_UNMOUNT, IN_Q_OVERFLOW,
    IN_IGNORED, IN_ONLYDIR, IN_DONT_FOLLOW, IN_EXCL_UNLINK, IN_MASK_CREATE, IN_MASK_ADD, IN_ISDIR,
    IN_ONESHOT);
