//! Names, modes, owners, times and attributes of files.

use crate::tracer::decode::flags::files as flags;
use crate::tracer::decode::sets::{DESC, FILE, FSTAT, FSTATFS, LSTAT, STAT, STATFS, USTAT};
use crate::tracer::decode::structs::{files, stat, time};
use crate::tracer::decode::table::{Kind, Kind::*, Row, call};

const AT: Kind = Bits(&flags::AT);
const MODE: Kind = Value(|_, value| stat::mode(value as u32));
const DEVICE: Kind = Value(|_, value| stat::device(value));

/// Whether a mknod(2) with this mode takes a device number.
fn is_device(mode: u64) -> bool {
    matches!(mode as u32 & libc::S_IFMT, libc::S_IFCHR | libc::S_IFBLK)
}

pub(crate) const ROWS: &[Row] = &[
    call("stat", FILE | STAT, &[Path, Out(stat::stat)]),
    call("lstat", FILE | LSTAT, &[Path, Out(stat::stat)]),
    call("fstat", DESC | FSTAT, &[Fd, Out(stat::stat)]),
    call(
        "newfstatat",
        DESC | FILE | FSTAT,
        &[DirFd, Path, Out(stat::stat), AT],
    ),
    call(
        "statx",
        DESC | FILE | FSTAT,
        &[
            DirFd,
            Path,
            Value(|_, value| flags::at_statx(value as u32 as u64)),
            Bits(&flags::STATX),
            Out(stat::statx),
        ],
    ),
    call("statfs", FILE | STATFS, &[Path, Out(stat::statfs)]),
    call("fstatfs", DESC | FSTATFS, &[Fd, Out(stat::statfs)]),
    call("ustat", USTAT, &[DEVICE, Address]),
    call("access", FILE, &[Path, Bits(&flags::ACCESS_MODE)]),
    call(
        "faccessat",
        DESC | FILE,
        &[DirFd, Path, Bits(&flags::ACCESS_MODE)],
    ),
    call(
        "faccessat2",
        DESC | FILE,
        &[
            DirFd,
            Path,
            Bits(&flags::ACCESS_MODE),
            Bits(&flags::AT_ACCESS),
        ],
    ),
    call("rename", FILE, &[Path, Path]),
    call("renameat", DESC | FILE, &[DirFd, Path, DirFd, Path]),
    call(
        "renameat2",
        DESC | FILE,
        &[DirFd, Path, DirFd, Path, Bits(&flags::RENAME)],
    ),
    call("link", FILE, &[Path, Path]),
    call("linkat", DESC | FILE, &[DirFd, Path, DirFd, Path, AT]),
    call("symlink", FILE, &[Path, Path]),
    call("symlinkat", DESC | FILE, &[Path, DirFd, Path]),
    call("readlink", FILE, &[Path, Taken(2), Size]),
    call("readlinkat", DESC | FILE, &[DirFd, Path, Taken(3), Size]),
    call("unlink", FILE, &[Path]),
    call("unlinkat", DESC | FILE, &[DirFd, Path, AT]),
    call("mkdir", FILE, &[Path, Octal]),
    call("mkdirat", DESC | FILE, &[DirFd, Path, Octal]),
    call("rmdir", FILE, &[Path]),
    call(
        "mknod",
        FILE,
        &[Path, MODE, If(|args| is_device(args[1]), &DEVICE)],
    ),
    call(
        "mknodat",
        DESC | FILE,
        &[DirFd, Path, MODE, If(|args| is_device(args[2]), &DEVICE)],
    ),
    call("chmod", FILE, &[Path, Octal]),
    call("fchmod", DESC, &[Fd, Octal]),
    call("fchmodat", DESC | FILE, &[DirFd, Path, Octal]),
    call("fchmodat2", DESC | FILE, &[DirFd, Path, Octal, AT]),
    call("chown", FILE, &[Path, Id, Id]),
    call("lchown", FILE, &[Path, Id, Id]),
    call("fchown", DESC, &[Fd, Id, Id]),
    call("fchownat", DESC | FILE, &[DirFd, Path, Id, Id, AT]),
    call("umask", 0, &[Octal]),
    call("utime", FILE, &[Path, In(time::utimbuf)]),
    call("utimes", FILE, &[Path, In(time::timevals)]),
    call("futimesat", DESC | FILE, &[DirFd, Path, In(time::timevals)]),
    call(
        "utimensat",
        DESC | FILE,
        &[DirFd, Path, In(time::timespecs), AT],
    ),
    call("getcwd", FILE, &[TakenText, Size]),
    call("chdir", FILE, &[Path]),
    call("fchdir", DESC, &[Fd]),
    call("chroot", FILE, &[Path]),
    call(
        "setxattr",
        FILE,
        &[Path, Path, Given(3), Size, Bits(&flags::XATTR)],
    ),
    call(
        "lsetxattr",
        FILE,
        &[Path, Path, Given(3), Size, Bits(&flags::XATTR)],
    ),
    call(
        "fsetxattr",
        DESC,
        &[Fd, Path, Given(3), Size, Bits(&flags::XATTR)],
    ),
    call(
        "setxattrat",
        DESC | FILE,
        &[DirFd, Path, AT, Path, Address, Size],
    ),
    call("getxattr", FILE, &[Path, Path, Taken(3), Size]),
    call("lgetxattr", FILE, &[Path, Path, Taken(3), Size]),
    call("fgetxattr", DESC, &[Fd, Path, Taken(3), Size]),
    call(
        "getxattrat",
        DESC | FILE,
        &[DirFd, Path, AT, Path, Address, Size],
    ),
    call("listxattr", FILE, &[Path, Taken(2), Size]),
    call("llistxattr", FILE, &[Path, Taken(2), Size]),
    call("flistxattr", DESC, &[Fd, Taken(2), Size]),
    call(
        "listxattrat",
        DESC | FILE,
        &[DirFd, Path, AT, Taken(4), Size],
    ),
    call("removexattr", FILE, &[Path, Path]),
    call("lremovexattr", FILE, &[Path, Path]),
    call("fremovexattr", DESC, &[Fd, Path]),
    call("removexattrat", DESC | FILE, &[DirFd, Path, AT, Path]),
    call(
        "file_getattr",
        DESC | FILE,
        &[DirFd, Path, Address, Size, AT],
    ),
    call(
        "file_setattr",
        DESC | FILE,
        &[DirFd, Path, Address, Size, AT],
    ),
    call(
        "name_to_handle_at",
        DESC | FILE,
        &[
            DirFd,
            Path,
            Address,
            Out(files::mount_id),
            Bits(&flags::AT_HANDLE),
        ],
    ),
    call(
        "open_by_handle_at",
        DESC,
        &[DirFd, Address, Value(|_, value| flags::open(value))],
    )
    .opens(),
    call(
        "inotify_add_watch",
        DESC | FILE,
        &[Fd, Path, Bits(&flags::INOTIFY)],
    ),
    call("inotify_rm_watch", DESC, &[Fd, Int]),
    call(
        "fanotify_init",
        DESC,
        &[Hex, Value(|_, value| flags::open(value))],
    )
    .opens(),
    call("fanotify_mark", DESC | FILE, &[Fd, Hex, Hex, DirFd, Path]),
    call("lookup_dcookie", 0, &[Hex, Address, Size]),
];
