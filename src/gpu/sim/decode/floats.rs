//! Floating-point arithmetic, in every precision.

use super::Refusal;
use super::body::Body;
use super::opcode::Opcode;
use crate::gpu::ptx::{Operand, Type};
use crate::gpu::sim::lanes::float::Shape;
use crate::gpu::sim::lanes::rounding::Mode;
use crate::gpu::sim::lanes::{float, half};
use crate::gpu::sim::program::Op;

fn shape(opcode: &mut Opcode<'_>) -> Shape {
    let mode = opcode.rounding().unwrap_or(Mode::Nearest);
    opcode.take_any(&["approx", "full"]);
    Shape {
        mode,
        flushes: opcode.take("ftz"),
        saturates: opcode.take("sat"),
        keeps_nan: opcode.take("NaN"),
    }
}

impl<'m, 'a> Body<'_, '_, 'm, 'a> {
    pub(super) fn floats(
        &mut self,
        opcode: &mut Opcode<'a>,
        ty: Type,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let name = opcode.name;
        let shape = shape(opcode);
        let is_single = ty.bits == 32;
        if !is_single && (shape.saturates || ty.bits != 64) {
            return Err(Refusal::Unknown);
        }
        let unknown = || Refusal::Unknown;
        match (name, operands.len()) {
            ("fma" | "mad", 4) if is_single => self.ternary(float::fma(shape), [ty; 3], operands),
            ("fma" | "mad", 4) => self.ternary(float::fma_double(shape), [ty; 3], operands),
            ("copysign", 3) => self.binary(
                float::copysign(ty.bits).ok_or_else(unknown)?,
                [ty; 2],
                operands,
            ),
            (_, 3) => {
                let f = match is_single {
                    true => float::binary(name, shape),
                    false => float::binary_double(name, shape),
                };
                self.binary(f.ok_or_else(unknown)?, [ty; 2], operands)
            }
            _ => {
                let f = match is_single {
                    true => float::unary(name, shape),
                    false => float::unary_double(name, shape),
                };
                self.unary(f.ok_or_else(unknown)?, ty, operands)
            }
        }
    }

    pub(super) fn halves(
        &mut self,
        opcode: &mut Opcode<'a>,
        ty: Type,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        // Results of f16 instructions may always be subnormal here: .ftz is what hardware may do.
        opcode.take("ftz");
        opcode.take("approx");
        if opcode.rounding().is_some_and(|mode| mode != Mode::Nearest) {
            return Err(Refusal::Unknown);
        }
        let (saturates, rectifies) = (opcode.take("sat"), opcode.take("relu"));
        let unknown = || Refusal::Unknown;
        match (opcode.name, operands.len()) {
            ("fma", 4) => {
                let f = half::fma(ty, saturates, rectifies).ok_or_else(unknown)?;
                self.ternary(f, [ty; 3], operands)
            }
            (name, 3) if !rectifies => self.binary(
                half::binary(name, ty, saturates).ok_or_else(unknown)?,
                [ty; 2],
                operands,
            ),
            (name, 2) if !rectifies && !saturates => {
                self.unary(half::unary(name, ty).ok_or_else(unknown)?, ty, operands)
            }
            _ => Err(Refusal::Unknown),
        }
    }
}
