//! What a kernel needs: the functions that it can reach and where shared variables lie.

use std::collections::{HashMap, HashSet};

use super::{Decoder, LoadError, Names};
use crate::gpu::ptx::{Function, Init, Operand, StateSpace, Statement, Var};
use crate::gpu::sim::names::readable;
use crate::gpu::sim::program::SharedVar;

/// Between variables in shared memory nothing may be accessed; a multiple keeps the banks.
const GAP: u64 = 128;
/// Shared memory of any GPU ends here.
const MAX_SHARED: u64 = 1 << 20;

/// The names that an operand mentions.
pub(super) fn mentions<'a>(operand: &Operand<'a>, found: &mut dyn FnMut(&'a str)) {
    match operand {
        Operand::Name(name) | Operand::Not(name) | Operand::Offset { name, .. } => found(name),
        Operand::Address { base, .. } => {
            if let Some(base) = base {
                found(base);
            }
        }
        Operand::Vector(parts) | Operand::List(parts) => {
            for part in parts {
                mentions(part, found);
            }
        }
        Operand::Pair(pair) => {
            mentions(&pair.0, found);
            mentions(&pair.1, found);
        }
        Operand::Number(_) => {}
    }
}

/// The kernel and the functions that it can reach, by call or through a pointer.
pub(super) fn reachable<'m, 'a>(
    names: &Names<'m, 'a>,
    kernel: &'m Function<'a>,
) -> Vec<&'m Function<'a>> {
    let mut found: Vec<&'m Function<'a>> = vec![kernel];
    let mut known: HashSet<&str> = HashSet::from([kernel.name]);
    let mut add = |name: &'a str, found: &mut Vec<&'m Function<'a>>| {
        if let Some((function, _)) = names.functions.get(name)
            && !function.is_entry
            && known.insert(function.name)
        {
            found.push(function);
        }
    };
    // Tables of functions may be read by anyone.
    for init in names.module.variables.iter().flat_map(|var| &var.init) {
        if let Init::Address { name, .. } = init {
            add(name, &mut found);
        }
    }
    let mut next = 0;
    while let Some(function) = found.get(next).copied() {
        next += 1;
        for statement in function.body.iter().flatten() {
            if let Statement::Instruction(instruction) = statement {
                for operand in &instruction.operands {
                    mentions(operand, &mut |name| add(name, &mut found));
                }
            }
        }
    }
    found
}

impl<'m, 'a> Decoder<'_, 'm, 'a> {
    /// Gives each variable in shared memory that the kernel can reach its place.
    pub(super) fn lay_out_shared(
        &mut self,
        reachable: &[&'m Function<'a>],
    ) -> Result<(), LoadError> {
        let module = self.names.module;
        let of_module = module
            .variables
            .iter()
            .filter(|var| var.space == StateSpace::Shared);
        let by_name: HashMap<&str, &'m Var<'a>> = of_module.map(|var| (var.name, var)).collect();
        let mut wanted: Vec<&'m Var<'a>> = Vec::new();
        let mut known = HashSet::new();
        let body = |function: &&'m Function<'a>| function.body.iter().flatten();
        for statement in reachable.iter().flat_map(body) {
            match statement {
                Statement::Variable(var)
                    if var.space == StateSpace::Shared && known.insert(var.name) =>
                {
                    wanted.push(var);
                }
                Statement::Instruction(instruction) => {
                    for operand in &instruction.operands {
                        mentions(operand, &mut |name| {
                            if let Some(var) = by_name.get(name)
                                && known.insert(var.name)
                            {
                                wanted.push(var);
                            }
                        });
                    }
                }
                _ => {}
            }
        }
        self.place_shared(&wanted)
    }

    fn place_shared(&mut self, wanted: &[&Var<'a>]) -> Result<(), LoadError> {
        let (mut end, mut packed) = (0_u64, 0_u64);
        let is_dynamic = |var: &Var<'_>| var.bytes == 0;
        for var in wanted.iter().filter(|var| !is_dynamic(var)) {
            let at = end.next_multiple_of(var.align.max(GAP));
            packed = packed.next_multiple_of(var.align) + var.bytes;
            end = at + var.bytes + GAP;
            if packed > MAX_SHARED {
                return self.wrong(format!("{}: too much shared memory", var.name));
            }
            self.shared.insert(var.name, at);
            self.program.shared.push(SharedVar {
                name: readable(var.name),
                at,
                bytes: var.bytes,
            });
        }
        // All dynamic arrays begin at the same place.
        let dynamic: Vec<_> = wanted.iter().filter(|var| is_dynamic(var)).collect();
        let align = dynamic.iter().map(|var| var.align).max().unwrap_or(16);
        self.program.dynamic_at = end.next_multiple_of(align.max(GAP));
        self.program.dynamic_name = dynamic.first().map(|var| readable(var.name));
        for var in dynamic {
            self.shared.insert(var.name, self.program.dynamic_at);
        }
        self.program.static_shared = packed;
        Ok(())
    }
}
