//! Branches, calls and ends.

use super::Refusal;
use super::body::Body;
use super::names::Symbol;
use super::opcode::Opcode;
use crate::gpu::ptx::{Kind, Operand, Type};
use crate::gpu::sim::libdevice;
use crate::gpu::sim::program::{Call, Callee, Op, ParamSlot};

const B32: Type = Type {
    kind: Kind::Bits,
    bits: 32,
};
const B64: Type = Type {
    kind: Kind::Bits,
    bits: 64,
};

impl<'m, 'a> Body<'_, '_, 'm, 'a> {
    pub(super) fn control(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        match (opcode.name, operands) {
            ("bra", [Operand::Name(label)]) => {
                opcode.take("uni");
                Ok(Op::Branch(self.label(label, 0)))
            }
            ("brx", [index, Operand::Name(list)]) => {
                opcode.take("uni");
                if !opcode.take("idx") {
                    return Err(Refusal::Unknown);
                }
                let index = self.source(index, B32)?;
                let Some(names) = self.target_list(list) else {
                    return Err(Refusal::Wrong(format!("no .branchtargets {list}")));
                };
                let targets = names
                    .iter()
                    .enumerate()
                    .map(|(at, name)| self.label(name, at));
                let targets = targets.collect();
                Ok(Op::BranchIndex { targets, index })
            }
            ("call", operands) => {
                opcode.take("uni");
                self.call(operands)
            }
            ("ret", []) => {
                opcode.take("uni");
                Ok(Op::Return)
            }
            ("exit", []) => Ok(Op::Exit),
            // Without a debugger, a breakpoint ends the kernel with an error, too.
            ("trap" | "brkpt", []) => Ok(Op::Trap),
            ("pmevent", _) => Ok(Op::Nop),
            ("nanosleep", [_]) => {
                opcode.types();
                Ok(Op::Pause)
            }
            _ => Err(Refusal::Unknown),
        }
    }

    fn slots(&mut self, operand: &Operand<'a>) -> Result<Vec<ParamSlot>, Refusal> {
        let Operand::List(parts) = operand else {
            return Err(Refusal::Unknown);
        };
        let mut slots = Vec::new();
        for part in parts {
            let Operand::Name(name) = part else {
                return Err(Refusal::Named(
                    "a call with arguments in registers".to_owned(),
                ));
            };
            match self.symbol(name)? {
                Symbol::Slot(slot) => slots.push(slot),
                _ => {
                    return Err(Refusal::Named(
                        "a call with arguments in registers".to_owned(),
                    ));
                }
            }
        }
        Ok(slots)
    }

    /// `call (results), callee, (arguments), prototype;` of which all but the callee may miss.
    fn call(&mut self, operands: &'m [Operand<'a>]) -> Result<Op, Refusal> {
        let (returns, rest) = match operands {
            [results @ Operand::List(_), rest @ ..] => (self.slots(results)?, rest),
            rest => (Vec::new(), rest),
        };
        let [Operand::Name(callee), rest @ ..] = rest else {
            return Err(Refusal::Unknown);
        };
        let (args, has_prototype) = match rest {
            [] => (Vec::new(), false),
            [args @ Operand::List(_)] => (self.slots(args)?, false),
            [args @ Operand::List(_), Operand::Name(_)] => (self.slots(args)?, true),
            [Operand::Name(_)] => (Vec::new(), true),
            _ => return Err(Refusal::Unknown),
        };
        let callee = match has_prototype {
            true => Callee::Pointer(self.source(&Operand::Name(callee), B64)?),
            false => self.callee(callee, &args, &returns)?,
        };
        Ok(Op::Call(Box::new(Call {
            callee,
            args,
            returns,
        })))
    }

    fn callee(
        &mut self,
        name: &'a str,
        args: &[ParamSlot],
        returns: &[ParamSlot],
    ) -> Result<Callee, Refusal> {
        let sizes = |slots: &[ParamSlot]| slots.iter().map(|slot| slot.bytes).collect::<Vec<_>>();
        let (args, returns) = (sizes(args), sizes(returns));
        if let Some(number) = self.decoder.numbers.get(name) {
            let func = &self.decoder.program.functions[*number as usize];
            let params: Vec<ParamSlot> = func.params.iter().map(|(slot, _)| *slot).collect();
            if sizes(&params) != args || sizes(&func.returns) != returns {
                return Err(Refusal::Wrong(format!("{name} takes other arguments")));
            }
            return Ok(Callee::Function(*number));
        }
        match name {
            "vprintf" if args == [8, 8] => return Ok(Callee::Printf),
            "__assertfail" if args == [8, 8, 4, 8, 8] => return Ok(Callee::AssertFail),
            _ => {}
        }
        match libdevice::function(name) {
            Some(math) if math.args == args && returns == [math.result] => Ok(Callee::Math(math)),
            _ => Err(Refusal::Named(format!("a call of {name}"))),
        }
    }
}
