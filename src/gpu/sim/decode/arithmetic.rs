//! Arithmetic, logic and bit instructions.

use super::Refusal;
use super::body::Body;
use super::names::Symbol;
use super::opcode::Opcode;
use super::packed;
use crate::gpu::ptx::{Kind, Number, Operand, Type};
use crate::gpu::sim::lanes::{bits, half, integer};
use crate::gpu::sim::program::{Logic, Op, Src};

/// 32 bits that mean nothing, for operands such as shift counts.
const B32: Type = Type {
    kind: Kind::Bits,
    bits: 32,
};

impl<'m, 'a> Body<'_, '_, 'm, 'a> {
    pub(super) fn arithmetic(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let types = opcode.types();
        let ty = *types.first().ok_or(Refusal::Unknown)?;
        if ty.kind == Kind::Predicate {
            return self.predicates(opcode, operands);
        }
        if matches!(opcode.name, "add" | "sub" | "mad") && opcode.take("cc") {
            return self.carry_out(opcode, ty, operands);
        }
        match opcode.name {
            "lop3" => self.lop3(operands),
            "bfi" => self.insert(ty, operands),
            "prmt" => self.permute(opcode, operands),
            "addc" | "subc" | "madc" => self.carrying(opcode, ty, operands),
            "dp4a" => {
                let second = *types.get(1).ok_or(Refusal::Unknown)?;
                let f = integer::dot_product(ty, second).ok_or(Refusal::Unknown)?;
                self.ternary(f, [B32; 3], operands)
            }
            "dp2a" => {
                let second = *types.get(1).ok_or(Refusal::Unknown)?;
                let half = opcode.take_any(&["lo", "hi"]).ok_or(Refusal::Unknown)?;
                let f = packed::dot_product(half, ty, second).ok_or(Refusal::Unknown)?;
                self.ternary(f, [B32; 3], operands)
            }
            "vabsdiff2" | "vabsdiff4" => {
                let adds = opcode.take("add");
                let f = packed::absolute_differences(opcode.name, &types, adds);
                self.ternary(f.ok_or(Refusal::Unknown)?, [B32; 3], operands)
            }
            "fns" => self.ternary(bits::nth_set(), [B32; 3], operands),
            "bmsk" => {
                let mode = opcode.take_any(&["clamp", "wrap"]).unwrap_or("clamp");
                let f = bits::mask(mode).ok_or(Refusal::Unknown)?;
                self.binary(f, [B32; 2], operands)
            }
            "shf" => {
                let direction = opcode.take_any(&["l", "r"]).ok_or(Refusal::Unknown)?;
                let mode = opcode
                    .take_any(&["wrap", "clamp"])
                    .ok_or(Refusal::Unknown)?;
                let f = bits::funnel(direction, mode).ok_or(Refusal::Unknown)?;
                self.ternary(f, [B32; 3], operands)
            }
            _ if half::is_narrow(ty) => self.halves(opcode, ty, operands),
            _ if ty.kind == Kind::Float => self.floats(opcode, ty, operands),
            _ => self.integers(opcode, ty, operands),
        }
    }

    pub(super) fn unary(
        &mut self,
        f: crate::gpu::sim::program::Unary,
        ty: Type,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [target, a] = operands else {
            return Err(Refusal::Unknown);
        };
        let a = self.source(a, ty)?;
        Ok(Op::Unary(f, self.target(target)?.0, a))
    }

    pub(super) fn binary(
        &mut self,
        f: crate::gpu::sim::program::Binary,
        types: [Type; 2],
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [target, a, b] = operands else {
            return Err(Refusal::Unknown);
        };
        let (a, b) = (self.source(a, types[0])?, self.source(b, types[1])?);
        Ok(Op::Binary(f, self.target(target)?.0, a, b))
    }

    pub(super) fn ternary(
        &mut self,
        f: crate::gpu::sim::program::Ternary,
        types: [Type; 3],
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [target, a, b, c] = operands else {
            return Err(Refusal::Unknown);
        };
        let (a, b) = (self.source(a, types[0])?, self.source(b, types[1])?);
        let c = self.source(c, types[2])?;
        Ok(Op::Ternary(f, self.target(target)?.0, a, b, c))
    }

    fn integers(
        &mut self,
        opcode: &mut Opcode<'a>,
        ty: Type,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let name = opcode.name;
        let unknown = || Refusal::Unknown;
        match name {
            "mul" | "mad" | "mul24" | "mad24" => {
                let part = opcode.take_any(&["lo", "hi", "wide"]).unwrap_or("lo");
                let wide = Type {
                    bits: ty.bits * 2,
                    ..ty
                };
                let third = if part == "wide" { wide } else { ty };
                match (name, part) {
                    ("mul", "lo") => self.binary(
                        integer::binary("mul", ty).ok_or_else(unknown)?,
                        [ty; 2],
                        operands,
                    ),
                    ("mul", _) => self.binary(
                        integer::product(part, ty).ok_or_else(unknown)?,
                        [ty; 2],
                        operands,
                    ),
                    ("mul24", _) => {
                        let f = integer::product_24(part, ty).ok_or_else(unknown)?;
                        self.binary(f, [ty; 2], operands)
                    }
                    ("mad24", _) => {
                        let f = integer::multiply_add_24(part, ty).ok_or_else(unknown)?;
                        self.ternary(f, [ty; 3], operands)
                    }
                    _ => {
                        let f = integer::multiply_add(part, ty).ok_or_else(unknown)?;
                        self.ternary(f, [ty, ty, third], operands)
                    }
                }
            }
            "sad" => {
                let f = integer::absolute_difference(ty).ok_or_else(unknown)?;
                self.ternary(f, [ty; 3], operands)
            }
            "bfe" => self.ternary(
                bits::extract(ty).ok_or_else(unknown)?,
                [ty, B32, B32],
                operands,
            ),
            "shl" | "shr" => self.binary(
                bits::binary(name, ty).ok_or_else(unknown)?,
                [ty, B32],
                operands,
            ),
            "and" | "or" | "xor" => self.binary(
                bits::binary(name, ty).ok_or_else(unknown)?,
                [ty; 2],
                operands,
            ),
            "not" | "cnot" | "brev" | "clz" | "popc" => {
                self.unary(bits::unary(name, ty).ok_or_else(unknown)?, ty, operands)
            }
            "bfind" => {
                let name = if opcode.take("shiftamt") {
                    "bfind.shiftamt"
                } else {
                    name
                };
                self.unary(bits::unary(name, ty).ok_or_else(unknown)?, ty, operands)
            }
            "abs" | "neg" => {
                self.unary(integer::unary(name, ty).ok_or_else(unknown)?, ty, operands)
            }
            "add" | "sub" if opcode.take("sat") => {
                if (ty.kind, ty.bits) != (Kind::Signed, 32) {
                    return Err(Refusal::Unknown);
                }
                let f = integer::saturating(name).ok_or_else(unknown)?;
                self.binary(f, [ty; 2], operands)
            }
            _ => self.binary(
                integer::binary(name, ty).ok_or_else(unknown)?,
                [ty; 2],
                operands,
            ),
        }
    }

    fn predicates(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let how = match opcode.name {
            "and" => Logic::And,
            "or" => Logic::Or,
            "xor" => Logic::Xor,
            "not" => {
                let [target, a] = operands else {
                    return Err(Refusal::Unknown);
                };
                let a = self.pred_source(a)?;
                let b = crate::gpu::sim::program::Pred::Const(true);
                return Ok(Op::Logic {
                    target: self.pred(target)?,
                    how: Logic::Xor,
                    a,
                    b,
                });
            }
            _ => return Err(Refusal::Unknown),
        };
        let [target, a, b] = operands else {
            return Err(Refusal::Unknown);
        };
        let (a, b) = (self.pred_source(a)?, self.pred_source(b)?);
        Ok(Op::Logic {
            target: self.pred(target)?,
            how,
            a,
            b,
        })
    }

    fn lop3(&mut self, operands: &'m [Operand<'a>]) -> Result<Op, Refusal> {
        let [target, a, b, c, Operand::Number(Number::Int(table))] = operands else {
            return Err(Refusal::Unknown);
        };
        let sources = [
            self.source(a, B32)?,
            self.source(b, B32)?,
            self.source(c, B32)?,
        ];
        Ok(Op::Lookup {
            target: self.target(target)?.0,
            sources,
            table: *table as u32,
        })
    }

    fn insert(&mut self, ty: Type, operands: &'m [Operand<'a>]) -> Result<Op, Refusal> {
        let [target, a, b, at, len] = operands else {
            return Err(Refusal::Unknown);
        };
        let sources = [
            self.source(a, ty)?,
            self.source(b, ty)?,
            self.source(at, B32)?,
            self.source(len, B32)?,
        ];
        Ok(Op::Insert {
            target: self.target(target)?.0,
            sources,
            bits: ty.bits as u8,
        })
    }

    fn permute(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let mode = opcode.take_any(&["f4e", "b4e", "rc8", "ecl", "ecr", "rc16"]);
        let Some(mode) = mode else {
            return self.ternary(bits::permute(), [B32; 3], operands);
        };
        // The mode's selectors are computed first, then the bytes are picked.
        let [target, a, b, Operand::Number(Number::Int(c))] = operands else {
            return Err(Refusal::Unknown);
        };
        let f = bits::permute_mode(mode).ok_or(Refusal::Unknown)?;
        let mut selectors = [0; 32];
        f(&[*c; 32], &mut selectors);
        let (a, b) = (self.source(a, B32)?, self.source(b, B32)?);
        let c = self.constant(selectors[0])?;
        Ok(Op::Ternary(
            bits::permute(),
            self.target(target)?.0,
            a,
            b,
            c,
        ))
    }

    /// `addc`, `subc` and `madc`: take the carry flag, and with `.cc` give one.
    fn carrying(
        &mut self,
        opcode: &mut Opcode<'a>,
        ty: Type,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let gives = opcode.take("cc");
        match opcode.name {
            "addc" => self.carry(ty, operands, false, true, gives),
            "subc" => self.carry(ty, operands, true, true, gives),
            _ => self.carry_product(opcode, ty, operands, true, gives),
        }
    }

    fn carry_out(
        &mut self,
        opcode: &mut Opcode<'a>,
        ty: Type,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        match opcode.name {
            "add" => self.carry(ty, operands, false, false, true),
            "sub" => self.carry(ty, operands, true, false, true),
            _ => self.carry_product(opcode, ty, operands, false, true),
        }
    }

    /// `mad` with carry: the product first, as an instruction of its own.
    fn carry_product(
        &mut self,
        opcode: &mut Opcode<'a>,
        ty: Type,
        operands: &'m [Operand<'a>],
        takes: bool,
        gives: bool,
    ) -> Result<Op, Refusal> {
        let ([target, a, b, c], 32 | 64) = (operands, ty.bits) else {
            return Err(Refusal::Unknown);
        };
        let f = match opcode.take_any(&["lo", "hi"]) {
            Some("lo") => integer::binary("mul", ty),
            Some(part) => integer::product(part, ty),
            None => None,
        };
        let f = f.ok_or(Refusal::Unknown)?;
        let (a, b, c) = (
            self.source(a, ty)?,
            self.source(b, ty)?,
            self.source(c, ty)?,
        );
        let target = (self.target(target)?.0, ty.bits as u8);
        let Some(Symbol::Register(product, _)) = self.scopes.register(ty) else {
            return Err(Refusal::Wrong("too many registers".to_owned()));
        };
        self.push(Op::Binary(f, product, a, b), None)
            .map_err(|error| Refusal::Wrong(error.to_string()))?;
        let a = Src::Reg(product);
        Ok(Op::Carry {
            target,
            a,
            b: c,
            subtracts: false,
            takes,
            gives,
        })
    }

    fn carry(
        &mut self,
        ty: Type,
        operands: &'m [Operand<'a>],
        subtracts: bool,
        takes: bool,
        gives: bool,
    ) -> Result<Op, Refusal> {
        let ([target, a, b], 32 | 64) = (operands, ty.bits) else {
            return Err(Refusal::Unknown);
        };
        let (a, b) = (self.source(a, ty)?, self.source(b, ty)?);
        let target = (self.target(target)?.0, ty.bits as u8);
        Ok(Op::Carry {
            target,
            a,
            b,
            subtracts,
            takes,
            gives,
        })
    }
}
