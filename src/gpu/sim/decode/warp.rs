//! What threads do together: barriers, shuffles, votes.

use super::Refusal;
use super::body::Body;
use super::opcode::Opcode;
use crate::gpu::ptx::{Kind, Operand, Type};
use crate::gpu::sim::program::{
    Barrier, BarrierReduction, Op, Pred, ShuffleMode, Src, Vote, WarpOp,
};

const B32: Type = Type {
    kind: Kind::Bits,
    bits: 32,
};

impl<'m, 'a> Body<'_, '_, 'm, 'a> {
    pub(super) fn together(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        match opcode.name {
            "activemask" => {
                let ([_], [target]) = (&opcode.types()[..], operands) else {
                    return Err(Refusal::Unknown);
                };
                Ok(Op::ActiveMask(self.target(target)?.0))
            }
            "bar" | "barrier" => self.barrier(opcode, operands),
            "shfl" => self.shuffle(opcode, operands),
            "vote" => self.vote(opcode, operands),
            "match" => self.matching(opcode, operands),
            "redux" => self.reduction(opcode, operands),
            _ => self.elect(opcode, operands),
        }
    }

    fn warp(&mut self, mask: &Operand<'a>, op: WarpOp) -> Result<Op, Refusal> {
        let mask = self.source(mask, B32)?;
        Ok(Op::Warp {
            mask,
            op: Box::new(op),
        })
    }

    fn barrier(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        if opcode.take("warp") {
            return match (opcode.take("sync"), operands) {
                (true, [mask]) => self.warp(mask, WarpOp::Sync),
                _ => Err(Refusal::Unknown),
            };
        }
        opcode.take("cta");
        opcode.take("aligned");
        let only_arrives = opcode.take("arrive");
        let reduction = if opcode.take("red") {
            let name = opcode
                .take_any(&["popc", "and", "or"])
                .ok_or(Refusal::Unknown)?;
            opcode.types();
            Some(name)
        } else {
            if !only_arrives && !opcode.take("sync") {
                return Err(Refusal::Unknown);
            }
            None
        };
        let (target, rest) = match (reduction, operands) {
            (Some(_), [target, rest @ ..]) => (Some(target), rest),
            (_, rest) => (None, rest),
        };
        let (rest, value) = match (reduction, rest) {
            (Some(_), [rest @ .., value]) => (rest, Some(value)),
            (_, rest) => (rest, None),
        };
        let (id, count) = match rest {
            [id] => (id, None),
            [id, count] => (id, Some(self.source(count, B32)?)),
            _ => return Err(Refusal::Unknown),
        };
        let id: Src = self.source(id, B32)?;
        let reduction = match (reduction, target, value) {
            (Some(name), Some(target), Some(value)) => {
                let value = self.pred_source(value)?;
                let how = match name {
                    "popc" => BarrierReduction::Popc {
                        target: self.target(target)?.0,
                    },
                    "and" => BarrierReduction::And {
                        target: self.pred(target)?,
                    },
                    _ => BarrierReduction::Or {
                        target: self.pred(target)?,
                    },
                };
                Some((how, value))
            }
            _ => None,
        };
        Ok(Op::Barrier(Box::new(Barrier {
            id,
            count,
            only_arrives,
            reduction,
        })))
    }

    fn shuffle(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let mode = match opcode.take_any(&["up", "down", "bfly", "idx"]) {
            Some("up") => ShuffleMode::Up,
            Some("down") => ShuffleMode::Down,
            Some("bfly") => ShuffleMode::Bfly,
            Some(_) => ShuffleMode::Idx,
            None => return Err(Refusal::Unknown),
        };
        opcode.types();
        let ([target, value, lane, clamp, mask], true) = (operands, opcode.take("sync")) else {
            return Err(Refusal::Unknown);
        };
        let (target, found) = match target {
            Operand::Pair(pair) => (&pair.0, self.pred_target(&pair.1)?),
            target => (target, None),
        };
        let (value, lane) = (self.source(value, B32)?, self.source(lane, B32)?);
        let clamp = self.source(clamp, B32)?;
        let target = self.target(target)?.0;
        self.warp(
            mask,
            WarpOp::Shuffle {
                mode,
                target,
                found,
                value,
                lane,
                clamp,
            },
        )
    }

    fn vote(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let ([target, value, mask], true) = (operands, opcode.take("sync")) else {
            return Err(Refusal::Unknown);
        };
        opcode.types();
        let value: Pred = self.pred_source(value)?;
        let kind = match opcode.take_any(&["all", "any", "uni", "ballot"]) {
            Some("all") => Vote::All,
            Some("any") => Vote::Any,
            Some("uni") => Vote::Uni,
            Some(_) => {
                let target = self.target(target)?.0;
                return self.warp(mask, WarpOp::Ballot { target, value });
            }
            None => return Err(Refusal::Unknown),
        };
        let target = self.pred(target)?;
        self.warp(
            mask,
            WarpOp::Vote {
                kind,
                target,
                value,
            },
        )
    }

    fn matching(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let ([target, value, mask], true) = (operands, opcode.take("sync")) else {
            return Err(Refusal::Unknown);
        };
        let [ty] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let value = self.source(value, ty)?;
        let op = match opcode.take_any(&["any", "all"]) {
            Some("any") => WarpOp::MatchAny {
                target: self.target(target)?.0,
                value,
            },
            Some(_) => {
                let (target, found) = match target {
                    Operand::Pair(pair) => (&pair.0, self.pred_target(&pair.1)?),
                    target => (target, None),
                };
                WarpOp::MatchAll {
                    target: self.target(target)?.0,
                    found,
                    value,
                }
            }
            None => return Err(Refusal::Unknown),
        };
        self.warp(mask, op)
    }

    fn reduction(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let ([target, value, mask], true) = (operands, opcode.take("sync")) else {
            return Err(Refusal::Unknown);
        };
        let name = opcode
            .take_any(&["add", "min", "max", "and", "or", "xor"])
            .ok_or(Refusal::Unknown)?;
        let [ty] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let combine: fn(u64, u64) -> u64 = match (name, ty.kind, ty.bits) {
            ("add", Kind::Signed | Kind::Unsigned, 32) => {
                |a, b| u64::from((a as u32).wrapping_add(b as u32))
            }
            ("min", Kind::Unsigned, 32) => |a, b| u64::from((a as u32).min(b as u32)),
            ("max", Kind::Unsigned, 32) => |a, b| u64::from((a as u32).max(b as u32)),
            ("min", Kind::Signed, 32) => |a, b| u64::from((a as i32).min(b as i32) as u32),
            ("max", Kind::Signed, 32) => |a, b| u64::from((a as i32).max(b as i32) as u32),
            ("and", Kind::Bits, 32) => |a, b| a & b,
            ("or", Kind::Bits, 32) => |a, b| a | b,
            ("xor", Kind::Bits, 32) => |a, b| a ^ b,
            _ => return Err(Refusal::Unknown),
        };
        let value = self.source(value, ty)?;
        let target = self.target(target)?.0;
        self.warp(
            mask,
            WarpOp::Reduce {
                target,
                value,
                combine,
            },
        )
    }

    fn elect(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let ([Operand::Pair(pair), mask], true) = (operands, opcode.take("sync")) else {
            return Err(Refusal::Unknown);
        };
        let target = match &pair.0 {
            Operand::Name("_") => None,
            target => Some(self.target(target)?.0),
        };
        let elected = self.pred(&pair.1)?;
        self.warp(mask, WarpOp::Elect { target, elected })
    }
}
