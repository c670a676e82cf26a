//! Which buffer an address outside of all was meant to be in.

use super::exec::{Exec, Group};
use super::program::{Op, Src};

/// Instructions that are followed back.
const STEPS: u32 = 6;

/// The register that an instruction writes, and what it makes the value of.
fn definition(op: &Op) -> Option<(u32, Vec<Src>)> {
    match op {
        Op::Unary(_, target, a) => Some((*target, vec![*a])),
        Op::Binary(_, target, a, b) => Some((*target, vec![*a, *b])),
        Op::Ternary(_, target, a, b, c) => Some((*target, vec![*a, *b, *c])),
        Op::Select { target, a, b, .. } => Some((*target, vec![*a, *b])),
        _ => None,
    }
}

impl Exec<'_, '_> {
    /// The buffer that a pointer in the making of this instruction's address points into.
    ///
    /// An address is a pointer and an index: if the sum leads nowhere, the pointer still tells.
    pub(super) fn pointed_to(&self, group: Group, lane: usize) -> Option<usize> {
        let base = match &self.m.program.code[group.pc as usize].op {
            Op::Load(load) => load.address.base,
            Op::Store(store) => store.address.base,
            Op::Atomic(atomic) => atomic.address.base,
            _ => return None,
        };
        self.follow(base, group.pc, group, lane, STEPS)
    }

    fn follow(&self, src: Src, pc: u32, group: Group, lane: usize, steps: u32) -> Option<usize> {
        let value = self.w.value(self.m.program, group.frame, src)[lane];
        if let Some(found) = self.m.heap.find(value, 0) {
            return Some(found);
        }
        let (Src::Reg(register), Some(steps)) = (src, steps.checked_sub(1)) else {
            return None;
        };
        let frame = &self.w.frames[group.frame as usize];
        let start = self.m.program.functions[frame.func as usize].start;
        let before = &self.m.program.code[start as usize..pc as usize];
        let (back, sources) = before.iter().rev().enumerate().find_map(|(back, inst)| {
            let (target, sources) = definition(&inst.op)?;
            (target == register).then_some((back as u32 + 1, sources))
        })?;
        sources
            .into_iter()
            .find_map(|src| self.follow(src, pc - back, group, lane, steps))
    }
}
