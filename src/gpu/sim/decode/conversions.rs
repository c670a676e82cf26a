//! `cvt` and `cvta`: other types, other state spaces.

use super::Refusal;
use super::body::Body;
use super::names::Symbol;
use super::opcode::Opcode;
use crate::gpu::ptx::{Kind, Operand, Type};
use crate::gpu::sim::lanes::convert::{self, Conversion};
use crate::gpu::sim::lanes::each;
use crate::gpu::sim::lanes::rounding::Mode;
use crate::gpu::sim::program::{Op, Unary, windows};

const U64: Type = Type {
    kind: Kind::Unsigned,
    bits: 64,
};

impl<'m, 'a> Body<'_, '_, 'm, 'a> {
    pub(super) fn cvt(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [to, from] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let to_integral = opcode.integral();
        let how = Conversion {
            mode: opcode.rounding().unwrap_or(Mode::Nearest),
            to_integral,
            flushes: opcode.take("ftz"),
            saturates: opcode.take("sat"),
        };
        if let ([target, a, b], Kind::HalfPair | Kind::BrainPair) = (operands, to.kind) {
            let f = convert::to_pair(to, how.mode).filter(|_| !how.saturates);
            let f = f.ok_or(Refusal::Unknown)?;
            let (a, b) = (self.source(a, from)?, self.source(b, from)?);
            return Ok(Op::Binary(f, self.target(target)?.0, a, b));
        }
        let [target, a] = operands else {
            return Err(Refusal::Unknown);
        };
        let (target, bits) = self.target(target)?;
        let is_float = |ty: Type| matches!(ty.kind, Kind::Float | Kind::Brain);
        let f = match (is_float(to), is_float(from)) {
            (false, false) => convert::between_integers(to, from, how.saturates, u32::from(bits)),
            (true, false) => convert::from_integer(to, from, how),
            (false, true) => convert::to_integer(to, from, how),
            (true, true) => convert::between_floats(to, from, how),
        };
        let a = self.source(a, from)?;
        Ok(Op::Unary(f.ok_or(Refusal::Unknown)?, target, a))
    }

    /// Generic addresses: those of global and constant memory and of parameters are the same.
    pub(super) fn cvta(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [target, from] = operands else {
            return Err(Refusal::Unknown);
        };
        opcode.types();
        let to_space = opcode.take("to");
        let space = opcode.take_any(&[
            "global",
            "shared",
            "shared::cta",
            "local",
            "const",
            "param",
            "param::entry",
        ]);
        let f: Unary = match (space, to_space) {
            (Some("shared" | "shared::cta"), false) => each!(|a: u64| if a < windows::SIZE {
                a + windows::SHARED
            } else {
                a
            }),
            (Some("local"), false) => each!(|a: u64| if a < windows::SIZE {
                a + windows::LOCAL
            } else {
                a
            }),
            (Some("shared" | "shared::cta"), true) => {
                each!(|a: u64| a.wrapping_sub(windows::SHARED))
            }
            (Some("local"), true) => each!(|a: u64| a.wrapping_sub(windows::LOCAL)),
            (Some("param" | "param::entry"), _) if !self.is_kernel => return Err(Refusal::Unknown),
            (Some(_), _) => each!(|a: u64| a),
            (None, _) => return Err(Refusal::Unknown),
        };
        let target = self.target(target)?.0;
        if let Operand::Name(name) = from
            && let Some(Symbol::Local(at)) = self.scopes.find(name)
        {
            let base = if to_space { 0 } else { windows::LOCAL };
            return Ok(Op::FrameAddress {
                target,
                offset: (base + at) as i64,
            });
        }
        let from = self.source(from, U64)?;
        Ok(Op::Unary(f, target, from))
    }
}
