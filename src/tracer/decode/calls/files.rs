//! Opening files, and reading, writing and syncing them.

use crate::tracer::decode::flags::files as flags;
use crate::tracer::decode::sets::{DESC, FILE};
use crate::tracer::decode::structs::{files, vectors};
use crate::tracer::decode::table::{At, End, Kind, Kind::*, Row, call};

const OPEN: Kind = Value(|_, value| flags::open(value));

const fn end(fd: usize, at: At) -> End {
    End { fd, at }
}

pub(crate) const ROWS: &[Row] = &[
    call(
        "open",
        DESC | FILE,
        &[Path, OPEN, If(|args| flags::creates(args[1]), &Octal)],
    )
    .opens(),
    call(
        "openat",
        DESC | FILE,
        &[
            DirFd,
            Path,
            OPEN,
            If(|args| flags::creates(args[2]), &Octal),
        ],
    )
    .opens(),
    call(
        "openat2",
        DESC | FILE,
        &[DirFd, Path, In(files::open_how), Size],
    )
    .opens(),
    call("creat", DESC | FILE, &[Path, Octal]).opens(),
    call("read", DESC, &[Fd, Taken(2), Size]).moves(&[end(0, At::Position)]),
    call("write", DESC, &[Fd, Given(2), Size]).moves(&[end(0, At::Position)]),
    call("readv", DESC, &[Fd, Scattered(2), Size]).moves(&[end(0, At::Position)]),
    call("writev", DESC, &[Fd, Gathered(2), Size]).moves(&[end(0, At::Position)]),
    call("pread64", DESC, &[Fd, Taken(2), Size, Long]).moves(&[end(0, At::Argument(3))]),
    call("pwrite64", DESC, &[Fd, Given(2), Size, Long]).moves(&[end(0, At::Written(3))]),
    call("preadv", DESC, &[Fd, Scattered(2), Size, Long]).moves(&[end(0, At::Argument(3))]),
    call("pwritev", DESC, &[Fd, Gathered(2), Size, Long]).moves(&[end(0, At::Written(3))]),
    call(
        "preadv2",
        DESC,
        &[Fd, Scattered(2), Size, Long, Skip, Bits(&flags::RWF)],
    )
    .moves(&[end(0, At::ArgumentOrPosition(3))]),
    call(
        "pwritev2",
        DESC,
        &[Fd, Gathered(2), Size, Long, Skip, Bits(&flags::RWF)],
    )
    .moves(&[end(0, At::WrittenOrPosition(3, 5))]),
    call(
        "sendfile",
        DESC | super::super::sets::NETWORK,
        &[Fd, Fd, Changed(files::offset), Size],
    )
    .moves(&[end(0, At::Position), end(1, At::Pointed(2))]),
    call(
        "splice",
        DESC,
        &[
            Fd,
            In(files::offset),
            Fd,
            In(files::offset),
            Size,
            Bits(&flags::SPLICE),
        ],
    )
    .moves(&[end(2, At::Pointed(3)), end(0, At::Pointed(1))]),
    call("tee", DESC, &[Fd, Fd, Size, Bits(&flags::SPLICE)]),
    call(
        "vmsplice",
        DESC,
        &[Fd, Gathered(2), Size, Bits(&flags::SPLICE)],
    ),
    call(
        "copy_file_range",
        DESC,
        &[Fd, In(files::offset), Fd, In(files::offset), Size, Unsigned],
    )
    .moves(&[end(2, At::Pointed(3)), end(0, At::Pointed(1))]),
    call(
        "process_vm_readv",
        0,
        &[
            Int,
            Scattered(2),
            Size,
            In(vectors::remote::<4>),
            Size,
            Size,
        ],
    ),
    call(
        "process_vm_writev",
        0,
        &[Int, Gathered(2), Size, In(vectors::remote::<4>), Size, Size],
    ),
    call("lseek", DESC, &[Fd, Long, One(&flags::SEEK)]),
    call("sync", 0, &[]),
    call("syncfs", DESC, &[Fd]),
    call("fsync", DESC, &[Fd]),
    call("fdatasync", DESC, &[Fd]),
    call(
        "sync_file_range",
        DESC,
        &[Fd, Long, Long, Bits(&flags::SYNC_FILE_RANGE)],
    ),
    call("truncate", FILE, &[Path, Long]),
    call("ftruncate", DESC, &[Fd, Long]),
    call(
        "fallocate",
        DESC,
        &[Fd, Bits(&flags::FALLOCATE), Long, Long],
    ),
    call("fadvise64", DESC, &[Fd, Long, Size, One(&flags::FADVISE)]),
    call("readahead", DESC, &[Fd, Long, Size]),
    call("cachestat", DESC, &[Fd, Address, Address, Hex]),
    call("getdents", DESC, &[Fd, Out(files::entries), Unsigned]),
    call("getdents64", DESC, &[Fd, Out(files::entries), Unsigned]),
];
