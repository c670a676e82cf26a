//! What all blocks of a running launch share.

use std::collections::HashMap;
use std::rc::Rc;

use super::access::Spot;
use super::block::{Common, Shape};
use super::clock::Knowledge;
use super::program::{Place, Program};
use super::report::{FaultLog, Finding, Key};
use super::shadow::{Pending, Shadow};
use super::unwritten::{Unsettled, Unwritten};
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
    /// Accesses outside of everything so far.
    pub(super) bad_accesses: u64,
    /// Of the buffers in the heap.
    pub(super) shadows: Vec<Shadow>,
    /// What was published through global memory, by word.
    pub(super) published: HashMap<u64, Rc<Knowledge>>,
    pub(super) pending: Pending<(Key, Finding)>,
    /// Reads of unwritten global memory.
    pub(super) unsettled: Unsettled,
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
            bad_accesses: 0,
            shadows: std::iter::repeat_with(Shadow::default)
                .take(buffers)
                .collect(),
            published: HashMap::new(),
            pending: Pending::default(),
            unsettled: Unsettled::default(),
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

    /// Reports the reads of unwritten memory for which no racing write came.
    pub(super) fn settle(&mut self, unsettled: &mut Unsettled) {
        for (read, sites) in unsettled.drain() {
            self.report_unwritten(read, sites);
        }
    }

    pub(super) fn report_unwritten(&mut self, read: Unwritten, sites: Vec<Site>) {
        let key = Unwritten::key(read.pc);
        if !self.log.is_known(&key) {
            let finding = self.unwritten(read, sites);
            self.log.add(key.clone(), finding);
        }
        self.log.more(&key, read.times - 1);
    }

    /// What is said of a read of memory that nothing wrote.
    pub(super) fn unwritten(&self, read: Unwritten, sites: Vec<Site>) -> Finding {
        let (space, buffer, at, len) = self.whereabouts(read.spot);
        let does = does(false, read.bytes);
        let text = match &buffer {
            Some(name) => format!(
                "{does} at byte {at} of {name} ({len} bytes long), which nothing wrote before"
            ),
            None => format!("{does} of a local variable, which nothing wrote before"),
        };
        Finding {
            kind: FaultKind::Uninitialised,
            sites,
            other: None,
            at: self.thread(read.tid),
            other_at: None,
            space: Some(space),
            buffer,
            text,
        }
    }

    /// The memory that a spot is in, its name, the byte within it, and its length.
    pub(super) fn whereabouts(&self, spot: Spot) -> (Space, Option<String>, u64, u64) {
        match spot {
            Spot::Buffer(index, at) => {
                let buffer = &self.heap.buffers[index];
                let space = if buffer.is_constant {
                    Space::Const
                } else {
                    Space::Global
                };
                (space, Some(buffer.name.clone()), at as u64, buffer.len())
            }
            Spot::Shared(at) => {
                let (name, from, bytes) = self.shared_variable(at as u64);
                (
                    Space::Shared,
                    Some(name),
                    (at as u64).saturating_sub(from),
                    bytes,
                )
            }
            Spot::Local(_) | Spot::Nowhere => (Space::Local, None, 0, 0),
            Spot::Param(at) => (Space::Const, None, at as u64, self.params.len() as u64),
        }
    }

    /// The variable in shared memory that a place is in, or else the one before it: its name, place
    /// and length.
    pub(super) fn shared_variable(&self, at: u64) -> (String, u64, u64) {
        let program = self.program;
        let dynamic = self.shape.dynamic;
        if at >= program.dynamic_at && (dynamic > 0 || program.shared.is_empty()) {
            let name = program.dynamic_name.clone();
            return (
                name.unwrap_or_else(|| "dynamic shared memory".to_owned()),
                program.dynamic_at,
                u64::from(dynamic),
            );
        }
        let after = program.shared.partition_point(|var| var.at <= at);
        match program.shared.get(after.saturating_sub(1)) {
            Some(var) => (var.name.clone(), var.at, var.bytes),
            None => ("shared memory".to_owned(), 0, 0),
        }
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

/// Reads or writes so many bytes.
pub(super) fn does(writes: bool, bytes: u64) -> String {
    let verb = if writes { "writes" } else { "reads" };
    let noun = if bytes == 1 { "byte" } else { "bytes" };
    format!("{verb} {bytes} {noun}")
}
