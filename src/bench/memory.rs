//! Whether a program takes more memory than it may, by looks that are dear and therefore seldom.

use std::time::{Duration, Instant};

use super::drive::SELDOM;
use crate::sys::proc;
use crate::tracer::Tracer;

/// A look at descriptors takes at most this part of the time.
const PART_FOR_DESCRIPTORS: u32 = 20;

/// When was looked at what.
#[derive(Debug, Default)]
pub(super) struct MemoryWatch {
    /// When the processes' memory was divided among them.
    divided: Option<Instant>,
    /// When it is time to look at files without a name again.
    next_files: Option<Instant>,
}

impl MemoryWatch {
    /// Whether all processes together take more memory than this; `resident_kib` is what they have if
    /// each of them counts a page as its own that they share.
    pub(super) fn exceeds(&mut self, memory_kib: u64, resident_kib: u64, tracer: &Tracer) -> bool {
        resident_kib > memory_kib && self.is_divided_more_than(memory_kib, tracer)
            || self.holds_more_than(memory_kib, tracer)
    }

    fn is_divided_more_than(&mut self, memory_kib: u64, tracer: &Tracer) -> bool {
        // To divide the pages among them, the kernel looks at every one.
        let is_due = self.divided.is_none_or(|looked| looked.elapsed() > SELDOM);
        if !is_due {
            return false;
        }
        self.divided = Some(Instant::now());
        tracer.measure().memory_kib > memory_kib
    }

    /// Memory can be had without an address space: in files without a name, mapped or not.
    ///
    /// It is held against the limit by itself: what is mapped of it counts with the processes.
    fn holds_more_than(&mut self, memory_kib: u64, tracer: &Tracer) -> bool {
        let begun = Instant::now();
        if self.next_files.is_some_and(|next| begun < next) {
            return false;
        }
        let held = proc::memory_files_kib(tracer.processes());
        let pause: Duration = SELDOM.max(begun.elapsed() * PART_FOR_DESCRIPTORS);
        self.next_files = Some(Instant::now() + pause);
        held > memory_kib
    }
}
