//! Accesses to memory, decoded.

use super::Src;

/// Which memory an instruction names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::gpu::sim) enum Window {
    /// Any: the address tells.
    Generic,
    Global,
    Const,
    Shared,
    Local,
    /// The kernel's parameters.
    Param,
}

/// How an access is meant for other threads (PTX ISA, 8.5 and 9.7.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::gpu::sim) struct Order {
    /// Volatile, relaxed or stronger: not a weak access.
    pub(in crate::gpu::sim) is_strong: bool,
    /// `.acquire` or `.acq_rel`.
    pub(in crate::gpu::sim) acquires: bool,
    /// `.release` or `.acq_rel`.
    pub(in crate::gpu::sim) releases: bool,
    /// `.cta`: only for threads of the block.
    pub(in crate::gpu::sim) is_block_wide: bool,
}

/// An address: a register or constant, plus so many bytes.
#[derive(Clone, Copy, Debug)]
pub(in crate::gpu::sim) struct Address {
    pub(in crate::gpu::sim) base: Src,
    pub(in crate::gpu::sim) offset: i64,
    /// Whether the base counts from the frame's part of local memory.
    pub(in crate::gpu::sim) is_in_frame: bool,
}

/// A load: `size` bytes for each destination.
#[derive(Clone, Debug)]
pub(in crate::gpu::sim) struct Load {
    pub(in crate::gpu::sim) window: Window,
    pub(in crate::gpu::sim) address: Address,
    pub(in crate::gpu::sim) size: u8,
    /// Sign-extend from `size` bytes.
    pub(in crate::gpu::sim) is_signed: bool,
    /// Registers with the bits they keep; none where the element is dropped.
    pub(in crate::gpu::sim) targets: Vec<Option<(u32, u8)>>,
    pub(in crate::gpu::sim) order: Order,
    /// Whether all that is done with the values is to store them elsewhere.
    pub(in crate::gpu::sim) only_copies: bool,
}

/// A store.
#[derive(Clone, Debug)]
pub(in crate::gpu::sim) struct Store {
    pub(in crate::gpu::sim) window: Window,
    pub(in crate::gpu::sim) address: Address,
    pub(in crate::gpu::sim) size: u8,
    pub(in crate::gpu::sim) values: Vec<Src>,
    pub(in crate::gpu::sim) order: Order,
}

/// What an atomic operation makes of the old value and one or two operands.
pub(in crate::gpu::sim) type Update = fn(u64, u64, u64) -> u64;

/// An atomic operation.
#[derive(Clone, Debug)]
pub(in crate::gpu::sim) struct Atomic {
    pub(in crate::gpu::sim) window: Window,
    pub(in crate::gpu::sim) address: Address,
    pub(in crate::gpu::sim) size: u8,
    /// The register for the old value; `red` has none.
    pub(in crate::gpu::sim) target: Option<(u32, u8)>,
    /// Whether nothing is done with the old value.
    pub(in crate::gpu::sim) is_reduction: bool,
    pub(in crate::gpu::sim) update: Update,
    pub(in crate::gpu::sim) values: [Src; 2],
    pub(in crate::gpu::sim) order: Order,
    /// What it writes does not depend on the old value.
    pub(in crate::gpu::sim) is_exchange: bool,
    /// Compare and swap: the idiom of reading plainly first is no race.
    pub(in crate::gpu::sim) is_swap: bool,
}

/// Where the windows of state spaces begin in the generic address space.
pub(in crate::gpu::sim) mod windows {
    /// A block's shared memory.
    pub(in crate::gpu::sim) const SHARED: u64 = 0x0100_0000_0000;
    /// A thread's local memory.
    pub(in crate::gpu::sim) const LOCAL: u64 = 0x0200_0000_0000;
    /// The kernel's parameters.
    pub(in crate::gpu::sim) const PARAM: u64 = 0x0300_0000_0000;
    /// Functions, for pointers to them.
    pub(in crate::gpu::sim) const CODE: u64 = 0x0400_0000_0000;
    /// The size of each.
    pub(in crate::gpu::sim) const SIZE: u64 = 1 << 32;
}
