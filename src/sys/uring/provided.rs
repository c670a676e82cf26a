//! Buffers for what comes in, which the kernel chooses from.

use std::io;

use io_uring::IoUring;
use io_uring::types::BufRingEntry;
use memmap2::MmapMut;

use super::{GROUP, Piece};

/// Buffers that the kernel receives into, and the ring of those that it may use;
/// io_uring_register_buf_ring(3).
#[derive(Debug)]
pub(super) struct Provided {
    ring: MmapMut,
    memory: MmapMut,
    entries: u16,
    size: u32,
    tail: u16,
}

impl Provided {
    #[expect(unsafe_code, reason = "gives the kernel memory")]
    pub(super) fn register(uring: &IoUring, entries: u16, size: u32) -> io::Result<Self> {
        let entries = entries.next_power_of_two();
        // Mapped memory begins with a page, as the kernel asks for.
        let ring = MmapMut::map_anon(usize::from(entries) * size_of::<BufRingEntry>())?;
        let memory = MmapMut::map_anon(usize::from(entries) * size as usize)?;
        // SAFETY: the mapping has room for so many entries, and outlives the ring: it is dropped
        // after that.
        unsafe {
            uring.submitter().register_buf_ring_with_flags(
                ring.as_ptr() as u64,
                entries,
                GROUP,
                0,
            )?;
        }
        let mut provided = Self {
            ring,
            memory,
            entries,
            size,
            tail: 0,
        };
        for buffer in 0..entries {
            provided.give(buffer);
        }
        Ok(provided)
    }

    fn start(&self, buffer: u16) -> *const u8 {
        // Within the mapping: numbers are below `entries`.
        self.memory
            .as_ptr()
            .wrapping_add(usize::from(buffer) * self.size as usize)
    }

    #[expect(unsafe_code, reason = "writes what the kernel reads")]
    pub(super) fn give(&mut self, buffer: u16) {
        let address = self.start(buffer) as u64;
        let at = usize::from(self.tail & (self.entries - 1));
        let base: *mut BufRingEntry = self.ring.as_mut_ptr().cast();
        self.tail = self.tail.wrapping_add(1);
        // SAFETY: `at` is below the number of entries that the mapping holds. The kernel reads an
        // entry only once the tail has passed it, which is stored last; the tail lies in a part
        // of the first entry that nothing else uses, is aligned, and is the kernel's to read at
        // any time, hence atomic.
        unsafe {
            let entry = &mut *base.add(at);
            entry.set_addr(address);
            entry.set_len(self.size);
            entry.set_bid(buffer);
            let tail = BufRingEntry::tail(base).cast_mut();
            std::sync::atomic::AtomicU16::from_ptr(tail)
                .store(self.tail, std::sync::atomic::Ordering::Release);
        }
    }

    #[expect(unsafe_code, reason = "reads what the kernel wrote")]
    pub(super) fn bytes(&self, piece: &Piece) -> &[u8] {
        let length = piece.length.min(self.size as usize);
        // SAFETY: within the mapping; the kernel has handed the buffer over and does not touch it
        // before it is given back, which takes the piece.
        unsafe { std::slice::from_raw_parts(self.start(piece.buffer), length) }
    }
}
