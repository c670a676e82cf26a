//! What the names in a function's body stand for.

use std::collections::HashMap;

use super::{LoadError, MAX_REGISTERS, Refusal};
use crate::gpu::ptx::{Kind, Number, Operand, Type};
use crate::gpu::sim::program::{Address, ParamSlot, Pred, Special, Src, windows};

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Symbol {
    /// A register with its width.
    Register(u32, u8),
    Predicate(u32),
    /// `name<count>`: registers that are made when they are used.
    Family(Type, u32),
    /// A parameter of a call or of the function.
    Slot(ParamSlot),
    /// Local memory, from the frame's part of it on.
    Local(u64),
    /// An address that is known now: of a variable, or of a function.
    Fixed(u64),
    /// A kernel's parameter.
    Param(ParamSlot),
}

/// The state of decoding one function.
#[derive(Default)]
pub(super) struct Scopes<'a> {
    all: Vec<HashMap<&'a str, Symbol>>,
    pub(super) registers: u32,
    pub(super) predicates: u32,
    /// Bytes of slots that are in use, at the opening of each scope.
    slots: Vec<u64>,
    pub(super) slot_end: u64,
    pub(super) slot_most: u64,
    pub(super) local_end: u64,
}

/// A lane's parameters for calls may have this many bytes.
const MAX_SLOTS: u64 = 1 << 15;
/// A thread may have this much local memory (CUDA C++ Programming Guide, compute capabilities).
const MAX_LOCAL: u64 = 512 << 10;

impl<'a> Scopes<'a> {
    pub(super) fn open(&mut self) {
        self.all.push(HashMap::new());
        self.slots.push(self.slot_end);
    }

    pub(super) fn close(&mut self) {
        self.all.pop();
        if let Some(end) = self.slots.pop() {
            self.slot_end = end;
        }
    }

    pub(super) fn define(&mut self, name: &'a str, symbol: Symbol) {
        if let Some(scope) = self.all.last_mut() {
            scope.insert(name, symbol);
        }
    }

    /// Makes room for a parameter; none where it is too large.
    pub(super) fn slot(&mut self, bytes: u64, align: u64) -> Option<ParamSlot> {
        let at = self.slot_end.next_multiple_of(align);
        let end = at.checked_add(bytes).filter(|end| *end <= MAX_SLOTS)?;
        self.slot_end = end;
        self.slot_most = self.slot_most.max(end);
        Some(ParamSlot {
            offset: at as u32,
            bytes: bytes as u32,
        })
    }

    /// Makes room in local memory; none where there is not so much.
    pub(super) fn local(&mut self, bytes: u64, align: u64) -> Option<u64> {
        let at = self.local_end.next_multiple_of(align);
        self.local_end = at.checked_add(bytes).filter(|end| *end <= MAX_LOCAL)?;
        Some(at)
    }

    /// A new register of this type.
    pub(super) fn register(&mut self, ty: Type) -> Option<Symbol> {
        let count = match ty.kind {
            Kind::Predicate => &mut self.predicates,
            _ => &mut self.registers,
        };
        if *count >= MAX_REGISTERS || ty.bits > 64 {
            return None;
        }
        let index = *count;
        *count += 1;
        Some(match ty.kind {
            Kind::Predicate => Symbol::Predicate(index),
            _ => Symbol::Register(index, ty.bits as u8),
        })
    }

    /// What the innermost definition of a name says.
    pub(super) fn find(&mut self, name: &'a str) -> Option<Symbol> {
        for at in (0..self.all.len()).rev() {
            if let Some(symbol) = self.all[at].get(name)
                && !matches!(symbol, Symbol::Family(..))
            {
                return Some(*symbol);
            }
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
            // %f<10> and %f1<5> may both be there: each split of the digits is tried.
            for split in stem.len()..name.len() {
                let Some(&Symbol::Family(ty, count)) = self.all[at].get(&name[..split]) else {
                    continue;
                };
                let is_plain = name[split..].len() == 1 || !name[split..].starts_with('0');
                if is_plain && name[split..].parse::<u32>().is_ok_and(|n| n < count) {
                    let symbol = self.register(ty)?;
                    self.all[at].insert(name, symbol);
                    return Some(symbol);
                }
            }
        }
        None
    }
}

/// A special register's name.
fn special(name: &str) -> Option<Special> {
    let (name, axis) = match name.rsplit_once('.') {
        Some((name, "x")) => (name, 0),
        Some((name, "y")) => (name, 1),
        Some((name, "z")) => (name, 2),
        _ => (name, 3),
    };
    Some(match (name, axis) {
        ("%tid", 0..3) => Special::Tid(axis),
        ("%ntid", 0..3) => Special::Ntid(axis),
        ("%ctaid", 0..3) => Special::Ctaid(axis),
        ("%nctaid", 0..3) => Special::Nctaid(axis),
        // A block is a cluster of its own.
        ("%clusterid", 0..3) => Special::Ctaid(axis),
        ("%nclusterid", 0..3) => Special::Nctaid(axis),
        ("%cluster_ctaid", 0..3) | ("%cluster_ctarank", 3) => Special::Zero,
        ("%cluster_nctaid", 0..3) | ("%cluster_nctarank", 3) => Special::One,
        ("%laneid", 3) => Special::LaneId,
        ("%warpid", 3) => Special::WarpId,
        ("%nwarpid", 3) => Special::WarpCount,
        ("%lanemask_eq", 3) => Special::MaskEq,
        ("%lanemask_lt", 3) => Special::MaskLt,
        ("%lanemask_le", 3) => Special::MaskLe,
        ("%lanemask_gt", 3) => Special::MaskGt,
        ("%lanemask_ge", 3) => Special::MaskGe,
        ("%smid" | "%gridid", 3) => Special::Zero,
        ("%nsmid", 3) => Special::One,
        ("%dynamic_smem_size", 3) => Special::DynamicShared,
        ("%total_smem_size", 3) => Special::TotalShared,
        _ => return None,
    })
}

impl<'a> super::body::Body<'_, '_, '_, 'a> {
    pub(super) fn symbol(&mut self, name: &'a str) -> Result<Symbol, Refusal> {
        if let Some(symbol) = self.scopes.find(name) {
            return Ok(symbol);
        }
        let decoder = &self.decoder;
        let fixed = decoder
            .shared
            .get(name)
            .or_else(|| decoder.names.globals.get(name))
            .copied();
        let function = || {
            decoder
                .names
                .functions
                .get(name)
                .map(|(_, address)| *address)
        };
        match fixed.or_else(function) {
            Some(address) => Ok(Symbol::Fixed(address)),
            None => Err(Refusal::Wrong(format!("{name} is not defined"))),
        }
    }

    /// A register that is written, with its width.
    pub(super) fn target(&mut self, operand: &Operand<'a>) -> Result<(u32, u8), Refusal> {
        match operand {
            // The sink: a register that nothing reads.
            Operand::Name("_") => match self.scopes.register(Type {
                kind: Kind::Bits,
                bits: 64,
            }) {
                Some(Symbol::Register(index, bits)) => Ok((index, bits)),
                _ => Err(Refusal::Wrong("too many registers".to_owned())),
            },
            Operand::Name(name) => match self.symbol(name)? {
                Symbol::Register(index, bits) => Ok((index, bits)),
                _ => Err(Refusal::Wrong(format!("{name} is no register"))),
            },
            _ => Err(Refusal::Unknown),
        }
    }

    /// A predicate that is written.
    pub(super) fn pred_target(&mut self, operand: &Operand<'a>) -> Result<Option<u32>, Refusal> {
        match operand {
            Operand::Name("_") => Ok(None),
            Operand::Name(name) => match self.symbol(name)? {
                Symbol::Predicate(index) => Ok(Some(index)),
                _ => Err(Refusal::Wrong(format!("{name} is no predicate"))),
            },
            _ => Err(Refusal::Unknown),
        }
    }

    /// A predicate that must be written.
    pub(super) fn pred(&mut self, operand: &Operand<'a>) -> Result<u32, Refusal> {
        self.pred_target(operand)?.ok_or(Refusal::Unknown)
    }

    /// A predicate that is read.
    pub(super) fn pred_source(&mut self, operand: &Operand<'a>) -> Result<Pred, Refusal> {
        let (name, is_negated) = match operand {
            Operand::Name(name) => (*name, false),
            Operand::Not(name) => (*name, true),
            Operand::Number(Number::Int(n)) => return Ok(Pred::Const(*n != 0)),
            _ => return Err(Refusal::Unknown),
        };
        match self.symbol(name)? {
            Symbol::Predicate(index) => Ok(Pred::Reg(index, is_negated)),
            _ => Err(Refusal::Wrong(format!("{name} is no predicate"))),
        }
    }

    pub(super) fn constant(&mut self, value: u64) -> Result<Src, Refusal> {
        let at = self.decoder.constant(value);
        at.map(Src::Const)
            .map_err(|error: LoadError| Refusal::Wrong(error.to_string()))
    }

    /// A value that is read, as a number of this type.
    pub(super) fn source(&mut self, operand: &Operand<'a>, ty: Type) -> Result<Src, Refusal> {
        match operand {
            Operand::Name(name) => {
                if let Some(special) = special(name) {
                    return Ok(Src::Special(self.decoder.special(special)));
                }
                if *name == "WARP_SZ" {
                    return self.constant(32);
                }
                match self.symbol(name)? {
                    Symbol::Register(index, _) => Ok(Src::Reg(index)),
                    Symbol::Fixed(address) => self.constant(address),
                    Symbol::Param(slot) => self.constant(windows::PARAM + u64::from(slot.offset)),
                    _ => Err(Refusal::Wrong(format!("{name} is no value"))),
                }
            }
            Operand::Offset { name, offset } => match self.symbol(name)? {
                Symbol::Fixed(address) => self.constant(address.wrapping_add_signed(*offset)),
                Symbol::Param(slot) => {
                    let address = windows::PARAM + u64::from(slot.offset);
                    self.constant(address.wrapping_add_signed(*offset))
                }
                _ => Err(Refusal::Wrong(format!("{name} is no variable"))),
            },
            Operand::Number(number) => {
                let value = literal(*number, ty).ok_or(Refusal::Unknown)?;
                self.constant(value)
            }
            _ => Err(Refusal::Unknown),
        }
    }

    /// An address in memory.
    pub(super) fn address(&mut self, operand: &Operand<'a>) -> Result<Address, Refusal> {
        let Operand::Address { base, offset } = operand else {
            return Err(Refusal::Unknown);
        };
        let plain = |base, offset| Address {
            base,
            offset,
            is_in_frame: false,
        };
        let Some(base) = base else {
            return Ok(plain(self.constant(0)?, *offset));
        };
        Ok(match self.symbol(base)? {
            Symbol::Register(index, _) => plain(Src::Reg(index), *offset),
            Symbol::Fixed(address) => plain(self.constant(address)?, *offset),
            Symbol::Local(at) => Address {
                base: self.constant(at)?,
                offset: *offset,
                is_in_frame: true,
            },
            Symbol::Param(slot) => plain(
                self.constant(windows::PARAM + u64::from(slot.offset))?,
                *offset,
            ),
            _ => return Err(Refusal::Wrong(format!("{base} has no address"))),
        })
    }
}

/// A literal's bits as a number of this type.
pub(super) fn literal(number: Number, ty: Type) -> Option<u64> {
    let is_float = ty.kind == Kind::Float;
    Some(match (number, ty.bits) {
        (Number::Int(n), 64) => n,
        (Number::Int(_), _) if is_float => return None,
        (Number::Int(n), bits) => n & ((1 << bits) - 1),
        (Number::Single(bits), 64) if is_float => f64::from(f32::from_bits(bits)).to_bits(),
        (Number::Single(bits), _) => u64::from(bits),
        (Number::Double(bits), 32) if is_float => {
            u64::from((f64::from_bits(bits) as f32).to_bits())
        }
        (Number::Double(bits), _) => bits,
    })
}
