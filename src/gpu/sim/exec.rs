//! The heart: a group of lanes executes one instruction after another.
//!
//! Lanes of a warp that are at the same place of the same call form a group. Of several groups the
//! one of the deepest call goes first, then the one at the lowest place, so that lanes which parted
//! meet again where their paths do. A group that only polls, waiting for what another group does,
//! stands back for it.

use super::block::{Arrival, Common};
use super::machine::{About, Machine, Offender};
use super::program::{Barrier, Inst, Op, Reach};
use super::warp::{Patience, Warp, lanes_of};
use crate::gpu::fault::FaultKind;

/// Why a warp stopped running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// No lane can go on by itself.
    Blocked,
    /// Lanes arrived at a barrier: it may be complete.
    Arrived,
    /// It polls what others write.
    Polling,
    /// It has had its turn.
    Turn,
    /// The launch ends.
    Stopped,
}

/// A warp that runs.
pub(super) struct Exec<'e, 'l> {
    pub(super) m: &'e mut Machine<'l>,
    pub(super) b: &'e mut Common,
    pub(super) w: &'e mut Warp,
    /// The warp's number in its block.
    pub(super) number: usize,
}

/// Where a group is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) mask: u32,
    pub(super) pc: u32,
    pub(super) frame: u32,
}

/// What an instruction does to the order of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Jump(u32),
    /// Lanes have gone different ways, or stopped: the group must be chosen anew.
    Regroup,
    Pause(Pause),
}

impl<'l> Exec<'_, 'l> {
    /// Runs until nothing goes on, or a turn of so many instructions is over.
    pub(super) fn run(&mut self, turn: u64) -> Pause {
        let mut left = turn;
        loop {
            if self.m.is_stopped {
                return Pause::Stopped;
            }
            let runnable = self.w.runnable();
            if runnable == 0 {
                return Pause::Blocked;
            }
            if left == 0 {
                return Pause::Turn;
            }
            let among = runnable & !self.w.avoided;
            if among == 0 {
                // Every lane here waits for somebody else.
                self.w.avoided = 0;
                return Pause::Polling;
            }
            let (_, pc, frame) = self.w.pick(among);
            // Lanes that stand back and are here go along.
            let mask = lanes_of(runnable)
                .filter(|lane| self.w.pc[*lane] == pc && self.w.frame[*lane] == frame)
                .fold(0, |mask, lane| mask | 1 << lane);
            self.w.avoided &= !mask;
            let group = Group { mask, pc, frame };
            let meeting = lanes_of(runnable & !mask & !self.w.avoided)
                .filter(|lane| self.w.frame[*lane] == frame && self.w.pc[*lane] > pc)
                .map(|lane| self.w.pc[lane])
                .min()
                .unwrap_or(u32::MAX);
            if let Some(pause) = self.group(group, meeting, &mut left) {
                return pause;
            }
        }
    }

    /// Runs a group until it must be chosen anew, or the warp pauses.
    fn group(&mut self, mut group: Group, meeting: u32, left: &mut u64) -> Option<Pause> {
        let program = self.m.program;
        loop {
            let inst = &program.code[group.pc as usize];
            let active = match inst.guard {
                None => group.mask,
                Some((at, is_negated)) => {
                    let held = self.w.frames[group.frame as usize].predicates[at as usize];
                    group.mask & if is_negated { !held } else { held }
                }
            };
            let tally = &mut self.m.tallies[group.pc as usize];
            tally.warp_instructions += 1;
            tally.thread_instructions += u64::from(active.count_ones());
            self.m.executed += u64::from(group.mask.count_ones());
            if self.m.is_exhausted() {
                self.exhausted(group);
                return Some(Pause::Stopped);
            }
            *left = left.saturating_sub(1);
            if self.w.has_undefined() {
                self.follow_undefined(inst, active, group);
            }
            match self.instruction(inst, active, group) {
                Flow::Next => group.pc += 1,
                Flow::Jump(to) => {
                    if to <= group.pc {
                        self.w.last_back = Some(group.pc);
                    }
                    group.pc = to;
                }
                Flow::Regroup => return None,
                Flow::Pause(pause) => return Some(pause),
            }
            if group.pc >= meeting || *left == 0 {
                self.w.go(group.mask, group.pc);
                return None;
            }
            self.w.patience.ran += 1;
            if self.w.patience.is_over() {
                self.w.go(group.mask, group.pc);
                self.w.avoided |= group.mask;
                self.w.patience = Patience::default();
                return None;
            }
        }
    }

    fn exhausted(&mut self, group: Group) {
        self.m.is_stopped = true;
        if self.m.log.ends_the_launch {
            // A GPU would have ended the launch long ago: what came after is no fault of its own.
            return;
        }
        let pc = self.w.last_back.unwrap_or(group.pc);
        let limit = self.m.options.max_instructions;
        let lane = group.mask.trailing_zeros() as usize % 32;
        let by = Offender {
            warp: self.w,
            common: self.b,
            lane,
            frame: group.frame,
            pc,
        };
        self.m.fault(FaultKind::Endless, by, |_| {
            About::text(format!(
                "still runs after {limit} instructions of all threads together"
            ))
        });
    }

    fn instruction(&mut self, inst: &'l Inst, active: u32, group: Group) -> Flow {
        match &inst.op {
            Op::Branch(target) => self.branch(inst, *target, active, group),
            Op::BranchIndex { targets, index } => self.branch_index(targets, *index, active, group),
            _ if active == 0 => Flow::Next,
            Op::Call(call) => self.call(call, active, group),
            Op::Return => self.give_back(active, group),
            Op::Exit => {
                self.w.go(group.mask, group.pc + 1);
                self.w.exit(active);
                Flow::Regroup
            }
            Op::Trap => {
                self.blame(FaultKind::Trap, active, group, |_| {
                    About::text("executes a trap")
                });
                self.m.is_stopped = true;
                Flow::Pause(Pause::Stopped)
            }
            Op::Barrier(barrier) => self.barrier(barrier, active, group),
            Op::Warp { mask, op } => self.meet(*mask, op, active, group),
            Op::Load(load) => {
                self.load(load, active, group);
                Flow::Next
            }
            Op::Store(store) => {
                self.store(store, active, group);
                Flow::Next
            }
            Op::Atomic(atomic) => {
                self.atomic(atomic, active, group);
                Flow::Next
            }
            Op::Copy {
                to,
                from,
                size,
                read,
            } => {
                self.copy(*to, *from, *size, *read, active, group);
                Flow::Next
            }
            Op::Pause => {
                self.w.patience.polls += 1;
                Flow::Next
            }
            Op::Fence(reach) => {
                if self.m.options.checks.races {
                    self.w.clocks.fence(active, *reach == Reach::Device);
                }
                Flow::Next
            }
            op => {
                self.compute(op, active, group);
                Flow::Next
            }
        }
    }

    /// Notes a fault of the first of these lanes.
    pub(super) fn blame(
        &mut self,
        kind: FaultKind,
        lanes: u32,
        group: Group,
        describe: impl FnOnce(&Machine<'_>) -> About,
    ) {
        let by = Offender {
            warp: self.w,
            common: self.b,
            lane: lanes.trailing_zeros() as usize % 32,
            frame: group.frame,
            pc: group.pc,
        };
        self.m.fault(kind, by, describe);
    }

    fn branch(&mut self, inst: &Inst, target: u32, taken: u32, group: Group) -> Flow {
        let stay = group.mask & !taken;
        if inst.guard.is_some() {
            let tally = &mut self.m.tallies[group.pc as usize];
            tally.branches += 1;
            tally.divergent_branches += u64::from(taken != 0 && stay != 0);
        }
        if taken == 0 {
            return Flow::Next;
        }
        if stay == 0 {
            return Flow::Jump(target);
        }
        if target <= group.pc {
            self.w.last_back = Some(group.pc);
        }
        self.w.go(taken, target);
        self.w.go(stay, group.pc + 1);
        Flow::Regroup
    }

    fn branch_index(
        &mut self,
        targets: &[u32],
        index: super::program::Src,
        active: u32,
        group: Group,
    ) -> Flow {
        let indices = *self.w.value(self.m.program, group.frame, index);
        self.w.go(group.mask, group.pc + 1);
        let mut all = Vec::new();
        for lane in lanes_of(active) {
            let Some(target) = targets.get(indices[lane] as u32 as usize) else {
                self.blame(FaultKind::Trap, 1 << lane, group, |_| {
                    About::text("jumps to no label of its list")
                });
                self.m.is_stopped = true;
                return Flow::Pause(Pause::Stopped);
            };
            self.w.pc[lane] = *target;
            all.push(*target);
        }
        let tally = &mut self.m.tallies[group.pc as usize];
        tally.branches += 1;
        tally.divergent_branches += u64::from(all.windows(2).any(|pair| pair[0] != pair[1]));
        if all.iter().any(|target| *target <= group.pc) {
            self.w.last_back = Some(group.pc);
        }
        Flow::Regroup
    }

    fn barrier(&mut self, barrier: &Barrier, active: u32, group: Group) -> Flow {
        let program = self.m.program;
        let first = active.trailing_zeros() as usize % 32;
        let id = self.w.value(program, group.frame, barrier.id)[first] as usize;
        let count = barrier
            .count
            .map(|count| self.w.value(program, group.frame, count)[first] as u32);
        let says = match &barrier.reduction {
            Some((_, value)) => self.w.frames[group.frame as usize].pred(*value) & active,
            None => 0,
        };
        self.w.go(group.mask, group.pc + 1);
        let Some(state) = self.b.barriers.get_mut(id) else {
            self.blame(FaultKind::Trap, active, group, |_| {
                About::text(format!("names barrier {id}; a block has 16"))
            });
            self.m.is_stopped = true;
            return Flow::Pause(Pause::Stopped);
        };
        state.count = count;
        state.arrivals.push(Arrival {
            warp: self.number,
            lanes: active,
            pc: group.pc,
            frame: group.frame,
            waits: !barrier.only_arrives,
            says,
        });
        if !barrier.only_arrives {
            self.w.waiting |= active;
        }
        Flow::Pause(Pause::Arrived)
    }
}
