//! A function's statements in order: scopes, labels, instructions.

use std::collections::{HashMap, HashSet};

use super::names::{Scopes, Symbol};
use super::opcode::Opcode;
use super::{Decoder, LoadError, Refusal};
use crate::gpu::ptx::{Function, Instruction, OPCODES, Operand, StateSpace, Statement, Var};
use crate::gpu::sim::program::{Func, Inst, Op};

/// A function that is being decoded.
pub(super) struct Body<'b, 'd, 'm, 'a> {
    pub(super) decoder: &'b mut Decoder<'d, 'm, 'a>,
    pub(super) scopes: Scopes<'a>,
    pub(super) is_kernel: bool,
    labels: HashMap<&'a str, u32>,
    /// Lists for `brx.idx`.
    targets: HashMap<&'a str, Vec<&'a str>>,
    /// Branches whose labels are still to come: instruction, place in its list, label.
    open: Vec<(usize, usize, &'a str)>,
    /// Registers that are only stored, never computed with.
    pub(super) only_stored: HashSet<&'a str>,
    /// Registers that may be read: for those that atomic operations return their results in.
    pub(super) read: HashSet<&'a str>,
}

/// Parameters whose address is taken, so that they live in local memory (PTX ISA, 5.1.6.1).
fn addressed<'a>(function: &Function<'a>) -> HashSet<&'a str> {
    let mut found = HashSet::new();
    for statement in function.body.iter().flatten() {
        let Statement::Instruction(instruction) = statement else {
            continue;
        };
        if instruction.opcode.starts_with("mov") || instruction.opcode.starts_with("cvta") {
            for operand in instruction.operands.iter().skip(1) {
                if let Operand::Name(name) | Operand::Offset { name, .. } = operand {
                    found.insert(*name);
                }
            }
        }
    }
    found
}

/// Registers whose every use is to be stored.
fn only_stored<'a>(function: &Function<'a>) -> HashSet<&'a str> {
    let mut loaded = HashSet::new();
    let mut used = HashSet::new();
    for statement in function.body.iter().flatten() {
        let Statement::Instruction(instruction) = statement else {
            continue;
        };
        let is_load = instruction.opcode.starts_with("ld.");
        let is_store = stores_elsewhere(instruction);
        for (at, operand) in instruction.operands.iter().enumerate() {
            match (is_load, is_store, at) {
                (true, _, 0) => super::layout::mentions(operand, &mut |name| {
                    loaded.insert(name);
                }),
                (_, true, 1) => {}
                _ => super::layout::mentions(operand, &mut |name| {
                    used.insert(name);
                }),
            }
        }
    }
    loaded.retain(|name| !used.contains(name));
    loaded
}

/// Registers that are mentioned elsewhere than as the target of an atomic operation.
fn read<'a>(function: &Function<'a>) -> HashSet<&'a str> {
    let mut read = HashSet::new();
    for statement in function.body.iter().flatten() {
        let Statement::Instruction(instruction) = statement else {
            continue;
        };
        let has_target = instruction.opcode.starts_with("atom.");
        let operands = instruction.operands.iter();
        for operand in operands.skip(usize::from(has_target)) {
            super::layout::mentions(operand, &mut |name| {
                read.insert(name);
            });
        }
    }
    read
}

/// Whether an instruction only puts its value into memory, or a byte into a structure that is passed
/// by value: that may be padding.
fn stores_elsewhere(instruction: &Instruction<'_>) -> bool {
    let opcode = instruction.opcode;
    let is_within = || match instruction.operands.first() {
        Some(Operand::Address { offset, .. }) => *offset > 0,
        _ => false,
    };
    match opcode.starts_with("st.param") {
        true => opcode.ends_with(".b8") && is_within(),
        false => opcode.starts_with("st."),
    }
}

impl<'m, 'a> Decoder<'_, 'm, 'a> {
    /// Decides where a function's own parameters are, so that calls can be decoded before it.
    pub(super) fn prepare(&mut self, function: &'m Function<'a>) -> Result<(), LoadError> {
        let mut scopes = Scopes::default();
        let addressed = addressed(function);
        let mut func = Func::default();
        if !function.is_entry {
            for param in &function.signature.params {
                let slot = scopes.slot(param.bytes, param.align);
                let local = match addressed.contains(param.name) {
                    true => scopes.local(param.bytes, param.align).map(Some),
                    false => Some(None),
                };
                let (Some(slot), Some(local)) = (slot, local) else {
                    return self.wrong(format!("{}: too many parameters", function.name));
                };
                func.params.push((slot, local));
            }
            for param in &function.signature.returns {
                match scopes.slot(param.bytes, param.align) {
                    Some(slot) => func.returns.push(slot),
                    None => return self.wrong(format!("{}: too large a result", function.name)),
                }
            }
        }
        let number = self.numbers[function.name] as usize;
        self.program.functions[number] = func;
        Ok(())
    }

    pub(super) fn body(
        &mut self,
        number: usize,
        function: &'m Function<'a>,
    ) -> Result<(), LoadError> {
        let start = self.program.code.len() as u32;
        self.line = function.line;
        self.places.begin();
        let mut body = Body {
            decoder: self,
            scopes: Scopes::default(),
            is_kernel: function.is_entry,
            labels: HashMap::new(),
            targets: HashMap::new(),
            open: Vec::new(),
            only_stored: only_stored(function),
            read: read(function),
        };
        body.scopes.open();
        body.own_parameters(number, function);
        body.collect_targets(function);
        for statement in function.body.iter().flatten() {
            body.statement(statement)?;
        }
        // Running off the end is returning.
        body.push(Op::Return, None)?;
        body.close_branches()?;
        let scopes = body.scopes;
        let end = self.program.code.len() as u32;
        let func = &mut self.program.functions[number];
        func.start = start;
        func.end = end;
        func.registers = scopes.registers;
        func.predicates = scopes.predicates;
        func.slot_bytes = scopes.slot_most as u32;
        func.local_bytes = scopes.local_end.next_multiple_of(16);
        Ok(())
    }
}

impl<'m, 'a> Body<'_, '_, 'm, 'a> {
    fn own_parameters(&mut self, number: usize, function: &'m Function<'a>) {
        if function.is_entry {
            let slots: Vec<_> = self
                .decoder
                .program
                .params
                .iter()
                .map(|(slot, _)| *slot)
                .collect();
            for (param, slot) in function.signature.params.iter().zip(slots) {
                self.scopes.define(param.name, Symbol::Param(slot));
            }
            return;
        }
        let func = self.decoder.program.functions[number].clone();
        for (param, (slot, local)) in function.signature.params.iter().zip(&func.params) {
            // The same sizes fit as in prepare.
            self.scopes.slot(param.bytes, param.align);
            let symbol = match local {
                Some(at) => {
                    self.scopes.local(param.bytes, param.align);
                    Symbol::Local(*at)
                }
                None => Symbol::Slot(*slot),
            };
            self.scopes.define(param.name, symbol);
        }
        for (param, slot) in function.signature.returns.iter().zip(&func.returns) {
            self.scopes.slot(param.bytes, param.align);
            self.scopes.define(param.name, Symbol::Slot(*slot));
        }
    }

    fn collect_targets(&mut self, function: &'m Function<'a>) {
        for statement in function.body.iter().flatten() {
            if let Statement::Targets(name, targets) = statement {
                self.targets.insert(name, targets.clone());
            }
        }
    }

    fn statement(&mut self, statement: &'m Statement<'a>) -> Result<(), LoadError> {
        match statement {
            Statement::Label(name) => {
                self.labels
                    .insert(name, self.decoder.program.code.len() as u32);
            }
            Statement::Loc(loc) => self
                .decoder
                .places
                .go(loc, &self.decoder.names.module.files),
            Statement::Registers { ty, names } => {
                for (name, count) in names {
                    let symbol = match count {
                        Some(count) => Some(Symbol::Family(*ty, *count)),
                        None => self.scopes.register(*ty),
                    };
                    match symbol {
                        Some(symbol) => self.scopes.define(name, symbol),
                        None => return self.decoder.wrong(format!("{name}: no such register")),
                    }
                }
            }
            Statement::Variable(var) => self.variable(var)?,
            Statement::Open => self.scopes.open(),
            Statement::Close => self.scopes.close(),
            Statement::Targets(..) | Statement::Prototype(..) => {}
            Statement::Instruction(instruction) => {
                self.decoder.line = instruction.line;
                if let Err(refusal) = self.instruction(instruction) {
                    return self.decoder.refuse(refusal, instruction);
                }
            }
        }
        Ok(())
    }

    fn variable(&mut self, var: &'m Var<'a>) -> Result<(), LoadError> {
        let symbol = match var.space {
            StateSpace::Param => self.scopes.slot(var.bytes, var.align).map(Symbol::Slot),
            StateSpace::Local => self.scopes.local(var.bytes, var.align).map(Symbol::Local),
            StateSpace::Shared => self
                .decoder
                .shared
                .get(var.name)
                .copied()
                .map(Symbol::Fixed),
            StateSpace::Global | StateSpace::Const => self
                .decoder
                .names
                .globals
                .get(var.name)
                .copied()
                .map(Symbol::Fixed),
        };
        match symbol {
            Some(symbol) => self.scopes.define(var.name, symbol),
            None => return self.decoder.wrong(format!("{} is too large", var.name)),
        }
        Ok(())
    }

    pub(super) fn push(&mut self, op: Op, guard: Option<(u32, bool)>) -> Result<(), LoadError> {
        let place = self.decoder.places.here();
        self.decoder.push(Inst { op, guard, place })
    }

    fn instruction(&mut self, instruction: &'m Instruction<'a>) -> Result<(), Refusal> {
        let guard = match instruction.guard {
            None => None,
            Some((name, is_negated)) => match self.symbol(name)? {
                Symbol::Predicate(index) => Some((index, is_negated)),
                _ => return Err(Refusal::Wrong(format!("{name} is no predicate"))),
            },
        };
        let mut opcode = Opcode::new(instruction.opcode);
        let op = self.op(&mut opcode, &instruction.operands)?;
        if !opcode.is_used_up() {
            return Err(Refusal::Unknown);
        }
        self.push(op, guard)
            .map_err(|error| Refusal::Wrong(error.to_string()))
    }

    fn op(&mut self, opcode: &mut Opcode<'a>, operands: &'m [Operand<'a>]) -> Result<Op, Refusal> {
        if OPCODES.binary_search(&opcode.name).is_err() {
            return Err(Refusal::Unknown);
        }
        match opcode.name {
            "ld" | "ldu" | "st" | "atom" | "red" | "fence" | "membar" | "cp" | "isspacep"
            | "prefetch" | "prefetchu" | "discard" | "applypriority" => {
                self.memory(opcode, operands)
            }
            "mov" | "cvt" | "cvta" | "selp" | "setp" | "set" | "slct" | "testp" => {
                self.moves(opcode, operands)
            }
            "bra" | "brx" | "call" | "ret" | "exit" | "trap" | "brkpt" | "nanosleep"
            | "pmevent" => self.control(opcode, operands),
            "bar" | "barrier" | "shfl" | "vote" | "match" | "activemask" | "redux" | "elect" => {
                self.together(opcode, operands)
            }
            _ => self.arithmetic(opcode, operands),
        }
    }

    /// A branch's target, known or to be filled in.
    pub(super) fn label(&mut self, name: &'a str, at: usize) -> u32 {
        let code = self.decoder.program.code.len();
        self.open.push((code, at, name));
        0
    }

    pub(super) fn target_list(&self, name: &str) -> Option<Vec<&'a str>> {
        self.targets.get(name).cloned()
    }

    fn close_branches(&mut self) -> Result<(), LoadError> {
        for (code, at, name) in std::mem::take(&mut self.open) {
            let Some(label) = self.labels.get(name).copied() else {
                return self.decoder.wrong(format!("no label {name}"));
            };
            match &mut self.decoder.program.code[code].op {
                Op::Branch(target) => *target = label,
                Op::BranchIndex { targets, .. } => targets[at] = label,
                _ => {}
            }
        }
        Ok(())
    }
}
