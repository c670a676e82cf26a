//! Who accessed which word last, so that accesses which nothing orders are found.
//!
//! For each word the last write is kept, byte by byte where threads write different bytes, and the
//! reads since, as far as none is ordered after another: up to [`MAX_READS`], of different blocks
//! and warps rather than of the same. So of three threads that are not ordered, the third may be
//! forgotten only where the writer knows of the first ones through a fence or a partial barrier:
//! that is a blind spot.
//!
//! All threads see the atomic operations on a word in one order (PTX ISA, 8.10: coherence). So whoever
//! comes after one of them, in its own thread or by a barrier, comes after all earlier ones too, for
//! that word: the last block may put a counter back by an ordinary store. Where nobody looks at what
//! an operation returns, nobody knows that it was the last, and it orders nothing. Blind spot: a
//! thread that looks at it, and goes on in the same way whatever it is.

use std::collections::HashMap;

use super::clock::Clocks;
use super::program::Order;

/// Unordered reads of a word that are kept.
const MAX_READS: usize = 4;
/// Writes of a word that are kept: one for each byte, and a second atomic one.
const MAX_WRITES: usize = 6;
/// Words in a page of the shadow.
const PAGE: usize = 1024;

/// How much an access is worth for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rank {
    Weak,
    Strong,
    Reduction,
    Atomic,
}

/// What an access is for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strength {
    rank: Rank,
    /// Only for threads of the same block; for all others it is an ordinary access (PTX ISA, 8.7: morally
    /// strong operations).
    is_block_wide: bool,
}

impl Strength {
    /// An ordinary access.
    pub(super) const WEAK: Self = Self::of(Rank::Weak);
    /// Volatile, relaxed or stronger.
    pub(super) const STRONG: Self = Self::of(Rank::Strong);
    /// An atomic operation whose result nobody looks at: a reduction.
    pub(super) const REDUCTION: Self = Self::of(Rank::Reduction);
    /// An atomic operation.
    pub(super) const ATOMIC: Self = Self::of(Rank::Atomic);

    const fn of(rank: Rank) -> Self {
        Self {
            rank,
            is_block_wide: false,
        }
    }

    /// The same, in this scope.
    pub(super) fn within(self, order: Order) -> Self {
        Self {
            is_block_wide: order.is_block_wide,
            ..self
        }
    }
}

impl Order {
    /// What a load or a store of this order is.
    pub(super) fn strength(self) -> Strength {
        match self.is_strong {
            true => Strength::STRONG.within(self),
            false => Strength::WEAK,
        }
    }
}

/// An access to a word, or none where no byte is touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) tid: u32,
    pub(super) clock: u32,
    /// The instruction's place in the program, shifted; scope; strength; bytes.
    meta: u32,
}

impl Access {
    pub(super) fn new(tid: u32, clock: u32, pc: u32, strength: Strength, bytes: u8) -> Self {
        let rank = match strength.rank {
            Rank::Weak => 0,
            Rank::Strong => 1,
            Rank::Reduction => 2,
            Rank::Atomic => 3,
        };
        let scope = u32::from(strength.is_block_wide);
        Self {
            tid,
            clock,
            meta: pc << 8 | scope << 6 | rank << 4 | u32::from(bytes & 0xf),
        }
    }

    pub(super) fn pc(self) -> u32 {
        self.meta >> 8
    }

    pub(super) fn is_weak(self) -> bool {
        self.meta >> 4 & 3 == 0
    }

    pub(super) fn is_atomic(self) -> bool {
        self.meta >> 4 & 3 >= 2
    }

    /// Whether it is an ordinary one for threads of other blocks.
    pub(super) fn is_block_wide(self) -> bool {
        self.meta >> 6 & 1 == 1
    }

    /// Whether its thread knows which operations on the word came before.
    fn looks_back(self) -> bool {
        self.meta >> 4 & 3 == 3
    }

    fn bytes(self) -> u32 {
        self.meta & 0xf
    }

    fn without(self, bytes: u32) -> Self {
        Self {
            meta: self.meta & !(bytes & 0xf),
            ..self
        }
    }
}

/// What is kept of a word: a write, a read, and a link to more.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    write: Access,
    read: Access,
    more: u32,
}

#[derive(Clone, Debug, Default)]
struct More {
    writes: Vec<Access>,
    reads: Vec<Access>,
}

/// The shadow of a buffer, or of a block's shared memory.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    pages: Vec<Option<Box<[Cell]>>>,
    more: Vec<More>,
}

/// An access that nothing orders with an earlier one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conflict {
    pub(super) other: Access,
    pub(super) other_writes: bool,
}

/// What is asked of an access.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) access: Access,
    pub(super) lane: usize,
    /// Whether it only writes what is there already.
    pub(super) changes_nothing: bool,
    /// Volatile accesses of a warp's lanes to shared memory do not excuse each other.
    pub(super) is_shared: bool,
}

impl Shadow {
    fn cell(&mut self, word: usize) -> &mut Cell {
        let page = word / PAGE;
        if page >= self.pages.len() {
            self.pages.resize_with(page + 1, || None);
        }
        let page = self.pages[page].get_or_insert_with(|| vec![Cell::default(); PAGE].into());
        &mut page[word % PAGE]
    }

    /// Whether the thread has read these bytes strongly since they were written: it comes behind the strong
    /// write that it saw, and may put a flag back by an ordinary store.
    fn has_seen(&self, cell: Cell, access: Access) -> bool {
        let saw = |read: &Access| {
            read.tid == access.tid && !read.is_weak() && access.bytes() & !read.bytes() == 0
        };
        let more = (cell.more as usize).checked_sub(1);
        saw(&cell.read) || more.is_some_and(|at| self.more[at].reads.iter().any(saw))
    }

    /// A read of a word.
    pub(super) fn read(
        &mut self,
        word: usize,
        request: Request,
        clocks: &Clocks,
    ) -> Option<Conflict> {
        let access = request.access;
        let cell = *self.cell(word);
        let before = |write: Access| {
            conflicting(write, request, clocks)
                .filter(|write| write.is_weak() || !self.has_seen(cell, access))
        };
        let mut conflict = before(cell.write);
        if cell.more != 0 {
            let more = &self.more[cell.more as usize - 1];
            let other = more.writes.iter().find_map(|write| before(*write));
            conflict = conflict.or(other);
        }
        let found = conflict.map(|other| Conflict {
            other,
            other_writes: true,
        });
        if is_after(cell.read, access, request.lane, clocks) {
            let cell = self.cell(word);
            cell.read = merged(cell.read, access);
            return found;
        }
        let more = self.more(word);
        if let Some(slot) = more
            .reads
            .iter_mut()
            .find(|read| is_after(**read, access, request.lane, clocks))
        {
            *slot = merged(*slot, access);
        } else if more.reads.len() < MAX_READS - 1 {
            more.reads.push(access);
        } else if let Some(last) = more.reads.last_mut()
            && is_further(cell.read, *last, access, clocks.block_size)
        {
            *last = access;
        }
        found
    }

    /// A write, or an atomic operation, of a word.
    pub(super) fn write(
        &mut self,
        word: usize,
        request: Request,
        clocks: &Clocks,
    ) -> Option<Conflict> {
        let access = request.access;
        let cell = *self.cell(word);
        let over = |write: Access| {
            let other = conflicting(write, request, clocks)?;
            let is_known =
                request.changes_nothing || !other.is_weak() && self.has_seen(cell, access);
            (!is_known).then_some(other)
        };
        let under = |read: Access| conflicting(read, request, clocks);
        let mut conflict = over(cell.write).map(|other| Conflict {
            other,
            other_writes: true,
        });
        let mut reads = under(cell.read);
        if cell.more != 0 {
            let more = &self.more[cell.more as usize - 1];
            let write = more.writes.iter().find_map(|write| over(*write));
            conflict = conflict.or(write.map(|other| Conflict {
                other,
                other_writes: true,
            }));
            reads = reads.or_else(|| more.reads.iter().find_map(|read| under(*read)));
        }
        conflict = conflict.or(reads.map(|other| Conflict {
            other,
            other_writes: false,
        }));
        self.keep_write(word, access, cell, request.lane, clocks);
        conflict
    }

    fn keep_write(
        &mut self,
        word: usize,
        access: Access,
        cell: Cell,
        lane: usize,
        clocks: &Clocks,
    ) {
        let bytes = access.bytes();
        // Reads of these bytes are ordered before this write, or were reported.
        self.cell(word).read = cell.read.without(bytes);
        let old = cell.write.without(bytes);
        // Two atomic operations of different threads, and neither thread knows which was first: both
        // count for later ordinary accesses.
        let is_rival = cell.write.is_atomic()
            && access.is_atomic()
            && !access.looks_back()
            && cell.write.bytes() & bytes != 0
            && cell.write.tid != access.tid
            && !clocks.knows(lane, cell.write.tid, cell.write.clock);
        self.cell(word).write = access;
        if cell.more == 0 && old.bytes() == 0 && !is_rival {
            return;
        }
        let more = self.more(word);
        for read in &mut more.reads {
            *read = read.without(bytes);
        }
        more.reads.retain(|read| read.bytes() != 0);
        if is_rival {
            more.writes.retain(|write| write.bytes() & bytes == 0);
            more.writes.push(cell.write);
        } else if !access.is_atomic() || access.looks_back() {
            for write in &mut more.writes {
                *write = write.without(bytes);
            }
            more.writes.retain(|write| write.bytes() != 0);
        }
        if old.bytes() != 0 && more.writes.len() < MAX_WRITES {
            more.writes.push(old);
        }
    }

    /// Compare-and-swap by a thread forgives its plain reads of the word before.
    pub(super) fn forgive(&mut self, word: usize, tid: u32) {
        let strong = |read: &mut Access| {
            if read.tid == tid && read.bytes() != 0 {
                read.meta |= 1 << 4;
            }
        };
        let cell = self.cell(word);
        strong(&mut cell.read);
        let more = cell.more;
        if more != 0 {
            self.more[more as usize - 1]
                .reads
                .iter_mut()
                .for_each(strong);
        }
    }

    fn more(&mut self, word: usize) -> &mut More {
        let at = self.cell(word).more as usize;
        let at = match at {
            0 => {
                self.more.push(More::default());
                let at = self.more.len();
                self.cell(word).more = at as u32;
                at
            }
            at => at,
        };
        &mut self.more[at - 1]
    }
}

/// The earlier access, if nothing orders it before the new one and they may not be concurrent.
fn conflicting(earlier: Access, request: Request, clocks: &Clocks) -> Option<Access> {
    let access = request.access;
    if earlier.bytes() & access.bytes() == 0 || earlier.tid == access.tid {
        return None;
    }
    let is_far = earlier.tid / clocks.block_size != access.tid / clocks.block_size;
    let is_strong = |one: Access| !(one.is_weak() || is_far && one.is_block_wide());
    if is_strong(earlier) && is_strong(access) {
        let is_excused = earlier.is_atomic()
            || access.is_atomic()
            || !request.is_shared
            || earlier.tid / 32 != access.tid / 32
            || clocks.has_fenced(request.lane);
        if is_excused {
            return None;
        }
    }
    (!clocks.knows(request.lane, earlier.tid, earlier.clock)).then_some(earlier)
}

/// Whether a read may take an earlier one's place.
fn is_after(earlier: Access, access: Access, lane: usize, clocks: &Clocks) -> bool {
    earlier.bytes() == 0
        || earlier.bytes() & !access.bytes() == 0
            && (earlier.tid == access.tid || clocks.knows(lane, earlier.tid, earlier.clock))
}

/// Whether a read is further from the first one than the last one is: of another block, or else
/// another warp. Then it tells more: whoever writes is far from one of two that are far apart.
fn is_further(first: Access, last: Access, access: Access, block_size: u32) -> bool {
    let differ = |a: Access, b: Access, by: u32| a.tid / by != b.tid / by;
    if differ(first, last, block_size) {
        return false;
    }
    differ(first, access, block_size) || !differ(first, last, 32) && differ(first, access, 32)
}

/// Of two reads of a thread at one time, the weaker counts.
fn merged(earlier: Access, access: Access) -> Access {
    let is_same = earlier.tid == access.tid && earlier.clock == access.clock;
    match is_same && earlier.bytes() != 0 && earlier.is_weak() {
        true => Access {
            meta: earlier.meta | access.bytes(),
            ..earlier
        },
        false => access,
    }
}

/// A plain read which an atomic operation of another thread overlaps, until it is known whether
/// the reader goes on to compare and swap.
#[derive(Debug)]
pub(super) struct Pending<T> {
    all: HashMap<(u32, u64), Vec<T>>,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            all: HashMap::new(),
        }
    }
}

impl<T> Pending<T> {
    pub(super) fn add(&mut self, tid: u32, word: u64, what: T) {
        let list = self.all.entry((tid, word)).or_default();
        if list.is_empty() {
            list.push(what);
        }
    }

    pub(super) fn forgive(&mut self, tid: u32, word: u64) {
        if !self.all.is_empty() {
            self.all.remove(&(tid, word));
        }
    }

    /// What was never forgiven, in a fixed order.
    pub(super) fn drain(&mut self) -> Vec<T> {
        let mut all: Vec<_> = std::mem::take(&mut self.all).into_iter().collect();
        all.sort_by_key(|(key, _)| *key);
        all.into_iter().flat_map(|(_, list)| list).collect()
    }
}

#[cfg(test)]
mod tests;
