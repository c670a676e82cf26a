//! Who runs when: warps of a block take turns, blocks run one after another.
//!
//! A block whose warps only wait for what other blocks write makes room for the next, and goes on
//! later: so grids that synchronise, or that look back at their neighbours, complete.

use std::collections::VecDeque;

use super::barrier::{complete, unblock};
use super::block::Block;
use super::exec::{Exec, Pause};
use super::machine::Machine;
use super::program::Func;
use super::warp::Frame;

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
