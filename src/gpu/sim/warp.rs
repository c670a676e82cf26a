//! A warp: 32 lanes that execute together what they can.

use super::clock::Clocks;
use super::program::{Func, Lanes, Pred, Program, Src};
use super::undefined::{Origin, Undefined};
use crate::gpu::memory::Region;

/// The lanes of a mask.
pub(super) fn lanes_of(mask: u32) -> impl Iterator<Item = usize> {
    let mut left = mask;
    std::iter::from_fn(move || {
        let lane = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(lane)
    })
}

/// One execution of a function by lanes that called it together.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) func: u32,
    /// The frame of the caller.
    pub(super) parent: Option<u32>,
    /// The call, in the caller.
    pub(super) call: u32,
    pub(super) depth: u32,
    /// Where its part of local memory begins.
    pub(super) base: u64,
    pub(super) registers: Vec<Lanes>,
    pub(super) predicates: Vec<u32>,
    pub(super) carry: u32,
    /// Parameters for calls, lane after lane.
    pub(super) slots: Vec<u8>,
    /// Lanes that are in it, or in what it called.
    pub(super) users: u32,
    /// Of registers that are only stored: values that were not wholly written.
    passed: Vec<Passed>,
    pub(super) undefined: Undefined,
}

impl Frame {
    pub(super) fn enter(&mut self, func: &Func) {
        self.registers.clear();
        self.registers.resize(func.registers as usize, [0; 32]);
        self.predicates.clear();
        self.predicates.resize(func.predicates as usize, 0);
        self.slots.clear();
        self.slots.resize(func.slot_bytes as usize * 32, 0);
        self.carry = 0;
        self.passed.clear();
        self.undefined.clear();
    }

    /// Bytes that it takes on the host.
    pub(super) fn host_bytes(func: &Func) -> u64 {
        u64::from(func.registers) * 256
            + u64::from(func.predicates) * 4
            + u64::from(func.slot_bytes) * 32
    }

    pub(super) fn set(&mut self, register: u32, mask: u32, values: &Lanes) {
        let target = &mut self.registers[register as usize];
        if mask == u32::MAX {
            *target = *values;
            return;
        }
        for lane in lanes_of(mask) {
            target[lane] = values[lane];
        }
    }

    pub(super) fn set_pred(&mut self, predicate: u32, mask: u32, values: u32) {
        let target = &mut self.predicates[predicate as usize];
        *target = *target & !mask | values & mask;
    }

    pub(super) fn pred(&self, pred: Pred) -> u32 {
        match pred {
            Pred::Reg(at, false) => self.predicates[at as usize],
            Pred::Reg(at, true) => !self.predicates[at as usize],
            Pred::Const(true) => u32::MAX,
            Pred::Const(false) => 0,
        }
    }
}

/// Instructions after which lanes that poll stand back.
const PATIENCE: u64 = 512;
/// Polls that make lanes such that wait.
const POLLS: u64 = 8;
/// Instructions after which any lanes stand back for the others of their warp.
const LONG: u64 = 200_000;

/// How long lanes have run without giving way to others of their warp.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Patience {
    /// Instructions.
    pub(super) ran: u64,
    /// Those among them that only look what others wrote: volatile loads, atomic operations that
    /// change nothing, `__nanosleep()`.
    pub(super) polls: u64,
}

impl Patience {
    pub(super) fn is_over(self) -> bool {
        self.ran >= PATIENCE && self.polls >= POLLS || self.ran >= LONG
    }
}

/// A warp.
#[derive(Debug)]
pub(super) struct Warp {
    /// The thread of lane 0, within the block.
    pub(super) first: u32,
    pub(super) pc: [u32; 32],
    pub(super) frame: [u32; 32],
    /// Lanes that there are.
    pub(super) exists: u32,
    /// Lanes that have not returned.
    pub(super) live: u32,
    /// Lanes that wait at a barrier of the block.
    pub(super) waiting: u32,
    /// Lanes that wait for others of the warp.
    pub(super) parked: u32,
    pub(super) frames: Vec<Frame>,
    pub(super) free: Vec<u32>,
    pub(super) specials: Vec<Lanes>,
    /// Local memory, lane after lane.
    pub(super) local: Region,
    /// Bytes of local memory that a lane has.
    pub(super) stride: usize,
    pub(super) clocks: Clocks,
    /// The last branch backwards: an endless loop's.
    pub(super) last_back: Option<u32>,
    /// The shuffle or load that some undefined values come from, if there are any.
    pub(super) origin: Option<Box<Origin>>,
    pub(super) patience: Patience,
    /// Lanes that wait in vain, so others go first.
    pub(super) avoided: u32,
}

impl Warp {
    /// Lanes that can go on.
    pub(super) fn runnable(&self) -> u32 {
        self.live & !self.waiting & !self.parked
    }

    pub(super) fn value<'w>(&'w self, program: &'w Program, frame: u32, src: Src) -> &'w Lanes {
        match src {
            Src::Reg(at) => &self.frames[frame as usize].registers[at as usize],
            Src::Const(at) => &program.constants[at as usize],
            Src::Special(at) => &self.specials[at as usize],
        }
    }

    /// The lanes that go on next: of the deepest call, at the lowest place.
    pub(super) fn pick(&self, among: u32) -> (u32, u32, u32) {
        let mut best: Option<(u32, u32, u32)> = None;
        for lane in lanes_of(among) {
            let (pc, frame) = (self.pc[lane], self.frame[lane]);
            let depth = self.frames[frame as usize].depth;
            let better = best.is_none_or(|(best_depth, best_pc, _)| {
                depth > best_depth || depth == best_depth && pc < best_pc
            });
            if better {
                best = Some((depth, pc, frame));
            }
        }
        let (_, pc, frame) = best.unwrap_or_default();
        let mask = lanes_of(among)
            .filter(|lane| self.pc[*lane] == pc && self.frame[*lane] == frame)
            .fold(0, |mask, lane| mask | 1 << lane);
        (mask, pc, frame)
    }

    pub(super) fn go(&mut self, mask: u32, pc: u32) {
        if mask == u32::MAX {
            self.pc = [pc; 32];
            return;
        }
        for lane in lanes_of(mask) {
            self.pc[lane] = pc;
        }
    }

    /// Lets a frame's lanes leave it, and frees it when the last one does.
    pub(super) fn leave(&mut self, frame: u32, mask: u32) {
        let users = &mut self.frames[frame as usize].users;
        *users &= !mask;
        if *users == 0 {
            self.free.push(frame);
        }
    }

    /// Ends these lanes.
    pub(super) fn exit(&mut self, mask: u32) {
        for lane in lanes_of(mask) {
            let mut next = Some(self.frame[lane]);
            while let Some(frame) = next {
                next = self.frames[frame as usize].parent;
                self.leave(frame, 1 << lane);
            }
        }
        self.live &= !mask;
        self.waiting &= !mask;
        self.parked &= !mask;
    }

    /// Gives each lane at least so many bytes of local memory.
    pub(super) fn grow_local(&mut self, bytes: usize) {
        if bytes <= self.stride {
            return;
        }
        let stride = bytes.next_power_of_two();
        let mut grown = Region::new(stride * 32);
        for lane in 0..32 {
            let (from, to) = (lane * self.stride, lane * stride);
            grown.data[to..to + self.stride]
                .copy_from_slice(&self.local.data[from..from + self.stride]);
            grown.init[to..to + self.stride]
                .copy_from_slice(&self.local.init[from..from + self.stride]);
        }
        self.local = grown;
        self.stride = stride;
    }
}

/// Values that are only passed on, with the bytes of each that were written.
pub(super) type Passed = (u32, [u8; 32]);

impl Frame {
    /// Notes which bytes of a register's lanes were written where they came from.
    pub(super) fn passes_on(&mut self, register: u32, mask: u32, bytes: Option<[u8; 32]>) {
        let known = self.passed.iter().position(|(at, _)| *at == register);
        let is_whole = bytes.is_none_or(|bytes| lanes_of(mask).all(|lane| bytes[lane] == 0xff));
        match (known, bytes) {
            (None, _) if is_whole => {}
            (None, Some(bytes)) => {
                let mut all = [0xff; 32];
                for lane in lanes_of(mask) {
                    all[lane] = bytes[lane];
                }
                self.passed.push((register, all));
            }
            (Some(at), bytes) => {
                for lane in lanes_of(mask) {
                    self.passed[at].1[lane] = bytes.map_or(0xff, |bytes| bytes[lane]);
                }
            }
            (None, None) => {}
        }
    }

    /// What [`Self::passes_on`] noted of a register.
    pub(super) fn passed(&self, register: u32) -> Option<[u8; 32]> {
        self.passed
            .iter()
            .find(|(at, _)| *at == register)
            .map(|(_, bytes)| *bytes)
    }
}
