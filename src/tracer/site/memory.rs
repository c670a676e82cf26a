//! Bounded reads of a stopped thread's memory. Everything that comes back is hostile.

use crate::sys::memory;

/// The memory of the process that a thread belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    /// The thread, rather than its process: a process whose first thread has ended is unreadable.
    pub(super) tid: i32,
}

impl Memory {
    /// Fills `into` from `address`; `None` if a part of it cannot be read.
    pub(super) fn fill(self, address: u64, into: &mut [u8]) -> Option<()> {
        (memory::read(self.tid, address, into).ok()? == into.len()).then_some(())
    }

    /// Reads as much of `into` as there is.
    pub(super) fn some(self, address: u64, into: &mut [u8]) -> usize {
        memory::read(self.tid, address, into).unwrap_or(0)
    }

    /// `len` bytes at `address`; the caller bounds `len`.
    pub(super) fn bytes(self, address: u64, len: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; len];
        self.fill(address, &mut bytes)?;
        Some(bytes)
    }

    /// A 64-bit word.
    pub(super) fn word(self, address: u64) -> Option<u64> {
        memory::read_u64(self.tid, address).ok()
    }

    /// Whether exactly these bytes are at `address`.
    pub(super) fn holds(self, address: u64, bytes: &[u8]) -> bool {
        self.bytes(address, bytes.len())
            .is_some_and(|there| there == bytes)
    }
}

/// The 64-bit word at `offset` of a structure that was read; `None` beyond its end.
pub(super) fn word_at(bytes: &[u8], offset: usize) -> Option<u64> {
    let end = offset.checked_add(8)?;
    Some(u64::from_ne_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

/// The 32-bit word at `offset` of a structure that was read; `None` beyond its end.
pub(super) fn half_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let end = offset.checked_add(4)?;
    Some(u32::from_ne_bytes(bytes.get(offset..end)?.try_into().ok()?))
}

/// How much of a stack is read at first, which most often is enough, and then at once.
const FIRST: usize = 4 * 1024;
const WINDOW: usize = 16 * 1024;

/// How many windows one walk may read: 1 MiB of stack.
const WINDOWS: u32 = 64;

/// A thread's stack, of which a part has been read.
pub(super) struct Stack {
    memory: Memory,
    start: u64,
    bytes: Box<[u8]>,
    len: usize,
    reads: u32,
}

impl Stack {
    /// An empty window. It is large: keep it, and [`reset`](Stack::reset) it for each stack.
    pub(super) fn new() -> Self {
        Self {
            memory: Memory { tid: 0 },
            start: 0,
            bytes: vec![0; WINDOW].into_boxed_slice(),
            len: 0,
            reads: 0,
        }
    }

    /// Turns to another thread, whose stack has not been read.
    pub(super) fn reset(&mut self, memory: Memory) {
        self.memory = memory;
        self.len = 0;
        self.reads = 0;
    }

    /// The word at `address`.
    pub(super) fn word(&mut self, address: u64) -> Option<u64> {
        if let Some(word) = self.known(address) {
            return Some(word);
        }
        if self.reads == WINDOWS {
            return None;
        }
        let len = if self.reads == 0 { FIRST } else { WINDOW };
        self.reads += 1;
        self.start = address;
        self.len = self.memory.some(address, &mut self.bytes[..len]);
        self.known(address)
    }

    fn known(&self, address: u64) -> Option<u64> {
        let offset = usize::try_from(address.checked_sub(self.start)?).ok()?;
        word_at(&self.bytes[..self.len], offset)
    }
}
