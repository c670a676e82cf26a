//! Barriers of a block: when they are complete, what they order, what they show.

use super::block::{BarrierState, Block};
use super::clock::{Knowledge, meet_all};
use super::exec::Exec;
use super::machine::{About, Machine, Offender};
use super::program::{BarrierReduction, Op};
use super::warp::lanes_of;
use crate::gpu::fault::{At, FaultKind};

/// Completes barriers for which all are there.
pub(super) fn complete(machine: &mut Machine<'_>, block: &mut Block) {
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
    let mut together = Knowledge::default();
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
            other_at: Some(At {
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
            other_at: Some(At {
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
pub(super) fn unblock(machine: &mut Machine<'_>, block: &mut Block) -> bool {
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
