//! What all blocks of a running launch share.

use std::collections::HashMap;
use std::rc::Rc;

use super::block::{Common, Shape};
use super::clock::Knowledge;
use super::program::{Place, Program};
use super::report::{FaultLog, Finding, Key};
use super::shadow::{Pending, Shadow};
use super::warp::Warp;
use crate::gpu::counters::LineCounters;
use crate::gpu::fault::{At, FaultKind, Site, Space};
use crate::gpu::launch::SimOptions;
use crate::gpu::memory::Heap;

/// Bytes that registers and local memory of all resident threads may take on the host.
const MAX_HOST_BYTES: u64 = 1 << 30;
/// Places through which threads published something that are remembered.
pub(super) const MAX_PUBLISHED: usize = 1 << 18;

/// A running launch.
pub(super) struct Machine<'l> {
    pub(super) program: &'l Program,
    pub(super) heap: &'l mut Heap,
    pub(super) shape: Shape,
    pub(super) options: SimOptions,
    pub(super) params: Vec<u8>,
    pub(super) log: FaultLog,
    /// What each instruction did.
    pub(super) tallies: Vec<LineCounters>,
    pub(super) printed: Vec<u8>,
    pub(super) printed_cut: bool,
    pub(super) executed: u64,
    /// Of the buffers in the heap.
    pub(super) shadows: Vec<Shadow>,
    /// What was published through global memory, by word.
    pub(super) published: HashMap<u64, Rc<Knowledge>>,
    pub(super) pending: Pending<(Key, Finding)>,
    /// Registers and local memory of resident threads, in bytes of the host.
    pub(super) host_bytes: u64,
    /// The launch ends at once.
    pub(super) is_stopped: bool,
    /// The buffer that was accessed last: probably the next one too.
    pub(super) last_buffer: usize,
}

impl<'l> Machine<'l> {
    pub(super) fn new(
        program: &'l Program,
        heap: &'l mut Heap,
        shape: Shape,
        options: SimOptions,
        params: Vec<u8>,
    ) -> Self {
        let buffers = heap.buffers.len();
        Self {
            program,
            heap,
            shape,
            options,
            params,
            log: FaultLog::new(options.max_faults),
            tallies: vec![LineCounters::default(); program.code.len()],
            printed: Vec::new(),
            printed_cut: false,
            executed: 0,
            shadows: std::iter::repeat_with(Shadow::default)
                .take(buffers)
                .collect(),
            published: HashMap::new(),
            pending: Pending::default(),
            host_bytes: 0,
            is_stopped: false,
            last_buffer: 0,
        }
    }

    /// Takes room on the host, unless there is too little.
    pub(super) fn reserve(&mut self, bytes: u64) -> bool {
        let total = self.host_bytes.saturating_add(bytes);
        let fits = total <= MAX_HOST_BYTES;
        if fits {
            self.host_bytes = total;
        }
        fits
    }

    /// The lines of an instruction.
    pub(super) fn place(&self, pc: u32) -> &Place {
        &self.program.places[self.program.code[pc as usize].place as usize]
    }

    /// The innermost line of an instruction.
    pub(super) fn site(&self, pc: u32) -> Option<Site> {
        self.place(pc).sites.first().cloned()
    }

    /// The lines of an instruction and of the calls that led to it, innermost first.
    pub(super) fn sites(&self, pc: u32, warp: &Warp, frame: u32) -> Vec<Site> {
        let mut sites = self.place(pc).sites.clone();
        let mut next = Some(frame);
        while let Some(frame) = next.and_then(|at| warp.frames.get(at as usize)) {
            next = frame.parent;
            if next.is_some() && sites.len() < 16 {
                sites.extend_from_slice(&self.place(frame.call).sites);
            }
        }
        sites
    }

    /// A thread by its number in the grid, counted in whole warps.
    pub(super) fn thread(&self, tid: u32) -> At {
        let padded = self.shape.padded().max(1);
        At {
            block: self.shape.grid.place(u64::from(tid / padded)),
            thread: self.shape.block.place(u64::from(tid % padded)),
        }
    }

    /// Notes a fault of one lane; what is said of it is asked for only the first time.
    pub(super) fn fault(
        &mut self,
        kind: FaultKind,
        by: Offender<'_>,
        describe: impl FnOnce(&Self) -> About,
    ) {
        let key = Key {
            kind,
            pc: by.pc,
            other_pc: None,
        };
        if self.log.is_known(&key) {
            return;
        }
        let about = describe(self);
        let finding = Finding {
            kind,
            sites: self.sites(by.pc, by.warp, by.frame),
            other: about.other,
            at: by.at(self),
            other_at: about.other_at,
            space: about.space,
            buffer: about.buffer,
            text: about.text,
        };
        self.log.add(key, finding);
    }

    /// Whether a launch has executed all that it may; says so the first time.
    pub(super) fn is_exhausted(&self) -> bool {
        self.executed > self.options.max_instructions
    }
}

/// Who does something wrong.
#[derive(Clone, Copy)]
pub(super) struct Offender<'w> {
    pub(super) warp: &'w Warp,
    pub(super) common: &'w Common,
    pub(super) lane: usize,
    pub(super) frame: u32,
    pub(super) pc: u32,
}

impl Offender<'_> {
    pub(super) fn at(&self, machine: &Machine<'_>) -> At {
        At {
            block: self.common.index,
            thread: machine
                .shape
                .block
                .place(u64::from(self.warp.first) + self.lane as u64),
        }
    }
}

/// What is said of a fault besides kind, place and offender.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub(super) other: Option<Site>,
    pub(super) other_at: Option<At>,
    pub(super) space: Option<Space>,
    pub(super) buffer: Option<String>,
    pub(super) text: String,
}

impl About {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}
