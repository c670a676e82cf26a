//! Memory: mapping, protecting, advising, locking.

use crate::tracer::decode::flags::memory as flags;
use crate::tracer::decode::sets::{DESC, MEMORY};
use crate::tracer::decode::structs::{files, vectors};
use crate::tracer::decode::table::{Kind, Kind::*, Row, call};

const PROT: Kind = Bits(&flags::PROT);
const MAP: Kind = Value(|_, value| flags::map(value));

fn moves_to_fixed(args: &[u64; 6]) -> bool {
    args[3] & (libc::MREMAP_FIXED as u64) != 0
}

pub(crate) const ROWS: &[Row] = &[
    call("mmap", DESC | MEMORY, &[Address, Size, PROT, MAP, Fd, Hex]),
    call("munmap", MEMORY, &[Address, Size]),
    call("mprotect", MEMORY, &[Address, Size, PROT]),
    call("pkey_mprotect", MEMORY, &[Address, Size, PROT, Int]),
    call("pkey_alloc", 0, &[Hex, Hex]),
    call("pkey_free", 0, &[Int]),
    call(
        "mremap",
        MEMORY,
        &[
            Address,
            Size,
            Size,
            Bits(&flags::MREMAP),
            If(moves_to_fixed, &Address),
        ],
    ),
    call("brk", MEMORY, &[Address]),
    call("madvise", MEMORY, &[Address, Size, One(&flags::MADVISE)]),
    call(
        "process_madvise",
        DESC,
        &[
            Fd,
            In(vectors::remote::<2>),
            Size,
            One(&flags::MADVISE),
            Hex,
        ],
    ),
    call("msync", MEMORY, &[Address, Size, Bits(&flags::MSYNC)]),
    call("mincore", MEMORY, &[Address, Size, Out(files::residency)]),
    call("mlock", MEMORY, &[Address, Size]),
    call("mlock2", MEMORY, &[Address, Size, Bits(&flags::MLOCK2)]),
    call("munlock", MEMORY, &[Address, Size]),
    call("mlockall", MEMORY, &[Bits(&flags::MLOCKALL)]),
    call("munlockall", MEMORY, &[]),
    call("mseal", MEMORY, &[Address, Size, Hex]),
    call("map_shadow_stack", MEMORY, &[Address, Size, Hex]),
    call(
        "remap_file_pages",
        MEMORY,
        &[Address, Size, PROT, Size, MAP],
    ),
    call(
        "mbind",
        MEMORY,
        &[
            Address,
            Size,
            One(&flags::MPOL),
            Address,
            Size,
            Bits(&flags::MBIND),
        ],
    ),
    call("set_mempolicy", MEMORY, &[One(&flags::MPOL), Address, Size]),
    call(
        "get_mempolicy",
        MEMORY,
        &[Address, Address, Size, Address, Hex],
    ),
    call(
        "set_mempolicy_home_node",
        MEMORY,
        &[Address, Size, Size, Hex],
    ),
    call("migrate_pages", MEMORY, &[Int, Size, Address, Address]),
    call(
        "move_pages",
        MEMORY,
        &[Int, Size, Address, Address, Address, Hex],
    ),
];
