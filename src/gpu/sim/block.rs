//! A block: its warps, its shared memory, its barriers.

use std::collections::HashMap;
use std::rc::Rc;

use super::clock::{Clocks, Knowledge};
use super::program::{Program, Special};
use super::shadow::Shadow;
use super::unwritten::Unsettled;
use super::warp::{Frame, Patience, Warp};
use crate::gpu::launch::Dim3;
use crate::gpu::memory::Region;

/// Barriers that a block has (PTX ISA, 9.7.13.1).
pub(super) const BARRIERS: usize = 16;

/// Lanes of a warp that arrived at a barrier.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) warp: usize,
    pub(super) lanes: u32,
    /// The barrier instruction.
    pub(super) pc: u32,
    pub(super) frame: u32,
    /// Whether they wait, or only arrived.
    pub(super) waits: bool,
    /// What they say to a reduction.
    pub(super) says: u32,
}

/// A barrier's state.
#[derive(Clone, Debug, Default)]
pub(super) struct BarrierState {
    pub(super) arrivals: Vec<Arrival>,
    /// How many threads it is for; all where absent.
    pub(super) count: Option<u32>,
}

/// What the warps of a block share.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) index: Dim3,
    pub(super) shared: Region,
    pub(super) shadow: Shadow,
    /// Reads of unwritten shared memory.
    pub(super) unsettled: Unsettled,
    /// What was published through shared memory, by word.
    pub(super) published: HashMap<u64, Rc<Knowledge>>,
    pub(super) barriers: Vec<BarrierState>,
}

/// A block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) common: Common,
    pub(super) warps: Vec<Warp>,
}

/// What all blocks of a launch have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) grid: Dim3,
    pub(super) block: Dim3,
    pub(super) dynamic: u32,
}

impl Shape {
    /// Threads of a block in whole warps.
    pub(super) fn padded(self) -> u32 {
        (self.block.count() as u32).next_multiple_of(32)
    }
}

impl Block {
    pub(super) fn new(program: &Program, shape: Shape, number: u64) -> Self {
        let index = shape.grid.place(number);
        let threads = shape.block.count() as u32;
        let shared = program.dynamic_at as usize + shape.dynamic as usize;
        let common = Common {
            index,
            shared: Region::new(shared),
            shadow: Shadow::default(),
            unsettled: Unsettled::default(),
            published: HashMap::new(),
            barriers: vec![BarrierState::default(); BARRIERS],
        };
        let warps = (0..threads.div_ceil(32))
            .map(|at| warp(program, shape, number, index, at * 32))
            .collect();
        Self { common, warps }
    }

    /// Threads that have not returned.
    pub(super) fn live(&self) -> u32 {
        self.warps.iter().map(|warp| warp.live.count_ones()).sum()
    }
}

fn warp(program: &Program, shape: Shape, number: u64, index: Dim3, first: u32) -> Warp {
    let threads = shape.block.count() as u32;
    let there = (threads - first).min(32);
    let exists = if there == 32 {
        u32::MAX
    } else {
        (1 << there) - 1
    };
    let func = &program.functions[0];
    let mut frame = Frame::default();
    frame.users = exists;
    frame.enter(func);
    let stride = func.local_bytes as usize;
    let grid_first = (number * u64::from(shape.padded())) as u32 + first;
    Warp {
        first,
        pc: [func.start; 32],
        frame: [0; 32],
        exists,
        live: exists,
        waiting: 0,
        parked: 0,
        frames: vec![frame],
        free: Vec::new(),
        specials: program
            .specials
            .iter()
            .map(|special| values(*special, program, shape, index, first))
            .collect(),
        local: Region::new(stride * 32),
        stride,
        clocks: Clocks::new(grid_first, shape.padded()),
        last_back: None,
        origin: None,
        patience: Patience::default(),
        avoided: 0,
    }
}

fn axis(of: Dim3, axis: u8) -> u32 {
    match axis {
        0 => of.x,
        1 => of.y,
        _ => of.z,
    }
}

fn values(special: Special, program: &Program, shape: Shape, index: Dim3, first: u32) -> [u64; 32] {
    let same = |value: u32| [u64::from(value); 32];
    let each = |f: &dyn Fn(u32) -> u32| std::array::from_fn(|lane| u64::from(f(lane as u32)));
    match special {
        Special::Tid(at) => each(&|lane| axis(shape.block.place(u64::from(first + lane)), at)),
        Special::Ntid(at) => same(axis(shape.block, at)),
        Special::Ctaid(at) => same(axis(index, at)),
        Special::Nctaid(at) => same(axis(shape.grid, at)),
        Special::LaneId => each(&|lane| lane),
        Special::WarpId => same(first / 32),
        Special::WarpCount => same(shape.padded() / 32),
        Special::MaskEq => each(&|lane| 1 << lane),
        Special::MaskLt => each(&|lane| (1 << lane) - 1),
        Special::MaskLe => each(&|lane| ((2_u64 << lane) - 1) as u32),
        Special::MaskGt => each(&|lane| !(((2_u64 << lane) - 1) as u32)),
        Special::MaskGe => each(&|lane| !((1 << lane) - 1)),
        Special::Zero => same(0),
        Special::One => same(1),
        Special::DynamicShared => same(shape.dynamic),
        Special::TotalShared => same(program.static_shared as u32 + shape.dynamic),
    }
}
