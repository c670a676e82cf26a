//! Instructions that only change a lane's own registers.

use super::exec::{Exec, Group};
use super::lanes::bits;
use super::program::{Lanes, Op, Window, windows};
use super::warp::lanes_of;

/// Nanoseconds that an instruction is said to take, for `%globaltimer`.
const NANOSECONDS: u64 = 1;

/// A value cut to so many bits.
fn cut(value: u64, bits: u8) -> u64 {
    match bits {
        64.. => value,
        bits => value & ((1 << bits) - 1),
    }
}

impl Exec<'_, '_> {
    pub(super) fn compute(&mut self, op: &Op, active: u32, group: Group) {
        let program = self.m.program;
        let mut out: Lanes = [0; 32];
        let value = |src| self.w.value(program, group.frame, src);
        let target = match op {
            Op::Unary(f, target, a) => {
                f(value(*a), &mut out);
                *target
            }
            Op::Binary(f, target, a, b) => {
                f(value(*a), value(*b), &mut out);
                *target
            }
            Op::Ternary(f, target, a, b, c) => {
                f(value(*a), value(*b), value(*c), &mut out);
                *target
            }
            Op::Lookup {
                target,
                sources: [a, b, c],
                table,
            } => {
                out = bits::lookups(*table, value(*a), value(*b), value(*c));
                *target
            }
            Op::Insert {
                target,
                sources: [a, b, at, len],
                bits,
            } => {
                let (a, b, at, len) = (value(*a), value(*b), value(*at), value(*len));
                for lane in 0..32 {
                    out[lane] =
                        bits::insert(a[lane], b[lane], at[lane], len[lane], u32::from(*bits));
                }
                *target
            }
            Op::Select { target, a, b, by } => {
                let (a, b) = (value(*a), value(*b));
                let by = self.w.frames[group.frame as usize].pred(*by);
                for lane in 0..32 {
                    out[lane] = if by >> lane & 1 == 1 {
                        a[lane]
                    } else {
                        b[lane]
                    };
                }
                *target
            }
            Op::SetNumber {
                test,
                target,
                a,
                b,
                yes,
            } => {
                let held = test(value(*a), value(*b));
                for lane in lanes_of(held) {
                    out[lane] = *yes;
                }
                *target
            }
            Op::Pack {
                target,
                parts,
                bits,
            } => {
                for (at, part) in parts.iter().enumerate() {
                    let part = value(*part);
                    for lane in 0..32 {
                        out[lane] |= cut(part[lane], *bits) << (at as u32 * u32::from(*bits));
                    }
                }
                *target
            }
            Op::FrameAddress { target, offset } => {
                let base = self.w.frames[group.frame as usize].base;
                out = [base.wrapping_add_signed(*offset); 32];
                *target
            }
            Op::Clock {
                target,
                bits,
                is_time,
            } => {
                let time = self.m.executed * if *is_time { NANOSECONDS } else { 1 };
                out = [cut(time, *bits); 32];
                *target
            }
            Op::ActiveMask(target) => {
                out = [u64::from(active); 32];
                *target
            }
            Op::LoadParam {
                offset,
                size,
                is_signed,
                targets,
            } => {
                self.load_param(*offset, *size, *is_signed, targets, active, group);
                return;
            }
            Op::LoadSlot { .. } | Op::StoreSlot { .. } => {
                self.slot(op, active, group);
                return;
            }
            Op::Carry { .. } => {
                self.carry(op, active, group);
                return;
            }
            Op::Unpack {
                targets,
                from,
                bits,
            } => {
                let from = *value(*from);
                let frame = &mut self.w.frames[group.frame as usize];
                for (at, target) in targets.iter().enumerate() {
                    let Some(target) = target else { continue };
                    let part = from.map(|word| cut(word >> (at as u32 * u32::from(*bits)), *bits));
                    frame.set(*target, active, &part);
                }
                return;
            }
            _ => {
                self.predicates(op, active, group);
                return;
            }
        };
        self.w.frames[group.frame as usize].set(target, active, &out);
    }

    /// Instructions whose result is a predicate.
    fn predicates(&mut self, op: &Op, active: u32, group: Group) {
        let program = self.m.program;
        let frame = group.frame as usize;
        match op {
            Op::Compare {
                test,
                targets,
                a,
                b,
                with,
            } => {
                let held = test(
                    self.w.value(program, group.frame, *a),
                    self.w.value(program, group.frame, *b),
                );
                let frame = &mut self.w.frames[frame];
                let (yes, no) = match with {
                    None => (held, !held),
                    Some((logic, with)) => {
                        let with = frame.pred(*with);
                        (logic.of(held, with), logic.of(!held, with))
                    }
                };
                if let Some(target) = targets.0 {
                    frame.set_pred(target, active, yes);
                }
                if let Some(target) = targets.1 {
                    frame.set_pred(target, active, no);
                }
            }
            Op::Logic { target, how, a, b } => {
                let frame = &mut self.w.frames[frame];
                let value = how.of(frame.pred(*a), frame.pred(*b));
                frame.set_pred(*target, active, value);
            }
            Op::MovePred { target, from } => {
                let frame = &mut self.w.frames[frame];
                let value = frame.pred(*from);
                frame.set_pred(*target, active, value);
            }
            Op::IsSpace {
                target,
                address,
                window,
            } => {
                let addresses = *self.w.value(program, group.frame, *address);
                let is_in = |at: u64| match window {
                    Window::Shared => at / windows::SIZE == windows::SHARED / windows::SIZE,
                    Window::Local => at / windows::SIZE == windows::LOCAL / windows::SIZE,
                    Window::Param => at / windows::SIZE == windows::PARAM / windows::SIZE,
                    Window::Const => {
                        let heap = &self.m.heap;
                        let found = heap.find(at, 1);
                        found.is_some_and(|index| heap.buffers[index].is_constant)
                    }
                    _ => at >= windows::CODE,
                };
                let held = (0..32).filter(|lane| is_in(addresses[*lane]));
                let held = held.fold(0, |mask, lane| mask | 1 << lane);
                self.w.frames[frame].set_pred(*target, active, held);
            }
            _ => {}
        }
    }

    fn carry(&mut self, op: &Op, active: u32, group: Group) {
        let Op::Carry {
            target,
            a,
            b,
            subtracts,
            takes,
            gives,
        } = op
        else {
            return;
        };
        let program = self.m.program;
        let (a, b) = (
            *self.w.value(program, group.frame, *a),
            *self.w.value(program, group.frame, *b),
        );
        let frame = &mut self.w.frames[group.frame as usize];
        let mut out = [0; 32];
        let mut carries = 0;
        for lane in 0..32 {
            let flag = u128::from(*takes && frame.carry >> lane & 1 == 1);
            let (a, b) = (
                u128::from(cut(a[lane], target.1)),
                u128::from(cut(b[lane], target.1)),
            );
            // For a subtraction the flag is the borrow.
            let result = match subtracts {
                false => a + b + flag,
                true => a.wrapping_sub(b).wrapping_sub(flag),
            };
            out[lane] = cut(result as u64, target.1);
            carries |= u32::from(result >> target.1 & 1 == 1) << lane;
        }
        frame.set(target.0, active, &out);
        if *gives {
            frame.carry = frame.carry & !active | carries & active;
        }
    }
}
