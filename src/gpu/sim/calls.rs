//! Calls: of functions, of libdevice, of `printf` and `assert`.

use super::exec::{Exec, Flow, Group, Pause};
use super::machine::About;
use super::program::{Call, Callee, Op, ParamSlot};
use super::warp::{Frame, lanes_of};
use crate::gpu::fault::FaultKind;

/// Calls may be nested this deeply.
const MAX_DEPTH: u32 = 512;
/// Bytes of local memory that a thread's calls may use together.
const MAX_STACK: u64 = 1 << 20;

/// Up to eight bytes as a number.
fn number(bytes: &[u8]) -> u64 {
    let mut all = [0; 8];
    let len = bytes.len().min(8);
    all[..len].copy_from_slice(&bytes[..len]);
    u64::from_le_bytes(all)
}

/// A value of `size` bytes sign-extended to a register's width.
pub(super) fn extended(value: u64, size: u8, is_signed: bool, bits: u8) -> u64 {
    let unused = 64 - 8 * u32::from(size);
    let wide = match is_signed {
        true => ((value << unused) as i64 >> unused) as u64,
        false => value,
    };
    match bits {
        64.. => wide,
        bits => wide & ((1 << bits) - 1),
    }
}

impl Frame {
    fn range(&self, lane: usize, slot: ParamSlot) -> std::ops::Range<usize> {
        let stride = self.slots.len() / 32;
        let start = lane * stride + slot.offset as usize;
        start..start + slot.bytes as usize
    }

    fn slot(&self, lane: usize, slot: ParamSlot) -> &[u8] {
        &self.slots[self.range(lane, slot)]
    }

    fn slot_mut(&mut self, lane: usize, slot: ParamSlot) -> &mut [u8] {
        let range = self.range(lane, slot);
        &mut self.slots[range]
    }
}

impl<'l> Exec<'_, 'l> {
    pub(super) fn load_param(
        &mut self,
        offset: u32,
        size: u8,
        is_signed: bool,
        targets: &[Option<(u32, u8)>],
        active: u32,
        group: Group,
    ) {
        for (at, target) in targets.iter().enumerate() {
            let start = offset as usize + at * usize::from(size);
            let value = number(&self.m.params[start..start + usize::from(size)]);
            if let Some((register, bits)) = target {
                let values = [extended(value, size, is_signed, *bits); 32];
                self.w.frames[group.frame as usize].set(*register, active, &values);
            }
        }
    }

    /// Loads from and stores to parameters of calls.
    pub(super) fn slot(&mut self, op: &Op, active: u32, group: Group) {
        let place = |offset: u32, at: usize, size: u8| ParamSlot {
            offset: offset + at as u32 * u32::from(size),
            bytes: u32::from(size),
        };
        match op {
            Op::LoadSlot {
                offset,
                size,
                is_signed,
                targets,
            } => {
                let frame = &mut self.w.frames[group.frame as usize];
                for (at, target) in targets.iter().enumerate() {
                    let Some((register, bits)) = target else {
                        continue;
                    };
                    for lane in lanes_of(active) {
                        let value = number(frame.slot(lane, place(*offset, at, *size)));
                        frame.registers[*register as usize][lane] =
                            extended(value, *size, *is_signed, *bits);
                    }
                }
            }
            Op::StoreSlot {
                offset,
                size,
                values,
            } => {
                for (at, src) in values.iter().enumerate() {
                    let values = *self.w.value(self.m.program, group.frame, *src);
                    let frame = &mut self.w.frames[group.frame as usize];
                    for lane in lanes_of(active) {
                        let bytes = values[lane].to_le_bytes();
                        frame
                            .slot_mut(lane, place(*offset, at, *size))
                            .copy_from_slice(&bytes[..usize::from(*size)]);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn call(&mut self, call: &Call, active: u32, group: Group) -> Flow {
        match &call.callee {
            Callee::Function(number) => {
                self.w.go(group.mask, group.pc + 1);
                self.enter(*number, call, active, group)
            }
            Callee::Pointer(src) => self.call_pointer(*src, call, active, group),
            Callee::Math(math) => {
                let frame = &mut self.w.frames[group.frame as usize];
                let undefined = &frame.undefined;
                let lanes = call
                    .args
                    .iter()
                    .fold(0, |mask, arg| mask | undefined.slot(*arg));
                if let Some(slot) = call.returns.first() {
                    frame.undefined.set_slot(*slot, active, lanes);
                }
                let mut args = [0; 4];
                for lane in lanes_of(active) {
                    for (arg, slot) in args.iter_mut().zip(&call.args) {
                        *arg = number(frame.slot(lane, *slot));
                    }
                    let result = (math.f)(&args).to_le_bytes();
                    if let Some(slot) = call.returns.first() {
                        let len = slot.bytes as usize;
                        frame.slot_mut(lane, *slot).copy_from_slice(&result[..len]);
                    }
                }
                Flow::Next
            }
            Callee::Printf => {
                for lane in lanes_of(active) {
                    let count = self.printf(lane, call, group);
                    if let Some(slot) = call.returns.first().filter(|slot| slot.bytes == 4) {
                        self.w.frames[group.frame as usize]
                            .slot_mut(lane, *slot)
                            .copy_from_slice(&count.to_le_bytes());
                    }
                }
                Flow::Next
            }
            Callee::AssertFail => self.assert_fail(call, active, group),
        }
    }

    /// The arguments of a call as numbers.
    pub(super) fn arguments(&self, lane: usize, call: &Call, group: Group) -> Vec<u64> {
        let frame = &self.w.frames[group.frame as usize];
        call.args
            .iter()
            .map(|slot| number(frame.slot(lane, *slot)))
            .collect()
    }

    fn assert_fail(&mut self, call: &Call, active: u32, group: Group) -> Flow {
        let lane = active.trailing_zeros() as usize % 32;
        let args = self.arguments(lane, call, group);
        let message = self.text_at(args.first().copied().unwrap_or_default(), lane);
        self.blame(FaultKind::Assert, 1 << lane, group, |_| {
            About::text(format!("fails the assertion {message}"))
        });
        self.m.is_stopped = true;
        Flow::Pause(Pause::Stopped)
    }

    fn call_pointer(
        &mut self,
        src: super::program::Src,
        call: &Call,
        active: u32,
        group: Group,
    ) -> Flow {
        let program = self.m.program;
        let pointers = *self.w.value(program, group.frame, src);
        self.w.go(group.mask, group.pc + 1);
        let mut left = active;
        while left != 0 {
            let first = left.trailing_zeros() as usize;
            let together = lanes_of(left)
                .filter(|lane| pointers[*lane] == pointers[first])
                .fold(0, |mask, lane| mask | 1 << lane);
            left &= !together;
            let number = program
                .pointers
                .get(&pointers[first])
                .copied()
                .filter(|number| {
                    let func = &program.functions[*number as usize];
                    let sizes =
                        |slots: &[ParamSlot]| slots.iter().map(|s| s.bytes).collect::<Vec<_>>();
                    let params: Vec<ParamSlot> =
                        func.params.iter().map(|(slot, _)| *slot).collect();
                    sizes(&params) == sizes(&call.args)
                        && sizes(&func.returns) == sizes(&call.returns)
                });
            let Some(number) = number else {
                self.blame(FaultKind::Trap, together, group, |_| {
                    About::text("calls through a pointer that is no such function's")
                });
                self.m.is_stopped = true;
                return Flow::Pause(Pause::Stopped);
            };
            if let Flow::Pause(pause) = self.enter(number, call, together, group) {
                return Flow::Pause(pause);
            }
        }
        Flow::Regroup
    }

    fn enter(&mut self, number: u32, call: &Call, active: u32, group: Group) -> Flow {
        let func = &self.m.program.functions[number as usize];
        let caller = &self.w.frames[group.frame as usize];
        let depth = caller.depth + 1;
        let base = caller.base + self.m.program.functions[caller.func as usize].local_bytes;
        let top = base + func.local_bytes;
        let grows = (top as usize).saturating_sub(self.w.stride) as u64 * 64;
        // A frame that was used before is used again if it was of the same function.
        let free = self
            .w
            .free
            .iter()
            .position(|at| self.w.frames[*at as usize].func == number);
        let fresh = if free.is_none() {
            Frame::host_bytes(func)
        } else {
            0
        };
        let fits = depth <= MAX_DEPTH && top <= MAX_STACK && self.m.reserve(grows + fresh);
        if !fits {
            self.blame(FaultKind::StackOverflow, active, group, |_| {
                About::text(format!("calls itself too deeply: {depth} calls are open"))
            });
            self.m.is_stopped = true;
            return Flow::Pause(Pause::Stopped);
        }
        self.w.grow_local(top as usize);
        let at = match free {
            Some(free) => self.w.free.swap_remove(free),
            None => {
                self.w.frames.push(Frame::default());
                (self.w.frames.len() - 1) as u32
            }
        };
        let mut frame = std::mem::take(&mut self.w.frames[at as usize]);
        frame.enter(func);
        frame.func = number;
        frame.parent = Some(group.frame);
        frame.call = group.pc;
        frame.depth = depth;
        frame.base = base;
        frame.users = active;
        let caller = &self.w.frames[group.frame as usize];
        for (arg, (param, _)) in call.args.iter().zip(&func.params) {
            frame
                .undefined
                .set_slot(*param, active, caller.undefined.slot(*arg));
        }
        for lane in lanes_of(active) {
            for (arg, (param, _)) in call.args.iter().zip(&func.params) {
                frame
                    .slot_mut(lane, *param)
                    .copy_from_slice(caller.slot(lane, *arg));
            }
            let start = lane * self.w.stride + base as usize;
            let local = start..start + func.local_bytes as usize;
            self.w.local.init[local].fill(0);
            for (arg, (_, place)) in call.args.iter().zip(&func.params) {
                if let Some(place) = place {
                    let start = start + *place as usize;
                    let bytes = caller.slot(lane, *arg);
                    self.w.local.data[start..start + bytes.len()].copy_from_slice(bytes);
                    self.w.local.init[start..start + bytes.len()].fill(1);
                }
            }
            self.w.frame[lane] = at;
            self.w.pc[lane] = func.start;
        }
        self.w.frames[at as usize] = frame;
        Flow::Regroup
    }

    /// Return: to the caller, or the end of the thread.
    pub(super) fn give_back(&mut self, active: u32, group: Group) -> Flow {
        self.w.go(group.mask, group.pc + 1);
        let frame = &self.w.frames[group.frame as usize];
        let Some(parent) = frame.parent else {
            self.w.exit(active);
            return Flow::Regroup;
        };
        let (call_pc, func) = (frame.call, frame.func);
        let program = self.m.program;
        if let Op::Call(call) = &program.code[call_pc as usize].op {
            let returns = &program.functions[func as usize].returns;
            for (from, to) in returns.iter().zip(&call.returns) {
                let lanes = self.w.frames[group.frame as usize].undefined.slot(*from);
                self.w.frames[parent as usize]
                    .undefined
                    .set_slot(*to, active, lanes);
            }
            for lane in lanes_of(active) {
                for (from, to) in returns.iter().zip(&call.returns) {
                    let bytes = self.w.frames[group.frame as usize]
                        .slot(lane, *from)
                        .to_vec();
                    self.w.frames[parent as usize]
                        .slot_mut(lane, *to)
                        .copy_from_slice(&bytes);
                }
            }
        }
        for lane in lanes_of(active) {
            self.w.pc[lane] = call_pc + 1;
            self.w.frame[lane] = parent;
        }
        self.w.leave(group.frame, active);
        Flow::Regroup
    }
}
