//! What atomic operations make of the old value (PTX ISA, 9.7.12.3).

use crate::gpu::ptx::{Kind, Type};
use crate::gpu::sim::lanes::float::{max, min};
use crate::gpu::sim::lanes::half::{from_brain, from_half, to_brain, to_half};
use crate::gpu::sim::lanes::rounding::Mode;
use crate::gpu::sim::program::Update;

fn single(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn halves(a: u64, b: u64, f: fn(u16, u16) -> u16) -> u64 {
    let high = f((a >> 16) as u16, (b >> 16) as u16);
    u64::from(high) << 16 | u64::from(f(a as u16, b as u16))
}

fn add_half(a: u16, b: u16) -> u16 {
    to_half(from_half(a) + from_half(b), Mode::Nearest)
}

fn add_brain(a: u16, b: u16) -> u16 {
    to_brain(from_brain(a) + from_brain(b), Mode::Nearest)
}

/// What an atomic operation makes of the old value.
pub(super) fn update(name: &str, ty: Type) -> Option<Update> {
    Some(match (name, ty.kind, ty.bits) {
        ("and", Kind::Bits, 32 | 64) => |old, a, _| old & a,
        ("or", Kind::Bits, 32 | 64) => |old, a, _| old | a,
        ("xor", Kind::Bits, 32 | 64) => |old, a, _| old ^ a,
        ("exch", _, 32 | 64) => |_, a, _| a,
        ("cas", Kind::Bits | Kind::Unsigned | Kind::Signed, 16) => {
            |old, a, b| if old as u16 == a as u16 { b } else { old }
        }
        ("cas", Kind::Bits | Kind::Unsigned | Kind::Signed, 32) => {
            |old, a, b| if old as u32 == a as u32 { b } else { old }
        }
        ("cas", Kind::Bits | Kind::Unsigned | Kind::Signed, 64) => {
            |old, a, b| if old == a { b } else { old }
        }
        ("add", Kind::Unsigned | Kind::Signed, 32) => {
            |old, a, _| u64::from((old as u32).wrapping_add(a as u32))
        }
        ("add", Kind::Unsigned | Kind::Signed, 64) => |old, a, _| old.wrapping_add(a),
        ("add", Kind::Float, 32) => |old, a, _| u64::from((single(old) + single(a)).to_bits()),
        ("add", Kind::Float, 64) => |old, a, _| (f64::from_bits(old) + f64::from_bits(a)).to_bits(),
        ("add", Kind::Float, 16) => |old, a, _| u64::from(add_half(old as u16, a as u16)),
        ("add", Kind::Brain, 16) => |old, a, _| u64::from(add_brain(old as u16, a as u16)),
        ("add", Kind::HalfPair, _) => |old, a, _| halves(old, a, add_half),
        ("add", Kind::BrainPair, _) => |old, a, _| halves(old, a, add_brain),
        ("inc", Kind::Unsigned, 32) => |old, a, _| {
            let (old, a) = (old as u32, a as u32);
            if old >= a { 0 } else { u64::from(old + 1) }
        },
        ("dec", Kind::Unsigned, 32) => |old, a, _| {
            let (old, a) = (old as u32, a as u32);
            if old == 0 || old > a {
                u64::from(a)
            } else {
                u64::from(old - 1)
            }
        },
        ("min", Kind::Unsigned, 32) => |old, a, _| u64::from((old as u32).min(a as u32)),
        ("max", Kind::Unsigned, 32) => |old, a, _| u64::from((old as u32).max(a as u32)),
        ("min", Kind::Signed, 32) => |old, a, _| u64::from((old as i32).min(a as i32) as u32),
        ("max", Kind::Signed, 32) => |old, a, _| u64::from((old as i32).max(a as i32) as u32),
        ("min", Kind::Unsigned, 64) => |old, a, _| old.min(a),
        ("max", Kind::Unsigned, 64) => |old, a, _| old.max(a),
        ("min", Kind::Signed, 64) => |old, a, _| (old as i64).min(a as i64) as u64,
        ("max", Kind::Signed, 64) => |old, a, _| (old as i64).max(a as i64) as u64,
        ("min", Kind::Float, 32) => {
            |old, a, _| u64::from((min(single(old).into(), single(a).into()) as f32).to_bits())
        }
        ("max", Kind::Float, 32) => {
            |old, a, _| u64::from((max(single(old).into(), single(a).into()) as f32).to_bits())
        }
        _ => return None,
    })
}
