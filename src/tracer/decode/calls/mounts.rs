//! Mounts, file-system contexts and quotas.

use crate::tracer::decode::flags::{files, system as flags};
use crate::tracer::decode::sets::{DESC, FILE};
use crate::tracer::decode::table::{Kind::*, Row, call};

pub(crate) const ROWS: &[Row] = &[
    call(
        "mount",
        FILE,
        &[Path, Path, Path, Bits(&flags::MOUNT), Address],
    ),
    call("umount2", FILE, &[Path, Bits(&flags::UMOUNT)]),
    call("pivot_root", FILE, &[Path, Path]),
    call(
        "open_tree",
        DESC | FILE,
        &[DirFd, Path, Bits(&flags::OPEN_TREE)],
    )
    .opens(),
    call(
        "open_tree_attr",
        DESC | FILE,
        &[DirFd, Path, Bits(&flags::OPEN_TREE), Address, Size],
    )
    .opens(),
    call("move_mount", DESC | FILE, &[DirFd, Path, DirFd, Path, Hex]),
    call(
        "mount_setattr",
        DESC | FILE,
        &[DirFd, Path, Bits(&files::AT), Address, Size],
    ),
    call("fsopen", DESC, &[Path, Hex]).opens(),
    call(
        "fsconfig",
        DESC | FILE,
        &[Fd, One(&flags::FSCONFIG), Path, Address, Int],
    ),
    call("fsmount", DESC, &[Fd, Hex, Hex]).opens(),
    call("fspick", DESC | FILE, &[DirFd, Path, Hex]).opens(),
    call("statmount", 0, &[Address, Address, Size, Hex]),
    call("listmount", 0, &[Address, Address, Size, Hex]),
    call("swapon", FILE, &[Path, Hex]),
    call("swapoff", FILE, &[Path]),
    call("quotactl", FILE, &[Hex, Path, Int, Address]),
    call("quotactl_fd", DESC, &[Fd, Hex, Int, Address]),
    call("acct", FILE, &[Path]),
    call("uselib", FILE, &[Path]),
    call("sysfs", 0, &[Int, Hex, Hex]),
];
