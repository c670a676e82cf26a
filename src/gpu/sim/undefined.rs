//! Values that nobody may depend on: what a shuffle read from a lane which takes no part, and what a
//! local variable holds that was never written.
//!
//! Reading such a value is no mistake by itself: `t = __shfl_down_sync(mask, x, 8)` followed by
//! `if (lane + 8 < count) x += t` is right, and so is `__shfl_sync(mask, x, 0)` where lane 0 alone has
//! written its `x`. So the value is followed through registers, predicates, parameters and local
//! memory, and the shuffle or the load is reported once something depends on it: what is stored where
//! others see it, an address, a branch, an atomic operation, a vote.

use super::exec::{Exec, Group};
use super::program::{Inst, Logic, Op, ParamSlot, Pred, Src, WarpOp};
use super::report::{Finding, Key};
use super::warp::{Frame, Warp};

/// In the flags of local memory: written, with a value that is not defined.
pub(super) const UNDEFINED: u8 = 2;

/// Where undefined values of a warp come from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) key: Key,
    pub(super) finding: Finding,
}

/// The lanes whose values are not defined; empty vectors where all are.
#[derive(Clone, Debug, Default)]
pub(super) struct Undefined {
    registers: Vec<u32>,
    predicates: Vec<u32>,
    slots: Vec<(ParamSlot, u32)>,
}

impl Undefined {
    pub(super) fn clear(&mut self) {
        self.registers.clear();
        self.predicates.clear();
        self.slots.clear();
    }

    fn register(&self, at: u32) -> u32 {
        self.registers.get(at as usize).copied().unwrap_or(0)
    }

    fn predicate(&self, at: u32) -> u32 {
        self.predicates.get(at as usize).copied().unwrap_or(0)
    }

    /// The lanes for which a parameter is not defined.
    pub(super) fn slot(&self, slot: ParamSlot) -> u32 {
        let overlaps = |other: &ParamSlot| {
            other.offset < slot.offset + slot.bytes && slot.offset < other.offset + other.bytes
        };
        let known = self.slots.iter().filter(|(other, _)| overlaps(other));
        known.fold(0, |mask, (_, lanes)| mask | lanes)
    }

    /// Says for which of these lanes a parameter is not defined.
    pub(super) fn set_slot(&mut self, slot: ParamSlot, mask: u32, lanes: u32) {
        for (other, known) in &mut self.slots {
            if other.offset == slot.offset && other.bytes == slot.bytes {
                *known &= !mask;
            }
        }
        self.slots.retain(|(_, known)| *known != 0);
        if lanes & mask != 0 {
            self.slots.push((slot, lanes & mask));
        }
    }
}

fn set(all: &mut Vec<u32>, at: u32, mask: u32, lanes: u32) {
    let at = at as usize;
    if at >= all.len() {
        if lanes & mask == 0 {
            return;
        }
        all.resize(at + 1, 0);
    }
    all[at] = all[at] & !mask | lanes & mask;
}

impl Frame {
    pub(super) fn undefined_value(&self, src: Src) -> u32 {
        match src {
            Src::Reg(at) => self.undefined.register(at),
            _ => 0,
        }
    }

    fn undefined_pred(&self, pred: Pred) -> u32 {
        match pred {
            Pred::Reg(at, _) => self.undefined.predicate(at),
            Pred::Const(_) => 0,
        }
    }

    pub(super) fn set_undefined(&mut self, register: u32, mask: u32, lanes: u32) {
        set(&mut self.undefined.registers, register, mask, lanes);
    }

    fn set_undefined_pred(&mut self, predicate: u32, mask: u32, lanes: u32) {
        set(&mut self.undefined.predicates, predicate, mask, lanes);
    }

    /// Of a combination of two predicates: one may decide it alone.
    fn undefined_logic(&self, how: Logic, (a, ua): (u32, u32), (b, ub): (u32, u32)) -> u32 {
        let decided = match how {
            Logic::And => !a & !ua | !b & !ub,
            Logic::Or => a & !ua | b & !ub,
            Logic::Xor => 0,
        };
        (ua | ub) & !decided
    }
}

impl Warp {
    /// Whether any value may be undefined: asked before each instruction.
    pub(super) fn has_undefined(&self) -> bool {
        self.origin.is_some()
    }
}

impl Exec<'_, '_> {
    /// Follows undefined values through an instruction that is about to be executed.
    pub(super) fn follow_undefined(&mut self, inst: &Inst, active: u32, group: Group) {
        let frame = &self.w.frames[group.frame as usize];
        let guard = inst
            .guard
            .map_or(0, |(at, _)| frame.undefined.predicate(at))
            & group.mask;
        let value = |src: &Src| frame.undefined_value(*src);
        let used = match &inst.op {
            Op::Branch(_) | Op::Return | Op::Exit | Op::Trap | Op::Barrier(_) | Op::Call(_) => {
                guard
            }
            Op::BranchIndex { index, .. } => guard | value(index) & active,
            Op::Load(load) => guard | value(&load.address.base) & active,
            Op::Store(store) => guard | value(&store.address.base) & active,
            Op::Atomic(atomic) => {
                let operands = value(&atomic.values[0]) | value(&atomic.values[1]);
                guard | (value(&atomic.address.base) | operands) & active
            }
            Op::Copy { to, from, .. } => guard | (value(&to.base) | value(&from.base)) & active,
            Op::Warp { mask, op } => guard | (value(mask) | self.decides(op, group)) & active,
            _ => 0,
        };
        if used != 0 {
            self.depends_on_undefined();
            return;
        }
        self.spread(&inst.op, active | guard, guard, group);
    }

    /// Lanes with undefined values that a warp primitive would decide by.
    fn decides(&self, op: &WarpOp, group: Group) -> u32 {
        let frame = &self.w.frames[group.frame as usize];
        match op {
            WarpOp::Sync | WarpOp::Elect { .. } => 0,
            WarpOp::Shuffle { lane, clamp, .. } => {
                frame.undefined_value(*lane) | frame.undefined_value(*clamp)
            }
            WarpOp::Vote { value, .. } | WarpOp::Ballot { value, .. } => {
                frame.undefined_pred(*value)
            }
            WarpOp::MatchAny { value, .. }
            | WarpOp::MatchAll { value, .. }
            | WarpOp::Reduce { value, .. } => frame.undefined_value(*value),
        }
    }

    /// Reports where the undefined values of the warp come from, and forgets them.
    pub(super) fn depends_on_undefined(&mut self) {
        if let Some(origin) = self.w.origin.take() {
            if !self.m.log.is_known(&origin.key) {
                self.m.log.add(origin.key, origin.finding);
            }
            for frame in &mut self.w.frames {
                frame.undefined.clear();
            }
        }
    }

    /// What an instruction's results are, given its operands.
    fn spread(&mut self, op: &Op, mask: u32, guard: u32, group: Group) {
        let frame = &mut self.w.frames[group.frame as usize];
        let value = |src: &Src| frame.undefined_value(*src);
        let (target, lanes) = match op {
            Op::Unary(_, target, a) => (*target, value(a)),
            Op::Binary(_, target, a, b) => (*target, value(a) | value(b)),
            Op::Ternary(_, target, a, b, c) => (*target, value(a) | value(b) | value(c)),
            Op::Lookup {
                target, sources, ..
            } => (
                *target,
                sources.iter().fold(0, |mask, src| mask | value(src)),
            ),
            Op::Insert {
                target, sources, ..
            } => (
                *target,
                sources.iter().fold(0, |mask, src| mask | value(src)),
            ),
            Op::SetNumber { target, a, b, .. } => (*target, value(a) | value(b)),
            Op::Carry { target, a, b, .. } => (target.0, value(a) | value(b)),
            Op::Pack { target, parts, .. } => {
                (*target, parts.iter().fold(0, |mask, src| mask | value(src)))
            }
            Op::Select { target, a, b, by } => {
                let (chosen, unknown) = (frame.pred(*by), frame.undefined_pred(*by));
                (*target, chosen & value(a) | !chosen & value(b) | unknown)
            }
            Op::Unpack { targets, from, .. } => {
                let lanes = value(from) | guard;
                for target in targets.iter().flatten() {
                    frame.set_undefined(*target, mask, lanes);
                }
                return;
            }
            Op::FrameAddress { target, .. } | Op::Clock { target, .. } | Op::ActiveMask(target) => {
                (*target, 0)
            }
            Op::LoadParam { targets, .. } => {
                for (target, _) in targets.iter().flatten() {
                    frame.set_undefined(*target, mask, guard);
                }
                return;
            }
            _ => {
                self.spread_further(op, mask, guard, group);
                return;
            }
        };
        frame.set_undefined(target, mask, lanes | guard);
    }

    fn spread_further(&mut self, op: &Op, mask: u32, guard: u32, group: Group) {
        let held = match op {
            Op::Compare { test, a, b, .. } => test(
                self.w.value(self.m.program, group.frame, *a),
                self.w.value(self.m.program, group.frame, *b),
            ),
            _ => 0,
        };
        let frame = &mut self.w.frames[group.frame as usize];
        match op {
            Op::Compare {
                targets,
                a,
                b,
                with,
                ..
            } => {
                let own = frame.undefined_value(*a) | frame.undefined_value(*b);
                let (yes, no) = match with {
                    None => (own, own),
                    Some((how, with)) => {
                        let with = (frame.pred(*with), frame.undefined_pred(*with));
                        let yes = frame.undefined_logic(*how, (held, own), with);
                        (yes, frame.undefined_logic(*how, (!held, own), with))
                    }
                };
                if let Some(target) = targets.0 {
                    frame.set_undefined_pred(target, mask, yes | guard);
                }
                if let Some(target) = targets.1 {
                    frame.set_undefined_pred(target, mask, no | guard);
                }
            }
            Op::Logic { target, how, a, b } => {
                let one = (frame.pred(*a), frame.undefined_pred(*a));
                let two = (frame.pred(*b), frame.undefined_pred(*b));
                let lanes = frame.undefined_logic(*how, one, two);
                frame.set_undefined_pred(*target, mask, lanes | guard);
            }
            Op::MovePred { target, from } => {
                let lanes = frame.undefined_pred(*from);
                frame.set_undefined_pred(*target, mask, lanes | guard);
            }
            Op::IsSpace {
                target, address, ..
            } => {
                let lanes = frame.undefined_value(*address);
                frame.set_undefined_pred(*target, mask, lanes | guard);
            }
            Op::StoreSlot {
                offset,
                size,
                values,
            } => {
                for (at, src) in values.iter().enumerate() {
                    let slot = element(*offset, *size, at);
                    let lanes = frame.undefined_value(*src);
                    frame.undefined.set_slot(slot, mask, lanes);
                }
            }
            Op::LoadSlot {
                offset,
                size,
                targets,
                ..
            } => {
                for (at, target) in targets.iter().enumerate() {
                    let lanes = frame.undefined.slot(element(*offset, *size, at));
                    if let Some((register, _)) = target {
                        frame.set_undefined(*register, mask, lanes | guard);
                    }
                }
            }
            _ => {}
        }
    }
}

fn element(offset: u32, size: u8, at: usize) -> ParamSlot {
    let bytes = u32::from(size);
    ParamSlot {
        offset: offset + at as u32 * bytes,
        bytes,
    }
}
