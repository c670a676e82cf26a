//! Who runs when: warps of a block take turns, blocks run one after another.
//!
//! A block whose warps only wait for what other blocks write makes room for the next, and goes on
//! later: so grids that synchronise, or that look back at their neighbours, complete.

use std::collections::VecDeque;

use super::block::{BarrierState, Block};
use super::clock::meet_all;
use super::exec::{Exec, Pause};
use super::machine::{About, Machine, Offender};
use super::program::{BarrierReduction, Func, Op};
use super::warp::{Frame, lanes_of};
use crate::gpu::fault::FaultKind;

/// Instructions of a warp before another one of its block runs.
const TURN: u64 = 4096;
/// Rounds of a block in which nobody did more than poll, before another block runs.
const PATIENCE: u32 = 2;
/// Rounds of a block before another one runs in any case.
const ROUNDS: u32 = 4096;
/// Blocks that are resident at the same time at most.
const RESIDENT: usize = 1024;

/// A little generator of numbers for the order of things (G. Marsaglia, "Xorshift RNGs", 2003).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        // Spread, so that small seeds differ; never 0.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n.max(1)
    }
}

/// The numbers below `n`, each once, in an order that the seed decides.
pub(super) struct Shuffled {
    n: u64,
    step: u64,
    start: u64,
    next: u64,
}

impl Shuffled {
    pub(super) fn new(n: u64, dice: &mut Dice) -> Self {
        let mut step = dice.below(n).max(1);
        while gcd(step, n.max(1)) != 1 {
            step += 1;
        }
        Self {
            n,
            step,
            start: dice.below(n),
            next: 0,
        }
    }
}

impl Iterator for Shuffled {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.next >= self.n {
            return None;
        }
        let at = u128::from(self.next) * u128::from(self.step) + u128::from(self.start);
        self.next += 1;
        Some((at % u128::from(self.n)) as u64)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// How a block left off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Finished,
    Waiting,
    Stopped,
}

/// Runs all blocks of a grid.
pub(super) fn run(machine: &mut Machine<'_>) {
    let mut dice = Dice::new(machine.options.seed);
    let mut numbers = Shuffled::new(machine.shape.grid.count(), &mut dice);
    let mut resident: VecDeque<Block> = VecDeque::new();
    let mut spare = true;
    loop {
        let has_room = resident.len() < RESIDENT && spare;
        let next = if has_room { numbers.next() } else { None };
        let mut block = match next {
            Some(number) => {
                let bytes = host_bytes(machine);
                if !machine.reserve(bytes) && !resident.is_empty() {
                    // No room: those that are there go first.
                    spare = false;
                }
                Block::new(machine.program, machine.shape, number)
            }
            None => match resident.pop_front() {
                Some(block) => block,
                None => return,
            },
        };
        let state = run_block(machine, &mut block, &mut dice);
        if state != State::Waiting {
            machine.settle(&mut block.common.unsettled);
        }
        match state {
            State::Finished => {
                machine.host_bytes = machine.host_bytes.saturating_sub(host_bytes(machine));
                spare = true;
            }
            State::Waiting => resident.push_back(block),
            State::Stopped => {
                for mut block in resident {
                    machine.settle(&mut block.common.unsettled);
                }
                return;
            }
        }
    }
}

/// Bytes that a block takes on the host at first.
fn host_bytes(machine: &Machine<'_>) -> u64 {
    let program = machine.program;
    let func: &Func = &program.functions[0];
    let warps = u64::from(machine.shape.padded() / 32);
    let warp = Frame::host_bytes(func) + func.local_bytes * 64 + 8192;
    let shared = program.dynamic_at + u64::from(machine.shape.dynamic);
    warps * warp + shared * 9
}

fn run_block(machine: &mut Machine<'_>, block: &mut Block, dice: &mut Dice) -> State {
    let count = block.warps.len();
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, dice.below(at as u64 + 1) as usize);
    }
    let mut polling = 0;
    for _ in 0..ROUNDS {
        let (mut has_run, mut only_polled) = (false, true);
        for number in &order {
            let warp = &mut block.warps[*number];
            if warp.runnable() == 0 {
                continue;
            }
            has_run = true;
            let live = warp.live;
            let mut exec = Exec {
                m: &mut *machine,
                b: &mut block.common,
                w: warp,
                number: *number,
            };
            let pause = exec.run(TURN);
            if exec.w.live != live && exec.w.parked != 0 {
                exec.retry();
            }
            let has_exited = block.warps[*number].live != live;
            only_polled &= pause == Pause::Polling;
            match pause {
                Pause::Stopped => return State::Stopped,
                Pause::Arrived => complete(machine, block),
                _ if has_exited => complete(machine, block),
                _ => {}
            }
        }
        if !has_run {
            if block.live() == 0 {
                return State::Finished;
            }
            if !unblock(machine, block) || machine.is_stopped {
                return State::Stopped;
            }
        }
        polling = if only_polled && has_run {
            polling + 1
        } else {
            0
        };
        if polling >= PATIENCE {
            return State::Waiting;
        }
    }
    State::Waiting
}

/// Completes barriers for which all are there.
fn complete(machine: &mut Machine<'_>, block: &mut Block) {
    let live = block.live();
    for id in 0..block.common.barriers.len() {
        let state = &block.common.barriers[id];
        if state.arrivals.is_empty() {
            continue;
        }
        let there: u32 = state
            .arrivals
            .iter()
            .map(|arrival| arrival.lanes.count_ones())
            .sum();
        let is_complete = match state.count {
            Some(count) => there >= count.max(1),
            None => there >= live,
        };
        if is_complete {
            let state = std::mem::take(&mut block.common.barriers[id]);
            release(machine, block, &state);
        }
    }
}

fn release(machine: &mut Machine<'_>, block: &mut Block, state: &BarrierState) {
    let Some(first) = state.arrivals.first() else {
        return;
    };
    machine.tallies[first.pc as usize].barriers += 1;
    if machine.options.checks.barriers && state.count.is_none() {
        judge(machine, block, state);
    }
    let says: u32 = state
        .arrivals
        .iter()
        .map(|arrival| arrival.says.count_ones())
        .sum();
    let there: u32 = state
        .arrivals
        .iter()
        .map(|arrival| arrival.lanes.count_ones())
        .sum();
    for arrival in state.arrivals.iter().filter(|arrival| arrival.waits) {
        let warp = &mut block.warps[arrival.warp];
        warp.waiting &= !arrival.lanes;
        let Op::Barrier(barrier) = &machine.program.code[arrival.pc as usize].op else {
            continue;
        };
        let frame = &mut warp.frames[arrival.frame as usize];
        let all = |yes: bool| if yes { u32::MAX } else { 0 };
        match barrier.reduction {
            None => {}
            Some((BarrierReduction::Popc { target }, _)) => {
                frame.set(target, arrival.lanes, &[u64::from(says); 32]);
            }
            Some((BarrierReduction::And { target }, _)) => {
                frame.set_pred(target, arrival.lanes, all(says == there));
            }
            Some((BarrierReduction::Or { target }, _)) => {
                frame.set_pred(target, arrival.lanes, all(says > 0));
            }
        }
    }
    if machine.options.checks.races {
        order(block, state);
    }
}

/// What the barrier orders: everything, if all live threads of the block met.
fn order(block: &mut Block, state: &BarrierState) {
    let mut met = vec![0_u32; block.warps.len()];
    for arrival in &state.arrivals {
        met[arrival.warp] |= arrival.lanes;
    }
    let is_all = block
        .warps
        .iter()
        .zip(&met)
        .all(|(warp, met)| warp.live & !met == 0);
    if is_all {
        let mut clocks: Vec<_> = block
            .warps
            .iter_mut()
            .map(|warp| &mut warp.clocks)
            .collect();
        meet_all(&mut clocks);
        return;
    }
    // Some of the block: what each knows is published to the others.
    let mut together = super::clock::Knowledge::default();
    for (warp, met) in block.warps.iter_mut().zip(&met) {
        for lane in lanes_of(*met) {
            together.join(&warp.clocks.everything(lane));
        }
    }
    let together = std::rc::Rc::new(together);
    for (warp, met) in block.warps.iter_mut().zip(&met) {
        for lane in lanes_of(*met) {
            warp.clocks.acquire(lane, &together);
        }
    }
}

/// Faults that a completed barrier shows.
fn judge(machine: &mut Machine<'_>, block: &Block, state: &BarrierState) {
    let Some(first) = state.arrivals.first() else {
        return;
    };
    let warp = &block.warps[first.warp];
    let lane = first.lanes.trailing_zeros() as usize % 32;
    let by = |pc| Offender {
        warp,
        common: &block.common,
        lane,
        frame: first.frame,
        pc,
    };
    if let Some(other) = state.arrivals.iter().find(|arrival| arrival.pc != first.pc) {
        let other_lane = other.lanes.trailing_zeros();
        let thread = block.warps[other.warp].first + other_lane;
        let (site, place) = (
            machine.site(other.pc),
            machine.shape.block.place(u64::from(thread)),
        );
        let index = block.common.index;
        machine.fault(FaultKind::DivergentBarrier, by(first.pc), |_| About {
            other: site,
            other_at: Some(crate::gpu::fault::At {
                block: index,
                thread: place,
            }),
            ..About::text(
                "waits at a barrier while other threads of the block wait at a different one",
            )
        });
    }
    let gone = block
        .warps
        .iter()
        .find(|warp| warp.exists & !warp.live != 0);
    if let Some(gone) = gone {
        let lane = (gone.exists & !gone.live).trailing_zeros();
        let place = machine.shape.block.place(u64::from(gone.first + lane));
        let index = block.common.index;
        machine.fault(FaultKind::ExitedBarrier, by(first.pc), |_| About {
            other_at: Some(crate::gpu::fault::At {
                block: index,
                thread: place,
            }),
            ..About::text(
                "waits at a barrier that other threads of the block never reach: they returned",
            )
        });
    }
}

/// Nobody can go on: lets a warp primitive happen without those that never come, or gives up.
fn unblock(machine: &mut Machine<'_>, block: &mut Block) -> bool {
    complete(machine, block);
    if block.warps.iter().any(|warp| warp.runnable() != 0) {
        return true;
    }
    for number in 0..block.warps.len() {
        let warp = &mut block.warps[number];
        let mut exec = Exec {
            m: &mut *machine,
            b: &mut block.common,
            w: warp,
            number,
        };
        if exec.force() {
            return true;
        }
    }
    deadlock(machine, block);
    false
}

fn deadlock(machine: &mut Machine<'_>, block: &Block) {
    let mut arrivals = block
        .common
        .barriers
        .iter()
        .enumerate()
        .flat_map(|(id, state)| {
            let waiting = state.arrivals.iter().filter(|arrival| arrival.waits);
            waiting.map(move |arrival| (id, state.count, arrival))
        });
    machine.is_stopped = true;
    let Some((id, count, first)) = arrivals.next() else {
        return;
    };
    let other = arrivals.find(|(other_id, _, arrival)| *other_id != id || arrival.pc != first.pc);
    let warp = &block.warps[first.warp];
    let lane = first.lanes.trailing_zeros() as usize % 32;
    let by = Offender {
        warp,
        common: &block.common,
        lane,
        frame: first.frame,
        pc: first.pc,
    };
    let text = match (count, &other) {
        (_, Some((other_id, ..))) if *other_id != id => {
            format!(
                "waits at barrier {id} for ever: other threads of the block wait at barrier {other_id}"
            )
        }
        (Some(count), _) => {
            format!("waits at barrier {id} for ever: {count} threads are wanted, fewer are left")
        }
        _ => "waits at a barrier for ever".to_owned(),
    };
    let site = other.and_then(|(_, _, arrival)| machine.site(arrival.pc));
    machine.fault(FaultKind::Deadlock, by, |_| About {
        other: site,
        ..About::text(text)
    });
}
