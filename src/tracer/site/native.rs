//! Native stacks: which code a thread is in, and who called it.

use addr2line::gimli::UnwindContext;

use super::image::Images;
use super::maps::{Mapping, Maps};
use super::memory::{Memory, Stack};
use super::registers::{MACHINE, Registers};
use super::unwind::{Frame, Step, by_frame_pointer};

/// Frames that one walk passes at most.
const DEEPEST: usize = 256;

/// Captures between two fruitless looks at the mappings, at most.
const PATIENCE: u64 = 1024;

/// Lines of a maps file whose reading one capture pays for.
const LINES_A_CAPTURE: u64 = 512;

/// The code of one process, as far as it was looked at.
pub(super) struct Code {
    maps: Maps,
    /// The image of each mapping: not yet looked for, none, or its index.
    images: Vec<Option<Option<usize>>>,
    is_stale: bool,
    /// Captures so far, and from which one on an unknown address makes us read the maps again.
    captures: u64,
    next_look: u64,
    patience: u64,
}

/// A place in code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Index of the mapping.
    pub(super) mapping: usize,
    /// Address in memory.
    pub(super) pc: u64,
    /// The same as the file's own headers count it, if the mapping is of an ELF image.
    pub(super) address: Option<u64>,
}

/// What walks need and keep between them.
pub(super) struct Walker {
    pub(super) images: Images,
    stack: Stack,
    context: UnwindContext<usize>,
}

impl Walker {
    pub(super) fn new() -> Self {
        Self {
            images: Images::new(),
            stack: Stack::new(),
            context: UnwindContext::new(),
        }
    }
}

impl Code {
    pub(super) fn new() -> Self {
        Self {
            maps: Maps::default(),
            images: Vec::new(),
            is_stale: true,
            captures: 0,
            next_look: 0,
            patience: 0,
        }
    }

    /// Has the mappings read again before the next walk.
    pub(super) fn mapped(&mut self) {
        self.is_stale = true;
    }

    /// Prepares for a walk; says whether the mappings were read.
    pub(super) fn refresh(&mut self, memory: Memory) -> bool {
        self.captures += 1;
        let is_stale = self.is_stale;
        if is_stale {
            self.read(memory);
        }
        is_stale
    }

    /// Reads the mappings because of an unknown address, if it is time for that.
    ///
    /// Says whether there was news. A program that jumps through memory that no file is mapped
    /// to, or that maps and unmaps on purpose, must not make us read them all the time.
    pub(super) fn look_again(&mut self, memory: Memory) -> bool {
        if self.captures < self.next_look {
            return false;
        }
        let before = std::mem::take(&mut self.maps.code);
        self.read(memory);
        let is_news = self.maps.code != before;
        self.patience = if is_news {
            0
        } else {
            (self.patience * 2).clamp(1, PATIENCE)
        };
        let price = self.maps.lines / LINES_A_CAPTURE;
        self.next_look = self.captures + self.patience.max(price);
        is_news
    }

    fn read(&mut self, memory: Memory) {
        self.maps = Maps::of(memory.tid);
        self.images = vec![None; self.maps.code.len()];
        self.is_stale = false;
    }

    /// The executable mappings, by address.
    pub(super) fn mappings(&self) -> &[Mapping] {
        &self.maps.code
    }

    /// The image of a mapping and what is to be added to its own addresses.
    pub(super) fn image(
        &mut self,
        mapping: usize,
        memory: Memory,
        images: &mut Images,
    ) -> Option<(usize, u64)> {
        let Mapping {
            head, file, path, ..
        } = &self.maps.code[mapping];
        let head = (*head)?;
        let image =
            (*self.images[mapping].get_or_insert_with(|| images.find(memory, *file, path, head)))?;
        Some((image, images.get(image).bias(head)))
    }

    /// Walks the stack from the system call outwards, handing each place to `visit` until that
    /// says to stop. Says whether the walk met an address that no mapping holds.
    pub(super) fn walk(
        &mut self,
        memory: Memory,
        registers: Registers,
        walker: &mut Walker,
        mut visit: impl FnMut(&Self, Place) -> bool,
    ) -> bool {
        walker.stack.reset(memory);
        let mut frame = Frame {
            // In the system-call instruction: what follows it may belong to another function.
            pc: registers.ip.wrapping_sub(MACHINE.syscall_len),
            sp: registers.sp,
            fp: registers.fp,
            lr: registers.lr,
            is_innermost: true,
        };
        for _ in 0..DEEPEST {
            let Some(mapping) = self.maps.at(frame.pc) else {
                // Zero is how the outermost frame is marked where nothing else marks it.
                return frame.pc.wrapping_add(1) & MACHINE.code_bits > 1;
            };
            let image = self.image(mapping, memory, &mut walker.images);
            let place = Place {
                mapping,
                pc: frame.pc,
                address: image.map(|(_, bias)| frame.pc.wrapping_sub(bias)),
            };
            if !visit(self, place) {
                return false;
            }
            let step = match image {
                Some((image, bias)) => walker.images.unwinding(image, memory, bias).step(
                    bias,
                    frame,
                    &mut walker.stack,
                    &mut walker.context,
                ),
                None => Step::Unknown,
            };
            let caller = match step {
                Step::Caller(caller) => Some(caller),
                Step::End => None,
                Step::Unknown => by_frame_pointer(frame, &mut walker.stack, |address| {
                    self.maps.at(address).is_some()
                }),
            };
            match caller {
                Some(caller) => frame = caller,
                None => return false,
            }
        }
        false
    }
}
