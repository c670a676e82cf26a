//! Integer arithmetic (PTX ISA, 9.7.1).

use super::each;
use crate::gpu::ptx::{Kind, Type};
use crate::gpu::sim::program::{Binary, Ternary, Unary};

/// `abs`, `neg`.
pub(in crate::gpu::sim) fn unary(name: &str, ty: Type) -> Option<Unary> {
    Some(match (name, ty.kind, ty.bits) {
        ("neg", Kind::Signed, 16) => each!(|a: i16| a.wrapping_neg()),
        ("neg", Kind::Signed, 32) => each!(|a: i32| a.wrapping_neg()),
        ("neg", Kind::Signed, 64) => each!(|a: i64| a.wrapping_neg()),
        ("abs", Kind::Signed, 16) => each!(|a: i16| a.wrapping_abs()),
        ("abs", Kind::Signed, 32) => each!(|a: i32| a.wrapping_abs()),
        ("abs", Kind::Signed, 64) => each!(|a: i64| a.wrapping_abs()),
        _ => return None,
    })
}

/// Division by zero gives an unspecified value in PTX; hardware gives all ones.
macro_rules! by_width {
    ($ty:expr, $both:ident, $signed:ident, $unsigned:ident) => {
        match ($ty.kind, $ty.bits) {
            (Kind::Signed, 16) => each!(|a: i16, b: i16| $signed!(a, b, i16)),
            (Kind::Signed, 32) => each!(|a: i32, b: i32| $signed!(a, b, i32)),
            (Kind::Signed, 64) => each!(|a: i64, b: i64| $signed!(a, b, i64)),
            (Kind::Unsigned, 16) => each!(|a: u16, b: u16| $unsigned!(a, b, u16)),
            (Kind::Unsigned, 32) => each!(|a: u32, b: u32| $unsigned!(a, b, u32)),
            (Kind::Unsigned, 64) => each!(|a: u64, b: u64| $unsigned!(a, b, u64)),
            _ => return None,
        }
    };
}

macro_rules! signed_div {
    ($a:ident, $b:ident, $t:ty) => {
        if $b == 0 { -1 } else { $a.wrapping_div($b) }
    };
}
macro_rules! unsigned_div {
    ($a:ident, $b:ident, $t:ty) => {
        $a.checked_div($b).unwrap_or(<$t>::MAX)
    };
}
macro_rules! signed_rem {
    ($a:ident, $b:ident, $t:ty) => {
        if $b == 0 { $a } else { $a.wrapping_rem($b) }
    };
}
macro_rules! unsigned_rem {
    ($a:ident, $b:ident, $t:ty) => {
        $a.checked_rem($b).unwrap_or($a)
    };
}
macro_rules! add {
    ($a:ident, $b:ident, $t:ty) => {
        $a.wrapping_add($b)
    };
}
macro_rules! sub {
    ($a:ident, $b:ident, $t:ty) => {
        $a.wrapping_sub($b)
    };
}
macro_rules! mul {
    ($a:ident, $b:ident, $t:ty) => {
        $a.wrapping_mul($b)
    };
}
macro_rules! min {
    ($a:ident, $b:ident, $t:ty) => {
        $a.min($b)
    };
}
macro_rules! max {
    ($a:ident, $b:ident, $t:ty) => {
        $a.max($b)
    };
}

/// `add`, `sub`, `mul.lo`, `div`, `rem`, `min`, `max`.
pub(in crate::gpu::sim) fn binary(name: &str, ty: Type) -> Option<Binary> {
    let ty = match ty.kind {
        Kind::Bits => Type {
            kind: Kind::Unsigned,
            bits: ty.bits,
        },
        _ => ty,
    };
    Some(match name {
        "add" => by_width!(ty, add, add, add),
        "sub" => by_width!(ty, sub, sub, sub),
        "mul" => by_width!(ty, mul, mul, mul),
        "div" => by_width!(ty, div, signed_div, unsigned_div),
        "rem" => by_width!(ty, rem, signed_rem, unsigned_rem),
        "min" => by_width!(ty, min, min, min),
        "max" => by_width!(ty, max, max, max),
        _ => return None,
    })
}

/// `add.sat.s32` and `sub.sat.s32`.
pub(in crate::gpu::sim) fn saturating(name: &str) -> Option<Binary> {
    Some(match name {
        "add" => each!(|a: i32, b: i32| a.saturating_add(b)),
        "sub" => each!(|a: i32, b: i32| a.saturating_sub(b)),
        _ => return None,
    })
}

/// `mul.hi` and `mul.wide`.
pub(in crate::gpu::sim) fn product(part: &str, ty: Type) -> Option<Binary> {
    Some(match (part, ty.kind, ty.bits) {
        ("hi", Kind::Signed, 16) => {
            each!(|a: i16, b: i16| ((i32::from(a) * i32::from(b)) >> 16) as i16)
        }
        ("hi", Kind::Unsigned, 16) => {
            each!(|a: u16, b: u16| ((u32::from(a) * u32::from(b)) >> 16) as u16)
        }
        ("hi", Kind::Signed, 32) => {
            each!(|a: i32, b: i32| ((i64::from(a) * i64::from(b)) >> 32) as i32)
        }
        ("hi", Kind::Unsigned, 32) => {
            each!(|a: u32, b: u32| ((u64::from(a) * u64::from(b)) >> 32) as u32)
        }
        ("hi", Kind::Signed, 64) => {
            each!(|a: i64, b: i64| ((i128::from(a) * i128::from(b)) >> 64) as i64)
        }
        ("hi", Kind::Unsigned, 64) => {
            each!(|a: u64, b: u64| ((u128::from(a) * u128::from(b)) >> 64) as u64)
        }
        ("wide", Kind::Signed, 16) => each!(|a: i16, b: i16| i32::from(a) * i32::from(b)),
        ("wide", Kind::Unsigned, 16) => each!(|a: u16, b: u16| u32::from(a) * u32::from(b)),
        ("wide", Kind::Signed, 32) => each!(|a: i32, b: i32| i64::from(a) * i64::from(b)),
        ("wide", Kind::Unsigned, 32) => each!(|a: u32, b: u32| u64::from(a) * u64::from(b)),
        _ => return None,
    })
}

/// `mad.lo`, `mad.hi`, `mad.wide`.
pub(in crate::gpu::sim) fn multiply_add(part: &str, ty: Type) -> Option<Ternary> {
    Some(match (part, ty.kind, ty.bits) {
        ("lo", _, 16) => each!(|a: u16, b: u16, c: u16| a.wrapping_mul(b).wrapping_add(c)),
        ("lo", _, 32) => each!(|a: u32, b: u32, c: u32| a.wrapping_mul(b).wrapping_add(c)),
        ("lo", _, 64) => each!(|a: u64, b: u64, c: u64| a.wrapping_mul(b).wrapping_add(c)),
        ("hi", Kind::Signed, 16) => each!(|a: i16, b: i16, c: i16| (((i32::from(a) * i32::from(b))
            >> 16) as i16)
            .wrapping_add(c)),
        ("hi", Kind::Unsigned, 16) => each!(|a: u16, b: u16, c: u16| (((u32::from(a)
            * u32::from(b))
            >> 16) as u16)
            .wrapping_add(c)),
        ("hi", Kind::Signed, 32) => each!(|a: i32, b: i32, c: i32| (((i64::from(a) * i64::from(b))
            >> 32) as i32)
            .wrapping_add(c)),
        ("hi", Kind::Unsigned, 32) => each!(|a: u32, b: u32, c: u32| (((u64::from(a)
            * u64::from(b))
            >> 32) as u32)
            .wrapping_add(c)),
        ("hi", Kind::Signed, 64) => each!(|a: i64, b: i64, c: i64| (((i128::from(a)
            * i128::from(b))
            >> 64) as i64)
            .wrapping_add(c)),
        ("hi", Kind::Unsigned, 64) => each!(|a: u64, b: u64, c: u64| (((u128::from(a)
            * u128::from(b))
            >> 64) as u64)
            .wrapping_add(c)),
        ("wide", Kind::Signed, 16) => {
            each!(|a: i16, b: i16, c: i32| (i32::from(a) * i32::from(b)).wrapping_add(c))
        }
        ("wide", Kind::Unsigned, 16) => {
            each!(|a: u16, b: u16, c: u32| (u32::from(a) * u32::from(b)).wrapping_add(c))
        }
        ("wide", Kind::Signed, 32) => {
            each!(|a: i32, b: i32, c: i64| (i64::from(a) * i64::from(b)).wrapping_add(c))
        }
        ("wide", Kind::Unsigned, 32) => {
            each!(|a: u32, b: u32, c: u64| (u64::from(a) * u64::from(b)).wrapping_add(c))
        }
        _ => return None,
    })
}

fn signed_24(a: u32) -> i64 {
    i64::from((a << 8) as i32 >> 8)
}

fn unsigned_24(a: u32) -> u64 {
    u64::from(a & 0x00ff_ffff)
}

/// `mul24`.
pub(in crate::gpu::sim) fn product_24(part: &str, ty: Type) -> Option<Binary> {
    Some(match (part, ty.kind) {
        ("lo", Kind::Signed) => each!(|a: u32, b: u32| (signed_24(a) * signed_24(b)) as u32),
        ("lo", Kind::Unsigned) => each!(|a: u32, b: u32| (unsigned_24(a) * unsigned_24(b)) as u32),
        ("hi", Kind::Signed) => {
            each!(|a: u32, b: u32| ((signed_24(a) * signed_24(b)) >> 16) as u32)
        }
        ("hi", Kind::Unsigned) => {
            each!(|a: u32, b: u32| ((unsigned_24(a) * unsigned_24(b)) >> 16) as u32)
        }
        _ => return None,
    })
}

/// `mad24`.
pub(in crate::gpu::sim) fn multiply_add_24(part: &str, ty: Type) -> Option<Ternary> {
    Some(match (part, ty.kind) {
        ("lo", Kind::Signed) => {
            each!(|a: u32, b: u32, c: u32| ((signed_24(a) * signed_24(b)) as u32).wrapping_add(c))
        }
        ("lo", Kind::Unsigned) => {
            each!(
                |a: u32, b: u32, c: u32| ((unsigned_24(a) * unsigned_24(b)) as u32).wrapping_add(c)
            )
        }
        ("hi", Kind::Signed) => each!(|a: u32, b: u32, c: u32| (((signed_24(a) * signed_24(b))
            >> 16) as u32)
            .wrapping_add(c)),
        ("hi", Kind::Unsigned) => each!(|a: u32, b: u32, c: u32| (((unsigned_24(a)
            * unsigned_24(b))
            >> 16) as u32)
            .wrapping_add(c)),
        _ => return None,
    })
}

/// `sad`: the sum of absolute differences.
pub(in crate::gpu::sim) fn absolute_difference(ty: Type) -> Option<Ternary> {
    Some(match (ty.kind, ty.bits) {
        (Kind::Signed, 16) => each!(|a: i16, b: i16, c: u16| c.wrapping_add(a.abs_diff(b))),
        (Kind::Unsigned, 16) => each!(|a: u16, b: u16, c: u16| c.wrapping_add(a.abs_diff(b))),
        (Kind::Signed, 32) => each!(|a: i32, b: i32, c: u32| c.wrapping_add(a.abs_diff(b))),
        (Kind::Unsigned, 32) => each!(|a: u32, b: u32, c: u32| c.wrapping_add(a.abs_diff(b))),
        (Kind::Signed, 64) => each!(|a: i64, b: i64, c: u64| c.wrapping_add(a.abs_diff(b))),
        (Kind::Unsigned, 64) => each!(|a: u64, b: u64, c: u64| c.wrapping_add(a.abs_diff(b))),
        _ => return None,
    })
}

fn dot(a: u32, b: u32, c: u32, signs: (bool, bool)) -> u32 {
    let byte = |word: u32, at: u32, is_signed: bool| {
        let byte = (word >> (8 * at)) as u8;
        if is_signed {
            i32::from(byte as i8)
        } else {
            i32::from(byte)
        }
    };
    (0..4).fold(c, |sum, at| {
        sum.wrapping_add((byte(a, at, signs.0) * byte(b, at, signs.1)) as u32)
    })
}

/// `dp4a`: the dot product of four bytes each.
pub(in crate::gpu::sim) fn dot_product(a: Type, b: Type) -> Option<Ternary> {
    Some(match (a.kind, b.kind) {
        (Kind::Signed, Kind::Signed) => each!(|a: u32, b: u32, c: u32| dot(a, b, c, (true, true))),
        (Kind::Signed, Kind::Unsigned) => {
            each!(|a: u32, b: u32, c: u32| dot(a, b, c, (true, false)))
        }
        (Kind::Unsigned, Kind::Signed) => {
            each!(|a: u32, b: u32, c: u32| dot(a, b, c, (false, true)))
        }
        (Kind::Unsigned, Kind::Unsigned) => {
            each!(|a: u32, b: u32, c: u32| dot(a, b, c, (false, false)))
        }
        _ => return None,
    })
}
