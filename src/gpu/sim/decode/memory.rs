//! Loads, stores, atomic operations and fences.

use super::Refusal;
use super::body::Body;
use super::names::Symbol;
use super::opcode::Opcode;
use super::updates;
use crate::gpu::ptx::{Kind, Number, Operand, Type};
use crate::gpu::sim::program::{Address, Atomic, Load, Op, Order, Reach, Src, Store, Window};

impl<'m, 'a> Body<'_, '_, 'm, 'a> {
    pub(super) fn memory(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        match opcode.name {
            "ld" | "ldu" => self.load(opcode, operands),
            "st" => self.store(opcode, operands),
            "atom" | "red" => self.atomic(opcode, operands),
            "fence" | "membar" => fence(opcode),
            "cp" => self.copy(opcode, operands),
            "isspacep" => self.is_space(opcode, operands),
            // What only caches are told changes nothing that a program can rely on.
            _ => {
                opcode.take_hints();
                opcode.take_any(&["global", "local"]);
                opcode.take_any(&["L1", "L2"]);
                Ok(Op::Nop)
            }
        }
    }

    fn load(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [target, from] = operands else {
            return Err(Refusal::Unknown);
        };
        opcode.take_hints();
        let order = order(opcode, Order::default());
        let window = window(opcode);
        let count = opcode.vector();
        let [ty] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let size = element_size(ty)?;
        let is_signed = ty.kind == Kind::Signed;
        let targets = self.load_targets(target, count)?;
        if let Operand::Address {
            base: Some(base),
            offset,
        } = from
            && window == Window::Param
        {
            match self.symbol(base)? {
                Symbol::Slot(slot) => {
                    let offset = inside(slot.offset, slot.bytes, *offset, size, count)?;
                    return Ok(Op::LoadSlot {
                        offset,
                        size,
                        is_signed,
                        targets,
                    });
                }
                Symbol::Param(slot) => {
                    let offset = inside(slot.offset, slot.bytes, *offset, size, count)?;
                    return Ok(Op::LoadParam {
                        offset,
                        size,
                        is_signed,
                        targets,
                    });
                }
                _ => {}
            }
        }
        let only_copies = match target {
            Operand::Name(name) => self.only_stored.contains(name),
            Operand::Vector(parts) => parts.iter().all(|part| match part {
                Operand::Name(name) => self.only_stored.contains(name),
                _ => false,
            }),
            _ => false,
        };
        let address = self.address(from)?;
        let window = self.real_window(window);
        Ok(Op::Load(Box::new(Load {
            window,
            address,
            size,
            is_signed,
            targets,
            order,
            only_copies,
        })))
    }

    /// A function's parameters whose address was taken are in local memory.
    fn real_window(&self, window: Window) -> Window {
        match window {
            Window::Param if !self.is_kernel => Window::Local,
            window => window,
        }
    }

    fn load_targets(
        &mut self,
        target: &Operand<'a>,
        count: usize,
    ) -> Result<Vec<Option<(u32, u8)>>, Refusal> {
        let parts = match target {
            Operand::Vector(parts) => &parts[..],
            single => std::slice::from_ref(single),
        };
        if parts.len() != count {
            return Err(Refusal::Unknown);
        }
        let mut targets = Vec::new();
        for part in parts {
            targets.push(match part {
                Operand::Name("_") => None,
                part => Some(self.target(part)?),
            });
        }
        Ok(targets)
    }

    fn store(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [to, value] = operands else {
            return Err(Refusal::Unknown);
        };
        opcode.take_hints();
        let order = order(opcode, Order::default());
        let window = window(opcode);
        let count = opcode.vector();
        let [ty] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let size = element_size(ty)?;
        let parts = match value {
            Operand::Vector(parts) => &parts[..],
            single => std::slice::from_ref(single),
        };
        if parts.len() != count {
            return Err(Refusal::Unknown);
        }
        let mut values = Vec::new();
        for part in parts {
            values.push(self.source(part, ty)?);
        }
        if let Operand::Address {
            base: Some(base),
            offset,
        } = to
            && window == Window::Param
            && let Symbol::Slot(slot) = self.symbol(base)?
        {
            let offset = inside(slot.offset, slot.bytes, *offset, size, count)?;
            return Ok(Op::StoreSlot {
                offset,
                size,
                values,
            });
        }
        let address = self.address(to)?;
        let window = self.real_window(window);
        if window == Window::Param || window == Window::Const {
            return Err(Refusal::Unknown);
        }
        Ok(Op::Store(Box::new(Store {
            window,
            address,
            size,
            values,
            order,
        })))
    }

    fn atomic(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        opcode.take_hints();
        opcode.take("noftz");
        let order = order(
            opcode,
            Order {
                is_strong: true,
                ..Order::default()
            },
        );
        let window = window(opcode);
        if opcode.vector() != 1 {
            return Err(Refusal::Unknown);
        }
        let name = opcode
            .take_any(&[
                "and", "or", "xor", "cas", "exch", "add", "inc", "dec", "min", "max",
            ])
            .ok_or(Refusal::Unknown)?;
        opcode.take("rn");
        let [ty] = opcode.types()[..] else {
            return Err(Refusal::Unknown);
        };
        let size = element_size(ty)?;
        let update = updates::update(name, ty).ok_or(Refusal::Unknown)?;
        let (target, rest) = match (opcode.name, operands) {
            ("atom", [target, rest @ ..]) => (Some(target), rest),
            (_, rest) => (None, rest),
        };
        let (at, a, b) = match (name, rest) {
            ("cas", [at, a, b]) => (at, a, b),
            ("cas", _) => return Err(Refusal::Unknown),
            (_, [at, a]) => (at, a, a),
            _ => return Err(Refusal::Unknown),
        };
        let values = [self.source(a, ty)?, self.source(b, ty)?];
        let is_reduction = match target {
            Some(Operand::Name(name)) => !self.read.contains(name),
            _ => true,
        };
        let target = match target {
            Some(Operand::Name("_")) | None => None,
            Some(target) => Some(self.target(target)?),
        };
        let address = self.address(at)?;
        Ok(Op::Atomic(Box::new(Atomic {
            window,
            address,
            size,
            target,
            is_reduction,
            is_exchange: name == "exch",
            update,
            values,
            order,
            is_swap: name == "cas",
        })))
    }

    /// `cp.async` and what waits for it.
    fn copy(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        if !opcode.take("async") {
            return Err(Refusal::Unknown);
        }
        if opcode
            .take_any(&["commit_group", "wait_group", "wait_all"])
            .is_some()
        {
            return Ok(Op::Nop);
        }
        opcode.take_hints();
        if opcode.take_any(&["shared", "shared::cta"]).is_none() || !opcode.take("global") {
            return Err(Refusal::Unknown);
        }
        let [
            to,
            from,
            Operand::Number(Number::Int(size @ (4 | 8 | 16))),
            rest @ ..,
        ] = operands
        else {
            return Err(Refusal::Unknown);
        };
        let read = match rest {
            [] => None,
            [read] => Some(self.source(
                read,
                Type {
                    kind: Kind::Unsigned,
                    bits: 32,
                },
            )?),
            _ => return Err(Refusal::Unknown),
        };
        let (to, from): (Address, Address) = (self.address(to)?, self.address(from)?);
        Ok(Op::Copy {
            to,
            from,
            size: *size as u8,
            read,
        })
    }

    fn is_space(
        &mut self,
        opcode: &mut Opcode<'a>,
        operands: &'m [Operand<'a>],
    ) -> Result<Op, Refusal> {
        let [target, address] = operands else {
            return Err(Refusal::Unknown);
        };
        let window = window(opcode);
        let address: Src = self.source(
            address,
            Type {
                kind: Kind::Unsigned,
                bits: 64,
            },
        )?;
        Ok(Op::IsSpace {
            target: self.pred(target)?,
            address,
            window,
        })
    }
}

/// A place within a parameter.
fn inside(start: u32, bytes: u32, offset: i64, size: u8, count: usize) -> Result<u32, Refusal> {
    let len = u64::from(size) * count as u64;
    let at = u64::try_from(offset).map_err(|_| Refusal::Unknown)?;
    match at.checked_add(len) {
        Some(end) if end <= u64::from(bytes) => Ok(start + at as u32),
        _ => Err(Refusal::Wrong(
            "an offset outside of the parameter".to_owned(),
        )),
    }
}

fn element_size(ty: Type) -> Result<u8, Refusal> {
    match ty.bits {
        8 | 16 | 32 | 64 if ty.kind != Kind::Predicate => Ok((ty.bits / 8) as u8),
        _ => Err(Refusal::Unknown),
    }
}

/// The state space; generic where none is named.
fn window(opcode: &mut Opcode<'_>) -> Window {
    let name = opcode.take_any(&[
        "global",
        "shared",
        "shared::cta",
        "local",
        "const",
        "param",
        "param::entry",
        "param::func",
    ]);
    match name {
        Some("global") => Window::Global,
        Some("shared" | "shared::cta") => Window::Shared,
        Some("local") => Window::Local,
        Some("const") => Window::Const,
        Some(_) => Window::Param,
        None => Window::Generic,
    }
}

/// The ordering and scope of an access.
fn order(opcode: &mut Opcode<'_>, mut order: Order) -> Order {
    let name = opcode.take_any(&[
        "volatile", "relaxed", "acquire", "release", "acq_rel", "weak", "mmio",
    ]);
    order.is_strong |= !matches!(name, None | Some("weak"));
    order.acquires = matches!(name, Some("acquire" | "acq_rel"));
    order.releases = matches!(name, Some("release" | "acq_rel"));
    let scope = opcode.take_any(&["cta", "cluster", "gpu", "sys"]);
    order.is_block_wide = matches!(scope, Some("cta" | "cluster"));
    order
}

fn fence(opcode: &mut Opcode<'_>) -> Result<Op, Refusal> {
    opcode.take_any(&["sc", "acq_rel", "acquire", "release"]);
    match opcode.take_any(&["cta", "cluster", "gl", "gpu", "sys"]) {
        Some("cta" | "cluster") => Ok(Op::Fence(Reach::Block)),
        Some(_) => Ok(Op::Fence(Reach::Device)),
        None => Err(Refusal::Unknown),
    }
}
