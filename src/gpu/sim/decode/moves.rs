//! Moves, conversions, comparisons and selections.

use super::Refusal;
use super::body::Body;
use super::names::Symbol;
use super::opcode::Opcode;
use crate::gpu::ptx::{Kind, Operand, Type};
use crate::gpu::sim::lanes::{compare, each};
use crate::gpu::sim::program::{Logic, Op, Src, Unary};

const PREDICATE: Type = Type {
    kind: Kind::Predicate,
    bits: 1,
};
fn copy() -> Unary {
    each!(|a: u64| a)
}

impl<'m, 'a> Body<'_, '_, 'm, 'a> {
    pub(super) fn moves(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        match opcode.name {
            "mov" => self.mov(opcode, operands),
            "cvt" => self.cvt(opcode, operands),
            "cvta" => self.cvta(opcode, operands),
            "selp" => self.selp(opcode, operands),
            "setp" => self.setp(opcode, operands),
            "set" => self.set(opcode, operands),
            "slct" => self.slct(opcode, operands),
            _ => self.testp(opcode, operands),
        }
    }

    fn mov(&mut self, opcode: &mut Opcode<'a>, operands: &'m [Operand<'a>]) -> Result<Op, Refusal> {
        let [ty] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let [target, from] = operands else {
            return Err(Refusal::Unknown);
        };
        if ty == PREDICATE {
            let from = self.pred_source(from)?;
            return Ok(Op::MovePred {
                target: self.pred(target)?,
                from,
            });
        }
        match (target, from) {
            (Operand::Vector(targets), from) => self.unpack(ty, targets, from),
            (target, Operand::Vector(parts)) => self.pack(ty, target, parts),
            (target, Operand::Name(name)) => {
                if let Some(op) = self.dynamic(target, name)? {
                    return Ok(op);
                }
                if let Some(Symbol::Local(at)) = self.scopes.find(name) {
                    let target = self.target(target)?.0;
                    return Ok(Op::FrameAddress {
                        target,
                        offset: at as i64,
                    });
                }
                let from = self.source(from, ty)?;
                Ok(Op::Unary(copy(), self.target(target)?.0, from))
            }
            (target, Operand::Offset { name, offset }) => {
                if let Some(Symbol::Local(at)) = self.scopes.find(name) {
                    let target = self.target(target)?.0;
                    let offset = (at as i64).wrapping_add(*offset);
                    return Ok(Op::FrameAddress { target, offset });
                }
                let from = self.source(from, ty)?;
                Ok(Op::Unary(copy(), self.target(target)?.0, from))
            }
            (target, from) => {
                let from = self.source(from, ty)?;
                Ok(Op::Unary(copy(), self.target(target)?.0, from))
            }
        }
    }

    /// Special registers that change while a warp runs.
    fn dynamic(&mut self, target: &Operand<'a>, name: &str) -> Result<Option<Op>, Refusal> {
        let (bits, is_time) = match name {
            "%clock" => (32, false),
            "%clock64" => (64, false),
            "%globaltimer" => (64, true),
            "%globaltimer_lo" => (32, true),
            _ => return Ok(None),
        };
        let target = self.target(target)?.0;
        Ok(Some(Op::Clock {
            target,
            bits,
            is_time,
        }))
    }

    fn pack(
        &mut self,
        ty: Type,
        target: &Operand<'a>,
        parts: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let bits = part_bits(ty, parts.len())?;
        let part = Type {
            kind: Kind::Bits,
            bits: u32::from(bits),
        };
        let mut sources = Vec::new();
        for operand in parts {
            sources.push(self.source(operand, part)?);
        }
        Ok(Op::Pack {
            target: self.target(target)?.0,
            parts: sources,
            bits,
        })
    }

    fn unpack(
        &mut self,
        ty: Type,
        targets: &'m [Operand<'a>],
        from: &'m Operand<'a>,
    ) -> Result<Op, Refusal> {
        let bits = part_bits(ty, targets.len())?;
        let from = self.source(from, ty)?;
        let mut found = Vec::new();
        for target in targets {
            found.push(match target {
                Operand::Name("_") => None,
                target => Some(self.target(target)?.0),
            });
        }
        Ok(Op::Unpack {
            targets: found,
            from,
            bits,
        })
    }

    fn selp(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let ([ty], [target, a, b, by]) = (&opcode.types()[..], operands) else {
            return Err(Refusal::Unknown);
        };
        let (a, b) = (self.source(a, *ty)?, self.source(b, *ty)?);
        let by = self.pred_source(by)?;
        Ok(Op::Select {
            target: self.target(target)?.0,
            a,
            b,
            by,
        })
    }

    /// The comparison's name and how its result is combined with a predicate.
    fn comparison(
        &mut self,
        opcode: &mut Opcode<'a>,
        ty: Type,
    ) -> Result<(crate::gpu::sim::program::Comparison, Option<Logic>), Refusal> {
        let flushes = opcode.take("ftz");
        let name = opcode
            .take_any(&[
                "eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu",
                "leu", "gtu", "geu", "num", "nan",
            ])
            .ok_or(Refusal::Unknown)?;
        let logic = opcode
            .take_any(&["and", "or", "xor"])
            .map(|name| match name {
                "and" => Logic::And,
                "or" => Logic::Or,
                _ => Logic::Xor,
            });
        let test = compare::relation(name, ty, flushes).ok_or(Refusal::Unknown)?;
        Ok((test, logic))
    }

    fn setp(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [ty] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let (test, logic) = self.comparison(opcode, ty)?;
        let (target, a, b, with) = match (operands, logic) {
            ([target, a, b], None) => (target, a, b, None),
            ([target, a, b, with], Some(logic)) => (target, a, b, Some((logic, with))),
            _ => return Err(Refusal::Unknown),
        };
        let (a, b) = (self.source(a, ty)?, self.source(b, ty)?);
        let with = match with {
            Some((logic, with)) => Some((logic, self.pred_source(with)?)),
            None => None,
        };
        let targets = match target {
            Operand::Pair(pair) => (self.pred_target(&pair.0)?, self.pred_target(&pair.1)?),
            target => (self.pred_target(target)?, None),
        };
        Ok(Op::Compare {
            test,
            targets,
            a,
            b,
            with,
        })
    }

    /// `set`: as `setp`, with a number for a result.
    fn set(&mut self, opcode: &mut Opcode<'a>, operands: &'m [Operand<'a>]) -> Result<Op, Refusal> {
        let [to, from] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let (test, None) = self.comparison(opcode, from)? else {
            return Err(Refusal::Unknown);
        };
        let [target, a, b] = operands else {
            return Err(Refusal::Unknown);
        };
        let (a, b) = (self.source(a, from)?, self.source(b, from)?);
        let yes = match (to.kind, to.bits) {
            (Kind::Float, 32) => u64::from(1.0_f32.to_bits()),
            (_, 32) => u64::from(u32::MAX),
            _ => return Err(Refusal::Unknown),
        };
        let target = self.target(target)?.0;
        Ok(Op::SetNumber {
            test,
            target,
            a,
            b,
            yes,
        })
    }

    /// `slct`: a if c is not negative, else b.
    fn slct(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let ([ty, by], [target, a, b, c]) = (&opcode.types()[..], operands) else {
            return Err(Refusal::Unknown);
        };
        opcode.take("ftz");
        let f = match by.kind {
            Kind::Signed => each!(|a: u64, b: u64, c: i32| if c >= 0 { a } else { b }),
            Kind::Float => each!(|a: u64, b: u64, c: f32| if c >= 0.0 { a } else { b }),
            _ => return Err(Refusal::Unknown),
        };
        let (a, b, c) = (
            self.source(a, *ty)?,
            self.source(b, *ty)?,
            self.source(c, *by)?,
        );
        Ok(Op::Ternary(f, self.target(target)?.0, a, b, c))
    }

    fn testp(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let ([ty], [target, a]) = (&opcode.types()[..], operands) else {
            return Err(Refusal::Unknown);
        };
        let name = opcode
            .take_any(&[
                "finite",
                "infinite",
                "number",
                "notanumber",
                "normal",
                "subnormal",
            ])
            .ok_or(Refusal::Unknown)?;
        let test = compare::property(name, *ty).ok_or(Refusal::Unknown)?;
        let a: Src = self.source(a, *ty)?;
        let targets = (self.pred_target(target)?, None);
        Ok(Op::Compare {
            test,
            targets,
            a,
            b: a,
            with: None,
        })
    }
}

/// How many bits each of so many parts of a register has.
fn part_bits(ty: Type, parts: usize) -> Result<u8, Refusal> {
    match (ty.bits, parts) {
        (16, 2) => Ok(8),
        (32, 2) => Ok(16),
        (32, 4) => Ok(8),
        (64, 2) => Ok(32),
        (64, 4) => Ok(16),
        (bits @ 8..=64, 1) => Ok(bits as u8),
        _ => Err(Refusal::Unknown),
    }
}
