//! `cvt` (PTX ISA, 9.7.9.21): from any number to any other.

use super::each;
use super::float::flush;
use super::half::{from_brain, from_half, to_brain, to_half};
use super::rounding::{self, Mode};
use crate::gpu::ptx::{Kind, Type};
use crate::gpu::sim::program::Unary;

/// The modifiers of a conversion.
#[derive(Clone, Copy, Debug)]
pub(in crate::gpu::sim) struct Conversion {
    /// How a float is rounded to a narrower one, or an integer to a float.
    pub(in crate::gpu::sim) mode: Mode,
    /// How a float is rounded to an integral value.
    pub(in crate::gpu::sim) to_integral: Option<Mode>,
    pub(in crate::gpu::sim) flushes: bool,
    pub(in crate::gpu::sim) saturates: bool,
}

/// Integer to integer: sign- or zero-extended to a register of so many bits, or cut off.
pub(in crate::gpu::sim) fn between_integers(
    to: Type,
    from: Type,
    saturates: bool,
    register: u32,
) -> Option<Unary> {
    macro_rules! to {
        ($f:ty) => {
            match (to.kind, to.bits, saturates) {
                (Kind::Signed, 8, true) => each!(|a: $f| clamped(a.into(), -128, 127)),
                (Kind::Signed, 16, true) => {
                    each!(|a: $f| clamped(a.into(), i16::MIN.into(), i16::MAX.into()))
                }
                (Kind::Signed, 32, true) => {
                    each!(|a: $f| clamped(a.into(), i32::MIN.into(), i32::MAX.into()) as u32)
                }
                (Kind::Signed, 64, true) => {
                    each!(|a: $f| clamped(a.into(), i64::MIN.into(), i64::MAX.into()))
                }
                (_, 8, true) => each!(|a: $f| clamped(a.into(), 0, u8::MAX.into())),
                (_, 16, true) => each!(|a: $f| clamped(a.into(), 0, u16::MAX.into())),
                (_, 32, true) => each!(|a: $f| clamped(a.into(), 0, u32::MAX.into())),
                (_, 64, true) => each!(|a: $f| clamped(a.into(), 0, u64::MAX.into())),
                (Kind::Signed, bits, false) => match (bits, register) {
                    (8, 16) => each!(|a: $f| i16::from(a as i8)),
                    (8, 32) => each!(|a: $f| i32::from(a as i8)),
                    (8, 64) => each!(|a: $f| i64::from(a as i8)),
                    (16, 16) => each!(|a: $f| a as i16),
                    (16, 32) => each!(|a: $f| i32::from(a as i16)),
                    (16, 64) => each!(|a: $f| i64::from(a as i16)),
                    (32, 32) => each!(|a: $f| a as i32),
                    (32, 64) => each!(|a: $f| i64::from(a as i32)),
                    (64, 64) => each!(|a: $f| a as i64),
                    _ => return None,
                },
                (_, 8, false) => each!(|a: $f| a as u8),
                (_, 16, false) => each!(|a: $f| a as u16),
                (_, 32, false) => each!(|a: $f| a as u32),
                (_, 64, false) => each!(|a: $f| a as u64),
                _ => return None,
            }
        };
    }
    Some(match (from.kind, from.bits) {
        (Kind::Signed, 8) => to!(i8),
        (Kind::Signed, 16) => to!(i16),
        (Kind::Signed, 32) => to!(i32),
        (Kind::Signed, 64) => to!(i64),
        (_, 8) => to!(u8),
        (_, 16) => to!(u16),
        (_, 32) => to!(u32),
        (_, 64) => to!(u64),
        _ => return None,
    })
}

/// The number in two's complement, clamped; the register cuts it to its width.
fn clamped(a: i128, least: i128, most: i128) -> u64 {
    a.clamp(least, most) as u64
}

fn integral(a: f64, mode: Mode) -> f64 {
    match mode {
        Mode::Nearest => a.round_ties_even(),
        Mode::Zero => a.trunc(),
        Mode::Down => a.floor(),
        Mode::Up => a.ceil(),
    }
}

fn single_from(a: i128, mode: Mode) -> f32 {
    let near = a as f64;
    // What the double lost, at most 11 digits, is exact again.
    rounding::to_single(near, (a - near as i128) as f64, mode)
}

fn double_from(a: i128, mode: Mode) -> f64 {
    let near = a as f64;
    let lost = a - near as i128;
    match mode {
        Mode::Down if lost < 0 => near.next_down(),
        Mode::Up if lost > 0 => near.next_up(),
        Mode::Zero if near > 0.0 && lost < 0 => near.next_down(),
        Mode::Zero if near < 0.0 && lost > 0 => near.next_up(),
        _ => near,
    }
}

/// Integer to float.
pub(in crate::gpu::sim) fn from_integer(to: Type, from: Type, how: Conversion) -> Option<Unary> {
    macro_rules! from {
        (|$a:ident| $e:expr) => {
            match (from.kind, from.bits) {
                (Kind::Signed, 8) => each!(|$a: i8| $e),
                (Kind::Signed, 16) => each!(|$a: i16| $e),
                (Kind::Signed, 32) => each!(|$a: i32| $e),
                (Kind::Signed, 64) => each!(|$a: i64| $e),
                (_, 8) => each!(|$a: u8| $e),
                (_, 16) => each!(|$a: u16| $e),
                (_, 32) => each!(|$a: u32| $e),
                (_, 64) => each!(|$a: u64| $e),
                _ => return None,
            }
        };
    }
    Some(match (to.kind, to.bits, how.mode) {
        (Kind::Float, 32, Mode::Nearest) => from!(|a| a as f32),
        (Kind::Float, 32, Mode::Zero) => from!(|a| single_from(i128::from(a), Mode::Zero)),
        (Kind::Float, 32, Mode::Down) => from!(|a| single_from(i128::from(a), Mode::Down)),
        (Kind::Float, 32, Mode::Up) => from!(|a| single_from(i128::from(a), Mode::Up)),
        (Kind::Float, 64, Mode::Nearest) => from!(|a| a as f64),
        (Kind::Float, 64, Mode::Zero) => from!(|a| double_from(i128::from(a), Mode::Zero)),
        (Kind::Float, 64, Mode::Down) => from!(|a| double_from(i128::from(a), Mode::Down)),
        (Kind::Float, 64, Mode::Up) => from!(|a| double_from(i128::from(a), Mode::Up)),
        (Kind::Float, 16, Mode::Nearest) => from!(|a| to_half(a as f64, Mode::Nearest)),
        (Kind::Float, 16, Mode::Zero) => from!(|a| to_half(a as f64, Mode::Zero)),
        (Kind::Float, 16, Mode::Down) => from!(|a| to_half(a as f64, Mode::Down)),
        (Kind::Float, 16, Mode::Up) => from!(|a| to_half(a as f64, Mode::Up)),
        (Kind::Brain, 16, Mode::Nearest) => from!(|a| to_brain(a as f64, Mode::Nearest)),
        _ => return None,
    })
}

/// A float's source, as a double, which holds all of them.
macro_rules! widened {
    ($from:expr, $flushes:expr, |$a:ident| $e:expr) => {
        match ($from.kind, $from.bits, $flushes) {
            (Kind::Float, 64, _) => each!(|$a: f64| $e),
            (Kind::Float, 32, false) => each!(|$a: f32| {
                let $a = f64::from($a);
                $e
            }),
            (Kind::Float, 32, true) => each!(|$a: f32| {
                let $a = f64::from(flush($a));
                $e
            }),
            (Kind::Float, 16, _) => each!(|$a: u16| {
                let $a = from_half($a);
                $e
            }),
            (Kind::Brain, 16, _) => each!(|$a: u16| {
                let $a = from_brain($a);
                $e
            }),
            _ => return None,
        }
    };
}

macro_rules! by_mode {
    ($mode:expr, |$m:ident| $e:expr) => {
        match $mode {
            Mode::Nearest => {
                const $m: Mode = Mode::Nearest;
                $e
            }
            Mode::Zero => {
                const $m: Mode = Mode::Zero;
                $e
            }
            Mode::Down => {
                const $m: Mode = Mode::Down;
                $e
            }
            Mode::Up => {
                const $m: Mode = Mode::Up;
                $e
            }
        }
    };
}

/// Float to integer: out of range is clamped.
///
/// NaN is 0, or half of all numbers (the least signed one) where either type has 64 bits, by the
/// ISA's notes on `cvt`.
pub(in crate::gpu::sim) fn to_integer(to: Type, from: Type, how: Conversion) -> Option<Unary> {
    let mode = how.to_integral?;
    let flushes = how.flushes;
    macro_rules! whole {
        ($t:ty, $nan:expr) => {
            match from.bits {
                64 => by_mode!(mode, |MODE| widened!(from, flushes, |a| if a.is_nan() {
                    $nan
                } else {
                    integral(a, MODE) as $t
                })),
                _ => by_mode!(mode, |MODE| widened!(from, flushes, |a| integral(a, MODE)
                    as $t)),
            }
        };
    }
    macro_rules! long {
        ($t:ty, $nan:expr) => {
            by_mode!(mode, |MODE| widened!(from, flushes, |a| if a.is_nan() {
                $nan
            } else {
                integral(a, MODE) as $t
            }))
        };
    }
    Some(match (to.kind, to.bits) {
        (Kind::Signed, 8) => whole!(i8, i8::MIN),
        (Kind::Signed, 16) => whole!(i16, i16::MIN),
        (Kind::Signed, 32) => whole!(i32, i32::MIN),
        (Kind::Signed, 64) => long!(i64, i64::MIN),
        (_, 8) => whole!(u8, 1 << 7),
        (_, 16) => whole!(u16, 1 << 15),
        (_, 32) => whole!(u32, 1 << 31),
        (_, 64) => long!(u64, 1 << 63),
        _ => return None,
    })
}

fn single(a: f64, mode: Mode) -> f32 {
    let near = rounding::to_single(a, 0.0, mode);
    if near.is_nan() {
        f32::from_bits(0x7fff_ffff)
    } else {
        near
    }
}

fn unit(a: f64) -> f64 {
    if a > 0.0 { a.min(1.0) } else { 0.0 }
}

/// Float to float.
pub(in crate::gpu::sim) fn between_floats(to: Type, from: Type, how: Conversion) -> Option<Unary> {
    let flushes = how.flushes;
    if let Some(mode) = how.to_integral {
        return Some(by_mode!(mode, |MODE| match (to.kind, to.bits) {
            (Kind::Float, 64) => widened!(from, flushes, |a| integral(a, MODE)),
            (Kind::Float, 32) => widened!(from, flushes, |a| integral(a, MODE) as f32),
            (Kind::Float, 16) => {
                widened!(from, flushes, |a| to_half(integral(a, MODE), Mode::Nearest))
            }
            _ => return None,
        }));
    }
    Some(by_mode!(
        how.mode,
        |MODE| match (to.kind, to.bits, how.saturates) {
            (Kind::Float, 64, false) => widened!(from, flushes, |a| a),
            (Kind::Float, 64, true) => widened!(from, flushes, |a| unit(a)),
            (Kind::Float, 32, false) if flushes =>
                widened!(from, flushes, |a| flush(single(a, MODE))),
            (Kind::Float, 32, false) => widened!(from, flushes, |a| single(a, MODE)),
            (Kind::Float, 32, true) => widened!(from, flushes, |a| single(unit(a), MODE)),
            (Kind::Float, 16, false) => widened!(from, flushes, |a| to_half(a, MODE)),
            (Kind::Float, 16, true) => widened!(from, flushes, |a| to_half(unit(a), MODE)),
            (Kind::Brain, 16, false) => widened!(from, flushes, |a| to_brain(a, MODE)),
            _ => return None,
        }
    ))
}

/// `cvt.rn.f16x2.f32`: two singles to the halves of a register, the first to the upper one.
pub(in crate::gpu::sim) fn to_pair(
    to: Type,
    mode: Mode,
) -> Option<crate::gpu::sim::program::Binary> {
    fn joined(high: u16, low: u16) -> u32 {
        u32::from(high) << 16 | u32::from(low)
    }
    Some(match (to.kind, mode) {
        (Kind::HalfPair, Mode::Nearest) => each!(|a: f32, b: f32| joined(
            to_half(f64::from(a), Mode::Nearest),
            to_half(f64::from(b), Mode::Nearest)
        )),
        (Kind::HalfPair, Mode::Zero) => each!(|a: f32, b: f32| joined(
            to_half(f64::from(a), Mode::Zero),
            to_half(f64::from(b), Mode::Zero)
        )),
        (Kind::BrainPair, Mode::Nearest) => each!(|a: f32, b: f32| joined(
            to_brain(f64::from(a), Mode::Nearest),
            to_brain(f64::from(b), Mode::Nearest)
        )),
        (Kind::BrainPair, Mode::Zero) => each!(|a: f32, b: f32| joined(
            to_brain(f64::from(a), Mode::Zero),
            to_brain(f64::from(b), Mode::Zero)
        )),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::*;

    fn one(f: Unary, a: u64) -> u64 {
        let mut out = [0; 32];
        f(&[a; 32], &mut out);
        out[7]
    }

    fn ty(name: &str) -> Type {
        Type::named(name).unwrap()
    }

    #[test]
    fn integers_are_extended() {
        let f = |to, from| between_integers(ty(to), ty(from), false, 64).unwrap();
        assert_eq!(one(f("s64", "s32"), 0xffff_ffff), u64::MAX);
        assert_eq!(one(f("u64", "u32"), 0xffff_ffff), 0xffff_ffff);
        assert_eq!(one(f("u64", "s32"), 0xffff_ffff), u64::MAX);
        assert_eq!(one(f("s8", "s32"), 0x80), u64::MAX - 0x7f);
        let f = between_integers(ty("u8"), ty("s32"), true, 32).unwrap();
        assert_eq!(one(f, (-5_i32) as u32 as u64), 0);
        assert_eq!(one(f, 300), 255);
    }

    #[test]
    fn floats_become_integers_by_the_mode() {
        let how = |to_integral| Conversion {
            mode: Mode::Nearest,
            to_integral: Some(to_integral),
            flushes: false,
            saturates: false,
        };
        let minus = (-2.5_f32).put();
        let s32 = |mode| one(to_integer(ty("s32"), ty("f32"), how(mode)).unwrap(), minus) as i32;
        assert_eq!(
            [Mode::Nearest, Mode::Zero, Mode::Down, Mode::Up].map(s32),
            [-2, -2, -3, -2]
        );
        let nan = to_integer(ty("s32"), ty("f32"), how(Mode::Zero)).unwrap();
        assert_eq!(one(nan, f32::NAN.put()), 0);
        assert_eq!(one(nan, 1e20_f32.put()), 0x7fff_ffff);
    }

    #[test]
    fn integers_become_floats_by_the_mode() {
        let odd = (1_u64 << 24) + 1;
        let how = |mode| Conversion {
            mode,
            to_integral: None,
            flushes: false,
            saturates: false,
        };
        let f = |mode| from_integer(ty("f32"), ty("u32"), how(mode)).unwrap();
        assert_eq!(f32::get(one(f(Mode::Down), odd)), 16_777_216.0);
        assert_eq!(f32::get(one(f(Mode::Up), odd)), 16_777_218.0);
        assert_eq!(f32::get(one(f(Mode::Nearest), odd)), 16_777_216.0);
    }
}
